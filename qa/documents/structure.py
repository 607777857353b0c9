"""Repaired pieces of plain text -> blocks with a kind and a level, from the looks of each line and its neighbours.

Covered: articles of a newspaper page (title, deck, sub-headings, labels, bylines at head or foot), reports, contracts
and rules with Chinese or Western numbering, lists, tables set with tabs or bars, English chapters. Not covered: code.
Knows no file and no white space between blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.documents import bylines, marks
from qa.documents.assemble import Draft
from qa.documents.layout import Piece, Style, style_of
from qa.types import BlockKind

BODY = 30
"""Columns from which on an unclosed line counts as body text rather than as a stray short line."""


ARTICLE_RANK = 4
"""Ranks up to that of 第一条 number sections, even where nothing stands between two of them."""


@dataclass(slots=True)
class _Slot:
    """A piece while its kind is being decided. ``look`` is the kind by its own looks; ``title`` a possible title."""

    piece: Piece
    kind: BlockKind | None
    mark: marks.Mark | None
    title: marks.TitleLook
    level: int = 0

    @property
    def candidate(self) -> bool:
        return self.kind is None and self.title != "no"


def recognise(pieces: Sequence[Piece]) -> list[Draft]:
    """The pieces as drafts of blocks, in order, one for one except that an underline joins the title above it."""
    pieces = _with_underlines(pieces)
    style = style_of(pieces)
    slots = [_slot(piece) for piece in pieces]
    _tables(slots)
    _dates(slots)
    if not style.speech:
        _numbered(slots)
        _titles(slots, style)
        _entries(slots)
        _levels(slots)
    return [Draft(slot.piece.text, slot.kind or "paragraph", slot.level) for slot in slots]


def _with_underlines(pieces: Sequence[Piece]) -> list[Piece]:
    """A rule right below a short line underlines it: one heading."""
    merged: list[Piece] = []
    for piece in pieces:
        above = merged[-1] if merged else None
        if (
            above
            and not piece.gap
            and piece.text[0] in "=-~"
            and marks.is_rule(piece.text)
            and marks.title_look(above.text) == "plain"
            and len(piece.text) >= 0.5 * len(above.text)
        ):
            merged[-1] = replace(above, text=f"{above.text}\n{piece.text}")
        else:
            merged.append(piece)
    return merged


def _slot(piece: Piece) -> _Slot:
    text = piece.text
    if "\n" in text:
        return _Slot(piece, "heading", None, "plain", 1 if text[-1] == "=" else 2)
    if level := marks.hash_level(text):
        return _Slot(piece, "heading", None, "plain", level)
    if marks.is_rule(text) or marks.is_label(text):
        return _Slot(piece, "label", None, "no")
    if bylines.is_byline(text):
        return _Slot(piece, "byline", None, "no")
    mark = marks.numbering(text)
    if mark is not None:
        return _Slot(piece, None, mark, "no")
    if marks.is_bullet(text):
        return _Slot(piece, "list_item", None, "no")
    return _Slot(piece, None, None, marks.title_look(text))


def _tables(slots: list[_Slot]) -> None:
    """Two or more rows in a row with as many cells each (or three and more) are a table."""
    counts = [marks.cells(slot.piece.text) if slot.kind in (None, "list_item") else 1 for slot in slots]
    for i, count in enumerate(counts):
        around = [counts[j] for j in (i - 1, i + 1) if 0 <= j < len(slots)]
        if count >= 2 and any(other == count or min(other, count) >= 3 for other in around):
            slots[i].kind, slots[i].title, slots[i].mark = "table", "no", None


def _dates(slots: list[_Slot]) -> None:
    """A line with a date only belongs to the title above it or closes an article; else it heads a note in a diary."""
    for i, slot in enumerate(slots):
        if slot.kind is None and bylines.is_date(slot.piece.text):
            before = slots[i - 1] if i else None
            after = slots[i + 1] if i + 1 < len(slots) else None
            heads = after is not None and _is_body(after) and (before is None or _is_body(before))
            slot.kind, slot.level, slot.title = ("heading", 2, "no") if heads else ("byline", 0, "no")
            slot.mark = None


def _is_body(slot: _Slot) -> bool:
    """Whether the slot holds running text, a list item or a table row."""
    return slot.kind in ("paragraph", "list_item", "table", "code") or (
        slot.kind is None and slot.mark is None and slot.title == "no"
    )


def _numbered(slots: list[_Slot]) -> None:
    """A short numbered line heads a section if text follows it, and is a list item if its next number does.

    A section's number follows that of the section before it, so ``2.`` alone is an item.
    """
    last: dict[str, int] = {}
    for i, slot in enumerate(slots):
        mark = slot.mark
        if mark is None or slot.kind is not None:
            continue
        in_turn = not mark.number or mark.number == 1 or mark.number == last.get(mark.family, 0) + 1
        if _short(mark.rest) and not _keyed(mark) and in_turn and _heads(slots, i, mark):
            slot.kind = "heading"
            if not mark.item:
                last.clear()
            last[mark.family] = mark.number
        else:
            slot.kind = "list_item" if mark.item or (_short(mark.rest) and not _keyed(mark)) else "paragraph"


def _heads(slots: Sequence[_Slot], i: int, mark: marks.Mark) -> bool:
    """Whether the short numbered line at ``i`` has a section under it, by its neighbours."""
    before = slots[i - 1] if i else None
    after = slots[i + 1] if i + 1 < len(slots) else None
    if after is None or after.kind == "byline":
        return False
    listed = (
        before is not None
        and before.kind == "list_item"
        and before.mark is not None
        and before.mark.family == mark.family
    )
    sibling = after.mark is not None and after.mark.family == mark.family
    if mark.rank <= ARTICLE_RANK:
        return not (listed and sibling)
    return not listed and not sibling and not (mark.item and after.kind == "heading")


def _short(rest: str) -> bool:
    """Whether what follows a number reads as a section's title. A number alone does."""
    return not rest or (
        len(rest) <= 64 and marks.columns(rest) <= 64 and not marks.has_stop(rest) and rest[-1] not in "。；;，,、."
    )


def _keyed(mark: marks.Mark) -> bool:
    """Whether the numbered line is ``name: value``, or ``附件：`` before a list."""
    if mark.family == "appendix":
        return mark.rest[:1] in (":", "：") and len(mark.rest) > 1 and not mark.number
    return marks.is_field(mark.rest) and mark.family not in ("part", "chapter", "section", "article", "appendix")


def _titles(slots: list[_Slot], style: Style) -> None:
    """Decide about each run of lines that could be titles."""
    i = 0
    while i < len(slots):
        if not slots[i].candidate:
            i += 1
            continue
        end = i
        while end < len(slots) and slots[end].candidate and (end == i or end - i < 60):
            end += 1
        _title_run(slots, i, end, style)
        i = end


def _title_run(slots: list[_Slot], start: int, end: int, style: Style) -> None:
    run = slots[start:end]
    after = slots[end] if end < len(slots) else None
    opens = _article_opens(slots, start) or _article_follows(slots, end)
    headings: list[_Slot] = []
    if after is None:
        headings = []
    elif opens and (style.closing >= 0.5 or _looks_headed(run[0], after)):
        headings = run[: 1 + _decks(run)]
    elif len(run) <= 2 and style.closing >= 0.6 and (_is_body(after) or after.mark is not None):
        headings = [slot for slot in run if _may_head(slot, after, style)]
    else:
        headings = [slot for slot in run if marks.is_boxed(slot.piece.text)]
    for slot in headings:
        slot.kind = "heading"
        slot.level = 1 if opens and slot is run[0] else 0
    for slot in run:
        if slot.kind is None:
            slot.kind, slot.title = "paragraph", "no"


def _decks(run: Sequence[_Slot]) -> int:
    """How many lines of a title run stand between the title and the text as its deck; authors' names become bylines.

    A deck has one or two lines. More short lines than that, or ``name: value`` among them, are text.
    """
    rest = list(run[1:])
    if len(rest) > 2:
        return 0
    decks = 0
    for slot in rest:
        if bylines.is_name(slot.piece.text):
            slot.kind, slot.title = "byline", "no"
            break
        if marks.is_field(slot.piece.text):
            break
        decks += 1
    return decks


def _entries(slots: Sequence[_Slot]) -> None:
    """In a file of entries, each a heading right above its text and a blank line before the next, all are titles."""
    headings = [i for i, slot in enumerate(slots) if slot.kind == "heading" and slot.mark is None and slot.level != 2]
    gaps = [i for i, slot in enumerate(slots) if slot.piece.gap]
    if len(headings) >= 3 and headings[0] == 0 and gaps == headings and len(slots) >= 2 * len(headings):
        for i in headings:
            slots[i].level = 1


def _article_opens(slots: Sequence[_Slot], start: int) -> bool:
    """Whether a new article may start here: at the top, after a label, or after a byline that closed an article.

    Page numbers are looked past.
    """
    i = start - 1
    while i >= 0 and marks.is_page_mark(slots[i].piece.text):
        i -= 1
    if i < 0 or slots[i].kind == "label":
        return True
    if slots[i].kind != "byline":
        return False
    while i >= 0 and slots[i].kind in ("byline", "label"):
        i -= 1
    return i < 0 or slots[i].kind != "heading"


def _article_follows(slots: Sequence[_Slot], end: int) -> bool:
    """Whether what follows opens an article's text: a byline at its head, or a dateline."""
    if end >= len(slots):
        return False
    if slots[end].kind == "byline":
        after = next((slot for slot in slots[end:] if slot.kind != "byline"), None)
        return after is not None and after.kind != "label" and not after.candidate
    return _is_body(slots[end]) and bylines.has_dateline(slots[end].piece.text)


def _looks_headed(slot: _Slot, after: _Slot) -> bool:
    """Whether a line heads what follows in a file whose text says little about itself: plain, short, set off."""
    return slot.title == "plain" and (
        after.piece.gap or marks.columns(after.piece.text[:BODY]) > BODY or after.mark is not None
    )


def _may_head(slot: _Slot, after: _Slot, style: Style) -> bool:
    """Whether a line in the middle of an article may head a section. One with punctuation in it has to look the part:
    no ``name: value``, and not set like the paragraphs around it. A person's name has to be who the text is about.
    """
    if slot.title == "plain":
        return not bylines.is_name(slot.piece.text) or slot.piece.text in after.piece.text
    if style.indents and (slot.piece.full or slot.piece.indent >= 2):
        return False
    text = slot.piece.text
    return not marks.is_field(text) or (marks.columns(text) > 20 and not any(char.isdigit() for char in text))


def _levels(slots: Sequence[_Slot]) -> None:
    """Numbered headings nest by their numbering, counted from 2 under the article; the rest are 2, or below those."""
    stack: list[tuple[str, int]] = []
    for slot in slots:
        if slot.kind != "heading":
            continue
        if slot.mark is not None:
            family, rank = slot.mark.family, slot.mark.rank
            while stack and stack[-1][0] != family and stack[-1][1] >= rank:
                stack.pop()
            families = [name for name, _ in stack]
            if family in families:
                del stack[families.index(family) :]
            stack.append((family, rank))
            slot.level = 1 + len(stack)
        elif slot.level == 1:
            stack.clear()
        elif slot.level == 0:
            slot.level = 2 + len(stack)
