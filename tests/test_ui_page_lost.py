"""The connection breaks in a real Chromium: when the page comes back by itself, when it waits, and what it brings back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.shelf_library import FindingAnswerer, keeping, upload
from tests.ui_server import Visit, serving, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

BUDGET, LEAVE = "二期工程预算共400万元。", "每年有带薪年假5天。"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("library")
    with keeping(folder) as (library, keeper):
        for name, text in (("纪要.txt", BUDGET), ("手册.txt", LEAVE)):
            upload(keeper, name, text)
        with serving(FindingAnswerer(library), library, keeper=keeper) as url:
            yield url


def part(visit: Visit, *paths: str) -> None:
    """From now on nobody is there at ``paths``."""

    def away(route: Any) -> None:
        route.abort("aborted")

    for path in paths:
        visit.tab.route(path, away)


def lose(visit: Visit, question: str) -> None:
    """Ask ``question`` when the server is gone."""
    part(visit, "**/gradio_api/**", "**/readyz")
    visit.ask(question)
    visit.wait(".yj-hint-bad")
    assert "连接断了" in visit.text(".yj-hint")[0]


def test_a_question_that_nobody_heard_comes_back_into_the_box(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.ask("二期工程")
        visit.wait_turns(1)
        visit.tab.wait_for_url("**/?conversation=*")
        lose(visit, "带薪年假")
        visit.tab.wait_for_timeout(2000)
        assert visit.tab.input_value("#yj-box textarea") == "带薪年假"
        with visit.tab.expect_navigation(timeout=30_000):
            visit.tab.unroute_all()
        visit.wait_turns(1)
        visit.tab.wait_for_function("document.querySelector('#yj-box textarea')?.value === '带薪年假'")
        visit.left()
        assert visit.text(".yj-short strong") == [BUDGET]
        visit.tab.press("#yj-box textarea", "Enter")
        visit.wait_turns(2)
        assert visit.text(".yj-short strong") == [BUDGET, LEAVE]


def test_while_a_question_is_written_the_page_stays_and_enter_asks_it(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.ask("二期工程")
        visit.wait_turns(1)
        visit.tab.wait_for_url("**/?conversation=*")
        lose(visit, "没人听见")
        visit.tab.fill("#yj-box textarea", "带薪")
        visit.run("window.same = true")
        visit.tab.unroute_all()
        visit.wait(".yj-hint-back")
        assert visit.text(".yj-hint") == ["引据又接上了。写完按 Enter，这一页就重新打开，接着提问。"]
        visit.tab.wait_for_timeout(4000)  # longer than Gradio waits before it would load the page itself
        assert visit.run("window.same")
        visit.tab.keyboard.type("年假")
        with visit.tab.expect_navigation(timeout=30_000):
            visit.tab.keyboard.press("Enter")
        visit.wait_turns(2)
        visit.left()
        assert visit.text(".yj-q") == ["你问 二期工程", "你问 带薪年假"]
        assert visit.text(".yj-short strong") == [BUDGET, LEAVE]
        assert visit.tab.input_value("#yj-box textarea") == ""


def test_what_was_typed_outlives_a_reload(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.fill("#yj-box textarea", "写到一半")
        visit.tab.reload()
        visit.tab.wait_for_function("document.querySelector('#yj-box textarea')?.value === '写到一半'")
        visit.tab.fill("#yj-box textarea", "")
        visit.tab.reload()
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        visit.tab.wait_for_timeout(500)
        assert visit.tab.input_value("#yj-box textarea") == ""
        visit.left()


def test_while_a_file_is_sent_the_page_stays(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        held: list[Any] = []
        visit.tab.route("**/api/documents?*", lambda route: held.append(route))
        file = {"name": "会议.txt", "mimeType": "", "buffer": "三期工程明年开工。\n".encode()}
        visit.tab.set_input_files(".yj-files", [file])  # type: ignore[list-item]
        visit.wait(".yj-sending .yj-entry")
        lose(visit, "带薪年假")
        visit.run("window.same = true")
        for path in ("**/gradio_api/**", "**/readyz"):
            visit.tab.unroute(path)
        visit.wait(".yj-hint-back")
        assert visit.text(".yj-hint") == ["引据又接上了。文件传完，这一页就重新打开。"]
        visit.tab.wait_for_timeout(2500)
        assert visit.run("window.same")
        with visit.tab.expect_navigation(timeout=30_000):
            held[0].continue_()
        visit.tab.wait_for_function("document.querySelector('#yj-box textarea')?.value === '带薪年假'")
        visit.tab.wait_for_selector(".yj-doc:has-text('会议.txt')")
        visit.left()


def test_a_file_that_nobody_took_is_sent_again(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        part(visit, "**/api/documents?*")
        file = {"name": "通知.txt", "mimeType": "", "buffer": "四期工程后年开工。\n".encode()}
        visit.tab.set_input_files(".yj-files", [file])  # type: ignore[list-item]
        visit.tab.wait_for_function("document.querySelector('#yj-shelf').dataset.sending === '1'")
        visit.tab.wait_for_timeout(500)
        assert visit.text(".yj-entry-bad") == []
        visit.tab.unroute("**/api/documents?*")
        visit.tab.wait_for_selector(".yj-doc:has-text('通知.txt')", timeout=30_000)
        assert visit.run("document.querySelector('#yj-shelf').dataset.sending") == "0"
        visit.left()
