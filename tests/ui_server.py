"""A real server and a real Chromium for the page tests."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from ui.chat import Asks, Shelf
from ui.gate import Gate
from ui.shelf import Keeper

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


BROKEN = re.compile("AbortError|Connection errored out|Failed to fetch|ERR_ABORTED")


@contextmanager
def serving(
    answerer: Asks | Gate,
    library: Shelf,
    *,
    examples: Sequence[str] | None = None,
    keeper: Keeper | None = None,
    **options: Any,
) -> Iterator[str]:
    """The address of a server over ``answerer`` and ``library``, stopped at the end. ``options``: those of the service."""
    from ui.app import build_application, loaded
    from ui.server import Service, make_server
    from ui.web import address_of, listen

    with mock.patch.dict(os.environ), listen("127.0.0.1", 0) as listener, ThreadPoolExecutor(2) as threads:
        gate = answerer if isinstance(answerer, Gate) else Gate(answerer)
        service = Service(lambda: loaded(build_application(gate, library, examples=examples, keeper=keeper)), **options)
        server = make_server(service)
        # In a thread: in this one Playwright's event loop may be running.
        running = threads.submit(server.run, sockets=[listener])
        while service.loaded is None and not running.done():
            time.sleep(0.01)
        if service.failure is not None:
            raise service.failure
        try:
            yield address_of(listener)
        finally:
            server.should_exit = True
            running.result(20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium from the system. Where there is none the test is skipped, but never in CI."""
    executable = os.environ.get("YINJU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        if "CI" in os.environ:
            pytest.fail("CI must have Chromium")
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One open page, and all that it asked for and complained about."""

    tab: Tab
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        self.tab.fill("#yj-box textarea", question)
        self.tab.press("#yj-box textarea", "Enter")

    def wait(self, selector: str) -> None:
        self.tab.wait_for_selector(selector, timeout=30_000)

    def wait_turns(self, count: int) -> None:
        """Until ``count`` turns stand there and none is waiting."""
        self.tab.wait_for_function(
            "n => document.querySelectorAll('.yj-turn').length === n && !document.querySelector('.yj-is-wait')",
            arg=count,
            timeout=30_000,
        )

    def wait_source(self, href: str) -> None:
        self.tab.wait_for_function(
            "h => document.querySelector('#yj-pane .yj-source').dataset.key === h", arg=href, timeout=30_000
        )

    def left(self) -> None:
        """The page was loaded anew: what Gradio says of the connections that this breaks is no complaint."""
        self.complaints[:] = [said for said in self.complaints if not BROKEN.search(said)]

    def text(self, selector: str) -> list[str]:
        found: list[str] = self.tab.eval_on_selector_all(selector, "all => all.map(e => e.textContent)")
        return found

    def run(self, script: str) -> Any:
        return self.tab.evaluate(script)


@contextmanager
def visiting(
    browser: Browser, address: str, *, locale: str = "zh-CN", width: int = 1440, height: int = 900, dark: bool = False
) -> Iterator[Visit]:
    """The page in a fresh browser profile. On leaving: nothing left this machine, nothing complained."""
    context = browser.new_context(
        locale=locale,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        has_touch=width < 500,
        is_mobile=width < 500,
    )
    tab = context.new_page()
    visit = Visit(tab)
    tab.on("request", lambda request: visit.requests.append(request.url))
    tab.on("pageerror", lambda error: visit.complaints.append(str(error)))
    tab.on("console", lambda said: visit.complaints.append(said.text) if said.type in ("error", "warning") else None)

    def refuse(dialog: Any) -> None:
        visit.complaints.append(dialog.message)
        dialog.dismiss()

    tab.on("dialog", refuse)
    try:
        tab.goto(address)
        visit.wait(".yj-log")
        yield visit
        assert visit.complaints == []
        assert visit.requests
        assert [url for url in visit.requests if not url.startswith((address, "data:", "blob:"))] == []
    finally:
        context.close()
