"""The server around the page: up at once, ready when everything is loaded, watched, and stopped without cutting anyone off.

    GET /healthz    200 as soon as the process serves
    GET /readyz     200 once the library is open and the models are loaded; 503 before, and while it stops
    GET /metrics    what ``ui.metrics`` counts

What is loaded is an application made by a function that runs in a thread; until then every other address says that it
is starting. Knows no Gradio but the flag that ends its pages' connections.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
import webbrowser
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ui.access import Access
from ui.api import error_response
from ui.errors import RequestError, ServiceError
from ui.guard import Guard
from ui.headers import header
from ui.logs import FIELDS
from ui.metrics import Metrics
from ui.strings import choose_language, text
from ui.web import address_of, is_loopback, listen

if TYPE_CHECKING:
    from socket import socket

    import uvicorn
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ui.gate import Gate

GRACE = 20.0
"""Seconds that answers under way may take to finish when the server is stopped."""

_RETRY = 3
_LAST_WORDS = 0.5
_LOOK = 0.05
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is served once it is loaded. ``stop_pages`` ends the connections that open pages hold."""

    application: ASGIApp
    gate: Gate
    stop_pages: Callable[[], None]


@dataclass
class Service:
    """An ASGI application that is up before ``load``, which runs in a thread, has made what it serves."""

    load: Callable[[], Loaded]
    metrics: Metrics = field(default_factory=Metrics)
    only_local: bool = True
    access: Access | None = None
    on_ready: Callable[[], None] = lambda: None
    failure: BaseException | None = None
    loaded: Loaded | None = None
    stopping: bool = False

    def __post_init__(self) -> None:
        self._guarded = Guard(self._route, only_local=self.only_local, access=self.access)
        self._failed: Callable[[], None] = lambda: None
        self._over = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._loading: Future[Loaded] = Future()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, counted and logged, or the application's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        begin, code = time.perf_counter(), 0

        async def counted(message: Message) -> None:
            nonlocal code
            code = message.get("status", code)
            await send(message)

        try:
            await self._guarded(scope, receive, counted)
        finally:
            if scope["type"] == "http":
                self._count(scope, code, time.perf_counter() - begin)

    def when_failed(self, stop: Callable[[], None]) -> None:
        """Call ``stop`` where loading fails; ``failure`` then holds why."""
        self._failed = stop

    @property
    def is_loading(self) -> bool:
        """Whether the thread that loads is still at it, which nothing can stop but the end of the process."""
        return self._loading.running()

    def _count(self, scope: Scope, code: int, seconds: float) -> None:
        route, method = route_of(scope["path"]), str(scope["method"])
        self.metrics.request(route, method, code, seconds)
        fields = {"route": route, "method": method, "status": code, "seconds": round(seconds, 4)}
        _LOG.info("request", extra={FIELDS: fields})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._running = asyncio.create_task(self._run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._over.set()
        await self._running
        await send({"type": "lifespan.shutdown.complete"})

    async def _run(self) -> None:
        """Load, and be the server that the loaded application's own life runs in."""
        from starlette.applications import Starlette

        # A daemon: neither the server nor the process waits for models that nobody will use.
        threading.Thread(target=self._load, name="load", daemon=True).start()
        over: asyncio.Future[Any] = asyncio.ensure_future(self._over.wait())
        loading: asyncio.Future[Any] = asyncio.wrap_future(self._loading)
        await asyncio.wait({loading, over}, return_when=asyncio.FIRST_COMPLETED)
        if self._over.is_set():
            return
        over.cancel()
        try:
            loaded = self._loading.result(0)
        except BaseException as error:  # handed to who started the server, whatever it is
            self.failure = error
            self._failed()
            return
        application = loaded.application
        if not isinstance(application, Starlette):
            self._admit(loaded)
            await self._over.wait()
            return
        async with application.router.lifespan_context(application):
            self._admit(loaded)
            await self._over.wait()

    def _load(self) -> None:
        self._loading.set_running_or_notify_cancel()
        try:
            self._loading.set_result(self.load())
        except BaseException as error:  # as in :meth:`_run`
            self._loading.set_exception(error)

    def _admit(self, loaded: Loaded) -> None:
        self.metrics.watch("yinju_queue_length", "Questions that wait.", lambda: loaded.gate.waiting)
        self.metrics.watch("yinju_answering", "Questions being answered.", lambda: loaded.gate.running)
        self.loaded = loaded
        _LOG.info("ready")
        self.on_ready()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, loaded = scope["path"], self.loaded
        if path in ("/healthz", "/readyz", "/metrics"):
            state = await self._state(path) if scope["method"] in ("GET", "HEAD") else _not_this_way(scope)
            await state(scope, receive, send)
        elif loaded is not None:
            await loaded.application(scope, receive, send)
        else:
            await _starting(scope)(scope, receive, send)

    async def _state(self, path: str) -> Response:
        from starlette.responses import PlainTextResponse, Response

        if path == "/metrics":
            return Response(
                await asyncio.to_thread(self.metrics.text), media_type="text/plain; version=0.0.4; charset=utf-8"
            )
        if path == "/healthz":
            return PlainTextResponse("ok\n")
        if self.stopping:
            return PlainTextResponse("stopping\n", 503)
        return PlainTextResponse("ready\n") if self.loaded else PlainTextResponse("starting\n", 503)


def serve(
    load: Callable[[], Loaded],
    *,
    host: str,
    port: int,
    open_browser: bool,
    token: str | None = None,
    metrics: Metrics | None = None,
    ready: Callable[[str], None] | None = None,
) -> bool:
    """Serve what ``load`` makes until interrupted or told to end (SIGINT, SIGTERM). ``ready`` is told the URL once it can
    be used. Returns whether all threads are done: false where it was ended while ``load`` was at work, which goes on
    until the process ends.

    :raises PortError: ``port_busy`` or ``port_unusable``. Also raises what ``load`` does.
    """
    with listen(host, port) as listener:
        address = address_of(listener)

        def on_ready() -> None:
            if ready is not None:
                ready(address)
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        service = Service(
            load,
            metrics=metrics or Metrics(),
            only_local=is_loopback(listener),
            access=Access(token) if token is not None else None,
            on_ready=on_ready,
        )
        server = make_server(service)

        def end(*_: object) -> None:
            server.should_exit = True

        # The server gives the signal that ended it back to the process, which is to end well; one that comes before the
        # server listens to signals ends it too.
        before = signal.signal(signal.SIGTERM, end)
        try:
            with suppress(KeyboardInterrupt):
                server.run(sockets=[listener])
        finally:
            signal.signal(signal.SIGTERM, before)
    if service.failure is not None:
        raise service.failure
    return not service.is_loading


def make_server(service: Service, *, grace: float = GRACE) -> uvicorn.Server:
    """A server for ``service``; ``run(sockets=[...])`` serves until interrupted, and gives answers under way ``grace``
    seconds.
    """
    import uvicorn

    from ui.connections import Connection

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket] | None = None) -> None:
            service.stopping = True
            _LOG.info("stopping")
            if service.loaded is not None:
                service.loaded.gate.stop()
                await self._let_finish(service.loaded.gate)
                # Every open page holds a connection that ends only when it is told to.
                service.loaded.stop_pages()
            await super().shutdown(sockets)

        async def _let_finish(self, gate: Gate) -> None:
            end, waited = time.monotonic() + grace, False
            while time.monotonic() < end and not self.force_exit and not gate.wait_until_empty(0):
                waited = True
                await asyncio.sleep(_LOOK)
            if waited:  # the answers are made; now they are sent
                await asyncio.sleep(_LAST_WORDS)

    config: dict[str, Any] = {"log_config": None, "log_level": "warning", "access_log": False, "server_header": False}
    config["http"] = Connection
    server = Server(uvicorn.Config(service, timeout_graceful_shutdown=2, **config))

    def stop() -> None:
        server.should_exit = True

    service.when_failed(stop)
    return server


def route_of(path: str) -> str:
    """The kind of address that ``path`` is: one of a few words, whatever was asked for."""
    parts = ("/" + path.lstrip("/")).split("/")
    if path == "/":
        return "page"
    if parts[1] == "api":
        known = ("ask", "documents", "collections", "conversations", "feedback", "uploads")
        return f"api_{parts[2]}" if len(parts) > 2 and parts[2] in known else "api"
    if parts[1] in ("healthz", "readyz", "metrics", "login"):
        return parts[1]
    if parts[1] == "gradio_api":
        return "page_events"
    return "page_files" if parts[1] in ("assets", "static", "svelte", "theme.css", "favicon.ico") else "other"


def _not_this_way(scope: Scope) -> Response:
    error = RequestError("method_unknown", method=scope["method"], known="GET, HEAD")
    return error_response(error, header(scope, b"accept-language"), {"Allow": "GET, HEAD"})


def _starting(scope: Scope) -> Response:
    """That the rest is still loading: to a person as a page that tries again, to a program as JSON."""
    from starlette.responses import HTMLResponse

    accept_language = header(scope, b"accept-language")
    if scope["path"] == "/" and scope["method"] == "GET":
        lang = choose_language(accept_language)
        body = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="{_RETRY}">'
            f'<link rel="icon" href="data:,"><title>{text("page_title", lang)}</title><p>{text("starting", lang)}</p></html>'
        )
        return HTMLResponse(body, 503, {"Retry-After": str(_RETRY)})
    return error_response(ServiceError("service_starting", seconds=_RETRY), accept_language)
