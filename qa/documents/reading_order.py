"""The order in which a reader takes boxes on a page: parted again and again at the widest gap that runs right through,
across the page or down it, so that what stands together is read together.

Coordinates in any unit, from the top left. Knows no text. Not covered: text that runs from right to left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Where a thing stands; ``key`` says which."""

    key: int
    x0: float
    y0: float
    x1: float
    y1: float


OVERLAP = 0.25
"""Share of the smaller of two boxes by which they may overlap and still stand beside or below each other."""
MANY = 300
"""Boxes above which they are taken by their tops: the work of parting them grows with the square of their number."""
ACROSS = 1.5
"""How much wider than a gap across the page one down the page must be to part the boxes first."""


def in_reading_order(boxes: Sequence[Box]) -> list[int]:
    """The keys of ``boxes`` in reading order: top to bottom, left to right, boxes that nothing parts by their tops."""
    ordered: list[int] = []
    work = [list(boxes)]
    while work:
        group = work.pop()
        few = len(group) <= MANY
        rows = _widest(group, down=False) if few else None
        columns = _widest(group, down=True) if few else None
        if rows is None and columns is None:
            ordered += [box.key for box in sorted(group, key=lambda box: (box.y0, box.x0, box.key))]
        elif rows is not None and (columns is None or columns[0] <= ACROSS * max(rows[0], 0)):
            work += [rows[2], rows[1]]
        elif columns is not None:
            work += [columns[2], columns[1]]
    return ordered


def _widest(boxes: Sequence[Box], *, down: bool) -> tuple[float, list[Box], list[Box]] | None:
    """The widest gap that runs through ``boxes``, and those before and after it; None if there is none. Where boxes
    overlap a little it is below zero.
    """
    spans = sorted(((box.x0, box.x1) if down else (box.y0, box.y1), box.key, box) for box in boxes)
    best: tuple[float, int] | None = None
    end, size = float("-inf"), 0.0
    for at, ((start, stop), _, _) in enumerate(spans):
        gap = start - end
        if at and gap >= -OVERLAP * min(size, stop - start) and (best is None or gap > best[0]):
            best = gap, at
        if stop > end:
            end, size = stop, stop - start
    if best is None:
        return None
    ordered = [box for _, _, box in spans]
    return best[0], ordered[: best[1]], ordered[best[1] :]
