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
from collections.abc import Sequence
from dataclasses import dataclass

from qa.followup_english import follow_up_english
from qa.phrases import (
    Parsed,
    Phrase,
    Span,
    is_nominal,
    kind_of_noun,
    kinds_of,
    owner,
    parse,
    phrases,
    segments,
    times,
    titles,
    topic,
)
from qa.question import align, is_english
from qa.types import Exchange

LOOK_BACK = 5
"""Exchanges that are searched for the person that 他 stands for."""

ANSWER_LIMIT = 20
"""Characters of an answer that may stand in for a pronoun. A longer one is a clause, not a name."""

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
_PRONOUN = re.compile(r"它们|他们|她们|它|他(?=[^国乡日])|她|其(?=[^他它中实余次二三间])|该(?=[\u4e00-\u9fff])|那里|那儿|当地|此|[这那](?=[\u4e00-\u9fff])")
_TITLED = ("电影", "影片", "片", "电视剧", "剧", "书", "小说", "歌", "歌曲", "专辑", "游戏", "作品", "文章", "节目", "漫画", "漫画")
# fmt: on
_EVENTS = ("会议", "大会", "展会", "活动", "比赛", "赛事", "论坛", "盛会")
_PROPER = ("nr", "ns", "nt")
_ADVERBS = ("time", "place", "reason", "manner")
_MEASURES = frozenset("个家所座部本场次届种条首篇款间项位名支")
_LEADING = re.compile(r"(?:那么?|那|请问)[,，]?(?=它|他|她|其|该|这)")


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
    base = last_question(history[-1])
    if wants_more(folded):
        return _more(question, history)
    if not folded.isascii():
        found = None if is_english(align(base)) else _chinese(question.strip(), folded, history)
    else:
        found, again = follow_up_english(question.strip(), history)
        if again:
            return _more(question, history)
    return FollowUp(question) if found is None or found == question.strip() else FollowUp(found)


def last_question(exchange: Exchange) -> str:
    """The question of an exchange as it was understood."""
    return (exchange.understood or exchange.question).strip()


def wants_more(folded: str) -> bool:
    """Whether a Chinese question, folded and without marks, asks the last one again for other answers."""
    return _MORE.fullmatch(folded) is not None


def _more(question: str, history: Sequence[Exchange]) -> FollowUp:
    """The last question again, without the answers given to it so far."""
    base = last_question(history[-1])
    parsed = parse(base)
    asked = _MORE.fullmatch(align(question).strip(_MARKS))
    if parsed.hole is None or (asked and asked["asked"] == "谁" and parsed.question.kind not in ("person", "list", "name")):
        return FollowUp(question)
    if asked and asked["noun"] and not (parsed.question.focus and parsed.question.focus.endswith(asked["noun"])):
        return FollowUp(question)
    given: list[str] = []
    for exchange in reversed(history):
        if last_question(exchange) != base:
            break
        if exchange.answer:
            given.insert(0, exchange.answer)
    return FollowUp(base, tuple(dict.fromkeys(given)))


def _chinese(question: str, folded: str, history: Sequence[Exchange]) -> str | None:
    exchange = history[-1]
    base = parse(last_question(exchange))
    contrast = _CONTRAST.fullmatch(folded) or _CONTRAST_BARE.fullmatch(folded)
    if contrast and len(contrast["what"]) <= CONTRAST_LIMIT:
        found = _contrasted(question[contrast.start("what") : contrast.end("what")], base)
        if found:
            return found
    for kind, pattern in _WH:
        if re.fullmatch(rf"(?:那么?)?({pattern})呢?", folded):
            return _asked_otherwise(question.strip(_MARKS), folded, kind, base, exchange)
    return _pointed(question, history) or _subject_added(question, base)


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
    if not _is_short(answer):
        return None
    after = base.text[hole[1] :]
    end = hole[1]
    focus = base.question.focus
    if focus and align(after).startswith(focus):
        end += len(focus)
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


# ---- pronouns and missing subjects


def _pointed(question: str, history: Sequence[Exchange]) -> str | None:
    """``question`` with its pronoun replaced by what it stands for; ``None`` without one, or where that is not clear."""
    folded = align(question)
    if lead := _LEADING.match(folded):
        question, folded = question[lead.end() :], folded[lead.end() :]
    match = _PRONOUN.search(folded)
    parsed = parse(question)
    if match is None or not _starts_word(parsed, match.start()):
        return None
    said = [token for token in parsed.tokens if token.end <= match.start()]
    spans = times(folded)
    if any(is_nominal(token) and not _in(spans, token.start) and not _asks(parsed, token.start) for token in said):
        return None
    word, rest = match[0], question[match.end() :]
    base = parse(last_question(history[-1]))
    if word in ("他", "她"):
        found = _person(history)
        return found and question[: match.start()] + found + rest
    if word in ("它", "其"):
        owned = "的" if word == "其" else ""
        person = _person(history[-1:]) if owned and base.question.kind == "person" else None
        found = person or _thing(base, history[-1]) or (_person(history) if owned else None)
        return found and question[: match.start()] + found + owned + rest
    if word in ("那里", "那儿", "当地"):
        found = _place(base, history[-1])
        return found and question[: match.start()] + found + rest
    if word in ("该", "此", "这", "那"):
        return _demonstrative(question, parsed, match.span(), base, history[-1])
    return None


def _starts_word(parsed: Parsed, at: int) -> bool:
    return any(token.start == at for token in parsed.tokens)


def _in(spans: Sequence[tuple[str, int, int]], at: int) -> bool:
    return any(start <= at < end for _, start, end in spans)


def _asks(parsed: Parsed, at: int) -> bool:
    return parsed.hole is not None and parsed.hole[0] <= at < parsed.hole[1]


def _is_short(answer: str) -> bool:
    return 0 < len(answer) <= ANSWER_LIMIT and not re.search(r"[，,。；;!！?？\n]", answer)


def _person(history: Sequence[Exchange]) -> str | None:
    """The person talked of last: the answer, where one was asked for, or the one that a question names."""
    for exchange in reversed(history[-LOOK_BACK:]):
        base = parse(last_question(exchange))
        if base.question.kind == "person" and _is_short(exchange.answer) and "、" not in exchange.answer:
            return exchange.answer
        named = {base.text[one.start : one.end] for one in phrases(base) if one.kind == "person" and one.named}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _thing(base: Parsed, exchange: Exchange) -> str | None:
    """What 它 stands for: the answer, where ``base`` asked which thing it is; else the topic of ``base``."""
    if _asked_entity(base) and _is_short(exchange.answer):
        return exchange.answer
    about = topic(base)
    if about is not None:
        start, end = owner(base, about)
        return None if re.search("[和与及、]", base.folded[start:end]) else base.text[start:end]
    named = [one for one in phrases(base) if one.named and one.kind != "person"]
    return base.text[named[-1].start : named[-1].end] if len(named) == 1 else None


def _asked_entity(base: Parsed) -> bool:
    """Whether ``base`` asks which place, organisation or work it is, not where or in which one something happens."""
    hole = base.hole
    if hole is None or base.question.kind not in ("place", "organisation", "name"):
        return False
    before = base.folded[: hole[0]]
    if before.endswith(("在", "于", "到", "从", "去", "至")):
        return False
    return before == "" or before.endswith(("是", "为", "叫")) or bool(base.question.focus)


def _place(base: Parsed, exchange: Exchange) -> str | None:
    if base.question.kind == "place" and _is_short(exchange.answer):
        return exchange.answer
    named = {base.text[one.start : one.end] for one in phrases(base) if one.kind == "place" and one.named}
    return named.pop() if len(named) == 1 else None


def _demonstrative(question: str, parsed: Parsed, at: Span, base: Parsed, exchange: Exchange) -> str | None:
    """该公司, 这部电影: the pronoun, its measure word and the noun give way to the thing that the noun fits."""
    end = at[1]
    first = next((token for token in parsed.tokens if token.end > end), None)
    # The measure word is a token, or part of one: 这部 | 电影, 这 | 本书.
    if first and parsed.folded[end] in _MEASURES and (first.end == end + 1 or first.tag in "qr"):
        end += 1
    run: list[str] = []
    offset = end
    for token in parse(question[end:]).tokens:
        if not is_nominal(token) or token.start + offset != end or token.text in ("时候", "年", "时"):
            break
        run.append(token.text)
        end = token.end + offset
        if token.tag != "a" and len("".join(run)) >= 2:
            break
    noun = "".join(run)
    found = _fitting(noun, base, exchange) if noun else None
    return found and question[: at[0]] + found + question[end:]


def _fitting(noun: str, base: Parsed, exchange: Exchange) -> str | None:
    """What in ``base`` or its answer ``noun`` can stand for."""
    focus, text = base.question.focus, base.text
    if focus and (focus.endswith(noun) or noun.endswith(focus)) and _is_short(exchange.answer):
        return exchange.answer
    if noun in _TITLED and len(works := titles(base.folded)) == 1:
        start, end = works[0]
        kind = next((token for token in base.tokens if token.end == start and token.text in _TITLED), None)
        return text[kind.start if kind else start : end]
    for run in segments(base):
        for last, token in enumerate(run):
            if base.folded[: token.end].endswith(noun) and token.end - run[0].start > len(noun) and last:
                return text[run[0].start : token.end]
    about = topic(base)
    if noun in _EVENTS and about and base.folded[about[1] - 1] in "会展节赛坛式":
        return text[slice(*about)]
    kind = kind_of_noun(noun)
    named = {text[one.start : one.end] for one in phrases(base) if one.named and kind and one.kind == kind}
    return named.pop() if len(named) == 1 else None


def _subject_added(question: str, base: Parsed) -> str | None:
    """``question``, which has a question word and a predicate and nothing else, with the topic of ``base`` in front."""
    parsed = parse(question)
    about = topic(base)
    hole = parsed.hole
    if about is None or hole is None or parsed.question.kind not in ("time", "place", "person", "number"):
        return None
    opens = parsed.folded[: hole[0]]
    if opens not in ("", "在", "是", "由", "有", "于", "从", "是在", "是由"):
        return None
    rest = [token for token in parsed.tokens if token.start >= hole[1] and token.tag[0] != "P"]
    if not rest or not all(token.tag[0] in "vbud" or token.tag in ("vn", "ul", "uj") or token.text == "人" for token in rest):
        return None
    start, end = about
    return base.text[start:end] + question
