"""A picture of a page -> the ruled lines that are drawn on it, and lines of text cut where one stands between them.

Knows no text, table or document. Not covered: dotted lines, and lines of a page that lies more than some 2° askew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Quad = NDArray[np.float32]

LENGTH = 60
"""Pixels of the shortest piece of a line, at 200 dots an inch 7.6 mm: longer than a stroke of a character."""
WIDTH = 8.0
"""Pixels of the thickest line; what is thicker is a bar."""
LETTER = 1.3
"""Times the height of a line of text that a stroke in it must have to be none of its characters."""
LIMIT = 3000
"""Lines of a page above which it is a drawing."""

Stroke = tuple[float, float, float, float]
"""A line from its left or upper end to the other: x, y, x, y."""


def ruled(picture: Picture) -> list[Stroke]:
    """The level and upright lines of an upright picture, in pixels."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    found: list[Stroke] = []
    for level in (True, False):
        mend = cv2.getStructuringElement(cv2.MORPH_RECT, (5, 3) if level else (3, 5))
        long = cv2.getStructuringElement(cv2.MORPH_RECT, (LENGTH, 1) if level else (1, LENGTH))
        strokes = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, mend), cv2.MORPH_OPEN, long)
        count, _, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
        if count > LIMIT:
            return []
        for x, y, width, height, area in np.asarray(stats)[1:].tolist():
            length = width if level else height
            if area > WIDTH * length:
                continue
            part = strokes[y : y + height, x : x + width]
            ends = (part[:, :3], part[:, -3:]) if level else (part[:3], part[-3:])
            first, last = (float(np.nonzero(end)[0 if level else 1].mean()) for end in ends)
            found.append((x, y + first, x + width, y + last) if level else (x + first, y, x + last, y + height))
    return found


def without_letters(strokes: Sequence[Stroke], quads: Sequence[Quad]) -> list[Stroke]:
    """The strokes that are no part of a large character in one of the lines of text."""
    boxes = [(*quad.min(axis=0).tolist(), *quad.max(axis=0).tolist()) for quad in quads]
    return [
        stroke
        for stroke in strokes
        if not any(
            left < (stroke[0] + stroke[2]) / 2 < right
            and top < (stroke[1] + stroke[3]) / 2 < bottom
            and max(stroke[2] - stroke[0], stroke[3] - stroke[1]) < LETTER * min(right - left, bottom - top)
            for left, top, right, bottom in boxes
        )
    ]


def cut_at_walls(quads: Sequence[Quad], strokes: Sequence[Stroke]) -> list[Quad]:
    """Lines of text, cut where an upright line of the page goes through them from top to bottom."""
    import numpy as np

    walls = [stroke for stroke in strokes if stroke[3] - stroke[1] > stroke[2] - stroke[0]]
    parts: list[Quad] = []
    for quad in quads:
        (xa, ya), (xb, yb), (xc, yc), (xd, yd) = quad.tolist()
        top, bottom, left, right = (ya + yb) / 2, (yc + yd) / 2, (xa + xd) / 2, (xb + xc) / 2
        inset = 0.5 * (bottom - top)
        shares = sorted(
            ((x0 + x1) / 2 - left) / (right - left)
            for x0, y0, x1, y1 in walls
            if y0 < top + 0.2 * inset and y1 > bottom - 0.2 * inset and left + inset < (x0 + x1) / 2 < right - inset
        )
        edges = [0.0, *shares, 1.0]
        for a, b in zip(edges, edges[1:], strict=False):
            if (b - a) * (right - left) > inset:
                upper, lower = quad[1] - quad[0], quad[2] - quad[3]
                corners = [quad[0] + a * upper, quad[0] + b * upper, quad[3] + b * lower, quad[3] + a * lower]
                parts.append(np.array(corners, np.float32))
    return parts
