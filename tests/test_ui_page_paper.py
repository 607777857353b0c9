"""What leaves the page in a real Chromium: print."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

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
        assert visit.run("getComputedStyle(document.querySelector('a.yj-chip.yj-on')).color") == "rgb(176, 50, 42)"
        visit.run("dispatchEvent(new Event('afterprint'))")
        assert visit.run(ink) == dark != LIGHT_INK
