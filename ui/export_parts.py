"""What every export of a conversation says, in words: where a quote stands, whether it held, which file it came from.

Knows no format: what is returned is plain text, which each format escapes for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ui.bibliography import place
from ui.recall import Recalled, RecalledTurn, State
from ui.strings import text

SHORT_REVISION = 12
"""Hexadecimal digits of a revision shown beside each quote; the list of sources has all."""

_STATES: dict[State, str] = {"holds": "export_holds", "changed": "export_changed", "gone": "export_gone"}
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A conversation, or part of it, as it is exported: ``exported`` is the time of the proof, in seconds since 1970."""

    id: str
    title: str
    created: float
    exported: float
    turns: tuple[RecalledTurn, ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document in one revision that is quoted. ``number`` counts from 1 through the export."""

    number: int
    id: str
    name: str
    title: str
    revision: str


def sources_of(sheet: Sheet) -> list[Source]:
    """The documents that are quoted, each revision once, in the order in which they first are."""
    found: dict[tuple[str, str], Source] = {}
    for turn in sheet.turns:
        for item in items_of(turn):
            cited = item.citation
            key = cited.document_id, cited.revision
            if key not in found:
                found[key] = Source(len(found) + 1, cited.document_id, cited.document, cited.title, cited.revision)
    return list(found.values())


def items_of(turn: RecalledTurn) -> Iterator[Recalled]:
    """All that a turn quotes: citations, other answers, what lay near."""
    yield from (*turn.citations, *turn.others, *turn.near)


def place_words(item: Recalled, lang: str) -> str:
    """Article, section, page, paragraph and file of a quote."""
    return " · ".join(place(item.citation, lang))


def proof_words(item: Recalled, lang: str) -> str:
    """Where the quote's characters stand, in which revision of the file, and whether they held when exported."""
    cited = item.citation
    parts = [
        text("export_characters", lang, start=cited.quote_start + 1, end=cited.quote_end),
        text("export_revision", lang, revision=cited.revision[:SHORT_REVISION]) if cited.revision else "",
        state_words(item, lang),
    ]
    return " · ".join(part for part in parts if part)


def state_words(item: Recalled, lang: str) -> str:
    """Whether the quote held when it was exported."""
    return text(_STATES[item.state], lang)


def note_words(turn: RecalledTurn, lang: str) -> str:
    """What to know before trusting the answer: that its source has changed since; empty where it has not."""
    if not turn.stale:
        return ""
    return text("recall_some" if turn.stands else "recall_none", lang, count=len(turn.stale))


def parted(item: Recalled) -> tuple[str, str, str]:
    """The quote before its answer, its answer, and after it."""
    cited = item.citation
    start, end = cited.answer_start - cited.quote_start, cited.answer_end - cited.quote_start
    return cited.quote[:start], cited.quote[start:end], cited.quote[end:]


def seen(words: str) -> str:
    """``words`` with every control character, bidirectional control and half character spelt out, as ``⟨U+202E⟩``.

    White space that is none of these stays; every line end becomes a line feed, a tab four spaces.
    """
    lines = words.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match.group()):04X}⟩", lines)
