"""Lines of a table of contents: kept in the text, marked so that no passage is made of them. They name every subject of
a document and say nothing about any.

A line is one by its leader and page number (第三章 …… 12) in a run of such lines whose page numbers rise; under a heading
目录 also by a page number at its end, or because a heading further on says the same. Knows no file format.
Not covered: contents without page numbers or heading; those on the pages of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.documents import marks
from qa.documents.assemble import Draft
from qa.documents.markdown import CELL_SEPARATOR

FEWEST = 3
"""Lines that a run without a heading over it must have."""
RISING = 0.8
"""Share of the steps from line to line at which the page number must not fall."""
TEXT_LIMIT = 4_000
"""Characters of the longest block in which several lines of contents may have been joined."""
LONGEST = 120
"""Columns of the longest title in a line."""
TORN = 2
"""Short lines between two lines with page numbers that still belong to them: titles torn over lines, names of parts."""

_HEADING = re.compile(
    r"[\[【「]?(?:[图圖表插总總本期附详細细]{0,3}(?:目录|目錄|目次)|(?i:(?:table\s*of\s*|list\s*of\s*)?contents))+[:：\]】」]?"
)
_PAGE = r"[(（\[—–-]?(?:第|[Pp]\.?)?(?:\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7}|[A-Z]?\d{1,3}-\d{1,3})页?[)）\]—–-]?"
_LEADER = r"(?:(?:[.．·•‥_]\s?){4,}+|(?:[…⋯]\s?){2,}+|(?:[-—]\s?){6,}+)[.．·…]*+"
_LED = re.compile(rf"(?<![.．·•‥_…⋯—-])\s*+{_LEADER}\s*({_PAGE})(?=\s|$|[\u3400-\u9fff])")
_CUT = re.compile(r"\s*(?:[.．·‥]\s?){8,}$")
_ENDED = re.compile(rf"(?P<title>\S.*?)(?:\s*[|\t]\s*|\s+|、|(?<=[\u3400-\u9fff)）”》]))(?P<page>{_PAGE})", re.DOTALL)
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a draft lists: ``pages`` in order, those known; ``led``: a leader stands before each."""

    pages: tuple[int, ...]
    count: int
    led: bool


def marked(drafts: Sequence[Draft]) -> list[Draft]:
    """``drafts``, those that are lines of a table of contents, and its heading, of that kind and no heading."""
    entries = [_entry(draft) for draft in drafts]
    heads = [place for place, draft in enumerate(drafts) if _is_heading(draft)]
    if not heads and sum(entry.count for entry in entries if entry is not None and entry.led) < FEWEST:
        return list(drafts)
    found = set(_led_runs(drafts, entries))
    names = {_bare(draft.text): place for place, draft in enumerate(drafts) if draft.level}
    for head in heads:
        under = _under(drafts, entries, names, head)
        found |= under
        if under or head + 1 in found:
            found.add(head)
    kept = {at for place, draft in enumerate(drafts) if place not in found for at in draft.header}
    return [
        replace(draft, kind="contents", level=0, header=()) if place in found and place not in kept else draft
        for place, draft in enumerate(drafts)
    ]


def _is_heading(draft: Draft) -> bool:
    return len(draft.text) <= 40 and _HEADING.fullmatch("".join(draft.text.split())) is not None


def _entry(draft: Draft) -> _Entry | None:
    """What the draft lists, if it looks like one line of contents or several that were joined."""
    text = draft.text.strip()
    if draft.kind in ("code", "contents") or not 0 < len(text) <= TEXT_LIMIT:
        return _Entry((), 1, True) if draft.kind == "contents" else None
    pages, end = [], 0
    for match in _LED.finditer(text):
        if not _is_title(text[end : match.start()].strip()):
            return None
        pages.append(match[1])
        end = match.end()
    if pages:
        return _Entry(tuple(_numbers(pages)), len(pages), True) if marks.columns(text[end:]) <= LONGEST else None
    if len(text) > 2 * LONGEST:
        return None
    if (cut := _CUT.search(text)) and _is_title(text[: cut.start()]):
        return _Entry((), 1, True)
    ended = _ENDED.fullmatch(text)
    if ended and _is_title(ended["title"]) and text.count(CELL_SEPARATOR) <= 2:
        return _Entry(tuple(_numbers([ended["page"]])), 1, False)
    return None


def _numbers(pages: Sequence[str]) -> Iterator[int]:
    for page in pages:
        found = _FIGURES.findall(page)
        if len(found) == 1:
            yield int(found[0])


def _is_title(text: str) -> bool:
    return (
        0 < len(text) <= LONGEST >= marks.columns(text)
        and any(map(str.isalpha, text))
        and not marks.closed(text)
        and text[-1] not in ":：，,；;=<>≤≥"
    )


def _led_runs(drafts: Sequence[Draft], entries: Sequence[_Entry | None]) -> Iterator[int]:
    """The places of runs of lines with leaders, and of what is torn between them."""
    run: list[int] = []
    for place, entry in enumerate([*entries, None]):
        if entry is not None and entry.led:
            if run and not _may_be_torn(drafts[run[-1] + 1 : place]):
                yield from _whole(entries, run)
                run = []
            run.append(place)
    yield from _whole(entries, run)


def _may_be_torn(between: Sequence[Draft]) -> bool:
    return len(between) <= TORN and all(
        marks.columns(draft.text) <= LONGEST and not marks.closed(draft.text) for draft in between
    )


def _whole(entries: Sequence[_Entry | None], run: Sequence[int]) -> Iterator[int]:
    held = [entry for place in run if (entry := entries[place]) is not None]
    if sum(entry.count for entry in held) >= FEWEST and _rises(held):
        yield from range(run[0], run[-1] + 1)


def _rises(entries: Sequence[_Entry]) -> bool:
    pages = [page for entry in entries for page in entry.pages]
    steps = [a <= b for a, b in pairwise(pages)]
    return sum(steps) >= RISING * len(steps)


def _under(drafts: Sequence[Draft], entries: Sequence[_Entry | None], names: dict[str, int], head: int) -> set[int]:
    """The places of the lines under the heading 目录 at ``head``; none if what follows it are no such lines."""
    run: list[int] = []
    last = head
    for place in range(head + 1, len(drafts)):
        text = drafts[place].text
        entry = entries[place]
        later = names.get(_bare(_title_of(text)), -1)
        if entry is not None or later > place:
            run.append(place)
            last = place
        elif not text.strip():
            continue
        elif place - last > TORN or not _may_be_torn(drafts[place : place + 1]):
            break
    held = [entry for place in run if (entry := entries[place]) is not None]
    if len(run) < 2 or not _rises(held):
        return set()
    return set(range(head + 1, run[-1] + 1))


def _title_of(text: str) -> str:
    match = _ENDED.fullmatch(text.strip())
    return match["title"] if match else text


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
