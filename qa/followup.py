"""What a question means after the ones before it: 那越南呢? 它什么时候开幕? 还有谁? "What about Vietnam?"

Pure and deterministic, without a model. Only forms that cannot stand by themselves are touched; anything else comes
back exactly as it is, for a wrong rewriting costs more than none. Knows no library, passage or confidence.

Covered, in Chinese (both scripts) here and in English in :mod:`qa.followup_english`: the same question of another
thing (那越南呢?), of another time, the same question again without the answers given (还有谁?), a question word alone
(在哪里?), pronouns (它, 他, 其, 该公司, 这部电影, 那里) and a missing subject (什么时候开幕?). What cannot be asked alone and was not
understood is marked, for whoever answers it. Not covered: corrections (不是, 我是说 …), references to one answer of
several, to what is two topics back (but for persons).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa.followup_contrast import of_another
from qa.followup_english import follow_up_english, has_no_subject_english, says_nothing_english
from qa.followup_owned import (
    among_asked,
    attribute_added,
    lead_added,
    owned_asked,
    owner_added,
)
from qa.followup_subject import has_no_subject, subject, subject_added
from qa.phrases import (
    Parsed,
    Span,
    parse,
    topic,
)
from qa.pronouns import is_short, pointed
from qa.question import align, is_english
from qa.types import Exchange

CONTRAST_LIMIT = 15
"""Characters of X in 那X呢?"""

_MARKS = "?？。.!！~ \t\n"
_CONTRAST = re.compile(r"(?:(?:那么?|然后|换成|如果是|要是|而)[,，]?)?(?P<what>.+?)(?:的话)?呢")
_CONTRAST_BARE = re.compile(r"(?:那么?|换成|如果是)(?P<what>[^呢]+)")
_MORE = re.compile(
    r"(?:那么?)?(?:还有|另外还有|除此之外还有|此外还有)(?P<asked>谁|呢|哪些(?P<noun>[\u4e00-\u9fff]{1,6})|吗|别的吗|其他的?吗|哪些|哪几个|哪些人|什么|哪里)|(?:其他|其它|别)的呢"
)
_THEN = re.compile(r"(?:那么?)?(?:后来|然后|接着|之后|再后来|结果|现在)(?:呢|怎么样了?呢?)?")
# fmt: off
_WH = (
    ("time",   r"(?:是|在)?(?:什么时候|什么时间|何时|哪一?年|哪一?天|几月几[日号]|几点)"),
    ("place",  r"(?:是)?(?:在|去)?(?:哪里|哪儿|哪个地方|什么地方|何地)|在哪"),
    ("reason", r"为什么|为何|因为什么|什么原因|为啥"),
    ("manner", r"(?:是)?(?:怎么|怎样|如何)"),
    ("number", r"(?:有|是)?(?:多少|几)(?:个|人|家|名|位|项|钱)?"),
)
# fmt: on
_ADVERBS = ("time", "place", "reason", "manner")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question as it is to be asked. ``excluded`` are the answers given to it already, where others are wanted.
    ``leans``: it cannot be asked alone, and what it leans on was not found. Then it is as it was typed, and no document
    may answer it but what was talked of.
    """

    question: str
    excluded: tuple[str, ...] = ()
    leans: bool = False


def follow_up(question: str, history: Sequence[Exchange]) -> FollowUp:
    """``question`` as it is meant after ``history``, oldest first; the very same string where it stands by itself, or
    where what it points at was not found.
    """
    if not history:
        return FollowUp(question)
    meant = _meant(question, history)
    unchanged = meant.question == question and not meant.excluded
    return (
        FollowUp(question, leans=True) if unchanged and leans(question) and not _repeated(question, history) else meant
    )


def leans(question: str) -> bool:
    """Whether ``question`` cannot be asked alone: 还有谁? 多少钱? 谁主持的? 那第二包呢?"""
    folded = align(question).strip(_MARKS)
    if folded.isascii():
        return has_no_subject_english(question.strip())
    return wants_more(folded) or _question_word(folded) is not None or has_no_subject(question)


def says_nothing(question: str) -> bool:
    """Whether a question that leans on others holds no word to look for: 还有谁? 后来呢? 多少钱? "Why?"."""
    folded = align(question).strip(_MARKS)
    if folded.isascii():
        return says_nothing_english(folded)
    return wants_more(folded) or _question_word(folded) is not None or _THEN.fullmatch(folded) is not None


def _repeated(question: str, history: Sequence[Exchange]) -> bool:
    return any(question.strip() == exchange.asked for exchange in history)


def _meant(question: str, history: Sequence[Exchange]) -> FollowUp:
    folded = align(question).strip(_MARKS)
    base = history[-1].asked
    if wants_more(folded):
        return _more(question, history)
    if not folded.isascii():
        found = None if is_english(align(base)) else _chinese(question.strip(), folded, history)
    else:
        found, again = follow_up_english(question.strip(), history)
        if again:
            return _more(question, history)
    return FollowUp(question) if found is None or found == question.strip() else FollowUp(found)


def wants_more(folded: str) -> bool:
    """Whether a Chinese question, folded and without marks, asks the last one again for other answers."""
    return _MORE.fullmatch(folded) is not None


def _question_word(folded: str) -> str | None:
    """What a question asks for that is a question word and nothing else."""
    return next((kind for kind, pattern in _WH if re.fullmatch(rf"(?:那么?)?({pattern})呢?", folded)), None)


def _more(question: str, history: Sequence[Exchange]) -> FollowUp:
    """The last question again, without the answers given to it so far."""
    base = history[-1].asked
    parsed = parse(base)
    asked = _MORE.fullmatch(align(question).strip(_MARKS))
    of_persons = (asked and asked["asked"] == "谁") or question.lower().startswith(("who ", "and who "))
    if parsed.hole is None or (of_persons and parsed.question.kind not in ("person", "list", "name")):
        return FollowUp(question)
    if asked and asked["noun"] and not (parsed.question.focus and parsed.question.focus.endswith(asked["noun"])):
        return FollowUp(question)
    given: list[str] = []
    for exchange in reversed(history):
        if exchange.asked != base:
            break
        if exchange.answer:
            given.insert(0, exchange.answer)
    return FollowUp(base, tuple(dict.fromkeys(given)))


def _chinese(question: str, folded: str, history: Sequence[Exchange]) -> str | None:
    exchange = history[-1]
    base = parse(exchange.asked)
    contrast = _CONTRAST.fullmatch(folded) or _CONTRAST_BARE.fullmatch(folded)
    if contrast and len(contrast["what"]) <= CONTRAST_LIMIT:
        what = question[contrast.start("what") : contrast.end("what")]
        if parse(what).hole is None and (whose := pointed(what, history)):
            return owned_asked(whose)
        if found := of_another(what, base):
            return found
    if kind := _question_word(folded):
        return _asked_otherwise(question.strip(_MARKS), folded, kind, base, exchange)
    if found := pointed(question, history) or subject_added(question, history):
        return found
    asked: tuple[Callable[[str, Parsed], str | None], ...] = (owner_added, among_asked, lead_added, attribute_added)
    return next((found for ask in asked if (found := ask(question, base))), None)


# ---- the same frame, asked for something else


def _asked_otherwise(word: str, folded: str, kind: str, base: Parsed, exchange: Exchange) -> str | None:
    """``base`` with its question word exchanged for ``word``, a question word alone; ``None`` where it does not fit."""
    word = _without(word, folded, r"^(?:那么?)|呢$")
    hole = base.hole
    if hole is None:
        return None
    if kind == "number":
        return _counted(word, base, hole)
    if kind == "place" and align(word)[:1] not in "在是去":
        word = "在" + word
    stem = len(base.folded.rstrip(_MARKS))
    linking = "在于到从至" if base.folded[:stem].endswith("的") else "在于到从至是"
    start = hole[0] - (hole[0] > 0 and base.folded[hole[0] - 1] in linking)
    if base.question.kind == "number" and kind in ("place", "time"):
        found = subject(base, "place")  # not where so many are: where what has them is
        return found and found + word + base.text[stem:]
    if base.question.kind not in _ADVERBS or base.question.focus:
        return _filled(word, base, hole, exchange)
    if any(token.tag[0] in "vz" or token.tag == "vn" for token in base.tokens if token.start >= hole[1]):
        return base.text[:start] + word + base.text[hole[1] :]
    return _moved(word, base, (start, stem))


def _moved(word: str, base: Parsed, tail: Span) -> str | None:
    """``base``, whose question word comes last (推迟到什么时候, 在哪里), with ``word`` before its predicate."""
    about = topic(base)
    if about is None:
        return None
    verb = base.folded[about[1] : tail[0]]
    if not verb:
        return base.text[: about[1]] + word + base.text[tail[1] :]
    tags = [token.tag[0] for token in parse(verb).tokens]
    if len(verb) < 2 or not tags or any(tag not in "vnbad" for tag in tags):
        return None
    return base.text[: about[1]] + word + base.text[about[1] : tail[0]] + base.text[tail[1] :]


def _filled(word: str, base: Parsed, hole: Span, exchange: Exchange) -> str | None:
    """``base`` with its answer said, and ``word`` asked of it: 林溪为什么获得了金奖?"""
    answer = exchange.answer
    if not is_short(answer):
        return None
    after = base.text[hole[1] :]
    end = hole[1]
    focus = base.question.focus
    if focus and align(after).startswith(focus):
        end += len(focus)
    elif after and align(answer).endswith(align(after)[0]):
        end += 1  # 什么罪, 诈骗罪
    about = topic(base)
    if hole[0] == 0:
        return answer + word + base.text[end:]
    if about is None:
        return None
    return base.text[: about[1]] + word + base.text[about[1] : hole[0]] + answer + base.text[end:]


def _counted(word: str, base: Parsed, hole: Span) -> str | None:
    """``base`` asked for how many: 签约了什么项目, 多少 -> 签约了多少项目."""
    word = _without(word, align(word), r"^[有是]")
    asked = base.folded[hole[0] : hole[1]]
    if asked in ("什么", "哪些", "哪几个", "何种") and base.question.focus:
        return base.text[: hole[0]] + word + base.text[hole[1] :]
    return None


def _without(text: str, folded: str, pattern: str) -> str:
    """``text`` without what matches in its folded form."""
    for match in reversed(list(re.finditer(pattern, folded))):
        text = text[: match.start()] + text[match.end() :]
    return text
