"""Glyphs -> pieces of lines: text with the boxes it stands in, spaces put where they are seen.

A piece is a row of places in the page's :class:`qa.documents.pdf_glyphs.Glyphs`. Whatever can be told for all glyphs at
once is; loops go over pieces, and over those neighbours at which something may happen. Knows no column, table or
paragraph.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

import numpy as np

from qa.documents import marks
from qa.documents.pdf_glyphs import Bools, Floats, GlyphPage, Glyphs, Ints, text_of
from qa.documents.pdf_lines import Line
from qa.types import Region

BREAK = 0.6
"""Sizes of a gap in a line from which on the pieces beside it may belong to different columns or cells."""
WALLS = 2000
"""Upright lines of a page that part the text beside them."""
DRIFT = 0.4
"""Sizes by which the place of a character, taken in proportion from its region, may be off."""
HAIR = 1e-9
"""Points a character: by less than this, two ways of reckoning the same may differ."""

_MARKER = re.compile(r"[•·●○■□◆◇▪▫►▶✓✔★☆※◎‣⁃∙\uf000-\uf0ff]|(?:\d{1,3}|[a-zA-Z])[.)）、．]|[（(]\w{1,3}[)）]|[①-⑳]")


def pieces(page: GlyphPage) -> list[Line]:
    """The pieces of the lines of ``page``, cut wherever a gap is wide, in no special order."""
    glyphs = page.glyphs
    rows = _rows(glyphs, _runs(glyphs, np.flatnonzero(glyphs.turn == 0)))
    found = [*_cut(rows, page), *_runs(glyphs, np.flatnonzero(glyphs.turn != 0))]
    return _lines(found, page) if found else []


def _runs(glyphs: Glyphs, places: Ints) -> list[Ints]:
    """Glyphs that follow each other in the file and on the line."""
    if not len(places):
        return []
    return np.split(places, np.flatnonzero(~_goes_on(glyphs, places[:-1], places[1:])) + 1)


def _goes_on(glyphs: Glyphs, a: Ints, b: Ints) -> Bools:
    """Of which pairs the second goes on from the first."""
    size = np.maximum(glyphs.size[a], glyphs.size[b])
    ax0, ay0, ax1, ay1 = glyphs.x0[a], glyphs.y0[a], glyphs.x1[a], glyphs.y1[a]
    bx0, by0, by1 = glyphs.x0[b], glyphs.y0[b], glyphs.y1[b]
    shared = np.minimum(ay1, by1) - np.maximum(ay0, by0)
    gap = bx0 - ax1
    level = (shared > 0.5 * np.minimum(ay1 - ay0, by1 - by0)) & (-0.7 * size < gap) & (gap < BREAK * size)
    near = (np.abs(ax0 - bx0) < 2 * size) & (np.abs(ay0 - by0) < 2 * size)
    joined: Bools = (glyphs.turn[a] == glyphs.turn[b]) & np.where(glyphs.turn[a] != 0, near, level)
    return joined


@dataclass(slots=True)
class _Row:
    """Runs at one height. ``top`` and ``bottom`` are those of the first, as are ``base`` and ``size`` of its glyph."""

    top: float
    bottom: float
    base: float
    size: float
    x0: float
    x1: float
    runs: list[Ints]


def _rows(glyphs: Glyphs, runs: Sequence[Ints]) -> list[Ints]:
    """Runs at one height together, each row from left to right."""
    rows: list[_Row] = []
    for base, run, row in sorted(_as_rows(glyphs, runs), key=lambda entry: entry[0]):
        for other in rows[-1:-12:-1]:
            shared = min(other.bottom, row.bottom) - max(other.top, row.top)
            if (
                shared > 0.6 * min(other.bottom - other.top, row.bottom - row.top)
                and abs(other.base - base) < 0.5 * max(other.size, row.size)
                and not _overlaid(glyphs, other, run)
            ):
                other.runs.append(run)
                other.x0, other.x1 = min(other.x0, row.x0), max(other.x1, row.x1)
                break
        else:
            rows.append(row)
    return [_ordered(glyphs, row.runs) for row in rows]


def _as_rows(glyphs: Glyphs, runs: Sequence[Ints]) -> Iterator[tuple[float, Ints, _Row]]:
    """Each run with its lowest baseline, and as a row of its own."""
    if not runs:
        return
    order = np.concatenate(runs)
    starts = np.cumsum([0, *map(len, runs[:-1])])
    columns = (
        np.maximum.reduceat(glyphs.base[order], starts),
        np.minimum.reduceat(glyphs.y0[order], starts),
        np.maximum.reduceat(glyphs.y1[order], starts),
        glyphs.base[order[starts]],
        glyphs.size[order[starts]],
        np.minimum.reduceat(glyphs.x0[order], starts),
        np.maximum.reduceat(glyphs.x1[order], starts),
    )
    for run, (lowest, top, bottom, base, size, x0, x1) in zip(runs, np.stack(columns, axis=1).tolist(), strict=True):
        yield lowest, run, _Row(top, bottom, base, size, x0, x1, [run])


def _ordered(glyphs: Glyphs, runs: Sequence[Ints]) -> Ints:
    """From left to right; glyphs that overlap a little stay as the file has them."""
    row = runs[0] if len(runs) == 1 else np.concatenate(runs)
    lefts = glyphs.x0[row]
    if (lefts[:-1] <= lefts[1:]).all():
        return row
    places = np.empty(len(row))
    start, last = 0, -1
    for run in runs:
        end = start + len(run)
        places[start:end] = np.maximum.accumulate(lefts[start:end])
        if last >= 0 and _goes_on(glyphs, np.array([last]), run[:1])[0]:
            places[start:end] = np.maximum(places[start:end], places[start - 1])
        start, last = end, int(run[-1])
    return row[np.argsort(places, kind="stable")]


def _overlaid(glyphs: Glyphs, row: _Row, run: Ints) -> bool:
    """Whether the run lies over text of the row: a hidden mark, or a line drawn through another."""
    left, right = glyphs.x0[run[0]], glyphs.x1[run].max()
    if right <= row.x0 or left >= row.x1:
        return False
    under = 0.0
    for other in row.runs:
        x0, x1 = glyphs.x0[other], glyphs.x1[other]
        met = (x1 > left) & (x0 < right)
        under += float((np.minimum(x1[met], right) - np.maximum(x0[met], left)).sum())
    return bool(under > 0.5 * (right - left))


def _cut(rows: Sequence[Ints], page: GlyphPage) -> Iterator[Ints]:
    """Rows cut at their wide gaps and at upright lines; letters that are spaced out evenly stay together."""
    if not rows:
        return
    glyphs = page.glyphs
    order = np.concatenate(rows)
    x0, x1, size = glyphs.x0[order], glyphs.x1[order], glyphs.size[order]
    walls = sorted({(round(rule.x0, 1), rule.y0, rule.y1) for rule in page.rules if not rule.level})[:WALLS]
    middles = x0 + 0.5 * (x1 - x0)
    standing = np.array([wall[0] for wall in walls])
    parted = np.searchsorted(standing, middles[1:], "left") > np.searchsorted(standing, middles[:-1], "right")
    larger = np.maximum(size[:-1], size[1:])
    maybe = np.append([False], parted | (x0[1:] - x1[:-1] > BREAK * larger))
    start = 0
    for row in rows:
        end = start + len(row)
        looked_at = np.flatnonzero(maybe[start + 1 : end]) + start + 1
        if not len(looked_at):
            yield row
            start = end
            continue
        usual = _usual_gap(x0[start:end], x1[start:end], size[start])
        middle = (glyphs.y0[row[0]] + glyphs.y1[row[0]]) / 2
        here = [x for x, top, bottom in walls if top < middle < bottom]
        first = start
        for i in looked_at.tolist():
            gap = x0[i] - x1[first:i].max()
            walled = any(middles[i - 1] < x < middles[i] for x in here)
            apart = gap > max(BREAK * larger[i - 1], 1.6 * usual)
            marker = apart and gap < 3.5 * size[i] and _is_marker(glyphs.code[order[first:i]])
            if walled or (apart and not marker):
                yield order[first:i]
                first = i
        yield order[first:end]
        start = end


def _is_marker(codes: Ints) -> bool:
    """Whether the run is the marker of a list item, which stays with it."""
    return len(codes) <= 5 and _MARKER.fullmatch(text_of(codes)) is not None


def _usual_gap(x0: Floats, x1: Floats, size: float) -> float:
    """The gap between neighbours on a row where its letters are spaced out evenly; 0 where they are not.

    ``size`` is that of its first letter.
    """
    gaps = x0[1:] - x1[:-1]
    if len(gaps) < 5:
        return 0.0
    usual = median(gaps.tolist())
    even = np.count_nonzero(np.abs(gaps - usual) < 0.12 * size) >= 0.65 * len(gaps)
    return max(0.0, usual) if even else 0.0


def _lines(found: Sequence[Ints], page: GlyphPage) -> list[Line]:
    """Each of ``found`` as a line."""
    order = np.concatenate(found)
    glyphs = page.glyphs.at(order)
    starts = np.cumsum([0, *map(len, found)])
    spaces = _spaces(glyphs, starts)
    places = np.arange(len(order)) + np.cumsum(spaces)
    letters = np.full(len(order) + int(spaces.sum()), 0x20, np.int64)
    letters[places] = glyphs.code
    text = text_of(letters)
    sizes = _middle_sizes(glyphs.size, starts)
    edges = (np.minimum.reduceat(column, starts[:-1]) for column in (glyphs.x0, glyphs.y0))
    ends = (np.maximum.reduceat(column, starts[:-1]) for column in (glyphs.x1, glyphs.y1))
    bold, mono = (np.add.reduceat(column.astype(np.intp), starts[:-1]) for column in (glyphs.bold, glyphs.mono))
    counts = np.diff(starts)
    columns = [*edges, *ends, sizes, bold > 0.7 * counts, mono > 0.6 * counts, glyphs.turn[starts[:-1]]]
    ahead = places[starts[:-1]].tolist()
    boxes = _boxes(glyphs, starts, places, page)
    return [
        Line(text[first:end], tuple(parts), page.number, *rest)
        for first, end, parts, rest in zip(
            ahead,
            [*ahead[1:], len(text)],
            boxes,
            zip(*(column.tolist() for column in columns), strict=True),
            strict=True,
        )
    ]


def _middle_sizes(size: Floats, starts: Ints) -> Floats:
    """Of each piece, the size in the middle of its glyphs' sizes."""
    sizes = np.minimum.reduceat(size, starts[:-1])
    for i in np.flatnonzero(sizes != np.maximum.reduceat(size, starts[:-1])).tolist():
        own = np.sort(size[starts[i] : starts[i + 1]])
        sizes[i] = own[len(own) // 2]
    return sizes


def _spaces(glyphs: Glyphs, starts: Ints) -> Bools:
    """Before which glyphs a space is seen. Beside Chinese it takes a wide gap, or a space in the file.

    None is before the first of a piece.
    """
    codes, like = np.unique(glyphs.code, return_inverse=True)
    wide = np.array([marks.is_wide(chr(code)) for code in codes.tolist()], np.intp)[like]
    gap = np.append([0.0], glyphs.x0[1:] - glyphs.x1[:-1])
    size = np.append([0.0], np.minimum(glyphs.size[:-1], glyphs.size[1:]))
    beside = np.append([0], wide[:-1] + wide[1:])
    by_file = glyphs.spaced & (gap > np.select([beside == 2, beside == 1], [np.inf, 0.1 * size], 0.05 * size))
    room = np.select([beside == 2, beside == 1], [np.where(glyphs.spaced, 0.2, 0.4) * size, 0.5 * size], 0.17 * size)
    by_sight = gap > room
    by_file[starts[:-1]] = by_sight[starts[:-1]] = False
    number = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    for i in np.unique(number[by_sight & ~by_file & (glyphs.turn == 0)]).tolist():
        part = slice(starts[i], starts[i + 1])
        usual = _usual_gap(glyphs.x0[part], glyphs.x1[part], glyphs.size[starts[i]])
        if usual:
            by_sight[part] &= gap[part] > usual + room[part]
    turned = glyphs.spaced.copy()
    turned[starts[:-1]] = False
    found: Bools = np.where(glyphs.turn != 0, turned, by_file | by_sight)
    return found


def _boxes(glyphs: Glyphs, starts: Ints, places: Ints, page: GlyphPage) -> Iterator[list[Region]]:
    """The regions of each piece, cut where a character's place in proportion would drift off its true place."""
    lefts, rights, sizes = glyphs.x0.tolist(), glyphs.x1.tolist(), glyphs.size.tolist()
    at, turns = places.tolist(), glyphs.turn.tolist()
    firsts: list[int] = []
    counts: list[int] = []
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        before = len(firsts)
        firsts.append(start)
        if not turns[start]:
            firsts += _cuts(lefts, rights, sizes, at, start, end)
        counts.append(len(firsts) - before)
    edges = [np.minimum.reduceat(glyphs.x0, firsts) / page.width, np.minimum.reduceat(glyphs.y0, firsts) / page.height]
    edges += [np.maximum.reduceat(glyphs.x1, firsts) / page.width, np.maximum.reduceat(glyphs.y1, firsts) / page.height]
    shares = zip(*(np.clip(edge, 0.0, 1.0).tolist() for edge in edges), strict=True)
    lasts = [*(first - 1 for first in firsts[1:]), len(at) - 1]
    cells = zip(firsts, lasts, shares, strict=True)
    for start, count in zip(starts[:-1].tolist(), counts, strict=True):
        origin = at[start]
        yield [
            Region(at[first] - origin, at[last] + 1 - origin, page.number, *(round(share, 5) for share in box))
            for first, last, box in islice(cells, count)
        ]


def _cuts(
    lefts: Sequence[float], rights: Sequence[float], sizes: Sequence[float], at: Sequence[int], start: int, end: int
) -> list[int]:
    """Where in the piece ``[start, end)`` a new region begins, after the first. ``at``: offsets in the text."""
    found: list[int] = []
    first, regular = start, True
    left, width = lefts[first], rights[first] - lefts[first]
    low, high, behind = -math.inf, math.inf, first + 1
    for last in range(start + 1, end):
        x0, follows = lefts[last], at[last] == at[last - 1] + 1
        if regular:
            if follows and abs(x0 - (left + (last - first) * width)) < 0.2 * sizes[last]:
                continue
            regular = False
        # A share of the region's width for each character must put each of them near its place.
        for i in range(behind, last + 1):
            count, off, gone = at[i] - at[first], DRIFT * sizes[i], lefts[i] - left
            least, most = (gone - off) / count, (gone + off) / count
            low = least if least > low else low
            high = most if most < high else high
        behind = last + 1
        share = (rights[last] - left) / (at[last] + 1 - at[first])
        if low + HAIR < share < high - HAIR and (follows or last - first <= 40):
            continue
        if not _even(lefts, sizes, at, first, last, share):
            found.append(last)
            first, regular = last, True
            left, width = x0, rights[last] - x0
            low, high, behind = -math.inf, math.inf, first + 1
    return found


def _even(
    lefts: Sequence[float], sizes: Sequence[float], at: Sequence[int], first: int, last: int, share: float
) -> bool:
    """Whether the glyphs ``first`` to ``last`` stand where an even spread over their box would put them."""
    count = last - first
    if count > 40 and at[last] != at[last - 1] + 1:
        return False
    left, start = lefts[first], at[first]
    looked_at = (last, *range(first, last, count // 8 or 1))
    return all(abs(left + share * (at[i] - start) - lefts[i]) <= DRIFT * sizes[i] for i in looked_at)
