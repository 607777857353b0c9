"""Conversations kept beside the library: every turn as the JSON of design § 5, with its time, in a SQLite file of its own.

A change is one transaction, on disk when the call returns; a crash at any instant leaves the last one readable. Each
call opens the file for itself, so several threads and processes may share a folder. Times are seconds since 1970, UTC.
A conversation of which a byte changed on the disk is refused. Knows no library, page or answer: whether a stored quote
still holds is for ``ui.recall`` to say.

Not covered: two programs with different clocks; a folder on a network drive that cannot lock files.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from qa.disk import is_full, is_read_only, still_address
from ui import conversation_rows as rows
from ui.errors import ConversationError
from ui.escape import one_line

DATABASE_NAME = "conversations.sqlite3"

TITLE_LIMIT = 120
"""Characters of a title. A question that is longer gives a title that is cut."""

TURNS_LIMIT = 500
TURN_BYTES = 4 * 1024 * 1024
CONVERSATIONS_LIMIT = 20_000
"""Turns of one conversation, UTF-8 bytes of one turn's answer, conversations of one library."""

LIST_LIMIT = 200
"""Conversations listed at once."""

KEPT_DELETED = 7 * 24 * 3600
"""Seconds for which a deleted conversation can still be brought back."""

SEARCH_LIMIT = 200
"""Characters of a search that are looked at."""

BUSY_SECONDS = 10.0

Rating = Literal["up", "down", ""]

_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_LISTED = """
SELECT id, title, created, changed, (SELECT count(*) FROM turns WHERE conversation_id = id), {hit} AS hit
FROM conversations WHERE deleted IS NULL AND {found} ORDER BY changed DESC, rowid DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class ConversationInfo:
    """One line of the list. ``hit`` is the number of the first turn that a search found, 0 where it found none."""

    id: str
    title: str
    created: float
    changed: float
    turns: int
    hit: int = 0


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One question and its answer as they were given. ``number`` counts from 1; ``answer`` is JSON of design § 5."""

    number: int
    asked: float
    question: str
    answer: Mapping[str, Any]
    rating: Rating


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with its turns in the order in which they were asked."""

    id: str
    title: str
    created: float
    changed: float
    turns: tuple[StoredTurn, ...]


@dataclass(frozen=True, slots=True)
class Conversations:
    """The conversations of the library in ``folder``. The file is made with the first of them.

    Every method raises ``ConversationError``: ``conversations_broken``, ``conversations_version``,
    ``conversations_busy`` or ``conversations_disk``, where the file cannot be used.
    """

    folder: Path
    clock: Callable[[], float] = time.time

    # ---- reading

    def find(self, search: str = "", *, limit: int = LIST_LIMIT) -> list[ConversationInfo]:
        """The newest ``limit`` conversations; with ``search``, those with a turn or a title that holds all its words."""
        terms = _folded(search[:SEARCH_LIMIT]).split()
        inside = " AND ".join(["instr(words, ?) > 0"] * len(terms))
        hit = f"(SELECT min(number) FROM turns WHERE conversation_id = id AND {inside})" if terms else "0"
        query = _LISTED.format(hit=hit, found=f"(hit IS NOT NULL OR {inside})" if terms else "1")
        with self._reading() as connection:
            found = connection.execute(query, (*terms, *terms, limit)).fetchall()
        return [
            ConversationInfo(id, title, created, changed, turns, hit or 0)
            for id, title, created, changed, turns, hit in found
        ]

    def ids(self) -> list[str]:
        """The ids of all conversations that are not deleted."""
        with self._reading() as connection:
            query = "SELECT id FROM conversations WHERE deleted IS NULL ORDER BY rowid"
            return [str(row[0]) for row in connection.execute(query)]

    def load(self, id: str) -> Conversation:
        """The conversation ``id`` as it was stored.

        :raises ConversationError: ``conversation_unknown`` or ``conversation_damaged``.
        """
        with self._reading() as connection:
            head = _head(connection, id)
            if not rows.is_intact(connection, id):
                raise ConversationError("conversation_damaged", id=id)
            found = connection.execute(
                "SELECT number, asked, question, answer, rating FROM turns WHERE conversation_id = ? ORDER BY number",
                (id,),
            ).fetchall()
            try:
                turns = tuple(
                    StoredTurn(number, asked, question, _record(answer), rating)
                    for number, asked, question, answer, rating in found
                )
            except ValueError as error:
                raise ConversationError("conversations_broken", path=str(self._path), reason=str(error)) from error
        return Conversation(id, *head, turns)

    def turn(self, id: str, number: int) -> StoredTurn:
        """One turn of the conversation ``id``.

        :raises ConversationError: ``conversation_unknown`` or ``turn_unknown``.
        """
        found = next((turn for turn in self.load(id).turns if turn.number == number), None)
        if found is None:
            raise ConversationError("turn_unknown", id=id, number=number)
        return found

    # ---- changing

    def create(self, title: str = "") -> str:
        """Make an empty conversation and return its id. Without a ``title`` its first question becomes it.

        :raises ConversationError: ``conversation_title_long`` or ``conversations_full``.
        """
        name = clean_title(title) if title.strip() else ""
        id, now = secrets.token_hex(8), self.clock()
        with self._changing() as connection:
            (count,) = connection.execute("SELECT count(*) FROM conversations").fetchone()
            if count >= CONVERSATIONS_LIMIT:
                raise ConversationError("conversations_full", count=count, limit=CONVERSATIONS_LIMIT)
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, NULL, x'')",
                (id, name, bool(name), _folded(name), now, now),
            )
            rows.seal(connection, id)
        return id

    def append(self, id: str, answer: Mapping[str, Any]) -> int:
        """Add the turn whose answer is ``answer``, JSON of design § 5, and return its number.

        :raises ConversationError: ``conversation_unknown``, ``conversation_long`` or ``turn_large``.
        """
        question, now = str(answer["question"]), self.clock()
        record = json.dumps(answer, ensure_ascii=False, allow_nan=False)
        size = len(record.encode())
        if size > TURN_BYTES:
            raise ConversationError("turn_large", size=size, limit=TURN_BYTES)
        with self._changing() as connection:
            title = _head(connection, id)[0]
            (last,) = connection.execute("SELECT max(number) FROM turns WHERE conversation_id = ?", (id,)).fetchone()
            number = (last or 0) + 1
            if number > TURNS_LIMIT:
                raise ConversationError("conversation_long", limit=TURNS_LIMIT)
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, '', x'')",
                (id, number, now, question, record, _words(answer)),
            )
            if not title:
                title = one_line(question, limit=TITLE_LIMIT)
                connection.execute(
                    "UPDATE conversations SET title = ?, words = ? WHERE id = ?", (title, _folded(title), id)
                )
            connection.execute("UPDATE conversations SET changed = ? WHERE id = ?", (now, id))
            rows.seal_turn(connection, id, number)
            rows.seal(connection, id)
        return number

    def rename(self, id: str, title: str) -> str:
        """Give the conversation another title, and return it as it is kept: one line, no white space around it.

        :raises ConversationError: ``conversation_unknown``, ``conversation_title_empty`` or
            ``conversation_title_long``.
        """
        name = clean_title(title)
        with self._changing() as connection:
            _head(connection, id)
            connection.execute(
                "UPDATE conversations SET title = ?, named = 1, words = ? WHERE id = ?", (name, _folded(name), id)
            )
            rows.seal(connection, id)
        return name

    def delete(self, id: str) -> None:
        """Put the conversation away; :meth:`restore` brings it back within ``KEPT_DELETED`` seconds.

        :raises ConversationError: ``conversation_unknown``.
        """
        now = self.clock()
        with self._changing() as connection:
            _head(connection, id)
            connection.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (now, id))
            rows.seal(connection, id)
            connection.execute("DELETE FROM conversations WHERE deleted < ?", (now - KEPT_DELETED,))

    def restore(self, id: str) -> None:
        """Bring a deleted conversation back; one that is not deleted stays as it is.

        :raises ConversationError: ``conversation_unknown``.
        """
        with self._changing() as connection:
            oldest = self.clock() - KEPT_DELETED
            changed = connection.execute(
                "UPDATE conversations SET deleted = NULL WHERE id = ? AND (deleted IS NULL OR deleted >= ?)",
                (id, oldest),
            )
            if not changed.rowcount:
                raise ConversationError("conversation_unknown", id=id)
            rows.seal(connection, id)

    def rate(self, id: str, number: int, rating: Rating) -> None:
        """Remember what a person thought of an answer; ``""`` forgets it.

        :raises ConversationError: ``conversation_unknown`` or ``turn_unknown``.
        """
        with self._changing() as connection:
            _head(connection, id)
            where = (rating, id, number)
            if not connection.execute(
                "UPDATE turns SET rating = ? WHERE conversation_id = ? AND number = ?", where
            ).rowcount:
                raise ConversationError("turn_unknown", id=id, number=number)
            rows.seal_turn(connection, id, number)

    # ---- inside

    @property
    def _path(self) -> Path:
        return self.folder / DATABASE_NAME

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One read transaction, of one state; of an empty store before the first conversation was kept."""
        with self._mapped():
            path = self._path if self._path.is_file() else ":memory:"
            with contextlib.closing(_connect(path)) as connection:
                connection.execute("BEGIN")
                self._prepare(connection)
                yield connection

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction, all or nothing."""
        with self._mapped():
            self.folder.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(_connect(self._path)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("BEGIN IMMEDIATE")
                self._prepare(connection)
                yield connection
                connection.execute("COMMIT")  # where it is not reached, closing undoes all

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in a file that is new; refuse one of another version."""
        version = rows.prepare(connection)
        if version != rows.SCHEMA_VERSION:
            found, expected = str(version), str(rows.SCHEMA_VERSION)
            raise ConversationError("conversations_version", path=str(self._path), found=found, expected=expected)

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[None]:
        """Say of SQLite's and the system's errors what they mean for the conversations."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if is_full(error, self.folder):
                raise ConversationError("conversations_disk", path=str(self._path)) from error
            if is_read_only(error, self.folder):
                raise ConversationError("conversations_readonly", path=str(self._path)) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise ConversationError("conversations_busy", path=str(self._path)) from error
            raise ConversationError("conversations_broken", path=str(self._path), reason=str(error)) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConversationError("conversations_broken", path=str(self._path), reason=reason) from error


def iso_moment(seconds: float) -> str:
    """A time, in seconds since 1970, as ISO 8601, UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clean_title(title: str) -> str:
    """``title`` on one line, without what cannot be seen.

    :raises ConversationError: ``conversation_title_empty`` or ``conversation_title_long`` (length, limit).
    """
    if len(title) > TITLE_LIMIT:
        raise ConversationError("conversation_title_long", length=len(title), limit=TITLE_LIMIT)
    clean = one_line(title, limit=TITLE_LIMIT)
    if not clean:
        raise ConversationError("conversation_title_empty")
    return clean


def _connect(path: Path | str) -> sqlite3.Connection:
    if isinstance(path, Path) and (address := still_address(path)) is not None:
        return sqlite3.connect(address, uri=True, isolation_level=None)
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What was deleted for good is overwritten, not merely unlinked.
        connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _head(connection: sqlite3.Connection, id: str) -> tuple[str, float, float]:
    """Title, creation and last change of a conversation that is not deleted."""
    query = "SELECT title, created, changed FROM conversations WHERE id = ? AND deleted IS NULL"
    row = connection.execute(query, (id,)).fetchone() if _ID.fullmatch(id) else None
    if row is None:
        raise ConversationError("conversation_unknown", id=id)
    return str(row[0]), float(row[1]), float(row[2])


def _record(stored: str) -> Mapping[str, Any]:
    record = json.loads(stored)
    if not isinstance(record, dict):
        raise ValueError("a turn is no object")
    return record


def _words(answer: Mapping[str, Any]) -> str:
    """What a search looks in: the question, the answer and its quotes, not what lay near without being an answer."""
    quotes = [cited["quote"] for part in ("citations", "others") for cited in answer.get(part, ())]
    said = (answer["question"], answer.get("understood", ""), answer["answer"], *quotes)
    return "\n".join(_folded(part) for part in said)


def _folded(text: str) -> str:
    from embeddings.folding import fold

    return fold(text)
