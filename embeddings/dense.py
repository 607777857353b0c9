"""Vectors by number: float32 rows in under integer ids, ``(id, score)`` out. The vector leg of the hybrid index.

Ids are 0 and up. Scores are inner products, for unit rows the cosine in [-1, 1]; higher is nearer. Rounded to 1e-6, which is what
float32 sums of this size hold, so that equal rows have equal scores.

On disk: one file, a header of our own (magic, version, dimension, count, length and SHA-256 of the rest) and FAISS's
bytes. FAISS may crash or allocate wildly on bytes that are not its own, so it is shown none until the hash agrees.

Knows no texts, models or fusion.
"""

from __future__ import annotations

import hashlib
import os
import struct
import warnings
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

from embeddings.errors import IndexBroken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_MAGIC = b"YJDENSE\0"
_VERSION = 1
# magic, version, dimension, count, bytes that follow, their SHA-256
_HEADER = struct.Struct("<8sIIQQ32s")
_BLOCK = 1 << 20
_PLACES = 6


class DenseIndex:
    """Vectors of one dimension under integer ids, in memory; see the module for scores and the file."""

    def __init__(self, *, dim: int) -> None:
        faiss = _faiss()
        self.dim = dim
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        self._ids: set[int] = set()

    def ids(self) -> list[int]:
        """The ids, ascending."""
        return sorted(self._ids)

    @property
    def count(self) -> int:
        """How many vectors the index holds."""
        return len(self._ids)

    def holds(self, number: int) -> bool:
        """Whether a vector is stored under ``number``."""
        return number in self._ids

    def add(self, ids: Sequence[int], vectors: Floats) -> None:
        """Store ``vectors``, float32 ``(len(ids), dim)``; an id that is there already is replaced.

        :raises ValueError: if the shape does not fit, an id occurs twice, or a value is NaN or infinite.
        """
        import numpy as np

        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if rows.shape != (len(ids), self.dim):
            raise ValueError(f"vectors have shape {rows.shape}, expected {(len(ids), self.dim)}")
        if len(set(ids)) != len(ids):
            raise ValueError("an id occurs twice")
        if not np.isfinite(rows).all():
            raise ValueError("a vector holds NaN or infinity")
        if not len(ids):
            return
        self.remove(ids)
        self._index.add_with_ids(rows, np.asarray(ids, dtype=np.int64))
        self._ids.update(ids)

    def remove(self, ids: Iterable[int]) -> None:
        """Drop the vectors of ``ids``; ids that are not there are no error. Takes time linear in the whole index."""
        import numpy as np

        present = self._ids.intersection(ids)
        if present:
            self._index.remove_ids(np.fromiter(present, dtype=np.int64, count=len(present)))
            self._ids -= present

    def search(self, vector: Floats, *, k: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        """The ``k`` nearest to ``vector``, float32 ``(dim,)``: best first, ties by ascending id. With ``among``, of
        these ids only; ids that are not there are no error.

        :raises ValueError: if the shape does not fit, or a value is NaN or infinite.
        """
        row = self._row(vector)
        chosen = self._ids if among is None else self._ids.intersection(among)
        size = len(chosen)
        if k <= 0 or size == 0:
            return []
        only = {} if among is None else {"params": _only(chosen)}
        limit = min(2 * k, size)
        while True:
            scores, ids = self._index.search(row[None], limit, **only)
            pairs = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
            found = sorted(((i, round(s, _PLACES)) for i, s in pairs), key=lambda hit: (-hit[1], hit[0]))
            # FAISS breaks ties by place in the index: take in all that tie with the last one wanted.
            if limit == size or found[k - 1][1] > found[-1][1]:
                return found[:k]
            limit = min(4 * limit, size)

    def scores(self, vector: Floats, ids: Sequence[int]) -> list[float]:
        """The score that ``search`` would give each of ``ids``, in their order.

        :raises KeyError: for an id that is not there.
        """
        import numpy as np

        row = self._row(vector)
        missing = [number for number in ids if number not in self._ids]
        if missing:
            raise KeyError(missing[0])
        if not ids:
            return []
        rows = self._index.reconstruct_batch(np.asarray(ids, dtype=np.int64))
        return [round(score, _PLACES) for score in (rows @ row).tolist()]

    def _row(self, vector: Floats) -> Floats:
        import numpy as np

        row = np.ascontiguousarray(vector, dtype=np.float32)
        if row.shape != (self.dim,):
            raise ValueError(f"vector has shape {row.shape}, expected {(self.dim,)}")
        if not np.isfinite(row).all():
            raise ValueError("the vector holds NaN or infinity")
        return row

    def save(self, path: Path) -> None:
        """Write everything to ``path`` in one step: afterwards it holds this index or, if anything failed, the old one.

        :raises OSError: if the file cannot be written, as on a full disk.
        """
        temporary = path.with_name(path.name + ".part")
        try:
            with temporary.open("wb") as file:
                file.write(bytes(_HEADER.size))
                body = _Hashed(file)
                _faiss().write_index(self._index, _faiss().PyCallbackIOWriter(body.write, _BLOCK))
                file.seek(0)
                header = (_MAGIC, _VERSION, self.dim, self.count, body.length, body.digest())
                file.write(_HEADER.pack(*header))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)

    @classmethod
    def load(cls, path: Path, *, dim: int) -> DenseIndex:
        """The index that ``save`` wrote to ``path``.

        :raises IndexBroken: ``index_broken`` (path, reason) if the file is missing, cut short, changed, of another
            format version or of another dimension than ``dim``.
        :raises OSError: if the system refuses to read it.
        """
        import numpy as np

        try:
            with path.open("rb") as file:
                count = _checked_count(file, path, dim)
                raw = _faiss().read_index(_faiss().PyCallbackIOReader(file.read, _BLOCK))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise IndexBroken("index_broken", path=str(path), reason=str(error.strerror)) from error
        index = cls(dim=dim)
        index._index = raw
        index._ids = set(_faiss().vector_to_array(raw.id_map).astype(np.int64).tolist())
        if len(index._ids) != count:
            raise IndexBroken("index_broken", path=str(path), reason=f"{len(index._ids)} vectors, expected {count}")
        return index


def _only(chosen: Collection[int]) -> Any:
    """FAISS's search parameters for these ids alone, none negative: a bit an id, which it looks up fastest."""
    import numpy as np

    bits = np.zeros(max(chosen) + 1, dtype=np.uint8)
    bits[np.fromiter(chosen, dtype=np.int64, count=len(chosen))] = 1
    return _faiss().SearchParameters(sel=_faiss().IDSelectorBitmap(np.packbits(bits, bitorder="little")))


class _Hashed:
    """A writer that hashes and counts what passes through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.length = 0

    def write(self, block: bytes) -> int:
        self._hash.update(block)
        self.length += len(block)
        return self._file.write(block)

    def digest(self) -> bytes:
        return self._hash.digest()


def _checked_count(file: IO[bytes], path: Path, dim: int) -> int:
    """Read the header and hash the rest; leave ``file`` where FAISS's bytes start, and return the count."""

    def broken(reason: str) -> IndexBroken:
        return IndexBroken("index_broken", path=str(path), reason=reason)

    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise broken("cut short")
    magic, version, found_dim, count, length, digest = _HEADER.unpack(header)
    if magic != _MAGIC:
        raise broken("not a vector index")
    if version != _VERSION:
        raise broken(f"format version {version}, expected {_VERSION}")
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
def _faiss() -> ModuleType:
    with warnings.catch_warnings():
        # FAISS's SWIG types have no __module__, which Python 3.12 and later warn about.
        warnings.simplefilter("ignore", DeprecationWarning)
        import faiss
    module: Any = faiss
    return module  # type: ignore[no-any-return]
