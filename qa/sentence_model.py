"""Which sentence answers: features of a sentence among the passages read, and their weighted sum.

Matching is by substring in folded text: no word of a passage is segmented here, which keeps five passages within a
few milliseconds. It knows no span and no part of speech.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.question import Question, Unit, align

_HAN_PAIR = re.compile(r"(?=([\u3400-\u9fff]{2}))")
_CLAUSE = re.compile(r"[^,;:，；：]+")
_CAUSE = re.compile(
    r"因为|由于|因此|是因|原因|所以|以致|导致|造成|为了|缘于|源于|起因|因|使得|because|due to|since|in order|as a result|so that|to "
)
_MEANING = re.compile(r"是|指|即|意为|意思|称为|叫做|\bis\b|\bare\b|\bwas\b|refers|means|known")
_MANNER = re.compile(r"通过|以|利用|采用|经|透过|先|然后|用|借|\bby\b|using|through")
_PLACE = re.compile(r"位于|在|[省市县区国州岛镇村乡洲河山湖路街馆]|于|来自|\bin\b|\bat\b|\bnear\b|\bfrom\b")
_ORGANISATION = re.compile(
    r"公司|大学|学院|学校|集团|队|组织|协会|党|部|局|会|社|中学|银行|university|company|school|club|inc|corp"
)
_DATE = re.compile(
    r"\d{1,4}年|\d{1,2}月|[一二三四五六七八九十]月|世纪|年代|[朝代时]期?|季|\d{1,2}[日号时点]|\b1\d{3}\b|\b20\d\d\b|january|february|march|april|may|june|july|august|september|october|november|december|century"
)
_NUMBER = re.compile(
    r"\d+(?:,\d{3})*(?:\.\d+)?|[一二两三四五六七八九十百千万亿半]+(?=[^\s])|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million|billion|half)\b"
)
_NAME = re.compile(r"[《“「『\"]")
_LIST = re.compile(r"、|及|以及|和|包括|\band\b")
_MARKERS: dict[str, re.Pattern[str]] = {
    "reason": _CAUSE, "meaning": _MEANING, "manner": _MANNER, "place": _PLACE, "organisation": _ORGANISATION,
    "time": _DATE, "name": _NAME, "list": _LIST,
}  # fmt: skip


RARE = 3.5
"""Weight above which a word may be an abbreviation made for its document."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A question and the sentences of all passages read for it: what the weights of its words depend on."""

    question: Question
    weights: tuple[float, ...]
    pairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoldedPassage:
    """A passage ready for matching: folded text and title, sentence ranges, and how much of each question word each
    sentence holds, ``shares[sentence][word]`` in [0, 1].
    """

    folded: str
    title: str
    ranges: tuple[tuple[int, int], ...]
    shares: tuple[tuple[float, ...], ...]
    title_shares: tuple[float, ...]


def fold_passage(question: Question, text: str, title: str, ranges: Sequence[tuple[int, int]]) -> FoldedPassage:
    """Fold a passage and look for the question's words in each of its sentences."""
    folded = align(text)
    folded_title = align(title)
    shares = tuple(tuple(share(unit, folded[start:end]) for unit in question.units) for start, end in ranges)
    title_shares = tuple(share(unit, folded_title) for unit in question.units)
    return FoldedPassage(folded, folded_title, tuple(ranges), shares, title_shares)


def share(unit: Unit, folded: str) -> float:
    """How much of a question word a folded text holds: 1 whole, less for some of its character pairs, else 0."""
    word = unit.text
    if word in folded:
        return 1.0
    if word.isascii():
        return 0.6 if len(word) > 4 and word[: max(4, len(word) - 3)] in folded and word.isalpha() else 0.0
    if len(word) == 2:
        return 0.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    parts = 0.8 * sum(pair in folded for pair in pairs) / len(pairs) if pairs else 0.0
    return max(parts, 0.6) if unit.weight > RARE and _abbreviation(word).search(folded) else parts


@lru_cache(maxsize=512)
def _abbreviation(word: str) -> re.Pattern[str]:
    """What ``word`` may be short for: its characters in order within one name, 西洽会 for 西部国际投资贸易洽谈会. For three
    or four characters; others match nothing.
    """
    if len(word) not in (3, 4):
        return re.compile(r"(?!)")
    return re.compile(r"[\u3400-\u9fff]{0,8}?".join(map(re.escape, word)))


def set_scene(question: Question, passages: Sequence[FoldedPassage]) -> Scene:
    """Weigh the question's words: rare in the language and rare among the sentences read counts more."""
    rows = [row for passage in passages for row in passage.shares]
    total = len(rows)
    weights = []
    for index, unit in enumerate(question.units):
        held = sum(row[index] >= 0.5 for row in rows)
        local = math.log((total + 1) / (held + 0.5)) / math.log(total + 2) if total else 1.0
        weights.append(unit.weight * (0.3 + max(local, 0.0)))
    hole = question.asked or (0, 0)
    body = question.folded[: hole[0]] + "\n" + question.folded[hole[1] :]
    return Scene(question, tuple(weights), tuple(dict.fromkeys(_HAN_PAIR.findall(body))))


def features(scene: Scene, passage: FoldedPassage, index: int) -> dict[str, float]:
    """Features of sentence ``index`` of a passage, most in [0, 1]."""
    question = scene.question
    start, end = passage.ranges[index]
    sentence = passage.folded[start:end]
    own = passage.shares[index]
    previous = passage.shares[index - 1] if index else (0.0,) * len(own)
    following = passage.shares[index + 1] if index + 1 < len(passage.shares) else (0.0,) * len(own)
    whole = [max(values) for values in zip(*passage.shares, passage.title_shares, strict=True)]
    total = sum(scene.weights) or 1.0

    def covered(shares: Sequence[float], *, beyond: Sequence[float] = ()) -> float:
        gains = [max(0.0, value - other) for value, other in zip(shares, beyond or (0.0,) * len(shares), strict=True)]
        return sum(weight * gain for weight, gain in zip(scene.weights, gains, strict=True)) / total

    mass = sum(weight * value for weight, value in zip(scene.weights, own, strict=True))
    out = {
        "cover": covered(own),
        "mass": mass / 10,
        "previous": covered(previous, beyond=own),
        "following": covered(following, beyond=[max(pair) for pair in zip(own, previous, strict=True)]),
        "title": covered(passage.title_shares, beyond=own),
        "passage": covered(whole),
        "pairs": sum(pair in sentence for pair in scene.pairs) / (len(scene.pairs) or 1),
        "run": _longest_run(question, sentence),
        "clause": _best_clause(scene, sentence) / total,
        "opens": sum(w for w, unit in zip(scene.weights, question.units, strict=True) if unit.text in sentence[:12])
        / total,
        "first": float(index == 0),
        "place": index / max(len(passage.ranges), 1),
        "length": math.log(max(end - start, 1)) / 5,
        "short": float(end - start < 8),
        "question": float(sentence.rstrip('”」』"').endswith(("?", "？"))),
        "named": _named_share(question, sentence),
        "named_passage": _named_share(question, passage.folded + "\n" + passage.title),
    }
    out |= _anchors(question, sentence)
    out |= _expected(question, sentence)
    return out


def score(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Weighted sum of features: any real number, higher is better, comparable across the passages of one scene."""
    return sum(value * weights.get(name, 0.0) for name, value in values.items())


def holds_expected(question: Question, sentence: str) -> bool | None:
    """Whether a folded sentence holds what the kind of question asks for, beyond what the question says itself;
    ``None`` where the kind says nothing about it.
    """
    found = _expected(question, sentence)
    if question.measures:
        return bool(found.get("unit"))
    return bool(found["type"]) if "type" in found else None


def _best_clause(scene: Scene, sentence: str) -> float:
    """Weight of the question's words in the clause that holds most of it."""
    clauses = _CLAUSE.findall(sentence)
    units = [
        (weight, unit.text)
        for weight, unit in zip(scene.weights, scene.question.units, strict=True)
        if unit.text in sentence
    ]
    return max((sum(weight for weight, word in units if word in clause) for clause in clauses), default=0.0)


def _anchors(question: Question, sentence: str) -> dict[str, float]:
    before = bool(question.before) and question.before in sentence
    after = bool(question.after) and question.after in sentence
    focus = bool(question.focus) and question.focus in sentence
    return {"before": float(before), "after": float(after), "both": float(before and after), "focus": float(focus)}


def _named_share(question: Question, text: str) -> float:
    return sum(name in text for name in question.named) / len(question.named) if question.named else 1.0


def _longest_run(question: Question, sentence: str) -> float:
    """Length of the longest stretch that question and sentence share, in tenths of a character, at most 1.5."""
    text = question.folded
    best = 0
    for start in range(len(text)):
        while start + best < len(text) and text[start : start + best + 1] in sentence:
            best += 1
    return min(best, 15) / 10


def _expected(question: Question, sentence: str) -> dict[str, float]:
    """Whether the sentence holds what the kind of question asks for, outside what the question itself says."""
    out: dict[str, float] = {}
    if question.kind == "number":
        new = [match for match in _NUMBER.finditer(sentence) if match.group() not in question.folded]
        out["type"] = float(bool(new))
        tails = [sentence[match.end() : match.end() + 5].lstrip("余多几万亿千百") for match in new]
        fits = (
            any(tail.startswith(question.measures) for tail in tails) or "%" in question.measures and "分之" in sentence
        )
        out["unit"] = float(bool(question.measures) and fits)
        out["no_unit"] = float(bool(question.measures) and not fits)
    elif marker := _MARKERS.get(question.kind):
        out["type"] = float(any(match.group() not in question.folded for match in marker.finditer(sentence)))
        out["type_said"] = float(bool(marker.search(sentence)))
    return out
