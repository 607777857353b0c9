"""What may pass and what may not: names, origins, rates, tokens, addresses, sizes; and what every answer says of itself."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.access import COOKIE, Access
from ui.guard import EVENT_LIMIT, Guard
from ui.limits import Limiter, Rate

TOKEN = "correct-horse-battery"
HTML = (
    '<!doctype html><html lang="en"><meta\n\tname="viewport"\n\tcontent="width=device-width, shrink-to-fit=no"\n/>'
    '<meta\n\tproperty="og:image"\n\tcontent="https://elsewhere.example/a.jpg"\n/>\n<meta name="twitter:title" content="Gradio" />'
    '<script>1</script><script type="module" src="a.js"></script>描述</html>'
)


async def page(_: Request) -> Response:
    return HTMLResponse(HTML)


async def plain(_: Request) -> Response:
    return PlainTextResponse("<script>")


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())), headers={"Access-Control-Allow-Origin": "*"})


def guarded(*, only_local: bool = True, client: tuple[str, int] = ("127.0.0.1", 5), **options: object) -> TestClient:
    paths = ("/api/ask", "/gradio_api/queue/join", "/metrics", "/readyz")
    routes = [
        Route("/", page),
        Route("/api/plain", plain),
        *(Route(path, echo, methods=["GET", "POST"]) for path in paths),
    ]
    guard = Guard(Starlette(routes=routes), only_local=only_local, **options)  # type: ignore[arg-type]
    return TestClient(guard, base_url="http://127.0.0.1:7860", client=client, follow_redirects=False)


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
    response = guarded().get("/api/plain", headers={"Host": host, "Accept-Language": "en"})
    assert response.status_code == status
    if status == 400:
        assert response.json()["error"]["code"] == "host_refused"
    assert guarded(only_local=False).get("/api/plain", headers={"Host": host}).status_code == 200


def test_every_script_of_a_page_gets_the_nonce_of_its_policy_and_the_page_its_language() -> None:
    client = guarded()
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
        assert "default-src 'none'" in policy
        assert "connect-src 'self'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert len(seen) == 3


def test_a_page_does_not_speak_for_gradio_and_yields_to_the_keyboard() -> None:
    sent = guarded().get("/").text
    assert re.findall(r"<meta[^>]*>", sent) == [
        '<meta\n\tname="viewport"\n\tcontent="width=device-width, interactive-widget=resizes-content"\n/>'
    ]
    assert "elsewhere.example" not in sent


def test_what_is_no_page_is_passed_on_as_it_is() -> None:
    response = guarded().get("/api/plain")
    assert response.text == "<script>"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in response.headers


ORIGIN, SITE = "Origin", "Sec-Fetch-Site"


# fmt: off
@pytest.mark.parametrize(("headers", "status"), [
    ({}, 200),  # a program
    ({ORIGIN: "http://127.0.0.1:7860", SITE: "same-origin"}, 200),
    ({SITE: "same-origin"}, 200),
    ({SITE: "none"}, 200),
    ({ORIGIN: "https://evil.example"}, 403),
    ({ORIGIN: "http://127.0.0.1:7861"}, 403),  # another program's page on this machine
    ({ORIGIN: "http://localhost:7860"}, 403),
    ({ORIGIN: "null"}, 403),  # a sandboxed frame, a file
    ({ORIGIN: ""}, 403),
    ({ORIGIN: "http://127.0.0.1:7860.evil.example"}, 403),
    ({SITE: "cross-site"}, 403),
    ({SITE: "same-site"}, 403),
])
# fmt: on
def test_another_site_s_page_can_send_nothing(headers: dict[str, str], status: int) -> None:
    client = guarded()
    for path in ("/api/ask", "/gradio_api/queue/join"):
        response = client.post(path, content=b"{}", headers={"Accept-Language": "en", **headers})
        assert response.status_code == status
        if status == 403:
            assert response.json()["error"]["code"] == "origin_refused"
    # What only reads is kept from other sites by the browser: no answer lets them see it.
    read = client.get("/api/ask", headers=headers)
    assert read.status_code == 200
    assert "access-control-allow-origin" not in read.headers
    assert read.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", [
    "/gradio_api/proxy=https://example.hf.space/x", "/gradio_api/file=http://169.254.169.254/latest/meta-data",
    "/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/gradio_api/upload", "/gradio_api/info",
    "/gradio_api/monitoring", "/gradio_api/dev/reload", "/gradio_api/vibe-edit", "/gradio_api/run-history/records",
    "/gradio_api/deep_link", "/gradio_api/custom_component/1/client/x/../../../etc", "/login", "/logout", "/docs", "/.env",
    "/gradio_api//proxy=x", "/monitoring", "/gradio_api/stream/a/b/c/d.ts",
])  # fmt: skip
def test_addresses_that_the_page_does_not_use_do_not_exist(path: str) -> None:
    client = guarded()
    for response in (client.get(path), client.post(path, content=b"{}")):
        assert response.status_code == 404


def test_bodies_to_the_page_are_limited_whatever_they_claim() -> None:
    client = guarded()
    path = "/gradio_api/queue/join"
    assert client.post(path, content=b"a" * EVENT_LIMIT).text == str(EVENT_LIMIT)
    assert client.post(path, content=b"a" * (EVENT_LIMIT + 1)).status_code == 413
    chunks = (b"a" * 65536 for _ in range(EVENT_LIMIT // 65536 + 1))
    assert client.post(path, content=chunks).json()["error"]["code"] == "request_too_large"


def test_without_the_token_nothing_but_health_is_said() -> None:
    client = guarded(only_local=False, access=Access(TOKEN))
    assert client.get("/readyz").status_code == 200
    assert (client.get("/").status_code, client.get("/").headers["location"]) == (303, "/login")
    for path in ("/api/plain", "/metrics", "/gradio_api/queue/join"):
        refused = client.get(path, headers={"Accept-Language": "zh"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "token_missing")
        assert refused.headers["www-authenticate"].startswith("Bearer")
        for given in (f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", "Bearer \u00e9"):
            wrong = client.get(path, headers={"Authorization": given.encode()})
            assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "token_wrong")
        assert client.get(path, headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_signing_in_gives_a_cookie_that_no_script_and_no_other_site_gets() -> None:
    client = guarded(only_local=False, access=Access(TOKEN))
    form = client.get("/login", headers={"Accept-Language": "en"})
    assert form.status_code == 200
    assert '<html lang="en">' in form.text
    assert "<script" not in form.text
    wrong = client.post("/login", data={"token": "wrong"})
    assert (wrong.status_code, "口令不对" in wrong.text, "set-cookie" in wrong.headers) == (403, True, False)
    foreign = client.post("/login", data={"token": TOKEN}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    good = client.post("/login", data={"token": f" {TOKEN} "})
    assert (good.status_code, good.headers["location"]) == (303, "/")
    cookie = good.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert client.get("/api/plain").status_code == 200  # the client keeps the cookie
    assert client.get("/").status_code == 200
    client.cookies.clear()
    assert client.get("/api/plain").status_code == 401


def test_an_address_that_asks_too_often_waits() -> None:
    rates = {"read": Rate(4, 60), "ask": Rate(2, 60), "token": Rate(1, 60)}
    clock = [0.0]

    def client(address: str, **options: object) -> TestClient:
        return guarded(only_local=False, client=(address, 5), limiter=limiter, **options)

    limiter = Limiter(rates, clock=lambda: clock[0])
    one, other, here = client("203.0.113.7"), client("203.0.113.8"), client("127.0.0.1")
    assert [one.post("/api/ask").status_code for _ in range(3)] == [200, 200, 429]
    refused = one.post("/api/ask", headers={"Accept-Language": "en"})
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["message"] == "Too many requests come from this address. Try again in 1 second."
    assert other.post("/api/ask").status_code == 200
    assert [here.post("/api/ask").status_code for _ in range(9)] == [200] * 9
    clock[0] = 60.0
    assert one.post("/api/ask").status_code == 200

    limiter = Limiter(rates, clock=lambda: clock[0])
    guessing = client("203.0.113.9", access=Access(TOKEN))
    wrong = [guessing.get("/api/plain", headers={"Authorization": f"Bearer guess-{n}"}).status_code for n in range(3)]
    assert wrong == [401, 429, 429]
    assert guessing.post("/login", data={"token": "guess"}).status_code == 429
    assert guessing.get("/api/plain", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 429  # reads are used up
    clock[0] = 120.0
    assert guessing.get("/api/plain", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "http://a]b", "\x7f"])
def test_an_origin_that_is_no_address_is_a_foreign_one(origin: str) -> None:
    with guarded() as client:
        refused = client.post("/api/ask", headers={"Origin": origin})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin_refused")


def test_a_sign_in_with_more_fields_than_the_form_has_is_a_wrong_one() -> None:
    with guarded(access=Access(TOKEN)) as client:
        sent = client.post("/login", content="&".join(f"token={TOKEN}{n}" for n in range(20)))
    assert sent.status_code == 403


@pytest.mark.parametrize("path", ["/api/%0Aplain", "/api/plain%0D%0AX: 1", "/%00", "/api/%7f"])
def test_no_address_holds_a_control_character(path: str) -> None:
    with guarded() as client:
        refused = client.get(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "page_unknown")
