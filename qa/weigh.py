"""Readings -> readings in the order of how sure they are: weighed by the calibration, and by the table or the line that
they stand in.

A row of a table is no prose: a cell answers by its row and column, which no network reads reliably. Knows no library,
threshold or citation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from qa.aliases import as_called
from qa.cells import find_cell, one_cell, support
from qa.columns import in_said_column
from qa.confidence import Calibration
from qa.documents.markdown import CELL_SEPARATOR
from qa.doubt import doubt
from qa.evidence import share
from qa.forms import behind_said_label
from qa.question import Question, align, asks_hour, date_grain, parse_question
from qa.spans import only_date
from qa.types import Document, Hit, Reading, shifted

CELL_SURE = 0.9
"""Probability that a cell answers whose row, column and surroundings hold every word of the question."""

NEARLY = 0.9
"""Share of the first answer's probability that a fuller date of the same year must have to be given instead."""
TELLING = 2.0
"""Weight of a word of the question that tells lines apart."""

Tables = Callable[[Hit], Document | None]
"""The document of a passage that may hold rows of a table, ``None`` for others."""

_YEAR = re.compile(r"\d{4}年")
_YEAR_MONTH = re.compile(r"\d{4}年\d{1,2}月")
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A reading, its passage, and the probability in [0, 1] that it answers."""

    reading: Reading
    hit: Hit
    probability: float


def weigh(
    asked: str, hits: Sequence[Hit], readings: Sequence[Reading], *, calibration: Calibration, tables: Tables
) -> list[Weighed]:
    """``readings`` of ``hits``, surest first, each with the answer that its sentence or cell gives."""
    question = parse_question(asked)
    weighed = [
        Weighed(
            _in_one_cell(asked, _with_date(asked, reading, hits[reading.hit]), hits[reading.hit]),
            hits[reading.hit],
            calibration.probability(asked, hits, reading) * doubt(question, hits[reading.hit], reading),
        )
        for reading in readings
    ]
    borne = [_in_its_table(asked, item, tables) for item in weighed]
    ranked = _of_its_line(question, sorted(borne, key=lambda item: -item.probability))
    return _with_cell(asked, hits, tables, _fuller_date(question, ranked))


def _in_its_table(asked: str, item: Weighed, tables: Tables) -> Weighed:
    """A reading as sure as the table lets it be in which it stands, if it does."""
    passage, reading = item.hit.passage, item.reading
    document = tables(item.hit)
    if document is None:
        return item
    if reading.answer is not None:
        question, place = parse_question(asked), shifted(reading.answer, passage.start)
        cell = behind_said_label(question, document, *in_said_column(question, document, *place))
        reading = replace(reading, answer=shifted(cell, -passage.start))
    item = replace(item, reading=reading)
    place = shifted(reading.answer or reading.quote, passage.start)
    return replace(
        item,
        probability=item.probability * support(parse_question(as_called(asked, item.hit)), document, passage, *place),
    )


def _with_cell(asked: str, hits: Sequence[Hit], tables: Tables, weighed: Sequence[Weighed]) -> list[Weighed]:
    """``weighed`` with the cell of a table in front that the question asks for by row and column, where there is one
    and what is in front is of a table too, or less borne out. A part of the cell stays as it is, as sure as the cell.
    """
    found = []
    for number, hit in enumerate(hits):
        document = tables(hit)
        if document is not None:
            cell = find_cell(parse_question(as_called(asked, hit)), document, hit.passage)
            if cell is not None:
                found.append((cell.cover, cell.said, -number, cell))
    if not found:
        return list(weighed)
    cover, _, place, cell = max(found, key=lambda item: item[:3])
    hit = hits[-place]
    quote, inner = shifted(cell.row, -hit.passage.start), shifted(cell.cell, -hit.passage.start)
    probability = CELL_SURE * cover
    if weighed:
        best, text = weighed[0], align(weighed[0].hit.text[slice(*weighed[0].reading.quote)])
        low, high = best.reading.answer or best.reading.quote
        if best.hit is hit and inner[0] <= low and high <= inner[1]:
            return [replace(best, probability=max(best.probability, probability)), *weighed[1:]]
        holds = all(name in text for name in cell.named)
        if holds and CELL_SEPARATOR not in text and probability <= best.probability:
            return list(weighed)
    reading = Reading(-place, quote, inner, 0.0)
    rest = [item for item in weighed if CELL_SEPARATOR not in item.hit.text[slice(*item.reading.quote)]]
    return [Weighed(reading, hit, probability), *(item for item in rest if item.probability <= probability)]


def _of_its_line(question: Question, weighed: list[Weighed]) -> list[Weighed]:
    """``weighed`` with the second in front where it says the like of the first (第7章, 第6章) in a line of the same passage
    that holds every telling word which the line of the first does, and one more.
    """
    if len(weighed) < 2:
        return weighed
    best, places = weighed[0], range(1, len(weighed))
    held = _telling(question, best)
    for place in places:
        other = weighed[place]
        if other.hit is best.hit and held < _telling(question, other) and _alike(best, other):
            risen = replace(other, probability=best.probability)
            return [risen, *weighed[:place], *weighed[place + 1 :]]
    return weighed


def _fuller_date(question: Question, weighed: list[Weighed]) -> list[Weighed]:
    """``weighed`` with another in front that is nearly as sure and gives the date of the first more fully (2006年12月 for
    2006年), where the question does not ask for a year or month alone.
    """
    if question.kind != "time" or date_grain(question) or not weighed or weighed[0].reading.answer is None:
        return weighed
    best = weighed[0]
    said = "".join(best.hit.text[slice(*weighed[0].reading.answer)].split())
    if not _YEAR.fullmatch(said):
        return weighed
    for place, other in enumerate(weighed[1:], start=1):
        answer = other.reading.answer and "".join(other.hit.text[slice(*other.reading.answer)].split())
        if (
            answer
            and _YEAR_MONTH.match(answer, 0)
            and answer.startswith(said)
            and other.probability >= NEARLY * best.probability
        ):
            return [replace(other, probability=best.probability), *weighed[:place], *weighed[place + 1 :]]
    return weighed


def _telling(question: Question, item: Weighed) -> set[int]:
    """Which words of the question, of those that tell much, the quote of a reading holds."""
    quote = align(item.hit.text[slice(*item.reading.quote)])
    return {unit.start for unit in question.units if unit.weight >= TELLING and share(unit, quote) >= 1}


def _alike(one: Weighed, two: Weighed) -> bool:
    """Whether two answers are alike but for their figures, or one begins like the other."""
    answers = [item.hit.text[slice(*item.reading.answer)] for item in (one, two) if item.reading.answer is not None]
    shapes = sorted((_FIGURES.sub("0", align(answer)) for answer in answers), key=len)
    return len(shapes) == 2 and "0" in shapes[0] and shapes[1].startswith(shapes[0])


def _with_date(asked: str, reading: Reading, hit: Hit) -> Reading:
    """A whole sentence that answers when, with the one date in it as its short answer. It is no surer for that."""
    question = parse_question(asked)
    if reading.answer is not None or question.kind != "time" or asks_hour(question):
        return reading
    return replace(reading, answer=only_date(hit.text, *reading.quote))


def _in_one_cell(asked: str, reading: Reading, hit: Hit) -> Reading:
    """A reading in a table's row whose answer runs over several cells, with the one of them that answers."""
    if reading.answer is None or CELL_SEPARATOR not in hit.text[slice(*reading.answer)]:
        return reading
    low = hit.text.rfind("\n", 0, reading.answer[0]) + 1
    row = hit.text[low:].partition("\n")[0]
    inner = one_cell(asked, row, *shifted(reading.answer, -low))
    return replace(reading, answer=shifted(inner, low))
