"""What ``benchmarks.scale`` indexes: as many passages and vectors as are asked for, drawn from the news that there is.

**Vectors.** Real ones, of the news articles where ``build/news-vectors.sqlite3`` or the file of ``--vectors`` holds
some (``benchmarks.cache`` writes such files), repeated with noise: each is a real vector, taken at random, with 0 to 50 %
of its variance replaced by that of another one, and noise of 5 % of its length in random directions; mean and covariance
stay those of the real ones. Without a file: random unit vectors around 1,000 centres that share a direction. Real
vectors that were held out are the questions' vectors; nothing is embedded here.

**Texts.** The articles of ``YINJU_SHARED/data/news``; when all were used, the first half of one with the second half of
another, drawn at random, so that no two are the same and words are as frequent as in news. The questions are those of
the same set, so vectors and texts of a question do not belong together: times are measured here, and the nearest
vectors beside exact search, not the quality of answers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import read_rows
from embeddings import segment
from qa.evaluate import as_document
from qa.types import Document

Floats = NDArray[np.float32]

HELD_OUT = 200
"""Real vectors that are the questions'."""
_CENTRES = 1000


class GivenEncoder:
    """Gives the vectors that were drawn, in their order, whatever the texts: nothing is embedded."""

    identity = "drawn vectors"

    def __init__(self, vectors: Path, seed: int) -> None:
        self._real = real_vectors(vectors)
        self._chance = np.random.default_rng(seed)
        self.questions = self._real[:HELD_OUT]
        self._real = self._real[HELD_OUT:]
        self.dim = int(self._real.shape[1])
        self.expect: Callable[[Sequence[str]], None] = lambda _texts: None

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats:
        """The next ``len(texts)`` vectors, float32 (n, dim), unit rows."""
        self.expect(texts)
        rows = varied(self._real, len(texts), self._chance)
        if progress is not None:
            progress(len(texts))
        return rows

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Held-out vectors, by the hash of each text."""
        return self.questions[[sum(text.encode()) % HELD_OUT for text in texts]]


class TermsAhead:
    """Cuts texts into the terms of the index in other processes, while those before them are stored."""

    _PART = 32

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._coming: dict[str, tuple[Future[list[str]], int]] = {}

    def expect(self, texts: Sequence[str]) -> None:
        """Begin with ``texts``, whose terms will be asked for."""
        for begin in range(0, len(texts), self._PART):
            part = list(texts[begin : begin + self._PART])
            future = self._pool.submit(joined_terms, part)
            self._coming.update((text, (future, number)) for number, text in enumerate(part))

    def terms(self, text: str) -> list[str]:
        """The terms of an expected text, joined as the index joins them; of another one they are made now."""
        future, number = self._coming.pop(text, (None, 0))
        return segment.terms(text) if future is None else [future.result()[number]]


def joined_terms(texts: Sequence[str]) -> list[str]:
    """The terms of each text, joined by spaces."""
    return [" ".join(segment.terms(text)) for text in texts]


def real_vectors(path: Path) -> Floats:
    """The vectors in a file of ``benchmarks.cache``, in a random order; random ones around centres without it."""
    chance = np.random.default_rng(0)
    if path.is_file():
        with sqlite3.connect(path) as connection:
            found = connection.execute("SELECT vector FROM vectors ORDER BY key").fetchall()
        rows = np.stack([np.frombuffer(row[0], np.float32) for row in found])
        return rows[chance.permutation(len(rows))]
    centres = chance.normal(size=(_CENTRES, 384)) + 2 * chance.normal(size=384)
    drawn = centres[chance.integers(0, _CENTRES, 20_000)] + 0.7 * chance.normal(size=(20_000, 384))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def varied(real: Floats, count: int, chance: np.random.Generator) -> Floats:
    """Real vectors repeated with noise, float32 (count, dim), unit rows; see the module."""
    mean = real.mean(axis=0)
    first, second = (real[chance.integers(0, len(real), count)] - mean for _ in range(2))
    share = chance.uniform(0.0, 0.5, (count, 1))
    noise = chance.normal(size=first.shape) * (
        0.05 * np.linalg.norm(first, axis=1, keepdims=True) / first.shape[1] ** 0.5
    )
    rows = mean + np.sqrt(1 - share) * first + np.sqrt(share) * second + noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def articles(shared: Path) -> Iterator[Document]:
    """The news articles, then halves of two of them each, without end."""
    texts = [row["text"] for row in read_rows(shared / "data" / "news" / "documents.jsonl.gz")]
    for number, text in enumerate(texts):
        yield as_document(f"a{number}", "", text)
    chance = np.random.default_rng(1)
    while True:
        number += 1
        first, second = (texts[i] for i in chance.integers(0, len(texts), 2))
        yield as_document(f"a{number}", "", f"{first[: len(first) // 2]}\n{second[len(second) // 2 :]}")
