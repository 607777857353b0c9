"""Short names that a document gives itself: 中国西部国际投资贸易洽谈会（简称“西洽会”）, 张三科技有限公司（以下称甲方）.

A question uses the short name, many paragraphs only the full one, or the other way round. Knows no index or reader: it
finds pairs, and says which of them a text holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHORT = 16
LONGEST_FULL = 60

_DEFINITION = re.compile(
    r"[(（]\s*(?:以?下(?:文|同)?|亦|又|也)?(?:简称|統稱|统称|簡稱|称|稱|合称|称为|稱為)(?:为|為|作)?[:：]?\s*"
    rf"[“\"「『《‘]?([^“”\"「」『』《》‘’()（）,，。；;、\n]{{2,{LONGEST_SHORT}}}?)[”\"」』》’]?\s*[)）]"
)
_BOUNDARY = re.compile(r"[,，。；;：:、！？!?\n“”\"「」『』()（）《》\s]")


@dataclass(frozen=True, slots=True)
class Alias:
    """Two names of one thing, both as the document spells them."""

    full: str
    short: str


def find_aliases(text: str) -> tuple[Alias, ...]:
    """The definitions that stand in ``text``, in order, each short name once.

    The full name is what stands before the bracket: back to the nearest punctuation, and no further than where the
    characters of the short name begin (由商务部主办的中国国际进口博览会（简称“进博会”） gives 进口博览会).
    """
    found: dict[str, Alias] = {}
    for match in _DEFINITION.finditer(text):
        short = match[1].strip()
        before = text[max(0, match.start() - LONGEST_FULL) : match.start()]
        full = _trimmed(_BOUNDARY.split(before)[-1], short)
        if len(full) > len(short) and short not in found:
            found[short] = Alias(full, short)
    return tuple(found.values())


def other_names(text: str, aliases: Iterable[Alias]) -> list[str]:
    """What else the things named in ``text`` are called, where ``text`` does not say so itself."""
    names = []
    for alias in aliases:
        for name, other in ((alias.full, alias.short), (alias.short, alias.full)):
            if name in text and other not in text:
                names.append(other)
    return names


def _trimmed(full: str, short: str) -> str:
    """The shortest end of ``full`` that holds the characters of ``short`` in their order; all of it where none does."""
    at = len(full)
    for char in reversed(short):
        at = full.rfind(char, 0, at)
        if at < 0:
            return full
    return full[at:]
