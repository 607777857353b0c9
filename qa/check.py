"""Whether what is stored is what it must be: the database's pages, the rows in it, their offsets. Knows no index."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa import database
from qa.digest import Damaged
from qa.disk import is_full, still_address
from qa.types import Document, Passage


def database_problems(folder: Path, connection: sqlite3.Connection) -> tuple[list[str], set[int], int]:
    """Everything that is wrong in the databases of ``folder``, the ids of the library's passages, and how many
    documents it has. ``connection`` is to the library's own and inside a transaction.

    :raises sqlite3.DatabaseError: if it is too broken to be read through.
    """
    problems = database.integrity_problems(connection)
    stored: set[int] = set()
    documents = database.document_ids(connection)
    for id in documents:
        try:
            passages = database.select_passages_of(connection, id)
            stored.update(passage.id for passage in passages)
            problems.extend(offset_problems(database.select_document(connection, id), passages))
        except Damaged as error:
            problems.append(str(error))
    for path in sorted(folder.glob("*.sqlite3")):
        if path.name != database.DATABASE_NAME:
            problems.extend(f"{path.name}: {problem}" for problem in _problems_of(path))
    return problems, stored, len(documents)


def _problems_of(path: Path) -> list[str]:
    try:
        address = still_address(path)
        with contextlib.closing(sqlite3.connect(address or path, uri=address is not None, timeout=10.0)) as connection:
            return database.integrity_problems(connection)
    except sqlite3.DatabaseError as error:
        if is_full(error, path.parent):
            raise
        return [str(error)]


def offset_problems(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """Blocks and passages must be in order, apart, inside the text, trimmed, and together hold every character; passages
    need not hold a table of contents.
    """
    text = document.text
    kept, end = [], 0
    for block in document.blocks:
        if block.kind == "contents":
            kept += [text[end : block.start], " " * (block.end - block.start)]
            end = block.end
    outside = "".join([*kept, text[end:]])
    for kind, ranges in (
        ("block", [(block.start, block.end) for block in document.blocks]),
        ("passage", [(passage.start, passage.end) for passage in passages]),
    ):
        position = 0
        needed = text if kind == "block" else outside
        for start, end in ranges:
            if not position <= start < end <= len(text):
                yield f"{document.id}: {kind} [{start}, {end}) does not fit the text"
            elif needed[position:start].strip():
                yield f"{document.id}: text before {start} is in no {kind}"
            elif text[start:end].strip() != text[start:end]:
                yield f"{document.id}: {kind} [{start}, {end}) begins or ends with white space"
            position = max(position, end)
        if needed[position:].strip():
            yield f"{document.id}: text after {position} is in no {kind}"
