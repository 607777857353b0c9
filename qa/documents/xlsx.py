"""XLSX -> Document: each sheet a heading and its rows, with the values as the sheet shows them.

A row's text is its cells joined by ``CELL_SEPARATOR``; see :mod:`qa.documents.tables` for merged cells and headers. A
formula is the value that was last computed; where none was kept, a notice counts it. Empty rows and columns are left out; hidden sheets are read, and said to be
hidden. Rows are read as a stream, so that a long sheet needs no tree.

Text boxes stand after the rows. Not covered: charts, whose values stand in cells; pictures and comments, which are
counted; files embedded in a sheet, which are named in a notice. Formats: :mod:`number_format`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble
from qa.documents.number_format import BUILT_IN, display, general
from qa.documents.ooxml import (
    A,
    R,
    Relation,
    S,
    core_title,
    drawing_paragraphs,
    embedded,
    main_part,
    open_office,
    relations,
    switched_on,
    whole,
)
from qa.documents.tables import Cell, Drafts, Row, filled_columns, one_line, runs
from qa.types import Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from qa.documents.package import Package

COLUMNS = 16_384
SHEETS = 1000
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_PICTURE = "=DISPIMG("
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def parse_xlsx(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read an XLSX file. A block's page is the number of its sheet, its row that of the sheet.

    :raises DocumentError: ``file_damaged``, ``file_encrypted``, ``file_expands``, ``file_entities``, ``file_nested``.
    """
    package = open_office(data, path=path)
    book = _book(package)
    drafts = Drafts(path)
    notices: list[Notice] = []
    for page, sheet in enumerate(book.sheets, start=1):
        drafts.add(Draft(sheet.name, "heading", 2, page))
        if sheet.hidden:
            notices.append(Notice("sheet_hidden", page, sheet.name))
        rows, pictures, uncounted = _rows(package, sheet, book)
        columns = filled_columns(rows)
        header: tuple[int, ...] | None = None
        for run in runs(rows):
            header = drafts.add_table(run, inherited=header, columns=columns, page=page) or header or ()
        links = relations(package, sheet.part)
        pictures += _pictures(package, links)
        for text in _boxes(package, links):
            drafts.add(Draft(text, "note", 0, page))
        comments = _comments(package, links)
        if comments:
            notices.append(Notice("comments", page, str(comments)))
        files = embedded(package, links)
        if files:
            notices.append(Notice("attachments", page, "、".join(files)))
        if pictures:
            notices.append(Notice("pictures", page, str(pictures)))
        if uncounted:
            notices.append(Notice("formulas_uncounted", page, str(uncounted)))
    return assemble(
        drafts.all,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="xlsx",
        title=core_title(package),
        pages=len(book.sheets),
        notices=notices,
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class _Style:
    """How the cells of one style look: the format of their numbers; ``strong``: bold or shaded."""

    format: str = "General"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Book:
    """What the sheets of a workbook share."""

    sheets: tuple[_Sheet, ...]
    strings: tuple[str, ...]
    styles: tuple[_Style, ...]
    since_1904: bool


def _book(package: Package) -> _Book:
    main = main_part(package, "xl/workbook.xml")
    links = relations(package, main)
    root = package.xml(main)
    sheets = []
    for element in root.findall(f"{S}sheets/{S}sheet")[:SHEETS]:
        link = links.get(element.get(f"{R}id", ""))
        if link is not None and link.kind == "worksheet" and link.target in package:
            hidden = element.get("state", "visible") != "visible"
            sheets.append(_Sheet(element.get("name", ""), link.target, hidden))
    properties = root.find(f"{S}workbookPr")
    shared, styles = _of_kind(links, "sharedStrings"), _of_kind(links, "styles")
    return _Book(
        sheets=tuple(sheets),
        strings=_strings(package, shared) if shared in package else (),
        styles=_styles(package.xml(styles)) if styles in package else (),
        since_1904=properties is not None and properties.get("date1904", "0") in ("1", "true"),
    )


def _of_kind(links: dict[str, Relation], kind: str) -> str:
    return next((link.target for link in links.values() if link.kind == kind), "")


def _strings(package: Package, part: str) -> tuple[str, ...]:
    return tuple(_rich_text(item) for item in package.elements(part, (f"{S}si",)))


def _rich_text(item: Element) -> str:
    """The text of a string made of runs, without the reading that may stand over it."""
    direct = (child.text or "" for child in item if child.tag == f"{S}t")
    pieces = [*direct, *(run.findtext(f"{S}t") or "" for run in item.findall(f"{S}r"))]
    return _ESCAPE.sub(lambda match: _escaped(match[1]), "".join(pieces))


def _escaped(code: str) -> str:
    """A character that XML cannot hold; of those only white space is kept."""
    char = chr(int(code, 16))
    return char if char.isspace() or char.isprintable() else ""


def _styles(root: Element) -> tuple[_Style, ...]:
    codes = {whole(one.get("numFmtId")): one.get("formatCode", "") for one in root.iter(f"{S}numFmt")}
    bold = [switched_on(font.find(f"{S}b"), "val") for font in root.findall(f"{S}fonts/{S}font")]
    shaded = [_is_shaded(fill) for fill in root.findall(f"{S}fills/{S}fill")]
    styles = []
    for cell in root.findall(f"{S}cellXfs/{S}xf"):
        number, font, fill = whole(cell.get("numFmtId")), whole(cell.get("fontId")), whole(cell.get("fillId"))
        strong = (0 <= font < len(bold) and bold[font]) or (0 <= fill < len(shaded) and shaded[fill])
        styles.append(_Style(codes.get(number) or BUILT_IN.get(number, "General"), strong))
    return tuple(styles)


def _is_shaded(fill: Element) -> bool:
    pattern = fill.find(f"{S}patternFill")
    if pattern is None or pattern.get("patternType") != "solid":
        return False
    colour = pattern.find(f"{S}fgColor")
    return colour is not None and colour.get("rgb", "").upper()[-6:] != "FFFFFF"


def _rows(package: Package, sheet: _Sheet, book: _Book) -> tuple[list[Row], int, int]:
    """The rows of a sheet that hold text, merged cells filled in; and how many pictures stand in its cells, and how many
    formulas without a value.
    """
    rows: list[Row] = []
    merges: list[str] = []
    pictures, uncounted, number = 0, 0, 0
    for element in package.elements(sheet.part, (f"{S}row", f"{S}mergeCell")):
        if element.tag == f"{S}mergeCell":
            merges.append(element.get("ref", ""))
            continue
        number = whole(element.get("r"), number + 1)
        cells: dict[int, Cell] = {}
        column = -1
        for one in element.findall(f"{S}c"):
            at = _REFERENCE.fullmatch(one.get("r", ""))
            column = min(_column(at[1]) if at else column + 1, COLUMNS)
            cell = _cell(one, book)
            if cell.text.startswith(_PICTURE):
                pictures += 1
            elif cell.text:
                cells[column] = cell
            else:
                uncounted += one.find(f"{S}f") is not None and one.get("t") != "str"
        if cells:
            rows.append(Row(cells, number))
    rows.sort(key=lambda row: row.number)
    _merge(rows, merges)
    return rows, pictures, uncounted


def _column(letters: str) -> int:
    """The place of a column, counted from 0, by its letters."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _cell(element: Element, book: _Book) -> Cell:
    style = whole(element.get("s"))
    look = book.styles[style] if 0 <= style < len(book.styles) else _Style()
    return Cell(one_line(_shown(element, look, book)), strong=look.strong)


def _shown(element: Element, look: _Style, book: _Book) -> str:
    """What a cell shows."""
    kind = element.get("t", "n")
    if kind == "inlineStr":
        inline = element.find(f"{S}is")
        return "" if inline is None else _rich_text(inline)
    value = element.findtext(f"{S}v") or ""
    if kind == "s":
        at = whole(value.strip(), -1)
        return book.strings[at] if 0 <= at < len(book.strings) else ""
    if kind == "b" and value.strip() in ("0", "1"):
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind != "n" or not value.strip():
        return _ESCAPE.sub(lambda match: _escaped(match[1]), value)
    try:
        number = float(value)
    except ValueError:
        return value
    if not -1e300 < number < 1e300:
        return value
    return general(number) if look.format == "General" else display(number, look.format, since_1904=book.since_1904)


def _merge(rows: Sequence[Row], merges: Sequence[str]) -> None:
    """Put the text of each cell that is merged over rows into those of them that hold other text."""
    numbers = [row.number for row in rows]
    for reference in merges:
        corners = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
        if len(corners) != 2 or corners[0] is None or corners[1] is None:
            continue
        left, right = _column(corners[0][1]), _column(corners[1][1])
        top, bottom = int(corners[0][2]), int(corners[1][2])
        first = bisect_left(numbers, top)
        if first == len(rows) or numbers[first] != top or left not in rows[first].cells:
            continue
        cell = rows[first].cells[left]
        rows[first].cells[left] = replace(cell, columns=max(1, right - left + 1), rows=max(1, bottom - top + 1))
        for row in rows[first + 1 : bisect_left(numbers, bottom + 1)]:
            row.cells.setdefault(left, cell)


def _linked(package: Package, links: Mapping[str, Relation], kind: str) -> Iterator[Element]:
    """The roots of the parts of one kind that a sheet refers to."""
    return (package.xml(link.target) for link in links.values() if link.kind == kind and link.target in package)


def _pictures(package: Package, links: Mapping[str, Relation]) -> int:
    """How many pictures lie on a sheet."""
    return sum(1 for root in _linked(package, links, "drawing") for _ in root.iter(f"{A}blip"))


def _boxes(package: Package, links: Mapping[str, Relation]) -> Iterator[str]:
    """The paragraphs of the text boxes on a sheet."""
    for root in _linked(package, links, "drawing"):
        for shape in root.iter(f"{_DRAWING}sp"):
            yield from (text.strip() for _, text in drawing_paragraphs(shape) if text.strip())


def _comments(package: Package, links: Mapping[str, Relation]) -> int:
    """How many comments hang on the cells of a sheet."""
    return sum(len(root.findall(f"{S}commentList/{S}comment")) for root in _linked(package, links, "comments"))
