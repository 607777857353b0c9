"""XLSX: values as they are shown, headers, merges, sheets. Most files are written with openpyxl."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from qa.documents.number_format import BUILT_IN, display, general, to_datetime
from qa.documents.xlsx import parse_xlsx
from qa.types import Document, Notice
from tests.office_files import BASE, relations, zipped


def read(data: bytes) -> Document:
    return parse_xlsx(data, document_id="d", name="台账.xlsx", path="台账.xlsx")


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rows(document: Document) -> list[tuple[str, str, int, tuple[int, ...]]]:
    return [(block.kind, document.text[block.start : block.end], block.row, block.header) for block in document.blocks]


def sheet(values: list[list[object]], name: str = "收入") -> tuple[Workbook, object]:
    book = Workbook()
    page = book.active
    page.title = name
    for row in values:
        page.append(row)
    return book, page


def test_a_sheet_is_a_heading_and_its_rows() -> None:
    book, page = sheet([["年份", None, "营业收入"], [2023, None, 12.4], [None, None, None], [2024, None, 13.25]])
    page["C2"].number_format = '0.00"亿元"'
    page["C4"].number_format = "0.0%"
    document = read(saved(book))
    assert rows(document) == [
        ("heading", "收入", 0, ()),
        ("table", "年份 | 营业收入", 1, ()),
        ("table", "2023 | 12.40亿元", 2, (2,)),
        ("table", "2024 | 1325.0%", 4, (2,)),
    ]
    assert document.pages == 1
    assert {block.page for block in document.blocks} == {1}
    assert document.title == "台账"


def test_values_of_every_type() -> None:
    values: list[object] = [
        "名称",
        True,
        0.5,
        datetime.date(2024, 3, 1),
        datetime.datetime(2024, 3, 1, 8, 5),
        "#N/A",
        13800138000,
    ]
    book, _ = sheet([["甲", "乙", "丙", "丁", "戊", "己", "庚"], values])
    assert rows(read(saved(book)))[2][1] == "名称 | TRUE | 0.5 | 2024-03-01 | 2024-03-01 8:05:00 | #N/A | 13800138000"


def test_a_title_row_a_unit_and_a_header_on_two_rows() -> None:
    book, page = sheet([
        ["2023年各省产量"], ["单位：万吨"], ["省份", "小麦", None, "水稻"], [None, "产量", "占比", "产量"],
        ["甲省", 12, 0.5, 3], ["乙省", 8, 0.25, 4],
    ])  # fmt: skip
    for area in ("A1:D1", "A3:A4", "B3:C3"):
        page.merge_cells(area)
    document = read(saved(book))
    assert rows(document) == [
        ("heading", "收入", 0, ()),
        ("caption", "2023年各省产量", 1, ()),
        ("caption", "单位：万吨", 2, (2,)),
        ("table", "省份 | 小麦 |  | 水稻", 3, (2, 3)),
        ("table", "省份 | 产量 | 占比 | 产量", 4, (2, 3, 4)),
        ("table", "甲省 | 12 | 0.5 | 3", 5, (2, 3, 4, 5)),
        ("table", "乙省 | 8 | 0.25 | 4", 6, (2, 3, 4, 5)),
    ]


def test_a_cell_merged_over_rows_stands_in_each() -> None:
    book, page = sheet([["部门", "姓名"], ["研发", "张三"], [None, "李四"], ["市场", "王五"]])
    page.merge_cells("A2:A3")
    assert [text for _, text, _, _ in rows(read(saved(book)))] == [
        "收入",
        "部门 | 姓名",
        "研发 | 张三",
        "研发 | 李四",
        "市场 | 王五",
    ]


def test_a_second_table_has_its_own_header_and_a_note_has_none() -> None:
    book, page = sheet([
        ["省份", "产量"], ["甲省", 12], [None], ["季度", "销量"], ["一季度", 3], [None], ["注：数据来自统计局。"], [None], ["丙省", 9],
    ])  # fmt: skip
    for slot in page[4]:
        slot.font = Font(bold=True)
    assert [(text, header) for _, text, _, header in rows(read(saved(book)))] == [
        ("收入", ()), ("省份 | 产量", ()), ("甲省 | 12", (2,)), ("季度 | 销量", ()), ("一季度 | 3", (4,)),
        ("注：数据来自统计局。", ()), ("丙省 | 9", (4,)),
    ]  # fmt: skip


def test_hidden_sheets_and_the_workbooks_title() -> None:
    book, _ = sheet([["甲", "乙"], [1, 2]])
    hidden = book.create_sheet("底稿")
    hidden.append(["丙"])
    hidden.sheet_state = "hidden"
    book.properties.title = "2023年台账"
    document = read(saved(book))
    assert [(notice.code, notice.page, notice.detail) for notice in document.notices] == [("sheet_hidden", 2, "底稿")]
    assert document.title == "2023年台账"
    assert [(block.page, block.level) for block in document.blocks if block.level] == [(1, 2), (2, 2)]


def by_hand(rows: str, strings: str = "", rest: str = "") -> bytes:
    namespace = f'xmlns="{BASE}/spreadsheetml/2006/main" xmlns:r="{BASE}/officeDocument/2006/relationships"'
    return zipped(
        {
            "_rels/.rels": relations({"r": ("officeDocument", "/xl/workbook.xml")}),
            "xl/workbook.xml": f'<workbook {namespace}><sheets><sheet name="表" r:id="r"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations({"r": ("worksheet", "s.xml"), "t": ("sharedStrings", "t.xml")}),
            "xl/s.xml": f"<worksheet {namespace}><sheetData>{rows}</sheetData>{rest}</worksheet>",
            "xl/t.xml": f"<sst {namespace}>{strings}</sst>",
        }
    )


def test_rich_strings_readings_formulas_and_pictures_in_cells() -> None:
    strings = "<si><r><t>营业</t></r><r><t>收入</t></r><rPh><t>ying</t></rPh></si><si><t>a_x000D_\nb</t></si>"
    cells = (
        '<row r="3"><c r="B3" t="s"><v>0</v></c><c r="C3" t="str"><f>1+1</f><v>合计2</v></c></row>'
        '<row r="4"><c r="B4" t="s"><v>1</v></c><c r="C4" t="str"><f>x</f><v>=DISPIMG("ID_1",1)</v></c></row>'
        '<row><c><v>7</v></c><c t="inlineStr"><is><t>行内</t></is></c><c t="s"><v>99</v></c><c t="s"><v>x</v></c></row>'
    )
    document = read(by_hand(cells, strings))
    assert [(text, row) for _, text, row, _ in rows(document)][1:] == [
        ("| 营业收入 | 合计2", 3),
        ("| a b", 4),
        ("7 | 行内", 5),
    ]
    assert [(notice.code, notice.detail) for notice in document.notices] == [("pictures", "1")]


def test_formulas_without_a_kept_value_are_counted() -> None:
    book, _ = sheet([["项目", "金额"], ["差旅", 43210], ["合计", "=SUM(B2:B2)"]])
    document = read(saved(book))
    assert document.text.endswith("合计")
    assert document.notices == (Notice("formulas_uncounted", 1, "1"),)


def test_references_that_make_no_sense_do_no_harm() -> None:
    cells = '<row r="x"><c r="??"><v>1</v></c><c r="ZZZ9999999"><v>1e999</v></c></row><row r="-5"><c s="-1"><v>nan</v></c></row>'
    merges = "<mergeCells><mergeCell ref='A1:XFD1048576'/><mergeCell ref='B2'/><mergeCell ref='A5:A2'/></mergeCells>"
    document = read(by_hand(cells, rest=merges))
    assert document.blocks[0].kind == "heading"


# fmt: off
@pytest.mark.parametrize(("value", "code", "shown"), [
    (0.1234, "0.00%", "12.34%"),
    (-0.5, "0%", "-50%"),
    (1234567.891, "#,##0.00", "1,234,567.89"),
    (12.4, '0.00"亿元"', "12.40亿元"),
    (1234567, '#,##0,"千"', "1,235千"),
    (-5, "0.00;[Red](0.00)", "(5.00)"),
    (0, '0;-0;"无"', "无"),
    (2.5, "0", "3"),
    (0.285, "0.00", "0.29"),
    (5, "00000", "00005"),
    (5, "0.##", "5"),
    (20240301, "0000-00-00", "2024-03-01"),
    (13800138000, "000-0000-0000", "138-0013-8000"),
    (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
    (1234.5, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "1,234.50"),
    (0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
    (120, '[>=100]0"高";0"低"', "120高"),
    (12, '[>=100]0"高";0"低"', "12低"),
    (12345, "0.00E+00", "1.23E+04"),
    (1, '"第"0"名"', "第1名"),
    (45352, 'yyyy"年"m"月"d"日"', "2024年3月1日"),
    (45352, "yyyy/m/d;@", "2024/3/1"),
    (45352, BUILT_IN[14], "2024/3/1"),
    (45352, BUILT_IN[57], "2024年3月"),
    (45352, "[$-804]aaaa", "星期五"),
    (45352, "d-mmm-yy", "1-Mar-24"),
    (45352.5, "yyyy-mm-dd hh:mm:ss", "2024-03-01 12:00:00"),
    (45352.5625, "h:mm AM/PM", "1:30 PM"),
    (45352.5625, '上午/下午h"时"mm"分"', "下午1时30分"),
    (1.5, "[h]:mm:ss", "36:00:00"),
    (0.5, "# ?/?", "0.5"),
    (3, "@", "3"),
    (1e308, "0.00", "1E+308"),
    (7, ";;;", ""),
    (-1, "yyyy", "-1"),
])
# fmt: on
def test_display(value: float, code: str, shown: str) -> None:
    assert display(value, code) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1 / 3, "0.333333333"), (0.1 + 0.2, "0.3"), (123456789012, "123456789012"), (1e20, "1E+20"), (-2.50, "-2.5"), (1e-7, "1E-07")],
)
def test_general(value: float, shown: str) -> None:
    assert general(value) == shown


def test_days_of_both_calendars() -> None:
    assert to_datetime(1) == datetime.datetime(1900, 1, 1)
    assert to_datetime(59) == datetime.datetime(1900, 2, 28)
    assert to_datetime(61) == datetime.datetime(1900, 3, 1)
    assert to_datetime(0, since_1904=True) == datetime.datetime(1904, 1, 1)
    assert to_datetime(1e12) is None


@given(st.floats(-1e15, 1e15), st.text("0#?.,%E+-;[]\"@ymdhsa年/: ", max_size=14))
@settings(max_examples=300, deadline=None)
def test_no_format_fails(value: float, code: str) -> None:
    assert isinstance(display(value, code), str)


@given(st.integers(-(10**9), 10**9))
def test_grouped_digits_are_those_of_python(value: int) -> None:
    assert display(value, "#,##0") == f"{value:,}"


@given(st.dates(datetime.date(1901, 1, 1), datetime.date(2900, 1, 1)))
def test_dates_are_those_of_the_calendar(day: datetime.date) -> None:
    number = (day - datetime.date(1899, 12, 30)).days
    assert display(number, "yyyy-mm-dd") == day.isoformat()


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(0, 99), st.text("甲乙丙a ", max_size=4)), max_size=4), max_size=6))
@settings(max_examples=40, deadline=None)
def test_no_cell_is_lost_and_reading_twice_gives_the_same(values: list[list[object]]) -> None:
    book, _ = sheet(values)
    data = saved(book)
    document = read(data)
    assert document == read(data)
    words = sorted(word for row in values for value in row if value is not None for word in str(value).split())
    assert sorted(document.text.replace("|", " ").split())[: len(words) + 1] == sorted(["收入", *words])


@pytest.mark.shared
def test_the_shared_files_are_read(shared: Path) -> None:
    for path in sorted((shared / "documents").glob("*.xlsx")):
        document = read(path.read_bytes())
        assert all(block.header for block in document.blocks if block.kind == "table" and block.row > 1)


def test_text_boxes_are_read_and_comments_are_counted() -> None:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet("产量")
        page.write_row(0, 0, ["月份", "产量"])
        page.write_row(1, 0, ["一月", 30])
        page.insert_textbox(5, 3, "一月停产检修五天。")
        page.write_comment(1, 0, "有春节")
    document = read(buffer.getvalue())
    assert [row[:2] for row in rows(document)] == [
        ("heading", "产量"),
        ("table", "月份 | 产量"),
        ("table", "一月 | 30"),
        ("note", "一月停产检修五天。"),
    ]
    assert document.notices == (Notice("comments", 1, "1"),)
