"""Exports, read back by parsers of their formats: what is in them, and that nothing in a text is taken for a mark."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document as Word
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa.types import Document
from tests.ui_desk import ROWS, table
from tests.ui_html import Page
from tests.ui_tiny import (
    HOSTILE,
    NASTY,
    PAPER,
    QUOTE_325,
    QUOTE_LASER,
    TinyAnswerer,
    TinyLibrary,
    cite,
    found,
    make_document,
)
from ui.conversations import Conversations
from ui.errors import ConversationError
from ui.escape import text_html
from ui.export import FORMATS, export
from ui.export_markdown import escaped
from ui.export_parts import seen
from ui.render import to_json

NOW = 1_795_446_399.0
ASKED = TinyAnswerer()
CHANGED = replace(PAPER, text=PAPER.text.replace("325家", "326家"), revision="rev-2")
ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "p",
    "span",
    "bdi",
    "h1",
    "h2",
    "h3",
    "a",
    "section",
    "strong",
    "figure",
    "blockquote",
    "mark",
    "figcaption",
    "details",
    "summary",
    "b",
    "ol",
    "li",
    "br",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path, lambda: NOW)


def kept(store: Conversations, *questions: str) -> str:
    id = store.create()
    for question in questions:
        store.append(id, to_json(ASKED.ask(question)))
    return id


def exported(
    store: Conversations,
    id: str,
    format: str,
    *,
    library: TinyLibrary | None = None,
    lang: str = "zh",
    number: int | None = None,
) -> bytes:
    return export(store, library or TinyLibrary(), id, format=format, lang=lang, number=number).content


def paragraphs(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Word(io.BytesIO(content)).paragraphs]


def test_json_is_the_contract_and_more(store: Conversations) -> None:
    id = kept(store, "500强？", "门票？")
    value = json.loads(exported(store, id, "json"))
    assert (value["format"], value["id"], value["title"]) == ("yinju-conversation/1", id, "500强？")
    assert value["created"] == value["exported"] == "2026-11-23T15:06:39Z"
    for turn, question in zip(value["turns"], ("500强？", "门票？"), strict=True):
        was = json.loads(json.dumps(to_json(ASKED.ask(question))))
        assert turn["asked"] == "2026-11-23T15:06:39Z"
        assert [cited.pop("state") for part in ("citations", "near") for cited in turn[part]] == ["holds", "holds"]
        assert {name: turn[name] for name in was} == was
    assert [turn["turn"] for turn in json.loads(exported(store, id, "json", number=2))["turns"]] == [2]


def test_html_carries_every_quote_with_its_place(store: Conversations) -> None:
    id = kept(store, "500强？", "门票？")
    content = exported(store, id, "html").decode()
    page = Page(content.removeprefix("<!doctype html>"))
    assert page.tags <= ALLOWED
    assert page.text("h1") == ["500强？"]
    assert page.text("p.answer strong") == ["325家", "未找到"]
    assert page.text("blockquote")[:2] == [QUOTE_325, QUOTE_LASER]
    assert page.text("blockquote mark") == ["325家", "N2馆B03"]
    assert page.attributes("p.answer a", "href") == ["#turn-1-quote-1", "#turn-1-quote-2"]
    assert page.attributes("figure", "id") == ["turn-1-quote-1", "turn-1-quote-2"]
    start = PAPER.text.index(QUOTE_325)
    assert page.attributes("blockquote", "data-start")[0] == str(start)
    assert page.attributes("blockquote", "data-end")[0] == str(start + len(QUOTE_325))
    assert page.attributes("blockquote", "data-document")[0] == "d1"
    assert page.attributes("blockquote", "data-revision")[0] == "rev-d1"
    assert page.text("figcaption")[0].startswith(
        f"[1]《第八届西洽会开幕》 · 家底够厚 · 第 5 段 · 报.txt原文第 {start + 1} 至 {start + len(QUOTE_325)} 字 · 版本 rev-d1 导出时逐字核对 ✓"
    )
    assert page.text("details b")[0] == QUOTE_325
    assert page.text("figure.near span.tag") == ["不是答案"] * 2
    assert page.attributes("a", "href") == [
        href
        for href in page.attributes("a", "href")
        if href[1:] in page.attributes("section", "id") + page.attributes("figure", "id") + page.attributes("li", "id")
    ]
    assert "default-src 'none'" in content
    assert not re.search(r"https?:|url\(|<script|@import", content)


def test_english(store: Conversations) -> None:
    id = kept(store, "500强？")
    page = Page(exported(store, id, "html", lang="en").decode().removeprefix("<!doctype html>"))
    assert page.attributes("html", "lang") == ["en"]
    assert "verbatim when exported ✓" in page.text("figcaption")[0]
    assert "Sources" in page.text("h2")[-1]


def test_markdown_reads_back(store: Conversations) -> None:
    id = kept(store, "500强？", "门票？")
    content = exported(store, id, "md").decode()
    assert "# 500强？\n" in content
    assert r"**325家** [\[1\]](#turn-1-quote-1) [\[2\]](#turn-1-quote-2)" in content
    assert f"> {QUOTE_325}\n" in content
    assert "> \\[1\\] 《第八届西洽会开幕》 · 家底够厚 · 第 5 段 · 报.txt\\\n" in content
    assert "**未找到**" in content
    assert "> 不是答案 《第八届西洽会开幕》" in content
    tokens = MarkdownIt("commonmark").parse(content)
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2", "h2"]
    assert sum(token.type == "blockquote_open" for token in tokens) == 4


def test_word_reads_back(store: Conversations) -> None:
    id = kept(store, "500强？", "门票？")
    document = Word(io.BytesIO(exported(store, id, "docx")))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[0] == document.core_properties.title == "500强？"
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"] == [
        "1. 500强？",
        "2. 门票？",
        "出处",
    ]
    assert QUOTE_325 in words
    quote = document.paragraphs[words.index(QUOTE_325)]
    assert [(run.text, bool(run.bold)) for run in quote.runs] == [
        (QUOTE_325[:5], False),
        ("325家", True),
        (QUOTE_325[9:], False),
    ]
    links = [link for paragraph in document.paragraphs for link in paragraph.hyperlinks]
    assert [(link.text.strip(), link.fragment) for link in links] == [
        ("[1]", "turn_1_quote_1"),
        ("[2]", "turn_1_quote_2"),
    ]
    names = document.element.xpath("//w:bookmarkStart/@w:name")
    assert names == ["turn_1", "turn_1_quote_1", "turn_1_quote_2", "turn_2"]
    assert len(set(document.element.xpath("//w:bookmarkStart/@w:id"))) == 4
    assert words[-1] == "1. 报.txt 《第八届西洽会开幕》\nd1 · rev-d1"


SHEET = table()


def row_kept(store: Conversations) -> tuple[str, TinyLibrary]:
    """A conversation whose one answer is a cell of a table's row."""
    id = store.create()
    store.append(id, to_json(found("2020年的营业额？", cite(SHEET, ROWS[31], "360万元"))))
    return id, TinyLibrary({SHEET.id: SHEET})


def test_a_table_s_row_is_a_table_in_html(store: Conversations) -> None:
    id, library = row_kept(store)
    page = Page(exported(store, id, "html", library=library).decode().removeprefix("<!doctype html>"))
    assert page.text("blockquote th") == ["年份", "门店", "营业额"]
    assert page.text("blockquote td") == ["2020", "70", "360万元"]
    assert page.text("blockquote mark") == ["360万元"]
    start = SHEET.text.index(ROWS[31])
    assert page.attributes("blockquote", "data-start") == [str(start)]
    assert page.attributes("blockquote", "data-end") == [str(start + len(ROWS[31]))]


def test_a_table_s_row_is_a_table_in_word(store: Conversations) -> None:
    id, library = row_kept(store)
    document = Word(io.BytesIO(exported(store, id, "docx", library=library)))
    (drawn,) = document.tables
    assert [[cell.text for cell in row.cells] for row in drawn.rows] == [
        ["年份", "门店", "营业额"],
        ["2020", "70", "360万元"],
    ]
    assert [run.text for run in drawn.rows[1].cells[2].paragraphs[0].runs if run.bold] == ["360万元"]
    assert drawn._tbl.xpath(".//w:bookmarkStart/@w:name") == ["turn_1_quote_1"]


def test_a_table_s_row_is_a_table_in_markdown(store: Conversations) -> None:
    id, library = row_kept(store)
    content = exported(store, id, "md", library=library).decode()
    assert "> | 年份 | 门店 | 营业额 |\n> | --- | --- | --- |\n> | 2020 | 70 | 360万元 |\n" in content
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(content)
    cells = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type in ("th_open", "td_open")]
    assert cells == ["年份", "门店", "营业额", "2020", "70", "360万元"]


def test_a_row_wider_than_its_header_loses_no_cell(store: Conversations) -> None:
    wide = table((ROWS[0], "2020 | 70 | 360万元 | 另有3家`|*"))
    id = store.create()
    store.append(id, to_json(found("另有几家？", cite(wide, wide.text[wide.blocks[2].start :], "3家"))))
    library = TinyLibrary({wide.id: wide})
    content = exported(store, id, "md", library=library).decode()
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(content)
    cells = [tokens[at + 1].children for at, token in enumerate(tokens) if token.type in ("th_open", "td_open")]
    assert ["".join(part.content for part in cell or []) for cell in cells] == [
        *("年份", "门店", "营业额", ""),
        *("2020", "70", "360万元", "另有3家`|*"),
    ]
    word = Word(io.BytesIO(exported(store, id, "docx", library=library)))
    assert word.tables[0].rows[1].cells[3].text == "另有3家`|*"


@pytest.mark.parametrize("format", ["md", "html", "docx", "json"])
def test_what_no_longer_holds_says_so_in_every_format(store: Conversations, format: str) -> None:
    again = make_document(("paragraph", 0, "据统计，325家企业落户。"), id="d7")
    id = store.create()
    cited = cite(PAPER, QUOTE_325, "325家"), cite(again, "据统计，325家企业落户。", "325家", number=2)
    store.append(id, to_json(found("几家？", *cited)))

    def words(library: TinyLibrary) -> str:
        content = exported(store, id, format, library=library)
        return "\n".join(paragraphs(content)) if format == "docx" else content.decode()

    some, none = words(TinyLibrary({PAPER.id: CHANGED, again.id: again})), words(TinyLibrary({}))
    if format == "json":
        assert [cited["state"] for cited in json.loads(some)["turns"][0]["citations"]] == ["changed", "holds"]
        assert [cited["state"] for cited in json.loads(none)["turns"][0]["citations"]] == ["gone", "gone"]
        return
    assert some.count("原文已变更") == some.count("导出时逐字核对") == 1
    assert "当时的回答：" not in some
    assert "有 1 处引文和现在的资料对不上" in some
    assert none.count("资料已移除") == 2
    assert "导出时逐字核对" not in none
    assert "当时的回答：" in none
    assert "325家" in none


@pytest.mark.parametrize("format", list(FORMATS))
def test_one_answer(store: Conversations, format: str) -> None:
    id = kept(store, "500强？", "激光？")
    made = export(store, TinyLibrary(), id, format=format, lang="zh", number=2)
    assert made.name == f"激光？.{format}"
    words = "\n".join(paragraphs(made.content)) if format == "docx" else made.content.decode()
    assert "激光打靶体验在" in words
    assert "扎根重庆" not in words
    with pytest.raises(ConversationError) as caught:
        exported(store, id, format, number=3)
    assert caught.value.code == "turn_unknown"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('甲/乙\\丙: *?"<>|丁', "甲-乙-丙-丁.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("\u202efdp.exe", "fdp-exe.md"),
        ("长" * 100, "长" * 59 + "….md"),
        ("...", "yinju.md"),
    ],
)
def test_file_names(store: Conversations, title: str, name: str) -> None:
    id = store.create(title)
    assert export(store, TinyLibrary(), id, format="md", lang="zh").name == name


def test_an_empty_conversation_and_an_unknown_format(store: Conversations) -> None:
    id = store.create()
    for format in FORMATS:
        assert exported(store, id, format)
    assert exported(store, id, "md").decode().startswith("# 未命名的对话\n")
    with pytest.raises(ConversationError) as caught:
        exported(store, id, "exe")
    assert caught.value.code == "export_format"


# ---- hostile content: every format shows it and takes none of it for a mark

ODD = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\\`*_{}[]<>()#+-.!|~$&:/=\"'\u202e\u2066\u2069\u200f\x00\x07\x0b\r\n\t\x1b\ufffe　 "),
    ),
    min_size=1,
    max_size=60,
)
MARKS = st.sampled_from(
    [
        HOSTILE,
        "1. a\n2. b",
        "- x\n- y",
        "---\n===",
        "# x",
        "> x",
        "```\nx\n```",
        "    x",
        "a|b\n-|-\n1|2",
        "http://a.b www.a.b a@b.cd",
        '<a id="x"></a>',
        "[a]: b",
        "[^1]: x",
        "a\\",
        "&amp;&#0;",
        "**x**",
        "2019）",
        "+ x",
        "* x",
        "\ttab",
    ]
)
TEXTS = st.one_of(ODD, MARKS, st.builds(str.__add__, MARKS, ODD))


def held(words: str) -> Document | None:
    """A document whose one paragraph is ``words``, as a reader would give it; ``None`` where nothing would be left."""
    clean = words.strip()
    return make_document(("paragraph", 0, clean), id="d9", name=clean[:40] or "x") if clean else None


def conversation_of(words: str, folder: Path) -> tuple[Conversations, str, TinyLibrary] | None:
    document = held(words)
    if document is None:
        return None
    middle = len(document.text) // 2
    store = Conversations(folder, lambda: NOW)
    id = store.create()
    citation = cite(document, document.text, document.text[middle : middle + 1])
    answer = replace(found(words, citation), answer=document.text[middle : middle + 1])
    store.append(id, {**to_json(answer), "understood": words})
    return store, id, TinyLibrary({"d9": document})


def inline_types(content: str) -> list[tuple[str, str]]:
    kinds = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(content):
        for child in token.children or []:
            kinds.append((child.type, child.content or str(child.attrGet("href") or "")))
    return kinds


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_markdown_escapes(words: str) -> None:
    """Rendered, an escaped text is the text, line by line, and nothing but text and line breaks."""
    expected = [line.strip() for line in seen(words).split("\n") if line.strip()]
    for before in ("", "> "):
        source = "\n".join(before + line for line in escaped(words).split("\n"))
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(source)
        assert {token.type for token in tokens} <= {
            "paragraph_open",
            "paragraph_close",
            "inline",
            "blockquote_open",
            "blockquote_close",
        }
        children = [child for token in tokens for child in token.children or []]
        assert {child.type for child in children} <= {"text", "text_special", "hardbreak"}
        shown = "".join("\n" if child.type == "hardbreak" else child.content for child in children)
        assert [line.strip() for line in shown.split("\n") if line] == expected


@settings(max_examples=25, deadline=None)
@given(words=TEXTS)
def test_no_export_takes_a_text_for_a_mark(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    made = conversation_of(words, tmp_path_factory.mktemp("c"))
    if made is None:
        return
    store, id, library = made
    document = library.document("d9")
    page = Page(exported(store, id, "html", library=library).decode().removeprefix("<!doctype html>"))
    assert page.tags <= ALLOWED
    assert page.attribute_names <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "aria-hidden",
        "id",
        "dir",
        "href",
        "data-document",
        "data-start",
        "data-end",
        "data-revision",
    }
    assert page.text("blockquote") == ["".join(Page(f"<p>{text_html(document.text)}</p>").root.content)]
    assert all(href.startswith("#") for href in page.attributes("a", "href"))
    content = exported(store, id, "md", library=library).decode()
    inline = inline_types(content)
    assert {kind for kind, _ in inline} <= {
        "text",
        "text_special",
        "hardbreak",
        "softbreak",
        "strong_open",
        "strong_close",
        "link_open",
        "link_close",
        "html_inline",
        "code_inline",
    }
    assert {href for kind, href in inline if kind == "link_open"} == {"#turn-1-quote-1"}
    assert sum(kind == "html_inline" for kind, _ in inline) == 4
    said = paragraphs(exported(store, id, "docx", library=library))
    assert seen(document.text) in said
    value = json.loads(exported(store, id, "json", library=library))
    assert value["turns"][0]["citations"][0]["quote"] == document.text


@pytest.mark.parametrize("format", list(FORMATS))
def test_the_nasty_document(store: Conversations, format: str) -> None:
    id = kept(store, "坏" + HOSTILE)
    content = exported(store, id, format, library=TinyLibrary({NASTY.id: NASTY}))
    if format == "html":
        assert Page(content.decode().removeprefix("<!doctype html>")).tags <= ALLOWED
    if format == "docx":
        assert any("⟨U+202E⟩反⟨U+2066⟩隔" in words for words in paragraphs(content))
    if format == "md":
        assert "\u202e" not in content.decode()
        assert "\\<script\\>" in content.decode()
