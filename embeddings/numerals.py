"""Chinese numerals in clear places, as Arabic ones: 第二十三条 is 第23条, 三百二十五家 is 325家, 百分之十五 is 15%.

A place is clear where 第 stands before the numeral or a unit of counting behind it. The result is *added* to the terms
of a text and replaces none, so that a wrong reading (五台山) costs one useless term and no word.

Takes folded text (simplified, NFKC). Not covered: decimals (三点五), fractions, 半, vague numbers (十几, 三五).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGITS = {
    **{"零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9},
    **{"〇": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "两": 2},
}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_NUMERAL = f"[{''.join(_DIGITS)}十拾][{''.join(_DIGITS)}{''.join(_PLACES)}{''.join(_MYRIADS)}]*"
# Where a unit has several characters (公里, 小时, 美元), its first: a number is paired with the one character after it.
_UNITS = (
    "个家人名位条款项章节卷篇页号楼层届次年月日时分秒点元角块倍米里公英克吨斤亩顷平立度岁周级期批场台辆架艘颗株本册张件"
    "套户村镇县市省国种类所座栋间支队只头匹站集部代世强师团营连排班季天夜小多余美欧毫厘海"
)
_CLEAR = re.compile(rf"百分之(?P<percent>{_NUMERAL})|(?P<ordinal>第)?(?P<numeral>{_NUMERAL})(?P<unit>[{_UNITS}])?")
_LONGEST = 24
may_hold_numeral = re.compile(f"[{''.join(_DIGITS)}十拾]").search


def arabic_forms(run: str) -> Iterator[tuple[str, int, int]]:
    """Yield ``(term, start, end)`` for the numerals of ``run``, a stretch of Chinese characters without gaps.

    For 第二十三条: 第23, 23条 and 23. The bare number is left out for a numeral of one character (三家 gives 3家 only): it
    would stand in every text.
    """
    for match in _CLEAR.finditer(run):
        kind = "percent" if match["percent"] else "numeral"
        number = _value(match[kind])
        if number is None:
            continue
        start, end = match.span(kind)
        if kind == "percent":
            yield number + "%", match.start(), end
            continue
        if match["ordinal"]:
            yield "第" + number, match.start(), end
        if match["unit"]:
            yield number + match["unit"], start, match.end()
        if end - start > 1 and (match["ordinal"] or match["unit"]):
            yield number, start, end


def _value(numeral: str) -> str | None:
    """The numeral in digits, 万 or 亿 kept where it stands last (三十四亿: 34亿); ``None`` if it is not well formed."""
    if len(numeral) > _LONGEST:
        return None
    head = numeral.rstrip("万亿")
    if head != numeral:
        value = None if set(head) & set(_MYRIADS) else _value(head)
        return value and value + numeral[len(head) :]
    if set(numeral) <= set(_DIGITS):
        # Two digits without a place are vague (三五, 一二) rather than a number; three and more are read one by one.
        return "".join(str(_DIGITS[digit]) for digit in numeral) if len(numeral) != 2 else None
    total = 0
    for part, myriad in re.findall("([^万亿]+)([万亿]?)", numeral):
        section = _section(part)
        if section is None:
            return None
        total = total + section * _MYRIADS.get(myriad, 1)
    return str(total)


def _section(numeral: str) -> int | None:
    """A numeral below ten thousand said with its places: 一千零二十三 is 1023, 十二 is 12, 三百五 is 350."""
    total, place, digit, zero = 0, 10_000, None, False
    for character in numeral:
        if character in _PLACES:
            if _PLACES[character] >= place or digit == 0:
                return None
            place = _PLACES[character]
            total += (1 if digit is None else digit) * place
            digit, zero = None, False
        elif digit:
            return None
        else:
            digit = _DIGITS[character]
            zero = zero or digit == 0
    if digit is None:
        return total
    return total + digit * (place // 10 if 100 <= place <= 1000 and not zero else 1)
