"""Pieces of a file in reading order -> a Document whose block offsets are exact by construction.

Owns the white space between blocks and the choice of the title. Knows no file format, encoding or layout rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from qa.types import Block, BlockKind, Document, Notice

BLOCK_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before it has its place: its text, its kind, and its level, page and row as in :class:`qa.types.Block`.

    ``header`` holds the places of the drafts that head a table's row, counted from 0 through all drafts.
    """

    text: str
    kind: BlockKind = "paragraph"
    level: int = 0
    page: int | None = None
    header: tuple[int, ...] = ()
    row: int = 0


def comments_notice(count: int) -> list[Notice]:
    """That a document has ``count`` comments, which are not read; nothing where it has none."""
    return [Notice("comments", detail=str(count))] if count else []


def assemble(
    drafts: Iterable[Draft],
    *,
    document_id: str,
    name: str,
    path: str,
    revision: str,
    format: str,
    title: str = "",
    pages: int | None = None,
    notices: Iterable[Notice] = (),
) -> Document:
    """Lay the drafts end to end, trimmed, those that are white space only left out.

    ``title`` is used where it is given; else the first level-1 heading, else the stem of ``name``.
    """
    from qa.documents.captions import placed
    from qa.documents.contents import marked

    parts: list[str] = []
    blocks: list[Block] = []
    position = 0
    whole = marked(placed(list(drafts)))
    filled = [place for place, draft in enumerate(whole) if draft.text.strip()]
    numbers = {place: number for number, place in enumerate(filled, start=1)}
    for place, draft in enumerate(whole):
        text = draft.text.strip()
        if not text:
            continue
        if blocks:
            position += len(BLOCK_SEPARATOR)
        end = position + len(text)
        header = tuple(numbers[at] for at in draft.header if at in numbers)
        blocks.append(Block(numbers[place], draft.kind, position, end, draft.level, draft.page, header, draft.row))
        parts.append(text)
        position = end
    body = BLOCK_SEPARATOR.join(parts)
    if not title:
        title = next((heading_title(body[b.start : b.end]) for b in blocks if b.level == 1), "")
    return Document(
        id=document_id,
        name=name,
        path=path,
        revision=revision,
        format=format,
        title=title or PurePath(name).stem,
        text=body,
        blocks=tuple(blocks),
        pages=pages,
        notices=tuple(notices),
    )


def heading_title(text: str) -> str:
    """A heading's text as a title: its first line, with runs of white space made one space."""
    return " ".join(text.split("\n", 1)[0].split())
