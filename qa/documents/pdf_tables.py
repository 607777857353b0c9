"""Tables on one page: those with ruled cells from the page's lines, the others from the way their rows align.

A table is rows of cells; a cell holds the pieces of lines in it. Prose in columns is none: rows have to be short
cells with white strips between them down the whole table. Knows no text of a document yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from qa.documents import marks
from qa.documents.pdf_columns import rows
from qa.documents.pdf_glyphs import Rule
from qa.documents.pdf_grid import Grid, grids
from qa.documents.pdf_lines import Line, beside

MIXED = 2.0
"""Times that the largest type in a table may be as large as the smallest; boxes with more are a page's design."""
STRIP = 0.9
"""Sizes of the narrowest white strip between two columns of a table without lines."""
REST = 200.0
"""Points between two level lines that may part rows of one table."""
SHORT = 5.0
"""Sizes of type below which a piece of text is short: a figure, a year."""
JOINT = 3.0
"""Points between two pieces of one level line."""
CELL = 60
"""Columns of text above which a cell of a table without lines is prose."""

_LEADER = re.compile(r"[.．·…]{4}|(?:\. ){4}")
_NUMBER = re.compile(r"[-+−–(（]?[¥$€]?\d[\d,，.]*\s*[%％‰)）]?[倍xX]?|[-–—/]|N\.?A\.?|n/a")
_YEAR = re.compile(r"(?:19|20)\d\d\s*(?:年度?|[AE])?|(?:\d\d|(?:19|20)\d\d)?(?:[QH][1-4]|[1-4][QH])(?:\d\d|(?:19|20)\d\d)?[AE]?")


@dataclass(slots=True)
class Cell:
    """``lines`` are the rows of text in it, from the top. ``down`` and ``across`` are the rows and columns it spans."""

    lines: list[Line] = field(default_factory=list)
    down: int = 1
    across: int = 1

    @property
    def text(self) -> str:
        """Its lines in one, for looking at; not the text of the document."""
        return " ".join(line.text for line in self.lines)


@dataclass(slots=True)
class Table:
    """``edges`` are the left ends of its columns and the right end of the last. Each row of ``cells`` has as many
    places as there are columns, ``None`` where a merged cell from the left or from above lies. ``heads``: header rows.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    edges: tuple[float, ...]
    cells: list[list[Cell | None]]
    heads: int = 0


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
            table = _from_rows(rows(inside), before.edges)
            table.x0, table.x1, table.y1, table.heads = before.x0, before.x1, bottom, 0
            return table
    return None


def _fits(line: Line, edges: Sequence[float]) -> bool:
    """Whether a piece lies in one column; the last is open to the right."""
    j = _column(line, edges)
    return line.x0 > edges[j] - 6 and (j == len(edges) - 2 or line.x1 < edges[j + 1] + 1)


def _open_table(lines: Sequence[Line], box: tuple[float, float, float, float], levels: Sequence[float]) -> Table | None:
    """A table between level lines, its columns found by the white between them."""
    laid = rows(lines)
    if len(laid) < 2 or not aligned(laid, least=2):
        return None
    table = _from_rows(laid)
    table.x0, table.y0, table.x1, table.y1 = box
    under = sorted(y for y in levels if box[1] + 5 < y < box[3] - 5)
    if under:
        above = sum(min(line.y0 for line in row) < under[0] for row in laid)
        table.heads = above if above <= 3 and above < len(table.cells) else table.heads
    return table


def aligned_tables(lines: Sequence[Line]) -> list[Table | Line]:
    """One column's pieces as tables and whole lines, from top to bottom."""
    laid = rows(lines)
    found: list[Table | Line] = []
    i = 0
    while i < len(laid):
        end = _run_end(laid, i)
        if end - i >= 3 and aligned(laid[i:end]):
            found.append(_from_rows(laid[i:end]))
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
            return piece.middle - cell.middle < 3.2 * cell.size and not _NUMBER.fullmatch(cell.text)
    return False


def _is_year_row(row: Sequence[Line]) -> bool:
    """Whether the row is the header of a table of years: a name, then years and quarters only."""
    return len(row) >= 3 and not _NUMBER.fullmatch(row[0].text) and all(_YEAR.fullmatch(line.text) for line in row[1:])


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
    placed = [[_column(line, edges) for line in row] for row in laid]
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
    lined = max(sum(_agree([line for line in later if _column(line, edges) == j]) for j in range(1, count)), 0)
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


def _column(line: Line, edges: Sequence[float]) -> int:
    """The column that holds the middle of a short piece, the start of a longer one."""
    short = line.x1 - line.x0 < SHORT * line.size
    middle = (line.x0 + line.x1) / 2 if short else line.x0 + 0.5 * line.size
    return max((j for j in range(len(edges) - 1) if edges[j] <= middle + 1), default=0)


def _from_rows(laid: Sequence[Sequence[Line]], edges: Sequence[float] = ()) -> Table:
    edges = tuple(edges) or _edges(laid)
    cells: list[list[Cell | None]] = []
    for row in laid:
        parts: list[list[Line]] = [[] for _ in edges[1:]]
        for line in row:
            parts[_column(line, edges)].append(line)
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
    words = not any(_NUMBER.fullmatch(cell.text) for cell in (row[filled[0]], over))
    return words and step < 3.2 * over.lines[-1].size and len(over.lines) < 6


def heads(table: Table) -> int:
    """How many rows at the top are headers: short names, no values, over rows that are not all names alike."""
    if len(table.cells) < 2:
        return 0
    count = 0
    for row in table.cells[:3]:
        filled = [cell for cell in row if cell and cell.lines]
        alone = len(filled) == 1 and filled[0].across == len(row) > 1
        if not alone and not _names(filled):
            break
        count += 1
        if not alone and all(cell.across == 1 for cell in filled):
            count += max((cell.down for cell in filled if cell.down < len(table.cells)), default=1) - 1
            break
    return count if count < len(table.cells) else 0


def _names(filled: Sequence[Cell]) -> bool:
    """Whether the cells of a row are names of columns: short, no values, no ``name:`` before its value."""
    texts = [cell.text for cell in filled]
    return (
        len(texts) >= 2
        and texts[0][-1] not in ":："
        and all(marks.columns(t) <= 40 and not (_NUMBER.fullmatch(t) and not _YEAR.fullmatch(t)) for t in texts)
    )
