"""What stands around the conversation, as HTML: the page's head, the head of the library column, the hint.

Everything from questions is escaped. This module knows no Gradio, library, answer or source.
"""

from __future__ import annotations

from ui.escape import text_html
from ui.strings import text


def head_html(lang: str) -> str:
    """The page's head: its name, room for the size of the library, which the pane's script fills, and where the window
    is narrow the button to open it. Nothing in it changes, so that nothing makes it anew under somebody's finger.
    """
    return (
        f'<header class="yj-head" data-library="{text("library_label", lang)}" data-chat="{text("chat_label", lang)}" '
        f'data-source="{text("source_label", lang)}">'
        f'<button type="button" class="yj-skip">{text("skip", lang)}</button>'
        f'<button type="button" class="yj-drawer" aria-controls="yj-library" aria-expanded="false">'
        f'<span class="yj-bars" aria-hidden="true"></span><span>{text("library_label", lang)}</span></button>'
        f'<p class="yj-brand"><span class="yj-seal" aria-hidden="true">{text("seal", lang)}</span>'
        f"{text('brand', lang)}<small>{text('tagline', lang)}</small></p>"
        f'<p class="yj-size"></p></header>'
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


def hint_html(lang: str, problem: str = "") -> str:
    """What stands under the question box: how to ask, or what is wrong with the question."""
    if problem:
        return f'<p class="yj-hint yj-hint-bad" role="alert">{text_html(problem)}</p>'
    return f'<p class="yj-hint">{text("send_hint", lang)}</p>'
