"""Fit the confidence: `python -m training.calibrate`. Writes ``qa/bundled/confidence.json``.

Questions of the dev sets are asked of libraries where the answer is known to be there (their own paragraphs), known to
be gone (the same with the gold paragraph left out), or never was (another set's paragraphs; DuReader's unanswerable
questions). Libraries are large (a whole set) and small (20 paragraphs), since the weights must serve both. A reading is
right where its quote stands in the gold paragraph and holds a gold answer.

Half of the questions, by a hash of their id, fit; the other half are reported. Uses the vectors that the benchmarks keep.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, ROOT, SHARED
from benchmarks.quality import SETS, answering, read_set
from qa.answer import PASSAGES_READ, Answerer
from qa.confidence import signals
from qa.evaluate import GoldQuestion
from qa.network import load_network
from qa.question import parse_question
from qa.reader import SpanReader
from qa.types import Document, Hit, Reading

TARGET = ROOT / "qa" / "bundled" / "confidence.json"
SMALL = 20
"""Paragraphs in a small library."""


def main() -> None:
    """Collect, fit, report and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=250, metavar="N", help="of each set and library size")
    parser.add_argument("--sets", nargs="+", default=list(SETS), metavar="SET")
    parser.add_argument("--shared", type=Path, default=SHARED)
    arguments = parser.parse_args()
    rows = collect(arguments.shared, arguments.sets, arguments.questions)
    table = {}
    for language in ("zh", "en"):
        print(language)
        table[language] = fitted([one for one in rows if one["language"] == language])
    TARGET.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(table)


class Remembering(SpanReader):
    """Reads a passage once a question, however many libraries both are met in."""

    def __init__(self) -> None:
        super().__init__(*load_network())
        self._known: dict[tuple[str, str, str], list[Reading]] = {}

    def read_one(self, question: str, hit: Hit) -> list[Reading]:
        """As :meth:`SpanReader.read_one`."""
        key = (question, hit.passage.title, hit.text)
        if key not in self._known:
            self._known[key] = super().read_one(question, hit)
        return self._known[key]


def fitted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Fit one language on half of its questions, report on the other half, and give bias and weights."""
    fit_half = np.array([row["half"] == 0 for row in rows])
    names = sorted(rows[0]["signals"])
    x = np.array([[row["signals"][name] for name in names] for row in rows])
    y = np.array([row["right"] for row in rows])
    weights, bias = fit(x[fit_half], y[fit_half])
    report(rows, 1 / (1 + np.exp(-(x @ weights + bias))), ~fit_half)
    return {"bias": round(bias, 4), "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}}


def collect(shared: Path, names: Sequence[str], count: int) -> list[dict[str, Any]]:
    """One row a question: the signals of its best reading, whether that is right, and what kind of asking it was."""
    encoder = CachedEncoder(BUILD / "vectors.sqlite3")
    reader = Remembering()
    sets = {name: read_set(shared, name) for name in names}
    rows: list[dict[str, Any]] = []
    for name, (documents, questions) in sets.items():
        chosen = random.Random(name).sample(questions, min(count, len(questions)))
        strangers = [q for other, (_, pool) in sets.items() if other != name for q in pool]
        foreign = [replace(q, answers=()) for q in random.Random(name).sample(strangers, count // 2)]
        with answering(documents, encoder) as made:
            answerer = replace(made, reader=reader)
            for gold in track(chosen, f"{name}, all", console=Console(stderr=True)):
                rows += ask_twice(answerer, gold, name)
            for gold in foreign:
                rows += ask_twice(answerer, gold, f"{name} foreign")[:1]
        for part in small_libraries(documents, chosen, count):
            with answering(part, encoder) as made:
                answerer = replace(made, reader=reader)
                held = {document.id for document in part}
                for gold in [gold for gold in chosen if gold.context_id in held][:8]:
                    rows += ask_twice(answerer, gold, f"{name} small")
                for gold in random.Random(part[0].id).sample(foreign, 4):
                    rows += ask_twice(answerer, gold, f"{name} small foreign")[:1]
    return rows


def small_libraries(
    documents: Sequence[Document], questions: Sequence[GoldQuestion], count: int
) -> Iterator[list[Document]]:
    """Libraries of ``SMALL`` paragraphs that hold a few of the questions' paragraphs each."""
    by_id = {document.id: document for document in documents}
    golds = list(dict.fromkeys(gold.context_id for gold in questions))
    shuffled = random.Random(0).sample(list(documents), len(documents))
    for number in range(min(count // 8, len(golds) // 4)):
        ids = golds[4 * number : 4 * number + 4]
        fill = [document for document in shuffled[number * SMALL :] if document.id not in ids]
        yield [by_id[id] for id in ids] + fill[: SMALL - len(ids)]


def ask_twice(answerer: Answerer, gold: GoldQuestion, kind: str) -> list[dict[str, Any]]:
    """The row of a question, and of the same as if its paragraph were not there; fewer where nothing was read."""
    hits = answerer.retriever.retrieve(gold.question, k=2 * PASSAGES_READ)
    without = [hit for hit in hits if hit.passage.document_id != gold.context_id]
    rows = [
        row(answerer, gold, hits[:PASSAGES_READ], kind),
        row(answerer, gold, without[:PASSAGES_READ], f"{kind} gone"),
    ]
    return [one for one in rows if one is not None]


def row(answerer: Answerer, gold: GoldQuestion, hits: list[Hit], kind: str) -> dict[str, Any] | None:
    """What the best reading of ``hits`` looks like, and whether it is right; ``None`` where nothing was read."""
    readings = answerer.reader.read(gold.question, hits)
    if not readings:
        return None
    best = max(readings, key=lambda reading: answerer.calibration.probability(gold.question, hits, reading))
    quote = hits[best.hit].text[best.quote[0] : best.quote[1]]
    half = hashlib.sha256(gold.id.encode()).digest()[0] % 2
    right = holds(quote, hits[best.hit], gold)
    language = "en" if parse_question(gold.question).english else "zh"
    found = signals(gold.question, hits, best)
    return {"kind": kind, "language": language, "half": half, "right": right, "signals": found}


def holds(quote: str, hit: Hit, gold: GoldQuestion) -> bool:
    """Whether the quote stands in the gold paragraph and holds a gold answer."""
    joined = "".join(quote.split())
    return hit.passage.document_id == gold.context_id and any("".join(a.split()) in joined for a in gold.answers)


def fit(x: NDArray[np.float64], y: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression on standardised signals, L2 strength 1; weights and bias for the raw ones."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=1000).fit((x - mean) / spread, y)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def report(rows: list[dict[str, Any]], probability: NDArray[np.float64], held_out: NDArray[np.bool_]) -> None:
    """Print, for the held-out half: calibration error, and what each threshold answers, rightly and wrongly."""
    y = np.array([row["right"] for row in rows])[held_out]
    p = probability[held_out]
    bins = np.minimum(9, (p * 10).astype(int))
    error = sum(abs(p[bins == b].sum() - y[bins == b].sum()) for b in range(10)) / len(p)
    print(f"held out: {len(p)} questions, expected calibration error {error:.3f}")
    kinds = np.array([row["kind"] for row in rows])[held_out]
    for threshold in (0.15, 0.2, 0.25, 0.3):
        cells = [f"{kind}: {100 * (p[kinds == kind] >= threshold).mean():.0f}" for kind in sorted(set(kinds))]
        wrong = 1 - y[p >= threshold].mean()
        print(f"at {threshold}: wrong {100 * wrong:.0f} % of given; answered %: " + ", ".join(cells))


if __name__ == "__main__":
    main()
