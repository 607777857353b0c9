"""Glyphs -> pieces of lines: text with the boxes it stands in, spaces put where they are seen.

A :class:`Line` is the coin of everything that follows; one that was recognised in a picture goes the same way. Knows no
column, table or paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from qa.documents import marks
from qa.documents.pdf_glyphs import Glyph, GlyphPage
from qa.types import Region

BREAK = 0.6
"""Sizes of a gap in a line from which on the pieces beside it may belong to different columns or cells."""
WALLS = 2000
"""Upright lines of a page that part the text beside them."""
DRIFT = 0.4
"""Sizes by which the place of a character, taken in proportion from its region, may be off."""

_MARKER = re.compile(r"[•·●○■□◆◇▪▫►▶✓✔★☆※◎‣⁃∙\uf000-\uf0ff]|(?:\d{1,3}|[a-zA-Z])[.)）、．]|[（(]\w{1,3}[)）]|[①-⑳]")


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


def pieces(page: GlyphPage) -> list[Line]:
    """The pieces of the lines of ``page``, cut wherever a gap is wide, in no special order."""
    upright = [glyph for glyph in page.glyphs if glyph.turn == 0]
    walls = sorted({(round(rule.x0, 1), rule.y0, rule.y1) for rule in page.rules if not rule.level})[:WALLS]
    found = [_line(run, page) for row in _rows(_runs(upright)) for run in _cut(row, walls)]
    for run in _runs([glyph for glyph in page.glyphs if glyph.turn]):
        found.append(_line(run, page))
    return found


def _runs(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs that follow each other in the file and on the line."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _goes_on(runs[-1][-1], glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return runs


def _goes_on(a: Glyph, b: Glyph) -> bool:
    size = max(a.size, b.size)
    if a.turn != b.turn:
        return False
    if a.turn:
        return abs(a.x0 - b.x0) < 2 * size and abs(a.y0 - b.y0) < 2 * size
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return shared > 0.5 * min(a.y1 - a.y0, b.y1 - b.y0) and -0.7 * size < b.x0 - a.x1 < BREAK * size


def _rows(runs: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """Runs at one height together, each row from left to right."""
    boxed = sorted(((max([g.base for g in run]), _span(run), run) for run in runs), key=lambda entry: entry[0])
    rows: list[tuple[float, float, list[Glyph]]] = []
    for base, (top, bottom), run in boxed:
        for i in range(len(rows) - 1, max(-1, len(rows) - 12), -1):
            above, below, row = rows[i]
            shared = min(below, bottom) - max(above, top)
            level = shared > 0.6 * min(below - above, bottom - top)
            if level and abs(row[0].base - base) < 0.5 * max(row[0].size, run[0].size) and not _overlaid(row, run):
                row += run
                break
        else:
            rows.append((top, bottom, list(run)))
    return [_ordered(row) for _, _, row in rows]


def _ordered(row: Sequence[Glyph]) -> list[Glyph]:
    """From left to right; glyphs that overlap a little stay as the file has them."""
    places = [glyph.x0 for glyph in row]
    if all(a <= b for a, b in pairwise(places)):
        return list(row)
    places = []
    for i, glyph in enumerate(row):
        follows = i > 0 and _goes_on(row[i - 1], glyph)
        places.append(max(places[-1], glyph.x0) if follows else glyph.x0)
    return [row[i] for i in sorted(range(len(row)), key=places.__getitem__)]


def _overlaid(row: Sequence[Glyph], run: Sequence[Glyph]) -> bool:
    """Whether the run lies over text of the row: a hidden mark, or a line drawn through another."""
    left, right = run[0].x0, max(glyph.x1 for glyph in run)
    under = sum(min(right, g.x1) - max(left, g.x0) for g in row if g.x1 > left and g.x0 < right)
    return under > 0.5 * (right - left)


def _span(run: Sequence[Glyph]) -> tuple[float, float]:
    _, _, above, _, below, *_ = zip(*run, strict=True)
    return min(above), max(below)


def _cut(row: Sequence[Glyph], walls: Sequence[tuple[float, float, float]]) -> Iterable[list[Glyph]]:
    """A row cut at its wide gaps and at upright lines; letters that are spaced out evenly stay together."""
    usual = _usual_gap(row)
    middle = (row[0].y0 + row[0].y1) / 2
    standing = [x for x, top, bottom in walls if top < middle < bottom]
    run = [row[0]]
    reach = row[0].x1
    for b in row[1:]:
        a, gap = run[-1], b.x0 - reach
        walled = standing and any(a.x0 + 0.5 * (a.x1 - a.x0) < x < b.x0 + 0.5 * (b.x1 - b.x0) for x in standing)
        apart = gap > max(BREAK * max(a.size, b.size), 1.6 * usual)
        if walled or (apart and not (gap < 3.5 * b.size and _is_marker(run))):
            yield run
            run = []
        run.append(b)
        reach = max(reach, b.x1) if len(run) > 1 else b.x1
    yield run


def _is_marker(run: Sequence[Glyph]) -> bool:
    """Whether the run is the marker of a list item, which stays with it."""
    return len(run) <= 5 and _MARKER.fullmatch("".join(glyph.text for glyph in run)) is not None


def _usual_gap(row: Sequence[Glyph]) -> float:
    """The gap between neighbours on the row where its letters are spaced out evenly; 0 where they are not."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(row)]
    if len(gaps) < 5:
        return 0.0
    usual = median(gaps)
    even = sum(abs(gap - usual) < 0.12 * row[0].size for gap in gaps) >= 0.65 * len(gaps)
    return max(0.0, usual) if even else 0.0


def _line(run: Sequence[Glyph], page: GlyphPage) -> Line:
    usual = _usual_gap(run) if run[0].turn == 0 else 0.0
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for i, glyph in enumerate(run):
        if i and _is_space(run[i - 1], glyph, usual):
            parts.append(" ")
            length += 1
        starts.append(length)
        parts.append(glyph.text)
        length += len(glyph.text)
    _, lefts, tops, rights, bottoms, _, sizes, bold, mono, *_ = zip(*run, strict=True)
    return Line(
        "".join(parts),
        tuple(_boxes(run, starts, page)),
        page.number,
        min(lefts),
        min(tops),
        max(rights),
        max(bottoms),
        sorted(sizes)[len(sizes) // 2],
        sum(bold) > 0.7 * len(run),
        sum(mono) > 0.6 * len(run),
        run[0].turn,
    )


def _is_space(a: Glyph, b: Glyph, usual: float) -> bool:
    """Whether a space is seen between two neighbours. Beside Chinese it takes a wide gap, or a space in the file."""
    if a.turn:
        return b.spaced
    size = min(a.size, b.size)
    gap = b.x0 - a.x1
    wide = marks.is_wide(a.text) + marks.is_wide(b.text)
    if wide == 2:
        return gap > usual + (0.2 if b.spaced else 0.4) * size
    if wide == 1:
        return (b.spaced and gap > 0.1 * size) or gap > usual + 0.5 * size
    return (b.spaced and gap > 0.05 * size) or gap > usual + 0.17 * size


def _boxes(run: Sequence[Glyph], starts: Sequence[int], page: GlyphPage) -> Iterable[Region]:
    """Regions over the run, cut where a character's place in proportion would drift off its true place."""
    if run[0].turn:
        yield _box(run, starts[0], starts[-1] + len(run[-1].text), page)
        return
    first, regular = 0, True
    lefts, limits = [glyph.x0 for glyph in run], [DRIFT * glyph.size for glyph in run]
    for last in range(1, len(run)):
        ended = starts[last - 1] + len(run[last - 1].text)
        if regular:
            glyph, opening = run[last], run[first]
            due = opening.x0 + (last - first) * (opening.x1 - opening.x0)
            regular = starts[last] == ended and abs(glyph.x0 - due) < 0.2 * glyph.size
        if not regular and not _even(run, starts, lefts, limits, first, last):
            yield _box(run[first:last], starts[first], ended, page)
            first, regular = last, True
    yield _box(run[first:], starts[first], starts[-1] + len(run[-1].text), page)


def _even(
    run: Sequence[Glyph], starts: Sequence[int], lefts: Sequence[float], limits: Sequence[float], first: int, last: int
) -> bool:
    """Whether the glyphs ``first`` to ``last`` stand where an even spread over their box would put them."""
    start, count = starts[first], last - first
    if count > 40 and starts[last] != starts[last - 1] + len(run[last - 1].text):
        return False
    left = lefts[first]
    share = (run[last].x1 - left) / (starts[last] + 1 - start)
    if not abs(left + share * (starts[last] - start) - lefts[last]) <= limits[last]:
        return False
    for i in range(first, last, count // 8 or 1):
        if not abs(left + share * (starts[i] - start) - lefts[i]) <= limits[i]:
            return False
    return True


def _box(run: Sequence[Glyph], start: int, end: int, page: GlyphPage) -> Region:
    _, lefts, tops, rights, bottoms, *_ = zip(*run, strict=True)
    box = (min(lefts), min(tops), max(rights), max(bottoms))
    return region(start, end, page.number, box, page.width, page.height)


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
