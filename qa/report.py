"""What became of each file of one ``add``, in figures that a person can check. Knows no library, terminal or page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from qa.errors import DocumentError
from qa.types import Document, Notice


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that was read. ``pages`` is ``None`` where its format has none; ``recognised`` counts the pages whose
    text was recognised in a picture; ``seconds`` is the time that reading took. ``notices`` say what was not read.
    """

    name: str
    format: str
    pages: int | None
    characters: int
    paragraphs: int
    tables: int
    recognised: int
    seconds: float
    notices: tuple[Notice, ...]

    @classmethod
    def of(cls, document: Document, *, seconds: float) -> FileReport:
        """The report of ``document``."""
        return cls(
            name=document.name,
            format=document.format,
            pages=document.pages,
            characters=len(document.text),
            paragraphs=sum(block.kind != "table" for block in document.blocks),
            tables=count_tables(document),
            recognised=len({region.page for region in document.regions if region.ocr}),
            seconds=seconds,
            notices=document.notices,
        )


def count_tables(document: Document) -> int:
    """Rows under the same caption or first header row are one table; so are rows without one that follow each other."""
    heads = {number for block in document.blocks for number in block.header}
    tables: set[tuple[str, int]] = set()
    for place, (is_table, run) in enumerate(groupby(document.blocks, key=lambda block: block.kind == "table")):
        for block in run if is_table else ():
            first = block.header[0] if block.header else block.number
            tables.add(("head", first) if block.header or first in heads else ("run", place))
    return len(tables)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the files of one ``add``. ``failed`` holds the error of each file that could not be read;
    ``textless`` that of each picture without any text that was found in a folder or archive; ``files`` the figures of those that were added or updated; ``removed`` what an archive no longer holds.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[DocumentError, ...] = ()
    textless: tuple[DocumentError, ...] = ()
    files: tuple[FileReport, ...] = ()
    passages: int = 0
    removed: tuple[str, ...] = ()
