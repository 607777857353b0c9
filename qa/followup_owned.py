"""Chinese follow-ups that ask something else of what was talked of, and do not say of what: 净利润呢? 原因是什么?
具体多少钱? 其中外资企业有多少?

A part of :mod:`qa.followup`. What is added is the owner that the last question names (公司2021年 of 公司2021年的营业收入)
or what it is about. Not covered: what can well stand by itself (门票多少钱?).
"""

from __future__ import annotations

import re

from qa.phrases import Parsed, counts, is_nominal, kinds_of, owner, parse, titles, topic
from qa.question import align

_MARKS = "?？。.!！~ \t\n"
# fmt: off
_RELATIONAL = (
    "原因", "起因", "理由", "依据", "根据", "目的", "意义", "作用", "用途", "影响", "结果", "后果", "背景", "内容", "主题",
    "规模", "特点", "优点", "缺点", "地点", "时间", "日期", "期限", "金额", "名称", "全称", "作者", "导演", "主角", "编剧",
    "主办方", "承办方", "主办单位", "承办单位", "负责人", "发起人", "创始人", "依据的法律", "法律依据", "具体时间", "具体地点",
)
# fmt: on
_RELATED = re.compile(rf"(?:那么?)?(?P<what>{'|'.join(_RELATIONAL)})(?:又|都)?(?:是|有|为)?(?P<asked>.+)")
_LEAD = re.compile(r"(?:那么?)?(?:具体|一共|总共|大概|大约|最终|最后|后来|目前|现在)(?:是|有|在|都有|又)?")
_AMONG = re.compile(
    r"(?:其中|里面)[,，]?(?:(?P<one>[\u4e00-\u9fff]{2,8}?)(?:有|占)?(?:多少|几)[个家人名位项]?|有?(?:多少|几)[个家人名位项]?(?P<two>[\u4e00-\u9fff]{2,8}))"
)
_QUANTITY = tuple("润入率额价金费量度积数长龄本值比高宽重")
_OFFICES = tuple("员长人师家手者官")
_WHEN = ("时间", "日期")
_WHERE = ("地点", "地址", "产地", "总部")


def attribute_asked(what: str, base: Parsed) -> str | None:
    """``base``, which asks for one attribute (公司2021年的营业收入是多少), asked for another, ``what``."""
    hole = base.hole
    tokens = parse(what).tokens
    new = kinds_of(align(what))
    if hole is None or (new and new.named) or base.folded[hole[1] :].strip(_MARKS):
        return None
    # 成立时间, 死亡人口: what happens may stand in front of the noun.
    if new is None and (not is_nominal(tokens[-1]) or any(token.tag[0] not in "vn" for token in tokens)):
        return None
    of = base.folded.rfind("的", 0, hole[0])
    if of < 2 or not re.fullmatch(r"[\u4e00-\u9fff]{2,12}", base.folded[of + 1 : hole[0]]):
        return None
    asked = _asks_for(align(what), new.kind if new else "", whose=base.question.kind == "person")
    if not asked:
        return None
    return f"{base.text[: of + 1]}{what}{asked}？"


def _asks_for(noun: str, kind: str, *, whose: bool) -> str:
    """The predicate that asks for ``noun``; empty where the noun does not say. ``whose``: a person was asked for before."""
    if noun.endswith(_WHEN):
        return "是什么时候"
    if noun.endswith(_WHERE):
        return "在哪里"
    if kind == "person" or (whose and noun.endswith(_OFFICES)):
        return "是谁"
    return "是多少" if counts(noun) or noun.endswith(_QUANTITY) else ""


def owner_added(question: str, base: Parsed) -> str | None:
    """``question``, of something that is always something's (原因是什么?), with whose it is in front."""
    folded = align(question).strip(_MARKS)
    match = _RELATED.fullmatch(folded)
    if match is None:
        return None
    asked = parse(folded)
    if asked.hole is None or asked.hole[1] <= match.start("asked"):
        return None
    about = topic(base)
    if about is None:
        works = titles(base.folded)
        if len(works) != 1:
            return None
        about = works[0]
    start, end = owner(base, about)
    return f"{base.text[start:end]}的{question[match.start('what') :]}"


def lead_added(question: str, base: Parsed) -> str | None:
    """``question``, a question word and no more after 具体, 一共 or the like, with what ``base`` is about in front."""
    folded = align(question).strip(_MARKS)
    lead = _LEAD.match(folded)
    parsed = parse(question)
    about = topic(base)
    if lead is None or parsed.hole is None or about is None:
        return None
    others = [
        token
        for token in parsed.tokens
        if token.start >= lead.end() and token.tag[0] != "P" and not parsed.hole[0] <= token.start < parsed.hole[1]
    ]
    if any(token.tag[0] not in "vud" and token.text not in ("钱",) for token in others):
        return None
    start = 1 if folded.startswith("那") else 0
    start += folded.startswith("那么")
    return base.text[slice(*about)] + question[start:]


def among_asked(question: str, base: Parsed) -> str | None:
    """``base``, which asks how many there are (有多少家企业参展), asked of some of them: 其中外资企业有多少?"""
    match = _AMONG.fullmatch(align(question).strip(_MARKS))
    if match is None or base.hole is None or base.question.kind != "number":
        return None
    what = question[slice(*match.span("one" if match["one"] else "two"))]
    counted = next((token for token in base.tokens if token.start >= base.hole[1] and is_nominal(token)), None)
    if counted is None or align(what) == counted.text or not align(what).endswith(counted.text):
        return None
    if not all(is_nominal(token) or token.tag in ("b", "c") for token in parse(what).tokens):
        return None
    return base.text[: counted.start] + what + base.text[counted.end :]
