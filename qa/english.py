"""Short answers in English sentences, by hand-set rules: capitalised names, numbers, dates, phrases between function
words, weighed by their distance from the question's words.

There is no English training data with the project, so nothing here is learnt. It knows no passage and no score beyond
the sentence.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.lexicon import ENGLISH_STOP_WORDS
from qa.question import Question, align, word_weight

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_YEAR = r"(?:1\d{3}|20\d\d)"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\.?(?:,? {_YEAR})?|"
    rf"{_MONTH}\.?,? {_YEAR}|(?:early |late |mid-?)?{_YEAR}s?(?:[-–]\d{{2,4}})?(?: (?:bc|ad|bce|ce))?|\d+ (?:bc|ad|bce|ce)|"
    r"(?:the )?(?:early |late |mid-?)?\d{1,2}(?:st|nd|rd|th) century|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    rf"{_MONTH}|spring|summer|autumn|winter)\b"
)
_WORD_NUMBER = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|dozens?|half|a third|a quarter|two-thirds|twice|once)"
)
_NUMBER = re.compile(
    rf"(?:[$£€¥]\s?)?\d+(?:,\d{{3}})*(?:\.\d+)?(?:[½¼¾%])?(?:[-–]\d+(?:,\d{{3}})*(?:\.\d+)?)?(?: (?:million|billion|trillion|thousand|hundred|percent|per cent))*"
    rf"|\b{_WORD_NUMBER}(?:[- ](?:hundred|thousand|million|billion|{_WORD_NUMBER}))*\b"
)
_UNIT = re.compile(
    r"\s?(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|miles?|km|kilomet(?:re|er)s?|met(?:re|er)s?|feet|foot|ft|inches|"
    r"acres?|tons?|tonnes?|pounds?|kg|degrees?|dollars?|mph|°[cf]?)\b"
)
_CAPITALS = re.compile(
    r"[A-Z][\w'’.&-]*\w(?:(?: (?:of|the|and|de|la|van|von|&|for|in)){0,2} [A-Z\d][\w'’.&-]*\w?)*|\"[^\"]+\"|“[^”]+”"
)
_WORD = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[^\W_]+(?:['’.&-][^\W_]+)*|\S")
_REASON = re.compile(
    r"\b(?:because of|because|due to|owing to|as a result of|since|in order to|so that|so as to|to)\b ?(.+)"
)
_EDGE = re.compile(
    r"^(?:the|a|an|its|their|his|her|by|of|to|in|on|and|or|that|which|was|were|is|are) |[\s,.;:!?]+$", re.IGNORECASE
)

_CALLED = re.compile(
    r"\b(?:called|named|known as|titled|termed|nicknamed|dubbed|entitled) (?:the |a |an )?([^,.;:()]{2,40})"
)
_VERB_LIKE = re.compile(
    r"(?:\w+(?:ed|ing|ly)|went|led|built|made|gave|took|came|began|became|won|lost|held|used|said|found|grew|ran|s)(?: .*)?$"
)

_NAME_KINDS = ("person", "place", "organisation", "name")
_REACH = 12
_VERB_PENALTY = 1.2
_OBJECT_BONUS = 1.5


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    bonus: float


def best_span(question: Question, text: str) -> tuple[int, int] | None:
    """Range in a sentence of the stretch that best answers, or ``None`` where nothing stands out."""
    if question.kind in ("manner", "yesno"):
        return None
    folded = align(text)
    matched = list(_matched(question, folded))
    best: tuple[float, int, int] | None = None
    for candidate in _candidates(question, text, folded):
        start, end = _trimmed(text, candidate.start, candidate.end)
        if start >= end or folded[start:end] in question.folded:
            continue
        score = candidate.bonus + _nearness(matched, start, end) - _repeated(question, folded[start:end])
        score += _after_predicate(question, folded, start) - _VERB_PENALTY * bool(_VERB_LIKE.match(folded[start:end]))
        if best is None or score > best[0] + 1e-9:
            best = (score, start, end)
    return None if best is None else best[1:]


def _candidates(question: Question, text: str, folded: str) -> Iterator[_Candidate]:
    kind = question.kind
    if kind == "time":
        yield from (_Candidate(*match.span(), 3.0) for match in _DATE.finditer(folded))
    if kind == "number":
        for match in _NUMBER.finditer(folded):
            unit = _UNIT.match(folded, match.end())
            asked = bool(question.measures) and match.group().strip().startswith(question.measures[:1])
            asked |= any(measure in folded[match.start() : match.end() + 8] for measure in question.measures)
            yield _Candidate(match.start(), unit.end() if unit else match.end(), 4.0 if asked else 3.0)
    if kind == "reason" and (cause := _REASON.search(folded)):
        yield _Candidate(*cause.span(1), 1.5 if cause.group().startswith("to ") else 3.0)
    if kind in ("name", "thing"):
        yield from (_Candidate(*match.span(1), 2.0 if kind == "name" else 0.8) for match in _CALLED.finditer(folded))
    bonus = 2.5 if kind in _NAME_KINDS else 1.2 if question.focus else 0.6
    for match in _CAPITALS.finditer(text):
        end = match.end()
        if kind == "person" and (origin := re.search(r" (?:of|in|for|and) ", match[0])):
            end = match.start() + origin.start()
        if not _opens(match, folded):
            yield _Candidate(match.start(), end, bonus)
    yield from (_Candidate(start, end, 0.5) for start, end in _phrases(folded))


def _opens(match: re.Match[str], folded: str) -> bool:
    """Whether a capital is there only because the sentence starts: The, In, However."""
    return match.start() == 0 and " " not in match.group() and folded[: match.end()] in ENGLISH_STOP_WORDS


def _phrases(folded: str) -> Iterator[tuple[int, int]]:
    """Runs of words without function words or punctuation, and two of them joined by ``of`` or ``and``."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for match in [*_WORD.finditer(folded), None]:
        word = match.group() if match else "."
        if match and word not in ENGLISH_STOP_WORDS and word[0].isalnum():
            start = match.start() if start < 0 else start
            end = match.end()
        elif start >= 0:
            runs.append((start, end))
            start = -1
    yield from runs
    for left, right in itertools.pairwise(runs):
        if folded[left[1] : right[0]] in (" of ", " and ", " of the "):
            yield left[0], right[1]


def _matched(question: Question, folded: str) -> Iterator[tuple[int, int, float]]:
    """Ranges of the sentence's words that the question holds too, in full or by their stem, with weights."""
    stems = {unit.text[: max(4, len(unit.text) - 3)]: unit.weight for unit in question.units if unit.text.isalpha()}
    whole = {unit.text: unit.weight for unit in question.units}
    for match in _WORD.finditer(folded):
        word = match.group()
        weight = whole.get(word) or (stems.get(word[: max(4, len(word) - 3)]) if len(word) > 4 else None)
        if weight:
            yield match.start(), match.end(), weight


def _nearness(matched: list[tuple[int, int, float]], start: int, end: int) -> float:
    """Weights of the question's words around a span, less the farther they stand (in steps of six characters)."""
    total = 0.0
    for left, right, weight in matched:
        steps = max(left - end, start - right, 0) / 6
        if steps < _REACH and not start <= left < end:
            total += weight / (2 + steps)
    return total


def _after_predicate(question: Question, folded: str, start: int) -> float:
    """Bonus for standing right behind the verb that the question ends in: What did X build? X built …"""
    if question.kind not in ("thing", "list", "person") or not question.units or question.after == "":
        return 0.0
    stem = question.units[-1].text
    at = folded.rfind(stem[: max(3, len(stem) - 3)], 0, start)
    return _OBJECT_BONUS if at >= 0 and folded[at:start].count(" ") <= 2 else 0.0


def _repeated(question: Question, span: str) -> float:
    """Penalty for what the question says itself."""
    words = [word for word in _WORD.findall(span) if word_weight(word) >= 1]
    said = sum(word in question.folded for word in words)
    return 3.0 * said / len(words) if words else 1.0


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while edge := _EDGE.search(text[start:end]):
        if edge.start() == 0:
            start += edge.end()
        else:
            end = start + edge.start()
    return start, end
