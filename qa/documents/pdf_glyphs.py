"""One page of a PDF, through PDFium, as glyphs, ruled lines and the share that pictures cover.

Owns PDFium's coordinates: everything that leaves is in points from the top left corner of the page as it is shown
(crop box and rotation applied). Characters drawn twice (fake bold, text laid over itself) leave once. Knows no line,
column or paragraph. Not covered: vertical and right-to-left writing; curves and diagonal lines are no rules.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    import pypdfium2

GLYPH_LIMIT = 200_000
"""Characters of one page that are read; a page of newspaper has some 20,000."""
OBJECT_LIMIT = 20_000
"""Drawn objects of one page that are looked at for ruled lines."""
RULE_WIDTH = 3.0
"""Points: a filled box thinner than this is a ruled line."""
ROW = 4.0
"""Points: how far apart a character and its double can be in height, and are looked for."""
FORM_DEPTH = 6
"""Levels of drawings inside drawings that are followed."""

_BOLD = re.compile(r"bold|black|heavy|semib|demi|[-,]b\b|simhei|heiti|黑", re.IGNORECASE)
_MONOSPACE = re.compile(r"courier|consol|mono|menlo|monaco|typewriter|cmtt", re.IGNORECASE)


class Glyph(NamedTuple):
    """One character where it is drawn. ``base`` is the height of its baseline, ``size`` that of its font.

    ``turn`` is the angle of its line in whole degrees, counted clockwise as the page is shown; 0 is upright.
    ``spaced``: a space character stands before it in the file. ``bad``: its font does not say what it is.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    bold: bool
    mono: bool
    turn: int
    spaced: bool
    bad: bool


class Rule(NamedTuple):
    """A ruled line, or the side of a box: upright or level; ``x0 <= x1``, ``y0 <= y1``."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def level(self) -> bool:
        """Whether it runs from left to right."""
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class GlyphPage:
    """What one page shows. ``number`` counts from 1; ``pictured`` is the share of it under pictures, in [0, 1]."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    pictured: float


class _Frame:
    """From PDFium's coordinates to the page as shown: ``x' = a x + c y + e``, ``y' = b x + d y + f``."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        left, bottom, right, top = page.get_bbox()
        self.width, self.height = max(right - left, 0.0), max(top - bottom, 0.0)
        self.turn = page.get_rotation() % 360
        match self.turn:
            case 90:
                self.matrix = (0.0, 1.0, 1.0, 0.0, -bottom, -left)
            case 180:
                self.matrix = (-1.0, 0.0, 0.0, 1.0, right, -bottom)
            case 270:
                self.matrix = (0.0, -1.0, -1.0, 0.0, top, right)
            case _:
                self.matrix = (1.0, 0.0, 0.0, -1.0, -left, top)
        if self.turn in (90, 270):
            self.width, self.height = self.height, self.width

    def point(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.matrix
        return a * x + c * y + e, b * x + d * y + f

    def shows(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether more than a ten-thousandth of the page's sides shows of a box, counted from each edge."""
        across, down = 1e-4 * self.width, 1e-4 * self.height
        return bool(x1 > across and y1 > down and x0 < self.width - across and y0 < self.height - down)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        if self.turn == 0 and left <= right and bottom <= top:
            *_, e, f = self.matrix
            return left + e, f - top, right + e, f - bottom
        xa, ya = self.point(left, bottom)
        xb, yb = self.point(right, top)
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)


def read_page(page: pypdfium2.PdfPage, number: int) -> GlyphPage:
    """Read one loaded page. A page of no size is empty.

    :raises pypdfium2.PdfiumError: where PDFium cannot read its text.
    """
    frame = _Frame(page)
    if not (0 < frame.width < 1e6 and 0 < frame.height < 1e6):
        return GlyphPage(number, 0.0, 0.0, (), (), 0.0)
    text = page.get_textpage()
    try:
        glyphs = _once(_glyphs(text, frame))
    finally:
        text.close()
    rules, pictured = _drawn(page, frame)
    return GlyphPage(number, frame.width, frame.height, tuple(glyphs), tuple(rules), pictured)


class _Style(NamedTuple):
    """What the characters that one object draws have in common; ``base`` is the height of their baseline."""

    size: float
    bold: bool
    mono: bool
    turn: int
    base: float
    bad: bool


def _glyphs(page: pypdfium2.PdfTextPage, frame: _Frame) -> Iterator[Glyph]:
    """The characters on the page in the order of the file, without white space and what is not drawn."""
    import pypdfium2.raw as pdfium

    unicode_of, box_of, owner_of = _per_character()
    raw, box = page.raw, pdfium.FS_RECTF()
    upright, across, down = frame.turn == 0, frame.matrix[4], frame.matrix[5]
    handle, place = ctypes.cast(raw, ctypes.c_void_p).value, ctypes.addressof(box)
    style, owner, high, spaced = _Style(0.0, False, False, 0, 0.0, False), 0, 0, False
    for index in range(min(page.count_chars(), GLYPH_LIMIT)):
        code = unicode_of(handle, index)
        if code in _SPACES or 0x2000 <= code <= 0x200F:
            spaced = spaced or (code not in _ENDS and pdfium.FPDFText_IsGenerated(raw, index) != 1)
            continue
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                high = code
                continue
            code, high = (0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD), 0
        if not box_of(handle, index, place):
            continue
        address = owner_of(handle, index) or 0
        if not address or address != owner:
            owner, style = address, _style(raw, index, pdfium.FPDFText_GetTextObject(raw, index), frame)
        # PDFium gives U+0002 for a hyphen at the end of a line.
        text = "-" if code == 2 else chr(code) if 0 < code < 0x110000 else "\ufffd"
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if upright and left <= right and bottom <= top:
            x0, y0, x1, y1 = left + across, down - top, right + across, down - bottom
        else:
            x0, y0, x1, y1 = frame.box(left, bottom, right, top)
        size, bold, mono, turn, base, bad = style
        if turn == 0 and size > 0:
            high_end, low_end = base - 0.95 * size, base + 0.3 * size
            y0 = high_end if high_end > y0 else y0
            y1 = low_end if low_end < y1 else y1
        if x1 > x0 and y1 > y0 and frame.shows(x0, y0, x1, y1):
            bad = bad or code < 0x20 and code != 2
            yield Glyph(text, x0, y0, x1, y1, base, size or y1 - y0, bold, mono, turn, spaced, bad)
            spaced = False


@cache
def _per_character() -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Code point, box and drawing object of a character, by the addresses of page and box.

    The functions of pypdfium2 make a Python object of each pointer and let go of the interpreter for each call, which
    for three calls a character takes longer than the calls themselves.
    """
    import pypdfium2.raw as pdfium

    whole, pointer = ctypes.c_int, ctypes.c_void_p

    def bound(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
        address = ctypes.cast(function, pointer).value or 0
        return cast("Callable[..., Any]", ctypes.PYFUNCTYPE(result, pointer, whole, *arguments)(address))

    return (
        bound(pdfium.FPDFText_GetUnicode, ctypes.c_uint),
        bound(pdfium.FPDFText_GetLooseCharBox, whole, pointer),
        bound(pdfium.FPDFText_GetTextObject, pointer),
    )


_ENDS = frozenset((0x0D, 0x0A, 0xAD))
_SPACES = _ENDS | {0x20, 0xA0, 0x09, 0x3000, 0xFEFF}


def _style(page: Any, index: int, drawer: Any, frame: _Frame) -> _Style:
    """Size, weight, direction and baseline of the characters that one object draws."""
    import pypdfium2.raw as pdfium

    matrix, x, y = pdfium.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetMatrix(page, index, matrix)
    pdfium.FPDFText_GetCharOrigin(page, index, x, y)
    size = abs(pdfium.FPDFText_GetFontSize(page, index) * math.hypot(matrix.c, matrix.d))
    degrees = -math.degrees(math.atan2(matrix.b, matrix.a)) + frame.turn if matrix.a or matrix.b else 0.0
    flags, buffer = ctypes.c_int(), ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(page, index, buffer, len(buffer), flags)
    name = buffer.value.decode("utf-8", "replace")
    stroked = bool(drawer) and pdfium.FPDFTextObj_GetTextRenderMode(drawer) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    return _Style(
        size,
        stroked or bool(_BOLD.search(name)),
        bool(_MONOSPACE.search(name)),
        round(degrees) % 360,
        frame.point(x.value, y.value)[1],
        pdfium.FPDFText_HasUnicodeMapError(page, index) == 1,
    )


def _once(glyphs: Iterator[Glyph]) -> list[Glyph]:
    """Each character once: one drawn again within a third of its size is bold, and left out the second time."""
    kept: list[Glyph] = []
    places: dict[tuple[str, int], list[tuple[float, float, int]]] = {}
    for glyph in glyphs:
        text, x0, _, x1, _, base, size, *_ = glyph
        reach = max(0.3 * min(size, x1 - x0), 0.1)
        row = int(base // ROW)
        double = -1
        rows = [row]
        if base - reach <= row * ROW:
            rows.append(row - 1)
        if base + reach >= (row + 1) * ROW:
            rows.append(row + 1)
        for near in rows:
            for left, level, i in places.get((text, near), ()):
                if abs(left - x0) < reach and abs(level - base) < reach:
                    double = i
        if double < 0:
            places.setdefault((text, row), []).append((x0, base, len(kept)))
            kept.append(glyph)
        else:
            kept[double] = kept[double]._replace(bold=True)
    return kept


def _drawn(page: pypdfium2.PdfPage, frame: _Frame) -> tuple[list[Rule], float]:
    """The ruled lines of the page, and the share of it under pictures (up to 1)."""
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    covered = 0.0
    for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE), max_depth=FORM_DEPTH):
        if len(rules) > OBJECT_LIMIT:
            return [], min(covered, 1.0)
        matrix = _outer(item)
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = frame.box(*_through(matrix, *item.get_bounds()))
            x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, frame.width), min(y1, frame.height)
            covered += max(x1 - x0, 0.0) * max(y1 - y0, 0.0) / (frame.width * frame.height)
        else:
            rules += _rules(item, matrix, frame)
    return rules, min(covered, 1.0)


def _outer(item: Any) -> tuple[float, float, float, float, float, float]:
    """The matrix of the drawings that ``item`` lies in."""
    matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    holder = item.container
    while holder is not None:
        matrix = _times(matrix, holder.get_matrix().get())
        holder = holder.container
    return matrix


def _times(first: tuple[float, ...], then: tuple[float, ...]) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _through(
    matrix: tuple[float, ...], left: float, bottom: float, right: float, top: float
) -> tuple[float, float, float, float]:
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x, y in ((left, bottom), (right, top))]
    ys = [b * x + d * y + f for x, y in ((left, bottom), (right, top))]
    return min(xs), min(ys), max(xs), max(ys)


def _rules(item: Any, outer: tuple[float, ...], frame: _Frame) -> Iterator[Rule]:
    """The level and upright lines that a path draws: strokes, thin filled boxes, the sides of filled boxes."""
    import pypdfium2.raw as pdfium

    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, mode, stroke)
    count = pdfium.FPDFPath_CountSegments(item)
    if not (mode.value or stroke.value) or not 2 <= count <= 400:
        return
    if mode.value and not stroke.value:
        if _is_white(item):
            return
        x0, y0, x1, y1 = frame.box(*_through(outer, *item.get_bounds()))
        if min(x1 - x0, y1 - y0) <= RULE_WIDTH and count <= 8:
            yield _thin(x0, y0, x1, y1)
        elif count <= 6 and x1 - x0 < 0.98 * frame.width and _is_box(item):
            yield from (Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1), Rule(x0, y0, x0, y1), Rule(x1, y0, x1, y1))
        return
    matrix = _times(item.get_matrix().get(), outer)
    a, b, c, d, e, f = matrix
    last = start = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        here = frame.point(a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield from _straight(last, here)
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield from _straight(here, start)
        last = here


def _is_white(item: Any) -> bool:
    """Whether a filled box only clears the ground, and shows no side."""
    import pypdfium2.raw as pdfium

    red, green, blue, cover = (ctypes.c_uint() for _ in range(4))
    known = pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, cover)
    return bool(known) and (min(red.value, green.value, blue.value) > 250 or cover.value == 0)


def _is_box(item: Any) -> bool:
    import pypdfium2.raw as pdfium

    kinds = (
        pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(item, i))
        for i in range(pdfium.FPDFPath_CountSegments(item))
    )
    return all(kind != pdfium.FPDF_SEGMENT_BEZIERTO for kind in kinds)


def _straight(p: tuple[float, float], q: tuple[float, float]) -> Iterator[Rule]:
    if (abs(p[0] - q[0]) <= 0.5) != (abs(p[1] - q[1]) <= 0.5):
        yield _thin(min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1]))


def _thin(x0: float, y0: float, x1: float, y1: float) -> Rule:
    """A box with no thickness, along its middle."""
    if x1 - x0 >= y1 - y0:
        return Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
    return Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)
