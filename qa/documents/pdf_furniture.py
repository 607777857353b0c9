"""What stands on page after page (headers, footers, page numbers, watermarks) is taken off the pages.

A line is furniture where its text, numbers apart, stands at one height on several pages near by, there only, and
nothing of the page's own lies between it and the edge. Pages are seen through a window, so a book of any length takes little room.
On one or two pages only page numbers go, and what is the same on both. Knows no paragraph.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from qa.documents import marks
from qa.documents.pdf_lines import Line
from qa.documents.pdf_rules import Rule

REACH = 6
"""Pages on either side that a page is compared with."""
BAND = 0.16
"""Share of the page's height at its top and bottom where headers and footers stand."""
LONGEST = 200
"""Characters of the longest header whose numbers are looked at."""
SHIFT = 6.0
"""Points by which the height of a header may vary."""

_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"(?<![A-Za-z])[ivxlcIVXLC]+(?![A-Za-z])|[Ⅰ-ⅿ]+")
_NUMBER = re.compile(
    r"[-–—―~·•.\s|]*(?:第|Page|page|P\.?|p\.?)?\s*(?:\d{1,5}|[ivxlc]{1,6}|[IVXLC]{1,6}|[Ⅰ-ⅿ]{1,4})\s*(?:页|頁)?"
    r"(?:\s*(?:/|of|,|，|共)\s*(?:共|第)?\s*(?:\d{1,5}|[Ⅰ-ⅿ]{1,4})\s*(?:页|頁)?)?[-–—―~·•.\s|]*"
)


@dataclass(slots=True)
class Sheet:
    """A page as pieces of lines. ``furniture`` holds what was taken off it. ``upended``: it is laid on its side, its right
    side on top, because its writing runs downwards.
    """

    number: int
    width: float
    height: float
    lines: list[Line]
    rules: Sequence[Rule] = ()
    furniture: list[str] = field(default_factory=list)
    upended: bool = False


def strip_furniture(sheets: Iterable[Sheet], pages: int) -> Iterator[Sheet]:
    """The sheets in order, without their furniture. ``pages``: how many there are."""
    window: deque[tuple[Sheet, set[tuple[str, int]]]] = deque()
    counts: Counter[tuple[str, int]] = Counter()
    waiting = 0
    for sheet in sheets:
        keys = _keys(sheet)
        window.append((sheet, keys))
        counts.update(keys)
        waiting += 1
        if waiting > REACH:
            yield _stripped(window[-waiting][0], counts, pages, len(window))
            waiting -= 1
        if len(window) > 2 * REACH + 1:
            counts.subtract(window.popleft()[1])
    while waiting:
        yield _stripped(window[-waiting][0], counts, pages, len(window))
        waiting -= 1


def _names(line: Line, page: int) -> set[str]:
    """What the line has in common with its like on other pages: its text, or that with a number that keeps step with
    the pages, or, for a page number in Roman figures, that it is one.
    """
    bare = "".join(line.text.split())
    found = {bare}
    numbers = list(_DIGITS.finditer(bare)) if len(bare) <= LONGEST else []
    for number in (*numbers[:1], *numbers[-1:]):
        if len(number.group()) <= 6:
            found.add(f"{bare[: number.start()]}<{int(number.group()) - page}>{bare[number.end() :]}")
    if not numbers and _NUMBER.fullmatch(line.text):
        found.add(_ROMAN.sub("<roman>", bare))
    return found


def _seen(line: Line, page: int, counts: Counter[tuple[str, int]]) -> int:
    """On how many of the pages in sight the line stands at its height."""
    return max(counts[name, int(line.middle // SHIFT)] for name in _names(line, page))


def _common(sheet: Sheet) -> set[int]:
    """The ids of the lines that stand between the bands too, in the same size: cells of a table, not furniture."""
    inner: dict[str, list[float]] = {}
    for line in sheet.lines:
        if not line.turn and not _side(line, sheet):
            inner.setdefault("".join(line.text.split()), []).append(line.size)
    return {
        id(line)
        for line in sheet.lines
        if any(abs(size - line.size) < 0.1 * line.size for size in inner.get("".join(line.text.split()), ()))
    }


def _keys(sheet: Sheet) -> set[tuple[str, int]]:
    """Names in the bands with their heights in steps of SHIFT, each at two steps so that a small shift is no matter."""
    found: set[tuple[str, int]] = set()
    common = _common(sheet)
    for line in sheet.lines:
        if line.turn or (_side(line, sheet) and id(line) not in common):
            step = int(line.middle // SHIFT)
            near = step + 1 if line.middle % SHIFT >= SHIFT / 2 else step - 1
            found |= {(name, at) for name in _names(line, sheet.number) for at in (step, near)}
    return found


def _side(line: Line, sheet: Sheet) -> int:
    """-1 in the band at the top, 1 in the one at the bottom, else 0."""
    if line.middle < BAND * sheet.height:
        return -1
    return 1 if line.middle > (1 - BAND) * sheet.height else 0


def _stripped(sheet: Sheet, counts: Counter[tuple[str, int]], pages: int, seen: int) -> Sheet:
    least = 2 if pages <= 2 * REACH else 3
    body = body_size(sheet.lines)
    common = _common(sheet)
    drop = {id(line) for line in sheet.lines if _is_watermark(line, sheet.number, counts, least)}
    for side in (-1, 1):
        lines = sorted(
            (line for line in sheet.lines if _side(line, sheet) == side and id(line) not in drop),
            key=lambda line: -side * line.middle,
        )
        own: Line | None = None
        for line in lines:
            if own is not None and abs(own.middle - line.middle) > 0.6 * own.height:
                break
            repeated = seen > 1 and _seen(line, sheet.number, counts) >= least and line.size < 1.3 * body
            if id(line) not in common and (repeated or _is_number(line, sheet, counts, seen)):
                drop.add(id(line))
            elif own is None:
                own = line
    kept = [line for line in sheet.lines if id(line) not in drop]
    sheet.furniture = [line.text for line in sheet.lines if id(line) in drop]
    sheet.lines = kept
    return sheet


def _is_watermark(line: Line, page: int, counts: Counter[tuple[str, int]], least: int) -> bool:
    """Whether the line runs across the page at a slant, or is turned and stands on several pages."""
    slant = min(line.turn % 90, 90 - line.turn % 90)
    return slant > 3 or (line.turn != 0 and _seen(line, page, counts) >= max(least, 3))


def _is_number(line: Line, sheet: Sheet, counts: Counter[tuple[str, int]], seen: int) -> bool:
    """Whether the line at the edge is a page number: it looks like one, and stands alone or on other pages too."""
    if not _NUMBER.fullmatch(line.text) and not marks.is_page_mark(line.text):
        return False
    if seen > 1 and (_seen(line, sheet.number, counts) >= 2 or seen > 2):
        return _seen(line, sheet.number, counts) >= 2
    edge = min(line.y0, sheet.height - line.y1) < 0.1 * sheet.height
    alone = all(
        other is line
        or abs(other.middle - line.middle) > 1.8 * line.height
        or other.x1 < line.x0 - 60
        or other.x0 > line.x1 + 60
        for other in sheet.lines
    )
    return edge and alone


def body_size(lines: Sequence[Line]) -> float:
    """The size in which most characters are set, to half a point; 0 where there are none."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(2 * line.size) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0
