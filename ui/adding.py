"""`yinju add` as a person sees it: bars while files are read, a line a file, and the lines of folders that are followed.

Sentences come from ``ui.strings``; ``say`` writes one. Knows no command, flag or exit code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ui import strings

if TYPE_CHECKING:
    from rich.progress import Progress

    from embeddings.encoder import Encoder
    from qa.library import Library
    from qa.report import AddReport, FileReport
    from qa.watch import Event

PLAIN = ("text", "markdown")
"""Formats whose files are added without a line of their own."""

NAMED = 10
"""Pictures without text that are named."""

Say = Callable[[str], None]


def add_with_progress(
    opened: Library, paths: Sequence[Path], encoder: Encoder, language: str, progress: Progress, *, workers: int
) -> AddReport:
    """Add, with a bar for the files, which tells the page that is recognised, and one for the passages. ``workers``
    files are read at once.
    """
    from qa.documents.worker import pages_told
    from qa.walk import expand

    files = progress.add_task(strings.text("cli_reading", language), total=sum(1 for _ in expand(paths)))
    stored = progress.add_task(strings.text("cli_embedding", language), total=None)

    def advance(path: Path | None, passages: int) -> None:
        if path is None:
            progress.advance(stored, passages)
        else:
            progress.update(files, advance=1, description=strings.text("cli_reading", language))

    def read(done: int, pages: int) -> None:
        progress.update(files, description=strings.text("cli_reading_pages", language, done=done, pages=pages))

    with pages_told(read):
        report = opened.add(paths, encoder=encoder, progress=advance, workers=workers)
    progress.update(stored, total=report.passages)
    return report


def say_report(report: AddReport, language: str, *, say: Say) -> None:
    """A line for each file that is more than plain text, what could not be read in it, the files that failed, a sum."""
    for file in report.files:
        if file.format not in PLAIN or file.notices:
            say(_figures(file, language))
            for line in _notices(file, language):
                say(line)
    for name in report.removed:
        say(strings.text("watch_removed", language, name=name))
    for error in report.failed:
        say(strings.sentence(error.code, language, **error.fields))
    if report.textless:
        names = [str(error.fields["path"]) for error in report.textless]
        shown = strings.text("comma", language).join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
        say(strings.text("cli_textless", language, count=len(names), names=shown))
    counts = {key: len(getattr(report, key)) for key in ("added", "updated", "unchanged", "failed")}
    say(strings.text("cli_added", language, **counts, passages=report.passages))


def follow(opened: Library, folders: Sequence[Path], encoder: Encoder, language: str, *, say: Say) -> None:
    """Keep the library in step with the folders, a line a change, until Ctrl+C."""
    from qa.watch import Watch

    say(strings.text("watch_started", language, path=[str(folder) for folder in folders]))
    try:
        for event in Watch(folders, opened, encoder).run():
            for line in watch_lines(event, language):
                say(line)
    except KeyboardInterrupt:
        say(strings.text("watch_stopped", language))


def watch_lines(event: Event, language: str) -> Iterator[str]:
    """What happened, with the time of day; below it what could not be read."""
    clock = time.strftime("%H:%M:%S")
    if event.error is not None and event.kind == "failed":
        yield f"{clock} {strings.sentence(event.error.code, language, **event.error.fields)}"
        return
    name = event.name if event.file is None else _figures(event.file, language)
    key = {
        "added": "watch_added",
        "updated": "watch_updated",
        "moved": "watch_moved",
        "removed": "watch_removed",
        "unseen": "watch_unseen",
        "busy": "watch_busy",
    }[event.kind]
    yield f"{clock} {strings.text(key, language, name=name, was=event.was)}"
    if event.file is not None:
        yield from _notices(event.file, language)


def _figures(file: FileReport, language: str) -> str:
    parts = [strings.text("report_characters", language, count=file.characters)]
    if file.pages is not None:
        parts.insert(0, strings.text(strings.pages_key(file.format), language, count=file.pages))
    parts += [
        strings.text(key, language, count=count)
        for key, count in (("report_tables", file.tables), ("report_recognised", file.recognised))
        if count
    ]
    parts.append(strings.text("report_seconds", language, seconds=f"{file.seconds:.1f}"))
    return strings.text("report_line", language, name=file.name, parts=strings.text("comma", language).join(parts))


def _notices(file: FileReport, language: str) -> Iterator[str]:
    for notice in file.notices:
        yield "  " + strings.notice(notice.code, language, page=notice.page, detail=notice.detail, format=file.format)
