"""Lists as a person would cut them out of a text: all that is enumerated with 、, and no more.

Works on the text's own characters; knows no question, score or passage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from embeddings.folding import fold_text
from qa.tagging import tokenize

_ENUMERATION = re.compile(r"[^，,；;：:。！!？?、\n]+(?:、[^，,；;：:。！!？?、\n]+)+")
_CLOSED = re.compile(r"(?<![高中初同平均优相何])等(?!于|同|级|待|候|奖)")
LEADING = 6
"""Characters, at most, of the words that lead to the first item of a list."""


def whole_list(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` grown or cut to all items of the enumeration that it touches first, up to 等; as it is where there is
    none.

    The first item begins where the span does; where the span begins later, or with two or three words that lead to it
    (引领着 | 半导体、人工智能), with the last run of nouns before the first 、. What stands behind the enumeration and a comma is cut off
    where it tells of something done (党建、经济 | ,奋力谱写新篇).
    """
    found = next((one for one in _enumerations(text) if start < one.reach and one.low < end), None)
    if found is None:
        return start, end
    low, past = found.low, found.past
    head, tail = text.index("、", low, past), text.rindex("、", low, past)
    nouns = low + _last_nouns(text[low:head])
    first = max(start, low) if start < head else nouns
    if first == low and _leads(text[low:nouns]) and _tags(text[head + 1 : past])[:1] != ["v"]:
        first = nouns
    if past < found.reach:
        return first, past
    if end <= tail + 1:
        return first, _before_telling(text, head + 1 if start < head else low, tail + 1, past)
    rest = text[past + 1 : end]
    told = _tags(rest)[:1]
    return first, past if told and told[0] in "vdp" and "、" not in rest else end


def _before_telling(text: str, low: int, last: int, past: int) -> int:
    """Where the last item of a list ends, which begins at ``last``: before what is told of all, 米朵 | 组成的海澄队, where no item
    from ``low`` on holds a verb.
    """
    item = fold_text(text[last:past])
    if item.starts is not None or "v" in _tags(text[low:last]):
        return past
    told = next((token for token in tokenize(item.text) if token.tag[0] == "v" and len(token.text) > 1), None)
    return last + told.start if told and told.start else past


def _leads(text: str) -> bool:
    """Whether a text is a few words that lead to a list, the last of them no single character, which may be part of a name."""
    folded = fold_text(text)
    words = tokenize(folded.text) if folded.starts is None and 0 < len(text) <= LEADING else []
    return len(words) > 1 and (words[-1].tag[0] in "upc" or len(words[-1].text) > 1)


@dataclass(frozen=True, slots=True)
class _Enumeration:
    """What is enumerated with 、: items in ``[low, past)``; what they are, 等企业, up to ``reach``."""

    low: int
    past: int
    reach: int


def _enumerations(text: str) -> list[_Enumeration]:
    found = []
    for match in _ENUMERATION.finditer(text):
        low = match.start()
        for closed in _CLOSED.finditer(text, *match.span()):
            if "、" not in text[low : closed.start()]:
                continue
            further = "、" in text[closed.end() : match.end()]
            found.append(_Enumeration(low, closed.start(), closed.end() if further else match.end()))
            low = closed.end()
        if "、" in text[low : match.end()]:
            found.append(_Enumeration(low, match.end(), match.end()))
    return found


def _tags(text: str) -> list[str]:
    """First letters of the tags of a text's words."""
    folded = fold_text(text)
    return [] if folded.starts is not None else [token.tag[0] for token in tokenize(folded.text)]


def _last_nouns(item: str) -> int:
    """Where the last run of words that are no verb, preposition or particle begins."""
    folded = fold_text(item)
    tokens = [] if folded.starts is not None else tokenize(folded.text)
    begin = 0
    for token in tokens:
        if token.tag[0] in "vpdufc" and token.end < len(item):
            begin = token.end
    return begin
