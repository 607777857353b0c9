"""Following folders: what is new, changed, moved or gone in them becomes so in the library, a look at a time.

A look is a walk over the folders that compares times and sizes, and hashes only what differs: it needs no help from
the system, so it works on network drives too. A file is read once it has stayed the same from one look to the next,
and forgotten once it has been gone for two. Nothing is removed while a folder cannot be seen, or has shown no file
yet: a drive that is not mounted looks like an empty folder. The library is locked while it is written only; where
another program holds it, the look after tries again.

Knows no format, wording or terminal. Not covered: a copy that is made before its original is deleted is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from qa.documents import MEMBER_SEPARATOR
from qa.errors import DocumentError, EngineError, LibraryError
from qa.intake import Held, Intake
from qa.walk import SourceFile, expand

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from qa.library import Library
    from qa.report import FileReport
    from qa.types import Document

INTERVAL = 2.0
"""Seconds between two looks at least; a walk that takes long is followed by a rest five times as long."""
WRITE_CHARACTERS = 1_000_000
WRITE_FILES = 32
"""What is read before it is written, in characters and files: writing costs time of its own."""

Kind = Literal["added", "updated", "moved", "removed", "failed", "unseen", "busy"]
_Stamp = tuple[int, int]

WAITED_FOR = frozenset({"library_busy", "engine_unreachable", "encoder_unreachable"})
"""What passes by itself: told once, and tried again."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change. ``name`` is that of the file, or the path of a folder that is ``unseen``; ``was`` the former name
    of what was ``moved``; ``file`` the figures of what was read; ``error`` why it ``failed``, or who is ``busy``.
    """

    kind: Kind
    name: str
    was: str = ""
    file: FileReport | None = None
    error: DocumentError | LibraryError | EngineError | None = None


class Watch:
    """The folders as they were at the last look. ``library`` and ``encoder`` as :meth:`qa.library.Library.add`."""

    def __init__(
        self, folders: Sequence[Path], library: Library, encoder: Encoder, *, interval: float = INTERVAL
    ) -> None:
        self._roots = [_Root(Path(os.path.abspath(folder))) for folder in folders]  # noqa: PTH100 - links stay
        self._library = library
        self._encoder = encoder
        self._interval = interval
        self._seen: dict[Path, _Stamp] = {}
        self._done: dict[Path, _Stamp] = {}
        self._missing: frozenset[str] = frozenset()
        self._told: set[tuple[str, str]] = set()
        self._looked = False
        self._walked = 0.0

    def run(self) -> Iterator[Event]:
        """Look for ever; each change as soon as it is in the library. Ends with what interrupts it."""
        while True:
            yield from self.look()
            time.sleep(max(self._interval, 5 * self._walked))

    def look(self) -> Iterator[Event]:
        """Look once.

        :raises LibraryError: ``disk_full`` or ``library_broken``; what was written before stays.
        """
        roots = []
        for root in self._roots:
            if root.is_there():
                roots.append(root)
                self._told.discard((str(root.path), "unseen"))
            elif self._tell(str(root.path), "unseen"):
                yield Event("unseen", str(root.path))
        begin = time.monotonic()
        files: dict[Path, tuple[SourceFile, _Stamp]] = {}
        for file in expand([root.path for root in roots]):
            if isinstance(file, DocumentError):
                yield from self._failed(str(file.fields["path"]), file)
            elif (stamp := _stamp(file.path)) is not None:
                files[file.path] = (file, stamp)
        self._walked = time.monotonic() - begin
        due = [file for file, stamp in files.values() if self._is_due(file.path, stamp)]
        self._seen, self._looked = {path: stamp for path, (_, stamp) in files.items()}, True
        self._done = {path: stamp for path, stamp in self._done.items() if path in files}
        try:
            yield from self._follow(due, self._gone(roots))
            self._told -= {(str(self._library.folder), code) for code in WAITED_FOR}
        except (LibraryError, EngineError) as error:
            if error.code not in WAITED_FOR:
                raise
            if self._tell(str(self._library.folder), error.code):
                kind: Kind = "busy" if error.code == "library_busy" else "failed"
                yield Event(kind, str(self._library.folder), error=error)

    # ---- what there is to do

    def _is_due(self, path: Path, stamp: _Stamp) -> bool:
        if self._done.get(path) == stamp:
            return False
        if self._looked:
            return self._seen.get(path) == stamp
        # On the first look there is nothing to compare with; a file of the past is whole.
        return time.time() - stamp[0] / 1e9 > self._interval

    def _gone(self, roots: Iterable[_Root]) -> list[Held]:
        """What is held of files that are not where they were."""
        missing = []
        for root in roots:
            root.has_shown = root.has_shown or any(path.is_relative_to(root.path) for path in self._seen)
            if root.has_shown:
                missing += [held for held in self._library.held(f"{root.path}{os.sep}") if _is_gone(held.path)]
        return missing

    # ---- doing it

    def _follow(self, due: Sequence[SourceFile], gone: Sequence[Held]) -> Iterator[Event]:
        before, self._missing = self._missing, frozenset(held.path for held in gone)
        moved = _Moved(gone)
        read = _Read()
        for file in due:
            stamp = _stamp(file.path)
            if stamp is None or stamp != self._seen[file.path]:
                continue
            if not self._holds(str(file.path)) and (held := moved.of_file(file.path)) is not None:
                yield self._move(held, str(file.path), file.name)
                self._done[file.path] = stamp
                continue
            intake = self._library.intake()
            for document in intake.read(file):
                if not self._holds(document.path) and (held := moved.of_member(document)) is not None:
                    yield self._move(held, document.path, document.name)
                    intake.leave_out(document)
                elif read.add(document) >= WRITE_CHARACTERS:
                    self._write(read)
            read.files.append((file, stamp, intake))
            if not read.documents or len(read.files) >= WRITE_FILES:
                yield from self._finish(read)
        yield from self._finish(read)
        yield from self._remove([held for held in moved.left if held.path in before])

    def _holds(self, path: str) -> bool:
        return any(held.path == path for held in self._library.held(path))

    def _write(self, read: _Read) -> None:
        if read.documents:
            self._library.add_documents(read.documents, encoder=self._encoder)
        read.documents, read.characters = [], 0

    def _finish(self, read: _Read) -> Iterator[Event]:
        """Write what was read, then say so: a change that is told is in the library."""
        self._write(read)
        for file, stamp, intake in read.files:
            report = intake.report(passages=0)
            for one in report.files:
                yield Event("updated" if one.name in report.updated else "added", one.name, file=one)
            yield from self._remove(intake.vanished)
            for error in (*report.failed, *report.textless):
                if error.code != "path_missing":
                    yield from self._failed(file.name, error, stamp)
            # A file that another program keeps locked may be read later, without having changed.
            if not any(error.code in ("file_unreadable", "path_missing") for error in report.failed):
                self._done[file.path] = stamp
        read.files = []

    def _move(self, held: Held, path: str, name: str) -> Event:
        self._library.move(held.id, path=path, name=name)
        return Event("moved", name, was=held.name)

    def _remove(self, gone: Sequence[Held]) -> Iterator[Event]:
        if gone:
            self._library.remove([held.id for held in gone])
        for held in gone:
            yield Event("removed", held.name)

    def _failed(self, name: str, error: DocumentError, stamp: _Stamp | None = None) -> Iterator[Event]:
        """An error, once for each state of its file."""
        if self._tell(str(error.fields.get("path")), f"{error.code} {stamp}"):
            yield Event("failed", name, error=error)

    def _tell(self, of: str, what: str) -> bool:
        """Whether this was not told before."""
        new = (of, what) not in self._told
        self._told.add((of, what))
        return new


class _Read:
    """What was read and is not written yet, and the files that it is of."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.characters = 0
        self.files: list[tuple[SourceFile, _Stamp, Intake]] = []

    def add(self, document: Document) -> int:
        """Take the document; how many characters there are now."""
        self.documents.append(document)
        self.characters += len(document.text)
        return self.characters


class _Root:
    """A folder that is followed. ``has_shown``: a file was seen in it, so that its emptiness means something."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.has_shown = False
        self._device: int | None = None

    def is_there(self) -> bool:
        """Whether the folder can be seen, on the drive that it was on."""
        try:
            status = self.path.stat()
        except OSError:
            return False
        if self._device is None:
            self._device = status.st_dev
        return stat.S_ISDIR(status.st_mode) and status.st_dev == self._device


class _Moved:
    """Which of the files that are gone lie somewhere else now: those of the same bytes and suffix. Each moves once."""

    def __init__(self, gone: Sequence[Held]) -> None:
        self.left = list(gone)

    def of_file(self, path: Path) -> Held | None:
        if not any(MEMBER_SEPARATOR not in held.path for held in self.left):
            return None
        with contextlib.suppress(OSError), path.open("rb") as file:
            return self._take(hashlib.file_digest(file, "sha256").hexdigest(), path)
        return None

    def of_member(self, document: Document) -> Held | None:
        return self._take(document.revision, PurePath(document.path))

    def _take(self, revision: str, path: PurePath) -> Held | None:
        """The suffix is a part of how a file is read."""
        for place, held in enumerate(self.left):
            if held.revision == revision and PurePath(held.path).suffix.lower() == path.suffix.lower():
                return self.left.pop(place)
        return None


def _stamp(path: Path) -> _Stamp | None:
    """Time of change in nanoseconds and size in bytes; ``None`` where there is no file to read."""
    with contextlib.suppress(OSError):
        status = path.stat()
        return status.st_mtime_ns, status.st_size
    return None


def _is_gone(path: str) -> bool:
    """Whether the file is surely not there: for a member, its archive; it is its archive that tells of the others."""
    parts = path.split(MEMBER_SEPARATOR)
    places = [MEMBER_SEPARATOR.join(parts[:count]) for count in range(1, len(parts) + 1)]
    return not any(_may_exist(place, whole=place == path) for place in places)


def _may_exist(path: str, *, whole: bool) -> bool:
    try:
        status = os.stat(path)  # noqa: PTH116 - a path as it was stored, not to be touched
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return whole or stat.S_ISREG(status.st_mode)
