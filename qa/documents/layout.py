"""Lines of a plain text file -> the paragraphs that their writer meant: wrapped lines and torn paragraphs are joined.

Two repairs, in this order:

1. *Wrapped lines*: where the lines of a file are as long as they could be and break in mid-sentence, lines are joined
   until one stops short of the margin.
2. *Torn paragraphs*: a paragraph that stops in mid-sentence (at the end of a printed page) is joined with the next,
   blank lines between them or not, on evidence in the two pieces: see :func:`continues`.

Only white space is ever added or removed, never another character. Knows no headings beyond the looks of one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.documents import bylines, marks
from qa.documents.words import straddles, unfinished

MARGINS = (24, 132)
"""Columns between which a margin may lie: text narrower than 12 Chinese characters is verse or a list."""
SHORT = 16
"""Characters up to which a line may be verse, a title or a list item, so that its open end says little."""
COUNTED = 0.7
"""Share of the margin that a line reaches at least that was wrapped by the count of its characters."""
WINDOW = 1000
"""Characters of a paragraph so far that are looked at to tell whether the next piece goes on with it."""

_OPENING = "，,、—-（(《【“‘「『〈"
_NO_START = "，。、；：！？）》】”’」』〉％,;!?)]%"
_QUOTES = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")", "【": "】", "‘": "’"}
_CUT_NUMBER = re.compile(r"\d|[亿万％%]|[千百]?元|人次|公里|平方米|个百分点|月(?!份|度)|日(?![期报常本均子])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or lines that were joined. ``gap``: a blank line or a page border stands before it.

    ``indent`` is the white space before it in columns; ``full`` says that it is made of ideographic spaces. ``alone``:
    by its looks it is never part of a paragraph of several lines. ``starts``: a new paragraph starts here for sure.
    """

    text: str
    gap: bool
    indent: int = 0
    full: bool = False
    alone: bool = False
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for the whole file. ``closing``: share of its body paragraphs that end with a closing mark, in
    [0, 1]. ``indents``: new paragraphs are indented. ``speech``: its lines are what several speakers say, or a log.
    """

    closing: float
    indents: bool
    speech: bool


def repair(text: str) -> list[Piece]:
    """The pieces of ``text`` in order: joined, stripped, none of them empty."""
    pieces = _lines(text)
    style = style_of(pieces)
    if style.speech:
        return pieces
    margin = _margin(pieces, style)
    if margin:
        pieces = _unwrap(pieces, margin, style)
        style = style_of(pieces)
    return _mend(pieces, style)


def _lines(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    gap = True
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if bare:
            lead = line[: len(line) - len(line.lstrip())].expandtabs(4)
            alone = _stands_alone(bare)
            full = "\u3000" in lead
            pieces.append(Piece(bare, gap, marks.columns(lead), full, alone, alone or _starts(bare)))
            gap = line.endswith("\f")
        else:
            gap = True
    entries = [marks.is_entry(piece.text) for piece in pieces]
    return [
        replace(piece, starts=True) if number and entries[number - 1] and entries[number] else piece
        for number, piece in enumerate(pieces)
    ]


def style_of(pieces: Sequence[Piece]) -> Style:
    """Measure the style of a file over its pieces."""
    body = [p.text for p in pieces if marks.is_prose(p.text)]
    closing = sum(map(marks.closed, body)) / len(body) if body else 0.0
    margin = min((p.indent for p in pieces), default=0)
    deep = sum(p.full or 2 <= p.indent - margin <= 8 for p in pieces)
    few = len(pieces) < 3
    speech = 0 if few else sum(marks.is_speech(p.text) and not marks.numbering(p.text) for p in pieces)
    stamped = 0 if few else sum(marks.is_stamped(p.text) for p in pieces)
    return Style(
        closing=closing,
        indents=deep >= 2 and deep >= 0.1 * len(pieces),
        speech=not few and (stamped >= 0.5 * len(pieces) or speech >= 0.6 * len(pieces)),
    )


def _opens(piece: Piece, style: Style) -> bool:
    """Whether a new paragraph surely starts here, whatever stands before it."""
    return piece.starts or (style.indents and (piece.full or piece.indent >= 2))


def _starts(text: str) -> bool:
    """Whether the line opens as only the first line of a paragraph does."""
    return (
        marks.numbering(text) is not None
        or marks.is_bullet(text)
        or bylines.has_dateline(text)
        or text.startswith("——")
        or marks.is_caption(text)
        or marks.is_stamped(text)
    )


def _stands_alone(text: str) -> bool:
    """Whether the line is never part of a paragraph of several lines."""
    return (
        bylines.is_byline(text)
        or bylines.is_date(text)
        or marks.is_label(text)
        or marks.is_rule(text)
        or marks.hash_level(text) > 0
        or marks.cells(text) > 2
    )


def _margin(pieces: Sequence[Piece], style: Style) -> int:
    """The column at which the file's lines are wrapped, or 0 if they are not.

    A margin is a width that several lines reach and that none of the lines that go on could have passed: adding the
    next line's first word would overrun it. Lists of titles of about one length pass that test too, so words torn
    apart (Chinese) or lines that start with a small letter (English) have to confirm it.
    """
    pairs = [(a, b) for a, b in pairwise(pieces) if not b.gap and not _opens(b, style) and not a.alone]
    widths = sorted(_line_width(a) for a, _ in pairs)
    if len(pairs) < 2 or widths[len(widths) // 2] > MARGINS[1]:
        return 0
    margin = next((w for v, w in zip(reversed(widths[:-1]), reversed(widths), strict=False) if w - v <= 4), 0)
    if not MARGINS[0] <= margin <= MARGINS[1]:
        return 0
    going_on = [(a, b) for a, b in pairs if _is_full(a, b, margin) and not marks.closed(a.text)]
    if len(going_on) < max(2, 0.4 * len(pairs)):
        return 0
    sample = going_on[:: max(1, len(going_on) // 40)]
    torn = sum(_torn(a.text, b.text) for a, b in sample)
    return margin if torn >= max(1, 0.15 * len(sample)) else 0


def _line_width(piece: Piece) -> int:
    return piece.indent + marks.columns(piece.text)


def _is_full(a: Piece, b: Piece, margin: int) -> bool:
    """Whether ``b``'s first word would not have fitted on ``a``'s line. Two columns of grace."""
    first = b.text[0] if marks.is_wide(b.text[0]) else " " + re.split(r"\s|(?=[\u3400-\u9fff])", b.text, maxsplit=1)[0]
    slack = 4 if marks.is_wide(b.text[0]) else 2
    return _line_width(a) + marks.columns(first) > margin - slack


def _torn(a: str, b: str) -> bool:
    """Whether the line break falls where no writer would put one."""
    if a[-1] in _OPENING or b[0] in _NO_START:
        return True
    if a[-1].isdigit() and _CUT_NUMBER.match(b):
        return marks.has_han(a[-WINDOW:])
    if not marks.is_wide(b[0]) and not marks.is_wide(a[-1]):
        return b[0].islower()
    return straddles(a, b) or unfinished(a, b)


def _unwrap(pieces: Sequence[Piece], margin: int, style: Style) -> list[Piece]:
    """Join every line that reaches the margin with the next, unless a paragraph starts there."""
    spaced = style.indents or sum(p.gap for p in pieces) >= max(2, len(pieces) // 12)
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1][-1] if groups else None
        goes_on = False
        if last is not None and not piece.gap and not _opens(piece, style) and not last.alone:
            open_end = not marks.closed(last.text)
            goes_on = _is_full(last, piece, margin) and (spaced or open_end)
            ragged = spaced and open_end and _line_width(last) > margin // 2
            goes_on = goes_on or (ragged and _torn(last.text, piece.text))
            # Wrapped by the count of characters, not of columns: lines with figures in them stop short of the margin.
            counted = _line_width(last) >= COUNTED * margin
            goes_on = goes_on or (counted and (style.indents or (spaced and open_end)))
        if goes_on:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_join(group) for group in groups]


def _mend(pieces: Sequence[Piece], style: Style) -> list[Piece]:
    """Join paragraphs that were torn in mid-sentence."""
    groups: list[list[Piece]] = []
    so_far: Piece | None = None
    for piece in pieces:
        if so_far is not None and continues(so_far, piece, style):
            groups[-1].append(piece)
            so_far = _join([so_far, piece])
            so_far = replace(so_far, text=so_far.text[-WINDOW:])
        else:
            groups.append([piece])
            so_far = piece
    return [_join(group) for group in groups]


def continues(a: Piece, b: Piece, style: Style) -> bool:
    """Whether ``b`` is the rest of the sentence that ``a`` breaks off.

    Never after a closing mark, nor before a line that opens a paragraph. Otherwise any of these is enough:
    ``a`` ends, or ``b`` starts, with a mark that cannot stand there; a quote or bracket opened in ``a`` is closed in
    ``b``; a word straddles the break; ``b`` is English and starts with a small letter; or ``a`` is a body paragraph in
    a file whose body paragraphs end with closing marks, and ``b`` goes on as a sentence does.
    """
    if marks.closed(a.text) or a.alone or _opens(b, style):
        return False
    if b.text[0] in _NO_START:
        return True
    if marks.columns(a.text) <= 2 * SHORT:
        if not marks.has_han(a.text):
            return False
        if not b.gap and marks.columns(b.text) <= 2 * SHORT:
            return straddles(a.text, b.text)
    if a.text[-1] in _OPENING:
        return marks.is_wide(b.text[0]) or b.text[0].islower() or len(a.text) > 2 * SHORT
    if _torn(a.text, b.text):
        return True
    if _open_quote_closes(a.text, b.text):
        return True
    return (
        marks.is_prose(a.text)
        and style.closing >= 0.6
        and marks.title_look(a.text) == "no"
        and marks.title_look(b.text) == "no"
    )


def _open_quote_closes(a: str, b: str) -> bool:
    """Whether a quote or bracket that is open at the end of ``a`` is closed in ``b`` before another one opens."""
    stack: list[str] = []
    for char in a:
        if char in _QUOTES:
            stack.append(_QUOTES[char])
        elif stack and char == stack[-1]:
            stack.pop()
    if not stack or len(stack) > 2:
        return False
    first = next((char for char in b if char in _QUOTES or char in _QUOTES.values()), "")
    return first == stack[-1]


def _join(group: Sequence[Piece]) -> Piece:
    if len(group) == 1:
        return group[0]
    parts = [group[0].text]
    for a, b in pairwise(group):
        parts += [joint(a.text, b.text), b.text]
    return replace(group[0], text="".join(parts))


def joint(a: str, b: str) -> str:
    """What stands between two lines once they are joined: nothing beside Chinese, a space between Latin words.

    Nothing either after a hyphen that breaks a word, nor inside a number in Chinese text.
    """
    if marks.is_wide(a[-1]) or marks.is_wide(b[0]):
        return ""
    if a[-1].isdigit() and b[0].isdigit() and marks.has_han(a[-WINDOW:]):
        return ""
    if len(a) > 1 and a[-1] == "-" and a[-2].isalpha() and b[0].islower():
        return ""
    return " "
