"""PDF -> Document: text in reading order with the place of every character, headings, tables, furniture.

A page at a time through PDFium: glyphs, lines, furniture, tables, columns, paragraphs over columns and pages, kinds.
A page whose text cannot be read (a scan, fonts that do not say what they draw) gives a notice; ``recognise`` is where
a reader of pictures takes its place. Knows no library or index. Not covered: vertical and right-to-left writing,
forms' values, annotations, files attached to the PDF.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble
from qa.documents.common import COMMON_SIMPLIFIED, COMMON_TRADITIONAL
from qa.documents.pdf_columns import STAND_IN, columns
from qa.documents.pdf_furniture import Sheet, strip_furniture
from qa.documents.pdf_glyphs import GlyphPage, read_page
from qa.documents.pdf_kinds import decide, squeezed
from qa.documents.pdf_lines import Line, pieces
from qa.documents.pdf_paragraphs import Proto, paragraphs, stitch
from qa.documents.pdf_rows import TableRows
from qa.documents.pdf_tables import Table, aligned_tables, ruled_tables
from qa.errors import DocumentError
from qa.types import Document, Notice, Region

if TYPE_CHECKING:
    import pypdfium2

PAGE_LIMIT = 20_000
"""Pages above which a file is refused."""
OUTLINE_LIMIT = 5_000
"""Bookmarks that are read."""
GARBLED = 0.3
"""Share of the characters of a page that say nothing from which on its text is not read."""
PICTURED = 0.4
"""Share of a page under pictures from which on a page without text is a scan."""
STAMP = 20
"""Characters of the longest text on a scanned page: its number, or the stamp of the program that scanned it."""
STAMPED = 0.8
"""Share of such a page under its picture."""

_SAYS_NOTHING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uefff\uf100-\uf8ff\ufffd\ufffe\uffff■□▯\U000f0000-\U0010ffff]"
)
_FILE_NAME = re.compile(
    r"\.(?:docx?|pdf|pptx?|xlsx?|wps|indd|cdr|tex|dvi|ps|html?|txt|qxd|ai|eps)\b|^Microsoft|^[!-~]+$", re.I
)
_NO_TITLE = re.compile(
    r"(?:untitled|anonymous|unspecified|无标题|未命名|幻灯片|文档|document|slide|presentation)", re.I
)

Recogniser = Callable[["pypdfium2.PdfPage", GlyphPage], Sequence[Line]]
"""A loaded page and what PDFium reads on it -> lines recognised in its picture."""


def parse_pdf(
    data: bytes,
    *,
    document_id: str,
    name: str,
    path: str = "",
    revision: str = "",
    progress: Callable[[int, int], None] | None = None,
    recognise: Recogniser | None = None,
) -> Document:
    """Read a PDF. ``progress`` is told (pages read, pages) after each page.

    ``recognise``, where given, reads the pages that have no readable text.

    :raises DocumentError: ``file_encrypted`` (path), ``file_damaged`` (path, reason), ``file_pages`` (path, pages,
        limit), ``file_scanned`` (path, pages) where no page has text that can be read, ``file_empty`` (path).
    """
    file = opened(data, path)
    try:
        pages = len(file)
        if pages > PAGE_LIMIT:
            raise DocumentError("file_pages", path=path, pages=pages, limit=PAGE_LIMIT)
        notices: list[Notice] = []
        furniture: list[tuple[int, str]] = []
        rows = TableRows()
        sheets = strip_furniture(_sheets(file, notices, progress, recognise), pages)
        blocks = stitch(group for sheet in sheets for group in _groups(sheet, rows, furniture))
        for block in blocks:
            block.lay()
        blocks = [block for block in blocks if block.text.strip()]
        if not blocks:
            unread = any(notice.code in ("page_scanned", "page_garbled") for notice in notices)
            raise DocumentError("file_scanned" if unread else "file_empty", path=path, pages=pages)
        decide(blocks, _outline(file))
        title = _title(file, name)
    finally:
        file.close()
    document = assemble(
        _drafts(blocks),
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="pdf",
        title=title,
        pages=pages,
        notices=notices,
    )
    return replace(document, regions=tuple(_regions(document, blocks)), furniture=tuple(furniture))


def opened(data: bytes, path: str) -> pypdfium2.PdfDocument:
    """The file, to be closed by the caller.

    :raises DocumentError: ``file_encrypted`` (path), ``file_damaged`` (path, reason).
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        file = pypdfium2.PdfDocument(data)
        if len(file) == 0:
            file.close()
            raise DocumentError("file_damaged", path=path, reason="no pages")
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", 0) == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentError("file_encrypted", path=path) from error
        raise DocumentError("file_damaged", path=path, reason=str(error)) from error
    return file


def _sheets(
    file: pypdfium2.PdfDocument,
    notices: list[Notice],
    progress: Callable[[int, int], None] | None,
    recognise: Recogniser | None,
) -> Iterator[Sheet]:
    """The pages in order, one loaded at a time. A page that cannot be read gives a notice and an empty sheet."""
    import pypdfium2

    pages = len(file)
    for index in range(pages):
        try:
            page = file[index]
            try:
                shown = read_page(page, index + 1)
                sheet = Sheet(shown.number, shown.width, shown.height, pieces(shown), shown.rules, shown.pictured)
                sheet.notice = _unread(shown)
                if sheet.notice:
                    seen = list(recognise(page, shown)) if recognise else []
                    sheet.lines = seen or (sheet.lines if sheet.notice == "page_scanned" else [])
                    if not seen:
                        notices.append(Notice(sheet.notice, page=index + 1))
            finally:
                page.close()
        except pypdfium2.PdfiumError as error:
            notices.append(Notice("page_damaged", page=index + 1, detail=str(error)))
            sheet = Sheet(index + 1, 0.0, 0.0, [])
        yield sheet
        if progress is not None:
            progress(index + 1, pages)


def _unread(page: GlyphPage) -> str:
    """Why the text of a page cannot be read, as the code of a notice; empty where it can."""
    text = "".join(glyph.text for glyph in page.glyphs)
    if page.pictured >= (STAMPED if text else PICTURED) and len(text) <= STAMP:
        return "page_scanned"
    if not text:
        return ""
    nothing = len(_SAYS_NOTHING.findall(text)) + sum(g.bad and g.text.isalpha() for g in page.glyphs)
    return "page_garbled" if nothing > GARBLED * len(text) or _is_scrambled(text) else ""


def _is_scrambled(text: str) -> bool:
    """Whether the Han characters of a page are not those that people write: its fonts are mapped wrongly."""
    han = Counter(char for char in text if "\u3400" <= char <= "\u9fff")
    total = sum(han.values())
    if total < 200:
        return False
    common = sum(count for char, count in han.items() if char in _COMMON)
    return common < 0.15 * total


_COMMON = frozenset(COMMON_SIMPLIFIED + COMMON_TRADITIONAL)


def _groups(sheet: Sheet, rows_of: TableRows, furniture: list[tuple[int, str]]) -> Iterator[list[Proto]]:
    """The blocks of one page: a list for each column, in reading order."""
    furniture += [(sheet.number, text) for text in sheet.furniture]
    upright = [line for line in sheet.lines if not line.turn]
    tables, rest = ruled_tables(upright, sheet.rules)
    places = [_stand_in(table) for table in tables]
    stand_ins = {id(line): table for line, table in zip(places, tables, strict=True)}
    opens = True
    for group in columns([*rest, *places], sheet.rules):
        protos: list[Proto] = []
        pending: list[Line] = []
        for item in _items(group, stand_ins):
            if isinstance(item, Line):
                pending.append(item)
                continue
            protos += paragraphs(pending)
            opens = opens and not protos
            protos += rows_of.blocks(item, protos, opens=opens)
            opens, pending = False, []
        if pending:
            protos += paragraphs(pending)
            rows_of.close()
            opens = False
        if protos:
            yield protos
    for line in sheet.lines:
        if line.turn:
            yield [Proto([line], line.page)]


def _stand_in(table: Table) -> Line:
    """A line in the place of a table, to be put in order with the others."""
    return Line(STAND_IN, (), table.page, table.x0, table.y0, table.x1, table.y1, min(table.y1 - table.y0, 10.0))


def _items(group: Sequence[Line], stand_ins: dict[int, Table]) -> Iterator[Line | Table]:
    """The lines and tables of one column from top to bottom."""
    held: list[Line] = []
    for line in sorted(group, key=lambda line: line.y0 if id(line) in stand_ins else line.middle):
        if id(line) in stand_ins:
            yield from aligned_tables(held)
            held = []
            yield stand_ins[id(line)]
        else:
            held.append(line)
    yield from aligned_tables(held)


def _outline(file: pypdfium2.PdfDocument) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for count, mark in enumerate(file.get_toc(max_depth=8)):
        if count >= OUTLINE_LIMIT:
            break
        target = mark.get_dest()
        index = target.get_index() if target else None
        if index is not None:
            found[index + 1, squeezed(mark.get_title())] = mark.level + 1
    return found


def _title(file: pypdfium2.PdfDocument, name: str) -> str:
    """The title that the file gives itself, where it looks like one and not like the name of a file."""
    title = " ".join(file.get_metadata_value("Title").split())
    usable = 2 < len(title) <= 200 and not _FILE_NAME.search(title) and not _NO_TITLE.search(title)
    readable = title.isprintable() and "\ufffd" not in title and title != PurePath(name).stem
    return title if usable and readable else ""


def _drafts(blocks: Sequence[Proto]) -> Iterator[Draft]:
    places = {id(block): place for place, block in enumerate(blocks)}
    for place, block in enumerate(blocks):
        header = tuple(at for head in block.heads if (at := places.get(id(head), place)) < place)
        yield Draft(block.text, block.kind or "paragraph", block.level, block.page, header)


def _regions(document: Document, blocks: Sequence[Proto]) -> Iterator[Region]:
    """The regions of the blocks, moved to where the blocks stand in the text."""
    for block, proto in zip(document.blocks, blocks, strict=True):
        for box in proto.boxes:
            yield replace(box, start=box.start + block.start, end=box.end + block.start)
