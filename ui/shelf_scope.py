"""What questions are limited to, as HTML: how many documents are ticked, and the collections to choose with one click.

Pure: values in, escaped HTML out. Knows no Gradio and no disk.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.escape import attribute_html, label_html, text_html
from ui.shelf_choice import Choice
from ui.shelf_sets import NAME_LIMIT, DocumentSet
from ui.strings import text

if TYPE_CHECKING:
    from qa.library import DocumentInfo


def scope_html(
    infos: Sequence[DocumentInfo],
    choice: Choice,
    lang: str,
    *,
    sets: Sequence[DocumentSet] = (),
    note: str = "",
    asking: int = 0,
) -> str:
    """How many of the documents are asked, the box that ticks all or none, and the collections ``sets``. ``note`` is
    HTML to stand under them. The search box stands beside it. ``asking`` is the number of the page's question that
    this answers.
    """
    if not infos:
        size = text("library_size", lang, count=0, characters=0)
        return f'<div class="yj-scope" data-asking="{asking}" data-size="{size}" data-scope=""></div>'
    ids = [info.id for info in infos]
    chosen = choice.among(ids)
    now = next((one for one in sets if chosen and one.among(ids) == chosen), None)
    count = len(infos) if chosen is None else len(chosen)
    state = "true" if chosen is None else "mixed" if count else "false"
    said = limited = _said(now, count, len(infos), lang)
    if chosen is None:
        said, limited = text("shelf_all", lang, count=count), ""
    size = text("library_size", lang, count=len(infos), characters=sum(info.characters for info in infos))
    reset = f'<button type="button" class="yj-quiet yj-ask-all">{text("shelf_ask_all", lang)}</button>'
    return (
        f'<div class="yj-scope" data-asking="{asking}" data-size="{size}" data-scope="{attribute_html(limited)}" '
        f'data-reset="{text("shelf_ask_all", lang)}" data-state="{state}">'
        f'<div class="yj-scope-row"><label><input type="checkbox" class="yj-all" aria-label="{attribute_html(said)}" '
        f'aria-checked="{state}"{" checked" if state == "true" else ""}>'
        f'<span role="status">{text_html(said)}</span></label>{"" if chosen is None else reset}</div>'
        f"{_sets_html(sets, now, ids, lang, saving=bool(chosen) and now is None)}{note}</div>"
    )


def name_html(lang: str) -> str:
    """Where a collection is named. It stands by itself, for the rest is shown anew while somebody types."""
    label = text("set_name", lang)
    return (
        f'<div class="yj-naming" hidden><input class="yj-set-name" type="text" maxlength="{NAME_LIMIT}" '
        f'autocomplete="off" placeholder="{label}" aria-label="{label}">'
        f'<button type="button" class="yj-set-keep">{text("history_save", lang)}</button>'
        f'<button type="button" class="yj-quiet yj-set-cancel">{text("history_cancel", lang)}</button></div>'
    )


def set_deleted_html(one: DocumentSet, lang: str) -> str:
    """That a collection was deleted, with the button that brings it back."""
    undo = f'<button type="button" class="yj-quiet yj-set-back" data-id="{attribute_html(one.id)}">{text("shelf_undo", lang)}</button>'
    return f'<p class="yj-set-note" role="status">{text_html(text("set_deleted", lang, name=one.name))}{undo}</p>'


def set_problem_html(sentence: str) -> str:
    """A sentence that says what went wrong."""
    return f'<p class="yj-set-note yj-error" role="alert">{text_html(sentence)}</p>'


def _said(now: DocumentSet | None, count: int, total: int, lang: str) -> str:
    if now is not None:
        return text("set_only", lang, name=now.name, count=count)
    return text("shelf_only_some", lang, count=count, total=total) if count else text("shelf_none_chosen", lang)


def _sets_html(
    sets: Sequence[DocumentSet], now: DocumentSet | None, ids: Sequence[str], lang: str, *, saving: bool
) -> str:
    """A button for each collection; for the chosen one what can be done with it; the button that keeps a new one."""
    chips = "".join(
        f'<li><button type="button" class="yj-set" data-id="{attribute_html(one.id)}" '
        f'data-documents="{text_html(json.dumps(sorted(one.among(ids))))}" aria-pressed="{str(one is now).lower()}" '
        f'title="{attribute_html(one.name)}">{label_html(one.name)} <small>{len(one.among(ids))}</small></button></li>'
        for one in sets
    )
    listed = f'<ul class="yj-sets" aria-label="{text("set_label", lang)}">{chips}</ul>' if chips else ""
    acts = ""
    if now is not None:
        name = attribute_html(now.name)
        acts = (
            f'<button type="button" class="yj-quiet yj-set-rename" data-id="{attribute_html(now.id)}" data-name="{name}" '
            f'aria-label="{text("history_rename", lang)} {name}">{text("history_rename", lang)}</button>'
            f'<button type="button" class="yj-quiet yj-set-delete" data-id="{attribute_html(now.id)}" '
            f'aria-label="{text("history_delete", lang)} {name}">{text("history_delete", lang)}</button>'
        )
    elif saving:
        help_ = attribute_html(text("set_save_help", lang))
        acts = f'<button type="button" class="yj-quiet yj-set-save" title="{help_}">{text("set_save", lang)}</button>'
    head = f'<span class="yj-set-head">{text("set_label", lang)}</span>' if chips else ""
    return f'<div class="yj-set-row">{head}{acts}</div>{listed}' if head or acts else ""
