"""Vectors by number: float32 rows in under integer ids, ``(id, score)`` out. The vector leg of the hybrid index.

Ids are 0 and up. Scores are inner products, for unit rows the cosine in [-1, 1]; higher is nearer. Rounded to 1e-6, so
that equal rows have equal scores.

The vectors added last are all compared with the question. Whenever there are ``SEAL_AT`` of them they are sealed: they
become a segment, which is searched by short codes; the rows that these put first are then scored themselves. So a small
library is exact, a large one finds nearly all of the nearest and scores them exactly, and adding to it rewrites the
last vectors only. A search limited to given ids is always exact. A segment that has lost half of its rows is dissolved
by the next ``save``: what is left joins the vectors added last.

On disk: ``dense.bin``, which holds the vectors added last and names the segments that count, and the segments' own
files, which never change. ``dense.bin`` is replaced in one step, after the segments that it names were written.

Knows no texts, models or fusion.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from embeddings.dense_exact import ExactIndex
from embeddings.dense_file import Body, read_index, reading_checked, write_checked
from embeddings.dense_segment import Segment, drop_others, intact, open_segment, write_segment
from embeddings.errors import IndexBroken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = NDArray[np.int64]

SEAL_AT = 65_536
"""So many vectors are searched exactly before they are sealed. More would make adding one article slow: all of them are
written each time.
"""

SCORED = 2048
"""So many rows, of all segments together, are scored: those that the codes put first; more where many are asked for. A
segment proposes half as many, since the nearest of many segments are seldom in one.
"""
# Where more than a few are asked for: so many rows are scored for each.
_SCORED_FOR_ONE = 16

FILE = "dense.bin"
_MAGIC = b"YJDENSE\0"
_LENGTH = struct.Struct("<Q")
# Another process may replace the file and drop segments while they are opened; then they are opened again.
_LOOKS = 3


class DenseIndex:
    """Vectors of one dimension under integer ids, with files in ``folder``; see the module for scores and files."""

    def __init__(self, folder: Path, *, dim: int) -> None:
        self._folder = folder
        self.dim = dim
        self._recent = ExactIndex(dim=dim)
        self._sealed: list[Segment] = []

    def ids(self) -> list[int]:
        """The ids, ascending."""
        sealed = [number for segment in self._sealed for number in segment.ids[segment.live].tolist()]
        return sorted([*self._recent.ids, *sealed])

    @property
    def count(self) -> int:
        """How many vectors the index holds."""
        return len(self._recent.ids) + sum(segment.count for segment in self._sealed)

    def held(self, ids: Iterable[int]) -> set[int]:
        """Those of ``ids`` that a vector is stored under."""
        asked = set(ids)
        found, wanted = asked & self._recent.ids, _ascending(asked)
        for segment in self._sealed:
            found.update(segment.ids[segment.places(wanted)].tolist())
        return found

    # ---- changing

    def add(self, ids: Sequence[int], vectors: Floats) -> None:
        """Store ``vectors``, float32 ``(len(ids), dim)``; an id that is there already is replaced.

        :raises ValueError: if the shape does not fit, an id occurs twice, or a value is NaN or infinite.
        :raises OSError: if vectors were to be sealed and cannot be written, as on a full disk.
        """
        import numpy as np

        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if rows.shape != (len(ids), self.dim):
            raise ValueError(f"vectors have shape {rows.shape}, expected {(len(ids), self.dim)}")
        if len(set(ids)) != len(ids):
            raise ValueError("an id occurs twice")
        if not np.isfinite(rows).all():
            raise ValueError("a vector holds NaN or infinity")
        self.remove(ids)
        self._take(ids, rows)

    def remove(self, ids: Iterable[int]) -> None:
        """Drop the vectors of ``ids``; ids that are not there are no error."""
        gone = set(ids)
        self._recent.remove(gone)
        sealed = _ascending(gone)
        for segment in self._sealed:
            segment.live[segment.places(sealed)] = False

    def save(self) -> None:
        """Make all changes durable: afterwards the folder holds this index or, if anything failed, the old one.

        :raises OSError: if a file cannot be written, as on a full disk.
        """
        for segment in [segment for segment in self._sealed if 2 * segment.count < len(segment.ids)]:
            self._sealed.remove(segment)
            self._take(segment.ids[segment.live].tolist(), segment.rows[segment.live])
        write_checked(self._folder / FILE, self._write, magic=_MAGIC, dim=self.dim, count=self.count)
        drop_others(self._folder, [segment.name for segment in self._sealed])

    def _take(self, ids: Sequence[int], rows: Floats) -> None:
        """Let vectors join those added last; these are sealed before they would become too many."""
        begin = 0
        while begin < len(ids):
            if len(self._recent.ids) >= SEAL_AT:
                sealed = _ascending(self._recent.ids)
                self._sealed.append(write_segment(self._folder, sealed, self._recent.rows(sealed.tolist())))
                self._recent = ExactIndex(dim=self.dim)
            end = begin + SEAL_AT - len(self._recent.ids)
            self._recent.add(ids[begin:end], rows[begin:end])
            begin = end

    def _write(self, body: Body) -> None:
        segments = [{"name": segment.name, "removed": segment.ids[~segment.live].tolist()} for segment in self._sealed]
        named = json.dumps(segments).encode()
        body.write(_LENGTH.pack(len(named)))
        body.write(named)
        body.write_index(self._recent.raw)

    # ---- searching

    def search(self, vector: Floats, *, k: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        """The ``k`` nearest to ``vector``, float32 ``(dim,)``: best first, ties by ascending id. With ``among``, of
        these ids only; ids that are not there are no error.

        :raises ValueError: if the shape does not fit, or a value is NaN or infinite.
        :raises IndexBroken: ``index_broken`` (path, reason) if the rows of a segment were changed beyond use.
        """
        row = self._row(vector)
        if k <= 0:
            return []
        found = self._recent.search(row, k=k, among=among)
        if self._sealed:
            found += self._of_segments(row, k, among)
            found.sort(key=lambda hit: (-hit[1], hit[0]))
        return found[:k]

    def scores(self, vector: Floats, ids: Sequence[int]) -> list[float]:
        """The score that ``search`` would give each of ``ids``, in their order.

        :raises KeyError: for an id that is not there.
        """
        row = self._row(vector)
        recent = [number for number in ids if number in self._recent.ids]
        wanted = _ascending(set(ids))
        known = dict(zip(recent, self._recent.scores(row, recent), strict=True))
        for segment in self._sealed if len(known) < len(ids) else ():
            places = segment.places(wanted)
            known.update(zip(segment.ids[places].tolist(), segment.scores(row, places).tolist(), strict=True))
        return [known[number] for number in ids]

    def _of_segments(self, row: Floats, k: int, among: frozenset[int] | None) -> list[tuple[int, float]]:
        """The best ``k`` of the rows that the codes propose, or of all in ``among``; in no order."""
        import numpy as np

        if among is None:
            chosen = self._proposed(row, k)
        else:
            asked = _ascending(among)
            chosen = [segment.places(asked) for segment in self._sealed]
        pairs = list(zip(self._sealed, chosen, strict=True))
        ids = np.concatenate([segment.ids[places] for segment, places in pairs])
        scores = np.concatenate([segment.scores(row, places) for segment, places in pairs])
        if len(ids) > k:
            enough = scores >= np.partition(scores, -k)[-k]
            ids, scores = ids[enough], scores[enough]
            best = np.lexsort((ids, -scores))[:k]
            ids, scores = ids[best], scores[best]
        return list(zip(ids.tolist(), scores.tolist(), strict=True))

    def _proposed(self, row: Floats, k: int) -> list[Ids]:
        """Of each segment, the places whose rows are to be scored: by all codes together the best ``SCORED``."""
        import numpy as np

        count = max(SCORED, _SCORED_FOR_ONE * k)
        there, most = sum(segment.count for segment in self._sealed), max(len(s.ids) for s in self._sealed)
        while True:
            found = [segment.nearest(row, count // 2) for segment in self._sealed]
            estimates = np.concatenate([estimated for _, estimated in found])
            if len(estimates) >= min(k, there):
                break
            if count >= 2 * most:
                return [np.flatnonzero(segment.live) for segment in self._sealed]
            # The nearest were removed since: look further.
            count *= 4
        least = np.partition(estimates, -count)[-count] if len(estimates) > count else -np.inf
        return [np.sort(places[estimated >= least]) for places, estimated in found]

    def _row(self, vector: Floats) -> Floats:
        import numpy as np

        row = np.ascontiguousarray(vector, dtype=np.float32)
        if row.shape != (self.dim,):
            raise ValueError(f"vector has shape {row.shape}, expected {(self.dim,)}")
        if not np.isfinite(row).all():
            raise ValueError("the vector holds NaN or infinity")
        return row

    # ---- opening and checking

    @classmethod
    def load(cls, folder: Path, *, dim: int, known: DenseIndex | None = None) -> DenseIndex:
        """The index that ``save`` wrote into ``folder``. Segments that ``known`` has open are not read again.

        :raises IndexBroken: ``index_broken`` (path, reason) if a file is missing, cut short, changed, of another format
            version or of another dimension than ``dim``.
        :raises OSError: if the system refuses to read it.
        """
        path, opened = folder / FILE, {segment.name: segment for segment in known._sealed} if known else {}
        for look in range(1, _LOOKS + 1):
            index = cls(folder, dim=dim)
            with reading_checked(path, magic=_MAGIC, dim=dim) as (file, count):
                named = index._read(file)
            try:
                index._sealed = [_reopened(folder, one["name"], one["removed"], dim, opened) for one in named]
                break
            except IndexBroken:
                if look == _LOOKS:
                    raise
        if index.count != count:
            raise IndexBroken("index_broken", path=str(path), reason=f"{index.count} vectors, expected {count}")
        return index

    def _read(self, file: IO[bytes]) -> list[dict[str, Any]]:
        """Take the vectors added last from a body, and give what it says of the segments."""
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        named: list[dict[str, Any]] = json.loads(file.read(length))
        self._recent = ExactIndex(dim=self.dim, raw=read_index(file))
        return named

    def changed_files(self) -> list[str]:
        """The files of segments that are not as they were written, by name. Reads every byte of the rows; the other
        files are checked whenever they are read.
        """
        return [f"{segment.name}.rows" for segment in self._sealed if not intact(segment)]


def _reopened(folder: Path, name: str, removed: Sequence[int], dim: int, opened: dict[str, Segment]) -> Segment:
    import dataclasses

    import numpy as np

    segment = opened.get(name) or open_segment(folder, name, dim=dim)
    return dataclasses.replace(segment, live=~np.isin(segment.ids, removed))


def _ascending(ids: Collection[int]) -> Ids:
    import numpy as np

    return np.sort(np.fromiter(ids, dtype=np.int64, count=len(ids)))
