"""Tables without ruled cells: rows of short pieces that line up, with white strips between them down the whole table.

Prose in columns is none. Knows no ruled line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.documents import marks
from qa.documents.pdf_columns import rows
from qa.documents.pdf_lines import Line, beside
from qa.documents.pdf_table import NUMBER, YEAR, Cell, Table, heads

STRIP = 0.9
"""Sizes of the narrowest white strip between two columns of a table without lines."""
CELL = 60
"""Columns of text above which a cell of a table without lines is prose."""
SHORT = 5.0
"""Sizes of type below which a piece of text is short: a figure, a year."""

_LEADER = re.compile(r"[.．·…]{4}|(?:\. ){4}")


def aligned_tables(lines: Sequence[Line]) -> list[Table | Line]:
    """One column's pieces as tables and whole lines, from top to bottom."""
    laid = rows(lines)
    found: list[Table | Line] = []
    i = 0
    while i < len(laid):
        end = _run_end(laid, i)
        if end - i >= 3 and aligned(laid[i:end]):
            found.append(from_rows(laid[i:end]))
            i = end
        else:
            found.append(beside(laid[i]))
            i += 1
    return found


def _run_end(laid: Sequence[Sequence[Line]], start: int) -> int:
    """Where the rows that may be a table end; a lone first cell may stand between two of them."""
    end = start
    while end < len(laid):
        if not _is_row(laid[end]):
            lone = (
                end > start
                and end + 1 < len(laid)
                and len(laid[end]) == 1
                and _is_row(laid[end + 1])
                and abs(laid[end][0].x0 - laid[start][0].x0) < 2 * laid[end][0].size
                and marks.columns(laid[end][0].text) <= 24
                and not marks.closed(laid[end][0].text)
            )
            if not lone and not (end > start and _under_cell(laid[end], laid[end - 1])):
                break
        if end > start:
            pitch = laid[end][0].middle - laid[end - 1][0].middle
            sizes = sorted((laid[end][0].size, laid[end - 1][0].size))
            if pitch > 4 * max(laid[end][0].height, laid[end - 1][0].height) or sizes[1] > 1.2 * sizes[0]:
                break
            if end - start >= 2 and _is_year_row(laid[end]):
                break
        end += 1
    while end > start and not _is_row(laid[end - 1]) and not _under_cell(laid[end - 1], laid[end - 2]):
        end -= 1
    return end


def _under_cell(row: Sequence[Line], above: Sequence[Line]) -> bool:
    """Whether a row is one piece that begins right under a cell of the row above, not the first, and ends before the
    next: the second line of that cell.
    """
    if len(row) != 1 or len(above) < 2:
        return False
    piece = row[0]
    for cell, following in zip(above[1:], [*above[2:], None], strict=True):
        if abs(cell.x0 - piece.x0) < 2 and (following is None or piece.x1 < following.x0):
            return piece.middle - cell.middle < 3.2 * cell.size and not NUMBER.fullmatch(cell.text)
    return False


def _is_year_row(row: Sequence[Line]) -> bool:
    """Whether the row is the header of a table of years: a name, then years and quarters only."""
    return len(row) >= 3 and not NUMBER.fullmatch(row[0].text) and all(YEAR.fullmatch(line.text) for line in row[1:])


def _is_row(row: Sequence[Line]) -> bool:
    wide = any(b.x0 - a.x1 >= 1.2 * min(a.size, b.size) for a, b in pairwise(row))
    return (
        wide
        and not any(_LEADER.search(line.text) for line in row)
        and all(marks.columns(line.text) <= CELL for line in row)
    )


def aligned(laid: Sequence[Sequence[Line]], least: int = 3) -> bool:
    """Whether rows are those of a table: white strips down all of them, cells that line up, no markers of a list."""
    edges = _edges(laid)
    count = len(edges) - 1
    placed = [[column_of(line, edges) for line in row] for row in laid]
    full = sum(len(set(row)) >= 2 for row in placed)
    if count < 2 or full < least or full < 0.6 * len(laid):
        return False
    first = [
        line.text
        for row, places in zip(laid, placed, strict=True)
        for line, j in zip(row, places, strict=True)
        if j == 0
    ]
    if first and sum(_is_marker(text) for text in first) > 0.5 * len(first):
        return False
    if any(marks.columns(line.text) > CELL and marks.closed(line.text) for row in laid for line in row):
        return False
    later = [
        line for row, places in zip(laid, placed, strict=True) for line, j in zip(row, places, strict=True) if j > 0
    ]
    short = sum(marks.columns(line.text) <= 24 for line in later)
    lined = max(sum(_agree([line for line in later if column_of(line, edges) == j]) for j in range(1, count)), 0)
    return lined >= 0.6 * (count - 1) and (count > 2 or short >= 0.8 * len(later))


def _agree(cells: Sequence[Line]) -> bool:
    """Whether most cells of a column start, end or are centred at one place."""
    if len(cells) < 2:
        return False
    best = 0
    for places in ([c.x0 for c in cells], [c.x1 for c in cells], [(c.x0 + c.x1) / 2 for c in cells]):
        middle = sorted(places)[len(places) // 2]
        best = max(best, sum(abs(place - middle) < 0.6 * cells[0].size for place in places))
    return best >= 0.6 * len(cells)


def _is_marker(text: str) -> bool:
    return len(text) <= 6 and (
        marks.numbering(text + " x") is not None or marks.is_bullet(text + " x") or len(text) == 1
    )


def _edges(laid: Sequence[Sequence[Line]]) -> tuple[float, ...]:
    """Left ends of columns and the right end of the last, from the strips that few rows cover."""
    low = min(line.x0 for row in laid for line in row)
    high = max(line.x1 for row in laid for line in row)
    size = sorted(line.size for row in laid for line in row)[0]
    ends = sorted([(line.x0, 1) for row in laid for line in row] + [(line.x1, -1) for row in laid for line in row])
    allowed = len(laid) // 8
    edges, covered, since = [low], 0, None
    for x, step in ends:
        before = covered
        covered += step
        if before > allowed >= covered:
            since = x
        elif before <= allowed < covered and since is not None:
            if x - since >= STRIP * size:
                edges.append(x)
            since = None
    return (*edges, high)


def column_of(line: Line, edges: Sequence[float]) -> int:
    """The column that holds the middle of a short piece, the start of a longer one."""
    short = line.x1 - line.x0 < SHORT * line.size
    middle = (line.x0 + line.x1) / 2 if short else line.x0 + 0.5 * line.size
    return max((j for j in range(len(edges) - 1) if edges[j] <= middle + 1), default=0)


def from_rows(laid: Sequence[Sequence[Line]], edges: Sequence[float] = ()) -> Table:
    """The table that ``laid`` rows of pieces make, its columns between ``edges``, or where white strips part them."""
    edges = tuple(edges) or _edges(laid)
    cells: list[list[Cell | None]] = []
    for row in laid:
        parts: list[list[Line]] = [[] for _ in edges[1:]]
        for line in row:
            parts[column_of(line, edges)].append(line)
        row_cells = [Cell([beside(part)] if part else []) for part in parts]
        if cells and _wraps(row_cells, cells[-1]):
            for cell, above in zip(row_cells, cells[-1], strict=True):
                if above:
                    above.lines += cell.lines
        else:
            cells.append(list(row_cells))
    top, bottom = min(line.y0 for line in laid[0]), max(line.y1 for line in laid[-1])
    table = Table(laid[0][0].page, edges[0], top, edges[-1], bottom, edges, cells)
    table.heads = heads(table)
    return table


def _wraps(row: Sequence[Cell], above: Sequence[Cell | None]) -> bool:
    """Whether a row is the second line of a cell of the row above: one cell of words under words, and nothing before
    it.
    """
    filled = [j for j, cell in enumerate(row) if cell.lines]
    if len(filled) != 1 or filled[0] == 0:
        return False
    over, first = above[filled[0]], above[0]
    if not over or not over.lines or not first or not first.lines:
        return False
    step = row[filled[0]].lines[0].middle - over.lines[-1].middle
    words = not any(NUMBER.fullmatch(cell.text) for cell in (row[filled[0]], over))
    return words and step < 3.2 * over.lines[-1].size and len(over.lines) < 6
