"""Other people's retrieval under one interface: passages and their vectors in, the numbers of the best passages out.

Each is set up as its own documentation says for search by vectors and words together, with the words of its own analyzer.
Where a default is known not to work for Chinese, a second entry has the nearest setting that it offers. Knows no corpus
and no gold answer. Not covered: rerankers and services that need a network.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CANDIDATES = 100
"""How many passages each leg proposes where a peer lets one say."""

# Nothing is sent anywhere: two of them count their users by default.
SILENT = {"HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False", "HF_HUB_OFFLINE": "1"}


class Peer(Protocol):
    """A retrieval engine in this process."""

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        """Index texts under 0, 1, …; ``vectors`` float32 (n, dim), unit rows. Searched afterwards."""
        ...

    def search(self, question: str, vector: Floats, k: int) -> list[int]:
        """The numbers of the ``k`` best texts, best first."""
        ...


class _Txtai:
    """txtai: FAISS and its own BM25, scores normalised and averaged."""

    def __init__(self, _folder: Path) -> None:
        from txtai import Embeddings

        self._known: dict[str, Floats] = {}
        self._embeddings = Embeddings(
            {"method": "external", "transform": lambda texts: np.stack([self._known[t] for t in texts]), "hybrid": True}
        )

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        self._known.update(zip(texts, vectors, strict=True))
        self._embeddings.index(list(enumerate(texts)))

    def search(self, question: str, vector: Floats, k: int) -> list[int]:
        self._known[question] = vector
        return [number for number, _ in self._embeddings.search(question, k)]


class _Haystack:
    """Haystack's in-memory store: every vector compared, its own BM25 (BM25L), the two joined by reciprocal rank."""

    def __init__(self, _folder: Path, *, words: str = r"(?u)\b\w+\b") -> None:
        from haystack.components.joiners import DocumentJoiner
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._store = InMemoryDocumentStore(bm25_tokenization_regex=words)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        from haystack import Document

        rows = zip(texts, vectors.tolist(), strict=True)
        self._store.write_documents(
            [Document(id=str(number), content=text, embedding=row) for number, (text, row) in enumerate(rows)]
        )

    def search(self, question: str, vector: Floats, k: int) -> list[int]:
        near = self._store.embedding_retrieval(vector.tolist(), top_k=CANDIDATES)
        found = self._store.bm25_retrieval(question, top_k=CANDIDATES) if question else []  # it refuses an empty one
        joined: list[Any] = self._joiner.run([near, found], top_k=k)["documents"]
        return [int(document.id) for document in joined]


class _HaystackCharacters(_Haystack):
    """Haystack with every character a word of its BM25."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, words=r"(?u)[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


class _MilvusLite:
    """milvus-lite: its own vector index, BM25 with its analyzer for Chinese (jieba), joined by reciprocal rank."""

    _BATCH = 500

    def __init__(self, folder: Path) -> None:
        from pymilvus import DataType, Function, FunctionType, MilvusClient

        self._client = MilvusClient(str(folder / "milvus.db"))
        schema = self._client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        chinese = {"tokenizer": "jieba"}  # as its analyzer "chinese", which milvus-lite does not know by name
        schema.add_field("text", DataType.VARCHAR, max_length=65_535, enable_analyzer=True, analyzer_params=chinese)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=384)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["words"]))
        indexes = self._client.prepare_index_params()
        indexes.add_index("vector", index_type="AUTOINDEX", metric_type="COSINE")
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        self._client.create_collection("texts", schema=schema, index_params=indexes)

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        rows = [{"id": i, "text": text, "vector": vectors[i]} for i, text in enumerate(texts)]
        for begin in range(0, len(rows), self._BATCH):
            self._client.insert("texts", rows[begin : begin + self._BATCH])
        self._client.flush("texts")

    def search(self, question: str, vector: Floats, k: int) -> list[int]:
        from pymilvus import AnnSearchRequest, RRFRanker

        legs = [
            AnnSearchRequest([vector], "vector", {"metric_type": "COSINE"}, limit=CANDIDATES),
            AnnSearchRequest([question], "words", {"metric_type": "BM25"}, limit=CANDIDATES),
        ]
        (hits,) = self._client.hybrid_search("texts", legs, RRFRanker(), limit=k)
        return [hit["id"] for hit in hits]


class _LanceDB:
    """LanceDB: every vector compared (it advises an index from 100,000 on), its own BM25, joined by reciprocal rank."""

    def __init__(self, folder: Path, **words: Any) -> None:
        import lancedb

        self._database = lancedb.connect(str(folder / "lance"))
        self._words = words

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        from lancedb.rerankers import RRFReranker

        rows = [{"id": i, "text": text, "vector": vectors[i]} for i, text in enumerate(texts)]
        self._table = self._database.create_table("texts", rows)
        self._table.create_fts_index("text", **self._words)
        self._joined = RRFReranker()

    def search(self, question: str, vector: Floats, k: int) -> list[int]:
        query = self._table.search(vector)
        if question:  # it refuses an empty one
            query = self._table.search(query_type="hybrid").vector(vector).text(question).rerank(self._joined)
        found: list[int] = query.limit(CANDIDATES).to_arrow()["id"].to_pylist()
        return found[:k]


class _LanceDBPairs(_LanceDB):
    """LanceDB with pairs of characters as its words."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, base_tokenizer="ngram", ngram_min_length=2, ngram_max_length=2, stem=False)


class _Chroma:
    """Chroma on disk: HNSW, vectors alone; it has no words but as a filter."""

    _BATCH = 5000

    def __init__(self, folder: Path) -> None:
        import chromadb

        client = chromadb.PersistentClient(str(folder / "chroma"))
        self._texts = client.create_collection("texts", metadata={"hnsw:space": "cosine"}, embedding_function=None)

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        for begin in range(0, len(texts), self._BATCH):
            part = range(begin, min(begin + self._BATCH, len(texts)))
            self._texts.add(
                ids=[str(i) for i in part],
                documents=[texts[i] for i in part],
                embeddings=vectors[part.start : part.stop],
            )

    def search(self, _question: str, vector: Floats, k: int) -> list[int]:
        found = self._texts.query(query_embeddings=vector[None], n_results=k, include=[])
        return [int(number) for number in found["ids"][0]]


PEERS: dict[str, Callable[[Path], Peer]] = {
    "txtai": _Txtai,
    "Haystack": _Haystack,
    "Haystack, characters": _HaystackCharacters,
    "milvus-lite": _MilvusLite,
    "LanceDB": _LanceDB,
    "LanceDB, pairs": _LanceDBPairs,
    "Chroma": _Chroma,
}


def made(name: str, folder: Path) -> Peer:
    """The peer of that name, empty, with files, if it has any, in ``folder``."""
    os.environ.update(SILENT)
    return PEERS[name](folder)
