"""Who holds an office, and which office someone holds, where a text puts the two side by side.

Chinese reports name people so: 英国驻华大使魏磊、四川省副省长任京东. In a row of such pairs a network often takes the
neighbour's name or half an office; here the pairs are read off. Works on folded text that keeps its offsets
(:func:`qa.question.align`); knows no score and no passage. Not covered: an office said after the name (魏磊大使), and one
told in a sentence of its own (魏磊担任大使), which the network reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.lexicon import COMPOUND_SURNAMES, NAME_FOLLOWERS, NO_NAME_ENDS, OFFICE_PREFIXES, OFFICES, SURNAMES
from qa.tagging import DOTTED_NAME, frequency, tokenize

Span = tuple[int, int]

LONGEST_OFFICE = 40
"""Characters."""

COMMON = 500
"""Occurrences in the dictionary's corpus from which a word is no name by chance."""

_HEAD = "|".join(sorted(OFFICES, key=len, reverse=True))
_RANK = re.compile(rf"(?:{'|'.join(OFFICE_PREFIXES)})*(?:{_HEAD})$")
_STOPS = "、,，。；;:：！!？?（）()“”\"'‘’《》「」"
_OFFICE = re.compile(_HEAD)
_PLACE = re.compile(rf"(?:{_HEAD})(?=[\u3400-\u9fff]{{2}})")
_DOTTED = re.compile(DOTTED_NAME)
_RUN = re.compile(r"[\u3400-\u9fff]{2,5}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CUT = re.compile(
    r"(?:会[见晤]|邀请|任命|来自|采访|联系|接待|陪同|感谢|祝贺|选举|推选|聘请|访问|拜访|约谈|询问)[了过]?"
    r"|[了由与对向让请](?=[\u3400-\u9fff]{4})|[上下]午"
)
_ASKED_WHO = r"(?:谁|哪位|哪一位|什么名字|何人|什么人)"
_HOLDER = re.compile(
    rf"(?:请问)?(?:谁是(?P<after>[^,，。？?]{{2,30}}?)|(?P<before>[^,，。？?]{{2,30}}?)(?:的?名字)?(?:是|叫|为|名叫)?{_ASKED_WHO})[？?。呢啊 ]*"
)
_HELD = re.compile(
    r"(?:请问)?(?P<who>[^,，。？?]{2,30}?)(?:现在|目前|当时)?"
    r"(?:是(?:谁|什么人|何人)|(?:是|担任|任|的)的?(?:什么)?(?:职务|职位|身份|头衔|官职)(?:是什么|为何)?|担任什么|任什么职|是[做干]什么的)[？?。呢啊 ]*"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """An office and the name behind it: ranges of the text."""

    office: Span
    name: Span


@dataclass(frozen=True, slots=True)
class Asked:
    """``office``, whose holder is asked for, or ``name``, whose office is: folded, the other empty. ``scope`` is what
    the question says besides of where: 四川省 of 四川省副省长, 西门子 of 西门子的艾别克.
    """

    office: str
    name: str
    scope: str


@lru_cache(maxsize=256)
def asked_office(folded: str) -> Asked | None:
    """What a folded question asks of offices; ``None`` if it asks anything else."""
    if match := _HELD.fullmatch(folded):
        scope, _, name = match["who"].rpartition("的")
        if _may_be_name(name) and not _RANK.search(name):
            return Asked("", name, scope)
    if match := _HOLDER.fullmatch(folded):
        phrase = match["after"] or match["before"]
        rank = _RANK.search(phrase)
        return Asked(rank[0], "", phrase[: rank.start()]) if rank else None
    return None


def find_pairs(folded: str) -> Iterator[Pair]:
    """The pairs of a text, in order."""
    for head in _PLACE.finditer(folded):
        name = _name_at(folded, head.end())
        if name is not None:
            yield Pair((_office_start(folded, head.start()), head.end()), name)


def answering(asked: Asked, folded: str, around: str) -> tuple[list[Pair], list[Pair]]:
    """The pairs of a text that answer, and those of an office of the same rank elsewhere (英国驻华大使, where
    美国驻华大使 was asked for). ``around``: the text with its titles, where an office that says no place is at home.
    """
    right: list[Pair] = []
    elsewhere: list[Pair] = []
    for pair in find_pairs(folded):
        office = folded[slice(*pair.office)]
        rank = _RANK.search(office)
        if folded[slice(*pair.name)] == asked.name if asked.name else rank and rank[0] == asked.office:
            told = _is_of(asked.scope, office[: rank.start()] if rank else office, around)
            right += [pair] if told else []
            elsewhere += [pair] if told is False else []
    return right, elsewhere


def _is_of(asked: str, told: str, around: str) -> bool | None:
    """Whether the scope of an office is the one asked for: it holds all its words. A scope that is a part of the one
    asked for (市政协 of 重庆市政协) may be: it is, where the rest stands around it, else ``None``.
    """
    if all(_stands(word, told) for word in _words(asked)):
        return True
    if told in asked:
        return all(_stands(word, around) for word in _words(asked.replace(told, ""))) or None
    return False


def _words(scope: str) -> list[str]:
    return [token.text for token in tokenize(scope) if token.text.isalnum() and token.text != "的"]


def _stands(word: str, text: str) -> bool:
    """Whether a text holds a word, or the word without 省, 市, 国 and the like."""
    return word in text or (len(word) > 2 and word[-1] in "省市区县州国" and word[:-1] in text)


def _may_be_name(name: str) -> bool:
    known = name[:1] in SURNAMES or name[:2] in COMPOUND_SURNAMES
    return _DOTTED.fullmatch(name) is not None or (known and re.fullmatch(r"[\u3400-\u9fff]{2,4}", name) is not None)


def _office_start(folded: str, head: int) -> int:
    """Where an office begins: behind a stop or a verb. 董事长 after 党委书记、 goes on from it."""
    low = max(0, head - LONGEST_OFFICE)
    start = max(
        (place + 1 for place in range(low, head) if folded[place] in _STOPS or folded[place].isspace()), default=low
    )
    if low < start == head and folded[start - 1] == "、" and (before := _RANK.search(folded, low, start - 1)):
        return _office_start(folded, before.start())
    return max((match.end() for match in _CUT.finditer(folded, start, head)), default=start)


def _name_at(folded: str, start: int) -> Span | None:
    """The name that begins at ``start``; ``None`` where it is not clear that there is one, or where it ends."""
    if dotted := _DOTTED.match(folded, start):
        end = dotted.end()
        return start, end + (not _ends(folded, end) and _ends(folded, end + 1) and folded[end] not in NO_NAME_ENDS)
    surname = 2 if folded[start : start + 2] in COMPOUND_SURNAMES else 1
    run = _RUN.match(folded, start)
    if run is None or (surname == 1 and folded[start] not in SURNAMES) or _is_word(folded[start : run.end()]):
        return None
    ends = [
        end
        for end in range(start + surname + 1, min(start + surname + 2, run.end()) + 1)
        if _ends(folded, end) and folded[end - 1] not in NO_NAME_ENDS
    ]
    if ends:
        return start, ends[-1] if not _HAN.match(folded, ends[-1]) else ends[0]
    longer = start + surname + 3
    return (start, longer) if longer <= run.end() and _ends(folded, longer) else None


def _is_word(run: str) -> bool:
    """Whether a run opens with a common word that is no name (任命, 关于), or with another office."""
    if _OFFICE.match(run):
        return True
    first = tokenize(run)[0]
    return len(first.text) > 1 and first.tag[:2] != "nr" and frequency(first.text) >= COMMON


def _ends(folded: str, end: int) -> bool:
    """Whether a name that reaches ``end`` ends there: at a stop, or before a word that shows it."""
    return not _HAN.match(folded, end) or folded.startswith(NAME_FOLLOWERS, end)
