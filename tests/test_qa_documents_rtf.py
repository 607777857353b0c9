"""Rich Text Format: code pages, escapes, headings, notes, tables; what is hidden stays hidden."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.check import offset_problems
from qa.documents.rtf import parse_rtf
from qa.errors import DocumentError
from qa.types import Document

HEAD = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\fcharset0 Times;}{\f2\fcharset136 Ming;}}"


def escaped(text: str, encoding: str = "gbk") -> str:
    return "".join(c if c.isascii() else "".join(f"\\'{byte:02x}" for byte in c.encode(encoding)) for c in text)


def parse(body: str, head: str = HEAD) -> Document:
    return parse_rtf((head + body + "}").encode("ascii"), document_id="d", name="a.rtf", path="a.rtf")


def blocks(body: str) -> list[tuple[str, int, str]]:
    document = parse(body)
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


def test_code_pages_and_escapes() -> None:
    assert parse(rf"\f0 {escaped('中文，')}ASCII\par").text == "中文，ASCII"
    assert parse(rf"\f1 {escaped('字')}\f2 {escaped('編碼', 'big5')}\f0 {escaped('码')}").text == "字編碼码"
    assert parse(r"\uc1\u26469?\u-10179?\u-8704?\uc2 \u24102\'b4\'f8!\uc0\u23383 x").text == "来😀带!字x"
    assert parse(r"\ldblquote a\rdblquote\emdash b\~c\-d\\\{\}").text == "“a”—b\u00a0cd\\{}"
    assert parse(r"\'81\{\'81\}x").text == b"\x81{\x81}x".decode("gb18030")


def test_comments_are_counted_and_not_read() -> None:
    note = rf"{{\*\atnid AB}}{{\*\atnauthor A}}\chatn{{\*\annotation{{\*\atnref 1}}\f0 {escaped('批注')}}}"
    document = parse(rf"\f0 {escaped('正文')}{note}{escaped('后文')}{note}\par")
    assert document.text == "正文后文"
    assert [(notice.code, notice.detail) for notice in document.notices] == [("comments", "2")]


def test_literal_bytes_are_read_too() -> None:
    data = HEAD.encode() + "直接写入的字\\par}".encode("gbk")
    assert parse_rtf(data, document_id="d", name="a").text == "直接写入的字"


def test_headings_lists_notes_and_lines() -> None:
    head = HEAD + r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s7 \'b1\'ea\'cc\'e2 2;}}{\info{\title x}}"
    body = (
        rf"\pard\s1 {escaped('年报')}\par\pard {escaped('一段')}\line {escaped('二行')}{{\footnote {escaped('脚注')}}}\par"
        rf"\pard\s7 {escaped('第一节')}\par\pard{{\listtext 1.\tab}}{escaped('条目')}\par\pard\outlinelevel2 {escaped('小节')}\par"
    )
    document = parse(body, head)
    assert document.title == "年报"
    assert [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks] == [
        ("heading", 1, "年报"),
        ("paragraph", 0, "一段\n二行"),
        ("note", 0, "脚注"),
        ("heading", 2, "第一节"),
        ("list_item", 0, "1. 条目"),
        ("heading", 3, "小节"),
    ]


def test_tables_with_merged_cells() -> None:
    rows = (
        r"\trowd\trhdr\clmgf\cellx1\clmrg\cellx2\cellx3\intbl A\cell\cell B\cell\row"
        r"\trowd\clvmgf\cellx1\cellx2\cellx3\intbl x\cell 1\par 2\cell 3\cell\row"
        r"\trowd\clvmrg\cellx1\cellx2\cellx3\intbl\cell 4\cell 5\cell\row\pard end\par"
    )
    document = parse(rows)
    assert document.text.split("\n") == ["A | A | B", "x | 1 2 | 3", "x | 4 | 5", "end"]
    assert [b.header for b in document.blocks] == [(), (1,), (1,), ()]


def test_what_is_not_shown_is_not_read() -> None:
    body = (
        r"a{\v hidden}b{\deleted gone}{\*\unknown x}{\pict 0102}{\field{\*\fldinst HYPERLINK y}{\fldrslt c}}{\bkmkstart z}"
        r"\bin3 }}}d{\upr{q}{\*\ud{e}}}{\shp{\*\shpinst{\sp{\sn n}{\sv v}}{\shptxt box\par}}}"
    )
    assert parse(body).text == "abcde\nbox".replace("\n", "")


def test_page_headers_are_furniture() -> None:
    document = parse(r"{\header top\par}{\footer{\field{\*\fldinst PAGE}{\fldrslt 1}}}body\par")
    assert (document.text, document.furniture) == ("body", ((0, "top"), (0, "1")))


def test_half_a_file_is_read_as_far_as_it_goes() -> None:
    document = parse_rtf((HEAD + r"{\b one\par two").encode(), document_id="d", name="a")
    assert (document.text, [n.code for n in document.notices]) == ("one\ntwo", ["file_cut"])
    assert parse("one").notices == ()


def test_hostile_files() -> None:
    started = time.monotonic()
    with pytest.raises(DocumentError, match="file_nested"):
        parse("{" * 200_000)
    with pytest.raises(DocumentError, match="file_damaged"):
        parse_rtf(b"plain", document_id="d", name="a")
    assert parse(r"\bin999999999 x").text == ""
    assert time.monotonic() - started < 3


@given(
    st.lists(
        st.sampled_from(
            [
                "{",
                "}",
                r"\par ",
                r"\cell ",
                r"\row ",
                r"\trowd ",
                r"\intbl ",
                r"\u20013?",
                r"\'d6\'d0",
                "a",
                r"\pard ",
                r"\f2 ",
            ]
            + [
                r"{\footnote ",
                r"{\*",
                r"\clvmrg\cellx1 ",
                r"{\header ",
                r"\v ",
                r"\v0 ",
                r"\uc3 ",
                r"{\upr",
                r"{\*\ud",
                "\\",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_file_is_read_with_sound_offsets(body: str) -> None:
    document = parse(body)
    assert document == parse(body)
    problems = list(offset_problems(document, []))
    assert problems == (["d: text after 0 is in no passage"] if document.text else [])
