"""What a question asks for: the kind of answer, the noun or unit asked about, the words an answer must match.

Owns the question words of Chinese (both scripts) and English and the nouns that stand for a kind of answer. It knows
no passage, no score and no span: :mod:`qa.spans` finds what could answer, :mod:`qa.reader` decides.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from embeddings.folding import fold_text
from qa.lexicon import (
    ENGLISH_FOCUS,
    ENGLISH_INTERROGATIVES,
    ENGLISH_STOP_WORDS,
    FOCUS_SUFFIXES,
    INTERROGATIVES,
    NO_FOCUS,
    QUESTION_FILLERS,
)
from qa.tagging import Token, frequency, tokenize

Kind = Literal[
    "person", "place", "organisation", "time", "number", "list", "name", "reason", "manner", "meaning", "yesno", "thing"
]
KINDS: tuple[Kind, ...] = (
    "person", "place", "organisation", "time", "number", "list", "name", "reason", "manner", "meaning", "yesno", "thing",
)  # fmt: skip

WEIGHT_LIMIT = 4.5
"""Weight of a word that the dictionary does not know, in powers of ten rarer than one word in a hundred."""

_DICTIONARY_WORDS = 60_101_967
"""Sum of all frequencies in jieba 0.42.1's dict.txt (its ``FREQ`` total)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A content word of the question, folded. ``weight`` in (0, 4.5], higher is rarer; ``named`` marks a name or a
    number: what an answer's passage must not lack. Offsets are into the question.
    """

    text: str
    weight: float
    named: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood. ``folded`` has the length of ``text``, character for character.

    ``asked`` is the range of the question word with its measure word, ``None`` where there is none (苏州平均工资).
    ``focus`` is the noun asked about (作者, 公司), else empty;
    """

    text: str
    folded: str
    kind: Kind
    asked: tuple[int, int] | None
    focus: str
    units: tuple[Unit, ...]


_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]{2,}")
_AMONG = re.compile(r"([\u3400-\u9fff]{1,8}?)(?:之中|当中|里面|之间|里|中)[,，]?(?:.{0,6})谁")
_WHO_IS = re.compile(r"(?:^|[?？,，。!！ ])([\u3400-\u9fff]{2,4})[是为]谁")
_DATE_ASKED = re.compile(r"(?:[哪何几什么那]+一?个?年份?|年份)(?:的?[哪何几]?个?月份?)?|[哪何几]个?月份?")
_DAY_ASKED = re.compile(r"[哪何几][一个]?[日号天]|日期|时间|什么时候|何时")
_HOUR_ASKED = re.compile(r"[几哪]个?(?:点(?!线)|时|钟头|小时)|时刻|what time")
_WHEN = re.compile("[天年月日号]|时候|何时|时间")
_COMMON = 20
"""Occurrences in the dictionary's corpus from which a part of a word counts as a word."""
_AMOUNT_WITH_NOUN = re.compile(r"第|钱|比例|分之|时间|面积|年纪|岁数|多[大高长宽深远厚重快久]")
"""Question words that say of what kind the number is: 多少钱, 多远."""
KEPT = 2000
"""Characters of the longest text whose folding is kept: a passage has a few hundred."""
_MARKS = "?？。.!！ 呢吗啊"
_NAMED_TAGS = ("nr", "ns", "nt", "nz")


def align(text: str) -> str:
    """Fold character for character (width, case, traditional to simplified): the result has the length of ``text``,
    so that offsets hold in both. What folds to several characters keeps the first, what vanishes becomes a space.
    """
    return _align_again(text) if len(text) <= KEPT else _align(text)


def _align(text: str) -> str:
    folded = fold_text(text)
    if folded.starts is None:
        return folded.text
    aligned = [" "] * len(text)
    for character, start in zip(reversed(folded.text), reversed(folded.starts), strict=True):
        aligned[start] = character
    return "".join(aligned)


@lru_cache(maxsize=1024)
def _align_again(text: str) -> str:
    """As :func:`align`, for texts that are looked at many times while one question is answered."""
    return _align(text)


def is_english(folded: str) -> bool:
    """Whether a folded text reads as English rather than Chinese: Latin words and hardly any Chinese character."""
    return len(_LATIN.findall(folded)) >= 2 and len(_HAN.findall(folded)) * 6 < len(folded)


def word_weight(word: str) -> float:
    """How much it says that a text shares ``word``: 0 (said everywhere) to ``WEIGHT_LIMIT``.

    Powers of ten by which the word is rarer than one in a hundred, by jieba's dictionary; English function words 0.1.
    """
    if word.isascii():
        if word in ENGLISH_STOP_WORDS:
            return 0.1
        return 3.0 if len(word) > 3 or word.isdigit() else 2.0
    return min(max(math.log10(_DICTIONARY_WORDS / (frequency(word) + 1)) - 2, 0.05), WEIGHT_LIMIT)


@lru_cache(maxsize=256)
def parse_question(text: str) -> Question:
    """Understand a question. Never fails: what it cannot type is a ``thing``."""
    folded = align(text)
    english = is_english(folded)
    tokens = _with_names(tokenize(folded), folded)
    kind, asked, focus = _english_kind(folded) if english else _chinese_kind(folded, tokens)
    hole = asked or (_end_without_marks(folded), len(folded))
    return Question(
        text=text,
        folded=folded,
        kind=kind,
        asked=asked,
        focus=focus,
        units=_units(tokens, hole, english=english),
    )


def _end_without_marks(folded: str) -> int:
    return len(folded.rstrip(_MARKS))


def date_grain(question: Question) -> str:
    """年 or 月 where the question asks for no more of a date than that (哪一年, 何年何月), else empty."""
    match = _DATE_ASKED.search(question.folded)
    if not match or _DAY_ASKED.search(question.folded):
        return ""
    return "月" if "月" in match[0] else "年"


def asks_hour(question: Question) -> bool:
    """Whether a question asks for a time of day, which no date answers."""
    return _HOUR_ASKED.search(question.folded) is not None


def asks_when(question: Question) -> bool:
    """Whether a question asks when in so many words: its answer must say something of time."""
    return (
        question.kind == "time"
        and question.asked is not None
        and bool(_WHEN.search(question.folded[slice(*question.asked)]))
    )


def _chinese_kind(folded: str, tokens: list[Token]) -> tuple[Kind, tuple[int, int] | None, str]:
    """Kind, range of the question word, noun asked about and the units it allows."""
    found = _first_interrogative(folded)
    if found is None:
        focus = _noun_before(tokens, len(folded) + 1)
        return kind_of_noun(focus) or "thing", None, focus
    kind, start, end = found
    if kind == "number":
        return _number_kind(folded, tokens, start, end)
    if kind not in ("thing", "list", "person"):
        return kind, (start, end), ""
    focus = _noun_after(tokens, end) or _noun_before(tokens, start)
    by_focus = kind_of_noun(focus)
    if kind == "person" and (members := _member_kind(folded)):
        return members, (start, end), focus
    if kind == "person":
        return ("meaning" if _asks_who_is(folded, tokens, start, end) else "person"), (start, end), focus
    if kind == "list":
        single = by_focus in ("person", "name", "place", "organisation") and "有" in folded[start:end]
        return (by_focus if single and by_focus else "list"), (start, end), focus
    if by_focus is None and _asks_meaning(folded, start, end):
        return "meaning", (start, end), focus
    return by_focus or "thing", (start, end), focus


def _first_interrogative(folded: str) -> tuple[Kind, int, int] | None:
    """The earliest question word; of those that start together, the one listed first."""
    found = [
        (match.start(), rank, kind, match.end())
        for rank, (pattern, kind) in enumerate(_compiled())
        if (match := pattern.search(folded))
    ]
    real = [hit for hit in found if hit[2] != "yesno"]
    if not found:
        return None
    start, _, kind, end = min(real or found)
    return kind, start, end


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[re.Pattern[str], Kind], ...]:
    return tuple((re.compile(pattern), kind) for pattern, kind in INTERROGATIVES)


def _number_kind(folded: str, tokens: list[Token], start: int, end: int) -> tuple[Kind, tuple[int, int] | None, str]:
    asked = folded[start:end]
    if _AMOUNT_WITH_NOUN.search(asked):
        return "number", (start, end), ""
    following = [token for token in tokens if token.start >= end]
    if following and following[0].start == end and following[0].tag[0] in "qnm" and following[0].text not in "的了":
        unit = following[0].text
        return "number", (start, following[0].end), unit
    focus = _noun_before(tokens, start)
    return "number", (start, end), focus


def kind_of_noun(focus: str) -> Kind | None:
    """The kind that a noun stands for, by its longest listed ending."""
    if focus in NO_FOCUS:
        return None
    for length in range(min(len(focus), 4), 0, -1):
        if kind := FOCUS_SUFFIXES.get(focus[-length:]):
            return kind
    return None


def _noun_after(tokens: list[Token], position: int) -> str:
    """The noun phrase that starts right at ``position``: 哪个 | 前沿产业. Empty where none does."""
    phrase: list[Token] = []
    for token in tokens:
        if token.start < position:
            continue
        if token.start != (phrase[-1].end if phrase else position):
            break
        if token.tag[0] not in "nabljsgqtio" and token.tag not in ("vn", "lat"):
            break
        if token.tag == "vn" and phrase and phrase[-1].text in FOCUS_SUFFIXES:
            break
        phrase.append(token)
    while phrase and phrase[-1].tag in ("a", "b"):
        phrase.pop()
    return "".join(token.text for token in phrase)


def _noun_before(tokens: list[Token], position: int) -> str:
    """The nearest noun before ``position``, stepping over 是, 有, 为 and the like: 作者 | 是谁. Right before it only a
    listed noun counts (面积多少, not 布局什么).
    """
    for token in reversed([token for token in tokens if token.end <= position]):
        noun = token.tag[0] in "njtsgli" or token.tag in ("vn", "oov", "oovnr", "lat")
        if (noun and token.end < position) or kind_of_noun(token.text):
            return token.text
        if token.text not in QUESTION_FILLERS and token.tag[0] not in "dpurycP":
            return ""
    return ""


def _member_kind(folded: str) -> Kind | None:
    """What 谁 stands for where it asks for one of a set: 在东盟国家里, 谁 … asks for a place."""
    match = _AMONG.search(folded)
    kind = kind_of_noun(match.group(1)) if match else None
    return kind if kind in ("place", "organisation") else None


def _with_names(tokens: list[Token], folded: str) -> list[Token]:
    """``tokens`` with a name that the dictionary splits into single characters put together (林溪是谁), wherever it is
    said.
    """
    found = _WHO_IS.search(folded)
    if found is None or any(
        token.end - token.start > 1 for token in tokens if found.start(1) <= token.start < found.end(1)
    ):
        return tokens
    places = [match.span() for match in re.finditer(re.escape(found[1]), folded)]
    names = [Token(found[1], "oovnr", start, end) for start, end in places]
    rest = [token for token in tokens if not any(start <= token.start < end for start, end in places)]
    return sorted([*rest, *names], key=lambda token: token.start)


def _asks_who_is(folded: str, tokens: list[Token], start: int, end: int) -> bool:
    """Whether 谁 asks who a named person is (魏磊是谁), not who holds an office (院长是谁)."""
    if folded[end:].strip("?？ 。啊呢") or not folded[:start].endswith(("是", "为")):
        return False
    name = [token for token in tokens if token.end <= start - 1]
    return bool(name) and len(name) <= 3 and name[-1].tag in ("nr", "nrx", "oovnr", "oov")


def _asks_meaning(folded: str, start: int, end: int) -> bool:
    """Whether 什么 asks what something is: X是什么, 什么是X, X指什么."""
    tail = folded[end:].strip("?？ 。")
    if not tail:
        return folded[:start].endswith(("是", "指", "指的是", "叫做")) and "的" not in folded[max(0, start - 8) : start]
    return start == 0 and tail.startswith(("是", "叫"))


def _english_kind(folded: str) -> tuple[Kind, tuple[int, int] | None, str]:
    """As :func:`_chinese_kind`, by the question word that comes first."""
    found = [
        (match.start(), rank, kind, match)
        for rank, (pattern, kind) in enumerate(ENGLISH_INTERROGATIVES)
        if (match := re.search(pattern, folded))
    ]
    if not found:
        return "thing", None, ""
    _, _, kind, match = min(found, key=lambda hit: hit[:2])
    group = next((group for group in range(1, match.re.groups + 1) if match[group]), 0)
    focus = match[group] if group else ""
    asked = (match.start(), match.start(group)) if group else match.span()
    by_focus = next((listed for ending, listed in ENGLISH_FOCUS.items() if focus.endswith(ending)), None)
    return by_focus if by_focus and kind == "thing" else kind, asked, focus


def _units(tokens: list[Token], hole: tuple[int, int], *, english: bool) -> tuple[Unit, ...]:
    units = []
    for token in tokens:
        if token.end > hole[0] and token.start < hole[1]:
            continue
        named = (
            token.tag[:2] in _NAMED_TAGS or token.tag in ("num", "oov", "oovnr") or (token.tag == "lat" and not english)
        )
        at = token.start
        for word in _parts(token):
            at += len(word)
            if not any(map(str.isalnum, word)) or word in QUESTION_FILLERS or word in ENGLISH_STOP_WORDS:
                continue
            weight = word_weight(word)
            if english:
                named = word[0].isdigit()
                if weight < 1:
                    continue
            units.append(Unit(word, weight, named, at - len(word), at))
    return tuple(units)


def _parts(token: Token) -> list[str]:
    """A long common word as the words it is made of, where they are words of their own: 东盟国家 as 东盟, 国家."""
    word = token.text
    if len(word) < 4 or word.isascii() or token.tag in ("nr", "nrx", "i", "num"):
        return [word]
    parts = []
    at = 0
    while at < len(word):
        size = next(
            (size for size in (3, 2) if at + size <= len(word) and frequency(word[at : at + size]) >= _COMMON), 0
        )
        if not size:
            return [word]
        parts.append(word[at : at + size])
        at += size
    return parts
