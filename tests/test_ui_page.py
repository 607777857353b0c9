from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.ui_server import serving, visiting
from tests.ui_tiny import (
    HOSTILE,
    LONG,
    NASTY,
    PAPER,
    QUOTE_325,
    QUOTE_LASER,
    QUOTE_OPEN,
    TinyAnswerer,
    TinyLibrary,
    cite,
)
from ui.source import Reference

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

EXAMPLES = ("激光打靶体验在哪个展位？", "西洽会的门票多少钱？")
HREF_325 = Reference.to(cite(PAPER, QUOTE_325, "325家")).href
HREF_LASER = Reference.to(cite(PAPER, QUOTE_LASER, "N2馆B03", number=2)).href


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(TinyAnswerer({"炸": RuntimeError("boom")}), TinyLibrary(), examples=EXAMPLES) as url:
        yield url


def test_a_question_is_answered_and_its_source_is_marked_and_scrolled_to(browser: Browser, address: str) -> None:
    with visiting(browser, address, height=420) as visit:
        assert visit.run("document.title") == "引据 · 问你的文件，看它的原话"
        assert visit.run("document.documentElement.lang") == "zh-CN"
        visit.ask("有多少家世界500强落户重庆？")
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["325家"]
        assert visit.text("blockquote mark") == ["325家", "N2馆B03"]
        visit.wait_source(HREF_325)
        assert visit.text("#yj-pane mark") == [PAPER.text[slice(*_range(QUOTE_325))]] == [QUOTE_325]
        assert visit.text("#yj-pane mark strong") == ["325家"]
        assert visit.text("#yj-pane .yj-badge") == ["逐字核对 ✓"]
        assert visit.run(IN_VIEW) is True
        visit.tab.get_by_role("link", name="[2]", exact=True).first.click()
        visit.wait_source(HREF_LASER)
        assert visit.text("#yj-pane mark") == [PAPER.text[slice(*_range(QUOTE_LASER))]]
        assert visit.text("a.yj-on") == ["[2]", "[2]《国防教育展台》 第 7 段 报.txt"]
        visit.tab.get_by_role("link", name="[1]", exact=True).first.click()
        visit.wait_source(HREF_325)
        assert visit.text("#yj-pane mark") == [QUOTE_325]
        assert visit.tab.input_value("#yj-box textarea") == ""


IN_VIEW = """() => {
  const paper = document.querySelector('.yj-paper').getBoundingClientRect();
  const mark = document.querySelector('.yj-paper mark').getBoundingClientRect();
  return mark.top >= paper.top && mark.top < paper.bottom;
}"""


def _range(quote: str) -> tuple[int, int]:
    start = PAPER.text.index(quote)
    return start, start + len(quote)


def test_an_earlier_turn_s_number_still_opens_its_source(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        for count, question in enumerate(("500强？", "激光？", "整句？"), start=1):
            visit.ask(question)
            visit.wait_turns(count)
        assert visit.text("#yj-pane mark") == [QUOTE_OPEN]
        visit.tab.locator(".yj-turn").first.get_by_role("link", name="[2]", exact=True).click()
        visit.wait_source(HREF_LASER)
        assert visit.text("#yj-pane mark") == [QUOTE_LASER]


def test_not_found_marks_what_is_near_as_no_answer(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.get_by_role("button", name=EXAMPLES[1]).click()
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["未找到"]
        assert visit.text(".yj-near .yj-tag") == ["不是答案", "不是答案"]
        assert visit.text("#yj-pane h2") == ["没有可以出示的原文"]
        visit.tab.locator(".yj-near a").first.click()
        visit.wait("#yj-pane mark")
        assert visit.text("#yj-pane .yj-badge") == ["不是答案"]


def test_hostile_text_is_text(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.ask("坏" + HOSTILE)
        visit.wait_turns(1)
        visit.wait_source(Reference.to(cite(NASTY, f"要害是{HOSTILE}。", HOSTILE)).href)
        shown = f"要害是{HOSTILE}。".replace("\x07", "␇")
        assert visit.text("#yj-pane mark") == [shown]
        assert visit.text("blockquote") == [shown]
        assert HOSTILE.replace("\x07", "") in visit.text(".yj-q")[0].replace("␇", "").replace("\x07", "")
        assert visit.run("window.hacked") is None
        assert (
            visit.run("document.querySelectorAll('.yj-log img, .yj-log script, #yj-pane img, #yj-pane script').length")
            == 0
        )
        visit.tab.wait_for_timeout(300)
        assert visit.run("window.hacked") is None


def test_a_bidirectional_control_turns_nothing_around(browser: Browser, address: str) -> None:
    """After U+202E in the source, later characters still stand to the right of earlier ones."""
    with visiting(browser, address) as visit:
        visit.ask("坏")
        visit.wait("#yj-pane mark")
        assert visit.run(LEFT_EDGES) == sorted(visit.run(LEFT_EDGES))
        assert len(visit.run(LEFT_EDGES)) == 6


LEFT_EDGES = """() => {
  const heading = document.querySelector('.yj-paper .yj-here p');
  heading.style.cssText = 'white-space:nowrap;text-align:start';
  const edges = [];
  const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const char of ['反', '隔', '引', '底', '表', '删']) {
      const at = node.data.indexOf(char);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      edges.push(range.getBoundingClientRect().left);
    }
  return edges;
}"""


def test_the_policy_stops_an_injected_script(browser: Browser, address: str) -> None:
    """Should escaping ever fail, the browser still runs nothing that the page did not bring."""
    with visiting(browser, address) as visit:
        visit.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked=1\">')")
        visit.run("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked=1'}))")
        visit.tab.wait_for_timeout(300)
        assert visit.run("window.hacked") is None
        assert all("Content Security Policy" in said or "404" in said for said in visit.complaints)
        assert len(visit.complaints) >= 2
        visit.complaints.clear()


def test_a_question_to_mend_comes_back_with_a_hint(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        question = "长" * 20_000
        visit.ask(question)
        visit.wait(".yj-hint-bad")
        assert visit.text(".yj-hint-bad") == ["问题有 20,000 个字，最多 1,000 个字。请只留下要问的那一句。"]
        assert visit.tab.input_value("#yj-box textarea") == question
        assert visit.text(".yj-turn") == []
        visit.ask(" ")
        visit.tab.wait_for_function("document.querySelector('.yj-hint-bad')?.textContent.startsWith('还没有问题')")
        visit.ask("炸")
        visit.wait_turns(1)
        assert visit.text(".yj-a") == ["出了意外，没有答成。请再试一次；还不行，请看终端里的记录。"]
        assert not visit.text(".yj-hint-bad")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_source_is_a_sheet(browser: Browser, address: str, dark: bool) -> None:
    with visiting(browser, address, width=390, height=844, dark=dark) as visit:
        for count, question in enumerate(("500强？", "坏"), start=1):
            visit.ask(question)
            visit.wait_turns(count)
            assert visit.run("document.documentElement.scrollWidth") == 390
            assert visit.run(
                "document.querySelector('#yj-log').scrollWidth <= document.querySelector('#yj-log').clientWidth"
            )
        assert not visit.tab.is_visible("#yj-pane")
        chip = visit.tab.locator(".yj-turn").first.get_by_role("link", name="[1]", exact=True)
        chip.click()
        visit.wait("#yj-pane mark")
        visit.wait_source(HREF_325)
        assert visit.tab.is_visible("#yj-pane")
        assert visit.text("#yj-pane mark") == [QUOTE_325]
        assert visit.run(IN_VIEW) is True
        assert visit.run("document.documentElement.scrollWidth") == 390
        visit.tab.get_by_role("button", name="关闭原文").click()
        visit.tab.wait_for_selector("#yj-pane", state="hidden")
        chip.click()
        visit.tab.wait_for_selector("#yj-pane", state="visible")
        visit.tab.keyboard.press("Escape")
        visit.tab.wait_for_selector("#yj-pane", state="hidden")
        assert visit.run("document.activeElement.getAttribute('href')") == HREF_325


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
        visit.tab.keyboard.type("500强")
        visit.tab.keyboard.press("Shift+Enter")
        visit.tab.keyboard.type("有多少？")
        visit.tab.keyboard.press("Enter")
        visit.wait_turns(1)
        assert visit.text(".yj-q") == ["你问 500强\n有多少？"]
        assert visit.run("document.activeElement.tagName") == "TEXTAREA"
        for _ in range(20):
            visit.tab.keyboard.press("Shift+Tab")
            if visit.run("document.activeElement.getAttribute('href')") == HREF_LASER:
                break
        assert visit.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        visit.tab.keyboard.press("Enter")
        visit.wait_source(HREF_LASER)
        assert visit.text("#yj-pane mark") == [QUOTE_LASER]


def test_enter_that_picks_a_chinese_word_does_not_ask(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.focus("#yj-box textarea")
        keys = visit.tab.context.new_cdp_session(visit.tab)
        keys.send("Input.imeSetComposition", {"text": "jiguang", "selectionStart": 7, "selectionEnd": 7})
        keys.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229},
        )
        keys.send("Input.insertText", {"text": "激光？"})
        visit.tab.wait_for_timeout(300)
        assert visit.text(".yj-turn") == []
        assert visit.tab.input_value("#yj-box textarea") == "激光？"
        visit.tab.keyboard.press("Enter")
        visit.wait_turns(1)


def test_english_by_the_browser_s_language(browser: Browser, address: str) -> None:
    with visiting(browser, address, locale="en-US") as visit:
        assert visit.run("document.documentElement.lang") == "en"
        assert visit.text(".yj-welcome h1") == ["Every answer, proven in its own words."]
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        size = sum(len(document.text) for document in (PAPER, NASTY, LONG))
        assert visit.text(".yj-size") == [f"3 documents · {size:,} characters"]
        visit.ask("门票？")
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["Not found"]
        visit.ask("500强")
        visit.wait_turns(2)
        assert visit.text("#yj-pane .yj-badge") == ["Verbatim ✓"]
        assert visit.text("#yj-pane mark") == [QUOTE_325]


def test_two_visitors_do_not_see_each_other_s_conversation(browser: Browser, address: str) -> None:
    with visiting(browser, address) as one, visiting(browser, address, locale="en") as two:
        one.ask("500强")
        two.ask("激光")
        one.wait_turns(1)
        two.wait_turns(1)
        assert one.text(".yj-short strong") == ["325家"]
        assert two.text(".yj-short strong") == ["N2馆B03展位"]


def test_the_endpoints_and_the_page_share_the_port(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        value = visit.run(
            "fetch('/api/ask', {method: 'POST', body: JSON.stringify({question: '激光？', id: 'q1'})}).then(r => r.json())"
        )
        assert (value["id"], value["answer"]) == ("q1", "N2馆B03展位")
        assert visit.run("fetch('/docs').then(r => r.status)") == 404
        assert "404" in visit.complaints.pop()
