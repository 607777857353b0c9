"""RSS, Atom and other XML: items as articles, records as rows; entities refused, nothing fetched."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from qa.documents.feeds import parse_xml
from qa.errors import DocumentError
from qa.types import Document


def parse(source: str | bytes) -> Document:
    data = source if isinstance(source, bytes) else source.encode()
    return parse_xml(data, document_id="d", name="a.xml", path="a.xml")


def blocks(source: str | bytes) -> list[tuple[str, int, str]]:
    document = parse(source)
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


def refusal(source: str | bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(source)
    return caught.value.code


def test_rss() -> None:
    feed = """<?xml version="1.0" encoding="gb2312"?><!DOCTYPE rss PUBLIC "x" "http://nowhere/rss.dtd">
    <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
    <channel><title>甲报</title><description>每日新闻</description>
    <item><title>头条 &amp;amp; 二条</title><dc:creator>王五</dc:creator><pubDate>Wed, 28 Dec 2005</pubDate>
      <description>摘要的话。</description><content:encoded><![CDATA[<h1>小题</h1><p>摘要的话。</p><p>正文&nbsp;在此。</p>]]></content:encoded></item>
    <item><title>乙</title><description>第一行&lt;br&gt;&lt;br&gt;第二行&middot;完</description></item></channel></rss>"""
    assert parse(feed.encode("gb18030")).title == "甲报"
    assert blocks(feed.encode("gb18030")) == [
        ("paragraph", 0, "每日新闻"),
        ("heading", 1, "头条 & 二条"),
        ("byline", 0, "王五"),
        ("byline", 0, "Wed, 28 Dec 2005"),
        ("heading", 2, "小题"),
        ("paragraph", 0, "摘要的话。"),
        ("paragraph", 0, "正文 在此。"),
        ("heading", 1, "乙"),
        ("paragraph", 0, "第一行"),
        ("paragraph", 0, "第二行·完"),
    ]


def test_atom() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">博客</title><entry><title>篇一</title>
    <author><name>李四</name><uri>http://x</uri></author><updated>2024-05-01</updated><summary>别的摘要</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>甲</p><ul><li>乙</li></ul></div></content></entry></feed>"""
    assert blocks(feed) == [
        ("heading", 1, "篇一"),
        ("byline", 0, "李四"),
        ("byline", 0, "2024-05-01"),
        ("paragraph", 0, "甲"),
        ("list_item", 0, "乙"),
        ("paragraph", 0, "别的摘要"),
    ]


def test_other_xml() -> None:
    source = """<书><章><题>一</题><段>有<重点>重</重点>点的话。</段></章><!-- 注 -->
    <表><行><名>甲</名><数>3</数></行><行><名>乙</名><数>4</数></行></表></书>"""
    assert blocks(source) == [
        ("paragraph", 0, "一"),
        ("paragraph", 0, "有重点的话。"),
        ("table", 0, "甲 | 3"),
        ("table", 0, "乙 | 4"),
    ]


def test_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET", "utf-8")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    started = time.monotonic()
    assert refusal(f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l11;</x>') == "file_entities"
    assert refusal(f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]><x>&s;</x>') == "file_entities"
    assert refusal('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://nowhere/x">%p;]><x/>') == "file_entities"
    assert refusal('<!DOCTYPE x [<!ENTITY l0 "ha">]><x>&l0;</x>'.encode("utf-16")) == "file_entities"
    assert time.monotonic() - started < 2


def test_an_external_entity_in_an_include_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET", "utf-8")
    source = f'<x xmlns:xi="http://www.w3.org/2001/XInclude"><a>见</a><xi:include href="{secret.as_uri()}" parse="text"/></x>'
    assert parse(source).text == "见"


@pytest.mark.parametrize(
    ("source", "code"),
    [("<a>" * 100_000, "file_nested"), ("没有标记", "file_damaged"), (b"<a>\xff\xfe\x00\x01</a>", "file_binary")],
)
def test_what_is_no_sound_xml(source: str | bytes, code: str) -> None:
    assert refusal(source) == code


def test_half_a_file_is_read_as_far_as_it_goes() -> None:
    document = parse("<rss><channel><title>甲</title><item><title>乙</title><description>话")
    assert (document.text, [n.code for n in document.notices]) == ("乙\n话", ["file_cut"])


@pytest.mark.shared
def test_a_real_feed(shared: Path) -> None:
    document = parse((shared / "documents" / "xml_zh_gb2312_softsea.xml").read_bytes())
    titles = [document.text[b.start : b.end] for b in document.blocks if b.level == 1]
    assert (document.title, len(titles), titles[2]) == ("系统工具", 100, "Cheetah CD Burner 3.35")
    assert document.notices == ()
