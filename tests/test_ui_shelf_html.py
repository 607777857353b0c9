from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import DocumentError, LibraryError
from qa.library import DocumentInfo
from qa.report import AddReport, FileReport
from qa.types import Notice
from tests.ui_html import Page
from tests.ui_tiny import HOSTILE
from ui import shelf_html
from ui.shelf import Entry
from ui.shelf_choice import Choice, matching
from ui.shelf_files import Aside
from ui.shelf_scope import scope_html


def info(id: str, name: str, title: str = "") -> DocumentInfo:
    return DocumentInfo(id, name, title or name, f"/{name}", "r", "text", 1234, 5, 5)


def found(name: str, *, pages: int | None = None, tables: int = 0, notices: tuple[Notice, ...] = ()) -> FileReport:
    return FileReport(name, "pdf", pages, 5000, 34, tables, 0, 0.5, notices)


INFOS = [info("a", "年报2023.pdf", "公司年度报告"), info("b", "会议纪要.txt"), info("c", "Annual Report.docx")]


def test_a_row_names_the_document_and_is_ticked_if_chosen() -> None:
    page = Page(shelf_html.list_html(INFOS, Choice(False, frozenset("a")), "zh"))
    assert page.text(".yj-doc-name") == ["年报2023.pdf", "会议纪要.txt", "Annual Report.docx"]
    assert page.text(".yj-doc-title") == ["公司年度报告"]
    assert page.text("small") == ["PDF · 1,234 字", "TXT · 1,234 字", "DOCX · 1,234 字"]
    assert ["checked" in box.attributes for box in page.find(".yj-tick")] == [True, False, False]
    assert page.attributes(".yj-doc", "data-id") == ["a", "b", "c"]
    assert page.attributes(".yj-remove", "aria-label")[0] == "移除 年报2023.pdf"


def test_a_long_name_is_read_to_its_ending() -> None:
    name = "某某股份有限公司关于公开发行可转换公司债券募集资金使用情况的专项报告-2023年修订稿.pdf"
    page = Page(shelf_html.list_html([info("a", name)], Choice(), "zh"))
    assert page.text(".yj-doc-name") == ["某某股份有限公司关于公开发行可转换…报告-2023年修订稿.pdf"]
    assert page.attributes("label", "title") == [name]


def test_without_the_right_to_change_nothing_can_be_removed_or_put_back() -> None:
    page = Page(
        shelf_html.list_html(INFOS, Choice(), "zh", removed=[Aside("x", "旧.txt", "", "", 0.0)], changing=False)
    )
    assert page.find(".yj-remove") == page.find(".yj-gone") == []
    assert Page(shelf_html.list_html([], Choice(), "zh", changing=False)).text("p") == ["还没有资料。"]


# fmt: off
@pytest.mark.parametrize(("search", "ids"), [
    ("", "abc"), ("  ", "abc"), ("年报", "a"), ("年度", "a"), ("report", "c"), ("ＲＥＰＯＲＴ annual", "c"), ("纪要 会议", "b"), ("无", ""),
])
# fmt: on
def test_search_looks_for_every_word_in_name_and_title(search: str, ids: str) -> None:
    assert "".join(item.id for item in matching(INFOS, search)) == ids


def test_a_search_that_finds_nothing_says_what_was_looked_for() -> None:
    page = Page(shelf_html.list_html(INFOS, Choice(), "zh", search=f"x{HOSTILE}"))
    assert page.text(".yj-empty")[0].startswith("没有名字里有“x<script>")
    assert not page.tags & {"script", "img", "a"}


def test_a_long_list_is_cut_and_says_so() -> None:
    many = [info(str(number), f"{number}.txt") for number in range(shelf_html.ROWS_SHOWN + 2)]
    page = Page(shelf_html.list_html(many, Choice(), "en"))
    assert len(page.find(".yj-doc")) == shelf_html.ROWS_SHOWN
    assert page.text(".yj-empty") == ["2 more documents are not listed; find them by name."]


# fmt: off
@pytest.mark.parametrize(("choice", "lang", "said", "state"), [
    (Choice(), "zh", "问全部 3 份", "true"),
    (Choice(True, frozenset("b")), "zh", "只问勾选的 2 份（共 3 份）", "mixed"),
    (Choice(False, frozenset("b")), "en", "Ask only 1 of 3 documents", "mixed"),
    (Choice(False, frozenset("abc")), "en", "Ask all 3 documents", "true"),
    (Choice(False), "zh", "一份也没勾选，什么也问不到", "false"),
    (Choice(False, frozenset("z")), "zh", "一份也没勾选，什么也问不到", "false"),
])
# fmt: on
def test_the_scope_says_what_is_asked(choice: Choice, lang: str, said: str, state: str) -> None:
    page = Page(scope_html(INFOS, choice, lang))
    assert page.text("label") == [said]
    assert page.attributes(".yj-all", "aria-checked") == [state]
    assert page.attributes(".yj-scope", "data-scope") == ["" if state == "true" else said]
    assert len(page.find(".yj-ask-all")) == (state != "true")


@given(st.booleans(), st.frozensets(st.sampled_from("abcdef")), st.frozensets(st.sampled_from("abcd"), min_size=1))
def test_a_choice_among_documents(everything: bool, ids: frozenset[str], library: frozenset[str]) -> None:
    choice = Choice(everything, ids)
    chosen = choice.among(library)
    assert (library if chosen is None else chosen) == {id for id in library if id in choice}
    assert chosen != library
    assert Choice.parse({"all": everything, "ids": sorted(ids)}) == choice


@pytest.mark.parametrize("value", [None, 1, [], "all", {}, {"all": 1, "ids": 3}, {"ids": [1, None, {}]}])
def test_a_choice_that_makes_no_sense_is_everything(value: object) -> None:
    assert Choice.parse(value) == Choice()


def test_progress_and_report_of_each_upload() -> None:
    report = AddReport(added=("年报.pdf",), files=(found("年报.pdf", pages=12, tables=3, notices=(Notice("page_scanned", 7),)),))
    entries = [
        Entry("1", "等.txt", 1),
        Entry("2", "读.txt", 1, "reading", begun=90.0),
        Entry("3", "写.txt", 1, "storing", share=0.456),
        Entry("4", "年报.pdf", 1, "done", begun=10.0, ended=11.25, documents=("d4",), report=report),
        Entry("5", "坏.pdf", 1, "failed", report=AddReport(failed=(DocumentError("file_encrypted", path="坏.pdf"),))),
        Entry("6", "忙.txt", 1, "failed", error=LibraryError("library_busy", path="/库")),
        Entry("7", "副.txt", 1, "done", twin="正.txt", report=AddReport(unchanged=("正.txt",))),
        Entry("8", "旧.txt", 1, "done", report=AddReport(unchanged=("旧.txt",))),
    ]
    page = Page(shelf_html.entries_html(entries, "zh", now=93.5))
    assert page.text(".yj-entry-name") == [
        *("读.txt", "写.txt", "坏.pdf", "忙.txt", "等.txt", "年报.pdf", "副.txt", "旧.txt")
    ]
    assert page.text(".yj-entry-state") == ["正在读 · 3 秒", "正在写入 · 45%", "等候中"]
    assert page.text(".yj-entry-good") == [
        "12 页 · 34 段 · 3 个表格 · 1.2 秒", "和资料库里的 正.txt 内容相同，没有重复收入。", "已经在资料库里，没有变化。",
    ]  # fmt: skip
    assert page.text(".yj-entry-note") == [
        "第 7 页：这一页是扫描的图片，里面的文字没有读；要读，请装上文字识别（在引据的文件夹里运行 pip install -e '.[ocr]'）。"
    ]
    assert page.text(".yj-entry-bad") == [
        "坏.pdf 有密码或版权保护，没有收入。请先解除保护，另存一份再收入。", "另一个程序正在改 /库 里的资料库。请等它做完再试。",
    ]  # fmt: skip
    assert len(page.find(".yj-retry")) == 1
    assert page.attributes("section", "data-active") == ["3"]
    assert page.text("p.yj-entries-head span") == ["正在收入，还有 3 个文件"]
    assert page.find(".yj-clear") == []
    done = Page(shelf_html.entries_html(entries[3:], "en", now=0.0))
    assert done.text("p.yj-entries-head span") == ["3 files added, 2 not"]
    assert done.text(".yj-entry-name") == ["坏.pdf", "忙.txt", "年报.pdf", "副.txt", "旧.txt"]
    assert Page(shelf_html.entries_html(entries[6:], "en", now=0.0)).text("p.yj-entries-head span") == [
        "2 files just processed"
    ]
    assert done.text(".yj-clear") == ["Dismiss"]


def test_of_many_uploads_the_one_under_way_is_seen_and_the_next_ones_follow_it() -> None:
    entries = [Entry(str(number), f"{number}.txt", 1) for number in range(5, 1, -1)]
    entries += [Entry("1", "1.txt", 1, "reading"), Entry("0", "0.txt", 1, "done", documents=("d0",))]
    page = Page(shelf_html.entries_html(entries, "zh", now=1.0))
    assert page.text(".yj-entry-name") == [f"{number}.txt" for number in (1, 2, 3, 4, 5, 0)]


def test_an_archive_s_members_are_counted_and_its_failures_cut_short() -> None:
    failed = tuple(DocumentError("file_empty", path=f"z.zip!{number}") for number in range(20))
    report = AddReport(files=(found("z.zip!a", pages=2), found("z.zip!b", pages=3)), failed=failed)
    page = Page(shelf_html.entries_html([Entry("1", "z.zip", 1, "done", report=report, ended=1.0)], "en", now=0.0))
    assert page.text(".yj-entry-good") == ["2 documents · 5 pages · 68 paragraphs · 1.0 s"]
    assert len(page.find(".yj-entry-bad")) == shelf_html.LINES_SHOWN
    assert page.text(".yj-entry-note") == ["8 more not listed."]


def test_the_pages_of_a_workbook_are_sheets() -> None:
    book = FileReport("账.xlsx", "xlsx", 3, 900, 2, 1, 0, 0.5, (Notice("pictures", 2, "1"),))
    report = AddReport(files=(book, found("年报.pdf", pages=12)))
    assert shelf_html.figures(report.files, "zh")[:2] == ["12 页", "3 个工作表"]
    page = Page(shelf_html.entries_html([Entry("1", "z.zip", 1, "done", report=report)], "zh", now=0.0))
    assert "第 2 个工作表：图片 1 张，其中的文字没有读。" in page.text(".yj-entry-note")[0]
    assert shelf_html.figures([book], "en")[0] == "3 sheets"


def test_questions_to_try_come_with_the_newspaper() -> None:
    report = AddReport(files=(found("000_dcd0a74a8a6b0edf.txt"),))
    page = Page(shelf_html.entries_html([Entry("1", "x", 1, "done", report=report)], "zh", now=0.0))
    assert "有多少家世界500强落户重庆？" in page.text(".yj-example")


def test_an_empty_library_explains_itself() -> None:
    page = Page(shelf_html.list_html([], Choice(), "zh"))
    assert len(page.find(".yj-first li")) == 3
    assert page.text(".yj-sample") == ["收入自带的报纸"]


def test_what_was_removed_can_be_undone_at_once_and_put_back_later() -> None:
    gone = [Aside("x", "甲.txt", "", "", 2.0), Aside("y", "乙.txt", "", "", 1.0)]
    page = Page(shelf_html.list_html(INFOS, Choice(), "zh", removed=gone, undo={"x"}))
    assert page.text(".yj-undo span") == ["已移除 甲.txt"]
    assert page.attributes(".yj-back", "data-id") == ["x", "x", "y"]
    assert page.text("summary") == ["最近移除的 2 份"]
    assert "7 天" in page.text(".yj-gone p")[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
@settings(max_examples=25)
@given(st.one_of(st.just(HOSTILE), st.text(max_size=80)))
def test_whatever_a_name_holds_is_text(lang: str, name: str) -> None:
    infos = [info(name, name, name + "x")]
    aside = Aside(name, name, name, name, 0.0)
    report = AddReport(files=(found(name, notices=(Notice("sheet_hidden", 1, name),)),), failed=(DocumentError("file_damaged", path=name, reason=name),))
    entries = [Entry(name, name, 1, "done", report=report), Entry(name, name, 1, "done", twin=name + "x")]
    listed = Page(shelf_html.list_html(infos, Choice(), lang, search="", removed=[aside], undo={name}, fresh={name}))
    told = Page(shelf_html.entries_html(entries, lang, now=0.0))
    allowed = {"div", "ul", "li", "label", "input", "span", "bdi", "small", "button", "p", "details", "summary", "section"}
    assert (listed.tags | told.tags) <= allowed
    assert not {attribute for attribute in listed.attribute_names | told.attribute_names if attribute.startswith("on")}
    Page(shelf_html.add_html(lang))
    Page(shelf_html.search_html(lang))
