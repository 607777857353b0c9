"""A table's row that is quoted whole, in cells under the names of its columns, for every form that it is shown in.

The cells are slices of the citation's text. Knows no HTML, Word or Markdown: who shows them escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.table_rows import cell_spans
from qa.types import Citation

ROW_CHARACTERS = 6_000
"""Characters of a table's row that is shown as cells; a longer one is shown as a paragraph is, in part."""


@dataclass(frozen=True, slots=True)
class QuotedRow:
    """``names``: the lines of the header, each in cells. ``cells``: each as what stands before the answer, of the answer
    itself, and after it.
    """

    names: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, str, str], ...]

    @property
    def width(self) -> int:
        """Columns of the widest line."""
        return max(len(self.cells), *(len(line) for line in self.names))


def quoted_row(citation: Citation) -> QuotedRow | None:
    """The row that ``citation`` quotes; ``None`` where it quotes no whole row, or one without names over it."""
    lines = citation.header.split("\n") if citation.header else []
    names = tuple(tuple(line[start:end] for start, end in cell_spans(line)) for line in lines)
    names = tuple(line for line in names if len(line) > 1)
    spans = cell_spans(citation.text)
    if citation.quote != citation.text or not names or len(spans) < 2 or len(citation.text) > ROW_CHARACTERS:
        return None
    return QuotedRow(names, tuple(_parts(citation, start, end) for start, end in spans))


def _parts(citation: Citation, start: int, end: int) -> tuple[str, str, str]:
    sides = (citation.answer_start - citation.start, citation.answer_end - citation.start)
    low, high = (min(max(at, start), end) for at in sides)
    return citation.text[start:low], citation.text[low:high], citation.text[high:end]
