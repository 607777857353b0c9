"""Making the indexes anew beside the old ones, and clearing away what stopped processes left. Knows no document."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.index import SearchIndex

_NEW, _OLD, _PART = ".new", ".old", ".part"


def rebuilt(folder: Path, *, dim: int, fill: Callable[[SearchIndex], None]) -> SearchIndex:
    """The index in ``folder``, made anew by ``fill``. Until it is whole, the old one stays in its place.

    :raises OSError: if it cannot be written; the old one is then as it was.
    """
    from embeddings.hybrid import HybridIndex

    new, old = folder.with_name(folder.name + _NEW), folder.with_name(folder.name + _OLD)
    _drop(new)
    index = HybridIndex.open(new, dim=dim)
    try:
        fill(index)
    finally:
        index.close()
    _drop(old)
    if folder.exists():
        folder.rename(old)
    if new.exists():  # an empty library has no index
        new.rename(folder)
    _drop(old)
    return HybridIndex.open(folder, dim=dim)


def drop_stale(folder: Path, index: str) -> None:
    """Delete what a process that was stopped left half done in a library's folder. Needs the write lock."""
    for path in list(_stale(folder, index)):
        _drop(path)


def _stale(folder: Path, index: str) -> Iterator[Path]:
    yield folder / (index + _NEW)
    yield folder / (index + _OLD)
    for place in (folder, folder / index):
        if place.is_dir():
            yield from (path for path in place.iterdir() if path.suffix == _PART)


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
