from __future__ import annotations

import socket

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.errors import PortBusy, PortError
from ui.web import ByLanguage, address_of, is_loopback, listen


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortBusy) as caught:
            listen("127.0.0.1", port)
    assert (caught.value.code, caught.value.fields) == ("port_busy", {"host": "127.0.0.1", "port": port})
    listen("127.0.0.1", port).close()


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(PortError) as caught:
        listen("192.0.2.1", 7860)  # TEST-NET-1: no machine has it
    assert caught.value.code == "port_unusable"
    assert caught.value.fields["reason"]


def test_the_address_to_open() -> None:
    with listen("127.0.0.1", 0) as local, listen("0.0.0.0", 0) as every:
        assert address_of(local) == f"http://127.0.0.1:{local.getsockname()[1]}/"
        assert address_of(every) == f"http://127.0.0.1:{every.getsockname()[1]}/"
        assert (is_loopback(local), is_loopback(every)) == (True, False)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_is_bracketed() -> None:
    try:
        listener = listen("::1", 0)
    except PortError:
        pytest.skip("IPv6 is switched off here")
    with listener:
        assert address_of(listener) == f"http://[::1]:{listener.getsockname()[1]}/"


def test_each_request_goes_to_its_language() -> None:
    def says(word: str) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await PlainTextResponse(word)(scope, receive, send)

        return app

    client = TestClient(ByLanguage({"zh": says("中"), "en": says("E")}))
    assert client.get("/", headers={"Accept-Language": "en"}).text == "E"
    assert client.get("/", headers={"Accept-Language": "zh"}).text == "中"
    assert client.get("/", headers={"Accept-Language": ""}).text == "中"
