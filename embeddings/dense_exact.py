"""Vectors in memory that are all compared with the question: the vectors added last, and all of a small library.

Ids, scores and their rounding are those of :mod:`embeddings.dense`, which checks what is handed in. Knows no files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from embeddings.dense_file import faiss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PLACES = 6
"""Scores are rounded to as many places as float32 sums of this size hold, so that equal rows have equal scores."""


class ExactIndex:
    """Vectors of one dimension under integer ids. ``raw`` is FAISS's part of one that was written before."""

    def __init__(self, *, dim: int, raw: Any = None) -> None:
        import numpy as np

        self.raw = faiss().IndexIDMap2(faiss().IndexFlatIP(dim)) if raw is None else raw
        self.ids: set[int] = set(faiss().vector_to_array(self.raw.id_map).astype(np.int64).tolist())

    def add(self, ids: Sequence[int], rows: Floats) -> None:
        """Store ``rows``, float32 ``(len(ids), dim)``, contiguous, under ids that are not there yet."""
        import numpy as np

        self.raw.add_with_ids(rows, np.asarray(ids, dtype=np.int64))
        self.ids.update(ids)

    def remove(self, ids: Iterable[int]) -> None:
        """Drop ``ids``; ids that are not there are no error. Takes time linear in all of them."""
        import numpy as np

        present = self.ids.intersection(ids)
        if present:
            self.raw.remove_ids(np.fromiter(present, dtype=np.int64, count=len(present)))
            self.ids -= present

    def rows(self, ids: Sequence[int]) -> Floats:
        """The vectors of ``ids``, which are there, float32 ``(len(ids), dim)``."""
        import numpy as np

        rows: Floats = self.raw.reconstruct_batch(np.asarray(ids, dtype=np.int64))
        return rows

    def scores(self, row: Floats, ids: Sequence[int]) -> list[float]:
        """The scores of ``ids``, which are there, in their order."""
        return [round(score, PLACES) for score in (self.rows(ids) @ row).tolist()] if ids else []

    def search(self, row: Floats, *, k: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        """The ``k`` nearest to ``row``: best first, ties by ascending id. With ``among``, of these ids only."""
        chosen = self.ids if among is None else self.ids.intersection(among)
        size = len(chosen)
        if k <= 0 or size == 0:
            return []
        only = {} if among is None else {"params": _only(chosen)}
        limit = min(2 * k, size)
        while True:
            scores, ids = self.raw.search(row[None], limit, **only)
            pairs = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
            found = sorted(((i, round(s, PLACES)) for i, s in pairs), key=lambda hit: (-hit[1], hit[0]))
            # FAISS breaks ties by place in the index: take in all that tie with the last one wanted.
            if limit == size or found[k - 1][1] > found[-1][1]:
                return found[:k]
            limit = min(4 * limit, size)


def _only(chosen: Collection[int]) -> Any:
    """FAISS's search parameters for these ids alone, none negative: a bit an id, which it looks up fastest."""
    import numpy as np

    bits = np.zeros(max(chosen) + 1, dtype=np.uint8)
    bits[np.fromiter(chosen, dtype=np.int64, count=len(chosen))] = 1
    return faiss().SearchParameters(sel=faiss().IDSelectorBitmap(np.packbits(bits, bitorder="little")))
