"""The library pane as HTML: where files are dropped, what becomes of them, and the documents with their tick boxes.

Pure: values in, escaped HTML out; every name, title and reason is escaped here. Knows no Gradio, queue or disk. What
the page's script needs stands in ``data-`` attributes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.documents import KNOWN
from ui.escape import attribute_html, label_html, text_html
from ui.shelf_choice import Choice, matching
from ui.shelf_files import DAYS_KEPT, UPLOAD_LIMIT, Aside
from ui.strings import examples_for, notice, pages_key, sentence, text

if TYPE_CHECKING:
    from qa.library import DocumentInfo
    from qa.report import AddReport, FileReport
    from ui.shelf import Entry

ROWS_SHOWN = 300
"""Documents listed at a time; a search finds the others."""

AT_ONCE = 2000
"""Files that may be dropped at a time."""

LINES_SHOWN = 12
"""Sentences shown of one upload: an archive may have thousands of members that cannot be read."""

NAME_WIDTH = 28
"""Chinese characters of a document's name in the list, which fill two lines; of a longer one the middle is left out."""

COUNT_MARK = "#"
"""Where the page's script puts a number into a sentence."""

_ID_LENGTH = 200


def add_html(lang: str) -> str:
    """Where files are dropped or chosen, and the box that searches the list."""
    say = {
        "uploading": text("shelf_uploading", lang),
        "lost": text("shelf_lost", lang),
        "many": text("shelf_many", lang, count=COUNT_MARK, limit=AT_ONCE),
        "skipped": text("shelf_skipped", lang, count=COUNT_MARK),
        "removing": text("shelf_removing", lang),
        "restoring": text("shelf_restoring", lang),
    }
    data = "".join(f' data-{name}="{attribute_html(value)}"' for name, value in say.items())
    return (
        f'<div class="yj-add" data-limit="{UPLOAD_LIMIT}" data-max="{AT_ONCE}" data-known="{" ".join(KNOWN)}"{data}>'
        f'<div class="yj-drop"><p class="yj-drop-title">{text("shelf_drop", lang)}</p>'
        f'<p class="yj-drop-pick"><button type="button" class="yj-pick" data-pick="files">{text("shelf_files", lang)}'
        f'</button><button type="button" class="yj-pick" data-pick="folder">{text("shelf_folder", lang)}</button></p>'
        f'<p class="yj-drop-kinds">{text("shelf_kinds", lang)}</p></div>'
        f'<input class="yj-files" type="file" multiple hidden tabindex="-1" aria-hidden="true">'
        f'<input class="yj-folder" type="file" webkitdirectory hidden tabindex="-1" aria-hidden="true">'
        f'<ul class="yj-sending" aria-live="polite"></ul></div>'
    )


def entries_html(entries: Sequence[Entry], lang: str, *, now: float) -> str:
    """What becomes of each upload: those that are read and stored first, then those that were not added, those that
    wait, the next first, and those that were added, the last first. ``now`` is the time of the clock that their times are of.
    """
    if not entries:
        return '<div class="yj-entries"></div>'
    active = sum(entry.active for entry in entries)
    refused = [entry for entry in entries if _is_refused(entry)]
    if active:
        head = text("shelf_busy", lang, count=active)
    else:
        key = "shelf_report_refused" if refused else "shelf_report"
        head = text(key, lang, count=len(entries) - len(refused), refused=len(refused))
    entries = _in_order(entries)
    clear = "" if active else f'<button type="button" class="yj-quiet yj-clear">{text("shelf_clear", lang)}</button>'
    items = "".join(_entry(entry, lang, now) for entry in entries)
    return (
        f'<section class="yj-entries" data-active="{active}" aria-label="{text("shelf_report_label", lang)}">'
        f'<p class="yj-entries-head"><span role="status">{head}</span>{clear}</p><ul>{items}</ul></section>'
    )


def list_html(
    infos: Sequence[DocumentInfo],
    choice: Choice,
    lang: str,
    *,
    search: str = "",
    removed: Sequence[Aside] = (),
    undo: Collection[str] = (),
    fresh: Collection[str] = (),
    changing: bool = True,
) -> str:
    """The documents that match ``search``, what was just removed (``undo``: ids) and what can still be put back.

    ``fresh`` are ids of documents added just now. Without ``changing`` nothing can be removed.
    """
    found = matching(infos, search)
    parts = [_undo_bar(aside, lang) for aside in removed if aside.id in undo]
    if not infos:
        parts.append(_first_run(lang) if changing else f'<p class="yj-empty">{text("library_none", lang)}</p>')
    elif not found:
        parts.append(f'<p class="yj-empty">{text_html(text("shelf_no_match", lang, search=search))}</p>')
    shown = found[:ROWS_SHOWN]
    if shown:
        rows = "".join(_row(info, choice, lang, fresh=info.id in fresh, changing=changing) for info in shown)
        parts.append(f'<ul class="yj-docs">{rows}</ul>')
    if len(found) > len(shown):
        parts.append(f'<p class="yj-empty">{text("shelf_more", lang, count=len(found) - len(shown))}</p>')
    if removed and changing:
        parts.append(_gone(removed, lang))
    return f'<div class="yj-list">{"".join(parts)}</div>'


def search_html(lang: str) -> str:
    """The box that searches documents by name."""
    label = text("shelf_search", lang)
    return (
        f'<input class="yj-search" type="search" autocomplete="off" spellcheck="false" maxlength="200" '
        f'placeholder="{label}" aria-label="{label}">'
    )


def figures(files: Sequence[FileReport], lang: str, *, seconds: float | None = None) -> list[str]:
    """What was found in files, in words: pages, paragraphs, tables, pages recognised, seconds."""
    parts = []
    for key in ("report_pages", "report_sheets"):
        counts = [file.pages for file in files if file.pages is not None and pages_key(file.format) == key]
        parts += [text(key, lang, count=sum(counts))] if counts else []
    paragraphs = sum(file.paragraphs for file in files)
    tables, recognised = sum(file.tables for file in files), sum(file.recognised for file in files)
    # Of a file that is nothing but a table, "0 paragraphs" would sound like a failure.
    parts += [text("report_paragraphs", lang, count=paragraphs)] if paragraphs or not tables else []
    parts += [text("report_tables", lang, count=tables)] if tables else []
    parts += [text("report_recognised", lang, count=recognised)] if recognised else []
    if seconds is not None:
        parts.append(text("report_seconds", lang, seconds=f"{seconds:.1f}"))
    return parts


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    """``entries``, which come the last first, as they are listed: what is under way must be seen among many that wait."""
    waiting = [entry for entry in entries if entry.state == "waiting"]
    others = [entry for entry in entries if entry.state != "waiting"]
    moving = [entry for entry in others if entry.active]
    refused = [entry for entry in others if _is_refused(entry)]
    added = [entry for entry in others if not entry.active and not _is_refused(entry)]
    return [*moving, *refused, *reversed(waiting), *added]


def _is_refused(entry: Entry) -> bool:
    """Whether nothing of an upload is in the library."""
    return not entry.active and not (entry.documents or entry.twin or entry.report.unchanged)


def _entry(entry: Entry, lang: str, now: float) -> str:
    name = (
        f'<p class="yj-entry-name" title="{attribute_html(entry.name)}">{label_html(entry.name, limit=NAME_WIDTH)}</p>'
    )
    body = _going_on(entry, lang, now) if entry.active else _outcome(entry, lang)
    id = attribute_html(entry.id, limit=_ID_LENGTH)
    return f'<li class="yj-entry yj-entry-{entry.state}" data-id="{id}">{name}{body}</li>'


def _going_on(entry: Entry, lang: str, now: float) -> str:
    if entry.state == "waiting":
        return f'<p class="yj-entry-state">{text("shelf_waiting", lang)}</p><progress max="1" value="0"></progress>'
    seconds = int(max(0.0, now - entry.begun))
    if entry.state == "reading":
        return f'<p class="yj-entry-state">{text("shelf_reading", lang, seconds=seconds)}</p><progress></progress>'
    percent = int(100 * entry.share)
    return (
        f'<p class="yj-entry-state">{text("shelf_storing", lang, percent=percent)}</p>'
        f'<progress max="100" value="{percent}"></progress>'
    )


def _outcome(entry: Entry, lang: str) -> str:
    report = entry.report
    lines: list[str] = []
    if entry.twin:
        lines.append(_line(text("shelf_twin", lang, name=entry.twin)))
    elif report.files:
        many = [text("shelf_documents", lang, count=len(report.files))] if len(report.files) > 1 else []
        lines.append(_line(" · ".join([*many, *figures(report.files, lang, seconds=entry.ended - entry.begun)])))
    elif report.unchanged:
        lines.append(_line(text("shelf_unchanged", lang)))
    if entry.error is not None:
        retry = f'<button type="button" class="yj-quiet yj-retry">{text("shelf_retry", lang)}</button>'
        lines.append(_line(sentence(entry.error.code, lang, **entry.error.fields), "bad") + retry)
    lines += _shortened([*_failures(report, lang), *_notices(report, lang)], lang)
    if examples := examples_for(file.name for file in report.files):
        asked = "".join(
            f'<li><button type="button" class="yj-example">{text_html(item)}</button></li>' for item in examples
        )
        lines.append(f'<p class="yj-entry-try">{text("welcome_try", lang)}</p><ul class="yj-examples">{asked}</ul>')
    return "".join(lines)


def _failures(report: AddReport, lang: str) -> list[str]:
    return [_line(sentence(error.code, lang, **error.fields), "bad") for error in report.failed]


def _notices(report: AddReport, lang: str) -> list[str]:
    several = len(report.files) > 1
    lines = []
    for file in report.files:
        for item in file.notices:
            said = notice(item.code, lang, page=item.page, detail=item.detail, format=file.format)
            lines.append(_line(text("report_line", lang, name=file.name, parts=said) if several else said, "note"))
    return lines


def _shortened(lines: Sequence[str], lang: str) -> list[str]:
    left = len(lines) - LINES_SHOWN
    more = [_line(text("shelf_lines_more", lang, count=left), "note")] if left > 0 else []
    return [*lines[:LINES_SHOWN], *more]


def _line(said: str, kind: str = "good") -> str:
    return f'<p class="yj-entry-line yj-entry-{kind}">{text_html(said)}</p>'


def _row(info: DocumentInfo, choice: Choice, lang: str, *, fresh: bool, changing: bool) -> str:
    id = attribute_html(info.id, limit=_ID_LENGTH)
    title = info.title if info.title not in (info.name, PurePosixPath(info.name).stem) else ""
    under = f'<span class="yj-doc-title">{label_html(title)}</span>' if title else ""
    suffix = PurePosixPath(info.name).suffix.removeprefix(".").upper()
    size = " · ".join(
        [part for part in (suffix,) if part.isalnum()] + [text("report_characters", lang, count=info.characters)]
    )
    name = attribute_html(info.name)
    remove = (
        f'<button type="button" class="yj-icon yj-remove" title="{text("shelf_remove", lang)}" '
        f'aria-label="{text("shelf_remove_this", lang, name="")}{name}"><span aria-hidden="true"></span></button>'
    )
    return (
        f'<li class="yj-doc{" yj-fresh" if fresh else ""}" data-id="{id}"><label title="{name}">'
        f'<input type="checkbox" class="yj-tick"{" checked" if info.id in choice else ""}>'
        f'<span class="yj-doc-text"><span class="yj-doc-name">{label_html(info.name, limit=NAME_WIDTH)}</span>{under}'
        f"<small>{text_html(size)}</small></span></label>"
        f'<span class="yj-doc-acts"><button type="button" class="yj-quiet yj-only">{text("shelf_only_this", lang)}</button>'
        f"{remove if changing else ''}</span></li>"
    )


def _undo_bar(aside: Aside, lang: str) -> str:
    id = attribute_html(aside.id, limit=_ID_LENGTH)
    return (
        f'<p class="yj-undo" role="status"><span>{text("shelf_removed_now", lang)} {label_html(aside.name, limit=NAME_WIDTH)}</span>'
        f'<button type="button" class="yj-quiet yj-back" data-id="{id}">{text("shelf_undo", lang)}</button></p>'
    )


def _gone(removed: Iterable[Aside], lang: str) -> str:
    asides = list(removed)
    items = "".join(
        f'<li>{label_html(aside.name)}<button type="button" class="yj-quiet yj-back" '
        f'data-id="{attribute_html(aside.id, limit=_ID_LENGTH)}">{text("shelf_put_back", lang)}</button></li>'
        for aside in asides[:ROWS_SHOWN]
    )
    return (
        f'<details class="yj-gone"><summary>{text("shelf_gone", lang, count=len(asides))}</summary>'
        f"<p>{text('shelf_gone_help', lang, days=DAYS_KEPT)}</p><ul>{items}</ul>"
        f'<button type="button" class="yj-quiet yj-forget">{text("shelf_forget", lang)}</button></details>'
    )


def _first_run(lang: str) -> str:
    steps = "".join(f"<li>{text(key, lang)}</li>" for key in ("shelf_first_1", "shelf_first_2", "shelf_first_3"))
    return (
        f'<div class="yj-first"><h3>{text("shelf_first", lang)}</h3><ol>{steps}</ol>'
        f"<p>{text('shelf_first_sample', lang)}</p>"
        f'<button type="button" class="yj-sample">{text("shelf_sample", lang)}</button></div>'
    )
