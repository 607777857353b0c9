"""Connections that keep the server waiting are closed, and no other: over real sockets, with short limits."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui import connections
from ui.connections import Connection
from ui.server import Service, make_server
from ui.web import listen

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
SHORT = 0.4


async def length(request: Request) -> Response:
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        return PlainTextResponse("left")


@contextmanager
def serving(*, held: int = 256) -> Iterator[tuple[str, int]]:
    """The address of a server with short limits."""
    with listen("127.0.0.1", 0) as listener, ThreadPoolExecutor(1) as threads:
        app = Starlette(routes=[Route("/", length, methods=["POST"])])
        kind = type("Short", (Connection,), {"head": SHORT, "pause": SHORT, "held": held})
        server = uvicorn.Server(uvicorn.Config(app, http=kind, log_config=None, lifespan="off"))
        done = threads.submit(server.run, sockets=[listener])
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            done.result(60)


def answered(connection: socket.socket) -> bytes:
    """The body of an answer, of one or two digits."""
    said = b""
    while b"\r\n\r\n" not in said or said.endswith(b"\r\n\r\n"):
        said += connection.recv(1000)
    assert said.startswith(b"HTTP/1.1 200")
    return said.rpartition(b"\r\n\r\n")[2]


def closed_after(connection: socket.socket, sent: Iterator[bytes]) -> float:
    """Seconds until the server closes a connection that goes on sending, a part every tenth of a second."""
    begin = time.monotonic()
    connection.settimeout(0.1)
    for part in sent:
        try:
            connection.sendall(part)
            if connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begin


def forever(part: bytes) -> Iterator[bytes]:
    for _ in range(100):
        yield part


@pytest.mark.parametrize("before", [b"", HEAD], ids=["nothing but letters", "a head without end"])
def test_a_head_that_never_ends_is_given_its_time_once(before: bytes) -> None:
    with serving() as address, socket.create_connection(address) as connection:
        connection.sendall(before)
        assert SHORT * 0.5 < closed_after(connection, forever(b"a")) < 5


def test_a_connection_that_says_nothing_is_closed() -> None:
    with serving() as address, socket.create_connection(address) as connection:
        assert SHORT * 0.5 < closed_after(connection, forever(b"")) < 5


def test_a_body_may_be_slow_but_not_stop() -> None:
    with serving() as address, socket.create_connection(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 12\r\n\r\n")
        for _ in range(12):  # three times as long as a head may take
            connection.sendall(b"x")
            time.sleep(0.1)
        assert answered(connection) == b"12"
        connection.sendall(HEAD + b"Content-Length: 12\r\n\r\nxx")
        assert SHORT * 0.5 < closed_after(connection, forever(b"")) < 5


def test_the_second_of_two_requests_sent_at_once_is_watched_too() -> None:
    with serving() as address, socket.create_connection(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n" + HEAD + b"Content-Length: 9\r\n\r\nxx")
        assert answered(connection) == b"0"
        assert SHORT * 0.5 < closed_after(connection, forever(b"")) < 5


def test_one_address_holds_so_many_connections_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_this_machine", lambda _: False)
    request = HEAD + b"Content-Length: 0\r\n\r\n"
    with serving(held=2) as address, ExitStack() as stack:
        first, second, third = (stack.enter_context(socket.create_connection(address)) for _ in range(3))
        for connection in (first, second):
            connection.sendall(request)
            assert answered(connection) == b"0"
        assert closed_after(third, forever(request)) < 5
        first.close()
        time.sleep(0.1)
        with socket.create_connection(address) as fourth:
            fourth.sendall(request)
            assert answered(fourth) == b"0"
    assert Connection.open_now == {}


def test_the_server_uses_it() -> None:
    assert make_server(Service(lambda: pytest.fail("not loaded"))).config.http is Connection
