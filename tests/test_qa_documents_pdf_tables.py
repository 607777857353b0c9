"""Tables and lists on pages as reports set them: few lines drawn, rows that wrap, parts on the next page."""

from __future__ import annotations

from tests.pdf_writer import Page
from tests.test_qa_documents_pdf import parse, texts


def row(page: Page, y: float, *cells: str, xs: tuple[float, ...] = (45, 145, 285)) -> None:
    for x, cell in zip(xs, cells, strict=True):
        if cell:
            page.text(x, y, cell)


def test_a_table_of_level_lines_goes_on_over_the_page_and_so_does_its_last_cell() -> None:
    first, second = Page(), Page()
    first.line(40, 400, 360, 400).line(40, 420, 360, 420)
    body = [
        ("版本名称", "兼容哪些", "接口情况"),
        ("版3.1.3", "兼容先前版本", "没有接口"),
        ("版3.1.5", "兼容先前版本", "提供接口"),
    ]
    body += [
        ("版3.1.6", "兼容先前版本", "提供接口"),
        ("版3.1.7", "兼容先前版本", "提供接口"),
        ("版3.2", "兼容甲乙版", "仅提供实现"),
    ]
    for i, cells in enumerate(body):
        row(first, 414 + 20 * i, *cells)
    row(first, 534, "", "不支持乙先前", "")
    row(second, 44, "", "版本", "")
    row(second, 64, "2012", "丙以上版本", "提供实现")
    for x0, x1 in [(40, 140), (141, 280), (281, 360)]:
        second.line(x0, 30, x1, 30).line(x0, 74, x1, 74)
    second.text(40, 110, "安装部署在下面说明。")
    document = parse(first, second)
    assert texts(document)[-3:] == [
        "版3.2 | 兼容甲乙版不支持乙先前版本 | 仅提供实现",
        "2012 | 丙以上版本 | 提供实现",
        "安装部署在下面说明。",
    ]
    last = document.blocks[-2]
    assert (last.page, [texts(document)[number - 1] for number in last.header]) == (
        2,
        ["版本名称 | 兼容哪些 | 接口情况"],
    )


def test_an_empty_first_cell_keeps_its_place() -> None:
    page = Page()
    xs = (45.0, 180.0, 250.0, 320.0)
    for y, cells in [(100, ("", "2021", "2022E", "2023E")), (120, ("收入", "746", "567", "684")), (140, ("利润", "59", "173", "471")), (160, ("支出", "107", "114", "133"))]:  # fmt: skip
        row(page, y, *cells, xs=xs)
    document = parse(page)
    assert texts(document) == ["| 2021 | 2022E | 2023E", "收入 | 746 | 567 | 684", "利润 | 59 | 173 | 471", "支出 | 107 | 114 | 133"]  # fmt: skip
    assert [block.header for block in document.blocks] == [(), (1,), (1,), (1,)]
    for region in document.regions:
        assert document.text[region.start : region.end].strip(" |")


def test_lines_of_one_length_that_end_as_sentences_are_items() -> None:
    lines = [
        f"{mark}--某某功能标志，应满足本规范第{number}章的要求；" for mark, number in zip("ABCD", "9823", strict=True)
    ]
    assert texts(parse(Page().lines(40, 100, lines))) == lines


def test_names_before_colons_open_lines_of_their_own() -> None:
    lines = ["资格编号：甲乙丙丁戊己庚辛壬癸", "电子邮箱：子丑寅卯辰巳午未申酉"]
    assert texts(parse(Page().lines(40, 100, lines))) == lines


def test_text_beside_the_figures_of_an_axis_is_a_column() -> None:
    page = Page().text(40, 60, "两种不同文书的数量").text(40, 80, "文书的长度的分布图")
    for i, figure in enumerate(["1600", "1400", "1200", "1000", "800", "600", "400", "200", "0"]):
        page.text(40, 100 + 13 * i, figure, 8)
    said = [
        "文书的长度较长，超过一半的文书的",
        "长度在五百以上，模型设计上要考虑",
        "长文本的相关问题，需要一个合理的",
        "方案处理。",
    ]
    page.lines(200, 107, said, step=31)
    assert texts(parse(page))[-4:] == said
