from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui_tiny import HOSTILE
from ui.escape import (
    attribute_html,
    has_lone_surrogate,
    label_html,
    one_line,
    set_as,
    shortened,
    terminal_text,
    text_html,
    words_html,
)

ANY = st.text(st.characters(codec=None, categories=None), max_size=60)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Parsed(HTMLParser):
    """What a parser sees: the tags, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name == "lang" for name, _ in attrs)
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(ANY)
def test_text_html_shows_the_text_and_nothing_else(text: str) -> None:
    parsed = Parsed(text_html(text))
    assert set(parsed.tags) <= {"bdi"}
    assert len(parsed.text) == len(text)
    assert all(seen == char for seen, char in zip(parsed.text, text, strict=True) if not CONTROL.match(char))
    assert not CONTROL.search(parsed.text)


@given(ANY)
def test_each_bidirectional_control_is_alone_in_an_isolate(text: str) -> None:
    assert not BIDI.search(re.sub("<bdi>.</bdi>", "", text_html(text)))


# fmt: off
@pytest.mark.parametrize(("text", "expected"), [
    ("甲<b>&\"'", "甲&#60;b&#62;&#38;&#34;&#39;"),
    ("$$x$$ *粗* `码` \\n", "&#36;&#36;x&#36;&#36; &#42;粗&#42; &#96;码&#96; &#92;n"),
    ("${a} {{b}} [c] _d_ ~e~ |", "&#36;&#123;a&#125; &#123;&#123;b&#125;&#125; &#91;c&#93; &#95;d&#95; &#126;e&#126; &#124;"),
    ("一\n二\t三\r四", "一&#10;二\t三\u240d四"),
    ("\x00\x1b\x7f\x85\ud800", "\u2400\u241b\u2421\ufffd\ufffd"),
    ("甲\u202e乙", "甲<bdi>\u202e</bdi>乙"),
    ("👨‍👩‍👧𠮷", "👨‍👩‍👧𠮷"),
])
# fmt: on
def test_text_html(text: str, expected: str) -> None:
    assert text_html(text) == expected


@given(ANY, st.integers(2, 50))
def test_one_line_is_one_short_visible_line(text: str, limit: int) -> None:
    line = one_line(text, limit=limit)
    assert len(line) <= limit
    assert not CONTROL.search(line)
    assert not BIDI.search(line)
    assert line == " ".join(line.split()) or "…" in line


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [(" 甲\n 乙\t", 10, "甲 乙"), ("一二三四五", 5, "一二三四五"), ("一二三四五六", 5, "一二三四…"), ("一" * 10**6, 3, "一一…")],
)
def test_one_line(text: str, limit: int, expected: str) -> None:
    assert one_line(text, limit=limit) == expected


# fmt: off
@pytest.mark.parametrize(("name", "width", "expected"), [
    ("年报.pdf", 8, "年报.pdf"),  # 2 + 2 + 4 columns
    ("某某公司年度报告2023.pdf", 16, "某某公司…23.pdf"),  # 8 + 1 + 6
    ("annual report of the company 2023.pdf", 20, "annual repor…023.pdf"),  # 12 + 1 + 7
    ("甲乙丙丁", 4, "甲…"),
])
# fmt: on
def test_a_long_name_keeps_its_ending(name: str, width: int, expected: str) -> None:
    assert shortened(name, width) == expected


@given(ANY, st.integers(2, 50))
def test_a_shortened_name_is_no_wider_than_it_may_be(name: str, width: int) -> None:
    short = shortened(name, width)
    assert sum(1 + (east_asian_width(char) in "WF") for char in short) <= width or short == name
    assert short == name or "…" in short


def test_attributes_and_labels_cannot_be_broken_out_of() -> None:
    assert '"' not in attribute_html(HOSTILE)
    assert "<" not in attribute_html(HOSTILE)
    assert Parsed(label_html(HOSTILE)).tags == ["bdi"]
    assert html.unescape(attribute_html("a\"b'c")) == "a\"b'c"


def test_terminal_text_keeps_lines_and_stops_escape_sequences() -> None:
    assert terminal_text("甲\n乙\x1b[31m\u202e丙\t丁") == "甲\n乙\ufffd[31m\ufffd丙\t丁"


@given(ANY)
def test_has_lone_surrogate_agrees_with_encoding(text: str) -> None:
    try:
        text.encode("utf-8")
        sendable = True
    except UnicodeEncodeError:
        sendable = False
    assert has_lone_surrogate(text) is not sendable


def test_a_character_of_a_symbol_font_is_marked_and_stays() -> None:
    html = words_html("\uf06c 事件：<甲>\ue000")
    assert html == '<span class="yj-sign">\uf06c</span> 事件：&#60;甲&#62;\ue000'
    assert "yj-sign" not in attribute_html("\uf06c 事件")


def test_words_are_set_as_their_language_has_it() -> None:
    assert set_as("Alice’s “harbour”") == 'dir="auto" lang="en"'
    assert set_as("“harbour”港") == 'dir="auto" lang="zh"'
    assert set_as("“1901”") == 'dir="auto"'
