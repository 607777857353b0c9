"""Tables on one page that lines on it draw: cells between lines, and rows between level lines.

A table is rows of cells; a cell holds the pieces of lines in it. Knows no text of a document yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.documents import marks
from qa.documents.pdf_aligned import aligned, column_of, from_rows
from qa.documents.pdf_columns import rows
from qa.documents.pdf_grid import Grid, grids
from qa.documents.pdf_lines import Line, beside
from qa.documents.pdf_rules import Rule
from qa.documents.pdf_table import Cell, Table, heads

MIXED = 2.0
"""Times that the largest type in a table may be as large as the smallest; boxes with more are a page's design."""
REST = 200.0
"""Points between two level lines that may part rows of one table."""
JOINT = 3.0
"""Points between two pieces of one level line."""


def ruled_tables(
    lines: Sequence[Line], rules: Sequence[Rule], before: Table | None = None
) -> tuple[list[Table], list[Line]]:
    """The tables that lines on the page draw, and the pieces of text that lie in none of them.

    ``before``: the table that the page before ends with, which may go on between the first lines of this one.
    """
    found: list[Table] = []
    rest = list(lines)
    for grid in grids(rules):
        inside = [line for line in rest if grid.holds((line.x0 + line.x1) / 2, line.middle)]
        table = _gridded(grid, inside)
        if table is not None:
            found.append(table)
            taken = set(map(id, inside))
            rest = [line for line in rest if id(line) not in taken]
    for box in _between_rules(rules, found):
        inside = [
            line
            for line in rest
            if box[0] - 4 <= (line.x0 + line.x1) / 2 <= box[2] + 4 and box[1] <= line.middle <= box[3]
        ]
        table = _open_table(inside, box, [rule.y0 for rule in rules if rule.level and abs(rule.x0 - box[0]) < 6])
        if table is not None:
            found.append(table)
            taken = set(map(id, inside))
            rest = [line for line in rest if id(line) not in taken]
    going_on = _rest_of(before, rest, rules) if before else None
    if going_on is not None and not any(other.y0 < going_on.y0 for other in found):
        found.append(going_on)
        rest = [line for line in rest if line.middle > going_on.y1]
    return found, rest


def _gridded(grid: Grid, lines: Sequence[Line]) -> Table | None:
    """The table of a grid, or None where it is a frame around text or a drawing."""
    places: dict[tuple[int, int], Cell] = {}
    table: list[list[Cell | None]] = [[None] * (len(grid.xs) - 1) for _ in range(len(grid.ys) - 1)]
    for row, column, down, across in grid.cells:
        cell = Cell(down=down, across=across)
        table[row][column] = cell
        for i in range(row, row + down):
            for j in range(column, column + across):
                places[i, j] = cell
    pieces: dict[int, list[Line]] = {}
    for line in lines:
        cell = places[grid.place((line.x0 + line.x1) / 2, line.middle)]
        pieces.setdefault(id(cell), []).append(line)
    for held in {id(cell): cell for cell in places.values()}.values():
        held.lines = [beside(row) for row in rows(pieces.get(id(held), []))]
    table = [part for row in table for part in _split(row)]
    table = [row for row in table if any(cell and cell.lines for cell in row)]
    filled = [[cell for cell in row if cell and cell.lines] for row in table]
    sizes = sorted(line.size for row in filled for cell in row for line in cell.lines)
    if sum(map(len, filled)) < 3 or len(table) < 2 or max(map(len, filled)) < 2 or sizes[-1] > MIXED * sizes[0]:
        return None
    result = Table(lines[0].page, grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1], grid.xs, table)
    _narrow(result)
    result.heads = heads(result)
    return result


def _narrow(table: Table) -> None:
    """Leave out columns that no cell starts in."""
    used = [
        j for j in range(len(table.edges) - 1) if any(cell and cell.lines for cell in (row[j] for row in table.cells))
    ]
    if len(used) == len(table.edges) - 1:
        return
    table.edges = (*(table.edges[j] for j in used), table.edges[-1])
    table.cells = [[row[j] for j in used] for row in table.cells]


def _split(row: list[Cell | None]) -> list[list[Cell | None]]:
    """A row of cells that each hold as many lines at the same heights is that many rows."""
    filled = [cell for cell in row if cell and cell.lines]
    if len(filled) < 2 or any(cell.down > 1 for cell in filled):
        return [row]
    count = len(filled[0].lines)
    level = all(
        len(cell.lines) == count
        and all(abs(a.middle - b.middle) < 0.4 * a.height for a, b in zip(cell.lines, filled[0].lines, strict=False))
        for cell in filled
    )
    if count < 3 or not level or any(marks.columns(line.text) > 40 for cell in filled for line in cell.lines):
        return [row]
    return [
        [Cell([cell.lines[i]], 1, cell.across) if cell and cell.lines else cell for cell in row] for i in range(count)
    ]


def _between_rules(rules: Sequence[Rule], tables: Sequence[Table]) -> list[tuple[float, float, float, float]]:
    """Boxes between the first and the last of level lines of one extent, none of them in a table yet."""
    free = [
        rule
        for rule in rules
        if rule.level
        and rule.x1 - rule.x0 > 60
        and not any(t.y0 - 3 < rule.y0 < t.y1 + 3 and rule.x0 < t.x1 and rule.x1 > t.x0 for t in tables)
    ]
    groups: list[list[Rule]] = []
    for rule in sorted(free, key=lambda rule: rule.y0):
        for group in groups:
            if abs(group[0].x0 - rule.x0) < 4 and abs(group[0].x1 - rule.x1) < 4:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [
        (group[0].x0, group[0].y0, group[0].x1, group[-1].y0) for group in groups if group[-1].y0 - group[0].y0 > 15
    ]


def _joined(level: Sequence[Rule]) -> list[Rule]:
    """Level lines that go on from each other, a piece over each column, as one; those of some length."""
    found: list[Rule] = []
    for rule in sorted(level, key=lambda rule: (round(rule.y0), rule.x0)):
        last = found[-1] if found else None
        if last and abs(last.y0 - rule.y0) <= 1 and last.x0 <= rule.x0 <= last.x1 + JOINT:
            found[-1] = last._replace(x1=max(last.x1, rule.x1))
        else:
            found.append(rule)
    return [rule for rule in found if rule.x1 - rule.x0 > 60]


def _rest_of(before: Table, lines: Sequence[Line], rules: Sequence[Rule]) -> Table | None:
    """The first lines of a page as rows of the table that the page before ends with, down to its last level line."""
    level = [
        rule
        for rule in _joined([rule for rule in rules if rule.level])
        if abs(rule.x0 - before.x0) < 8 and rule.x1 > before.edges[-2]
    ]
    gaps = [b for a, b in pairwise(sorted(rule.y0 for rule in level)) if b - a < REST]
    top = min((line.y0 for line in lines), default=0.0)
    if not gaps or len(before.edges) < 3 or not min(rule.y0 for rule in level) < top < gaps[0]:
        return None
    for bottom in reversed(gaps):
        inside = [line for line in lines if line.middle < bottom]
        if inside and all(_fits(line, before.edges) for line in inside):
            table = from_rows(rows(inside), before.edges)
            table.x0, table.x1, table.y1, table.heads = before.x0, before.x1, bottom, 0
            return table
    return None


def _fits(line: Line, edges: Sequence[float]) -> bool:
    """Whether a piece lies in one column; the last is open to the right."""
    j = column_of(line, edges)
    return line.x0 > edges[j] - 6 and (j == len(edges) - 2 or line.x1 < edges[j + 1] + 1)


def _open_table(lines: Sequence[Line], box: tuple[float, float, float, float], levels: Sequence[float]) -> Table | None:
    """A table between level lines, its columns found by the white between them."""
    laid = rows(lines)
    if len(laid) < 2 or not aligned(laid, least=2):
        return None
    table = from_rows(laid)
    table.x0, table.y0, table.x1, table.y1 = box
    under = sorted(y for y in levels if box[1] + 5 < y < box[3] - 5)
    if under:
        above = sum(min(line.y0 for line in row) < under[0] for row in laid)
        table.heads = above if above <= 3 and above < len(table.cells) else table.heads
    return table
