"""The reader that ships: a small network marks the answer in each passage, or finds none there.

Turns passages into windows, spans into sentences and whole words, and reads no more passages than it must. Knows no
document, index, probability or threshold.

Covered: fact questions in Chinese (both scripts) and English whose answer stands together in one passage. Not covered:
answers put together from several places, counting, comparing; yes or no (the sentence is quoted, the judging left to
the reader of it).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from embeddings.folding import simplified
from qa.aliases import as_called, meant
from qa.binding import contrast, folded_lines
from qa.evidence import share
from qa.lists import whole_list
from qa.measures import can_measure, only_change
from qa.offices import answering, asked_office
from qa.parts import asked_part
from qa.passages import sentences
from qa.people import find_people, is_reporter, without_apposition
from qa.question import Kind, Question, align, asks_when, date_grain, parse_question
from qa.spacing import closed_up, kept_places
from qa.spans import (
    bare_amount,
    bare_date,
    bare_title,
    before_semicolon,
    can_answer,
    is_name,
    is_short_answer,
    may_be_time,
    only_new,
    part_told,
    snap,
    whole_name,
    without_particles,
)
from qa.tagging import tokenize
from qa.types import TITLE_SEPARATOR, Hit, Reading

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from qa.network import SpanNetwork, Window

CLEAR = 6.0
"""Score, in logits, of an answer that is so clear that passages ranked well below its own are not read."""

RIVAL = 0.5
"""Fused score, in standard deviations, by which a passage may lie below one with a clear answer and still be read: it
may say the same, or otherwise.
"""

FAR, FARTHEST = 1.2, 2.4
"""Fused score, in standard deviations, below the best passage's from which a passage is not read: once something was
found that is likelier than "not in this passage", and at all.
"""

SPANS = 40
"""Spans of a passage that are looked at: the best, and the best that lies in another sentence."""

BESIDE = 10.0
"""Score, in logits, of a name that stands beside the office whose holder is asked for, or the other way round."""

LONG: tuple[Kind, ...] = ("reason", "manner", "meaning")
"""Kinds of question whose answer may run over a semicolon."""

CROSSING = 1.0
"""Score, in logits, by which an answer that runs over the end of a sentence must beat one that does not."""

CLAUSE: dict[Kind, float] = {"person": 2.0, "place": 2.0, "organisation": 2.0, "time": 2.0, "number": 2.0, "list": 1.2}
"""Score, in logits, by which an answer that runs over a comma must beat one that does not, by the kind of question. Of 817
questions of the first five kinds in public sets, paragraph given, 57.3 % are then answered exactly, 56.3 % without;
3.0 is no better. Of 134 lists as many.
"""

FOCUS = 1.0
"""The same, over a comma or 、, where it ends with the noun that is asked about (什么软件: 电脑、投影、射击软件)."""

BEARING = 1.5
"""Score, in logits, that a word of the question of weight 1 lends to an answer in its own clause."""

CONTRAST = 6.0
"""The same, where its clause is about what excludes the question's own words (the men's champion, not the women's)."""

PRONOUNS = tuple("他她它其该此这")
HELD = 0.5
"""Share of a name from which a sentence holds it: whole, or as an abbreviation."""

_BEHIND_FIGURES = re.compile(
    r"[^\d一二三四五六七八九十百千万亿]{0,4}[\d一二三四五六七八九十百千万亿].*?([^\d一二三四五六七八九十百千万亿]*)",
    re.DOTALL,
)
_ASKS_REPORTER = re.compile("记者|通讯员|作者|报道|采写|撰|摄影|编辑|写")
_DURATION = re.compile(
    r"[\d.一二两三四五六七八九十百半]+个?(?:工作日|小时|分钟|星期|月|天|日|周|年|秒)(?:之?内|以内|以上|左右)?$"
)
_SEVERAL = re.compile("哪[几些两三四五]")
_ASKS_DAY = re.compile("哪一?天|几[月]?几?[号日](?![码召线楼])|哪一?日(?!子)")
_SAYS_DAY = re.compile(
    r"[日号天]|\d[-/.]\d|节|除夕|周[一二三四五六日末]|星期|初|[今明昨]|廿|旬|元旦|当天|\d{1,2}(?!\d|年|月|个)"
)
_CHOICE = re.compile("还是|[和与跟或、]|哪个")
_CLAUSE_END = re.compile("[，,；;：:](?!\\d{3}(?!\\d))")

SENTENCES = 3
"""Sentences that a quote has at most."""

WHOLE = 0.9
"""Share of the sentence above which a span is no shorter answer than the sentence."""


class Reader(Protocol):
    """Finds answers in passages."""

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        """Readings of ``hits``, best first, one or more a hit that has a sentence. Deterministic."""
        ...


class SpanReader:
    """Reads with a :class:`qa.network.SpanNetwork`. Safe to use from several threads."""

    def __init__(self, network: SpanNetwork, tokenizer: Tokenizer) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._lock = threading.Lock()

    def read(self, question: str, hits: Sequence[Hit]) -> list[Reading]:
        """Readings of ``hits``, best first: of each passage that was read the best span, and the best in another
        sentence. ``score`` is in logits: 0 is as likely as "not in this passage". Passages are read one by one, in
        the order given, up to a clear answer and what is ranked close to it; what is ranked far below the best only as long
        as nothing was found.
        Deterministic.
        """
        asked = parse_question(question)
        places = [_about(asked, hit) for hit in hits]
        if not any(within is None or within for within in places):
            places = [None] * len(hits)
        readings: list[Reading] = []
        best = max((hit.score for hit in hits), default=0.0)
        floor = best - FARTHEST
        for number, (hit, within) in enumerate(zip(hits, places, strict=True)):
            if hit.score < floor or within == []:
                continue
            found = [replace(reading, hit=number) for reading in self.read_one(question, hit, within or ())]
            readings += found
            if found and found[0].score >= 0:
                floor = max(floor, best - FAR)
            if found and found[0].score >= CLEAR:
                floor = max(floor, hit.score - RIVAL)
        if asked.kind == "yesno":
            # The sentence is the evidence; to judge is up to who reads it.
            readings = [replace(reading, answer=None) for reading in readings]
        return sorted(readings, key=lambda reading: (-reading.score, reading.hit, reading.quote))

    def read_one(self, question: str, hit: Hit, within: Sequence[tuple[int, int]] = ()) -> list[Reading]:
        """Readings of one passage, best first; ``hit`` is 0 in each. ``within``: the ranges to read, none for all."""
        import torch

        from qa.network import best_spans, collate, encode

        put = simplified(as_called(question, hit))
        window = _in_place(
            encode(self._tokenizer, put, simplified(_title(hit)), closed_up(simplified(hit.text))), hit.text
        )
        with self._lock, torch.inference_mode():
            logits = self._network(collate([window]))[0]
        spans = best_spans(logits, window, count=SPANS, within=within)
        asked = parse_question(question)
        return _readings(hit, _with_offices(hit, spans, asked), asked)


@lru_cache(maxsize=1)
def load_reader() -> SpanReader:
    """The reader with the weights that ship, loaded once."""
    from qa.network import load_network

    return SpanReader(*load_network())


def _in_place(window: Window, text: str) -> Window:
    """A window onto ``text`` closed up, with the ranges that its tokens have in ``text`` itself."""
    places = kept_places(text)
    if len(places) == len(text):
        return window
    return replace(
        window, offsets=[(places[low], places[high - 1] + 1) if low < high else (0, 0) for low, high in window.offsets]
    )


def _title(hit: Hit) -> str:
    return TITLE_SEPARATOR.join(part for part in (hit.passage.title, hit.passage.section) if part)


def _about(question: Question, hit: Hit) -> list[tuple[int, int]] | None:
    """Sentences to read for a question that holds nothing but a name (陈国梁是谁): those that hold it, and those right
    behind them that go on with a pronoun. ``None``, the whole passage: any other question, or a title that holds it.
    """
    if not question.units or not all(unit.named for unit in question.units):
        return None
    ranges = sentences(hit.text)
    folded = align(hit.text)
    held = [_holds(question, folded[low:high]) for low, high in ranges]
    if not any(held) and _holds(question, align(f"{_title(hit)}\n{hit.passage.also}")):
        return None
    return [
        place
        for number, place in enumerate(ranges)
        if held[number] or (number and held[number - 1] and folded[place[0] : place[0] + 1] in PRONOUNS)
    ]


def _holds(question: Question, folded: str) -> bool:
    return all(share(unit, folded) >= HELD for unit in question.units)


def _with_offices(hit: Hit, spans: list[tuple[float, int, int]], question: Question) -> list[tuple[float, int, int]]:
    """``spans`` with the name or office that stands beside the one asked about in front, and without names that stand
    beside another office of its rank.
    """
    asked = asked_office(question.folded.strip())
    if asked is None:
        return spans
    folded = align(hit.text)
    right, elsewhere = answering(asked, folded, f"{folded}\n{align(_title(hit))}")
    barred = [pair.name for pair in elsewhere]
    kept = [span for span in spans if not any(low < span[2] and span[1] < high for low, high in barred)]
    score = max([BESIDE, *(span[0] for span in spans)])
    return [(score, *(pair.office if asked.name else pair.name)) for pair in right[:1]] + kept


def _fined(
    text: str, ranges: Sequence[tuple[int, int]], question: Question, spans: Sequence[tuple[float, int, int]]
) -> list[tuple[float, int, int]]:
    """``spans``, best first by their scores less what they lose by running over a sentence's or a clause's end, or by being
    told of something else.
    """
    lines, folded = folded_lines(text), align(text)

    def rank(span: tuple[float, int, int]) -> float:
        score, low, high = span
        cost = CROSSING * (not any(start <= low and high <= end for start, end in ranges))
        cost += CONTRAST * (contrast(question, lines, (low, high)) == 1.0)
        clauses = _CLAUSE_END.search(text, low, high) is not None
        if question.kind == "thing" and question.focus and align(text[low:high]).endswith(question.focus):
            return score - cost - FOCUS * (clauses or "、" in text[low:high])
        return score - cost - CLAUSE.get(question.kind, 0.0) * clauses

    ranked = sorted(spans, key=rank, reverse=True)
    return (
        _by_clause(folded, ranges, question, ranked, rank) if question.kind in ("number", "time", "person") else ranked
    )


def _by_clause(
    folded: str,
    ranges: Sequence[tuple[int, int]],
    question: Question,
    ranked: list[tuple[float, int, int]],
    rank: Callable[[tuple[float, int, int]], float],
) -> list[tuple[float, int, int]]:
    """``ranked`` with that span of the first one's sentence in front whose own clause bears out the question best: the machine,
    not the lathe, is delivered in August.
    """
    if len(ranked) < 2:
        return ranked
    _, low, high = ranked[0]
    home = next(((start, end) for start, end in ranges if start <= low and high <= end), None)
    if home is None:
        return ranked
    cuts = [home[0], *(match.end() for match in _CLAUSE_END.finditer(folded, *home)), home[1]]
    clauses = list(pairwise(cuts))

    def borne(span: tuple[float, int, int]) -> float:
        own = next((folded[start:end] for start, end in clauses if start <= span[1] and span[2] <= end), "")
        return rank(span) + BEARING * sum(unit.weight * share(unit, own) for unit in question.units)

    rivals = [
        span
        for span in ranked[1:]
        if (span[2] <= low or high <= span[1])
        and any(start <= span[1] and span[2] <= end for start, end in clauses)
        and _alike(folded[low:high], folded[slice(*span[1:])])
    ]
    best = max([ranked[0], *rivals], key=borne)
    return [best, *(span for span in ranked if span is not best)]


def _alike(one: str, two: str) -> bool:
    """Whether two folded spans are names of people, or figures of one kind: durations, or ending alike behind their last digit
    (6月30日前, 8月15日前).
    """
    if all(find_people(text)[:1] == ((0, len(text)),) for text in (one, two)):
        return True
    if all(_DURATION.search(text) for text in (one, two)):
        return True
    ends = [_BEHIND_FIGURES.fullmatch(text) for text in (one, two)]
    if ends[0] is None or ends[1] is None:
        return False
    short, long = sorted((ends[0][1], ends[1][1]), key=len)
    return long.startswith(short) and bool(short or not long)


def _readings(hit: Hit, spans: Sequence[tuple[float, int, int]], question: Question) -> list[Reading]:
    """A reading a sentence, of at most two sentences; ``spans`` are (score, start, end) in the passage, best first."""
    ranges, folded = sentences(hit.text), align(hit.text)
    readings: list[Reading] = []
    for score, low, high in _fined(hit.text, ranges, question, spans):
        if any(reading.quote[0] <= low and high <= reading.quote[1] for reading in readings):
            continue
        answer = _shaped(hit, folded, question, low, high)
        touched = [place for place in ranges if place[0] < answer[1] and place[1] > answer[0]]
        # A line end parts paragraphs: what crosses one is no quote.
        if not 1 <= len(touched) <= SENTENCES or "\n" in hit.text[slice(*answer)]:
            continue
        quote = (touched[0][0], touched[-1][1])
        if any(quote[0] < reading.quote[1] and reading.quote[0] < quote[1] for reading in readings):
            continue
        answer = (max(answer[0], quote[0]), min(answer[1], quote[1]))
        if not _may_answer(hit.text, folded, question, *answer) or _said_already(question, hit, folded[slice(*answer)]):
            continue
        marked = hit.text[slice(*answer)]
        whole = answer[1] - answer[0] > WHOLE * (quote[1] - quote[0]) or not is_short_answer(marked)
        # Why is told by what happened or how something is: a bare name leaves the telling to the sentence.
        whole = whole or (question.kind == "reason" and is_name(marked))
        readings.append(Reading(0, quote, None if whole else answer, score))
        if len(readings) == 2:
            break
    return readings


def _shaped(hit: Hit, folded: str, question: Question, low: int, high: int) -> tuple[int, int]:
    """``[low, high)`` as a person would cut it out of the passage, by the kind of question."""
    text, kind = hit.text, question.kind
    answer = snap(text, low, high, grain=date_grain(question))
    if kind == "list" or (_SEVERAL.search(question.folded) and "、" in text[slice(*answer)]):
        answer = _without_asked(question, text, *whole_list(text, *answer))
    elif kind not in LONG:
        answer = before_semicolon(text, *answer)
    if kind not in LONG and kind not in ("yesno", "list"):
        answer = only_new(question.folded, text, *answer)
    if kind == "number":
        answer = part_told(text, *bare_amount(text, only_change(question.folded, folded, *answer), answer[1]))
    if kind == "time":
        answer = bare_date(text, *answer)
    if kind not in LONG and kind != "yesno":
        answer = without_particles(text, *answer)
    answer = asked_part(question, text, *bare_title(text, *answer))
    if kind == "person":
        answer = without_apposition(text, folded, *answer)
    if kind == "person" and hit.document is not None:
        answer = whole_name(hit.document.text, text, *answer)
    return answer


def _said_already(question: Question, hit: Hit, answer: str) -> bool:
    """Whether a folded answer stands in the question itself, or names a party that it means. Of 18,116 public questions 44
    are answered so that give no choice (甲和乙哪个好).
    """
    if len(answer) < 2 or question.kind in ("yesno", *LONG) or _CHOICE.search(question.folded):
        return False
    return answer in question.folded or answer in map(align, meant(question.text, hit))


def _without_asked(question: Question, text: str, low: int, high: int) -> tuple[int, int]:
    """A list without the verb that the question asks with: 提交 | 身份证明、发票, where it asks what to 提交."""
    first = next(iter(tokenize(align(text[low:high]))), None)
    if first is None or first.tag[0] != "v" or len(first.text) < 2 or first.text not in question.folded:
        return low, high
    return (low + first.end, high) if text[low + first.end : low + first.end + 1] not in "、和及与" else (low, high)


def _may_answer(text: str, folded: str, question: Question, low: int, high: int) -> bool:
    """Whether ``[low, high)`` is of the kind that is asked for."""
    kind = question.kind
    if is_reporter(folded, low, high) and not _ASKS_REPORTER.search(question.folded):
        return False
    amount = kind == "number" and question.asked is not None and "多少" in question.folded[slice(*question.asked)]
    if not can_answer(kind, text[low:high], amount=amount):
        return False
    if asks_when(question) and not may_be_time(text[low:high]):
        return False
    if _ASKS_DAY.search(question.folded) and not _SAYS_DAY.search(folded[low:high]):
        return False
    return kind != "number" or can_measure(question.folded, folded, low, high)
