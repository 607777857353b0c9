"""Whether a break between two lines tears a Chinese word or leaves a particle alone.

The only place in ``qa.documents`` that knows a dictionary: jieba's, loaded when it is first needed.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from math import log
from typing import Any

REACH = 6
"""Characters on each side of the break that are looked at; the longest common words have four."""
GAIN = 4.0
"""Nats that the straddling reading has to win over the split one. Over 5,000 pairs of a sentence's end and another
sentence's start in Chinese news, 0.06 % reach it; of sentences cut at random, 43 % do."""

_DANGLING = "和与及或在对将把被从向由为以并且而是着至使该其每各第更最很不没已仍也就还"
_LEANING = "的们了着得地"
_LISTING = "等和与及或"

_HAN_RUN_END = re.compile("[\u3400-\u9fff]*$")
_HAN_RUN_START = re.compile("[\u3400-\u9fff]*")


def straddles(a: str, b: str) -> bool:
    """Whether reading over the break between ``a`` and ``b`` gives a likelier sequence of words than stopping there."""
    return straddle_gain(a, b) >= GAIN


def unfinished(a: str, b: str) -> bool:
    """Whether ``a`` ends with a particle that asks for more, or ``b`` starts with one that leans on what went before.

    The particle has to be a word by itself there: 目的 and 的确 are none.
    """
    if a[-1] in _DANGLING and not any(_is_word(a[-size:]) for size in (2, 3, 4) if len(a) > size):
        return True
    leans = b[0] in _LEANING or (b[0] in _LISTING and "、" in a[-12:])
    return leans and not any(_is_word(b[:size]) for size in (2, 3, 4) if len(b) > size)


def _is_word(text: str) -> bool:
    return bool(_dictionary().FREQ.get(text))


def straddle_gain(a: str, b: str) -> float:
    """How much likelier, in nats, the best words over the break are than the best words that respect it; 0 and up.

    Unigram model over jieba's dictionary. 0 where no dictionary word straddles the break.
    """
    left = _HAN_RUN_END.search(a[-REACH:])
    right = _HAN_RUN_START.match(b[:REACH])
    if left is None or right is None or not left.group() or not right.group():
        return 0.0
    tail, head = left.group(), right.group()
    return _best(tail + head) - _best(tail) - _best(head)


def _best(text: str) -> float:
    """Log-probability of the likeliest words for ``text``."""
    dictionary = _dictionary()
    frequency, total = dictionary.FREQ, log(dictionary.total)
    best = [0.0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        best[end] = max(
            best[start] + log(frequency.get(text[start:end]) or 1) - total
            for start in range(max(0, end - 8), end)
            if start == end - 1 or frequency.get(text[start:end])
        )
    return best[len(text)]


@cache
def _dictionary() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer
