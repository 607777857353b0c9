"""Tables -> rows as blocks: cells joined, header rows and captions above them, a table over pages as one.

Knows no page but its tables and the lines around them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.documents import marks
from qa.documents.layout import joint
from qa.documents.markdown import CELL_SEPARATOR
from qa.documents.pdf_lines import Line, joined
from qa.documents.pdf_paragraphs import Proto
from qa.documents.pdf_table import Cell, Table
from qa.types import Region

CAPTION = 80
"""Columns of the longest line that can be a table's caption."""

_NUMBERED = re.compile(r"(?:续?\s?表|(?i:table))\s?[\dA-Z一二三四五六七八九十]")
_UNIT = re.compile(r"[（(]?\s*(?:金额)?(?:单位|單位|(?i:units?))\s*[:：]")


@dataclass(slots=True)
class _Row:
    """A row while more of it may follow on the next page: the lines of each cell, from the first column of the table
    that is one.
    """

    cells: list[list[Line]]
    first: int
    proto: Proto


class TableRows:
    """Makes blocks of tables in the order of the document; remembers the last, which may go on on the next page."""

    def __init__(self) -> None:
        self._table: Table | None = None
        self._heads: tuple[Proto, ...] = ()
        self._names: list[str] = []
        self._last: _Row | None = None

    def blocks(self, table: Table, above: Sequence[Proto], *, opens: bool) -> list[Proto]:
        """The rows of ``table``. ``above``: the blocks before it in its column, whose captions become its headers.

        ``opens``: nothing stands above it on its page.
        """
        if opens and self._continues(table):
            body = self._rest(table)
        else:
            self._heads = tuple(_captions(above, table))
            self._names = [_text(row) for row in table.cells[: table.heads]]
            body = table.cells
            self._last = None
            found = [self._proto(row, table) for row in body[: table.heads]]
            self._heads = (*self._heads, *found)
            self._table = table
            return [*found, *self._body(body[table.heads :], table)]
        self._table = table
        return self._body(body, table)

    def ended(self, page: int) -> Table | None:
        """The table that ``page`` ends with, if it ends with one."""
        return self._table if self._table and self._table.page == page else None

    def close(self) -> None:
        """Text stands under the last table: it does not go on."""
        self._table = None

    def _continues(self, table: Table) -> bool:
        last = self._table
        if last is None or table.page != last.page + 1 or max(abs(last.x0 - table.x0), abs(last.x1 - table.x1)) > 6:
            return False
        alike = len(last.edges) == len(table.edges) and all(
            abs(a - b) < 6 for a, b in zip(last.edges, table.edges, strict=True)
        )
        return alike or not table.heads

    def _rest(self, table: Table) -> list[list[Cell | None]]:
        """The rows of a table that goes on, without headers said again, and without what belongs to the row before."""
        body = list(table.cells)
        again = len(self._names)
        if again and [_text(row) for row in body[:again]] == self._names:
            return body[again:]
        row = self._last
        if row and body and _is_rest(body[0], row):
            for cell, lines in zip(body[0], row.cells, strict=True):
                lines += cell.lines if cell else []
            row.proto.text, row.proto.boxes = _laid(row.cells[row.first :])
            body = body[1:]
        return body

    def _body(self, body: Sequence[Sequence[Cell | None]], table: Table) -> list[Proto]:
        found: list[Proto] = []
        over: list[tuple[int, Proto]] = []
        for row in body:
            over = [(left - 1, proto) for left, proto in over if left > 1]
            row = list(row)
            for j, cell in enumerate(row):
                if cell and cell.down > 1 and cell.lines and j < len(row) - 1:
                    proto = self._proto([cell], table)
                    over.append((cell.down, proto))
                    found.append(proto)
                    row[j] = None
                elif cell:
                    break
            if any(cell and cell.lines for cell in row):
                proto = self._proto(row, table)
                proto.heads = (*self._heads, *(head for _, head in over))
                found.append(proto)
        return found

    def _proto(self, row: Sequence[Cell | None], table: Table) -> Proto:
        cells = [list(cell.lines) if cell else [] for cell in row]
        whole = len(row) == len(table.edges) - 1
        first = _first(table) if whole else 0
        text, boxes = _laid(cells[first:])
        proto = Proto([], boxes[0].page if boxes else table.page, "table", text=text, boxes=boxes, heads=self._heads)
        if whole:
            self._last = _Row(cells, first, proto)
        return proto


def _is_rest(row: Sequence[Cell | None], last: _Row) -> bool:
    """Whether the first row of a page is the rest of a row: its first cell is empty, and what it fills was filled."""
    filled = [bool(cell and cell.lines) for cell in row]
    return (
        len(row) == len(last.cells)
        and not filled[0]
        and any(filled)
        and bool(last.cells[0])
        and all(bool(lines) for now, lines in zip(filled, last.cells, strict=True) if now)
    )


def _text(row: Sequence[Cell | None]) -> str:
    return "".join("".join(cell.text.split()) for cell in row if cell)


def _laid(cells: Sequence[Sequence[Line]]) -> tuple[str, list[Region]]:
    """The cells of a row as one text with its regions. Empty cells at its end are left out; those at its beginning
    are kept, so that a cell stands under the name of its column.
    """
    filled = [j for j, lines in enumerate(cells) if lines]
    if not filled:
        return "", []
    parts: list[str] = []
    boxes: list[Region] = []
    # A text does not begin with white space: of the first separator only its mark is left.
    length = -(len(CELL_SEPARATOR) - len(CELL_SEPARATOR.lstrip())) if filled[0] else 0
    for j in range(filled[-1] + 1):
        lines = cells[j]
        text, own = joined(lines, _separators(lines)) if lines else ("", [])
        boxes += [replace(box, start=box.start + length, end=box.end + length) for box in own]
        parts.append(text)
        length += len(text) + len(CELL_SEPARATOR)
    return CELL_SEPARATOR.join(parts).lstrip(), boxes


def _first(table: Table) -> int:
    """The first column that holds text in a row of more than one cell: those before it only carry what spans all."""
    filled = [[j for j, cell in enumerate(row) if cell and cell.lines] for row in table.cells]
    return min((row[0] for row in filled if len(row) > 1), default=0)


def _separators(lines: Sequence[Line]) -> list[str]:
    """What stands between the lines of a cell: a space where a line stops short, or the script changes."""
    right = max((line.x1 for line in lines), default=0.0)
    found = []
    for a, b in pairwise(lines):
        short = right - a.x1 > 2.2 * a.size
        mixed = marks.is_wide(a.text[-1]) != marks.is_wide(b.text[0]) and (a.text[-1].isalpha() and b.text[0].isalpha())
        found.append(" " if short or mixed else joint(a.text, b.text))
    return found


def _captions(above: Sequence[Proto], table: Table) -> list[Proto]:
    """The blocks right above a table that name it or give its unit, marked as captions."""
    found: list[Proto] = []
    top = table.y0
    size = max((line.size for row in table.cells for cell in row if cell for line in cell.lines), default=0.0)
    for block in above[:-4:-1]:
        if not block.lines or block.kind == "code" or block.page != table.page:
            break
        line = block.lines[0]
        text = " ".join(part.text for part in block.lines)
        near = -0.5 * line.size < top - block.lines[-1].y1 < 2.2 * line.size
        short = marks.columns(text) <= CAPTION and len(block.lines) <= 2 and text[-1] not in "。；;，,：:"
        named = bool(_NUMBERED.search(text)) or marks.is_caption(text)
        centred = (
            line.size < 1.12 * size
            and abs((line.x0 + line.x1) - (table.x0 + table.x1)) < 6 * line.size
            and marks.columns(text) <= 48
        )
        numbered = marks.numbering(text) is not None or marks.is_bullet(text)
        if not near or not (_UNIT.match(text) or (short and (named or (centred and not numbered)))):
            break
        block.kind = "caption"
        found.append(block)
        top = line.y0
    return found[::-1]
