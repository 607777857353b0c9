"""CSV and TSV: the delimiter, quotes, the header, and that nothing is lost."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents.delimited import find_delimiter, parse_delimited
from qa.types import Document


def read(text: str) -> Document:
    return parse_delimited(text, document_id="d", name="销量.csv")


def texts(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("年份,收入\n2023,12\n", ","),
        ("年份\t收入\n2023\t1,234\n", "\t"),
        ("年份;收入\n2023;12,4\n2024;13,5\n", ";"),
        ("甲|乙|丙\n1|2|3\n", "|"),
        ('甲,乙\n"a;b;c",2\n', ","),
        ("只有一列\n没有分隔\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_found(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_every_row_knows_the_header() -> None:
    document = read('年份,营业收入\n2023,"12,4亿元"\n\n2024,"13,5\n亿元"\n')
    assert texts(document) == ["年份 | 营业收入", "2023 | 12,4亿元", "2024 | 13,5 亿元"]
    assert [(block.kind, block.row, block.header) for block in document.blocks] == [
        ("table", 1, ()), ("table", 2, (1,)), ("table", 4, (1,)),
    ]  # fmt: skip
    assert (document.title, document.format) == ("销量", "table")


def test_without_a_header_no_row_has_one() -> None:
    assert [block.header for block in read("2022,12\n2023,13\n").blocks] == [(), ()]


def test_empty_cells_keep_the_columns_apart_and_empty_columns_are_left_out() -> None:
    assert texts(read("甲,,乙,丙\n,,2,\n1,,,3\n")) == ["甲 | 乙 | 丙", "| 2", "1 |  | 3"]


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    text = '名称,说明\n"甲,未闭合\n' + "".join(f"名{i},值{i}\n" for i in range(1000))
    document = read(text)
    assert texts(document)[-1] == "名999 | 值999"
    assert len(document.blocks) == 1002


def test_a_long_file_is_read_in_time() -> None:
    began = time.process_time()
    assert len(read("a,b,c,d\n" * 10_000).blocks) == 10_000
    assert time.process_time() - began < 8


CELLS = st.lists(st.lists(st.text('甲乙12,;"|\n\t a', max_size=5), min_size=2, max_size=4), max_size=6)


@given(CELLS)
@settings(deadline=None)
def test_nothing_is_lost_and_reading_twice_gives_the_same(cells: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(cells)
    text = buffer.getvalue()
    document = read(text)
    assert document == read(text)
    kept = sorted(char for char in document.text if char.isalnum())
    assert kept == sorted(char for row in cells for one in row for char in one if char.isalnum())
