"""PPTX: slides, order, tables, notes. Files are written with python-pptx."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches

from qa.documents.pptx import parse_pptx
from qa.documents.reading_order import Box, in_reading_order
from qa.types import Document

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082"
)


def read(data: bytes) -> Document:
    return parse_pptx(data, document_id="d", name="汇报.pptx", path="汇报.pptx")


def saved(show: object) -> bytes:
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


def blocks(document: Document) -> list[tuple[str, int | None, str]]:
    return [(block.kind, block.page, document.text[block.start : block.end]) for block in document.blocks]


def box(slide: object, text: str, left: float, top: float, width: float = 2, height: float = 0.5) -> None:
    slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame.text = text


def test_titles_lists_and_notes() -> None:
    show = Presentation()
    show.core_properties.title = "PowerPoint 演示文稿"
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.placeholders[1].text_frame.text = "收入增长"
    slide.placeholders[1].text_frame.add_paragraph().text = "利润增长"
    slide.shapes.title.text = "年度\n汇报"
    slide.notes_slide.notes_text_frame.text = "记得致谢"
    document = read(saved(show))
    assert blocks(document) == [
        ("heading", 1, "年度 汇报"), ("list_item", 1, "收入增长"), ("list_item", 1, "利润增长"), ("note", 1, "记得致谢"),
    ]  # fmt: skip
    assert [block.level for block in document.blocks] == [2, 0, 0, 0]
    assert (document.pages, document.title, document.format) == (1, "汇报", "pptx")


def test_two_columns_are_read_one_after_the_other_and_groups_as_one() -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    box(slide, "右二", 5, 3)
    box(slide, "左二", 1, 3)
    box(slide, "右一", 5, 2.3)
    box(slide, "左一", 1, 2.3)
    box(slide, "总标题", 1, 0.2, 8)
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(6.5), Inches(2), Inches(0.4)).text_frame.text = "组二"
    group.shapes.add_textbox(Inches(1), Inches(6), Inches(2), Inches(0.4)).text_frame.text = "组一"
    assert [text for _, _, text in blocks(read(saved(show)))] == [
        "总标题",
        "左一",
        "左二",
        "右一",
        "右二",
        "组一",
        "组二",
    ]
    assert blocks(read(saved(show)))[0][0] == "heading"


def test_a_table_with_merged_cells() -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "人员"
    grid = slide.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for at, text in enumerate(["部门", "姓名", "研发", "张三", "", "李四"]):
        grid.cell(at // 2, at % 2).text = text
    grid.cell(1, 0).merge(grid.cell(2, 0))
    document = read(saved(show))
    assert [text for _, _, text in blocks(document)] == ["人员", "部门 | 姓名", "研发 | 张三", "研发 | 李四"]
    assert [block.header for block in document.blocks] == [(), (), (2,), (2,)]


def test_a_charts_values_are_rows_and_pictures_are_counted() -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    data = CategoryChartData(number_format="0.0")
    data.categories = ["2022年", "2023年"]
    data.add_series("营收", (10.0, 12.45))
    chart = slide.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), data
    ).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "历年营收（亿元）"
    slide.shapes.add_picture(io.BytesIO(PIXEL), 0, 0)
    document = read(saved(show))
    assert blocks(document) == [
        ("caption", 1, "历年营收（亿元）"), ("table", 1, "| 营收"), ("table", 1, "2022年 | 10.0"), ("table", 1, "2023年 | 12.5"),
    ]  # fmt: skip
    assert document.blocks[3].header == (1, 2)
    assert [(notice.code, notice.page, notice.detail) for notice in document.notices] == [("pictures", 1, "1")]


def test_slides_are_in_the_order_of_the_show_and_hidden_ones_are_said_to_be() -> None:
    show = Presentation()
    for name in ("甲", "乙"):
        show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = name
    show.slides[1]._element.set("show", "0")
    order = show.slides._sldIdLst
    order.insert(0, order[1])
    document = read(saved(show))
    assert blocks(document) == [("heading", 1, "乙"), ("heading", 2, "甲")]
    assert [(notice.code, notice.page) for notice in document.notices] == [("slide_hidden", 1)]


def test_comments_old_and_new_are_counted_and_not_read() -> None:
    show = Presentation()
    p, p188 = (
        "http://schemas.openxmlformats.org/presentationml/2006/main",
        "http://schemas.microsoft.com/office/powerpoint/2018/8/main",
    )
    old = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    new = "http://schemas.microsoft.com/office/2018/10/relationships/comments"
    for number, (kind, space, count) in enumerate(((old, p, 2), (new, p188, 1))):
        slide = show.slides.add_slide(show.slide_layouts[6])
        box(slide, f"第{number}页", 1, 1)
        xml = f'<c:cmLst xmlns:c="{space}">{"<c:cm><c:text>批注</c:text></c:cm>" * count}</c:cmLst>'
        part = Part(PackURI(f"/ppt/comments/comment{number}.xml"), "application/xml", slide.part.package, xml.encode())
        slide.part.relate_to(part, kind)
    document = read(saved(show))
    assert "批注" not in document.text
    assert [(notice.code, notice.detail) for notice in document.notices] == [("comments", "3")]


def test_page_numbers_and_footers_are_furniture() -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    box(slide, "正文很长，是一句完整的话。", 1, 1)
    xml = slide.shapes[0]._element.nvSpPr.nvPr
    xml.append(xml.makeelement(f"{{{xml.nsmap['p']}}}ph", {"type": "ftr"}))
    box(slide, "内容很长，也是一句完整的话。", 1, 3)
    document = read(saved(show))
    assert blocks(document) == [("paragraph", 1, "内容很长，也是一句完整的话。")]
    assert document.furniture == ((1, "正文很长，是一句完整的话。"),)


def test_rows_of_cards_are_read_card_by_card() -> None:
    cards = [
        Box(10 * row + column, 30 * column, 40 * row, 30 * column + 20, 40 * row + 30)
        for row in range(2)
        for column in range(3)
    ]
    assert in_reading_order(cards[::-1]) == [0, 1, 2, 10, 11, 12]
    assert in_reading_order([]) == []


@given(st.lists(st.tuples(*[st.integers(0, 20)] * 4), max_size=12))
def test_every_box_is_read_once(places: list[tuple[int, int, int, int]]) -> None:
    boxes = [Box(i, x, y, x + width, y + height) for i, (x, y, width, height) in enumerate(places)]
    assert sorted(in_reading_order(boxes)) == list(range(len(boxes)))


@pytest.mark.shared
def test_the_shared_files_are_read(shared: Path) -> None:
    for path in sorted((shared / "documents").glob("*.pptx")):
        document = read(path.read_bytes())
        assert document.pages
        assert any(block.kind == "table" and block.header for block in document.blocks)
