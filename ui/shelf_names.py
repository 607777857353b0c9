"""Names of uploaded files, made safe to keep on any disk and to read on any page. Pure text.

Covered: separators, ``..``, hidden and reserved names, quotes, control and bidirectional characters, half characters,
names longer than file systems allow. Not covered: two names that differ in case only, which some disks take for one;
each upload therefore gets a folder of its own.
"""

from __future__ import annotations

import re
import unicodedata

NAME_BYTES = 180
"""UTF-8 bytes that one part of a name may have: file systems allow 255, and other programs add endings of their own."""

PARTS = 6
"""Parts of a path that are kept, the last ones: the file and the folders right above it."""

_SUFFIX_BYTES = 16
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPECIAL = re.compile(r'[\\<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_TO_FULL_WIDTH = 0xFEE0


def confined(name: str, *, fallback: str) -> str:
    """``name``, a file's name or its path below a folder, as a relative path with ``/`` that leaves no folder.

    Characters that Windows refuses become their full-width forms; control and half characters become ``_``. Where
    nothing is left the name is ``fallback``. Applying it twice changes nothing more.
    """
    parts = [part for part in (_confined_part(part) for part in name.split("/")) if part]
    return "/".join(parts[-PARTS:]) or fallback


def _confined_part(part: str) -> str:
    part = _BIDI.sub("", unicodedata.normalize("NFC", part))
    part = "".join("_" if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in part)
    part = _SPECIAL.sub(lambda match: chr(ord(match.group()) + _TO_FULL_WIDTH), part)
    part = _trimmed(_cut(_trimmed(part)))
    return f"_{part}" if _RESERVED.match(part) else part


def _trimmed(part: str) -> str:
    """Without white space around it, without the dots that hide or that Windows drops, and the mark of a lock file."""
    before = None
    while before != part:
        before = part
        part = part.strip().lstrip(".").rstrip(".").removeprefix("~$")
    return part


def _cut(part: str) -> str:
    """At most ``NAME_BYTES`` bytes long; what is cut is the end of the stem, so that the suffix stays."""
    if len(part.encode("utf-8")) <= NAME_BYTES:
        return part
    stem, dot, suffix = part.rpartition(".")
    if not dot or len(suffix.encode("utf-8")) > _SUFFIX_BYTES:
        stem, dot, suffix = part, "", ""
    room = NAME_BYTES - len((dot + suffix).encode("utf-8"))
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip(" .") + dot + suffix
