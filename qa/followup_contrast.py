"""The same Chinese question of something else: 那越南呢? 2022年呢? 那第二包呢? 乙方呢? 导演呢?

A part of :mod:`qa.followup`. What is named takes the place of its like in the last question: a time of a time, a number
of a number with the same noun, a name of a name, one side of another. Not covered: two things exchanged at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.followup_owned import attribute_asked, attribute_of, role_exchanged
from qa.phrases import Parsed, Phrase, Span, kinds_of, parse, phrases, segments, times
from qa.question import align

_NUMERAL = r"[一二三四五六七八九十百\d]+"
_NUMBERED = re.compile(rf"(?P<nth>第?){_NUMERAL}(?P<head>[\u4e00-\u9fff]{{1,3}})")
_PROPER = ("nr", "ns", "nt")


def of_another(what: str, base: Parsed) -> str | None:
    """``base`` asked of ``what``: of another number of its kind (第二包), another of its like, another side, or else
    what is asked of what ``base`` names.
    """
    return (
        _numbered(what, base)
        or attribute_of(what, base)
        or _contrasted(what, base)
        or attribute_asked(what, base)
        or role_exchanged(what, base)
    )


def _numbered(what: str, base: Parsed) -> str | None:
    """第二包 in place of 第一包, 二审 in place of 一审; the dictionary does not know them for words."""
    match = _NUMBERED.fullmatch(align(what))
    if match is None or times(align(what)):
        return None
    like = re.compile(rf"{'第' if match['nth'] else '(?<!第)'}{_NUMERAL}{match['head']}")
    found = list(like.finditer(base.folded))
    return base.text[: found[0].start()] + what + base.text[found[0].end() :] if len(found) == 1 else None


def _contrasted(what: str, base: Parsed) -> str | None:
    """``base`` asked of ``what``, which takes the place of its like; ``None`` where there is none."""
    folded = align(what)
    said = times(folded)
    text: str | None = base.text
    if said and said[0][1] == 0:
        past = max(end for _, start, end in said)
        if all(one[2] == two[1] for one, two in zip(said, said[1:], strict=False)):
            text = _timed(what, said, base)
            rest = what[past:]
            rest = rest[1:] if rest.startswith("的") else rest
            if not rest or text is None:
                return text
            return _contrasted(rest, parse(text))
    what = what[:-1] if folded.endswith("的") and len(folded) > 1 else what
    new = kinds_of(align(what))
    if new is None:
        return None
    old = _like_by_ending(new, base) or _like_by_kind(new, base)
    if old is None:
        return None
    changed = base.text[: old[0]] + what + base.text[old[1] :]
    hole = base.hole
    asked = base.folded[slice(*hole)] if hole else ""
    if new.kind == "number" and hole and hole[0] >= old[1] and asked.startswith("多少") and asked != "多少钱":
        # Another quantity has other units: 面积是多少平方公里, 人口是多少.
        moved = hole[0] + len(what) - (old[1] - old[0])
        changed = changed[: moved + 2] + changed[moved + hole[1] - hole[0] :]
    return changed


def _timed(what: str, said: Sequence[tuple[str, int, int]], base: Parsed) -> str:
    """``base`` at another time: each time in place of one as fine, or in front where there is none at all."""
    there = {name: (start, end) for name, start, end in reversed(times(base.folded))}
    if not there:
        return what[said[0][1] : said[-1][2]] + base.text
    text = base.text
    changes = []
    coarsest = min(there.values())
    for name, start, end in said:
        at = there.get(name)
        changes.append((at or (coarsest[1], coarsest[1]), what[start:end]))
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _like_by_ending(new: Phrase, base: Parsed) -> Span | None:
    """The words of ``base`` that end as ``new`` does and start otherwise: 出口量 for 进口量, 青江市 for 白河市."""
    best: tuple[int, bool, int, int, Span] | None = None
    for run in segments(base):
        for last in range(len(run)):
            for first in range(last + 1):
                start, end = run[first].start, run[last].end
                shared = _shared_end(base.folded[start:end], new.text)
                named = any(token.tag[:2] in _PROPER for token in run[first : last + 1])
                if not shared or named != _has_name(new):
                    continue
                # Of the same length, or else the longest: 新能源汽车, not 汽车, for 燃油车.
                rank = (shared, end - start == len(new.text), end, end - start, (start, end))
                best = rank if best is None or rank > best else best
    return best[4] if best else None


def _has_name(phrase: Phrase) -> bool:
    return any(token.tag[:2] in _PROPER for token in parse(phrase.text).tokens)


def _shared_end(one: str, two: str) -> int:
    """Characters that both end in; 0 where one is all of the other's end."""
    count = 0
    while count < min(len(one), len(two)) and one[-1 - count] == two[-1 - count]:
        count += 1
    return count if count < min(len(one), len(two)) else 0


def _like_by_kind(new: Phrase, base: Parsed) -> Span | None:
    """The last phrase of ``base`` of the kind of ``new``; for a name, else, the only name there is."""
    like = [phrase for phrase in phrases(base) if phrase.named == new.named]
    same = [phrase for phrase in like if new.kind and phrase.kind == new.kind]
    if same:
        return same[-1].start, same[-1].end
    return (like[0].start, like[0].end) if new.named and len(like) == 1 else None
