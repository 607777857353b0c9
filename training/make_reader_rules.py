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
from qa.types import Block, Document

FILES = {
    "train_cmrc2018_train": 5000,
    "train_drcd_dev": 2600,
    "train_drcd_train_part": 1960,
    "train_dureader_checklist_train": 1404,
}
"""Training files and the most questions taken of each."""

DISTRACTORS = 4
SEED = 0
EDGE = "。！？；，、,;.!?：: \n"
"""Signs that annotators leave on the ends of answers and the reader never gives."""

Row = dict[str, Any]


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
    weights = {
        "sentence": fit_sentences([scene for part in rows.values() for scene in sentence_examples(part)]),
        "span": fit_spans([example for part in rows.values() for example in span_examples(part)]),
    }
    arguments.out.write_text(dump(weights), encoding="utf-8")
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1024:.0f} KiB")


def load(path: Path, limit: int) -> list[Row]:
    """Answerable questions of a file, a fixed random choice of at most ``limit``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [row for line in lines if (row := json.loads(line))["answers"]]
    return random.Random(SEED).sample(rows, min(limit, len(rows)))


def dump(weights: dict[str, dict[str, dict[str, float]]]) -> str:
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


def sentence_examples(rows: Sequence[Row]) -> Iterator[tuple[Question, list[dict[str, float]], list[bool]]]:
    """Question, features of every sentence of the right and the wrong passages, and which of them hold the answer."""
    contexts = {row["context_id"]: row for row in rows}
    every = [piece for row in contexts.values() for piece in pieces(row)]
    for row, wrong in zip(rows, nearest_wrong(rows, every), strict=True):
        question = parse_question(row["question"])
        right = [piece for piece in every if piece.context_id == row["context_id"]]
        read = [*right, *wrong]
        folded = [
            sentence_model.fold_passage(question, piece.text, piece.title, sentences(piece.text)) for piece in read
        ]
        scene = sentence_model.set_scene(question, folded)
        golds = [answer["text"].strip(EDGE) for answer in row["answers"]]
        features, labels = [], []
        for number, passage in enumerate(folded):
            for index, (start, end) in enumerate(passage.ranges):
                features.append(sentence_model.features(scene, passage, index))
                text = read[number].text[start:end]
                labels.append(number < len(right) and any(gold in text for gold in golds))
        if any(labels):
            yield question, features, labels


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


def fit_sentences(
    examples: Sequence[tuple[Question, list[dict[str, float]], list[bool]]], *, penalty: float = 1e-4
) -> dict[str, dict[str, float]]:
    """Weights that make the sentences with the answer likely among all; weights of one kind only are held smaller."""
    column: dict[tuple[str, str], int] = {}
    values, columns, lines, owners, right = [], [], [], [], []
    for number, (question, features, labels) in enumerate(examples):
        for table, label in zip(features, labels, strict=True):
            for name, value in table.items():
                for kind in ("*", question.kind):
                    columns.append(column.setdefault((kind, name), len(column)))
                    values.append(value)
                    lines.append(len(owners))
            owners.append(number)
            right.append(label)
    shape = (len(owners), len(column))
    matrix = torch.sparse_coo_tensor(torch.tensor([lines, columns]), torch.tensor(values), shape).coalesce()
    owner, truth = torch.tensor(owners), torch.tensor(right, dtype=torch.float32)
    weights = torch.zeros(len(column), 1, requires_grad=True)
    cost = torch.tensor([[0.3] if kind == "*" else [1.0] for kind, _ in column])
    optimizer = torch.optim.LBFGS([weights], max_iter=80, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        scores = torch.sparse.mm(matrix, weights).squeeze(1)
        log_right, _ = log_masses(scores, owner, len(examples), truth)
        loss = -log_right.mean() + penalty * (cost * weights**2).sum()
        loss.backward()
        return loss.item()

    optimizer.step(closure)
    print(f"sentences: {len(examples)} questions, loss {closure():.4f}")
    return tables(column, weights.detach().squeeze(1).tolist(), least=0.01)


def log_masses(
    scores: torch.Tensor, owner: torch.Tensor, count: int, gain: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log of each owner's expected ``gain`` under the softmax of its ``scores``, and the probabilities."""
    top = torch.full((count,), -1e9).scatter_reduce(0, owner, scores.detach(), "amax")
    raised = torch.exp(scores - top[owner])
    probability = raised / torch.zeros(count).index_add(0, owner, raised)[owner]
    return torch.log(torch.zeros(count).index_add(0, owner, probability * gain) + 1e-9), probability


def tables(column: dict[tuple[str, str], int], weights: list[float], *, least: float) -> dict[str, dict[str, float]]:
    """Weights by kind and feature, those below ``least`` left out."""
    out: dict[str, dict[str, float]] = {"*": {}}
    for (kind, name), index in column.items():
        if abs(weights[index]) >= least:
            out.setdefault(kind, {})[name] = round(weights[index], 2)
    return out


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A question, its sentence, and for each candidate span the overlap with the answer (F1 over characters)."""

    question: Question
    sentence: span_model.Sentence
    gains: list[float]


def span_examples(rows: Sequence[Row]) -> Iterator[SpanExample]:
    """Every row whose answer lies within one sentence."""
    for row in rows:
        text, answer = row["context"], row["answers"][0]["text"]
        start = row["answers"][0]["start"] + len(answer) - len(answer.lstrip(EDGE))
        end = start + len(answer.strip(EDGE))
        home = next(((s, e) for s, e in sentences(text) if s <= start < end <= e), None)
        if home is None:
            continue
        question = parse_question(row["question"])
        sentence = span_model.prepare(question, align(text[home[0] : home[1]]))
        gains = [overlap(sentence, span, start - home[0], end - home[0]) for span in sentence.spans]
        if gains and max(gains) > 0:
            yield SpanExample(question, sentence, gains)


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
    epochs: int = 8,
    batch: int = 256,
    shrink: float = 2e-5,
    report: Callable[[dict[str, dict[str, float]]], None] | None = None,
) -> dict[str, dict[str, float]]:
    """Weights that make spans overlapping the answer likely; ``shrink`` is what L1 takes off every weight a step."""
    seen: Counter[tuple[str, str]] = Counter()
    for example in examples:
        for name in set().union(*map(set, features_of(example))):
            seen["*", name] += 1
            seen[example.question.kind, name] += 1
    column = {key: index for index, key in enumerate(sorted(key for key, count in seen.items() if count >= least_seen))}
    weights = torch.zeros(len(column), 1, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.02)
    order = np.random.default_rng(SEED)
    examples = [examples[index] for index in order.permutation(len(examples))]
    batches = [encode(examples[at : at + batch], column) for at in range(0, len(examples), batch)]
    for epoch in range(epochs):
        total = 0.0
        for index in order.permutation(len(batches)):
            loss = span_loss(weights, batches[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                rate = optimizer.param_groups[0]["lr"] / 0.02
                weights.copy_(torch.sign(weights) * torch.clamp(weights.abs() - shrink * rate, min=0))
            total += loss.item()
        optimizer.param_groups[0]["lr"] *= 0.7
        found = tables(column, weights.detach().squeeze(1).tolist(), least=0.03)
        print(f"spans, epoch {epoch}: loss {total / len(batches):.4f}, {sum(map(len, found.values()))} weights")
        if report:
            report(found)
    return found


def features_of(example: SpanExample) -> Iterator[list[str]]:
    question, sentence = example.question, example.sentence
    for start in {start for start, _ in sentence.spans}:
        yield span_model.start_features(question, sentence, start)
    for past in {past for _, past in sentence.spans}:
        yield span_model.end_features(question, sentence, past - 1)
    for start, past in sentence.spans:
        yield span_model.inner_features(question, sentence, start, past)


Batch = tuple[list[tuple[torch.Tensor, torch.Tensor]], torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, int]


def encode(examples: Sequence[SpanExample], column: dict[tuple[str, str], int]) -> Batch:
    """Bags of starts, ends and spans; each span's start row, end row and owner; gains; number of examples."""
    starts, ends, inners = Bags(), Bags(), Bags()
    start_rows, end_rows, owners, gains = [], [], [], []
    for number, example in enumerate(examples):
        question, sentence = example.question, example.sentence

        def ids(names: list[str], kind: str = question.kind) -> list[int]:
            return [column[key] for name in names for key in (("*", name), (kind, name)) if key in column]

        start_row = {
            start: starts.add(ids(span_model.start_features(question, sentence, start)))
            for start in sorted({start for start, _ in sentence.spans})
        }
        end_row = {
            past: ends.add(ids(span_model.end_features(question, sentence, past - 1)))
            for past in sorted({past for _, past in sentence.spans})
        }
        for start, past in sentence.spans:
            inners.add(ids(span_model.inner_features(question, sentence, start, past)))
            start_rows.append(start_row[start])
            end_rows.append(end_row[past])
            owners.append(number)
        gains += example.gains
    bags = [starts.tensors(), ends.tensors(), inners.tensors()]
    return (
        bags, torch.tensor(start_rows), torch.tensor(end_rows), torch.tensor(owners), torch.tensor(gains),
        len(examples),
    )  # fmt: skip


def span_loss(weights: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Mean of two losses: minus the log of the probability of the best candidates, and of the expected overlap."""
    bags, start_rows, end_rows, owner, gain, count = batch
    start, end, inner = (
        torch.nn.functional.embedding_bag(ids, weights, offsets, mode="sum").squeeze(1) for ids, offsets in bags
    )
    scores = start[start_rows] + end[end_rows] + inner
    best = torch.zeros(count).scatter_reduce(0, owner, gain, "amax")
    log_best, _ = log_masses(scores, owner, count, (gain >= best[owner] - 1e-6).float())
    log_gain, _ = log_masses(scores, owner, count, gain)
    return -(log_best.mean() + log_gain.mean()) / 2


if __name__ == "__main__":
    main()
