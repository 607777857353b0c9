"""Six things that a person does first, each done in a real Chromium on the models that ship: clicks and seconds. `make bench-tasks`.

    python -m benchmarks.tasks [--out build/tasks]

A library that begins empty, one `yinju chat`, started a second time for the last task. Every task ends by checking that
it truly was done. A click is a press of the pointer on the page, counted by the page itself; a file dialog counts one
for each file and one for "open"; dropping files counts one. Keys are not clicks. Seconds are from opening the page until
the task is done, with typing that takes no time. A picture of where each task ends is left in ``--out``.

Not covered: how long a person thinks, reads and types.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.common import ROOT, SHARED, write_result
from benchmarks.speed import serving
from tests.ui_server import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CLICKS_ALLOWED = 4
WAIT = 120_000
ADDED = 400_000
"""Milliseconds until an answer must be there, and until files must be added, of which one is a scan."""

NEWSPAPER = ROOT / "seeds" / "000_dcd0a74a8a6b0edf.txt"
SCAN = SHARED / "documents" / "pdf_zh_scan_2p.pdf"
MINUTES = {
    "会议纪要-2019.txt": "二期工程预算\n\n2019年3月，理事会通过二期工程预算，共400万元。\n",
    "会议纪要-2021.txt": "二期工程追加预算\n\n2021年6月，理事会通过追加，二期工程预算增至500万元。\n",
}
COUNT_CLICKS = "addEventListener('pointerdown', event => event.isTrusted && window.yinjuClicked(), true)"
IN_VIEW = """selector => {
  const mark = document.querySelector(selector).getBoundingClientRect();
  const pane = document.querySelector('#yj-pane').getBoundingClientRect();
  return mark.top >= pane.top && mark.bottom <= pane.bottom && mark.left >= pane.left && mark.right <= pane.right;
}"""


class NotDoneError(Exception):
    """A task did not come to what it promises."""


def require(done: bool, what: str) -> None:
    """Go on only where ``done``.

    :raises NotDoneError: naming ``what`` is wrong.
    """
    if not done:
        raise NotDoneError(what)


@dataclass
class Person:
    """Someone at the page in a browser of their own: what they do, and how often they clicked."""

    page: Page
    browser: Browser
    files: Path
    clicks: int = 0
    complaints: list[str] = field(default_factory=list)

    def click(self, target: Locator) -> None:
        """Press the pointer on ``target``; the page counts it."""
        target.click(timeout=WAIT)

    def ask(self, question: str) -> Locator:
        """Type a question, press Enter, wait for the answer: its turn."""
        turns = self.page.locator(".yj-turn")
        before = turns.count()
        self.page.keyboard.type(question)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            "n => document.querySelectorAll('.yj-turn .yj-tools').length > n && !document.querySelector('.yj-is-wait')",
            arg=before,
            timeout=WAIT,
        )
        return turns.last

    def choose(self, button: Locator, *files: Path) -> None:
        """Pick ``files`` in the system's dialog that ``button`` opens."""
        with self.page.expect_file_chooser() as chooser:
            self.click(button)
        chooser.value.set_files(files)
        self.clicks += len(files) + 1

    def drop(self, target: Locator, *files: Path) -> None:
        """Drop ``files`` from elsewhere on the desktop onto ``target``."""
        box = target.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        mouse = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
            mouse.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
        self.clicks += 1

    def wait_added(self, *names: str) -> str:
        """Wait until nothing is being added any more and ``names`` are listed; what the report says."""
        done = """names => {
          const listed = [...document.querySelectorAll('.yj-doc-name')].map(name => name.textContent);
          return document.querySelector('.yj-entries')?.dataset.active === '0' && names.every(name => listed.includes(name));
        }"""
        self.page.wait_for_function(done, arg=list(names), timeout=ADDED)
        return self.page.locator(".yj-entries").inner_text()

    def wait_proven(self) -> str:
        """The quote that the source pane marks, once it stands there in view under its badge."""
        mark = "#yj-pane mark.yj-mark:not(.yj-mark-near)"
        self.page.wait_for_selector(mark, timeout=WAIT)
        self.page.wait_for_function(IN_VIEW, arg=mark, timeout=WAIT)
        require("逐字核对 ✓" in self.page.locator("#yj-pane .yj-badge").all_inner_texts(), "no badge on the source")
        return str(self.page.locator(mark).first.inner_text())

    def clipboard(self) -> str:
        """What was copied last."""
        return str(self.page.evaluate("navigator.clipboard.readText()"))


@dataclass(frozen=True, slots=True)
class Task:
    """A task as a person would put it, and the script that does it and says how it ended."""

    name: str
    goal: str
    do: Callable[[Person], str]


def find_a_figure(person: Person) -> str:
    """From an empty library to a figure in the newspaper, its sentence marked beside it."""
    person.click(person.page.get_by_role("button", name="收入自带的报纸"))
    person.wait_added(NEWSPAPER.name)
    turn = person.ask("有多少家世界500强落户重庆？")
    require(turn.locator(".yj-short strong").inner_text() == "325家", "the figure is not 325家")
    quote = person.wait_proven()
    require(plain(quote) in plain(NEWSPAPER.read_text("utf-8")), "the quote is not in the newspaper")
    return f"325家：{quote}"


def prove_it(person: Person) -> str:
    """Copy the quote with its reference and the link, which opens the same answer for someone else."""
    turn = person.ask("有多少家世界500强落户重庆？")
    quote = person.wait_proven()
    person.click(person.page.get_by_role("button", name="复制引文"))
    person.page.locator(".yj-copy", has_text="已复制").wait_for()
    copied = person.clipboard()
    said, _, where = copied.partition("\n")
    require(said == f"“{quote}”", "what was copied is not the quote")
    require(NEWSPAPER.name in where and "段" in where, "the reference does not name file and paragraph")
    person.click(turn.get_by_role("button", name="复制链接"))
    person.page.wait_for_function("navigator.clipboard.readText().then(said => said.startsWith('http'))")
    with visiting(person.browser, person.clipboard(), person.files) as other:
        require(other.wait_proven() == quote, "the link shows another quote")
        require(other.page.locator(".yj-short strong").first.inner_text() == "325家", "the link shows another answer")
    return copied


def compare(person: Person) -> str:
    """Drop two minutes of meetings, ask what they disagree on, look at the older one."""
    files = [person.files / name for name in MINUTES]
    person.drop(person.page.locator(".yj-drop"), *files)
    person.wait_added(*MINUTES)
    person.page.locator("#yj-box textarea").focus()
    turn = person.ask("二期工程预算是多少？")
    sides = [side.inner_text() for side in turn.locator(".yj-said, .yj-other").all()]
    require(len(sides) == 2, "the two documents do not stand side by side")
    require(
        any("500万元" in side for side in sides) and any("400万元" in side for side in sides), "a figure is missing"
    )
    person.click(turn.locator(".yj-other a.yj-chip").first)
    person.page.wait_for_function("document.querySelector('.yj-other a.yj-chip').matches('.yj-on')", timeout=WAIT)
    quote = person.wait_proven()
    require(any(plain(quote) in plain(text) for text in MINUTES.values()), "the quote is not in the minutes")
    return " ↔ ".join(" ".join(side.split())[:60] for side in sides)


def add_a_scan(person: Person) -> str:
    """Add a scanned PDF, ask it, see the quote boxed on the page, enlarge it."""
    person.choose(person.page.get_by_role("button", name="选文件", exact=True), SCAN)
    report = person.wait_added(SCAN.name)
    require("识别 2 页" in report, "the report does not say that two pages were recognised")
    person.page.locator("#yj-box textarea").focus()
    turn = person.ask("洛克的《论降低利息的后果》是哪一年的？")
    require("1691" in turn.locator(".yj-short strong").inner_text(), "the year is not 1691")
    person.page.wait_for_function("document.querySelector('.yj-page img')?.naturalWidth > 0", timeout=WAIT)
    require("识别文本" in person.page.locator(".yj-where").inner_text(), "that the text was recognised is not said")
    person.page.wait_for_function(IN_VIEW, arg=".yj-box-answer:not([hidden])", timeout=WAIT)
    return turn.locator(".yj-short strong").inner_text()


def ask_what_is_not_there(person: Person) -> str:
    """Be told so plainly; look at what lies nearest, which is marked as no answer."""
    turn = person.ask("西洽会的门票多少钱？")
    require(turn.locator(".yj-short strong").inner_text() == "未找到", "it claims to have found it")
    require(turn.locator("a.yj-chip").count() == 0, "there is a citation")
    require("门票" in turn.locator(".yj-absent").all_inner_texts(), "it does not say which word no document has")
    near = turn.locator(".yj-near")
    require(near.count() > 0 and near.count() == turn.get_by_text("不是答案", exact=True).count(), "not all are marked")
    person.click(near.first.locator("a.yj-cite"))
    person.page.locator("#yj-pane .yj-badge-no").wait_for(timeout=WAIT)
    require(person.page.locator("#yj-pane .yj-badge").all_inner_texts() == ["不是答案"], "the source is not marked")
    return " ".join(turn.locator(".yj-a").inner_text().split())[:120]


def come_back(person: Person) -> str:
    """In a new browser, after the server was started again: the conversation, its answer, its citation proven again."""
    kept = person.page.locator(".yj-open", has_text="有多少家世界500强落户重庆？").first
    person.click(kept)
    person.page.locator(".yj-turn .yj-tools").first.wait_for(timeout=WAIT)
    require(person.page.locator(".yj-short strong").first.inner_text() == "325家", "the answer is another")
    require(person.page.locator(".yj-stale").count() == 0, "the citation no longer holds")
    quote = person.wait_proven()
    require(plain(quote) in plain(NEWSPAPER.read_text("utf-8")), "the quote is not in the newspaper")
    return f"325家：{quote}"


TODAY = (
    Task("find", "报纸里说有多少家世界500强落户重庆？", find_a_figure),
    Task("prove", "把这个数字连同出处发给同事，让他自己核对", prove_it),
    Task("compare", "两份会议纪要的预算对不上，各是多少？", compare),
    Task("scan", "收入一份扫描的书页，问里面的一个年份", add_a_scan),
    Task("absent", "问一件资料里没有的事", ask_what_is_not_there),
)
TOMORROW = (Task("return", "第二天回来，接着看昨天的答案", come_back),)


def plain(text: str) -> str:
    """``text`` for comparing what is shown with what a file holds: no white space, compatibility forms folded."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


@contextmanager
def visiting(browser: Browser, address: str, files: Path) -> Iterator[Person]:
    """A person at ``address`` in a fresh browser profile, with ``files`` at hand.

    :raises NotDoneError: on leaving, where the browser complained or the page asked for anything elsewhere.
    """
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    try:
        page = context.new_page()
        person = Person(page, browser, files)

        def clicked() -> None:
            person.clicks += 1

        page.expose_function("yinjuClicked", clicked)
        page.add_init_script(COUNT_CLICKS)
        watch(page, person, address)
        page.goto(address)
        page.wait_for_selector("#yj-main[data-library] .yj-log, #yj-main[data-library] .yj-welcome", timeout=WAIT)
        page.wait_for_selector("#yj-shelf[data-ready]", state="attached", timeout=WAIT)
        yield person
        require(not person.complaints, f"the browser complained: {person.complaints}")
    finally:
        context.close()


def watch(page: Page, person: Person, address: str) -> None:
    """Note errors, and requests that leave the machine."""
    home = f"http://{urlsplit(address).netloc}/"

    def asked(request: Any) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            person.complaints.append(request.url)

    page.on("request", asked)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    page.on("console", lambda said: person.complaints.append(said.text) if said.type == "error" else None)


def done(task: Task, browser: Browser, address: str, files: Path, out: Path) -> dict[str, Any]:
    """Do ``task`` and photograph its end.

    :raises NotDoneError: where it does not come to what it promises, or takes too many clicks.
    """
    begin = time.perf_counter()
    with visiting(browser, address, files) as person:
        try:
            ended = task.do(person)
            seconds = round(time.perf_counter() - begin, 1)
            person.page.evaluate("0")  # what the page has counted has arrived once it answers
        finally:
            person.page.screenshot(path=out / f"{task.name}.png")
        require(person.clicks <= CLICKS_ALLOWED, f"{task.name} took {person.clicks} clicks")
        return {"task": task.name, "goal": task.goal, "clicks": person.clicks, "seconds": seconds, "ended": ended}


def main() -> None:
    """Do every task, print clicks and seconds, and write ``results/tasks.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/tasks"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    results = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        files, library = Path(folder, "files"), Path(folder, "library")
        files.mkdir()
        for name, text in MINUTES.items():
            (files / name).write_text(text, "utf-8")
        for tasks in (TODAY, TOMORROW):
            with serving(library) as (url, _, _):
                for task in tasks:
                    results.append(done(task, browser, f"{url}/", files, options.out))
                    print(json.dumps(results[-1], ensure_ascii=False), flush=True)
    print(write_result("tasks", {"clicks_allowed": CLICKS_ALLOWED, "tasks": results}))


if __name__ == "__main__":
    main()
