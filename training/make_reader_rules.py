"""Makes ``qa/bundled/reader.json``: the weights of the rule reader's two linear models.

    python -m training.make_reader_rules DATA [--out FILE]

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qa import sentence_model, span_model
from qa.passages import sentences, split_passages
from qa.question import align, parse_question
from qa.reader import merged as merge
from qa.types import Block, Document
from training.fit_reader_rules import SEED, Example, SpanExample, Tables, fit_sentences, fit_spans

FILES = {
    "train_cmrc2018_train": 4000,
    "train_drcd_dev": 2400,
    "train_drcd_train_part": 1960,
    "train_dureader_checklist_train": 1000,
}
"""Training files and the most questions taken of each."""

DISTRACTORS = 4
EDGE = "。！？；，、,;.!?：: \n"
"""Signs that annotators leave on the ends of answers and the reader never gives."""

CRISP = {"time": 16, "number": 16, "person": 16, "organisation": 20, "name": 20, "place": 24}
"""Characters above which an answer to such a question is an annotator's whole clause: no model for a short answer."""

RIVALS = 2
"""Wrong sentences that compete with the right one when spans are learnt."""

SENTENCE_OVER_SPAN = 1 / 0.3
"""What the sentence's score counts beyond the share that the span model learns for it. Fitted together they choose too
much by the span: with this factor held-out training contexts were quoted better (CMRC 81.5 -> 86.8 %)."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of a context: ``start`` is its offset there."""

    context_id: str
    title: str
    text: str
    start: int


def main() -> None:
    """Run from the command line."""
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
    arguments.out.write_text(
        dump({"sentence": scaled(sentence, share * SENTENCE_OVER_SPAN), "span": span}), encoding="utf-8"
    )
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


def scaled(weights: Tables, factor: float) -> Tables:
    """Weights times ``factor``, so that a sentence's score adds to that of a span in it."""
    return {kind: {name: round(value * factor, 3) for name, value in table.items()} for kind, table in weights.items()}


def span_examples(examples: Sequence[Example], weights: Tables) -> Iterator[SpanExample]:
    """The right sentence and the best wrong ones of every example whose answer lies within one sentence."""
    merged = merge(weights)
    for example in examples:
        if example.answer is None or example.answer[2] - example.answer[1] > CRISP.get(example.question.kind, 999):
            continue
        table = merged.get(example.question.kind, merged["*"])
        home, answer_start, answer_end = example.answer
        scored = [
            (place != home, -sentence_model.score(features, table), place)
            for place, features, holds in zip(example.places, example.features, example.holds, strict=True)
            if not holds or place == home
        ]
        scored.sort()
        read, scores, gains = [], [], []
        for _, minus_score, (number, index) in scored[: 1 + RIVALS]:
            start, end = example.passages[number].ranges[index]
            sentence = span_model.prepare(example.question, example.passages[number].folded[start:end])
            if sentence.spans:
                read.append(sentence)
                scores.append(-minus_score)
                first, past = (answer_start - start, answer_end - start) if (number, index) == home else (0, 0)
                gains.append([overlap(sentence, span, first, past) for span in sentence.spans])
        if gains and max(map(max, gains)) > 0:
            yield SpanExample(example.question, read, scores, gains)


def overlap(sentence: span_model.Sentence, span: tuple[int, int], start: int, end: int) -> float:
    """F1 over characters of a token span and the gold range."""
    first, past = sentence.tokens[span[0]].start, sentence.tokens[span[1] - 1].end
    common = min(past, end) - max(first, start)
    return max(0.0, 2 * common / (past - first + end - start))


if __name__ == "__main__":
    main()
