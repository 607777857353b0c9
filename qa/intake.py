"""Which of the files that a person gave have changed since they were read, and what became of each.

Reads files and knows what the library holds by the revisions that it is told. Knows no index, encoder or database.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from qa.errors import DocumentError
from qa.report import AddReport, FileReport
from qa.types import Document, Passage

if TYPE_CHECKING:
    from qa.walk import SourceFile

Change = Literal["added", "updated", "unchanged"]
_Found = tuple[Document | DocumentError | None, float]


def document_id(path: Path) -> str:
    """The id of the document at ``path``: 12 hex digits that stay the same when its content changes."""
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def renamed(document: Document, passages: Sequence[Passage], *, path: str, name: str) -> tuple[Document, list[Passage]]:
    """The document as the file at ``path``, called ``name``; a title that was the file's name follows it."""
    title = document.title
    if title == PurePath(document.name).stem:
        title = PurePath(name).stem
    titled = [replace(item, title=title) if item.title == document.title else item for item in passages]
    return replace(document, path=path, name=name, title=title), titled


@dataclass(frozen=True, slots=True)
class Held:
    """A document that is held: ``path`` is where its file was, ``revision`` the SHA-256 of that file in hex."""

    id: str
    path: str
    revision: str
    name: str


class Intake:
    """One pass over files and folders.

    ``revision`` gives the revision of a document that is held, by its id; ``identify`` the id of the document at a path;
    ``members`` what is held of an archive.
    """

    def __init__(
        self,
        revision: Callable[[str], str | None],
        identify: Callable[[Path], str],
        members: Callable[[Path], Sequence[Held]],
    ) -> None:
        self._revision = revision
        self._identify = identify
        self._members = members
        self._names: dict[Change, list[str]] = {"added": [], "updated": [], "unchanged": []}
        self._failed: list[DocumentError] = []
        self._textless: list[DocumentError] = []
        self._files: list[FileReport] = []
        self.vanished: list[Held] = []

    def changed(
        self, paths: Iterable[Path], *, opened: Callable[[Path], None], workers: int = 0
    ) -> Generator[Document, None, None]:
        """The documents that are new or differ from what is held; ``opened`` is told of each file before it is read.

        With ``workers``, as many files are read at once, ahead of whoever takes the documents, which come in the same
        order. Close the iterator where it is left before its end: that ends the reading.
        """
        from qa.walk import expand

        def found(file: SourceFile | DocumentError) -> Iterator[_Found]:
            if not isinstance(file, DocumentError):
                opened(file.path)
                yield from self._found(file)

        files = expand(paths)
        if not workers:
            for file in files:
                yield from self._told(file, found(file))
            return
        from qa.ahead import Ahead
        from qa.documents import worker

        with Ahead(files, found, workers=workers, begin=worker.use, stop=lambda: worker.interrupt(workers)) as ahead:
            for file, results in ahead:
                yield from self._told(file, results)

    def read(self, file: SourceFile) -> Iterator[Document]:
        """The documents of one file that are new or differ; what its archive no longer has goes to ``vanished``."""
        return self._told(file, self._found(file))

    def _told(self, file: SourceFile | DocumentError, found: Iterable[_Found]) -> Iterator[Document]:
        """Note what was found in one file, and give what is new of it."""
        if isinstance(file, DocumentError):
            self._failed.append(file)
            return
        seen: set[str] = set()
        errors: list[DocumentError] = []
        for document, seconds in found:
            if document is None:
                self._names["unchanged"].append(file.name)
                return
            if isinstance(document, DocumentError):
                errors.append(document)
                continue
            seen.add(document.path)
            if self._note(document) != "unchanged":
                self._files.append(FileReport.of(document, seconds=seconds))
                yield document
        for error in errors:
            (self._textless if _is_mere_picture(error, file) else self._failed).append(error)
        self._miss(file.path, seen, errors)

    def leave_out(self, document: Document) -> None:
        """Let the report say nothing of a document that :meth:`read` just gave and that is not to be stored."""
        self._names["added"].remove(document.name)
        self._files.pop()

    def report(self, *, passages: int) -> AddReport:
        """What became of the files so far; ``passages`` of them were stored."""
        names = {change: tuple(names) for change, names in self._names.items()}
        removed = tuple(held.name for held in self.vanished)
        return AddReport(
            **names,
            removed=removed,
            failed=tuple(self._failed),
            textless=tuple(self._textless),
            files=tuple(self._files),
            passages=passages,
        )

    def _miss(self, path: Path, seen: Collection[str], errors: Sequence[DocumentError]) -> None:
        """Note what is held of the archive at ``path`` and is no longer in it; nothing if the archive was not read."""
        unread = [str(error.fields.get("path")) for error in errors if error.code != "archive_empty"]
        if str(path) in unread:
            return
        for held in self._members(path):
            if held.path not in seen and not any(place.startswith(held.path) for place in unread):
                self.vanished.append(held)

    def _note(self, document: Document) -> Change:
        held = self._revision(document.id)
        change: Change = "added" if held is None else "unchanged" if held == document.revision else "updated"
        self._names[change].append(document.name)
        return change

    def _is_held(self, path: Path) -> bool:
        """Whether the file at ``path`` is, byte for byte, the one that was read before."""
        held = self._revision(self._identify(path))
        if held is None:
            return False
        with contextlib.suppress(OSError), path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == held
        return False

    def _found(self, file: SourceFile) -> Iterator[_Found]:
        """The documents of a file, or its errors, each with the seconds that reading it took; ``None`` where it has
        not changed.
        """
        from qa.documents import read_documents

        if self._is_held(file.path):
            yield None, 0.0
            return
        begin = time.perf_counter()
        for document in read_documents(file.path, name=file.name, identify=self._identify):
            yield document, time.perf_counter() - begin
            begin = time.perf_counter()


def _is_mere_picture(error: DocumentError, file: SourceFile) -> bool:
    """Whether a picture that nobody named holds no text: most folders and archives have such, and nothing is wrong."""
    return error.code == "picture_textless" and (file.found or str(error.fields.get("path")) != str(file.path))
