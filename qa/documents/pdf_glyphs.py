"""One page of a PDF, through PDFium, as glyphs; with its ruled lines and the share that pictures cover.

A page has thousands of glyphs, so they are columns of numbers, not objects: PDFium is asked about each character in one
sweep a question, and what is worked out from the answers is worked out for the whole page at once. Everything that
leaves is in points from the top left corner of the page as it is shown. Characters drawn twice (fake bold, text laid
over itself) leave once. Knows no line, column or paragraph. Not covered: vertical and right-to-left writing.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from qa.documents.pdf_frame import Frame
from qa.documents.pdf_rules import Rule, drawn

if TYPE_CHECKING:
    import pypdfium2

GLYPH_LIMIT = 200_000
"""Characters of one page that are read; a page of newspaper has some 20,000."""
DOWNWARDS = 20
"""Characters below each other from which on a page may be written downwards."""
ROW = 4.0
"""Points: how far apart a character and its double can be in height, and are looked for."""

_BOLD = re.compile(r"bold|black|heavy|semib|demi|[-,]b\b|simhei|heiti|黑", re.IGNORECASE)
_MONOSPACE = re.compile(r"courier|consol|mono|menlo|monaco|typewriter|cmtt", re.IGNORECASE)

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters where they are drawn, a column each; all columns are as long, in the order of the file.

    ``code`` is the code point, ``base`` the height of the baseline, ``size`` that of the font. ``turn`` is the angle of
    the line in whole degrees, counted clockwise as the page is shown; 0 is upright. ``spaced``: a space character
    stands before it in the file. ``bad``: its font does not say what it is.
    """

    code: Ints
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    base: Floats
    size: Floats
    bold: Bools
    mono: Bools
    turn: Ints
    spaced: Bools
    bad: Bools

    def __len__(self) -> int:
        return len(self.code)

    @property
    def text(self) -> str:
        """The characters, end to end."""
        return text_of(self.code)

    def at(self, places: Ints | Bools) -> Glyphs:
        """Those at ``places``."""
        return Glyphs(*(getattr(self, column.name)[places] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class GlyphPage:
    """What one page shows. ``number`` counts from 1; ``pictured`` is the share of it under pictures, in [0, 1].

    ``upended``: its writing runs downwards, from right to left; the right side of the page is the top here, and its top
    the left side.
    """

    number: int
    width: float
    height: float
    glyphs: Glyphs
    rules: tuple[Rule, ...]
    pictured: float
    upended: bool = False


def text_of(codes: Ints) -> str:
    """Code points as text."""
    return codes.astype("<u4").tobytes().decode("utf-32-le")


def read_page(page: pypdfium2.PdfPage, number: int) -> GlyphPage:
    """Read one loaded page. A page of no size is empty.

    :raises pypdfium2.PdfiumError: where PDFium cannot read its text.
    """
    frame = Frame(page)
    if not (0 < frame.width < 1e6 and 0 < frame.height < 1e6):
        return GlyphPage(number, 0.0, 0.0, _drawn_ones([], frame), (), 0.0)
    text = page.get_textpage()
    try:
        glyphs = _once(_glyphs(text, frame))
    finally:
        text.close()
    rules, pictured = drawn(page, frame)
    shown = GlyphPage(number, frame.width, frame.height, glyphs, tuple(rules), pictured)
    return _on_its_side(shown) if _runs_downwards(glyphs) else shown


def _runs_downwards(glyphs: Glyphs) -> bool:
    """Whether most characters that follow each other stand below each other: Chinese in columns."""
    upright = glyphs.at(glyphs.turn == 0)
    if len(upright) < DOWNWARDS:
        return False
    han = (upright.code >= 0x3400) & (upright.code <= 0x9FFF)
    pairs = han[:-1] & han[1:]
    size = np.maximum(upright.size[:-1], 0.1)
    across = np.diff(upright.x0 + upright.x1) / 2 / size
    down = np.diff(upright.y0 + upright.y1) / 2 / size
    below = pairs & (np.abs(across) < 0.35) & (down > 0.6) & (down < 1.8)
    beside = pairs & (np.abs(down) < 0.35) & (across > 0.3) & (across < 1.8)
    return int(below.sum()) >= max(DOWNWARDS, 3 * int(beside.sum()))


def _on_its_side(page: GlyphPage) -> GlyphPage:
    """The page turned so that its columns are lines, the first on top. Its characters are upright again."""
    glyphs, width = page.glyphs, page.width
    y0, y1 = width - glyphs.x1, width - glyphs.x0
    # A flat character (一) takes as much of its column as any other.
    middle, half = (glyphs.y0 + glyphs.y1) / 2, np.where(glyphs.code >= 0x2E80, 0.45 * glyphs.size, 0.0)
    x0, x1 = np.minimum(glyphs.y0, middle - half), np.maximum(glyphs.y1, middle + half)
    turned = np.where(np.isin(glyphs.turn, (0, 90)), 0, glyphs.turn)
    laid = replace(glyphs, x0=x0, x1=x1, y0=y0, y1=y1, base=y1 - 0.12 * glyphs.size, turn=turned)
    rules = tuple(Rule(rule.y0, width - rule.x1, rule.y1, width - rule.x0) for rule in page.rules)
    return GlyphPage(page.number, page.height, width, laid, rules, page.pictured, upended=True)


class _Style(NamedTuple):
    """What the characters that one object draws have in common; ``base`` is the height of their baseline."""

    size: float = 0.0
    bold: bool = False
    mono: bool = False
    turn: int = 0
    base: float = 0.0
    bad: bool = False


def _glyphs(page: pypdfium2.PdfTextPage, frame: Frame) -> Glyphs:
    """The characters on the page in the order of the file, without white space and what is not drawn."""
    ask = _questions()
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value or 0
    count = min(page.count_chars(), GLYPH_LIMIT)
    codes = np.fromiter(map(ask.unicode, repeat(handle), range(count)), np.int64, count)
    blank = np.isin(codes, _SPACES) | ((codes >= 0x2000) & (codes <= 0x200F))
    marks = np.zeros(count + 1, np.intp)
    for index in np.flatnonzero(blank & ~np.isin(codes, _ENDS)).tolist():
        marks[index + 1] = ask.generated(handle, index) != 1
    codes, halves = _paired(codes)
    places = np.flatnonzero(~blank & ~halves)
    boxes = np.zeros((len(places), 4), np.float32)
    start = boxes.ctypes.data
    boxed = map(ask.box, repeat(handle), places.tolist(), range(start, start + boxes.nbytes, 16))
    known = np.fromiter(boxed, np.bool_, len(places))
    places, boxes = places[known], boxes[known]
    owners = np.fromiter(map(ask.owner, repeat(handle), places.tolist()), np.uint64, len(places))
    opens = np.ones(len(places), np.bool_)
    opens[1:] = (owners[1:] != owners[:-1]) | (owners[1:] == 0)
    fonts: dict[int, tuple[bool, bool]] = {}
    styles = [_style(handle, index, frame, fonts) for index in places[opens].tolist()]
    shown = _drawn_ones(styles, frame, codes[places], boxes, np.cumsum(opens) - 1)
    seen = (shown.x1 > shown.x0) & (shown.y1 > shown.y0) & frame.shows(shown.x0, shown.y0, shown.x1, shown.y1)
    passed = np.cumsum(marks)[places[seen]]
    glyphs = shown.at(seen)
    glyphs.spaced[:] = np.diff(passed, prepend=0) > 0
    return glyphs


def _paired(codes: Ints) -> tuple[Ints, Bools]:
    """Code points with those of surrogate pairs at their second halves, and which places are first halves."""
    halves = (codes >= 0xD800) & (codes < 0xDC00)
    high = 0
    for index in np.flatnonzero((codes >= 0xD800) & (codes < 0xE000)).tolist():
        code = int(codes[index])
        if code < 0xDC00:
            high = code
            continue
        codes[index] = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
    return codes, halves


def _drawn_ones(
    styles: Iterable[_Style],
    frame: Frame,
    codes: Ints | None = None,
    boxes: NDArray[np.float32] | None = None,
    owners: Ints | None = None,
) -> Glyphs:
    """Characters with their ``boxes`` (left, bottom, right, top in PDFium's coordinates) on the page as shown.

    ``owners`` says which of ``styles`` each one has. Nothing is marked as spaced yet.
    """
    if codes is None or boxes is None or owners is None or not len(codes):
        none, no = np.zeros(0), np.zeros(0, np.bool_)
        return Glyphs(np.zeros(0, np.int64), none, none, none, none, none, none, no, no, np.zeros(0, np.int64), no, no)
    columns = zip(*styles, strict=True)
    size, bold, mono, turn, base, bad = (np.array(column)[owners] for column in columns)
    x0, y0, x1, y1 = frame.boxes(*boxes.astype(np.float64).T)
    # PDFium's boxes reach as far as its fonts say, which may be over the lines beside.
    held = (turn == 0) & (size > 0)
    above, below = base - 0.95 * size, base + 0.3 * size
    y0 = np.where(held & (above > y0), above, y0)
    y1 = np.where(held & (below < y1), below, y1)
    bad = bad | ((codes < 0x20) & (codes != 2))
    # PDFium gives U+0002 for a hyphen at the end of a line.
    letters = np.where(codes == 2, 0x2D, np.where((codes > 0) & (codes < 0x110000), codes, 0xFFFD))
    size = np.where(size != 0, size, y1 - y0)
    return Glyphs(letters, x0, y0, x1, y1, base, size, bold, mono, turn, np.zeros(len(codes), np.bool_), bad)


class _Questions(NamedTuple):
    """PDFium's functions on a character, which take the address of the text page, an index, and addresses to fill;
    and on what draws it (``font``, ``mode``), which take its address.

    The functions of pypdfium2 make a Python object of each pointer and let go of the interpreter for each call, which
    for three calls a character takes longer than the calls themselves.
    """

    unicode: Callable[..., int]
    box: Callable[..., int]
    owner: Callable[..., int]
    generated: Callable[..., int]
    matrix: Callable[..., int]
    origin: Callable[..., int]
    font_size: Callable[..., float]
    font_info: Callable[..., int]
    unmapped: Callable[..., int]
    font: Callable[..., int]
    mode: Callable[..., int]


@cache
def _questions() -> _Questions:
    import pypdfium2.raw as pdfium

    whole, pointer = ctypes.c_int, ctypes.c_void_p

    def at(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
        address = ctypes.cast(function, pointer).value or 0
        return cast("Callable[..., Any]", ctypes.PYFUNCTYPE(result, pointer, *arguments)(address))

    def bound(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
        return at(function, result, whole, *arguments)

    return _Questions(
        bound(pdfium.FPDFText_GetUnicode, ctypes.c_uint),
        bound(pdfium.FPDFText_GetLooseCharBox, whole, pointer),
        bound(pdfium.FPDFText_GetTextObject, ctypes.c_size_t),
        bound(pdfium.FPDFText_IsGenerated, whole),
        bound(pdfium.FPDFText_GetMatrix, whole, pointer),
        bound(pdfium.FPDFText_GetCharOrigin, whole, pointer, pointer),
        bound(pdfium.FPDFText_GetFontSize, ctypes.c_double),
        bound(pdfium.FPDFText_GetFontInfo, ctypes.c_ulong, pointer, ctypes.c_ulong, pointer),
        bound(pdfium.FPDFText_HasUnicodeMapError, whole),
        at(pdfium.FPDFTextObj_GetFont, ctypes.c_size_t),
        at(pdfium.FPDFTextObj_GetTextRenderMode, whole),
    )


_ENDS = (0x0D, 0x0A, 0xAD)
_SPACES = (*_ENDS, 0x20, 0xA0, 0x09, 0x3000, 0xFEFF)


def _style(page: int, index: int, frame: Frame, fonts: dict[int, tuple[bool, bool]]) -> _Style:
    """Size, weight, direction and baseline of the characters that one object draws.

    ``fonts`` keeps, of each font that was met on the page, whether it is bold and whether monospaced.
    """
    import pypdfium2.raw as pdfium

    ask = _questions()
    place = (ctypes.c_float * 6)()
    point = (ctypes.c_double * 2)()
    ask.matrix(page, index, ctypes.addressof(place))
    ask.origin(page, index, ctypes.addressof(point), ctypes.addressof(point) + 8)
    a, b, c, d, _, _ = place
    size = abs(ask.font_size(page, index) * math.hypot(c, d))
    degrees = -math.degrees(math.atan2(b, a)) + frame.turn if a or b else 0.0
    drawer = ask.owner(page, index)
    font = ask.font(drawer) if drawer else 0
    if not font or font not in fonts:
        buffer = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        ask.font_info(page, index, ctypes.addressof(buffer), len(buffer), ctypes.addressof(flags))
        name = buffer.value.decode("utf-8", "replace")
        fonts[font] = bool(_BOLD.search(name)), bool(_MONOSPACE.search(name))
    bold, mono = fonts[font]
    stroked = bool(drawer) and ask.mode(drawer) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    bad = ask.unmapped(page, index) == 1
    return _Style(size, stroked or bold, mono, round(degrees) % 360, frame.point(point[0], point[1])[1], bad)


def _once(glyphs: Glyphs) -> Glyphs:
    """Each character once: one drawn again within a third of its size is bold, and left out the second time."""
    if not len(glyphs):
        return glyphs
    reach = np.maximum(0.3 * np.minimum(glyphs.size, glyphs.x1 - glyphs.x0), 0.1)
    kept = np.ones(len(glyphs), np.bool_)
    places: dict[tuple[int, int], list[tuple[float, float, int]]] = {}
    near = np.flatnonzero(_crowded(glyphs, reach))
    columns = (near, glyphs.code[near], glyphs.x0[near], glyphs.base[near], reach[near])
    for i, code, x0, base, far in zip(*(column.tolist() for column in columns), strict=True):
        row = int(base // ROW)
        rows = [row]
        if base - far <= row * ROW:
            rows.append(row - 1)
        if base + far >= (row + 1) * ROW:
            rows.append(row + 1)
        double = -1
        for other in rows:
            for left, level, j in places.get((code, other), ()):
                if abs(left - x0) < far and abs(level - base) < far:
                    double = j
        if double < 0:
            places.setdefault((code, row), []).append((x0, base, i))
        else:
            kept[i] = False
            glyphs.bold[double] = True
    return glyphs if kept.all() else glyphs.at(kept)


def _crowded(glyphs: Glyphs, reach: Floats) -> Bools:
    """Which characters may have a double: those that stand closer to one like them than any of their like reaches.

    In steps of height twice as long as the reach, taken twice and half a step apart, two that are close share a step.
    """
    codes, like = np.unique(glyphs.code, return_inverse=True)
    farthest = np.zeros(len(codes))
    np.maximum.at(farthest, like, reach)
    far = farthest[like]
    crowded = np.zeros(len(codes), np.bool_)
    for shift in (0.0, 0.5):
        step = np.floor(glyphs.base / (2 * far) + shift)
        order = np.lexsort((glyphs.x0, step, like))
        kind, height, left = like[order], step[order], glyphs.x0[order]
        close = (kind[1:] == kind[:-1]) & (height[1:] == height[:-1]) & (left[1:] - left[:-1] < far[order][1:])
        crowded[kind[1:][close]] = True
    found: Bools = crowded[like]
    return found
