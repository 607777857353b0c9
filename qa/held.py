"""What a library holds of files: read through a connection of its own, so that reading files never waits for storing.

It sees what was committed. Knows no index or passage's text.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qa import database
from qa.intake import Held, document_id

if TYPE_CHECKING:
    import sqlite3


class HeldFiles:
    """The documents of the library in ``folder``, by their files. For several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One read transaction.

        :raises LibraryError: ``library_broken``.
        """
        with self._lock, database.mapped_errors(self._folder):
            if self._connection is None:
                self._connection = database.connect(self._folder)
            with database.reading(self._connection) as connection:
                yield connection

    def below(self, start: str) -> list[Held]:
        """What is held of the files whose paths begin with ``start``, by path."""
        with self.reading() as connection:
            return [Held(*row) for row in database.select_below(connection, start)]

    def revision(self, id: str) -> str | None:
        """The revision of a document; ``None`` where there is none."""
        with self.reading() as connection:
            return database.revision(connection, id)

    def identify(self, path: Path) -> str:
        """The id of the document at ``path``: of the one that is held, else a new one. A moved one keeps its first."""
        with self.reading() as connection:
            held = database.identify(connection, str(path))
            id, count = held or document_id(path), 0
            while held is None and database.revision(connection, id) is not None:
                count += 1
                id = document_id(Path(f"{path}\0{count}"))
            return id
