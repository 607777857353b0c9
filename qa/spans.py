"""What a person would cut out of a text: whole numbers with their units, whole dates, whole words, closed brackets.

:func:`snap` grows or trims the span that a network marked accordingly. Works on the text's own characters; knows no
question, score or passage.
"""

from __future__ import annotations

import re
from functools import lru_cache

from embeddings.folding import fold_text
from qa.lexicon import NAME_FOLLOWERS
from qa.tagging import frequency, tokenize

_DIGITS = r"(?:\d+(?:,\d{3})*(?:\.\d+)?|(?:[数几](?!百分之))?[零〇一二两三四五六七八九十百千万亿半]+)"
_UNITS = (
    r"公[克吨升]|毫[升克]|微米|纳米|加仑|盎司|[千大]卡|焦耳|[千兆]?赫兹?|马力|"
    r"平方公里|平方千米|平方米|平方英里|平方公尺|立方米|工作日|公里|千米|厘米|毫米|公分|公尺|英尺|英里|海里|英寸|光年|公顷|英亩|公斤|千克|美元|欧元|英镑|日元|日圆|港元|港币|人民币|"
    r"卢布|马克|法郎|亿元|万元|小时|分钟|星期|世纪|年代|个月|周年|周岁|人次|亿人|万人|百分点|分之[零一二三四五六七八九十百千万\d]+|摄氏度|千瓦|兆瓦|吨|磅|斤|克|元|块|镑|米|里|丈|尺|寸|亩|"
    r"岁|年|月|日|天|周|时|分|秒|人|名|位|家|个|户|口|只|头|匹|条|座|栋|间|所|部|本|册|卷|集|期|届|届|次|场|局|轮|首|张|枚|架|艘|辆|台|套|件|种|类|项|支|队|组|层|级|站|度|℃|倍|成|"
    r"篇|章|幅|棵|株|颗|粒|片|块|道|步|声|轮|节|班|门|款|份|批|笔|票|席|胜|负|平|球|分球|字|页|号|市|县|区|镇|乡|村|州|省|国|族|属|科|目|mm|cm|km|kg|mb|gb|m|g|k|w|v|a|%|‰"
)
_APPROXIMATE = r"(?:大约|约|将近|接近|近|(?:不得|不应|不能|不会|不)?超过|逾|超|至少|最少|最多|不足|不到|[不多少]于|(?:不得|不应|不能|不会|不)[少多低高]于|每|\b(?:about|around|approximately|nearly|over|at least|at most|up to|(?:more|less|fewer) than) )?"
_NUMBER = re.compile(
    rf"{_APPROXIMATE}(?:百分之{_DIGITS}|(?:第|[$¥£€])?{_DIGITS}(?:[-–~～至到—]{_DIGITS})?(?:余|多|几|来)?[万亿千百]*(?:余|多)?(?:{_UNITS})?"
    rf"(?:[-–~～至到—](?:第)?{_DIGITS}(?:{_UNITS}))?(?:左右|以上|以下|以内|上下)?)"
)
_BARE = re.compile(r"[零〇一二两三四五六七八九十百千万亿半约近仅每]{1,2}")
"""What only looks like a number: 一 in 一同, 万一."""

_QUANTITY = re.compile(
    r"(?:约|近|超过|超|逾|大约|将近|接近|共|达|about|over|some|nearly|[$£€¥])?\s*\d[\d,.\s]*"
    r"(?:[万亿千百十余多几]|million|billion|thousand|hundred)*\s*"
    r"(?:元|美元|欧元|港元|英镑|日元|%|个百分点|家|人次|人|名|位|个|吨|平方公里|公里|平方米|米|千米|厘米|亩|公顷|户|辆|架|艘|件|"
    r"台|座|项|种|次|倍|千瓦|度|percent|km|miles?|people|dollars)"
)
"""A figure with a unit that is none of time."""
_AMOUNT = re.compile(
    r"^[^\s\u3400-\u9fff]+$|[\d零〇一二两三四五六七八九十百千万亿半双几数]|首|末|永久|终身|随时|当天|当日|隔天|次日|立即|马上|没有|免费|无|全部|所有|不限"
)
_YEAR_OR_FIGURE = re.compile(r"\d[\d,.\s]*(?:年|月|日|世纪|%)?")

_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]"
_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月"
_MONTH_PART = rf"{_MONTH}(?:份|底|初|末|中旬|上旬|下旬|{_DAY})?"
_DATE = re.compile(
    rf"(?:公元前?|西元前?|民国)?(?:\d{{1,4}}|[〇零一二三四五六七八九十元]{{2,6}})年(?:代|底|初|末|间)?(?:{_MONTH_PART})?|{_MONTH_PART}"
    r"|(?:公元前?|西元前?)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})世纪(?:\d{2}年代)?(?:初|末|中叶|初期|末期|中期|后期)?"
    r"|[春秋夏冬]季|(?:夏|商|周|秦|汉|晋|隋|唐|宋|元|明|清|西周|东周|西汉|东汉|东晋|西晋|南宋|北宋|民国)[朝代]"
    r"|\d{1,2}[时点:]\d{1,2}分?许?"
)
_MONTHS = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_FULL_DATE = re.compile(
    r"\d{2,4}年\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}月\d{1,2}[日号]"
    rf"|(?:\d{{1,2}} )?{_MONTHS} \d{{4}}|{_MONTHS} \d{{1,2}}, \d{{4}}"
)
_HOUR = r"(?:凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|晚间|深夜|晚)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[时點点](?:\d{1,2}分|半)?|:\d{2})许?"
_PART_OF_DAY = r"(?:凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|晚间|深夜|当天|当晚)"
_ANY_DATE = rf"(?:{_DATE.pattern})(?:[\d元〇零一二三四五六七八九十]+[日号])?(?:{_HOUR}|{_PART_OF_DAY})?|\d{{1,2}}[日号](?:{_HOUR}|{_PART_OF_DAY})?|{_HOUR}"
_WHOLE_DATE = re.compile(
    rf"(?:大?约|将?近)?(?:{_ANY_DATE})(?:[-–~～至到—](?:{_ANY_DATE}))?(?:\([^()]{{1,12}}\))?"
    "(?:左右|前后|以前|以后|之前|之后|以来|期间|年间|年代|[之以]?[前后起间]|中[叶期]|[早晚末后前初]期|初年?|末年?|底|许|止|为止)*"
)
"""A date with all that says of it when: 大约16世纪末期, 13日凌晨1时20分许."""
_MORE_OF_WHEN = re.compile(r"[\d前后時时中间期春夏秋冬第当至]|以来|开始|[周星]期|起(?!诉)")
_SAYS_WHEN = re.compile(
    r"[\d零〇一二三四五六七八九十百千半两年月日号时点世代朝期前后初末中春夏秋冬晚早晨午夜周节天古今现当昨明寒暑假岁刻际元旦唐宋清汉秦晋隋刚先随立马即永曾已未]|星期|[战三民]国"
    r"|when|while|century|day|year|time|period|before|after|during|since|ago|old|mid|early|late|spring|summer|winter|autumn"
    f"|{_MONTHS}|end|now|era"
)
_CODE = re.compile(r"\d{3}")
_COUNT_OF = re.compile(r"[\d一二两三四五六七八九十百千万]+(?:家|个|名|所|座|条|项|款)[\u3400-\u9fff]{0,5}")
"""How many of what there are: 7家渝企."""
_HAN_NAME = re.compile("[\u3400-\u9fff]{2,4}")
COMMON_WORD = 20
"""Occurrences in the dictionary's corpus from which a word is no cut name."""
_EDGE = "。！？；，、,;!?：: \t\r\n\u3000"
_OPENING = "“‘「『《〈（([【"
_CLOSING = "”’」』》〉）)]】"
_IN_CODE = re.compile(r"[a-z$£€¥¥#._/-]\Z")
_TOLD_WITH = re.compile(
    r"的[^的]{0,4}(?:比例|[价额速率幅数量]|标准|水平|规模)|[及和与並并]其?(?![\d零〇一二两三四五六七八九十百千万半约近])"
)
_LATIN_WORD = r"[A-Z][\w'’&+#]*(?:[.-]\w+)*"
_LATIN_NAME = re.compile(
    rf"(?<![A-Za-z]){_LATIN_WORD}(?: (?:(?:of|and|the|for|de|la|van|der|von|du|&)(?=\s)|\d+(?:\.\d+)*|{_LATIN_WORD}))+",
    re.A,
)
"""A name of several Latin words: Contributor License Agreement, Linear Systems Toolkit 3.2."""
_HAN = re.compile("[\u3400-\u9fff]")
_LINK = re.compile(r"(?:https?://|ftp://|www\.)[!-~]+")
_PART_OF = re.compile(rf"[^,，。;；、\d]{{0,8}}中的({_NUMBER.pattern})")
_CHANGED_TO = re.compile(
    "(?:调整|[改变]更?|延期|推迟|提前|[搬迁]移?|更名|提高|降低|缩短|延长|下降|上升|减少|增加|增长|[上下]调|[增减降升涨跌])[到至为]"
)
_WAS = re.compile("原[来先定本]|[以之]前|本来|过去")
_BEFORE_TITLE = re.compile("[以由被将把在][“「『《‘]")
_LEADS_ON = set("的在是于由被把将从")
_FOLLOWS = set("的是并")
_SEMICOLON = re.compile("[；;]")
SIDE = 40
"""Characters looked at on each side of a span."""


def find_numbers(folded: str) -> list[tuple[int, int]]:
    """Ranges of the numbers of a folded text, each with its unit and what makes it approximate."""
    return list(_numbers(folded))


@lru_cache(maxsize=1024)
def _numbers(folded: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in _NUMBER.finditer(folded) if not _BARE.fullmatch(match[0]))


def find_dates(folded: str) -> list[tuple[int, int]]:
    """Ranges of the dates, centuries, seasons, dynasties and times of day of a folded text."""
    return list(_dates(folded))


@lru_cache(maxsize=1024)
def _dates(folded: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for pattern in (_DATE, _FULL_DATE) for match in pattern.finditer(folded))


def snap(text: str, start: int, end: int, *, grain: str = "") -> tuple[int, int]:
    """``[start, end)`` in ``text``, not empty, snapped. Never empty; never more than :data:`SIDE` characters wider a
    side. ``grain``, 年 or 月: a date that is marked up to there is whole.
    """
    low, high = max(0, start - SIDE), min(len(text), end + SIDE)
    folded = fold_text(text[low:high])
    if folded.starts is not None:
        return _trimmed(text, start, end)
    first, past = start - low, end - low
    first, past = _whole_latin(text[low:high], *_whole(folded.text, first, past, grain))
    return _balanced(text, *_trimmed(text, first + low, past + low))


def is_short_answer(part: str) -> bool:
    """Whether a stretch of text can stand alone: no stops at its ends, and every bracket and quotation mark closed."""
    closed = all(part.count(a) == part.count(b) for a, b in zip(_OPENING, _CLOSING, strict=True) if a != b)
    return bool(part) and part == part.strip(_EDGE) and closed


def is_name(part: str) -> bool:
    """Whether a stretch of Chinese text is a name and no more: 中国西部, 重庆, 魏磊."""
    folded = fold_text(part).text
    tags = [token.tag for token in tokenize(folded)]
    return bool(tags) and all(tag[:2] in ("ns", "nr", "nt", "nz") or tag[0] in "fj" for tag in tags)


def can_answer(kind: str, answer: str, *, amount: bool = False) -> bool:
    """Whether an answer may be of the kind that is asked for: a time, person or place is no amount of something else,
    a person or place no bare figure or year. Of 7,026 such questions in public sets it refuses the given answer of
    three, each for a question taken for another kind; a person is no code, a name or firm no count of them, which would refuse
    one of 3,220. What answers 多少 (``amount``) holds a number, a code, or one of
    the few words that stand for an amount: of 1,052 such questions five given answers do not, most no answer to 多少.
    """
    folded = fold_text(answer).text.strip(_EDGE)
    if amount and not _AMOUNT.search(folded):
        return False
    if kind in ("time", "person", "place") and _QUANTITY.fullmatch(folded):
        return False
    if kind == "person" and _CODE.search(folded):
        return False
    if kind in ("name", "organisation") and _COUNT_OF.fullmatch(folded):
        return False
    return kind not in ("person", "place") or not _YEAR_OR_FIGURE.fullmatch(folded)


def may_be_time(answer: str) -> bool:
    """Whether an answer says anything of when. Of 2,405 public questions after a time eight have an answer that does not by
    this (土仑阶, 幼儿园).
    """
    return _SAYS_WHEN.search(fold_text(answer).text) is not None


def whole_name(said: str, text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` of ``text`` grown to the name that it cuts, as the whole document ``said`` shows: 阮生日 where every time
    新 follows, and no word that goes with a name (阮生日说).
    """
    part = text[start:end]
    if not _HAN_NAME.fullmatch(part) or not _HAN_NAME.match(text, end - 1):
        return start, end
    places = [match.end() for match in re.finditer(re.escape(part), said)]
    longer = part + text[end]
    same = len(places) > 1 and all(said.startswith(longer, place - len(part)) for place in places)
    if not same or text.startswith(NAME_FOLLOWERS, end) or frequency(part) >= COMMON_WORD:
        return start, end
    return start, end + 1


def before_semicolon(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` up to a semicolon in it, if there is one: what follows speaks of something else."""
    match = _SEMICOLON.search(text, start + 1, end)
    return (start, match.start()) if match else (start, end)


def bare_amount(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without the words before the one number that it ends with, 总投资额 | 34.96亿元, and without what a
    number at its beginning is told with: 8700元 | 及香烟12条, 15000元 | 的价格. A code or a currency's name before a number belongs to
    it: S0120521020003, NT$200,000元.
    """
    folded = fold_text(text[start:end])
    numbers = find_numbers(folded.text) if folded.starts is None else []
    if not numbers:
        return start, end
    first = numbers[0][0]
    if (first == 0 or len(numbers) == 1) and _TOLD_WITH.match(folded.text, numbers[0][1]):
        numbers, end = numbers[:1], start + numbers[0][1]
    if len(numbers) != 1 or start + numbers[0][1] != end or _IN_CODE.search(folded.text, 0, first):
        return start, end
    return start + first, end


def part_told(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)``, or the amount that is told as a part of it: 41个工业门类中的 | 39个."""
    folded = fold_text(text[end : end + SIDE])
    part = _PART_OF.match(folded.text) if folded.starts is None else None
    return (end + part.start(1), end + part.end(1)) if part else (start, end)


def only_new(asked: str, text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without what was before a change, 由青石镇调整到 | 白马乡, or without what came of it where a folded question asks
    for what was before.
    """
    change = _CHANGED_TO.search(text, start, end)
    if change is None or change.end() == end:
        return start, end
    if _WAS.search(asked):
        return (start, change.start()) if change.start() > start else (start, end)
    return change.end(), end


def only_date(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The one date in ``[start, end)``; ``None`` where there is none, or another one."""
    folded = fold_text(text[start:end])
    if folded.starts is not None:
        return None
    whole: list[tuple[int, int]] = []
    for low, past in sorted(find_dates(folded.text)):
        if whole and low <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(past, whole[-1][1]))
        else:
            whole.append((low, past))
    return (start + whole[0][0], start + whole[0][1]) if len(whole) == 1 else None


def bare_date(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without what a date in it is told of, where that follows: 13日凌晨1时20分 | 启动响应, and a noun before it:
    门票 | 6月18日 | 开抢; without the 止 of a 至 that stands before it. As it is where what follows says more of when (2008年选秀中), or there is another figure.
    """
    folded = fold_text(text[start:end])
    if folded.text.endswith("止") and text[start - 1 : start] in ("至", "到"):
        return start, end - 1
    dates = list(_WHOLE_DATE.finditer(folded.text)) if folded.starts is None else []
    if len(dates) != 1 or not dates[0].end() < end - start:
        return start, end
    rest, before = folded.text[dates[0].end() :], tokenize(folded.text[: dates[0].start()])
    first = next(iter(tokenize(rest)), None)
    named = all(token.tag[0] == "n" for token in before)
    if not named or first is None or first.tag[0] not in "vpd" or _MORE_OF_WHEN.search(rest):
        return start, end
    return start + dates[0].start(), start + dates[0].end()


def bare_title(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without a preposition before a quoted title: 以“智汇山城”."""
    return (start + 1, end) if _BEFORE_TITLE.match(text, start, end) else (start, end)


def without_particles(text: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` without words at its ends that only lead to the next: 5月21日 | 在, 训练系统 | 的."""
    folded = fold_text(text[start:end])
    tokens = tokenize(folded.text) if folded.starts is None else []
    while len(tokens) > 1 and tokens[-1].text in _LEADS_ON:
        tokens.pop()
    while len(tokens) > 1 and tokens[0].text in _FOLLOWS:
        tokens.pop(0)
    return (start + tokens[0].start, start + tokens[-1].end) if tokens else (start, end)


def _whole(folded: str, first: int, past: int, grain: str) -> tuple[int, int]:
    """The span grown to the ends of the number, date or word that it cuts."""
    typed = find_numbers(folded)
    if not grain or grain not in folded[first:past]:
        typed += find_dates(folded)
    # A link, where the span is more than a word of it.
    typed += [link.span() for link in _LINK.finditer(folded) if 2 * (past - first) > len(link.group())]
    words = [
        (token.start, token.end) for token in tokenize(folded) if token.end - token.start <= 4 or token.text.isascii()
    ]
    for start, end in typed:
        if first < end and start < past and (start < first or past < end):
            first, past = min(first, start), max(past, end)
    for start, end in words:
        if start < first < end:
            first = start
        if start < past < end:
            past = end
    return first, past


def _whole_latin(text: str, first: int, past: int) -> tuple[int, int]:
    """The span grown to the ends of the Latin name that it cuts, where the text around that is Chinese."""
    for match in _LATIN_NAME.finditer(text):
        low, high = match.span()
        shared = text[max(first, low) : min(past, high)]
        cut = first < high and low < past and (low < first or past < high) and any(map(str.isalpha, shared))
        around = text[:low].rstrip()[-1:] + text[high:].lstrip()[:1]
        if cut and _HAN.search(around):
            first, past = min(first, low), max(past, high)
    return first, past


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without stops, white space at either end, unless nothing else is in it."""
    part = text[start:end]
    bare = part.strip(_EDGE)
    if not bare:
        return start, end
    start += len(part) - len(part.lstrip(_EDGE))
    return start, start + len(bare)


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Marks whose partner is outside: taken in where the partner is the very next character, else dropped at an end."""
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        part = text[start:end]
        missing = part.count(opening) - part.count(closing)
        if missing > 0 and text[end : end + 1] == closing:
            end += 1
        elif missing < 0 and text[start - 1 : start] == opening:
            start -= 1
        elif missing > 0 and len(part) > 1:
            start, end = (start + 1, end) if part[0] == opening else (start, end - (part[-1] == opening))
        elif missing < 0 and len(part) > 1:
            start, end = (start, end - 1) if part[-1] == closing else (start + (part[0] == closing), end)
    return start, end
