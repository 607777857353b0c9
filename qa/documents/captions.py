"""Captions above or under their tables: the rows get them as headers, where a format has not said so itself.

Whether the captions of a document stand above or under its tables is told from how many tables have one on either
side. Knows no file format. Not covered: a document that does both; a caption with two notes or more before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from qa.documents import marks
from qa.documents.assemble import Draft

LONGEST = 80
"""Columns of the longest caption."""

_NUMBERED = re.compile(r"(?:续|附)?\s?表\s?[\dA-Z一二三四五六七八九十]|Table\s+[\dA-Z]", re.IGNORECASE)
_KINDS = ("paragraph", "caption", "note", "heading", "label")


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows that follow each other, as places; ``above`` and ``under`` are those of the captions beside them."""

    rows: range
    above: int | None
    under: int | None


def placed(drafts: Sequence[Draft]) -> list[Draft]:
    """``drafts``, the rows of tables headed by the numbered captions beside them."""
    runs = [_run(drafts, list(group)) for is_row, group in _grouped(drafts) if is_row]
    under = sum(run.under is not None for run in runs) > sum(run.above is not None for run in runs)
    found = list(drafts)
    for run in runs:
        caption, other = (run.under, run.above) if under else (run.above, None)
        if caption is None:
            continue
        found[caption] = replace(found[caption], kind="caption", level=0)
        for place in run.rows:
            header = tuple(at for at in found[place].header if at not in (caption, other))
            found[place] = replace(found[place], header=(caption, *header))
    return found


def _grouped(drafts: Sequence[Draft]) -> groupby[bool, int]:
    return groupby(range(len(drafts)), key=lambda place: drafts[place].kind == "table")


def _run(drafts: Sequence[Draft], rows: list[int]) -> _Run:
    first, last = rows[0], rows[-1]
    above = first - 1 if first and _is_caption(drafts[first - 1]) else None
    after = last + 1
    if after < len(drafts) and drafts[after].kind == "note" and not _is_caption(drafts[after]):
        after += 1
    under = after if after < len(drafts) and _is_caption(drafts[after]) else None
    return _Run(range(first, last + 1), above, under)


def _is_caption(draft: Draft) -> bool:
    text = draft.text.strip()
    return (
        draft.kind in _KINDS
        and _NUMBERED.match(text) is not None
        and marks.columns(text) <= LONGEST
        and not marks.closed(text)
    )
