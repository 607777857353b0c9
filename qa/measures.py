"""What is counted: an amount of one kind is no answer to a question about another (几批: no 34.96亿元).

Works on folded text; knows no passage and no score. Says only what an amount cannot be: of the 1,027 questions of the public
sets whose measure it knows, it refuses the given answer of four, two of which are no amounts (1号线, 2号线和3号线).
"""

from __future__ import annotations

import re
from typing import Literal

Measure = Literal["", "rate", "money", "count", "code", "duration", "length", "area", "mass", "energy"]

_NUMBER = (
    r"(?:[\d,.]+|[零〇一二两三四五六七八九十百千万亿半数几]+)[\d,.零〇一二两三四五六七八九十百千万亿半余多几来]*\s*"
)
_RATE = rf"{_NUMBER}(?:%|‰|个?百分点|成|倍|分之)|百分之"
_MONEY = (
    rf"{_NUMBER}(?:美元|欧元|英镑|日元|日圆|港元|港币|人民币|卢布|马克|法郎|新?台币|元|块钱?|镑|美金|点[券卷]|[q金]币)"
)
_OTHER = (
    rf"{_NUMBER}(?:公里|千米|厘米|毫米|公分|英[尺里寸]|海里|米|里|km|cm|mm|m\b|平方[\u3400-\u9fff]{{1,2}}|公顷|英亩|亩|公斤|千克|吨|磅|克"
    r"|kg|年|个?月|日|天|周|小时|分钟|秒|世纪|岁|时|点|号)"
)
_UNITS: dict[Measure, str] = {
    "duration": r"年(?![龄纪])|岁|个?月|日|天|周|个?星期|个?小时|分钟|秒|世纪",
    "length": r"公里|千米|厘米|毫米|公分|英[尺里寸]|海里|[米里尺](?!\w?[方立])|km|cm|mm|m\b",
    "area": r"平方[\u3400-\u9fff]{1,2}|公顷|英亩|亩",
    "mass": r"公斤|千克|毫克|吨|磅|[克斤]|kg|mg",
    "energy": r"度电|千瓦时|kwh|焦耳?|大?卡|千卡",
}
_COUNTED = (
    r"家|名|位|人(?!民币)|批|次|届|项|个(?!月|小时|世纪|百分|星期)|所|座|种|类|支(?!持)|部|架|艘|辆|台|套|件|场|首|张|枚|条|只|头"
    r"|户|篇|本|集|轮|局|队|字"
)
_ANY = re.compile(f"{_RATE}|{_MONEY}|{_OTHER}|{_NUMBER}(?:{_UNITS['energy']}|{_UNITS['mass']})")
_COUNT = re.compile(rf"\D{{0,2}}?{_NUMBER}(?:{_COUNTED})")
"""A bare count, which is no price."""
CALENDAR = re.compile(
    r"(?:1\d|20)\d\d年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]|\d{1,2}[日号]?(?:[上下]午)?\d{1,2}[时点:]\d{0,2}分?"
)
_FIGURE = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿半数几]")
_HELD: dict[Measure, re.Pattern[str]] = {
    "rate": re.compile(_RATE),
    "money": re.compile(_MONEY),
    **{measure: re.compile(f"{_NUMBER}(?:{units})") for measure, units in _UNITS.items()},
}

_ASKED: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    (
        "rate",
        re.compile(
            r"百分之[几多]|百分比|比例|占比|[增涨降跌]幅|增速|增长率|几成|[几多少]倍"
            r"|(?:占(?![地据领])|率)[^,，]{0,6}?多少(?![万亿]?[个人家名平公米亩顷])"
        ),
    ),
    (
        "money",
        re.compile(
            r"多少钱|多少[万亿]*(?:美元|元|欧元|英镑|港元)|金额|总?额[是为达到]*(?:多少|几)|价格|[票售造总单]价|价款|票房|片酬|月薪|年薪|薪[水酬资]|工资"
        ),
    ),
    ("code", re.compile(r"(?:编号|号码|电话|账号|证号|代码|邮编|文号|型号)(?:是|为)?(?:多少|什么|几)")),
    ("duration", re.compile(r"多长时间|多久(?!以?[之前后])|(?:期限?|效期|保修|质保|时长)(?:是|为)?几年")),
    *(
        (measure, re.compile(f"(?<![元于於在])(?:几|多少)[万亿千百十]*(?:{units})(?!.*哪)"))
        for measure, units in _UNITS.items()
    ),
    (
        "count",
        re.compile(rf"(?:几|多少)[万亿千百十]*(?:{_COUNTED})(?!.*哪)"),
    ),
)
_CHANGE = "增长|增加|上升|提高|提升|上涨|涨|增|下降|减少|下跌|降低|缩短|跌|降|减"
_CHANGED = re.compile(rf"(?:{_CHANGE})了?(?:多少|百分之几|几)")
_CHANGED_BY = re.compile(rf"(?:{_CHANGE})了?(?=(?:约|近|超过?)?{_NUMBER})")
_REACH = 8
"""Characters before an amount in which the word for its change stands."""


_DIMENSIONS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"(?:{nouns})(?:大?约?[是为有]?|达到?)(?:多少|几)"), re.compile(rf"\d\s*(?:{units})(?![a-z])"))
    for nouns, units in (
        ("电流|電流", "[mk]?a|毫?安培?"),
        ("电压|電壓", "[mk]?v|千?毫?伏特?"),
        ("功率", "[mk]?w|[千兆]?瓦"),
        ("[温溫]度|[气氣][温溫]", "℃|°c?|度|摄氏度|k"),
        ("重量|[质質]量|体重|體重", "k?g|mg|[千毫]?克|公斤|斤|吨|噸|磅|t"),
        (
            "长度|長度|高度|宽度|寬度|厚度|深度|直径|直徑|半径|半徑|距离|距離|身高",
            "[ckm]?m|公里|[千厘毫]?米|[英公]?尺|[英公]?寸|[英海]?里|丈|公分",
        ),
    )
)
"""Nouns that are measured, and what they are measured in."""


def is_of_other_dimension(asked: str, amount: str) -> bool:
    """Whether a folded question asks for a current, a weight or the like, and ``amount`` is one of another of these."""
    wanted = next((units for nouns, units in _DIMENSIONS if nouns.search(asked)), None)
    if wanted is None or wanted.search(amount):
        return False
    return any(units.search(amount) for _, units in _DIMENSIONS)


def measure_asked(folded: str) -> Measure:
    """What a folded question counts, empty where that is not clear."""
    return next((measure for measure, pattern in _ASKED if pattern.search(folded)), "")


def is_measured(asked: str, amount: str) -> bool:
    """Whether a folded amount is in a unit of what a folded question counts, in so many words: 3年, of how long."""
    held = _HELD.get(measure_asked(asked))
    return held is not None and held.search(amount) is not None


def can_measure(asked: str, text: str, start: int, end: int) -> bool:
    """Whether ``[start, end)`` of a folded text can be the amount that a folded question asks for. Where the question
    asks by how much something grew or fell, that must be said of it: 45.1亿元,同比增长11.9%.
    """
    amount, measure = text[start:end], measure_asked(asked)
    if measure == "duration" and CALENDAR.search(amount) and not _HELD[measure].search(CALENDAR.sub(" ", amount)):
        return False
    if measure and _ANY.search(amount) and not _FIGURE.search(_ANY.sub(" ", amount)):
        held = _HELD.get(measure)
        if measure == "code":
            return not _HELD["rate"].search(amount) and not _HELD["money"].search(amount)
        if held is None or not held.search(amount):
            return False
    if is_of_other_dimension(asked, amount) or (measure == "money" and _COUNT.fullmatch(amount)):
        return False
    if _CHANGED.search(asked):
        return bool(re.search(_CHANGE, text[max(0, start - _REACH) : end]) or _HELD["rate"].search(amount))
    return True


def only_change(asked: str, text: str, start: int, end: int) -> int:
    """Where ``[start, end)`` of a folded text begins without what it says before the change asked for:
    45.1亿元,同比增长11.9%.
    """
    said = list(_CHANGED_BY.finditer(text, start, end)) if _CHANGED.search(asked) else []
    return said[-1].end() if said else start
