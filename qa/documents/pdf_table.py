"""A table on a page: its cells, and how many of its rows head it. Knows no line on the page but those in its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.documents import marks
from qa.documents.pdf_lines import Line

NUMBER = re.compile(r"[-+−–(（]?[¥$€]?\d[\d,，.]*\s*[%％‰)）]?[倍xX]?|[-–—/]|N\.?A\.?|n/a")
YEAR = re.compile(
    r"(?:19|20)\d\d\s*(?:年度?|[AE])?|(?:\d\d|(?:19|20)\d\d)?(?:[QH][1-4]|[1-4][QH])(?:\d\d|(?:19|20)\d\d)?[AE]?"
)


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
        and all(marks.columns(t) <= 40 and not (NUMBER.fullmatch(t) and not YEAR.fullmatch(t)) for t in texts)
    )
