"""Captions under their tables, in files of several formats written by hand."""

from __future__ import annotations

import pytest

from qa.documents.reading import read_data
from qa.passages import split_passages
from qa.types import Document
from tests.pdf_writer import Page, pdf


def read(name: str, data: bytes) -> Document:
    return read_data(data, document_id="d", name=name, path=name)


def headers(document: Document, row: str) -> list[str]:
    block = next(block for block in document.blocks if document.text[block.start : block.end] == row)
    return [
        document.text[head.start : head.end]
        for head in (document.blocks[number - 1] for number in sorted(block.header))
    ]


MARKDOWN = """# 年报

| 年份 | 收入 |
|---|---|
| 2022 | 10.1 |
| 2023 | 12.4 |

表1 营业收入（亿元）

正文。

| 年份 | 人数 |
|---|---|
| 2022 | 300 |
| 2023 | 320 |

表2 员工人数（人）
"""


def test_captions_under_every_table() -> None:
    document = read("a.md", MARKDOWN.encode())
    assert headers(document, "2023 | 12.4") == ["年份 | 收入", "表1 营业收入（亿元）"]
    assert headers(document, "2023 | 320") == ["年份 | 人数", "表2 员工人数（人）"]


def test_captions_between_tables_belong_to_the_table_above_where_the_last_one_has_no_table_under_it() -> None:
    text = MARKDOWN.replace("正文。\n\n", "")
    document = read("a.md", text.encode())
    assert headers(document, "2023 | 12.4") == ["年份 | 收入", "表1 营业收入（亿元）"]
    assert headers(document, "2023 | 320") == ["年份 | 人数", "表2 员工人数（人）"]


def test_captions_above_stay_above() -> None:
    rows = "| 年份 | 收入 |\n|---|---|\n| 2022 | 10.1 |\n"
    document = read("a.md", f"表1 收入\n\n{rows}\n表2 支出\n\n{rows.replace('10.1', '9.9')}".encode())
    assert headers(document, "2022 | 10.1") == ["表1 收入", "年份 | 收入"]
    assert headers(document, "2022 | 9.9") == ["表2 支出", "年份 | 收入"]


@pytest.mark.parametrize("line", ["表1列出了三年的收入。", "图1 收入的走势", "见表1"])
def test_what_is_no_caption_heads_nothing(line: str) -> None:
    text = f"| 年份 | 收入 |\n|---|---|\n| 2022 | 10.1 |\n| 2023 | 12.4 |\n\n{line}\n"
    assert headers(read("a.md", text.encode()), "2023 | 12.4") == ["年份 | 收入"]


def test_a_caption_under_a_table_of_a_page() -> None:
    page = Page().grid([140, 240, 340], [100, 120, 140, 160])
    for y, cells in [(114, ("年份", "收入")), (134, ("2022", "10.1")), (154, ("2023", "12.4"))]:
        for x, cell in zip((145, 245), cells, strict=True):
            page.text(x, y, cell)
    page.text(180, 176, "表1 营业收入")
    document = read("a.pdf", pdf(page))
    assert headers(document, "2023 | 12.4") == ["年份 | 收入", "表1 营业收入"]


def test_a_caption_under_a_table_of_html() -> None:
    rows = "".join(f"<tr><td>{year}</td><td>{value}</td></tr>" for year, value in [(2022, 10.1), (2023, 12.4)])
    html = (
        f"<h1>年报</h1><table><tr><th>年份</th><th>收入</th></tr>{rows}</table><p>表1 营业收入</p><p>正文在这里。</p>"
    )
    assert headers(read("a.html", html.encode()), "2023 | 12.4") == ["年份 | 收入", "表1 营业收入"]


def test_a_caption_that_stands_in_the_next_passage_goes_into_the_index_with_the_rows() -> None:
    rows = "".join(f"| 第{number:03}号项目 | {number}.5 |\n" for number in range(100))
    document = read("a.md", f"| 项目 | 金额 |\n|---|---|\n{rows}\n表1 各项目的金额\n".encode())
    passages = split_passages(document)
    assert len(passages) > 2
    assert all("各项目的金额" in passage.also for passage in passages[:-1])
