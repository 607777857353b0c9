"""The commands that look after a library: check it, back it up, restore it. Knows no page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui import strings
from ui.terminal import (
    EncoderUrlFlag,
    EngineFlag,
    LanguageFlag,
    LibraryFlag,
    ModelFlag,
    UriFlag,
    open_library,
    put,
    say,
    speaking,
)
from ui.wording import terminal as words

app = typer.Typer()


@app.command(help=words.CLI_CHECK)
def check(
    repair: Annotated[bool, typer.Option("--repair", help=words.CLI_CHECK_REPAIR)] = False,
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    engine: EngineFlag = None,
    uri: UriFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Check every stored offset, both indexes and what the page keeps, after making the indexes anew where that is
    asked for.
    """
    with (
        speaking(
            library=library, model=model, encoder_url=encoder_url, engine=engine, uri=uri, language=lang
        ) as config,
        open_library(config) as opened,
    ):
        if repair:
            opened.repair()
            say(strings.text("cli_repaired", config.language))
        from ui.kept_check import kept_problems

        report = opened.check()
        problems = [*report.problems, *kept_problems(config.library)]
        for problem in problems:
            put(problem)
        key = "cli_check_bad" if problems else "cli_check_good"
        say(
            strings.text(
                key,
                config.language,
                documents=report.documents,
                passages=report.passages,
                problems=len(problems),
            )
        )
        if problems:
            raise typer.Exit(1)


@app.command(help=words.CLI_BACKUP)
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words.CLI_BACKUP_FILE)],
    library: LibraryFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Write the library to one file, while it is served and added to."""
    with speaking(library=library, language=lang) as config:
        from qa.backup import back_up

        made = back_up(config.library, file)
        say(
            strings.text(
                "cli_backed_up",
                config.language,
                path=str(file),
                documents=made.documents,
                passages=made.passages,
                size=strings.size(file.stat().st_size),
            )
        )


@app.command(help=words.CLI_RESTORE)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=words.CLI_BACKUP_FILE)],
    library: LibraryFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Make an empty or new library what a backup holds."""
    with speaking(library=library, language=lang) as config:
        from qa import backup

        made = backup.restore(file, config.library)
        say(
            strings.text(
                "cli_restored",
                config.language,
                path=str(config.library),
                documents=made.documents,
                passages=made.passages,
                made=made.made,
            )
        )
