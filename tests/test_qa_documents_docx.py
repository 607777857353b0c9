"""DOCX: order, headings, numbers, tables, changes. Files are written by hand or with python-docx."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents.docx import parse_docx
from qa.documents.docx_numbering import written
from qa.types import Document
from tests.office_files import NAMESPACES, cell, docx, p, relations, table, zipped

STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{rest}</w:style>'
    for key, name, rest in [
        ("T", "Title", ""),
        ("1", "heading 1", ""),
        ("2", "标题 2", ""),
        ("3", "条", '<w:basedOn w:val="2"/>'),
        ("4", "章标题", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("5", "条文", '<w:basedOn w:val="4"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>'),
        ("C", "题注", ""),
        ("O", "toc 1", ""),
    ]
)


def read(data: bytes) -> Document:
    return parse_docx(data, document_id="d", name="合同.docx", path="合同.docx")


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def texts(document: Document) -> list[str]:
    return [text for _, _, text in blocks(document)]


def test_paragraphs_and_tables_stay_in_order() -> None:
    rows = table(cell("省份") + cell("产量"), cell("甲省") + cell("12"), cell("乙省") + cell("13"))
    document = read(docx(p("前。") + rows + p("后。")))
    assert texts(document) == ["前。", "省份 | 产量", "甲省 | 12", "乙省 | 13", "后。"]
    assert [block.header for block in document.blocks] == [(), (), (2,), (2,), ()]
    assert document.title == "合同"
    assert document.format == "docx"
    assert document.pages is None


def test_headings_by_style_name_inheritance_and_outline() -> None:
    body = p("劳动合同", "T") + p("总则", "1") + p("目的", "2") + p("范围", "3") + p("附则", "4") + p("本合同有效", "5")
    document = read(docx(body, styles=STYLES))
    assert [(kind, level) for kind, level, _ in blocks(document)] == [
        ("heading", 1), ("heading", 2), ("heading", 3), ("heading", 3), ("heading", 2), ("paragraph", 0),
    ]  # fmt: skip
    assert document.title == "劳动合同"


def test_the_only_heading_of_the_first_level_is_the_title() -> None:
    document = read(docx(p("报告", "1") + p("背景", "2") + p("正文。"), styles=STYLES))
    assert [level for _, level, _ in blocks(document)] == [1, 2, 0]
    several = read(docx(p("甲", "1") + p("文。") + p("乙", "1") + p("文。"), styles=STYLES))
    assert [level for _, level, _ in blocks(several)] == [2, 0, 2, 0]


def test_the_largest_centred_line_above_the_headings_is_the_title() -> None:
    centre = '<w:jc w:val="center"/>'
    body = (
        p("密级：公开", "", centre)
        + p("年度报告", "", centre, '<w:b/><w:sz w:val="44"/>')
        + p("背景", "1")
        + p("一。")
        + p("结论", "1")
    )
    document = read(docx(body, styles=STYLES))
    assert document.title == "年度报告"
    assert blocks(document)[1] == ("heading", 1, "年度报告")


def test_without_styles_headings_are_told_by_their_looks() -> None:
    lines = ["第一章 总则", "本办法适用于全市各单位的采购活动。", "第二章 职责", "市财政局负责监督管理全市采购工作。"]
    document = read(docx("".join(map(p, lines))))
    assert [kind for kind, _, _ in blocks(document)] == ["heading", "paragraph", "heading", "paragraph"]


def test_under_a_styled_title_numbered_and_bold_lines_are_headings() -> None:
    long = "市财政局负责监督管理全市采购工作，并向市政府报告。"
    body = (
        p("采购办法", "T") + p("一、总则") + p(long) + p("适用范围", run="<w:b/>") + p(long) + p("二、职责") + p(long)
    )
    assert [(kind, level) for kind, level, _ in blocks(read(docx(body, styles=STYLES)))] == [
        ("heading", 1), ("heading", 2), ("paragraph", 0), ("heading", 3), ("paragraph", 0), ("heading", 2), ("paragraph", 0),
    ]  # fmt: skip


def test_a_centred_bold_line_at_the_top_is_the_title_of_a_file_without_styles() -> None:
    long = "市财政局负责监督管理全市采购工作，并向市政府报告。"
    title = p("采购办法", "", '<w:jc w:val="center"/>', "<w:b/>")
    document = read(docx(title + p("一、总则") + p(long) + p("二、职责") + p(long)))
    assert [level for _, level, _ in blocks(document)] == [1, 2, 0, 2, 0]
    assert document.title == "采购办法"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("表1 指标", "caption"),
        ("表2-1主要指标", "caption"),
        ("表一 名单", "caption"),
        ("表一般由四部分组成", "paragraph"),
        ("表1列出了结果。", "paragraph"),
        ("Figure 3: Results", "caption"),
    ],
)
def test_captions_without_a_style(text: str, kind: str) -> None:
    assert blocks(read(docx(p(text) + p("一", "1") + p("正文。"), styles=STYLES)))[0][0] == kind


def levels(*patterns: tuple[str, str]) -> str:
    return "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, (form, pattern) in enumerate(patterns)
    )


def numbering(*patterns: tuple[str, str], override: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="7">{levels(*patterns)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{override}</w:num>'
    )


def item(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, "", f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_numbers_that_are_counted_by_themselves_are_shown() -> None:
    parts = numbering(("chineseCounting", "第%1条"), ("decimal", "%1.%2"), ("lowerLetter", "%3)"))
    body = item("定义") + item("甲", 1) + item("乙", 1) + item("丙", 2) + item("期限") + item("丁", 1)
    assert texts(read(docx(body, numbering=parts))) == [
        "第一条 定义", "一.1 甲", "一.2 乙", "a) 丙", "第二条 期限", "二.1 丁",
    ]  # fmt: skip


def test_legal_numbering_counts_in_digits_and_a_second_list_goes_on_or_starts_anew() -> None:
    legal = levels(("chineseCounting", "第%1章")) + (
        '<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:isLgl/><w:suff w:val="nothing"/><w:lvlText w:val="%1.%2　"/></w:lvl>'
    )
    parts = f'<w:abstractNum w:abstractNumId="7">{legal}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    assert texts(read(docx(item("总则") + item("目的", 1), numbering=parts))) == ["第一章 总则", "1.1　目的"]
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    body = item("一") + item("二", number=2) + item("三", number=2) + item("四")
    assert texts(read(docx(body, numbering=numbering(("decimal", "%1."), override=start)))) == [
        "1. 一",
        "5. 二",
        "6. 三",
        "7. 四",
    ]
    assert texts(read(docx(body, numbering=numbering(("decimal", "%1."))))) == ["1. 一", "2. 二", "3. 三", "4. 四"]


def test_a_bullet_or_an_unknown_format_shows_nothing() -> None:
    for form in ("bullet", "hindiVowels"):
        document = read(docx(item("要点"), numbering=numbering((form, "%1" if form != "bullet" else "\uf0b7"))))
        assert blocks(document) == [("list_item", 0, "要点")]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (12, "chineseCountingThousand", "十二"),
        (105, "japaneseCounting", "一百零五"),
        (2010, "taiwaneseCountingThousand", "二千零一十"),
        (27, "upperLetter", "AA"),
        (14, "lowerRoman", "xiv"),
        (3, "decimalEnclosedCircle", "③"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (3, "ideographTraditional", "丙"),
        (12, "ideographZodiac", "亥"),
        (7, "decimalZero", "07"),
        (20, "ideographDigital", "二〇"),
        (11, "ideographTraditional", None),
        (1, "klingon", None),
        (10**9, "decimal", None),
    ],
)
def test_written_numbers(value: int, form: str, text: str | None) -> None:
    assert written(value, form) == text


def test_changes_fields_links_and_breaks() -> None:
    def run(text: str, tag: str = "t") -> str:
        return f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"

    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    body = (
        f"<w:p>{run('价款')}<w:del>{run('100', 'delText')}</w:del><w:ins>{run('200')}</w:ins>{run('元')}</w:p>"
        f"<w:p><w:moveFrom>{run('移走')}</w:moveFrom>{run('见')}{mark('begin')}{run('PAGEREF x', 'instrText')}"
        f"{mark('separate')}{run('第3页')}{mark('end')}<w:hyperlink>{run('网站')}</w:hyperlink></w:p>"
        f"<w:p>{run('一行')}<w:r><w:br/></w:r>{run('二行')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r></w:p>"
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('连')}</w:p><w:p>{run('起来')}</w:p>"
        f'<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>{run("是")}'
        f"<w:r><w:ruby><w:rt>{run('zhong')}</w:rt><w:rubyBase>{run('中')}</w:rubyBase></w:ruby></w:r></w:p>"
    )
    assert texts(read(docx(body))) == ["价款200元", "见第3页网站", "一行\n二行", "连起来", "☑是中"]


def test_an_unfinished_field_hides_no_other_paragraph() -> None:
    body = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>藏</w:t></w:r></w:p>' + p("还在")
    assert texts(read(docx(body))) == ["还在"]


def test_text_boxes_notes_and_furniture() -> None:
    box = (
        "<w:p><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>"
        + p("框里")
        + "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
        + p("框里")
        + "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    )
    notes = f'<w:footnote w:id="0">{p("———")}</w:footnote><w:footnote w:id="2">{p("据统计局。")}</w:footnote>'
    picture = '<w:p><w:r><w:drawing><a:blip r:embed="x"/></w:drawing></w:r></w:p>'
    document = read(
        docx(
            box + p("后文。") + p("二", "1") + p("三。") + picture,
            styles=STYLES,
            footnotes=notes,
            header1=p("机密 内部"),
            footer1=p("1"),
        )
    )
    assert blocks(document) == [
        ("paragraph", 0, "正文"), ("paragraph", 0, "框里"), ("paragraph", 0, "后文。"), ("note", 0, "据统计局。"),
        ("heading", 2, "二"), ("paragraph", 0, "三。"),
    ]  # fmt: skip
    assert document.furniture == ((0, "机密 内部"),)
    assert [(notice.code, notice.detail) for notice in document.notices] == [("pictures", "1")]


def test_a_caption_and_a_unit_head_the_table_below_them() -> None:
    rows = table(cell("项目") + cell("2023年"), cell("营业收入") + cell("12.4"))
    document = read(docx(p("表1 主要指标", "C") + p("单位：亿元") + rows + p("图1 走势") + rows, styles=STYLES))
    assert [block.kind for block in document.blocks] == [
        "caption",
        "paragraph",
        "table",
        "table",
        "caption",
        "table",
        "table",
    ]
    assert [block.header for block in document.blocks] == [(), (), (1, 2), (1, 2, 3), (), (), (6,)]


def test_merged_cells() -> None:
    start, on, wide = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    rows = table(
        cell("部门", start) + cell("2023年", wide),
        cell("", on) + cell("人数") + cell("占比"),
        cell("研发", start) + cell("12") + cell("60%"),
        cell("", on) + cell("8") + cell("40%"),
    )
    document = read(docx(rows))
    assert texts(document) == ["部门 | 2023年", "部门 | 人数 | 占比", "研发 | 12 | 60%", "研发 | 8 | 40%"]
    assert [block.header for block in document.blocks] == [(), (1,), (1, 2), (1, 2)]


def test_rows_marked_as_header_nested_tables_and_deleted_rows() -> None:
    inner = table(cell("内一") + cell("内二"), cell("3") + cell("4"))
    rows = (
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>" + cell("2022") + cell("2023") + "</w:tr>"
        "<w:tr><w:trPr><w:del/></w:trPr>" + cell("删") + cell("除") + "</w:tr>"
        "<w:tr>" + cell("1") + f"<w:tc>{p('外')}{inner}{p()}</w:tc></w:tr></w:tbl>"
    )
    document = read(docx(rows))
    assert texts(document) == ["2022 | 2023", "1 | 外", "内一 | 内二", "3 | 4"]
    assert [block.header for block in document.blocks] == [(), (1,), (), (3,)]


def test_a_table_with_one_column_is_a_frame() -> None:
    document = read(docx(table(cell("甲方：某公司。"), cell("乙方：某人。"))))
    assert {kind for kind, _, _ in blocks(document)} <= {"paragraph", "list_item"}
    assert texts(document) == ["甲方：某公司。", "乙方：某人。"]


def test_the_strict_variant_is_read() -> None:
    data = docx(p("正文。"))
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    base = "http://schemas.openxmlformats.org"
    strict = {
        name: text.replace(f"{base}/wordprocessingml/2006/", "http://purl.oclc.org/ooxml/wordprocessingml/").replace(
            f"{base}/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
        )
        for name, text in parts.items()
    }
    assert strict != parts
    assert texts(read(zipped(strict))) == ["正文。"]


def test_what_python_docx_writes_is_read_as_it_was_meant() -> None:
    import docx as library

    made = library.Document()
    made.add_heading("年度总结", 0)
    made.add_heading("经营情况", 1)
    made.add_paragraph("全年营收增长。")
    grid = made.add_table(rows=3, cols=3)
    for row, values in zip(
        grid.rows, (("季度", "收入", "利润"), ("一季度", "10", "2"), ("二季度", "12", "3")), strict=True
    ):
        for slot, value in zip(row.cells, values, strict=True):
            slot.text = value
    grid.cell(1, 1).merge(grid.cell(2, 1))
    made.add_paragraph("第一步", style="List Number")
    made.add_paragraph("第二步", style="List Number")
    made.sections[0].header.paragraphs[0].text = "内部资料"
    buffer = io.BytesIO()
    made.save(buffer)
    document = read(buffer.getvalue())
    assert blocks(document) == [
        ("heading", 1, "年度总结"), ("heading", 2, "经营情况"), ("paragraph", 0, "全年营收增长。"),
        ("table", 0, "季度 | 收入 | 利润"), ("table", 0, "一季度 | 10 12 | 2"), ("table", 0, "二季度 | 10 12 | 3"),
        ("list_item", 0, "1. 第一步"), ("list_item", 0, "2. 第二步"),
    ]  # fmt: skip
    assert document.furniture == ((0, "内部资料"),)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [p(), p("正文。"), p("标题", "1"), item("项"), table(cell("甲") + cell("乙"), cell("1") + cell("2"))]
        ),
        st.text("字a1 。", max_size=8).map(p),
    ),
    max_size=8,
)


@given(PIECES)
@settings(max_examples=60, deadline=None)
def test_offsets_slice_and_reading_twice_gives_the_same(pieces: list[str]) -> None:
    data = docx("".join(pieces), styles=STYLES, numbering=numbering(("decimal", "%1.")))
    document = read(data)
    assert document == read(data)
    position = 0
    for block in document.blocks:
        assert not document.text[position : block.start].strip()
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end] != ""
        assert all(number < block.number for number in block.header)
        position = block.end
    assert position == len(document.text)


@pytest.mark.shared
def test_the_shared_files_are_read(shared: Path) -> None:
    for path in sorted((shared / "documents").glob("*.docx")):
        document = read(path.read_bytes())
        assert len(document.text) > 300
        assert any(block.kind == "table" and block.header for block in document.blocks)


def test_a_page_that_was_put_in_whole_is_read_where_it_stands_and_a_file_in_it_is_named() -> None:
    page = "<html><head><title>x</title></head><body><h1>订购单</h1><p>订购水泵七台。</p></body></html>"
    parts = {
        "_rels/.rels": relations({"r": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f'<w:document {NAMESPACES}><w:body>{p("前文。")}<w:altChunk r:id="c"/><w:altChunk r:id="d"/>'
        f"{p('后文。')}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            {"c": ("aFChunk", "part.html"), "d": ("aFChunk", "part.bin"), "e": ("package", "embeddings/台账.xlsx")}
        ),
        "word/part.html": page,
        "word/part.bin": b"\0\1\2\3",
        "word/embeddings/台账.xlsx": b"PK",
    }
    document = read(zipped(parts))
    assert texts(document) == ["前文。", "订购单", "订购水泵七台。", "后文。"]
    assert [block.kind for block in document.blocks] == ["paragraph", "heading", "paragraph", "paragraph"]
    assert [(notice.code, notice.detail) for notice in document.notices] == [("attachments", "part.bin、台账.xlsx")]
