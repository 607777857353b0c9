"""The source pane in a real Chromium: page pictures, tables, more paragraphs, one citation after another, copying."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui_desk import REPORT, ROWS, DeskAnswerer, ask, shelf
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import PAPER, QUOTE_325, QUOTE_LASER, QUOTE_OPEN, TinyLibrary

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> TinyLibrary:
    return shelf(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def address(library: TinyLibrary) -> Iterator[str]:
    with serving(DeskAnswerer(shelf=dict(library.shelf)), library, examples=()) as url:
        yield url


def until(visit: Visit, condition: str) -> None:
    visit.tab.wait_for_function(condition, timeout=30_000)


IN_VIEW = """selector => {
  const part = document.querySelector(selector).getBoundingClientRect();
  const scroller = document.querySelector(selector).closest('.yj-paper, .yj-page').getBoundingClientRect();
  return part.top >= scroller.top && part.bottom <= scroller.bottom;
}"""
MARKED = "document.querySelector('#yj-pane mark')?.textContent"


SHOWN = "[...document.querySelectorAll('.yj-box')].some(box => box.checkVisibility({visibilityProperty: true}))"


def test_a_pdf_opens_at_the_picture_of_its_page_which_turns_and_grows(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "港口花了多少？")
        until(visit, "document.querySelector('.yj-page img')?.naturalWidth > 0")
        assert visit.tab.is_visible(".yj-page-picture img")
        assert not visit.tab.is_visible(".yj-paper")
        assert visit.text(".yj-page-no") == ["2 / 3"]
        until(visit, SHOWN)
        boxes = visit.tab.locator(".yj-box:visible").count()
        assert boxes >= 2
        assert visit.tab.evaluate(IN_VIEW, ".yj-box-answer")
        before = visit.run("document.querySelector('.yj-page img').clientWidth")
        visit.tab.get_by_role("button", name="放大").click()
        assert visit.text(".yj-zoomed") == ["125%"]
        assert visit.run("document.querySelector('.yj-page img').clientWidth") > 1.2 * before
        visit.tab.get_by_role("button", name="缩小").click()
        visit.tab.get_by_role("button", name="下一页").click()
        assert visit.text(".yj-page-no") == ["3 / 3"]
        assert visit.tab.locator(".yj-box:visible").count() == 0
        assert visit.tab.get_attribute(".yj-page img", "alt") == "第 3 页，共 3 页"
        visit.tab.get_by_role("button", name="下一页").click()
        assert visit.text(".yj-page-no") == ["3 / 3"]
        visit.tab.get_by_role("button", name="上一页").click()
        until(visit, SHOWN)
        assert visit.tab.locator(".yj-box:visible").count() == boxes
        visit.tab.get_by_role("button", name="文字").click()
        assert visit.tab.is_visible(".yj-paper mark")
        assert visit.tab.get_attribute(".yj-views button[data-view=text]", "aria-pressed") == "true"


HEIGHT = "document.querySelector('.yj-box:not(.yj-box-answer)').getBoundingClientRect().height"
WITHIN = """() => {
  const page = document.querySelector('.yj-page').getBoundingClientRect();
  return [...document.querySelectorAll('.yj-box')].map(box => box.getBoundingClientRect())
    .every(box => box.left >= page.left && box.right <= page.right && box.top >= page.top && box.bottom <= page.bottom);
}"""


def test_a_page_is_first_seen_at_a_size_at_which_its_quote_is_read(browser: Browser, address: str) -> None:
    with visiting(browser, address, width=900, height=700) as visit:
        ask(visit, "港口花了多少？")
        until(visit, "document.querySelector('.yj-page img')?.naturalWidth > 0")
        until(visit, "document.querySelector('.yj-leaf').dataset.zoom")
        assert visit.text(".yj-zoomed") == ["125%"]
        assert visit.tab.evaluate(WITHIN)
        visit.tab.get_by_role("button", name="放大").click()
        ask(visit, "激光")
        ask(visit, "港口花了多少？")
        until(visit, "document.querySelector('.yj-leaf')?.dataset.zoom === '150'")  # as it was chosen
        assert visit.run(HEIGHT) > 8


def test_no_page_is_seen_under_the_boxes_of_another(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "港口花了多少？")
        until(visit, "document.querySelector('.yj-page img')?.naturalWidth > 0")
        late: list[Any] = []
        visit.tab.route("**/pages/3*", lambda route: late.append(route))
        visit.tab.get_by_role("button", name="下一页").click()
        visit.tab.wait_for_timeout(300)
        assert visit.run("getComputedStyle(document.querySelector('.yj-page img')).visibility") == "hidden"
        assert visit.tab.locator(".yj-box:visible").count() == 0
        late[0].continue_()
        until(visit, "getComputedStyle(document.querySelector('.yj-page img')).visibility === 'visible'")
        visit.tab.get_by_role("button", name="上一页").click()
        until(visit, "getComputedStyle(document.querySelector('.yj-page img')).visibility === 'visible'")
        assert visit.tab.locator(".yj-box:visible").count() >= 2


def test_a_quote_on_two_pages_opens_at_its_answer_and_leads_to_its_beginning(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "大桥哪天通车？")
        until(visit, SHOWN)
        assert visit.text(".yj-page-no") == ["2 / 2"]
        assert "第 1–2 页" in visit.text(".yj-where > span")
        assert visit.text(".yj-part[aria-pressed=true]") == ["第 2 页"]
        assert visit.tab.locator(".yj-box-answer:visible").count() == 1
        visit.tab.get_by_role("button", name="第 1 页").click()
        until(visit, "document.querySelector('.yj-page-no').textContent === '1 / 2'")
        until(visit, SHOWN)
        assert visit.text(".yj-part[aria-pressed=true]") == ["第 1 页"]
        assert visit.tab.locator(".yj-box-answer:visible").count() == 0
        assert visit.tab.locator(".yj-box:visible").count() == 2


def test_what_is_seen_from_the_beginning_is_not_scrolled_to(browser: Browser, address: str) -> None:
    with visiting(browser, address, height=800) as visit:
        ask(visit, "有多少家世界500强落户重庆？")
        until(visit, f"{MARKED} === '{QUOTE_325}'")
        visit.tab.wait_for_timeout(200)
        assert visit.run("document.querySelector('.yj-paper').scrollTop") == 0
        assert visit.tab.evaluate(IN_VIEW, ".yj-paper mark")


def test_a_page_that_cannot_be_drawn_says_so(browser: Browser, address: str, library: TinyLibrary) -> None:
    path = Path(library.shelf["d8"].path)
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    try:
        with visiting(browser, address) as visit:
            ask(visit, "港口花了多少？")
            visit.tab.get_by_role("button", name="上一页").click()  # not among the pictures drawn before
            visit.tab.wait_for_selector(".yj-page-gone", state="visible")
            assert visit.text(".yj-page-gone")[0].startswith("这一页画不出来")
            assert all("410" in said for said in visit.complaints)
            visit.complaints.clear()
    finally:
        path.write_bytes(kept)


def test_a_table_is_one_table_whose_rows_go_on_as_one_scrolls(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "2020年的营业额？")
        visit.wait("#yj-pane mark")
        assert visit.text(".yj-here td mark") == ROWS[31].split(" | ")
        assert visit.text(".yj-here .yj-no") == ["32"]
        assert visit.text(".yj-where > span")[0] == "第 32 行"
        assert visit.text(".yj-quote-row th") == ["年份", "门店", "营业额"]
        assert visit.text(".yj-quote-row mark") == ["360万元"]
        until(visit, "document.querySelectorAll('#yj-pane tbody tr').length > 40")
        visit.tab.wait_for_timeout(300)
        assert visit.tab.evaluate(IN_VIEW, ".yj-here mark")
        for share in (0, 1, 1):
            scroll(visit, share)
            visit.tab.wait_for_timeout(200)
        until(visit, "document.querySelectorAll('#yj-pane tbody tr').length === 60")
        assert visit.run("document.querySelectorAll('#yj-pane table').length") == 1
        assert visit.text("#yj-pane thead th") == ["年份", "门店", "营业额"]
        years = visit.text("#yj-pane tbody td:nth-child(2)")
        assert years == [str(year) for year in range(1990, 2050)]
        assert visit.run("getComputedStyle(document.querySelector('#yj-pane tbody .yj-num')).textAlign") == "end"


def scroll(visit: Visit, share: float) -> None:
    visit.tab.evaluate(
        "share => { const p = document.querySelector('.yj-paper'); p.scrollTop = share * p.scrollHeight; }", share
    )


def test_neighbouring_paragraphs_load_in_both_directions_without_a_jump(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "长卷")
        visit.wait("#yj-pane mark")
        assert visit.tab.evaluate(IN_VIEW, ".yj-paper mark")
        top = "document.querySelector('.yj-paper mark').getBoundingClientRect().top"
        visit.run("document.querySelector('.yj-paper').scrollTop = 60")
        before = visit.run(top)
        until(visit, "document.querySelectorAll('#yj-pane .yj-no').length > 20")
        assert abs(visit.run(top) - before) < 2
        for _ in range(8):
            scroll(visit, 1)
            visit.tab.wait_for_timeout(120)
            scroll(visit, 0)
            visit.tab.wait_for_timeout(120)
        until(visit, f"document.querySelectorAll('#yj-pane .yj-no').length === {len(REPORT.blocks)}")
        assert visit.text("#yj-pane .yj-no") == [str(block.number) for block in REPORT.blocks]
        assert visit.text("#yj-pane .yj-more") == []


def test_citations_follow_one_another_by_buttons_and_arrow_keys(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "都说了什么？")
        until(visit, f"{MARKED} === '{QUOTE_325}'")
        assert visit.text(".yj-more-quotes summary") == ["另有 2 处也这样说"]
        assert visit.text(".yj-nth") == ["1 / 3"]
        assert visit.tab.is_disabled(".yj-step[data-step='-1']")
        visit.tab.get_by_role("button", name="下一处引文").click()
        until(visit, f"{MARKED} === '{QUOTE_LASER}'")
        assert visit.text(".yj-nth") == ["2 / 3"]
        assert visit.run("document.querySelector('.yj-more-quotes').open")
        visit.tab.keyboard.press("ArrowRight")
        until(visit, f"{MARKED} === '{QUOTE_OPEN}'")
        assert visit.tab.is_disabled(".yj-step[data-step='1']")
        visit.tab.keyboard.press("ArrowRight")
        visit.tab.keyboard.press("ArrowLeft")
        until(visit, f"{MARKED} === '{QUOTE_LASER}'")
        visit.tab.fill("#yj-box textarea", "写着字")
        visit.tab.keyboard.press("ArrowLeft")  # moves in the text
        visit.tab.wait_for_timeout(200)
        assert visit.text(".yj-nth") == ["2 / 3"]


PRESS = "(keys => keys.forEach(key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))))"


def test_quick_steps_are_all_taken_and_the_last_one_stays(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "都说了什么？")
        until(visit, f"{MARKED} === '{QUOTE_325}'")
        for keys, quote in (
            (("Right", "Right"), QUOTE_OPEN),
            (("Left", "Left"), QUOTE_325),
            (("Right", "Right", "Left"), QUOTE_LASER),
        ):
            visit.run(f"{PRESS}({json.dumps([f'Arrow{key}' for key in keys])})")
            until(visit, f"{MARKED} === '{quote}'")
            visit.tab.wait_for_timeout(600)
            assert visit.text("#yj-pane mark") == [quote]


def test_escape_closes_the_source_and_a_citation_opens_it_again(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "500强")
        visit.wait("#yj-pane mark")
        chip = visit.tab.locator(".yj-short a.yj-chip").first
        chip.click()
        visit.tab.keyboard.press("Escape")
        visit.tab.wait_for_selector("#yj-side", state="hidden")
        assert visit.text("a.yj-on") == []
        assert visit.run("document.activeElement.textContent") == "[1]"
        chip.click()
        visit.tab.wait_for_selector("#yj-pane mark", state="visible")
        visit.tab.get_by_role("button", name="关闭原文").click()
        visit.tab.wait_for_selector("#yj-side", state="hidden")
        ask(visit, "激光")
        visit.tab.wait_for_selector("#yj-pane mark", state="visible")


def test_the_quote_and_its_reference_are_copied(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ask(visit, "500强")
        visit.wait("#yj-pane mark")
        visit.tab.get_by_role("button", name="复制引文").click()
        until(visit, "document.querySelector('.yj-copy').textContent === '已复制'")
        place = "《第八届西洽会开幕》，家底够厚，第 5 段，报.txt"
        assert visit.run("navigator.clipboard.readText()") == f"“{QUOTE_325}”\n——{place}"
        visit.tab.get_by_role("button", name="复制出处").click()
        until(visit, "document.querySelectorAll('.yj-copy')[1].textContent === '已复制'")
        assert visit.run("navigator.clipboard.readText()") == "张三. 第八届西洽会开幕[Z]. 报.txt: 第 5 段."


def test_the_badge_is_proven_anew_each_time_and_a_change_is_named(browser: Browser, tmp_path: Path) -> None:
    library = shelf(tmp_path)
    with (
        serving(DeskAnswerer(shelf=library.shelf), library, examples=()) as address,
        visiting(browser, address) as visit,
    ):
        ask(visit, "500强")
        visit.wait("#yj-pane mark")
        assert visit.text("#yj-pane .yj-changed") == []
        library.shelf["d1"] = replace(PAPER, revision="rev-2")
        visit.tab.locator(".yj-short a.yj-chip").first.click()
        until(visit, "document.querySelector('#yj-pane .yj-changed')?.textContent === '原文已变更'")
        assert visit.text("#yj-pane .yj-badge") == ["逐字核对 ✓"]
        library.shelf["d1"] = replace(PAPER, text=PAPER.text.replace("325家", "326家"), revision="rev-3")
        visit.tab.locator(".yj-short a.yj-chip").first.click()
        until(visit, "document.querySelector('#yj-pane h2')?.textContent === '原文已变更'")
        assert visit.text("#yj-pane mark") == []
