"""The frozen values that cross borders in this project, and the verbatim rule.

All ranges are ``[start, end)`` in Unicode code points of ``Document.text``. A citation is made in one place only,
:meth:`Document.cite`, by slicing; nothing here searches for a quote. This module knows no file format, index or page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Literal

BlockKind = Literal[
    "heading", "label", "paragraph", "byline", "list_item", "table", "code", "caption", "note", "contents"
]
Status = Literal["answered", "not_found"]

TITLE_SEPARATOR = " › "

_TABLE_NUMBER = re.compile(
    r"(?:续|附)?\s?[表錶]\s?[\dA-Z一二三四五六七八九十]+(?:[-–.．－]\d+)*|Table\s+[\dA-Z]+(?:[-.]\d+)*", re.I
)


class VerbatimError(ValueError):
    """A citation does not equal the text that it claims to quote. Showing it would be a lie."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of a document as its reader would count it.

    ``number`` counts from 1 through all blocks of the document, headings and bylines included. ``level`` is 1 for the
    title of an article or document, 2 and up for the sections under it, 0 for anything that is no heading. ``page``
    counts from 1, or is ``None`` where the format has no pages. A ``table`` block is one row; ``header`` holds the
    numbers of the blocks that head it: caption, which may stand under the table, and header rows; ``row`` counts from 1 in a sheet, else 0.
    ``contents`` is a line of a table of contents, or its heading: it lies in no passage.
    """

    number: int
    kind: BlockKind
    start: int
    end: int
    level: int = 0
    page: int | None = None
    header: tuple[int, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """Where the characters ``[start, end)`` of a document stand on a page: part of one line.

    ``page`` counts from 1. ``x0``, ``y0``, ``x1``, ``y1`` are shares of the page's width and height as it is shown,
    from its top left corner, in [0, 1]. ``ocr`` says that the characters were recognised in a picture, with
    ``confidence`` in [0, 1], higher is surer; 1 where they were not.
    """

    start: int
    end: int
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    ocr: bool = False
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a file that its reader must tell the user. ``code`` names the sentence in ``ui/wording/shelf.py``;
    ``page`` is the page, sheet or member it is about, counted from 1, 0 for the file; ``detail`` fills the sentence.
    """

    code: str
    page: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file's own text with its layout repaired.

    ``id`` stays the same when the file changes; ``revision`` is the hash of the file's bytes and does not. ``blocks``
    are in order, never overlap and never start or end with white space; what lies between them is white space.
    ``pages`` is how many pages or sheets the file has, ``None`` where the format has none. ``regions``, in the order
    of the text, say where it stands on them; empty where that is not known. ``notices`` say what could not be read.
    ``furniture`` holds what was dropped as page header, footer or number: (page, text).
    """

    id: str
    name: str
    path: str
    revision: str
    format: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    regions: tuple[Region, ...] = ()
    notices: tuple[Notice, ...] = ()
    furniture: tuple[tuple[int, str], ...] = ()

    def regions_of(self, start: int, end: int) -> tuple[Region, ...]:
        """The regions that hold characters of ``[start, end)``, each cut to it in proportion to its characters: along its
        length, which is downwards in a column of writing.
        """
        low = bisect_right(self.regions, start, key=lambda region: region.end)
        found = []
        for region in self.regions[low:]:
            if region.start >= end:
                break
            first, past = max(start, region.start), min(end, region.end)
            low_end, high_end = ("y0", "y1") if region.y1 - region.y0 > 2 * (region.x1 - region.x0) else ("x0", "x1")
            begin = getattr(region, low_end)
            step = (getattr(region, high_end) - begin) / (region.end - region.start)
            ends = {low_end: begin + step * (first - region.start), high_end: begin + step * (past - region.start)}
            found.append(replace(region, start=first, end=past, **ends))
        return tuple(found)

    def cite(
        self,
        *,
        number: int,
        passage: Passage,
        paragraph: Block,
        quote: tuple[int, int],
        answer: tuple[int, int] | None,
        score: float,
    ) -> Citation:
        """Cite by slicing: ``answer`` within ``quote`` within ``paragraph``. Without an ``answer`` the quote is the answer.

        :raises VerbatimError: if a range is empty, leaves its container, or leaves the text.
        """
        start, end = paragraph.start, paragraph.end
        answer_start, answer_end = answer if answer is not None else quote
        if not 0 <= start <= quote[0] < quote[1] <= end <= len(self.text):
            raise VerbatimError(f"quote {quote} is not inside paragraph [{start}, {end}) of {self.id}")
        if not quote[0] <= answer_start < answer_end <= quote[1]:
            raise VerbatimError(f"answer {answer} is not inside quote {quote} of {self.id}")
        boxes = self.regions_of(*quote)
        table, row = self.row_of(paragraph)
        return Citation(
            number=number,
            document_id=self.id,
            document=self.name,
            revision=self.revision,
            title=passage.title,
            section=passage.section,
            page=boxes[0].page if boxes else paragraph.page,
            paragraph=paragraph.number,
            start=start,
            end=end,
            text=self.text[start:end],
            quote=self.text[quote[0] : quote[1]],
            quote_start=quote[0],
            quote_end=quote[1],
            answer_start=answer_start,
            answer_end=answer_end,
            score=score,
            header=self.header_of(paragraph),
            boxes=boxes,
            table=table,
            row=row,
        )

    def header_of(self, block: Block) -> str:
        """The blocks that head a table's row, one a line; empty for any other block."""
        heads = set(block.header)
        return "\n".join(self.text[one.start : one.end] for one in self.blocks if one.number in heads)

    def row_of(self, block: Block) -> tuple[str, int]:
        """The table of a row, and which of its rows it is, counted from 1 with those that head it.

        A table is called by the number in its caption (表 3-1), else by its place among the tables of the document ("3").
        A row of a sheet has that of the sheet, and no table; any other block has neither: ``("", 0)``.
        """
        if block.kind != "table":
            return "", 0
        if block.row:
            return "", block.row
        first = block.number
        while first > 1 and not self._opens_table(first):
            first -= 1
        captions = (self.blocks[number - 1] for number in block.header if self.blocks[number - 1].kind == "caption")
        named = (_TABLE_NUMBER.match(self.text[caption.start : caption.end]) for caption in captions)
        label = next((" ".join(match.group().split()) for match in named if match), "")
        return label or str(sum(map(self._opens_table, range(1, first + 1)))), block.number - first + 1

    def _opens_table(self, number: int) -> bool:
        """Whether a block is the first row of a table: none is before it, or it heads what follows and that one not."""
        block, before = self.blocks[number - 1], self.blocks[number - 2] if number > 1 else None
        if block.kind != "table" or before is None or before.kind != "table":
            return block.kind == "table"
        after = self.blocks[number] if number < len(self.blocks) else None
        heads = after is not None and after.kind == "table" and number in after.header
        return heads and before.number not in (*block.header, *(after.header if after else ()))


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one document that is indexed and read as a whole: a paragraph, several short ones, or part of a
    long one. ``id`` is its row in the library and in every index; 0 before it is stored. ``title`` is the article's
    title, ``section`` the headings under it joined by ``TITLE_SEPARATOR`` (may be empty). ``paragraph`` is the number
    of the first block that it touches. ``also`` holds what the document calls the things named in it elsewhere, and the
    header of the table rows in it, for matching only.
    """

    id: int
    document_id: str
    start: int
    end: int
    title: str
    section: str
    paragraph: int
    page: int | None = None
    also: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. ``text`` is its slice. ``score`` is the fused score; ``dense`` the cosine in [-1, 1];
    ``lexical`` the BM25 score, 0 and up. Higher is nearer for all three. ``document`` is the passage's, where known.
    """

    passage: Passage
    text: str
    score: float
    dense: float
    lexical: float
    document: Document | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in one passage. Offsets are into ``Hit.text``.

    ``hit`` is the index of the passage in the list that was read. ``answer`` is ``None`` where the quote as a whole
    is the answer. ``score`` is higher for better readings and comparable across passages of one question.
    """

    hit: int
    quote: tuple[int, int]
    answer: tuple[int, int] | None
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A proven quote, in the shape of the JSON contract. Make one with :meth:`Document.cite` only.

    ``header`` is what heads the row that is quoted from a table, ``table`` and ``row`` are as :meth:`Document.row_of`
    says; ``boxes`` is where the quote stands on its pages.
    """

    number: int
    document_id: str
    document: str
    revision: str
    title: str
    section: str
    page: int | None
    paragraph: int
    start: int
    end: int
    text: str
    quote: str
    quote_start: int
    quote_end: int
    answer_start: int
    answer_end: int
    score: float
    header: str = ""
    boxes: tuple[Region, ...] = ()
    table: str = ""
    row: int = 0

    @property
    def recognised(self) -> bool:
        """Whether some of the quote was recognised in a picture; ``boxes`` say with what confidence."""
        return any(box.ocr for box in self.boxes)

    def holds_in(self, document: Document) -> bool:
        """Whether every slice still equals ``document``'s text. Checked again at the moment a quote is shown."""
        text = document.text
        return (
            self.document_id == document.id
            and text[self.start : self.end] == self.text
            and text[self.quote_start : self.quote_end] == self.quote
            and self.start <= self.quote_start <= self.answer_start < self.answer_end <= self.quote_end <= self.end
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of wall time by stage."""

    retrieve: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of a conversation that is over: what was asked, what it was understood as ("" where it was taken as it
    stood), the answer ("" where none was found) and the :data:`Status`.
    """

    question: str
    understood: str
    answer: str
    status: str

    @property
    def asked(self) -> str:
        """The question as it was understood."""
        return (self.understood or self.question).strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. ``confidence`` is the calibrated probability in [0, 1] that the best reading found
    answers it, whether or not it was bold enough to be given.

    ``citations`` all give ``answer``, the first being the proof; ``others`` are citations of other documents that give
    another answer with confidence, each its own. With ``not_found``: ``answer`` is empty, ``citations`` and ``others``
    are empty, and ``near`` holds up to three passages that are *not* answers.

    ``understood`` is the question as resolved against the conversation, empty where it was taken as it stands.
    ``suggestions``, with ``not_found`` only, are questions near it that are answered. ``missing`` holds the content words
    of the question, as it spells them, that no document of the library holds; an answer may be right without them, by
    another word for the same, a doubtful one the less so.
    """

    question: str
    status: Status
    answer: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    near: tuple[Citation, ...] = ()
    others: tuple[Citation, ...] = ()
    timings_ms: Timings = field(default_factory=lambda: Timings(0.0, 0.0, 0.0))
    id: str | None = None
    understood: str = ""
    suggestions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def shifted(span: tuple[int, int], offset: int) -> tuple[int, int]:
    """``[start, end)`` moved by ``offset``: from a passage into its document, or back."""
    return span[0] + offset, span[1] + offset
