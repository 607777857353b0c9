"""Other names that a document gives what it speaks of: 中国西部国际投资贸易洽谈会（简称“西洽会”）, 承租方（乙方）：张三, 商品名称：舒络宁.

A question uses one name, many paragraphs only the other: who rents asks for 张三, the contract says 乙方. Knows no index or
reader: it finds pairs, says which of them a text holds, and puts a question into a text's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from embeddings.folding import simplified
from qa.tagging import frequency, tokenize
from qa.types import Hit

LONGEST_SHORT = 16
LONGEST_FULL = 60

_DEFINITION = re.compile(
    r"[(（]\s*(?:以?下(?:文|同)?|亦|又|也)?(?:简称|統稱|统称|簡稱|称|稱|合称|称为|稱為)(?:为|為|作)?[:：]?\s*"
    rf"[“\"「『《‘]?([^“”\"「」『』《》‘’()（）,，。；;、\n]{{2,{LONGEST_SHORT}}}?)[”\"」』》’]?\s*[)）]"
)
_BOUNDARY = re.compile(r"[,，。；;：:、！？!?\n“”\"「」『』()（）《》\s]")


_PARTY = (
    r"[甲乙丙丁]\s*方|出租[方人]|承租[方人]|发包[方人]|承包[方人]|委托[方人]|受托[方人]|出卖[方人]|买受[方人]|[买卖供需]方|采购[方人]|供应商|招标[方人]|采购代理机构|招标代理机构"
    r"|投标[方人]|中标[方人]|贷款[方人]|借款[方人]|出借[方人]|保证人|担保[方人]|抵押权?人|出质人|质权人|用人单位|劳动者|转让[方人]|受让[方人]|许可方|被许可方|赠与人|受赠人"
    r"|居间[方人]|中介方|定作[方人]|承揽[方人]|投保人|被保险人|受益人|保险人|原告|被告人?|上诉人|被上诉人|申请人|被申请人|第三人"
    r"|申请执行人|被执行人|当事人|被处罚人|披露方|接收方|患者|病人|受检者"
)
_NAMED = r"(?:[^\W_]|[·•&.\-]){2,40}?(?:[（(][\u3400-\u9fff]{1,8}[）)][\u3400-\u9fff]{2,30})?"
_ROLE = re.compile(
    rf"^[ \t\u3000*#>-]*({_PARTY})[ \t\u3000]*(?:[（(]\s*(?:以下)?(?:简称|称)?[“\"]?({_PARTY})[”\"]?\s*[）)])?\s*[:：]\s*\**\s*({_NAMED})(?=[，,；;。\s（(]|$)",
    re.MULTILINE,
)
_ACCUSED = re.compile(
    rf"^[ \t\u3000]*({_PARTY})([\u3400-\u9fff·]{{2,12}})[，,（(](?=男|女|曾用名|绰号|别名|化名|系|住|统一社会信用代码)",
    re.MULTILINE,
)
"""A party of a judgment that no colon parts from its role: 被告人范小东，男."""
_PATIENT = re.compile(
    rf"^[ \t\u3000*#>-]*(?:患者)?姓\s*名\s*[:：]\s*\**\s*({_NAMED})(?=[，,；;。\s（(]|$)", re.MULTILINE
)
_GENERIC = re.compile(
    rf"^[ \t\u3000【\[]*(?:通用名称?|产品名称|品名)[】\]]?\s*[:：]\s*({_NAMED})(?=[，,；;。\s（(]|$)", re.MULTILINE
)
_TRADE = re.compile(
    rf"^[ \t\u3000【\[]*(?:商品名称?|商标名称?|别名|又名|简称)[】\]]?\s*[:：]\s*({_NAMED})(?=[，,；;。\s（(]|$)",
    re.MULTILINE,
)
_SPACE = re.compile(r"\s")
CORE = 4
"""Characters from which the beginning of a longer name stands for it: 融科智感 for 融科智感（合肥）半导体有限公司."""
SHORTEST_CORE = 2
"""The same for a company's name without the place before it, if it is no common word: 金锐 for 常山金锐精密机械有限公司."""
MOST_PARTIES = 4
COMMON = 1000
"""Occurrences in the dictionary's corpus from which a word is no company by itself."""
_COMPANY = re.compile(r"(?:公司|集团|银行|支行|厂|店|院|学校|大学|中心|社|行|所|局|部)$")


@dataclass(frozen=True, slots=True)
class Alias:
    """Two names of one thing, both as the document spells them."""

    full: str
    short: str


def find_aliases(text: str) -> tuple[Alias, ...]:
    """The definitions that stand in ``text``, each short name once: first those in brackets, then the parties that are
    named in a line of their own, unless two are called the same (两名被告), then the trade name of what the text describes.

    The full name is what stands before the bracket: back to the nearest punctuation, and no further than where the
    characters of the short name begin (由商务部主办的中国国际进口博览会（简称“进博会”） gives 进口博览会).
    """
    found: dict[str, Alias] = {}
    for match in _DEFINITION.finditer(text):
        short = match[1].strip()
        before = text[max(0, match.start() - LONGEST_FULL) : match.start()]
        full = _trimmed(_BOUNDARY.split(before)[-1], short)
        if len(full) > len(short) and short not in found:
            found[short] = Alias(full, short)
    return (*found.values(), *_parties(text), *_products(text))


def _parties(text: str) -> Iterator[Alias]:
    """The parties of a contract or case, and the patient of a record, by what the text calls them."""
    named: dict[str, set[str]] = {}
    for match in _ROLE.finditer(text):
        for role in filter(None, (match[1], match[2])):
            named.setdefault(_SPACE.sub("", role), set()).add(match[3])
    for match in _ACCUSED.finditer(text):
        named.setdefault(match[1], set()).add(match[2])
    patients = set(_PATIENT.findall(text))
    if patients and "患者" in text:
        named["患者"] = patients
    for role, names in named.items():
        if len(names) == 1 and names.isdisjoint(named):
            yield Alias(min(names), role)


def _products(text: str) -> Iterator[Alias]:
    generic, trade = _GENERIC.search(text), _TRADE.search(text)
    if generic and trade and generic[1] != trade[1]:
        yield Alias(generic[1], trade[1])


@lru_cache(maxsize=16)
def _simplified_aliases(text: str) -> tuple[tuple[Alias, ...], tuple[Alias, ...]]:
    """All aliases of a document, and of each of its parties what it is called oftenest, simplified."""
    oftenest: dict[str, Alias] = {}
    for alias in sorted(_parties(text), key=lambda alias: text.count(alias.short)):
        oftenest[alias.full] = alias
    return _in_simplified(find_aliases(text)), _in_simplified(oftenest.values())


def _in_simplified(aliases: Iterable[Alias]) -> tuple[Alias, ...]:
    return tuple(Alias(simplified(alias.full), simplified(alias.short)) for alias in aliases)


@lru_cache(maxsize=16)
def subjects(text: str) -> str:
    """What whom a whole document is about is called there, its parties or the product that it describes, one a line."""
    about = (*_parties(text), *_products(text))
    return "\n".join(dict.fromkeys(name for alias in about for name in (alias.full, alias.short)))


def parties(text: str) -> tuple[str, ...]:
    """The full names of whom a whole document is about, its parties or the product that it describes, at most
    :data:`MOST_PARTIES`: none where there are more, which is a list of people, not what each part is about.
    """
    names = tuple(dict.fromkeys(alias.full for alias in (*_parties(text), *_products(text))))
    return names if len(names) <= MOST_PARTIES else ()


def as_called(question: str, hit: Hit) -> str:
    """``question`` with names that the passage does not hold put as it calls their bearers: 张三租的房子 as 乙方租的房子, where the
    passage speaks of 乙方 only. Where it speaks of neither, as its titles do, or of a party as the document does: every
    clause of a contract is about its parties. Simplified if anything was put otherwise.
    """
    if hit.document is None:
        return question
    aliases, parties = _simplified_aliases(hit.document.text)
    text, titles = simplified(hit.text), simplified(f"{hit.passage.title}\n{hit.passage.section}")
    asked = called = simplified(question)
    for alias in aliases:
        for name, other in ((alias.full, alias.short), (alias.short, alias.full)):
            said = _said(name, called)
            if said and said not in text and other not in called and (other in text or other in titles):
                called = called.replace(said, other)
                break
    for alias in parties:
        said = _said(alias.full, called)
        if said and said not in text and said not in titles and alias.short not in called:
            called = called.replace(said, alias.short)
    return question if called == asked else called


def meant(question: str, hit: Hit) -> tuple[str, ...]:
    """The full names, simplified, of the parties of a passage's document that ``question`` names."""
    if hit.document is None:
        return ()
    asked = simplified(question)
    return tuple(alias.full for alias in _simplified_aliases(hit.document.text)[1] if _said(alias.full, asked))


def _said(name: str, question: str) -> str:
    """``name`` or what stands for it in ``question``: a long beginning, or what tells a company from others; else empty."""
    if name in question:
        return name
    for length in range(len(name) - 1, CORE - 1, -1):
        if name[:length] in question:
            return name[:length]
    if not _COMPANY.search(name):
        return ""
    if short := _abbreviation(name).search(question):
        return short[0]
    own = _without_place(name)
    for length in range(min(len(own), CORE), SHORTEST_CORE - 1, -1):
        if own[:length] in question and frequency(own[:length]) < COMMON:
            return own[:length]
    return ""


@lru_cache(maxsize=64)
def _abbreviation(name: str) -> re.Pattern[str]:
    """What an institution may be called in short: its first two characters, one or two of the others in order, and the last,
    澜江三院 for 澜江市第三人民医院.
    """
    inner = "".join(re.escape(char) + "?" for char in name[2:-1])
    return re.compile(
        f"{re.escape(name[:2])}(?=[\u3400-\u9fff]{{1,2}}{re.escape(name[-1])}){inner}{re.escape(name[-1])}"
    )


@lru_cache(maxsize=64)
def _without_place(name: str) -> str:
    """A company's name without the places before it."""
    start = 0
    for token in tokenize(name):
        if token.tag != "ns":
            break
        start = token.end
    return name[start:]


def other_names(text: str, aliases: Iterable[Alias]) -> list[str]:
    """What else the things named in ``text`` are called, where ``text`` does not say so itself."""
    names = []
    for alias in aliases:
        for name, other in ((alias.full, alias.short), (alias.short, alias.full)):
            if name in text and other not in text:
                names.append(other)
    return names


def _trimmed(full: str, short: str) -> str:
    """The shortest end of ``full`` that holds the characters of ``short`` in their order; all of it where none does."""
    at = len(full)
    for char in reversed(short):
        at = full.rfind(char, 0, at)
        if at < 0:
            return full
    return full[at:]
