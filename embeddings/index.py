"""What an engine of search is to a library: the vector leg and the word leg as one index. Owns no code that searches.

:class:`embeddings.hybrid.HybridIndex` keeps both legs in a folder; :class:`embeddings.milvus.MilvusIndex` on a server.
An index is derived data: it can be forgotten and made anew at any time from what its owner keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored text that one of the legs found. ``dense``: cosine in [-1, 1]; ``lexical``: BM25, 0.0 where no term is
    shared. Higher is nearer for both.
    """

    id: int
    dense: float
    lexical: float


class SearchIndex(Protocol):
    """Texts and their vectors under integer ids. ``generation`` is the owner's own counter, stored by ``commit``: what
    changed after it must be added or removed again, which may be repeated freely. It is 0 where there is no index that
    can be used.
    """

    dim: int
    generation: int

    def add(self, ids: Sequence[int], texts: Sequence[str], vectors: Floats) -> None:
        """Store ``texts`` with ``vectors``, float32 ``(len(ids), dim)``, unit rows; ids that are there are replaced.
        Searched after ``commit`` at the latest.
        """
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Drop ``ids``; ids that are not there are no error."""
        ...

    def commit(self, generation: int) -> None:
        """Make all changes durable and remember ``generation`` with them."""
        ...

    def search(self, text: str, vector: Floats, *, k: int, among: frozenset[int] | None = None) -> list[Candidate]:
        """The best ``k`` of each leg together, by ascending id, each with both scores. ``among`` limits both legs to
        these ids, before any is counted.
        """
        ...

    def absent(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that no text holds, for certain."""
        ...

    def ids(self) -> tuple[list[int], list[int]]:
        """The ids of the vector leg and of the word leg, each ascending."""
        ...

    def changed_files(self) -> tuple[list[str], list[str]]:
        """The files of the vector leg and of the word leg that are not as they were written, by name."""
        ...

    def forget(self) -> None:
        """Be empty, at generation 0, until the next change makes the index anew."""
        ...

    def refresh(self) -> bool:
        """See what another process has committed; whether there was anything."""
        ...

    def close(self) -> None:
        """Let go of what is held. The index must not be used afterwards."""
        ...
