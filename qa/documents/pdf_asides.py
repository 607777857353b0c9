"""Boxes drawn around text that the page's own text flows past: a sidebar, set apart from the lines beside it.

A box is four ruled lines that meet. What stands in it is an aside where it is narrower than the text of the page and
lines of that text stand at its side which no gutter parts from it. Knows no table or paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qa.documents.pdf_columns import columns
from qa.documents.pdf_lines import Line
from qa.documents.pdf_rules import Rule

TOUCH = 3.0
"""Points within which two ruled lines meet."""
SHORTEST = 30.0
"""Points of the shortest side of a box with text in it."""
WIDEST = 0.8
"""Share of the width of the page's text above which a box is a frame around the text."""
FEW = 2
"""Lines in a box, and beside it, from which on it is an aside."""
LINES = 400
"""Ruled lines of some length above which a page is a drawing or a table."""


class Box(NamedTuple):
    """The sides of a box, in points from the top left corner of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    def stops(self, line: Line) -> bool:
        """Whether the line runs up to it from the left."""
        return self.y0 < line.middle < self.y1 and line.x1 <= self.x0 + 1

    def holds(self, line: Line) -> bool:
        """Whether the line lies in it from end to end."""
        return self.x0 - 1 <= line.x0 and line.x1 <= self.x1 + 1 and self.y0 <= line.middle <= self.y1


def asides(lines: Sequence[Line], rules: Sequence[Rule]) -> tuple[list[tuple[Box, list[Line]]], list[Line]]:
    """Each aside with its lines, and the lines that stand in none."""
    found: list[tuple[Box, list[Line]]] = []
    rest = list(lines)
    for box in _boxes(rules):
        inside = [line for line in rest if box.holds(line)]
        outside = [line for line in rest if not box.holds(line)]
        if len(inside) >= FEW and _is_aside(box, outside, lines) and _mixed(inside, box, columns(rest, rules)):
            found.append((box, inside))
            rest = outside
    return found, rest


def _is_aside(box: Box, outside: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Whether text stands beside the box, none runs into it, and it is no frame around the page's text."""
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    level = [line for line in outside if box.y0 < line.middle < box.y1]
    if box.x1 - box.x0 > WIDEST * width or len(level) < FEW:
        return False
    return all(line.x1 <= box.x0 + 1 or line.x0 >= box.x1 - 1 for line in level)


def _mixed(inside: Sequence[Line], box: Box, groups: Sequence[Sequence[Line]]) -> bool:
    """Whether lines in the box and lines at its side would be read as one column."""
    held = set(map(id, inside))
    return any(
        any(id(line) in held for line in group)
        and any(id(line) not in held and box.y0 < line.middle < box.y1 for line in group)
        for group in groups
    )


def _boxes(rules: Sequence[Rule]) -> list[Box]:
    """The boxes on a page, the smallest first, so that one in another is taken by itself."""
    long = [rule for rule in rules if max(rule.x1 - rule.x0, rule.y1 - rule.y0) >= SHORTEST]
    if len(long) > LINES:
        return []
    level = sorted((rule for rule in long if rule.level), key=lambda rule: rule.y0)
    upright = [rule for rule in long if not rule.level]
    found = {
        Box(*(round(side, 1) for side in (top.x0, top.y0, top.x1, bottom.y0)))
        for at, top in enumerate(level)
        for bottom in level[at + 1 :]
        if bottom.y0 - top.y0 >= SHORTEST
        and abs(top.x0 - bottom.x0) <= TOUCH
        and abs(top.x1 - bottom.x1) <= TOUCH
        and all(any(_walls(rule, x, top.y0, bottom.y0) for rule in upright) for x in (top.x0, top.x1))
    }
    return sorted(found, key=lambda box: ((box.x1 - box.x0) * (box.y1 - box.y0), box))


def _walls(rule: Rule, x: float, top: float, bottom: float) -> bool:
    """Whether an upright line runs at ``x`` from ``top`` to ``bottom``."""
    return abs(rule.x0 - x) <= TOUCH and rule.y0 <= top + TOUCH and rule.y1 >= bottom - TOUCH
