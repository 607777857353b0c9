"""What speaks for a reading in its passage: shares of the question's words, and whether it holds what is asked for.

Matching is by substring in folded text: no word of a passage is segmented here, which keeps a passage within two
milliseconds. Knows no reader, score, index or probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.passages import sentences
from qa.question import Question, Unit, align, parse_question
from qa.types import Hit, Reading

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
class Evidence:
    """How well a reading is borne out by its passage.

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


def evidence(question: str, hit: Hit, reading: Reading) -> Evidence:
    """What speaks for ``reading``, which is of ``hit``, as an answer to ``question``."""
    parsed = parse_question(question)
    passage = fold_hit(parsed, hit)
    quote = passage.folded[reading.quote[0] : reading.quote[1]]
    in_quote = [share(unit, quote) for unit in parsed.units]
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
        expected=holds_expected(parsed, quote),
        margin=covered - max((_weighted(parsed, row) for row in others), default=0.0),
        short=reading.answer is not None,
    )


def fold_hit(question: Question, hit: Hit) -> FoldedPassage:
    """A hit ready for matching; its title is the article's with the section's, and the other names of what it names."""
    title = f"{hit.passage.title}\n{hit.passage.section}\n{hit.passage.also}"
    return fold_passage(question, hit.text, title, sentences(hit.text))


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


def holds_expected(question: Question, sentence: str) -> bool | None:
    """Whether a folded sentence holds what the kind of question asks for, beyond what the question says itself;
    ``None`` where the kind says nothing about it.
    """
    found = _expected(question, sentence)
    if question.measures:
        return bool(found.get("unit"))
    return bool(found["type"]) if "type" in found else None


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


def _weighted(question: Question, shares: Sequence[float], *, named: bool = False) -> float:
    pairs = [(u.weight, held) for u, held in zip(question.units, shares, strict=True) if u.named or not named]
    total = math.fsum(weight for weight, _ in pairs)
    return math.fsum(weight * held for weight, held in pairs) / total if total else 1.0
