"""The numbers that a word processor puts before paragraphs by itself: 第三条, 3.1, （二）, A.1.

They are no characters of the file: the file holds a pattern and the page shows what comes of counting. Counted here
as the page shows it, for the formats below. A bullet, a picture and any other format give no number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.documents.ooxml import W, switched_on, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LEVELS = 9
_HIGHEST = 100_000

_PLACEHOLDER = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it starts to count, its format, its pattern, what stands after it, and how many of
    the levels above (``restart``; None: all of them) set it back.
    """

    start: int
    format: str
    pattern: str
    suffix: str
    decimal: bool
    restart: int | None
    style: str


class Numbering:
    """Counts the paragraphs of one document. Give it the root of ``numbering.xml``, or nothing where there is none."""

    def __init__(self, root: Element | None) -> None:
        abstracts = {} if root is None else {one.get(f"{W}abstractNumId"): one for one in root.iter(f"{W}abstractNum")}
        numbers = {} if root is None else {one.get(f"{W}numId"): one for one in root.iter(f"{W}num")}
        self._list_of: dict[str, str] = {}
        self._levels: dict[str, dict[int, Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for number, element in numbers.items():
            one = element.find(f"{W}abstractNumId")
            key = "" if one is None else one.get(f"{W}val", "")
            key = _followed(key, abstracts)
            if number is not None and key in abstracts:
                self._list_of[number] = key
                self._levels[number] = _levels(abstracts[key]) | _overrides(element)
                self._starts[number] = _starts(element)

    def level_of_style(self, number: str, style: str) -> int:
        """The level of list ``number`` that is tied to the paragraph style ``style``; 0 where none is."""
        levels = self._levels.get(number, {})
        return next((at for at, level in levels.items() if level.style == style), 0)

    def count(self, number: str, at: int) -> str:
        """Count one more paragraph at level ``at`` of list ``number``; what the page shows before it, with the space
        after it. Empty where that is nothing or not known.
        """
        levels = self._levels.get(number)
        if levels is None or at not in levels:
            return ""
        counts = self._counts.setdefault(self._list_of[number], {})
        start = self._starts[number].pop(at, None)
        if start is not None:
            counts.pop(at, None)
        counts[at] = counts[at] + 1 if at in counts else (levels[at].start if start is None else start)
        for below in [other for other in counts if other > at]:
            restart = levels[below].restart if below in levels else None
            if restart is None or (restart > 0 and at < restart):
                del counts[below]
        return _shown(levels, counts, at)


def _followed(key: str, abstracts: Mapping[str | None, Element]) -> str:
    """The list that holds the levels of list ``key``: a list may refer to another by the name of a style."""
    link = abstracts[key].find(f"{W}numStyleLink") if key in abstracts else None
    if link is None:
        return key
    for other, abstract in abstracts.items():
        own = abstract.find(f"{W}styleLink")
        if own is not None and own.get(f"{W}val") == link.get(f"{W}val"):
            return other or key
    return key


def _levels(parent: Element) -> dict[int, Level]:
    return {whole(one.get(f"{W}ilvl")): _level(one) for one in parent.findall(f"{W}lvl")}


def _overrides(number: Element) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for one in number.findall(f"{W}lvlOverride"):
        found |= _levels(one)
    return found


def _starts(number: Element) -> dict[int, int]:
    return {
        whole(one.get(f"{W}ilvl")): whole(start.get(f"{W}val"), 1)
        for one in number.findall(f"{W}lvlOverride")
        if (start := one.find(f"{W}startOverride")) is not None
    }


def _level(element: Element) -> Level:
    def value(name: str, default: str = "") -> str:
        found = element.find(f"{W}{name}")
        return default if found is None else str(found.get(f"{W}val", default))

    restart = element.find(f"{W}lvlRestart")
    return Level(
        start=whole(value("start"), 1),
        format=value("numFmt", "decimal"),
        pattern=value("lvlText"),
        suffix=value("suff", "tab"),
        decimal=switched_on(element.find(f"{W}isLgl"), f"{W}val"),
        restart=None if restart is None else whole(restart.get(f"{W}val")),
        style=value("pStyle"),
    )


def _shown(levels: Mapping[int, Level], counts: dict[int, int], at: int) -> str:
    """The pattern of level ``at`` with the counts put in. A level above that has not been counted stands at its start,
    and from then on counts as begun.
    """
    level = levels[at]
    if level.format in ("bullet", "none") and not _PLACEHOLDER.search(level.pattern):
        return ""
    shown = level.pattern
    for match in _PLACEHOLDER.finditer(level.pattern):
        other = int(match[1]) - 1
        if other > at or other not in levels:
            return ""
        value = counts.setdefault(other, levels[other].start)
        text = written(value, "decimal" if level.decimal else levels[other].format)
        if text is None:
            return ""
        shown = shown.replace(match[0], text)
    return shown + ("" if level.suffix == "nothing" or not shown else " ")


def written(value: int, form: str) -> str | None:
    """``value`` in one of the standard's number formats; None if it is unknown or cannot write that value."""
    writer = _WRITERS.get(form)
    return writer(value) if writer is not None and 0 <= value <= _HIGHEST else None


def chinese(value: int, digits: str = _DIGITS, units: str = "十百千") -> str | None:
    """``value`` up to 9,999 as Chinese counts: 一百零五, 十二."""
    if value > 9999:
        return None
    text = "" if value else digits[0]
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            text += digits[digit] + (units[place - 1] if place else "")
        elif text and value % 10**place and not text.endswith("零"):
            text += "零"
    return text[1:] if text.startswith("一十") else text


def _roman(value: int) -> str | None:
    if not 0 < value < 4000:
        return None
    text = ""
    for size, letters in _ROMAN:
        text += letters * (value // size)
        value %= size
    return text


def _letters(value: int) -> str | None:
    return chr(64 + (value - 1) % 26 + 1) * ((value - 1) // 26 + 1) if 0 < value <= 780 else None


def _lower(writer: Callable[[int], str | None]) -> Callable[[int], str | None]:
    def write(value: int) -> str | None:
        text = writer(value)
        return None if text is None else text.lower()

    return write


def _cycle(signs: str) -> Callable[[int], str | None]:
    return lambda value: signs[value - 1] if 0 < value <= len(signs) else None


def _circled(value: int) -> str | None:
    return chr(0x2460 + value - 1) if 0 < value <= 20 else None


_WRITERS: dict[str, Callable[[int], str | None]] = {
    "none": lambda _: "",
    "decimal": str,
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": lambda value: str(value).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalHalfWidth": str,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda value: chr(0x2474 + value - 1) if 0 < value <= 20 else None,
    "decimalEnclosedFullstop": lambda value: chr(0x2488 + value - 1) if 0 < value <= 20 else None,
    "upperLetter": _letters,
    "lowerLetter": _lower(_letters),
    "upperRoman": _roman,
    "lowerRoman": _lower(_roman),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": lambda value: "".join(_DIGITS[int(digit)] for digit in str(value)),
    "taiwaneseDigital": lambda value: "".join(_DIGITS[int(digit)] for digit in str(value)),
    "chineseLegalSimplified": lambda value: chinese(value, _LEGAL, "拾佰仟"),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "ideographEnclosedCircle": lambda value: chr(0x3280 + value - 1) if 0 < value <= 10 else None,
}
