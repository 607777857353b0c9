"""Documents, blocks and passages as rows of the library's database, and back. Order and names of columns are here.

Knows no SQL statement, connection or digest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.digest import Value
from qa.types import Block, Document, Notice, Passage, Region

DOCUMENT = "id, name, path, revision, format, title, text, characters, pages, regions, notices, furniture"
BLOCK = 'number, kind, start, "end", level, page, header, row'
PASSAGE = 'document_id, start, "end", title, section, paragraph, page, also, vector'

Row = tuple[Value, ...]

_REGION = np.dtype(
    [("start", "<i4"), ("end", "<i4"), ("page", "<i4")]
    + [(name, "<f8") for name in ("x0", "y0", "x1", "y1")]
    + [("ocr", "?"), ("confidence", "<f8")]
)


def of_document(document: Document) -> Row:
    """The values of :data:`DOCUMENT`."""
    return (
        document.id,
        document.name,
        document.path,
        document.revision,
        document.format,
        document.title,
        document.text,
        len(document.text),
        document.pages,
        np.array([astuple(region) for region in document.regions], dtype=_REGION).tobytes(),
        json.dumps([astuple(notice) for notice in document.notices], ensure_ascii=False),
        json.dumps(document.furniture, ensure_ascii=False),
    )


def of_blocks(document: Document) -> list[Row]:
    """The values of :data:`BLOCK` for each block of a document."""
    return [
        (
            block.number,
            block.kind,
            block.start,
            block.end,
            block.level,
            block.page,
            " ".join(map(str, block.header)),
            block.row,
        )
        for block in document.blocks
    ]


def of_passage(passage: Passage, vector: NDArray[np.float32]) -> Row:
    """The values of :data:`PASSAGE`."""
    return (*astuple(passage)[1:], np.asarray(vector, dtype=np.float32).tobytes())


def to_document(row: Sequence[Any], lines: Sequence[Sequence[Any]]) -> Document:
    """The document of a row and the rows of its blocks."""
    id, name, path, revision, format, title, text, _, pages, regions, notices, furniture = row
    blocks = [
        Block(number, kind, start, end, level, page, tuple(map(int, header.split())), table_row)
        for number, kind, start, end, level, page, header, table_row in lines
    ]
    return Document(
        id=id,
        name=name,
        path=path,
        revision=revision,
        format=format,
        title=title,
        text=text,
        blocks=tuple(blocks),
        pages=pages,
        regions=tuple(Region(*values) for values in np.frombuffer(regions, dtype=_REGION).tolist()),
        notices=tuple(Notice(*notice) for notice in json.loads(notices)),
        furniture=tuple((page, part) for page, part in json.loads(furniture)),
    )
