"""PDF: text in reading order, each character with its place on the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import pdf_lines
from qa.documents.pdf import PAGE_LIMIT, parse_pdf
from qa.documents.pdf_furniture import Sheet
from qa.documents.pdf_glyphs import GlyphPage
from qa.documents.pdf_render import render_page
from qa.documents.sheets import Seen
from qa.errors import DocumentError
from qa.types import Document
from tests.pdf_writer import FONTS, Page, pdf, written

PROSE = "自然资源调查监测是新发展阶段自然资源管理和生态文明建设的重要支撑工作需要各级部门共同努力完成并长期坚持下去才能取得实效"


def parse(*pages: Page, **options: object) -> Document:
    return parse_pdf(pdf(*pages, **options), document_id="d", name="文件.pdf")  # type: ignore[arg-type]


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def texts(document: Document) -> list[str]:
    return [text for _, text in blocks(document)]


def check_regions(document: Document) -> None:
    """Every character but white space and the marks between cells lies in exactly one region, in order."""
    last = 0
    covered = [0] * len(document.text)
    for region in document.regions:
        assert last <= region.start < region.end <= len(document.text)
        assert document.text[region.start : region.end].strip()
        assert 0 <= region.x0 < region.x1 <= 1
        assert 0 <= region.y0 < region.y1 <= 1
        assert 1 <= region.page <= (document.pages or 0)
        last = region.end
        for i in range(region.start, region.end):
            covered[i] += 1
    tables = {i for b in document.blocks if b.kind == "table" for i in range(b.start, b.end) if document.text[i] == "|"}
    for i, char in enumerate(document.text):
        assert covered[i] == 1 or (covered[i] == 0 and (char.isspace() or i in tables))


def test_lines_become_paragraphs_and_a_title() -> None:
    page = Page().text(130, 50, "资料管理办法", 18)
    page.lines(40, 90, [PROSE[:30], PROSE[30:58] + "。"]).lines(60, 140, ["第二段从这里开始，说的是别的事情。"])
    document = parse(page)
    assert blocks(document) == [
        ("heading", "资料管理办法"),
        ("paragraph", PROSE[:58] + "。"),
        ("paragraph", "第二段从这里开始，说的是别的事情。"),
    ]
    assert (document.title, document.pages, document.format) == ("资料管理办法", 1, "pdf")
    check_regions(document)


def test_regions_say_where_the_characters_stand() -> None:
    document = parse(Page().text(40, 100, "引据逐字出示证据。"))
    start = document.text.index("出示")
    (region,) = document.regions_of(start, start + 2)
    # Each character is 10 points wide; the page is 400 by 600.
    assert (region.x0, region.x1) == pytest.approx((80 / 400, 100 / 400), abs=0.005)
    assert region.y0 < 95 / 600 < region.y1
    assert (region.page, region.ocr, region.confidence) == (1, False, 1.0)


@pytest.mark.parametrize(
    ("rotate", "x", "y"), [(0, 80 / 400, 96 / 600), (90, 1 - 96 / 600, 80 / 400), (180, 1 - 80 / 400, 1 - 96 / 600)]
)
def test_a_turned_page_has_its_regions_as_shown(rotate: int, x: float, y: float) -> None:
    document = parse(Page(rotate=rotate).text(80, 100, "证", 10))
    (region,) = document.regions
    assert region.x0 - 0.03 < x < region.x1 + 0.03
    assert region.y0 - 0.03 < y < region.y1 + 0.03


def test_a_cropped_page_has_its_regions_as_shown() -> None:
    (region,) = parse(Page(crop=(100, 100, 300, 500)).text(200, 300, "证", 10)).regions
    assert region.x0 == pytest.approx(0.5, abs=0.01)
    assert region.y0 < 0.5 < region.y1 + 0.01


def test_columns_of_writing_are_read_downwards_from_the_right() -> None:
    page = Page()
    for column, text in enumerate(("石橋在縣城東門外三里，始建於", "明萬曆二十三年。橋長三十六丈，", "凡十一孔。")):
        for row, char in enumerate(text):
            page.text(340 - 20 * column, 60 + 10 * row, char)
    document = parse(page)
    assert document.text == "石橋在縣城東門外三里，始建於明萬曆二十三年。橋長三十六丈，凡十一孔。"
    start = document.text.index("橋長")
    (region,) = document.regions_of(start, start + 4)
    # The 9th to 12th of the second column, whose baselines are at 140 to 170 of 600 points, at 320 to 330 of 400.
    assert (region.x0, region.x1) == pytest.approx((0.80, 0.825), abs=0.01)
    assert (region.y0, region.y1) == pytest.approx((130 / 600, 172 / 600), abs=0.012)
    check_regions(document)


def test_latin_lines_are_joined_and_hyphens_mended() -> None:
    document = parse(
        Page().lines(
            40, 60, ["The committee met in the capital and re-", "viewed the twenty-one cases left open in", "March."]
        )
    )
    assert texts(document) == ["The committee met in the capital and reviewed the twenty-one cases left open in March."]
    check_regions(document)


def two_columns(title: str = "") -> Page:
    page = Page()
    if title:
        page.text(80, 50, title, 16)
    left = [PROSE[i : i + 15] for i in range(0, 60, 15)] * 3
    right = ["甲" + PROSE[i : i + 14] for i in range(0, 56, 14)] * 3
    return page.lines(40, 100, left).lines(215, 100, right)


def test_two_columns_are_read_one_after_the_other() -> None:
    document = parse(two_columns("两栏文章的标题"))
    assert texts(document)[0] == "两栏文章的标题"
    body = "".join(texts(document)[1:])
    assert body.index("甲") == 12 * 15 - 3 * (60 - len(PROSE[:60]))
    check_regions(document)


def test_a_paragraph_over_a_page_break_is_one() -> None:
    upper = Page().lines(40, 60, [PROSE[:30], PROSE[28:58]] * 2)
    lower = Page().lines(40, 60, [PROSE[:30], "到此结束。"])
    document = parse(upper, lower)
    assert len(document.blocks) == 1
    assert {region.page for region in document.regions} == {1, 2}
    assert document.blocks[0].page == 1
    check_regions(document)


def test_headers_footers_and_page_numbers_are_furniture() -> None:
    pages = []
    for number in range(1, 6):
        page = Page().text(150, 30, "年度报告", 8).text(190, 580, f"- {number} -", 8)
        pages.append(page.lines(40, 100, [f"第{number}部分说明情况，内容各不相同，到此为止。"]))
    document = parse(*pages)
    assert len(document.blocks) == 5
    assert "年度报告" not in document.text
    assert document.furniture[:2] == ((1, "年度报告"), (1, "- 1 -"))
    assert len(document.furniture) == 10


def test_cells_that_stand_at_one_height_on_several_pages_are_no_furniture() -> None:
    pages = []
    for number in (1, 2, 3):
        page = Page().text(50, 30, "检验记录").text(190, 585, str(number))
        for row in range(10):
            page.text(50, 80 + 53 * row, f"样品{10 * number + row}").text(250, 80 + 53 * row, "合格")
        pages.append(page)
    document = parse(*pages)
    assert document.text.count("合格") == 30
    assert [text for page, text in document.furniture if page == 2] == ["检验记录", "2"]


def test_numbers_of_sections_at_the_top_of_pages_stay() -> None:
    pages = [
        Page().text(40, 40, f"{n}.{n + 2}").text(70, 40, f"第{n * n}节的标题").text(40, 90, "说明。")
        for n in range(1, 7)
    ]
    document = parse(*pages)
    assert document.furniture == ()
    assert document.text.startswith("1.3 第1节的标题")


def test_one_page_loses_its_number_only() -> None:
    document = parse(
        Page().text(150, 30, "年度报告", 10).lines(40, 100, [PROSE[:30], "到此为止。"]).text(195, 580, "12")
    )
    assert "年度报告" in document.text
    assert document.furniture == ((1, "12"),)


def test_text_across_the_page_is_a_watermark() -> None:
    document = parse(Page().lines(40, 100, [PROSE[:30], "到此为止。"]).slanted(100, 400, "DRAFT"))
    assert "DRAFT" not in document.text
    assert document.furniture == ((1, "DRAFT"),)


def test_a_ruled_table_has_rows_under_header_and_caption() -> None:
    page = Page().text(140, 90, "表1 营业收入").grid([40, 140, 240, 340], [100, 120, 140, 160])
    for row, cells in enumerate([("项目", "2022年", "2023年"), ("收入", "10.1", "12.4"), ("利润", "1.0", "1.3")]):
        for column, cell in enumerate(cells):
            page.text(45 + 100 * column, 114 + 20 * row, cell)
    document = parse(page)
    assert blocks(document) == [
        ("caption", "表1 营业收入"),
        ("table", "项目 | 2022年 | 2023年"),
        ("table", "收入 | 10.1 | 12.4"),
        ("table", "利润 | 1.0 | 1.3"),
    ]
    assert [block.header for block in document.blocks] == [(), (1,), (1, 2), (1, 2)]
    start = document.text.index("12.4")
    (region,) = document.regions_of(start, start + 4)
    assert 245 / 400 - 0.01 < region.x0 < region.x1 < 340 / 400
    check_regions(document)


def test_a_merged_cell_heads_the_rows_beside_it() -> None:
    page = Page().grid([140, 240, 340], [100, 120, 140, 160]).line(40, 100, 140, 100).line(40, 160, 140, 160)
    page.line(40, 100, 40, 160).line(40, 120, 140, 120)
    for x, y, cell in [
        (45, 114, "类别"),
        (145, 114, "评级"),
        (245, 114, "说明"),
        (45, 144, "股票"),
        (145, 134, "买入"),
        (245, 134, "强于市场"),
        (145, 154, "卖出"),
        (245, 154, "弱于市场"),
    ]:
        page.text(x, y, cell)
    document = parse(page)
    assert texts(document) == ["类别 | 评级 | 说明", "股票", "| 买入 | 强于市场", "| 卖出 | 弱于市场"]
    assert [block.header for block in document.blocks] == [(), (1,), (1, 2), (1, 2)]
    check_regions(document)


def test_a_table_goes_on_on_the_next_page() -> None:
    pages = []
    for part in range(2):
        page = Page().grid([40, 140, 240], [100, 120, 140, 160] if part == 0 else [60, 80, 100])
        for row in range(3 - part):
            y = (114 if part == 0 else 74) + 20 * row
            name = "城市" if part == 0 and row == 0 else f"第{part}{row}市"
            page.text(45, y, name).text(145, y, "人口" if name == "城市" else f"{part + 1}{row}0")
        pages.append(page)
    document = parse(*pages)
    assert [block.header for block in document.blocks] == [(), (1,), (1,), (1,), (1,)]
    assert [block.page for block in document.blocks] == [1, 1, 1, 2, 2]


def test_aligned_columns_are_a_table_and_prose_is_none() -> None:
    page = Page().lines(40, 60, [PROSE[:30], PROSE[30:58] + "。"])
    for row, cells in enumerate(
        [("指标", "2021", "2022", "2023"), ("收入", "746", "1,567", "3,684"), ("利润", "59", "173", "471")]
    ):
        for column, cell in enumerate(cells):
            page.text(40 + 80 * column, 120 + 18 * row, cell)
    document = parse(page)
    assert blocks(document)[1:] == [
        ("table", "指标 | 2021 | 2022 | 2023"),
        ("table", "收入 | 746 | 1,567 | 3,684"),
        ("table", "利润 | 59 | 173 | 471"),
    ]
    assert blocks(document)[0][0] == "paragraph"
    assert document.blocks[2].header == (2,)


def test_text_drawn_twice_is_read_once() -> None:
    document = parse(Page().text(40, 100, "重复的文字").text(40.3, 100, "重复的文字"))
    assert document.text == "重复的文字"


def test_hidden_text_over_a_picture_is_read() -> None:
    document = parse(Page().picture().lines(40, 100, [PROSE[:30]]).text(40, 140, "扫描件下面的文字。", mode=3))
    assert document.text.endswith("扫描件下面的文字。")
    assert document.notices == ()


def test_a_scanned_page_is_noted_and_a_whole_scan_refused() -> None:
    document = parse(Page().text(40, 100, "第一页有文字。"), Page().picture())
    assert [(notice.code, notice.page) for notice in document.notices] == [("page_scanned", 2)]
    with pytest.raises(DocumentError, match="file_scanned") as caught:
        parse(Page().picture(), Page().picture())
    assert caught.value.fields == {"path": "", "pages": 2}


def test_a_stamp_on_a_scan_is_kept_and_the_page_noted() -> None:
    document = parse(Page().text(40, 100, "第一页有文字。"), Page().picture().text(40, 300, "扫描件"))
    assert [(notice.code, notice.page) for notice in document.notices] == [("page_scanned", 2)]
    assert document.text == "第一页有文字。\n扫描件"


def test_garbage_is_not_text() -> None:
    document = parse(Page().text(40, 100, "第一页有文字。"), Page().text(40, 100, "■■■■■■\ue123\ue124"))
    assert [(notice.code, notice.page) for notice in document.notices] == [("page_garbled", 2)]
    assert document.text == "第一页有文字。"


def seen(*lines: str, number: int = 1, unsure: int = 0) -> Seen:
    boxes = [(40.0, 90.0 + 20 * i, 100.0, 102.0 + 20 * i) for i in range(len(lines))]
    made = [
        pdf_lines.Line(
            text, (pdf_lines.region(0, len(text), number, box, 400, 600, ocr=True, confidence=0.9),), number, *box, 10.0
        )
        for text, box in zip(lines, boxes, strict=True)
    ]
    return Seen(Sheet(number, 400, 600, made), unsure)


def test_what_is_recognised_takes_the_place_of_missing_text() -> None:
    pages = pdf(Page().picture(), Page().text(40, 100, "■■■■■■\ue123\ue124"), Page().text(40, 100, "第三页有文字。"))
    asked: list[int] = []

    def recognise(page: object, shown: GlyphPage) -> Seen:
        asked.append(shown.number)
        return seen(f"图中文字{shown.number}。", number=shown.number, unsure=2 - shown.number)

    document = parse_pdf(pages, document_id="d", name="a.pdf", recognise=recognise)
    assert asked == [1, 2]
    assert document.text == "图中文字1。\n图中文字2。\n第三页有文字。"
    assert [(n.code, n.page, n.detail) for n in document.notices] == [
        ("lines_unsure", 1, "1"),
        ("page_recognised", 2, ""),
    ]
    assert [(r.page, r.ocr, r.confidence, r.x0) for r in document.regions[:2]] == [
        (1, True, 0.9, 0.1),
        (2, True, 0.9, 0.1),
    ]
    assert not document.regions[2].ocr


def test_a_page_in_which_nothing_is_recognised_is_noted_and_a_file_of_them_refused() -> None:
    def recognise(page: object, shown: GlyphPage) -> Seen:
        return seen(number=shown.number)

    pages = pdf(Page().text(40, 100, "第一页有文字。"), Page().picture())
    document = parse_pdf(pages, document_id="d", name="a.pdf", recognise=recognise)
    assert [(notice.code, notice.page) for notice in document.notices] == [("page_illegible", 2)]
    with pytest.raises(DocumentError, match="file_illegible"):
        parse_pdf(pdf(Page().picture()), document_id="d", name="a.pdf", recognise=recognise)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(DocumentError, match="file_empty"):
        parse(Page())


def test_a_heading_in_the_next_size_of_type_is_one() -> None:
    page = Page().text(40, 60, "1 引言", 12).lines(40, 90, ["青河发源于云岭山脉东麓，是长江上游的支流。"] * 6, 10.5)
    document = parse(
        page.text(40, 220, "2 方法", 12).lines(40, 250, ["资料取自六个控制站的逐日流量和含沙量。"] * 6, 10.5)
    )
    assert [document.text[b.start : b.end] for b in document.blocks if b.level] == ["1 引言", "2 方法"]


def test_bookmarks_make_headings() -> None:
    page = Page().lines(40, 60, ["总体要求", PROSE[:30], "到此为止。"], step=18)
    document = parse(page, bookmarks=[("总体要求", 0)])
    assert [(b.kind, b.level) for b in document.blocks][0] == ("heading", 2)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("城市总体规划说明", "城市总体规划说明"),
        ("Microsoft Word - 1.doc", "文件"),
        ("untitled", "文件"),
        ("报告.pdf", "文件"),
    ],
)
def test_the_title_in_the_file_counts_where_it_is_one(title: str, expected: str) -> None:
    assert parse(Page().lines(40, 60, [PROSE[:30], "到此为止。"]), title=title).title == expected


def test_progress_is_told_after_each_page() -> None:
    told: list[tuple[int, int]] = []
    parse_pdf(
        pdf(*(Page().text(40, 100, "文字。") for _ in range(3))),
        document_id="d",
        name="a.pdf",
        progress=lambda done, pages: told.append((done, pages)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_pages_of_no_size_do_no_harm() -> None:
    document = parse(Page(width=0, height=0), Page(crop=(5, 5, 5, 5)), Page().text(40, 100, "有文字。"))
    assert (document.text, document.pages) == ("有文字。", 3)


def many_pages(count: int) -> bytes:
    return written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [" + b"3 0 R " * count + b"] /Count %d >>" % count,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        ]
    )


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(DocumentError, match="file_pages") as caught:
        parse_pdf(many_pages(50_000), document_id="d", name="a.pdf", path="a.pdf")
    assert caught.value.fields == {"path": "a.pdf", "pages": 50_000, "limit": PAGE_LIMIT}


def test_a_deep_tree_of_pages_ends_in_a_refusal() -> None:
    depth = 5_000
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    objects += [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (i + 3) for i in range(depth)]
    objects.append(b"<< /Type /Page /MediaBox [0 0 100 100] >>")
    with pytest.raises(DocumentError, match="file_damaged|file_empty"):
        parse_pdf(written(objects), document_id="d", name="a.pdf")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"not a pdf", pdf(Page().text(40, 100, "abc"))[:200]])
def test_damaged_files_are_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="file_damaged"):
        parse_pdf(data, document_id="d", name="a.pdf")


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_every_character_has_its_place(data: st.DataObject) -> None:
    words = st.text(alphabet="资料管理办法规定，。abcDEF 123-", min_size=1, max_size=24)
    page = Page()
    for _ in range(data.draw(st.integers(1, 12))):
        text = data.draw(words)
        x, y = data.draw(st.integers(20, 240)), data.draw(st.integers(40, 560))
        for i, char in enumerate(text):
            page.text(x + 10 * i, y, char)
    try:
        document = parse(page, Page().text(40, 40, "末页。"))
    except DocumentError:
        return
    check_regions(document)
    assert document == parse(page, Page().text(40, 40, "末页。"))


def test_a_page_is_drawn_as_a_png() -> None:
    picture = render_page(pdf(Page().text(40, 100, "文字")), 1, scale=0.5)
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) == 200
    with pytest.raises(ValueError, match="no page 2"):
        render_page(pdf(Page()), 2, scale=1)


@pytest.mark.shared
def test_halves_of_real_files_are_read_or_refused(shared: Path) -> None:
    refusals = {"file_damaged", "file_encrypted", "file_scanned", "file_empty"}
    for path in sorted((shared / "documents").glob("*.pdf")):
        data = path.read_bytes()
        if len(data) < 600_000:
            assert outcome(data[: len(data) // 2]) in refusals | {"read"}


def outcome(data: bytes) -> str:
    try:
        check_regions(parse_pdf(data, document_id="d", name="a.pdf"))
    except DocumentError as error:
        return error.code
    return "read"


@pytest.mark.shared
def test_a_locked_file_is_refused(shared: Path) -> None:
    with pytest.raises(DocumentError, match="file_encrypted"):
        parse_pdf((shared / "documents" / "pdf_password.pdf").read_bytes(), document_id="d", name="a.pdf")


def test_a_boxed_sidebar_beside_the_text_is_read_by_itself() -> None:
    beside = (
        "气象部门预计，六月下旬到七月上旬蜀江上游"
        "将出现三次较强降雨过程，累计雨量在一百五"
        "十毫米到二百二十毫米之间，局部三百毫米。"
    )
    under = "指挥部要求沿江各县提前腾空防洪库容，备足编织袋、块石和抢险照明设备，并组织不少于五百人的应急抢险队伍，" * 2
    page = Page()
    for row in range(3):
        page.text(40, 90 + 16 * row, beside[20 * row : 20 * row + 20])
    for row, start in enumerate(range(0, len(under), 34), start=4):
        page.text(40, 90 + 16 * row, under[start : start + 34])
    page.lines(260, 88, ["堤防加固一百二十六公里", "，新建泵站九座，参会县", "区七个。"], step=14)
    page.grid([252, 388], [74, 126])
    document = parse_pdf(pdf(page), document_id="d", name="简报.pdf")
    found = [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
    assert found == [
        ("paragraph", beside),
        ("paragraph", under),
        ("note", "堤防加固一百二十六公里，新建泵站九座，参会县区七个。"),
    ]


def test_what_was_filled_into_a_form_is_read_and_attached_files_are_named() -> None:
    shown = "张三".encode("utf-16-be").hex().encode()
    drawn = b"BT /C 10 Tf 1 0 0 1 2 5 Tm <" + shown + b"> Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [11 0 R] >> "
        b"/Names << /EmbeddedFiles << /Names [(a.csv) 13 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>",
        *FONTS,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Annots [11 0 R] "
        b"/Resources << /Font << /C 5 0 R >> >> /Contents 10 0 R >>",
        _stream(b"BT /C 10 Tf 1 0 0 1 40 500 Tm <" + "申请人".encode("utf-16-be").hex().encode() + b"> Tj ET"),
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (n) /V (x) /F 4 /Rect [80 495 200 515] /AP << /N 12 0 R >> >>",
        _stream(drawn, b"/Type /XObject /Subtype /Form /BBox [0 0 120 20] /Resources << /Font << /C 5 0 R >> >>"),
        b"<< /Type /Filespec /F (a.csv) /UF (a.csv) /EF << /F 14 0 R >> >>",
        _stream(b"1,2", b"/Type /EmbeddedFile"),
    ]
    document = parse_pdf(written(objects), document_id="d", name="申请表.pdf")
    assert "".join(document.text.split()) == "申请人张三"
    assert [(notice.code, notice.detail) for notice in document.notices] == [("attachments", "a.csv")]


def _stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (head, len(content), content)
