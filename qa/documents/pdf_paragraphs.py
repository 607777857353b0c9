"""Lines in reading order -> paragraphs, over the ends of lines, columns and pages.

A line goes on in the next where it fills its column, and nothing says that a paragraph starts: an indent, a gap, a
number, another size. Knows no kinds but that of code, whose lines stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from qa.documents import bylines, marks
from qa.documents.layout import Piece, Style, continues, joint
from qa.documents.pdf_asides import Box
from qa.documents.pdf_lines import Line, joined
from qa.types import BlockKind, Region

NEAR = 5
"""Lines on either side that show how far the column reaches."""

REACH = 6
"""Blocks back and ahead that the halves of a torn paragraph are looked for, behind captions and tables."""

_LEADER = re.compile(r"(?:[.．·…‥]\s?){4,}")
_SOURCE = re.compile(r"(?:资料来源|数据来源|备注|注|来源|Source|Notes?)\s*[:：]")
_LABEL = re.compile(r"[\u3400-\u9fffA-Za-z]{1,10}(?:[（(][^（()）]{1,10}[）)])?[:：](?=\s*\S)")
_WORD = re.compile(r"[^\s\u2e80-\uffff]+|.")
_STYLE = Style(closing=1.0, indents=False, speech=False)


@dataclass(slots=True)
class Proto:
    """A block in the making. ``lines`` are those of a paragraph; ``full``: its last line fills its column;
    ``indent``: its first line is set in. A table's row has its ``text`` and ``boxes`` made already and ``heads`` above.
    """

    lines: list[Line]
    page: int
    kind: BlockKind | None = None
    level: int = 0
    full: bool = False
    indent: bool = False
    text: str = ""
    boxes: list[Region] = field(default_factory=list)
    heads: tuple[Proto, ...] = ()
    centred: bool = False

    @property
    def size(self) -> float:
        """The size of its longest line's type, in points; 0 for a table's row."""
        return max(self.lines, key=lambda line: len(line.text)).size if self.lines else 0.0

    @property
    def bold(self) -> bool:
        """Whether most of it is bold."""
        count = sum(len(line.text) for line in self.lines)
        return sum(len(line.text) for line in self.lines if line.bold) > 0.8 * count

    def lay(self) -> None:
        """Make ``text`` and ``boxes`` from the lines."""
        if self.lines:
            separators, dropped = joints(self.lines, code=self.kind == "code")
            self.text, self.boxes = joined(self.lines, separators, dropped)


def joints(lines: Sequence[Line], *, code: bool = False) -> tuple[list[str], list[int]]:
    """What stands between the lines once they are joined, and how many characters to drop at the end of each.

    A hyphen between two letters at the end of a line is dropped where the word goes on in small letters.
    """
    separators: list[str] = []
    dropped: list[int] = []
    for a, b in pairwise(lines):
        hyphened = re.search(r"[A-Za-z\u00c0-\u024f]{2}[-\u2010\u00ad]$", a.text) and re.match(
            "[a-z\u00df-\u00ff]", b.text
        )
        dropped.append(1 if hyphened and not code else 0)
        separators.append("\n" if code else "" if hyphened else joint(a.text, b.text))
    return separators, dropped


def paragraphs(lines: Sequence[Line], walls: Sequence[Box] = ()) -> list[Proto]:
    """The paragraphs of one column's lines, from top to bottom; ``walls`` are boxes that lines stop short of."""
    found: list[Proto] = []
    rights = [_right(lines, i, walls) for i in range(len(lines))]
    lefts = [_left(lines, i) for i in range(len(lines))]
    pitch = _pitch(lines)
    for i, line in enumerate(lines):
        last = found[-1] if found else None
        if last is not None and _goes_on(last.lines, lines[i - 1], line, rights[i - 1], lefts[i], pitch):
            last.lines.append(line)
        else:
            found.append(Proto([line], line.page, "code" if line.mono and not marks.has_han(line.text) else None))
            found[-1].indent = line.x0 - lefts[i] > 1.2 * line.size
            found[-1].centred = _centred(line, lefts[i], rights[i])
        found[-1].full = _is_full(line, None, rights[i])
    return found


def _centred(line: Line, left: float, right: float) -> bool:
    before, after = line.x0 - left, right - line.x1
    return min(before, after) > 2 * line.size and abs(before - after) < 2 * line.size


def _right(lines: Sequence[Line], i: int, walls: Sequence[Box]) -> float:
    """How far the column reaches to the right at line ``i``."""
    line, below = lines[i], lines[i + 1 : i + 4]
    wall = next((box for box in walls if box.stops(line)), None)
    if wall is not None:
        return max(other.x1 for other in lines if wall.stops(other))
    slack = 0.6 * line.size
    even = sum(b.x1 >= line.x1 - slack for b in below) >= 2
    # Lines that all end as sentences do are so many items, of one length by chance.
    items = all(marks.closed(b.text) or b.text[-1] in "；;" for b in (line, *below[:2]))
    if even and not items and all(b.x1 <= line.x1 + slack for b in below):
        return line.x1
    return max(line.x1 for line in lines[max(0, i - NEAR) : i + NEAR + 1])


def _left(lines: Sequence[Line], i: int) -> float:
    return min(line.x0 for line in lines[max(0, i - NEAR) : i + NEAR + 1])


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance from line to line in the column, in shares of the size of the type."""
    steps = [(b.middle - a.middle) / max(a.size, 1.0) for a, b in pairwise(lines) if abs(a.size - b.size) < 0.5]
    near = [step for step in steps if 0.8 < step < 3]
    return median(near) if near else 1.6


def _goes_on(block: Sequence[Line], a: Line, b: Line, right: float, left: float, pitch: float) -> bool:
    """Whether ``b`` belongs to the paragraph that ``a`` is the last line of."""
    if a.mono and b.mono and not marks.has_han(a.text + b.text):
        return b.middle - a.middle < 2.2 * a.size
    if abs(a.size - b.size) > 0.12 * max(a.size, b.size) or a.turn or b.turn or a.mono != b.mono:
        return False
    step = (b.middle - a.middle) / max(a.size, 1.0)
    usual = pitch if len(block) < 2 else (block[-1].middle - block[0].middle) / (len(block) - 1) / max(a.size, 1.0)
    if not 0.5 < step < max(1.3 * min(usual, 1.25 * pitch), 1.25) + 0.1:
        return False
    if _LEADER.search(a.text) or all(line.bold for line in block) and not b.bold and _own(a, b):
        return False
    if len(block) == 1 and a.text[-1] in "；;" and b.text[-1] in "；;。":
        return False
    if _starts(b, a, block) or not _is_full(a, b, right):
        return False
    rest = block[1].x0 if len(block) > 1 else None
    if rest is not None:
        return abs(b.x0 - rest) < 1.2 * b.size or (
            b.x0 < rest and b.x0 - left < 1.2 * b.size and not marks.closed(a.text)
        )
    inward = b.x0 - a.x0
    if inward > 0.8 * b.size:
        return _is_item(a.text) or not marks.closed(a.text) and _is_full(a, b, right) and inward < 8 * b.size
    return True


def _own(a: Line, b: Line) -> bool:
    """Whether a bold line over a light one is a heading of its own, no emphasis that goes on."""
    return not marks.is_prose(a.text) or marks.closed(a.text) or abs(a.size - b.size) > 0.3


def _is_full(a: Line, b: Line | None, right: float) -> bool:
    """Whether the first word of ``b`` would not have fitted behind ``a``."""
    room = right - a.x1
    if b is None or marks.is_wide(b.text[0]):
        return room < 2.2 * a.size
    match = _WORD.match(b.text)
    word = match.group() if match else ""
    return room < max(2.2 * a.size, (0.5 * min(len(word), 30) + 0.8) * a.size)


def _is_item(text: str) -> bool:
    return marks.is_bullet(text) or marks.numbering(text) is not None or "\ue000" <= text[0] <= "\uf8ff"


def _starts(b: Line, a: Line, block: Sequence[Line]) -> bool:
    """Whether a line opens a paragraph by its looks. A number deep in running text is none."""
    text = b.text
    if marks.is_bullet(text) or "\uf000" <= text[0] <= "\uf0ff" or bylines.is_byline(text):
        return True
    if _SOURCE.match(text) or _LABEL.match(text) and _LABEL.match(block[0].text):
        return True
    mark = marks.numbering(text)
    opened = marks.numbering(block[0].text)
    if mark and opened and mark.number and mark.family == opened.family and mark.number == opened.number + 1:
        return True
    listed = marks.is_caption(text) or (mark is not None and bool(mark.rest))
    if not listed:
        return False
    deep = len(block) > 1 and abs(b.x0 - block[-1].x0) < 0.5 * b.size or len(block) == 1 and b.x0 < a.x0 - b.size
    return marks.closed(a.text) or not deep


def stitch(groups: Iterable[Sequence[Proto]]) -> list[Proto]:
    """The blocks of columns that follow each other, on one page or on several, with torn paragraphs made whole.

    Captions, notes and tables that stand between the halves stay behind the whole paragraph.
    """
    found: list[Proto] = []
    for group in groups:
        opening = next((block for block in group[:REACH] if _may_go_on(block)), None)
        target = next((block for block in found[: -1 - REACH : -1] if block.lines and block.kind is None), None)
        if opening is not None and target is not None and _torn(target, opening, nearest=target is found[-1]):
            target.lines += opening.lines
            target.full = opening.full
            found += [block for block in group if block is not opening]
        else:
            found += group
    return found


def _may_go_on(block: Proto) -> bool:
    return bool(block.lines) and block.kind is None and not block.centred


def _torn(a: Proto, b: Proto, *, nearest: bool) -> bool:
    """Whether ``b`` is the rest of ``a``: set alike, and ``a`` breaks off at the end of a full line."""
    last, first = a.lines[-1], b.lines[0]
    if abs(a.size - b.size) > 0.07 * max(a.size, b.size) or a.bold != b.bold or not a.full or b.indent:
        return False
    if first.page - last.page > 1 or _LEADER.search(last.text) or a.centred or last.turn or first.turn:
        return False
    if marks.is_caption(first.text) or marks.is_bullet(first.text) or _is_item(first.text) and marks.closed(last.text):
        return False
    if len(last.text) < 8 and len(a.lines) == 1:
        return False
    tail = "".join(line.text for line in a.lines[-3:])
    evidence = continues(Piece(tail, False), Piece(first.text, True), _STYLE)
    if evidence:
        return True
    return nearest and not marks.closed(last.text) and len(a.lines) > 1 and not marks.numbering(first.text)
