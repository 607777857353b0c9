"""What a shelf does while the page is open: take uploads in, one after another, and remove documents with a way back.

Uploads wait in one queue, so that two people, or a folder of a thousand files, never meet at the library's write lock;
files that wait together are stored together. Questions are answered meanwhile. Whatever happens to the page, what was
kept on the disk is added, here or at the next start. A removal is done when :meth:`Keeper.remove` returns, and the
document is kept aside as it was, so that it can be put back exactly, whatever became of its file.

Not covered: a program that holds the library's write lock. Uploads then fail with ``library_busy`` and wait for
:meth:`Keeper.retry`. Knows no HTTP, page or wording.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embeddings.errors import EmbeddingsError
from qa.documents import KNOWN
from qa.errors import DocumentError, YinjuError
from qa.intake import document_id
from qa.report import AddReport
from qa.types import Document
from ui.errors import RequestError
from ui.shelf_files import Aside, FileStore, Incoming, Staged

if TYPE_CHECKING:
    from embeddings.encoder import Encoder, Floats2d
    from qa.library import Library

Problem = YinjuError | EmbeddingsError

State = Literal["waiting", "reading", "storing", "done", "failed"]

WAITING_LIMIT = 2000
"""Uploads that may wait at a time; a folder with more is for ``yinju add``."""

ENTRIES_KEPT = 500
"""Finished uploads that are remembered, the last ones."""

CLOSE_SECONDS = 10.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One upload on its way. ``share`` in [0, 1] is how much of what is being stored is done; ``begun`` and ``ended``
    are seconds of the monotonic clock, 0 before. ``documents`` are the ids of its documents, ``twin`` the name of the
    document that had the same content already. ``error`` is why it stopped though its file may be sound; such an
    upload is kept and can be tried again.
    """

    id: str
    name: str
    size: int
    state: State = "waiting"
    share: float = 0.0
    begun: float = 0.0
    ended: float = 0.0
    documents: tuple[str, ...] = ()
    twin: str = ""
    report: AddReport = AddReport()
    error: Problem | None = None

    @property
    def active(self) -> bool:
        """Whether anything is still to come of it."""
        return self.state not in ("done", "failed")


class _Closing(BaseException):
    """The keeper closes while it is at work."""


class Keeper:
    """Adds to and removes from one library. Safe to use from several threads; works in a thread of its own."""

    def __init__(self, library: Library, encoder: Encoder) -> None:
        self._library = library
        self._encoder = encoder
        self._store = FileStore(library.folder)
        self._changed = threading.Condition()
        self._turn = threading.Lock()  # held by whoever changes the library
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._staged: dict[str, Staged] = {}
        self._queue: deque[str] = deque()
        self._thread: threading.Thread | None = None
        self._uncommitted: set[str] = set()  # ids of documents that were read and are not in the library yet
        self._interrupting = 0
        self._closing = False
        self._version = 0

    # ---- what there is

    @property
    def version(self) -> int:
        """Rises with every change that this keeper made to the library."""
        return self._version

    def entries(self) -> list[Entry]:
        """All uploads that are remembered, the last first."""
        with self._changed:
            return list(reversed(self._entries.values()))

    def removed(self) -> list[Aside]:
        """Documents that can be put back, the last removed first."""
        return self._store.asides()

    # ---- taking in

    def receive(self, name: str) -> Incoming:
        """A place for the bytes of an upload called ``name``; give what its ``keep`` gives to :meth:`take`.

        :raises LibraryError: ``disk_full`` or ``library_broken``.
        :raises RequestError: ``upload_count``: too many are waiting.
        """
        with self._changed:
            if len(self._queue) >= WAITING_LIMIT:
                raise RequestError("upload_count", count=len(self._queue), limit=WAITING_LIMIT)
        return self._store.receive(name)

    def take(self, staged: Staged) -> Entry:
        """Put a kept upload in the queue. One that is there already, waiting or at work, is not put there twice."""
        with self._changed:
            known = self._entries.get(staged.key)
            if known is not None and known.active:
                return known
            self._staged[staged.key] = staged
            return self._enqueue(Entry(staged.key, staged.name, staged.size))

    def resume(self) -> None:
        """At the start: take in what an earlier run had kept but not added, and sweep out what is old."""
        self._store.sweep([info.path for info in self._library.documents()])
        for staged in self._store.pending():
            self.take(staged)

    def retry(self, id: str) -> Entry:
        """Try an upload again.

        :raises RequestError: ``upload_unknown``.
        """
        with self._changed:
            entry = self._entries.get(id)
            if entry is None or entry.error is None or id not in self._staged:
                raise RequestError("upload_unknown", id=id)
            return self._enqueue(Entry(id, entry.name, entry.size))

    def wait(self, id: str) -> Entry:
        """The upload ``id``, which was taken, once it is finished, given up, or the keeper closes."""
        with self._changed:
            entry = self._entries[id]
            while entry.active and id in self._entries and not self._closing:
                self._changed.wait()
                entry = self._entries.get(id, entry)
            return entry

    def clear(self) -> None:
        """Forget finished uploads; those that could be tried again are given up and deleted."""
        with self._changed:
            for id in [id for id, entry in self._entries.items() if not entry.active]:
                del self._entries[id]
                if (staged := self._staged.pop(id, None)) is not None:
                    self._store.discard(staged)
            self._changed.notify_all()

    # ---- removing and putting back

    def remove(self, ids: Sequence[str]) -> list[Aside]:
        """Remove documents, kept aside. Waits for what is being stored just now.

        :raises LibraryError: ``document_unknown``, before anything is removed; ``library_busy``; ``disk_full``.
        """
        with self._my_turn():
            documents = [self._library.document(id) for id in dict.fromkeys(ids)]
            try:
                for document in documents:
                    self._store.put_aside(document)
                self._library.remove([document.id for document in documents])
            except BaseException:
                for document in documents:
                    self._store.forget(document.id)
                raise
            self._version += 1
        return [aside for aside in self._store.asides() if aside.id in set(ids)]

    def put_back(self, id: str) -> None:
        """Put a removed document back as it was. One that was added again since is left as it is.

        :raises LibraryError: ``document_unknown``, ``library_busy`` or ``disk_full``.
        """
        document = self._store.aside(id)
        with self._my_turn():
            if all(info.id != id for info in self._library.documents()):
                self._library.add_documents([document], encoder=self._encoder)
            self._store.forget(id)
            self._version += 1

    def forget_removed(self) -> None:
        """Delete for good what can be put back, and the uploads that only it needed."""
        with self._my_turn():
            for aside in self._store.asides():
                self._store.forget(aside.id)
            self._store.sweep([info.path for info in self._library.documents()], days=0)
            self._version += 1

    def close(self) -> None:
        """Stop after the passages at hand; what was not added is taken up by the next :meth:`resume`."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(CLOSE_SECONDS)

    # ---- the queue

    def _enqueue(self, entry: Entry) -> Entry:
        self._entries[entry.id] = entry
        self._entries.move_to_end(entry.id)
        finished = [id for id, old in self._entries.items() if not old.active and id not in self._staged]
        for id in finished[: max(0, len(self._entries) - ENTRIES_KEPT)]:
            del self._entries[id]
        self._queue.append(entry.id)
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._work, name="yinju-shelf", daemon=True)
            self._thread.start()
        self._changed.notify_all()
        return entry

    def _update(self, id: str, **changes: object) -> None:
        with self._changed:
            if id in self._entries:
                self._entries[id] = replace(self._entries[id], **changes)  # type: ignore[arg-type]
                self._changed.notify_all()

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Be the one that changes the library; the queue lets in before its next file."""
        with self._changed:
            self._interrupting += 1
        try:
            with self._turn:
                yield
        finally:
            with self._changed:
                self._interrupting -= 1
                self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._interrupting or self._closing)
                if self._closing or not self._queue:
                    self._thread = None
                    return
            with self._turn:
                self._add_waiting()

    def _add_waiting(self) -> None:
        told = _Told(self._encoder, self._shared)
        try:
            self._library.add_documents(self._documents(), encoder=told, progress=self._stored)
            self._stored(0)
        except _Closing:
            return
        except (YinjuError, EmbeddingsError) as error:
            self._fail(error)
        except Exception:  # the border to a thread that nobody watches; the log has the rest
            _LOG.exception("uploads were not added")
            self._fail(RequestError("internal"))

    def _documents(self) -> Iterator[Document]:
        """The documents of the files that wait, as they are read, until none waits or someone else wants a turn."""
        infos = self._library.documents()
        held = {info.id: info.revision for info in infos}
        twins = {info.revision: (info.id, info.name) for info in infos}
        while (staged := self._next()) is not None:
            twin = twins.get(staged.digest, ("", ""))
            if twin[0] and document_id(staged.path) not in held:
                self._finish(staged, documents=(twin[0],), twin=twin[1], report=AddReport(unchanged=(twin[1],)))
                continue
            for document in self._read(staged, held.get):
                held[document.id] = document.revision
                twins[document.revision] = (document.id, document.name)
                self._uncommitted.add(document.id)
                yield document

    def _next(self) -> Staged | None:
        with self._changed:
            if self._closing or self._interrupting or not self._queue:
                return None
            id = self._queue.popleft()
        self._update(id, state="reading", begun=time.monotonic())
        return self._staged[id]

    def _read(self, staged: Staged, revision: Callable[[str], str | None]) -> Iterator[Document]:
        intake = self._library.intake(revision)
        ids: list[str] = []
        for document in intake.changed([staged.to_add], opened=lambda _path: None):
            ids.append(document.id)
            self._update(staged.key, state="storing", share=0.0)
            yield document
            self._update(staged.key, state="reading")
        report = intake.report(passages=0)
        failed = [self._shown(error) for error in (*report.failed, *report.textless)]
        if not (ids or report.unchanged or failed):
            # A walk over a folder passes over what it does not know; whoever sent the file is told.
            failed = [DocumentError("file_format", path=staged.name, suffix=staged.path.suffix, known=KNOWN)]
        report = replace(report, failed=tuple(failed))
        if not ids:
            same = (document_id(staged.path),) if report.unchanged else ()
            self._finish(staged, documents=same, report=report)
        elif self._uncommitted.isdisjoint(ids):
            self._finish(staged, documents=tuple(ids), report=report)
        else:
            self._update(staged.key, state="storing", documents=tuple(ids), report=report)

    def _shown(self, error: DocumentError) -> DocumentError:
        """``error`` about the file as its owner calls it."""
        names = {key: self._store.shown(str(error.fields[key])) for key in ("path",) if key in error.fields}
        return DocumentError(error.code, **{**error.fields, **names})

    def _shared(self, share: float) -> None:
        if self._closing:
            raise _Closing
        for entry in self.entries():
            if entry.state == "storing":
                self._update(entry.id, share=share)

    def _stored(self, _count: int) -> None:
        """What was read until now is in the library."""
        self._version += 1
        self._uncommitted.clear()
        for entry in self.entries():
            if entry.state == "storing" and entry.documents:
                self._finish(self._staged[entry.id])

    def _fail(self, error: Problem) -> None:
        """Nothing more can be added now: all that wait or are at work are told why, and kept."""
        with self._changed:
            self._queue.clear()
            self._uncommitted.clear()
            for id in [entry.id for entry in self._entries.values() if entry.active]:
                self._update(id, state="failed", error=error, ended=time.monotonic())

    def _finish(self, staged: Staged, **changes: object) -> None:
        """Settle an upload: a file that the library holds stays, any other is deleted."""
        entry = replace(self._entries[staged.key], **changes)  # type: ignore[arg-type]
        good = bool(entry.documents) or bool(entry.report.unchanged)
        mine = bool(entry.documents) and not entry.twin
        if mine or any(staged.holds(info.path) for info in self._library.documents()):
            self._store.settle(staged)
        else:
            self._store.discard(staged)
        for id in entry.documents:
            self._store.forget(id)
        self._staged.pop(staged.key, None)
        self._update(staged.key, **changes, state="done" if good else "failed", share=1.0, ended=time.monotonic())


class _Told:
    """The encoder, with its progress told as a share of the passages at hand."""

    def __init__(self, encoder: Encoder, tell: Callable[[float], None]) -> None:
        self._encoder = encoder
        self._tell = tell
        self.identity = encoder.identity
        self.dim = encoder.dim

    def encode_queries(self, texts: Sequence[str]) -> Floats2d:
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats2d:
        def tell(done: int) -> None:
            self._tell(done / max(1, len(texts)))
            if progress is not None:
                progress(done)

        return self._encoder.encode_passages(texts, progress=tell)


def sample_files() -> list[Path]:
    """The documents that ship with the program: its first library."""
    from importlib.util import find_spec

    # The folder has no code in it, and importlib.resources cannot list such a one where it is installed to be edited.
    spec = find_spec("seeds")
    folders = [Path(path) for path in (spec.submodule_search_locations or ())] if spec else []
    return next((found for folder in folders if (found := sorted(folder.glob("*.txt")))), [])
