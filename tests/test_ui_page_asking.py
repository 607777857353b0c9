"""A question under way in a real Chromium: the passages found, the stop button, Esc, a closed tab."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.test_ui_page_look import violations
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import HeldAnswerer, TinyLibrary
from ui.gate import Gate

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

QUESTION = "有多少家\n世界500强？"


ANSWERER = HeldAnswerer()


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(ANSWERER, at_once=1, seconds=600)


@pytest.fixture
def held(gate: Gate) -> Iterator[HeldAnswerer]:
    """Nothing is found or read until it is let; in the end everything is."""
    yield ANSWERER
    for latch in (ANSWERER.found, ANSWERER.read, ANSWERER.tried):
        latch.release(99)
    assert gate.wait_until_empty(30)
    for latch in (ANSWERER.found, ANSWERER.read, ANSWERER.tried):
        while latch.acquire(blocking=False):
            pass


@pytest.fixture(scope="module")
def address(gate: Gate) -> Iterator[str]:
    with serving(gate, TinyLibrary(), examples=("激光？",)) as url:
        yield url


def wait_stopped(visit: Visit) -> None:
    visit.tab.wait_for_selector(".yj-is-wait", state="detached", timeout=30_000)


def test_the_passages_are_shown_until_the_answer_is_read(browser: Browser, address: str, held: HeldAnswerer) -> None:
    with visiting(browser, address) as visit:
        visit.ask(QUESTION)
        visit.wait(".yj-is-wait")
        assert visit.text(".yj-wait") == ["正在查找……"]
        held.found.release()
        visit.wait(".yj-reading")
        assert visit.text(".yj-wait") == ["正在读这几段……"]
        assert visit.text(".yj-passage") == ["325家世界500强扎根重庆。", "N2馆<b>B03</b>展位"]
        assert violations(visit, "#yj-chat") == []
        held.read.release()
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["325家"]
        assert visit.text(".yj-reading") == visit.text(".yj-stop") == []


def test_suggestions_come_after_the_answer_that_nothing_was_found(
    browser: Browser, address: str, held: HeldAnswerer
) -> None:
    with visiting(browser, address) as visit:
        held.found.release()
        held.read.release()
        visit.ask("门票多少钱？")
        visit.wait(".yj-suggest-wait")
        assert visit.text(".yj-short strong") == ["未找到"]
        top = visit.tab.locator(".yj-near-head").bounding_box()
        held.tried.release()
        visit.wait(".yj-suggest .yj-example")
        after = visit.tab.locator(".yj-near-head").bounding_box()
        assert top is not None
        assert after is not None
        assert abs(after["y"] - top["y"]) <= 2  # what is being read does not move
        held.found.release()
        held.read.release()
        visit.tab.locator(".yj-suggest .yj-example").click()
        visit.wait_turns(2)
        assert visit.text(".yj-short strong") == ["未找到", "N2馆B03展位"]


def test_whoever_asks_on_does_not_wait_for_suggestions(browser: Browser, address: str, held: HeldAnswerer) -> None:
    with visiting(browser, address) as visit:
        held.found.release(2)
        held.read.release(2)
        visit.ask("门票多少钱？")
        visit.wait(".yj-suggest-wait")
        assert visit.text("#yj-pane h2") == ["没有可以出示的原文"]
        visit.ask("激光？")
        visit.tab.wait_for_function("document.querySelectorAll('.yj-turn').length === 2")
        held.tried.release()  # the one worker is free again
        visit.wait_turns(2)
        assert visit.text(".yj-short strong") == ["未找到", "N2馆B03展位"]
        assert visit.tab.input_value("#yj-box textarea") == ""
        visit.tab.wait_for_timeout(800)
        assert len(visit.text(".yj-turn")) == 2


def test_a_stopped_question_goes_back_into_the_box(
    browser: Browser, address: str, held: HeldAnswerer, gate: Gate
) -> None:
    with visiting(browser, address) as visit:
        visit.ask(QUESTION)
        visit.tab.get_by_role("button", name="停止").click()
        wait_stopped(visit)
        assert visit.tab.input_value("#yj-box textarea") == QUESTION
        assert visit.run("document.activeElement.tagName") == "TEXTAREA"
        assert visit.text(".yj-turn") == []
        assert visit.text(".yj-example") == ["激光？"]
        held.found.release(2)
        held.read.release(2)
        assert gate.wait_until_empty(30)
        visit.tab.keyboard.press("Enter")
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["325家"]
        visit.ask("激光？")
        visit.wait(".yj-is-wait")
        visit.tab.fill("#yj-box textarea", "另一个")
        visit.tab.keyboard.press("Escape")
        wait_stopped(visit)
        assert visit.tab.input_value("#yj-box textarea") == "另一个"
        assert visit.text(".yj-short strong") == ["325家"]


def test_a_reload_in_the_middle_brings_the_question_back(browser: Browser, address: str, held: HeldAnswerer) -> None:
    with visiting(browser, address) as visit:
        visit.ask(QUESTION)
        visit.wait(".yj-is-wait")
        visit.tab.wait_for_function("document.querySelector('#yj-box textarea').value === ''")
        visit.tab.reload()
        visit.tab.wait_for_function("Boolean(document.querySelector('#yj-box textarea')?.value)")
        assert visit.tab.input_value("#yj-box textarea") == QUESTION
        assert visit.text(".yj-turn") == []
        visit.left()


def test_another_conversation_is_not_disturbed_by_the_question_that_was_left(
    browser: Browser, address: str, held: HeldAnswerer
) -> None:
    with visiting(browser, address) as visit:
        held.found.release()
        held.read.release()
        visit.ask("激光？")
        visit.wait_turns(1)
        visit.ask(QUESTION)
        visit.wait(".yj-is-wait")
        visit.tab.get_by_role("button", name="新对话").click()
        wait_stopped(visit)
        held.found.release()
        held.read.release()
        visit.tab.wait_for_timeout(1500)
        assert visit.text(".yj-turn") == []


def test_a_closed_page_frees_its_place(browser: Browser, address: str, held: HeldAnswerer, gate: Gate) -> None:
    gate.submit("占着？")
    with visiting(browser, address) as visit:
        visit.ask(QUESTION)
        visit.wait(".yj-is-wait")
        assert gate.waiting == 1
    deadline = time.monotonic() + 30
    while gate.waiting:
        assert time.monotonic() < deadline
        time.sleep(0.05)
