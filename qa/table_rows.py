"""A row of a table as its reader sees it: its cells, the names of its columns, what stands over the table; and how much
of a row's name a question says.

Owns how a row's text is cut into cells. Knows no passage's answer, network or probability.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from qa.aliases import subjects
from qa.documents.markdown import CELL_SEPARATOR
from qa.documents.tables import is_form
from qa.question import Question, align
from qa.types import Block, Document, Passage

LONGEST = 80
"""Characters of the longest cell that is an answer."""
LONGEST_FORM = 100
"""Rows of the longest form."""
_CHANGE = re.compile(
    r"[\W\d]*(?:(?P<yearly>y-?o-?y|同比)|q-?o-?q|环比|環比)?(?:增长率?|增速|增幅|变动|变化|涨跌)?(?:率|幅度)?\s*(?:[(（]?[%％][)）]?)?\W*",
    re.I,
)
_CHANGE_ASKED = re.compile(r"同比|环比|環比|增长|增長|增速|增幅|变动|变化|下降|涨|跌|y-?o-?y|growth|change")
_UNIT = re.compile(
    r"[(（](?:单位[:：])?[十百千万亿]*(?:[元人%％倍股吨户家次天个米克升]|[美港欧日]元|平方米|k?g|[kM]?W|℃|[cmk]?m|s|h|A|V)(?:/.{1,3})?[)）]",
    re.I,
)
LINK = re.compile(r"(?:https?://|www\.)\S+")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_TWO_LANGUAGES = re.compile(r"(?<=[\u3400-\u9fff)）])\s+(?=[A-Za-z])|(?<=[A-Za-z)）])\s+(?=[\u3400-\u9fff])")
VALUE = re.compile(r"[-+−(（¥$€<>≤≥±]*\d[\d,.，]*\s*\S{0,6}")


def cell_spans(row: str) -> list[tuple[int, int]]:
    """The ranges of the cells in a row's text; an empty first cell is left of a mark that the text begins with."""
    spans = []
    at = 0
    bare = CELL_SEPARATOR.lstrip()
    if row.startswith(bare):
        spans.append((0, 0))
        at = len(bare)
    for part in row[at:].split(CELL_SEPARATOR):
        end = at + len(part)
        if end == len(row) and part.endswith(CELL_SEPARATOR.rstrip()):
            # A text does not end with white space: of the last separator only its mark is left.
            spans += [(at, end - len(CELL_SEPARATOR.rstrip())), (end, end)]
        else:
            spans.append((at, end))
        at = end + len(CELL_SEPARATOR)
    return spans


def column_names(document: Document, row: Block) -> list[str]:
    """The names of the columns: of each header row the cell over a column, or the one that reaches over it. The last
    cell of a row with another under it reaches to the end: 上半年 |  | 下半年 over four columns.
    """
    rows: list[list[str]] = []
    for number in sorted(row.header):
        head = document.blocks[number - 1]
        text = document.text[head.start : head.end]
        cells = [text[a:b] for a, b in cell_spans(text)]
        if head.kind == "table" and len(cells) > 1:
            rows.append(cells)
    width = max(map(len, rows), default=0)
    found = [""] * width
    for place, cells in enumerate(rows):
        last = ""
        for j in range(width if place + 1 < len(rows) else len(cells)):
            last = (cells[j] if j < len(cells) else "") or last
            found[j] = f"{found[j]} {last}".strip()
    return found


def surroundings(document: Document, row: Block, passage: Passage, *, header: bool = True) -> str:
    """What stands over the table: titles, what the document is about, captions, the block before its first row, and, with
    ``header``, its header rows. A form is about what its values say, all of them.
    """
    first = row.number - 1
    while first and document.blocks[first - 1].kind == "table":
        first -= 1
    before = document.blocks[first - 1] if first else None
    heads = [document.blocks[number - 1] for number in row.header]
    captions = [head for head in heads if header or head.kind != "table"]
    parts = [document.text[block.start : block.end] for block in [*captions, *([before] if before else [])]]
    about = [document.name, subjects(document.text)]
    values = [document.text[slice(*value)] for _, value in form_of(document, row)]
    return "\n".join([passage.title, passage.section, *about, *(part[-2 * LONGEST :] for part in parts), *values])


def form_of(document: Document, row: Block) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The labels and values of the form that a row of a table stands in, as ranges of the document's text; none where the
    table is no form, or longer than :data:`LONGEST_FORM`.
    """
    blocks, low, high = document.blocks, row.number - 1, row.number
    while low and high - low <= LONGEST_FORM and _continues(blocks[low - 1], row):
        low -= 1
    while high < len(blocks) and high - low <= LONGEST_FORM and _continues(blocks[high], row):
        high += 1
    if high - low > LONGEST_FORM:
        return []
    rows = [[(at + a, at + b) for a, b in cell_spans(text)] for at, text in _lines(document, blocks[low:high])]
    if not is_form([[document.text[a:b] for a, b in cells] for cells in rows]):
        return []
    return [pair for cells in rows for pair in zip(cells[0::2], cells[1::2], strict=False)]


def _continues(other: Block, row: Block) -> bool:
    return other.kind == "table" and other.header == row.header


def _lines(document: Document, blocks: Sequence[Block]) -> list[tuple[int, str]]:
    return [(block.start, document.text[block.start : block.end]) for block in blocks]


def in_full(question: Question, document: Document, row: Block) -> str:
    """The text of a row; one that says by how much the row over it changed ((+/-)YoY, 同比) has the name of that before it,
    in its first cell, where the question asks for a change.
    """
    text = document.text[row.start : row.end]
    name = text.partition(CELL_SEPARATOR)[0]
    change = _CHANGE.fullmatch(name.strip()) if _CHANGE_ASKED.search(question.folded) else None
    place = row.number - 1
    while change and place and document.blocks[place - 1].kind == "table":
        place -= 1
        over = document.blocks[place]
        above = document.text[over.start : over.end].partition(CELL_SEPARATOR)[0].strip()
        if above and not _CHANGE.fullmatch(above):
            yearly = "同比增长" if change["yearly"] else ""
            return f"{above} {yearly}{text}" if over.number not in row.header else text
    return text


def name_said(question: Question, row: str) -> float:
    """The share of its name that the question says of a row, its name being the cell of which it says most, in one of
    the languages that the cell gives it in, or without its unit.
    """
    cells = [row[a:b] for a, b in cell_spans(row)]
    first = next(filter(None, cells), "")
    numbers = NUMBER.findall(align(first)) if VALUE.fullmatch(first) else []
    if numbers and all(whole_word(number).search(question.folded) for number in numbers):
        return 1.0  # a row of a year or a step: 2023年, ≥25
    names = [cell for cell in cells if is_words(cell)]
    parts = (part for name in names for part in (name, _UNIT.sub("", name), *_TWO_LANGUAGES.split(name)))
    return max((share_said(question, part) for part in parts), default=0.0)


def share_said(question: Question, text: str) -> float:
    """The share of the pairs of characters of ``text`` that the question says."""
    bare, asked = _bare(text), _bare(question.folded)
    if len(bare) < 2:
        return float(bool(bare) and bare in asked)
    return sum(bare[i : i + 2] in asked for i in range(len(bare) - 1)) / (len(bare) - 1)


def is_words(text: str) -> bool:
    """Whether ``text`` is words: no value, no link."""
    return any(char.isalpha() for char in text) and not VALUE.fullmatch(text) and not LINK.fullmatch(text)


def _bare(text: str) -> str:
    return "".join(char for char in align(text) if char.isalnum())


@lru_cache(maxsize=512)
def whole_word(word: str) -> re.Pattern[str]:
    """``word`` where no letter or figure goes on from it on the side where it has one itself."""
    before = r"(?<![\d])(?<!\d[.,])" if word[0].isdigit() else r"(?<![a-z])" if word[0].isalpha() else ""
    after = r"(?![\d])(?![.,]\d)" if word[-1].isdigit() else r"(?!(?!s(?![a-z]))[a-z])" if word[-1].isalpha() else ""
    return re.compile(before + re.escape(word) + after)
