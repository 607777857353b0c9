"""A piece of a line: text with the boxes it stands in; and how pieces are put together.

A :class:`Line` is the coin of everything that follows; one that was recognised in a picture goes the same way. Knows no
glyph, column, table or paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.types import Region


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a piece of one, in points of the page as shown. ``boxes`` have offsets into ``text``.

    ``bold`` and ``mono`` say so of most of its characters; ``turn`` is its direction in degrees, clockwise.
    ``gaps`` holds the offsets in ``text`` at which pieces that stood apart were put together.
    """

    text: str
    boxes: tuple[Region, ...]
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool = False
    mono: bool = False
    turn: int = 0
    gaps: tuple[int, ...] = ()

    @property
    def height(self) -> float:
        """From the top of its box to the bottom, in points."""
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """Half-way down its box, in points from the top of the page."""
        return (self.y0 + self.y1) / 2


def region(
    start: int,
    end: int,
    page: int,
    box: tuple[float, float, float, float],
    width: float,
    height: float,
    *,
    ocr: bool = False,
    confidence: float = 1.0,
) -> Region:
    """A region; ``box`` is (x0, y0, x1, y1) in the unit of ``width`` and ``height``, the page's sides."""
    x0, y0, x1, y1 = (
        round(min(max(value / whole, 0.0), 1.0), 5) for value, whole in zip(box, (width, height) * 2, strict=True)
    )
    return Region(start, end, page, x0, y0, x1, y1, ocr, confidence)


def joined(parts: Sequence[Line], separators: Sequence[str], dropped: Sequence[int] = ()) -> tuple[str, list[Region]]:
    """Texts end to end with ``separators`` between them, and their regions in the whole.

    ``dropped[i]`` is how many characters at the end of part ``i`` are left out (a hyphen at a line's end).
    """
    text = ""
    boxes: list[Region] = []
    pieces_of_text: list[str] = []
    length = 0
    for i, part in enumerate(parts):
        cut = dropped[i] if i < len(dropped) else 0
        text = part.text[: len(part.text) - cut]
        boxes += [
            Region(
                b.start + length, min(b.end, len(text)) + length, b.page, b.x0, b.y0, b.x1, b.y1, b.ocr, b.confidence
            )
            for b in part.boxes
            if b.start < len(text)
        ]
        tail = separators[i] if i < len(separators) else ""
        pieces_of_text.append(text + tail)
        length += len(text) + len(tail)
    return "".join(pieces_of_text), boxes


def beside(parts: Sequence[Line]) -> Line:
    """Pieces of one line, from left to right, as one line; a space where a gap between them is seen."""
    if len(parts) == 1:
        return parts[0]
    separators = [" " if b.x0 - a.x1 > 0.15 * min(a.size, b.size) else "" for a, b in pairwise(parts)]
    text, boxes = joined(parts, separators)
    gaps: list[int] = []
    length = 0
    for part, separator in zip(parts, [*separators, ""], strict=True):
        gaps += [length + gap for gap in part.gaps]
        length += len(part.text) + len(separator)
        gaps.append(length)
    longest = max(parts, key=lambda part: len(part.text))
    count = sum(len(part.text) for part in parts)
    return Line(
        text,
        tuple(boxes),
        parts[0].page,
        min(p.x0 for p in parts),
        min(p.y0 for p in parts),
        max(p.x1 for p in parts),
        max(p.y1 for p in parts),
        longest.size,
        sum(len(p.text) for p in parts if p.bold) > 0.7 * count,
        sum(len(p.text) for p in parts if p.mono) > 0.6 * count,
        gaps=tuple(gaps[:-1]),
    )
