"""Blocks of a PDF -> their kinds and levels: headings by type and number against the body, lists, captions, notes.

Where the file has bookmarks, a block that says what one of them says on its page is a heading of that depth. Else
the styles that are larger or bolder than the body nest by size; a decimal number says its depth itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from qa.documents import bylines, marks
from qa.documents.pdf_paragraphs import Proto

LONGEST = 90
"""Columns of the longest heading."""
LEVELS = 6

_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})[.、．]?(?:\s+|(?=[\u3400-\u9fff]))")
_RANKED = {"part": 2, "chapter": 2, "appendix": 2, "section": 3}
_LEADER = re.compile(r"(?:[.．·…‥]\s?){4,}")
_CONTENTS = re.compile(r"(?:目录|目錄|目次|(?i:(?:table ?of)?contents))+")
_NOTE = re.compile(r"(?:[①-⑳*†‡§]|\[?\d{1,2}\]?)\s*\S|(?:注|备注|註|Notes?|资料来源|数据来源|来源|Sources?)\s*[:：]")
_CAPTION = re.compile(
    r"(?:图|圖|附图|表|附表|續表|续表)\s?\d{1,3}(?:[-.—]\d{1,3})*(?=[\s:：.、\u3400-\u9fff]|$)"
    r"|(?:Figure|Fig\.|Table|FIGURE|TABLE)\s?[\dA-Z]{1,3}(?:[-.]\d{1,3})*(?=[\s:：.]|$)"
)

Outline = Mapping[tuple[int, str], int]
"""Bookmarks: (page from 1, title without white space) -> depth from 1."""


def decide(blocks: Sequence[Proto], outline: Outline) -> None:
    """Set ``kind`` and ``level`` of every block that has none."""
    body, bold = _body(blocks)
    heads: list[Proto] = []
    for i, block in enumerate(blocks):
        if block.kind is not None or not block.text:
            continue
        text = block.text
        depth = outline.get((block.page, squeezed(text)), 0)
        if depth and marks.columns(text) <= 2 * LONGEST:
            block.kind, block.level = "heading", min(1 + depth, LEVELS)
        elif _CAPTION.match(text) and marks.columns(text) <= 200:
            block.kind = "caption"
        elif bylines.is_byline(text) or bylines.is_date(text):
            block.kind = "byline"
        elif _is_heading(block, body, bold, blocks[i + 1] if i + 1 < len(blocks) else None):
            block.kind = "heading"
            heads.append(block)
        elif marks.is_label(text):
            block.kind = "label"
        elif _is_item(text):
            block.kind = "list_item"
        elif block.size < 0.9 * body and _NOTE.match(text):
            block.kind = "note"
        else:
            block.kind = "paragraph"
    _levels(blocks, heads)


def squeezed(text: str) -> str:
    """``text`` without white space, to compare a bookmark with a heading."""
    return "".join(text.split())


def _body(blocks: Sequence[Proto]) -> tuple[float, bool]:
    """Size and weight of most of the running text."""
    sizes: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for block in blocks:
        for line in block.lines:
            sizes[round(2 * line.size) / 2] += len(line.text)
            weights[line.bold] += len(line.text)
    return (sizes.most_common(1)[0][0], weights.most_common(1)[0][0]) if sizes else (0.0, False)


def _is_item(text: str) -> bool:
    mark = marks.numbering(text)
    return marks.is_bullet(text) or (mark is not None and mark.item) or "\uf000" <= text[0] <= "\uf0ff"


def _is_heading(block: Proto, body: float, bold: bool, after: Proto | None) -> bool:
    text = block.text
    if len(block.lines) > 3 or marks.columns(text) > LONGEST or _LEADER.search(text) or block.lines[0].turn:
        return False
    if text[-1] in "。，、；,;．" or not re.search(r"[^\W\d_]", text) or text[0] in "，。、；：！？,.;:!?）)】》”’%％…":
        return False
    larger = block.size >= 1.12 * body + 0.2  # 小四 over 五号: 12 over 10.5
    heavier = block.bold and not bold and block.size >= 0.95 * body
    mark = marks.numbering(text)
    if mark is not None and not mark.rest:
        return False
    if larger:
        return not marks.has_stop(text) or block.size >= 1.4 * body
    if heavier:
        return not marks.has_stop(text) and not _is_bullet(text) and text[-1] != "：" or bool(mark and not mark.item)
    strict = mark is not None and mark.family in ("part", "chapter", "section", "decimal2", "decimal3")
    return (
        strict
        and block.size >= 0.95 * body
        and len(block.lines) == 1
        and marks.columns(text) <= 60
        and not marks.has_stop(text)
        and text[-1] not in ":：?？!！"
        and not block.full
        and after is not None
        and (mark is None or mark.family in ("part", "chapter", "section") or block.bold or block.centred)
    )


def _is_bullet(text: str) -> bool:
    return marks.is_bullet(text) or "\uf000" <= text[0] <= "\uf0ff"


def _levels(blocks: Sequence[Proto], heads: Sequence[Proto]) -> None:
    """Levels of the headings that no bookmark gave one: the title 1, the others by style and number."""
    if not heads:
        return
    listed = any(block.level for block in blocks)
    top = max(heads, key=lambda block: round(block.size))
    first = next(block for block in blocks if block.text)
    early = [block for block in blocks if block.page == first.page and block.lines]
    named = top in early[:8] and not listed_number(top.text) and not _CONTENTS.fullmatch(squeezed(top.text))
    title = top if named else None
    styles = sorted({_style(block) for block in heads if block is not title}, reverse=True)
    for block in heads:
        if block is title or (title is not None and _style(block) == _style(title) and not listed_number(block.text)):
            block.level = 1
            continue
        mark = marks.numbering(block.text)
        decimal = _DECIMAL.match(block.text)
        if mark is not None and mark.family in _RANKED:
            block.level = _RANKED[mark.family]
        elif decimal:
            block.level = min(2 + decimal.group(1).count("."), LEVELS)
        else:
            block.level = min((2 if title or listed else 1) + styles.index(_style(block)), 4)


def listed_number(text: str) -> bool:
    """Whether a heading starts with a number of a section."""
    return marks.numbering(text) is not None or _DECIMAL.match(text) is not None


def _style(block: Proto) -> tuple[float, bool]:
    return round(block.size), block.bold
