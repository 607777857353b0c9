"""OpenDocument: text, sheets and slides, written by hand."""

from __future__ import annotations

import pytest

from qa.documents.opendocument import parse_opendocument
from qa.errors import DocumentError
from qa.types import Document
from tests.office_files import zipped

URN = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f'xmlns:{short}="{URN}:{long}:1.0"'
    for short, long in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("svg", "svg-compatible"), ("presentation", "presentation"),
    ]
)  # fmt: skip


def read(kind: str, content: str, styles: str = "", **more: str) -> Document:
    body = f"<office:body><office:{kind}>{content}</office:{kind}></office:body>"
    part = f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>{body}</office:document-content>"
    data = zipped({"content.xml": part, **{name.replace("_", "."): text for name, text in more.items()}})
    return parse_opendocument(data, document_id="d", name="文件.odt")


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def cell(text: str, extra: str = "") -> str:
    return f"<table:table-cell {extra}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, extra: str = "") -> str:
    return f"<table:table-row {extra}>{''.join(cells)}</table:table-row>"


def test_text_headings_lists_tables_and_notes() -> None:
    styles = (
        '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
        '<style:style style:name="P2" style:family="paragraph" style:parent-style-name="Caption"/>'
    )
    content = (
        "<text:tracked-changes><text:changed-region><text:p>删去的</text:p></text:changed-region></text:tracked-changes>"
        '<text:p text:style-name="P1">年度报告</text:p><text:h text:outline-level="1">经营</text:h>'
        '<text:p>营收<text:s text:c="2"/>增长<text:note><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>据审计。</text:p></text:note-body></text:note>。<office:annotation><text:p>批</text:p></office:annotation></text:p>"
        "<text:list><text:list-item><text:p>第一项</text:p><text:list><text:list-item><text:p>子项</text:p></text:list-item>"
        '</text:list></text:list-item></text:list><text:p text:style-name="P2">表1 指标</text:p>'
        "<table:table><table:table-header-rows>" + row(cell("项目"), cell("金额")) + "</table:table-header-rows>"
        + row(cell("收入"), cell("12")) + "</table:table><text:section><text:h>结语</text:h></text:section>"
    )  # fmt: skip
    document = read("text", content, styles)
    assert blocks(document) == [
        ("heading", 1, "年度报告"), ("heading", 2, "经营"), ("paragraph", 0, "营收  增长。"), ("list_item", 0, "第一项"),
        ("list_item", 0, "子项"), ("caption", 0, "表1 指标"), ("table", 0, "项目 | 金额"), ("table", 0, "收入 | 12"),
        ("note", 0, "据审计。"), ("heading", 2, "结语"),
    ]  # fmt: skip
    assert document.blocks[7].header == (6, 7)
    assert (document.format, document.title) == ("odt", "年度报告")


def test_sheets_with_repeated_merged_and_hidden_parts() -> None:
    styles = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    content = (
        '<table:table table:name="收入">'
        + row(cell("部门"), cell("金额"), '<table:table-cell table:number-columns-repeated="16000"/>')
        + row(cell("研发", 'table:number-rows-spanned="2"'), cell("12.5%"))
        + row("<table:covered-table-cell/>", cell("8", 'table:number-columns-repeated="2"'))
        + row("<table:table-cell/>", extra='table:number-rows-repeated="1048000"')
        + row(cell("末行"), cell("1"))
        + '</table:table><table:table table:name="底稿" table:style-name="ta2"/>'
    )
    document = read("spreadsheet", content, styles)
    assert [(block.row, document.text[block.start : block.end]) for block in document.blocks] == [
        (0, "收入"), (1, "部门 | 金额"), (2, "研发 | 12.5%"), (3, "研发 | 8 | 8"), (1048004, "末行 | 1"), (0, "底稿"),
    ]  # fmt: skip
    assert document.pages == 2
    assert [(notice.code, notice.page, notice.detail) for notice in document.notices] == [("sheet_hidden", 2, "底稿")]


def test_a_row_repeated_without_end_is_bounded() -> None:
    document = read(
        "spreadsheet",
        f'<table:table table:name="表">{row(cell("甲"), extra=chr(32) + "table:number-rows-repeated=" + chr(34) + "1048576" + chr(34))}</table:table>',
    )
    assert len(document.blocks) == 1001


def test_slides() -> None:
    def frame(text: str, x: int, y: int, extra: str = "") -> str:
        return (
            f'<draw:frame svg:x="{x}cm" svg:y="{y}cm" svg:width="5cm" svg:height="2cm" {extra}>'
            f"<draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"
        )

    content = (
        "<draw:page>"
        + frame("后面的话", 1, 9)
        + frame("前面的话", 1, 5)
        + frame("标题", 1, 1, 'presentation:class="title"')
        + "<draw:frame><draw:image/></draw:frame>"
        + "<presentation:notes>" + frame("备注", 0, 0) + "</presentation:notes></draw:page>"
    )  # fmt: skip
    document = read("presentation", content)
    assert blocks(document) == [
        ("heading", 2, "标题"), ("paragraph", 0, "前面的话"), ("paragraph", 0, "后面的话"), ("note", 0, "备注"),
    ]  # fmt: skip
    assert [(notice.code, notice.page) for notice in document.notices] == [("pictures", 1)]
    assert {block.page for block in document.blocks} == {1}


def test_a_locked_or_foreign_file_is_refused() -> None:
    for parts, code in [
        (
            {"META-INF/manifest.xml": "<!DOCTYPE a><a><manifest:encryption-data/></a>", "content.xml": "<a/>"},
            "file_encrypted",
        ),
        ({"content.xml": "<a/>"}, "file_damaged"),
        ({"other.xml": "<a/>"}, "file_damaged"),
    ]:
        with pytest.raises(DocumentError) as caught:
            parse_opendocument(zipped(parts), document_id="d", name="a", path="a")
        assert caught.value.code == code


def test_a_text_box_follows_the_paragraph_that_it_is_fixed_to_and_comments_are_counted() -> None:
    box = "<draw:frame><draw:text-box><text:p>工期十八个月。</text:p></draw:text-box></draw:frame>"
    content = f"<text:p>框前{box}框后<office:annotation><text:p>核实</text:p></office:annotation></text:p><text:p>{box}</text:p>"
    document = read("text", content)
    assert [text for _, _, text in blocks(document)] == ["框前框后", "工期十八个月。", "工期十八个月。"]
    assert [(notice.code, notice.detail) for notice in document.notices] == [("comments", "1")]
