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
    from embeddings.encoder import Encoder
    from embeddings.milvus import MilvusServer
    from embeddings.served import EncoderService
    from qa.library import Library

LibraryFlag = Annotated[Path | None, typer.Option("--library", metavar="DIR", help=words.CLI_LIBRARY)]
ModelFlag = Annotated[str | None, typer.Option("--model", metavar="NAME|DIR", help=words.CLI_MODEL)]
EngineFlag = Annotated[str | None, typer.Option("--engine", metavar="local|milvus", help=words.CLI_ENGINE)]
UriFlag = Annotated[str | None, typer.Option("--uri", metavar="URI", help=words.CLI_URI)]
EncoderUrlFlag = Annotated[str | None, typer.Option("--encoder-url", metavar="URL", help=words.CLI_ENCODER_URL)]
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

    service = _service(config)
    model = model_identity(config.model) if service is None else service.identity
    return Library.open(config.library, model=model, server=server(config))


def encoder(config: Config) -> Encoder:
    """The encoder of this run: one that is served where a service is named, else one in this process.

    :raises EncoderError: as :func:`embeddings.encoder.load_encoder` and :class:`embeddings.served.ServedEncoder`.
    """
    if (service := _service(config)) is not None:
        from embeddings.served import ServedEncoder

        return ServedEncoder(service)
    from embeddings.encoder import load_encoder

    return load_encoder(config.model)


def server(config: Config) -> MilvusServer | None:
    """The server that this run's library is searched on; none: it is searched in its folder."""
    if config.uri is None:
        return None
    from embeddings.milvus import MilvusServer

    return MilvusServer(config.uri, config.uri_token)


def _service(config: Config) -> EncoderService | None:
    if config.encoder_url is None:
        return None
    from embeddings.served import EncoderService

    return EncoderService(
        config.encoder_url,
        str(config.model),
        key=config.encoder_key,
        query_prompt=config.query_prompt,
        passage_prompt=config.passage_prompt,
    )


def put(text: str, end: str = "\n") -> None:
    """Write data to stdout."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def say(text: str) -> None:
    """Write a line of talk to stderr."""
    sys.stderr.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
