"""The page: Gradio wiring only. What is said is in ``strings``, how it looks in ``assets`` and ``render``, what a turn
comes to in ``chat``, and what stands around it in ``server``, ``guard`` and ``api``.

Gradio is imported inside the functions that need it, after the environment that keeps it quiet is set.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ui import frame, render
from ui.api import endpoints
from ui.api_documents import change_routes
from ui.asking import Stop, take_turn
from ui.chat import Shelf, Turn, more_source, open_source
from ui.conversations import Conversations
from ui.gate import Gate
from ui.history_pane import History, build_history
from ui.parts import asset, html_part
from ui.server import Loaded
from ui.sessions import SESSIONS, keep_tidy
from ui.shelf import Keeper
from ui.shelf_pane import build_shelf
from ui.source import empty_source_html
from ui.standing import Standing
from ui.strings import LANGS, Lang, examples_for, text
from ui.web import ByLanguage

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.applications import Starlette

    Shown = tuple[object, object, object, object, object, object, object]

QUESTION_LINES = 6

_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    # Gradio counts its events for a page that is switched off here, in a table rebuilt after every question.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
_SANS = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "system-ui", "sans-serif")
_MONO = ("ui-monospace", "monospace")


def build_application(
    gate: Gate, library: Shelf, *, examples: Sequence[str] | None = None, keeper: Keeper | None = None
) -> Starlette:
    """The page in each language and the endpoints as one ASGI application; ``ui.server`` stands around it.

    All of them ask through ``gate``. ``keeper`` adds to and removes from the library; without one
    it stays as it is. ``examples`` are questions to click; without them, those we know for the library's documents.
    ``state.gate`` is the gate, ``state.pages`` holds Gradio's own applications. Not to be called where an event loop
    runs.
    """
    from starlette.applications import Starlette
    from starlette.routing import Mount

    if examples is None:
        examples = examples_for(info.name for info in library.documents())
    pages = asyncio.run(_pages(gate, library, tuple(examples), keeper))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for page in pages.values():
                await stack.enter_async_context(page.router.lifespan_context(page))
            tidying = asyncio.create_task(keep_tidy(application.state.pages))
            stack.callback(tidying.cancel)
            if keeper is not None:
                stack.callback(keeper.close)
                keeper.resume()
            yield

    api = endpoints(gate, library, more=change_routes(keeper) if keeper is not None else ())
    application = Starlette(routes=[Mount("/api", api), Mount("/", ByLanguage(pages))], lifespan=lifespan)
    application.state.gate = gate
    application.state.pages = [
        route.app for page in pages.values() for route in page.routes if isinstance(route, Mount)
    ]
    return application


def loaded(application: Starlette) -> Loaded:
    """What :func:`build_application` gave, as ``ui.server`` serves it."""

    def stop_pages() -> None:
        for page in application.state.pages:
            page.stop_event.set()

    return Loaded(application, application.state.gate, stop_pages)


def build(
    gate: Gate, library: Shelf, *, lang: Lang = "zh", examples: Sequence[str] = (), keeper: Keeper | None = None
) -> gr.Blocks:
    """The page in one language, in three columns: the library, the conversation, the source.

    Three values are shared by what stands in them: ``turns``, this conversation's turns, oldest first, ``standing``,
    what the page itself says of where it stands, and ``stop``, which stops the question under way.
    """
    os.environ.update(_QUIET)
    import gradio as gr

    page: gr.Blocks
    with gr.Blocks(title=text("page_title", lang), analytics_enabled=False, fill_width=True, fill_height=True) as page:
        turns = gr.State(tuple[Turn, ...]())
        stop = gr.State(Stop())
        standing = gr.Textbox(visible=False)
        html_part(frame.head_html(lang), "yj-head")
        with gr.Row(elem_id="yj-main", equal_height=True):
            with gr.Column(elem_id="yj-library"):
                html_part(frame.library_head_html(lang), "yj-library-head")
                with gr.Column(elem_id="yj-shelf"):
                    build_shelf(library, lang, keeper=keeper)
                history = build_history(History(Conversations(library.folder), library, lang, tuple(examples)))
            with gr.Column(elem_id="yj-chat"):
                log = html_part(render.log_html((), lang, examples=examples), "yj-log", script="page.js")
                box, send = _question_box(lang)
                hint = html_part(frame.hint_html(lang), "yj-hint", script="lost.js")
            with gr.Column(elem_id="yj-side"):
                pane = _pane(library, lang)

        desk = _Desk(gate, library, lang, tuple(examples), history.history)

        async def example(
            _: str, standing: str, past: tuple[Turn, ...], current: str, stop: Stop, event: gr.EventData
        ) -> AsyncIterator[Shown]:
            question = str((event._data or {}).get("question", ""))
            async for shown in desk.answer(question, standing, past, current, stop):
                yield shown

        def cite(event: gr.EventData) -> str:
            return open_source(str((event._data or {}).get("href", "")), lang=lang, library=library)

        # Gradio knows an event by its resolved annotation, and this module knows Gradio only inside functions.
        for handler in (example, cite):
            handler.__annotations__ = {"event": gr.EventData}

        shown = [log, box, turns, pane, hint, history.current, history.listing]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        # How many are answered at a time, and how many wait, is the gate's to say.
        asking = {**quiet, "concurrency_limit": None, "trigger_mode": "once", "js": asset("asked.js")}
        history.wire(log=log, turns=turns, pane=pane, hint=hint, stop=stop)
        asked = [box, standing, turns, history.current, stop]
        gr.on([box.submit, send.click], desk.answer, asked, shown, **asking)
        log.example(example, asked, shown, **asking)
        log.stop(Stop.stop, [stop], None, queue=False, **quiet)
        pane.cite(cite, None, [pane], queue=False, trigger_mode="multiple", **quiet)
    return page


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the page's events need. Each method gives values for the conversation, the question box, the turns so far,
    the source pane, the hint, the conversation's id and the list of conversations.
    """

    gate: Gate
    library: Shelf
    lang: Lang
    examples: tuple[str, ...]
    history: History

    async def answer(
        self, question: str, standing: str, past: tuple[Turn, ...], current: str, stop: Stop
    ) -> AsyncIterator[Shown]:
        """Show that the question is being looked for, what was found, then its turn; or, where it has to be mended or
        was stopped, what stood there before. While one question is under way another is not taken.
        """
        import gradio as gr
        from anyio.to_thread import run_sync

        lang, same = self.lang, gr.skip()
        nothing = (same,) * 7
        box: object = ""
        before = turn = Turn()
        stands = Standing.parse(standing)
        past, current, note = await run_sync(self.history.resumed, stands.conversation, past, current)
        if stop.busy:
            yield nothing
            return
        shown = [turn.html for turn in past]
        given = take_turn(
            question, lang=lang, gate=self.gate, library=self.library, past=past, choice=stands.choice, stop=stop
        )
        async with aclosing(given) as turns:
            async for turn in turns:
                if turn is before:
                    yield nothing
                elif turn.under_way:
                    log = render.log_html([*shown, turn.html], lang)
                    yield log, box, same, turn.source or same, frame.hint_html(lang), same, same
                    before, box = turn, same
        if turn.under_way:
            return
        if not turn.html:
            log = render.log_html(shown, lang, examples=self.examples)
            yield log, question if turn.hint else same, same, same, frame.hint_html(lang, turn.hint), same, same
            return
        turn, current = await run_sync(self.history.keep, turn, current)
        listing = await run_sync(partial(self.history.listing, current, note=note))
        after = render.log_html([*shown, turn.html], lang)
        yield after, same, (*past, turn.as_past()), turn.source, frame.hint_html(lang), current, listing


async def _pages(gate: Gate, library: Shelf, examples: tuple[str, ...], keeper: Keeper | None) -> dict[Lang, FastAPI]:
    """The page in each language. Asynchronous because Gradio, where no event loop runs, makes some and leaves them open."""
    return {lang: _mounted(build(gate, library, lang=lang, examples=examples, keeper=keeper)) for lang in LANGS}


def _mounted(page: gr.Blocks) -> FastAPI:
    import gradio as gr
    from fastapi import FastAPI

    page.state_session_capacity = SESSIONS
    parent = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    gr.mount_gradio_app(
        parent,
        page,
        path="/",
        run_history=False,
        footer_links=[],
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
        max_file_size=1,
        theme=gr.themes.Base(font=list(_SANS), font_mono=list(_MONO)),
        css="".join(
            asset(name) for name in ("page.css", "answer.css", "source.css", "shelf.css", "history.css", "print.css")
        ),
        favicon_path=str(files("ui").joinpath("assets", "favicon.svg")),
    )
    return parent


def _pane(library: Shelf, lang: Lang) -> gr.HTML:
    """The source pane, which fetches further paragraphs itself as they are scrolled to."""

    def more(asked: object) -> str:
        match asked:
            case {"document": str(document), "revision": str(revision), "first": int(first), "last": int(last)}:
                return more_source(unquote(document), revision, first, last, lang=lang, library=library)
        return ""

    return html_part(empty_source_html(lang), "yj-pane", script="source.js", functions=[more])


def _question_box(lang: Lang) -> tuple[gr.Textbox, gr.Button]:
    import gradio as gr

    with gr.Row(elem_id="yj-ask", equal_height=True):
        box = gr.Textbox(
            label=text("question_label", lang),
            placeholder=text("question_placeholder", lang),
            show_label=False,
            container=False,
            lines=1,
            max_lines=QUESTION_LINES,
            autofocus=True,
            elem_id="yj-box",
            scale=1,
        )
        send = gr.Button(text("send", lang), variant="primary", elem_id="yj-send", scale=0, min_width=72)
    return box, send
