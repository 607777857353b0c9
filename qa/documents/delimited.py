"""CSV and TSV text -> Document: one block a row, under its header.

The delimiter is the one of comma, tab, semicolon and bar that parts the lines most evenly; quotes are taken as the
format means them, or as characters where that would swallow the rest of the file. White space apart, a row's cells are
the file's own characters. Knows no bytes and no encoding. Not covered: several tables in one file, unless empty lines
part them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from qa.documents.assemble import assemble
from qa.documents.tables import Cell, Drafts, Row, filled_columns, one_line, runs
from qa.types import Document

DELIMITERS = ",\t;|"
"""In the order in which they are preferred where two part the lines as evenly."""
SAMPLE = 200
"""Lines that are looked at to find the delimiter."""
SWALLOWED = 200
"""Lines above which a quoted cell is taken to have a quote that was never closed."""

_FIELD = 4 * 1024 * 1024
_COLUMNS = 16_384


def parse_delimited(text: str, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read ``text`` as a table. A block's row is the number of its record, counted from 1, empty ones too.

    :raises DocumentError: ``file_too_large``.
    """
    delimiter = find_delimiter(text)
    rows = [
        Row({column: Cell(cell) for column, cell in enumerate(cells[:_COLUMNS]) if cell}, number)
        for number, cells in enumerate(_records(text, delimiter), start=1)
        if any(cells)
    ]
    drafts = Drafts(path)
    columns = filled_columns(rows)
    header: tuple[int, ...] | None = None
    for run in runs(rows):
        header = drafts.add_table(run, inherited=header, columns=columns) or header or ()
    return assemble(drafts.all, document_id=document_id, name=name, path=path, revision=revision, format="table")


def find_delimiter(text: str) -> str:
    """The character that parts the cells of ``text``; a comma where nothing does."""
    best, best_score = DELIMITERS[0], 0.0
    sample = "".join(text[: 1024 * 1024].splitlines(keepends=True)[:SAMPLE])
    for delimiter in DELIMITERS:
        widths = [len(record) for record in _records(sample, delimiter) if any(record)]
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        score = count / len(widths) * min(width, 4) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of ``text``, their cells with runs of white space made one space."""
    limit = csv.field_size_limit(_FIELD)
    try:
        records = _read(text, delimiter, quoted=True)
        if records is None:
            records = _read(text, delimiter, quoted=False) or []
    finally:
        csv.field_size_limit(limit)
    for record in records:
        yield [one_line(cell) for cell in record]


def _read(text: str, delimiter: str, *, quoted: bool) -> list[list[str]] | None:
    """The records; None if a quoted cell runs on for too many lines."""
    source = io.StringIO(text.replace("\0", ""))
    plain = csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    reader = csv.reader(source, delimiter=delimiter) if quoted else plain
    records: list[list[str]] = []
    before = 0
    try:
        for record in reader:
            if quoted and reader.line_num - before > SWALLOWED:
                return None
            before = reader.line_num
            records.append(record)
    except csv.Error:
        return None
    return records
