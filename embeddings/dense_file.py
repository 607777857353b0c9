"""The files of the vector leg: a header of our own, whose hash is checked before FAISS is shown a byte.

A file is a header (magic, version, dimension, count, length and SHA-256 of the rest) and a body. FAISS may crash or
allocate wildly on bytes that are not its own, so it is shown none until the hash agrees. A file gets its name when it
is whole and on the disk. Knows no ids, scores or searches.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from embeddings.errors import IndexBroken

VERSION = 2
# magic, version, dimension, count, bytes that follow, their SHA-256
_HEADER = struct.Struct("<8sIIQQ32s")
_BLOCK = 1 << 20


class Body:
    """What a body is written with; it hashes and counts what passes through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.length = 0

    def write(self, block: bytes) -> int:
        """Append bytes."""
        self._hash.update(block)
        self.length += len(block)
        return self._file.write(block)

    def write_index(self, index: Any) -> None:
        """Append a FAISS index."""
        faiss().write_index(index, faiss().PyCallbackIOWriter(self.write, _BLOCK))

    def digest(self) -> bytes:
        """SHA-256 of what was written."""
        return self._hash.digest()


def write_checked(path: Path, body: Callable[[Body], None], *, magic: bytes, dim: int, count: int) -> None:
    """Write ``path`` in one step: afterwards it holds what ``body`` wrote or, if anything failed, what it held before.

    :raises OSError: if the file cannot be written, as on a full disk.
    """
    with replacing(path) as file:
        file.write(bytes(_HEADER.size))
        written = Body(file)
        body(written)
        file.seek(0)
        file.write(_HEADER.pack(magic, VERSION, dim, count, written.length, written.digest()))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that becomes ``path`` once the block has ended well, and is on the disk by then."""
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextlib.contextmanager
def reading_checked(path: Path, *, magic: bytes, dim: int) -> Iterator[tuple[IO[bytes], int]]:
    """The file at the start of its body, with its count. Ends with the block.

    :raises IndexBroken: ``index_broken`` (path, reason) if the file is missing, cut short, changed, of another format
        version or of another dimension than ``dim``.
    :raises OSError: if the system refuses to read it.
    """
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise IndexBroken("index_broken", path=str(path), reason=str(error.strerror)) from error
    with file:
        yield file, _checked_count(file, path, magic, dim)


def read_index(file: IO[bytes]) -> Any:
    """The FAISS index that a checked body holds from here on."""
    return faiss().read_index(faiss().PyCallbackIOReader(file.read, _BLOCK))


def _checked_count(file: IO[bytes], path: Path, magic: bytes, dim: int) -> int:
    """Read the header and hash the rest; leave ``file`` where the body starts, and return the count."""

    def broken(reason: str) -> IndexBroken:
        return IndexBroken("index_broken", path=str(path), reason=reason)

    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise broken("cut short")
    found_magic, version, found_dim, count, length, digest = _HEADER.unpack(header)
    if found_magic != magic:
        raise broken("not a vector index")
    if version != VERSION:
        raise broken(f"format version {version}, expected {VERSION}")
    if found_dim != dim:
        raise broken(f"dimension {found_dim}, expected {dim}")
    if os.fstat(file.fileno()).st_size != _HEADER.size + length:
        raise broken("cut short")
    hashed = hashlib.sha256()
    while block := file.read(_BLOCK):
        hashed.update(block)
    if hashed.digest() != digest:
        raise broken("changed since it was written")
    file.seek(_HEADER.size)
    return int(count)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=1)
def faiss() -> ModuleType:
    """FAISS, imported when it is first used."""
    with warnings.catch_warnings():
        # FAISS's SWIG types have no __module__, which Python 3.12 and later warn about.
        warnings.simplefilter("ignore", DeprecationWarning)
        import faiss
    module: Any = faiss
    return module  # type: ignore[no-any-return]
