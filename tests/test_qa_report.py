from __future__ import annotations

from qa.report import FileReport
from qa.types import Block, Document, Notice, Region

BLOCKS = (
    Block(1, "heading", 0, 2, level=1),
    Block(2, "caption", 3, 5),
    Block(3, "table", 6, 8, header=(2,), row=1),
    Block(4, "table", 9, 11, header=(2, 3), row=2),
    Block(5, "table", 12, 14, header=(2, 3), row=3),
    Block(6, "paragraph", 15, 17),
    Block(7, "table", 18, 20),
    Block(8, "table", 21, 23),
)


def test_a_file_is_counted_by_pages_paragraphs_tables_and_recognised_pages():
    regions = (
        Region(0, 2, 1, 0, 0, 1, 1),
        Region(3, 5, 2, 0, 0, 1, 1, True, 0.9),
        Region(6, 8, 2, 0, 0, 1, 1, True, 0.8),
    )
    document = Document(
        "d", "年报.pdf", "/d", "r", "pdf", "年报", "标题\n" * 8, BLOCKS, 3, regions, (Notice("pictures", 1, "2"),)
    )
    report = FileReport.of(document, seconds=1.5)
    assert (report.pages, report.paragraphs, report.recognised) == (3, 3, 1)
    # One under the caption, its header row counted with it, and one without a header.
    assert report.tables == 2
    assert report.characters == 24
    assert report.notices == (Notice("pictures", 1, "2"),)
