"""Documents, questions and names that are meant to do harm, or merely odd: shown as text, and nothing of them runs.

``visiting`` asserts on leaving that the browser's console stayed empty and that nothing left this machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from qa.types import Answer, Document
from tests.shelf_library import FindingAnswerer, keeping
from tests.ui_server import Visit, serving, visiting
from tests.ui_tiny import LONG, TinyAnswerer, TinyLibrary, cite, found, make_document
from ui.escape import one_line, shortened
from ui.shelf_html import NAME_WIDTH
from ui.shelf_names import confined
from ui.source import Reference

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.page

# fmt: off
KINDS = {
    "html": '<b>粗</b><a href="javascript:window.hacked=1">链</a><img src=x onerror=window.hacked=1><iframe src="//e.example">',
    "script": "<script>window.hacked=1</script></textarea></style><style>*{display:none}</style>",
    "attribute": "\" onmouseover=\"window.hacked=1\" x='&quot; onfocus=window.hacked=1 autofocus",
    "markdown": "# 题 **粗** [链](javascript:window.hacked=1) ![图](//e.example/x.png) `码` ~删~ | 表 |",
    "latex": "$$\\frac{1}{2}$$ $x_1^2$ \\(y\\) \\href{javascript:window.hacked=1}{z}",
    "template": "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1} {#if 1} {@html x}",
    "control": "铃\x07退\x08转\x1b[31m删\x7f",
    "bidi": "左\u202e右\u2066隔\u2069\u2069\u200f完",
    "path": "..\\..\\etc/passwd/%2e%2e/'\"\";.txt",
}
# fmt: on


def made(kind: str) -> Document:
    said = KINDS[kind]
    parts = (("heading", 1, said), ("paragraph", 0, f"前文。要害{kind}是{said}。后文。"))
    return make_document(*parts, id=f"d-{kind}", name=f"{said}.txt")  # type: ignore[arg-type]


DOCUMENTS = {kind: made(kind) for kind in KINDS}


class Quoting(TinyAnswerer):
    """Answers with what the document of the question's kind is made of."""

    def _known(self, question: str) -> Answer:
        for kind, said in KINDS.items():
            if question.startswith(kind):
                return found(question, cite(DOCUMENTS[kind], f"要害{kind}是{said}。", said))
        return super()._known(question)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Quoting(), TinyLibrary({item.id: item for item in (*DOCUMENTS.values(), LONG)})) as url:
        yield url


def seen(text: str) -> str:
    """Text as the page shows it: control characters as pictures of themselves."""
    return "".join("\u2421" if char == "\x7f" else chr(0x2400 + ord(char)) if char < " " else char for char in text)


FOREIGN = """() => [...document.querySelectorAll(
  '.yj-log, #yj-pane, #yj-shelf, #yj-history-list, #yj-peek')].flatMap(part => [...part.querySelectorAll(
  'script, style, iframe, img, b, code, h5, .katex, [onerror], [onmouseover], [onfocus], a[href^="javascript" i]')]
  .filter(one => !one.matches('.yj-page-no b')).map(one => one.outerHTML.slice(0, 80)))"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_document_and_a_question_hold_is_text(browser: Browser, address: str, kind: str) -> None:
    said = KINDS[kind]
    with visiting(browser, address) as visit:
        visit.ask(f"{kind}：{said}")
        visit.wait_turns(1)
        document = DOCUMENTS[kind]
        visit.wait_source(Reference.to(cite(document, f"要害{kind}是{said}。", said)).href)
        assert visit.text(".yj-q") == [f"你问 {seen(f'{kind}：{said}')}"]
        assert visit.text(".yj-short strong") == [seen(said)]
        assert visit.text("blockquote mark") == [seen(said)]
        assert visit.text("#yj-pane mark") == [seen(f"要害{kind}是{said}。")]
        assert visit.text("#yj-pane .yj-badge") == ["逐字核对 ✓"]
        assert shortened(one_line(f"{said}.txt"), 2 * NAME_WIDTH) in visit.text(".yj-doc-name")
        visit.wait(".yj-open")
        assert one_line(f"{kind}：{said}") in visit.text(".yj-open > span")
        visit.tab.hover(".yj-short a.yj-chip")
        visit.tab.wait_for_selector("#yj-peek", state="visible")
        assert seen(said) in visit.text("#yj-peek .yj-peek-body")[0]
        visit.tab.fill(".yj-search", said[:60])
        visit.tab.fill(".yj-history-search", said[:60])
        visit.tab.wait_for_timeout(600)
        assert visit.run(FOREIGN) == []
        assert visit.run("window.hacked") is None


def test_a_line_of_a_megabyte_is_shown_around_its_quote(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.ask("长文")
        visit.wait_turns(1)
        visit.wait("#yj-pane mark strong")
        assert visit.text("#yj-pane mark strong") == ["四十二"]
        assert "略去" in visit.text("#yj-pane .yj-here .yj-cut")[0]
        assert visit.run("document.querySelector('#yj-pane').textContent.length") < 20_000
        assert visit.run("document.documentElement.scrollWidth") == 1440


def test_the_policy_is_set_and_lets_no_foreign_script_run(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        policy = visit.run("fetch('/').then(r => r.headers.get('content-security-policy'))")
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe-inline" not in rules["script-src"]
    assert rules["connect-src"] == "'self'"


@dataclass
class Uploads:
    address: str
    names: Any


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Uploads]:
    with (
        keeping(tmp_path_factory.mktemp("library")) as (library, keeper),
        serving(FindingAnswerer(library), library, keeper=keeper) as url,
    ):
        yield Uploads(url, lambda: [info.name for info in library.documents()])


NAMES = ("引\"号'与`撇.txt", "<img src=x onerror=window.hacked=1>.txt", "空 格 & 和 % # ? ;.txt", "右\u202etxt.exe.txt")


def test_files_of_odd_names_can_be_asked_removed_and_brought_back(browser: Browser, uploads: Uploads) -> None:
    with visiting(browser, uploads.address) as visit:
        visit.tab.wait_for_selector("#yj-shelf[data-ready]", state="attached")
        files = [{"name": name, "mimeType": "", "buffer": f"编号{n}\n".encode()} for n, name in enumerate(NAMES)]
        visit.tab.set_input_files(".yj-files", files)  # type: ignore[arg-type]
        safe = [confined(name, fallback="") for name in NAMES]
        wait_names(visit, safe)
        for number in range(len(NAMES)):
            visit.ask(f"编号{number}")
            visit.wait_turns(number + 1)
            visit.tab.wait_for_function(
                f"document.querySelector('#yj-pane mark')?.textContent === '编号{number}'", timeout=30_000
            )
        rows = visit.tab.locator(".yj-doc")
        name = visit.text(".yj-doc-name")[0]
        rows.first.hover()
        rows.first.locator(".yj-remove").click()
        visit.wait(".yj-list .yj-undo")
        assert visit.text(".yj-undo span")[0].endswith(name)
        visit.tab.locator(".yj-list .yj-undo .yj-back").click()
        wait_names(visit, safe)
        assert sorted(uploads.names()) == sorted(safe)
        assert visit.run(FOREIGN) == []
        assert visit.run("window.hacked") is None


def test_a_name_with_slashes_leads_nowhere(browser: Browser, uploads: Uploads) -> None:
    with visiting(browser, uploads.address) as visit:
        send = (
            "name => fetch('/api/documents?name=' + encodeURIComponent(name), {method: 'POST', "
            "headers: {'content-type': 'application/octet-stream'}, body: name}).then(r => r.status)"
        )
        for name in ("../../../etc/出去.txt", "..\\..\\出去二.txt", "/etc/出去三.txt", "夹/层/里.txt"):
            assert visit.tab.evaluate(send, name) in (200, 201, 202, 400)
            visit.complaints[:] = [said for said in visit.complaints if "400" not in said]
        assert not [name for name in uploads.names() if ".." in name.split("/") or name.startswith("/")]


def wait_names(visit: Visit, names: list[str]) -> None:
    visit.tab.wait_for_function(
        "want => JSON.stringify([...document.querySelectorAll('.yj-doc-name')].map(e => e.textContent).sort()) === want",
        arg=json.dumps(sorted(names), ensure_ascii=False, separators=(",", ":")),
        timeout=60_000,
    )
