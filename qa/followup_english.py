"""English questions that point at the one before: "What about Vietnam?", "When does it open?", "Who else?", "Why?"

As :mod:`qa.followup`, of which it is a part. English has no dictionary here, so names are told by their capitals, and
a pronoun counts only where nothing before it in its own question could be what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.question import parse_question
from qa.types import Exchange

ANSWER_LIMIT = 60
"""Characters of an answer that may stand in for a pronoun."""

_MORE = re.compile(
    r"(?:and )?(?:who|what|where|which|anyone|anybody|anything|anywhere) else|(?:any|which|what) others?|any more|(?:and )?others|is there (?:any(?:thing|one|body)? )?(?:else|more)",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"(?:(?:and |but )?(?:what|how) about|and)\s+(?:(?P<how>in|on|at|for|of|from|by)\s+)?(?P<what>.{1,60})",
    re.IGNORECASE,
)
_WHOSE = re.compile(
    r"(?:What|Who|Where|When|Which) (?:is|are|was|were) (?:the|[A-Z][\w.-]*(?: [A-Z][\w.-]*)*['’]s?) ([a-z]+(?: [a-z]+)?)(?=\?|$| (?:in|on|at|under|for|by|during) )"
)
"""What was Norvik's revenue in 2023? Who is the seller under the agreement?"""
_WH = re.compile(r"(?:and )?(?P<word>when|where|why|how)", re.IGNORECASE)
_NAME = re.compile(
    r"(?:\b[Tt]he )?\b[A-Z][\w'’.-]*(?:(?: (?:of|de|van|von|the|and))? [A-Z0-9][\w'’.-]*)*"
)  # fmt: skip
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_AUXILIARY = r"(?:did|does|do|is|are|was|were|has|have|had|will|can|could|would|should)"
_ADVERBIAL = re.compile(
    rf"(?:when|where|why|how|(?:in |on )?(?:what|which) (?:year|date|day|month|city|country|place|town)) (?={_AUXILIARY} )",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    rf"(?:and |but |so )?(?:(?:in|on|at|for|from|by|to|of|with) )?(?:(?:when|where|why|who|whom|what|which|how)(?: (?:old|tall|long|big|large|far|high|deep|much|often|many \w+|year|day|date|month|city|country|place))? )?(?:{_AUXILIARY} )?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?P<word>it|its|he|his|him|she|her|they|their|them)\b(?P<next> \w+)?", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"it (?:\w+ )?(?:common|possible|necessary|important|true|called|that|mean|determined|decided|to|takes?|raining|snowing|time|late)\b",
    re.IGNORECASE,
)
_TAKES = re.compile(r"(?:and )?how (?:long|much(?: time)?) (?:does|did|will) it (?:take|cost)", re.IGNORECASE)
_THERE = re.compile(r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )\bthere$", re.IGNORECASE)
_OBJECT = re.compile(r"(?:and )?(?:who|what) [a-z]+ (?P<word>it|him|them)", re.IGNORECASE)
"""Who designed it?"""
_POSSESSIVE = ("its", "his", "their")


def has_no_subject_english(question: str) -> bool:
    """Whether an English question cannot be asked alone: a question word, a pronoun for its subject, "And X?"."""
    bare = question.rstrip("?!. ")
    if _MORE.fullmatch(bare) or _WH.fullmatch(bare) or _CONTRAST.fullmatch(bare) or _TAKES.fullmatch(bare):
        return True
    opening = _CLOSED.match(bare)
    at = opening.end() if opening else 0
    return _PRONOUN.match(bare, at) is not None and _EXPLETIVE.match(bare, at) is None


def says_nothing_english(bare: str) -> bool:
    """Whether a question without its marks is a question word, "who else" or "how long does it take"."""
    return any(form.fullmatch(bare) for form in (_MORE, _WH, _TAKES))


def follow_up_english(question: str, history: Sequence[Exchange]) -> tuple[str | None, bool]:
    """What ``question`` means after ``history``, ``None`` where it stands as it is; and whether it asks the last
    question again, for other answers.
    """
    bare = question.rstrip("?!. ")
    exchange = history[-1]
    base = exchange.asked
    if _MORE.fullmatch(bare):
        return None, True
    if word := _WH.fullmatch(bare):
        return _asked_otherwise(word["word"].capitalize(), base, exchange), False
    if contrast := _CONTRAST.fullmatch(bare):
        return _contrasted(contrast["what"], contrast["how"] or "", base), False
    return _pointed(bare, question[len(bare) :], base, exchange), False


def _contrasted(what: str, how: str, base: str) -> str | None:
    """``base`` asked of ``what``: a year for its year, a name for its name, a noun for that after "What is the"."""
    if _YEAR.fullmatch(what):
        years = list(_YEAR.finditer(base))
        if len(years) == 1:
            return base[: years[0].start()] + what + base[years[0].end() :]
        return None if years else f"{base.rstrip('?!. ')} in {what}?"
    if _NAME.fullmatch(what):
        old = _like(what, how, base)
        return old and base[: old[0]] + what + base[old[1] :]
    noun = re.fullmatch(r"(?:its |his |her |their )?(?:the )?([a-z]+(?: [a-z]+)?)", what)
    asked = re.match(r"(?:What|Who|Where|When|Which) (?:is|are|was|were) the ([a-z]+(?: [a-z]+)?) of ", base)
    asked = asked or _WHOSE.match(base)
    if noun and asked and not how:
        return base[: asked.start(1)] + noun[1] + base[asked.end(1) :]
    return None


def _like(what: str, how: str, base: str) -> tuple[int, int] | None:
    """The name of ``base`` that ``what`` takes the place of: the only one, or the only one with its article and
    preposition.
    """
    found = names(base)
    article = what.lower().startswith("the ")
    alike = [(start, end) for start, end in found if base[start:end].lower().startswith("the ") == article]
    if how:
        alike = [(start, end) for start, end in alike if base[:start].lower().endswith(f" {how.lower()} ")]
    return alike[0] if len(alike) == 1 else found[0] if len(found) == 1 and not how else None


def names(text: str) -> list[tuple[int, int]]:
    """Ranges of the capitalised names of a question, with their article; not its first word, which always is."""
    found = []
    for match in _NAME.finditer(text):
        start = match.start()
        if start == 0:
            first = re.match(r"\w+ ", match[0])
            if first is None or first.end() >= len(match[0]) or first[0] == "The ":
                continue
            start = first.end()
        found.append((start, match.end()))
    return [(start, end) for start, end in found if not _YEAR.fullmatch(text[start:end])]


def _asked_otherwise(word: str, base: str, exchange: Exchange) -> str | None:
    """``base`` with its adverb exchanged; of "What did X build?" the answer is said: "When did X build the bridge?"."""
    if old := _ADVERBIAL.match(base):
        return f"{word} {base[old.end() :]}"
    thing = re.fullmatch(r"(?:What|Who|Whom) (?P<frame>(?:did|does|do|will|can) .+?)\?*", base)
    if thing and _is_short(exchange.answer):
        return f"{word} {thing['frame']} {exchange.answer}?"
    return None


def _pointed(bare: str, marks: str, base: str, exchange: Exchange) -> str | None:
    """``bare`` with its pronoun replaced, where nothing in it stands before the pronoun that it could be."""
    if there := _THERE.search(bare):
        where = parse_question(base).kind == "place" or re.match(
            r"What (?:is|was) the (?:capital|seat|largest city) ", base
        )
        place = exchange.answer if where and _is_short(exchange.answer) else None
        return place and not names(bare) and f"{bare[: there.start()]}in {place}{marks}" or None
    opening = _CLOSED.match(bare)
    ends = _OBJECT.fullmatch(bare)
    match = _PRONOUN.match(bare, ends.start("word") if ends else opening.end() if opening else 0)
    if match is None or _EXPLETIVE.match(bare, match.start()):
        return None
    word, owns = match["word"].lower(), match["word"].lower() in _POSSESSIVE
    owns = owns or (word == "her" and match["next"] is not None)
    found = _thing(base, exchange) if word in ("it", "its") else None
    if word in ("he", "his", "him", "she", "her"):
        found = _person(base, exchange)
    elif word in ("they", "their", "them"):
        kind = parse_question(base).kind
        found = exchange.answer if kind in ("person", "organisation", "list") and _is_short(exchange.answer) else None
    if not found:
        return None
    owned = ("'" if found.endswith("s") else "'s") if owns else ""
    return bare[: match.start()] + found + owned + bare[match.end("word") :] + marks


def _person(base: str, exchange: Exchange) -> str | None:
    if parse_question(base).kind == "person" and _is_short(exchange.answer):
        return exchange.answer
    found = names(base)
    return base[slice(*found[0])] if len(found) == 1 and not base[slice(*found[0])].lower().startswith("the ") else None


def _thing(base: str, exchange: Exchange) -> str | None:
    """What "it" stands for: the answer of "What is the capital of X?" or "Which city …?", else what ``base`` is about."""
    asked = re.match(r"(?:What|Which) (?:(?:is|was) the (?P<noun>[a-z]+)|(?P<which>[a-z]+))", base)
    kind = parse_question(base).kind
    if asked and kind in ("place", "organisation", "name") and _is_short(exchange.answer):
        return exchange.answer
    if asked and asked["noun"] in ("capital", "largest", "name") and _is_short(exchange.answer):
        return exchange.answer
    found = names(base)
    if found:
        return base[slice(*found[0])] if len(found) == 1 else None
    plain = re.fullmatch(
        r"(?:When|Where|Why|How) (?:(?:did|does|will|can) (?P<one>the [a-z]+(?: [a-z]+)?) [a-z]+|(?:is|was) (?P<two>the [a-z]+(?: [a-z]+)?)(?: [a-z]+(?:ed|en|ld|lt))?)\?*",
        base,
    )
    return (plain["one"] or plain["two"]) if plain else None


def _is_short(answer: str) -> bool:
    return 0 < len(answer) <= ANSWER_LIMIT and not re.search(r"[.;!?\n]\s|[,;\n]", answer)
