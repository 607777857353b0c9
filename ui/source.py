"""The source pane: a reference that outlives the page, and the place in the document that it points to, as HTML.

A reference is ids and offsets; the text is cut out of the document at the moment it is shown and must still be the
text that was quoted. Everything from the document is escaped. This module knows no Gradio, library or answerer.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from qa.documents.assemble import heading_title
from qa.types import TITLE_SEPARATOR, Block, Citation, Document, Passage, Region, VerbatimError
from ui.escape import attribute_html, label_html, text_html
from ui.strings import text

Kind = Literal["c", "n"]
"""``c``: a citation. ``n``: a near passage, which is not an answer."""

NEIGHBOURS = 2
"""Paragraphs shown before and after the cited one, where its article is too long to show whole."""

ARTICLE_BLOCKS = 60
ARTICLE_CHARACTERS = 6_000
"""Up to these sizes an article is shown whole."""

QUOTE_SIDE = 2_000
CONTEXT_SIDE = 1_500
"""Characters shown on each side of the answer in its quote, and of the quote in its paragraph."""

SLACK = 60
"""Characters above such a limit that are shown all the same: to leave out fewer would hide more than it saves."""

_HREF_LIMIT = 400
_HREF = re.compile(r"#([cn])(\d{1,3})-(\S.*)" + r"-(\d{1,12})" * 5 + r"-([0-9a-f]{16})", re.ASCII)
_TAGS = {"heading": "h3", "table": "pre", "code": "pre"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation as a link target. ``digest`` is BLAKE2b of the quote, 16 hex digits: an edited document shows."""

    kind: Kind
    number: int
    document_id: str
    paragraph: int
    quote: tuple[int, int]
    answer: tuple[int, int]
    digest: str

    @classmethod
    def to(cls, citation: Citation, *, kind: Kind = "c") -> Reference:
        """The reference to ``citation``."""
        return cls(
            kind=kind,
            number=citation.number,
            document_id=citation.document_id,
            paragraph=citation.paragraph,
            quote=(citation.quote_start, citation.quote_end),
            answer=(citation.answer_start, citation.answer_end),
            digest=_digest(citation.quote),
        )

    @property
    def href(self) -> str:
        """The reference as a URL fragment, safe in a double-quoted HTML attribute."""
        numbers = "-".join(str(number) for number in (self.paragraph, *self.quote, *self.answer))
        return f"#{self.kind}{self.number}-{quote(self.document_id, safe='')}-{numbers}-{self.digest}"

    @classmethod
    def parse(cls, href: str) -> Reference | None:
        """The reference that ``href`` spells, or ``None``. Whether it points anywhere is for :func:`resolve` to say."""
        match = _HREF.fullmatch(href) if len(href) <= _HREF_LIMIT else None
        if match is None:
            return None
        paragraph, quote_start, quote_end, answer_start, answer_end = (int(part) for part in match.groups()[3:8])
        return cls(
            kind="c" if match[1] == "c" else "n",
            number=int(match[2]),
            document_id=unquote(match[3]),
            paragraph=paragraph,
            quote=(quote_start, quote_end),
            answer=(answer_start, answer_end),
            digest=match[9],
        )


def resolve(document: Document, reference: Reference) -> Citation:
    """The citation that ``reference`` points to, cut out of ``document`` as it is now.

    :raises VerbatimError: if the numbers do not fit the document, or its text is no longer the one quoted.
    """
    block = next((block for block in document.blocks if block.number == reference.paragraph), None)
    if block is None or reference.document_id != document.id:
        raise VerbatimError(f"no paragraph {reference.paragraph} in {document.id}")
    title, section = _headings(document, block)
    passage = Passage(0, document.id, block.start, block.end, title, section, block.number, block.page)
    citation = document.cite(
        number=reference.number,
        passage=passage,
        paragraph=block,
        quote=reference.quote,
        answer=reference.answer,
        score=0.0,
    )
    if _digest(citation.quote) != reference.digest or not citation.holds_in(document):
        raise VerbatimError(f"{document.id} no longer reads at {reference.quote} what was quoted")
    return citation


def source_html(document: Document, reference: Reference, lang: str) -> str:
    """The cited paragraph among its neighbours, the quote marked and the answer in it, with the badge that is true.

    A short article is shown whole. The text content of ``mark.yj-mark`` is ``document.text[start:end]`` of the quote
    (parts of very long ones are left out, and say so).

    :raises VerbatimError: as :func:`resolve`.
    """
    citation = resolve(document, reference)
    first, last = _shown(document, citation.paragraph)
    blocks = document.blocks[first:last]
    body = "".join(
        _here_html(document, block, citation, reference.kind, lang)
        if block.number == citation.paragraph
        else _block_html(block, _clipped(document.text[block.start : block.end], CONTEXT_SIDE, "start", lang))
        for block in blocks
    )
    before = '<p class="yj-more">⋯</p>' if first > 0 else ""
    after = '<p class="yj-more">⋯</p>' if last < len(document.blocks) else ""
    return (
        f'<section class="yj-source" data-key="{reference.href}">{_head_html(citation, reference, lang)}'
        f'<div class="yj-paper" tabindex="0" role="region" aria-label="{text("source_label", lang)}">'
        f"{_pages_html(document, citation, reference.kind, lang)}{before}{body}{after}</div></section>"
    )


def empty_source_html(lang: str, *, problem: str | None = None, key: str = "empty") -> str:
    """The pane with nothing in it: ``key`` is ``empty`` or ``none`` (no quote was found), or ``problem`` says why."""
    title = "" if problem else f"<h2>{text(f'source_{key}_title', lang)}</h2>"
    body = text_html(problem) if problem else text(f"source_{key}_body", lang)
    return (
        f'<section class="yj-source yj-source-empty" data-key="{"problem" if problem else key}">{_close_html(lang)}'
        f'<div class="yj-blank"><span class="yj-blank-mark" aria-hidden="true"></span>{title}<p>{body}</p></div></section>'
    )


def quote_html(citation: Citation, *, side: int, tag: str, lang: str) -> str:
    """The quote with the answer in a ``tag`` element, at most ``side`` characters on each side of it."""
    start, end = citation.answer_start - citation.quote_start, citation.answer_end - citation.quote_start
    return (
        _clipped(citation.quote[:start], side, "end", lang)
        + f"<{tag}>{_clipped(citation.quote[start:end], side, 'start', lang)}</{tag}>"
        + _clipped(citation.quote[end:], side, "start", lang)
    )


def place(citation: Citation, lang: str) -> list[str]:
    """Where a citation stands, in words: article, section, page, paragraph, file; those that there are."""
    parts = [
        text("title", lang, title=citation.title) if citation.title else "",
        citation.section,
        text("page", lang, number=citation.page) if citation.page is not None else "",
        text("paragraph", lang, number=citation.paragraph),
        text("recognised", lang) if citation.recognised else "",
        citation.document,
    ]
    return [part for part in parts if part]


def _head_html(citation: Citation, reference: Reference, lang: str) -> str:
    if reference.kind == "n":
        badge = f'<span class="yj-badge yj-badge-no">{text("not_answer", lang)}</span>'
        name = text("near", lang)
    else:
        help_ = text("verified_help", lang, start=citation.quote_start + 1, end=citation.quote_end)
        badge = f'<span class="yj-badge" title="{attribute_html(help_)}">{text("verified", lang)} ✓</span>'
        name = text("citation", lang, number=citation.number)
    parts = place(citation, lang)
    title, rest = (citation.title, parts[1:]) if citation.title else (citation.document, parts[:-1])
    where = " ".join(f"<span>{label_html(part)}</span>" for part in rest)
    return (
        f'<header class="yj-source-head"><p class="yj-source-top"><span class="yj-source-name">{name}</span>{badge}</p>'
        f'<h2 tabindex="-1">{label_html(title)}</h2><p class="yj-where">{where}</p>{_close_html(lang)}</header>'
    )


def _close_html(lang: str) -> str:
    return f'<button type="button" class="yj-close" aria-label="{text("source_close", lang)}">×</button>'


def _here_html(document: Document, block: Block, citation: Citation, kind: Kind, lang: str) -> str:
    whole = (citation.answer_start, citation.answer_end) == (citation.quote_start, citation.quote_end)
    inner = quote_html(citation, side=QUOTE_SIDE, tag="span" if whole or kind == "n" else "strong", lang=lang)
    before = _clipped(document.text[block.start : citation.quote_start], CONTEXT_SIDE, "end", lang)
    after = _clipped(document.text[citation.quote_end : block.end], CONTEXT_SIDE, "start", lang)
    name = "yj-mark" if kind == "c" else "yj-mark yj-mark-near"
    return _row_head_html(citation) + _block_html(
        block, f'{before}<mark class="{name}">{inner}</mark>{after}', here=True
    )


def _row_head_html(citation: Citation) -> str:
    """What heads the row that is quoted from a table."""
    if not citation.header:
        return ""
    return f'<div class="yj-block yj-table yj-row-head"><span class="yj-no"></span><pre>{text_html(citation.header)}</pre></div>'


def _pages_html(document: Document, citation: Citation, kind: Kind, lang: str) -> str:
    """The pictures of the pages that the quote stands on, with a box over each of its lines."""
    if document.format not in ("pdf", "image"):
        return ""
    pages = sorted({box.page for box in citation.boxes})
    return "".join(_page_html(document, citation, page, kind, lang) for page in pages)


def _page_html(document: Document, citation: Citation, page: int, kind: Kind, lang: str) -> str:
    boxes = "".join(_box_html(box) for box in citation.boxes if box.page == page)
    answer = document.regions_of(citation.answer_start, citation.answer_end) if kind == "c" else ()
    boxes += "".join(_box_html(box, " yj-box-answer") for box in answer if box.page == page)
    seen = any(box.ocr for box in citation.boxes if box.page == page)
    note = f'<span class="yj-badge yj-badge-no">{text("recognised", lang)}</span>' if seen else ""
    label = text("page_of", lang, number=page, count=document.pages or page)
    address = f"/api/documents/{quote(document.id, safe='')}/pages/{page}?{document.revision[:16]}"
    return (
        f'<figure class="yj-page"><div class="yj-page-picture" data-kind="{kind}">'
        f'<img src="{attribute_html(address)}" alt="{attribute_html(label)}" loading="lazy">{boxes}</div>'
        f"<figcaption>{label}{note}</figcaption></figure>"
    )


def _box_html(box: Region, name: str = "") -> str:
    sides = {"left": box.x0, "top": box.y0, "width": box.x1 - box.x0, "height": box.y1 - box.y0}
    style = ";".join(f"{side}:{100 * share:.2f}%" for side, share in sides.items())
    return f'<span class="yj-box{name}" style="{style}"></span>'


def _block_html(block: Block, inner: str, *, here: bool = False) -> str:
    tag = "h4" if block.kind == "heading" and block.level > 1 else _TAGS.get(block.kind, "p")
    name = f"yj-block yj-{block.kind}" + (" yj-here" if here else "")
    return (
        f'<div class="{name}"><span class="yj-no" aria-hidden="true">{block.number}</span>'
        f'<{tag} dir="auto">{inner}</{tag}></div>'
    )


def _clipped(part: str, limit: int, keep: Literal["start", "end"], lang: str) -> str:
    """``part`` as HTML; of a much longer one its first or last ``limit`` characters, and how many are left out."""
    if len(part) <= limit + SLACK:
        return text_html(part)
    cut = f'<span class="yj-cut">{text("omitted", lang, count=len(part) - limit)}</span>'
    return text_html(part[:limit]) + cut if keep == "start" else cut + text_html(part[-limit:])


def _shown(document: Document, paragraph: int) -> tuple[int, int]:
    """Indexes ``[first, last)`` of the blocks to show around the block numbered ``paragraph``."""
    index = next(index for index, block in enumerate(document.blocks) if block.number == paragraph)
    first, last = _article(document, index)
    blocks = document.blocks[first:last]
    if len(blocks) <= ARTICLE_BLOCKS and blocks[-1].end - blocks[0].start <= ARTICLE_CHARACTERS:
        return first, last
    return max(0, index - NEIGHBOURS), min(len(document.blocks), index + NEIGHBOURS + 1)


def _article(document: Document, index: int) -> tuple[int, int]:
    """Indexes ``[first, last)`` of the article that block ``index`` belongs to: from one title up to the next."""
    blocks = document.blocks
    titles = [place for place, block in enumerate(blocks) if block.level == 1]
    # The label over a title belongs to the article that the title opens.
    opens = [place - 1 if place and blocks[place - 1].kind == "label" else place for place in titles]
    first = max((place for place in opens if place <= index), default=0)
    return first, min((place for place in opens if place > index), default=len(blocks))


def _headings(document: Document, block: Block) -> tuple[str, str]:
    """The article title and the section path that ``block`` stands under; the document's title where it has none."""
    title, path = document.title, list[tuple[int, str]]()
    for heading in (item for item in document.blocks if item.level and item.start <= block.start):
        name = heading_title(document.text[heading.start : heading.end])
        if heading.level == 1:
            title, path = name, []
        else:
            path = [part for part in path if part[0] < heading.level] + [(heading.level, name)]
    return title, TITLE_SEPARATOR.join(name for _, name in path)


def _digest(quoted: str) -> str:
    return hashlib.blake2b(quoted.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
