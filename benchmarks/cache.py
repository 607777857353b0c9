"""Vectors kept by the hash of model and text, so that a corpus is embedded once, whatever is measured on it."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, load_encoder, model_identity

EMBEDDED_AT_A_TIME = 128


class CachedEncoder:
    """An encoder that asks the real one only for passages that it has not met; questions are always encoded."""

    def __init__(self, path: Path, *, model: str | None = None) -> None:
        self.identity = model_identity(model)
        self._model = model
        self._encoder: Encoder | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=60.0, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    @property
    def dim(self) -> int:
        """Width of a vector."""
        return self._real().dim

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, float32 (n, dim), unit rows."""
        return self._real().encode_queries(texts)

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of passages, float32 (n, dim), unit rows."""
        unknown = [text for text in dict.fromkeys(texts) if self.known(text) is None]
        unknown.sort(key=len)
        for begin in range(0, len(unknown), EMBEDDED_AT_A_TIME):
            part = unknown[begin : begin + EMBEDDED_AT_A_TIME]
            vectors = self._real().encode_passages(part)
            self._connection.execute("BEGIN IMMEDIATE")
            rows = [(self._key(text), vector.tobytes()) for text, vector in zip(part, vectors, strict=True)]
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        found = [self.known(text) for text in texts]
        if progress is not None:
            progress(len(texts))
        kept = [vector for vector in found if vector is not None]
        return np.stack(kept) if kept else np.empty((0, self.dim), np.float32)

    def known(self, text: str) -> NDArray[np.float32] | None:
        """The vector of a passage met before, float32 (dim,), else ``None``."""
        row = self._connection.execute("SELECT vector FROM vectors WHERE key = ?", (self._key(text),)).fetchone()
        return None if row is None else np.frombuffer(row[0], dtype=np.float32)

    def count(self) -> int:
        """How many vectors are kept."""
        return int(self._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.identity}\0{text}".encode("utf-8", "surrogatepass")).digest()

    def _real(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(self._model)
        return self._encoder
