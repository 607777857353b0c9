"""The library's SQLite file: its schema, what is written and read, and its errors in our words.

What a row looks like is in ``qa.rows``, what an error means in ``qa.disk``, who may write in ``qa.lock``. Knows no index,
encoder or file format. Functions take an open connection and leave transactions to their caller, but for :func:`create`,
:func:`transaction` and :func:`reading`.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa import rows
from qa.digest import Damaged, digest, require
from qa.disk import DISK_FULL as DISK_FULL
from qa.disk import mapped_errors as mapped_errors
from qa.disk import still_address
from qa.errors import LibraryError
from qa.types import Document, Passage

FORMAT_VERSION = 3
DATABASE_NAME = "library.sqlite3"

REPLAY_BATCH = 1024


_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL UNIQUE, revision TEXT NOT NULL,
    format TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, characters INTEGER NOT NULL,
    pages INTEGER, regions BLOB NOT NULL, notices TEXT NOT NULL, furniture TEXT NOT NULL, digest BLOB NOT NULL
);
CREATE TABLE blocks (
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    number INTEGER NOT NULL, kind TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    level INTEGER NOT NULL, page INTEGER, header TEXT NOT NULL, row INTEGER NOT NULL,
    PRIMARY KEY (document_id, number)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, title TEXT NOT NULL, section TEXT NOT NULL,
    paragraph INTEGER NOT NULL, page INTEGER, also TEXT NOT NULL,
    generation INTEGER NOT NULL, vector BLOB NOT NULL, digest BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id, start);
CREATE INDEX passages_by_generation ON passages (generation);
CREATE TABLE removed (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL)
"""

# Libraries of this format that were made before it was here get it with their next change: without it, looking for a
# document of the same content reads every text that the library holds.
_BY_REVISION = "CREATE INDEX IF NOT EXISTS documents_by_revision ON documents (revision)"


@dataclass(frozen=True, slots=True)
class Meta:
    """What a library says of itself: ``model`` is the encoder's identity, ``dim`` the length of its vectors."""

    model: str
    dim: int


# ---- the file as a whole


def exists(folder: Path) -> bool:
    """Whether ``folder`` holds a library that was made completely: the schema and its meta rows are one transaction."""
    if not (folder / DATABASE_NAME).is_file():
        return False
    with contextlib.closing(_open(folder)) as connection:
        return _has_meta(connection)


def create(folder: Path, *, model: str, dim: int) -> None:
    """Make the empty library of an encoder, all or nothing. Needs the write lock; a complete one is left alone."""
    with contextlib.closing(_open(folder)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if not _has_meta(connection):
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            meta = {"format": FORMAT_VERSION, "model": model, "dim": dim, "generation": 0}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", [(key, str(meta[key])) for key in meta])
        connection.execute("COMMIT")


def connect(folder: Path) -> sqlite3.Connection:
    """Open the file of a library that exists.

    :raises LibraryError: ``library_missing``.
    """
    if not (folder / DATABASE_NAME).is_file():
        raise LibraryError("library_missing", path=str(folder))
    return _open(folder)


def read_meta(folder: Path, connection: sqlite3.Connection, *, model: str) -> Meta:
    """What the library says of itself, where this version and ``model`` can use it.

    :raises LibraryError: ``library_missing``, ``library_broken``, ``library_version`` or ``library_model``.
    """
    if not _has_meta(connection):
        raise LibraryError("library_missing", path=str(folder))
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    if not {"format", "model", "dim", "generation"} <= meta.keys():
        raise LibraryError("library_broken", path=str(folder), reason="meta")
    if meta["format"] != str(FORMAT_VERSION):
        raise LibraryError("library_version", path=str(folder), found=meta["format"], expected=FORMAT_VERSION)
    if meta["model"] != model:
        raise LibraryError("library_model", path=str(folder), found=meta["model"], expected=model)
    if not (meta["dim"].isascii() and meta["dim"].isdecimal() and meta["generation"].isascii()):
        raise LibraryError("library_broken", path=str(folder), reason="meta")
    first = connection.execute("SELECT length(vector) FROM passages LIMIT 1").fetchone()
    if not meta["generation"].isdecimal() or first not in (None, (4 * int(meta["dim"]),)):
        raise LibraryError("library_broken", path=str(folder), reason="meta")
    return Meta(model=meta["model"], dim=int(meta["dim"]))


def integrity_problems(connection: sqlite3.Connection) -> list[str]:
    """SQLite's own complaints about the file; empty when it has none."""
    rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    rows += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return [row for row in rows if row != "ok"]


def _open(folder: Path) -> sqlite3.Connection:
    path = folder / DATABASE_NAME
    if (address := still_address(path)) is not None:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:  # what a stopped process left there would not be seen
            raise LibraryError("library_readonly", path=str(folder))
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _has_meta(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetchone()[0])


# ---- changing


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[int]:
    """One write transaction, all or nothing. Gives the generation that it makes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_BY_REVISION)
        made = generation(connection) + 1
        yield made
        connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(made),))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def insert_documents(
    connection: sqlite3.Connection,
    documents: Sequence[tuple[Document, list[Passage]]],
    generation: int,
    vectors: NDArray[np.float32],
) -> list[int]:
    """Store documents with their passages; ``vectors`` float32 (passages of all, dim). Returns the passages' ids."""
    ids: list[int] = []
    for document, passages in documents:
        _insert_document(connection, document)
        for passage in passages:
            row = rows.of_passage(passage, vectors[len(ids)])
            cursor = connection.execute(
                f"INSERT INTO passages ({rows.PASSAGE}, generation, digest)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (*row, generation, digest(row)),
            )
            ids.append(int(cursor.fetchone()[0]))
    return ids


def forget(connection: sqlite3.Connection, document_id: str, generation: int) -> list[int]:
    """Delete a document, if it is there, and note its passages as removed. Returns their ids."""
    gone = [int(row[0]) for row in connection.execute("SELECT id FROM passages WHERE document_id = ?", (document_id,))]
    connection.executemany("INSERT INTO removed VALUES (?, ?)", [(id, generation) for id in gone])
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    return gone


def _insert_document(connection: sqlite3.Connection, document: Document) -> None:
    row, blocks = rows.of_document(document), rows.of_blocks(document)
    proof = digest(value for values in (row, *blocks) for value in values)
    connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, proof))
    connection.executemany(
        "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [(document.id, *values) for values in blocks]
    )


# ---- reading


@contextlib.contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One read transaction, or the one that is under way: everything read inside is of one state."""
    if connection.in_transaction:
        yield connection
        return
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("ROLLBACK")


def library_id(connection: sqlite3.Connection) -> str:
    """What names the library wherever its indexes are kept beyond its folder. Made when it is first asked for."""
    query = "SELECT value FROM meta WHERE key = 'id'"
    if connection.execute(query).fetchone() is None:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('id', ?)", (uuid.uuid4().hex,))
    return str(connection.execute(query).fetchone()[0])


def generation(connection: sqlite3.Connection) -> int:
    """How many changes the library has seen."""
    return int(_required(connection, "SELECT value FROM meta WHERE key = ?", "generation")[0])


def revision(connection: sqlite3.Connection, document_id: str) -> str | None:
    """The hash of the document's file as it was read, or ``None`` where there is no such document."""
    row = connection.execute("SELECT revision FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else str(row[0])


def edition(connection: sqlite3.Connection, document_id: str) -> tuple[str, str] | None:
    """The document's revision and path: what a copy of it in memory must agree with."""
    row = connection.execute("SELECT revision, path FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def identify(connection: sqlite3.Connection, path: str) -> str | None:
    """The id of the document whose file is at ``path``, or ``None`` where there is no such document."""
    row = connection.execute("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
    return None if row is None else str(row[0])


def alike(connection: sqlite3.Connection, document: Document) -> list[str]:
    """The ids of the document that is held under the id of ``document``, and of one whose file has the same content."""
    same = "SELECT id FROM documents WHERE id = ?", (document.id,)
    twin = "SELECT id FROM documents WHERE revision = ? LIMIT 1", (document.revision,)
    return [str(row[0]) for query, values in (same, twin) for row in connection.execute(query, values)]


def select_below(connection: sqlite3.Connection, start: str) -> list[tuple[str, str, str, str]]:
    """Id, path, revision and name of each document whose path begins with ``start``, by path."""
    return connection.execute(
        "SELECT id, path, revision, name FROM documents WHERE path >= ? AND path < ? ORDER BY path",
        (start, start + "\U0010ffff"),
    ).fetchall()


def select_vectors_of(connection: sqlite3.Connection, document_id: str) -> NDArray[np.float32]:
    """The vectors of a document's passages in the order of its text, float32 (passages, dim)."""
    dim = int(_required(connection, "SELECT value FROM meta WHERE key = ?", "dim")[0])
    found = connection.execute("SELECT vector FROM passages WHERE document_id = ? ORDER BY start", (document_id,))
    return np.array([np.frombuffer(row[0], dtype=np.float32) for row in found], np.float32).reshape(-1, dim)


def select_infos(connection: sqlite3.Connection) -> list[tuple[str, str, str, str, str, str, int, int, int]]:
    """Of each document, by name: id, name, title, path, revision, format, characters, blocks, passages."""
    return connection.execute(
        "SELECT id, name, title, path, revision, format, characters,"
        " (SELECT count(*) FROM blocks WHERE document_id = d.id),"
        " (SELECT count(*) FROM passages WHERE document_id = d.id)"
        " FROM documents d ORDER BY name, path"
    ).fetchall()


def document_ids(connection: sqlite3.Connection) -> list[str]:
    """The ids of all documents."""
    return [str(row[0]) for row in connection.execute("SELECT id FROM documents ORDER BY id")]


def select_document(connection: sqlite3.Connection, id: str) -> Document:
    """The document of that id, which exists.

    :raises Damaged: if a byte of it is not the one that was stored, or of the way to it.
    """
    *row, proof = _required(connection, f"SELECT {rows.DOCUMENT}, digest FROM documents WHERE id = ?", id)
    lines = connection.execute(
        f"SELECT {rows.BLOCK} FROM blocks WHERE document_id = ? ORDER BY number", (id,)
    ).fetchall()
    require(proof, (value for values in (row, *lines) for value in values), f"document {id}")
    return rows.to_document(row, lines)


def _required(connection: sqlite3.Connection, query: str, key: str) -> tuple[Any, ...]:
    """The one row of ``query`` for ``key``, which exists: an index of SQLite may name it and a changed byte hide it.

    :raises Damaged: if it is not there.
    """
    row: tuple[Any, ...] | None = connection.execute(query, (key,)).fetchone()
    if row is None:
        raise Damaged(f"{key}: its row is not there")
    return row


def select_passages(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Passage]:
    """The passages of ``ids`` that exist, in no order. Raises as :func:`select_document`."""
    marks = ",".join("?" * len(ids))
    query = f"SELECT id, digest, {rows.PASSAGE} FROM passages WHERE id IN ({marks})"
    return [_passage(*row) for row in connection.execute(query, list(ids))]


def select_passages_of(connection: sqlite3.Connection, document_id: str) -> list[Passage]:
    """The passages of a document in the order of its text. Raises as :func:`select_document`."""
    query = f"SELECT id, digest, {rows.PASSAGE} FROM passages WHERE document_id = ? ORDER BY start"
    return [_passage(*row) for row in connection.execute(query, (document_id,))]


def _passage(id: int, proof: bytes, *row: Any) -> Passage:
    require(proof, row, f"passage {id}")
    return Passage(id, *row[:-1])


def count_documents(connection: sqlite3.Connection) -> int:
    """How many documents there are."""
    return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])


def passage_ids(connection: sqlite3.Connection, document_ids: Iterable[str]) -> frozenset[int]:
    """The ids of all passages of documents.

    :raises LibraryError: ``document_unknown`` (id) for the first, by id, that is not there.
    """
    asked = json.dumps(sorted(document_ids))
    unknown = connection.execute(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM documents) ORDER BY value LIMIT 1", (asked,)
    ).fetchone()
    if unknown is not None:
        raise LibraryError("document_unknown", id=unknown[0])
    rows = connection.execute("SELECT id FROM passages WHERE document_id IN (SELECT value FROM json_each(?))", (asked,))
    return frozenset(int(row[0]) for row in rows)


def count_passages(connection: sqlite3.Connection) -> int:
    """How many passages there are."""
    return int(connection.execute("SELECT count(*) FROM passages").fetchone()[0])


def removed_since(connection: sqlite3.Connection, generation: int) -> list[int]:
    """The ids of passages removed after ``generation``."""
    rows = connection.execute("SELECT id FROM removed WHERE generation > ? ORDER BY id", (generation,))
    return [int(row[0]) for row in rows]


def added_since(connection: sqlite3.Connection, generation: int) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """Passages added after ``generation`` that still exist: ids and their vectors, float32 (n, dim), by batches.

    Raises as :func:`select_document`.
    """
    query = f"SELECT id, digest, {rows.PASSAGE} FROM passages WHERE generation > ? ORDER BY id"
    found = connection.execute(query, (generation,))
    while batch := found.fetchmany(REPLAY_BATCH):
        for id, proof, *row in batch:
            require(proof, row, f"passage {id}")
        yield [int(row[0]) for row in batch], np.stack([np.frombuffer(row[-1], dtype=np.float32) for row in batch])
