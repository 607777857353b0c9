"""What is seen in a picture of a page -> the page as pieces of lines, each character with its place on the page.

Owns the way back from the upright picture to the page as it is shown, the slant of a page that was laid askew on the
scanner, and the size of the type, which a picture does not say. Knows no RapidOCR, PDF file or layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from qa.documents import marks
from qa.documents.ocr import LARGEST, SHORT, SeenLine, SeenPage, read_picture
from qa.documents.pdf_furniture import Sheet
from qa.documents.pdf_glyphs import GlyphPage
from qa.documents.pdf_lines import Line, region
from qa.documents.pdf_rules import Rule
from qa.documents.sheets import Seen
from qa.types import Region

if TYPE_CHECKING:
    import pypdfium2

CONFIDENT = 0.7
"""Confidence of a line below which it is left out. Of 150 lines blurred and made noisy, those at 0.6 to 0.7 had 43 % of their
characters right, at 0.7 to 0.8 79 %, from 0.95 on 99.5 %."""
SIDE = 595.0
"""Points that the shorter side of a picture counts as where it has no size of its own: A4."""
LONGEST_SIDE = 1300.0
"""Points of the shorter side from which on a page's size is not believed: larger than A2, a picture with a dot a point."""
SLANT = 20.0
"""Degrees of the steepest line that says how the page lies."""
MARGIN = 0.1
"""Share of a line's height that detection adds to the text at each end."""
DRIFT = 0.3
"""Sizes by which the place of a character, taken in proportion from its region, may be off."""
BAND = 0.08
"""Share by which the sizes of lines in one size of type differ, as their characters measure."""
UNEVEN = 0.2
"""Share by which they differ, as their heights do."""
RUN = 4
"""Chinese characters in a row from which on their distances are measured, and distances that it takes."""
LONG = 30
"""Letters from which on their room tells the size of the type."""
FINEST = 300 / 72
"""Pixels a point above which a page is not drawn, however small it is: 300 dots an inch."""
EM = 0.74
"""Size of the type as a share of the height of a line as it is detected."""


class PageReader:
    """Recognises the pages of one document, in their order; what is alike from page to page stays so."""

    def __init__(self) -> None:
        self._sizes: list[float] = []

    def __call__(self, page: pypdfium2.PdfPage, shown: GlyphPage) -> Seen:
        """The page as it is recognised in its picture."""
        from qa.documents.worker import alive

        scale = min(SHORT / min(shown.width, shown.height), math.sqrt(LARGEST / (shown.width * shown.height)), FINEST)
        bitmap = page.render(scale=scale)
        try:
            picture = bitmap.to_numpy()[:, :, :3].copy()
        finally:
            bitmap.close()
        return self.sheet(read_picture(picture, alive=alive), shown.number, (shown.width, shown.height))

    def sheet(self, seen: SeenPage, number: int, size: tuple[float, float] | None = None) -> Seen:
        """The page ``number`` (from 1) as pieces of lines. ``size``: width and height as shown, in points, if it has
        any.
        """
        turned = seen.quarters % 2 == 1
        shown = (seen.height, seen.width) if turned else (seen.width, seen.height)
        points = min(size) if size else SIDE
        scale = (SIDE if points > LONGEST_SIDE else points) / min(shown)
        sure = [line for line in seen.lines if line.confidence >= CONFIDENT]
        frame = _Frame(seen, number, shown, scale, _slant(sure))
        lines = _sized([frame.line(line) for line in sure], self._sizes)
        rules = frame.rules()
        return Seen(Sheet(number, seen.width * scale, seen.height * scale, lines, rules), len(seen.lines) - len(sure))


def _slant(lines: Sequence[SeenLine]) -> float:
    """The usual direction of the lines, in radians, clockwise; the longer a line, the more it counts."""
    found: list[tuple[float, float]] = []
    for line in lines:
        (xa, ya), (xb, yb) = line.corners[0], line.corners[1]
        angle = math.atan2(yb - ya, xb - xa)
        if abs(angle) < math.radians(SLANT) and len(line.text) > 3:
            found.append((angle, math.hypot(xb - xa, yb - ya)))
    half = sum(length for _, length in found) / 2
    for angle, length in sorted(found):
        half -= length
        if half <= 0:
            return angle
    return 0.0


@dataclass(frozen=True, slots=True)
class _Frame:
    """Makes lines of one page. ``shown``: its size in pixels as it is shown; ``scale``: points a pixel; ``slant``:
    radians, clockwise, by which it is turned back before anything is compared.
    """

    seen: SeenPage
    number: int
    shown: tuple[int, int]
    scale: float
    slant: float

    def line(self, seen: SeenLine) -> Line:
        """The line in points, set level; its regions where it stands on the page as shown."""
        (xa, ya), (xb, yb), (xc, yc), (xd, yd) = seen.corners
        left, right = ((xa + xd) / 2, (ya + yd) / 2), ((xb + xc) / 2, (yb + yc) / 2)
        height = (math.hypot(xd - xa, yd - ya) + math.hypot(xc - xb, yc - yb)) / 2
        (x0, y0), (x1, y1) = self._level(left), self._level(right)
        x0, x1 = x0 + MARGIN * height, max(x1 - MARGIN * height, x0 + MARGIN * height + 1)
        middle = (y0 + y1) / 2
        half = height / 2
        return Line(
            seen.text,
            tuple(self._regions(seen, left, right, height)),
            self.number,
            self.scale * x0,
            self.scale * (middle - half),
            self.scale * x1,
            self.scale * (middle + half),
            self.scale * _size(seen, x1 - x0),
        )

    def rules(self) -> list[Rule]:
        """The ruled lines in points, set level."""
        found = []
        for xa, ya, xb, yb in self.seen.strokes:
            (x0, y0), (x1, y1) = self._level((xa, ya)), self._level((xb, yb))
            if x1 - x0 >= y1 - y0:
                y0 = y1 = (y0 + y1) / 2
            else:
                x0 = x1 = (x0 + x1) / 2
            found.append(Rule(*(self.scale * value for value in (x0, y0, x1, y1))))
        return found

    def _level(self, point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        cos, sin = math.cos(self.slant), math.sin(self.slant)
        return x * cos + y * sin, y * cos - x * sin

    def _regions(
        self, seen: SeenLine, left: tuple[float, float], right: tuple[float, float], height: float
    ) -> Iterator[Region]:
        """Boxes over stretches in which characters are spread evenly and the line does not leave the box."""
        edges = _edges(seen)
        across, down = right[0] - left[0], right[1] - left[1]
        slack = DRIFT * height / max(math.hypot(across, down), 1.0)
        for start, end in _stretches(seen.text, edges, slack, self._reach(abs(down), height)):
            corners = [
                self._shown(left[0] + share * across, left[1] + share * down + side)
                for share in (edges[start], edges[end])
                for side in (-height / 2, height / 2)
            ]
            xs, ys = [x for x, _ in corners], [y for _, y in corners]
            box = (min(xs), min(ys), max(xs), max(ys))
            yield region(start, end, self.number, box, *self.shown, ocr=True, confidence=round(seen.confidence, 4))

    def _reach(self, down: float, height: float) -> float:
        """The share of its line that one box may cover; 0 for one character at a time, as a turned line needs."""
        if self.seen.quarters:
            return 0.0
        return 1.0 if down < 0.25 * height else 0.25 * height / down

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of the upright picture on the page as it is shown, in pixels."""
        width, height = self.shown
        match self.seen.quarters:
            case 1:
                return width - y, x
            case 2:
                return width - x, height - y
            case 3:
                return y, height - x
        return x, y


def _edges(line: SeenLine) -> list[float]:
    """Where each character of the text starts, and the last ends, as shares of the line's length, in order."""
    edges = [0.0]
    places = iter(line.places)
    last: float | None = None
    gap = 0
    for char in line.text:
        if char.isspace():
            gap += 1
            continue
        place = next(places)
        if last is not None:
            step = (place - last) / (gap + 1)
            edges += [last + step * (i + 0.5) for i in range(gap + 1)]
        last, gap = place, 0
    edges.append(1.0)
    # No character is without room: two that are seen in one place share it.
    count = len(line.text)
    return [0.98 * max(edges[: i + 1]) + 0.02 * i / count for i in range(count + 1)]


def _stretches(text: str, edges: Sequence[float], slack: float, reach: float) -> Iterator[tuple[int, int]]:
    """Ranges of ``text`` without white space at their ends, all of it that is not white space in one of them."""
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and (
            text[end].isspace() or (edges[end + 1] - edges[start] <= reach and _even(edges, start, end + 1, slack))
        ):
            continue
        bare = text[start:end].strip()
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if bare:
            yield start, start + len(bare)
        start = end


def _even(edges: Sequence[float], start: int, end: int, slack: float) -> bool:
    share = (edges[end] - edges[start]) / (end - start)
    return all(abs(edges[start] + share * (i - start) - edges[i]) <= slack for i in range(start + 1, end))


def _size(line: SeenLine, length: float) -> float:
    """The size of the type of a line ``length`` long, by the room that its characters take; 0 where they are too few.

    Chinese characters that follow each other stand an em apart; letters take half an em in the mean.
    """
    pitches: list[float] = []
    bare = [char for char in line.text if not char.isspace()]
    run = 0
    for i, char in enumerate(bare):
        run = run + 1 if marks.has_han(char) else 0
        if run >= RUN:
            pitches.append((line.places[i] - line.places[i + 1 - RUN]) / (RUN - 1))
    if len(pitches) >= RUN:
        return length * median(pitches)
    if marks.columns(line.text) >= LONG and not marks.has_han(line.text):
        return 2 * length / len(line.text)
    return 0.0


def _sized(lines: Sequence[Line], sizes: list[float]) -> list[Line]:
    """The lines with the sizes of type that the page has, in the order given.

    Sizes that differ only as measurements do are one. A line whose size is not measured (0) has it by its height, which
    detection makes uneven: that of a measured line, where there is one near. ``sizes`` are those of the pages before;
    new ones are added.
    """
    measured = [(line.size, len(line.text)) for line in lines if line.size]
    em = median(line.size / line.height for line in lines if line.size) if measured else EM
    sizes += _groups([entry for entry in measured if not _near(entry[0], sizes, BAND)], BAND)
    tall = [(em * line.height, len(line.text)) for line in lines if not line.size]
    sizes += _groups([entry for entry in tall if not _near(entry[0], sizes, UNEVEN)], UNEVEN)
    # One character alone is a mark in a figure more often than a heading.
    return [
        replace(line, size=sizes[0] if len(line.text) < 2 else _nearest(line.size or em * line.height, sizes))
        for line in lines
    ]


def _nearest(size: float, sizes: Sequence[float]) -> float:
    return min(sizes, key=lambda one: abs(math.log(size / one)))


def _near(size: float, sizes: Sequence[float], band: float) -> bool:
    return any(abs(size - one) <= band * one for one in sizes)


def _groups(sizes: Sequence[tuple[float, int]], band: float) -> list[float]:
    """Sizes that lie ``band`` and more apart, the commonest first, for (size, characters set in it)."""
    left, found = list(sizes), []
    while left:
        middle = median(size for size, count in left for _ in range(min(count, 60)))
        usual = min((size for size, _ in left), key=lambda size: abs(size - middle))
        found.append(usual)
        left = [entry for entry in left if abs(entry[0] - usual) > band * usual]
    return found
