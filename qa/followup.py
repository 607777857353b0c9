"""What a question means after the ones before it: 那越南呢? 它什么时候开幕? 还有谁? "What about Vietnam?"

Pure and deterministic, without a model. Only forms that cannot stand by themselves are touched; anything else comes
back exactly as it is, for a wrong rewriting costs more than none. Knows no library, passage or confidence.

Covered, in Chinese (both scripts) here and in English in :mod:`qa.followup_english`: the same question of another
thing (那越南呢?), of another time, the same question again without the answers given (还有谁?), a question word alone
(在哪里?), pronouns (它, 他, 其, 该公司, 这部电影, 那里) and a missing subject (什么时候开幕?). Not covered: corrections
(不是, 我是说 …), references to one answer of several, to what is two topics back (but for persons).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.followup_english import follow_up_english
from qa.followup_owned import among_asked, attribute_added, attribute_asked, lead_added, owner_added
from qa.followup_subject import subject_added
from qa.phrases import (
    MEASURED,
    Parsed,
    Phrase,
    Span,
    acted_on,
    counts,
    is_nominal,
    kinds_of,
    owner,
    parse,
    phrases,
    segments,
    times,
    topic,
)
from qa.pronouns import LOOK_BACK, is_short, pointed
from qa.question import Kind, align, is_english
from qa.tagging import Token
from qa.types import Exchange

CONTRAST_LIMIT = 15
"""Characters of X in 那X呢?"""

_MARKS = "?？。.!！~ \t\n"
_CONTRAST = re.compile(r"(?:(?:那么?|然后|换成|如果是|要是|而)[,，]?)?(?P<what>.+?)(?:的话)?呢")
_CONTRAST_BARE = re.compile(r"(?:那么?|换成|如果是)(?P<what>[^呢]+)")
_MORE = re.compile(
    r"(?:那么?)?(?:还有|另外还有|除此之外还有|此外还有)(?P<asked>谁|呢|哪些(?P<noun>[\u4e00-\u9fff]{1,6})|吗|别的吗|其他的?吗|哪些|哪几个|哪些人|什么|哪里)|(?:其他|其它|别)的呢"
)
# fmt: off
_WH = (
    ("time",   r"(?:是|在)?(?:什么时候|什么时间|何时|哪一?年|哪一?天|几月几[日号]|几点)"),
    ("place",  r"(?:是)?(?:在|去)?(?:哪里|哪儿|哪个地方|什么地方|何地)|在哪"),
    ("reason", r"为什么|为何|因为什么|什么原因|为啥"),
    ("manner", r"(?:是)?(?:怎么|怎样|如何)"),
    ("number", r"(?:有|是)?(?:多少|几)(?:个|人|家|名|位|项|钱)?"),
)
# fmt: on
_PROPER = ("nr", "ns", "nt")
_OPENS = ("", "在", "是", "由", "有", "于", "从", "是在", "是由", "还有")
_HAPPENS = frozenset(("开幕", "闭幕", "揭幕", "举行", "举办", "召开"))
_BEGINS = frozenset(("开始", "结束"))
_EVENT_ENDS = frozenset("会展节赛坛式礼典演座季周")
_ADVERBS = ("time", "place", "reason", "manner")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question as it is to be asked. ``excluded`` are the answers given to it already, where others are wanted."""

    question: str
    excluded: tuple[str, ...] = ()


def follow_up(question: str, history: Sequence[Exchange]) -> FollowUp:
    """``question`` as it is meant after ``history``, oldest first; the very same string where it stands by itself, or
    where what it points at was not found.
    """
    if not history:
        return FollowUp(question)
    folded = align(question).strip(_MARKS)
    base = history[-1].asked
    if wants_more(folded):
        return _more(question, history)
    if not folded.isascii():
        found = None if is_english(align(base)) else _chinese(question.strip(), folded, history)
    else:
        found, again = follow_up_english(question.strip(), history)
        if again:
            return _more(question, history)
    return FollowUp(question) if found is None or found == question.strip() else FollowUp(found)


def wants_more(folded: str) -> bool:
    """Whether a Chinese question, folded and without marks, asks the last one again for other answers."""
    return _MORE.fullmatch(folded) is not None


def _more(question: str, history: Sequence[Exchange]) -> FollowUp:
    """The last question again, without the answers given to it so far."""
    base = history[-1].asked
    parsed = parse(base)
    asked = _MORE.fullmatch(align(question).strip(_MARKS))
    if parsed.hole is None or (
        asked and asked["asked"] == "谁" and parsed.question.kind not in ("person", "list", "name")
    ):
        return FollowUp(question)
    if asked and asked["noun"] and not (parsed.question.focus and parsed.question.focus.endswith(asked["noun"])):
        return FollowUp(question)
    given: list[str] = []
    for exchange in reversed(history):
        if exchange.asked != base:
            break
        if exchange.answer:
            given.insert(0, exchange.answer)
    return FollowUp(base, tuple(dict.fromkeys(given)))


def _chinese(question: str, folded: str, history: Sequence[Exchange]) -> str | None:
    exchange = history[-1]
    base = parse(exchange.asked)
    contrast = _CONTRAST.fullmatch(folded) or _CONTRAST_BARE.fullmatch(folded)
    if contrast and len(contrast["what"]) <= CONTRAST_LIMIT:
        what = question[contrast.start("what") : contrast.end("what")]
        if found := _contrasted(what, base) or attribute_asked(what, base):
            return found
    for kind, pattern in _WH:
        if re.fullmatch(rf"(?:那么?)?({pattern})呢?", folded):
            return _asked_otherwise(question.strip(_MARKS), folded, kind, base, exchange)
    if found := pointed(question, history) or subject_added(question, history):
        return found
    asked: tuple[Callable[[str, Parsed], str | None], ...] = (owner_added, among_asked, lead_added, attribute_added)
    return next((found for ask in asked if (found := ask(question, base))), None)


# ---- the same question of something else


def _contrasted(what: str, base: Parsed) -> str | None:
    """``base`` asked of ``what``, which takes the place of its like; ``None`` where there is none."""
    folded = align(what)
    said = times(folded)
    text: str | None = base.text
    if said and said[0][1] == 0:
        past = max(end for _, start, end in said)
        if all(one[2] == two[1] for one, two in zip(said, said[1:], strict=False)):
            text = _timed(what, said, base)
            rest = what[past:]
            rest = rest[1:] if rest.startswith("的") else rest
            if not rest or text is None:
                return text
            return _contrasted(rest, parse(text))
    what = what[:-1] if folded.endswith("的") and len(folded) > 1 else what
    new = kinds_of(align(what))
    if new is None:
        return None
    old = _like_by_ending(new, base) or _like_by_kind(new, base)
    if old is None:
        return None
    changed = base.text[: old[0]] + what + base.text[old[1] :]
    hole = base.hole
    asked = base.folded[slice(*hole)] if hole else ""
    if new.kind == "number" and hole and hole[0] >= old[1] and asked.startswith("多少") and asked != "多少钱":
        # Another quantity has other units: 面积是多少平方公里, 人口是多少.
        moved = hole[0] + len(what) - (old[1] - old[0])
        changed = changed[: moved + 2] + changed[moved + hole[1] - hole[0] :]
    return changed


def _timed(what: str, said: Sequence[tuple[str, int, int]], base: Parsed) -> str:
    """``base`` at another time: each time in place of one as fine, or in front where there is none at all."""
    there = {name: (start, end) for name, start, end in reversed(times(base.folded))}
    if not there:
        return what[said[0][1] : said[-1][2]] + base.text
    text = base.text
    changes = []
    coarsest = min(there.values())
    for name, start, end in said:
        at = there.get(name)
        changes.append((at or (coarsest[1], coarsest[1]), what[start:end]))
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _like_by_ending(new: Phrase, base: Parsed) -> Span | None:
    """The words of ``base`` that end as ``new`` does and start otherwise: 出口量 for 进口量, 青江市 for 白河市."""
    best: tuple[int, bool, int, int, Span] | None = None
    for run in segments(base):
        for last in range(len(run)):
            for first in range(last + 1):
                start, end = run[first].start, run[last].end
                shared = _shared_end(base.folded[start:end], new.text)
                named = any(token.tag[:2] in _PROPER for token in run[first : last + 1])
                if not shared or named != _has_name(new):
                    continue
                # Of the same length, or else the longest: 新能源汽车, not 汽车, for 燃油车.
                rank = (shared, end - start == len(new.text), end, end - start, (start, end))
                best = rank if best is None or rank > best else best
    return best[4] if best else None


def _has_name(phrase: Phrase) -> bool:
    return any(token.tag[:2] in _PROPER for token in parse(phrase.text).tokens)


def _shared_end(one: str, two: str) -> int:
    """Characters that both end in; 0 where one is all of the other's end."""
    count = 0
    while count < min(len(one), len(two)) and one[-1 - count] == two[-1 - count]:
        count += 1
    return count if count < min(len(one), len(two)) else 0


def _like_by_kind(new: Phrase, base: Parsed) -> Span | None:
    """The last phrase of ``base`` of the kind of ``new``; for a name, else, the only name there is."""
    like = [phrase for phrase in phrases(base) if phrase.named == new.named]
    same = [phrase for phrase in like if new.kind and phrase.kind == new.kind]
    if same:
        return same[-1].start, same[-1].end
    return (like[0].start, like[0].end) if new.named and len(like) == 1 else None


# ---- the same frame, asked for something else


def _asked_otherwise(word: str, folded: str, kind: str, base: Parsed, exchange: Exchange) -> str | None:
    """``base`` with its question word exchanged for ``word``, a question word alone; ``None`` where it does not fit."""
    word = _without(word, folded, r"^(?:那么?)|呢$")
    hole = base.hole
    if hole is None:
        return None
    if kind == "number":
        return _counted(word, base, hole)
    if kind == "place" and align(word)[:1] not in "在是去":
        word = "在" + word
    stem = len(base.folded.rstrip(_MARKS))
    linking = "在于到从至" if base.folded[:stem].endswith("的") else "在于到从至是"
    start = hole[0] - (hole[0] > 0 and base.folded[hole[0] - 1] in linking)
    if base.question.kind == "number" and kind in ("place", "time"):
        found = _subject(base, "place")  # not where so many are: where what has them is
        return found and found + word + base.text[stem:]
    if base.question.kind not in _ADVERBS or base.question.focus:
        return _filled(word, base, hole, exchange)
    if any(token.tag[0] in "vz" or token.tag == "vn" for token in base.tokens if token.start >= hole[1]):
        return base.text[:start] + word + base.text[hole[1] :]
    return _moved(word, base, (start, stem))


def _moved(word: str, base: Parsed, tail: Span) -> str | None:
    """``base``, whose question word comes last (推迟到什么时候, 在哪里), with ``word`` before its predicate."""
    about = topic(base)
    if about is None:
        return None
    verb = base.folded[about[1] : tail[0]]
    if not verb:
        return base.text[: about[1]] + word + base.text[tail[1] :]
    tags = [token.tag[0] for token in parse(verb).tokens]
    if len(verb) < 2 or not tags or any(tag not in "vnbad" for tag in tags):
        return None
    return base.text[: about[1]] + word + base.text[about[1] : tail[0]] + base.text[tail[1] :]


def _filled(word: str, base: Parsed, hole: Span, exchange: Exchange) -> str | None:
    """``base`` with its answer said, and ``word`` asked of it: 林溪为什么获得了金奖?"""
    answer = exchange.answer
    if not is_short(answer):
        return None
    after = base.text[hole[1] :]
    end = hole[1]
    focus = base.question.focus
    if focus and align(after).startswith(focus):
        end += len(focus)
    elif after and align(answer).endswith(align(after)[0]):
        end += 1  # 什么罪, 诈骗罪
    about = topic(base)
    if hole[0] == 0:
        return answer + word + base.text[end:]
    if about is None:
        return None
    return base.text[: about[1]] + word + base.text[about[1] : hole[0]] + answer + base.text[end:]


def _counted(word: str, base: Parsed, hole: Span) -> str | None:
    """``base`` asked for how many: 签约了什么项目, 多少 -> 签约了多少项目."""
    word = _without(word, align(word), r"^[有是]")
    asked = base.folded[hole[0] : hole[1]]
    if asked in ("什么", "哪些", "哪几个", "何种") and base.question.focus:
        return base.text[: hole[0]] + word + base.text[hole[1] :]
    return None


def _without(text: str, folded: str, pattern: str) -> str:
    """``text`` without what matches in its folded form."""
    for match in reversed(list(re.finditer(pattern, folded))):
        text = text[: match.start()] + text[match.end() :]
    return text


# ---- a missing subject


def _subject_added(question: str, history: Sequence[Exchange]) -> str | None:
    """``question``, which has a question word and a predicate and nothing else, with what was talked of in front."""
    parsed = parse(question)
    hole, kind = parsed.hole, parsed.question.kind
    if hole is None or kind not in ("time", "place", "person", "number", "list"):
        return None
    rest = [token for token in parsed.tokens if token.start >= hole[1] and token.tag[0] != "P"]
    opens = parsed.folded[: hole[0]]
    if kind == "list":
        if (
            opens not in ("", "有")
            or parsed.folded[0] != "有"
            or not rest
            or not all(is_nominal(token) for token in rest)
        ):
            return None
    elif opens not in _OPENS or not _is_predicate(rest, kind):
        return None
    said = {token.text for token in rest}
    base = parse(history[-1].asked)
    found = None if said & _HAPPENS else _subject(base, kind)
    if found and kind == "list" and align(found).find("的") > 1:
        found = found[: align(found).find("的")]  # not the theme of a forum has guests
    if found is None and said & (_HAPPENS | _BEGINS):
        found = _event(history)
    return found and found + question


def _is_predicate(rest: Sequence[Token], kind: Kind) -> bool:
    if rest and all(token.tag[0] in "vbud" or token.tag in ("vn", "ul", "uj") or token.text == "人" for token in rest):
        return True
    # What alone follows 什么时候 is a predicate, though the dictionary has it for a noun: 通车.
    said = [token for token in rest if token.tag not in ("uj", "ul")]
    if len(said) == 1 and said[0].tag == "p" and len(rest) > 1 and len(said[0].text) == 2:
        return True  # 通过的
    return kind == "time" and len(said) == 1 and said[0].tag == "n" and len(said[0].text) == 2


def _subject(base: Parsed, kind: Kind) -> str | None:
    """What ``base`` is about, if a question of ``kind`` can be asked of it. A quantity (降雨量) does nothing and has
    nothing: it gives way to what it is a quantity of, but a mere place (重庆) does nothing at a time either.
    """
    about = topic(base) if base.hole else None
    about = about or acted_on(base)
    if about is None:
        return None
    start, end = about
    within = [token for token in base.tokens if start <= token.start and token.end <= end]
    if len(within) > 1 and within[-1].text in MEASURED and within[-1].start - start > 1:
        end = within.pop().start
    elif len(within) > 1 and kind != "number" and counts(within[-1].text):
        within.pop()
        spans = times(base.folded)
        while within and (within[-1].tag == "uj" or any(low <= within[-1].start < high for _, low, high in spans)):
            within.pop()
        if not within or (kind == "time" and len(within) == 1 and within[0].tag == "ns"):
            return None
        end = within[-1].end
    if len(within) > 1 and any(token.tag[0] in "vcd" and token.tag != "vn" for token in within):
        return None
    return base.text[start:end]


def _event(history: Sequence[Exchange]) -> str | None:
    """The event talked of last: what a question is about that ends as events do, or of which it is asked when or where
    it happens.
    """
    for exchange in reversed(history[-LOOK_BACK:]):
        base = parse(exchange.asked)
        found, about = _subject(base, "time"), topic(base)
        whose = about and base.text[slice(*owner(base, about))]
        for one in (found, whose):
            if one and align(one)[-1] in _EVENT_ENDS:
                return one
        if found and any(token.text in _HAPPENS | _BEGINS for token in base.tokens):
            return found
    return None
