"""What makes a reading unlikely whatever else speaks for it: its quote holds nothing of the kind that is asked for (1.9万张选票
for a price), or the question names a year, a code, a numbered thing, a relative or an office that nothing there names.

A network that finds no answer still marks something, and close to the words of the question. Works on folded text; knows no
score and no other passage.

Covered, in Chinese: money, shares, durations, ages, counts of people, times and banks; years; codes; things told from their like by a
number (第七届, 3号窑); kin; offices. Not covered: counts of things, whose words are too many; English.
"""

from __future__ import annotations

import re
from functools import lru_cache

from embeddings.numerals import arabic_forms
from qa.documents.markdown import CELL_SEPARATOR
from qa.measures import CALENDAR
from qa.offices import asked_office
from qa.question import Question, align, asks_when
from qa.spacing import closed_up
from qa.types import Hit, Reading

UNLIKELY = 0.2
"""By what the probability of a reading is multiplied for each doubt. Of 19,975 public questions with a given answer the
sentence of 31 lacks the kind, the document of 26 a year or number, the passage of 1 the kin; most are of web forums (两三万).
"""

_NUMERALS = "零〇一二两三四五六七八九十百千万亿半数几壹贰叁肆伍陆柒捌玖拾佰仟"
_DIGIT = rf"[\d{_NUMERALS}]"
_AMOUNT = rf"{_DIGIT}[\d,.余多来{_NUMERALS}]*\s*"
_BARE_CELL = re.compile(r"(?:^|\| )[-+−(¥$]*\d[\d,.]*\)?%?\*?(?= \||$)", re.MULTILINE)
_SUMS = (
    "奖金|净?利润|净?亏损?|营收|营业收入|收入|货款|押金|赔偿金?|补偿金?|本金|融资|投资额?|贷款|租金|房租|运费|受理费|诉讼费|律师费|学费|报名费|成本|市值|产值"
    "|债务|总价|[售单定]价|价款|工资|月薪|年薪|薪水|票价|加班费"
)
_RATED = "罚金|罚款|保证金|定金|补助金?|补贴|手续费|利息"
"""Sums that may be told as a share of something."""
_ASKS_SUM = "多少钱|(?:多少|几)(?:[万亿千百十]*(?:美元|元|欧元|英镑|港元|块)|(?:{sums})(?!.{{0,3}}比例))|(?:{sums})(?:总额|金额|数额|一?共|总共)?[是有为达到]*(?:多少|几)(?![%个倍成])"
_SUM = (
    rf"{_AMOUNT}[\u3400-\u9fff]{{0,3}}?(?:元|圆|块|币|金|镑|券|卢布|马克|法郎|比索|里拉|便士|先令|美分|文钱|两银)|[$¥€£]\s*\d|\d\s*(?:rmb|usd|cny)"
    rf"|\d{{2}}(?![\d\s\u3400-\u9fffa-z.,%)〕\]]|,\d)|{_DIGIT}(?:[万亿w]|左右|不等|[以之]?[上下]|到|至|多)(?![\u3400-\u9fff])"
    "|免费|无偿|不收|不要钱|月租|月工资|几[千百万]"
)
_ASKS_SPAN = r"(?<![元于於在哪])(?:几|多少)个?(?:天|月(?!份)|小时|分钟|星期|周|工作日)(?!.*哪)|(?:判|徒?刑|干|坐|关|服|学|读|保修|质保|存|住)[^,，]{0,6}几年"
_SPAN = (
    rf"{_AMOUNT}个?(?:半)?(?:年|月|日|天|周|星期|小时|时|分|秒|工作日|世纪|学期|季|代|旬|夜|岁|h\b|d\b|min)|无期|终身|永久|长期|终生|永远|一辈子|整夜|即刻|立即"
    "|半天|当天|昼夜|每[天年月周日]|全天"
)
_WANTED = tuple(
    (re.compile(asked), re.compile(held))
    for asked, held in (
        (
            "多少岁|几岁|多大(?:年纪|岁数|年龄)|(?:年龄|岁数)(?:是|有|为)?(?:多少|多大)|[今现]年多大",
            "岁|年生|出生|生于|寿|卒年",
        ),
        (_ASKS_SUM.format(sums=_RATED), rf"{_SUM}|[百万]分之|%"),
        (_ASKS_SUM.format(sums=_SUMS), _SUM),
        ("百分之[几多]|百分比|占比(?!者)|增速|增长率|几成", rf"%|‰|百分|分之|{_DIGIT}(?:个点|成|倍)|半|\d\.\d"),
        ("多长时间|多久(?!以?[之前后]|一次)", _SPAN),
        (_ASKS_SPAN, _SPAN),
        (
            r"(?<!哪)(?:多少|几)(?:[万亿千百十]*[名位人](?![次民气工口均])|个?(?:员工|职工|人员|学生|居民|观众|选手|工人|村民|老师|医生|律师))",
            rf"{_AMOUNT}[名位人]|[第前]{_DIGIT}|{_DIGIT}[个女男兄姐子弟]|\d[万亿](?![\u3400-\u9fff])|\d,\d{{3}}(?![\d\u3400-\u9fff])|无人|没有人|全体",
        ),
        ("哪家银行|什么银行|哪个银行|哪一家银行", "[\u3400-\u9fff](?<!的)(?:银行|信用社|农商行|支行)|bank"),
        ("(?:多少|(?<!哪)几)[万亿千百十]*[家个项座款种类批件台辆所处条]", f"{_DIGIT}"),
    )
)
"""What asks for something, and what a quote must hold to be an answer."""
_TIME = re.compile(
    rf"{_DIGIT}\s*[年月日号天周时点分世季岁届代]|\d{{4}}|\d[-/.:]\d|世纪|年代|朝代|[春夏秋冬早中晚午夜晨今明昨当次前后纪终]|期间|时期|星期|周[一二三四五六日末]"
    "|现在|目前|至今|[年时节]|[唐宋元清汉秦隋晋商魏]"
)
_LABELLED = re.compile(
    r"第(\d{1,3}|[一二三四五六七八九十]{1,3})(届|期|号|包|标段|章|条|批|版|轮|季|集|卷)|(?<![\d.第])(\d{1,3})(号(?![召码称角])|包|标段|楼|区)"
)
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?=年(?!代))")
TOLD_OTHERWISE = ("导演", "编剧", "创始人", "代表", "设计师", "负责人", "记者", "编辑", "专家", "候选人")
"""Offices that are told by what their holder does, too: 执导, 创办. Of the others, 53 of 53 public questions have it in the passage."""
_CODE = re.compile(r"(?<![a-z0-9])([a-z]{1,5})-?\d{1,5}[a-z]?(?![a-z0-9])")
_KIN = tuple(
    (re.compile(f"(?<=的)(?:{asked})|(?:他|她)(?:{asked})"), re.compile(f"[{held}]"))
    for asked, held in (
        ("孩子|儿子|女儿|子女|长子|次子|独子", "子女儿孩婴娃"),
        ("妻子|老婆|太太|夫人|丈夫|老公|爱人|配偶", "妻婚偶夫妇嫁娶室"),
        ("父亲|爸爸|母亲|妈妈|父母", "父母爸妈爹娘子女儿"),
        ("哥哥|大哥|弟弟|姐姐|妹妹|兄弟|姐妹|兄长", "兄弟姐妹哥姊"),
    )
)


def doubt(question: Question, hit: Hit, reading: Reading) -> float:
    """By what to multiply the probability of ``reading``, which is of ``hit``: 1.0 where nothing is to be said against it."""
    quote = align(hit.text[slice(*reading.quote)])
    doubts = (
        not holds_wanted(question, quote),
        not _names_figures(question, hit),
        not _tells_kin(question, hit),
        not _has_office(question, hit),
    )
    return float(UNLIKELY ** sum(doubts))


def holds_wanted(question: Question, quote: str) -> bool:
    """Whether a folded ``quote`` holds something of the kind that ``question`` asks for; true where that is not clear."""
    # The units of a table's figures stand in its header, unless they stand behind them.
    if CELL_SEPARATOR in quote and _BARE_CELL.search(quote):
        return True
    for asked, held in _WANTED:
        if asked.search(question.folded):
            told = CALENDAR.sub(" ", quote) if asked.pattern == _ASKS_SPAN else quote
            return held.search(told) is not None
    return not asks_when(question) or _TIME.search(quote) is not None


def _names_figures(question: Question, hit: Hit) -> bool:
    """Whether the document names every year and numbered thing of the question somewhere, and its codes, if it has any like them."""
    if hit.document is None:
        return True
    return _named_in(question.folded, f"{hit.document.name}\n{hit.document.text}")


@lru_cache(maxsize=16)
def _named_in(asked: str, text: str) -> bool:
    """As :func:`_names_figures`, once for all readings of a document: to fold one of a million characters takes a quarter second."""
    years, codes = _YEAR.findall(asked), list(_CODE.finditer(asked))
    labels = [(match[1] or match[3], match[2] or match[4]) for match in _LABELLED.finditer(asked)]
    plain = text.lower()
    # Most documents name them so that nothing need be folded.
    if all(name in plain for name in (*years, *(code[0] for code in codes))) and all(
        _is_labelled(number, label, plain) for number, label in labels
    ):
        return True
    said = align(text)
    return (
        all(year in said for year in years)
        and all(code[0] in said or not _has_code_like(code[1], said) for code in codes)
        and all(_is_labelled(number, label, said) for number, label in labels)
    )


def _has_code_like(letters: str, said: str) -> bool:
    """Whether a text has codes of the same letters: E1, for E3."""
    return re.search(rf"(?<![a-z0-9]){letters}-?\d", said) is not None


def _is_labelled(number: str, label: str, said: str) -> bool:
    """Whether a text names the thing of a ``label`` (届) with this number, in digits or Chinese numerals."""
    value = _digits(number)
    return any(
        _digits(match[1]) == value for match in re.finditer(rf"(\d+|[一二三四五六七八九十百]+)(?={label})", said)
    )


def _digits(number: str) -> str:
    forms = arabic_forms(f"第{number}")
    return number if number.isdecimal() else next((form.removeprefix("第") for form, _, _ in forms), number)


def _tells_kin(question: Question, hit: Hit) -> bool:
    """Whether a passage tells of the kin that the question asks about."""
    text = align(hit.text)
    return all(held.search(text) for asked, held in _KIN if asked.search(question.folded))


def _has_office(question: Question, hit: Hit) -> bool:
    """Whether a passage or its titles name the office whose holder the question asks for."""
    asked = asked_office(question.folded.strip())
    if asked is None or not asked.office or asked.office.endswith(TOLD_OTHERWISE):
        return True
    passage = hit.passage
    return asked.office in closed_up(align(f"{passage.title}\n{passage.section}\n{passage.also}\n{hit.text}"))
