"""The part of a marked span that the question asks for: of a period its end, of a labelled line what stands behind the
label, of what somebody is who it is.

A network marks the right place and takes along what stands beside it. Each rule here takes one such thing away and leaves
every other span as it is. Works on the text's own characters; knows no passage, score or index.
"""

from __future__ import annotations

import re

from qa.lexicon import OFFICES
from qa.people import find_people
from qa.question import Kind, Question, align
from qa.spans import find_numbers, only_date
from qa.tagging import tokenize

Span = tuple[int, int]

_TILL = re.compile(r"(?:[日号月年]|\d{4})起?(?P<link>[至到—–~～-]|——)(?=[\d零〇一二三四五六七八九十])")
_ASKS_END = re.compile(
    r"到期|截止|截至|为止|终止|结束|届满|期满|到(?:哪|什么时候|何时|几[点时月号日])|去世|逝世|病逝|死于|卒于|过世"
)
_ASKS_BEGIN = re.compile(
    r"开始|起(?:始|算)|从(?:哪|什么时候|何时|几[点时月号日])|自何|出生|生于|诞生|生日|哪[天年]生|何时生"
)
_TRAILING = re.compile(r"(?:为止|止|结束|期间)+$")
_LABEL = re.compile(r"^.{0,30}?[\u3400-\u9fff]{2,8}[:：]\s*")
_CODE = re.compile(r"[A-Za-z]{1,6}[-–]?\d{1,6}[A-Za-z]?|[A-Za-z]\d{1,4}")
_INSIDE = re.compile(r"(?<=[内里处旁])[\u3400-\u9fff]{2}$")
_TIMES = re.compile(r"^第[一二三四五六七八九十\d]+[次回笔批期轮届](?=[于在自从])|^[于在自从]")
_ENGLISH_MEASURE = re.compile(
    r"[$£€]?\d[\d,.]*\d*(?: (?:million|billion|thousand))?(?: (?:euros?|dollars?|pounds|yen|yuan|lux|percent|per cent|metres?|meters?|kilometres?"
    r"|kilometers?|km|miles?|feet|years?|months?|weeks?|days?|hours?|minutes?|degrees|tonnes|tons|kg|people))|[$£€]\d[\d,.]*\d|\d[\d,.]*%"
)
_RATIO = re.compile("每[\\d一二三四五六七八九十百千万]+[^,，。;；\n]{0,12}?就?有$")
"""What makes an amount a share: 每4台笔记本就有 | 1台."""
RATIO = 24
"""Characters before an amount in which that stands."""
_COPULA = re.compile("(?<=[\u3400-\u9fff])[是为](?=[\u3400-\u9fff“《])")
_LED: dict[Kind, re.Pattern[str]] = {
    "place": re.compile("(?:设在|设于|位于|坐落于|坐落在|[在于以])(?=[\u3400-\u9fff“《A-Z])"),
    "organisation": re.compile("[以由](?=[\u3400-\u9fff“《A-Z])"),
    "thing": re.compile("(?:具有|拥有|以)(?=[\u3400-\u9fff“《A-Z])"),
    "name": re.compile("(?:具有|拥有|以)(?=[\u3400-\u9fff“《A-Z])"),
}
"""What leads to an answer and is none of it."""
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_ENGLISH_DATE = re.compile(
    rf"(?:\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:, \d{{4}})?)(?!\w)"
)
_CAUSE = re.compile(
    r"原因(?:[是为有]|在于)[:：]?(.{4,})|(?:系|是|由于|为)?因(?:为)?(.{4,}?)(?:所致|造成的?$|导致的?$|引起的?$)",
    re.DOTALL,
)
_DEED = re.compile("(?:负担|承担|代为|主持|担任|出席|支付|赔偿|签署|宣布|主刀|授课)$")
_FIGURES = "0123456789零〇一二两三四五六七八九十百千万亿半"
_ENGLISH_NUMBER = re.compile(
    r"(?:(?:about|around|nearly|over|some|almost|roughly|more than|less than|at least|up to) )?"
    r"(?:[$£€]?\d[\d,.]*%?|(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen))"
    r"(?: (?:hundred|thousand|million|billion|percent|per cent))*(?= [a-z])",
    re.IGNORECASE,
)
SAID = 0.5
"""Share of a subject's pairs of characters that the question says from which on it is the question's own."""
PLAIN_WORDS = 2
"""English words up to which an amount is as short as people give it."""


def asked_part(question: Question, text: str, start: int, end: int) -> Span:
    """The part of ``[start, end)`` in ``text`` that ``question`` asks for, by its kind; the span itself where no rule fits.
    Never empty.
    """
    kind, asked = question.kind, question.folded
    if kind in ("person", "place", "organisation", "time", "number", "name", "thing"):
        start, end = _behind_label(text, start, end)
    if kind in ("person", "place", "organisation", "time", "number"):
        start, end = _behind_said(asked, text, start, end)
    if kind in _LED:
        lead = _LED[kind].match(text, start, end)
        start = lead.end() if lead and end - lead.end() > 1 else start
    if kind == "time" and text[start:end].isascii():
        return _english_date(asked, text, start, end)
    if kind == "time":
        return _end_of_period(asked, text, start, end)
    if kind == "reason":
        return _cause(text, start, end)
    if kind == "person":
        return _bare_name(text, *_who_it_is(text, *_without_deed(text, start, end)))
    if kind == "place":
        inside = _INSIDE.search(text, start, end)
        return (start, inside.start()) if inside and inside.start() > start + 2 else (start, end)
    if kind == "number":
        ratio = _RATIO.search(text, max(0, start - RATIO), start)
        return (ratio.start(), end) if ratio else _plain_number(question, text, start, end)
    if kind in ("thing", "name"):
        last = question.units[-1].text if question.units and asked.rstrip("?").endswith(question.units[-1].text) else ""
        return _without_amount(question.focus or last, text, start, end)
    return start, end


def _behind_label(text: str, start: int, end: int) -> Span:
    """Without the label before the answer: 联系人：| 罗慎行; of a code before a colon, which is no label, nothing is taken."""
    found = _LABEL.match(text[start:end])
    return (start + found.end(), end) if found and found.end() < end - start else (start, end)


def _behind_said(asked: str, text: str, start: int, end: int) -> Span:
    """Without a subject that the question says itself: 身故保险金受益人为 | 法定继承人."""
    found = _COPULA.search(text, start, end)
    if found is None:
        return start, end
    before = align(text[start : found.start()])
    pairs = [before[place : place + 2] for place in range(len(before) - 1)]
    said = sum(pair in asked for pair in pairs)
    return (
        (found.end(), end) if len(pairs) > 1 and said >= SAID * len(pairs) and end - found.end() > 1 else (start, end)
    )


def _english_date(asked: str, text: str, start: int, end: int) -> Span:
    """The one date of an English clause, of two the one that is asked for: until when, the last; from when, the first."""
    dates = [match.span() for match in _ENGLISH_DATE.finditer(text, start, end)]
    if len(dates) == 1:
        return dates[0]
    if len(dates) == 2 and asked.startswith(("until", "till")):
        return dates[1]
    return dates[0] if len(dates) == 2 and asked.startswith(("from", "since")) else (start, end)


def _bare_name(text: str, start: int, end: int) -> Span:
    """Who it is without what he is or does: 当事人雇用的网店美工 | 荣小妹. As it is where more than one is named."""
    folded = align(text)
    names = [name for name in find_people(folded) if start <= name[0] and name[1] <= end]
    if len(names) != 1 or names[0][1] != end or names[0][1] - names[0][0] < 3:
        return start, end
    before = tokenize(folded[start : names[0][0]])
    # A single character before it may be the beginning of a foreign name: 博 | 罗米尼.
    return names[0] if before and len(before[-1].text) > 1 and before[-1].tag[0] in "nvj" else (start, end)


def _end_of_period(asked: str, text: str, start: int, end: int) -> Span:
    """The end of a period, or its beginning, where one of them is asked for: 2024年4月1日起至 | 2026年3月31日 | 止."""
    folded = align(text[start:end])
    lead = _TIMES.match(folded)
    if lead and only_date(text, start, end):
        start, folded = start + lead.end(), folded[lead.end() :]
        start, folded = (start + 1, folded[1:]) if folded[:1] in "于在自从" else (start, folded)
    till = _TILL.search(folded)
    if till is None or bool(_ASKS_END.search(asked)) == bool(_ASKS_BEGIN.search(asked)):
        return start, end
    if _ASKS_END.search(asked):
        rest = folded[till.end("link") :]
        return start + till.end("link"), end - len(rest) + len(_TRAILING.sub("", rest))
    first = re.sub("^[自从]", "", folded[: till.start("link")])
    low = start + till.start("link") - len(first)
    return low, low + len(first.removesuffix("起"))


def _cause(text: str, start: int, end: int) -> Span:
    """What follows 原因是, or stands between 因 and 所致."""
    found = _CAUSE.search(text, start, end)
    if found is None:
        return start, end
    return found.span(found.lastindex or 0)


def _without_deed(text: str, start: int, end: int) -> Span:
    """Without what somebody does behind who it is: 被告 | 负担."""
    found = _DEED.search(text, start, end)
    return (start, found.start()) if found and found.start() > start + 1 else (start, end)


def _who_it_is(text: str, start: int, end: int) -> Span:
    """The name that stands before what somebody is, where that was marked alone: 侯启年，| 浙衡律师事务所律师."""
    folded = align(text)
    if not folded[start:end].endswith(OFFICES) or any(low < end and start < past for low, past in find_people(folded)):
        return start, end
    before = folded[:start].rstrip()
    if not before.endswith((",", "，", "(", "（", ":", "：")):
        return start, end
    names = [name for name in find_people(folded) if name[1] == len(before) - 1]
    return names[0] if names else (start, end)


def _plain_number(question: Question, text: str, start: int, end: int) -> Span:
    """Of several amounts the one in the unit that is asked for: 三十六年间救起落水者 | 四十一人; in English the number alone."""
    marked = align(text[start:end])
    if marked.isascii():
        number = _ENGLISH_NUMBER.match(marked)
        if number and len(marked.split()) > PLAIN_WORDS:
            return start, start + number.end()
        measured = list(_ENGLISH_MEASURE.finditer(marked)) if len(marked.split()) > PLAIN_WORDS else []
        only = len(measured) == 1 and not re.search(r"\d", marked[: measured[0].start()] + marked[measured[0].end() :])
        return (start + measured[0].start(), start + measured[0].end()) if only else (start, end)
    unit = question.focus
    if not unit or question.asked is None or not question.folded[: question.asked[1]].endswith(unit):
        return start, end
    numbers = find_numbers(marked)
    fitting = [(low, past) for low, past in numbers if marked[low:past].rstrip("左右以上下内").endswith(unit)]
    if len(numbers) < 2 or len(fitting) != 1:
        return start, end
    return start + fitting[0][0], start + fitting[0][1]


def _without_amount(focus: str, text: str, start: int, end: int) -> Span:
    """Without how many of them there are behind the noun that is asked for (加速芯片 | 9600片), and of a code that is asked for
    without what it means (E7 | ：机门未关好).
    """
    if focus.endswith(("代码", "编号", "代号", "型号")):
        code = _CODE.match(text, start, end)
        if code and text[code.end() : code.end() + 1] in "：: ":
            return code.span()
    folded = align(text[start:end])
    at = folded.find(focus[-2:]) if focus else -1
    past = at + len(focus[-2:])
    if at < 1 or past >= len(folded) or folded[past] not in _FIGURES:
        return start, end
    numbers = find_numbers(folded[past:])
    return (start, start + past) if numbers and numbers[0] == (0, len(folded) - past) else (start, end)
