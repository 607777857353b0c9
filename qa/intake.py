"""Which of the files that a person gave have changed since they were read, and what became of each.

Reads files and knows what the library holds by the revisions that it is told. Knows no index, encoder or database.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.errors import DocumentError
from qa.report import AddReport, FileReport
from qa.types import Document

if TYPE_CHECKING:
    from qa.walk import SourceFile

Change = Literal["added", "updated", "unchanged"]


def document_id(path: Path) -> str:
    """The id of the document at ``path``: 12 hex digits that stay the same when its content changes."""
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:12]


class Intake:
    """One pass over files and folders. ``revision`` gives the revision of a document that is held, by its id."""

    def __init__(self, revision: Callable[[str], str | None]) -> None:
        self._revision = revision
        self._names: dict[Change, list[str]] = {"added": [], "updated": [], "unchanged": []}
        self._failed: list[DocumentError] = []
        self._files: list[FileReport] = []

    def changed(self, paths: Iterable[Path], *, opened: Callable[[Path], None]) -> Iterator[Document]:
        """The documents that are new or differ from what is held; ``opened`` is told of each file before it is read."""
        from qa.walk import expand

        for file in expand(paths):
            if isinstance(file, DocumentError):
                self._failed.append(file)
                continue
            opened(file.path)
            if self._is_held(file.path):
                self._names["unchanged"].append(file.name)
                continue
            for document, seconds in _timed(file):
                if isinstance(document, DocumentError):
                    self._failed.append(document)
                elif self._note(document) != "unchanged":
                    self._files.append(FileReport.of(document, seconds=seconds))
                    yield document

    def report(self, *, passages: int) -> AddReport:
        """What became of the files so far; ``passages`` of them were stored."""
        names = {change: tuple(names) for change, names in self._names.items()}
        return AddReport(**names, failed=tuple(self._failed), files=tuple(self._files), passages=passages)

    def _note(self, document: Document) -> Change:
        held = self._revision(document.id)
        change: Change = "added" if held is None else "unchanged" if held == document.revision else "updated"
        self._names[change].append(document.name)
        return change

    def _is_held(self, path: Path) -> bool:
        """Whether the file at ``path`` is, byte for byte, the one that was read before."""
        held = self._revision(document_id(path))
        if held is None:
            return False
        with contextlib.suppress(OSError), path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == held
        return False


def _timed(file: SourceFile) -> Iterator[tuple[Document | DocumentError, float]]:
    """The documents of a file, or its errors, each with the seconds that reading it took."""
    from qa.documents import read_documents

    begin = time.perf_counter()
    for document in read_documents(file.path, name=file.name, identify=document_id):
        yield document, time.perf_counter() - begin
        begin = time.perf_counter()
