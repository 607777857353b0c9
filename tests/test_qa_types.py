"""Which table and row a block is, as its reader counts, and the words for it in a citation."""

from __future__ import annotations

import pytest

from qa.documents.reading import read_data
from qa.types import Citation, Document, Passage
from ui.bibliography import bibliography, place

PAGE = """# 年报

| 年份 | 收入 |
|---|---|
| 2022 | 10.1 |
| 2023 | 12.4 |

表3-1 人数

| 年份 | 人数 |
|---|---|
| 2022 | 300 |
"""
SHEET = "姓名,电话\n张三,13800000000\n李四,13900000000\n"


def cited(document: Document, words: str) -> Citation:
    block = next(block for block in document.blocks if document.text[block.start : block.end].startswith(words))
    passage = Passage(0, document.id, block.start, block.end, "", "年报", block.number, block.page)
    return document.cite(
        number=1, passage=passage, paragraph=block, quote=(block.start, block.end), answer=None, score=1.0
    )


def read(name: str, text: str) -> Document:
    return read_data(text.encode(), document_id="d", name=name, path=name)


@pytest.mark.parametrize(
    ("words", "table", "row", "chinese", "english"),
    [
        ("2023 |", "1", 3, "第 1 个表格第 3 行", "row 3 of table no. 1"),
        ("年份 | 人数", "表3-1", 1, "表3-1 第 1 行", "表3-1, row 1"),
        ("2022 | 300", "表3-1", 2, "表3-1 第 2 行", "表3-1, row 2"),
        ("表3-1", "", 0, "第 5 段", "paragraph 5"),
    ],
)
def test_a_row_is_called_by_what_a_reader_counts(words: str, table: str, row: int, chinese: str, english: str) -> None:
    citation = cited(read("报.md", PAGE), words)
    assert (citation.table, citation.row) == (table, row)
    assert place(citation, "zh") == ["年报", chinese, "报.md"]
    assert place(citation, "en") == ["年报", english, "报.md"]


def test_a_row_of_a_sheet_has_the_number_that_the_sheet_gives_it() -> None:
    document = read("册.csv", SHEET)
    citation = cited(document, "李四")
    assert (citation.table, citation.row) == ("", 3)
    assert place(citation, "zh") == ["年报", "第 3 行", "册.csv"]
    assert bibliography(document, citation).endswith("册.csv: 年报 第 3 行.")


def test_tables_that_touch_are_counted_apart() -> None:
    document = read("二.html", "<table><tr><th>甲</th><th>乙</th></tr><tr><td>一</td><td>1</td></tr></table>" * 2)
    rows = [document.row_of(block) for block in document.blocks if block.kind == "table"]
    assert rows == [("1", 1), ("1", 2), ("2", 1), ("2", 2)]
