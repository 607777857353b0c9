"""The library: documents, passages and vectors in one SQLite file, and the search indexes kept in step with it.

The SQLite file is the truth. Every change to it is one transaction that also raises ``generation``, from which
``qa.indexes`` brings the indexes up to date, so a crash at any instant costs nothing but that catching up. Passage ids
are never used twice. This module knows no file format, question or page: what a file says comes from ``qa.intake``,
vectors from the encoder it is given.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa import database
from qa.check import database_problems
from qa.documents import MEMBER_SEPARATOR
from qa.errors import LibraryError
from qa.held import HeldFiles
from qa.index_texts import index_text, index_texts
from qa.indexes import Indexes
from qa.intake import Held, Intake, renamed
from qa.lock import write_lock
from qa.report import AddReport
from qa.types import Document, Passage

if TYPE_CHECKING:
    import sqlite3

    import numpy as np
    from numpy.typing import NDArray

    from embeddings.encoder import Encoder
    from embeddings.index import Candidate
    from embeddings.milvus import MilvusServer
    from qa.database import Meta

PASSAGES_PER_TRANSACTION = 256
"""Passages embedded and stored at a time: a crash loses at most the work on these."""

PASSAGES_PER_INDEX_COMMIT = 8192
"""Saving an index costs time that grows with it, so it is done rarely; what is not saved is caught up from SQLite."""

DOCUMENTS_CACHED = 64


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One line of the library's list. Counts are of code points, blocks and passages."""

    id: str
    name: str
    title: str
    path: str
    revision: str
    format: str
    characters: int
    paragraphs: int
    passages: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What ``check`` counted, and every disagreement that it found, one sentence each; none means sound."""

    documents: int
    passages: int
    problems: tuple[str, ...]


class Library:
    """A folder of indexed documents. Made by :meth:`open` or :meth:`create`; one object may serve several threads."""

    def __init__(
        self, folder: Path, connection: sqlite3.Connection, *, meta: Meta, server: MilvusServer | None = None
    ) -> None:
        self.folder = folder
        self._dim = meta.dim
        self._connection = connection
        self._lock = threading.RLock()
        self._cache: dict[tuple[str, tuple[str, str]], Document] = {}
        self._held = HeldFiles(folder)
        self._indexes = Indexes(folder, connection, meta=meta, server=server, lock=self._lock, texts=self._index_texts)

    # ---- opening and closing

    @classmethod
    def open(cls, folder: Path, *, model: str, server: MilvusServer | None = None) -> Library:
        """Open the library in ``folder``, made with the encoder whose identity is ``model``. With ``server`` it is
        searched there, without in its folder; the documents stay in the folder.

        :raises LibraryError: ``library_missing``, ``library_broken``, ``library_version`` or ``library_model``.
        """
        with database.mapped_errors(folder):
            connection = database.connect(folder)
            try:
                meta = database.read_meta(folder, connection, model=model)
                return cls(folder, connection, meta=meta, server=server)
            except BaseException:
                connection.close()
                raise

    @classmethod
    def create(cls, folder: Path, *, encoder: Encoder, server: MilvusServer | None = None) -> Library:
        """Open the library in ``folder``, making it first where there is none; ``server`` as for :meth:`open`.

        :raises LibraryError: as :meth:`open`, ``library_dimension``, ``library_busy`` or ``disk_full``.
        """
        with database.mapped_errors(folder):
            if not database.exists(folder):
                with write_lock(folder):
                    database.create(folder, model=encoder.identity, dim=encoder.dim)
        opened = cls.open(folder, model=encoder.identity, server=server)
        try:
            opened._require_dim(encoder.dim)
        except LibraryError:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Let go of the files. Nothing is pending: what was added is already committed."""
        with self._lock:
            self._indexes.close()
            self._held.close()
            self._connection.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- reading

    def documents(self) -> list[DocumentInfo]:
        """All documents, by name."""
        with self._reading() as connection:
            return [DocumentInfo(*row) for row in database.select_infos(connection)]

    def document(self, document_id: str) -> Document:
        """The document, with its text and blocks as they are now.

        :raises LibraryError: ``document_unknown``.
        """
        with self._reading() as connection:
            return self._document(connection, document_id)

    def held(self, start: str) -> list[Held]:
        """What is held of the files whose paths begin with ``start``, by path."""
        return self._held.below(start)

    def passages(self, ids: Sequence[int]) -> list[tuple[Passage, Document]]:
        """The passages of ``ids`` that still exist, in that order, each with its document, all of one state."""
        with self._reading() as connection:
            found = {passage.id: passage for passage in database.select_passages(connection, ids)}
            return [(found[id], self._document(connection, found[id].document_id)) for id in ids if id in found]

    def document_count(self) -> int:
        """How many documents there are."""
        with self._reading() as connection:
            return database.count_documents(connection)

    def passage_count(self) -> int:
        """How many passages can be found."""
        with self._reading() as connection:
            return database.count_passages(connection)

    def require(self, document_ids: Iterable[str]) -> None:
        """Do nothing if the library holds all of ``document_ids``.

        :raises LibraryError: ``document_unknown``.
        """
        with self._reading() as connection:
            database.passage_ids(connection, document_ids)

    def search(
        self, text: str, vector: NDArray[np.float32], *, k: int, documents: frozenset[str] | None = None
    ) -> list[Candidate]:
        """The union of the nearest ``k`` passages of each index, by id, with both scores each. With ``documents``,
        ids, the nearest ``k`` of theirs.

        What other processes have added since is seen first. A candidate may be gone from the library already:
        :meth:`passages` leaves such ones out.

        :raises LibraryError: ``document_unknown`` or ``library_dimension``.
        :raises EngineError: the index cannot be used now.
        """
        self._require_dim(len(vector))
        with self._lock, database.mapped_errors(self.folder):
            if documents is None:
                return self._indexes.search(text, vector, k=k)
            with self._reading() as connection:
                among = database.passage_ids(connection, documents)
            return self._indexes.search(text, vector, k=k, among=among)

    def absent(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that no document holds, nor its titles, in the order given. What is left out may yet be
        held by none.
        """
        with self._lock, database.mapped_errors(self.folder):
            return self._indexes.absent(words)

    # ---- changing

    def add(
        self,
        paths: Iterable[Path],
        *,
        encoder: Encoder,
        progress: Callable[[Path | None, int], None] | None = None,
        workers: int = 1,
    ) -> AddReport:
        """Add or update files and folders. Unchanged files are skipped; a bad file is reported and the rest go on.

        ``workers`` files are read at once, ahead of the embedding, and what was embedded is stored while more is; with
        0 one thing is done after the other. ``progress`` is called, from any thread, with each file and 0 as it is
        opened, and with ``None`` and n after n passages were stored.

        :raises LibraryError: ``library_busy`` or ``disk_full``; what was committed before stays.
        """
        intake = self.intake()
        tell = progress or (lambda _path, _count: None)
        with contextlib.closing(intake.changed(paths, opened=lambda path: tell(path, 0), workers=workers)) as documents:
            stored = self.add_documents(
                documents, encoder=encoder, progress=lambda count: tell(None, count), overlap=workers > 0
            )
        if intake.vanished:
            self.remove([held.id for held in intake.vanished])
        return intake.report(passages=stored)

    def intake(self, revision: Callable[[str], str | None] | None = None) -> Intake:
        """What tells which files differ from what is held; what it gives is for :meth:`add_documents`. ``revision`` says
        what is held where more is on its way than is stored.
        """
        return Intake(
            revision or self._held.revision, self._held.identify, lambda path: self.held(f"{path}{MEMBER_SEPARATOR}")
        )

    def add_documents(
        self,
        documents: Iterable[Document],
        *,
        encoder: Encoder,
        progress: Callable[[int], None] | None = None,
        overlap: bool = False,
    ) -> int:
        """Add or replace documents that were read already. Returns how many passages were stored.

        Documents are taken when all before them are stored; with ``overlap`` those of one transaction ahead.

        :raises LibraryError: ``library_busy`` or ``disk_full``; what was committed before stays.
        """
        from qa.ahead import behind
        from qa.passages import split_all

        total = saved = 0
        batches = split_all(documents, at_least=PASSAGES_PER_TRANSACTION)
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._changing())
            embedded = ((batch, self._embedded(batch, encoder=encoder)) for batch in batches)
            stored = stack.enter_context(contextlib.closing(behind(embedded, self._insert, overlap=overlap)))
            for count in stored:
                total += count
                if progress is not None:
                    progress(count)
                if total - saved >= PASSAGES_PER_INDEX_COMMIT:
                    self._save_indexes()
                    saved = total
            self._save_indexes()
        return total

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents.

        :raises LibraryError: ``document_unknown``, before anything is removed; ``library_busy``; ``disk_full``.
        """
        with self._changing(), self._lock:
            for id in ids:
                if self._held.revision(id) is None:
                    raise LibraryError("document_unknown", id=id)
            with database.transaction(self._connection) as generation:
                gone = [row for id in ids for row in database.forget(self._connection, id, generation)]
            self._indexes.remove(gone)
            self._save_indexes()

    def move(self, id: str, *, path: str, name: str) -> None:
        """Follow a document whose file was moved: its id, text and vectors stay, so that quotes of it still hold.

        :raises LibraryError: ``document_unknown``; ``library_busy``; ``disk_full``.
        """
        with self._changing(), self._lock:
            with self._reading() as connection:
                document = self._document(connection, id)
                passages = database.select_passages_of(connection, id)
                vectors = database.select_vectors_of(connection, id)
            self._insert([renamed(document, passages, path=path, name=name)], vectors)
            self._save_indexes()

    # ---- checking

    def check(self) -> CheckReport:
        """Whether every row is as it was stored, every offset slices to its text, both indexes hold exactly the
        library's passages and are as they were written, and words are matched at all.
        """
        from embeddings.hybrid import self_test

        with self._lock, database.mapped_errors(self.folder):
            self._indexes.catch_up_if_free()
            with self._reading() as connection:
                problems, stored, documents = database_problems(self.folder, connection)
            problems.extend(self._indexes.problems(stored))
        if not self_test():
            problems.append("lexical index: a Chinese question does not find the words of its own passage")
        return CheckReport(documents=documents, passages=len(stored), problems=tuple(problems))

    def repair(self) -> None:
        """Make the indexes anew from the SQLite file, and drop what a stopped process left in the folder. Other
        processes go on searching the old indexes until the new ones are whole; on a server, what is there of the new ones.

        :raises LibraryError: ``library_broken``, with nothing changed, if the SQLite file itself is damaged, which only
            a backup mends; ``library_busy``; ``disk_full``.
        """
        with database.mapped_errors(self.folder), write_lock(self.folder), self._lock:
            self._indexes.rebuild()

    # ---- inside

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One read transaction: everything read inside is of one state."""
        with self._lock, database.mapped_errors(self.folder), database.reading(self._connection) as connection:
            yield connection

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep other writers out. Questions are answered meanwhile: the lock on the object is held by its users."""
        with database.mapped_errors(self.folder), self._indexes.changing():
            yield

    def _require_dim(self, dim: int) -> None:
        """Refuse vectors that are not as long as those that the library holds."""
        if dim != self._dim:
            raise LibraryError("library_dimension", path=str(self.folder), found=dim, expected=self._dim)

    def _embedded(
        self, documents: Sequence[tuple[Document, list[Passage]]], *, encoder: Encoder
    ) -> NDArray[np.float32]:
        """The vectors of the passages of whole documents; of what the library holds already, its own."""
        from qa.reuse import completed, known_vectors

        self._require_dim(encoder.dim)
        with self._held.reading() as connection:
            known = known_vectors(connection, [document for document, _ in documents], index_texts)
        return completed(index_texts(documents), known, encoder.encode_passages, dim=encoder.dim)

    def _insert(self, documents: Sequence[tuple[Document, list[Passage]]], vectors: NDArray[np.float32]) -> int:
        """Store whole documents in one transaction, then show them to the indexes. Returns how many passages."""
        texts = index_texts(documents)
        with self._lock:
            with database.transaction(self._connection) as generation:
                gone = [
                    id for document, _ in documents for id in database.forget(self._connection, document.id, generation)
                ]
                ids = database.insert_documents(self._connection, documents, generation, vectors)
            self._indexes.remove(gone)
            self._indexes.add(ids, texts, vectors)
        return len(ids)

    def _save_indexes(self) -> None:
        with self._lock:
            self._indexes.save()

    def _index_texts(self, ids: Sequence[int]) -> list[str]:
        return [
            index_text(passage, document.text[passage.start : passage.end]) for passage, document in self.passages(ids)
        ]

    def _document(self, connection: sqlite3.Connection, id: str) -> Document:
        edition = database.edition(connection, id)
        if edition is None:
            raise LibraryError("document_unknown", id=id)
        document = self._cache.pop((id, edition), None) or database.select_document(connection, id)
        self._cache[id, edition] = document
        if len(self._cache) > DOCUMENTS_CACHED:
            del self._cache[next(iter(self._cache))]
        return document
