from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.types import Citation, Document, Region, VerbatimError
from tests.ui_desk import REPORT, ROWS, table
from tests.ui_html import Page
from tests.ui_tiny import HOSTILE, LONG, NASTY, PAPER, QUOTE_325, QUOTE_LASER, QUOTE_OPEN, cite, make_document
from ui.bibliography import bibliography, place, quoted, titled
from ui.paper import chunk
from ui.source import Reference, empty_source_html, more_source_html, resolve, revision_digest, source_html

CITATION = cite(PAPER, QUOTE_325, "325家")


@given(
    st.sampled_from(["c", "n"]),
    st.integers(0, 999),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.lists(st.integers(0, 10**12 - 1), min_size=5, max_size=5),
)
def test_a_reference_survives_its_link(kind: str, number: int, document_id: str, numbers: list[int]) -> None:
    reference = Reference(
        kind, number, document_id, numbers[0], (numbers[1], numbers[2]), (numbers[3], numbers[4]), "0" * 16
    )
    assert Reference.parse(reference.href) == reference
    assert not set(reference.href) & set("\"'<>& \n`")


def test_the_link_of_a_citation() -> None:
    start = PAPER.text.index(QUOTE_325)
    answer = start + len("截至目前，")
    href = Reference.to(CITATION).href
    assert href.rsplit("-", 1)[0] == f"#c1-d1-5-{start}-{start + len(QUOTE_325)}-{answer}-{answer + 4}"
    assert resolve(PAPER, Reference.to(CITATION)) == replace(CITATION, score=0.0)


# fmt: off
@pytest.mark.parametrize("href", [
    "", "#", "#c1", "javascript:alert(1)", "#x1-d1-5-0-1-0-1-" + "0" * 16, "#c1-d1-5-0-1-0-1-" + "g" * 16,
    "#c1-d1-5-0-1-0-1", "#c1-d1-5--1-1-0-1-" + "0" * 16, "#c1-d1-5-٣-4-3-4-" + "0" * 16, "#c1-d1-5-0-1-0-1-" + "0" * 16 + "\n",
    "#c1-" + "d" * 1000 + "-5-0-1-0-1-" + "0" * 16, "#c1-d1-5-" + "9" * 13 + "-1-0-1-" + "0" * 16, "#c1--5-0-1-0-1-" + "0" * 16,
])
# fmt: on
def test_what_is_no_link_of_ours_is_refused(href: str) -> None:
    assert Reference.parse(href) is None


@pytest.mark.parametrize(
    "change",
    [
        {"paragraph": 4},
        {"paragraph": 99},
        {"quote": (0, 3)},
        {"quote": (CITATION.quote_start, 10**9)},
        {"quote": (CITATION.quote_start, CITATION.quote_end - 1)},
        {"answer": (0, 2)},
        {"answer": (CITATION.quote_end, CITATION.quote_start)},
        {"document_id": "d2"},
        {"digest": "0" * 16},
    ],
    ids=str,
)
def test_a_reference_that_does_not_hold_is_not_resolved(change: dict[str, object]) -> None:
    with pytest.raises(VerbatimError):
        resolve(PAPER, replace(Reference.to(CITATION), **change))


def test_one_changed_digit_withholds_the_quote() -> None:
    edited = replace(PAPER, text=PAPER.text.replace("325家", "326家"))
    with pytest.raises(VerbatimError):
        source_html(edited, Reference.to(CITATION), "zh")


@settings(deadline=None)
@given(st.data())
def test_the_marked_text_is_the_slice(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from([PAPER, make_document(("heading", 1, "<题>"), ("paragraph", 0, "前 <b>&amp;</b>\n二\u202e行 👨‍👩‍👧$`后"))]))
    block = data.draw(st.sampled_from(document.blocks))
    quote = sorted(data.draw(st.lists(st.integers(block.start, block.end), min_size=2, max_size=2, unique=True)))
    answer = sorted(data.draw(st.lists(st.integers(*quote), min_size=2, max_size=2, unique=True)))
    citation = _citation(document, block.number, (quote[0], quote[1]), (answer[0], answer[1]))
    page = Page(source_html(document, Reference.to(citation), "zh"))
    assert page.text("mark") == [document.text[quote[0] : quote[1]]]
    whole = quote == answer
    assert page.text("strong") == ([] if whole else [document.text[answer[0] : answer[1]]])
    assert page.text(".yj-here > :last-child") == [document.text[block.start : block.end]]


def _citation(document: Document, number: int, quote: tuple[int, int], answer: tuple[int, int]) -> Citation:
    block = document.blocks[number - 1]
    template = cite(document, document.text[block.start : block.end], None)
    return replace(
        template,
        quote=document.text[quote[0] : quote[1]],
        quote_start=quote[0],
        quote_end=quote[1],
        answer_start=answer[0],
        answer_end=answer[1],
    )


def test_a_short_article_is_shown_whole_with_its_numbers_and_headings() -> None:
    page = Page(source_html(PAPER, Reference.to(CITATION), "zh"))
    assert page.text(".yj-no") == ["1", "2", "3", "4", "5"]
    assert page.text("h3") == ["第八届西洽会开幕"]
    assert page.text("h4") == ["家底够厚"]
    assert page.text(".yj-byline p") == ["本报记者 张三"]
    assert page.text("header h2") == ["第八届西洽会开幕"]
    assert page.text(".yj-where > span") == ["家底够厚", "第 5 段", "报.txt"]
    assert page.text(".yj-badge") == ["逐字核对 ✓"]
    assert page.text(".yj-source-name") == ["引文 [1]"]
    assert page.text(".yj-more") == ["⋯"]  # the next article follows


def in_pdf() -> Document:
    """PAPER as a PDF of 3 pages: the quote's first half on page 2, the rest, recognised, on page 3."""
    start = PAPER.text.index(QUOTE_325)
    middle, end = start + 9, start + len(QUOTE_325)
    regions = (Region(start, middle, 2, 0.1, 0.2, 0.5, 0.25), Region(middle, end, 3, 0.0, 0.5, 1.0, 0.75, True, 0.9))
    return replace(PAPER, format="pdf", pages=3, regions=regions)


def test_a_quote_in_a_pdf_is_boxed_on_the_pictures_of_its_pages() -> None:
    document = in_pdf()
    page = Page(source_html(document, Reference.to(CITATION), "zh"))
    address = f"/api/documents/{document.id}/pages/"
    assert [src.split("?")[0] for src in page.attributes(".yj-page img", "src")] == [f"{address}2"]
    assert page.text(".yj-page-no") == ["2 / 3"]
    assert page.text(".yj-page-tools .yj-badge") == ["识别文本"]
    assert page.attributes(".yj-source", "data-view") == ["page"]
    assert page.attributes(".yj-box", "data-page") == ["2", "3", "2"]
    boxes = page.attributes(".yj-box", "style")
    # 325家 is characters 5 to 9 of the 9 on page 2, which are 0.4 of the page wide.
    left, width = 10 + 40 * 5 / 9, 40 * 4 / 9
    assert boxes == [
        "left:10.00%;top:20.00%;width:40.00%;height:5.00%",
        "left:0.00%;top:50.00%;width:100.00%;height:25.00%",
        f"left:{left:.2f}%;top:20.00%;width:{width:.2f}%;height:5.00%",
    ]


def test_a_quote_on_two_pages_says_so_wherever_it_is_named() -> None:
    document = in_pdf()
    citation = resolve(document, Reference.to(CITATION))
    assert place(citation, "zh") == ["《第八届西洽会开幕》", "家底够厚", "第 2–3 页", "第 5 段", "识别文本", "报.txt"]
    assert place(citation, "en")[2] == "pages 2–3"
    assert bibliography(document, citation) == "张三. 第八届西洽会开幕[Z]. 报.txt: 2-3."
    page = Page(source_html(document, Reference.to(CITATION), "zh"))
    assert page.text(".yj-parts") == ["引文跨页：第 2 页第 3 页"]
    assert page.attributes(".yj-part", "aria-pressed") == ["true", "false"]
    alone = replace(document, regions=document.regions[:1])
    assert place(resolve(alone, Reference.to(CITATION)), "zh")[2] == "第 2 页"
    assert Page(source_html(alone, Reference.to(CITATION), "zh")).text(".yj-parts") == []


def test_what_is_no_pdf_has_no_picture() -> None:
    page = Page(source_html(replace(in_pdf(), format="text"), Reference.to(CITATION), "zh"))
    assert page.text(".yj-page") == []
    assert page.attributes(".yj-source", "data-view") == ["text"]


def test_a_row_is_shown_in_its_table_under_its_header_and_marked_cell_by_cell() -> None:
    document = table()
    page = Page(source_html(document, Reference.to(cite(document, ROWS[31], "360万元")), "zh"))
    assert page.text("caption") == ["历年门店"]
    assert page.text("thead th") == ["年份", "门店", "营业额"]
    assert page.text("tbody .yj-no") == ["30", "31", "32", "33", "34"]
    assert page.text(".yj-here td mark") == ["2020", "70", "360万元"] == ROWS[31].split(" | ")
    assert page.text("mark strong") == ["360万元"]
    assert not page.find("pre")


def test_a_table_begins_with_its_own_header_where_that_is_shown() -> None:
    document = table(ROWS[:4])
    page = Page(source_html(document, Reference.to(cite(document, ROWS[2], "12万元")), "zh"))
    assert page.text(".yj-caption p") == ["历年门店"]
    assert not page.find("caption")
    assert page.text("thead th") == ["年份", "门店", "营业额"]
    assert page.text("tbody .yj-no") == ["2", "3", "4"]


def test_a_row_of_a_hundred_thousand_characters_is_shown_in_part() -> None:
    document = table((ROWS[0], "甲 | " + "长" * 100_000 + " | 乙"))
    html = source_html(document, Reference.to(cite(document, "甲 | ", "甲")), "zh")
    assert len(html) < 10_000
    assert Page(html).text("mark") == ["甲 | "]


@given(st.integers(1, 99), st.sampled_from(["before", "after"]))
def test_paragraphs_are_fetched_in_parts_that_join_without_gap_or_overlap(index: int, side: str) -> None:
    seen, edge = [], index
    while edge not in (0, len(REPORT.blocks)):
        first, last = chunk(REPORT, edge, side)
        assert (last if side == "before" else first) == edge
        assert 0 < last - first <= 24
        seen += range(first, last)
        edge = first if side == "before" else last
    assert sorted(seen) == list(range(index) if side == "before" else range(index, len(REPORT.blocks)))


def test_more_paragraphs_of_a_document_that_has_changed_are_not_joined_to_the_old_ones() -> None:
    revision = revision_digest(REPORT.revision)
    page = Page(more_source_html(REPORT, revision, 10, 12, "zh"))
    assert page.text(".yj-no") == ["11", "12"]
    assert page.attributes(".yj-more", "data-last") == ["10", "36"]
    assert more_source_html(REPORT, "0" * 8, 10, 12, "zh") == ""
    for first, last in ((-1, 2), (5, 5), (90, 10**9)):
        assert more_source_html(REPORT, revision, first, last, "zh") == ""


def test_a_changed_document_is_named_where_the_quote_still_stands_in_its_place() -> None:
    edited = replace(PAPER, revision="rev-2")
    page = Page(source_html(edited, Reference.to(CITATION), "zh"))
    assert page.text(".yj-badge") == ["逐字核对 ✓"]
    assert page.text(".yj-changed") == ["原文已变更"]
    assert not Page(source_html(PAPER, Reference.to(CITATION), "zh")).find(".yj-changed")


def test_what_is_copied_is_the_quote_with_its_place_and_its_reference() -> None:
    page = Page(source_html(PAPER, Reference.to(CITATION), "zh"))
    assert page.text(".yj-copied") == [
        f"“{QUOTE_325}”\n——《第八届西洽会开幕》，家底够厚，第 5 段，报.txt",
        "张三. 第八届西洽会开幕[Z]. 报.txt: 第 5 段.",
    ]
    long = make_document(("heading", 1, "题"), ("paragraph", 0, "长" * 4000))
    assert not Page(source_html(long, Reference.to(cite(long, "长" * 4000, None)), "zh")).find(".yj-copy")


def test_the_badge_names_the_characters_that_were_checked() -> None:
    start = PAPER.text.index(QUOTE_325)
    help_text = Page(source_html(PAPER, Reference.to(CITATION), "zh")).attributes(".yj-badge", "title")[0]
    assert f"第 {start + 1} 至 {start + len(QUOTE_325)} 字" in help_text


def test_of_a_long_article_two_paragraphs_on_each_side_are_shown() -> None:
    body = [("paragraph", 0, f"第{n}段：" + "字" * 900 + "。") for n in range(2, 12)]
    document = make_document(("heading", 1, "长篇"), *body)
    page = Page(source_html(document, Reference.to(cite(document, "第6段：", None)), "zh"))
    assert page.text(".yj-no") == ["4", "5", "6", "7", "8"]
    assert page.text(".yj-more") == ["⋯", "⋯"]


def test_a_label_belongs_to_the_article_under_it() -> None:
    document = make_document(("heading", 1, "甲"), ("paragraph", 0, "甲文。"), ("label", 0, "要闻"), ("heading", 1, "乙"), ("paragraph", 0, "乙文。"))
    assert Page(source_html(document, Reference.to(cite(document, "乙文。", None)), "zh")).text(".yj-no") == ["3", "4", "5"]
    assert Page(source_html(document, Reference.to(cite(document, "甲文。", None)), "zh")).text(".yj-no") == ["1", "2"]


def test_of_a_line_of_a_million_characters_only_what_surrounds_the_quote_is_shown() -> None:
    html = source_html(LONG, Reference.to(cite(LONG, "答案是四十二。", "四十二")), "zh")
    assert len(html) < 10_000
    page = Page(html)
    assert page.text("mark") == ["答案是四十二。"]
    assert page.text(".yj-cut") == ["略去 498,501 字", "略去 498,500 字"]


def test_of_a_huge_quote_the_answer_and_its_surroundings_are_shown() -> None:
    block = LONG.blocks[1]
    at = LONG.text.index("四十二")
    citation = _citation(LONG, 2, (block.start, block.end), (at, at + 3))
    html = source_html(LONG, Reference.to(citation), "en")
    assert len(html) < 10_000
    assert Page(html).text("strong") == ["四十二"]
    assert Page(html).text(".yj-cut") == ["498,004 characters left out", "498,001 characters left out"]


def test_hostile_text_makes_no_element() -> None:
    page = Page(source_html(NASTY, Reference.to(cite(NASTY, f"要害是{HOSTILE}。", HOSTILE)), "zh"))
    assert not {"script", "img", "a"} & page.tags
    assert page.text("mark") == [f"要害是{HOSTILE.replace(chr(7), '␇')}。"]
    assert all(not name.startswith("on") for name in page.attribute_names)


def test_a_near_passage_is_marked_as_no_answer() -> None:
    page = Page(source_html(PAPER, Reference.to(cite(PAPER, QUOTE_OPEN, None), kind="n"), "zh"))
    assert page.text(".yj-badge") == ["不是答案"]
    assert page.attributes("mark", "class") == ["yj-mark yj-mark-near"]
    assert page.text("strong") == []


def test_the_empty_pane_and_the_problem_pane() -> None:
    assert Page(empty_source_html("zh")).text("h2") == ["原文会出现在这里"]
    assert Page(empty_source_html("en", key="none")).text("h2") == ["There is no source to show"]
    page = Page(empty_source_html("zh", problem="<b>没了</b>"))
    assert page.text(".yj-blank p") == ["<b>没了</b>"]


def test_place_names_what_there_is() -> None:
    assert place(CITATION, "zh") == ["《第八届西洽会开幕》", "家底够厚", "第 5 段", "报.txt"]
    laser = replace(cite(PAPER, QUOTE_LASER, None), page=3)
    assert place(laser, "en") == ["国防教育展台", "page 3", "paragraph 7", "报.txt"]
    assert place(replace(laser, title="", page=None), "zh") == ["第 7 段", "报.txt"]


def test_a_document_without_a_title_is_called_by_its_file_once() -> None:
    untitled = replace(CITATION, title="报")
    assert place(untitled, "zh") == ["家底够厚", "第 5 段", "报.txt"]
    assert place(replace(CITATION, title="报.txt"), "zh") == place(untitled, "zh")
    document = make_document(("paragraph", 0, "甲文。"), name="扫描件.pdf")
    document = replace(document, title="扫描件")
    page = Page(source_html(document, Reference.to(cite(document, "甲文。", None)), "zh"))
    assert page.text("h2") == ["扫描件.pdf"]
    assert page.text(".yj-where > span") == ["第 1 段"]


def test_title_marks_within_title_marks_are_single() -> None:
    assert titled("首次发布《履行义务情况报告》", "报.txt", "zh") == "《首次发布〈履行义务情况报告〉》"
    assert titled("首次发布《履行义务情况报告》", "报.txt", "en") == "首次发布《履行义务情况报告》"


def test_over_a_row_that_is_copied_stand_the_names_of_its_columns() -> None:
    row = replace(CITATION, header="年份 | 门店")
    assert quoted(row, "zh").split("\n")[:2] == ["年份 | 门店", f"“{QUOTE_325}”"]
    assert quoted(CITATION, "en").endswith("\n— 第八届西洽会开幕, 家底够厚, paragraph 5, 报.txt")
