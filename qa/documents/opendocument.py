"""ODT, ODS and ODP -> Document. All three hold their text in one part, spreadsheets with the values as they are shown.

ODT: paragraphs, headings, lists and tables in order, footnotes at the end of their section. ODS: each sheet a heading
and its rows. ODP: each slide a heading and its frames in reading order, then the speaker's notes. Deleted text is left
out, pictures are counted. Not covered: numbers that are counted by themselves, page headers, charts; comments, which
are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble, comments_notice
from qa.documents.ooxml import whole
from qa.documents.package import Package, open_package
from qa.documents.reading_order import Box, in_reading_order
from qa.documents.tables import Cell, Drafts, Row, filled_columns, is_unit, one_line, runs
from qa.errors import DocumentError
from qa.types import BlockKind, Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_URN = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE = f"{{{_URN}:office:1.0}}"
TEXT = f"{{{_URN}:text:1.0}}"
TABLE = f"{{{_URN}:table:1.0}}"
DRAW = f"{{{_URN}:drawing:1.0}}"
STYLE = f"{{{_URN}:style:1.0}}"
SVG = f"{{{_URN}:svg-compatible:1.0}}"
SHOW = f"{{{_URN}:presentation:1.0}}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED = b"encryption-data"

REPEATS = 1000
"""Times that a repeated cell or row with text in it is taken."""
COLUMNS = 16_384
_DEPTH = 20
_SILENT = frozenset(
    (f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{TEXT}note", f"{TEXT}ruby-text", f"{OFFICE}forms", f"{TEXT}sequence-decls")
)  # fmt: skip
_LENGTHS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}


def parse_opendocument(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read an ODT, ODS or ODP file; which one it is shows in its content.

    :raises DocumentError: ``file_damaged``, ``file_encrypted``, ``file_expands``, ``file_entities``, ``file_nested``.
    """
    package = open_package(data, path=path)
    if _MANIFEST in package and _ENCRYPTED in package.read(_MANIFEST):
        raise DocumentError("file_encrypted", path=path)
    root = package.xml("content.xml")
    kinds: dict[str, tuple[str, Callable[[_Reader, Element], int | None]]] = {
        f"{OFFICE}text": ("odt", _read_text),
        f"{OFFICE}spreadsheet": ("ods", _read_sheets),
        f"{OFFICE}presentation": ("odp", _read_slides),
    }
    content = next((child for child in root.iterfind(f"{OFFICE}body/*") if child.tag in kinds), None)
    if content is None:
        raise DocumentError("file_damaged", path=path, reason="part")
    form, read = kinds[content.tag]
    reader = _Reader(package, root, path)
    pages = read(reader, content)
    reader.notices += comments_notice(sum(1 for _ in content.iter(f"{OFFICE}annotation")))
    return assemble(
        reader.drafts.all,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format=form,
        title="" if any(draft.level == 1 for draft in reader.drafts.all) else _meta_title(package),
        pages=pages,
        notices=reader.notices,
    )


def _meta_title(package: Package) -> str:
    if "meta.xml" not in package:
        return ""
    return next((one_line(one.text or "") for one in package.xml("meta.xml").iter(_TITLE)), "")


class _Reader:
    """What reading has to remember: the drafts, the notes due, captions above the next table, and the page."""

    def __init__(self, package: Package, root: Element, path: str) -> None:
        self.drafts = Drafts(path)
        self.notices: list[Notice] = []
        self.page: int | None = None
        self.pictures = 0
        self.above: list[int] = []
        self._due: list[Element] = []
        self._boxes: list[Element] = []
        roots = [root, *([package.xml("styles.xml")] if "styles.xml" in package else [])]
        self._styles = {one.get(f"{STYLE}name", ""): one for tree in roots for one in tree.iter(f"{STYLE}style")}

    def style_names(self, key: str) -> list[str]:
        """The style and those it is based on, by the names that a person reads."""
        names: list[str] = []
        while key in self._styles and len(names) < _DEPTH:
            style = self._styles[key]
            names.append(style.get(f"{STYLE}display-name", key))
            key = style.get(f"{STYLE}parent-style-name", "")
        return [*names, key] if key else names

    def hidden(self, key: str) -> bool:
        """Whether the table style ``key`` hides its table."""
        style = self._styles.get(key)
        found = None if style is None else style.find(f"{STYLE}table-properties")
        return found is not None and found.get(f"{TABLE}display") == "false"

    def text(self, element: Element) -> str:
        """The text of a paragraph; footnotes in it are kept for the end of the section, text boxes for what follows it."""
        return "".join(self._pieces(element)).strip()

    def _pieces(self, element: Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            tag = child.tag
            if tag == f"{TEXT}s":
                yield " " * min(whole(child.get(f"{TEXT}c"), 1), 100)
            elif tag == f"{TEXT}tab":
                yield "\t"
            elif tag == f"{TEXT}line-break":
                yield "\n"
            elif tag == f"{TEXT}note":
                self._due.append(child)
            elif tag == f"{DRAW}frame":
                self.pictures += child.find(f"{DRAW}image") is not None
                self._boxes += child.findall(f"{DRAW}text-box")
            elif tag not in _SILENT:
                yield from self._pieces(child)
            yield child.tail or ""

    def blocks(self, parent: Element, kind: BlockKind = "paragraph") -> None:
        """Add what stands in ``parent`` in order; plain paragraphs are of ``kind``."""
        for child in parent:
            if child.tag == f"{TEXT}h":
                self.flush_notes()
                self.drafts.add(
                    Draft(
                        self.text(child), "heading", 1 + max(1, whole(child.get(f"{TEXT}outline-level"), 1)), self.page
                    )
                )
                self.above = []
                self._flush_boxes()
            elif child.tag == f"{TEXT}p":
                self._paragraph(child, kind)
            elif child.tag == f"{TABLE}table":
                self.drafts.add_table(self.rows(child), above=self.above, page=self.page)
                self.above = []
                self._flush_boxes()
            elif child.tag in (f"{TEXT}list", f"{TEXT}list-item", f"{TEXT}list-header"):
                self.blocks(child, "list_item")
            elif child.tag not in _SILENT:
                self.blocks(child, kind)

    def _paragraph(self, element: Element, kind: BlockKind) -> None:
        text = self.text(element)
        if text:
            self._add(text, element, kind)
        self._flush_boxes()

    def _flush_boxes(self) -> None:
        """Add the text boxes met since the last time."""
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            self.blocks(box)

    def _add(self, text: str, element: Element, kind: BlockKind) -> None:
        names = {one.lower() for one in self.style_names(element.get(f"{TEXT}style-name", ""))}
        level = 0
        if names & {"title", "标题", "文档标题"} and kind == "paragraph":
            kind, level = "heading", 1
        elif names & {"caption", "题注", "table", "illustration", "figure"}:
            kind = "caption"
        place = self.drafts.add(Draft(text, kind, level, self.page))
        self.above = [*self.above, place] if kind == "caption" or is_unit(text) else []

    def flush_notes(self) -> None:
        """Add the footnotes met since the last time."""
        due, self._due = self._due, []
        for note in due:
            body = note.find(f"{TEXT}note-body")
            for paragraph in () if body is None else _paragraphs(body):
                self.drafts.add(Draft(self.text(paragraph), "note", 0, self.page))

    def rows(self, table: Element) -> list[Row]:
        """The rows of a table that hold text. A cell that is merged over rows stands in each of them."""
        rows: list[Row] = []
        merged: dict[int, tuple[Cell, int]] = {}
        number = 0
        for element, heads in _table_rows(table, False):
            repeated = max(1, whole(element.get(f"{TABLE}number-rows-repeated"), 1))
            cells = self._cells(element)
            for column, (cell, last) in list(merged.items()):
                if number + 1 > last:
                    del merged[column]
                elif column not in cells:
                    cells[column] = cell
            merged |= {
                column: (cell, number + cell.rows)
                for column, cell in cells.items()
                if cell.rows > 1 and column not in merged
            }
            if cells:
                rows += [Row(dict(cells), number + 1 + at, heads) for at in range(min(repeated, REPEATS))]
            number += repeated
        return rows

    def _cells(self, row: Element) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = 0
        for element in row:
            if element.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell") or column >= COLUMNS:
                continue
            repeated = max(1, whole(element.get(f"{TABLE}number-columns-repeated"), 1))
            text = one_line(" ".join(self.text(one) for one in _paragraphs(element)))
            if text and element.tag == f"{TABLE}table-cell":
                across = max(1, whole(element.get(f"{TABLE}number-columns-spanned"), 1))
                down = max(1, whole(element.get(f"{TABLE}number-rows-spanned"), 1))
                for at in range(min(repeated, REPEATS)):
                    cells[column + at] = Cell(text, across, down)
            column += repeated
        return cells


def _paragraphs(parent: Element) -> Iterator[Element]:
    """The paragraphs and headings below ``parent``, none inside another and none of a note or comment."""
    for child in parent:
        if child.tag in (f"{TEXT}p", f"{TEXT}h"):
            yield child
        elif child.tag not in _SILENT:
            yield from _paragraphs(child)


def _table_rows(parent: Element, heads: bool) -> Iterator[tuple[Element, bool]]:
    """The rows of a table and whether they are marked as its header."""
    for child in parent:
        if child.tag == f"{TABLE}table-row":
            yield child, heads
        elif child.tag in (f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from _table_rows(child, heads or child.tag == f"{TABLE}table-header-rows")


def _read_text(reader: _Reader, content: Element) -> None:
    reader.blocks(content)
    reader.flush_notes()
    drafts = reader.drafts.all
    headings = [draft for draft in drafts if draft.level]
    top = [draft for draft in headings if draft.level == 2]
    if headings and len(top) == 1 and headings[0] is top[0] and len(headings) > 1:
        drafts[:] = [replace(draft, level=draft.level - 1) if draft.level else draft for draft in drafts]
    if reader.pictures:
        reader.notices.append(Notice("pictures", detail=str(reader.pictures)))


def _read_sheets(reader: _Reader, content: Element) -> int:
    sheets = content.findall(f"{TABLE}table")
    for page, sheet in enumerate(sheets, start=1):
        name = sheet.get(f"{TABLE}name", "")
        reader.page, reader.pictures = page, sum(1 for _ in sheet.iter(f"{DRAW}image"))
        reader.drafts.add(Draft(name, "heading", 2, page))
        if reader.hidden(sheet.get(f"{TABLE}style-name", "")):
            reader.notices.append(Notice("sheet_hidden", page, name))
        if reader.pictures:
            reader.notices.append(Notice("pictures", page, str(reader.pictures)))
        rows = reader.rows(sheet)
        columns = filled_columns(rows)
        header: tuple[int, ...] | None = None
        for run in runs(rows):
            header = reader.drafts.add_table(run, inherited=header, columns=columns, page=page) or header or ()
    return len(sheets)


def _read_slides(reader: _Reader, content: Element) -> int:
    slides = content.findall(f"{DRAW}page")
    for page, slide in enumerate(slides, start=1):
        reader.page, reader.pictures = page, sum(1 for _ in slide.iter(f"{DRAW}image"))
        frames = [child for child in slide if child.tag not in _SILENT and child.tag != f"{SHOW}notes"]
        title = next((one for one in frames if one.get(f"{SHOW}class") == "title"), None)
        if title is not None:
            text = " ".join(reader.text(one) for one in _paragraphs(title))
            reader.drafts.add(Draft(one_line(text), "heading", 2, page))
        rest = [one for one in frames if one is not title]
        for key in in_reading_order([_box(key, one) for key, one in enumerate(rest)]):
            reader.blocks(rest[key])
        notes = slide.find(f"{SHOW}notes")
        for paragraph in () if notes is None else _paragraphs(notes):
            reader.drafts.add(Draft(reader.text(paragraph), "note", 0, page))
        if reader.pictures:
            reader.notices.append(Notice("pictures", page, str(reader.pictures)))
    return len(slides)


def _box(key: int, element: Element) -> Box:
    x, y, width, height = (_length(element.get(f"{SVG}{name}", "")) for name in ("x", "y", "width", "height"))
    return Box(key, x, y, x + max(0.0, width), y + max(0.0, height))


def _length(text: str) -> float:
    """A length in centimetres; 0 where it is none."""
    try:
        return float(text[:-2]) * _LENGTHS.get(text[-2:], 0.0)
    except ValueError:
        return 0.0
