"""When nothing was found: which words no document holds, and what could be asked instead.

A suggestion is a clause of a passage with one part of it asked for where it stands, which Chinese grammar allows:
325家企业落户重庆 -> 多少家企业落户重庆? Only clauses that say what they are about are used: with a name, or a long noun. Whether a suggestion is
answered is for its user to try. Pure; knows no library, reader or index. Not covered: English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from embeddings.folding import simplified
from qa.passages import sentences
from qa.phrases import Parsed, Span, counts, is_nominal, parse, phrases, times
from qa.question import Question, align, is_english
from qa.tagging import Token
from qa.types import Hit

SHORTEST, LONGEST = 7, 36
"""Characters of a clause that makes a question."""

COMPOUND = 4
"""Characters from which a noun says by itself what it is about: 城镇化率, 外资经营主体."""

_HAN = re.compile(r"[\u3400-\u9fff]+")
_COUNTS = frozenset("年月日号时天个家人次种位元")
_ALONE = frozenset("卖买用做说看去来叫要花吃住写读")
"""Verbs of one character, which are words by themselves."""

_CLAUSE = re.compile(r"[^，,；;：:。！？!?\n]+")
_UNUSABLE = re.compile(r"[“”\"'‘’（）()\[\]【】…—<>|*]")
_UNITS = "家|个百分点|个月|人次|人|名|位|个|页|吨|平方公里|公里|平方米|米|项|次|种|座|场|辆|户|所|件|台|条|元|美元|天|岁|亩|公顷|千瓦|册"
_DIGITS = "一二三四五六七八九十百千万亿零两"
_FIGURE = rf"(?:\d[\d,.]*|[{_DIGITS}]{{2,}}(?:点[{_DIGITS}]+)?)"
_NUMBER = re.compile(
    rf"(?<![第\d{_DIGITS}点])(?:约|近|超过|超|逾|大约|将近)?(?P<figure>{_FIGURE})(?:余|多)?"
    rf"(?P<unit>[万亿千百]*(?:{_UNITS}|(?=[\u4e00-\u9fff]{{0,2}}人口)))(?![强之分及以左])"
)
_PERCENT = re.compile(rf"(?:约|近|超过|超|逾|大约|将近)?(?P<figure>\d[\d.]*%|百分之[{_DIGITS}]+(?:点[{_DIGITS}]+)?)")
_PLAIN_UNITS = ("人", "名", "位", "个", "家", "天", "岁")
"""Units that are asked for without their scale: 多少人, but 多少亿元, 多少万吨; money only without its 万."""

_COPULAS = ("是", "为", "有", "达", "达到")
_HEDGED = re.compile(r"虽|如果|因为|由于|若|当时|就|仅|不|没|未|之一|另|其|以[上下]|[后前时中上下的]$|(?<![公海英])里$")
_DATE = re.compile(r"(?:于|在)?(?:\d{4}年)(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:上午|下午|晚)?")
_LEAD = re.compile(
    r"(?:截至|截止|据|目前|近日|日前).{0,12}|(?:(?:今年|去年|\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:上午|下午|晚)?)"
)
_LINK = re.compile(r"(?:约|近|超过|超|逾|达到|达|大约|将近|为|是|共|共计|合计|有)+$")
_NOT_OPENING = (
    "其中",
    "同时",
    "此外",
    "另外",
    "因此",
    "目前",
    "而且",
    "不仅",
    "还",
    "也",
    "但",
    "而",
    "并",
    "本",
    "该",
    "全年",
    "全市",
    "全省",
    "全县",
    "全区",
    "全文",
    "总",
    "累计",
    "同比",
    "环比",
    "年均",
    "共",
    "一是",
    "二是",
    "三是",
)
_COUNTABLE = ("家", "个", "人", "名", "位", "项", "种", "座", "所", "件", "台", "页", "户", "辆", "册")
"""Units of which one asks how many there are: 外资经营主体有多少家, but not how many 元 or 公里."""

_ACTS = re.compile(
    "宣布|主持|出席|率领|担任|当选|获得|发明|发现|创立|创办|创建|提出|撰写|设计|执导|主演|签署|会见|访问|致辞|代表|开创|研制|指挥"
)
"""Verbs that ask naturally for who did it."""

_PREDICATES = ("是", "为", "达", "扎根", "落户", "落地", "揭牌", "竣工", "通车")
"""Predicates, the later ones of which the dictionary has for nouns."""

_SINCE = re.compile(
    r"(?P<what>.{2,16}?)(?P<verb>始建|创建|兴建|建成|建|成立|创立|创办|设立|出生|生|毕业|开通|通车|发表|出版|发行|上映|首播)于"
    r"(?:西元|公元)?(?P<year>\d{4}年)(?:\d{1,2}月)?(?:\d{1,2}[日号])?"
)
_FOUNDED = re.compile(
    r"(?P<year>\d{4}年)(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?P<verb>成立|设立|建立|创立|创办|建成|开通)(?P<what>.{4,16})"
)
_LIES = re.compile(r"(?P<what>.{2,16}?)(?P<verb>位于|地处|坐落于|坐落在)(?P<where>.{2,})")
_SAID = re.compile(r"(?P<what>.{2,12}?)(?:是.*)?")
"""What a clause is about that the next one goes on about without naming it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and the part ``[start, end)`` of the text of passage ``hit`` that answers it."""

    question: str
    hit: int
    start: int
    end: int


def content_words(question: Question) -> list[Span]:
    """Ranges of the words of a question that a document could lack, in order. Single Chinese characters are taken in by
    their neighbours, for the dictionary splits words that it does not know; not by names, which it does.
    """
    found: list[Span] = []
    known = False
    for unit in question.units:
        before = question.folded[slice(*found[-1])] if found and found[-1][1] == unit.start else ""
        split = 1 in (len(unit.text), len(before)) and _HAN.fullmatch(before + unit.text)
        named = unit.named and len(unit.text) > 1
        if before and split and not (known or named) and not (_COUNTS | _ALONE) & {before, unit.text}:
            found[-1] = (found[-1][0], unit.end)
        else:
            found.append((unit.start, unit.end))
            known = named
    return [(start, end) for start, end in found if end - start > 1 or question.folded[start].isdigit()]


def suggestions(question: Question, hits: Sequence[Hit]) -> list[Suggestion]:
    """Questions that passages answer, those that share most with ``question`` first; of equals, of the first passage.
    What shares nothing comes last: it is at least about what lies nearest.
    """
    found: list[tuple[float, int, Suggestion]] = []
    words = {unit.text: unit.weight for unit in question.units}
    for number, hit in enumerate(hits):
        if is_english(align(hit.text[:200])):
            continue
        for start, end in sentences(hit.text):
            for one in _of_sentence(hit.text, start, end, number):
                said = align(one.question)
                near = sum(weight for word, weight in words.items() if word in said)
                found.append((-near, number, one))
    asked = _bare(question.text)
    return [one for _, _, one in sorted(found, key=lambda item: item[:2]) if _bare(one.question) != asked]


def _bare(text: str) -> str:
    return "".join(char for char in align(text) if char.isalnum())


def _of_sentence(text: str, start: int, end: int, hit: int) -> list[Suggestion]:
    """Questions from the clauses of a sentence that say what they are about: the first that is not a time or a source,
    and later ones that open with what they are about.
    """
    clauses = [(start + match.start(), start + match.end()) for match in _CLAUSE.finditer(text[start:end])]
    if clauses and len(clauses) > 1 and _LEAD.fullmatch(text[slice(*clauses[0])].strip()):
        clauses = clauses[1:]
    made = [
        one for number, (low, high) in enumerate(clauses) for one in _of_clause(text, low, high, hit, named=number > 0)
    ]
    return made + _goes_on_where(text, clauses, hit)


def _goes_on_where(text: str, clauses: Sequence[Span], hit: int) -> list[Suggestion]:
    """马祖列岛是……的群岛，位于台湾海峡正北方 -> 马祖列岛位于哪里? The second clause leaves out what the first is about."""
    for before, (low, high) in zip(clauses, clauses[1:], strict=False):
        lies, said = _LIES.fullmatch("某地" + align(text[low:high])), _SAID.fullmatch(align(text[slice(*before)]))
        if lies and said and lies["what"] == "某地":
            what = text[before[0] : before[0] + said.end("what")]
            if _UNUSABLE.search(what) is None and _is_thing(what):
                where = low + lies.start("where") - len("某地")
                return [Suggestion(f"{what}{text[low:where]}{_like(text[low:high], '哪里')}？", hit, where, high)]
    return []


def _like(text: str, asked: str) -> str:
    """``asked`` in the script of ``text``."""
    return _traditional(asked) if simplified(text) != text else asked


def _of_clause(text: str, low: int, high: int, hit: int, *, named: bool) -> list[Suggestion]:
    """Questions from one clause, which has to open with what it is about if ``named``."""
    low += len(text[low:high]) - len(text[low:high].lstrip())
    clause = text[low:high].rstrip()
    if not SHORTEST <= len(clause) <= LONGEST or clause.startswith(_NOT_OPENING):
        return []
    if _UNUSABLE.search(clause) or _HEDGED.search(simplified(clause)):
        return []
    parsed = parse(clause)
    if parsed.hole or any(token.tag == "r" for token in parsed.tokens) or (named and not _opens_named(parsed)):
        return []
    traditional = simplified(clause) != clause
    ways = (_number, _percent, _time, _since, _person, _place, _lies)
    made = [one for way in ways if (one := way(parsed)) is not None]
    return [
        Suggestion(f"{_traditional(asked) if traditional else asked}？", hit, low + first, low + past)
        for asked, first, past in made
    ]


def _opens_named(parsed: Parsed) -> bool:
    """Whether a clause says itself what it is about: with a name or a long noun at its start."""
    first = _run(parsed.tokens)
    named = any(token.tag[:2] in ("ns", "nr", "nt", "nz") or token.tag == "lat" for token in first)
    return named or (bool(first) and first[0].tag not in ("num", "m") and first[-1].end >= COMPOUND)


def _traditional(asked: str) -> str:
    for plain, other in (("什么时候", "什麼時候"), ("谁", "誰"), ("哪里", "哪裡"), ("于哪一年", "於哪一年")):
        asked = asked.replace(plain, other)
    return asked


def _number(parsed: Parsed) -> tuple[str, int, int] | None:
    found = list(_NUMBER.finditer(parsed.folded))
    if len(found) != 1:
        return None
    figure = found[0]
    if figure.end() == len(parsed.folded):
        amount = _amount(parsed, figure.start())
        if amount is not None:
            return amount, figure.start("figure"), figure.end("unit")
        if (counted := _counted(parsed, figure.start(), figure["unit"])) is not None:
            return counted, figure.start("figure"), figure.end("unit")
    # 约 before a figure goes with it, but not that of 签约.
    whole = any(token.start == figure.start() for token in parsed.tokens)
    start = figure.start() if whole else figure.start("figure")
    if not _tells(parsed, start, figure.end()):
        return None
    if _goes_on(parsed, start, figure.end()):
        return None
    unit = parsed.text[figure.start("unit") : figure.end("unit")]
    if unit.endswith(_PLAIN_UNITS):
        unit = unit.lstrip("万亿千百萬億")
    elif unit.endswith("元"):
        unit = unit.lstrip("万千百萬")
    asked = f"{parsed.text[:start]}多少{unit}{parsed.text[figure.end() :]}"
    return asked, figure.start("figure"), figure.end("unit")


def _goes_on(parsed: Parsed, start: int, end: int) -> bool:
    """Whether verbs stand before a figure and after what it counts (率近30家企业访渝): asked for in the middle, the
    figure is lost sight of.
    """
    before = any(token.tag == "v" and token.text not in _COPULAS for token in parsed.tokens if token.end <= start)
    return before and any(token.tag == "v" for token in parsed.tokens if token.start >= end)


def _amount(parsed: Parsed, end: int) -> str | None:
    """重庆与越南进出口额约45.1亿元 -> 重庆与越南进出口额是多少? Nothing but a quantity before the figure, and of what."""
    before = _LINK.sub("", parsed.folded[:end])
    said = [token for token in parsed.tokens if token.end <= len(before)]
    if not said or said[-1].end != len(before) or not counts(said[-1].text) or len(said) < 2:
        return None
    if not all(is_nominal(token) or token.text in ("的", "与", "和") for token in said) or not is_nominal(said[0]):
        return None
    return f"{parsed.text[: len(before)]}是多少" if _is_told(parsed, said) else None


def _counted(parsed: Parsed, end: int, unit: str) -> str | None:
    """外资经营主体超8700家 -> 外资经营主体有多少家? Nothing but a thing before the figure."""
    plain = unit.lstrip("万亿千百")
    what = parsed.text[: len(_LINK.sub("", parsed.folded[:end]))]
    return f"{what}有多少{plain}" if plain in _COUNTABLE and _is_thing(what) else None


def _percent(parsed: Parsed) -> tuple[str, int, int] | None:
    """汽车产量占全国8% -> 汽车产量占全国百分之多少? The percentage comes last."""
    found = list(_PERCENT.finditer(parsed.folded))
    if len(found) != 1 or found[0].end() != len(parsed.folded) or not _tells(parsed, *found[0].span()):
        return None
    return f"{parsed.text[: found[0].start()]}百分之多少", found[0].start("figure"), found[0].end()


def _since(parsed: Parsed) -> tuple[str, int, int] | None:
    """东犬灯塔创建于1872年 -> 东犬灯塔创建于哪一年? and 2000年成立燕鸥保护区 -> 燕鸥保护区是哪一年成立的?"""
    if (found := _SINCE.fullmatch(parsed.folded)) and _is_thing(parsed.text[: found.end("what")]):
        return f"{parsed.text[: found.end('verb')]}于哪一年", *found.span("year")
    found = _FOUNDED.fullmatch(parsed.folded)
    if found and _is_thing(what := parsed.text[slice(*found.span("what"))]):
        return f"{what}是哪一年{parsed.text[slice(*found.span('verb'))]}的", *found.span("year")
    return None


def _lies(parsed: Parsed) -> tuple[str, int, int] | None:
    """白犬列岛位于马祖列岛最南端 -> 白犬列岛位于哪里?"""
    found = _LIES.fullmatch(parsed.folded)
    if found is None or not _is_thing(parsed.text[: found.end("what")]):
        return None
    return f"{parsed.text[: found.end('verb')]}哪里", *found.span("where")


def _is_thing(text: str) -> bool:
    """Whether ``text`` is a name, or a noun that is long enough to say what it is about, and nothing else."""
    parsed = parse(text)
    tokens = parsed.tokens
    if not tokens or not all(is_nominal(token) or token.tag in ("f", "oovnr") for token in tokens):
        return False
    if text.startswith(_NOT_OPENING) or tokens[-1].tag[0] in "mqft":
        return False
    return any(one.named for one in phrases(parsed)) or len(text) >= COMPOUND


def _is_told(parsed: Parsed, said: Sequence[Token]) -> bool:
    """Whether words say what they are about: with a name, or with a noun put together of several."""
    end = said[-1].end
    named = any(one.named and said[0].start <= one.start and one.end <= end for one in phrases(parsed))
    return named or end - said[0].start >= COMPOUND


def _time(parsed: Parsed) -> tuple[str, int, int] | None:
    """A date right before the verb, or in front of a subject that the verb follows."""
    found = list(_DATE.finditer(parsed.folded))
    if len(found) != 1 or len(times(parsed.folded)) > 4 or not _tells(parsed, *found[0].span()):
        return None
    start, end = found[0].span()
    head = len(_subject(parsed, 0, start))
    after = next((token for token in parsed.tokens if token.start >= end), None)
    if head != start or not head or after is None or after.tag[0] != "v":
        return None
    first = start + (parsed.folded[start] in "于在")
    return parsed.text[:start] + "什么时候" + parsed.text[end:], first, end


def _person(parsed: Parsed) -> tuple[str, int, int] | None:
    first = next((one for one in phrases(parsed) if one.start == 0 and one.kind == "person" and one.named), None)
    if first is None:
        return None
    after = next((token for token in parsed.tokens if token.start >= first.end), None)
    if after is None or not _ACTS.fullmatch(after.text) or after.start != first.end or not _tells(parsed, 0, first.end):
        return None
    return "谁" + parsed.text[first.end :], 0, first.end


def _place(parsed: Parsed) -> tuple[str, int, int] | None:
    """在 with a place between a subject and its verb."""
    for number, token in enumerate(parsed.tokens):
        if token.text != "在" or not number or len(_subject(parsed, 0, token.start)) != token.start:
            continue
        run = _run(parsed.tokens[number + 1 :])
        after = parsed.tokens[number + 1 + len(run)] if number + 1 + len(run) < len(parsed.tokens) else None
        if not run or run[0].tag != "ns" or after is None or after.tag[0] != "v" or not _tells(parsed, 0, token.start):
            return None
        end = run[-1].end
        return parsed.text[: token.end] + "哪里" + parsed.text[end:], token.end, end
    return None


def _run(tokens: Sequence[Token]) -> list[Token]:
    """The nouns at the start of ``tokens``; what may be a verb only where a noun follows: 经营主体, 预期寿命."""
    found: list[Token] = []
    for token, following in zip_longest(tokens, tokens[1:]):
        verbal = token.tag == "vn" and not (following and is_nominal(following) and following.tag[0] == "n")
        if not is_nominal(token) or verbal:
            break
        found.append(token)
    return found


def _subject(parsed: Parsed, start: int, end: int) -> str:
    """The noun phrase at ``start``, as far as ``end``."""
    past = start
    for token in parsed.tokens:
        if token.start < start:
            continue
        if token.end > end or token.start != past or not (is_nominal(token) or token.tag in ("uj", "f")):
            break
        past = token.end
    return parsed.text[start:past]


def _tells(parsed: Parsed, start: int, end: int) -> bool:
    """Whether a clause without ``[start, end)`` still says what it is about: a name or a long noun, and a predicate."""
    rest = [token for token in parsed.tokens if token.end <= start or token.start >= end]
    first = [token for token in _run(parsed.tokens) if token.end <= start]
    named = any(one.named for one in phrases(parsed) if one.end <= start or one.start >= end)
    named = named or (bool(first) and _is_told(parsed, first))
    predicate = any(token.tag == "v" or token.text in _PREDICATES for token in rest)
    opens = parsed.tokens[0].start == start or is_nominal(parsed.tokens[0])
    return named and predicate and opens
