r"""Rich Text Format -> Document: paragraphs, headings by outline level or style, lists, notes, tables.

Bytes are read in the code page of the font that they are set in, then in the file's (\ansicpg936 and the like); \u
escapes as they stand. Hidden and deleted text is left out; page headers and footers are furniture; comments are counted. Not covered:
pictures, drawings' text in old files that have it twice, the symbol font.

The reading of control words is :mod:`qa.documents.rtf_words`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qa.documents import marks
from qa.documents.assemble import Draft, assemble, comments_notice
from qa.documents.markdown import paragraph_kind
from qa.documents.markup_tables import table_drafts
from qa.documents.rtf_words import CHARACTERS, CHARSETS, NO_NUMBER, SKIPPED, Token, codec_of, tokens
from qa.errors import DocumentError
from qa.types import Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element

GROUPS = 10_000
"""Groups in groups that are followed."""
_XML_SAFE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], None)


@dataclass(slots=True)
class _State:
    """What a group inherits from the one around it, and may change for itself."""

    skip: bool = False
    target: str = "body"
    codec: str = "cp1252"
    unicode_skip: int = 1


@dataclass(slots=True)
class _Paragraph:
    level: int = 0
    in_table: bool = False
    is_item: bool = False


@dataclass(slots=True)
class _Table:
    """The rows so far, the cells of the row at hand, and how that row is defined: (merged left, merged up) by cell."""

    rows: list[tuple[bool, list[str]]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    merges: list[tuple[bool, bool]] = field(default_factory=list)
    merge: tuple[bool, bool] = (False, False)
    is_head: bool = False


def parse_rtf(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read an RTF file.

    :raises DocumentError: ``file_damaged`` (it is none) or ``file_nested``.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise DocumentError("file_damaged", path=path, reason="format")
    reader = _Reader(path)
    whole = reader.run(data)
    drafts = reader.drafts
    firsts = [draft for draft in drafts if draft.level == 1]
    title = "" if len(firsts) == 1 else reader.title.strip()
    if len(firsts) > 1:
        drafts = [replace(draft, level=draft.level + 1) if draft.level else draft for draft in drafts]
    document = assemble(
        drafts,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="rtf",
        title=title,
        notices=[*comments_notice(reader.comments), *([] if whole else [Notice("file_cut")])],
    )
    return replace(document, furniture=tuple((0, text) for text in reader.furniture if text.strip()))


class _Reader:
    """One pass over the tokens. Text goes to the buffer of the destination at hand, bytes waiting to be decoded first."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.drafts: list[Draft] = []
        self.furniture: list[str] = []
        self.buffers: dict[str, list[str]] = {}
        self.bytes = bytearray()
        self.pending_skip = 0
        self.state = _State()
        self.stack: list[_State] = []
        self.paragraph = _Paragraph()
        self.table = _Table()
        self.fonts: dict[int, str] = {}
        self.font = 0
        self.codec = "cp1252"
        self.default_font = -1
        self.styles: dict[int, int] = {}
        self.style = -1
        self.notes: list[str] = []
        self.comments = 0
        self.starred = False
        self.ended = False

    @property
    def title(self) -> str:
        """The title in the file's properties."""
        return self._text("title")

    def run(self, data: bytes) -> bool:
        """Read all of ``data``. Whether every group was closed."""
        for token in tokens(data):
            self._take(token)
        whole = len(self.stack) <= 1 and self.ended
        self._decode()
        self._end_paragraph()
        self._end_table()
        return whole

    def _take(self, token: Token) -> None:
        match token.kind:
            case "open":
                self._decode()
                if len(self.stack) >= GROUPS:
                    raise DocumentError("file_nested", path=self.path)
                self.stack.append(replace(self.state))
                self.starred = False
                self.pending_skip = 0
            case "close":
                self._decode()
                self._close()
            case "byte":
                if self.pending_skip:
                    self.pending_skip -= 1
                elif not self.state.skip:
                    self.bytes.append(token.number)
            case "text":
                self._literal(token.data)
            case _:
                self._decode()
                self._word(token.word, None if token.number == NO_NUMBER else token.number)

    def _literal(self, data: bytes) -> None:
        if self.pending_skip:
            cut = min(self.pending_skip, len(data))
            self.pending_skip -= cut
            data = data[cut:]
        if not self.state.skip:
            self.bytes += data

    def _close(self) -> None:
        if not self.stack:
            return
        ended, self.state = self.state, self.stack.pop()
        self.ended = not self.stack
        self.pending_skip = 0
        if ended.target == "style" and not ended.skip:
            self._name_style(self._text("style"))
        elif ended.target == "note" != self.state.target:
            self.notes.append(self._text("note"))
        elif ended.target == "furniture" != self.state.target:
            self.furniture.append(self._text("furniture").strip())

    def _name_style(self, name: str) -> None:
        words = name.strip(" ;").lower().replace("标题", "heading ").split()
        if len(words) >= 2 and words[0] == "heading" and words[1].isdigit() and self.style >= 0:
            self.styles[self.style] = min(int(words[1]), 9)
        self.style = -1

    def _decode(self) -> None:
        if self.bytes:
            self._add(self.bytes.decode(self.state.codec, "replace"))
            self.bytes.clear()

    def _add(self, text: str) -> None:
        if not self.state.skip:
            self.buffers.setdefault(self.state.target, []).append(text)

    def _text(self, target: str) -> str:
        """Take the text out of a buffer; halves of characters that were escaped apart are joined."""
        text = "".join(self.buffers.pop(target, ()))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _word(self, word: str, number: int | None) -> None:
        if self.pending_skip and word in CHARACTERS:
            self.pending_skip -= 1
            return
        if word == "*":
            self.starred = True
            return
        starred, self.starred = self.starred, False
        if word in CHARACTERS:
            self._add(CHARACTERS[word])
        elif word == "u":
            self._add(chr((number or 0) % 65_536))
            self.pending_skip = self.state.unicode_skip
        elif not self._destination(word, starred) and (action := _ACTIONS.get(word)) is not None:
            action(self, number)

    def _destination(self, word: str, starred: bool) -> bool:
        state = self.state
        if word == "ud":
            state.skip = False
        elif word in _TARGETS:
            state.target = _TARGETS[word]
            state.skip = state.skip or word in ("fonttbl", "stylesheet")
        elif word == "annotation":
            self.comments += not state.skip
            state.skip = True
        elif word in SKIPPED or (starred and word not in _KNOWN_STARRED and word not in _ACTIONS):
            state.skip = True
        else:
            return False
        return True

    # ---- paragraphs and tables

    def _end_paragraph(self) -> None:
        if self.state.target != "body":
            self._add("\n")
            return
        raw = self._text("body")
        if self.paragraph.in_table:
            self.buffers["body"] = [raw, " "]
            return
        self._end_table()
        text = "\n".join(line for part in raw.split("\n") if (line := " ".join(part.split(" \t"))).strip()).strip()
        text = text.replace("\t", " ")
        if text:
            self.drafts.append(self._draft(text))
        self.drafts += [Draft(" ".join(note.split()), "note") for note in self.notes]
        self.notes.clear()
        self.paragraph.is_item = False

    def _draft(self, text: str) -> Draft:
        if self.paragraph.level and len(text) <= 200:
            return Draft(" ".join(text.split()), "heading", self.paragraph.level)
        if self.paragraph.is_item or marks.is_bullet(text):
            bullet = marks.is_bullet(text)
            return Draft(text[1:].lstrip() if bullet else text, "list_item")
        return Draft(text, paragraph_kind(text))

    def _end_cell(self) -> None:
        self.table.cells.append(" ".join(self._text("body").split()))

    def _end_row(self) -> None:
        table = self.table
        if self._text("body").strip():
            self._end_cell()
        above = table.rows[-1][1] if table.rows else []
        cells = table.cells
        for at, (left, up) in enumerate(table.merges[: len(cells)]):
            if left and at and not cells[at]:
                cells[at] = cells[at - 1]
            elif up and at < len(above) and not cells[at]:
                cells[at] = above[at]
        if any(cells):
            table.rows.append((table.is_head, cells))
        table.cells = []

    def _end_table(self) -> None:
        rows, self.table = self.table.rows, _Table()
        if rows:
            self.drafts += table_drafts(_table_element(rows), first=len(self.drafts))

    # ---- control words

    def _set_codec(self, codec: str) -> None:
        self.state.codec = codec

    def _font(self, number: int | None) -> None:
        self.font = number or 0
        self._set_codec(self.fonts.get(self.font, self.codec))

    def _charset(self, number: int | None) -> None:
        if self.state.target == "font" and (codec := CHARSETS.get(number or 0)):
            self.fonts[self.font] = codec

    def _code_page(self, number: int | None) -> None:
        self.codec = codec_of(number or 1252)
        self._set_codec(self.codec)

    def _style(self, number: int | None) -> None:
        if self.state.target == "style":
            self.style = number or 0
            self.state.skip = False
        else:
            self.paragraph.level = self.styles.get(number or 0, 0)

    def _default_paragraph(self, _: int | None) -> None:
        self.paragraph = _Paragraph(is_item=self.paragraph.is_item)

    def _set_skip(self, number: int | None) -> None:
        self.state.skip = self.state.skip or number != 0

    def _set_unicode_skip(self, number: int | None) -> None:
        self.state.unicode_skip = max(0, 1 if number is None else number)

    def _outline(self, number: int | None) -> None:
        if self.state.target != "style" and number is not None and 0 <= number < 9:
            self.paragraph.level = number + 1

    def _row_starts(self, _: int | None) -> None:
        self.table.merges, self.table.merge, self.table.is_head = [], (False, False), False

    def _merge(self, *, left: bool = False, up: bool = False) -> None:
        self.table.merge = (self.table.merge[0] or left, self.table.merge[1] or up)

    def _cell_defined(self, _: int | None) -> None:
        self.table.merges.append(self.table.merge)
        self.table.merge = (False, False)

    def _mark_item(self, _: int | None) -> None:
        self.paragraph.is_item = True

    def _mark_head(self, _: int | None) -> None:
        self.table.is_head = True

    def _mark_in_table(self, _: int | None) -> None:
        if self.state.target == "body":
            self.paragraph.in_table = True


def _table_element(rows: list[tuple[bool, list[str]]]) -> _Element:
    """The rows as an HTML table, whose rules of headers and titles are wanted."""
    from lxml import etree

    table = etree.Element("table")
    for is_head, cells in rows:
        row = etree.SubElement(table, "tr")
        for text in cells:
            etree.SubElement(row, "th" if is_head else "td").text = text.translate(_XML_SAFE)
    return table


_TARGETS = {
    "fonttbl": "font", "stylesheet": "style", "title": "title", "footnote": "note", "header": "furniture",
    "headerl": "furniture", "headerr": "furniture", "headerf": "furniture", "footer": "furniture",
    "footerl": "furniture", "footerr": "furniture", "footerf": "furniture",
}  # fmt: skip
_KNOWN_STARRED = frozenset(("shpinst", "cs"))
_ACTIONS: dict[str, Callable[[_Reader, int | None], None]] = {
    "par": lambda reader, _: reader._end_paragraph(),
    "sect": lambda reader, _: reader._end_paragraph(),
    "page": lambda reader, _: reader._end_paragraph(),
    "cell": lambda reader, _: reader._end_cell(),
    "nestcell": lambda reader, _: reader._add(" "),
    "nestrow": lambda reader, _: reader._add(" "),
    "row": lambda reader, _: reader._end_row(),
    "trowd": _Reader._row_starts,
    "cellx": _Reader._cell_defined,
    "clmrg": lambda reader, _: reader._merge(left=True),
    "clvmrg": lambda reader, _: reader._merge(up=True),
    "trhdr": _Reader._mark_head,
    "intbl": _Reader._mark_in_table,
    "pard": _Reader._default_paragraph,
    "outlinelevel": _Reader._outline,
    "s": _Reader._style,
    "listtext": _Reader._mark_item,
    "pntext": _Reader._mark_item,
    "v": _Reader._set_skip,
    "deleted": _Reader._set_skip,
    "uc": _Reader._set_unicode_skip,
    "f": _Reader._font,
    "fcharset": _Reader._charset,
    "ansicpg": _Reader._code_page,
    "pc": lambda reader, _: reader._code_page(437),
    "mac": lambda reader, _: reader._code_page(10_000),
}
