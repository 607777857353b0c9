"""Signing in, and the headers of every answer, in a real Chromium: nothing complains and nothing leaves the machine."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.ui_server import serving
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui.access import Access

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

TOKEN = "correct-horse-battery"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(TinyAnswerer(), TinyLibrary(), only_local=False, access=Access(TOKEN)) as url:
        yield url


def test_signing_in_opens_the_page_and_nothing_complains(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="zh-CN")
    tab = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    tab.goto(address)
    assert tab.url == address + "login"
    tab.fill("input[name=token]", "wrong-wrong-wrong")
    tab.press("input[name=token]", "Enter")
    tab.wait_for_selector("[role=alert]")
    assert tab.text_content("[role=alert]") == "口令不对。启动引据的人知道口令。"
    tab.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.fill("input[name=token]", TOKEN)
    tab.click("button")
    tab.wait_for_selector(".yj-log", timeout=60_000)
    tab.fill("#yj-box textarea", "有多少家世界500强？")
    tab.press("#yj-box textarea", "Enter")
    tab.wait_for_selector("#yj-pane mark", timeout=60_000)
    assert tab.evaluate("document.cookie") == ""
    assert complaints == []
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
    context.close()


# fmt: off
@pytest.mark.parametrize("path", [
    "/assets/../../../../etc/passwd", "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/routes.py",
    "/static/../../routes.py", "/static/..%5c..%5croutes.py", "/static//etc/passwd", "/svelte/../../../routes.py",
    "/assets/%00", "/api/documents/..%2f..%2fetc%2fpasswd/text", "/api/documents/../../etc/passwd/text",
    "/api/documents/d1/pages/..%2f..%2f1", "/gradio_api/file=/etc/passwd", "/gradio_api/file=%2fetc%2fpasswd",
    "/gradio_api/proxy=http://169.254.169.254/", "/gradio_api/file=http://169.254.169.254/",
    "/gradio_api/file=https:%2f%2fexample.com", "/gradio_api/queue/../file=/etc/passwd", "//gradio_api/file=/etc/passwd",
    "/gradio_api/queue%2fdata/../../file=/etc/passwd", "/theme.css/../../etc/passwd",
])
# fmt: on
def test_no_address_leads_out_of_the_program(address: str, path: str) -> None:
    """Sent as they are: clients resolve ``..`` themselves, attackers do not."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status in (400, 403, 404)
    assert b"root:" not in body
    assert b"import" not in body


def test_the_sign_in_page_needs_nothing_that_is_guarded(browser: Browser, address: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(locale="en-US", color_scheme=scheme, viewport={"width": 375, "height": 667})
        tab = context.new_page()
        complaints: list[str] = []
        requests: list[str] = []
        tab.on("console", lambda said, kept=complaints: kept.append(said.text))
        tab.on("request", lambda request, kept=requests: kept.append(request.url))
        tab.goto(address)
        tab.wait_for_selector("button")
        assert tab.text_content("button") == "Sign in"
        assert tab.evaluate("document.documentElement.scrollWidth") <= 375
        assert complaints == []
        assert {url for url in requests if not url.startswith("data:")} == {address, address + "login"}
        context.close()
