"""The pieces of a Chinese question that a follow-up may point at or exchange: names, nouns, times, the topic.

Everything is a range of the folded question, which has the length of the question itself, so that both scripts are
read alike and what is quoted keeps its own. Knows no conversation. Not covered: what a name refers to (whether 林芝 is
a person or a place is guessed from the dictionary and from its ending).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.lexicon import COMMON_SURNAMES, FOCUS_SUFFIXES
from qa.question import Kind, Question, parse_question
from qa.tagging import Token, tokenize

Span = tuple[int, int]

# fmt: off
TIMES = (
    ("year",  r"(?:\d{4}|[〇零一二三四五六七八九]{4})年度?|[去今明前]年|本年|当年"),
    ("part",  r"[上下]半年|第?[一二三四1234]季度"),
    ("month", r"\d{1,2}月份?|(?:十[一二]?|[一二三四五六七八九])月份?|[上下本]个?月"),
    ("day",   r"\d{1,2}[日号]|昨天|今天|明天|前天"),
    ("weekday", r"(?:周|星期|礼拜)[一二三四五六日天]|周末|工作日"),
    ("week",  r"[上下本]周"),
    ("hours", r"早上|上午|中午|下午|晚上"),
)
# fmt: on
_TIME = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in TIMES))
_TITLE = re.compile(r"《[^《》]{1,40}》")
_NOMINAL = ("n", "j", "l", "i", "b", "s", "t", "m", "q", "a", "g", "k", "h", "o", "z")
_NAMED = ("nr", "ns", "nt", "nz", "nrx", "oov", "oovnr", "lat")
_PLACE_ENDS = frozenset("市省县区州镇乡村国岛")
_PLACE_HEADS = frozenset("桥站场馆峡港路街院校园寺塔宫城")
_NO_NAME = frozenset(
    "是在有的了和与及为由被把从到对向将于上中下里内外年月日时个家所座部本任当能会可应不没还又也就才都要想去来做说给用"
)
_CLOSES = ("P》", "P”", "P’", "P」", "P』")
_NOT_FIRST = ("的", "请问", "在")
_COUNTED = ("费", "票", "价", "额", "量", "数", "率", "金", "税", "薪")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name or noun of a question. ``kind`` is what it stands for, empty where that is not known."""

    text: str
    start: int
    end: int
    kind: str
    named: bool


MEASURED = ("全长", "总长", "全程", "身高", "体重", "海拔", "占地", "总重")
"""Nouns that follow what they measure without 的."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A question with its tokens; :class:`qa.question.Question` says what is asked, and where."""

    question: Question
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The question as it was typed."""
        return self.question.text

    @property
    def folded(self) -> str:
        """The question folded, character for character."""
        return self.question.folded

    @property
    def hole(self) -> Span | None:
        """The range of the question word with its measure word, if there is one."""
        return self.question.asked


@lru_cache(maxsize=256)
def parse(text: str) -> Parsed:
    """``text`` with its tokens."""
    question = parse_question(text)
    return Parsed(question, tuple(_joined(tokenize(question.folded))))


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """``tokens`` with names put together that the dictionary splits into characters: 郑 | 一 | 鸣, 青 | 岚县."""
    joined: list[Token] = []
    place = 0
    while place < len(tokens):
        width, tag = _split_name(tokens[place : place + 3])
        run = tokens[place : place + width]
        joined.append(
            Token("".join(token.text for token in run), tag, run[0].start, run[-1].end) if width > 1 else run[0]
        )
        place += width
    return joined


def _split_name(run: Sequence[Token]) -> tuple[int, str]:
    """How many tokens at the start of ``run`` are one name, and its tag; 1 for no name."""
    first = run[0]
    if len(first.text) > 1 or len(run) < 2 or any(one.end != two.start for one, two in zip(run, run[1:], strict=False)):
        return 1, first.tag
    if run[1].tag == "ns" and run[1].text[-1] in _PLACE_ENDS and first.tag[0] in "nog":
        return 2, "ns"
    if first.text not in COMMON_SURNAMES or len(run[1].text) > 1 or run[1].text in _NO_NAME or _links(run[1]):
        return 1, first.tag
    if len(run) == 3 and len(run[2].text) == 1 and run[2].text not in _NO_NAME and not _links(run[2]):
        return 3, "oovnr"
    return (1, first.tag) if run[1].tag[0] in "vdmq" else (2, "oovnr")


def _links(token: Token) -> bool:
    """Whether a character links words rather than being part of a given name, as 若 and 然 often are."""
    return token.tag[0] in "pcury" and token.text not in "若然"


def is_nominal(token: Token) -> bool:
    """Whether a token names a thing, a quality or a time rather than links or predicates."""
    return token.tag[0] in _NOMINAL or token.tag in ("vn", "num", "nrx", "lat") or kind_of_noun(token.text) is not None


def kind_of_noun(text: str) -> Kind | None:
    """The kind that a noun stands for (公司, 首都, 面积), by its longest listed ending."""
    for length in range(min(len(text), 4), 0, -1):
        if kind := FOCUS_SUFFIXES.get(text[-length:]):
            return kind
    return None


def _kind_of_common(text: str) -> str:
    """As :func:`kind_of_noun`; what ends in 费, 量 and the like is a number too."""
    return kind_of_noun(text) or ("number" if text.endswith(_COUNTED) and len(text) > 1 else "")


def counts(text: str) -> bool:
    """Whether a noun stands for a quantity: 面积, 降雨量."""
    return _kind_of_common(text) == "number"


def times(folded: str) -> list[tuple[str, int, int]]:
    """Times said in a folded text: granularity (year, part, month, day, week) and range, in order."""
    return [(str(match.lastgroup), match.start(), match.end()) for match in _TIME.finditer(folded)]


def titles(folded: str) -> list[Span]:
    """Titles in 《》, with the marks."""
    return [match.span() for match in _TITLE.finditer(folded)]


def segments(parsed: Parsed) -> list[list[Token]]:
    """Runs of neighbouring nominal tokens, without times, titles and the question word."""
    taken = [place[1:] for place in times(parsed.folded)] + titles(parsed.folded)
    if parsed.hole:
        taken.append(parsed.hole)
    runs: list[list[Token]] = []
    for token in parsed.tokens:
        if not is_nominal(token) or any(token.start < end and start < token.end for start, end in taken):
            continue
        if runs and runs[-1][-1].end == token.start:
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def phrases(parsed: Parsed) -> list[Phrase]:
    """Names and nouns in order; a name may stand within a longer noun (昌都 in 昌都推介会), then both are given."""
    found = [Phrase(parsed.folded[start:end], start, end, "title", True) for start, end in titles(parsed.folded)]
    for run in segments(parsed):
        found += _names(run, parsed.folded)
        head = kind_of_noun(run[-1].text)
        if head == "organisation" and len(run) > 1:
            found.append(_phrase(run[0].start, run[-1].end, head, parsed.folded, named=True))
        found += [
            _phrase(token.start, token.end, kind, parsed.folded, named=False)
            for token in run
            if token.tag[:2] not in ("ns", "nr", "nt") and (kind := _kind_of_common(token.text))
        ]
    return sorted(found, key=lambda phrase: (phrase.start, -phrase.end))


def _names(run: Sequence[Token], folded: str) -> list[Phrase]:
    found: list[Phrase] = []
    place = 0
    while place < len(run):
        token = run[place]
        after = run[place + 1] if place + 1 < len(run) else None
        width = _person_width(run[place:])
        if width:
            found.append(_phrase(token.start, run[place + width - 1].end, "person", folded, named=True))
            place += width
            continue
        if token.tag == "ns" and not (place and run[place - 1].tag == "ns" and token.text[-1] in _PLACE_HEADS):
            end = after.end if after is not None and after.text in _PLACE_ENDS else token.end
            found.append(_phrase(token.start, end, "place", folded, named=True))
        elif token.tag == "nt":
            found.append(_phrase(token.start, token.end, "organisation", folded, named=True))
        elif token.tag in ("nz", "lat", "oov") and len(token.text) > 1:
            found.append(_phrase(token.start, token.end, "", folded, named=True))
        place += 1
    return found


def _person_width(run: Sequence[Token]) -> int:
    """How many tokens at the start of ``run`` are a person's name; 0 for none."""
    first = run[0]
    if first.tag in ("nr", "nrx", "oovnr") and len(first.text) > 1:
        return 1
    if first.text not in COMMON_SURNAMES:
        return 0
    width = 1
    while width < min(3, len(run)) and len(run[width].text) == 1:
        width += 1
    if width > 1:
        return width
    # 郑 | 一鸣: the surname alone, then a given name that happens to be a word.
    return 2 if len(run) > 1 and len(run[1].text) == 2 and run[1].tag in ("nr", "oov", "oovnr") else 0


def _phrase(start: int, end: int, kind: str, folded: str, *, named: bool) -> Phrase:
    return Phrase(folded[start:end], start, end, kind, named)


def kinds_of(text: str) -> Phrase | None:
    """What a folded text that stands by itself is, as a phrase as long as itself; ``None`` if it is no phrase."""
    parsed = parse(text)
    if not parsed.tokens or not all(is_nominal(token) or token.tag in ("c", "P·") for token in parsed.tokens):
        return Phrase(text, 0, len(text), "title", True) if titles(text) == [(0, len(text))] else None
    last = parsed.tokens[-1]
    whole = [phrase for phrase in _names(parsed.tokens, text) if (phrase.start, phrase.end) == (0, len(text))]
    if whole:
        return whole[0]
    kind = _kind_of_common(last.text)
    named = len(parsed.tokens) > 1 and bool(kind) or any(token.tag in _NAMED for token in parsed.tokens)
    if last.tag == "ns" and not kind:
        kind = "place"
    return Phrase(text, 0, len(text), kind, named)


def topic(parsed: Parsed) -> Span | None:
    """What the question is about: the noun phrase before its predicate, without a time in front. ``None`` where the
    question starts with its question word, or what stands before it is no noun phrase.
    """
    end = parsed.hole[0] if parsed.hole else len(parsed.folded.rstrip("?？ 。.!！呢吗"))
    before = [token for token in parsed.tokens if token.end <= end]
    cut = next(
        (
            place
            for place, token in enumerate(before)
            if _predicates(token, before[place + 1 :])
            and not (place and token.tag == "v" and before[place - 1].tag == "uj")
        ),
        len(before),
    )
    kept = before[:cut]
    while kept and not is_nominal(kept[-1]) and kept[-1].tag not in _CLOSES:
        kept.pop()
    spans = [(start, past) for _, start, past in times(parsed.folded)]
    while kept and (kept[0].text in _NOT_FIRST or any(start <= kept[0].start < past for start, past in spans)):
        kept.pop(0)
    if not kept or not any(token.tag[0] in "njliaosv" or token.tag == "lat" for token in kept):
        return None
    start, past = kept[0].start, kept[-1].end
    return (start, past) if past - start > 1 else None


def _predicates(token: Token, rest: Sequence[Token]) -> bool:
    """Whether the predicate starts with ``token``: a copula or preposition, or a verb that no noun follows."""
    if token.text in ("是", "有", "在", "由", "被", "于", "位于", "为", "叫"):
        return True
    return token.tag == "v" and not any(is_nominal(other) or other.tag == "uj" for other in rest)


def owner(parsed: Parsed, span: Span) -> Span:
    """Of a topic with 的 in it, whose it is: 越南 of 越南的首都, 大桥 of 大桥全长; the topic itself where there is none."""
    at = parsed.folded.find("的", *span)
    if at < 0:
        last = next((token.start for token in parsed.tokens if token.end == span[1] and token.text in MEASURED), -1)
        at = last
    return (span[0], at) if at > span[0] + 1 else span


def acted_on(base: Parsed) -> Span | None:
    """What 谁设计了白河大桥? is about: the thing after the verb, but no person or office."""
    hole = base.hole
    if hole is None or hole[0] or base.question.kind != "person":
        return None
    after = [token for token in base.tokens if token.start >= hole[1]]
    written = titles(base.folded)
    if len(written) == 1 and base.folded[written[0][1] :].strip("?？。.!！~ \t\n") == "":
        return written[0]
    verbs = 1 + sum(token.tag in ("ul", "ug") for token in after[1:2])
    if len(after) <= verbs or after[0].tag[0] != "v" or after[0].text in ("是", "有"):
        return None
    run = []
    for token in after[verbs:]:
        if not (is_nominal(token) or token.tag == "uj") or token.tag == "m":
            break
        run.append(token)
    while run and run[-1].tag == "uj":
        run.pop()
    if not run or kind_of_noun(run[-1].text) == "person" or run[-1].end - run[0].start < 2:
        return None
    return run[0].start, run[-1].end
