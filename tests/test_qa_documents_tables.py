"""Which rows head a table, and what counts as a value."""

from __future__ import annotations

import pytest

from qa.documents import tables
from qa.documents.tables import Cell, Drafts, Row, head_of, is_unit, is_value, row_text
from qa.errors import DocumentError


def grid(*rows: str) -> list[Row]:
    return [
        Row({at: Cell(text) for at, text in enumerate(row.split("|")) if text}, number)
        for number, row in enumerate(rows, 1)
    ]


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        (("省份|产量", "甲省|12"), (0, 1)),
        (("项目|2022|2023", "收入|10|12"), (0, 1)),
        (("项目|2022年|2023年", "收入|10%|12%"), (0, 1)),
        (("|SF1|SF2", "SF1||×"), (0, 1)),
        (("甲省|12", "乙省|13"), (0, 0)),
        (("12|13", "14|15"), (0, 0)),
        (("姓名：|张三", "年龄：|30"), (0, 0)),
        (("各省产量", "省份|产量", "甲省|12"), (1, 1)),
        (("各省产量", "单位：吨", "省份|产量", "甲省|12"), (2, 1)),
        (("各省产量", "甲省|12", "乙省|13"), (1, 0)),
        (("一|二",), (0, 0)),
        (("只有一列", "又一行"), (0, 0)),
        (
            (
                "这一格里写的是一整句话，远比一个栏目的名称要长，所以它不会是表头里面的一格，而是正文里的一格|值",
                "甲|乙",
            ),
            (0, 0),
        ),
    ],
)
def test_head_of(rows: tuple[str, ...], head: tuple[int, int]) -> None:
    assert head_of(grid(*rows)) == head


def test_a_table_that_goes_on_has_a_header_only_if_it_looks_like_one() -> None:
    assert head_of(grid("甲省|乙省", "丙省|丁省"), sure=True) == (0, 0)
    assert head_of(grid("省份|产量", "甲省|12"), sure=True) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "-1,234.5",
        "12.5%",
        "¥12",
        "RMB 12万元",
        "（3.2）",
        "2024-03-01",
        "2024年3月1日",
        "8:30",
        "1.2E+05",
        "12亿元",
        "5 kg",
        "2023",
    ],
)
def test_values(text: str) -> None:
    assert is_value(text)


@pytest.mark.parametrize("text", ["", "SF1", "第12条", "一季度", "A2", "12月份销售情况", "GB/T 1.1", "－"])
def test_no_values(text: str) -> None:
    assert not is_value(text)


def test_units() -> None:
    assert is_unit("单位：亿元")
    assert is_unit("（金额单位: 万元）")
    assert not is_unit("单位应当按时报告。")


def test_a_row_keeps_its_columns_apart() -> None:
    row = grid("甲||乙||")[0]
    assert row_text(row, range(5)) == "甲 |  | 乙"
    assert row_text(row, (0, 2)) == "甲 | 乙"


def test_the_text_of_a_document_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "TEXT_LIMIT", 10)
    with pytest.raises(DocumentError) as caught:
        Drafts("a").add_table(grid("一二三|四", "五六七|八"))
    assert (caught.value.code, caught.value.fields["limit"]) == ("file_too_large", 10)


def test_a_marked_header_goes_on_in_the_row_that_names_what_its_cell_reaches_over() -> None:
    marked = Row({0: Cell("年份"), 1: Cell("收入", columns=2)}, heads=True)
    names = Row({1: Cell("国内（万元）"), 2: Cell("国外（万元）")})
    values = Row({0: Cell("2023年"), 1: Cell("120"), 2: Cell("80")})
    assert head_of([marked, names, values, values]) == (0, 2)
    assert head_of([marked, values, values]) == (0, 1)
