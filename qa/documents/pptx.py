"""PPTX -> Document: each slide a heading and its shapes in reading order, tables as rows, what the speaker notes.

A slide's heading is its title, or the first short line on it where it has none. A shape without a place of its own
stands where its layout puts it; a group is read as one shape, and inside it in order. Charts are rows of the values
that they draw. Slides are shown in order; hidden ones are read, and said to be hidden.

Not covered: text in pictures and comments, which are counted; numbers that lists count by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble, comments_notice
from qa.documents.ooxml import (
    DGM,
    MC,
    A,
    C,
    P,
    R,
    Relation,
    chart_table,
    chosen,
    core_title,
    diagram_texts,
    drawing_paragraphs,
    main_part,
    open_office,
    relations,
    switched_on,
    whole,
)
from qa.documents.reading_order import Box, in_reading_order
from qa.documents.tables import Cell, Drafts, Row, one_line
from qa.types import BlockKind, Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from qa.documents.package import Package

SLIDES = 5000
HEADING = 60
"""Characters that a line has at most to head a slide without a title."""
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("ftr", "dt", "sldNum", "hdr")
_BODY = ("body", "obj", "")


def parse_pptx(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a PPTX file. A block's page is the number of its slide.

    :raises DocumentError: ``file_damaged``, ``file_encrypted``, ``file_expands``, ``file_entities``, ``file_nested``.
    """
    package = open_office(data, path=path)
    main = main_part(package, "ppt/presentation.xml")
    links = relations(package, main)
    slides = [links.get(one.get(f"{R}id", "")) for one in package.xml(main).findall(f"{P}sldIdLst/{P}sldId")]
    parts = [link.target for link in slides[:SLIDES] if link is not None and link.target in package]
    reader = _Reader(package, path)
    for page, part in enumerate(parts, start=1):
        reader.read(page, part)
    document = assemble(
        reader.drafts.all,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="pptx",
        title=core_title(package),
        pages=len(parts),
        notices=[*reader.notices, *comments_notice(reader.comments)],
    )
    return replace(document, furniture=tuple(reader.furniture))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shape stands on its slide or in its group."""

    x: float
    y: float
    width: float
    height: float


class _Reader:
    """Reads slides one by one. ``page`` and ``links`` are those of the slide at hand."""

    def __init__(self, package: Package, path: str) -> None:
        self.package = package
        self.drafts = Drafts(path)
        self.notices: list[Notice] = []
        self.furniture: list[tuple[int, str]] = []
        self.page = 0
        self.links: dict[str, Relation] = {}
        self.pictures = self.comments = 0
        self._inherited: list[Element] = []
        self._trees: dict[str, Element] = {}

    def read(self, page: int, part: str) -> None:
        """Read one slide and its notes."""
        root = self.package.xml(part)
        self.page, self.links, self.pictures = page, relations(self.package, part), 0
        layout = self._linked(self.links, "slideLayout")
        master = self._linked(relations(self.package, layout), "slideMaster") if layout else ""
        self._inherited = [self._tree(name) for name in (layout, master) if name]
        if root.get("show") in ("0", "false"):
            self.notices.append(Notice("slide_hidden", page))
        tree = root.find(f"{P}cSld/{P}spTree")
        first = len(self.drafts.all)
        shapes = [] if tree is None else list(_shapes(tree))
        title = next((shape for shape in shapes if _placeholder(shape)[0] in _TITLES and _text(shape).strip()), None)
        if title is not None:
            self.drafts.add(Draft(one_line(_text(title)), "heading", 2, page))
        self._shapes([shape for shape in shapes if shape is not title])
        if title is None:
            self._head(first)
        self._notes()
        if part := self._linked(self.links, "comments"):
            self.comments += sum(1 for _ in self.package.xml(part).iter("{*}cm"))
        if self.pictures:
            self.notices.append(Notice("pictures", page, str(self.pictures)))

    def _linked(self, links: dict[str, Relation], kind: str) -> str:
        found = next((link.target for link in links.values() if link.kind == kind), "")
        return found if found in self.package else ""

    def _tree(self, name: str) -> Element:
        if name not in self._trees:
            self._trees[name] = self.package.xml(name)
        return self._trees[name]

    def _head(self, first: int) -> None:
        """Make the first line of the slide its heading, if it is short and no part of a table."""
        drafts = self.drafts.all
        if first < len(drafts) and drafts[first].kind in ("paragraph", "list_item"):
            draft = drafts[first]
            if len(draft.text) <= HEADING and "\n" not in draft.text and draft.text[-1] not in "。；;，,":
                drafts[first] = replace(draft, kind="heading", level=2)

    def _notes(self) -> None:
        part = self._linked(self.links, "notesSlide")
        if not part:
            return
        for shape in self.package.xml(part).iter(f"{P}sp"):
            if _placeholder(shape)[0] == "body":
                for _, text in drawing_paragraphs(shape):
                    if text.strip():
                        self.drafts.add(Draft(text.strip(), "note", 0, self.page))

    def _shapes(self, shapes: Sequence[Element]) -> None:
        """Read shapes in the order in which they stand."""
        boxes = []
        for key, shape in enumerate(shapes):
            place = self._place(shape)
            boxes.append(Box(key, place.x, place.y, place.x + place.width, place.y + place.height))
        for key in in_reading_order(boxes):
            self._shape(shapes[key])

    def _shape(self, shape: Element) -> None:
        if shape.tag == f"{P}grpSp":
            self._shapes(list(_shapes(shape)))
        elif shape.tag == f"{P}pic":
            self.pictures += 1
        elif shape.tag == f"{P}graphicFrame":
            self._frame(shape)
        elif _placeholder(shape)[0] in _FURNITURE:
            text = one_line(_text(shape))
            if text:
                self.furniture.append((self.page, text))
        else:
            self._text_shape(shape)

    def _text_shape(self, shape: Element) -> None:
        kind, index = _placeholder(shape)
        listed = kind in _BODY and bool(kind or index)
        for paragraph, text in drawing_paragraphs(shape):
            if text.strip():
                block: BlockKind = "list_item" if _is_item(paragraph, listed) else "paragraph"
                self.drafts.add(Draft(text.strip(), block, 0, self.page))

    def _frame(self, frame: Element) -> None:
        table = frame.find(f".//{A}tbl")
        chart = frame.find(f".//{C}chart")
        diagram = frame.find(f".//{DGM}relIds")
        link = None
        if table is not None:
            self.drafts.add_table(_rows(table), page=self.page)
        elif chart is not None:
            link = self.links.get(chart.get(f"{R}id", ""))
        elif diagram is not None:
            link = self.links.get(diagram.get(f"{R}dm", ""))
        elif frame.find(f".//{A}blip") is not None:
            self.pictures += 1
        if link is None or link.target not in self.package:
            return
        if chart is not None:
            title, rows = chart_table(self.package, link.target)
            above = [self.drafts.add(Draft(title, "caption", 0, self.page))] if title else []
            cells = [Row({i: Cell(text) for i, text in enumerate(row)}, heads=row is rows[0]) for row in rows]
            self.drafts.add_table(cells, above=above, page=self.page)
        else:
            for text in diagram_texts(self.package, link.target):
                self.drafts.add(Draft(text, "list_item", 0, self.page))

    def _place(self, shape: Element) -> _Place:
        """Where ``shape`` stands; where it says nothing, where its layout or master puts it; else at the top left."""
        place = _own_place(shape)
        kind, index = _placeholder(shape)
        for depth, root in enumerate(self._inherited if kind or index else ()):
            if place is None:
                others = (other for other in root.iter(f"{P}sp") if _matches(other, kind, index, by_type=depth > 0))
                place = next((found for other in others if (found := _own_place(other))), None)
        return place or _Place(0, 0, 0, 0)


def _shapes(parent: Element) -> Iterator[Element]:
    """The shapes right below a tree or group."""
    for child in parent:
        if child.tag == f"{MC}AlternateContent":
            yield from (one for one in chosen(child) if one.tag.startswith(P))
        elif child.tag in (f"{P}sp", f"{P}grpSp", f"{P}pic", f"{P}graphicFrame"):
            yield child


def _placeholder(shape: Element) -> tuple[str, str]:
    """Type and index of the placeholder that ``shape`` fills; both empty if it fills none."""
    found = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    return ("", "") if found is None else (found.get("type", ""), found.get("idx", "" if found.get("type") else "0"))


def _matches(shape: Element, kind: str, index: str, *, by_type: bool) -> bool:
    """Whether a shape of a layout is what a placeholder takes its place from: the one with its index, or (of a master,
    ``by_type``) with its type.
    """
    other, at = _placeholder(shape)
    if kind in _TITLES:
        return other in _TITLES
    return other == (kind or "body") if by_type else bool(index) and at == index


def _own_place(shape: Element) -> _Place | None:
    frame = shape.find(f".//{A}xfrm") if shape.tag != f"{P}graphicFrame" else shape.find(f"{P}xfrm")
    if frame is None:
        return None
    offset, size = frame.find(f"{A}off"), frame.find(f"{A}ext")
    if offset is None or size is None:
        return None
    return _Place(
        whole(offset.get("x")), whole(offset.get("y")), max(0, whole(size.get("cx"))), max(0, whole(size.get("cy")))
    )


def _text(shape: Element) -> str:
    return "\n".join(text for _, text in drawing_paragraphs(shape))


def _is_item(paragraph: Element, listed: bool) -> bool:
    """Whether a paragraph is an item of a list: by its own bullet, else if its shape is one for lists."""
    properties = paragraph.find(f"{A}pPr")
    if properties is None:
        return listed
    if properties.find(f"{A}buNone") is not None:
        return False
    return listed or any(properties.find(f"{A}{name}") is not None for name in ("buChar", "buAutoNum", "buBlip"))


def _rows(table: Element) -> list[Row]:
    """The rows of a table; a cell that goes on with the one above it has its text."""
    properties = table.find(f"{A}tblPr")
    headed = properties is not None and switched_on(properties, "firstRow") and properties.get("firstRow") is not None
    rows: list[Row] = []
    for at, element in enumerate(table.findall(f"{A}tr")):
        row = Row(heads=headed and at == 0)
        for column, one in enumerate(element.findall(f"{A}tc")):
            if one.get("hMerge") in ("1", "true"):
                continue
            if one.get("vMerge") in ("1", "true") and rows and column in rows[-1].cells:
                row.cells[column] = replace(rows[-1].cells[column], rows=1)
                continue
            text = " ".join(text for _, text in drawing_paragraphs(one))
            row.cells[column] = Cell(one_line(text), whole(one.get("gridSpan"), 1), whole(one.get("rowSpan"), 1))
        rows.append(row)
    return rows
