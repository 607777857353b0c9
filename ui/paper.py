"""Paragraphs of a document as HTML: headings, lists, tables under their header rows, the quote marked in its place.

Everything from the document is escaped. What is shown is cut out of the document's text; nothing here searches it.
This module knows no reference, library or Gradio.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from qa.table_rows import cell_spans
from qa.types import Block, Citation, Document
from ui.escape import set_as, words_html
from ui.rows import ROW_CHARACTERS, quoted_row
from ui.strings import text

NEIGHBOURS = 2
"""Paragraphs shown at first before and after the cited one, where its article is too long to show whole."""

ARTICLE_BLOCKS = 60
ARTICLE_CHARACTERS = 6_000
"""Up to these sizes an article is shown whole."""

CHUNK_BLOCKS = 24
CHUNK_CHARACTERS = 12_000
"""Paragraphs that are fetched at a time as the reader scrolls."""

QUOTE_SIDE = 2_000
CONTEXT_SIDE = 1_500
"""Characters shown on each side of the answer in its quote, and of the quote in its paragraph."""

WHOLE = 8
"""Characters of an answer up to which it stands on one line in its quote: a figure is not parted from its unit."""

SLACK = 60
"""Characters above such a limit that are shown all the same: to leave out fewer would hide more than it saves."""

_TAGS = {"heading": "h3", "table": "pre", "code": "pre"}
_NUMBER = re.compile(r"[-+\u2212¥$€£]?\s*\d[\d,\uff0c.]*\s*[^\d\s]{0,3}")


def paper_html(document: Document, citation: Citation, lang: str, *, near: bool) -> str:
    """The cited paragraph among its neighbours, the quote marked and the answer in it; a short article whole.

    ``near``: the passage is no answer, and is marked as such. What lies further off is fetched from where
    :func:`more_html` stands.
    """
    first, last = _shown(document, citation.paragraph)
    body = blocks_html(document, first, last, lang, citation=citation, near=near)
    return more_html(document, first, "before") + body + more_html(document, last, "after")


def more_html(document: Document, index: int, side: Literal["before", "after"]) -> str:
    """Where paragraphs are left to fetch: those before, or after, the block with ``index``; empty where there are none."""
    if not 0 < index < len(document.blocks):
        return ""
    first, last = chunk(document, index, side)
    return f'<p class="yj-more" data-side="{side}" data-first="{first}" data-last="{last}">⋯</p>'


def chunk(document: Document, index: int, side: Literal["before", "after"]) -> tuple[int, int]:
    """Indexes ``[first, last)`` of the blocks to fetch next on one side of ``index``; at least one."""
    before = side == "before"
    blocks = (
        document.blocks[max(0, index - CHUNK_BLOCKS) : index][::-1]
        if before
        else document.blocks[index:][:CHUNK_BLOCKS]
    )
    count = characters = 0
    for block in blocks:
        characters += min(block.end - block.start, CONTEXT_SIDE)
        if count and characters > CHUNK_CHARACTERS:
            break
        count += 1
    return (index - count, index) if before else (index, index + count)


def blocks_html(
    document: Document, first: int, last: int, lang: str, *, citation: Citation | None = None, near: bool = False
) -> str:
    """The blocks with indexes ``[first, last)``; where ``citation`` stands among them it is marked."""
    parts = []
    for run in _runs(document.blocks[first:last]):
        if run[0].kind == "table" and all(block.end - block.start <= ROW_CHARACTERS for block in run):
            parts.append(_table_html(document, run, first, citation, near=near))
        else:
            parts.extend(_paragraph_html(document, block, citation, lang, near=near) for block in run)
    return "".join(parts)


def quote_html(citation: Citation, *, side: int, tag: str, lang: str) -> str:
    """The quote with the answer in a ``tag`` element, at most ``side`` characters on each side of it."""
    start, end = citation.answer_start - citation.quote_start, citation.answer_end - citation.quote_start
    said = clipped_html(citation.quote[start:end], side, "start", lang)
    if end - start <= WHOLE:
        said = f'<span class="yj-whole">{said}</span>'
    return (
        clipped_html(citation.quote[:start], side, "end", lang)
        + f"<{tag}>{said}</{tag}>"
        + clipped_html(citation.quote[end:], side, "start", lang)
    )


def row_quote_html(citation: Citation, *, tag: str = "mark") -> str:
    """The quoted row of a table as a table of its own, the answer in a ``tag`` element; empty where the quote is no
    whole row.
    """
    row = quoted_row(citation)
    if row is None:
        return ""
    head = "".join(
        "<tr>" + "".join(f'<th scope="col" {set_as(name)}>{words_html(name)}</th>' for name in line) + "</tr>"
        for line in row.names
    )
    cells = "".join(
        f"<td {set_as(citation.text)}>{words_html(before)}"
        + (f"<{tag}>{words_html(hit)}</{tag}>" if hit else "")
        + f"{words_html(after)}</td>"
        for before, hit, after in row.cells
    )
    return f"<table><thead>{head}</thead><tbody><tr>{cells}</tr></tbody></table>"


def clipped_html(part: str, limit: int, keep: Literal["start", "end"], lang: str) -> str:
    """``part`` as HTML; of a much longer one its first or last ``limit`` characters, and how many are left out."""
    if len(part) <= limit + SLACK:
        return words_html(part)
    cut = f'<span class="yj-cut">{text("omitted", lang, count=len(part) - limit)}</span>'
    return words_html(part[:limit]) + cut if keep == "start" else cut + words_html(part[-limit:])


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """``blocks`` one by one, but the rows of one table together."""
    run: list[Block] = []
    for block in blocks:
        if run and not _same_table(run, block):
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _same_table(rows: Sequence[Block], block: Block) -> bool:
    if not rows[-1].kind == block.kind == "table":
        return False
    return rows[-1].header == block.header or any(row.number in block.header for row in rows)


def _paragraph_html(document: Document, block: Block, citation: Citation | None, lang: str, *, near: bool) -> str:
    if citation is None or block.number != citation.paragraph:
        said = document.text[block.start : block.end]
        return _block_html(block, set_as(said), clipped_html(said, CONTEXT_SIDE, "start", lang), "")
    whole = (citation.answer_start, citation.answer_end) == (citation.quote_start, citation.quote_end)
    inner = quote_html(citation, side=QUOTE_SIDE, tag="span" if whole or near else "strong", lang=lang)
    before = clipped_html(document.text[block.start : citation.quote_start], CONTEXT_SIDE, "end", lang)
    after = clipped_html(document.text[citation.quote_end : block.end], CONTEXT_SIDE, "start", lang)
    shown = f'{before}<mark class="{_mark(near)}">{inner}</mark>{after}'
    return _block_html(block, set_as(document.text[block.start : block.end]), shown, " yj-here")


def _block_html(block: Block, attributes: str, inner: str, here: str) -> str:
    tag = "h4" if block.kind == "heading" and block.level > 1 else _TAGS.get(block.kind, "p")
    return (
        f'<div class="yj-block yj-{block.kind}{here}"><span class="yj-no" aria-hidden="true">{block.number}</span>'
        f"<{tag} {attributes}>{inner}</{tag}></div>"
    )


def _table_html(document: Document, rows: Sequence[Block], first: int, citation: Citation | None, *, near: bool) -> str:
    """One table, or the part of it that is shown, always under its header rows and its caption."""
    named = {number for row in rows for number in row.header}
    heads = [block for block in document.blocks if block.number in named] if named else []
    top = [block for block in heads if block.kind == "table"]
    body = [row for row in rows if row.number not in named]
    shown_from = document.blocks[first].number
    caption = "".join(
        f"<caption>{words_html(document.text[block.start : block.end])}</caption>"
        for block in heads
        if block.kind != "table" and block.number < shown_from
    )
    width = max(len(_cells(document, row)) for row in (*top, *rows))
    numeric = _numeric(document, body)
    above = rows[0].number - document.row_of(rows[0])[1]
    head = "".join(_row_html(document, row, above, width, numeric, citation, near=near, tag="th") for row in top)
    lines = "".join(_row_html(document, row, above, width, numeric, citation, near=near, tag="td") for row in body)
    key = "-".join(map(str, sorted(named))) or f"row{rows[0].number}"
    return (
        f'<div class="yj-rows"><table data-table="{key}">{caption}'
        + (f"<thead>{head}</thead>" if head else "")
        + f"<tbody>{lines}</tbody></table></div>"
    )


def _row_html(
    document: Document,
    row: Block,
    above: int,
    width: int,
    numeric: frozenset[int],
    citation: Citation | None,
    *,
    near: bool,
    tag: Literal["th", "td"],
) -> str:
    """A row under its number in the table, as a citation counts it: ``above`` blocks stand before the table's first."""
    here = citation if citation is not None and row.number == citation.paragraph else None
    spans = _cells(document, row)
    scope = ' scope="col"' if tag == "th" else ""
    cells = []
    for column, (start, end) in enumerate(spans):
        number = ' class="yj-num"' if column in numeric else ""
        cells.append(
            f"<{tag}{scope}{number} {set_as(document.text[start:end])}>{_cell_html(document, start, end, here, near=near)}</{tag}>"
        )
    cells += [f"<{tag}></{tag}>"] * (width - len(spans))
    name = ' class="yj-here"' if here else ""
    return f'<tr{name}><td class="yj-no" aria-hidden="true">{row.row or row.number - above}</td>{"".join(cells)}</tr>'


def _numeric(document: Document, rows: Sequence[Block]) -> frozenset[int]:
    """The columns that hold numbers only, which are set flush at their ends."""
    numbers: dict[int, bool] = {}
    for row in rows:
        for column, (start, end) in enumerate(_cells(document, row)):
            cell = document.text[start:end].strip()
            numbers[column] = numbers.get(column, True) and (not cell or _NUMBER.fullmatch(cell) is not None)
    return frozenset(column for column, only in numbers.items() if only)


def _cells(document: Document, row: Block) -> list[tuple[int, int]]:
    """Where the cells of a row stand in the document's text."""
    return [(row.start + start, row.start + end) for start, end in cell_spans(document.text[row.start : row.end])]


def _cell_html(document: Document, start: int, end: int, citation: Citation | None, *, near: bool) -> str:
    """A cell, with what the quote and the answer have in it marked."""
    if citation is None:
        return words_html(document.text[start:end])
    low, high = (min(max(at, start), end) for at in (citation.quote_start, citation.quote_end))
    hit, past = (min(max(at, low), high) for at in (citation.answer_start, citation.answer_end))
    parts = [
        words_html(document.text[a:b]) for a, b in ((start, low), (low, hit), (hit, past), (past, high), (high, end))
    ]
    whole = (citation.answer_start, citation.answer_end) == (citation.quote_start, citation.quote_end)
    if hit < past and not whole and not near:
        parts[2] = f"<strong>{parts[2]}</strong>"
    inner = "".join(parts[1:4])
    return parts[0] + (f'<mark class="{_mark(near)}">{inner}</mark>' if low < high else "") + parts[4]


def _mark(near: bool) -> str:
    return "yj-mark yj-mark-near" if near else "yj-mark"


def _shown(document: Document, paragraph: int) -> tuple[int, int]:
    """Indexes ``[first, last)`` of the blocks to show around the block numbered ``paragraph``."""
    index = next(index for index, block in enumerate(document.blocks) if block.number == paragraph)
    first, last = _article(document, index)
    blocks = document.blocks[first:last]
    if len(blocks) <= ARTICLE_BLOCKS and blocks[-1].end - blocks[0].start <= ARTICLE_CHARACTERS:
        return first, last
    return max(0, index - NEIGHBOURS), min(len(document.blocks), index + NEIGHBOURS + 1)


def _article(document: Document, index: int) -> tuple[int, int]:
    """Indexes ``[first, last)`` of the article that block ``index`` belongs to: from one title up to the next."""
    blocks = document.blocks
    titles = [place for place, block in enumerate(blocks) if block.level == 1]
    # The label over a title belongs to the article that the title opens.
    opens = [place - 1 if place and blocks[place - 1].kind == "label" else place for place in titles]
    first = max((place for place in opens if place <= index), default=0)
    return first, min((place for place in opens if place > index), default=len(blocks))
