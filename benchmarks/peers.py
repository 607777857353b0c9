"""Other people's retrieval beside ours: same machine, texts, vectors and questions. `make bench-peers`.

    build/peers-venv/bin/python -m benchmarks.peers [--sets NAME …] [--only NAME …]

**Texts**: the passages that the library makes of a set, as its indexes see them. **Vectors**: of the bundled encoder,
made once and handed to all, so that what differs is how they are kept and searched. **Questions**: with their vectors
at hand, one after the other, each peer in a process of its own. Peers are set up in :mod:`benchmarks.peer_engines`;
ours is the library and its retriever, without the reader.

*Indexing* is from the first passage handed in until the first question could be asked: for ours also the splitting into
passages, SQLite with texts and vectors, and everything durable on disk. *With embedding* adds what the encoder takes
for the same texts: for the peers sentence-transformers' ``encode`` as they call it, for ours measured in one go, since
the library writes while it embeds. *Memory* is what the process and its children hold more after the last question than
before the engine was imported. Processor time is given beside every time, as it is the same on a busy machine. *hit@k*: a passage of the paragraph that the question was written for, in news a passage
that holds the answer, is among the first k.

Writes ``results/peers.json``; what was measured before and is not now stays.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, RESULTS, SHARED, read_rows, write_result
from benchmarks.news import chosen, holds
from benchmarks.peer_engines import PEERS, Peer, made
from benchmarks.scale import alone
from qa.evaluate import as_document
from qa.index_texts import index_texts
from qa.library import Library
from qa.passages import split_all
from qa.retrieve import Retriever
from qa.types import Document

Floats = NDArray[np.float32]

OURS = "Yinju"
CMRC = "dev_cmrc2018_trial"
CORPUS = "corpus.json"
"""Written last: where it is, the rest is whole. To make a corpus anew, delete ``build/peers``."""
ASKED = 5
WARM = 20
"""Questions asked before the clock is started."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages as an index sees them, and questions: ``owners`` names the document of each text, ``own`` is the text
    without what the index adds to it, ``right`` the gold document or the gold answers of each question.
    """

    documents: list[Document]
    texts: list[str]
    own: list[str]
    owners: list[str]
    vectors: Floats
    questions: list[dict[str, Any]]
    asked: Floats

    def is_right(self, question: dict[str, Any], owner: str, own: str) -> bool:
        """Whether a passage is what the question looks for."""
        if "gold_doc_id" in question:
            return holds(own, question)
        return bool(owner == question["context_id"])


# ---- the corpus, made once and read by every process


def prepare(folder: Path, name: str, shared: Path, vectors: Path) -> None:
    """Write what :func:`read` reads. Embeds what the files of ``benchmarks.cache`` in ``vectors`` do not hold."""
    is_cmrc = name == CMRC
    documents, questions = cmrc(shared) if is_cmrc else news(shared, int(name.removeprefix("news-")))
    batches = list(split_all(documents, at_least=1000))
    texts = [text for batch in batches for text in index_texts(batch)]
    encoder = CachedEncoder(vectors / ("vectors.sqlite3" if is_cmrc else "news-vectors.sqlite3"))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors.npy", encoder.encode_passages(texts), allow_pickle=False)
    np.save(folder / "asked.npy", encoder.encode_queries([row["question"] for row in questions]), allow_pickle=False)
    passages = [
        [passage.document_id, document.text[passage.start : passage.end]]
        for batch in batches
        for document, split in batch
        for passage in split
    ]
    written = {
        "documents": [[document.id, document.title, document.text] for document in documents],
        "texts": texts,
        "passages": passages,
        "questions": questions,
    }
    (folder / CORPUS).write_text(json.dumps(written, ensure_ascii=False), "utf-8")


def cmrc(shared: Path) -> tuple[list[Document], list[dict[str, Any]]]:
    """The paragraphs of the CMRC 2018 trial set, and all its questions."""
    questions = read_rows(shared / "data" / "qa" / f"{CMRC}.jsonl.gz")
    rows = {row["context_id"]: row for row in questions}
    documents = [as_document(id, row["title"], row["context"]) for id, row in rows.items()]
    return documents, [{"question": row["question"], "context_id": row["context_id"]} for row in questions]


def news(shared: Path, articles: int) -> tuple[list[Document], list[dict[str, Any]]]:
    """The articles that ``benchmarks.news --articles N`` takes, and its questions."""
    questions = read_rows(shared / "data" / "news" / "questions.jsonl.gz")
    rows = chosen(read_rows(shared / "data" / "news" / "documents.jsonl.gz"), questions, articles)
    return [as_document(row["doc_id"], "", row["text"]) for row in rows], questions


def read(folder: Path) -> Corpus:
    """What :func:`prepare` wrote."""
    written = json.loads((folder / CORPUS).read_text("utf-8"))
    owners, own = zip(*written["passages"], strict=True)
    return Corpus(
        [as_document(*row) for row in written["documents"]],
        written["texts"],
        list(own),
        list(owners),
        np.load(folder / "vectors.npy", allow_pickle=False),
        written["questions"],
        np.load(folder / "asked.npy", allow_pickle=False),
    )


# ---- one engine


class GivenEncoder:
    """Gives the vectors of a corpus, by text: nothing is embedded."""

    identity = "given vectors"
    dim = 384

    def __init__(self, corpus: Corpus) -> None:
        self._passages = dict(zip(corpus.texts, corpus.vectors, strict=True))
        self._questions = {row["question"]: vector for row, vector in zip(corpus.questions, corpus.asked, strict=True)}

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats:
        """The vectors of passages of the corpus."""
        if progress is not None:
            progress(len(texts))
        return np.stack([self._passages[text] for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """The vectors of its questions."""
        return np.stack([self._questions[text] for text in texts])


def ours(corpus_at: Path, limit: int | None = None) -> dict[str, Any]:
    """The library and its retriever, measured with the first ``limit`` questions."""
    corpus = read(corpus_at)
    encoder = GivenEncoder(corpus)
    before = resident()
    with tempfile.TemporaryDirectory() as folder:
        begin, cpu = time.perf_counter(), processor_seconds()
        with Library.create(Path(folder), encoder=encoder) as library:
            library.add_documents(corpus.documents, encoder=encoder)
            indexed = spent(begin, cpu)
            retriever = Retriever(library, encoder)

            def search(question: str, _vector: Floats) -> list[tuple[str, str]]:
                return [(hit.passage.document_id, hit.text) for hit in retriever.retrieve(question, k=ASKED)]

            return {**indexed, **asked(corpus, search, before, limit)}


def theirs(name: str, corpus_at: Path, limit: int | None = None) -> dict[str, Any]:
    """A peer, measured with the first ``limit`` questions."""
    corpus = read(corpus_at)
    before = resident()
    with tempfile.TemporaryDirectory() as folder:
        peer: Peer = made(name, Path(folder))
        begin, cpu = time.perf_counter(), processor_seconds()
        peer.add(corpus.texts, corpus.vectors)
        indexed = spent(begin, cpu)

        def search(question: str, vector: Floats) -> list[tuple[str, str]]:
            return [(corpus.owners[i], corpus.own[i]) for i in peer.search(question, vector, ASKED)]

        return {**indexed, **asked(corpus, search, before, limit)}


def asked(
    corpus: Corpus, search: Callable[[str, Floats], list[tuple[str, str]]], before: int, limit: int | None = None
) -> dict[str, float | int]:
    """Ask every question, or the first ``limit``: times, memory over ``before``, and shares of hits."""
    pairs = list(zip(corpus.questions, corpus.asked, strict=True))[:limit]
    for row, vector in pairs[: min(WARM, len(pairs) // 10)]:
        search(row["question"], vector)
    seconds, first, among, cpu = [], 0, 0, processor_seconds()
    for row, vector in pairs:
        begin = time.perf_counter()
        found = search(row["question"], vector)
        seconds.append(time.perf_counter() - begin)
        right = [corpus.is_right(row, owner, own) for owner, own in found]
        first += right[:1] == [True]
        among += any(right)
    return {
        "asked": len(pairs),
        "question_ms": round(1000 * statistics.median(seconds), 2),
        "question_p95_ms": round(1000 * sorted(seconds)[int(0.95 * len(seconds))], 2),
        "question_cpu_ms": round(1000 * (processor_seconds() - cpu) / len(pairs), 2),
        "memory_mb": round((resident() - before) / 2**20),
        "hit@1": round(first / len(pairs), 4),
        f"hit@{ASKED}": round(among / len(pairs), 4),
    }


def resident() -> int:
    """Bytes that this process and its children hold."""
    gc.collect()
    return int(sum(one.memory_info().rss for one in processes()))


def processor_seconds() -> float:
    """What this process and its children have had of the processor."""
    return float(sum(sum(one.cpu_times()[:2]) for one in processes()))


def processes() -> list[psutil.Process]:
    """The process that measures, and its children."""
    return [psutil.Process(), *psutil.Process().children(recursive=True)]


def spent(begin: float, cpu: float) -> dict[str, float]:
    """Seconds since ``begin``, and of the processor since ``cpu``."""
    return {
        "index_s": round(time.perf_counter() - begin, 2),
        "index_cpu_s": round(processor_seconds() - cpu, 2),
    }


# ---- the encoder


def embedding_of_peers(corpus_at: Path, count: int) -> dict[str, float]:
    """Seconds that sentence-transformers takes for ``count`` texts with its own defaults, in the precision of ours."""
    from embeddings.encoder import _load

    texts, model = read(corpus_at).texts[:count], _load(None)
    model.encode_document(texts[:32])
    begin, cpu = time.perf_counter(), processor_seconds()
    model.encode_document(texts)
    return {"texts": len(texts), **spent(begin, cpu)}


def embedding_of_ours(corpus_at: Path, count: int) -> dict[str, float]:
    """Seconds that the library takes for the same texts, all of its work included."""
    from embeddings.encoder import load_encoder

    corpus, encoder = read(corpus_at), load_encoder()
    encoder.encode_passages(corpus.texts[:32])
    wanted = set(corpus.owners[:count])
    documents = [document for document in corpus.documents if document.id in wanted]
    with tempfile.TemporaryDirectory() as folder, Library.create(Path(folder), encoder=encoder) as library:
        begin, cpu = time.perf_counter(), processor_seconds()
        stored = library.add_documents(documents, encoder=encoder, overlap=True)
        return {"texts": stored, **spent(begin, cpu)}


# ---- all


def about(corpus_at: Path) -> dict[str, Any]:
    """How large a corpus is, and no engine measured yet."""
    corpus = read(corpus_at)
    sizes = {"documents": len(corpus.documents), "passages": len(corpus.texts), "questions": len(corpus.questions)}
    return {**sizes, "engines": {}}


def measured(name: str, corpus_at: Path, limit: int | None) -> dict[str, Any]:
    """One engine on one corpus, in a process of its own."""
    row = alone(ours, corpus_at, limit) if name == OURS else alone(theirs, name, corpus_at, limit)
    row["load"] = round(os.getloadavg()[0], 1)
    print(name, json.dumps(row), flush=True)
    return row


def embedded(corpus_at: Path, count: int) -> dict[str, Any]:
    """What the first ``count`` texts of a corpus take to embed."""
    row = {
        "sentence-transformers": alone(embedding_of_peers, corpus_at, count),
        OURS: alone(embedding_of_ours, corpus_at, count),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(row), flush=True)
    return row


def table(one: dict[str, Any]) -> list[str]:
    """The lines of a Markdown table of what was measured on a corpus."""
    columns = (
        "hit@1",
        f"hit@{ASKED}",
        "index_s",
        "index_cpu_s",
        "question_ms",
        "question_p95_ms",
        "question_cpu_ms",
        "memory_mb",
    )
    lines = ["| engine | " + " | ".join(columns) + " |", "|---" * (1 + len(columns)) + "|"]
    for name, row in one["engines"].items():
        cells = [f"{100 * row[key]:.1f}" if key.startswith("hit@") else f"{row[key]}" for key in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def versions() -> dict[str, str]:
    """What was measured."""
    from importlib.metadata import version

    return {name: version(name) for name in ("txtai", "haystack-ai", "milvus-lite", "lancedb", "chromadb")}


def main() -> None:
    """Prepare, measure and write both sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=(CMRC, "news-6000"), metavar="NAME", help=f"{CMRC} or news-N")
    parser.add_argument("--only", nargs="+", choices=(OURS, *PEERS), default=(OURS, *PEERS), metavar="NAME")
    parser.add_argument("--questions", type=int, default=None, metavar="N", help="ask the first N only")
    parser.add_argument(
        "--embedded", type=int, default=400, metavar="N", help="texts that the encoder is timed on; 0: none"
    )
    parser.add_argument(
        "--vectors", type=Path, default=BUILD, help="where vectors.sqlite3 and news-vectors.sqlite3 lie"
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    arguments = parser.parse_args()
    path = RESULTS / "peers.json"
    sets: dict[str, Any] = json.loads(path.read_text("utf-8"))["sets"] if path.is_file() else {}
    for name in arguments.sets:
        corpus_at = BUILD / "peers" / name
        if not (corpus_at / CORPUS).is_file():
            prepare(corpus_at, name, arguments.shared, arguments.vectors)
        result = {**about(corpus_at), **sets.get(name, {})}
        sets[name] = result
        for engine in arguments.only:
            result["engines"][engine] = measured(engine, corpus_at, arguments.questions)
            write_result("peers", {"versions": versions(), "sets": sets})
        if arguments.embedded:
            result["embedding"] = embedded(corpus_at, arguments.embedded)
        print("\n".join([f"{name}: {result['passages']} passages, {result['questions']} questions", *table(result)]))
        print(write_result("peers", {"versions": versions(), "sets": sets}))


if __name__ == "__main__":
    main()
