"""Questions with a window to read and the answer's place in it: what the span reader learns from.

Owns which files are read (named with their hashes), how windows are cut, and which windows hold no answer: other
passages of the same context, the passages nearest to the question elsewhere, and the right passage for a question
about something else. Knows no tokens, model or loss.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.folding import simplified
from qa.evaluate import as_document
from qa.passages import sentences, split_passages
from qa.question import align, parse_question

FILES = {
    "train_cmrc2018_train": "788369cda0de31d374c2e4054437bec91a2558dba0cde0d2a1259d8edbb42a34",
    "train_drcd_dev": "e9399019999bb6a85f51688052b67f226f2af1a8e7a6ab7a1c6a790ceca1a324",
    "train_drcd_train_part": "085500c86016131f67d84a1c1ac3b24fe9013dbd5e1bfedbbf11856b59701c5d",
    "train_dureader_checklist_train": "8964792abef9783f1d3af6bcf9bf9c050b0fa78cbac7c02935e1ea5284167bd8",
}
"""Training files and their SHA-256. All CC BY-SA or Apache; none of the ``dev_*`` sets."""

EDGE = "。！？；，、,;.!?：: \n"
"""Signs that annotators leave on the ends of answers and the reader never gives."""

TRIES = 60
"""Names that are tried in a question's place."""

DISTRACTORS = 4
"""Passages nearest to a question that do not answer it, of which one is drawn."""

HELD_OUT = 20
"""One context in so many is kept aside, to know how the training goes."""
SHORTEST, LONGEST = 100, 400
"""Characters of a window, drawn evenly; at run time a window is a passage, of at most 400."""
UNTITLED = 0.3
"""Share of examples without their title: real documents often have none worth the name."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a window in simplified script. ``answer`` is its range in ``window``; ``None``: not in there."""

    question: str
    title: str
    window: str
    answer: tuple[int, int] | None


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


def examples_of(rows: Sequence[Row], *, seed: int, negatives: float, swapped: float = 0.0) -> list[Example]:
    """One example a row that its context answers, and one without an answer for a share ``negatives`` of them, half
    from the same context and half from the nearest elsewhere; for a share ``swapped`` of them the right passage with
    the question's name exchanged (those that have one); a row that its context does not answer is one too.
    """
    chance = random.Random(seed)
    contexts = {row["context_id"]: row for row in rows}
    pieces = {name: _pieces(row) for name, row in contexts.items()}
    answerable = [row for row in rows if row["answers"]]
    asked = chance.sample(answerable, round(negatives * len(answerable)))
    examples = [example for row in answerable if (example := _positive(row, pieces[row["context_id"]], chance))]
    every = [piece for own in pieces.values() for piece in own]
    for row, wrong in zip(asked, nearest_wrong(asked, every), strict=True):
        own = [piece for piece in pieces[row["context_id"]] if not _holds(piece.text, row)]
        rivals = own if own and chance.random() < 0.5 else wrong
        if rivals:
            examples.append(_negative(row, chance.choice(rivals), chance))
    examples += [_negative(row, chance.choice(pieces[row["context_id"]]), chance) for row in rows if not row["answers"]]
    for row in about_others(chance.sample(answerable, round(swapped * len(answerable))), chance):
        if right := _positive(row, pieces[row["context_id"]], chance):
            examples.append(replace(right, answer=None))
    return examples


def about_others(rows: Sequence[Row], chance: random.Random) -> Iterator[Row]:
    """The rows that ask about a name or number, with the weightiest exchanged for another question's, of which the
    context holds nothing.
    """
    named = [(row, unit) for row in rows for unit in parse_question(row["question"]).units if unit.named]
    rivals = [(row["question"][unit.start : unit.end], unit) for row, unit in named]
    for row, units in itertools.groupby(named, key=lambda pair: pair[0]):
        unit = max((unit for _, unit in units), key=lambda one: one.weight)
        folded = align(row["context"] + row["title"] + row["question"])
        for text, rival in chance.sample(rivals, min(TRIES, len(rivals))):
            if shape(rival.text) == shape(unit.text) and rival.text not in folded:
                yield row | {"question": row["question"][: unit.start] + text + row["question"][unit.end :]}
                break


def shape(name: str) -> tuple[bool, bool, int]:
    """What names that stand for one another have in common: digits, Latin letters, length."""
    return name.isdigit(), name.isascii(), min(len(name), 4)


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


def _positive(row: Row, pieces: Sequence[Piece], chance: random.Random) -> Example | None:
    """The passage that holds the first gold answer whole, cut to a window; ``None`` where the answer straddles two."""
    text = row["answers"][0]["text"]
    bare = text.strip(EDGE)
    start = row["answers"][0]["start"] + len(text) - len(text.lstrip(EDGE))
    for piece in pieces:
        first = start - piece.start
        if bare and first >= 0 and piece.text[first : first + len(bare)] == bare:
            low, high = _window(piece.text, first, first + len(bare), chance)
            return _example(row, piece.text[low:high], (first - low, first - low + len(bare)), chance)
    return None


def _negative(row: Row, piece: Piece, chance: random.Random) -> Example:
    at = chance.randrange(len(piece.text))
    low, high = _window(piece.text, at, at + 1, chance)
    return _example(row, piece.text[low:high], None, chance)


def _example(row: Row, window: str, answer: tuple[int, int] | None, chance: random.Random) -> Example:
    title = "" if chance.random() < UNTITLED else row["title"]
    return Example(simplified(row["question"]), simplified(title), simplified(window), answer)


def _holds(text: str, row: Row) -> bool:
    return any(answer["text"].strip(EDGE) in text for answer in row["answers"])


def _window(text: str, start: int, end: int, chance: random.Random) -> tuple[int, int]:
    """Whole sentences around ``[start, end)``, taken from either side at random up to a length drawn at random."""
    budget = chance.randint(SHORTEST, LONGEST)
    ranges = sentences(text)
    low = max((i for i, (first, _) in enumerate(ranges) if first <= start), default=0)
    high = min((i for i, (_, past) in enumerate(ranges) if past >= end), default=len(ranges) - 1)
    low, high = min(low, high), max(low, high)
    while low > 0 or high + 1 < len(ranges):
        before = low > 0 and (high + 1 == len(ranges) or chance.random() < 0.5)
        wider = (low - 1, high) if before else (low, high + 1)
        if ranges[wider[1]][1] - ranges[wider[0]][0] > budget:
            break
        low, high = wider
    return ranges[low][0], ranges[high][1]
