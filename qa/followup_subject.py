"""Chinese follow-ups that say what is done, and not by whom or of what: 什么时候开幕? 谁主持的? 毕业于哪所大学? 比去年增长了多少?

A part of :mod:`qa.followup`. Says whether a question lacks its subject, and puts in front of it what the last question
was about. The dictionary gives each word one class whatever its place, so a predicate is told by its form too
(毕业于, 判了, 得过). Not covered: a topic that is itself a verb (发烧多少度, 失眠怎么办) counts as a subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.phrases import MEASURED, Parsed, acted_on, counts, is_nominal, kind_of_noun, owner, parse, times, topic
from qa.pronouns import LOOK_BACK, person_meant, points
from qa.question import Kind, align
from qa.tagging import Token
from qa.types import Exchange

_MARKS = "?？。.!！~ \t\n"
_LED = re.compile(r"(?:那么|那|然后)[,，]?(?=[在是有由从到于比较跟被还哪谁什几多要花用共一得])")
"""那 before what cannot be the noun that it points at."""

_OPENERS = frozenset("在是由有于从到被跟给又都还共一") | {"还有", "一共", "总共", "是在", "是由", "具体"}
_PERFECT = "了过着"
_DIRECTED = ("于", "在", "到", "自", "出", "为", "成", "给")
_LIGHT = ("要", "花", "花费", "用", "占", "值", "达", "达到", "住", "属", "属于", "位于", "来自", "需", "需要", "占地", "耗时", "历时", "持续", "叫", "得", "共", "卖")  # fmt: skip
_MODAL = ("能", "能够", "可以", "会", "要", "需要", "必须", "应该")
_COMPARED = re.compile(r"(?:比(?=[去上前同今本]|\d)|较|同比|环比|与.{1,6}相比|和.{1,6}比).*")
_PERSONAL = re.compile(r"毕业|出生|生于|去世|逝世|葬|上任|就任|任职|结婚|就读|退休|当选|入党|参军|卒于")
_PERSONAL_AT = re.compile(rf"(?:{_PERSONAL.pattern})[于在到]")
_ASKS_OF_ACTION = re.compile(r"多久|多长|多少|几|哪些|什么|谁")
_HAPPENS = frozenset(("开幕", "闭幕", "揭幕", "举行", "举办", "召开"))
_BEGINS = frozenset(("开始", "结束"))
_EVENT_ENDS = frozenset("会展节赛坛式礼典演座季周")


def led(question: str) -> str:
    """``question`` without the 那 that leads it."""
    found = _LED.match(align(question))
    return question[found.end() :] if found else question


def subject_added(question: str, history: Sequence[Exchange]) -> str | None:
    """``question``, where it has no subject of its own, with what was talked of in front; else ``None``."""
    question = led(question)
    if not lacks_subject(question):
        return None
    parsed = parse(question)
    base = parse(history[-1].asked)
    found: str | None
    if _COMPARED.fullmatch(parsed.folded):
        found = _quantity(base)
    else:
        found = _done(parsed, base) or _whose(parsed, base, history)
    return found and found + question


def has_no_subject(question: str) -> bool:
    """Whether a Chinese question cannot be asked alone: it lacks its subject, or a pronoun stands for it, or it is X呢."""
    folded = align(question).strip(_MARKS)
    if folded.endswith("呢") and len(folded) <= 12 and parse(question).hole is None:
        return True
    return lacks_subject(question) or points(question)


def lacks_subject(question: str) -> bool:
    """Whether a question says what is done, and nothing of which it could be asked."""
    parsed = parse(led(question))
    hole = parsed.hole
    if hole is None:
        return False
    rest = _words(parsed, hole[1])
    if _COMPARED.fullmatch(parsed.folded):
        return all(not is_nominal(token) for token in rest)
    if parsed.question.kind == "yesno":
        return _may_be_done(parsed)
    opening = parsed.folded[: hole[0]]
    if opening == "" or opening in _OPENERS:
        return _after_opener(opening, rest, parsed)
    return _is_verb(opening) and parsed.question.kind not in ("manner", "reason") and _only_noun(rest)


def _after_opener(opening: str, rest: Sequence[Token], parsed: Parsed) -> bool:
    """在哪里举行的? 有多少家企业参展? 是什么颜色的?"""
    kind = parsed.question.kind
    if opening == "是" and kind in ("thing", "list", "name", "place", "organisation", "time") and rest:
        return _only_noun(rest)
    if kind == "list" and parsed.folded[0] == "有" and rest and all(is_nominal(token) for token in rest):
        return True
    if opening in ("有", "由", "被") or _ends_done(rest):
        nouns = 0
        while nouns < len(rest) and is_nominal(rest[nouns]) and rest[nouns].tag[0] not in "sv":
            nouns += 1
        does = rest[nouns:]
        asked_with_noun = 0 < nouns <= 2 and kind not in ("time", "place", "manner", "reason")
        if asked_with_noun and does and all(token.tag[0] in "vud" for token in does):
            return True
    return kind in ("time", "place", "person", "number") and _is_predicate(rest, kind)


def _ends_done(rest: Sequence[Token]) -> bool:
    return bool(rest) and rest[-1].text in ("了", "过")


def _is_verb(opening: str) -> bool:
    """Whether what stands before the question word is one verb and no noun: 毕业于, 得过, 造成了, 要, 被判了."""
    tokens = [token for token in parse(opening).tokens if token.text not in ("还", "又", "都", "一共", "总共", "共", "被", "曾", "也")]  # fmt: skip
    if not tokens or any(token.start for token in tokens[:1] if token.start > 2):
        return False
    text = opening[tokens[0].start :]
    if text in _LIGHT or _PERSONAL_AT.fullmatch(text):
        return True
    stem = text[:-1] if text[-1] in _PERFECT or (len(tokens) > 1 and tokens[-1].text in _DIRECTED) else ""
    if not stem or len(stem) > 3:
        return text.endswith(_DIRECTED) and len(tokens) == 1 and tokens[0].tag == "v"
    if kind_of_noun(stem):
        return False  # 首都在哪里
    head = parse(stem).tokens
    return len(head) == 1 and (head[0].tag[0] in "vuz" or head[0].tag == "vn" or bool(_PERSONAL.match(stem)))


def _only_noun(rest: Sequence[Token]) -> bool:
    """Whether after the question word stands nothing but what it asks for: 哪所 | 大学, 什么 | 颜色的."""
    said = [token for token in rest if token.tag not in ("uj", "y") and token.text.strip(_MARKS) not in ("", "钱")]
    return len(said) <= 2 and all(
        (is_nominal(token) or token.text == "为止") and token.tag[:2] not in ("nr", "ns", "nt", "nz") for token in said
    )


def _may_be_done(parsed: Parsed) -> bool:
    """可以退货吗?"""
    said = [token for token in parsed.tokens if token.tag[0] not in "yP"]
    return len(said) >= 2 and said[0].text in _MODAL and all(token.tag[0] in "vud" for token in said[1:])


def _words(parsed: Parsed, start: int) -> list[Token]:
    return [token for token in parsed.tokens if token.start >= start and token.tag[0] != "P"]


def _is_predicate(rest: Sequence[Token], kind: Kind) -> bool:
    if 0 < len(rest) <= 4 and all(
        token.tag[0] in "vbud" or token.tag in ("vn", "ul", "uj") or token.text == "人" for token in rest
    ):
        return True
    # What alone follows 什么时候 is a predicate, though the dictionary has it for a noun: 通车. So is 判 of 判的.
    said = [token for token in rest if token.tag not in ("uj", "ul")]
    if len(said) == 1 and len(rest) > 1 and (said[0].tag == "z" or (len(said[0].text) == 2 and rest[-1].text == "的")):
        return True
    return kind == "time" and len(said) == 1 and said[0].tag == "n" and len(said[0].text) == 2


# ---- what it is about


def _done(parsed: Parsed, base: Parsed) -> str | None:
    """重置路由器 of 如何重置路由器, where it is asked how long it takes or what it needs."""
    hole = base.hole
    if base.question.kind != "manner" or hole is None or hole[0] or not _ASKS_OF_ACTION.search(parsed.folded):
        return None
    action = base.text[hole[1] :].rstrip(_MARKS)
    return action if 2 <= len(action) <= 12 and not re.search(r"[,，的]", action) else None


def _quantity(base: Parsed) -> str | None:
    """海川股份2023年的营业收入, where it was asked how much it is."""
    about = topic(base) if base.question.kind == "number" else None
    if about is None:
        return None
    start = min([about[0], *(low for _, low, high in times(base.folded) if high == about[0])])
    past = base.hole[0] if base.hole else about[1]
    return base.text[start:past].rstrip("是为有达")


def _whose(parsed: Parsed, base: Parsed, history: Sequence[Exchange]) -> str | None:
    kind, folded = parsed.question.kind, parsed.folded
    if _PERSONAL.search(folded) and (person := person_meant(history)):
        return person
    said = {token.text for token in parsed.tokens}
    found = None if said & _HAPPENS else subject(base, kind)
    if found and kind == "list" and align(found).find("的") > 1:
        found = found[: align(found).find("的")]  # not the theme of a forum has guests
    if found is None and said & (_HAPPENS | _BEGINS):
        found = _event(history)
    return found


def subject(base: Parsed, kind: Kind) -> str | None:
    """What ``base`` is about, if a question of ``kind`` can be asked of it. A quantity (降雨量) does nothing and has
    nothing: it gives way to what it is a quantity of, but a mere place (重庆) does nothing at a time either.
    """
    about = topic(base) if base.hole else None
    about = about or acted_on(base)
    if about is None:
        return None
    start, end = about
    within = [token for token in base.tokens if start <= token.start and token.end <= end]
    if len(within) > 1 and _PERSONAL.fullmatch(within[-1].text):
        end = within.pop().start
    if len(within) > 1 and within[-1].text in (*MEASURED, "总部") and within[-1].start - start > 1:
        end = within.pop().start
    elif len(within) > 1 and kind != "number" and counts(within[-1].text):
        within.pop()
        spans = times(base.folded)
        while within and (within[-1].tag == "uj" or any(low <= within[-1].start < high for _, low, high in spans)):
            within.pop()
        if not within or (kind == "time" and len(within) == 1 and within[0].tag == "ns"):
            return None
        end = within[-1].end
    if len(within) > 1 and any(token.tag[0] in "cd" or token.tag in ("P,", "P，") for token in within):
        return None
    # A verb within is part of a name (设备采购合同), a verb at its end is not.
    if len(within) > 1 and any(token.tag == "v" for token in within) and (within[-1].tag == "v" or len(within) < 4):
        return None
    return base.text[start:end]


def _event(history: Sequence[Exchange]) -> str | None:
    """The event talked of last: what a question is about that ends as events do, or of which it is asked when or where
    it happens.
    """
    for exchange in reversed(history[-LOOK_BACK:]):
        base = parse(exchange.asked)
        found, about = subject(base, "time"), topic(base)
        whose = about and base.text[slice(*owner(base, about))]
        for one in (found, whose):
            if one and align(one)[-1] in _EVENT_ENDS:
                return one
        if found and any(token.text in _HAPPENS | _BEGINS for token in base.tokens):
            return found
    return None
