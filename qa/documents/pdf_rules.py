"""What one page of a PDF draws beside its text: ruled lines, and the share of it that pictures cover.

Everything is in points of the page as shown. Not covered: curves and diagonal lines are no rules.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from qa.documents.pdf_frame import Frame

if TYPE_CHECKING:
    import pypdfium2

OBJECT_LIMIT = 20_000
"""Drawn objects of one page that are looked at for ruled lines."""
RULE_WIDTH = 3.0
"""Points: a filled box thinner than this is a ruled line."""
FORM_DEPTH = 6
"""Levels of drawings inside drawings that are followed."""

Matrix = tuple[float, float, float, float, float, float]

_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


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


def drawn(page: pypdfium2.PdfPage, frame: Frame) -> tuple[list[Rule], float]:
    """The ruled lines of the page, and the share of it under pictures (up to 1).

    :raises pypdfium2.PdfiumError: where PDFium cannot say where an object lies.
    """
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    covered = 0.0
    for item, kind, matrix in _objects(page.raw, _SAME, FORM_DEPTH):
        if len(rules) > OBJECT_LIMIT:
            return [], min(covered, 1.0)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = frame.box(*_through(matrix, *_bounds(item)))
            x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, frame.width), min(y1, frame.height)
            covered += max(x1 - x0, 0.0) * max(y1 - y0, 0.0) / (frame.width * frame.height)
        else:
            rules += _rules(item, matrix, frame)
    return rules, min(covered, 1.0)


def _objects(holder: Any, outer: Matrix, depth: int, *, form: bool = False) -> Iterator[tuple[Any, int, Matrix]]:
    """The paths and pictures on a page or in a drawing, with their kind and the matrix of what they lie in."""
    import pypdfium2.raw as pdfium

    count_of = pdfium.FPDFFormObj_CountObjects if form else pdfium.FPDFPage_CountObjects
    object_of = pdfium.FPDFFormObj_GetObject if form else pdfium.FPDFPage_GetObject
    type_of = pdfium.FPDFPageObj_GetType
    for index in range(count_of(holder)):
        item = object_of(holder, index)
        kind = type_of(item)
        if kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            yield item, kind, outer
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth > 1:
            yield from _objects(item, _times(_matrix(item), outer), depth - 1, form=True)


def _matrix(item: Any) -> Matrix:
    import pypdfium2
    import pypdfium2.raw as pdfium

    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, found):
        raise pypdfium2.PdfiumError("Failed to get matrix of pageobject.")
    return found.a, found.b, found.c, found.d, found.e, found.f


def _bounds(item: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of an object in what it lies in."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        raise pypdfium2.PdfiumError("Failed to locate pageobject.")
    return left.value, bottom.value, right.value, top.value


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _through(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x, y in ((left, bottom), (right, top))]
    ys = [b * x + d * y + f for x, y in ((left, bottom), (right, top))]
    return min(xs), min(ys), max(xs), max(ys)


def _rules(item: Any, outer: Matrix, frame: Frame) -> Iterator[Rule]:
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
        x0, y0, x1, y1 = frame.box(*_through(outer, *_bounds(item)))
        if min(x1 - x0, y1 - y0) <= RULE_WIDTH and count <= 8:
            yield _thin(x0, y0, x1, y1)
        elif count <= 6 and x1 - x0 < 0.98 * frame.width and _is_box(item):
            yield from (Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1), Rule(x0, y0, x0, y1), Rule(x1, y0, x1, y1))
        return
    matrix = _times(_matrix(item), outer)
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
