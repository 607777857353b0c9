"""Chinese follow-ups that ask something else of what was talked of, and do not say of what: 净利润呢? 原因是什么?
具体多少钱? 其中外资企业有多少?

A part of :mod:`qa.followup`. What is added is the owner that the last question names (公司2021年 of 公司2021年的营业收入)
or what it is about. Not covered: what can well stand by itself (门票多少钱?).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.phrases import Parsed, counts, is_nominal, kind_of_noun, kinds_of, owner, parse, titles, topic
from qa.question import align
from qa.tagging import Token

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
_SHARE = re.compile(r"(?:那么?)?(?P<one>[\u4e00-\u9fff]{2,8}?)(?P<two>)(?:占|占比)(?:是|为|有)?多少")
_HOW_MANY = re.compile(r"(?<=[少几家个名位项份件所条])[^少几个家名位项份件所条].*")
_QUANTITY = tuple("润入率额价金费量度积数长龄本值比高宽重") + ("投资", "损失", "注册资本")
_OFFICES = tuple("员长人师家手者官")
_ATTRIBUTE_LIMIT = 6
_ATTRIBUTE = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{2,}?)(?:是在|是|在|为|有|达)?(?=谁|哪|什么|多少|多[高大长]|几|何时|何地|何人)"
)
_LED = re.compile(r"^(?:那么|那)(?![个些位家年天种座条])")
_SPECIFIC = (
    "公司",
    "集团",
    "股份",
    "银行",
    "大学",
    "学院",
    "医院",
    "法院",
    "案",
    "合同",
    "协议",
    "项目",
    "工程",
    "大桥",
)
"""Endings of what is one of its kind where more stands before them: 海川股份."""

_SUMS = ("金额", "总额", "比例")
_PLACES = ("首都", "首府", "省会", "总部", "地址", "产地", "校址", "震中")
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
    if asked.hole is None or asked.hole[1] <= match.start("asked") or asked.hole[0] > match.start("asked") + 2:
        return None
    about = topic(base)
    if about is None:
        works = titles(base.folded)
        if len(works) != 1:
            return None
        about = works[0]
    start, end = owner(base, about)
    return f"{base.text[start:end]}的{question[match.start('what') :]}"


def attribute_added(question: str, base: Parsed) -> str | None:
    """``question``, which asks for an amount, an office, a day or a place and no more (总经理是谁? 罚金多少?), with that
    in front which the last question names; ``None`` where it names nothing, for a contract has one 违约金.
    """
    question = _LED.sub("", question)
    found = _named_owner(base) if _bare_attribute(parse(question)) else None
    return found and found + question


def attribute_of(what: str, base: Parsed) -> str | None:
    """The question for ``what`` (导演, 总投资) of that which ``base``, a question of something else, names."""
    tokens = parse(what).tokens
    if len(what) > _ATTRIBUTE_LIMIT or not _is_noun(tokens) or base.question.kind == "number":
        return None
    asked = _asks_for(align(what), kind_of_noun(align(what)) or "", whose=False)
    found = _named_owner(base) if asked else None
    return found and f"{found}的{what}{asked}？"


def owned_asked(what: str) -> str | None:
    """The question for 《归途》的作者, which says whose it asks for; ``None`` where the noun does not say how."""
    noun = align(what).rpartition("的")[2]
    asked = _asks_for(noun, kind_of_noun(noun) or "", whose=noun.endswith(_OFFICES))
    return f"{what}{asked}？" if asked else None


def role_exchanged(what: str, base: Parsed) -> str | None:
    """``base``, which asks who or what one side is (原告是谁?), asked of ``what``, another one."""
    about = topic(base)
    tokens = parse(what).tokens
    if about is None or base.hole is None or len(what) > _ATTRIBUTE_LIMIT or not _is_noun(tokens):
        return None
    start, end = about
    of = base.folded.find("的", start, end) + 1
    if of:
        start = of
    within = [token for token in base.tokens if start <= token.start and token.end <= end]
    person = base.question.kind in ("person", "organisation", "meaning")
    if (
        not within
        or len(within) > 2
        or any(_names(token) and token.text != "第三人" for token in (*within, *tokens))
        or end - start > _ATTRIBUTE_LIMIT
    ):
        return None
    alike = what[-1] == base.text[end - 1] or (person and not counts(align(what)))
    return base.text[:start] + what + base.text[end:] if alike else None


def _is_noun(tokens: Sequence[Token]) -> bool:
    """Whether tokens are a noun, a verb before it being a part of it: 承办单位, 赔偿上限."""
    return is_nominal(tokens[-1]) and all(is_nominal(token) or token.tag[0] == "v" for token in tokens)


def _named_owner(base: Parsed) -> str | None:
    about = topic(base) if base.hole else None
    if about is None:
        return None
    works = titles(base.folded)
    if len(works) == 1 and works[0][0] >= about[0]:
        return base.text[slice(*works[0])]
    start, end = owner(base, about)
    within = [token for token in base.tokens if start <= token.start and token.end <= end]
    while len(within) > 1 and (counts(within[-1].text) or within[-1].tag == "f" or within[-1].text in _PLACES):
        within.pop()
    known = any(map(_names, within)) or (end - start > 3 and base.folded[start : within[-1].end].endswith(_SPECIFIC))
    counted = len(within) > 1 and within[0].text[0] == "第"  # 第二 | 包
    if not known or any(token.tag in ("v", "c", "d", "P,") for token in within[2 if counted else 0 :]):
        return None
    return base.text[start : within[-1].end]


def _bare_attribute(parsed: Parsed) -> bool:
    """Whether nothing is said but one attribute, with no name in it, and a question word."""
    hole = parsed.hole
    match = _ATTRIBUTE.match(parsed.folded)
    if (
        hole is None
        or match is None
        or parsed.question.kind == "list"
        or match.end() != hole[0]
        or match.end("what") > _ATTRIBUTE_LIMIT
    ):
        return False
    what = match["what"]
    tokens = parse(what).tokens
    if parsed.folded[hole[1] :].strip(_MARKS + "元人的") or any(map(_names, tokens)):
        return False
    modified = tokens[0].tag[0] in "vbmd" or tokens[-1].text in _SUMS
    if len(tokens) > 2 or (len(tokens) > 1 and (len(tokens[-1].text) == 1 or not modified)):
        return False  # 头发每天长多少, 风声作者是谁: whose it is, is said
    place = what.endswith(_PLACES) and parsed.question.kind == "place"
    return place or bool(_asks_for(what, kind_of_noun(what) or "", whose=parsed.question.kind == "person"))


def _names(token: Token) -> bool:
    return (
        token.tag[:2] in ("nr", "ns", "nt", "nz")
        or token.tag in ("lat", "oov", "oovnr", "num")
        or token.text[0] == "第"
    )


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
    """``base``, which asks how many there are (有多少家企业参展), asked of some of them: 其中外资企业有多少? 其中女性多少?"""
    folded = align(question).strip(_MARKS)
    match = _AMONG.fullmatch(folded) or _SHARE.fullmatch(folded)
    hole = base.hole
    if match is None or hole is None or base.question.kind != "number":
        return None
    one = "one" if match["one"] else "two"
    what = question[slice(*match.span(one))]
    begin = hole[0] + len(re.sub(_HOW_MANY, "", base.folded[slice(*hole)]))
    counted = next((token for token in base.tokens if token.start >= begin and is_nominal(token)), None)
    if counted is None or align(what) == counted.text:
        return None
    if not all(is_nominal(token) or token.tag in ("b", "c") for token in parse(what).tokens):
        return None
    if align(what).endswith(counted.text):
        return base.text[: counted.start] + what + base.text[counted.end :]
    whole = re.sub("(?:一共|总共|共)?有?$", "", base.text[: hole[0]])
    things = base.text[begin : _end_of_run(base, counted)]
    return f"{whole}{things}中{question[match.start(one) :]}" if whole and things else None


def _end_of_run(base: Parsed, first: Token) -> int:
    """Where the nouns end that ``first`` begins: 外国 | 专家."""
    end = first.start
    for token in base.tokens:
        if token.start == end and is_nominal(token) and token.tag not in ("v", "vn"):
            end = token.end
    return max(end, first.end)
