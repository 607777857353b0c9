"""What axe-core says of the library and of the conversations: files just added, the menus, the export, the thumb down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.shelf_library import FindingAnswerer, keeping, upload
from tests.test_ui_page_look import violations
from tests.ui_desk import ask
from tests.ui_server import Visit, serving, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

OLD = {"纪要.txt": "二期工程预算共400万元。\n", "手册.txt": "每年有带薪年假5天。\n"}
NEW = {"年报.txt": b"\xe8\x90\xa5\xe4\xb8\x9a\xe6\x94\xb6\xe5\x85\xa5\xe3\x80\x82\n", "坏.pdf": b"%PDF-1.7 nothing"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("library")
    with keeping(folder) as (library, keeper):
        for name, text in OLD.items():
            upload(keeper, name, text)
        keeper.clear()
        with serving(FindingAnswerer(library), library, keeper=keeper) as url:
            yield url


def add(visit: Visit) -> None:
    """Add a file that can be read and one that cannot; leave one document out; remove one."""
    visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
    files = [{"name": name, "mimeType": "", "buffer": data} for name, data in NEW.items()]
    visit.tab.set_input_files(".yj-files", files)
    visit.wait(".yj-entry-failed")
    visit.tab.wait_for_function("document.querySelector('.yj-entries').dataset.active === '0'", timeout=60_000)
    visit.tab.locator(".yj-tick").nth(1).click()
    visit.wait(".yj-all[aria-checked='mixed']")
    visit.tab.locator(".yj-doc").first.hover()
    visit.tab.locator(".yj-remove").first.click()
    visit.wait(".yj-list .yj-undo")
    visit.tab.locator(".yj-gone summary").click()


@pytest.mark.parametrize(("locale", "dark"), [("zh-CN", False), ("zh-CN", True), ("en-GB", False), ("en-GB", True)])
def test_axe_finds_no_serious_violation_beside_the_source(
    browser: Browser, address: str, locale: str, dark: bool
) -> None:
    """The library with its report, its undo and what was removed; every menu of the conversations open."""
    with visiting(browser, address, locale=locale, dark=dark) as visit:
        add(visit)
        assert violations(visit) == []
        ask(visit, "二期工程")
        ask(visit, "门票")
        visit.tab.locator(".yj-dots").first.click()
        assert violations(visit, "#yj-history") == []
        visit.tab.locator(".yj-rename").first.click()
        assert violations(visit, "#yj-history") == []
        visit.tab.locator(".yj-tools .yj-folds").last.click()
        visit.tab.locator(".yj-rate[data-verdict='down']").last.click()
        visit.wait(".yj-why:not([hidden])")
        assert violations(visit, ".yj-turn:last-child") == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_violation_where_nothing_was_added_yet(
    browser: Browser, tmp_path: Path, dark: bool
) -> None:
    """The first run; a question that asks for a hint; the connection lost, and there again."""
    with (
        keeping(tmp_path / "library") as (library, keeper),
        serving(FindingAnswerer(library), library, keeper=keeper) as url,
        visiting(browser, url, dark=dark) as visit,
    ):
        visit.wait(".yj-first")
        assert violations(visit) == []
        hint = "(name, words) => { const p = document.querySelector('#yj-hint p'); p.className = name; p.textContent = words; }"
        for name in ("yj-hint yj-hint-bad", "yj-hint yj-hint-back"):
            visit.tab.evaluate(f"([name, words]) => ({hint})(name, words)", [name, "引据又接上了。"])
            assert violations(visit, "#yj-hint") == []
        visit.tab.focus(".yj-skip")
        visit.tab.keyboard.press("Shift+Tab")
        visit.tab.keyboard.press("Tab")
        assert violations(visit, "#yj-head") == []
