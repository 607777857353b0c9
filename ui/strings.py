"""Every sentence and label that a person reads, by its key, and how values are written in them.

The words stand in ``ui.wording``, by subject. Each entry is ``(Chinese, English)``; ``{field}`` stands for a value.
English plurals: ``{count|document|documents}`` picks a word by ``count``. This module knows no page, terminal, answer
or document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from ui.escape import one_line
from ui.wording import errors, kept, page, reasons, shelf, terminal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

ERRORS = errors.TEXTS
REASONS = reasons.REASONS
TEXTS = {**page.TEXTS, **shelf.TEXTS, **kept.TEXTS, **terminal.TEXTS}

# fmt: off
UPLOAD_EXAMPLE = "curl -F file=@report.pdf http://127.0.0.1:7860/api/documents"
REQUEST_EXAMPLE = '{"question": "谁宣布了西洽会开幕？"}'

BYLINE = r"(?:[\u4e00-\u9fff]{0,4}(?:记者|作者|通讯员|撰文)|文)[\s:：/]+([\u4e00-\u9fff·]{2,4}(?:[\s、,，]+[\u4e00-\u9fff·]{2,4}){0,5})"
"""How a Chinese byline names its authors (group 1)."""

DATE = (
    r"(?:19|20)\d{2}\s?年(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?)?|(?<!\d)(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|(?<![\d.])(?:19|20)\d{2}(?=\D{0,2}(?:\.\w+)?$)"
)
"""A date with its year as documents write it; at the end of a title or file name a year alone."""

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "000_dcd0a74a8a6b0edf.txt": ("有多少家世界500强落户重庆？", "谁宣布了西洽会开幕？", "激光打靶体验在哪个展位？", "西洽会的门票多少钱？"),
}
"""Questions to try, by the name of a document that ships with the project. The last is one that it does not answer."""
# fmt: on

SHEETS = frozenset({"xlsx", "ods"})
"""Formats whose pages are called sheets."""

_FIELD = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
_BYTES = frozenset({"file_too_large", "file_expands", "file_memory", "request_too_large", "turn_large"})
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_RANGE = re.compile(r"\s*(zh|en)(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.IGNORECASE)
_HEADER_LIMIT = 1000
_VALUE_LIMIT = 300


def sentence(code: str, lang: str, **fields: object) -> str:
    """The sentence for an error's ``code`` and ``fields``, in ``lang`` (``zh`` or ``en``).

    A code without a sentence gives that of ``internal``. Values are cut at 300 characters and hold no control
    characters.
    """
    if code in _BYTES:
        fields = {name: size(value) if isinstance(value, int) else value for name, value in fields.items()}
    reason = fields.get("reason")
    if isinstance(reason, str) and reason in REASONS:
        fields = {**fields, "reason": REASONS[reason][1 if lang == "en" else 0]}
    if isinstance(fields.get("port"), int):
        port = int(str(fields["port"]))
        fields = {**fields, "port": str(port), "next": str(port + 1 if port < 65535 else port - 1)}
    return _filled(
        ERRORS.get(code, ERRORS["internal"]),
        lang,
        {"example": REQUEST_EXAMPLE, "upload_example": UPLOAD_EXAMPLE, **fields},
    )


def text(key: str, lang: str, **fields: object) -> str:
    """The label or sentence named ``key`` in ``lang`` (``zh`` or ``en``).

    :raises KeyError: if there is none: the caller misspelt it.
    """
    return _filled(TEXTS[key], lang, fields)


def notice(code: str, lang: str, *, page: int, detail: str, format: str = "") -> str:
    """The sentence of a notice about a file of ``format``, with its page, or sheet, where it is about one."""
    said = text(f"notice_{code}", lang, detail=detail)
    key = "notice_at_sheet" if format in SHEETS else "notice_at"
    return text(key, lang, page=page, notice=said) if page else said


def pages_key(format: str) -> Literal["report_pages", "report_sheets"]:
    """The key of the words that count the pages, or sheets, of a file of ``format``."""
    return "report_sheets" if format in SHEETS else "report_pages"


def moment(seconds: float, lang: str) -> str:
    """A time, in seconds since 1970, as date and minute where this program runs."""
    at = datetime.fromtimestamp(seconds)
    if lang == "en":
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def moment_short(seconds: float, now: float, lang: str) -> str:
    """A time as a list shows it: the minute if it was today, else the day, with its year if that is another."""
    at, today = datetime.fromtimestamp(seconds), datetime.fromtimestamp(now)
    if at.date() == today.date():
        return f"{at:%H:%M}"
    year = at.year if at.year != today.year else None
    if lang == "en":
        return f"{at.day} {_MONTHS[at.month - 1]}" + (f" {year}" if year else "")
    return (f"{year}年" if year else "") + f"{at.month}月{at.day}日"


def confidence_words(probability: float, lang: str) -> str:
    """A calibrated probability in [0, 1] in words."""
    if probability >= 0.9:
        key = "sure_high"
    elif probability >= 0.75:
        key = "sure_good"
    else:
        key = "sure_fair" if probability >= 0.5 else "sure_low"
    return text(key, lang)


def choose_language(accept_language: str | None) -> Lang:
    """The page's language for an HTTP ``Accept-Language`` header: English where it ranks above Chinese, else Chinese.

    Follows RFC 9110 § 12.5.4; what does not parse is skipped.
    """
    ranked: list[tuple[float, int, Lang]] = []
    for place, part in enumerate((accept_language or "")[:_HEADER_LIMIT].split(",")):
        match = _RANGE.fullmatch(part)
        if match and (weight := float(match[2] or 1)):
            ranked.append((-weight, place, "en" if match[1].lower() == "en" else "zh"))
    return min(ranked)[2] if ranked else "zh"


def examples_for(names: Iterable[str]) -> tuple[str, ...]:
    """Questions to try for a library of documents with these names; empty where we know none of them."""
    return next((EXAMPLES[name] for name in names if name in EXAMPLES), ())


def _filled(words: tuple[str, str], lang: str, fields: Mapping[str, object]) -> str:
    def fill(match: re.Match[str]) -> str:
        value = fields.get(match[1], "?")
        if match[2] is not None:
            return match[2] if value == 1 else match[3]
        return _value(value, lang)

    return _FIELD.sub(fill, words[1 if lang == "en" else 0])


def _value(value: object, lang: str) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple | set | frozenset):
        return (", " if lang == "en" else "、").join(_value(item, lang) for item in sorted(map(str, value)))
    return one_line(str(value), limit=_VALUE_LIMIT)


def size(size: int) -> str:
    """A number of bytes with its unit, powers of 1,024."""
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= factor:
            return f"{size / factor:,.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"
