"""A number and the format of its cell -> the characters that a spreadsheet shows.

Covered: digits, thousands, decimals, scaling, percent, exponent, literal text and currency, sections by sign or by a
condition, dates, times and elapsed times, weekdays and months in Chinese and English. Formats that depend on where the
program runs are shown as in China (14 is 2024/3/1). Not covered: fractions, which are shown as decimals; Chinese
numerals ([DBNum1]), shown as digits; the width of the column.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "General",
    13: "General", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"',
    30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 41: "#,##0;-#,##0;-;@", 42: "¥#,##0;-¥#,##0;-;@",
    43: "#,##0.00;-#,##0.00;-;@", 44: "¥#,##0.00;-¥#,##0.00;-;@", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: 'm"月"d"日"', 55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""The formats that files name by a number only."""

_TOKEN = re.compile(
    r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|上午/下午|General|E[+-]|y+|m+|d+|h+|s+|a{3,}|\.0+|[0#?]+|.',
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = "一二三四五六日"
_LONGEST = 400
_WIDTH = 11
_DATES = (-1, 2_958_466)


def display(value: float, code: str, *, since_1904: bool = False) -> str:
    """``value`` as the format ``code`` shows it. A code that cannot be followed shows the plain number."""
    if len(code) > _LONGEST:
        return general(value)
    section, shown, signed = _section(value, _sections(code))
    tokens = _tokens(section)
    if not tokens:
        return ""
    if any(token.lower() == "general" for token in tokens):
        text = general(shown)
        return "".join(text if token.lower() == "general" else _literal(token) for token in tokens)
    if _is_date(tokens):
        return _date(value, tokens, since_1904)
    number = _number(shown, tokens)
    return general(value) if number is None else ("-" if signed and number else "") + number


def general(value: float) -> str:
    """``value`` in the format General: an integer as it is, any other number in eleven characters."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if not 1e-4 <= abs(value) < 1e11:
        mantissa, _, exponent = f"{value:.5E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    places = max(0, _WIDTH - 1 - len(str(int(abs(value)))))
    return _trimmed(_rounded(value, places))


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: float, places: int) -> str:
    """``value`` with so many places, halves away from zero as spreadsheets round."""
    exact = Decimal(f"{value:.15g}")
    return f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[str, ...]:
    """The parts of a format between semicolons that are not in quotes."""
    parts, current = [], ""
    for token in _TOKEN.findall(code):
        if token == ";":
            parts.append(current)
            current = ""
        else:
            current += token
    return (*parts, current)


@lru_cache(maxsize=1024)
def _tokens(section: str) -> tuple[str, ...]:
    return tuple(token for token in _TOKEN.findall(section) if not _CONDITION.fullmatch(token))


def _section(value: float, sections: tuple[str, ...]) -> tuple[str, float, bool]:
    """The section that shows ``value``, the value that it shows, and whether a minus goes before it."""
    conditions = [_CONDITION.search(section) for section in sections[:2]]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=False):
            if condition is None or _holds(value, condition):
                return section, abs(value), value < 0
        return sections[-1], abs(value), value < 0
    if value < 0 and len(sections) > 1:
        return sections[1], -value, False
    if value == 0 and len(sections) > 2:
        return sections[2], 0.0, False
    return sections[0], abs(value), value < 0


def _holds(value: float, condition: re.Match[str]) -> bool:
    try:
        limit = float(condition[2])
    except ValueError:
        return False
    return {
        "<": value < limit,
        ">": value > limit,
        "<=": value <= limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[condition[1]]


def _literal(token: str) -> str:
    """What a token that is no placeholder shows."""
    if token[0] == '"':
        return token[1:].removesuffix('"')
    if token[0] == "\\":
        return token[1:]
    if token[0] in "_*":
        return " " if token[0] == "_" else ""
    if token[0] == "[":
        currency = _CURRENCY.fullmatch(token)
        return currency[1] if currency else ""
    return "" if token == "@" else token


def _number(value: float, tokens: tuple[str, ...]) -> str | None:
    """``value``, not below zero, laid out by ``tokens``; None if they hold what is not understood."""
    digits = [i for i, token in enumerate(tokens) if _is_digits(token)]
    if "/" in tokens and digits:
        return None
    if not digits:
        return "".join(general(value) if token == "@" else _literal(token) for token in tokens).strip()
    first, last = digits[0], digits[-1]
    after = last + 1
    while after < len(tokens) and tokens[after] == ",":
        after += 1
    value *= 100.0 ** tokens.count("%") / 1000.0 ** (after - last - 1)
    try:
        text = _digits(value, tokens[first : last + 1])
    except InvalidOperation:
        return None
    around = [_literal(token) for token in tokens[:first]], [_literal(token) for token in tokens[after:]]
    return "".join([*around[0], text, *around[1]]).strip()


def _is_digits(token: str) -> bool:
    return token[0] in "0#?" or bool(re.fullmatch(r"\.0+", token))


def _digits(value: float, tokens: tuple[str, ...]) -> str:
    """``value`` laid out by ``tokens``, the first and the last of which are digits."""
    core = "".join(token for token in tokens if token[0] in "0#?.,")
    exponent = next((i for i, token in enumerate(tokens) if token[:2].upper() in ("E+", "E-")), None)
    if exponent is not None:
        mantissa = "".join(tokens[:exponent]).partition(".")[2]
        width = len("".join(tokens[exponent + 1 :]))
        number, _, power = f"{value:.{len(mantissa)}E}".partition("E")
        sign = "-" if power[0] == "-" else tokens[exponent][1].replace("-", "")
        return f"{number}E{sign}{abs(int(power)):0{width}d}"
    if "." in core or "," in core or all(token[0] in "0#?." for token in tokens):
        return _fixed(value, core)
    return _spread(_fixed(value, core), tokens)


def _spread(number: str, tokens: tuple[str, ...]) -> str:
    """The digits of ``number`` put in the places of ``tokens`` from the right: 000-0000-0000."""
    shown = ""
    for at in range(len(tokens) - 1, -1, -1):
        if not _is_digits(tokens[at]):
            shown = _literal(tokens[at]) + shown
            continue
        first = not any(map(_is_digits, tokens[:at]))
        cut = 0 if first else max(0, len(number) - len(tokens[at]))
        number, shown = number[:cut], number[cut:] + shown
    return shown


def _fixed(value: float, core: str) -> str:
    whole, _, decimals = core.partition(".")
    decimals = re.sub(r"[^0#?]", "", decimals)
    text = _rounded(value, len(decimals))
    number, _, rest = text.partition(".")
    keep = max((i + 1 for i, sign in enumerate(decimals) if sign == "0"), default=0)
    rest = rest[:keep] + rest[keep:].rstrip("0")
    number = number.zfill(whole.count("0")) if whole.count("0") else number.lstrip("0")
    if re.search(r"[0#?],[0#?]", whole):
        number = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", number)
    return number + (f".{rest}" if rest else "")


def _is_date(tokens: tuple[str, ...]) -> bool:
    return any(
        re.fullmatch(r"y+|m+|d+|h+|s+|a{3,}|AM/PM|A/P|上午/下午", token, re.IGNORECASE) or _ELAPSED.fullmatch(token)
        for token in tokens
    ) and not any(token[0] in "#?" for token in tokens)


def _date(value: float, tokens: tuple[str, ...], since_1904: bool) -> str:
    moment = to_datetime(value, since_1904=since_1904)
    if moment is None:
        return general(value)
    halves = any(token.upper() in ("AM/PM", "A/P") or token == "上午/下午" for token in tokens)
    shown = []
    for i, token in enumerate(tokens):
        elapsed = _ELAPSED.fullmatch(token)
        if elapsed:
            unit = {"h": 24, "m": 1440, "s": 86400}[elapsed[1][0].lower()]
            shown.append(str(int(value * unit + 1e-6)).zfill(len(elapsed[1])))
        else:
            shown.append(_date_part(moment, token, halves=halves, minutes=_means_minutes(tokens, i)))
    return "".join(shown).strip()


def _means_minutes(tokens: tuple[str, ...], i: int) -> bool:
    """Whether the ``m`` at ``i`` stands for minutes: hours come before it, or seconds after it."""
    before = next((t[0].lower() for t in reversed(tokens[:i]) if re.match(r"[ymdhs]|\[[hms]", t, re.IGNORECASE)), "")
    back = next((t for t in reversed(tokens[:i]) if re.match(r"[ymdhs]|\[[hms]", t, re.IGNORECASE)), "")
    after = next((t[0].lower() for t in tokens[i + 1 :] if re.match(r"[ymdhs]", t, re.IGNORECASE)), "")
    return before == "h" or back.lower().startswith("[h") or after == "s"


def _date_part(moment: datetime, token: str, *, halves: bool, minutes: bool) -> str:
    low, size = token.lower(), len(token)
    hour = (moment.hour % 12 or 12) if halves else moment.hour
    if re.fullmatch("y+", low):
        return f"{moment.year:04d}" if size > 2 else f"{moment.year % 100:02d}"
    if re.fullmatch("m+", low):
        if minutes and size <= 2:
            return f"{moment.minute:0{size}d}"
        name = _MONTHS[moment.month - 1]
        return f"{moment.month:0{size}d}" if size <= 2 else name[:3] if size == 3 else name[:1] if size == 5 else name
    if re.fullmatch("d+", low):
        name = _DAYS[moment.weekday()]
        return f"{moment.day:0{size}d}" if size <= 2 else name[:3] if size == 3 else name
    if re.fullmatch("a{3,}", low):
        return ("星期" if size > 3 else "") + _WEEK[moment.weekday()]
    if re.fullmatch("h+", low):
        return f"{hour:0{min(size, 2)}d}"
    if re.fullmatch("s+", low):
        return f"{moment.second:0{min(size, 2)}d}"
    if re.fullmatch(r"\.0+", low):
        return f"{moment.microsecond / 1e6:.{size - 1}f}"[1:]
    if low in ("am/pm", "a/p"):
        return ("AM" if moment.hour < 12 else "PM")[: 2 if low == "am/pm" else 1]
    if token == "上午/下午":
        return "上午" if moment.hour < 12 else "下午"
    return _literal(token)


def to_datetime(value: float, *, since_1904: bool = False) -> datetime | None:
    """The moment that the number of days ``value`` stands for; None beyond the calendar. Day 60 of the calendar that
    begins in 1900 does not exist, so days before it are one less.
    """
    if not _DATES[0] < value < _DATES[1]:
        return None
    epoch = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)
    moment = epoch + timedelta(days=value)
    whole = moment.replace(microsecond=0)
    near = moment.microsecond
    if near >= 999_500:
        return whole + timedelta(seconds=1)
    return whole if near <= 500 else moment
