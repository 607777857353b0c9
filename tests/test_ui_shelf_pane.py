"""The library pane in a real Chromium, over a real library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qa.library import Library
from qa.lock import write_lock
from tests.shelf_library import FindingAnswerer, GatedEncoder, keeping, upload
from tests.ui_server import Visit, serving, visiting
from ui.shelf import Keeper

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

A = "重庆迎来西洽会。\n\n会上签约34.96亿元。\n"
B = "越南工贸部副部长访问重庆。\n\n双方签约12亿元。\n"
BAD = b"%PDF-1.7 nothing"


class Shelf:
    """A page over a library; ``fill`` leaves it with these files (stems and texts) and nothing else."""

    def __init__(self, folder: Path, encoder: GatedEncoder, library: Library, keeper: Keeper) -> None:
        self.folder = folder
        self.encoder = encoder
        self.library = library
        self.keeper = keeper
        self.address = ""

    def fill(self, **files: str) -> str:
        self.encoder.go.set()
        self.keeper.remove([info.id for info in self.library.documents()])
        self.keeper.forget_removed()
        for stem, text in files.items():
            upload(self.keeper, f"{stem}.txt", text)
        self.keeper.clear()
        return self.address


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder, encoder = tmp_path_factory.mktemp("library"), GatedEncoder()
    with keeping(folder, encoder) as (library, keeper):
        made = Shelf(folder, encoder, library, keeper)
        with serving(FindingAnswerer(library), library, keeper=keeper) as made.address:
            yield made


@contextmanager
def visiting_shelf(browser: Browser, address: str, **options: object) -> Iterator[Visit]:
    with visiting(browser, address, **options) as visit:
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        yield visit


def names(visit: Visit) -> list[str]:
    return visit.text(".yj-doc-name")


def wait_names(visit: Visit, *expected: str) -> None:
    visit.tab.wait_for_function(
        "names => JSON.stringify([...document.querySelectorAll('.yj-doc-name')].map(e => e.textContent)) === JSON.stringify(names)",
        arg=list(expected),
        timeout=60_000,
    )


def choose(visit: Visit, files: dict[str, bytes]) -> None:
    payload = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files.items()]
    visit.tab.set_input_files(".yj-files", payload)


def wait_scope(visit: Visit, said: str) -> None:
    visit.tab.wait_for_function(
        "said => document.querySelector('.yj-scope label')?.textContent === said", arg=said, timeout=60_000
    )


def test_the_first_run_explains_itself_with_the_newspaper(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill()
    with visiting_shelf(browser, address) as visit:
        assert len(visit.text(".yj-first li")) == 3
        visit.tab.get_by_role("button", name="收入自带的报纸").click()
        wait_names(visit, "000_dcd0a74a8a6b0edf.txt")
        visit.wait(".yj-entry-done")
        visit.tab.get_by_role("button", name="激光打靶体验在哪个展位？").click()
        visit.wait_turns(1)
        assert visit.text(".yj-size") == ["资料 1 份 · 4,479 字"]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_the_first_run_says_where_to_begin_at_every_width(
    browser: Browser, shelf: Shelf, width: int, height: int
) -> None:
    address = shelf.fill()
    with visiting_shelf(browser, address, width=width, height=height) as visit:
        begin = visit.tab.locator(".yj-begin")
        assert begin.is_visible() == (width < 1280)
        if width < 1280:
            visit.tab.locator(".yj-drawer, .yj-fold").locator("visible=true").first.click()
        visit.tab.wait_for_selector(".yj-first .yj-sample", state="visible")


def test_a_good_file_and_a_bad_one_with_progress_and_report(browser: Browser, shelf: Shelf) -> None:
    encoder = shelf.encoder
    address = shelf.fill()
    encoder.go.clear()
    with visiting_shelf(browser, address) as visit:
        choose(visit, {"年报 <b>2023<／b>.txt": A.encode(), "坏.pdf": BAD})
        visit.wait(".yj-entry-storing progress, .yj-entry-reading progress")
        assert visit.text("[data-active] .yj-entries-head span")[0].startswith("正在收入，还有")
        visit.ask("西洽会")
        visit.wait_turns(1)  # answered while the library is being added to
        encoder.go.set()
        wait_names(visit, "年报 ＜b＞2023＜／b＞.txt")
        visit.wait(".yj-entry-failed")
        visit.tab.wait_for_function("document.querySelector('.yj-entries').dataset.active === '0'", timeout=60_000)
        assert visit.text(".yj-entry-bad")[0].startswith("坏.pdf 读不出来")
        assert visit.text(".yj-entry-good")[0].startswith("2 段 · ")
        assert len(shelf.library.documents()) == 1
        visit.ask("签约")
        visit.wait_turns(2)
        assert visit.text(".yj-turn:last-child .yj-short strong") == ["会上签约34.96亿元。"]
        visit.tab.get_by_role("button", name="知道了").click()
        visit.tab.wait_for_selector(".yj-entry", state="detached", timeout=60_000)


def test_tick_boxes_limit_the_question(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill(甲=A, 乙=B)
    with visiting_shelf(browser, address) as visit:
        wait_names(visit, "乙.txt", "甲.txt")
        wait_scope(visit, "问全部 2 份")
        visit.ask("签约")
        visit.wait_turns(1)
        assert visit.text(".yj-turn:last-child .yj-short strong") == ["双方签约12亿元。"]
        visit.tab.locator(".yj-doc", has_text="乙.txt").locator(".yj-tick").uncheck()
        wait_scope(visit, "只问勾选的 1 份（共 2 份）")
        assert visit.text(".yj-limit span") == ["只问勾选的 1 份（共 2 份）"]
        assert visit.run("document.querySelector('.yj-all').indeterminate") is True
        visit.ask("签约")
        visit.wait_turns(2)
        assert visit.text(".yj-turn:last-child .yj-short strong") == ["会上签约34.96亿元。"]
        visit.tab.locator(".yj-doc", has_text="甲.txt").locator(".yj-tick").uncheck()
        wait_scope(visit, "一份也没勾选，什么也问不到")
        visit.ask("签约")
        visit.wait(".yj-hint-bad")
        assert visit.text(".yj-hint-bad") == ["一份资料也没有勾选。请在左边勾选要问的资料，或点“问全部”。"]
        visit.tab.locator(".yj-limit button").click()
        wait_scope(visit, "问全部 2 份")
        assert visit.run("[...document.querySelectorAll('.yj-tick')].every(box => box.checked)") is True
        visit.tab.locator(".yj-doc", has_text="甲.txt").hover()
        visit.tab.locator(".yj-doc", has_text="甲.txt").get_by_role("button", name="只问这份").click()
        wait_scope(visit, "只问勾选的 1 份（共 2 份）")
        visit.ask("签约")
        visit.wait_turns(3)
        assert visit.text(".yj-turn:last-child .yj-short strong") == ["会上签约34.96亿元。"]


def test_all_and_none_and_those_that_a_search_finds(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill(年报一=A, 年报二=B, 纪要="别的。\n")
    with visiting_shelf(browser, address) as visit:
        wait_scope(visit, "问全部 3 份")
        visit.tab.locator(".yj-all").uncheck()
        wait_scope(visit, "一份也没勾选，什么也问不到")
        visit.tab.fill(".yj-search", "年报")
        wait_names(visit, "年报一.txt", "年报二.txt")
        visit.tab.locator(".yj-all").check()
        wait_scope(visit, "只问勾选的 2 份（共 3 份）")
        visit.tab.fill(".yj-search", "没有这个<b>")
        visit.tab.wait_for_function(
            "document.querySelector('.yj-empty')?.textContent === '没有名字里有“没有这个<b>”的资料。'"
        )
        visit.tab.fill(".yj-search", "")
        wait_names(visit, "年报一.txt", "年报二.txt", "纪要.txt")
        assert visit.run("[...document.querySelectorAll('.yj-tick')].map(box => box.checked)") == [True, True, False]
        assert visit.run("document.activeElement.className") == "yj-search"


def test_a_new_document_is_asked_as_long_as_everything_is(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill(甲=A)
    with visiting_shelf(browser, address) as visit:
        choose(visit, {"乙.txt": B.encode()})
        wait_names(visit, "乙.txt", "甲.txt")
        wait_scope(visit, "问全部 2 份")
        visit.ask("副部长")
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["越南工贸部副部长访问重庆。"]


def test_removed_undone_and_put_back_after_a_reload(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill(甲=A, 乙=B)
    with visiting_shelf(browser, address) as visit:
        row = visit.tab.locator(".yj-doc", has_text="甲.txt")
        row.hover()
        row.get_by_role("button", name="移除 甲.txt").click()
        wait_names(visit, "乙.txt")
        assert [info.name for info in shelf.library.documents()] == ["乙.txt"]
        assert visit.text(".yj-undo span") == ["已移除 甲.txt"]
        visit.tab.wait_for_function("document.activeElement.matches('.yj-undo .yj-back')")
        visit.ask("西洽会")
        visit.wait_turns(1)
        assert visit.text(".yj-short strong") == ["未找到"]
        shelf.encoder.go.clear()
        visit.tab.get_by_role("button", name="撤销").click()
        assert visit.text(".yj-undo .yj-back") == ["正在恢复……"]
        assert visit.tab.is_disabled(".yj-undo .yj-back")
        shelf.encoder.go.set()
        wait_names(visit, "乙.txt", "甲.txt")
        assert visit.text(".yj-undo") == []
        assert visit.text(".yj-history-note") == []  # it is not taken for a conversation's
        row.hover()
        row.get_by_role("button", name="移除 甲.txt").click()
        wait_names(visit, "乙.txt")
        visit.tab.reload()
        visit.wait(".yj-gone")
        assert visit.text(".yj-undo") == []
        visit.tab.locator(".yj-gone summary").click()
        visit.tab.get_by_role("button", name="恢复").click()
        wait_names(visit, "乙.txt", "甲.txt")
        # The conversation is still there, with its first answer.
        visit.ask("西洽会")
        visit.wait_turns(2)
        assert visit.text(".yj-short strong") == ["未找到", "重庆迎来西洽会。"]


def test_another_program_at_the_library_is_one_sentence_and_can_be_tried_again(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill(甲=A)
    with visiting_shelf(browser, address, locale="en") as visit:
        with write_lock(shelf.folder):
            choose(visit, {"b.txt": B.encode()})
            visit.wait(".yj-retry")
            assert visit.text(".yj-entry-bad")[0].startswith("Another program is changing the library")
        visit.tab.get_by_role("button", name="Try again").click()
        wait_names(visit, "b.txt", "甲.txt")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(browser: Browser, shelf: Shelf) -> None:
    address = shelf.fill(甲=A)
    with visiting_shelf(browser, address) as visit:
        visit.run("document.querySelector('.yj-add').dataset.limit = '10'")
        visit.run(
            "Object.defineProperty(File.prototype, 'size', {get() { return 600 * 1024 * 1024; }})"
        )  # a real one would take half a gigabyte
        choose(visit, {"大.txt": A.encode()})
        visit.wait(".yj-sending .yj-entry-bad")
        assert visit.text(".yj-sending .yj-entry-bad") == ["大.txt 有 600 MB，最大 512 MB。请拆成几份再收入。"]
        assert "413" in visit.complaints.pop()


def test_a_dropped_folder_brings_its_readable_files_by_their_path(
    browser: Browser, shelf: Shelf, tmp_path: Path
) -> None:
    papers = tmp_path / "报"
    (papers / "2023").mkdir(parents=True)
    (papers / "2023" / "甲.txt").write_text(A, "utf-8")
    (papers / "歌.mp3").write_bytes(b"ID3\x04\x00")
    (papers / ".git").mkdir()
    (papers / ".git" / "x.txt").write_text("x", "utf-8")
    address = shelf.fill()
    with visiting_shelf(browser, address) as visit:
        visit.tab.set_input_files(".yj-folder", str(papers))
        wait_names(visit, "报/2023/甲.txt")
        assert visit.text(".yj-sending .yj-entry-bad") == ["略过 1 个还不会读的文件。"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_pane_fits_and_works_by_touch(browser: Browser, shelf: Shelf, dark: bool) -> None:
    address = shelf.fill(甲=A, 乙=B)
    with visiting_shelf(browser, address, width=390, height=844, dark=dark) as visit:
        visit.tab.locator(".yj-drawer").tap()
        visit.tab.wait_for_selector(".yj-doc", state="visible")
        assert visit.run(
            "document.querySelector('#yj-shelf').scrollWidth <= document.querySelector('#yj-shelf').clientWidth"
        )
        visit.tab.locator(".yj-doc", has_text="甲.txt").locator(".yj-only").tap()
        wait_scope(visit, "只问勾选的 1 份（共 2 份）")
        assert visit.run("document.documentElement.scrollWidth") == 390
