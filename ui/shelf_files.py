"""The files that the library keeps for the page: uploaded ones, and the documents that were removed lately.

``<library>/files/<key>/<name>`` holds an upload byte for byte, where ``key`` is made of its name and content, so that
the document's id, its page pictures and ``yinju add`` hold as for any other file. ``.pending`` beside it says that it
is not in the library yet. ``<library>/removed`` holds removed documents as they were, so that they can be put back.

Knows no queue, format, HTTP or wording. Whether a document is in the library is for the library to say, not for these
files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from embeddings.files import file_hash
from qa.database import mapped_errors
from qa.documents import MEMBER_SEPARATOR, codec
from qa.documents.sniff import PACKAGE_LIMIT
from qa.errors import DocumentError, LibraryError
from qa.types import Document
from ui.shelf_names import confined

UPLOAD_LIMIT = PACKAGE_LIMIT
"""Bytes of one upload: what the largest format may have. A format with a lower limit is refused as it is read."""

DISK_RESERVE = 64 * 1024 * 1024
"""Bytes that an upload must leave free on the disk: the library itself grows by what is read from it."""

DAYS_KEPT = 7
"""Days for which a removed document can be put back."""

NAMELESS = "file.txt"

_FILES, _INCOMING, _REMOVED, _PENDING = "files", ".incoming", "removed", ".pending"
_DAY = 86_400.0
_KEY = 16


@dataclass(frozen=True, slots=True)
class Staged:
    """An upload that is kept. ``name`` is what people call it: its path below the folder that it was dropped with, or
    its file name; ``digest`` the SHA-256 of its bytes in hex, ``size`` their number.
    """

    key: str
    name: str
    path: Path
    digest: str
    size: int

    @property
    def to_add(self) -> Path:
        """What to give a walk over files so that the document is called ``name``."""
        return self.path.parents[self.name.count("/")] if "/" in self.name else self.path

    def holds(self, path: str) -> bool:
        """Whether a document's ``path`` is this file or a member of this archive."""
        return path == str(self.path) or path.startswith(f"{self.path}{MEMBER_SEPARATOR}")


@dataclass(frozen=True, slots=True)
class Aside:
    """A removed document that can be put back. ``removed`` is when, in seconds since 1970."""

    id: str
    name: str
    title: str
    path: str
    removed: float


class Incoming:
    """One upload as it arrives. A context manager: what was not kept by then is deleted."""

    def __init__(self, folder: Path, *, name: str, limit: int = UPLOAD_LIMIT) -> None:
        self.name = confined(name, fallback=NAMELESS)
        self._folder = folder
        self._limit = limit
        self._hash = hashlib.sha256()
        self.size = 0
        with mapped_errors(folder):
            place = folder / _FILES / _INCOMING
            place.mkdir(parents=True, exist_ok=True)
            self._path = place / uuid.uuid4().hex
            self._file = self._path.open("xb")

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
            self._path.unlink(missing_ok=True)

    def expect(self, size: int) -> None:
        """Find out before ``size`` bytes are sent whether they can be kept.

        :raises DocumentError: ``file_too_large``.
        :raises LibraryError: ``disk_full``.
        """
        if size > self._limit:
            raise DocumentError("file_too_large", path=self.name, size=size, limit=self._limit)
        with mapped_errors(self._folder):
            if shutil.disk_usage(self._folder).free < size + DISK_RESERVE:
                raise LibraryError("disk_full", path=str(self._folder))

    def write(self, data: bytes) -> None:
        """Take the next bytes.

        :raises DocumentError: ``file_too_large``.
        :raises LibraryError: ``disk_full``.
        """
        self.size += len(data)
        if self.size > self._limit:
            raise DocumentError("file_too_large", path=self.name, size=self.size, limit=self._limit)
        self._hash.update(data)
        with mapped_errors(self._folder):
            self._file.write(data)

    def keep(self) -> Staged:
        """Move the whole file to where it stays. The same name and content always go to the same place.

        :raises LibraryError: ``disk_full``.
        """
        digest = self._hash.hexdigest()
        key = _key_of(self.name, digest)
        root = self._folder / _FILES / key
        path = root / self.name
        with mapped_errors(self._folder):
            self._file.close()
            path.parent.mkdir(parents=True, exist_ok=True)
            note = {"name": self.name, "digest": digest, "size": self.size}
            (root / _PENDING).write_text(json.dumps(note), "utf-8")
            self._path.replace(path)
        return Staged(key, self.name, path, digest, self.size)


class FileStore:
    """The files below one library's folder."""

    def __init__(self, folder: Path) -> None:
        # As the walk over files makes paths, so that theirs and ours are equal.
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links

    def receive(self, name: str, *, limit: int = UPLOAD_LIMIT) -> Incoming:
        """A place for an upload called ``name`` by whoever sends it.

        :raises LibraryError: ``disk_full`` or ``library_broken``.
        """
        return Incoming(self.folder, name=name, limit=limit)

    def settle(self, staged: Staged) -> None:
        """Note that ``staged`` is in the library."""
        (self._root(staged.key) / _PENDING).unlink(missing_ok=True)

    def discard(self, staged: Staged) -> None:
        """Delete an upload that the library does not hold."""
        shutil.rmtree(self._root(staged.key), ignore_errors=True)

    def pending(self) -> list[Staged]:
        """Uploads that were kept and not added, as after a stop in between, by name."""
        found = []
        for note in (self.folder / _FILES).glob(f"*/{_PENDING}"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                value = json.loads(note.read_text("utf-8"))
                name = confined(value["name"], fallback=NAMELESS)
                path, digest = note.parent / name, str(value["digest"])
                if path.is_file() and note.parent.name == _key_of(name, digest):
                    found.append(Staged(note.parent.name, name, path, digest, int(value["size"])))
        return sorted(found, key=lambda staged: staged.name)

    # ---- removed documents

    def put_aside(self, document: Document) -> None:
        """Keep ``document``, which is about to be removed; on the disk when this returns.

        :raises LibraryError: ``disk_full``.
        """
        head = {"id": document.id, "name": document.name, "title": document.title, "path": document.path}
        path = self._aside(document.id)
        with mapped_errors(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new")
            with new.open("wb") as file:
                kept = codec.dumps(head | {"removed": time.time()}) + b"\n" + codec.dumps(codec.to_json(document))
                file.write(hashlib.sha256(kept).hexdigest().encode() + b"\n" + kept)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)

    def asides(self) -> list[Aside]:
        """What can be put back, the last removed first."""
        found = []
        for path in (self.folder / _REMOVED).glob("*.json"):
            with contextlib.suppress(OSError, ValueError, TypeError), path.open("rb") as file:
                file.readline()
                found.append(Aside(**codec.loads(file.readline())))
        return sorted(found, key=lambda aside: (-aside.removed, aside.name))

    def aside(self, id: str) -> Document:
        """The removed document ``id`` as it was.

        :raises LibraryError: ``document_unknown``: it was never removed, or too long ago; ``aside_damaged`` (path): a
            byte of it changed on the disk, and nothing may be quoted from it.
        """
        try:
            kept = self._aside(id).read_bytes()
            if not _is_intact(kept):
                raise LibraryError("aside_damaged", path=str(self._aside(id)))
            return codec.from_json(codec.loads(kept.split(b"\n", 2)[2]))
        except (OSError, ValueError, IndexError, KeyError, TypeError) as error:
            raise LibraryError("document_unknown", id=id) from error

    def forget(self, id: str) -> None:
        """Let go of the removed document ``id``; its upload stays."""
        self._aside(id).unlink(missing_ok=True)

    # ---- what changed on the disk

    def damaged_asides(self) -> list[Path]:
        """The files of removed documents that are not as they were written."""
        return [path for path in sorted((self.folder / _REMOVED).glob("*.json")) if not _is_intact(path.read_bytes())]

    def damaged_uploads(self) -> list[Path]:
        """The folders of uploads that hold anything else than what was sent. Reads every byte."""
        return [root for root in sorted(self._uploads()) if not _holds_what_was_sent(root)]

    def sweep(self, held: Collection[str], *, days: float = DAYS_KEPT) -> None:
        """Forget what was removed more than ``days`` ago, and delete uploads that are old and nobody's by now.

        ``held`` are the paths of the library's documents.
        """
        old = time.time() - days * _DAY
        for aside in self.asides():
            if aside.removed <= old:
                self.forget(aside.id)
        used = {key for path in (*held, *(aside.path for aside in self.asides())) if (key := self._key(path))}
        for root in self._uploads():
            with contextlib.suppress(OSError):
                if root.name not in used and not (root / _PENDING).exists() and root.stat().st_mtime <= old:
                    shutil.rmtree(root, ignore_errors=True)
        for path in (self.folder / _FILES / _INCOMING).glob("*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime <= time.time() - _DAY:
                    path.unlink()

    def shown(self, path: str) -> str:
        """``path`` as people should read it: an upload's own name, any other path as it is."""
        key = self._key(path)
        return Path(path).relative_to(self._root(key)).as_posix() if key else path

    # ---- inside

    def _root(self, key: str) -> Path:
        return self.folder / _FILES / key

    def _uploads(self) -> Iterator[Path]:
        for root in (self.folder / _FILES).glob("*"):
            if not root.name.startswith("."):
                yield root

    def _key(self, path: str) -> str:
        """The upload that ``path`` lies in, or nothing."""
        files = self.folder / _FILES
        below = Path(path).relative_to(files).parts if Path(path).is_relative_to(files) else ()
        return below[0] if len(below) > 1 else ""

    def _aside(self, id: str) -> Path:
        name = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY]
        return self.folder / _REMOVED / f"{name}.json"


def _key_of(name: str, digest: str) -> str:
    return hashlib.sha256(f"{name}\0{digest}".encode()).hexdigest()[:_KEY]


def _is_intact(kept: bytes) -> bool:
    """Whether a file of a removed document is its own SHA-256 and what that was made of."""
    proof, _, rest = kept.partition(b"\n")
    return proof == hashlib.sha256(rest).hexdigest().encode()


def _holds_what_was_sent(root: Path) -> bool:
    paths = [path for path in root.rglob("*") if path.is_file() and path.name != _PENDING]
    keys = [_key_of(path.relative_to(root).as_posix(), file_hash(path)) for path in paths]
    if (note := root / _PENDING).is_file():
        try:
            value = json.loads(note.read_text("utf-8"))
            keys.append(_key_of(value["name"], value["digest"]))
        except (OSError, ValueError, KeyError, TypeError):
            return False
    return bool(paths) and set(keys) == {root.name}
