"""A library with one document of every kind that the page shows in a way of its own, and questions about each of them.

The PDF is written and read here; the answers are slices made by ``cite``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.documents import read_document
from qa.types import Answer, Document
from tests.pdf_writer import Page as PdfPage
from tests.pdf_writer import pdf
from tests.ui_tiny import (
    PAPER,
    QUOTE_325,
    QUOTE_LASER,
    QUOTE_OPEN,
    TinyAnswerer,
    TinyLibrary,
    cite,
    found,
    make_document,
)

if TYPE_CHECKING:
    from tests.ui_server import Visit

# fmt: off
ROWS = ("年份 | 门店 | 营业额", *(f"{year} | {40 + year - 1990} | {(year - 1990) * 12}万元" for year in range(1990, 2050)))
BUDGET_OLD = make_document(
    ("heading", 1, "二期工程预算"), ("paragraph", 0, "2019年3月，理事会通过二期工程预算，共400万元。"), id="d5", name="会议纪要-2019.txt",
)
BUDGET_NEW = make_document(
    ("heading", 1, "二期工程追加预算"), ("paragraph", 0, "2021年6月，追加后二期工程预算为500万元。"), id="d6", name="会议纪要-2021.txt",
)
REPORT = make_document(
    ("heading", 1, "长卷"), *(("paragraph", 0, f"第{n}节写到这里，河水又向东流了一程，岸上的人家数着船只。" + "日复一日。" * 40) for n in range(2, 102)),
    id="d7", name="长卷.txt",
)
# fmt: on


def table(rows: tuple[str, ...] = ROWS) -> Document:
    """A sheet: a caption, a header row, and a row a year from 1990."""
    document = make_document(
        ("caption", 0, "历年门店"), *(("table", 0, row) for row in rows), id="d4", name="门店.xlsx"
    )
    heads = (1, 2)
    blocks = tuple(
        replace(block, header=heads if block.number > 2 else (1,), row=block.number - 1)
        if block.kind == "table"
        else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks, format="xlsx", title="历年门店")


PRINTED = (
    "The harbour was opened on 4 May 1901 by the mayor.",
    "It cost 320 pounds, which the guild had lent the town.",
    "Ships of nine countries came in the first year.",
)


def printed(folder: Path) -> Document:
    """A PDF of three pages in ``folder``; the second says what the harbour cost."""
    pages = [PdfPage().text(60, 60, f"Harbour record, sheet {n}", 16) for n in (1, 2, 3)]
    for page, said in zip(pages, PRINTED, strict=True):
        page.lines(
            60, 110, ["Minutes kept by the clerk of the town.", said, "Signed and sealed in the town hall."], 11, 18
        )
    path = folder / "harbour.pdf"
    path.write_bytes(pdf(*pages, title="Harbour record"))
    return read_document(path, document_id="d8", name="harbour.pdf")


SPREAD = (
    "大桥于一九三四年动工由本省自行设计并分三期施工每期都由同一位工程",
    "师主持全桥共用钢材六千余吨桥墩十五座都用沉箱法修筑江底流沙厚达四",
    "十余米施工期间多次改动图纸并请外地匠人来江边试验方才定下最后的办",
    "法直到一九三七年九月二十六日大桥才全部建成通车。",
)


def spread(folder: Path) -> Document:
    """A PDF in ``folder`` whose one paragraph begins on its first page and ends on its second."""
    pages = PdfPage().lines(40, 60, list(SPREAD[:2])), PdfPage().lines(40, 60, list(SPREAD[2:]))
    path = folder / "bridge.pdf"
    path.write_bytes(pdf(*pages, title="大桥"))
    return read_document(path, document_id="d9", name="bridge.pdf")


def shelf(folder: Path) -> TinyLibrary:
    """The tiny library with these documents beside its own; the PDF lies in ``folder``."""
    own = TinyLibrary().shelf
    more = (table(), BUDGET_OLD, BUDGET_NEW, REPORT, printed(folder), spread(folder))
    return TinyLibrary({**own, **{item.id: item for item in more}})


@dataclass
class DeskAnswerer(TinyAnswerer):
    """Knows also the documents of ``shelf``, made by :func:`shelf`."""

    shelf: Mapping[str, Document] = field(default_factory=dict)

    def _known(self, question: str) -> Answer:
        if "营业额" in question:
            return found(question, cite(self.shelf["d4"], ROWS[31], "360万元"))
        if "港" in question:
            first = cite(self.shelf["d8"], PRINTED[1], "320 pounds")
            return found(question, first, cite(PAPER, QUOTE_LASER, "N2馆B03", number=2), confidence=0.8)
        if "桥" in question:
            return found(question, cite(self.shelf["d9"], "".join(SPREAD), "一九三七年九月二十六日"))
        if "预算" in question:
            answer = found(question, cite(BUDGET_NEW, BUDGET_NEW.text[BUDGET_NEW.blocks[1].start :], "500万元"))
            return replace(
                answer, others=(cite(BUDGET_OLD, BUDGET_OLD.text[BUDGET_OLD.blocks[1].start :], "400万元", number=2),)
            )
        if "长卷" in question:
            return found(question, cite(REPORT, "第50节写到这里", "第50节"))
        if "都" in question:
            quotes = (QUOTE_325, QUOTE_LASER, QUOTE_OPEN)
            return found(
                question, *(cite(PAPER, quote, quote[:3], number=n) for n, quote in enumerate(quotes, start=1))
            )
        if question == "那激光呢？":
            return replace(super()._known(question), understood="激光打靶体验在哪个展位？")
        if "票价" in question:
            return replace(super()._known(question), suggestions=("谁宣布了开幕？整句",), missing=("票价",))
        return super()._known(question)


def ask(visit: Visit, question: str) -> None:
    """Ask, and wait for the turn."""
    before = len(visit.text(".yj-turn"))
    visit.ask(question)
    visit.wait_turns(before + 1)
