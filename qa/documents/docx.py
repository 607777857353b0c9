"""DOCX -> Document: paragraphs and tables in the order of the body, with headings, lists, captions and notes.

The text is the file's own characters, with one thing made: the number that the page shows before a paragraph which is
counted by itself (第三条, 3.1), because people cite by it; see :mod:`qa.documents.docx_numbering`. A cell that is merged
over several rows stands in each of them. Notes stand at the end of their section, text boxes after the paragraph that
they are fixed to. Page headers and footers go to ``furniture``, on page 0, for the format has no pages.

Where no style makes a heading, headings are told by their looks as in plain text. Not covered: a caption below its
table, which heads nothing; comments, which are counted only; files embedded in the document, which are named in a
notice.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble, comments_notice
from qa.documents.docx_numbering import Numbering
from qa.documents.docx_styles import Look, Styles, look_of_runs
from qa.documents.docx_tables import WRAPPERS, TableReader, one_column
from qa.documents.docx_text import Inline
from qa.documents.layout import Piece
from qa.documents.ooxml import (
    MC,
    R,
    Relation,
    W,
    chart_table,
    chosen,
    diagram_texts,
    embedded,
    main_part,
    open_office,
    relations,
)
from qa.documents.structure import recognise
from qa.documents.tables import Cell, Drafts, Row, is_unit
from qa.errors import DocumentError
from qa.types import BlockKind, Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from qa.documents.package import Package

HEADING = 120
"""Characters that a heading has at most: longer ones are text in the wrong style."""
_NUMBER = r"\s*(?:[A-Z]?\d+(?:[-.－–—]\d+)*|[A-Z一二三四五六七八九十]+(?=[\s:：、.．]|$))"
_TABLE_CAPTION = re.compile(rf"(?:续?附?表|Table|TABLE){_NUMBER}(?!.*[。；;]$)")
_FIGURE_CAPTION = re.compile(rf"(?:续?附?图|圖|Figure|FIGURE|Fig\.?){_NUMBER}(?!.*[。；;]$)")
_CAPTION = 60
_BOLD = 30
_TOP = 12
_LINE_END = re.compile(r"[ \t]*\n\s*")


def parse_docx(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a DOCX file.

    :raises DocumentError: ``file_damaged``, ``file_encrypted``, ``file_expands``, ``file_entities``, ``file_nested``.
    """
    package = open_office(data, path=path)
    reader = _Reader(package, path)
    reader.read()
    document = assemble(
        _levelled(reader.drafts.all, reader.looks),
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="docx",
        notices=reader.notices(),
    )
    return replace(document, furniture=reader.furniture())


class _Reader:
    """Walks the body once. ``looks`` holds what the styles say of each draft that is a paragraph, by its place."""

    def __init__(self, package: Package, path: str) -> None:
        self.package = package
        self.main = main_part(package, "word/document.xml")
        self.relations = relations(package, self.main)
        self.numbering = Numbering(self._part("numbering"))
        self.styles = Styles(self._part("styles"), self.numbering)
        self.rows = TableReader(self._line)
        self.drafts = Drafts(path)
        self.looks: dict[int, Look] = {}
        self.inline = Inline()
        self.above: list[int] = []
        self.torn = ""
        self.unread: list[str] = []
        self.notes: dict[str, dict[str, list[Element]]] = {}

    def _part(self, kind: str) -> Element | None:
        for relation in self.relations.values():
            if relation.kind == kind and relation.target in self.package:
                return self.package.xml(relation.target)
        return None

    def read(self) -> None:
        body = self.package.xml(self.main).find(f"{W}body")
        if body is not None:
            self._blocks(body)
        self._flush_notes(all_kinds=True)

    def _blocks(self, parent: Element) -> None:
        for child in parent:
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif child.tag == f"{MC}AlternateContent":
                for branch in chosen(child):
                    self._blocks(branch)
            elif child.tag == f"{W}altChunk":
                self._chunk(self.relations.get(child.get(f"{R}id", "")))
            elif child.tag in WRAPPERS:
                self._blocks(child)

    def _chunk(self, relation: Relation | None) -> None:
        """Add what a file in another format says that the page shows here, as programs that save web pages leave it."""
        from qa.documents.reading import read_data

        if relation is None or relation.target not in self.package:
            return
        part = posixpath.basename(relation.target)
        try:
            chunk = read_data(self.package.read(relation.target), document_id="", name=part, path=part)
        except DocumentError:
            self.unread.append(part)
            return
        first = len(self.drafts.all) - 1
        for block in chunk.blocks:
            header = tuple(first + number for number in block.header)
            level = block.level + 1 if block.level else 0
            self.drafts.add(Draft(chunk.text[block.start : block.end], block.kind, level, None, header))

    def _paragraph(self, paragraph: Element) -> None:
        text = self.torn + self.inline.text(paragraph)
        mark = paragraph.find(f"{W}pPr/{W}rPr/{W}del")
        self.torn = text if mark is not None else ""
        if text.strip() and mark is None:
            look = self.styles.look(paragraph)
            number = self.numbering.count(look.number, look.level) if look.number else ""
            self._add(number + text.strip(), look_of_runs(look, _runs(paragraph)), bool(number))
        self._gathered()

    def _line(self, paragraph: Element) -> tuple[str, bool]:
        """The text of a paragraph in a cell, and whether it is bold."""
        text = self.inline.text(paragraph).strip()
        look = self.styles.look(paragraph)
        number = self.numbering.count(look.number, look.level) if text and look.number else ""
        return number + text, look_of_runs(look, _runs(paragraph)).bold

    def _add(self, text: str, look: Look, numbered: bool) -> None:
        """Add one paragraph as the kind that it looks to be."""
        kind, level = _kind(text, look)
        if kind == "heading":
            text = _LINE_END.sub(" ", text)
            self._flush_notes()
        place = self.drafts.add(Draft(text, kind, level))
        self.looks[place] = look
        if (kind == "caption" and not _FIGURE_CAPTION.match(text)) or is_unit(text):
            self.above.append(place)
        elif look.centred and not numbered and kind == "paragraph" and len(text) <= _CAPTION and text[-1] not in "。；":
            self.above = [place]
        else:
            self.above = []

    def _gathered(self) -> None:
        """Add what was fixed to the paragraphs read so far: text boxes, charts and diagrams."""
        while self.inline.boxes:
            self._blocks(self.inline.boxes.pop(0))
        graphics, self.inline.graphics = self.inline.graphics, []
        for key in graphics:
            relation = self.relations.get(key)
            if relation is None or relation.target not in self.package:
                continue
            if relation.kind == "chart":
                title, rows = chart_table(self.package, relation.target)
                above = [self.drafts.add(Draft(title, "caption"))] if title else []
                self.drafts.add_table(
                    [Row({i: Cell(text) for i, text in enumerate(row)}, heads=row is rows[0]) for row in rows],
                    above=above,
                )
            else:
                for text in diagram_texts(self.package, relation.target):
                    self.drafts.add(Draft(text, "list_item"))

    def _flush_notes(self, *, all_kinds: bool = False) -> None:
        """Add the footnotes referred to since the last time; at the end of the document the endnotes too."""
        due = [note for note in self.inline.notes if all_kinds or note[0] == "footnote"]
        self.inline.notes = [] if all_kinds else [note for note in self.inline.notes if note[0] != "footnote"]
        if not due:
            return
        for kind, key in due:
            for note in self._note_part(kind).get(key, ()):
                text = Inline().text(note).strip()
                if text:
                    self.drafts.add(Draft(text, "note"))
        self.above = []

    def _note_part(self, kind: str) -> dict[str, list[Element]]:
        """The paragraphs of each note of a kind, by the note's id."""
        if kind not in self.notes:
            root = self._part(f"{kind}s")
            notes = () if root is None else root.iter(f"{W}{kind}")
            self.notes[kind] = {note.get(f"{W}id", ""): list(note.iter(f"{W}p")) for note in notes}
        return self.notes[kind]

    def _table(self, table: Element) -> None:
        cells = one_column(table)
        if cells:
            for cell in cells:
                self._blocks(cell)
        else:
            self.drafts.add_table(self.rows.read(table), above=self.above)
        self.above = []
        self._gathered()

    def furniture(self) -> tuple[tuple[int, str], ...]:
        """The texts of page headers and footers, each once."""
        parts = [one.target for one in self.relations.values() if one.kind in ("header", "footer")]
        found = []
        for part in parts:
            if part in self.package:
                inline = Inline()
                lines = (inline.text(paragraph) for paragraph in self.package.xml(part).iter(f"{W}p"))
                found.append(" ".join(" ".join(lines).split()))
        return tuple((0, text) for text in dict.fromkeys(found) if any(map(str.isalpha, text)))

    def notices(self) -> Iterator[Notice]:
        """What a reader of the text misses: pictures, embedded files and comments."""
        if self.inline.pictures:
            yield Notice("pictures", detail=str(self.inline.pictures))
        unread = [*self.unread, *embedded(self.package, self.relations)]
        if unread:
            yield Notice("attachments", detail="、".join(unread))
        comments = self._part("comments")
        yield from comments_notice(0 if comments is None else len(comments.findall(f"{W}comment")))


def _runs(paragraph: Element) -> list[Element]:
    """The runs of ``paragraph`` that hold text."""
    return [
        run for run in paragraph.iter(f"{W}r") if any(text.text and text.text.strip() for text in run.iter(f"{W}t"))
    ]


def _kind(text: str, look: Look) -> tuple[BlockKind, int]:
    """Kind and level of a paragraph by its style; a heading's level is 2 and up, 1 for a title."""
    short = len(text) <= HEADING
    if look.contents:
        return "contents", 0
    if look.caption and short:
        return "caption", 0
    if look.title and short:
        return "heading", 1
    if look.outline is not None and short and text[-1] not in "。；;":
        return "heading", look.outline + 2
    if len(text) <= _CAPTION and (_TABLE_CAPTION.match(text) or _FIGURE_CAPTION.match(text)):
        return "caption", 0
    return ("list_item" if look.number else "paragraph"), 0


def _levelled(drafts: list[Draft], looks: dict[int, Look]) -> list[Draft]:
    """The drafts with the title found: the one in the style of a title, the only heading of the highest level if all
    others stand under it, or the line at the top that is set as a title. Where no style makes a section's heading,
    headings are told by their looks.
    """
    drafts = _promoted(drafts)
    headings = [place for place, draft in enumerate(drafts) if draft.level]
    if all(drafts[place].level > 1 for place in headings):
        top = _title_line(drafts[: headings[0] if headings else _TOP], looks)
        if top is not None:
            drafts = [*drafts[:top], replace(drafts[top], kind="heading", level=1), *drafts[top + 1 :]]
    if all(draft.level < 2 for draft in drafts):
        drafts = _promoted(_recognised(drafts, looks))
    return drafts


def _promoted(drafts: list[Draft]) -> list[Draft]:
    """The drafts with headings one level up, if the first of them is the only one of the highest level and no title."""
    levels = [draft.level for draft in drafts if draft.level]
    if len(levels) > 1 and levels[0] == 2 and levels.count(2) == 1 and 1 not in levels:
        return [replace(draft, level=draft.level - 1) if draft.level else draft for draft in drafts]
    return drafts


def _title_line(drafts: Sequence[Draft], looks: dict[int, Look]) -> int | None:
    """The place of the largest centred line among ``drafts``, if it is larger or bolder than the text."""
    lines = [
        place
        for place, draft in enumerate(drafts)
        if place in looks and looks[place].centred and draft.kind == "paragraph" and len(draft.text) <= _CAPTION
    ]
    if not lines:
        return None
    sizes = sorted(looks[place].size for place in looks)
    best = max(lines, key=lambda place: (looks[place].size, looks[place].bold, -place))
    return best if looks[best].size > sizes[len(sizes) // 2] or looks[best].bold else None


def _recognised(drafts: list[Draft], looks: dict[int, Look]) -> list[Draft]:
    """The drafts with headings, bylines and labels told by the looks of the lines, as in plain text; below those, a
    short bold line over text that is not bold is a heading too. A title that a style makes stays the only one.
    """
    places = [place for place in sorted(looks) if drafts[place].kind in ("paragraph", "list_item")]
    pieces = [
        Piece(drafts[place].text, gap=place > 0 and place - 1 not in looks, indent=2 * looks[place].indented)
        for place in places
    ]
    told = recognise(pieces)
    if len(told) != len(places):
        return drafts
    titled = any(draft.level for draft in drafts)
    changed = list(drafts)
    for place, draft in zip(places, told, strict=True):
        if draft.kind in ("heading", "byline", "label", "list_item") and not (titled and draft.level == 1):
            changed[place] = replace(drafts[place], kind=draft.kind, level=draft.level)
    below = 3 if any(draft.level > 1 for draft in changed) else 2
    for place, following in pairwise(places):
        short = len(changed[place].text) <= _BOLD and changed[place].text[-1] not in "。；;，,：:"
        if changed[place].kind == "paragraph" and short and looks[place].bold and not looks[following].bold:
            changed[place] = replace(changed[place], kind="heading", level=below)
    return changed
