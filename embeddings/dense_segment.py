"""Sealed vectors: many rows that no longer change, found by short codes and scored by the rows themselves.

The codes, RaBitQ with one bit a dimension, are scanned whole: no lists that a question could be sent past, nothing to
tune, and a segment's codes fit its own rows. They say which rows are worth scoring; every score is of a stored row.

On disk two files: ``NAME.codes`` (ids and codes; read into memory, hash checked) and ``NAME.rows`` (float32, bare, in
the order of the ids; memory-mapped). NAME is a hash of ids and rows, so that a file is never written with other
contents. A changed byte among the rows does no more than change a score: it is found by :func:`intact`, which reads
them all, and not when a segment is opened. Knows no other segment, text or question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.dense_exact import PLACES
from embeddings.dense_file import faiss, read_index, reading_checked, replacing, write_checked
from embeddings.errors import IndexBroken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int64]
    Places = NDArray[np.int64]
    Scores = NDArray[np.float64]

SUFFIXES = (".codes", ".rows")
_MAGIC = b"YJCODES\0"
_NAME = 32

# Looking rows up one by one costs about as much as this many in their order.
_SCATTERED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """``ids``: (n,), ascending; ``rows``: float32 (n, dim), mapped from the file; ``codes``: FAISS's; ``live``: bool
    (n,), false where a row was removed since. A place is a row's number in its segment.
    """

    name: str
    ids: Ids
    rows: Floats
    codes: Any
    live: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many rows were not removed."""
        return int(self.live.sum())

    def places(self, ids: Ids) -> Places:
        """The places of those of ``ids``, ascending and each once, that are here and were not removed."""
        import numpy as np

        ids = ids[np.searchsorted(ids, self.ids[0]) : np.searchsorted(ids, self.ids[-1], side="right")]
        at = np.searchsorted(self.ids, ids)
        found: Places = at[(self.ids[at] == ids) & self.live[at]]
        return found

    def nearest(self, row: Floats, count: int) -> tuple[Places, Floats]:
        """By their codes the ``count`` nearest to ``row``, fewer where some were removed: places and estimated scores."""
        estimates, places = self.codes.search(row[None], min(count, len(self.ids)))
        kept = (places[0] >= 0) & self.live[places[0]]
        return places[0][kept], estimates[0][kept]

    def scores(self, row: Floats, places: Places) -> Scores:
        """The scores of the rows at ``places``.

        :raises IndexBroken: ``index_broken`` (path, reason) if one is no number.
        """
        import numpy as np

        few = len(places) * _SCATTERED < len(self.ids)
        scores = self.rows[places] @ row if few else (self.rows @ row)[places]
        if not np.isfinite(scores).all():
            raise IndexBroken("index_broken", path=self.name, reason="changed since it was written")
        rounded: Scores = np.asarray(scores, dtype=np.float64).round(PLACES)
        return rounded


def write_segment(folder: Path, ids: Ids, rows: Floats) -> Segment:
    """Seal ``rows``, float32 (n, dim), under ``ids``, ascending, into files of ``folder``.

    :raises OSError: if they cannot be written, as on a full disk.
    """
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    name = _name(ids, rows)
    codes = faiss().IndexRaBitQFastScan(rows.shape[1], faiss().METRIC_INNER_PRODUCT)
    codes.train(rows)
    codes.add(rows)
    with replacing(folder / f"{name}.rows") as file:
        file.write(rows.data)

    def body(written: Any) -> None:
        written.write(ids.tobytes())
        written.write_index(codes)

    write_checked(folder / f"{name}.codes", body, magic=_MAGIC, dim=rows.shape[1], count=len(ids))
    return Segment(name, ids, _mapped(folder, name, rows.shape), codes, np.ones(len(ids), dtype=np.bool_))


def open_segment(folder: Path, name: str, *, dim: int) -> Segment:
    """The segment of that name, none of its rows removed.

    :raises IndexBroken: ``index_broken`` (path, reason) if a file of it is missing, cut short, changed (but for bytes
        among the rows), or of another dimension or format.
    :raises OSError: if the system refuses to read it.
    """
    import numpy as np

    with reading_checked(folder / f"{name}.codes", magic=_MAGIC, dim=dim) as (file, count):
        ids = np.frombuffer(file.read(8 * count), dtype=np.int64)
        codes = read_index(file)
    return Segment(name, ids, _mapped(folder, name, (count, dim)), codes, np.ones(count, dtype=np.bool_))


def intact(segment: Segment) -> bool:
    """Whether every byte of the rows is as it was written."""
    return segment.name == _name(segment.ids, segment.rows)


def drop_others(folder: Path, names: Iterable[str]) -> None:
    """Delete the files of all segments but ``names``. What is still in use on Windows stays, for the next time."""
    kept = set(names)
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix in SUFFIXES and path.stem not in kept:
            try:
                path.unlink()
            except PermissionError:
                continue


def _name(ids: Ids, rows: Floats) -> str:
    hashed = hashlib.sha256(ids.tobytes())
    hashed.update(rows.data)
    return hashed.hexdigest()[:_NAME]


def _mapped(folder: Path, name: str, shape: tuple[int, ...]) -> Floats:
    import numpy as np

    path = folder / f"{name}.rows"
    try:
        if path.stat().st_size != 4 * shape[0] * shape[1]:
            raise IndexBroken("index_broken", path=str(path), reason="cut short")
        return np.asarray(np.memmap(path, dtype=np.float32, mode="r", shape=shape))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise IndexBroken("index_broken", path=str(path), reason=str(error.strerror)) from error
