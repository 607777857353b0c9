"""Web pages: what is read, in which order, as what; what is left out as menu or foot; tables under their headers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.check import offset_problems
from qa.documents.html import parse_html
from qa.errors import DocumentError
from qa.types import Document


def parse(source: str | bytes) -> Document:
    data = source if isinstance(source, bytes) else source.encode()
    return parse_html(data, document_id="d", name="page.html", path="page.html", revision="r")


def blocks(source: str | bytes) -> list[tuple[str, int, str]]:
    document = parse(source)
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


def texts(source: str | bytes) -> list[str]:
    return [text for _, _, text in blocks(source)]


def rows(source: str) -> list[tuple[str, tuple[int, ...]]]:
    document = parse(source)
    return [(document.text[b.start : b.end], b.header) for b in document.blocks]


SENTENCE = "这座城市去年建成了三条地铁，全长一百二十公里，每天有两百万人乘坐。"


def test_blocks_by_kind() -> None:
    page = f"""<html><head><title>甲城地铁_新闻_某网</title></head><body>
        <h1>甲城地铁</h1><p>{SENTENCE}</p><h2>一、线路</h2>
        <ul><li>一号线</li><li>二号线<p>另一段</p></li></ul>
        <figure><img src="x.png" alt="地铁图"><figcaption>图1 线路</figcaption></figure>
        <pre>a = 1
b = 2</pre><p>记者 王五</p><p><b>二、票价</b></p><p>{SENTENCE}</p></body></html>"""
    assert parse(page).title == "甲城地铁"
    assert blocks(page) == [
        ("heading", 1, "甲城地铁"),
        ("paragraph", 0, SENTENCE),
        ("heading", 2, "一、线路"),
        ("list_item", 0, "一号线"),
        ("list_item", 0, "二号线"),
        ("paragraph", 0, "另一段"),
        ("caption", 0, "图1 线路"),
        ("code", 0, "a = 1\nb = 2"),
        ("byline", 0, "记者 王五"),
        ("heading", 3, "二、票价"),
        ("paragraph", 0, SENTENCE),
    ]


def test_white_space_is_repaired_and_nothing_else() -> None:
    assert texts("<p> 张三\n  李四\t 与 &nbsp; Tom\n and <b>Ann</b>，价 ５０&yen; </p>") == [
        "张三李四 与 Tom and Ann，价 ５０¥"
    ]
    assert texts("<p>一　二　　三</p>") == ["一　二 三"]
    assert texts("<p>软&shy;连&#8203;字</p>") == ["软连字"]


def test_line_breaks_make_lines_and_two_make_paragraphs() -> None:
    assert texts("<div>甲<br>乙<br><br>丙<br/>　　丁</div>") == ["甲\n乙", "丙", "丁"]


def test_blank_lines_after_closing_marks_make_paragraphs() -> None:
    long = "甲乙丙丁戊己庚辛壬癸" * 3
    assert texts(f"<body>{long}。\n\n{long}；\n\n{long}\n\n末</body>") == [f"{long}。", f"{long}；", f"{long}末"]


def test_a_picture_of_one_character_is_that_character() -> None:
    assert texts('<p>朱<img src="a.gif" alt="镕">基<img src="b.jpg" alt="一张照片"></p>') == ["朱镕基"]


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>甲_乙网</title>", "<h1>甲</h1>", "甲"),
        ("<title>某某招生网</title>", "<h1>2021年分数线</h1>", "2021年分数线"),
        ("<title>正文的题目 - 某网</title>", "<h1>某网</h1>", "正文的题目"),
        ('<title>x</title><meta property="og:title" content="图谱题目">', "<h1>甲</h1><h1>乙</h1>", "图谱题目"),
        ("<title>只有题目</title>", "", "只有题目"),
        ("", "<h2>第二级</h2>", "page"),
        ("", "", "page"),
    ],
)
def test_the_title(head: str, body: str, title: str) -> None:
    assert parse(f"<html><head>{head}</head><body>{body}<p>{SENTENCE}</p></body></html>").title == title


def test_several_first_headings_go_below_the_title() -> None:
    assert [level for _, level, _ in blocks("<title>全书题目</title><h1>甲</h1><p>一</p><h1>乙</h1><h2>丙</h2><p>二</p>")] == [
        2, 0, 2, 3, 0,
    ]  # fmt: skip


def test_menus_feet_and_hidden_parts_are_furniture() -> None:
    links = "".join(f"<li><a href='/{n}'>栏目{n}</a></li>" for n in range(6))
    titles = "".join(f"<li><a href='/{n}'>另一篇文章的很长很长的题目第{n}号</a></li>" for n in range(6))
    page = f"""<body><header><a href="/">某网</a></header><nav>导航</nav><div class="top"><ul>{links}</ul></div>
        <div id="content"><h1>题目</h1>{f"<p>{SENTENCE}</p>" * 15}<p style="display: none">看不见</p></div>
        <div class="list"><ul>{titles}</ul></div><aside>旁栏</aside>
        <div><p>版权所有 © 某网 京ICP备123号</p></div><footer>页脚</footer><script>var x;</script></body>"""
    document = parse(page)
    assert [block.kind for block in document.blocks] == ["heading"] + ["paragraph"] * 15
    words = " ".join(text for _, text in document.furniture)
    for part in ("某网", "导航", "栏目3", "看不见", "另一篇文章", "旁栏", "京ICP备", "页脚"):
        assert part in words
    assert "var x" not in words


@pytest.mark.parametrize(
    "page",
    [
        f"<nav>{SENTENCE * 5}</nav>",
        f"<footer>{SENTENCE * 5}</footer>",
        f"<form><div class='sidebar'>{SENTENCE * 5}</div></form>",
        f"<div class='menu'><p>{SENTENCE}</p><p>宫保鸡丁 38元</p></div>",
        f"<div style='visibility: hidden; opacity: 0' id='js_content'>{SENTENCE}</div>",
        f"<div style='display:none'>{SENTENCE * 3}</div><p>载入中</p>",
        f"<div class='tab'>甲</div><div class='tab' style='display:none'>{SENTENCE}</div>",
        f"<article><header><h1>题</h1><p>作者</p></header><aside>{SENTENCE}</aside><footer>注</footer></article>",
        f"<p>{SENTENCE}</p><ul><li><a href=a>甲</a><li><a href=b>乙</a><li><a href=c>{SENTENCE}</a></ul>",
        f"<main><div><a href=a>甲</a><a href=b>乙</a><a href=c>{SENTENCE}</a></div></main>",
        f"<p>文</p><div class='rank'><table><tr><th>校名<td><a href=a>甲</a><td><a href=b>{SENTENCE}</a></table></div>",
        f"<main><section id='method.binary_search'><a href=a>甲</a>乙<a href=b>{SENTENCE}</a></section></main>",
        f"<details><summary>问</summary>{SENTENCE}</details>",
    ],
)
def test_what_holds_the_words_of_the_page_stays(page: str) -> None:
    assert SENTENCE in parse(page).text


def test_an_index_of_articles_keeps_its_links() -> None:
    items = [f"另一篇文章的很长很长的题目第{n}号" for n in range(8)]
    page = "<ul>" + "".join(f"<li><a href='/'>{item}</a></li>" for item in items) + "</ul>"
    assert texts(page) == items


def test_rows_stand_under_caption_and_header() -> None:
    table = """<table><caption>收入</caption><thead><tr><th>年份</th><th>收入</th></tr></thead>
        <tbody><tr><td>2023</td><td>12.4<br>亿元</td></tr><tr><td></td><td></td></tr><tr><td>2024</td><td></td></tr></table>"""
    assert rows(table) == [("收入", ()), ("年份 | 收入", (1,)), ("2023 | 12.4 亿元", (1, 2)), ("2024 |", (1, 2))]


def test_lines_above_a_table_that_name_it_are_its_captions() -> None:
    page = "<p>见下表。</p><p>表3-1 各地收入</p><p>单位：亿元</p><table><tr><th>地区</th><th>收入</th></tr><tr><td>甲</td><td>3</td></tr></table>"
    assert rows(page)[1:] == [
        ("表3-1 各地收入", ()),
        ("单位：亿元", ()),
        ("地区 | 收入", (2, 3)),
        ("甲 | 3", (2, 3, 4)),
    ]
    assert [kind for kind, _, _ in blocks(page)] == ["paragraph", "caption", "caption", "table", "table"]


def test_spanned_cells_are_repeated_and_a_header_may_have_two_rows() -> None:
    table = """<table><tr><td rowspan=2>地区</td><td colspan=2>2023年</td></tr><tr><td>男</td><td>女</td></tr>
        <tr><td rowspan="2">甲</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"""
    assert rows(table) == [
        ("地区 | 2023年 | 2023年", ()),
        ("地区 | 男 | 女", ()),
        ("甲 | 1 | 2", (1, 2)),
        ("甲 | 3 | 4", (1, 2)),
    ]


def test_a_cell_as_wide_as_the_table_is_a_title() -> None:
    table = """<table><tr><td colspan=2>表一</td></tr><tr><th>项目</th><th>金额</th></tr>
        <tr><td colspan=2>甲类</td></tr><tr><td>米</td><td>3</td></tr></table>"""
    assert rows(table) == [("表一", ()), ("项目 | 金额", (1,)), ("甲类", (1, 2)), ("米 | 3", (1, 2, 3))]


@pytest.mark.parametrize(
    ("first", "second", "headed"),
    [
        (["元素", "碳"], ["含量", "0.4"], True),
        (["名称：", "甲厂"], ["地址：", "乙路"], False),
        (["1", "2"], ["3", "4"], False),
        (["<b>姓名</b>", "<b>职务</b>"], ["张三", "主任"], True),
    ],
)
def test_a_header_that_is_not_marked(first: list[str], second: list[str], headed: bool) -> None:
    table = (
        "<table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in (first, second)) + "</table>"
    )
    assert rows(table)[1][1] == ((1,) if headed else ())


def test_units_below_a_header_are_part_of_it() -> None:
    table = "<table><tr><th>牌号</th><th>强度</th><th>伸长率</th></tr><tr><td></td><td>N/mm2</td><td>%</td></tr><tr><td>甲</td><td>890</td><td>12</td></tr></table>"
    assert rows(table)[2] == ("甲 | 890 | 12", (1, 2))


def test_tables_that_lay_out_a_page_are_no_tables() -> None:
    inner = "<table><tr><th>年</th><th>数</th></tr><tr><td>1</td><td>2</td></tr></table>"
    page = f"<table><tr><td><p>左</p></td><td><h2>题</h2><p>{SENTENCE}</p>{inner}</td></tr></table>"
    assert [kind for kind, _, _ in blocks(page)] == ["paragraph", "heading", "paragraph", "table", "table"]


def test_absurd_spans_do_not_multiply() -> None:
    table = (
        f"<table><tr><td colspan=999 rowspan=65534>{'长' * 9000}</td><td>x</td></tr>"
        + "<tr><td>y</td></tr>" * 500
        + "</table>"
    )
    started = time.monotonic()
    assert len(parse(table).text) < 2_000_000
    assert time.monotonic() - started < 5


# fmt: off
@pytest.mark.parametrize("data", [
    "<meta charset=gb2312><p>编码〇镕</p>".encode("gb18030"),
    "<p>没有写明编码的网页里的文字，是看得懂的中文。</p>".encode("gb18030"),
    '<meta http-equiv="Content-Type" content="text/html; charset=big5"><p>編碼的網頁</p>'.encode("big5"),
    "<meta charset=utf-8><p>标错了编码的网页里的文字，是看得懂的中文。</p>".encode("gb18030"),
    "<p>编码</p>".encode("utf-16"), "\ufeff<p>编码</p>".encode(),
    '<?xml version="1.0" encoding="GBK"?><html><p>编码</p></html>'.encode("gbk"),
    "<meta charset=shift_jis><p>日本語のコード</p>".encode("shift_jis"),
])
# fmt: on
def test_the_encoding_is_declared_or_found_out(data: bytes) -> None:
    text = parse(data).text
    assert "\ufffd" not in text
    assert any(word in text for word in ("编码", "編碼", "コード"))


def test_a_few_bad_bytes_are_shown_and_reported() -> None:
    data = f"<meta charset=utf-8><p>{SENTENCE * 30}".encode() + b"\xff\xfe</p>"
    document = parse(data)
    assert document.text.endswith("\ufffd\ufffd")
    assert [(n.code, n.detail) for n in document.notices] == [("bytes_replaced", "2")]


def test_half_a_page_in_utf_16_is_read() -> None:
    assert parse(f"<p>{SENTENCE}</p>".encode("utf-16")[:41]).text == f"{SENTENCE[:16]}\ufffd"


def test_xhtml_with_empty_elements() -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script/></head><body><p/><a id="x"/><p>正文</p></body></html>'
    assert texts(page) == ["正文"]


@pytest.mark.parametrize("tag", ["div", "font", "section", "blockquote", "span"])
def test_a_hundred_thousand_levels(tag: str) -> None:
    started = time.monotonic()
    assert texts("<p>前</p>" + f"<{tag}>" * 100_000 + "中" + f"</{tag}>" * 100_000 + "<p>后</p>") == ["前", "中", "后"]
    assert time.monotonic() - started < 10


def test_tables_without_end_are_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        parse("<table><tr><td>" * 100_000)
    assert (caught.value.code, caught.value.fields) == ("file_nested", {"path": "page.html"})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<table>", "</table>", "<tr>", "<td>", "<td colspan=3>", "<th rowspan=2>", "<li>",
     "<ul>", "</ul>", "<h1>", "</h1>", "<br>", "<b>", "</b>", "<nav>", "<a href=x>", "</a>", "一句话。", "Some words. ", "3", "\n\n",
     "&nbsp;", "<pre>", "</pre>", "<caption>", "<!--", "-->", "<script>", "</script>", "<style", "<td hidden>"]
), max_size=40).map("".join))  # fmt: skip
def test_any_page_is_read_with_sound_offsets_and_the_same_twice(source: str) -> None:
    document = parse(source)
    assert document == parse(source)
    assert list(offset_problems(document, [])) == (["d: text after 0 is in no passage"] if document.text else [])
    for block in document.blocks:
        assert all(number < block.number for number in block.header)


@pytest.mark.shared
def test_real_pages(shared: Path) -> None:
    def read(name: str) -> Document:
        return parse((shared / "documents" / name).read_bytes())

    scores = read("html_zh_ruc_admission_1.html")
    assert scores.title == "2021年甘肃省录取分数线"
    header = next(b for b in scores.blocks if scores.text[b.start : b.end].startswith("专业名称 | 文史/历史类 最高"))
    row = next(b for b in scores.blocks if scores.text[b.start : b.end] == "工商管理类 | 632 | 632 | 632 | 632")
    assert row.header == (header.number,)
    assert "招生动态" not in scores.text
    assert len(read("html_zh_gb18030_no_meta.html").blocks) == 7
    steel = read("html_en_utf16.html")
    assert steel.title == "SNB22-3"
    row = next(b for b in steel.blocks if steel.text[b.start : b.end] == "Bars | 890 | 1000 | 12 | 40 |")
    assert [steel.text[steel.blocks[n - 1].start : steel.blocks[n - 1].end][:20] for n in row.header] == [
        "Assortment | Yield p", "- | N/mm 2 | N/mm 2 ",
    ]  # fmt: skip


def test_the_only_row_of_a_table_that_lays_out_a_page_is_no_row_of_data() -> None:
    page = (
        "<table><tr><td>目录甲<br>目录乙</td><td><p>本厂成立于1986年，位于四川省宜宾市，现有职工三百二十人，占地六万平方米，"
        "年产水泵两万台。</p><p>电话：0831-2345678</p><p>地址：江北路8号，欢迎来厂参观，洽谈业务。</p></td></tr></table>"
    )
    assert [kind for kind, _, _ in blocks(page)] == ["paragraph"] * 4
    assert blocks("<table><tr><td>甲</td><td>12</td></tr></table>") == [("table", 0, "甲 | 12")]
