"""The picture of a page with a box over each line of the quote, and what turns and enlarges it, as HTML.

The pictures come from ``/api/documents/{id}/pages/{page}``. This module knows no reference, library or Gradio.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from qa.types import Citation, Document, Region
from ui.bibliography import pages_of
from ui.escape import attribute_html
from ui.strings import text

DRAWN = frozenset({"pdf", "image"})
"""Formats whose pages can be drawn."""


def picture_html(document: Document, citation: Citation, lang: str, *, near: bool) -> str:
    """The page that the answer stands on, or else that the quote begins on, with the boxes of both; empty where it cannot
    be drawn.

    The boxes of all its pages are there; each shows when its page does. So is the column that the paragraph fills, which
    is not seen: the page's script enlarges the page as far as it still fits.
    """
    if document.format not in DRAWN or not citation.boxes:
        return ""
    answer = () if near else document.regions_of(citation.answer_start, citation.answer_end)
    first = min(box.page for box in answer or citation.boxes)
    count = document.pages or first
    boxes = "".join(_box_html(box, first, "yj-column") for box in _columns(document, citation))
    boxes += "".join(_box_html(box, first, "yj-box") for box in citation.boxes)
    boxes += "".join(_box_html(box, first, "yj-box yj-box-answer") for box in answer)
    address = attribute_html(f"/api/documents/{quote(document.id, safe='')}/pages/", limit=800)
    label = text("page_of", lang, number=first, count=count)
    said = text("page_of", lang, number="{page}", count=count)
    version = quote(document.revision[:16], safe="")
    return (
        f'<div class="yj-leaf" data-page="{first}" data-pages="{count}" data-address="{address}" data-version="{version}" '
        f'data-said="{attribute_html(said)}">{_tools_html(citation, first, count, lang)}'
        f"{_parts_html(citation, first, lang)}"
        f'<div class="yj-page" tabindex="0" role="region" aria-label="{attribute_html(label)}">'
        f'<div class="yj-page-picture" data-kind="{"n" if near else "c"}" '
        f'data-coming="{text("page_coming", lang)}">'
        f'<img src="{address}{first}?{version}" alt="{attribute_html(label)}">{boxes}</div>'
        f'<p class="yj-page-gone" hidden>{text("page_gone", lang)}</p></div></div>'
    )


def _columns(document: Document, citation: Citation) -> list[Region]:
    """What the paragraph takes of each of its pages, from its first line to its last."""
    block = next(block for block in document.blocks if block.number == citation.paragraph)
    lines = document.regions_of(block.start, block.end)
    pages = {line.page: [other for other in lines if other.page == line.page] for line in lines}
    return [
        replace(
            here[0],
            x0=min(line.x0 for line in here),
            y0=min(line.y0 for line in here),
            x1=max(line.x1 for line in here),
            y1=max(line.y1 for line in here),
        )
        for here in pages.values()
    ]


def _tools_html(citation: Citation, first: int, count: int, lang: str) -> str:
    note = f'<span class="yj-badge yj-badge-no">{text("recognised", lang)}</span>' if citation.recognised else ""
    return (
        f'<div class="yj-page-tools" role="group" aria-label="{text("view_page", lang)}">'
        f"{_tool('yj-turn-page', '-1', text('page_previous', lang), '‹')}"
        f'<span class="yj-page-no" aria-live="polite"><b>{first}</b> / {count}</span>'
        f"{_tool('yj-turn-page', '1', text('page_next', lang), '›')}"
        f'{note}<span class="yj-gap"></span>'
        f"{_tool('yj-zoom', '-1', text('zoom_out', lang), '−')}"
        f'<span class="yj-zoomed" aria-live="polite">100%</span>'
        f"{_tool('yj-zoom', '1', text('zoom_in', lang), '+')}</div>"
    )


def _parts_html(citation: Citation, first: int, lang: str) -> str:
    """Where a quote stands on several pages: a button for each of them; ``first`` is the one that is shown."""
    pages = pages_of(citation)
    if len(pages) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" class="yj-part" data-page="{page}" aria-pressed="{str(page == first).lower()}">'
        f"{text('page', lang, number=page)}</button>"
        for page in pages
    )
    return f'<p class="yj-parts">{text("quote_pages", lang)}{buttons}</p>'


def _tool(name: str, step: str, label: str, sign: str) -> str:
    return (
        f'<button type="button" class="{name}" data-step="{step}" aria-label="{label}" title="{label}">'
        f'<span aria-hidden="true">{sign}</span></button>'
    )


def _box_html(box: Region, first: int, name: str) -> str:
    sides = {"left": box.x0, "top": box.y0, "width": box.x1 - box.x0, "height": box.y1 - box.y0}
    style = ";".join(f"{side}:{100 * share:.2f}%" for side, share in sides.items())
    hidden = "" if box.page == first else " hidden"
    return f'<span class="{name}" data-page="{box.page}" style="{style}"{hidden}></span>'
