"""Whether a break between two lines tears a Chinese word apart or leaves a particle alone.

The only place in ``qa.documents`` that knows a dictionary: the one that the index uses, loaded when first needed.
Both scripts, since text is folded to simplified characters to be looked up.
"""

from __future__ import annotations

import re
from functools import cache
from math import log

REACH = 6
"""Characters on each side of the break that are looked at; the longest common words have four."""
GAIN = 4.0
"""Nats that the straddling reading has to win over the split one. Over 5,000 pairs of a sentence's end and another
sentence's start in Chinese news, 0.06 % reach it; of sentences cut at random, 43 % do."""

_DANGLING = "和与及或在对将把被从向由为以并且而是着至使该其每各第更最很不没已仍也就还"
_LEANING = "的们了着得地"
_LISTING = "等和与及或"
_LONGEST = 8

_RUN_END = re.compile("[\u3400-\u9fff]*$")
_RUN_START = re.compile("[\u3400-\u9fff]*")


def straddles(a: str, b: str) -> bool:
    """Whether reading over the break between ``a`` and ``b`` gives a likelier sequence of words than stopping there."""
    return straddle_gain(a, b) >= GAIN


def straddle_gain(a: str, b: str) -> float:
    """How much likelier, in nats, the best words over the break are than the best words that respect it; 0 and up.

    Unigram model over the dictionary. 0 where no dictionary word straddles the break.
    """
    tail, head = _runs(a, b)
    if not tail or not head:
        return 0.0
    return _best(tail + head) - _best(tail) - _best(head)


def unfinished(a: str, b: str) -> bool:
    """Whether ``a`` ends with a particle that asks for more, or ``b`` starts with one that leans on what went before.

    The particle has to be a word by itself there: 目的 and 的确 are none.
    """
    tail, head = _runs(a, b)
    if tail[-1:] in _DANGLING and tail and not any(_is_word(tail[-size:]) for size in range(2, len(tail) + 1)):
        return True
    if not head:
        return False
    leans = head[0] in _LEANING or (head[0] in _LISTING and "、" in a[-2 * REACH :])
    return leans and not any(_is_word(head[:size]) for size in range(2, len(head) + 1))


def _runs(a: str, b: str) -> tuple[str, str]:
    """The Chinese characters up to the break and those after it, as the dictionary writes them."""
    from embeddings.segment import fold

    left, right = _RUN_END.search(a[-REACH:]), _RUN_START.match(b[:REACH])
    return fold(left.group() if left else ""), fold(right.group() if right else "")


def _is_word(text: str) -> bool:
    from embeddings.chinese import counts

    return bool(counts().get(text))


def _best(text: str) -> float:
    """Log-probability of the likeliest words for ``text``; a character that is no word counts once."""
    from embeddings.chinese import counts

    count_of, total = counts().get, _total()
    best = [0.0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        best[end] = max(
            best[start] + log(count_of(text[start:end]) or 1) - total
            for start in range(max(0, end - _LONGEST), end)
            if start == end - 1 or count_of(text[start:end])
        )
    return best[len(text)]


@cache
def _total() -> float:
    from embeddings.chinese import counts

    return log(sum(counts().values()))
