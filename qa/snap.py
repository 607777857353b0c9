"""Grows or trims a span that a network marked to what a person would cut out: whole words, numbers with their units,
whole dates, closed brackets, no stops at its ends.

Works on the text's own characters; knows no question, score or passage.
"""

from __future__ import annotations

import re

from embeddings.folding import fold_text
from qa.spans import find_typed
from qa.tagging import tokenize

_EDGE = "。！？；，、,;!?：: \t\r\n\u3000"
_OPENING = "“‘「『《〈（([【"
_CLOSING = "”’」』》〉）)]】"
_PARTICLES = "的了着是在于为"
_DATE = re.compile(r"\d{2,4}年\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]")
SIDE = 40
"""Characters looked at on each side of a span."""


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` in ``text``, not empty, snapped. Never empty; never more than :data:`SIDE` characters wider a
    side.
    """
    low, high = max(0, start - SIDE), min(len(text), end + SIDE)
    folded = fold_text(text[low:high])
    if folded.starts is not None:
        return _trimmed(text, start, end)
    first, past = start - low, end - low
    first, past = _whole(folded.text, first, past)
    return _balanced(text, *_trimmed(text, first + low, past + low))


def _whole(folded: str, first: int, past: int) -> tuple[int, int]:
    """The span grown to the ends of the number, date or word that it cuts."""
    typed = [(item.start, item.end) for item in find_typed(folded) if item.type in ("number", "date")]
    typed += [match.span() for match in _DATE.finditer(folded)]
    words = [
        (token.start, token.end) for token in tokenize(folded) if token.end - token.start <= 4 or token.text.isascii()
    ]
    for start, end in typed:
        if first < end and start < past and (start < first or past < end):
            first, past = min(first, start), max(past, end)
    for start, end in words:
        if start < first < end:
            first = start
        if start < past < end:
            past = end
    return first, past


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without stops, white space at either end, unless nothing else is in it."""
    part = text[start:end]
    bare = part.strip(_EDGE)
    if not bare:
        return start, end
    start += len(part) - len(part.lstrip(_EDGE))
    return start, start + len(bare)


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """A bracket that opens or closes in the span alone: drop it at the end of the span, else grow to its partner."""
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        part = text[start:end]
        opened, closed = part.count(opening), part.count(closing)
        if opened > closed:
            if part.endswith(opening):
                end -= 1
            elif text[end : end + 1] == closing:
                end += 1
            elif part.startswith(opening):
                start += 1
        elif closed > opened:
            if part.startswith(closing):
                start += 1
            elif text[start - 1 : start] == opening:
                start -= 1
            elif part.endswith(closing):
                end -= 1
    return start, end
