"""A table of contents stays in the text and lies in no passage."""

from __future__ import annotations

import time

import pytest

from qa.check import offset_problems
from qa.documents.assemble import Draft
from qa.documents.contents import marked
from qa.documents.reading import read_data
from qa.passages import split_passages
from tests.pdf_writer import Page, pdf

BODY = "第一条 为了规范采购行为，制定本办法。采购应当公开、公平、公正，并接受监督。"


def kinds(*lines: str) -> list[str]:
    return [draft.kind for draft in marked([Draft(line) for line in lines])]


# fmt: off
@pytest.mark.parametrize("lines", [
    ("第一章 总则 ………… 1", "第二章 采购方式 ………… 4", "第三章 监督 ………… 12"),
    ("第一章 总则......1", "第二章 采购方式......4", "第三章 监督......12"),
    ("第一章 总则 . . . . . . 1", "第二章 采购方式 . . . . 4", "第三章 监督 · · · · · (12)"),
    ("前言……………………Ⅰ".replace("Ⅰ", "I"), "第一章 总则……………………第4页", "附录……………………12"),
    ("第一章 总则 …… 1 第二章 采购方式 …… 4 第三章 监督 …… 12",),
])
# fmt: on
def test_lines_with_leaders_and_rising_pages_are_contents(lines: tuple[str, ...]) -> None:
    assert kinds(*lines, BODY) == ["contents"] * len(lines) + ["paragraph"]


# fmt: off
@pytest.mark.parametrize("lines", [
    ("目　录", "第一章 总则 1", "第二章 采购方式 4", "第三章 监督 12"),
    ("目录", "第一章 总则\t1", "第二章 采购方式\t4", "第三章 监督\t12"),
    ("CONTENTS", "Preface、1", "Methods、4", "Results、12"),
    ("目次", "第一章 总则 | 1", "第二章 采购方式 | 4"),
])
# fmt: on
def test_under_the_heading_a_page_number_is_enough(lines: tuple[str, ...]) -> None:
    assert kinds(*lines, BODY) == ["contents"] * len(lines) + ["paragraph"]


# fmt: off
@pytest.mark.parametrize("lines", [
    ("第一章 总则 1", "第二章 采购方式 4", "第三章 监督 12"),          # no heading, no leader: a table of numbers
    ("拿铁 …… 28元", "美式 …… 22元", "摩卡 …… 30元"),                # prices
    ("拿铁 ...... 28", "美式 ...... 22", "摩卡 ...... 18"),           # falling: no pages
    ("甲方：............", "乙方：............", "日期：............"),  # a form
    ("他走了…… 3", "她来了。"),
    ("目录", "本目录由采购处编制，每年修订一次。", "联系人：王明。"),
])
# fmt: on
def test_other_lines_are_not(lines: tuple[str, ...]) -> None:
    assert "contents" not in kinds(*lines, BODY)


def test_a_title_torn_over_two_lines_belongs_to_them() -> None:
    lines = ("1 范围 …… 1", "2 大型公共建筑", "节能改造要求 …… 3", "3 验收 …… 9")
    assert kinds(*lines, BODY) == ["contents"] * 4 + ["paragraph"]


def test_no_passage_holds_contents_and_no_text_is_lost() -> None:
    text = f"采购办法\n\n目录\n\n第一章 总则 …… 1\n第二章 监督 …… 4\n第三章 附则 …… 9\n\n第一章 总则\n\n{BODY}\n"
    document = read_data(text.encode(), document_id="d", name="a.txt", path="a.txt")
    passages = split_passages(document)
    assert "".join(document.text.split()) == "".join(text.split())
    assert not list(offset_problems(document, passages))
    assert not any("……" in document.text[one.start : one.end] for one in passages)
    assert [one.section for one in passages if BODY in document.text[one.start : one.end]] == ["第一章 总则"]


def test_a_file_of_nothing_else_is_searched_all_the_same() -> None:
    text = "第一章 总则 …… 1\n第二章 监督 …… 4\n第三章 附则 …… 9\n"
    document = read_data(text.encode(), document_id="d", name="a.txt", path="a.txt")
    assert len(split_passages(document)) == 1


def test_a_pdf_page_of_contents() -> None:
    page = Page(595, 842).text(260, 80, "目录", 16)
    for row, (name, number) in enumerate([("第一章总则", "1"), ("第二章采购方式", "4"), ("第三章监督", "12")]):
        page.text(80, 130 + 20 * row, f"{name}{'.' * 60}{number}")
    document = read_data(
        pdf(page, Page(595, 842).text(80, 90, BODY)), document_id="d", name="a.pdf", path="a.pdf"
    )
    assert [block.kind for block in document.blocks] == ["contents"] * 4 + ["paragraph"]
    assert [document.text[one.start : one.end] for one in split_passages(document)] == [BODY]


def test_long_runs_of_points_take_no_longer_than_their_length() -> None:
    begin = time.process_time()
    kinds(*("甲" + mark * count + "A" for mark in ".…- _" for count in (3_900, 200_000)))
    assert time.process_time() - begin < 5
