"""What a reader is promised of an answer and its source, in a real Chromium: type, order, words, follow-ups, dropped
files, and that one person's question does not hold up another's.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qa.followup import follow_up
from qa.types import Answer, Exchange
from tests.shelf_library import FindingAnswerer, keeping
from tests.ui_desk import DeskAnswerer, ask, shelf
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import TinyLibrary

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page


@dataclass
class Desk(DeskAnswerer):
    """As the desk's, after it has resolved the question against the conversation; ``慢`` waits until it is let."""

    let: threading.Event = field(default_factory=threading.Event)

    def ask(self, question: str, *, history: Sequence[Exchange] = (), **options: Any) -> Answer:
        if question == "慢":
            assert self.let.wait(120)
        meant = follow_up(question, history).question
        answer = super().ask(meant, history=history, **options)
        return replace(answer, question=question, understood="" if meant == question else meant)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    library: TinyLibrary = shelf(tmp_path_factory.mktemp("papers"))
    answerer = Desk(shelf=library.shelf)
    with serving(answerer, library, examples=()) as url:
        yield answerer, url


@pytest.fixture(scope="module")
def address(desk: tuple[Desk, str]) -> str:
    return desk[1]


def style(visit: Visit, selector: str, name: str) -> str:
    return str(visit.run(f"getComputedStyle(document.querySelector({selector!r})).{name}"))


def pixels(visit: Visit, selector: str, name: str) -> float:
    return float(style(visit, selector, name).removesuffix("px"))


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_type_is_set_for_chinese(browser: Browser, address: str, width: int, height: int) -> None:
    with visiting(browser, address, width=width, height=height) as visit:
        ask(visit, "长卷")
        if width < 500:
            visit.tab.locator("a.yj-cite").first.click()
            visit.wait("#yj-main[data-sheet]")
        for part in (".yj-a", ".yj-quote", ".yj-here p"):
            assert style(visit, part, "lineBreak") == "strict"
            assert pixels(visit, part, "lineHeight") >= 1.7 * pixels(visit, part, "fontSize")
        for part in (".yj-size", ".yj-no", ".yj-where", ".yj-doc small"):
            assert style(visit, part, "fontVariantNumeric") == "tabular-nums"
        assert visit.tab.evaluate(BEGINNINGS, ".yj-here p") > 3
        assert visit.tab.evaluate(FORBIDDEN, ".yj-here p") == []


_LINES = """selector => {
  const lines = [];
  const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  let bottom = -1;
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (let at = 0; at < node.length; at++) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      if (box.top > bottom - 2) lines.push(node.data[at]);
      bottom = Math.max(bottom, box.bottom);
    }
  return """
BEGINNINGS = _LINES + "lines.length; }"
FORBIDDEN = _LINES + "lines.filter(char => '，。、；：？！）》”’'.includes(char)); }"


def test_it_does_not_look_like_gradio(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "500强")
        assert visit.run("[...document.querySelectorAll('footer')].every(part => !part.offsetParent)")
        assert "gradio" not in visit.run("document.body.innerText").lower()
        shown = "[...document.querySelectorAll('.block')].filter(part => part.offsetParent && getComputedStyle(part).borderTopWidth !== '0px').length"
        assert visit.run(shown) == 0


def test_the_answer_comes_first_and_large_then_its_words_then_how_sure(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "港口花了多少？")
        order = "[...document.querySelector('.yj-a').children].map(part => part.className.split(' ')[0])"
        assert visit.run(order)[:3] == ["yj-short", "yj-proof", "yj-more-quotes"]
        assert pixels(visit, ".yj-short", "fontSize") > 2 * pixels(visit, ".yj-quote", "fontSize")
        assert visit.text(".yj-quote mark") == ["320 pounds", "N2馆B03"]
        assert visit.text(".yj-cite .yj-place")[0].split(" ")[-4:] == ["第", "2", "页", "harbour.pdf"] or (
            "第 2 页" in visit.text(".yj-cite .yj-place")[0]
        )
        assert visit.text(".yj-sure") == ["较有把握"]
        assert not re.search(r"0\.\d|\d ?%", visit.run("document.querySelector('.yj-a').innerText"))
        ask(visit, "500强")
        assert visit.text(".yj-sure") == ["较有把握", "很有把握"]


def test_text_is_shown_as_text_under_its_headings(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        ask(visit, "500强")
        visit.wait("#yj-pane mark")
        assert visit.text("#yj-pane h3")[0] == "第八届西洽会开幕"
        assert visit.text("#yj-pane h4") == ["家底够厚"]
        assert visit.text("#yj-pane .yj-byline p") == ["本报记者 张三"]


# fmt: off
@pytest.mark.parametrize(("locale", "first", "then", "meant"), [
    ("zh-CN", "重庆与美国的进出口额是多少？",        "那越南呢？",          "重庆与越南的进出口额是多少？"),
    ("zh-CN", "西洽会在哪里举行？",                  "它什么时候开幕？",    "西洽会什么时候开幕？"),
    ("en",    "What did the harbour of Dover cost?", "What about Calais?",  "What did the harbour of Calais cost?"),
])
# fmt: on
def test_a_follow_up_is_resolved_said_and_can_be_edited(
    browser: Browser, address: str, locale: str, first: str, then: str, meant: str
) -> None:
    with visiting(browser, address, locale=locale) as visit:
        ask(visit, first)
        ask(visit, then)
        assert visit.text(".yj-meant") == [meant]
        visit.tab.locator(".yj-mend").click()
        assert visit.tab.input_value("#yj-box textarea") == meant
        visit.tab.keyboard.type("!")
        visit.tab.keyboard.press("Enter")
        visit.wait_turns(3)
        assert visit.text(".yj-q")[2].endswith(meant + "!")


def test_one_person_s_question_does_not_hold_up_another_s(
    browser: Browser, desk: tuple[Desk, str]
) -> None:
    answerer, address = desk
    with visiting(browser, address) as one, visiting(browser, address) as two:
        one.ask("慢")
        one.wait(".yj-is-wait")
        began = time.monotonic()
        ask(two, "500强")
        assert two.text(".yj-short strong") == ["325家"]
        assert time.monotonic() - began < 20
        assert one.text(".yj-is-wait .yj-wait")
        answerer.let.set()
        one.wait_turns(1)


def test_counts_dates_and_plurals_are_those_of_the_language(browser: Browser, address: str) -> None:
    with visiting(browser, address) as zh, visiting(browser, address, locale="en-US") as en:
        for visit in (zh, en):
            ask(visit, "都说了什么？")
            visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
            visit.wait(".yj-open small")
        assert re.fullmatch(r"资料 9 份 · 1,\d{3},\d{3} 字", zh.text(".yj-size")[0])
        assert re.fullmatch(r"9 documents · 1,\d{3},\d{3} characters", en.text(".yj-size")[0])
        assert (zh.text(".yj-more-quotes summary"), en.text(".yj-more-quotes summary")) == (
            ["另有 2 处也这样说"],
            ["2 more places say so"],
        )
        assert zh.text(".yj-open small")[0].endswith("1 问")
        assert en.text(".yj-open small")[0].endswith("1 question")
        ask(en, "500强")
        assert en.text(".yj-more-quotes summary")[1] == "1 more place says so"


def test_dropped_files_are_added(browser: Browser, tmp_path: Path) -> None:
    """Two files dropped from elsewhere on the desktop, by the browser's own drag and drop."""
    papers = [tmp_path / name for name in ("甲.txt", "乙.txt")]
    for number, path in enumerate(papers):
        path.write_text(f"编号{number}\n", "utf-8")
    with (
        keeping(tmp_path / "library") as (library, keeper),
        serving(FindingAnswerer(library), library, keeper=keeper) as address,
        visiting(browser, address) as visit,
    ):
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        mouse = visit.tab.context.new_cdp_session(visit.tab)
        data = {"items": [], "files": [str(path) for path in papers], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            mouse.send("Input.dispatchDragEvent", {"type": kind, "x": 150, "y": 120, "data": data})
            if kind == "dragOver":
                visit.wait("body.yj-dragging")
        visit.tab.wait_for_function("document.querySelectorAll('.yj-doc').length === 2", timeout=60_000)
        assert sorted(visit.text(".yj-doc-name")) == ["乙.txt", "甲.txt"]
        assert not visit.run("document.body.classList.contains('yj-dragging')")
        ask(visit, "编号1")
        assert visit.text(".yj-short strong") == ["编号1"]
