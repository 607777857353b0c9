"""Conversations, exports and feedback on the page, in a real Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qa.evaluate import read_gold
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import HOSTILE, LONG, NASTY, PAPER, QUOTE_325, QUOTE_LASER, TinyAnswerer, TinyLibrary, cite
from ui.conversations import Conversations
from ui.feedback import FILE_NAME
from ui.source import Reference

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

HREF_325 = Reference.to(cite(PAPER, QUOTE_325, "325家")).href
SHELF = {item.id: item for item in (PAPER, NASTY, LONG)}


@pytest.fixture(scope="module")
def library() -> TinyLibrary:
    return TinyLibrary(dict(SHELF))


@pytest.fixture(scope="module")
def address(library: TinyLibrary) -> Iterator[str]:
    with serving(TinyAnswerer(), library) as url:
        yield url


@pytest.fixture(autouse=True)
def fresh(library: TinyLibrary) -> None:
    """Every test begins without conversations, and with the library as it was."""
    library.shelf = dict(SHELF)
    store = Conversations(library.folder)
    for info in store.find():
        store.delete(info.id)
    (library.folder / FILE_NAME).unlink(missing_ok=True)


def titles(visit: Visit) -> list[str]:
    return visit.text(".yj-open > span")


def wait_titles(visit: Visit, *expected: str) -> None:
    visit.tab.wait_for_function(
        "want => JSON.stringify([...document.querySelectorAll('.yj-open > span')].map(e => e.textContent)) === want",
        arg=json.dumps(list(expected), ensure_ascii=False, separators=(",", ":")),
    )


def asked(visit: Visit, *questions: str) -> str:
    """The id of the conversation after asking ``questions``."""
    for count, question in enumerate(questions, start=1):
        visit.ask(question)
        visit.wait_turns(count)
    visit.tab.wait_for_url(re.compile(r"\?conversation=[0-9a-f]{16}"))
    return visit.tab.url.split("conversation=")[1][:16]


def go(visit: Visit, to: str) -> None:
    """Load ``to``, or the page again."""
    visit.tab.goto(to) if to != visit.tab.url else visit.tab.reload()
    visit.wait(".yj-history")
    visit.left()


def menu(visit: Visit, title: str) -> None:
    visit.tab.get_by_role("button", name=f"更多：{title}").click()


def test_a_reload_brings_back_answers_and_citations(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        id = asked(visit, "500强？", "门票？")
        wait_titles(visit, "500强？")
        assert visit.run("document.querySelector('.yj-open').getAttribute('aria-current')") == "page"
        go(visit, visit.tab.url)
        visit.wait_turns(2)
        assert visit.tab.url == f"{address}?conversation={id}"
        assert visit.text(".yj-short strong") == ["325家", "未找到"]
        visit.tab.locator(".yj-turn").first.locator("a.yj-chip").first.click()
        visit.wait_source(HREF_325)
        assert visit.text("#yj-pane mark") == [QUOTE_325]
        assert visit.text("#yj-pane .yj-badge") == ["逐字核对 ✓"]
        visit.ask("激光？")
        visit.wait_turns(3)
        assert visit.tab.url == f"{address}?conversation={id}"
        assert visit.text(".yj-open small")[0].endswith("3 问")


def test_a_link_leads_to_one_answer(browser: Browser, address: str) -> None:
    with visiting(browser, address, height=500) as visit:
        id = asked(visit, "500强？", "激光？", "整句")
        visit.tab.locator(".yj-turn").nth(1).get_by_role("button", name="复制链接").wait_for()
        href = visit.tab.locator(".yj-tools .yj-link").nth(1).get_attribute("data-href")
        assert href == f"/?conversation={id}#turn-2"
    with visiting(browser, address, height=500) as visit:
        go(visit, address + href[1:])
        visit.wait_turns(3)
        visit.tab.wait_for_function(
            """() => {
              const log = document.querySelector('#yj-log').getBoundingClientRect();
              const turn = document.querySelectorAll('.yj-turn')[1].getBoundingClientRect();
              return Math.abs(turn.top - log.top - 20) < 3;
            }"""
        )
        assert visit.text("#yj-pane mark") == [QUOTE_LASER]


def test_new_open_back_and_forth(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        first = asked(visit, "500强？")
        visit.tab.get_by_role("button", name="新对话").click()
        visit.wait(".yj-welcome")
        assert visit.tab.url == address
        second = asked(visit, "激光？")
        assert second != first
        wait_titles(visit, "激光？", "500强？")
        visit.tab.get_by_role("link", name="500强？").click()
        visit.tab.wait_for_url(f"{address}?conversation={first}")
        assert visit.text(".yj-short strong") == ["325家"]
        visit.wait_source(HREF_325)
        visit.tab.go_back()
        visit.tab.wait_for_function("document.querySelector('.yj-short strong')?.textContent === 'N2馆B03展位'")
        assert visit.tab.url == f"{address}?conversation={second}"


def test_rename_delete_and_undo(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        id = asked(visit, "500强？")
        wait_titles(visit, "500强？")
        menu(visit, "500强？")
        visit.tab.get_by_role("button", name="改名").click()
        visit.tab.keyboard.type("西洽会<b>&amp;")
        visit.tab.keyboard.press("Enter")
        wait_titles(visit, "西洽会<b>&amp;")
        menu(visit, "西洽会<b>&amp;")
        visit.tab.get_by_role("button", name="改名").click()
        visit.tab.keyboard.type("不要了")
        visit.tab.keyboard.press("Escape")
        assert titles(visit) == ["西洽会<b>&amp;"]
        menu(visit, "西洽会<b>&amp;")
        visit.tab.get_by_role("button", name="删除", exact=True).click()
        visit.wait(".yj-undo")
        assert titles(visit) == []
        assert visit.text(".yj-history-note") == ["已删除“西洽会<b>&amp;”。撤销"]
        assert visit.text(".yj-turn") == []
        assert visit.tab.url == address
        visit.tab.get_by_role("button", name="撤销").click()
        wait_titles(visit, "西洽会<b>&amp;")
        visit.tab.get_by_role("link", name="西洽会").click()
        visit.wait_turns(1)
        assert visit.tab.url == f"{address}?conversation={id}"


def test_search(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        asked(visit, "门票？", "500强？")
        visit.tab.get_by_role("button", name="新对话").click()
        visit.wait(".yj-welcome")
        asked(visit, "整句")
        wait_titles(visit, "整句", "门票？")
        visit.tab.get_by_label("搜索问题、答案和引文").fill("世界500强")
        wait_titles(visit, "门票？")
        visit.tab.locator(".yj-open").click()
        visit.wait_turns(2)
        assert visit.tab.url.endswith("#turn-2")
        visit.tab.get_by_label("搜索问题、答案和引文").fill("没有这样的词")
        visit.wait(".yj-history-none")
        assert visit.text(".yj-history-none") == ["没有对话里有这些字。"]
        visit.tab.get_by_label("搜索问题、答案和引文").fill("")
        wait_titles(visit, "整句", "门票？")


@pytest.mark.parametrize("format", ["Markdown", "网页（HTML）", "Word 文档", "JSON"])
def test_exports_download(browser: Browser, address: str, format: str) -> None:
    with visiting(browser, address) as visit:
        asked(visit, "500强？", "激光？")
        menu(visit, "500强？")
        with visit.tab.expect_download() as download:
            visit.tab.locator(".yj-actions").get_by_role("link", name=format).click()
        content = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename.startswith("500强？.")
        if format == "JSON":
            assert [turn["answer"] for turn in json.loads(content)["turns"]] == ["325家", "N2馆B03展位"]
        else:
            assert content.startswith((b"# 500", b"<!doctype html>", b"PK"))
        visit.tab.locator(".yj-turn").nth(1).get_by_role("button", name="导出这个回答").click()
        with visit.tab.expect_download() as download:
            visit.tab.locator(".yj-turn").nth(1).get_by_role("link", name=format).click()
        assert download.value.suggested_filename.startswith("激光？.")


def test_an_exported_page_stands_alone(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        asked(visit, "坏" + HOSTILE, "500强？")
        visit.tab.locator(".yj-dots").click()
        with visit.tab.expect_download() as download:
            visit.tab.locator(".yj-actions").get_by_role("link", name="网页（HTML）").click()
        source = Path(download.value.path()).read_text("utf-8")
    context = browser.new_context()
    tab = context.new_page()
    said: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: requests.append(request.url))
    tab.set_content(source)
    tab.get_by_role("link", name="[1]").last.click()
    assert tab.eval_on_selector_all("blockquote mark", "all => all.map(e => e.textContent)")[1] == "325家"
    assert (said, requests) == ([], [])
    assert tab.evaluate("window.hacked") is None
    context.close()


def test_feedback_becomes_a_line_that_eval_reads(browser: Browser, address: str, library: TinyLibrary) -> None:
    path = library.folder / FILE_NAME
    with visiting(browser, address) as visit:
        asked(visit, "500强？", "激光？")
        one = visit.tab.locator(".yj-turn").first
        one.get_by_role("button", name="答得不对").click()
        one.get_by_text("还差正确答案").wait_for()
        assert json.loads(path.read_text("utf-8"))["answers"] is None
        one.get_by_label("答案错了").check()
        one.get_by_label("正确答案").fill("大约一半")
        one.get_by_role("button", name="记下").click()
        one.get_by_text("没有逐字找到").wait_for()
        one.get_by_role("button", name="答得不对").click()  # takes it back
        one.get_by_text("已收回。").wait_for()
        one.get_by_role("button", name="答得不对").click()
        one.get_by_label("正确答案").fill("一半进出口额")
        one.get_by_role("button", name="记下").click()
        one.get_by_text("yinju eval 会评测它").wait_for()
        assert not one.locator(".yj-why").is_visible()
        two = visit.tab.locator(".yj-turn").nth(1)
        two.get_by_role("button", name="答得对").click()
        two.get_by_text("谢谢，已记下。").wait_for()
        visit.ask("整句")
        visit.wait_turns(3)
        pressed = "[...document.querySelectorAll('.yj-rate')].map(b => b.getAttribute('aria-pressed'))"
        assert visit.run(pressed) == ["false", "true", "true", "false", "false", "false"]
        go(visit, visit.tab.url)
        visit.wait_turns(3)
        assert visit.run(pressed) == ["false", "true", "true", "false", "false", "false"]
        visit.tab.locator(".yj-turn").nth(1).get_by_role("button", name="答得对").click()
        visit.tab.locator(".yj-turn").nth(1).get_by_text("已收回。").wait_for()
    _, (question,) = read_gold(path)
    assert (question.question, question.answers) == ("500强？", ("一半进出口额",))


def test_what_no_longer_holds_is_a_record(browser: Browser, address: str, library: TinyLibrary) -> None:
    with visiting(browser, address) as visit:
        asked(visit, "500强？", "激光？")
        library.shelf[PAPER.id] = replace(PAPER, text=PAPER.text.replace("325家", "326家"), revision="rev-2")
        go(visit, visit.tab.url)
        visit.wait_turns(2)
        assert visit.text(".yj-stale .yj-tag") == ["原文已变更", "原文未变"]
        assert visit.text(".yj-stale blockquote") == [QUOTE_325, QUOTE_LASER]
        assert visit.text(".yj-short strong") == ["N2馆B03展位"]
        assert visit.run("document.querySelectorAll('.yj-stale a, .yj-stale .yj-badge').length") == 0
        del library.shelf[PAPER.id]
        go(visit, visit.tab.url)
        visit.wait_turns(2)
        assert visit.text(".yj-stale .yj-tag") == ["资料已移除"] * 3
        assert visit.text(".yj-then strong") == ["325家", "N2馆B03展位"]
        assert visit.text(".yj-short") == []
        assert visit.text(".yj-badge") == []


def test_a_link_to_what_is_no_more(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        go(visit, address + "?conversation=0123456789abcdef")
        visit.wait(".yj-history-note")
        assert visit.text(".yj-history-note")[0].startswith("没有编号为 0123456789abcdef 的对话")
        visit.ask("500强？")
        visit.wait_turns(1)
        visit.tab.wait_for_function("!location.href.includes('0123456789abcdef')")


def test_on_a_phone_the_list_is_in_the_drawer(browser: Browser, address: str) -> None:
    with visiting(browser, address, width=390, height=844) as visit:
        asked(visit, "500强？")
        visit.tab.locator(".yj-drawer").click()
        visit.tab.get_by_role("link", name="500强？").wait_for()
        assert visit.run("document.documentElement.scrollWidth") == 390
        visit.tab.get_by_role("button", name="新对话").click()
        visit.tab.wait_for_selector("#yj-library", state="hidden")
        visit.wait(".yj-welcome")


def test_english(browser: Browser, address: str) -> None:
    with visiting(browser, address, locale="en-US") as visit:
        visit.ask("500强？")
        visit.wait_turns(1)
        visit.tab.get_by_role("button", name="New conversation").wait_for()
        visit.tab.wait_for_selector(".yj-open small")
        assert visit.text(".yj-open small")[0].endswith("1 question")
