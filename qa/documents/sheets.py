"""Pages as pieces of lines -> Document: furniture off, tables, columns, paragraphs over columns and pages, kinds.

Where the pieces come from (a PDF's text, a picture that was read) is no matter here. Knows no file, PDFium or picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa.documents.assemble import Draft, assemble
from qa.documents.pdf_aligned import aligned_tables
from qa.documents.pdf_asides import asides
from qa.documents.pdf_columns import STAND_IN, columns, rows
from qa.documents.pdf_furniture import Sheet, strip_furniture
from qa.documents.pdf_kinds import Outline, decide
from qa.documents.pdf_lines import Line, beside
from qa.documents.pdf_paragraphs import Proto, paragraphs, stitch
from qa.documents.pdf_rows import TableRows
from qa.documents.pdf_table import Table
from qa.documents.pdf_tables import ruled_tables
from qa.types import Document, Notice, Region


@dataclass(frozen=True, slots=True)
class Layout:
    """The blocks of a document in reading order, and what was taken off its pages: (page, text). ``upended``: the pages
    that were read lying on their side.
    """

    blocks: tuple[Proto, ...]
    furniture: tuple[tuple[int, str], ...]
    upended: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was recognised in its picture. ``unsure`` lines were seen and not read for sure, and left out."""

    sheet: Sheet
    unsure: int

    def notices(self) -> list[Notice]:
        """What a user must be told of the page."""
        if self.unsure:
            return [Notice("lines_unsure", page=self.sheet.number, detail=str(self.unsure))]
        return [] if self.sheet.lines else [Notice("page_illegible", page=self.sheet.number)]


def lay_out(sheets: Iterable[Sheet], pages: int, outline: Callable[[], Outline] = dict) -> Layout:
    """The blocks of ``pages`` sheets. ``outline`` gives the bookmarks, once the sheets are read."""
    furniture: list[tuple[int, str]] = []
    upended: set[int] = set()
    rows = TableRows()
    blocks = stitch(
        group for sheet in strip_furniture(_noted(sheets, upended), pages) for group in _groups(sheet, rows, furniture)
    )
    for block in blocks:
        block.lay()
    blocks = [block for block in blocks if block.text.strip()]
    decide(blocks, outline())
    return Layout(tuple(blocks), tuple(furniture), frozenset(upended))


def _noted(sheets: Iterable[Sheet], upended: set[int]) -> Iterator[Sheet]:
    """The sheets, the numbers of those that lie on their side put into ``upended``."""
    for sheet in sheets:
        if sheet.upended:
            upended.add(sheet.number)
        yield sheet


def document_of(
    layout: Layout,
    *,
    document_id: str,
    name: str,
    path: str,
    revision: str,
    format: str,
    title: str,
    pages: int,
    notices: Iterable[Notice],
) -> Document:
    """The blocks as a document, each of its characters with its place. The rest as :func:`assemble` takes it."""
    document = assemble(
        _drafts(layout.blocks),
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format=format,
        title=title,
        pages=pages,
        notices=notices,
    )
    return replace(document, regions=tuple(_regions(document, layout)), furniture=layout.furniture)


def _groups(sheet: Sheet, rows_of: TableRows, furniture: list[tuple[int, str]]) -> Iterator[list[Proto]]:
    """The blocks of one page: a list for each column, in reading order."""
    furniture += [(sheet.number, text) for text in sheet.furniture]
    upright = [line for line in sheet.lines if not line.turn]
    tables, rest = ruled_tables(upright, sheet.rules, rows_of.ended(sheet.number - 1))
    boxed, rest = asides(rest, sheet.rules)
    walls = [box for box, _ in boxed]
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
            protos += paragraphs(pending, walls)
            opens = opens and not protos
            protos += rows_of.blocks(item, protos, opens=opens)
            opens, pending = False, []
        if pending:
            protos += paragraphs(pending, walls)
            rows_of.close()
            opens = False
        if protos:
            yield protos
    for _, lines in boxed:
        yield [replace(proto, kind="note") for proto in paragraphs([beside(row) for row in rows(lines)])]
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


def _drafts(blocks: Sequence[Proto]) -> Iterator[Draft]:
    places = {id(block): place for place, block in enumerate(blocks)}
    for place, block in enumerate(blocks):
        header = tuple(at for head in block.heads if (at := places.get(id(head), place)) < place)
        yield Draft(block.text, block.kind or "paragraph", block.level, block.page, header)


def _regions(document: Document, layout: Layout) -> Iterator[Region]:
    """The regions of the blocks, moved to where the blocks stand in the text, on pages that stand upright."""
    for block, proto in zip(document.blocks, layout.blocks, strict=True):
        for box in proto.boxes:
            start, end = box.start + block.start, box.end + block.start
            sides = (box.x0, box.y0, box.x1, box.y1)
            if box.page in layout.upended:
                sides = (round(1 - box.y1, 5), box.x0, round(1 - box.y0, 5), box.x1)
            yield Region(start, end, box.page, *sides, box.ocr, box.confidence)
