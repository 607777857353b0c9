"""What stands around the conversation, as HTML: the page's head, the head of the library column, the hint.

Everything from documents is escaped. This module knows no Gradio, answer or source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.escape import attribute_html, label_html, text_html
from ui.strings import text

if TYPE_CHECKING:
    from qa.library import DocumentInfo


def head_html(documents: Sequence[DocumentInfo], lang: str) -> str:
    """The page's head: its name, the size of the library, and where the window is narrow the button to open it."""
    size = text(
        "library_size", lang, count=len(documents), characters=sum(document.characters for document in documents)
    )
    return (
        f'<header class="yj-head" data-library="{text("library_label", lang)}" data-chat="{text("chat_label", lang)}" '
        f'data-source="{text("source_label", lang)}">'
        f'<button type="button" class="yj-drawer" aria-controls="yj-library" aria-expanded="false">'
        f'<span class="yj-bars" aria-hidden="true"></span><span>{text("library_label", lang)}</span></button>'
        f'<p class="yj-brand"><span class="yj-seal" aria-hidden="true">{text("seal", lang)}</span>'
        f"{text('brand', lang)}<small>{text('tagline', lang)}</small></p>"
        f'<p class="yj-size">{size}</p></header>'
    )


def library_head_html(lang: str) -> str:
    """The head of the library column, with the button that folds it to a rail and back."""
    label = text("library_label", lang)
    return (
        f'<div class="yj-library-head"><h2>{label}</h2>'
        f'<button type="button" class="yj-fold" aria-controls="yj-library" aria-expanded="true" '
        f'data-open="{text("library_open", lang)}" data-fold="{text("library_fold", lang)}" '
        f'aria-label="{text("library_fold", lang)}"><span aria-hidden="true"></span></button>'
        f'<span class="yj-rail" aria-hidden="true">{label}</span></div>'
    )


def documents_html(documents: Sequence[DocumentInfo], lang: str) -> str:
    """The documents that the library holds, each with its size."""
    if not documents:
        return f'<p class="yj-documents-none">{text("library_none", lang)}</p>'
    items = "".join(
        f'<li title="{attribute_html(document.path)}"><span class="yj-document">{label_html(document.name)}</span>'
        f"<small>{text('document_size', lang, count=document.paragraphs, characters=document.characters)}</small></li>"
        for document in documents
    )
    return f'<ul class="yj-documents">{items}</ul>'


def hint_html(lang: str, problem: str = "") -> str:
    """What stands under the question box: how to ask, or what is wrong with the question."""
    if problem:
        return f'<p class="yj-hint yj-hint-bad" role="alert">{text_html(problem)}</p>'
    return f'<p class="yj-hint">{text("send_hint", lang)}</p>'
