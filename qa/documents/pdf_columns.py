"""Pieces of lines on one page -> groups in reading order, each one column wide, and the rows of a group.

A gutter is a strip of the page that few lines cross, with lines that fill their side on both sides of it. Lines that
do cross it (titles over both columns) part the page into bands; in a band the left side is read before the right.
Knows no table, paragraph or kind. Not covered: text set around a picture on both sides, right-to-left columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.documents import marks
from qa.documents.pdf_lines import Line
from qa.documents.pdf_rules import Rule

DEPTH = 6
"""Levels of columns inside columns."""
NARROW = 6.0
"""Sizes below which a side is a margin of markers or labels, no column."""
WIDE = 10.0
"""Sizes from which on both sides may be columns whose lines stand at one height."""
SHARE = 0.12
"""Share of the group's width that a column has at least."""
FEW = 3
"""Lines beside each other from which on two sides can be columns."""
TRIED = 6
"""Strips that are looked at closely, the likeliest first."""
INK = 0.7
"""Share of its side that the text of a column's usual line covers."""

STAND_IN = "\ufffc"
"""The text of a line in the place of a table."""

_CAPTION = re.compile(r"(?:图|圖|表|Fig(?:ure|\.)|Table)\s?\d", re.IGNORECASE)
_FIGURE = re.compile(r"-?\d*0|-?\d+%")
_VALUE = re.compile(r"[-+−–(（¥$€]*\d[\d,，.]*\s*[%％‰)）]?[A-Za-z年]?|[-–—/]+")


def columns(lines: Sequence[Line], rules: Sequence[Rule] = (), depth: int = 0) -> list[list[Line]]:
    """``lines`` as groups in reading order. Every line is in exactly one of them."""
    if len(lines) < 2 * FEW or depth >= DEPTH:
        return [list(lines)] if lines else []
    gutter = _gutter(lines, rules)
    if gutter is None:
        return [list(lines)]
    groups: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    over: list[Line] = []
    floats: list[Line] = []

    def flush() -> None:
        for side in (over, left, right, floats):
            groups.extend(columns(side, rules, depth + 1))
            side.clear()

    for line in sorted(lines, key=lambda line: line.middle):
        crosses = line.x0 < gutter[0] + 1 and line.x1 > gutter[1] - 1
        if crosses and (left or right):
            if _floats(line, left):
                floats.append(line)
                continue
            flush()
        elif not crosses and over:
            groups.extend(columns(over, rules, depth + 1))
            over.clear()
        (over if crosses else left if line.x1 <= gutter[1] - 1 else right).append(line)
    flush()
    return groups


def _floats(line: Line, left: Sequence[Line]) -> bool:
    """Whether a line over both columns belongs to a picture or table that the text flows past, in mid-sentence."""
    lone = line.text == STAND_IN or _CAPTION.match(line.text) is not None
    return lone and bool(left) and not marks.closed(left[-1].text)


def rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Pieces at one height together, from left to right; the rows from top to bottom."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.x0)):
        for row in found[-1:-4:-1]:
            shared = min(row[0].y1, line.y1) - max(row[0].y0, line.y0)
            apart = all(line.x0 >= other.x1 - 1 or line.x1 <= other.x0 + 1 for other in row)
            if shared > 0.5 * min(row[0].height, line.height) and apart:
                row.append(line)
                break
        else:
            found.append([line])
    for row in found:
        row.sort(key=lambda line: line.x0)
    return found


def _gutter(lines: Sequence[Line], rules: Sequence[Rule]) -> tuple[float, float] | None:
    """The best strip to part the lines at, as (x0, x1), or None."""
    extent = min(line.x0 for line in lines), max(line.x1 for line in lines)
    scored = sorted(((_score(lines, strip, extent), strip) for strip in _strips(lines)), reverse=True)
    for score, strip in scored[:TRIED]:
        if score > 0 and _parts(lines, strip, extent, rules):
            return strip
    return None


def _strips(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Strips that few lines cross, with lines on both sides: candidates for gutters."""
    ends = sorted([(line.x0, 1) for line in lines] + [(line.x1, -1) for line in lines])
    found: set[tuple[float, float]] = set()
    for allowed in {0, 1, 2, 4, len(lines) // 10, len(lines) // 5, len(lines) // 3}:
        covered, since = 0, None
        for x, step in ends:
            before, covered = covered, covered + step
            if before > allowed >= covered:
                since = x
            elif before <= allowed < covered and since is not None:
                if x - since > 3:
                    found.add((since, x))
                since = None
    return sorted(found)


def _sides(lines: Sequence[Line], strip: tuple[float, float]) -> tuple[list[Line], list[Line]]:
    return [line for line in lines if line.x1 <= strip[1] - 1], [line for line in lines if line.x0 >= strip[0] + 1]


def _score(lines: Sequence[Line], strip: tuple[float, float], extent: tuple[float, float]) -> float:
    """How likely the strip is a gutter: the lines it has beside each other less those that cross it; 0 or less: not."""
    left, right = _sides(lines, strip)
    if len(left) < FEW or len(right) < FEW:
        return 0.0
    size = sorted(line.size for line in lines)[len(lines) // 2]
    widths = strip[0] - min(line.x0 for line in left), max(line.x1 for line in right) - strip[1]
    if min(widths) < max(NARROW * size, SHARE * (extent[1] - extent[0])):
        return 0.0
    pairs = _beside(left, right)
    if pairs < FEW or (strip[1] - strip[0] < size and pairs < 3 * FEW):
        return 0.0
    crossing = [line for line in lines if line.x0 < strip[0] + 1 and line.x1 > strip[1] - 1]
    if len(crossing) > (0.5 if pairs < 8 else 1.5) * pairs:
        return 0.0
    return pairs - 0.5 * _inside(crossing, left, right) + min(strip[1] - strip[0], 3 * size) / size


def _parts(
    lines: Sequence[Line], strip: tuple[float, float], extent: tuple[float, float], rules: Sequence[Rule]
) -> bool:
    """Whether the strip parts columns of text or tables side by side, and not the columns of one table."""
    left, right = _sides(lines, strip)
    prose = (
        _filled(left, min(line.x0 for line in left), strip[0]),
        _filled(right, strip[1], max(line.x1 for line in right)),
    )
    size = sorted(line.size for line in lines)[len(lines) // 2]
    apart = _level(left, right) < 0.5
    wide = min(strip[0] - min(line.x0 for line in left), max(line.x1 for line in right) - strip[1]) >= WIDE * size
    if (all(prose) and (wide or apart)) or (any(prose) and apart and not _marked(left)):
        return True
    return _ruled_apart(rules, strip, extent) or (_is_tabular(left) and _is_tabular(right))


def _marked(side: Sequence[Line]) -> bool:
    """Whether the side holds the markers of a list, each beside its item. The figures at an axis are none."""
    short = sum(len(line.text) <= 3 and not _FIGURE.fullmatch(line.text) for line in side)
    return short > 0.3 * len(side) and not any(len(line.text) > 12 for line in side)


def _level(left: Sequence[Line], right: Sequence[Line]) -> float:
    """The share of the rows of the side with fewer of them that stand at the height of one of the other."""
    few, many = sorted(([row[0] for row in rows(side)] for side in (left, right)), key=len)
    return sum(any(abs(a.middle - b.middle) < 0.25 * a.size for b in many) for a in few) / len(few)


def _beside(left: Sequence[Line], right: Sequence[Line]) -> int:
    """Lines of the left side that have a line of the right side between the top and the bottom of their stretch."""
    top, bottom = min(line.y0 for line in right), max(line.y1 for line in right)
    upper, lower = min(line.y0 for line in left), max(line.y1 for line in left)
    return min(
        len({round(line.middle / 3) for line in left if top <= line.middle <= bottom}),
        len({round(line.middle / 3) for line in right if upper <= line.middle <= lower}),
    )


def _inside(crossing: Sequence[Line], left: Sequence[Line], right: Sequence[Line]) -> int:
    top = max(min(line.y0 for line in left), min(line.y0 for line in right))
    bottom = min(max(line.y1 for line in left), max(line.y1 for line in right))
    return sum(top < line.middle < bottom for line in crossing)


def _filled(side: Sequence[Line], x0: float, x1: float) -> bool:
    """Whether the lines of a side are running text: most rows of some length are covered with it from end to end."""
    shares = []
    for row in rows(side):
        extent = row[-1].x1 - row[0].x0
        shares.append((sum(line.x1 - line.x0 for line in row) / max(extent, 1.0), extent / (x1 - x0)))
    solid = sum(ink > 0.85 for ink, _ in shares)
    long = sum(extent > INK for _, extent in shares)
    return solid >= 0.7 * len(shares) and long >= 0.4 * len(shares)


def _is_tabular(side: Sequence[Line]) -> bool:
    """Whether the lines of a side are a table by themselves: rows of a name and two values or more."""
    named = [row for row in rows(side) if len(row) >= 3]
    if len(named) < 5:
        return False
    values = [line.text for row in named for line in row[1:]]
    names = sum(not _VALUE.fullmatch(row[0].text) for row in named)
    return names >= 0.8 * len(named) and sum(bool(_VALUE.fullmatch(text)) for text in values) >= 0.8 * len(values)


def _ruled_apart(rules: Sequence[Rule], strip: tuple[float, float], extent: tuple[float, float]) -> bool:
    """Whether level lines end on both sides of the strip and none crosses it: two tables stand beside each other."""
    level = [rule for rule in rules if rule.level and extent[0] - 5 <= rule.x0 and rule.x1 <= extent[1] + 5]
    left = [rule for rule in level if abs(rule.x1 - strip[0]) < 8 and rule.x1 - rule.x0 > 0.2 * (extent[1] - extent[0])]
    right = [
        rule for rule in level if abs(rule.x0 - strip[1]) < 8 and rule.x1 - rule.x0 > 0.2 * (extent[1] - extent[0])
    ]
    across = [rule for rule in level if rule.x0 < strip[0] - 8 and rule.x1 > strip[1] + 8]
    lone = all(
        b.x0 - a.x1 > -1 for a, b in pairwise(sorted({(r.x0, r.x1): r for r in (left[:1] + right[:1])}.values()))
    )
    return len(left) >= 2 and len(right) >= 2 and not across and lone
