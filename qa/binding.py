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
from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa.lexicon import CONTRASTS, DEPUTIES
from qa.people import Span, find_people
from qa.question import Question, align
from qa.tagging import tokenize

_CLAUSE_END = re.compile(r"[,，;；。！!？?\n]")
_ORDINAL = re.compile(r"第(?:\d+|[一二三四五六七八九十百]+)(?=([^\d\s的是为,，。、]))")
_LABELLED = re.compile(r"(?<![\da-z.])(\d{1,3}|[a-e])(包|标段|栋|号楼|号线|区|轮)")
_COMPARED = ("比", "较", "继")
"""What before a year or a number says that something is only compared with it: 比第八届增加9000人."""
_TOPIC = re.compile(r"[\s(（一二三四五六七八九十0-9)）、.．]*(?:关于|对于|至于)[^,，。]{1,20}(?=[,，])")
_BEFORE = re.compile("上年度|上一?年|上一?届|上一?季度|上一?月|前一年|去年(?!同)")
_BORN = re.compile(r"(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:出生|生(?![产活效成长]))")
_ASKS_BIRTH = re.compile("生日|出生|[时日期月年]生|多大|岁|年龄|年纪|诞|降生|哪[里儿年天]?生")
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
    if _is_of_another_time(question, folded, answer):
        return 1.0
    worst = 0.0
    for words, others in pairs:
        near = _nearest(folded, answer, words, others)
        if near is False or _nearest(folded, (answer[0], answer[0] + 1), words, others) is False:
            return 1.0
        told = any(word in folded for word in words)
        if near is None and not told and any(other in folded for other in others):
            worst = 0.5
    return worst


def _is_of_another_time(question: Question, folded: str, answer: Span) -> bool:
    """Whether the answer's own sentence says before it that it is of another year than the one asked for, of the year or the
    like before, or a birth, where the question asks for no such thing.
    """
    said = folded[_sentence_start(folded, answer[0]) : answer[0]]
    if question.kind == "time":
        return bool(_BORN.match(folded, answer[1])) and not _ASKS_BIRTH.search(question.folded)
    before = _BEFORE.match(said.lstrip())
    if before and not _BEFORE.search(question.folded) and _YEAR.search(question.folded):
        return True
    years = _YEAR.findall(question.folded)
    told = folded[_sentence_start(folded, answer[0]) : answer[1]]
    first = next((match for match in _YEAR.finditer(told) if not told[: match.start()].strip()), None)
    return len(years) == 1 and first is not None and years[0] not in told


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


def _nearest(folded: str, answer: Span, words: Sequence[str], others: Sequence[str]) -> bool | None:
    """Whether the nearest clause that tells of one of ``words`` or ``others`` tells of one of ``words``, or what its sentence
    is about is one of them (关于违约金，…); ``None`` where none does.
    """
    topic = _TOPIC.match(folded, _sentence_start(folded, answer[0]))
    if topic and any(word in topic[0] for word in words):
        return True
    for start, end in _clauses_near(folded, answer):
        clause = folded[start:end]
        if any(_tells(clause, word, others) for word in words):
            return True
        if any(_tells(clause, other, words) for other in others):
            return False
    return None


def _tells(clause: str, word: str, rivals: Sequence[str]) -> bool:
    """Whether a clause tells of ``word``: it stands there by itself, not as a part of a rival (进出口) and, a year or a number,
    not only to be compared with (比2022年增长).
    """
    for rival in rivals:
        if word != rival and word in rival:
            clause = clause.replace(rival, " ")
    places = [match.start() for match in re.finditer(re.escape(word), clause)]
    numbered = word[0] == "第" or word[0].isdigit()
    return any(not numbered or not clause[:place].endswith(_COMPARED) for place in places)


def _sentence_start(folded: str, at: int) -> int:
    return max(folded.rfind(stop, 0, at) for stop in _SENTENCE) + 1


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
    labels = list(_LABELLED.finditer(asked))
    for match in labels if len(labels) == 1 else ():
        others = {other[0] for other in _LABELLED.finditer(folded) if other[2] == match[2]} - {match[0]}
        yield (match[0], f"第{match[0]}"), tuple(sorted(others))
    years = set(_YEAR.findall(asked))
    # A year that stands in the title or at the head of the document is not told again: 比2022年增长 says nothing of it then.
    if len(years) == 1 and min(years) in folded:
        yield tuple(years), tuple(sorted(set(_YEAR.findall(folded)) - years))
