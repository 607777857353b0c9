"""Both legs of search on a Milvus server: vectors, and words as BM25 over our own terms. For libraries past one machine.

A library has two collections there: ``yinju_<library>`` holds a row a text, ``yinju_<library>_state`` one row that says
whose they are and of which generation; it is written last. Where one is missing or of another format the index opens
empty at generation 0, and the first change makes both anew; those of another library or model are refused. Every row
written is durable at once: Milvus keeps a log.

Words: a text reaches Milvus as its terms of :mod:`embeddings.segment`, each as eight letters and digits made from its
hash, and Milvus' BM25 function (k1 = 1.2, b = 0.75) counts them. Its analyzers for Chinese give words alone, where our
terms found more in every set; terms as they are would not do, since its ``standard`` tokenizer, the only one
that Milvus and milvus-lite share, would cut or drop some of them. Two of five million terms share a hash about ten
times. milvus-lite counts frequencies by segment, and of what is not flushed among the filtered rows alone, so its file
is flushed by every commit; a server counts over the whole collection and flushes when it likes.

Vectors: Milvus proposes the nearest by its own index; the cosines are computed here from the rows it stores.

Knows no documents, models or fusion, and takes no lock: its owner's guards it. Not covered: ties at the last place,
which Milvus breaks as it likes; texts of more than 7,281 terms, whose rest is left out.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from embeddings.errors import EmbeddingsError, EngineError, IndexBroken, shown_address
from embeddings.hybrid import FORMAT as HYBRID_FORMAT
from embeddings.index import Candidate
from embeddings.segment import needed_terms, question_terms, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# With that of the engine on disk, which is raised when the terms of segment.py change.
FORMAT = f"1/{HYBRID_FORMAT}"

TIMEOUT = 10.0
"""Seconds that one request may take."""

LOAD_TIMEOUT = 300.0
"""Seconds that a server may take to load a collection into its memory, as after it was started again."""

ROWS = 500
"""Rows sent at a time: 4 MB, where a server takes 64."""

_TERM_LETTERS = 8
_TEXT_BYTES = 65_535
_MOST_TERMS = _TEXT_BYTES // (_TERM_LETTERS + 1)
_DENSE_PLACES, _LEXICAL_PLACES = 6, 4
# By default a client waits up to two minutes before it looks again whether a server is back.
_CHANNEL = {"grpc.initial_reconnect_backoff_ms": 200, "grpc.max_reconnect_backoff_ms": 1000}
_UNAVAILABLE, _NO_COLLECTION, _NO_INDEX = 2, 100, 700


@dataclass(frozen=True, slots=True)
class MilvusServer:
    """Where Milvus answers: ``http://host:19530``, or a file ending in ``.db`` for milvus-lite in this process. ``token``
    is ``user:password`` or an API key, where it asks for one.
    """

    uri: str
    token: str = field(default="", repr=False)


class MilvusIndex:
    """The index of one library on one server. See the module for what it holds, :mod:`embeddings.index` for its methods.
    Nothing is asked of the server before ``refresh`` or a change.

    Every method may raise :class:`EngineError`: ``engine_missing``, ``engine_unreachable`` or ``engine_refused``; and
    ``refresh`` and the first change ``engine_foreign``.
    """

    def __init__(self, server: MilvusServer, *, library: str, model: str, dim: int) -> None:
        self.dim = dim
        self.generation = 0
        self._server = server
        self._texts = f"yinju_{library}"
        self._state = f"yinju_{library}_state"
        self._identity = {"format": FORMAT, "library": library, "model": model, "dim": dim}
        self._client: Any = None
        self._ready = False
        self._forgotten = False

    # ---- changing

    def add(self, ids: Sequence[int], texts: Sequence[str], vectors: Floats) -> None:
        """Store ``texts`` with ``vectors``, float32 ``(len(ids), dim)``, unit rows; searched at once."""
        if not len(ids) == len(texts) == len(vectors):
            raise ValueError(f"numbers of ids, texts and vectors differ: {len(ids)}, {len(texts)}, {len(vectors)}")
        with self._asking() as client:
            self._make()
            for begin in range(0, len(ids), ROWS):
                part = slice(begin, begin + ROWS)
                rows = zip(ids[part], texts[part], vectors[part], strict=True)
                client.upsert(
                    self._texts,
                    [{"id": id, "terms": _encoded(terms(text)), "vector": vector} for id, text, vector in rows],
                    timeout=TIMEOUT,
                )

    def remove(self, ids: Sequence[int]) -> None:
        """Drop ``ids``; ids that are not there are no error."""
        with self._asking() as client:
            self._make()
            for begin in range(0, len(ids), ROWS):
                client.delete(self._texts, ids=list(ids[begin : begin + ROWS]), timeout=TIMEOUT)

    def commit(self, generation: int) -> None:
        """Remember ``generation`` with all changes, which are durable already."""
        with self._asking() as client:
            self._make()
            about = json.dumps({**self._identity, "generation": generation})
            client.upsert(self._state, [{"id": 0, "about": about, "unused": [0.0, 0.0]}], timeout=TIMEOUT)
            if self._server.uri.endswith(".db"):
                client.flush(self._texts, timeout=LOAD_TIMEOUT)
        self.generation = generation

    def forget(self) -> None:
        """Be empty, at generation 0, until the next change makes the collections anew."""
        self._ready, self._forgotten, self.generation = False, True, 0

    # ---- searching

    def search(self, text: str, vector: Floats, *, k: int, among: frozenset[int] | None = None) -> list[Candidate]:
        """The best ``k`` of each leg together, by ascending id, each with both scores: ``k`` to ``2 * k`` of them."""
        if k <= 0 or among == frozenset() or not self._is_there():
            return []
        with self._asking():
            only = "" if among is None else _within(among)
            asked = _encoded(question_terms(text))
            near = self._nearest(vector, "vector", k, only)
            found = self._nearest(asked, "words", k, only)
            dense = self._cosines(vector, sorted({*dict(near), *dict(found)}))
            lexical = {id: score for id, score in found if id in dense}
            rest = [id for id in dense if id not in lexical]
            if rest:
                lexical.update(self._nearest(asked, "words", len(rest), _within(rest)))
        return [Candidate(id, dense[id], lexical.get(id, 0.0)) for id in sorted(dense)]

    def absent(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that no text holds; as :meth:`embeddings.lexical.LexicalIndex.absent`."""
        if not self._is_there():
            return []
        with self._asking():
            return [word for word in words if not self._may_hold(word)]

    def ids(self) -> tuple[list[int], list[int]]:
        """The ids of the rows, ascending, twice: a row has both its vector and its words."""
        if not self._is_there():
            return [], []
        found: list[int] = []
        with self._asking() as client:
            pages = client.query_iterator(self._texts, batch_size=10_000, output_fields=["id"], timeout=TIMEOUT)
            while page := pages.next():
                found.extend(row["id"] for row in page)
            pages.close()
        return sorted(found), sorted(found)

    def changed_files(self) -> tuple[list[str], list[str]]:
        """None: what a server keeps is for the server to check."""
        return [], []

    def _nearest(self, wanted: Any, leg: str, k: int, only: str) -> list[tuple[int, float]]:
        """The best ``k`` of one leg with their scores. milvus-lite gives BM25 as a distance, below zero."""
        if leg == "words" and not wanted:
            return []
        options = {"anns_field": leg, "limit": k, "filter": only, "output_fields": ["id"], "timeout": TIMEOUT}
        (hits,) = self._client.search(self._texts, data=[wanted], **options)
        return [(hit["id"], round(abs(hit["distance"]), _LEXICAL_PLACES)) for hit in hits]

    def _cosines(self, vector: Floats, ids: Sequence[int]) -> dict[int, float]:
        """The cosine of each of ``ids`` that is there."""
        import numpy as np

        rows = self._client.get(self._texts, ids=ids, output_fields=["id", "vector"], timeout=TIMEOUT) if ids else []
        if not rows:
            return {}
        scores = np.array([row["vector"] for row in rows], np.float32) @ np.asarray(vector, np.float32)
        return {row["id"]: round(score, _DENSE_PLACES) for row, score in zip(rows, scores.tolist(), strict=True)}

    def _may_hold(self, word: str) -> bool:
        needed, whole = needed_terms(word)
        if not needed:
            return True
        matches = [f"text_match(terms, '{term}')" for term in map(_hashed, needed)]
        joined = (" and " if whole else " or ").join(matches)
        return bool(self._client.query(self._texts, filter=joined, limit=1, output_fields=["id"], timeout=TIMEOUT))

    # ---- opening

    def refresh(self) -> bool:
        """See what the server holds, which may be slow where it has to load it; whether that is news."""
        if self._forgotten:
            return False
        before = self.generation
        with self._asking() as client:
            self._ready, self.generation = False, 0
            if client.has_collection(self._texts, timeout=TIMEOUT) and client.has_collection(
                self._state, timeout=TIMEOUT
            ):
                for name in (self._texts, self._state):
                    client.load_collection(name, timeout=LOAD_TIMEOUT)
                self._read_state(client)
        return self.generation != before

    def close(self) -> None:
        """Let the connection go."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _read_state(self, client: Any) -> None:
        """Take the generation, where the collections are of this library, model and format.

        :raises EngineError: ``engine_foreign``.
        """
        rows = client.get(self._state, ids=[0], output_fields=["about"], consistency_level="Strong", timeout=TIMEOUT)
        about = json.loads(rows[0]["about"]) if rows else {}
        if about.get("format") != FORMAT:
            return
        for name in ("library", "model", "dim"):
            if about[name] != self._identity[name]:
                raise EngineError(
                    "engine_foreign",
                    uri=shown_address(self._server.uri),
                    collection=self._texts,
                    found=about[name],
                    expected=self._identity[name],
                )
        self._ready, self.generation = True, about["generation"]

    def _is_there(self) -> bool:
        """Whether there is anything to search; asked again after every failure, from which it may have come back."""
        if not self._ready:
            self.refresh()
        return self._ready

    def _make(self) -> None:
        """Before the first change of an index that opened empty: both collections, empty."""
        if self._is_there():
            return
        client = self._client
        for name in (self._state, self._texts):
            client.drop_collection(name, timeout=TIMEOUT)
        _make_texts(client, self._texts, self.dim)
        _make_state(client, self._state)
        self._ready, self._forgotten = True, False

    @contextlib.contextmanager
    def _asking(self) -> Iterator[Any]:
        """A client, connected; its errors in our words. After any of them what the server holds is read anew.

        :raises IndexBroken: ``index_broken`` (path, reason) if the collection is gone.
        """
        try:
            if self._client is None:
                self._client = _connected(self._server)
            with _said(self._server):
                yield self._client
        except EmbeddingsError:
            self._ready, self.generation = False, 0
            raise


def _connected(server: MilvusServer) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise EngineError("engine_missing", package="pymilvus", install='pip install "yinju[milvus]"') from error
    # What it would log is raised as well.
    for name in ("pymilvus", "pymilvus.milvus_client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with _said(server):
        return MilvusClient(server.uri, token=server.token, timeout=TIMEOUT, grpc_options=_CHANNEL)


@contextlib.contextmanager
def _said(server: MilvusServer) -> Iterator[None]:
    import grpc
    from pymilvus import MilvusException

    try:
        yield
    except grpc.RpcError as error:
        raise EngineError("engine_unreachable", uri=shown_address(server.uri), reason=str(error)) from error
    except MilvusException as error:
        reason = " ".join(str(error.message).split()) or type(error).__name__
        if error.code in (_NO_COLLECTION, _NO_INDEX):
            raise IndexBroken("index_broken", path=shown_address(server.uri), reason=reason) from error
        gone = error.code == _UNAVAILABLE or "StatusCode.UNAVAILABLE" in reason or "DEADLINE_EXCEEDED" in reason
        raise EngineError(
            "engine_unreachable" if gone else "engine_refused", uri=shown_address(server.uri), reason=reason
        ) from error


def _make_texts(client: Any, name: str, dim: int) -> None:
    from pymilvus import DataType, Function, FunctionType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    # Searched through "words" only: no need to hold it in memory.
    schema.add_field(
        "terms",
        DataType.VARCHAR,
        max_length=_TEXT_BYTES,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params={"tokenizer": "standard"},
        mmap_enabled=True,
    )
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function("bm25", FunctionType.BM25, input_field_names=["terms"], output_field_names=["words"]),
    )
    indexes = client.prepare_index_params()
    indexes.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
    bm25 = {"bm25_k1": 1.2, "bm25_b": 0.75}
    indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=bm25)
    # A process sees what it wrote at once, what others wrote within a moment.
    client.create_collection(
        name, schema=schema, index_params=indexes, consistency_level="Session", timeout=LOAD_TIMEOUT
    )


def _make_state(client: Any, name: str) -> None:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("about", DataType.VARCHAR, max_length=_TEXT_BYTES)
    schema.add_field("unused", DataType.FLOAT_VECTOR, dim=2)  # Milvus has no collection without vectors
    indexes = client.prepare_index_params()
    indexes.add_index("unused", index_type="AUTOINDEX", metric_type="IP")
    client.create_collection(
        name, schema=schema, index_params=indexes, consistency_level="Strong", timeout=LOAD_TIMEOUT
    )


def _within(ids: Iterable[int]) -> str:
    return f"id in {sorted(ids)}"


def _encoded(words: Sequence[str]) -> str:
    """Terms as Milvus gets them: eight letters and digits each, which none of its tokenizers cuts."""
    return " ".join(map(_hashed, words[:_MOST_TERMS]))


def _hashed(term: str) -> str:
    return base64.b32encode(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=5).digest()).decode().lower()
