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
from qa.types import TITLE_SEPARATOR, Block, Citation, Document, Passage, VerbatimError
from ui.bibliography import bibliography, place, quoted, titled
from ui.escape import attribute_html, label_html, text_html
from ui.paper import CHUNK_BLOCKS, blocks_html, more_html, paper_html
from ui.picture import picture_html
from ui.strings import text

Kind = Literal["c", "n"]
"""``c``: a citation. ``n``: a near passage, which is not an answer."""

COPIED_QUOTE = 3_000
"""Characters of a quote that can be copied with its reference; a longer one is a text to open, not to quote."""

_HREF_LIMIT = 400
_HREF = re.compile(r"#([cn])(\d{1,3})-(\S.*)" + r"-(\d{1,12})" * 5 + r"-([0-9a-f]{16})([0-9a-f]{8})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation as a link target. ``digest`` is BLAKE2b of the quote, 16 hex digits: an edited document shows.

    ``revision`` is that of the document's revision, 8 digits, or empty where it is not known.
    """

    kind: Kind
    number: int
    document_id: str
    paragraph: int
    quote: tuple[int, int]
    answer: tuple[int, int]
    digest: str
    revision: str = ""

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
            revision=revision_digest(citation.revision),
        )

    @property
    def href(self) -> str:
        """The reference as a URL fragment, safe in a double-quoted HTML attribute."""
        numbers = "-".join(str(number) for number in (self.paragraph, *self.quote, *self.answer))
        return f"#{self.kind}{self.number}-{quote(self.document_id, safe='')}-{numbers}-{self.digest}{self.revision}"

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
            revision=match[10] or "",
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

    Where the document has pictures of its pages, the page is shown first and the text is a click away. The text
    content of ``mark.yj-mark`` is ``document.text[start:end]`` of the quote (parts of very long ones are left out, and
    say so; a table's row is marked cell by cell).

    :raises VerbatimError: as :func:`resolve`.
    """
    citation = resolve(document, reference)
    near = reference.kind == "n"
    picture = picture_html(document, citation, lang, near=near)
    paper = paper_html(document, citation, lang, near=near)
    label = text("source_label", lang)
    return (
        f'<section class="yj-source" data-key="{reference.href}" data-view="{"page" if picture else "text"}" '
        f'data-document="{quote(document.id, safe="")}" data-revision="{revision_digest(document.revision)}">'
        f"{_head_html(document, citation, reference, lang, pictured=bool(picture))}{picture}"
        f'<div class="yj-paper" tabindex="0" role="region" aria-label="{label}">{paper}</div></section>'
    )


def more_source_html(document: Document, revision: str, first: int, last: int, lang: str) -> str:
    """The paragraphs with indexes ``[first, last)``, as they are fetched when the reader scrolls, and where the next ones are.

    Empty where ``revision`` is no longer the document's: its paragraphs would not join those that are shown.
    """
    if revision != revision_digest(document.revision) or not 0 <= first < last <= len(document.blocks):
        return ""
    last = min(last, first + CHUNK_BLOCKS)
    body = blocks_html(document, first, last, lang)
    return more_html(document, first, "before") + body + more_html(document, last, "after")


def empty_source_html(lang: str, *, problem: str | None = None, title: str = "", key: str = "empty") -> str:
    """The pane with nothing in it: ``key`` is ``empty`` or ``none`` (no quote was found), or ``problem`` says why."""
    head = text_html(title) if problem else text(f"source_{key}_title", lang)
    body = text_html(problem) if problem else text(f"source_{key}_body", lang)
    return (
        f'<section class="yj-source yj-source-empty" data-key="{"problem" if problem else key}">{_close_html(lang)}'
        f'<div class="yj-blank"><span class="yj-blank-mark" aria-hidden="true"></span>'
        f"{f'<h2>{head}</h2>' if head else ''}<p>{body}</p></div></section>"
    )


def _head_html(document: Document, citation: Citation, reference: Reference, lang: str, *, pictured: bool) -> str:
    if reference.kind == "n":
        badge = f'<span class="yj-badge yj-badge-no">{text("not_answer", lang)}</span>'
        name = text("near", lang)
    else:
        help_ = text("verified_help", lang, start=citation.quote_start + 1, end=citation.quote_end)
        badge = f'<span class="yj-badge" title="{attribute_html(help_)}">{text("verified", lang)} ✓</span>'
        name = text("citation", lang, number=citation.number)
    if reference.revision and reference.revision != revision_digest(document.revision):
        badge += (
            f'<span class="yj-changed" title="{attribute_html(text("revision_changed_help", lang))}">'
            f"{text('revision_changed', lang)}</span>"
        )
    parts = place(citation, lang)
    named = titled(citation.title, citation.document, lang)
    title, rest = (citation.title, parts[1:]) if named else (citation.document, parts[:-1])
    where = " ".join(f"<span>{label_html(part)}</span>" for part in rest)
    return (
        f'<header class="yj-source-head"><div class="yj-source-top"><span class="yj-source-name">{name}</span>{badge}'
        f"{_steps_html(lang)}</div>"
        f'<h2 tabindex="-1">{label_html(title)}</h2><p class="yj-where">{where}</p>'
        f'<div class="yj-source-tools">{_views_html(lang) if pictured else ""}{_copies_html(document, citation, lang)}</div>'
        f"{_close_html(lang)}</header>"
    )


def _steps_html(lang: str) -> str:
    """‹ › between the citations of the answer; the page fills in which of how many this is."""
    before, after = text("citation_previous", lang), text("citation_next", lang)
    return (
        f'<span class="yj-steps" role="group" aria-label="{text("citations_label", lang)}" hidden>'
        f'<button type="button" class="yj-step" data-step="-1" aria-label="{before}" title="{before} (←)">‹</button>'
        f'<span class="yj-nth" aria-live="polite"></span>'
        f'<button type="button" class="yj-step" data-step="1" aria-label="{after}" title="{after} (→)">›</button></span>'
    )


def _views_html(lang: str) -> str:
    page, words = text("view_page", lang), text("view_text", lang)
    return (
        f'<span class="yj-views" role="group" aria-label="{text("view_label", lang)}">'
        f'<button type="button" data-view="page" aria-pressed="true">{page}</button>'
        f'<button type="button" data-view="text" aria-pressed="false">{words}</button></span>'
    )


def _copies_html(document: Document, citation: Citation, lang: str) -> str:
    if len(citation.quote) > COPIED_QUOTE:
        return ""
    forms = (
        (text("copy_quote", lang), text("copy_quote_help", lang), quoted(citation, lang)),
        (text("copy_reference", lang), text("copy_reference_help", lang), bibliography(document, citation)),
    )
    done = text("copied", lang)
    return "".join(
        f'<button type="button" class="yj-copy" data-done="{done}" title="{help_}">{label}</button>'
        f'<span class="yj-copied" hidden>{text_html(form)}</span>'
        for label, help_, form in forms
    )


def _close_html(lang: str) -> str:
    label = text("source_close", lang)
    return f'<button type="button" class="yj-close" aria-label="{label}" title="{label} (Esc)">×</button>'


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


def revision_digest(revision: str) -> str:
    """8 hex digits that stand for a document's revision in links and pages."""
    return _digest(revision)[:8]


def _digest(quoted: str) -> str:
    return hashlib.blake2b(quoted.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
