"""Subtitles (SRT, WebVTT) -> Document: what is said, in paragraphs, with the time of day of the film every few minutes.

Cues are joined until a sentence ends, a pause is long or the speaker changes. Where cues hold no punctuation, as
Chinese ones seldom do, pauses and length end a paragraph, and a space shows where a cue ended. Headings of the third
level hold the times from which to which the paragraphs below them run. Two languages in one cue stay beside each other.
A caption that rolls, each cue repeating the line before, is read once. Styles and positions are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from qa.documents import marks
from qa.documents.assemble import Draft, assemble
from qa.documents.layout import joint
from qa.types import Document

SECTION = 120.0
"""Seconds after which a heading with the time is due."""
PAUSE = 3.0
"""Seconds of silence that end a paragraph."""
LONG = 240
"""Characters above which a paragraph without any closing mark ends with its cue."""

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[,.]\d{1,3})?"
_TIMING = re.compile(rf"\s*({_TIME})\s*-{{2,3}}>\s*({_TIME})(?:\s.*)?")
_TAG = re.compile(r"<(?!\s)/?[^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_SIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


@dataclass(frozen=True, slots=True)
class _Cue:
    start: str
    end: str
    voice: str
    lines: tuple[str, ...]


def parse_subtitles(text: str, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read ``text``, either format."""
    cues = list(_cues(text))
    return assemble(_drafts(cues), document_id=document_id, name=name, path=path, revision=revision, format="subtitles")


def _cues(text: str) -> Iterator[_Cue]:
    lines = text.lstrip("\ufeff").splitlines()
    named = lines[:1] != [] and lines[0].startswith("WEBVTT")
    timings = [(i, match) for i, line in enumerate(lines) if (match := _TIMING.fullmatch(line))]
    last: tuple[str, ...] = ()
    for at, (i, match) in enumerate(timings):
        end = timings[at + 1][0] if at + 1 < len(timings) else len(lines)
        said = lines[i + 1 : end]
        if at + 1 < len(timings) and said and (said[-1].strip().isdigit() or (named and said[-2:-1] == [""])):
            said.pop()  # the number or name of the next cue
        voice = next((found[1].strip() for line in said if (found := _VOICE.search(line))), "")
        words = tuple(line for line in map(_words, _without_sides(said)) if line)
        fresh = words[1:] if last and words[:1] == last[-1:] else words
        last = words or last
        if fresh:
            yield _Cue(match[1], match[2], voice, fresh)


def _without_sides(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a cue, without the notes and styles that a WebVTT file has between cues."""
    side = False
    for at, line in enumerate(lines):
        if at and not lines[at - 1].strip():
            side = _SIDE.match(line) is not None
        if not side:
            yield line


def _words(line: str) -> str:
    return " ".join(unescape(_TAG.sub("", line)).split())


def _drafts(cues: Sequence[_Cue]) -> Iterator[Draft]:
    paragraphs = list(_paragraphs(cues))
    at = 0
    voice = ""
    while at < len(paragraphs):
        opened = _seconds(paragraphs[at][0].start)
        end = at + 1
        while end < len(paragraphs) and _seconds(paragraphs[end][0].start) - opened < SECTION:
            end += 1
        first, last = paragraphs[at][0], paragraphs[end - 1][-1]
        yield Draft(f"{_clock(first.start)}–{_clock(last.end)}", "heading", 3)
        for group in paragraphs[at:end]:
            if group[0].voice and group[0].voice != voice:
                yield Draft(group[0].voice, "label")
            voice = group[0].voice
            yield Draft(_joined(group))
        at = end


def _paragraphs(cues: Sequence[_Cue]) -> Iterator[list[_Cue]]:
    group: list[_Cue] = []
    for cue in cues:
        if group and _ends(group, cue):
            yield group
            group = []
        group.append(cue)
    if group:
        yield group


def _ends(group: Sequence[_Cue], cue: _Cue) -> bool:
    last = group[-1]
    return (
        marks.closed(last.lines[-1])
        or _is_bilingual(cue)
        or _is_bilingual(last)
        or cue.voice != last.voice
        or _seconds(cue.start) - _seconds(last.end) >= PAUSE
        or sum(len(line) for held in group for line in held.lines) > LONG
        or cue.lines[0].startswith(("- ", "– ", "—"))
    )


def _is_bilingual(cue: _Cue) -> bool:
    """Whether the lines of a cue are in two scripts."""
    return len(cue.lines) > 1 and len({marks.has_han(line) for line in cue.lines}) > 1


def _joined(group: Sequence[_Cue]) -> str:
    if len(group) == 1 and _is_bilingual(group[0]):
        return "\n".join(group[0].lines)
    text = ""
    for cue in group:
        for at, line in enumerate(cue.lines):
            if text:
                # Between cues a space says what a comma would; within one the line was merely full.
                text += (joint(text, line) if at else "") or (" " if not at and text[-1] not in "，、；：,;:" else "")
            text += line
    return text


def _seconds(time: str) -> float:
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def _clock(time: str) -> str:
    """A time without its fraction of a second."""
    return re.split("[,.]", time, maxsplit=1)[0]
