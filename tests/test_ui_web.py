from __future__ import annotations

import re
import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.errors import PortBusy, PortError
from ui.guard import Guard
from ui.web import ByLanguage, address_of, is_loopback, listen

HTML = '<!doctype html><html lang="en"><script>1</script><script type="module" src="a.js"></script>描述</html>'


async def page(_: Request) -> Response:
    return HTMLResponse(HTML)


async def plain(_: Request) -> Response:
    return PlainTextResponse("<script>")


def guarded(*, only_local: bool) -> TestClient:
    app = Starlette(routes=[Route("/", page), Route("/plain", plain)])
    return TestClient(Guard(app, only_local=only_local), base_url="http://127.0.0.1:7860")


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


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("yinju.localhost:7860", 200),
        ("[::1]:7860", 200),
        ("127.8.9.10", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("localhost.evil.example:7860", 400),
        ("10.0.0.1", 400),
        ("a:b:c", 400),
    ],
)
def test_only_this_machine_s_names_are_answered(host: str, status: int) -> None:
    response = guarded(only_local=True).get("/plain", headers={"Host": host, "Accept-Language": "en"})
    assert response.status_code == status
    if status == 400:
        assert response.json()["error"]["code"] == "host_refused"
    assert guarded(only_local=False).get("/plain", headers={"Host": host}).status_code == 200


def test_every_script_of_a_page_gets_the_nonce_of_its_policy_and_the_page_its_language() -> None:
    client = guarded(only_local=True)
    seen = set()
    for lang, tag in (("zh-CN", "zh-CN"), ("en-US", "en"), ("fr", "zh-CN")):
        response = client.get("/", headers={"Accept-Language": lang, "Accept-Encoding": "gzip"})
        policy = response.headers["content-security-policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]{22})' 'unsafe-eval';", policy)
        assert nonce is not None
        seen.add(nonce[1])
        assert response.text.count(f'<script nonce="{nonce[1]}"') == response.text.count("<script") == 2
        assert f'<html lang="{tag}">' in response.text
        assert response.headers["content-length"] == str(len(response.content))
        assert response.headers["cache-control"] == "no-store"
        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert len(seen) == 3


def test_what_is_no_page_is_passed_on_as_it_is() -> None:
    response = guarded(only_local=True).get("/plain")
    assert response.text == "<script>"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in response.headers


def test_each_request_goes_to_its_language() -> None:
    def says(word: str) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await PlainTextResponse(word)(scope, receive, send)

        return app

    client = TestClient(ByLanguage({"zh": says("中"), "en": says("E")}))
    assert client.get("/", headers={"Accept-Language": "en"}).text == "E"
    assert client.get("/", headers={"Accept-Language": "zh"}).text == "中"
    assert client.get("/", headers={"Accept-Language": ""}).text == "中"
