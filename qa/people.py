"""Names of people in a folded text, from the dictionary's words alone.

The dictionary knows some names, guesses others and cuts most up: 沈 | 佩兰, 马 | 奎 | 元. They are put together again by their
surname. A place or a firm may look the same (柯岩街道, 麦穗香车间): what stands right before such a noun is its name, not a
person's. Knows no question and no score.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qa.lexicon import FOCUS_SUFFIXES, NO_NAME_ENDS, SURNAMES
from qa.tagging import Token, frequency, tokenize

Span = tuple[int, int]

COMMON = 200
"""Occurrences in the dictionary's corpus from which a word is no name of somebody."""
COMMON_GIVEN = 500
"""The same for a given name behind its surname (卫国)."""
GIVEN = 2
"""Characters of a given name."""

_HAN = re.compile("[\u3400-\u9fff]")
_THINGS = NO_NAME_ENDS | frozenset("证费书法性品人市省江河湖山岭溪桥场会率额期日月年万亿的部局院厂")
_NO_PEOPLE = frozenset(["马拉松"])
"""Words that the dictionary takes for names."""
_SURNAMES = SURNAMES - frozenset("时万和于")
"""Without those that are far oftener words."""
_PEOPLE = ("nr", "nrx", "oovnr")
_NO_GIVEN = "pcurdyemq"
"""Tags of single characters that are no part of a given name."""
_NUMERAL_GIVEN = "元"
_NO_NAME_END = _THINGS | frozenset("犯系获任")
_PLACE_ENDS = frozenset("省市区县镇乡村街路巷湾站港岛州牌")
_THING_ENDS = (
    "街道",
    "花园",
    "小区",
    "车间",
    "马拉松",
    "项目",
    "实验室",
    "水库",
    "大桥",
    "大厦",
    "品牌",
    "杯",
    "工程",
    "园区",
    "合同",
)
"""Endings of nouns before which a name is no person's, besides those that :data:`qa.lexicon.FOCUS_SUFFIXES` has for a place
or an organisation.
"""
_BYLINE = re.compile(r"\([^()]{0,12}(?:记者|通讯员|作者|摄影|编辑)[^()]{0,40}\)")
_WITH_OFFICE = re.compile(
    "[\u3400-\u9fff]{2,4},[^,。;；]*(?:律师|法律工作者|经理|主任|职员|员工|董事长?|部长|会计|法务|干部|教师|医师)"
)
"""A name with whose it is behind it: 洪涛声，南泽明德律师事务所律师."""


@lru_cache(maxsize=64)
def find_people(folded: str) -> tuple[Span, ...]:
    """The names of people in ``folded``, in order. They don't overlap."""
    tokens = tokenize(folded)
    found: list[Span] = []
    number = 0
    while number < len(tokens):
        past = _name_from(tokens, number)
        if past > number and not _names_a_thing(tokens, past - 1):
            found.append((tokens[number].start, tokens[past - 1].end))
        number = max(past, number + 1)
    return tuple(found)


def _name_from(tokens: list[Token], number: int) -> int:
    """The number of the token behind the name that begins with ``number``; that itself where none does."""
    token = tokens[number]
    if token.tag == "nrx":
        return number + 1
    if token.text in _SURNAMES:
        return _behind_surname(tokens, number)
    if token.tag not in _PEOPLE or not _may_be_name(token.text):
        return number
    one_more = len(token.text) == GIVEN and token.text[0] in SURNAMES and _touch(tokens, number)
    return number + 2 if one_more and tokens[number + 1].tag in ("ns", "nr", "nz", "z", "a") else number + 1


def _behind_surname(tokens: list[Token], number: int) -> int:
    """The same where a surname stands alone: behind it one given name of two characters, or one or two characters."""
    if not _touch(tokens, number):
        return number
    given = tokens[number + 1]
    if len(given.text) == GIVEN:
        told = tokens[number].tag == "nr" or given.tag in ("nr", "nz", "ns")
        rare = frequency(given.text) < COMMON_GIVEN and given.text[-1] not in _THINGS
        return number + 2 if told and rare and _HAN.match(given.text) else number
    past = number + 1
    while past < len(tokens) and past - number <= GIVEN and _touch(tokens, past - 1) and _may_be_given(tokens[past]):
        past += 1
    if past > number + 2 and tokens[past - 1].text in _NO_NAME_END:
        past -= 1
    short = past == number + 2 and tokens[number].tag[0] != "n"
    if past == number + 1 or short or (past == number + 2 and tokens[past - 1].text in _NO_NAME_END):
        return number
    goes_on = past - number > GIVEN and past < len(tokens) and _touch(tokens, past - 1) and _may_be_given(tokens[past])
    return number if goes_on and tokens[past].tag[0] != "v" else past


def _touch(tokens: list[Token], number: int) -> bool:
    """Whether another token follows ``number`` without a space."""
    return number + 1 < len(tokens) and tokens[number].end == tokens[number + 1].start


def _names_a_thing(tokens: list[Token], last: int) -> bool:
    """Whether a noun follows a name's last token that is no person: the name is its own."""
    if not _touch(tokens, last):
        return False
    noun = tokens[last + 1].text
    if len(noun) == 1:
        return noun in _PLACE_ENDS
    kinds = [FOCUS_SUFFIXES.get(noun[-length:]) for length in range(1, 5)]
    return noun.endswith(_THING_ENDS) or "place" in kinds or "organisation" in kinds


def _may_be_name(word: str) -> bool:
    """Whether a word that is tagged as a name is one: no common word (查明), no thing by its end (许可证)."""
    return (
        1 < len(word) <= GIVEN + 1 and frequency(word) < COMMON and word[-1] not in _THINGS and word not in _NO_PEOPLE
    )


def _may_be_given(token: Token) -> bool:
    if len(token.text) != 1 or not _HAN.match(token.text):
        return False
    return token.tag[0] not in _NO_GIVEN or token.text in _NUMERAL_GIVEN


def is_reporter(folded: str, low: int, high: int) -> bool:
    """Whether ``[low, high)`` of a folded text stands in the brackets that say who reports."""
    return any(match.start() <= low and high <= match.end() for match in _BYLINE.finditer(folded))


def without_apposition(text: str, folded: str, low: int, high: int) -> tuple[int, int]:
    """``[low, high)`` up to a comma behind a bare name: 洪涛声，南泽明德律师事务所律师."""
    comma = re.search("[,，]", text[low:high])
    if comma is None:
        return low, high
    name = (low, low + comma.start())
    return name if name in find_people(folded) or _WITH_OFFICE.fullmatch(folded, low, high) else (low, high)
