"""HTML tables: which hold data and which only lay out a page; the rows of those that hold data, each under its header.

A cell that spans several columns or rows is repeated in each, so that every row reads alone. A cell that spans the
whole table is a title: above the table its caption, inside it the heading of the rows below. Knows no page around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft
from qa.documents.markdown import CELL_SEPARATOR

if TYPE_CHECKING:
    from lxml.etree import _Element

COLUMNS = 1000
"""Columns of a table that are read; HTML allows a cell to span as many."""
REPEATED = 200_000
"""Characters that spanning cells may add to a table by being repeated; beyond, they stand in their first place only."""
HEADER_ROWS = 5
"""Rows above which what is marked as the head of a table is not taken for one."""

_LAYOUT_CELL = 800
"""Characters above which a cell with several blocks in it holds a page's text, not a value."""
_LAYOUT_LONE = 60
"""The same for the only row of a table, which lays out a page more often than it holds data."""
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LINES = frozenset(("p", "div", "br", "li", "section", "article", "tr"))
_SILENT = frozenset(("script", "style", "template", "select", "button", "textarea", "rt", "rp", "noscript"))
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*(?:年|$|[-–—/]).*|第?[一二三四1-4]季度.*|\d{1,2}月份?")
_NUMBER = re.compile(r"[-+−±<>≤≥≈~约¥￥$€]{0,2}\s*\d")
_UNIT = re.compile(
    r"[-–—]|[（(]?(?:[%％‰°℃万亿千百元人个件吨米时秒天年月日度]{1,4}|[A-Za-zµμΩ·]{1,5}(?:\s?/\s?[A-Za-z]{1,4}\s?\d?)?)[）)]?"
)


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    columns: int
    rows: int
    is_head: bool
    is_bold: bool


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[_Cell, ...]
    in_head: bool
    looks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the grid: its texts by column, and the row that it was made of. ``whole``: one cell, as wide as all."""

    texts: tuple[str, ...]
    source: _Row
    whole: bool


def is_data_table(table: _Element) -> bool:
    """Whether the rows of ``table`` are rows to read. The cells of any other are paragraphs of the page.

    A table with a caption or marked header cells holds data, unless tables of data stand inside it.
    """
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    tags = [tag_of(element) for element in table.iter()]
    if any(tag in _HEADINGS or tag == "form" for tag in tags):
        return False
    if tags.count("table") > 1 and any(
        _is_grid(inner) for inner in table.iter() if tag_of(inner) == "table" and inner is not table
    ):
        return False
    if not _is_grid(table):
        return False
    if any(tag in ("th", "caption", "thead") for tag in tags):
        return True
    rows = list(_rows(table))
    limit = _LAYOUT_CELL if len(rows) > 1 else _LAYOUT_LONE
    return not any(_is_page_text(cell, limit) for _, cells, _ in rows for cell in cells)


def _is_grid(table: _Element) -> bool:
    """Whether some row has two cells or more."""
    return any(len(cells) > 1 for _, cells, _ in _rows(table))


def _is_page_text(cell: _Element, limit: int) -> bool:
    if sum(tag_of(element) in _LINES for element in cell.iter()) < 3:
        return False
    return len("".join(cell.itertext())) > limit


def table_drafts(table: _Element, *, first: int, captions: Sequence[int] = ()) -> list[Draft]:
    """The drafts of ``table``, the first of which will stand at place ``first``: stray text, caption, rows.

    ``captions`` are the places of drafts above it that head it too.
    """
    rows = [
        _Row(tuple(map(_cell, cells)), in_head, tuple(tr.get(name) or "" for name in ("class", "bgcolor", "style")))
        for tr, cells, in_head in _rows(table)
    ]
    drafts = [Draft(text) for text in _strays(table)]
    captions = list(captions)
    for caption in _captions(table):
        captions.append(first + len(drafts))
        drafts.append(Draft(caption, "caption"))
    lines = _grid(rows)
    while len(lines) > 1 and lines[0].whole:
        captions.append(first + len(drafts))
        drafts.append(Draft(lines.pop(0).texts[0], "caption"))
    count = _header_rows(lines)
    header = list(captions)
    section: list[int] = []
    for place, line in enumerate(lines):
        here = first + len(drafts)
        if place < count:
            drafts.append(Draft(CELL_SEPARATOR.join(line.texts), "table", header=tuple(captions)))
            header.append(here)
        elif line.whole:
            drafts.append(Draft(line.texts[0], "table", header=tuple(header)))
            section = [here]
        else:
            drafts.append(Draft(CELL_SEPARATOR.join(line.texts), "table", header=(*header, *section)))
    return drafts


def tag_of(element: _Element) -> str:
    """The element's name in small letters without its namespace; ``""`` for comments and the like."""
    return _local_name(element.tag)


@lru_cache(maxsize=1024)
def _local_name(tag: object) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _parts(root: _Element, wanted: frozenset[str], closed: frozenset[str]) -> Iterator[_Element]:
    """Elements named in ``wanted`` below ``root``, in order; nothing inside them or inside ``closed`` is looked at."""
    stack = list(reversed(root))
    while stack:
        element = stack.pop()
        tag = tag_of(element)
        if tag in wanted:
            yield element
        elif tag not in closed:
            stack.extend(reversed(element))


_TR, _TD, _TABLE, _CAPTION = frozenset(("tr",)), frozenset(("td", "th")), frozenset(("table",)), frozenset(("caption",))


def _rows(table: _Element) -> Iterator[tuple[_Element, list[_Element], bool]]:
    """Each row of the table itself: its element, its cells, and whether it stands in the table's head."""
    for tr in _parts(table, _TR, _TABLE):
        above = tr.getparent()
        yield tr, list(_parts(tr, _TD, _TABLE)), above is not None and tag_of(above) == "thead"


def _captions(table: _Element) -> Iterator[str]:
    for caption in _parts(table, _CAPTION, _TABLE | _TR):
        if text := flat_text(caption):
            yield text


def _strays(table: _Element) -> Iterator[str]:
    """Text that stands in the table and in no cell: browsers show it above."""
    stack = [table]
    while stack:
        element = stack.pop()
        if tag_of(element) in ("script", "style"):
            continue
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                yield " ".join(text.split())
        stack.extend(child for child in reversed(element) if tag_of(child) in ("tbody", "thead", "tfoot", "tr", "form"))


def flat_text(element: _Element) -> str:
    """All text of ``element`` on one line; blocks and line breaks inside it are parted by a space."""
    from lxml import etree

    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        tag = tag_of(node)
        if tag in _LINES or tag in _TD:
            parts.append(" ")
        if event == "start":
            if not tag or tag in _SILENT:
                walker.skip_subtree()
            else:
                parts.append(node.text or "")
        elif node is not element:
            parts.append(node.tail or "")
    return " ".join(_INVISIBLE.sub("", "".join(parts)).split())


def _cell(element: _Element) -> _Cell:
    text = flat_text(element)
    bold = "".join(flat_text(node) for node in _parts(element, frozenset(("b", "strong")), frozenset()))
    return _Cell(
        text=text,
        columns=_span(element.get("colspan"), COLUMNS),
        rows=_span(element.get("rowspan"), 65_534, zero=65_534),
        is_head=tag_of(element) == "th",
        is_bold=bool(text) and len(bold.replace(" ", "")) >= len(text.replace(" ", "")),
    )


def _span(value: str | None, limit: int, *, zero: int = 1) -> int:
    match = re.match(r"\s*(\d{1,6})", value or "")
    return (min(int(match[1]), limit) or zero) if match else 1


def _grid(rows: Sequence[_Row]) -> list[_Line]:
    """The rows with spans filled in; rows and columns without any text are left out."""
    budget = REPEATED
    hanging: dict[int, tuple[int, str]] = {}
    grid: list[list[str]] = []
    wholes: list[int] = []
    for row in rows:
        texts: list[str] = []
        waiting = iter(row.cells)
        while len(texts) < COLUMNS:
            if (column := len(texts)) in hanging:
                left, text = hanging.pop(column)
                if left > 1:
                    hanging[column] = (left - 1, text)
                budget -= len(text)
                texts.append(text if budget > 0 else "")
                continue
            cell = next(waiting, None)
            if cell is None:
                if any(other > column for other in hanging):
                    texts.append("")
                    continue
                break
            for extra in range(min(cell.columns, COLUMNS - column)):
                budget -= len(cell.text) if extra else 0
                text = cell.text if not extra or budget > 0 else ""
                texts.append(text)
                if cell.rows > 1:
                    hanging[column + extra] = (cell.rows - 1, text)
        grid.append(texts)
        wholes.append(row.cells[0].columns if len(row.cells) == 1 and row.cells[0].rows == 1 else 0)
    return _lines(rows, grid, wholes)


def _lines(rows: Sequence[_Row], grid: list[list[str]], wholes: Sequence[int]) -> list[_Line]:
    width = max((len(texts) for texts in grid), default=0)
    padded = [texts + [""] * (width - len(texts)) for texts in grid]
    # A cell that spans more columns than there are would make columns of its own.
    real = max((len(texts) for texts, whole in zip(grid, wholes, strict=True) if not whole), default=width)
    kept = [c for c in range(min(width, max(real, 1))) if any(texts[c] for texts in padded)]
    lines = []
    for row, texts, whole in zip(rows, padded, wholes, strict=True):
        chosen = tuple(texts[column] for column in kept)
        if any(chosen):
            lines.append(_Line(chosen, row, len(kept) > 1 and whole >= max(2, real)))
    return lines


def _header_rows(lines: Sequence[_Line]) -> int:
    """How many of the first lines head the others: those that are marked so, or else look so."""
    count = next((i for i, line in enumerate(lines) if not line.source.in_head), len(lines))
    if not count:
        count = next((i for i, line in enumerate(lines) if not _all_head(line.source)), len(lines))
    if not count and len(lines) > 1 and _looks_like_header(lines):
        count = 1
        spans = [cell.rows for cell in lines[0].source.cells]
        if max(spans, default=1) > min(spans, default=1):
            count = min(max(spans), len(lines) - 1)
    if 0 < count < len(lines) - 1 and _is_second_header(lines, count):
        count += 1
    return count if count <= HEADER_ROWS and count < len(lines) else 0


def _all_head(row: _Row) -> bool:
    return bool(row.cells) and all(cell.is_head or not cell.text for cell in row.cells)


def _looks_like_header(lines: Sequence[_Line]) -> bool:
    """Whether the first line names the columns: its cells are bold as others are not, or words above numbers; in a
    table of three columns and more, short words that differ are enough.
    """
    first, rest = lines[0], lines[1:]
    named = [text for text in first.texts if text]
    if first.whole or len(named) < len(first.texts) - 1 or len(named) < 2 or any(len(text) > 60 for text in named):
        return False
    if any(_is_number(text) and not _YEAR.fullmatch(text) for text in named[1:]) or any(
        text[-1] in ":：" for text in named
    ):
        return False
    bold = all(cell.is_bold for cell in first.source.cells if cell.text)
    if bold and not all(all(cell.is_bold for cell in line.source.cells if cell.text) for line in rest):
        return True
    columns = [column for column in zip(*(line.texts for line in rest), strict=True) if any(column)][1:]
    numeric = sum(_mostly_numbers(column) for column in columns)
    if columns and numeric >= len(columns) / 2:
        return True
    return len(first.texts) >= 3 and len(rest) >= 2 and len(set(named)) == len(named)


def _is_second_header(lines: Sequence[_Line], at: int) -> bool:
    """Whether line ``at`` goes on with the header above it: units, or dressed like it and unlike what follows."""
    line, above, below = lines[at], lines[at - 1], lines[at + 1]
    if line.whole or any(_is_number(text) for text in line.texts):
        return False
    texts = [text for text in line.texts[1:] if text]
    if len(texts) >= 2 and all(_UNIT.fullmatch(text) for text in texts):
        return any(_is_number(text) for text in below.texts)
    looks = line.source.looks
    return any(looks) and looks == above.source.looks != below.source.looks


def _is_number(text: str) -> bool:
    return _NUMBER.match(text) is not None or sum(map(str.isdigit, text)) > 0.3 * len(text)


def _mostly_numbers(column: Sequence[str]) -> bool:
    filled = [text for text in column if text and text not in "-–—/"]
    return bool(filled) and sum(map(_is_number, filled)) > len(filled) / 2
