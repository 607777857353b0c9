"""What all commands share: their common flags, their errors as one sentence, data on stdout and talk on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.config import Config, load_config
from qa.errors import YinjuError
from ui import strings
from ui.wording import terminal as words

if TYPE_CHECKING:
    from qa.library import Library

LibraryFlag = Annotated[Path | None, typer.Option("--library", metavar="DIR", help=words.CLI_LIBRARY)]
ModelFlag = Annotated[str | None, typer.Option("--model", metavar="NAME|DIR", help=words.CLI_MODEL)]
LanguageFlag = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=words.CLI_LANGUAGE)]


@contextlib.contextmanager
def speaking(**flags: object) -> Iterator[Config]:
    """The run's configuration; an error inside becomes one sentence on stderr and exit code 1."""
    from embeddings.errors import EmbeddingsError

    language = "zh"
    try:
        config = load_config(None, **flags)
        language = config.language
        yield config
    except (YinjuError, EmbeddingsError) as error:
        say(strings.sentence(error.code, language, **error.fields))
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        say(strings.text("cli_interrupted", language))
        raise typer.Exit(130) from error


def open_library(config: Config) -> Library:
    """The library of this run, made with the encoder of this run.

    :raises LibraryError: as :meth:`qa.library.Library.open`.
    """
    from embeddings.encoder import model_identity
    from qa.library import Library

    return Library.open(config.library, model=model_identity(config.model))


def put(text: str, end: str = "\n") -> None:
    """Write data to stdout."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a line of talk to stderr."""
    sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
