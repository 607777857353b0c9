"""What leaves the page, or survives it, in a real Chromium: print, and a server that went away and came back."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui_desk import DeskAnswerer, ask, shelf
from tests.ui_server import Visit, serving, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

LIGHT_INK = "rgb(33, 28, 22)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library = shelf(tmp_path_factory.mktemp("papers"))
    with serving(DeskAnswerer(shelf=library.shelf), library, examples=()) as url:
        yield url


def printed(visit: Visit) -> list[str]:
    """The text of each sheet as the page is printed, without line ends."""
    from pypdfium2 import PdfDocument

    document = PdfDocument(BytesIO(visit.tab.pdf(format="A4")))
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def test_the_whole_conversation_is_printed_and_nothing_that_is_only_clicked(browser: Browser, address: str) -> None:
    with visiting(browser, address, dark=True) as visit:
        for question in ("都说了什么？", "二期预算是多少？", "票价几何？", "有多少家世界500强落户重庆？"):
            ask(visit, question)
        sheets = printed(visit)
        assert len(sheets) == 2
        said = "".join(sheets)
        for words in ("都说了什么？", "袁家军", "500万元", "400万元", "未找到", "325家"):
            assert words in said
        for words in ("提问", "复制链接", "按名字找资料", "新对话", "逐字核对"):
            assert words not in said
        ink = "getComputedStyle(document.querySelector('.yj-short')).color"
        dark = visit.run(ink)
        visit.run("dispatchEvent(new Event('beforeprint'))")
        assert visit.run(ink) == LIGHT_INK
        visit.run("dispatchEvent(new Event('afterprint'))")
        assert visit.run(ink) == dark != LIGHT_INK


def test_when_the_server_is_there_again_the_page_comes_back_with_what_was_typed(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "有多少家世界500强落户重庆？")
        visit.tab.wait_for_url("**/?conversation=*")

        def away(route: Any) -> None:
            route.abort("aborted")

        for path in ("**/gradio_api/**", "**/readyz"):
            visit.tab.route(path, away)
        visit.ask("激光打靶体验在哪个展位？")
        visit.wait(".yj-hint-bad")
        assert "连接断了" in visit.text(".yj-hint")[0]
        visit.tab.wait_for_timeout(2000)
        assert visit.tab.input_value("#yj-box textarea") == "激光打靶体验在哪个展位？"
        with visit.tab.expect_navigation(timeout=30_000):
            visit.tab.unroute_all()
        visit.wait_turns(1)
        visit.tab.wait_for_function("document.querySelector('#yj-box textarea')?.value !== ''")
        visit.left()
        assert visit.tab.input_value("#yj-box textarea") == "激光打靶体验在哪个展位？"
        assert visit.text(".yj-short strong") == ["325家"]
        visit.tab.press("#yj-box textarea", "Enter")
        visit.wait_turns(2)
        assert visit.text(".yj-short strong") == ["325家", "N2馆B03展位"]
