"""The cell of a table that a question asks for: its row by the words in it, its column by the name over it.

Owns how a row's text is cut into cells. Matching is by :func:`qa.evidence.share`; knows no network and no probability.
Covered: a row that the question names and a column that it names, or the only one that can answer. Not covered: cells
counted, compared or added up; tables whose header stands at the left side.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.documents.markdown import CELL_SEPARATOR
from qa.evidence import share
from qa.measures import can_measure
from qa.question import Kind, Question, Unit, align, parse_question
from qa.types import Block, Document, Passage

ENOUGH = 0.6
"""Share of a question's words, by weight, that row, column and what stands over the table must hold together."""
SAID = 0.6
"""Share of a cell's pairs of characters that a question says itself from which on the cell is no answer to it."""
LONGEST = 80
"""Characters of the longest cell that is an answer."""
AROUND = 0.8
"""What a word is worth that stands not in row or column but over the table."""
OVER = 0.5
"""How much less such a word tells which column is meant."""
ATTRIBUTE = 2.0
"""How much more a word tells which column is meant that stands right before what is asked (的电流是多少)."""
NAMED = 0.5
"""Share of a row's name that the question must say, where the table has several rows."""
TELLING = 2.0
"""Weight of a word that must not be missing."""
LEAST_HELD = 0.3
"""How much of such a word must be held for it not to be missing."""
UNNAMED = 1.8
"""As TELLING, where no column is named and the kind of its cell alone speaks for one."""
TELLING_OF_PROSE = 2.8
"""As TELLING, where the cell asked for is a sentence, which says things in its own words."""
LEAST = 0.05
"""By how much, as a share, a row or column must lead the next."""

MUCH = 0.25
"""Share of a question's words, by weight, that must not be missing in a table that answers."""
UNSUPPORTED = 0.3
"""What an answer keeps of its probability where they are."""

_CHANGE = re.compile(
    r"[\W\d]*(?:(?P<yearly>y-?o-?y|同比)|q-?o-?q|环比|環比)?(?:增长率?|增速|增幅|变动|变化|涨跌)?(?:率|幅度)?\s*(?:[(（]?[%％][)）]?)?\W*",
    re.I,
)
_CHANGE_ASKED = re.compile(r"同比|环比|環比|增长|增長|增速|增幅|变动|变化|下降|涨|跌|y-?o-?y|growth|change")
_UNIT = re.compile(
    r"[(（](?:单位[:：])?[十百千万亿]*(?:[元人%％倍股吨户家次天个米克升]|[美港欧日]元|平方米|k?g|[kM]?W|℃|[cmk]?m|s|h|A|V)(?:/.{1,3})?[)）]",
    re.I,
)
_FIGURE = re.compile(r"[\d零〇一二两三四五六七八九十]")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_LINK_ASKED = re.compile(r"链接|链結|网址|網址|地址|\burl\b|\blink")
_DATE = re.compile(r"\d{4}(?:[-/年]\d{1,2}|\.\d{1,2}\.\d{1,2}(?!\d))\S*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ASKS = re.compile(r"[?？][\s”’」』）)]*$|[吗嗎]$")
_SECTION = re.compile(r"\d+(?:\.\d+){2,}\.?")
_PROSE: tuple[Kind, ...] = ("manner", "reason", "yesno")
_SURENESS = frozenset(
    ("预计", "预测", "预期", "估计", "大约", "约为", "目前", "当前", "如今", "分别", "具体", "一共", "总共")
)
"""What a question says of how sure or when, which no table repeats in a row."""
_ORDINAL = re.compile(r"no\.?|#|id|序号|序號|编号|編號|行号|項次|项次", re.IGNORECASE)
_TWO_LANGUAGES = re.compile(r"(?<=[\u3400-\u9fff)）])\s+(?=[A-Za-z])|(?<=[A-Za-z)）])\s+(?=[\u3400-\u9fff])")
_VALUE = re.compile(r"[-+−(（¥$€<>≤≥±]*\d[\d,.，]*\s*\S{0,6}")


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
    names = _names(document, best)
    spans = [(best.start + a, best.start + b) for a, b in cell_spans(document.text[best.start : best.end])]
    row = _in_full(question, document, best)
    text = align(row)
    over = align(_around(document, best, passage, header=False))
    rest = [
        (1 - share(unit, text)) * (1 - OVER * share(unit, over)) * (ATTRIBUTE if _is_attribute(question, unit) else 1)
        for unit in question.units
    ]
    column = _named_column(question, document, spans, names, rest)
    telling = TELLING
    if column is None:
        column = _fitting_column(question, document, spans, names)
        telling = TELLING_OF_PROSE if question.kind in _PROSE else UNNAMED
    if column is None:
        column = _telling_column(question, document, spans)
    if column is None:
        return None
    name = align(names[column]) if column < len(names) else ""
    around = align(_around(document, best, passage))
    held = [max(share(unit, text), share(unit, name), AROUND * share(unit, around)) for unit in question.units]
    cover = _sum(question, held) / _sum(question, [1.0] * len(held))
    if cover < ENOUGH or any(
        _is_missing(question, unit, one, (text, name), around, telling)
        for unit, one in zip(question.units, held, strict=True)
    ):
        return None
    named = tuple(unit.text for unit in question.units if unit.named and share(unit, text) >= 1)
    return Cell((best.start, best.end), spans[column], cover, _named(question, row), named)


def _is_attribute(question: Question, unit: Unit) -> bool:
    """Whether a word stands between the last 的 and what is asked: of the 电流 in ≥25℃时的电流是多少."""
    if question.asked is None:
        return False
    last = question.folded.rfind("的", 0, question.asked[0])
    return 0 <= last < unit.start < question.asked[0]


def _is_missing(question: Question, unit: Unit, held: float, texts: Sequence[str], around: str, telling: float) -> bool:
    """Whether a word that must not be missing is: one that tells much, a name, or a number. In ``texts`` a number and a
    Latin name stand whole or not at all (5.0 is not in 15.0, nor Java in JavaScript); over the table a name may be part
    of another (IK of IKAnalyzer).
    """
    if _LINK_ASKED.search(unit.text) or unit.text in _SURENESS:
        return False
    if unit.text.isascii() and (unit.named or any(map(str.isdigit, unit.text))):
        number = next((m for m in _NUMBER.finditer(question.folded) if m.start() <= unit.start < m.end()), None)
        word = _whole(number.group() if number else unit.text)
        over = word.search(around) if number else unit.text in around
        return not (over or any(word.search(text) for text in texts))
    return held < LEAST_HELD and (unit.named or unit.weight >= telling)


@lru_cache(maxsize=512)
def _whole(word: str) -> re.Pattern[str]:
    """``word`` where no letter or figure goes on from it on the side where it has one itself."""
    before = r"(?<![\d])(?<!\d[.,])" if word[0].isdigit() else r"(?<![a-z])" if word[0].isalpha() else ""
    after = r"(?![\d])(?![.,]\d)" if word[-1].isdigit() else r"(?!(?!s(?![a-z]))[a-z])" if word[-1].isalpha() else ""
    return re.compile(before + re.escape(word) + after)


def _sum(question: Question, shares: Sequence[float]) -> float:
    return math.fsum(unit.weight * held for unit, held in zip(question.units, shares, strict=True))


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
    text = document.text[block.start : block.end]
    spans = [(block.start + a, block.start + b) for a, b in cell_spans(text)]
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
        return float(_said(question, before) >= SAID)
    names = _names(document, block)
    name = align(names[first]) if first < len(names) else ""
    row, around = align(_in_full(question, document, block)), align(_around(document, block, passage))
    held = [max(share(unit, row), share(unit, name), AROUND * share(unit, around)) for unit in question.units]
    missing = [
        unit.weight
        for unit, one in zip(question.units, held, strict=True)
        if _is_missing(question, unit, one, (row, name), around, TELLING)
    ]
    lost = sum(missing) > MUCH * _sum(question, [1.0] * len(held))
    return UNSUPPORTED if lost and question.kind not in _PROSE else 1.0


def one_cell(asked: str, row: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` of a table's row without the cells that it only runs through: of 甲方 | 东陵泵业 what stands behind the
    name that the question says, or the only one with a figure where it asks for one.
    """
    parts = [(max(a, start), min(b, end)) for a, b in cell_spans(row) if a < end and start < b]
    parts = [(a, b) for a, b in parts if row[a:b].strip()]
    if len(parts) < 2:
        return start, end
    question = parse_question(asked)
    said = [place for place, (a, b) in enumerate(parts) if _is_words(row[a:b]) and _said(question, row[a:b]) >= SAID]
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
        text = _in_full(question, document, row)
        if not _measures(question, text):
            continue
        held = _sum(question, [share(unit, align(text)) for unit in question.units])
        scored.append((held, _named(question, text), row))
    if len(scored) < 2:
        return scored[0][2] if scored else None
    scored.sort(key=lambda item: (-item[0], -item[1], item[2].start))
    (most, said, row), (next_most, next_said, _) = scored[:2]
    if most <= 0 or said < NAMED or (most - next_most < LEAST * most and said - next_said < LEAST):
        return None
    return row


def _in_full(question: Question, document: Document, row: Block) -> str:
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


def _measures(question: Question, row: str) -> bool:
    """Whether a figure of the row can be the one that the question asks for, or it asks for none."""
    cells = [align(row[a:b]) for a, b in cell_spans(row)]
    figures = [cell for cell in cells if any(map(str.isdigit, cell))] if question.kind == "number" else []
    return not figures or any(can_measure(question.folded, cell, 0, len(cell)) for cell in figures)


def _named(question: Question, row: str) -> float:
    """The share of its name that the question says of a row, its name being the cell of which it says most, in one of
    the languages that the cell gives it in, or without its unit.
    """
    cells = [row[a:b] for a, b in cell_spans(row)]
    first = next(filter(None, cells), "")
    numbers = _NUMBER.findall(align(first)) if _VALUE.fullmatch(first) else []
    if numbers and all(_whole(number).search(question.folded) for number in numbers):
        return 1.0  # a row of a year or a step: 2023年, ≥25
    names = [cell for cell in cells if _is_words(cell)]
    parts = (part for name in names for part in (name, _UNIT.sub("", name), *_TWO_LANGUAGES.split(name)))
    return max((_said(question, part) for part in parts), default=0.0)


def _said(question: Question, text: str) -> float:
    """The share of the pairs of characters of ``text`` that the question says."""
    bare, asked = _bare(text), _bare(question.folded)
    if len(bare) < 2:
        return float(bool(bare) and bare in asked)
    return sum(bare[i : i + 2] in asked for i in range(len(bare) - 1)) / (len(bare) - 1)


def _bare(text: str) -> str:
    return "".join(char for char in align(text) if char.isalnum())


def _is_words(text: str) -> bool:
    return any(char.isalpha() for char in text) and not _VALUE.fullmatch(text) and not _LINK.fullmatch(text)


def _names(document: Document, row: Block) -> list[str]:
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


def _around(document: Document, row: Block, passage: Passage, *, header: bool = True) -> str:
    """What stands over the table: titles, captions, the block before its first row, and, with ``header``, its header rows."""
    first = row.number - 1
    while first and document.blocks[first - 1].kind == "table":
        first -= 1
    before = document.blocks[first - 1] if first else None
    heads = [document.blocks[number - 1] for number in row.header]
    captions = [head for head in heads if header or head.kind != "table"]
    parts = [document.text[block.start : block.end] for block in [*captions, *([before] if before else [])]]
    return "\n".join([passage.title, passage.section, *(part[-2 * LONGEST :] for part in parts)])


def _able(question: Question, document: Document, spans: Sequence[tuple[int, int]]) -> tuple[list[str], list[int]]:
    """The texts of the cells, and the places of those that can answer."""
    cells = [document.text[a:b] for a, b in spans]
    return cells, [j for j, cell in enumerate(cells) if _can_answer(question, cell)]


def _named_column(
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
        j: _sum(question, [share(u, align(names[j])) * left for u, left in zip(question.units, rest, strict=True)])
        for j in able
        if j < len(names)
    }
    ranked = sorted(scores, key=lambda j: -scores[j])
    if not ranked or scores[ranked[0]] <= 0:
        return None
    lead = scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    return ranked[0] if lead > LEAST * scores[ranked[0]] else None


def _fitting_column(
    question: Question, document: Document, spans: Sequence[tuple[int, int]], names: Sequence[str]
) -> int | None:
    """The only column whose cell is of the kind that is asked for."""
    cells, able = _able(question, document, spans)
    if _LINK_ASKED.search(question.folded):
        fitting = [j for j in able if _LINK.fullmatch(cells[j])]
    elif question.kind == "time":
        fitting = [j for j in able if _DATE.fullmatch(cells[j])]
    elif question.kind == "number":
        fitting = [j for j in able if _VALUE.fullmatch(cells[j]) and not _counts_rows(j, cells, names)]
    elif question.kind in _PROSE:
        fitting = [j for j in able if _is_words(cells[j]) and not _ASKS.search(cells[j])]
    else:
        fitting = []
    return fitting[0] if len(fitting) == 1 else None


def _telling_column(question: Question, document: Document, spans: Sequence[tuple[int, int]]) -> int | None:
    """The column whose cell says the question's words itself, behind the name of its row: 对solr1.3提供接口, of which
    version of Solr has it. ``None`` where none leads.
    """
    cells, able = _able(question, document, spans)
    name = max(range(len(cells)), key=lambda j: _said(question, cells[j]))
    scores = {
        j: _sum(question, [share(unit, align(cells[j])) for unit in question.units])
        for j in able
        if j > name and _is_words(cells[j])
    }
    ranked = sorted(scores, key=lambda j: -scores[j])
    if not ranked or scores[ranked[0]] < TELLING:
        return None
    lead = scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    return ranked[0] if lead >= TELLING else None


def _counts_rows(column: int, cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the cell is the number of its row (1.1.5, or what stands under 序号), which is no value."""
    name = names[column] if column < len(names) else ""
    return _SECTION.fullmatch(cells[column]) is not None or _ORDINAL.fullmatch(name.strip()) is not None


def _can_answer(question: Question, cell: str) -> bool:
    if not 0 < len(cell) <= LONGEST or not any(map(str.isalnum, cell)) or _said(question, cell) >= SAID:
        return False
    # How many is neither a name nor a day.
    return question.kind != "number" or any(map(str.isnumeric, cell)) and _DATE.fullmatch(cell) is None
