"""The page's frame in a real Chromium: three columns, the drawer, passing looks, and what axe-core says of each state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.ui_desk import DeskAnswerer, ask, shelf
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import PAPER

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

EXAMPLES = ("激光打靶体验在哪个展位？", "西洽会的门票多少钱？")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library = shelf(tmp_path_factory.mktemp("papers"))
    with serving(DeskAnswerer(shelf=library.shelf), library, examples=EXAMPLES) as url:
        yield url


def width(visit: Visit, selector: str) -> int:
    found: int = visit.run(f"document.querySelector('{selector}').getBoundingClientRect().width | 0")
    return found


def test_three_columns_of_which_the_library_folds_and_stays_folded(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        assert width(visit, "#yj-library") == 300
        visit.tab.get_by_role("button", name="收起资料栏").click()
        assert width(visit, "#yj-library") == 48
        assert not visit.tab.is_visible("#yj-shelf")
        visit.tab.reload()
        visit.wait("#yj-main[data-library='folded']")
        assert width(visit, "#yj-library") == 48
        visit.tab.get_by_role("button", name="展开资料栏").press("Enter")
        assert width(visit, "#yj-library") == 300
        assert visit.tab.is_visible("#yj-shelf")
        names = "all => all.map(e => [e.id, e.getAttribute('role'), e.getAttribute('aria-label')])"
        assert visit.tab.eval_on_selector_all("#yj-main > .column", names) == [
            ["yj-library", "complementary", "资料"],
            ["yj-chat", "region", "对话"],
            ["yj-side", "complementary", "原文"],
        ]


def test_in_a_narrow_window_the_library_opens_over_the_conversation(browser: Browser, address: str) -> None:
    with visiting(browser, address, width=1024, height=700) as visit:
        chat = width(visit, "#yj-chat")
        assert width(visit, "#yj-library") == 48
        visit.tab.get_by_role("button", name="展开资料栏").click()
        assert width(visit, "#yj-library") == 320
        assert width(visit, "#yj-chat") == chat
        visit.tab.keyboard.press("Escape")
        assert width(visit, "#yj-library") == 48


def test_on_a_phone_the_library_is_a_drawer(browser: Browser, address: str) -> None:
    with visiting(browser, address, width=390, height=844) as visit:
        assert not visit.tab.is_visible("#yj-library")
        visit.tab.get_by_role("button", name="资料", exact=True).click()
        visit.tab.wait_for_selector("#yj-shelf", state="visible")
        assert visit.run("document.querySelector('#yj-chat').inert")
        visit.tab.touchscreen.tap(380, 400)
        visit.tab.wait_for_selector("#yj-library", state="hidden")
        assert not visit.run("document.querySelector('#yj-chat').inert")


def test_a_button_is_not_there_before_it_works(browser: Browser, address: str) -> None:
    """A tap on the library's button as soon as it is seen opens it, however late the page's script comes."""
    with visiting(browser, address, width=390, height=844) as visit:
        before = "document.querySelector('#yj-main').removeAttribute('data-library')"
        visit.run(before)
        assert not visit.tab.is_visible(".yj-drawer")
        assert not visit.tab.is_visible(".yj-fold")
        visit.tab.reload(wait_until="commit")
        visit.tab.locator(".yj-drawer").tap()
        visit.tab.wait_for_selector(".yj-doc", state="visible")
        visit.left()


FIRST_STOP = "[...document.querySelectorAll('a[href], button, input, textarea, [tabindex]')].find(e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})).className"


def test_the_first_stop_of_the_tab_key_leads_to_the_question(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        assert visit.run(FIRST_STOP) == "yj-skip"
        visit.tab.focus(".yj-skip")
        visit.tab.keyboard.press("Shift+Tab")
        visit.tab.keyboard.press("Tab")
        assert visit.run("getComputedStyle(document.activeElement).clipPath") == "none"
        visit.tab.keyboard.press("Enter")
        assert visit.run("document.activeElement.tagName") == "TEXTAREA"


def test_resting_on_a_citation_shows_its_paragraph(browser: Browser, address: str) -> None:
    paragraph = PAPER.text[PAPER.blocks[4].start : PAPER.blocks[4].end]
    with visiting(browser, address) as visit:
        ask(visit, "500强")
        visit.tab.hover(".yj-short a.yj-chip")
        visit.tab.wait_for_selector("#yj-peek", state="visible")
        assert visit.text("#yj-peek .yj-peek-body") == [paragraph]
        assert visit.tab.get_attribute(".yj-short a.yj-chip", "aria-describedby") == "yj-peek"
        visit.tab.keyboard.press("Escape")
        visit.tab.wait_for_selector("#yj-peek", state="hidden")
        assert visit.tab.is_visible("#yj-pane mark")
        visit.tab.mouse.move(5, 5)
        visit.tab.focus("#yj-box textarea")
        for _ in range(30):
            visit.tab.keyboard.press("Shift+Tab")
            if visit.run("document.activeElement.matches('a.yj-cite')"):
                break
        visit.tab.wait_for_selector("#yj-peek", state="visible")
        box = visit.tab.locator("#yj-peek").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] + box["height"] <= 900


def test_what_was_understood_goes_back_into_the_box_and_a_suggestion_is_asked(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "500强")
        ask(visit, "那激光呢？")
        assert visit.text(".yj-understood") == ["理解为：激光打靶体验在哪个展位？修改"]
        visit.tab.get_by_role("button", name="修改").click()
        assert visit.tab.input_value("#yj-box textarea") == "激光打靶体验在哪个展位？"
        visit.tab.press("#yj-box textarea", "Enter")
        visit.wait_turns(3)
        assert visit.text(".yj-q")[2] == "你问 激光打靶体验在哪个展位？"
        ask(visit, "票价几何？")
        visit.tab.get_by_role("button", name="谁宣布了开幕？整句").click()
        visit.wait_turns(5)
        assert visit.text(".yj-short strong")[4] == "袁家军宣布开幕。"


def test_documents_that_disagree_stand_side_by_side(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "二期预算是多少？")
        assert visit.text(".yj-date") == ["2021年6月", "2019年3月"]
        left, right = (visit.tab.locator(part).bounding_box() for part in (".yj-said", ".yj-other"))
        assert left is not None
        assert right is not None
        assert left["y"] == right["y"]
        assert left["x"] + left["width"] < right["x"]


QUESTIONS = (
    "500强",
    "2020年的营业额？",
    "港口花了多少？",
    "大桥哪天通车？",
    "二期预算是多少？",
    "那激光呢？",
    "门票？",
)


@pytest.mark.parametrize(("locale", "dark"), [("zh-CN", False), ("zh-CN", True), ("en-GB", False), ("en-GB", True)])
def test_axe_finds_no_serious_violation(browser: Browser, address: str, locale: str, dark: bool) -> None:
    """Before the first question, with text, a table and a page as the source, where documents disagree, and not found."""
    with visiting(browser, address, locale=locale, dark=dark) as visit:
        assert violations(visit) == []
        for question in QUESTIONS:
            ask(visit, question)
            visit.tab.wait_for_timeout(300)
            assert violations(visit, ".yj-turn:last-child", "#yj-pane") == []


def test_axe_finds_no_serious_violation_on_a_phone(browser: Browser, address: str) -> None:
    with visiting(browser, address, width=390, height=844) as visit:
        ask(visit, "500强")
        assert violations(visit) == []
        visit.tab.locator("a.yj-cite").first.click()
        visit.wait("#yj-main[data-sheet]")
        visit.tab.wait_for_timeout(400)
        assert violations(visit) == []
        visit.tab.keyboard.press("Escape")
        visit.tab.get_by_role("button", name="资料", exact=True).click()
        visit.tab.wait_for_timeout(400)
        assert violations(visit) == []


def violations(visit: Visit, *parts: str) -> list[str]:
    """What axe-core holds to be serious or worse on the page, or in ``parts`` of it, with the elements."""
    from axe_playwright_python.sync_playwright import Axe

    # What is still fading in has a contrast that it does not keep.
    visit.tab.evaluate(
        "Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity)"
        ".map((one) => one.finished))"
    )
    found = (
        Axe()
        .run(visit.tab, context=[[part] for part in parts] or None, options={"resultTypes": ["violations"]})
        .response["violations"]
    )
    return [
        f"{one['id']}: {one['help']}: {[(node['html'][:160], node.get('failureSummary', '')[:200]) for node in one['nodes'][:4]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_a_long_question_leaves_room_for_its_answer(browser: Browser, address: str) -> None:
    question = "有多少家世界500强落户重庆？" * 30
    with visiting(browser, address, width=390, height=844) as visit:
        ask(visit, question)
        assert visit.run("document.querySelector('.yj-q').getBoundingClientRect().height") < 240
        visit.tab.get_by_text("看全部").click()
        assert question in visit.text(".yj-q p")
        assert visit.tab.is_visible(".yj-q p")
        assert not visit.tab.is_visible(".yj-start")
