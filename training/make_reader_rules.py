"""Makes ``qa/bundled/reader.json``: the weights of the rule reader's two linear models.

    python training/make_reader_rules.py DATA [--out FILE]

``DATA`` is the folder of the ``train_*.jsonl.gz`` files. One model chooses among the sentences of the right passage and
of the four passages nearest to the question that do not answer it; the other among the candidate spans of the right
sentence. Both are softmax regressions over the named features of :mod:`qa.sentence_model` and :mod:`qa.span_model`,
made deterministic by a fixed seed. Never reads ``dev_*``. A quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qa import sentence_model, span_model
from qa.passages import sentences, split_passages
from qa.question import Question, align, parse_question
from qa.reader import merged as merge
from qa.types import Block, Document

FILES = {
    "train_cmrc2018_train": 4000,
    "train_drcd_dev": 2400,
    "train_drcd_train_part": 1960,
    "train_dureader_checklist_train": 1000,
}
"""Training files and the most questions taken of each."""

DISTRACTORS = 4
SEED = 0
EDGE = "。！？；，、,;.!?：: \n"
"""Signs that annotators leave on the ends of answers and the reader never gives."""

RIVALS = 2
"""Wrong sentences that compete with the right one when spans are learnt."""

Row = dict[str, Any]
Tables = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of a context: ``start`` is its offset there."""

    context_id: str
    title: str
    text: str
    start: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "qa" / "bundled" / "reader.json")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    rows = {name: load(arguments.data / f"{name}.jsonl.gz", limit) for name, limit in FILES.items()}
    examples = [example for part in rows.values() for example in examples_of(part)]
    sentence = fit_sentences(examples)
    span, share = fit_spans(list(span_examples(examples, sentence)))
    arguments.out.write_text(dump({"sentence": scaled(sentence, share), "span": span}), encoding="utf-8")
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1024:.0f} KiB")


def load(path: Path, limit: int) -> list[Row]:
    """Answerable questions of a file, a fixed random choice of at most ``limit``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for line in lines if (row := json.loads(line))["answers"]]
    return random.Random(SEED).sample(rows, min(limit, len(rows)))


def dump(weights: dict[str, Tables]) -> str:
    """JSON, one line a kind of question, features by name."""
    lines = []
    for model, kinds in weights.items():
        inner = ",\n".join(
            f"  {json.dumps(kind)}: {json.dumps(dict(sorted(table.items())), ensure_ascii=False)}"
            for kind, table in sorted(kinds.items())
        )
        lines.append(f" {json.dumps(model)}: {{\n{inner}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def pieces(row: Row) -> list[Piece]:
    """The passages that the project would make of a row's context."""
    text = row["context"]
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    document = Document("", "", "", "", "text", row["title"], text, (Block(1, "paragraph", start, end),))
    return [
        Piece(row["context_id"], row["title"], text[passage.start : passage.end], passage.start)
        for passage in split_passages(document)
    ]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the sentences read for it, of the right passages and of wrong ones: ``places`` are (passage,
    sentence), ``features`` and ``holds`` (the answer's text stands in it) alike. ``answer`` is the place of the
    sentence with the gold range and that range in the passage, ``None`` where it crosses a sentence's end.
    """

    question: Question
    passages: list[sentence_model.FoldedPassage]
    places: list[tuple[int, int]]
    features: list[dict[str, float]]
    holds: list[bool]
    answer: tuple[tuple[int, int], int, int] | None


def examples_of(rows: Sequence[Row]) -> Iterator[Example]:
    """One example a row, as the reader would meet it, unless no sentence holds its answer."""
    contexts = {row["context_id"]: row for row in rows}
    every = [piece for row in contexts.values() for piece in pieces(row)]
    for row, wrong in zip(rows, nearest_wrong(rows, every), strict=True):
        question = parse_question(row["question"])
        right = [piece for piece in every if piece.context_id == row["context_id"]]
        read = [*right, *wrong]
        passages = [
            sentence_model.fold_passage(question, piece.text, piece.title, sentences(piece.text)) for piece in read
        ]
        scene = sentence_model.set_scene(question, passages)
        golds = [answer["text"].strip(EDGE) for answer in row["answers"]]
        places = [(number, index) for number, passage in enumerate(passages) for index in range(len(passage.ranges))]
        texts = [read[number].text[slice(*passages[number].ranges[index])] for number, index in places]
        holds = [
            number < len(right) and any(gold in text for gold in golds)
            for (number, _), text in zip(places, texts, strict=True)
        ]
        if any(holds):
            features = [sentence_model.features(scene, passages[number], index) for number, index in places]
            answer = locate(row, right, passages)
            yield Example(question, passages, places, features, holds, answer)


def locate(
    row: Row, right: Sequence[Piece], passages: Sequence[sentence_model.FoldedPassage]
) -> tuple[tuple[int, int], int, int] | None:
    """Place of the sentence that holds the first gold answer, and the answer's range in its passage."""
    text = row["answers"][0]["text"]
    start = row["answers"][0]["start"] + len(text) - len(text.lstrip(EDGE))
    end = start + len(text.strip(EDGE))
    for number, piece in enumerate(right):
        for index, (first, past) in enumerate(passages[number].ranges):
            if piece.start + first <= start < end <= piece.start + past:
                return (number, index), start - piece.start, end - piece.start
    return None


def nearest_wrong(rows: Sequence[Row], every: Sequence[Piece]) -> Iterator[list[Piece]]:
    """For each row the passages of other contexts that share most with its question and hold no answer to it."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True)
    passages = vectorizer.fit_transform([align(piece.title + " " + piece.text) for piece in every])
    for first in range(0, len(rows), 200):
        batch = rows[first : first + 200]
        scores = (vectorizer.transform([align(row["question"]) for row in batch]) @ passages.T).toarray()
        for row, order in zip(batch, np.argsort(-scores, axis=1, kind="stable")[:, :30], strict=True):
            golds = [answer["text"].strip(EDGE) for answer in row["answers"]]
            wrong = [
                every[i]
                for i in order
                if every[i].context_id != row["context_id"] and not any(gold in every[i].text for gold in golds)
            ]
            yield wrong[:DISTRACTORS]


def fit_sentences(examples: Sequence[Example], *, penalty: float = 1e-4) -> Tables:
    """Weights that make the sentences with the answer likely among all; weights of one kind only are held smaller."""
    column: dict[tuple[str, str], int] = {}
    values, columns, lines = array("f"), array("q"), array("q")
    owners: list[int] = []
    right: list[bool] = []
    for number, example in enumerate(examples):
        for table, label in zip(example.features, example.holds, strict=True):
            for name, value in table.items():
                for kind in ("*", example.question.kind):
                    columns.append(column.setdefault((kind, name), len(column)))
                    values.append(value)
                    lines.append(len(owners))
            owners.append(number)
            right.append(label)
    shape = (len(owners), len(column))
    at = torch.from_numpy(np.array([lines, columns]))
    matrix = torch.sparse_coo_tensor(at, torch.from_numpy(np.array(values)), shape, check_invariants=True).coalesce()
    owner, truth = torch.tensor(owners), torch.tensor(right, dtype=torch.float32)
    weights = torch.zeros(len(column), 1, requires_grad=True)
    cost = torch.tensor([[0.3] if kind == "*" else [1.0] for kind, _ in column])
    optimizer = torch.optim.LBFGS([weights], max_iter=80, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        scores = torch.sparse.mm(matrix, weights).squeeze(1)
        loss = -log_mass(scores, owner, len(examples), truth).mean() + penalty * (cost * weights**2).sum()
        loss.backward()
        return loss.item()

    optimizer.step(closure)
    print(f"sentences: {len(examples)} questions, loss {closure():.4f}")
    return tables(column, weights.detach().squeeze(1).tolist(), least=0.01)


def log_mass(scores: torch.Tensor, owner: torch.Tensor, count: int, gain: torch.Tensor) -> torch.Tensor:
    """Log of each owner's expected ``gain`` under the softmax of its ``scores``."""
    top = torch.full((count,), -1e9).scatter_reduce(0, owner, scores.detach(), "amax")
    raised = torch.exp(scores - top[owner])
    probability = raised / torch.zeros(count).index_add(0, owner, raised)[owner]
    return torch.log(torch.zeros(count).index_add(0, owner, probability * gain) + 1e-9)


def tables(column: dict[tuple[str, str], int], weights: list[float], *, least: float) -> Tables:
    """Weights by kind and feature, those below ``least`` left out."""
    out: Tables = {"*": {}}
    for (kind, name), index in column.items():
        if abs(weights[index]) >= least:
            out.setdefault(kind, {})[name] = round(weights[index], 2)
    return out


def scaled(weights: Tables, factor: float) -> Tables:
    """Weights times ``factor``, so that a sentence's score adds to that of a span in it."""
    return {kind: {name: round(value * factor, 3) for name, value in table.items()} for kind, table in weights.items()}


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A question and the sentences that compete for its answer: the sentence model's score of each, and for each
    candidate span in it the overlap with the answer (F1 over characters).
    """

    question: Question
    sentences: list[span_model.Sentence]
    scores: list[float]
    gains: list[list[float]]


def span_examples(examples: Sequence[Example], weights: Tables) -> Iterator[SpanExample]:
    """The right sentence and the best wrong ones of every example whose answer lies within one sentence."""
    merged = merge(weights)
    for example in examples:
        if example.answer is None:
            continue
        table = merged.get(example.question.kind, merged["*"])
        scored = [
            (sentence_model.score(features, table), place)
            for place, features, holds in zip(example.places, example.features, example.holds, strict=True)
            if not holds or place == example.answer[0]
        ]
        scored.sort(key=lambda item: (item[1] != example.answer[0], -item[0]))
        read, scores, gains = [], [], []
        for score, (number, index) in scored[: 1 + RIVALS]:
            start, end = example.passages[number].ranges[index]
            sentence = span_model.prepare(example.question, example.passages[number].folded[start:end])
            if sentence.spans:
                read.append(sentence)
                scores.append(score)
                right = (number, index) == example.answer[0]
                first, past = (example.answer[1] - start, example.answer[2] - start) if right else (0, 0)
                gains.append([overlap(sentence, span, first, past) for span in sentence.spans])
        if gains and max(map(max, gains)) > 0:
            yield SpanExample(example.question, read, scores, gains)


def overlap(sentence: span_model.Sentence, span: tuple[int, int], start: int, end: int) -> float:
    """F1 over characters of a token span and the gold range."""
    first, past = sentence.tokens[span[0]].start, sentence.tokens[span[1] - 1].end
    common = min(past, end) - max(first, start)
    return max(0.0, 2 * common / (past - first + end - start))


class Bags:
    """Feature lists as flat arrays for ``embedding_bag``; one row a start token, end token or span."""

    def __init__(self) -> None:
        self.ids: list[np.ndarray] = []
        self.sizes: list[int] = []

    def add(self, ids: list[int]) -> int:
        """Store one list and return its row."""
        self.ids.append(np.array(ids, dtype=np.int32))
        self.sizes.append(len(ids))
        return len(self.sizes) - 1

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Flat ids and the offset of each row."""
        sizes = np.array(self.sizes)
        return torch.tensor(np.concatenate(self.ids)), torch.tensor((np.cumsum(sizes) - sizes).astype(np.int32))


def fit_spans(
    examples: Sequence[SpanExample],
    *,
    least_seen: int = 40,
    epochs: int = 6,
    batch: int = 192,
    shrink: float = 5e-5,
    report: Callable[[Tables, float], None] | None = None,
) -> tuple[Tables, float]:
    """Weights that make spans overlapping the answer likely, and what to multiply the sentence's score with.

    ``shrink`` is what L1 takes off every weight a step.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for example in examples:
        for name in set().union(*map(set, features_of(example))):
            seen["*", name] += 1
            seen[example.question.kind, name] += 1
    column = {key: index for index, key in enumerate(sorted(key for key, count in seen.items() if count >= least_seen))}
    weights = torch.zeros(len(column), 1, requires_grad=True)
    share = torch.tensor(0.5, requires_grad=True)
    optimizer = torch.optim.Adam([weights, share], lr=0.02)
    order = np.random.default_rng(SEED)
    examples = [examples[index] for index in order.permutation(len(examples))]
    batches = [encode(examples[at : at + batch], column) for at in range(0, len(examples), batch)]
    found: Tables = {}
    for epoch in range(epochs):
        total = 0.0
        rate = 0.7**epoch
        optimizer.param_groups[0]["lr"] = 0.02 * rate
        for index in order.permutation(len(batches)):
            loss = span_loss(weights, share, batches[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                weights.copy_(torch.sign(weights) * torch.clamp(weights.abs() - shrink * rate, min=0))
            total += loss.item()
        found = tables(column, weights.detach().squeeze(1).tolist(), least=0.03)
        size = sum(map(len, found.values()))
        print(
            f"spans, epoch {epoch}: loss {total / len(batches):.4f}, share {share.item():.3f}, {size} weights",
            flush=True,
        )
        if report:
            report(found, share.item())
    return found, share.item()


def features_of(example: SpanExample) -> Iterator[list[str]]:
    """Every feature list of an example."""
    question = example.question
    for sentence in example.sentences:
        for start in {start for start, _ in sentence.spans}:
            yield span_model.start_features(question, sentence, start)
        for past in {past for _, past in sentence.spans}:
            yield span_model.end_features(question, sentence, past - 1)
        for start, past in sentence.spans:
            yield span_model.inner_features(question, sentence, start, past)


@dataclass(frozen=True, slots=True)
class Batch:
    """Bags of start, end and inner features; for each span its start row, end row, owner, sentence score and gain."""

    bags: list[tuple[torch.Tensor, torch.Tensor]]
    starts: torch.Tensor
    ends: torch.Tensor
    owners: torch.Tensor
    scores: torch.Tensor
    gains: torch.Tensor
    count: int


def encode(examples: Sequence[SpanExample], column: dict[tuple[str, str], int]) -> Batch:
    """Look up the features of ``examples``; those without a column vanish."""
    starts, ends, inners = Bags(), Bags(), Bags()
    start_rows: list[int] = []
    end_rows: list[int] = []
    owners: list[int] = []
    scores: list[float] = []
    for number, example in enumerate(examples):
        question = example.question

        def ids(names: list[str], kind: str = question.kind) -> list[int]:
            return [column[key] for name in names for key in (("*", name), (kind, name)) if key in column]

        for sentence, score in zip(example.sentences, example.scores, strict=True):
            start_row: dict[int, int] = {}
            end_row: dict[int, int] = {}
            for start, past in sentence.spans:
                if start not in start_row:
                    start_row[start] = starts.add(ids(span_model.start_features(question, sentence, start)))
                if past not in end_row:
                    end_row[past] = ends.add(ids(span_model.end_features(question, sentence, past - 1)))
                inners.add(ids(span_model.inner_features(question, sentence, start, past)))
                start_rows.append(start_row[start])
                end_rows.append(end_row[past])
                owners.append(number)
                scores.append(score)
    gains = [gain for example in examples for row in example.gains for gain in row]
    return Batch(
        [starts.tensors(), ends.tensors(), inners.tensors()],
        torch.tensor(start_rows),
        torch.tensor(end_rows),
        torch.tensor(owners),
        torch.tensor(scores),
        torch.tensor(gains),
        len(examples),
    )


def span_loss(weights: torch.Tensor, share: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Mean of two losses: minus the log of the probability of the best candidates, and of the expected overlap."""
    start, end, inner = (
        torch.nn.functional.embedding_bag(ids, weights, offsets, mode="sum").squeeze(1) for ids, offsets in batch.bags
    )
    scores = start[batch.starts] + end[batch.ends] + inner + share * batch.scores
    best = torch.zeros(batch.count).scatter_reduce(0, batch.owners, batch.gains, "amax")
    is_best = (batch.gains >= best[batch.owners] - 1e-6).float()
    log_best = log_mass(scores, batch.owners, batch.count, is_best)
    log_gain = log_mass(scores, batch.owners, batch.count, batch.gains)
    return -(log_best.mean() + log_gain.mean()) / 2


if __name__ == "__main__":
    main()
