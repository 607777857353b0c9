"""Whose fact a text tells: is what stands beside the answer what the question asks about, or its like?

Reports set like beside like: 范小东 was arrested then, 雷俊 is tried too; the men's champion, then the women's; lot one 5
years, lot two 3. A network finds the right kind of answer and takes it from the wrong one. Looked at are the answer's
clause, the others of its sentence and those before it, up to the first that names either. Works on :func:`folded_lines`;
knows no score and no index.

Covered: people; words that exclude each other (开幕 and 闭幕, :data:`qa.lexicon.CONTRASTS`); an office and its deputy;
ordinals and years. Not covered: companies and things, whose names no dictionary tells from other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from qa.lexicon import CONTRASTS, DEPUTIES
from qa.people import Span, find_people
from qa.question import Question, align
from qa.tagging import tokenize

_CLAUSE_END = re.compile(r"[,，;；。！!？?\n]")
_ORDINAL = re.compile(r"第(?:\d+|[一二三四五六七八九十百]+)(?=([^\d\s]))")
_LABELLED = re.compile(r"(?<![\d.])(\d{1,3})(包|标段|栋|号楼|号线|区)")
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?=年)")
_SENTENCE = "。！!？?\n"


def folded_lines(text: str) -> str:
    """``text`` as :func:`qa.question.align` folds it, with its line ends: a line is about one thing."""
    folded = align(text)
    return "\n".join(folded[start:end] for start, end in _lines(text)) if "\n" in text else folded


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def rival_person(question: Question, folded: str, answer: Span) -> bool:
    """Whether another person stands nearer to the answer, a range of ``folded``, than the one whom the question names and
    ``folded`` holds too.
    """
    asked = [question.folded[start:end] for start, end in find_people(question.folded)]
    held = [name for name in asked if name in folded]
    if not held:
        return False
    for start, end in _clauses_near(folded, answer, lines=True):
        if any(name in folded[start:end] for name in held):
            return False
        if any(
            start <= low < end and _differs(folded[low:past], answer, low, question.folded)
            for low, past in find_people(folded)
        ):
            return True
    return False


def _differs(name: str, answer: Span, at: int, asked: str) -> bool:
    """Whether a name that stands ``at`` is neither the answer's own nor the question's."""
    return name not in asked and not answer[0] <= at < answer[1]


def contrast(question: Question, folded: str, answer: Span) -> float:
    """1 where the answer's clause, or the nearest that names either, holds what excludes a word of the question
    and not that word; one half where its whole sentence does not decide and the passage holds the other alone; else 0.
    """
    pairs = [*contrasted(question.folded), *_numbered(question.folded, folded)]
    worst = 0.0
    for words, others in pairs:
        near = _nearest(folded, answer, words, others)
        if near is False or _nearest(folded, (answer[0], answer[0] + 1), words, others) is False:
            return 1.0
        told = any(word in folded for word in words)
        if near is None and not told and any(other in folded for other in others):
            worst = 0.5
    return worst


def deputy_only(question: Question, folded: str) -> bool:
    """Whether an office of the question stands in ``folded`` as that of a deputy only: 省长, where there is 副省长."""
    for token in tokenize(question.folded):
        word = token.text
        if len(word) < 2 or question.folded[: token.start].endswith(DEPUTIES) or word not in folded:
            continue
        places = [match.start() for match in re.finditer(re.escape(word), folded)]
        if all(folded[:place].endswith(DEPUTIES) for place in places):
            return True
    return False


def _nearest(folded: str, answer: Span, words: Iterable[str], others: Iterable[str]) -> bool | None:
    """Whether the nearest clause that holds one of ``words`` or ``others`` holds one of ``words``; ``None`` where none does."""
    for start, end in _clauses_near(folded, answer):
        clause = folded[start:end]
        if any(word in clause for word in words):
            return True
        if any(other in clause for other in others):
            return False
    return None


def _clauses_near(folded: str, answer: Span, *, lines: bool = False) -> Iterator[Span]:
    """The answer's clause, those before it in its sentence, those behind it there, those before it in its line, and with
    ``lines`` those of the lines before.
    """
    clauses = _clauses(folded)
    own = next((number for number, (_, past) in enumerate(clauses) if answer[1] <= past + 1), len(clauses) - 1)
    first = next(number for number in range(own, -1, -1) if number == 0 or folded[clauses[number - 1][1]] in _SENTENCE)
    line = next(number for number in range(first, -1, -1) if number == 0 or folded[clauses[number - 1][1]] == "\n")
    yield from reversed(clauses[first : own + 1])
    for number in range(own + 1, len(clauses)):
        if folded[clauses[number - 1][1]] in _SENTENCE:
            break
        yield clauses[number]
    yield from reversed(clauses[0 if lines else line : first])


@lru_cache(maxsize=64)
def _clauses(folded: str) -> tuple[Span, ...]:
    """All clauses; the sign that ends one is not in it."""
    ends = [match.start() for match in _CLAUSE_END.finditer(folded)]
    starts = [0, *(end + 1 for end in ends)]
    return tuple(zip(starts, [*ends, len(folded)], strict=True))


@lru_cache(maxsize=64)
def contrasted(asked: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Words for a thing that a folded question names, and words for what excludes it; none of a group of which it names two."""
    found = []
    for group in CONTRASTS:
        said = [words for words in group if any(word in asked for word in words)]
        if len(said) == 1:
            own = said[0]
            found.append((own, tuple(word for words in group for word in words if word not in own)))
    return tuple(found)


@lru_cache(maxsize=64)
def _numbered(asked: str, folded: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(_numbers_apart(asked, folded))


def _numbers_apart(asked: str, folded: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for match in _ORDINAL.finditer(asked):
        word = match[0] + match[1]
        others = {other[0] + other[1] for other in _ORDINAL.finditer(folded) if other[1] == match[1]} - {word}
        yield (word,), tuple(sorted(others))
    for match in _LABELLED.finditer(asked):
        others = {other[0] for other in _LABELLED.finditer(folded) if other[2] == match[2]} - {match[0]}
        yield (match[0], f"第{match[0]}"), tuple(sorted(others))
    years = set(_YEAR.findall(asked))
    # A year that stands in the title or at the head of the document is not told again: 比2022年增长 says nothing of it then.
    if len(years) == 1 and min(years) in folded:
        yield tuple(years), tuple(sorted(set(_YEAR.findall(folded)) - years))
