"""Ruled lines on a page -> grids of cells, merged cells found by the walls that are missing. Knows no text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.documents.pdf_rules import Rule

TOUCH = 3.0
"""Points within which two lines meet, or are one."""
SHORTEST = 3.5
"""Points: shorter lines are ticks, dots and strokes of drawings."""
LINES = 3000
"""Lines of a page above which it is a drawing, not tables."""
SLOTS = 20_000
"""Slots of a grid above which it is squared paper or a drawing."""


@dataclass(frozen=True, slots=True)
class Grid:
    """``xs`` and ``ys`` are its lines from left to right and top to bottom; ``cells`` are (row, column, rows spanned,
    columns spanned) and cover every slot once.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[tuple[int, int, int, int], ...]

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.xs[0] - 1 <= x <= self.xs[-1] + 1 and self.ys[0] - 1 <= y <= self.ys[-1] + 1

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Row and column of the slot at a point."""
        row = min(max(bisect_right(self.ys, y) - 1, 0), len(self.ys) - 2)
        return row, min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """The grids that ``rules`` draw, from the top of the page: two rows and two columns at least."""
    long = [rule for rule in rules if max(rule.x1 - rule.x0, rule.y1 - rule.y0) >= SHORTEST]
    if not 3 <= len(long) <= LINES:
        return []
    level = _merged([(rule.y0, rule.x0, rule.x1) for rule in long if rule.level])
    upright = _merged([(rule.x0, rule.y0, rule.y1) for rule in long if not rule.level])
    found = []
    for rows, columns in _connected(level, upright):
        grid = _grid(rows, columns)
        if grid is not None:
            found.append(grid)
    return sorted(found, key=lambda grid: (grid.ys[0], grid.xs[0]))


_Stroke = tuple[float, float, float]
"""A line as (its place, its start, its end)."""


def _merged(strokes: Iterable[_Stroke]) -> list[_Stroke]:
    """Strokes at one place that meet or overlap are one."""
    whole: list[_Stroke] = []
    groups: list[list[_Stroke]] = []
    for stroke in sorted(strokes):
        if groups and stroke[0] - groups[-1][-1][0] <= 1.5 and stroke[0] - groups[-1][0][0] <= TOUCH:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    for group in groups:
        place = sum(stroke[0] for stroke in group) / len(group)
        start, end = None, 0.0
        for _, first, last in sorted(group, key=lambda stroke: stroke[1]):
            if start is not None and first <= end + TOUCH:
                end = max(end, last)
                continue
            if start is not None:
                whole.append((place, start, end))
            start, end = first, last
        if start is not None:
            whole.append((place, start, end))
    return whole


def _connected(level: Sequence[_Stroke], upright: Sequence[_Stroke]) -> list[tuple[list[_Stroke], list[_Stroke]]]:
    """Level and upright lines that hang together by touching."""
    parent = list(range(len(level) + len(upright)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, (y, x0, x1) in enumerate(level):
        for j, (x, y0, y1) in enumerate(upright, start=len(level)):
            if x0 - TOUCH <= x <= x1 + TOUCH and y0 - TOUCH <= y <= y1 + TOUCH:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[_Stroke], list[_Stroke]]] = {}
    for i in range(len(parent)):
        rows, columns = groups.setdefault(root(i), ([], []))
        if i < len(level):
            rows.append(level[i])
        else:
            columns.append(upright[i - len(level)])
    return list(groups.values())


def _grid(rows: Sequence[_Stroke], columns: Sequence[_Stroke]) -> Grid | None:
    if not rows or not columns:
        return None
    ys, xs = _places(rows, columns), _places(columns, rows)
    if len(ys) < 3 or len(xs) < 3 or (len(ys) - 1) * (len(xs) - 1) > SLOTS:
        return None
    cells = _cells(xs, ys, rows, columns)
    if len(cells) < 3:
        return None
    return Grid(tuple(xs), tuple(ys), tuple(cells))


def _places(own: Sequence[_Stroke], other: Sequence[_Stroke]) -> list[float]:
    """Places of lines, those within TOUCH as one; the far ends of the other lines where these stop short of them."""
    places: list[float] = []
    for place in sorted(stroke[0] for stroke in own):
        if not places or place - places[-1] > TOUCH:
            places.append(place)
    start, end = min(stroke[1] for stroke in other), max(stroke[2] for stroke in other)
    if start < places[0] - 2 * TOUCH:
        places.insert(0, start)
    if end > places[-1] + 2 * TOUCH:
        places.append(end)
    return places


def _cells(
    xs: Sequence[float], ys: Sequence[float], rows: Sequence[_Stroke], columns: Sequence[_Stroke]
) -> list[tuple[int, int, int, int]]:
    """Slots with no wall between them as one cell; what is no rectangle then stays as slots."""
    height, width = len(ys) - 1, len(xs) - 1
    floors = [[stroke for stroke in rows if abs(stroke[0] - y) <= TOUCH] for y in ys]
    walls = [[stroke for stroke in columns if abs(stroke[0] - x) <= TOUCH] for x in xs]
    under = [[_covered(floors[i + 1], xs[j], xs[j + 1]) for j in range(width)] for i in range(height - 1)]
    right = [[_covered(walls[j + 1], ys[i], ys[i + 1]) for j in range(width - 1)] for i in range(height)]
    taken = [[False] * width for _ in range(height)]
    cells: list[tuple[int, int, int, int]] = []
    for i in range(height):
        for j in range(width):
            if taken[i][j]:
                continue
            across = 1
            while j + across < width and not right[i][j + across - 1] and not taken[i][j + across]:
                across += 1
            down = 1
            while (
                i + down < height
                and not any(under[i + down - 1][j : j + across])
                and not any(right[i + down][j : j + across - 1])
                and not any(taken[i + down][j : j + across])
            ):
                down += 1
            for row in taken[i : i + down]:
                row[j : j + across] = [True] * across
            cells.append((i, j, down, across))
    return cells


def _covered(strokes: Sequence[_Stroke], start: float, end: float) -> bool:
    """Whether the lines of one place run along most of ``[start, end]``."""
    length = sum(max(0.0, min(last, end) - max(first, start)) for _, first, last in strokes)
    return length >= 0.6 * (end - start)
