"""What the server keeps of each page, counted after questions over the page's own queue."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx
import pytest

from benchmarks import load_users
from benchmarks.load_users import PageUser
from qa.types import Answer
from tests.ui_server import serving
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui import sessions

if TYPE_CHECKING:
    from gradio.routes import App

QUESTIONS = ("500强有多少家？", "激光打靶在哪里？", "票价是多少？")
PATIENCE = httpx.Timeout(60)


@pytest.fixture
def pages() -> Iterator[tuple[str, dict[int, App]]]:
    """A server that tidies ten times a second, and its pages as it looks at them."""
    seen: dict[int, App] = {}

    def looked(page: App, tidy: Any = sessions.tidy) -> None:
        tidy(page)
        seen[id(page)] = page

    with (
        mock.patch.object(sessions, "EVERY", 0.1),
        mock.patch.object(sessions, "tidy", looked),
        mock.patch.object(load_users, "_WIRINGS", []),
        serving(TinyAnswerer(), TinyLibrary()) as address,
    ):
        while len(seen) < 2:
            time.sleep(0.05)
        yield address, seen


def held(pages: dict[int, App]) -> list[Any]:
    return [session for page in pages.values() for session in page.state_holder.session_data.values()]


def settled(pages: dict[int, App]) -> None:
    """Until the pages were looked at twice more."""
    for _ in range(2):
        pages.clear()
        while len(pages) < 2:
            time.sleep(0.02)


def test_a_session_holds_no_more_components_after_many_questions(pages: tuple[str, dict[int, App]]) -> None:
    address, seen = pages
    with httpx.Client(base_url=address, timeout=PATIENCE, headers={"Accept-Language": "zh-CN"}) as client:
        user = PageUser("u", client)
        user.begin()
        for number in range(12):
            user.ask(QUESTIONS[number % 3])
    settled(seen)
    (session,) = held(seen)
    (page,) = [page for page in seen.values() if page.state_holder.session_data]
    assert set(session.blocks_config.blocks) == set(page.get_blocks().default_config.blocks)
    assert session.config_values == {}
    (turns,) = [value for value in session.state_data.values() if isinstance(value, tuple)]
    assert len(turns) == 12
    assert {(turn.source, turn.answer.citations, turn.answer.near) for turn in turns} == {("", (), ())}


def test_answers_are_let_go_when_they_were_shown(pages: tuple[str, dict[int, App]]) -> None:
    address, seen = pages
    before = citing()
    with httpx.Client(base_url=address, timeout=PATIENCE, headers={"Accept-Language": "zh-CN"}) as client:
        user = PageUser("u", client)
        for question in QUESTIONS * 2:
            user.begin()
            user.ask(question)
    settled(seen)
    assert len(held(seen)) == 6
    assert citing() <= before


def test_a_closed_page_is_forgotten_an_hour_later(pages: tuple[str, dict[int, App]]) -> None:
    address, seen = pages
    with httpx.Client(base_url=address, timeout=PATIENCE, headers={"Accept-Language": "zh-CN"}) as client:
        user = PageUser("u", client)
        for _ in range(2):
            user.begin()
            user.ask(QUESTIONS[0])
    closed, open_ = held(seen)
    closed.is_closed = True
    settled(seen)
    assert held(seen) == [closed, open_]
    with mock.patch.object(sessions, "CLOSED", -sessions.CLOSED):
        settled(seen)
        assert held(seen) == [open_]


def citing() -> int:
    """Answers with citations that something holds on to."""
    gc.collect()
    return sum(1 for item in gc.get_objects() if type(item) is Answer and (item.citations or item.near))
