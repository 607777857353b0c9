"""Which sentence of the passages answers, and which words of it: the ``Reader`` protocol and the reader made of rules.

A reader gets a question and retrieved passages and gives readings: offsets only, so that whoever cites can slice. It
knows no document, index, probability or threshold; :class:`Evidence` holds what a calibrator may want to know besides
the score.

Covered: fact questions in Chinese (both scripts) and English whose answer stands in one sentence. Not covered: answers
put together from several sentences, counting, comparing, yes or no (the sentence is quoted, the judging left to the
reader of it).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

from qa import english, sentence_model, span_model
from qa.passages import sentences
from qa.question import Question, parse_question
from qa.sentence_model import FoldedPassage
from qa.types import Hit, Reading

SECOND_READINGS = 3
"""Sentences read for a short answer besides the best one of each passage."""

WHOLE = 0.9
"""Share of the sentence above which a span is no shorter answer than the sentence."""

NO_SPAN = -10.0
"""Added to the score of a sentence without a candidate (a bare sign or particle): below any that has one."""

Weights = Mapping[str, Mapping[str, float]]

_DATE = re.compile(r"\d{2,4}年\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]")


class Reader(Protocol):
    """Finds answers in passages."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        """Readings of ``hits``, best first, one or more a hit that has a sentence. Deterministic."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a reading is borne out by its passage, whatever reader made it.

    The first four are shares in [0, 1] of the question's content words, weighted by rarity (1.0 where it has none):
    ``quote`` in the quoted sentence, ``passage`` in passage and title, ``named_quote`` and ``named`` of its names and
    numbers alone. ``missing`` is the weight of the rarest word that passage and title lack, in [0, 4.5]. ``expected``
    says whether the quote holds what the kind of question asks for (a number with the right unit, a date …), ``None``
    where the kind says nothing. ``margin`` is ``quote`` less the same share of the best other sentence, in [-1, 1].
    ``short`` says whether a short answer was found.
    """

    quote: float
    passage: float
    named_quote: float
    named: float
    missing: float
    expected: bool | None
    margin: float
    short: bool


class RuleReader:
    """Chooses sentence and span by two linear models over named features; weights from ``qa/bundled/reader.json``."""

    def __init__(self, weights: Mapping[str, Weights] | None = None) -> None:
        self._weights = weights

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        """See :meth:`Reader.read`. About 2 ms a passage of 400 characters on one core."""
        parsed = parse_question(question)
        weights = self._weights or bundled_weights()
        passages = [fold_hit(parsed, hit) for hit in hits]
        readings = [
            self._reading(parsed, hits[number], passages[number], (number, index), score, weights["span"])
            for number, index, score in _chosen(parsed, passages, weights["sentence"])
        ]
        return sorted(readings, key=lambda reading: (-reading.score, reading.hit, reading.quote))

    def _reading(
        self,
        question: Question,
        hit: Hit,
        passage: FoldedPassage,
        place: tuple[int, int],
        score: float,
        weights: Weights,
    ) -> Reading:
        number, index = place
        start, end = passage.ranges[index]
        if question.english:
            answer = english.best_span(question, hit.text[start:end])
        else:
            answer, gain = _best_span(question, passage.folded[start:end], weights)
            score += gain
        shifted = None if answer is None else (start + answer[0], start + answer[1])
        return Reading(number, (start, end), shifted, score)


def fold_hit(question: Question, hit: Hit) -> FoldedPassage:
    """A hit ready for matching; its title is the article's with the section's, and the other names of what it names."""
    title = f"{hit.passage.title}\n{hit.passage.section}\n{hit.passage.also}"
    return sentence_model.fold_passage(question, hit.text, title, sentences(hit.text))


def evidence(question: str, hit: Hit, reading: Reading) -> Evidence:
    """What speaks for ``reading``, which is of ``hit``, as an answer to ``question``."""
    parsed = parse_question(question)
    passage = fold_hit(parsed, hit)
    quote = passage.folded[reading.quote[0] : reading.quote[1]]
    in_quote = [sentence_model.share(unit, quote) for unit in parsed.units]
    others = [
        row
        for row, (start, end) in zip(passage.shares, passage.ranges, strict=True)
        if end <= reading.quote[0] or start >= reading.quote[1]
    ]
    everywhere = [max(values) for values in zip(*passage.shares, passage.title_shares, in_quote, strict=True)]
    covered = _weighted(parsed, in_quote)
    return Evidence(
        quote=covered,
        passage=_weighted(parsed, everywhere),
        named_quote=_weighted(parsed, in_quote, named=True),
        named=_weighted(parsed, everywhere, named=True),
        missing=max((u.weight for u, held in zip(parsed.units, everywhere, strict=True) if held < 0.5), default=0.0),
        expected=sentence_model.holds_expected(parsed, quote),
        margin=covered - max((_weighted(parsed, row) for row in others), default=0.0),
        short=reading.answer is not None,
    )


@lru_cache(maxsize=1)
def bundled_weights() -> Mapping[str, Weights]:
    """The weights that ship, ``model -> kind -> feature``, those for all kinds added into each kind's."""
    tables = json.loads((files("qa") / "bundled" / "reader.json").read_text(encoding="utf-8"))
    return {model: merged(kinds) for model, kinds in tables.items()}


def merged(kinds: Weights) -> Weights:
    """Weights of each kind with those of ``*`` added."""
    common = kinds["*"]
    own = {kind: table for kind, table in kinds.items() if kind != "*"}
    return {"*": common} | {
        kind: {name: common.get(name, 0.0) + table.get(name, 0.0) for name in common.keys() | table.keys()}
        for kind, table in own.items()
    }


def _chosen(question: Question, passages: Sequence[FoldedPassage], weights: Weights) -> list[tuple[int, int, float]]:
    """Passage, sentence and score of the best sentence of each passage and of the next best of all."""
    scene = sentence_model.set_scene(question, passages)
    table = weights.get(question.kind, weights["*"])
    scored = [
        (number, index, sentence_model.score(sentence_model.features(scene, passage, index), table))
        for number, passage in enumerate(passages)
        for index in range(len(passage.ranges))
    ]
    scored.sort(key=lambda item: -item[2])
    first: dict[int, tuple[int, int, float]] = {}
    rest = []
    for item in scored:
        if item[0] in first:
            rest.append(item)
        else:
            first[item[0]] = item
    return [*first.values(), *rest[:SECOND_READINGS]]


def _best_span(question: Question, folded: str, weights: Weights) -> tuple[tuple[int, int] | None, float]:
    """Range of the best candidate in a folded sentence, ``None`` if it is nearly the whole, and its score."""
    sentence = span_model.prepare(question, folded)
    if not sentence.spans:
        return None, NO_SPAN
    scores = span_model.score_spans(question, sentence, weights.get(question.kind, weights["*"]))
    best = max(range(len(scores)), key=scores.__getitem__)
    first, past = sentence.spans[best]
    start, end = _whole_date(folded, sentence.tokens[first].start, sentence.tokens[past - 1].end)
    return (None if end - start > WHOLE * len(folded) else (start, end)), scores[best]


def _whole_date(folded: str, start: int, end: int) -> tuple[int, int]:
    """A span that is part of one date grows to all of it: a date is given with its year, month and day."""
    for match in _DATE.finditer(folded):
        if match.start() <= start and end <= match.end():
            return match.span()
    return start, end


def _weighted(question: Question, shares: Sequence[float], *, named: bool = False) -> float:
    pairs = [(u.weight, held) for u, held in zip(question.units, shares, strict=True) if u.named or not named]
    total = math.fsum(weight for weight, _ in pairs)
    return math.fsum(weight * held for weight, held in pairs) / total if total else 1.0
