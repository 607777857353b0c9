"""A page that the server has forgotten: its tab slept while many others came. Its conversation goes on all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from qa.types import Answer, Exchange
from tests.ui_server import serving, visiting
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui.conversations import Conversations

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page


class Listening(TinyAnswerer):
    """Remembers after what, and of which documents, each question was asked."""

    def ask(self, question: str, **options: Any) -> Answer:
        heard.append((question, [one.question for one in options["history"]], options["documents"]))
        history: list[Exchange] = options["history"]
        return super().ask(history[-1].question if question == "再说一遍" and history else question)


heard: list[tuple[str, list[str], frozenset[str] | None]] = []
LIBRARY = TinyLibrary()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that remembers one page only."""
    with mock.patch("ui.app.SESSIONS", 1), serving(Listening(), LIBRARY) as url:
        yield url


def test_a_forgotten_page_goes_on_with_its_own_conversation_and_its_own_documents(
    browser: Browser, address: str
) -> None:
    heard.clear()
    with visiting(browser, address) as one, visiting(browser, address) as two:
        one.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        one.tab.locator(".yj-doc", has_text="长.txt").locator(".yj-tick").uncheck()
        one.tab.wait_for_selector(".yj-all[aria-checked='mixed']")
        for count, (first, second) in enumerate((("500强？", "激光？"), ("再说一遍", "再说一遍")), start=1):
            one.ask(first)
            one.wait_turns(count)
            two.ask(second)  # now the first page is forgotten
            two.wait_turns(count)
        assert one.text(".yj-short strong") == ["325家", "325家"]
        assert two.text(".yj-short strong") == ["N2馆B03展位", "N2馆B03展位"]
        kept = frozenset(id for id in LIBRARY.shelf if id != "d3")
        assert heard == [
            ("500强？", [], kept),
            ("激光？", [], None),
            ("再说一遍", ["500强？"], kept),
            ("再说一遍", ["激光？"], None),
        ]
        assert sorted(info.turns for info in Conversations(LIBRARY.folder).find()) == [2, 2]
        one.tab.locator(".yj-turn").first.locator("a.yj-chip").first.click()
        one.wait("#yj-pane mark")
        assert one.text("#yj-pane .yj-badge") == ["逐字核对 ✓"]


def test_a_forgotten_page_whose_conversation_was_deleted_begins_a_new_one_and_says_so(
    browser: Browser, address: str
) -> None:
    heard.clear()
    store = Conversations(LIBRARY.folder)
    with visiting(browser, address) as one, visiting(browser, address) as two:
        one.ask("500强？")
        one.wait_turns(1)
        one.tab.wait_for_url("**/?conversation=*")
        gone = one.tab.url.split("conversation=")[1]
        two.ask("激光？")
        two.wait_turns(1)
        store.delete(gone)
        one.ask("整句")
        one.tab.wait_for_function("document.querySelector('.yj-short strong')?.textContent === '袁家军宣布开幕。'")
        assert heard[-1] == ("整句", [], None)
        assert one.text(".yj-history-note")[0].startswith(f"没有编号为 {gone} 的对话")
        assert gone not in one.tab.url
