"""Vectors that need not be made again: those of passages that the library holds with the very same text.

Looked for where they are likely: in what a document was before it changed, and in a document whose file has the same
content under another name. Knows no encoder or index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from qa import database
from qa.digest import Damaged
from qa.types import Document, Passage

Floats2d = NDArray[np.float32]
IndexTexts = Callable[[Sequence[tuple[Document, list[Passage]]]], list[str]]


def known_vectors(
    connection: sqlite3.Connection, documents: Sequence[Document], texts: IndexTexts
) -> dict[str, NDArray[np.float32]]:
    """The vectors of passages held for ``documents``, by what the indexes see of each, which ``texts`` gives."""
    known: dict[str, NDArray[np.float32]] = {}
    for id in dict.fromkeys(id for document in documents for id in database.alike(connection, document)):
        try:
            held = database.select_document(connection, id), database.select_passages_of(connection, id)
        except Damaged:  # it is embedded again instead
            continue
        known.update(zip(texts([held]), database.select_vectors_of(connection, id), strict=True))
    return known


def completed(
    texts: Sequence[str], known: dict[str, NDArray[np.float32]], embed: Callable[[list[str]], Floats2d], *, dim: int
) -> Floats2d:
    """The vectors of ``texts``, float32 (texts, dim): the known ones, and those that ``embed`` makes, each once."""
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        known = known | dict(zip(missing, embed(missing), strict=True))
    return np.array([known[text] for text in texts], dtype=np.float32).reshape(len(texts), dim)
