"""The search indexes of a library, kept in step with its SQLite file.

The indexes remember the generation that they hold. What a process that was stopped had committed to SQLite only is
replayed into them from there; indexes that a search finds broken are made anew; another process' work is seen. Knows no
file format, question or encoder: what a passage's text is to an index comes from the library.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qa import database
from qa.check import database_problems
from qa.errors import LibraryError
from qa.lock import write_lock
from qa.repair import drop_stale, rebuilt

if TYPE_CHECKING:
    import sqlite3
    from threading import RLock

    import numpy as np
    from numpy.typing import NDArray

    from embeddings.index import Candidate, SearchIndex
    from embeddings.milvus import MilvusServer
    from qa.database import Meta

INDEX_NAME = "index"

T = TypeVar("T")


class Indexes:
    """Both legs of one library, in its folder, or on ``server`` where one is given. ``lock`` is the library's, which its callers hold but for :meth:`changing`; ``texts``
    gives what the indexes see of the passages of ids that exist, in their order.
    """

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        *,
        meta: Meta,
        server: MilvusServer | None,
        lock: RLock,
        texts: Callable[[Sequence[int]], list[str]],
    ) -> None:
        self._folder = folder
        self._connection = connection
        self._lock = lock
        self._texts = texts
        self._changing_now = False
        self._on_server = server is not None
        self._index = _opened(folder, connection, meta, server)

    def close(self) -> None:
        """Let go of the files."""
        self._index.close()

    # ---- searching

    def search(
        self, text: str, vector: NDArray[np.float32], *, k: int, among: frozenset[int] | None = None
    ) -> list[Candidate]:
        """The union of the nearest ``k`` passages of each index, by id, with both scores each; with ``among``, of these
        ids only.
        """
        return self._mending(lambda: self._index.search(text, vector, k=k, among=among))

    def absent(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that no passage holds, in the order given. What is left out may yet be held by none."""
        return self._mending(lambda: self._index.absent(words))

    def catch_up_if_free(self) -> None:
        """Bring the indexes up to date unless another writer is at work, who will: then search what it has saved."""
        if self._changing_now or self._index.generation == database.generation(self._connection):
            return
        self._index.refresh()
        if self._index.generation == database.generation(self._connection):
            return
        try:
            with write_lock(self._folder):
                self._catch_up()
        except LibraryError as error:
            if error.code != "library_busy":
                raise

    def problems(self, stored: set[int]) -> Iterator[str]:
        """Every disagreement with the ids ``stored`` in the library, and with what was written, one sentence each."""
        legs = zip(("dense", "lexical"), self._index.ids(), self._index.changed_files(), strict=True)
        for leg, held, changed in legs:
            if set(held) != stored:
                missing, surplus = len(stored - set(held)), len(set(held) - stored)
                yield f"{leg} index: {missing} passages missing, {surplus} too many"
            for name in changed:
                yield f"{leg} index: {name} changed since it was written"

    # ---- changing

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Keep other writers out. Questions are answered meanwhile: the lock on the object is held by its users.

        :raises LibraryError: ``library_busy``.
        """
        with write_lock(self._folder):
            with self._lock:
                self._catch_up()
                self._changing_now = True
            try:
                yield
            finally:
                self._changing_now = False

    def add(self, ids: Sequence[int], texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Show passages that were committed to the indexes; ``vectors`` float32 ``(len(ids), dim)``."""
        self._renewing(lambda: self._index.add(ids, texts, vectors))

    def remove(self, ids: Sequence[int]) -> None:
        """Take passages that are gone out of the indexes."""
        self._renewing(lambda: self._index.remove(ids))

    def save(self) -> None:
        """Make what the indexes were shown durable. What is not saved is caught up from SQLite."""
        self._renewing(lambda: self._index.commit(database.generation(self._connection)))

    def rebuild(self) -> None:
        """Make the indexes anew from the SQLite file, and drop what a stopped process left in the folder. Needs the
        write lock.

        :raises LibraryError: ``library_broken``, with nothing changed, if the SQLite file itself is damaged.
        """
        with database.reading(self._connection) as connection:
            problems, _, _ = database_problems(self._folder, connection)
        if problems:
            raise LibraryError("library_broken", path=str(self._folder), reason=problems[0])
        drop_stale(self._folder, INDEX_NAME)
        if self._on_server:
            self._index.forget()
            self._fill(self._index)
            return
        old = self._index
        self._index = rebuilt(self._folder / INDEX_NAME, dim=old.dim, fill=self._fill)
        old.close()

    # ---- inside

    def _mending(self, search: Callable[[], list[T]]) -> list[T]:
        """What ``search`` finds; where it shows that the index is broken, once more after that was made anew."""
        from embeddings.errors import IndexBroken

        self.catch_up_if_free()
        try:
            return search()
        except IndexBroken:
            self._index.forget()
        self.catch_up_if_free()
        return search()

    def _catch_up(self) -> None:
        """Replay into the indexes what a stopped process had committed to SQLite only. Needs the write lock."""
        self._index.refresh()
        self._renewing(lambda: self._fill(self._index))

    def _renewing(self, change: Callable[[], None]) -> None:
        """Do ``change``; where the index is too broken to be written, make it anew of all that SQLite holds."""
        from embeddings.errors import IndexBroken

        try:
            change()
        except IndexBroken:
            self._index.forget()
            self._fill(self._index)

    def _fill(self, index: SearchIndex) -> None:
        """Replay into ``index`` what it does not hold yet, and commit it."""
        with database.reading(self._connection) as connection:
            generation, held = database.generation(connection), index.generation
            if held == generation:
                return
            since = held if held < generation else 0
            if held > generation:  # SQLite lost its last commits, as in a power cut: what the index has of them goes
                index.forget()
            index.remove(database.removed_since(connection, since))
            for ids, vectors in database.added_since(connection, since):
                index.add(ids, self._texts(ids), vectors)
        index.commit(generation)


def _opened(folder: Path, connection: sqlite3.Connection, meta: Meta, server: MilvusServer | None) -> SearchIndex:
    if server is None:
        from embeddings.hybrid import HybridIndex

        return HybridIndex.open(folder / INDEX_NAME, dim=meta.dim)
    from embeddings.milvus import MilvusIndex

    return MilvusIndex(server, library=database.library_id(connection), model=meta.model, dim=meta.dim)
