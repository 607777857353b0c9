"""What a Chinese pronoun in a question stands for, by the conversation before it: 它, 他, 其, 该公司, 这部电影, 那里.

A part of :mod:`qa.followup`. A pronoun counts only where nothing before it in its own question could be what it stands
for, and is replaced only where one thing fits. Not covered: plurals, and what a whole sentence said (这是为什么).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.phrases import Parsed, Span, is_nominal, kind_of_noun, owner, parse, phrases, segments, times, titles, topic
from qa.question import align
from qa.types import Exchange

LOOK_BACK = 5
"""Exchanges that are searched for the person that 他 stands for."""

ANSWER_LIMIT = 20
"""Characters of an answer that may stand in for a pronoun. A longer one is a clause, not a name."""

# fmt: off
_PRONOUN = re.compile(r"它们|他们|她们|它|他(?=[^国乡日])|她|其(?=[^他它中实余次二三间])|该(?=[\u4e00-\u9fff])|那里|那儿|当地|此|[这那](?=[\u4e00-\u9fff])")
_TITLED = ("电影", "影片", "片", "电视剧", "剧", "书", "小说", "歌", "歌曲", "专辑", "游戏", "作品", "文章", "节目", "漫画")
# fmt: on
_EVENTS = ("会议", "大会", "展会", "活动", "比赛", "赛事", "论坛", "盛会")
_MEASURES = frozenset("个家所座部本场次届种条首篇款间项位名支")
_LEADING = re.compile(r"(?:那么?|那|请问)[,，]?(?=它|他|她|其|该|这)")


def pointed(question: str, history: Sequence[Exchange]) -> str | None:
    """``question`` with its pronoun replaced by what it stands for; ``None`` without one, or where that is not clear."""
    question = _without_lead(question)
    parsed = parse(question)
    match = _pronoun(parsed)
    if match is None:
        return None
    word, rest = match[0], question[match.end() :]
    base = parse(history[-1].asked)
    if word in ("他", "她"):
        found = person_meant(history)
        return found and question[: match.start()] + found + rest
    if word in ("它", "其"):
        owned = "的" if word == "其" else ""
        person = person_meant(history[-1:]) if owned and base.question.kind == "person" else None
        found = person or _thing(base, history[-1]) or (person_meant(history) if owned else None)
        return found and question[: match.start()] + found + owned + rest
    if word in ("那里", "那儿", "当地"):
        found = _place(base, history[-1])
        return found and question[: match.start()] + found + rest
    if word in ("该", "此", "这", "那"):
        return _demonstrative(question, parsed, match.span(), base, history[-1])
    return None


def points(question: str) -> bool:
    """Whether a question has a pronoun for its subject, whatever it stands for. 这 and 那 may point at what follows (那些年)."""
    match = _pronoun(parse(_without_lead(question)))
    return match is not None and match[0] not in ("这", "那", "此", "当地")


def _without_lead(question: str) -> str:
    lead = _LEADING.match(align(question))
    return question[lead.end() :] if lead else question


def _pronoun(parsed: Parsed) -> re.Match[str] | None:
    """The first pronoun of a question, where nothing before it could be what it stands for."""
    match = _PRONOUN.search(parsed.folded)
    if match is None or not _starts_word(parsed, match.start()):
        return None
    said = [token for token in parsed.tokens if token.end <= match.start()]
    spans = times(parsed.folded)
    if any(is_nominal(token) and not _in(spans, token.start) and not _asks(parsed, token.start) for token in said):
        return None
    return match


def _starts_word(parsed: Parsed, at: int) -> bool:
    return any(token.start == at for token in parsed.tokens)


def _in(spans: Sequence[tuple[str, int, int]], at: int) -> bool:
    return any(start <= at < end for _, start, end in spans)


def _asks(parsed: Parsed, at: int) -> bool:
    return parsed.hole is not None and parsed.hole[0] <= at < parsed.hole[1]


def person_meant(history: Sequence[Exchange]) -> str | None:
    """The person talked of last: the answer, where one was asked for, or the one that a question names."""
    for exchange in reversed(history[-LOOK_BACK:]):
        base = parse(exchange.asked)
        if base.question.kind == "person" and is_short(exchange.answer) and "、" not in exchange.answer:
            return exchange.answer
        named = {base.text[one.start : one.end] for one in phrases(base) if one.kind == "person" and one.named}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _thing(base: Parsed, exchange: Exchange) -> str | None:
    """What 它 stands for: the answer, where ``base`` asked which thing it is; else the topic of ``base``."""
    if _asked_entity(base) and is_short(exchange.answer):
        return exchange.answer
    hole = base.hole
    if (
        hole
        and titles(align(exchange.answer)) == [(0, len(exchange.answer))]
        and not base.folded[hole[1] :].strip("?？ 。")
    ):
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
    if base.question.kind == "place" and is_short(exchange.answer):
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
    if focus and (focus.endswith(noun) or noun.endswith(focus)) and is_short(exchange.answer):
        return exchange.answer
    if noun in _TITLED and len(works := titles(base.folded)) == 1:
        start, end = works[0]
        word = next((token for token in base.tokens if token.end == start and token.text in _TITLED), None)
        return text[word.start if word else start : end]
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


def is_short(answer: str) -> bool:
    """Whether an answer can stand in for a pronoun or a question word: a name or a figure, no clause."""
    return 0 < len(answer) <= ANSWER_LIMIT and not re.search(r"[，,。；;!！?？\n]", answer)
