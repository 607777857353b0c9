"""The command line. Data goes to stdout, talk to stderr; exit 0: done, 1: failed with one sentence, 2: wrong usage.

Nothing heavy is imported until a command needs it, so that ``yinju --help`` is instant. Every sentence comes from
``ui.strings``; what an answer looks like from ``ui.render``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.config import Config
from qa.errors import GoldError, LibraryError, YinjuError
from ui import strings, upkeep
from ui.terminal import EncoderUrlFlag, EngineFlag, LanguageFlag, LibraryFlag, ModelFlag, UriFlag
from ui.terminal import encoder as _encoder
from ui.terminal import open_library as _library
from ui.terminal import put as _print
from ui.terminal import say as _say
from ui.terminal import server as _server
from ui.terminal import speaking as _speaking
from ui.wording import terminal as words

if TYPE_CHECKING:
    from rich.progress import Progress

    from qa.answer import Answerer
    from qa.evaluate import Score
    from qa.library import Library
    from ui.metrics import Metrics
    from ui.server import Loaded

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=words.CLI_HELP)
app.add_typer(upkeep.app)


@app.command(help=words.CLI_ADD)
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help=words.CLI_ADD_PATHS)],
    watch: Annotated[bool, typer.Option("--watch", help=words.CLI_ADD_WATCH)] = False,
    workers: Annotated[int | None, typer.Option(metavar="N", min=1, max=64, help=words.CLI_ADD_WORKERS)] = None,
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    engine: EngineFlag = None,
    uri: UriFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Add or update files and folders."""
    from ui.adding import add_with_progress, follow, say_report

    if watch and not all(path.is_dir() for path in paths):
        raise typer.BadParameter(words.CLI_ADD_WATCH_FOLDERS)
    if watch and workers is not None:
        raise typer.BadParameter(words.CLI_ADD_WATCH_WORKERS)
    with _speaking(
        library=library, model=model, encoder_url=encoder_url, engine=engine, uri=uri, language=lang
    ) as config:
        encoder = _encoder(config)
        from qa.library import Library

        with Library.create(config.library, encoder=encoder, server=_server(config)) as opened:
            if watch:
                follow(opened, paths, encoder, config.language, say=_say)
                return
            with _progress() as progress:
                report = add_with_progress(opened, paths, encoder, config.language, progress, workers=workers or 1)
        say_report(report, config.language, say=_say)
        if report.failed:
            raise typer.Exit(1)


@app.command("list", help=words.CLI_LIST)
def list_documents(
    as_json: Annotated[bool, typer.Option("--json", help=words.CLI_JSON)] = False,
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """List the library's documents."""
    with (
        _speaking(library=library, model=model, encoder_url=encoder_url, language=lang) as config,
        _library(config) as opened,
    ):
        for info in opened.documents():
            if as_json:
                from dataclasses import asdict

                _print(json.dumps(asdict(info), ensure_ascii=False))
            else:
                _print(f"{info.id}  {info.paragraphs:>6}  {info.characters:>9}  {info.name}  {info.title}")


@app.command(help=words.CLI_REMOVE)
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…")],
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    engine: EngineFlag = None,
    uri: UriFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Remove documents."""
    with (
        _speaking(
            library=library, model=model, encoder_url=encoder_url, engine=engine, uri=uri, language=lang
        ) as config,
        _library(config) as opened,
    ):
        opened.remove(list(dict.fromkeys(ids)))
        _say(strings.text("cli_removed", config.language, count=len(dict.fromkeys(ids))))


@app.command(help=words.CLI_TEXT)
def text(
    document_id: Annotated[str, typer.Argument(metavar="ID")],
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Print a document's text, the one that all offsets count in."""
    with (
        _speaking(library=library, model=model, encoder_url=encoder_url, language=lang) as config,
        _library(config) as opened,
    ):
        _print(opened.document(document_id).text, end="")


@app.command(help=words.CLI_ASK)
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help=words.CLI_ASK_QUESTION)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=words.CLI_JSON)] = False,
    batch: Annotated[str | None, typer.Option("--batch", metavar="FILE|-", help=words.CLI_ASK_BATCH)] = None,
    document: Annotated[list[str] | None, typer.Option("--document", metavar="ID", help=words.CLI_ASK_DOCUMENT)] = None,
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    engine: EngineFlag = None,
    uri: UriFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Answer one question, or one a line."""
    if (question is None) == (batch is None):
        raise typer.BadParameter(words.CLI_ASK_EITHER)
    with _speaking(
        library=library, model=model, encoder_url=encoder_url, engine=engine, uri=uri, language=lang
    ) as config:
        from qa.answer import clean_question
        from ui import render

        if question is not None:
            clean_question(question)
        with _library(config) as opened:
            chosen = frozenset(document) if document else None
            opened.require(chosen or ())
            answerer = _answerer(config, opened)
            if batch is not None:
                if not _ask_batch(answerer, batch, config, chosen):
                    raise typer.Exit(1)
                return
            answer = answerer.ask(str(question), documents=chosen)
            _print(
                json.dumps(render.to_json(answer), ensure_ascii=False)
                if as_json
                else render.to_text(answer, config.language)
            )


@app.command("eval", help=words.CLI_EVAL)
def evaluate_gold(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help=words.CLI_EVAL_GOLD)],
    as_json: Annotated[bool, typer.Option("--json", help=words.CLI_JSON)] = False,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Ask every question of a gold file of a throw-away library and print the table."""
    with _speaking(model=model, encoder_url=encoder_url, language=lang) as config:
        row = _evaluated(gold, config).row()
        if as_json:
            _print(json.dumps(row, ensure_ascii=False))
            return
        for name, value in row.items():
            _print(f"{name:<20} {value:>8}" if name == "questions" else f"{name:<20} {100 * value:>8.1f} %")


@app.command(help=words.CLI_CHAT)
def chat(
    host: Annotated[str | None, typer.Option("--host", help=words.CLI_CHAT_HOST)] = None,
    port: Annotated[int | None, typer.Option("--port", help=words.CLI_CHAT_PORT)] = None,
    token_file: Annotated[Path | None, typer.Option("--token-file", metavar="FILE", help=words.CLI_CHAT_TOKEN)] = None,
    log_json: Annotated[bool, typer.Option("--log-json", help=words.CLI_CHAT_LOG)] = False,
    browser: Annotated[bool, typer.Option(help=words.CLI_CHAT_BROWSER)] = True,
    library: LibraryFlag = None,
    model: ModelFlag = None,
    encoder_url: EncoderUrlFlag = None,
    engine: EngineFlag = None,
    uri: UriFlag = None,
    lang: LanguageFlag = None,
) -> None:
    """Serve the page and the HTTP endpoints."""
    with _speaking(
        library=library,
        model=model,
        encoder_url=encoder_url,
        engine=engine,
        uri=uri,
        language=lang,
        host=host,
        port=port,
    ) as config:
        from ui import logs, server, web
        from ui.metrics import Metrics

        if log_json:
            logs.log_json()
        web.require_free_port(config.host, config.port)
        token = _token(config, token_file)
        metrics = Metrics()
        with ExitStack() as stack:
            done = server.serve(
                lambda: _loaded(config, stack, metrics),
                host=config.host,
                port=config.port,
                open_browser=browser,
                token=token,
                metrics=metrics,
                ready=None if log_json else lambda url: _say(strings.text("cli_serving", config.language, url=url)),
            )
            if not done:
                # Python would wait for the libraries that are just being loaded, or stumble over them.
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)


def main() -> None:
    """Run the command that the arguments name."""
    app()


# ---- what the commands share


def _answerer(config: Config, opened: Library) -> Answerer:
    from qa.answer import Answerer

    if not opened.passage_count():
        raise LibraryError("library_empty", path=str(config.library))
    return Answerer.over(opened, _encoder(config), threshold=config.threshold)


def _token(config: Config, file: Path | None) -> str | None:
    """The token that guards the page: what was given; where others can connect, else a new one, shown this once."""
    from ui import access, web

    token = access.find_token(os.environ, file)
    if token is None and not web.only_this_machine(config.host):
        token = access.make_token()
        _say(strings.text("cli_token", config.language, token=token))
    return token


def _loaded(config: Config, stack: ExitStack, metrics: Metrics) -> Loaded:
    """The page over the library, which is made where there is none, with everything loaded that the first question
    needs. ``stack`` closes the library.
    """
    from qa.answer import Answerer
    from qa.library import Library
    from ui.app import build_application, loaded
    from ui.gate import Gate
    from ui.shelf import Keeper

    encoder = _encoder(config)
    opened = stack.enter_context(Library.create(config.library, encoder=encoder, server=_server(config)))
    metrics.watch("yinju_documents", "Documents in the library.", opened.document_count)
    metrics.watch("yinju_passages", "Passages that can be found.", opened.passage_count)
    answerer = Answerer.over(opened, encoder, threshold=config.threshold)
    # The dictionaries load with the first question: better now than while someone waits.
    answerer.ask(strings.text("question_placeholder", "zh"))
    gate = Gate(answerer, observe=metrics.question)
    return loaded(build_application(gate, opened, keeper=Keeper(opened, encoder)))


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _evaluated(gold: Path, config: Config) -> Score:
    """The counts of all questions of a gold file, asked of a throw-away library of its contexts."""
    import tempfile

    from qa.answer import Answerer
    from qa.evaluate import Score, evaluate, read_gold
    from qa.library import Library

    skipped: list[int] = []
    documents, questions = read_gold(gold, unanswered=skipped.append)
    if skipped:
        _say(strings.text("cli_eval_skipped", config.language, count=len(skipped)))
    encoder = _encoder(config)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.create(Path(folder), encoder=encoder) as opened,
        _progress() as progress,
    ):
        embedding = progress.add_task(strings.text("cli_embedding", config.language), total=None)
        opened.add_documents(documents, encoder=encoder, progress=lambda count: progress.advance(embedding, count))
        progress.update(embedding, total=opened.passage_count())
        asking = progress.add_task(strings.text("cli_asking", config.language), total=len(questions))
        total = Score()
        answerer = Answerer.over(opened, encoder, threshold=config.threshold)
        for _, _, score in evaluate(answerer, questions):
            total += score
            progress.advance(asking)
    return total


def _ask_batch(answerer: Answerer, source: str, config: Config, documents: frozenset[str] | None) -> bool:
    """One answer a line for one question a line; a bad line gives its error and the rest go on. Whether all went."""
    from ui import render

    good = True
    for number, line in enumerate(_lines(source), start=1):
        if not line.strip():
            continue
        id: object = None
        try:
            id, question = _batch_question(line, source, number)
            result: dict[str, Any] = render.to_json(answerer.ask(question, id=id, documents=documents))
        except YinjuError as error:
            good = False
            message = strings.sentence(error.code, config.language, **error.fields)
            result = {"id": id, "error": {"code": error.code, "message": message}}
        _print(json.dumps(result, ensure_ascii=False))
    return good


def _batch_question(line: str, source: str, number: int) -> tuple[str | None, str]:
    try:
        row = json.loads(line)
        id, question = row.get("id"), row["question"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError("gold_line", path=source, line=number, reason=repr(error)) from error
    if not isinstance(question, str) or not isinstance(id, str | None):
        raise GoldError("gold_line", path=source, line=number, reason="id, question")
    return id, question


def _lines(source: str) -> Iterable[str]:
    if source == "-":
        yield from sys.stdin
        return
    try:
        with Path(source).open(encoding="utf-8") as file:
            yield from file
    except OSError as error:
        raise GoldError("gold_missing", path=source, reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise GoldError("gold_line", path=source, line=0, reason="UTF-8") from error
