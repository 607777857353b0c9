"""Which column of a table a question asks for, once its row is known: by name, by the kind of its cells, or by the words in
them.

Works on the ranges of the row's cells and the names of the columns (:mod:`qa.table_rows`). Knows no other row and no
probability.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence

from qa.evidence import share
from qa.measures import is_measured, measure_asked
from qa.question import Kind, Question, align, asks_hour, kind_of_noun
from qa.table_rows import LINK, LONGEST, VALUE, cell_spans, column_names, is_words, share_said, whole_word
from qa.types import Block, Document

SAID = 0.6
"""Share of a cell's pairs of characters that a question says itself from which on the cell is no answer to it."""
TELLING = 2.0
"""Weight of a word that must not be missing."""
LEAST = 0.05
"""By how much, as a share, a row or column must lead the next."""
LINK_ASKED = re.compile(r"链接|链結|网址|網址|地址|\burl\b|\blink")
_DATE = re.compile(r"\d{4}(?:[-/年]\d{1,2}|\.\d{1,2}\.\d{1,2}(?!\d))\S*")
_ASKS = re.compile(r"[?？][\s”’」』）)]*$|[吗嗎]$")
_SECTION = re.compile(r"\d+(?:\.\d+){2,}\.?")
PROSE: tuple[Kind, ...] = ("manner", "reason", "yesno")
EACH = re.compile("[一每][套件台辆枚条张册部间座盒瓶支根个只斤吨升米]")
"""Of what a price is told: the table calls it 单价."""
_UNIT_PRICE, _PRICE = re.compile("单价|售价|价格|报价"), re.compile("价|金额|费|合计|小计")
_CODE = re.compile(r"(?=[a-z-]*\d)[a-z][a-z0-9-]{1,9}")
_COLUMN_KEY = re.compile(r"(?=[a-z-]*\d)[a-z][a-z0-9-]{1,9}|(?<!\d)(?:19|20)\d\d(?!\d)")
_HOURS = re.compile(r"\d{1,2}[:时]\d{0,2}分?(?:\s*[-–—~～至到]\s*\d{1,2}[:时]\d{0,2}分?)?")
_ORDINAL = re.compile(r"no\.?|#|id|序号|序號|编号|編號|行号|項次|项次", re.IGNORECASE)


def spans_of(document: Document, row: Block) -> list[tuple[int, int]]:
    """The ranges of a row's cells in the document."""
    return [(row.start + a, row.start + b) for a, b in cell_spans(document.text[row.start : row.end])]


def sum_of(question: Question, shares: Sequence[float]) -> float:
    """Sum of the weights of the question's words, each times its share in [0, 1]."""
    return math.fsum(unit.weight * held for unit, held in zip(question.units, shares, strict=True))


def named_column(
    question: Question,
    document: Document,
    spans: Sequence[tuple[int, int]],
    names: Sequence[str],
    rest: Sequence[float],
) -> int | None:
    """The column that the question names, of those whose cell can answer, by the words that the row does not say
    itself, those over the table counting less: ``rest`` is what is left of each. ``None`` where that is not clear.
    """
    _, able = _able(question, document, spans)
    scores = {
        j: sum_of(question, [share(u, align(names[j])) * left for u, left in zip(question.units, rest, strict=True)])
        for j in able
        if j < len(names)
    }
    ranked = sorted(scores, key=lambda j: -scores[j])
    if not ranked or scores[ranked[0]] <= 0:
        return None
    lead = scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    return ranked[0] if lead > LEAST * scores[ranked[0]] else None


def fitting_column(
    question: Question, document: Document, spans: Sequence[tuple[int, int]], names: Sequence[str]
) -> int | None:
    """The only column whose name or, where no name is, whose cell is of the kind that is asked for."""
    cells, able = _able(question, document, spans)
    called = [j for j in able if j < len(names) and _names_kind(question, names[j])]
    if len(called) == 1:
        return called[0]
    if LINK_ASKED.search(question.folded):
        fitting = [j for j in able if LINK.fullmatch(cells[j])]
    elif asks_hour(question):
        fitting = [j for j in able if _HOURS.fullmatch(align(cells[j]))]
    elif question.kind == "time":
        fitting = [j for j in able if _DATE.fullmatch(cells[j])]
    elif measure_asked(question.folded) == "money" and (priced := _priced(question, able, names)):
        fitting = priced
    elif question.kind == "number":
        fitting = [j for j in able if VALUE.fullmatch(cells[j]) and not _counts_rows(j, cells, names)]
    elif question.kind in PROSE:
        fitting = [j for j in able if is_words(cells[j]) and not _ASKS.search(cells[j])]
    else:
        fitting = []
    if len(fitting) > 1:
        fitting = [j for j in fitting if is_measured(question.folded, align(cells[j]))]
    return fitting[0] if len(fitting) == 1 else None


def telling_column(question: Question, document: Document, spans: Sequence[tuple[int, int]]) -> int | None:
    """The column whose cell says the question's words itself, behind the name of its row: 对solr1.3提供接口, of which
    version of Solr has it. ``None`` where none leads.
    """
    cells, able = _able(question, document, spans)
    name = max(range(len(cells)), key=lambda j: share_said(question, cells[j]))
    scores = {
        j: sum_of(question, [share(unit, align(cells[j])) for unit in question.units])
        for j in able
        if j > name and is_words(cells[j])
    }
    ranked = sorted(scores, key=lambda j: -scores[j])
    if not ranked or scores[ranked[0]] < TELLING:
        return None
    lead = scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    return ranked[0] if lead >= TELLING else None


def code_said(question: Question, document: Document, spans: Sequence[tuple[int, int]]) -> int | None:
    """The cell that is a code which the question says (E4)."""
    cells = [align(document.text[a:b]).strip() for a, b in spans]
    said = [j for j, cell in enumerate(cells) if _CODE.fullmatch(cell) and whole_word(cell).search(question.folded)]
    return said[0] if len(said) == 1 else None


def next_words(question: Question, document: Document, spans: Sequence[tuple[int, int]], column: int) -> int | None:
    """The first cell behind ``column`` that is words, where words are asked for: what a code means."""
    cells, able = _able(question, document, spans)
    if question.kind not in ("thing", "name", "meaning", "reason"):
        return None
    return next((j for j in able if j > column and is_words(cells[j])), None)


def in_said_column(question: Question, document: Document, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` of the document, or, where that is in a row's cell under another column than the one that the question
    says by its code or its year (KR-300, 2022年), the cell of the row under that.
    """
    blocks = document.blocks
    block = blocks[bisect_right(blocks, start, key=lambda one: one.start) - 1]
    if block.kind != "table" or not block.start <= start < end <= block.end:
        return start, end
    spans = spans_of(document, block)
    names = [align(name).strip() for name in column_names(document, block)][: len(spans)]
    own = next((j for j, (a, b) in enumerate(spans) if a <= start and end <= b), None)
    if own is None or own >= len(names):
        return start, end
    keys = [match[0] if (match := _COLUMN_KEY.search(name)) else "" for name in names]
    said = [j for j, key in enumerate(keys) if key and whole_word(key).search(question.folded)]
    alike = [j for j in said if names[j].replace(keys[j], "") == names[own].replace(keys[own], "")]
    if not keys[own] or own in said or len(alike) != 1 or spans[alike[0]][0] == spans[alike[0]][1]:
        return start, end
    return spans[alike[0]]


def _able(question: Question, document: Document, spans: Sequence[tuple[int, int]]) -> tuple[list[str], list[int]]:
    """The texts of the cells, and the places of those that can answer."""
    cells = [document.text[a:b] for a, b in spans]
    return cells, [j for j, cell in enumerate(cells) if _can_answer(question, cell)]


def _priced(question: Question, able: Sequence[int], names: Sequence[str]) -> list[int]:
    """The columns of prices: of one piece, where the question asks for that."""
    wanted = _UNIT_PRICE if any(EACH.fullmatch(unit.text) for unit in question.units) else _PRICE
    return [j for j in able if j < len(names) and wanted.search(names[j])]


def _names_kind(question: Question, name: str) -> bool:
    """Whether a column's name says that its cells are of the kind that is asked for: 地点, of where."""
    return question.kind in ("person", "place", "organisation") and kind_of_noun(align(name).strip()) == question.kind


def _counts_rows(column: int, cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the cell is the number of its row (1.1.5, or what stands under 序号), which is no value."""
    name = names[column] if column < len(names) else ""
    return _SECTION.fullmatch(cells[column]) is not None or _ORDINAL.fullmatch(name.strip()) is not None


def _can_answer(question: Question, cell: str) -> bool:
    if not 0 < len(cell) <= LONGEST or not any(map(str.isalnum, cell)) or share_said(question, cell) >= SAID:
        return False
    # How many is neither a name nor a day.
    return question.kind != "number" or any(map(str.isnumeric, cell)) and _DATE.fullmatch(cell) is None
