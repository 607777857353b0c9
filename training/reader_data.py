"""The questions that models are trained on, and the passages of their contexts.

Owns which files are read (named with their hashes), which contexts are kept aside, and which passages elsewhere are
nearest to a question. Knows no tokens, model or loss.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qa.evaluate import as_document
from qa.passages import split_passages
from qa.question import align

FILES = {
    "train_cmrc2018_train": "788369cda0de31d374c2e4054437bec91a2558dba0cde0d2a1259d8edbb42a34",
    "train_drcd_dev": "e9399019999bb6a85f51688052b67f226f2af1a8e7a6ab7a1c6a790ceca1a324",
    "train_drcd_train_part": "085500c86016131f67d84a1c1ac3b24fe9013dbd5e1bfedbbf11856b59701c5d",
    "train_dureader_checklist_train": "8964792abef9783f1d3af6bcf9bf9c050b0fa78cbac7c02935e1ea5284167bd8",
}
"""Training files and their SHA-256. All CC BY-SA or Apache; none of the ``dev_*`` sets."""

EDGE = "。！？；，、,;.!?：: \n"
"""Signs that annotators leave on the ends of answers and the reader never gives."""

DISTRACTORS = 4
"""Passages nearest to a question that do not answer it, of which one is drawn."""

HELD_OUT = 20
"""One context in so many is kept aside, to know how the training goes."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage of a context: ``start`` is its offset there."""

    context_id: str
    title: str
    text: str
    start: int


def read_rows(data: Path) -> list[Row]:
    """The rows of all training files.

    :raises ValueError: if a file is not the one that the bundled reader was trained on.
    """
    rows: list[Row] = []
    for name, expected in FILES.items():
        raw = (data / f"{name}.jsonl.gz").read_bytes()
        if (found := hashlib.sha256(raw).hexdigest()) != expected:
            raise ValueError(f"{name}: SHA-256 is {found}, not {expected}")
        rows += map(json.loads, gzip.decompress(raw).decode("utf-8").splitlines())
    return rows


def is_held_out(row: Row) -> bool:
    """Whether the row's context is kept aside: chosen by the text's hash, so no copy of it is in the other part."""
    return int(hashlib.sha256(row["context"].encode()).hexdigest(), 16) % HELD_OUT == 0


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


def whole_passages(rows: Sequence[Row]) -> Iterator[tuple[Row, list[Piece]]]:
    """Each row with all passages of its context, as the project would read them."""
    for row in rows:
        yield row, _pieces(row)


def _pieces(row: Row) -> list[Piece]:
    document = as_document(row["context_id"], row["title"], row["context"])
    return [
        Piece(row["context_id"], row["title"], document.text[passage.start : passage.end], passage.start)
        for passage in split_passages(document)
    ]
