"""The tables of a word processor's file as rows of cells. Knows no header and no text: it is given a reader of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.documents.ooxml import MC, W, chosen, switched_on, whole
from qa.documents.tables import Cell, Row, one_line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COLUMNS = 1000
"""Columns that a table has at most; what stands further right is put in the last."""
WRAPPERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
"""Elements that may stand around paragraphs, tables, rows and cells and say nothing about them."""

_VAL = f"{W}val"
_UNFILLED = ("", "auto", "ffffff")

LineReader = Callable[["Element"], tuple[str, bool]]
"""Gives a paragraph's text and whether it is bold."""


def one_column(table: Element) -> list[Element]:
    """The cells of a table with one cell a row, which is a frame around text; none of another one's."""
    cells: list[Element] = []
    for row in _within(table, f"{W}tr"):
        own = list(_within(row, f"{W}tc"))
        if len(own) > 1:
            return []
        cells += own
    return cells


def _within(parent: Element, tag: str) -> Iterator[Element]:
    """The children of ``parent`` with that tag, also those with something wrapped around them."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag == f"{MC}AlternateContent":
            for branch in chosen(child):
                if branch.tag == tag:
                    yield branch
        elif child.tag in WRAPPERS:
            yield from _within(child, tag)


class TableReader:
    """Reads tables, those in their cells included, with a reader of lines."""

    def __init__(self, line: LineReader) -> None:
        self._line = line

    def read(self, table: Element) -> tuple[Row, ...]:
        """The rows of ``table``; one that was deleted is left out. A cell that goes on with the one above it has its
        text, and the first of them knows how many rows it reaches.
        """
        rows: list[Row] = []
        above: dict[int, int] = {}
        for element in _within(table, f"{W}tr"):
            properties = element.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                continue
            heads = properties is not None and switched_on(properties.find(f"{W}tblHeader"), _VAL)
            row = Row(heads=heads)
            inner: list[tuple[Row, ...]] = []
            column = 0 if properties is None else _number(properties, "gridBefore")
            for one in _within(element, f"{W}tc"):
                column = min(column, COLUMNS)
                cell, merge = self._cell(one, inner)
                first = above.get(column) if merge == "continue" else None
                if first is not None and not cell.text and column in rows[first].cells:
                    cell = rows[first].cells[column]
                    rows[first].cells[column] = replace(cell, rows=cell.rows + 1)
                    cell = replace(cell, rows=1)
                else:
                    above[column] = len(rows)
                if merge == "":
                    above.pop(column, None)
                row.cells[column] = cell
                column += cell.columns
            rows.append(replace(row, inner=tuple(inner)))
        return tuple(rows)

    def _cell(self, element: Element, inner: list[tuple[Row, ...]]) -> tuple[Cell, str]:
        """A cell, and how it takes part in a merge of rows: ``""``, ``restart`` or ``continue``."""
        lines: list[tuple[str, bool]] = []
        self._lines(element, lines, inner)
        filled = [(text, bold) for text, bold in lines if text]
        properties = element.find(f"{W}tcPr")
        span, merge, shaded = 1, "", False
        if properties is not None:
            span = max(1, min(_number(properties, "gridSpan", 1), COLUMNS))
            merged = properties.find(f"{W}vMerge")
            merge = "" if merged is None else merged.get(_VAL, "continue")
            shade = properties.find(f"{W}shd")
            shaded = shade is not None and shade.get(f"{W}fill", "").lower() not in _UNFILLED
        strong = bool(filled) and (shaded or all(bold for _, bold in filled))
        return Cell(one_line(" ".join(text for text, _ in filled)), span, 1, strong), merge

    def _lines(self, parent: Element, lines: list[tuple[str, bool]], inner: list[tuple[Row, ...]]) -> None:
        for child in parent:
            if child.tag == f"{W}p":
                lines.append(self._line(child))
            elif child.tag == f"{W}tbl":
                inner.append(self.read(child))
            elif child.tag in WRAPPERS:
                self._lines(child, lines, inner)


def _number(parent: Element, name: str, default: int = 0) -> int:
    found = parent.find(f"{W}{name}")
    return default if found is None else whole(found.get(_VAL), default)
