"""PDF -> Document: text in reading order with the place of every character, headings, tables, furniture.

A page at a time through PDFium: glyphs, then lines, which :mod:`qa.documents.sheets` lays out. A page whose text cannot
be read (a scan, fonts that do not say what they draw) is recognised in its picture where ``recognise`` is given, and
noted where not. What was filled into a form or typed over a page belongs to its text; files attached to the PDF are
named in a notice. Knows no library or index. Not covered: right-to-left writing, the words of sticky notes.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import compress
from pathlib import PurePath
from typing import TYPE_CHECKING

from qa.documents.common import COMMON_SIMPLIFIED, COMMON_TRADITIONAL
from qa.documents.pdf_furniture import Sheet
from qa.documents.pdf_glyphs import GlyphPage, read_page
from qa.documents.pdf_kinds import squeezed
from qa.documents.pdf_pieces import pieces
from qa.documents.sheets import Seen, document_of, lay_out
from qa.errors import DocumentError
from qa.types import Document, Notice

if TYPE_CHECKING:
    import pypdfium2

PAGE_LIMIT = 20_000
"""Pages above which a file is refused."""
OUTLINE_LIMIT = 5_000
"""Bookmarks that are read."""
ANNOTATION_LIMIT = 2_000
"""Annotations of a page that are looked at for fields of a form."""
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

Recogniser = Callable[["pypdfium2.PdfPage", GlyphPage], Seen]
"""A loaded page and what PDFium reads on it -> what is recognised in its picture."""


def read_pdf(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """As :func:`parse_pdf`, its scans recognised where that is installed, with a sign of life after each page."""
    from qa.documents.ocr import installed
    from qa.documents.ocr_lines import PageReader
    from qa.documents.worker import alive

    return parse_pdf(
        data,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        progress=alive,
        recognise=PageReader() if installed() else None,
    )


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
        limit), ``file_scanned`` (path, pages) where no page has text that can be read without ``recognise``,
        ``file_illegible`` (path, pages) where none has with it, ``file_empty`` (path).
    """
    file = opened(data, path)
    try:
        pages = len(file)
        if pages > PAGE_LIMIT:
            raise DocumentError("file_pages", path=path, pages=pages, limit=PAGE_LIMIT)
        notices: list[Notice] = []
        layout = lay_out(_sheets(file, notices, progress, recognise), pages, lambda: _outline(file))
        if not layout.blocks:
            raise DocumentError(nothing_read(notices), path=path, pages=pages)
        title = _title(file, name)
        attached = "、".join(_attached(file))
    finally:
        file.close()
    if attached:
        notices.append(Notice("attachments", detail=attached))
    return document_of(
        layout,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="pdf",
        title=title,
        pages=pages,
        notices=notices,
    )


def nothing_read(notices: Iterable[Notice]) -> str:
    """The code of the error for a file of pages without any text: its pages could not be read, or are empty."""
    codes = {notice.code for notice in notices}
    if codes & {"page_scanned", "page_garbled"}:
        return "file_scanned"
    return "file_illegible" if codes & {"page_illegible", "lines_unsure"} else "file_empty"


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
            raise DocumentError("file_damaged", path=path, reason="pages")
    except pypdfium2.PdfiumError as error:
        match getattr(error, "err_code", 0):
            case pdfium.FPDF_ERR_PASSWORD:
                raise DocumentError("file_encrypted", path=path) from error
            case pdfium.FPDF_ERR_SECURITY:
                raise DocumentError("file_damaged", path=path, reason="security") from error
            case pdfium.FPDF_ERR_PAGE:
                raise DocumentError("file_damaged", path=path, reason="pages") from error
        raise DocumentError("file_damaged", path=path, reason="format") from error
    return file


def _sheets(
    file: pypdfium2.PdfDocument,
    notices: list[Notice],
    progress: Callable[[int, int], None] | None,
    recognise: Recogniser | None,
) -> Iterator[Sheet]:
    """The pages in order. A page that cannot be read gives a notice and an empty sheet.

    A page stays loaded until the next one is: PDFium keeps a font no longer than a page that is set in it.
    """
    import pypdfium2

    pages = len(file)
    with contextlib.ExitStack() as loaded:
        for index in range(pages):
            try:
                page = _filled(file, index)
                loaded.close()
                loaded.callback(page.close)
                sheet, said = _sheet(page, index + 1, recognise)
                notices += said
            except pypdfium2.PdfiumError:
                notices.append(Notice("page_damaged", page=index + 1))
                sheet = Sheet(index + 1, 0.0, 0.0, [])
            yield sheet
            if progress is not None:
                progress(index + 1, pages)


def _filled(file: pypdfium2.PdfDocument, index: int) -> pypdfium2.PdfPage:
    """The page with what was filled into its forms, or typed over it, as part of its text."""
    import pypdfium2.raw as pdfium

    page = file[index]
    if not _has_fields(page):
        return page
    pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
    page.close()
    return file[index]


def _has_fields(page: pypdfium2.PdfPage) -> bool:
    """Whether fields of a form or typed notes lie on the page, among its first annotations."""
    import pypdfium2.raw as pdfium

    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), ANNOTATION_LIMIT)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not note:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        pdfium.FPDFPage_CloseAnnot(note)
        if kind in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT):
            return True
    return False


def _sheet(page: pypdfium2.PdfPage, number: int, recognise: Recogniser | None) -> tuple[Sheet, list[Notice]]:
    """A loaded page, and what there is to say about it."""
    shown = read_page(page, number)
    sheet = Sheet(shown.number, shown.width, shown.height, pieces(shown), shown.rules, upended=shown.upended)
    code = _unread(shown)
    return _instead(sheet, code, recognise(page, shown) if recognise else None) if code else (sheet, [])


def _instead(sheet: Sheet, code: str, seen: Seen | None) -> tuple[Sheet, list[Notice]]:
    """The sheet that takes the place of one whose text cannot be read, and what there is to say about it."""
    if code == "page_garbled":
        sheet.lines = []
    if seen is None:
        return sheet, [Notice(code, page=sheet.number)]
    if not seen.sheet.lines:
        return sheet, seen.notices()
    replaced = [Notice("page_recognised", page=sheet.number)] if code == "page_garbled" else []
    return seen.sheet, replaced + seen.notices()


def _unread(page: GlyphPage) -> str:
    """Why the text of a page cannot be read, as the code of a notice; empty where it can."""
    text = page.glyphs.text
    if page.pictured >= (STAMPED if text else PICTURED) and len(text) <= STAMP:
        return "page_scanned"
    if not text:
        return ""
    nothing = len(_SAYS_NOTHING.findall(text)) + sum(map(str.isalpha, compress(text, page.glyphs.bad.tolist())))
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


def _attached(file: pypdfium2.PdfDocument) -> list[str]:
    """The names of the files that are attached to the PDF, those of the first hundred."""
    return [file.get_attachment(at).get_name() for at in range(min(file.count_attachments(), 100))]


def _title(file: pypdfium2.PdfDocument, name: str) -> str:
    """The title that the file gives itself, where it looks like one and not like the name of a file."""
    title = " ".join(file.get_metadata_value("Title").split())
    usable = 2 < len(title) <= 200 and not _FILE_NAME.search(title) and not _NO_TITLE.search(title)
    readable = title.isprintable() and "\ufffd" not in title and title != PurePath(name).stem
    return title if usable and readable else ""
