"""A tour of the page in pictures, to be looked at: every state at three widths, light and dark, in Chinese and English.

    python -m benchmarks.tour [--out build/tour] [--only NAME ...] [--widths 1440,1024,390] [--all]

Drives a real Chromium over the documents of ``tests.ui_desk``, whose answers are known, so that two tours can be laid
side by side. Without ``--all``, dark and English are photographed at the widest only. Knows nothing of how good answers
are. Not covered: uploads, kept conversations and exports, which their own tests photograph.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ui_desk import DeskAnswerer, shelf
from tests.ui_server import chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXAMPLES = ("有多少家世界500强落户重庆？", "激光打靶体验在哪个展位？", "西洽会的门票多少钱？")
WIDTHS = (1440, 1024, 390)
HEIGHTS = {1440: 900, 1024: 768, 390: 844}
PHONE = 500
WAIT = 60_000
"""Milliseconds until an answer must be there."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to see the page."""

    width: int
    dark: bool
    english: bool

    @property
    def name(self) -> str:
        """Part of a picture's name: ``1440-light-zh``."""
        return f"{self.width}-{'dark' if self.dark else 'light'}-{'en' if self.english else 'zh'}"


def first_run(page: Page) -> None:
    """The page before any question."""


def answer(page: Page) -> None:
    """The short answer, its quote, the source beside it."""
    ask(page, "有多少家世界500强落户重庆？")


def agreement(page: Page) -> None:
    """Places that say the same, unfolded."""
    ask(page, "都说了什么？")
    page.locator(".yj-more-quotes summary").click()


def hover(page: Page) -> None:
    """The paragraph, while the pointer rests on its citation."""
    ask(page, "有多少家世界500强落户重庆？")
    page.locator(".yj-short a.yj-chip").first.hover()
    page.wait_for_timeout(500)


def source_text(page: Page) -> None:
    """A long text at its cited paragraph; on a phone the sheet."""
    ask(page, "长卷")
    open_source(page)


def source_page(page: Page) -> None:
    """The picture of a PDF's page with the quote's boxes."""
    ask(page, "港口花了多少？")
    open_source(page)
    page.wait_for_function("document.querySelector('.yj-page img')?.naturalWidth > 0", timeout=WAIT)


def source_zoomed(page: Page) -> None:
    """The same, enlarged."""
    source_page(page)
    for _ in range(2):
        page.locator(".yj-zoom").last.click()


def table(page: Page) -> None:
    """A row of a table."""
    ask(page, "2020年的营业额？")
    open_source(page)


def not_found(page: Page) -> None:
    """Nothing found: what is nearest, and what to ask instead."""
    ask(page, "票价几何？")


def disagreement(page: Page) -> None:
    """Two documents that differ."""
    ask(page, "二期预算是多少？")


def follow_up(page: Page) -> None:
    """A question that leans on the one before."""
    ask(page, "有多少家世界500强落户重庆？")
    ask(page, "那激光呢？")


def library(page: Page) -> None:
    """The library column, opened where it is a drawer."""
    if page.locator("#yj-main").get_attribute("data-library") != "open":
        page.locator(".yj-drawer, .yj-fold").locator("visible=true").first.click()
        page.wait_for_timeout(300)


SHOTS: tuple[Callable[[Page], None], ...] = (
    first_run,
    answer,
    agreement,
    hover,
    source_text,
    source_page,
    source_zoomed,
    table,
    not_found,
    disagreement,
    follow_up,
    library,
)


def ask(page: Page, question: str) -> None:
    """Type a question and wait for its answer."""
    count = page.locator(".yj-turn").count()
    page.fill("#yj-box textarea", question)
    page.press("#yj-box textarea", "Enter")
    script = "n => document.querySelectorAll('.yj-turn').length > n && !document.querySelector('.yj-is-wait')"
    page.wait_for_function(script, arg=count, timeout=WAIT)
    page.wait_for_timeout(1000)


def open_source(page: Page) -> None:
    """On a phone the source is a tap away."""
    if not page.is_visible("#yj-pane"):
        page.locator(".yj-turn").last.locator("a.yj-cite").first.click()
        page.wait_for_timeout(900)


def take(
    browser: Browser, address: str, look: Look, shots: Sequence[Callable[[Page], None]], out: Path
) -> Iterator[Path]:
    """Photograph each of ``shots`` in ``look``; the files, as they are written."""
    phone = look.width < PHONE
    for shot in shots:
        context = browser.new_context(
            locale="en-GB" if look.english else "zh-CN",
            viewport={"width": look.width, "height": HEIGHTS[look.width]},
            color_scheme="dark" if look.dark else "light",
            has_touch=phone,
            is_mobile=phone,
        )
        try:
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector("#yj-main[data-library] .yj-log", timeout=WAIT)
            page.wait_for_timeout(300)
            shot(page)
            path = out / f"{look.name}-{shot.__name__.replace('_', '-')}.png"
            page.screenshot(path=path)
            yield path
        finally:
            context.close()


def looks(widths: Sequence[int], *, every: bool) -> list[Look]:
    """Every width light and in Chinese; the widest, or with ``every`` all, also dark and in English."""
    return [
        Look(width, dark, english)
        for width, dark, english in product(widths, (False, True), (False, True))
        if every or not (dark or english) or (width == max(widths) and dark != english)
    ]


def main() -> None:
    """Take the tour."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/tour"))
    parser.add_argument("--only", nargs="*", default=[], help="names of shots, as in the files")
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    parser.add_argument("--all", action="store_true", help="dark and English at every width")
    options = parser.parse_args()
    widths = [int(width) for width in options.widths.split(",")]
    shots = [shot for shot in SHOTS if not options.only or shot.__name__.replace("_", "-") in options.only]
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        documents = shelf(Path(folder))
        answerer = DeskAnswerer(shelf=documents.shelf)
        with serving(answerer, documents, examples=EXAMPLES) as address, chromium() as browser:
            for look in looks(widths, every=options.all):
                for path in take(browser, address, look, shots, options.out):
                    print(path)


if __name__ == "__main__":
    main()
