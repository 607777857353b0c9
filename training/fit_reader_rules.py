"""Fits the rule reader's two linear models to examples: softmax regressions over named features.

A weight belongs to a feature and a kind of question, or to all kinds (``*``). Knows no file and no data set.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from qa import sentence_model, span_model
from qa.question import Question

SEED = 0

Tables = dict[str, dict[str, float]]


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


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A question and the sentences that compete for its answer: the sentence model's score of each, and for each
    candidate span in it the overlap with the answer (F1 over characters).
    """

    question: Question
    sentences: list[span_model.Sentence]
    scores: list[float]
    gains: list[list[float]]


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
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    optimizer.step(closure)  # type: ignore[no-untyped-call]
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


class Bags:
    """Feature lists as flat arrays for ``embedding_bag``; one row a start token, end token or span."""

    def __init__(self) -> None:
        self.ids = array("i")
        self.offsets = array("i")

    def add(self, ids: list[int]) -> int:
        """Store one list and return its row."""
        self.offsets.append(len(self.ids))
        self.ids.extend(ids)
        return len(self.offsets) - 1

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Flat ids and the offset of each row."""
        return torch.from_numpy(np.array(self.ids)), torch.from_numpy(np.array(self.offsets))


def fit_spans(
    examples: Sequence[SpanExample],
    *,
    least_seen: int = 150,
    epochs: int = 5,
    batch: int = 192,
    shrink: float = 1e-3,
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
            loss.backward()  # type: ignore[no-untyped-call]
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
