"""A tour of the page in pictures, to be looked at: every state at three widths, light and dark, in Chinese and English.

    python -m benchmarks.tour [--out build/tour] [--only NAME ...] [--widths 1440,1024,390] [--all]

Drives a real Chromium over the documents of ``tests.ui_desk``, whose answers are known, so that two tours can be laid
side by side, and over a real library that files are added to. Every picture begins without conversations. Without
``--all``, dark and English are photographed at the widest only. Knows nothing of how good answers are.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.shelf_library import FindingAnswerer, keeping, upload
from tests.ui_desk import DeskAnswerer, shelf
from tests.ui_server import chromium, serving
from tests.ui_tiny import LONG, NASTY
from ui.conversations import Conversations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXAMPLES = ("有多少家世界500强落户重庆？", "激光打靶体验在哪个展位？", "西洽会的门票多少钱？")
WIDTHS = (1440, 1024, 390)
HEIGHTS = {1440: 900, 1024: 768, 390: 844}
PHONE = 500
WAIT = 60_000
"""Milliseconds until an answer must be there."""

# fmt: off
PAPERS = {
    "年度报告-2023.txt": "2023年度报告\n\n全年营业收入34.96亿元，比上年增长8.2%。\n\n门店由38家增至41家。\n",
    "员工手册（第3版）.txt": "员工手册\n\n入职满一年的员工，每年有带薪年假5天。\n",
    "会议纪要-2021.txt": "二期工程追加预算\n\n2021年6月，追加后二期工程预算为500万元。\n",
    "采购合同-打印机.txt": "采购合同\n\n甲方向乙方采购打印机12台，单价3,480元。\n",
    "Harbour record.txt": "Harbour record\n\nThe harbour was opened on 4 May 1901 by the mayor.\n",
}
DROPPED = {"门店统计.csv": "年份,门店,营业额\n2021,38,312万元\n2022,40,348万元\n", "扫描件.pdf": "%PDF-1.7 nothing"}
# fmt: on


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


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: how to get there; over how many of ``PAPERS``, or over the desk where ``papers`` is ``None``."""

    do: Callable[[Page], None]
    papers: int | None = None
    pointer: bool = False
    """Whether it needs a pointer that can rest on something, which a phone has not."""

    @property
    def name(self) -> str:
        """Part of a picture's name: ``first-run``."""
        return self.do.__name__.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Stage:
    """A server to photograph: its address, and what makes it as it was for the next picture, given ``Shot.papers``."""

    address: str
    fresh: Callable[[int], None]


def first_run(page: Page) -> None:
    """An empty library, which explains itself."""


def welcome(page: Page) -> None:
    """Documents, and no question yet."""


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


def judged(page: Page) -> None:
    """A thumb down, which asks why."""
    ask(page, "激光打靶体验在哪个展位？")
    page.locator(".yj-rate[data-verdict='down']").first.click()


def export(page: Page) -> None:
    """What an answer can be exported as."""
    ask(page, "有多少家世界500强落户重庆？")
    page.locator(".yj-tools .yj-folds").click()


def exported(page: Page) -> None:
    """The page that was exported, opened on its own."""
    ask(page, "有多少家世界500强落户重庆？")
    ask(page, "二期预算是多少？")
    ask(page, "票价几何？")
    link = page.locator(".yj-open + .yj-dots + .yj-actions a[href*='format=html']").first.get_attribute("href")
    page.set_content(page.request.get(page.url.split("?")[0].rstrip("/") + str(link)).text())


def history(page: Page) -> None:
    """Several conversations, the menu of one open."""
    for question in ("有多少家世界500强落户重庆？", "二期预算是多少？", "票价几何？"):
        ask(page, question)
        open_library(page)
        page.locator(".yj-new").click()
        page.wait_for_selector(".yj-welcome", timeout=WAIT)
    ask(page, "激光打靶体验在哪个展位？")
    open_library(page)
    page.locator(".yj-dots").first.click()


def adding(page: Page) -> None:
    """A good file and a bad one were added."""
    open_library(page)
    files = [{"name": name, "mimeType": "", "buffer": text.encode()} for name, text in DROPPED.items()]
    page.set_input_files(".yj-files", files)  # type: ignore[arg-type]
    page.wait_for_selector(".yj-entry-failed", timeout=WAIT)
    page.wait_for_function("document.querySelector('.yj-entries').dataset.active === '0'", timeout=WAIT)
    page.wait_for_timeout(400)


def library(page: Page) -> None:
    """The documents: one left out of the question, one just removed."""
    open_library(page)
    page.locator(".yj-tick").nth(1).click()
    page.wait_for_selector(".yj-all[aria-checked='mixed']", timeout=WAIT)
    page.locator(".yj-doc").first.hover()
    page.locator(".yj-remove").first.click()
    page.wait_for_selector(".yj-list .yj-undo", timeout=WAIT)
    page.locator(".yj-doc").nth(2).hover()


def open_library(page: Page) -> None:
    """Open the library column where it is a drawer or folded."""
    if page.locator("#yj-main").get_attribute("data-library") != "open":
        page.locator(".yj-drawer, .yj-fold").locator("visible=true").first.click()
        page.wait_for_timeout(300)


SHOTS = (
    Shot(first_run, papers=0),
    Shot(welcome),
    Shot(answer),
    Shot(agreement),
    Shot(hover, pointer=True),
    Shot(source_text),
    Shot(source_page),
    Shot(source_zoomed),
    Shot(table),
    Shot(not_found),
    Shot(disagreement),
    Shot(follow_up),
    Shot(judged),
    Shot(history),
    Shot(export),
    Shot(exported),
    Shot(adding, papers=3),
    Shot(library, papers=len(PAPERS)),
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


def take(browser: Browser, desk: Stage, papers: Stage, look: Look, shots: Sequence[Shot], out: Path) -> Iterator[Path]:
    """Photograph each of ``shots`` in ``look``; the files, as they are written."""
    phone = look.width < PHONE
    context = browser.new_context(
        locale="en-GB" if look.english else "zh-CN",
        viewport={"width": look.width, "height": HEIGHTS[look.width]},
        color_scheme="dark" if look.dark else "light",
        has_touch=phone,
        is_mobile=phone,
    )
    try:
        for shot in shots:
            stage = desk if shot.papers is None else papers
            stage.fresh(shot.papers or 0)
            page = context.new_page()
            page.add_init_script("localStorage.clear()")
            page.goto(stage.address)
            page.wait_for_selector("#yj-main[data-library] .yj-log", timeout=WAIT)
            page.wait_for_selector("#yj-shelf[data-ready]", state="attached", timeout=WAIT)
            page.wait_for_timeout(300)
            shot.do(page)
            path = out / f"{look.name}-{shot.name}.png"
            page.screenshot(path=path)
            page.close()
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
    shots = [shot for shot in SHOTS if not options.only or shot.name in options.only]
    options.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        desk, papers = desk_stage(stack), papers_stage(stack)
        browser = stack.enter_context(chromium())
        for look in looks(widths, every=options.all):
            wanted = [shot for shot in shots if not (shot.pointer and look.width < PHONE)]
            for path in take(browser, desk, papers, look, wanted, options.out):
                print(path, flush=True)


def desk_stage(stack: ExitStack) -> Stage:
    """The desk of the tests, without its documents that are there to do harm or to be very long."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    documents = shelf(folder)
    for item in (NASTY, LONG):
        del documents.shelf[item.id]
    address = stack.enter_context(
        serving(DeskAnswerer(shelf=documents.shelf), documents, examples=EXAMPLES),
    )
    return Stage(address, lambda _: forget_conversations(documents.folder))


def papers_stage(stack: ExitStack) -> Stage:
    """A real library over as many of ``PAPERS`` as a picture needs."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    library, keeper = stack.enter_context(keeping(folder / "library"))

    def fresh(count: int) -> None:
        keeper.remove([info.id for info in library.documents()])
        keeper.forget_removed()
        for name, text in list(PAPERS.items())[:count]:
            upload(keeper, name, text)
        keeper.clear()
        forget_conversations(library.folder)

    return Stage(stack.enter_context(serving(FindingAnswerer(library), library, keeper=keeper)), fresh)


def forget_conversations(folder: Path) -> None:
    """Delete every conversation kept in ``folder``."""
    store = Conversations(folder)
    for info in store.find():
        store.delete(info.id)


if __name__ == "__main__":
    main()
