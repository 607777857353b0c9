"""The tables of ``ui.conversations``, and the digest that each row carries, so that what changed on the disk is refused.

Not a signature: who can write the file can write the digest. Functions take an open connection inside a transaction.
Knows no clock, limit or answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from qa.digest import digest

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, named INTEGER NOT NULL, words TEXT NOT NULL,
    created REAL NOT NULL, changed REAL NOT NULL, deleted REAL
);
CREATE TABLE turns (
    conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number INTEGER NOT NULL, asked REAL NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, words TEXT NOT NULL,
    rating TEXT NOT NULL, PRIMARY KEY (conversation_id, number)
);
CREATE INDEX conversations_by_time ON conversations (changed)
"""
_DIGESTS = """
ALTER TABLE conversations ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
ALTER TABLE turns ADD COLUMN digest BLOB NOT NULL DEFAULT x''
"""
_HEAD = "id, title, named, words, created, changed, deleted"
_TURN = "conversation_id, number, asked, question, answer, words, rating"


def prepare(connection: sqlite3.Connection) -> int:
    """Make the tables in a file that is new, bring those of version 1 up to date; the version that is there now."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > 1:
        return int(version)
    for statement in [*(_SCHEMA.split(";") if not version else ()), *_DIGESTS.split(";")]:
        connection.execute(statement)
    for (id,) in connection.execute("SELECT id FROM conversations").fetchall():
        seal(connection, id)
        for (number,) in connection.execute("SELECT number FROM turns WHERE conversation_id = ?", (id,)).fetchall():
            seal_turn(connection, id, number)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return SCHEMA_VERSION


def seal(connection: sqlite3.Connection, id: str) -> None:
    """Write the digest of a conversation's own row, as it is now."""
    row = connection.execute(f"SELECT {_HEAD} FROM conversations WHERE id = ?", (id,)).fetchone()
    connection.execute("UPDATE conversations SET digest = ? WHERE id = ?", (_proof(row), id))


def seal_turn(connection: sqlite3.Connection, id: str, number: int) -> None:
    """Write the digest of a turn, as it is now."""
    where = (id, number)
    row = connection.execute(f"SELECT {_TURN} FROM turns WHERE conversation_id = ? AND number = ?", where).fetchone()
    connection.execute("UPDATE turns SET digest = ? WHERE conversation_id = ? AND number = ?", (_proof(row), *where))


def is_intact(connection: sqlite3.Connection, id: str) -> bool:
    """Whether a conversation and all its turns are as they were written."""
    head = connection.execute(f"SELECT digest, {_HEAD} FROM conversations WHERE id = ?", (id,)).fetchall()
    turns = connection.execute(f"SELECT digest, {_TURN} FROM turns WHERE conversation_id = ?", (id,)).fetchall()
    return all(proof == _proof(row) for proof, *row in (*head, *turns))


def _proof(row: Sequence[Any]) -> bytes:
    # A float's shortest form in decimal gives it back exactly.
    return digest(repr(value) if isinstance(value, float) else value for value in row)
