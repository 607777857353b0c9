"""Fit the confidence: `python -m training.calibrate`. Writes ``qa/bundled/confidence.json``.

Questions of the dev sets are asked of libraries where the answer is known to be there (their own paragraphs), known to
be gone (the same with the gold paragraph left out), or never was (another set's paragraphs; DuReader's unanswerable
questions). To these come questions made of theirs and of the training sets' contexts that were kept aside, and those of the
written documents that no reader is trained on (``training/kept``), answerable and nearly so. Libraries are large (a
whole set) and small (20 paragraphs), since the weights must serve both. A reading is right where its quote stands in
the gold paragraph and holds a gold answer.

Each half of the questions, by a hash of their paragraph, is reported by weights fitted on the other; what ships is fitted on
both. ``--again`` fits the signals that were collected last. Uses the vectors that the benchmarks keep.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
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
from benchmarks.quality import HELD_OUT, SETS, answering, read_set
from qa.answer import PASSAGES_READ, Answerer
from qa.binding import contrasted
from qa.confidence import signals
from qa.evaluate import GoldQuestion, as_document
from qa.network import load_network
from qa.people import find_people
from qa.question import align, parse_question
from qa.reader import SpanReader
from qa.types import Document, Hit, Reading
from training.reader_windows import Entry
from training.refine_reader import KEPT, load_written

TARGET = ROOT / "qa" / "bundled" / "confidence.json"
START = {"score": 1.0, "lead": 1.0}
"""Weights that the best reading is first chosen by."""
ROUNDS = 4
GROUPS = ("unanswerable", "foreign", "swapped", "figure", "opposite", "neighbour", "gone")
ASKED_ANEW = ("foreign", "swapped", "figure", "opposite", "neighbour")
"""Kinds of question that were made, so that nothing here answers them."""
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)

_WHOLE_NUMBER = re.compile(r"(?<![\d.])\d{1,4}(?![\d.])")

RARE = 25
"""Questions of a set at most that ask for another figure or for the opposite."""

SMALL = 20
"""Paragraphs in a small library."""


def main() -> None:
    """Collect, fit, report and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=250, metavar="N", help="of each set and library size")
    parser.add_argument("--sets", nargs="+", default=list(SETS), metavar="SET")
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--again", action="store_true", help="do not ask again")
    arguments = parser.parse_args()
    kept = BUILD / "calibration.json"
    if not arguments.again:
        kept.write_text(json.dumps(collect(arguments.shared, arguments.sets, arguments.questions)), "utf-8")
    rows = json.loads(kept.read_text("utf-8"))
    table = fitted(rows)
    TARGET.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(table)


class Remembering(SpanReader):
    """Reads a passage once a question, however many libraries both are met in."""

    def __init__(self) -> None:
        super().__init__(*load_network())
        self._known: dict[tuple[object, ...], list[Reading]] = {}

    def read_one(self, question: str, hit: Hit, within: Sequence[tuple[int, int]] = ()) -> list[Reading]:
        """As :meth:`SpanReader.read_one`."""
        key = (question, hit.passage.title, hit.text, *within)
        if key not in self._known:
            self._known[key] = super().read_one(question, hit, within)
        return self._known[key]


def fitted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Bias and weights fitted on all questions; what is reported of each half was fitted on the other. Questions whose
    answer is there count as much as all others together: what nothing answers was made in plenty, users ask it less.
    """
    names = sorted(rows[0]["readings"][0]["signals"])
    own = np.array([all(word not in row["kind"] for word in GROUPS) for row in rows])
    counts = np.where(own, 1.0, own.sum() / max(1, (~own).sum()))
    first = np.array([row["half"] == 0 for row in rows])
    probability, right = np.zeros(len(rows)), np.zeros(len(rows), bool)
    for half in (first, ~first):
        x, y, weights, bias = fit_and_choose(rows, names, half, counts)
        probability[~half], right[~half] = 1 / (1 + np.exp(-(x[~half] @ weights + bias))), y[~half]
    report([row["kind"] for row in rows], right, probability, counts)
    _, _, weights, bias = fit_and_choose(rows, names, np.ones(len(rows), bool), counts)
    return {"bias": round(bias, 4), "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}}


def fit_and_choose(
    rows: list[dict[str, Any]], names: Sequence[str], part: NDArray[np.bool_], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], float]:
    """Signals (n, names) of the best reading of every row and whether it is right; weights and bias fitted on ``part``.

    Which reading is the best depends on the weights: it is chosen anew, and they are fitted anew, a few times.
    """
    weights, bias = np.array([START.get(name, 0.0) for name in names]), 0.0
    for _ in range(ROUNDS):
        best = [chosen(row, names, weights) for row in rows]
        x = np.array([[one["signals"][name] for name in names] for one in best])
        y = np.array([one["right"] for one in best])
        weights, bias = fit(x[part], y[part], counts[part])
    return x, y, weights, bias


def chosen(row: dict[str, Any], names: Sequence[str], weights: NDArray[np.float64]) -> dict[str, Any]:
    """The reading that the weights put first."""
    best: dict[str, Any] = max(
        row["readings"], key=lambda one: sum(w * one["signals"][n] for n, w in zip(names, weights, strict=True))
    )
    return best


def collect(shared: Path, names: Sequence[str], count: int) -> list[dict[str, Any]]:
    """One row a question: the signals of its best reading, whether that is right, and what kind of asking it was."""
    encoder = CachedEncoder(BUILD / "vectors.sqlite3")
    reader = Remembering()
    sets = {name: read_set(shared, name) for name in names}
    rows: list[dict[str, Any]] = []
    for name, (documents, questions) in {n: read_set(shared, n) for n in HELD_OUT}.items():
        chosen = random.Random(name).sample(questions, min(count, len(questions)))
        texts = {document.id: document.text for document in documents}
        with answering(documents, encoder) as made:
            for kind, gold in track(list(anew(name, chosen, questions, texts)), name, console=Console(stderr=True)):
                rows += ask_once(replace(made, reader=reader), gold, f"{name} {kind}")
    documents, questions = kept_set(load_written(KEPT))
    with answering(documents, encoder) as made:
        for gold in track(questions, "written", console=Console(stderr=True)):
            rows += ask_once(replace(made, reader=reader), gold, "written")
    for name, (documents, questions) in sets.items():
        chosen = random.Random(name).sample(questions, min(count, len(questions)))
        strangers = [q for other, (_, pool) in sets.items() if other != name for q in pool]
        foreign = [replace(q, answers=()) for q in random.Random(name).sample(strangers, count // 2)]
        with answering(documents, encoder) as made:
            answerer = replace(made, reader=reader)
            for gold in track(chosen, f"{name}, all", console=Console(stderr=True)):
                rows += ask_twice(answerer, gold, name)
            for gold in foreign:
                rows += ask_once(answerer, gold, f"{name} foreign")
            texts = {document.id: document.text for document in documents}
            for kind, made_anew in anew(name, chosen, questions, texts):
                rows += ask_once(answerer, made_anew, f"{name} {kind}")
        for part in small_libraries(documents, chosen, count):
            with answering(part, encoder) as made:
                answerer = replace(made, reader=reader)
                held = {document.id for document in part}
                for gold in [gold for gold in chosen if gold.context_id in held][:8]:
                    rows += ask_twice(answerer, gold, f"{name} small")
                for gold in random.Random(part[0].id).sample(foreign, 4):
                    rows += ask_once(answerer, gold, f"{name} small foreign")
    return rows


def kept_set(written: Sequence[Entry]) -> tuple[list[Document], list[GoldQuestion]]:
    """Written documents, and what is asked of them; a question that one does not answer none does."""
    documents = [as_document(one["title"], one["title"], "\n\n".join(one["passages"])) for one in written]
    questions = [
        GoldQuestion(
            f"{one['title']} {number}", asked["question"], (asked["answer"],) * bool(asked["answer"]), one["title"]
        )
        for one in written
        for number, asked in enumerate(one["questions"])
    ]
    return documents, questions


def anew(
    name: str, chosen: Sequence[GoldQuestion], questions: Sequence[GoldQuestion], texts: dict[str, str]
) -> Iterator[tuple[str, GoldQuestion]]:
    """Questions that nothing here answers, made of those of a set, each with what was done to it. What few questions can
    be made into is drawn from all of them.
    """
    for gold in swapped(chosen, texts):
        yield "swapped", gold
    for gold in neighbours(chosen, texts):
        yield "neighbour", gold
    for kind, made in (("figure", list(refigured(questions, texts))), ("opposite", list(opposed(questions)))):
        for gold in random.Random(name).sample(made, min(RARE, len(made))):
            yield kind, gold


def opposed(questions: Sequence[GoldQuestion]) -> Iterator[GoldQuestion]:
    """Questions about the opposite: the close for the opening, the second for the first."""
    for gold in questions:
        for words, others in contrasted(gold.question):
            word = max((word for word in words if word in gold.question), key=len)
            other = random.Random(gold.id).choice(others)
            yield GoldQuestion(f"{gold.id} opposite", gold.question.replace(word, other), (), gold.context_id)


def neighbours(questions: Sequence[GoldQuestion], texts: dict[str, str]) -> Iterator[GoldQuestion]:
    """Questions about another person whom the gold paragraph names too, and who is not the answer."""
    for gold in questions:
        text = texts[gold.context_id]
        own = [gold.question[low:high] for low, high in find_people(align(gold.question))]
        others = {text[low:high] for low, high in find_people(align(text))}
        rivals = sorted(
            name for name in others if name not in gold.question and not any(name in answer for answer in gold.answers)
        )
        if own and rivals:
            rival = random.Random(gold.id).choice(rivals)
            question = gold.question.replace(max(own, key=len), rival)
            yield GoldQuestion(f"{gold.id} neighbour", question, (), gold.context_id)


def swapped(questions: Sequence[GoldQuestion], texts: dict[str, str]) -> Iterator[GoldQuestion]:
    """Questions about someone or something else, as a user may ask: the name or number that weighs most is replaced
    by one from another question, which the gold paragraph does not hold. Now and then another paragraph answers one:
    the shares reported of them are upper bounds.
    """
    named = [(gold, unit) for gold in questions for unit in parse_question(gold.question).units if unit.named]
    for gold in questions:
        own = [unit for one, unit in named if one is gold]
        if not own:
            continue
        unit = max(own, key=lambda one: one.weight)
        rivals = [
            other.question[rival.start : rival.end]
            for other, rival in named
            if other.context_id != gold.context_id
            and rival.text.isdigit() == unit.text.isdigit()
            and rival.text not in texts[gold.context_id].casefold()
        ]
        if rivals:
            rival = random.Random(gold.id).choice(rivals)
            question = gold.question[: unit.start] + rival + gold.question[unit.end :]
            yield GoldQuestion(f"{gold.id} swapped", question, (), gold.context_id)


def refigured(questions: Sequence[GoldQuestion], texts: dict[str, str]) -> Iterator[GoldQuestion]:
    """Questions about another year, day or number, which the gold paragraph does not hold: what users type by mistake."""
    for gold in questions:
        chance = random.Random(gold.id)
        figures = list(_WHOLE_NUMBER.finditer(gold.question))
        if not figures:
            continue
        place = chance.choice(figures)
        near = [int(place[0]) + step for step in range(-4, 8) if step]
        others = [str(number) for number in near if number > 0 and str(number) not in texts[gold.context_id]]
        if others:
            question = gold.question[: place.start()] + chance.choice(others) + gold.question[place.end() :]
            yield GoldQuestion(f"{gold.id} figure", question, (), gold.context_id)


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


def ask_once(answerer: Answerer, gold: GoldQuestion, kind: str) -> list[dict[str, Any]]:
    """The row of a question; none where nothing was read."""
    found = row(answerer, gold, answerer.retriever.retrieve(gold.question, k=PASSAGES_READ), kind)
    return [found] if found else []


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
    """What each reading of ``hits`` looks like, and whether it is right; ``None`` where nothing was read."""
    readings = [
        {
            "signals": signals(gold.question, hits, reading),
            "right": holds(hits[reading.hit].text[slice(*reading.quote)], hits[reading.hit], gold),
        }
        for reading in answerer.reader.read(gold.question, hits)
    ]
    half = hashlib.sha256(gold.context_id.encode()).digest()[0] % 2
    kind = kind if gold.answers or any(word in kind for word in ASKED_ANEW) else f"{kind} unanswerable"
    return {"kind": kind, "half": half, "readings": readings} if readings else None


def holds(quote: str, hit: Hit, gold: GoldQuestion) -> bool:
    """Whether the quote stands in the gold paragraph and holds a gold answer."""
    joined = "".join(quote.split())
    return hit.passage.document_id == gold.context_id and any("".join(a.split()) in joined for a in gold.answers)


def fit(x: NDArray[np.float64], y: NDArray[np.bool_], counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression on standardised signals, L2 strength 1; weights and bias for the raw ones."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=1000).fit((x - mean) / spread, y, sample_weight=counts)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def report(
    kinds: Sequence[str], right: NDArray[np.bool_], probability: NDArray[np.float64], counts: NDArray[np.float64]
) -> None:
    """Print the calibration error, and what share of each kind of asking a threshold would answer."""
    bins = np.minimum(9, (probability * 10).astype(int))
    apart = counts * (probability - right)
    error = sum(abs(apart[bins == b].sum()) for b in range(10)) / counts.sum()
    print(f"{len(right)} questions, each by weights fitted without it: expected calibration error {error:.3f}")
    groups = np.array([next((word for word in GROUPS if word in kind), "own") for kind in kinds])
    for threshold in THRESHOLDS:
        given = probability >= threshold
        cells = [f"{group} {100 * given[groups == group].mean():.1f}" for group in ("own", *GROUPS)]
        print(
            f"at {threshold}: wrong {100 * (1 - right[given].mean()):.0f} % of given; answered %: " + ", ".join(cells)
        )


if __name__ == "__main__":
    main()
