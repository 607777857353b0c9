"""The cell of a table that a question asks for: its row by the words in it, its column by the name over it.

What a row says is :mod:`qa.table_rows`. Matching is by :func:`qa.evidence.share`; knows no network and no probability.
Covered: a row that the question names and a column that it names, or the only one that can answer. Not covered: cells
counted, compared or added up; tables whose header stands at the left side.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from qa.columns import (
    EACH,
    LEAST,
    LINK_ASKED,
    PROSE,
    SAID,
    TELLING,
    code_said,
    fitting_column,
    named_column,
    next_words,
    spans_of,
    sum_of,
    telling_column,
)
from qa.evidence import share
from qa.measures import can_measure
from qa.question import Question, Unit, align, parse_question
from qa.table_rows import (
    LONGEST,
    NUMBER,
    VALUE,
    cell_spans,
    column_names,
    in_full,
    is_words,
    name_said,
    share_said,
    surroundings,
    whole_word,
)
from qa.types import Block, Document, Passage

ENOUGH = 0.6
"""Share of a question's words, by weight, that row, column and what stands over the table must hold together."""
MOST = 0.8
"""The same from which a word that is no name may be missing where a figure is asked for."""
CODED = 0.25
"""The same where the question says the code that the row is named by (E4), which stands for other words."""
AROUND = 0.8
"""What a word is worth that stands not in row or column but over the table."""
OVER = 0.5
"""How much less such a word tells which column is meant."""
ATTRIBUTE = 2.0
"""How much more a word tells which column is meant that stands right before what is asked (的电流是多少)."""
NAMED = 0.5
"""Share of a row's name that the question must say, where the table has several rows."""
LEAST_HELD = 0.3
"""How much of such a word must be held for it not to be missing."""
UNNAMED = 1.8
"""As TELLING, where no column is named and the kind of its cell alone speaks for one."""
TELLING_OF_PROSE = 2.8
"""As TELLING, where the cell asked for is a sentence, which says things in its own words."""

MUCH = 0.25
"""Share of a question's words, by weight, that must not be missing in a table that answers."""
UNSUPPORTED = 0.3
"""What an answer keeps of its probability where they are."""

_FIGURE = re.compile(r"[\d零〇一二两三四五六七八九十]")
_SURENESS = frozenset(
    ("预计", "预测", "预期", "估计", "大约", "约为", "目前", "当前", "如今", "分别", "具体", "一共", "总共")
)
"""What a question says of how sure or when, which no table repeats in a row."""
_YEAR_BEFORE = ("上年", "去年", "上年同期", "去年同期")
_COMPARED = re.compile(r"[比较較](?:上|去)年")
_BRACKETS = re.compile(r"[(（][^()（）]{1,20}[)）]")
_NUMERALS = "零一二三四五六七八九"
_SMALL = re.compile(r"(?<![\d.,-])([1-9])([层楼级类号届期年月日岁次条章档])")
_UNIT_ASKED = re.compile(r"[套件台辆枚条张册部间座盒瓶支根]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that answers, and its row, as ranges of the document's text. ``cover`` is the share of the question's
    words, by weight, that row, column name and surroundings hold, ``said`` the share of the row's name that the question
    says, both in [0, 1]. ``named``: the folded names and numbers of the question that the row holds.
    """

    row: tuple[int, int]
    cell: tuple[int, int]
    cover: float
    said: float
    named: tuple[str, ...]


def find_cell(question: Question, document: Document, passage: Passage) -> Cell | None:
    """The cell in ``passage`` that ``question`` asks for; ``None`` where none is clear."""
    heads = {number for block in document.blocks for number in block.header}
    rows = [
        block
        for block in document.blocks[passage.paragraph - 1 :]
        if block.kind == "table"
        and block.number not in heads
        and passage.start <= block.start
        and block.end <= passage.end
    ]
    if not rows or not question.units:
        return None
    best = _best_row(question, document, rows)
    if best is None:
        return None
    names = column_names(document, best)
    spans = spans_of(document, best)
    row = in_full(question, document, best)
    text = _numbered(align(row))
    over = align(surroundings(document, best, passage, header=False))
    rest = [
        (1 - share(unit, text)) * (1 - OVER * share(unit, over)) * (ATTRIBUTE if _is_attribute(question, unit) else 1)
        for unit in question.units
    ]
    column = named_column(question, document, spans, names, rest)
    telling = TELLING
    if column is None:
        column = fitting_column(question, document, spans, names)
        telling = TELLING_OF_PROSE if question.kind in PROSE else UNNAMED
    if column is None:
        column = telling_column(question, document, spans)
    coded = code_said(question, document, spans)
    if column is None and coded is not None:
        column = next_words(question, document, spans, coded)
    if column is None:
        return None
    name = align(names[column]) if column < len(names) else ""
    around = align(surroundings(document, best, passage))
    held = [
        max(share(unit, text), share(unit, name), AROUND * share(unit, around), _is_year_before(question, unit))
        for unit in question.units
    ]
    cover = sum_of(question, held) / sum_of(question, [1.0] * len(held))
    lacks = any(
        _is_missing(question, unit, one, (text, name), around, telling)
        for unit, one in zip(question.units, held, strict=True)
        if unit.named or question.kind != "number" or cover < MOST
    )
    if cover < (CODED if coded is not None else ENOUGH) or (lacks and coded is None):
        return None
    named = tuple(unit.text for unit in question.units if unit.named and share(unit, text) >= 1)
    return Cell((best.start, best.end), spans[column], cover, name_said(question, row), named)


def _is_year_before(question: Question, unit: Unit) -> bool:
    """Whether a word is the year that a change is told against, which its column calls otherwise (同比变动)."""
    return unit.text in _YEAR_BEFORE and _COMPARED.search(question.folded) is not None


def _is_missing(question: Question, unit: Unit, held: float, texts: Sequence[str], around: str, telling: float) -> bool:
    """Whether a word that must not be missing is: one that tells much, a name, or a number. In ``texts`` a number and a
    Latin name stand whole or not at all (5.0 is not in 15.0, nor Java in JavaScript); over the table a name may be part
    of another (IK of IKAnalyzer).
    """
    if LINK_ASKED.search(unit.text) or unit.text in _SURENESS or EACH.fullmatch(unit.text):
        return False
    if unit.text.isascii() and (unit.named or any(map(str.isdigit, unit.text))):
        number = next((m for m in NUMBER.finditer(question.folded) if m.start() <= unit.start < m.end()), None)
        word = whole_word(number.group() if number else unit.text)
        over = word.search(around) if number else unit.text in around
        return not (over or any(word.search(text) for text in texts))
    return held < LEAST_HELD and (unit.named or unit.weight >= telling)


def support(question: Question, document: Document, passage: Passage, start: int, end: int) -> float:
    """How much of its probability an answer read at ``[start, end)`` of the document keeps, in [0, 1], for where it stands
    in a table: nothing where it is the name of a column, no figure where one is asked for, or several cells of which only
    one could be meant; UNSUPPORTED where row, column and surroundings lack words that must not be missing. Outside of
    tables, and in long cells, which are prose: all.
    """
    blocks = document.blocks
    block = blocks[bisect_right(blocks, start, key=lambda one: one.start) - 1]
    if block.kind != "table" or not block.start <= start < end <= block.end:
        return 1.0
    spans = spans_of(document, block)
    within = [place for place, (a, b) in enumerate(spans) if a < end and start < b]
    if not within or any(b - a > LONGEST for a, b in (spans[place] for place in within)):
        return 1.0
    if question.kind in ("number", "time", "person") and len(within) > 1:
        return 0.0
    if question.kind == "number" and not _FIGURE.search(document.text[start:end]):
        return 0.0
    first = within[0]
    if any(block.number in one.header for one in blocks):
        before = document.text[slice(*spans[first - 1])] if first else ""
        return float(share_said(question, before) >= SAID)
    names = column_names(document, block)
    name = align(names[first]) if first < len(names) else ""
    row, around = align(in_full(question, document, block)), align(surroundings(document, block, passage))
    held = [max(share(unit, row), share(unit, name), AROUND * share(unit, around)) for unit in question.units]
    missing = [
        unit.weight
        for unit, one in zip(question.units, held, strict=True)
        if _is_missing(question, unit, one, (row, name), around, TELLING)
    ]
    lost = sum(missing) > MUCH * sum_of(question, [1.0] * len(held))
    return UNSUPPORTED if lost and question.kind not in PROSE else 1.0


def one_cell(asked: str, row: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` of a table's row without the cells that it only runs through: of 甲方 | 东陵泵业 what stands behind the
    name that the question says, or the only one with a figure where it asks for one.
    """
    parts = [(max(a, start), min(b, end)) for a, b in cell_spans(row) if a < end and start < b]
    parts = [(a, b) for a, b in parts if row[a:b].strip()]
    if len(parts) < 2:
        return start, end
    question = parse_question(asked)
    said = [
        place for place, (a, b) in enumerate(parts) if is_words(row[a:b]) and share_said(question, row[a:b]) >= SAID
    ]
    if said and said[-1] + 1 < len(parts):
        return parts[said[-1] + 1]
    figures = [(a, b) for a, b in parts if any(map(str.isdigit, row[a:b]))]
    return figures[0] if question.kind in ("number", "time") and len(figures) == 1 else (start, end)


def _best_row(question: Question, document: Document, rows: Sequence[Block]) -> Block | None:
    """The row that the question names: by the words of it that the row holds, then by how little else its name says. A
    row whose figures are all of another kind than the one asked for (18.6%, of how many people) is none.
    """
    scored = []
    for row in rows:
        text = in_full(question, document, row)
        if not _measures(question, text):
            continue
        held = sum_of(question, [share(unit, _numbered(align(text))) for unit in question.units])
        scored.append((held, name_said(question, text), row))
    if len(scored) < 2:
        return scored[0][2] if scored else None
    coded = [item for item in scored if code_said(question, document, spans_of(document, item[2])) is not None]
    if len(coded) == 1:
        return coded[0][2]
    counted = [item for item in scored if _counts_asked(question, document, item[2])]
    if len(counted) == 1 and counted[0][0] > 0:
        return counted[0][2]
    scored.sort(key=lambda item: (-item[0], -item[1], item[2].start))
    (most, said, row), (next_most, next_said, _) = scored[:2]
    if (
        most <= 0
        or max(said, name_said(question, _BRACKETS.sub("", document.text[row.start : row.end]))) < NAMED
        or (most - next_most < LEAST * most and said - next_said < LEAST)
    ):
        return None
    return row


def _numbered(folded: str) -> str:
    """A row's folded text and its small numbers in Chinese behind it: six storeys are asked for as 六层, and written 6层."""
    said = {_NUMERALS[int(match[1])] + match[2] for match in _SMALL.finditer(folded)}
    return f"{folded}\n{' '.join(sorted(said))}" if said else folded


def _counts_asked(question: Question, document: Document, row: Block) -> bool:
    """Whether a cell of the row is a figure in the unit that is asked for, in so many words: 6套, of how many 套."""
    if question.kind != "number" or question.asked is None:
        return False
    unit = question.folded[question.asked[1] : question.asked[1] + 1]
    cells = [
        align(document.text[row.start + a : row.start + b]).strip()
        for a, b in cell_spans(document.text[row.start : row.end])
    ]
    return _UNIT_ASKED.fullmatch(unit) is not None and any(
        VALUE.fullmatch(cell) and cell.endswith(unit) for cell in cells
    )


def _measures(question: Question, row: str) -> bool:
    """Whether a figure of the row can be the one that the question asks for, or it asks for none."""
    cells = [align(row[a:b]) for a, b in cell_spans(row)]
    figures = [cell for cell in cells if any(map(str.isdigit, cell))] if question.kind == "number" else []
    return not figures or any(can_measure(question.folded, cell, 0, len(cell)) for cell in figures)


def _is_attribute(question: Question, unit: Unit) -> bool:
    """Whether a word stands between the last 的 and what is asked: of the 电流 in ≥25℃时的电流是多少."""
    if question.asked is None:
        return False
    last = question.folded.rfind("的", 0, question.asked[0])
    return 0 <= last < unit.start < question.asked[0]
