"""The list of conversations, what stands under an answer, and what is left of a quote that no longer holds, as HTML.

Everything from documents, questions and titles is escaped. Knows no Gradio and no database.
"""

from __future__ import annotations

from collections.abc import Sequence

from ui.conversations import LIST_LIMIT, ConversationInfo, Rating
from ui.escape import attribute_html, label_html, set_as, text_html
from ui.export_parts import place_words
from ui.feedback import FILE_NAME, TEXT_LIMIT, Outcome
from ui.paper import quote_html
from ui.recall import Recalled, RecalledTurn, State
from ui.strings import moment_short, text

QUOTE_SIDE = 240
"""Characters of a quote shown on each side of its answer."""

_FORMATS = {"md": "format_md", "html": "format_html", "docx": "format_docx", "json": "format_json"}
_VERDICTS = {"up": "rate_up", "down": "rate_down"}
_REASONS = {
    "wrong_answer": "rate_wrong_answer",
    "wrong_quote": "rate_wrong_quote",
    "should_refuse": "rate_should_refuse",
    "has_answer": "rate_has_answer",
    "other": "rate_other",
}
_OUTCOMES: dict[Outcome, str] = {
    "kept_up": "rate_kept_up",
    "forgotten": "rate_forgotten",
    "kept": "rate_kept",
    "kept_open": "rate_kept_open",
}
_STATES: dict[State, str] = {"holds": "recall_holds", "changed": "recall_changed", "gone": "recall_gone"}
"""The label of each format, verdict, reason, outcome and state."""

_THUMB = (
    '<svg viewBox="0 0 24 24" width="17" height="17" fill="none" stroke="currentColor" stroke-width="1.7" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M3 11h4v10H3zM7 11l4-8c1.4 0 2.3 1 2.3 2.3V9.5h5.3c1.3 0 2.2 1.1 '
    '2 2.4l-1.2 7c-.2 1.2-1.1 2.1-2.3 2.1H7"/></svg>'
)


def history_head_html(lang: str) -> str:
    """What stands over the list and never changes: its name, the button for a new conversation, the search."""
    search = text("history_search", lang)
    return (
        f'<div class="yj-history-head"><h2>{text("history_label", lang)}</h2>'
        f'<button type="button" class="yj-new">{text("history_new", lang)}</button></div>'
        f'<input class="yj-history-search" type="search" placeholder="{search}" aria-label="{search}" autocomplete="off">'
    )


def history_html(
    infos: Sequence[ConversationInfo], lang: str, *, now: float, current: str = "", search: str = "", note: str = ""
) -> str:
    """The conversations, newest first, the ``current`` one marked. ``note`` is HTML to stand over them."""
    if infos:
        items = "".join(_item_html(info, lang, now=now, current=current) for info in infos)
        more = (
            f'<p class="yj-history-none">{text("history_more", lang, count=len(infos))}</p>'
            if len(infos) >= LIST_LIMIT
            else ""
        )
        inner = f'<ul class="yj-talks">{items}</ul>{more}'
    else:
        inner = f'<p class="yj-history-none">{text("history_no_match" if search else "history_none", lang)}</p>'
    copied = attribute_html(text("history_link_copied", lang))
    return (
        f'<div class="yj-history" data-current="{attribute_html(current)}" data-search="{attribute_html(search)}" '
        f'data-copied="{copied}"><div role="status">{note}</div>{inner}</div>'
    )


def deleted_html(id: str, title: str, lang: str) -> str:
    """That a conversation was deleted, with the button that brings it back."""
    return (
        f'<p class="yj-history-note">{text_html(text("history_deleted", lang, title=title))}'
        f'<button type="button" class="yj-undo" data-id="{attribute_html(id)}">{text("history_undo", lang)}</button></p>'
    )


def problem_html(sentence: str) -> str:
    """A sentence that says what went wrong."""
    return f'<p class="yj-history-note yj-error" role="alert">{text_html(sentence)}</p>'


def with_end(turn: str, end: str) -> str:
    """The HTML of a turn, which is one ``article``, with ``end`` as the last thing in it."""
    return turn.removesuffix("</article>") + end + "</article>"


def tools_html(id: str, number: int, rating: Rating, lang: str) -> str:
    """What can be done with the answer of turn ``number``: judge it, link to it, export it."""
    rates = "".join(
        f'<button type="button" class="yj-rate" data-verdict="{verdict}" aria-pressed="{str(rating == verdict).lower()}" '
        f'aria-label="{text(label, lang)}" title="{text(label, lang)}">{_THUMB}</button>'
        for verdict, label in _VERDICTS.items()
    )
    said = " ".join(
        f'data-{name.replace("_", "-")}="{text(label, lang, name=FILE_NAME)}"' for name, label in _OUTCOMES.items()
    )
    return (
        f'<div class="yj-tools" id="turn-{number}" data-conversation="{attribute_html(id)}" data-turn="{number}">'
        f'<div class="yj-tools-row" role="group" aria-label="{text("rate_label", lang)}">{rates}'
        f'<button type="button" class="yj-tool yj-link" data-href="{_href(id, number)}">{text("history_link", lang)}</button>'
        f'<button type="button" class="yj-tool yj-folds" aria-expanded="false">{text("turn_export", lang)}</button></div>'
        f'<div class="yj-exports" hidden>{_exports_html(id, lang, number=number)}</div>{_why_html(number, lang)}'
        f'<p class="yj-rate-said" role="status" {said} '
        f'data-unplaced="{text("rate_unplaced", lang, name=FILE_NAME)}"></p></div>'
    )


def unkept_html(reason: str, lang: str) -> str:
    """That a turn was not kept, and why."""
    return f'<p class="yj-error yj-unkept">{text_html(text("history_not_kept", lang, reason=reason))}</p>'


def stale_html(turn: RecalledTurn, lang: str) -> str:
    """What was quoted and no longer holds, as a record: no link, no badge. Empty where everything holds."""
    if not turn.stale:
        return ""
    if turn.stands:
        head = f'<p class="yj-stale-note">{text("recall_some", lang, count=len(turn.stale))}</p>'
        items = turn.stale
    else:
        said = f'<strong dir="auto">{text_html(turn.answer)}</strong>'
        head, items = f'<p class="yj-then">{text("recall_then", lang)}{said}</p>', (*turn.citations, *turn.others)
    return f'<section class="yj-stale">{head}{"".join(_record_html(item, lang) for item in items)}</section>'


def _record_html(item: Recalled, lang: str) -> str:
    inner = quote_html(item.citation, side=QUOTE_SIDE, tag="u", lang=lang)
    tag = f'<span class="yj-tag yj-tag-{item.state}">{text(_STATES[item.state], lang)}</span>'
    return (
        f'<figure class="yj-record"><p>{tag}<small>{text("recall_record", lang)}</small></p>'
        f'<blockquote class="yj-quote" {set_as(item.citation.quote)}>{inner}</blockquote>'
        f"<figcaption>[{item.citation.number}] {label_html(place_words(item, lang))}</figcaption></figure>"
    )


def _item_html(info: ConversationInfo, lang: str, *, now: float, current: str) -> str:
    title = info.title or text("conversation_untitled", lang)
    here = ' aria-current="page"' if info.id == current else ""
    when = moment_short(info.changed, now, lang)
    rename = text("history_rename_label", lang)
    return (
        f'<li class="yj-talk" data-id="{attribute_html(info.id)}">'
        f'<a class="yj-open" href="{_href(info.id, info.hit)}"{here}><span dir="auto">{label_html(title)}</span>'
        f"<small>{when} · {text('history_turns', lang, count=info.turns)}</small></a>"
        f'<button type="button" class="yj-folds yj-dots" aria-expanded="false" '
        f'aria-label="{attribute_html(text("history_menu", lang, title=title))}"><span aria-hidden="true"></span></button>'
        f'<div class="yj-actions" hidden><button type="button" class="yj-tool yj-rename">{text("history_rename", lang)}</button>'
        f'<button type="button" class="yj-tool yj-link" data-href="{_href(info.id, 0)}">{text("history_link", lang)}</button>'
        f'<button type="button" class="yj-tool yj-delete">{text("history_delete", lang)}</button>'
        f"{_exports_html(info.id, lang)}</div>"
        f'<form class="yj-renaming" hidden><input aria-label="{rename}" value="{text_html(title)}" maxlength="120">'
        f'<button class="yj-tool">{text("history_save", lang)}</button>'
        f'<button type="button" class="yj-tool yj-cancel">{text("history_cancel", lang)}</button></form></li>'
    )


def _exports_html(id: str, lang: str, *, number: int = 0) -> str:
    turn = f"&amp;turn={number}" if number else ""
    links = "".join(
        f'<a class="yj-tool" download href="/api/conversations/{attribute_html(id)}/export?format={format}&amp;lang={lang}{turn}">'
        f"{text(label, lang)}</a>"
        for format, label in _FORMATS.items()
    )
    return f'<span class="yj-export-label">{text("history_export", lang)}</span>{links}'


def _why_html(number: int, lang: str) -> str:
    reasons = "".join(
        f'<label><input type="radio" name="why-{number}" value="{reason}">{text(label, lang)}</label>'
        for reason, label in _REASONS.items()
    )
    fields = "".join(
        f'<label class="yj-why-text">{text(label, lang)}<input name="{name}" maxlength="{TEXT_LIMIT}" autocomplete="off"></label>'
        for name, label in (("right", "rate_right"), ("note", "rate_note"))
    )
    return (
        f'<form class="yj-why" hidden><fieldset><legend>{text("rate_why", lang)}</legend>{reasons}</fieldset>{fields}'
        f'<p><button class="yj-tool yj-why-send">{text("rate_send", lang)}</button>'
        f'<button type="button" class="yj-tool yj-cancel">{text("history_cancel", lang)}</button></p></form>'
    )


def _href(id: str, number: int) -> str:
    return f"/?conversation={attribute_html(id)}" + (f"#turn-{number}" if number else "")
