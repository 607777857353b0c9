"""What in a sentence could be a short answer: typed stretches (numbers, dates, names), candidate spans.

Works on one sentence, folded character for character, so that offsets hold in the original. It knows no question,
score or passage: :mod:`qa.span_model` chooses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.tagging import Token

LONGEST = 10
"""Tokens in a candidate that is neither a clause nor part of one up to its end."""

_CLAUSE_MARKS = frozenset("，,；;：:。.！!？?…—\n")
_OPENING = '“‘「『《〈（([【"'
_CLOSING = '”’」』》〉）)]】"'
_PAIRS = dict(zip(_CLOSING, _OPENING, strict=True))
_DIGITS = r"(?:\d+(?:,\d{3})*(?:\.\d+)?|[数几]?[零〇一二两三四五六七八九十百千万亿半]+)"
_UNITS = (
    r"平方公里|平方千米|平方米|平方英里|平方公尺|立方米|工作日|公里|千米|厘米|毫米|公分|公尺|英尺|英里|海里|英寸|光年|公顷|英亩|公斤|千克|美元|欧元|英镑|日元|日圆|港元|港币|人民币|"
    r"卢布|马克|法郎|亿元|万元|小时|分钟|星期|世纪|年代|个月|周年|周岁|人次|亿人|万人|百分点|分之[零一二三四五六七八九十百千万\d]+|摄氏度|千瓦|兆瓦|吨|磅|斤|克|元|块|镑|米|里|丈|尺|寸|亩|"
    r"岁|年|月|日|天|周|时|分|秒|人|名|位|家|个|户|口|只|头|匹|条|座|栋|间|所|部|本|册|卷|集|期|届|届|次|场|局|轮|首|张|枚|架|艘|辆|台|套|件|种|类|项|支|队|组|层|级|站|度|℃|倍|成|"
    r"篇|章|幅|棵|株|颗|粒|片|块|道|步|声|轮|节|班|门|款|份|批|笔|票|席|胜|负|平|球|分球|字|页|号|市|县|区|镇|乡|村|州|省|国|族|属|科|目|mm|cm|km|kg|mb|gb|m|g|k|w|v|a|%|‰"
)
_APPROXIMATE = r"(?:约为|大约|约|将近|接近|近|超过|逾|超|至少|最少|最多|不足|不到|高达|共计|平均|仅|每)?"
_NUMBER = re.compile(
    rf"{_APPROXIMATE}(?:百分之{_DIGITS}|(?:第|[$¥£€])?{_DIGITS}(?:[-–~～至到—]{_DIGITS})?(?:余|多|几|来)?[万亿千百]*(?:余|多)?(?:{_UNITS})?"
    rf"(?:[-–~～至到—](?:第)?{_DIGITS}(?:{_UNITS}))?(?:左右|以上|以下|以内|上下)?)"
)
_BARE = re.compile(r"[零〇一二两三四五六七八九十百千万亿半约近仅每]{1,2}")
"""What only looks like a number: 一 in 一同, 万一."""

_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]"
_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月"
_MONTH_PART = rf"{_MONTH}(?:份|底|初|末|中旬|上旬|下旬|{_DAY})?"
_DATE = re.compile(
    rf"(?:公元前?|西元前?|民国)?(?:\d{{1,4}}|[〇零一二三四五六七八九十元]{{2,6}})年(?:代|底|初|末|间)?(?:{_MONTH_PART})?|{_MONTH_PART}"
    r"|(?:公元前?|西元前?)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})世纪(?:\d{2}年代)?(?:初|末|中叶|初期|末期|中期|后期)?"
    r"|[春秋夏冬]季|(?:夏|商|周|秦|汉|晋|隋|唐|宋|元|明|清|西周|东周|西汉|东汉|东晋|西晋|南宋|北宋|民国)[朝代]"
    r"|\d{1,2}[时点:]\d{1,2}分?许?"
)
_NAME = re.compile(r"《[^《》]+》|“[^“”]+”|「[^「」]+」|『[^『』]+』|\"[^\"]+\"|[a-z][a-z'.&-]*(?: [a-z0-9'.&-]+)+")
_ENUMERATION = re.compile(r"[^，,；;：:。！!？?、]+(?:、[^，,；;：:。！!？?、]+)+")


@dataclass(frozen=True, slots=True)
class Typed:
    """A stretch of a sentence of one type: number, date, name (in marks, or Latin) or enumeration."""

    type: str
    start: int
    end: int


def find_typed(folded: str) -> list[Typed]:
    """Numbers with their units, dates, marked names and enumerations of a folded sentence; they may overlap."""
    found = [Typed("number", *match.span()) for match in _NUMBER.finditer(folded) if not _BARE.fullmatch(match[0])]
    found += [Typed("date", *match.span()) for match in _DATE.finditer(folded)]
    found += [Typed("name", *match.span()) for match in _NAME.finditer(folded)]
    found += [Typed("list", *match.span()) for match in _ENUMERATION.finditer(folded)]
    return found


def candidates(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Token ranges ``[first, past)`` that could answer: runs within a clause of up to ``LONGEST`` tokens, stretches
    up to a clause's end, runs of whole clauses. None starts or ends in punctuation or a particle, and every bracket
    and quotation mark in one is closed in it.
    """
    ranges = clauses(tokens)
    partners = _partners(tokens)
    may_end = [_may_end(token) for token in tokens]
    spans: dict[tuple[int, int], None] = {}
    for index, (first, past) in enumerate(ranges):
        runs_to = [later for _, later in ranges[index : index + 3]]
        for start in range(first, past):
            if not _may_start(tokens[start]):
                continue
            ends = [*range(start + 1, min(start + LONGEST, past) + 1), past, ranges[-1][1]]
            if start == first:
                ends += runs_to
            for end in ends:
                if may_end[end - 1] and (not partners or _closed(partners, start, end)):
                    spans[start, end] = None
    return list(spans)


def clauses(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Token ranges between commas, semicolons, colons and stops, without those signs."""
    found = []
    start = 0
    for index in range(len(tokens) + 1):
        if index == len(tokens) or tokens[index].text in _CLAUSE_MARKS:
            if index > start:
                found.append((start, index))
            start = index + 1
    return found


def _may_start(token: Token) -> bool:
    if token.tag[0] == "P":
        return token.tag[1] in _OPENING
    return token.tag[0] not in "uy"


def _may_end(token: Token) -> bool:
    if token.tag[0] == "P":
        return token.tag[1] in _CLOSING or token.tag[1] in "%℃°+"
    return token.tag[0] not in "py" and token.tag not in ("uj", "c")


def _partners(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Index of each bracket or quotation mark with that of its partner, -1 where it has none."""
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for index, token in enumerate(tokens):
        sign = token.text
        opens = sign in _OPENING and not (sign == '"' and stack and tokens[stack[-1]].text == sign)
        if opens:
            stack.append(index)
            pairs[index] = -1
        elif sign in _PAIRS:
            pairs[index] = -1
            if stack and tokens[stack[-1]].text == _PAIRS[sign]:
                pairs[index] = stack.pop()
                pairs[pairs[index]] = index
    return list(pairs.items())


def _closed(partners: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether every bracket and quotation mark of the span has its partner in it."""
    return all(start <= partner < end for index, partner in partners if start <= index < end)
