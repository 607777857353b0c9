"""How time, memory and disk grow from 1,000 to 1,000,000 passages: `python -m benchmarks.scale [--sizes N ...]`.

What is indexed, :mod:`benchmarks.scale_data` draws.

Each size is built as a library, through the library, in one process, and opened, asked and added to in another, its
files pushed out of the system's cache before. Questions one after the other; retrieval is everything but embedding. Reference
for recall: all stored vectors read from SQLite and multiplied with the question. Sizes that were measured before stay in
``results/scale.json``; the plot shows all. A library of ``--build`` or ``--keep`` is not made again: a million passages
take most of an hour to make, three quarters of it for cutting texts into terms, which ``--workers N`` gives to N processes;
the library is the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import psutil

from benchmarks.common import BUILD, RESULTS, ROOT, SHARED, read_rows, write_result
from benchmarks.scale_data import Floats, GivenEncoder, TermsAhead, articles, real_vectors
from qa import database
from qa.evaluate import as_document
from qa.indexes import INDEX_NAME
from qa.library import Library
from qa.retrieve import CANDIDATES, Retriever
from qa.types import Document

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUESTIONS = 200
RECALL_QUESTIONS = 100
ADDED = 5
"""Articles added one at a time."""

# ---- one size


def build(folder: Path, vectors: Path, shared: Path, passages: int, workers: int) -> dict[str, Any]:
    """Make the library anew with at least ``passages`` passages; with ``workers``, its terms in so many processes."""
    shutil.rmtree(folder, ignore_errors=True)
    encoder, source = GivenEncoder(vectors, seed=2), articles(shared)
    stored = 0

    def until_enough() -> Iterator[Document]:
        while stored < passages:
            yield next(source)

    def count(more: int) -> None:
        nonlocal stored
        stored += more

    begin, cpu = time.perf_counter(), time.process_time()
    with contextlib.ExitStack() as stack:
        if workers:
            pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=get_context("spawn")))
            ahead = TermsAhead(pool)
            encoder.expect = ahead.expect
            stack.enter_context(mock.patch("embeddings.lexical.terms", ahead.terms))
        library = stack.enter_context(Library.create(folder, encoder=encoder))
        library.add_documents(until_enough(), encoder=encoder, progress=count, overlap=workers > 0)
    return {
        "passages": stored,
        "build_workers": workers,
        "build_s": round(time.perf_counter() - begin, 1),
        "build_cpu_s": round(time.process_time() - cpu, 1),
        "build_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "bytes": sizes_of(folder),
    }


def sizes_of(folder: Path) -> dict[str, int]:
    """Bytes on disk by part."""
    index = folder / INDEX_NAME

    def total(*paths: Path) -> int:
        return sum(path.stat().st_size for path in paths if path.is_file())

    return {
        "sqlite": total(*folder.glob("*.sqlite3*")),
        "vectors added last": total(index / "dense.bin"),
        "codes": total(*index.glob("*.codes")),
        "rows": total(*index.glob("*.rows")),
        "words": total(*(index / "lexical").iterdir()),
    }


def ask(folder: Path, vectors: Path, shared: Path) -> dict[str, Any]:
    """Open the library cold, ask, compare with exact search, and add articles one at a time."""
    encoder = GivenEncoder(vectors, seed=3)
    questions = [row["question"] for row in read_rows(shared / "data" / "news" / "questions.jsonl.gz")][:QUESTIONS]
    process, before = psutil.Process(), psutil.Process().memory_info().rss
    forget_files(folder)
    begin, cpu = time.perf_counter(), time.process_time()
    with Library.open(folder, model=encoder.identity) as library:
        opened = time.perf_counter() - begin
        retriever = Retriever(library, encoder)
        retriever.retrieve(questions[0], k=5)
        first = time.perf_counter() - begin
        result: dict[str, Any] = {
            "open_cold_s": round(opened, 2),
            "open_and_first_question_cold_s": round(first, 2),
            "open_and_first_question_cpu_s": round(time.process_time() - cpu, 2),
        }
        for question in questions[:20]:
            retriever.retrieve(question, k=5)
        result["retrieval_ms"] = timed(lambda question, _: retriever.retrieve(question, k=5), questions, encoder)
        result["memory_mb"] = round((process.memory_info().rss - before) / 2**20)
        result["one_article_added_s"] = added(library, encoder, shared)
    result |= legs(folder / INDEX_NAME, questions, encoder)
    result |= recall(folder, encoder.questions[:RECALL_QUESTIONS])
    return result


def forget_files(folder: Path) -> None:
    """Push the library's files out of the system's cache, where it can be asked to."""
    for path in folder.rglob("*"):
        if path.is_file() and hasattr(os, "posix_fadvise"):
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def legs(index: Path, questions: Sequence[str], encoder: GivenEncoder) -> dict[str, Any]:
    """Each leg alone, warm."""
    from embeddings.dense import DenseIndex
    from embeddings.lexical import LexicalIndex

    dense, lexical = DenseIndex.load(index, dim=encoder.dim), LexicalIndex.open(index / "lexical", create=False)
    return {
        "dense_ms": timed(lambda _, vector: dense.search(vector, k=CANDIDATES), questions, encoder),
        "words_ms": timed(lambda question, _: lexical.search(question, k=CANDIDATES), questions, encoder),
    }


def timed(search: Callable[[str, Floats], object], questions: Sequence[str], encoder: GivenEncoder) -> dict[str, float]:
    """Median and 95th percentile of the milliseconds of a search: on the wall, and of the processor, which on one thread
    (``OMP_NUM_THREADS=1``) are what the wall would show on an idle machine.
    """
    wall, cpu = [], []
    for question, vector in zip(questions, encoder.encode_queries(questions), strict=True):
        begin, busy = time.perf_counter(), time.process_time()
        search(question, vector)
        wall.append(1000 * (time.perf_counter() - begin))
        cpu.append(1000 * (time.process_time() - busy))
    return {**spread("", wall), **spread("cpu_", cpu)}


def spread(name: str, values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    high = sorted(values)[int(0.95 * len(values))]
    return {f"{name}median": round(statistics.median(values), 2), f"{name}p95": round(high, 2)}


def recall(folder: Path, queries: Floats) -> dict[str, float]:
    """Share of the exact 10 and 100 nearest that the vector leg finds."""
    from embeddings.dense import DenseIndex

    ids, scores = np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
    with sqlite3.connect(folder / database.DATABASE_NAME) as connection:
        found = connection.execute("SELECT id, vector FROM passages ORDER BY id")
        while batch := found.fetchmany(20_000):
            rows = np.stack([np.frombuffer(row[1], np.float32) for row in batch])
            scores = np.hstack([scores, queries @ rows.T])
            ids = np.hstack([ids, np.tile([row[0] for row in batch], (len(queries), 1))])
            best = np.argsort(-scores, axis=1, kind="stable")[:, :CANDIDATES]
            scores, ids = np.take_along_axis(scores, best, axis=1), np.take_along_axis(ids, best, axis=1)
    index = DenseIndex.load(folder / INDEX_NAME, dim=queries.shape[1])
    shares: dict[int, list[float]] = {10: [], CANDIDATES: []}
    for query, exact in zip(queries, ids.tolist(), strict=True):
        hits = [number for number, _ in index.search(query, k=CANDIDATES)]
        for k, share in shares.items():
            share.append(len(set(hits[:k]) & set(exact[:k])) / len(exact[:k]))
    return {f"recall@{k}": round(statistics.mean(share), 4) for k, share in shares.items()}


def added(library: Library, encoder: GivenEncoder, shared: Path) -> dict[str, float]:
    """Seconds from handing an article in until a question finds it: median and longest, and mean processor time."""
    seconds, cpu = [], time.process_time()
    for number, article in zip(range(ADDED), articles(shared), strict=False):
        text = f"第{number}号试验文章的标记是甲乙{number}丙丁。\n{article.text}"
        begin = time.perf_counter()
        library.add_documents([as_document(f"added{number}", "", text)], encoder=encoder)
        found = library.search(f"甲乙{number}丙丁", encoder.questions[0], k=5)
        seconds.append(time.perf_counter() - begin)
        if not any(document.id == f"added{number}" for _, document in library.passages([hit.id for hit in found])):
            raise RuntimeError(f"article {number} was added but not found")
    cpu = time.process_time() - cpu
    library.remove([f"added{number}" for number in range(ADDED)])
    return {
        "median": round(statistics.median(seconds), 3),
        "longest": round(max(seconds), 3),
        "cpu_mean": round(cpu / ADDED, 3),
    }


# ---- all sizes


def main() -> None:
    """Measure each size, write it at once, and plot all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--vectors", type=Path, default=BUILD / "news-vectors.sqlite3")
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="cut texts into terms in N processes")
    parser.add_argument("--build", action="store_true", help="make the libraries, to be asked by a later run")
    parser.add_argument("--keep", action="store_true", help="leave the libraries in build/, to be asked again")
    arguments = parser.parse_args()
    path = RESULTS / "scale.json"
    sizes: dict[str, Any] = json.loads(path.read_text("utf-8"))["sizes"] if path.is_file() else {}
    for size in arguments.sizes:
        folder = BUILD / f"scale-{size}"
        row = built(folder, arguments.vectors, arguments.shared, size, arguments.workers)
        if arguments.build:
            continue
        row |= alone(ask, folder, arguments.vectors, arguments.shared)
        row |= {"load": round(os.getloadavg()[0], 1), "vectors": describe(arguments.vectors)}
        row["threads"] = os.environ.get("OMP_NUM_THREADS", "all")
        if not arguments.keep:
            shutil.rmtree(folder)
            about(folder).unlink()
        print(json.dumps({size: row}, ensure_ascii=False), flush=True)
        sizes = dict(sorted({**sizes, str(size): row}.items(), key=lambda item: int(item[0])))
        write_result("scale", {"sizes": sizes})
    plot(sizes)


def built(folder: Path, vectors: Path, shared: Path, passages: int, workers: int) -> dict[str, Any]:
    """What making the library took; made now, unless it is there from an earlier run."""
    if not about(folder).is_file():
        row = alone(build, folder, vectors, shared, passages, workers)
        about(folder).write_text(json.dumps(row), "utf-8")
    row = json.loads(about(folder).read_text("utf-8"))
    print(json.dumps(row, ensure_ascii=False), flush=True)
    return dict(row)


def about(folder: Path) -> Path:
    """Where it is kept what making the library in ``folder`` took: written last, so that it stands for a whole one."""
    return folder.with_name(f"{folder.name}.json")


def alone(measure: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    """What ``measure`` gives in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *arguments).result()


def describe(vectors: Path) -> str:
    """Where the vectors come from."""
    return f"{len(real_vectors(vectors))} real ones, varied" if vectors.is_file() else "random around centres, varied"


def plot(sizes: dict[str, Any]) -> None:
    """Draw times, memory and disk against the number of passages."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows = list(sizes.values())
    xs = [row["passages"] for row in rows]
    figure, (times, space) = plt.subplots(1, 2, figsize=(12, 4.5))
    for key, label in (("retrieval_ms", "retrieval"), ("dense_ms", "vectors"), ("words_ms", "words")):
        (line,) = times.plot(xs, [row[key]["cpu_median"] for row in rows], marker="o", label=f"{label}, median")
        times.plot(
            xs, [row[key]["cpu_p95"] for row in rows], linestyle=":", color=line.get_color(), label=f"{label}, p95"
        )
    times.plot(xs, [1000 * row["one_article_added_s"]["median"] for row in rows], marker="x", label="one article added")
    times.set_ylabel("ms of the processor; one article: ms")
    space.plot(xs, [row["memory_mb"] for row in rows], marker="o", label="memory while asking")
    for part in rows[-1]["bytes"]:
        space.plot(xs, [row["bytes"][part] / 2**20 or np.nan for row in rows], linestyle="--", label=f"disk: {part}")
    space.set_ylabel("MB")
    for axes in (times, space):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("passages")
        axes.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(ROOT / "benchmarks" / "results" / "scale.png", dpi=120)


if __name__ == "__main__":
    main()
