"""Collections in a real Chromium: ticked documents get a name, and are chosen with one click."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from qa.types import Answer
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import PAPER, TinyAnswerer, TinyLibrary, make_document

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

FILES = ("年报2022.pdf", "年报2023.pdf", "会议纪要.txt")
PAPERS = [
    make_document(("paragraph", 0, f"{name}的正文。"), id=f"d{n}", name=name) for n, name in enumerate(FILES, start=2)
]


class Listening(TinyAnswerer):
    """Remembers which documents each question was limited to."""

    def ask(self, question: str, **options: object) -> Answer:
        asked.append(options["documents"])
        return super().ask(question)


asked: list[object] = []


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Listening(), TinyLibrary({item.id: item for item in (PAPER, *PAPERS)})) as url:
        yield url


def wait_scope(visit: Visit, said: str) -> None:
    visit.tab.wait_for_function(
        "said => document.querySelector('.yj-scope label')?.textContent === said", arg=said, timeout=60_000
    )


def ticks(visit: Visit) -> list[bool]:
    found: list[bool] = visit.tab.eval_on_selector_all(".yj-tick", "all => all.map(box => box.checked)")
    return found


def test_a_collection_is_named_chosen_renamed_deleted_and_brought_back(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        assert visit.text(".yj-set-row") == []
        for name in ("报.txt", "会议纪要.txt"):
            visit.tab.locator(".yj-doc", has_text=name).locator(".yj-tick").uncheck()
        wait_scope(visit, "只问勾选的 2 份（共 4 份）")
        visit.tab.get_by_role("button", name="存为合集").click()
        visit.tab.keyboard.type("年报")
        visit.tab.keyboard.press("Enter")
        wait_scope(visit, "只问合集“年报”的 2 份")
        assert visit.text(".yj-set") == ["年报 2"]
        assert not visit.tab.is_visible(".yj-naming")
        visit.tab.get_by_role("button", name="问全部").first.click()
        wait_scope(visit, "问全部 4 份")
        visit.tab.reload()
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        assert ticks(visit) == [True] * 4
        visit.tab.get_by_role("button", name="年报 2").click()
        wait_scope(visit, "只问合集“年报”的 2 份")
        assert visit.text(".yj-limit span") == ["只问合集“年报”的 2 份"]
        assert ticks(visit) == [False, True, True, False]
        visit.ask("激光？")
        visit.wait_turns(1)
        assert asked == [frozenset({"d2", "d3"})]
        visit.tab.get_by_role("button", name="改名 年报").click()
        visit.tab.fill(".yj-set-name", "公司年报")
        visit.tab.get_by_role("button", name="保存").click()
        wait_scope(visit, "只问合集“公司年报”的 2 份")
        visit.tab.get_by_role("button", name="删除 公司年报").click()
        wait_scope(visit, "只问勾选的 2 份（共 4 份）")
        assert visit.text(".yj-set-note") == ["已删除合集“公司年报”，资料都还在。撤销"]
        visit.tab.locator(".yj-set-back").click()
        wait_scope(visit, "只问合集“公司年报”的 2 份")


OVERLAP = """() => [...document.querySelectorAll('.yj-doc')].filter(row => {
  const name = row.querySelector('.yj-doc-text > :nth-last-child(2)').getBoundingClientRect();
  return name.bottom > row.querySelector('.yj-doc-acts').getBoundingClientRect().top + 1;
}).length"""


def test_on_touch_what_is_done_with_a_document_does_not_cover_its_name(browser: Browser, address: str) -> None:
    with visiting(browser, address, width=390, height=844) as visit:
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        visit.tab.get_by_role("button", name="资料", exact=True).click()
        visit.tab.wait_for_selector(".yj-doc", state="visible")
        assert visit.tab.locator(".yj-doc").count() == 4
        assert visit.tab.evaluate(OVERLAP) == 0
