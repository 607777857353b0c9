"""Document -> Passages by offset, and text -> sentences by offset.

A passage is what is indexed and read as a whole. It never crosses an article or a section; within one, short blocks
are put together and long ones split at the ends of sentences, so that passages come out near :data:`TARGET`
characters and never above :data:`MAX`. Knows no file format, index or model.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from qa.aliases import find_aliases, other_names, parties
from qa.documents.assemble import heading_title
from qa.types import TITLE_SEPARATOR, Block, Document, Passage

TARGET = 320
"""Characters that a passage should have."""
MAX = 400
"""Characters that a passage has at most."""
LONG_SENTENCE = 120
"""Characters above which a sentence is split at semicolons too."""

HEADER = 120
"""Characters at most that a passage takes over from the header of the rows in it."""

FEWEST_HAN, LONGEST_NAME = 3, 40
"""Chinese characters from which the name of a file says what is in it, and characters up to which it does."""

_ATOM = 40
"""Characters up to which neighbouring sentences or short paragraphs are never parted, which bounds the work."""
_INSIDE = 0.25
"""Cost of a cut inside a paragraph, in squared shares of TARGET."""
_ORPHAN = 4.0
"""Cost of leaving a heading without the text under it: more than any unevenness of length."""

_CLOSE = "”’」』）)】》〉\\]］\"'"
_STOP = re.compile(rf"\n|(?:[。｡！？!?]+|…{{1,}}|(?<!\.)\.++(?=[\s{_CLOSE}]|$|[\u3400-\u9fff]))[{_CLOSE}]*")
_HAN = re.compile("[\u3400-\u9fff]")
_SEMICOLON = re.compile(f"[；;][{_CLOSE}]*")
_COMMA = re.compile(f"[，、,：:；;—…][{_CLOSE}]*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Lt|Sgt|Capt|St|Jr|Sr|Inc|Ltd|Co|Corp|vs|etc|No|Nos|Fig|Figs|Eq|Vol|pp|p|"
    r"cf|al|ca|approx|e\.g|i\.e|a\.m|p\.m|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|\d{1,3}|[IVX]+)$",
)
_GOES_ON = re.compile(
    r"[，、,；;：:。．的]|(?:等|是|与|和|及|或|之)|[^，。！？]{1,6}[说问道喊答叫](?:着|了)?[，。：,:]|\s*[a-z]"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Ranges ``[start, end)`` of the sentences of ``text``: in order, trimmed, covering all that is not white space.

    A sentence ends with 。！？!? or a full stop, with the quotes and brackets that close after it, or at a line end.
    An ellipsis ends one before a closing quote, a space or a line end only. Not at: a colon; the point of a decimal
    or an abbreviation; a stop inside a quote that the sentence goes on after (“好吗？”他问). A semicolon ends one
    only where the sentence is longer than :data:`LONG_SENTENCE`.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for match in _STOP.finditer(text):
        if _ends(text, match):
            _add(found, text, start, match.end())
            start = match.end()
    _add(found, text, start, len(text))
    return [part for whole in found for part in _at_semicolons(text, whole)]


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether the stop that was matched ends a sentence."""
    stop, end = match.group(), match.end()
    if stop == "\n":
        return True
    rest = text[end : end + 12]
    if stop[0] == ".":
        if rest and not rest[0].isspace() and stop[-1] == ".":
            return match.start() > 0 and "\u3400" <= text[match.start() - 1] <= "\u9fff"
        if len(stop.rstrip(_CLOSE)) == 1 and _ABBREVIATION.search(text[max(0, match.start() - 12) : match.start()]):
            return not rest.strip()
        return not re.match(r"\s+[a-z]", rest)
    if not rest or rest[0].isspace():
        return not (stop[-1] not in "。！？!?" and re.match(r"\s+[a-z]", rest))
    closer = stop[-1] not in "。｡！？!?…"
    if stop[0] == "…":
        return closer and not _GOES_ON.match(rest)
    if closer and (
        stop[-1] in "》〉" or (_GOES_ON.match(rest) and (stop[0] not in "。｡" or rest[0] in "，、,；;：:。"))
    ):
        return False
    return closer or rest[0] not in "，、,；;"


def _at_semicolons(text: str, whole: tuple[int, int]) -> list[tuple[int, int]]:
    """A sentence as it is, or cut at its semicolons if it is long."""
    start, end = whole
    if end - start <= LONG_SENTENCE:
        return [whole]
    parts: list[tuple[int, int]] = []
    for match in _SEMICOLON.finditer(text, start, end):
        _add(parts, text, start, match.end())
        start = match.end()
    _add(parts, text, start, end)
    return parts


def _add(ranges: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Append ``[start, end)`` trimmed, unless nothing is left; what holds no letter or digit joins the one before."""
    part = text[start:end]
    bare = part.strip()
    if not bare:
        return
    start += len(part) - len(part.lstrip())
    end = start + len(bare)
    if ranges and len(bare) < 4 and "\n" not in text[ranges[-1][1] : start] and not any(map(str.isalnum, bare)):
        ranges[-1] = (ranges[-1][0], end)
    else:
        ranges.append((start, end))


@dataclass(frozen=True, slots=True)
class _Atom:
    """A stretch that is never cut: a short block, or a sentence or clause of a long one.

    ``heading``: it must not end a passage that has more text under it. ``ends``: it ends its block.
    """

    start: int
    end: int
    block: Block
    ends: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """Consecutive blocks under the same headings."""

    title: str
    section: str
    blocks: tuple[Block, ...]


def split_all(documents: Iterable[Document], *, at_least: int) -> Iterator[list[tuple[Document, list[Passage]]]]:
    """Whole documents with their passages, together at least ``at_least`` of them but for the last list."""
    batch: list[tuple[Document, list[Passage]]] = []
    count = 0
    for document in documents:
        passages = split_passages(document)
        batch.append((document, passages))
        count += len(passages)
        if count >= at_least:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def split_passages(document: Document) -> list[Passage]:
    """The passages of ``document``, in order. Every character that is not white space lies in exactly one of them,
    but for a table of contents, where there is anything else.

    ``id`` is 0 until a library stores them. Deterministic.
    """
    passages: list[Passage] = []
    aliases, about = find_aliases(document.text), (*parties(document.text), *_file_name(document))
    for unit in _units(document):
        starts = [block.start for block in unit.blocks]
        for first, last in _cut(unit, document.text):
            blocks = unit.blocks[bisect_right(starts, first.start) - 1 : bisect_left(starts, last.end)]
            text = f"{unit.title}\n{document.text[first.start : last.end]}"
            names = other_names(text, aliases)
            names += [name for name in about if name not in text and name not in names]
            passages.append(
                Passage(
                    id=0,
                    document_id=document.id,
                    start=first.start,
                    end=last.end,
                    title=unit.title,
                    section=unit.section,
                    paragraph=first.block.number,
                    page=first.block.page,
                    also=" ".join([*_header(document, blocks, first.start, last.end), *names]),
                )
            )
    return passages


def _file_name(document: Document) -> tuple[str, ...]:
    """What the name of the file says of the document, if it says it in Chinese and no title does."""
    name = PurePath(document.name).stem
    return (name,) if len(_HAN.findall(name)) >= FEWEST_HAN and len(name) <= LONGEST_NAME else ()


def _header(document: Document, blocks: Sequence[Block], start: int, end: int) -> list[str]:
    """What heads the table rows in ``blocks`` and stands outside of ``[start, end)``, their passage: captions and
    header rows, and the beginning of a row that the passage goes on with. No more than HEADER characters.
    """
    spans: dict[int, tuple[int, int]] = {}
    for row in (block for block in blocks if block.kind == "table"):
        for block in (document.blocks[number - 1] for number in row.header):
            if not start <= block.start < end:
                spans[block.number] = block.start, block.end
        if row.start < start:
            spans[row.number] = row.start, min(row.end, row.start + HEADER // 2, start)
    first = blocks[0]
    before = document.blocks[first.number - 2] if first.number > 1 else None
    if before and first.kind == "table" != before.kind and before.end < start:
        text = document.text[max(before.start, before.end - HEADER // 2) : before.end]
        if text.endswith((":", "：")):  # the line that introduces the table
            spans[before.number] = before.end - len(text), before.end
    texts, room = [], HEADER
    for begin, end in (spans[number] for number in sorted(spans)):
        text = document.text[begin : min(end, begin + room)].strip()
        if text:
            texts.append(text)
            room -= len(text) + 1
        if room <= 0:
            break
    return texts


def _units(document: Document) -> Iterator[_Unit]:
    """Cut the blocks at headings. A heading opens the unit under it; so does a label right before a title.

    Headings that follow each other, each deeper than the last, open one unit together.
    """
    title = document.title
    path: list[tuple[int, str]] = []
    blocks: list[Block] = []
    decks = _decks(document.blocks)
    listed = any(block.kind != "contents" for block in document.blocks)
    for i, block in enumerate(document.blocks):
        if listed and block.kind == "contents":
            if blocks:
                yield _Unit(title, TITLE_SEPARATOR.join(name for _, name in path), tuple(blocks))
            blocks = []
            continue
        following = document.blocks[i + 1] if i + 1 < len(document.blocks) else None
        introduces = block.kind == "label" and following is not None and following.level == 1
        if introduces or (block.level and not (_deepens(blocks, block) or _follows(blocks, block))):
            if blocks:
                yield _Unit(title, TITLE_SEPARATOR.join(name for _, name in path), tuple(blocks))
            blocks = []
        if block.level and block.number not in decks:
            name = heading_title(document.text[block.start : block.end])
            path = [] if block.level == 1 else [part for part in path if part[0] < block.level] + [(block.level, name)]
            title = name if block.level == 1 else title
        blocks.append(block)
    if blocks:
        yield _Unit(title, TITLE_SEPARATOR.join(name for _, name in path), tuple(blocks))


def _decks(blocks: Sequence[Block]) -> set[int]:
    """Numbers of the lines under an article's title that belong to it: the only heading below it, and right below it.

    Such a line says what the article holds, not what a section of it does.
    """
    decks: set[int] = set()
    headings = [block for block in blocks if block.level]
    for i, heading in enumerate(headings[1:], start=1):
        title, following = headings[i - 1], headings[i + 1] if i + 1 < len(headings) else None
        alone = title.level == 1 and heading.level == 2 and (following is None or following.level == 1)
        if alone and heading.number == title.number + 1:
            decks.add(heading.number)
    return decks


def _deepens(blocks: Sequence[Block], heading: Block) -> bool:
    """Whether ``heading`` stands right under a higher heading, or right after the label that introduces it."""
    if not blocks:
        return False
    last = blocks[-1]
    if last.kind == "label":
        return len(blocks) == 1 and heading.level == 1
    return last.level > 0 and last.level < heading.level


def _follows(blocks: Sequence[Block], heading: Block) -> bool:
    """Whether only headings stand before ``heading`` in its unit, the last as deep: it had nothing under it to head, so
    it says something of what comes (证券分析师, above the name of one).
    """
    return bool(blocks) and 1 < heading.level == blocks[-1].level and all(block.level > 1 for block in blocks)


def _cut(unit: _Unit, text: str) -> list[tuple[_Atom, _Atom]]:
    """First and last atom of each passage of ``unit``: the partition of least cost under the limit of MAX."""
    first, last = unit.blocks[0], unit.blocks[-1]
    if last.end - first.start <= MAX:
        return [(_Atom(first.start, first.end, first, True), _Atom(last.start, last.end, last, True))]
    atoms = list(_atoms(unit.blocks, text))
    best = [0.0] + [float("inf")] * len(atoms)
    back = [0] * (len(atoms) + 1)
    for end in range(1, len(atoms) + 1):
        penalty = _penalty(atoms, end)
        for start in range(end - 1, -1, -1):
            length = atoms[end - 1].end - atoms[start].start
            if length > MAX:
                break
            cost = best[start] + ((length - TARGET) / TARGET) ** 2 + penalty
            if cost < best[end]:
                best[end], back[end] = cost, start
    cuts: list[tuple[_Atom, _Atom]] = []
    end = len(atoms)
    while end:
        cuts.append((atoms[back[end]], atoms[end - 1]))
        end = back[end]
    return cuts[::-1]


def _penalty(atoms: Sequence[_Atom], end: int) -> float:
    """Cost of a passage's end before ``atoms[end]``, beside that of its length."""
    if end == len(atoms):
        return 0.0
    if atoms[end - 1].block.level:
        return _ORPHAN
    return 0.0 if atoms[end - 1].ends else _INSIDE


def _atoms(blocks: Sequence[Block], text: str) -> Iterator[_Atom]:
    """Short blocks whole, longer ones as their sentences, those that are too long cut further; tiny ones together.

    A block right under headings counts as long where it does not fit in one passage with them, but for a table's row.
    """
    held: _Atom | None = None
    opening: Block | None = None
    for block in blocks:
        opening = opening or block
        whole = block.level or block.kind == "table"
        if block.end - opening.start <= MAX or whole and block.end - block.start <= MAX:
            parts = [(block.start, block.end)]
        else:
            parts = [
                (block.start + a, block.start + b)
                for start, end in sentences(text[block.start : block.end])
                for a, b in _short_enough(text[block.start : block.end], start, end)
            ]
        for start, end in parts:
            atom = _Atom(start, end, block, end == block.end)
            if held and not held.block.level and not block.level and end - held.start <= _ATOM:
                held = _Atom(held.start, end, held.block, atom.ends)
                continue
            if held:
                yield held
            held = atom
        opening = opening if block.level else None
    if held:
        yield held


def _short_enough(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """``[start, end)`` cut into ranges of at most MAX: after commas where there are any, else anywhere."""
    if end - start <= MAX:
        return [(start, end)]
    ranges: list[tuple[int, int]] = []
    for stop in [match.end() for match in _COMMA.finditer(text, start, end)] + [end]:
        if stop - start < _ATOM and stop < end:
            continue
        while stop - start > MAX:
            step = -(-(stop - start) // -(-(stop - start) // MAX))
            ranges += _trimmed(text, start, start + step)
            start += step
        ranges += _trimmed(text, start, stop)
        start = stop
    return ranges


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """``[start, end)`` without white space at its ends; nothing if nothing is left."""
    bare = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return [(start, start + len(bare))] if bare else []
