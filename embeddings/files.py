"""Hashes of the files of a folder, so that one that changed on the disk is told from one that was written so.

Knows of the index only which names are written over. Locks and files that are still being written are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

_BLOCK = 1 << 20

WRITTEN_OVER = ("meta.json", ".managed.json")
"""The names under which tantivy writes again and again; all others are written once."""


class Hashes:
    """SHA-256 of files, each computed once for as long as its size and time stay the same."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def of(self, folder: Path) -> dict[str, str]:
        """The hash of each file directly in ``folder``, by name.

        :raises OSError: if one cannot be read.
        """
        paths = [path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix not in (".lock", ".part")]
        self._known = {path: self._hashed(path) for path in paths}
        return {path.name: hashed for path, (_, hashed) in self._known.items()}

    def changed(self, folder: Path, expected: Mapping[str, str], *, until: int) -> list[str]:
        """The names of ``expected`` whose file has another hash, though it was last written before ``until``,
        nanoseconds since the epoch: what is newer is another process's work under way. That excuses only the files that
        are written over; a clock that went back makes any file look newer. Files that are gone are skipped.

        :raises OSError: if one cannot be read.
        """
        there = [(name, path) for name in expected if (path := folder / name).is_file()]
        looked = [(name, path) for name, path in there if name not in WRITTEN_OVER or path.stat().st_mtime_ns <= until]
        known = {path: self._hashed(path) for _, path in looked}
        self._known |= known
        return [name for name, path in looked if known[path][1] != expected[name]]

    def _hashed(self, path: Path) -> tuple[tuple[int, int, int], str]:
        status = path.stat()
        stamp = status.st_size, status.st_mtime_ns, status.st_ino
        before = self._known.get(path)
        if before is not None and before[0] == stamp:
            return before
        return stamp, file_hash(path)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    :raises OSError: if it cannot be read.
    """
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
    return hashed.hexdigest()


def changed_files(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """The names of ``expected`` whose file in ``folder`` is gone or has another hash."""
    changed = []
    for name, hashed in expected.items():
        try:
            same = file_hash(folder / name) == hashed
        except OSError:
            same = False
        if not same:
            changed.append(name)
    return changed
