"""EPUB books: order of the spine, names from the table of contents, DRM, damage."""

from __future__ import annotations

import io
import zipfile

import pytest

from qa.check import offset_problems
from qa.documents.epub import parse_epub
from qa.errors import DocumentError
from qa.types import Document

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
FONT = '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></EncryptedData></encryption>'
DRM = '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>'


def opf(*names: str, extra: str = "") -> str:
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(names)))
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>山海书</dc:title></metadata><manifest>{items}{extra}</manifest><spine>{spine}</spine></package>"
    )


def page(body: str) -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


def book(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, **parts}.items():
            package.writestr(name, text)
    return buffer.getvalue()


def parse(parts: dict[str, str]) -> Document:
    return parse_epub(book(parts), document_id="d", name="b.epub", path="b.epub")


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


NCX = """<ncx><navMap><navPoint><navLabel><text>第一卷</text></navLabel><content src="b%20two.xhtml"/>
    <navPoint><navLabel><text>其一</text></navLabel><content src="b%20two.xhtml#x"/></navPoint></navPoint>
    <navPoint><navLabel><text>第二卷</text></navLabel><content src="a.xhtml#y"/></navPoint></navMap></ncx>"""


def test_the_spine_gives_the_order_and_the_contents_the_names() -> None:
    document = parse(
        {
            "OPS/book.opf": opf(
                "b%20two.xhtml",
                "a.xhtml",
                extra='<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
            ),
            "OPS/toc.ncx": NCX,
            "OPS/a.xhtml": page("<h1>第二卷</h1><p>乙文&nbsp;完。</p>"),
            "OPS/b two.xhtml": page("<p>甲文。</p><p class='t'>其一</p><p>丙文。</p><table><tr><th>年</th><th>数</th></tr><tr><td>1</td><td>2</td></tr></table>"),
        }
    )  # fmt: skip
    assert document.title == "山海书"
    assert blocks(document) == [
        ("heading", 2, "第一卷"),
        ("paragraph", 0, "甲文。"),
        ("heading", 3, "其一"),
        ("paragraph", 0, "丙文。"),
        ("table", 0, "年 | 数"),
        ("table", 0, "1 | 2"),
        ("heading", 2, "第二卷"),
        ("paragraph", 0, "乙文 完。"),
    ]
    assert document.blocks[5].header == (5,)
    assert not list(offset_problems(document, [])) or document.text


def test_a_navigation_page_names_chapters_and_is_no_chapter() -> None:
    links = '<nav epub:type="toc"><ol><li><a href="a.xhtml">上篇</a><ol><li><a href="a.xhtml#z">小节</a></li></ol></li></ol></nav>'
    document = parse(
        {
            "OPS/book.opf": opf("a.xhtml", extra='<item id="v" href="nav.xhtml" properties="nav"/>').replace(
                "<spine>", '<spine><itemref idref="v"/>'
            ),
            "OPS/nav.xhtml": page(links),
            "OPS/a.xhtml": page("<p>文。</p><div>小节</div><p>末。</p><aside>注一</aside>"),
        }
    )
    assert blocks(document) == [
        ("heading", 2, "上篇"),
        ("paragraph", 0, "文。"),
        ("heading", 3, "小节"),
        ("paragraph", 0, "末。"),
        ("note", 0, "注一"),
    ]
    assert document.furniture == ((1, "上篇\n小节"),)


def test_a_missing_chapter_is_reported() -> None:
    document = parse({"OPS/book.opf": opf("a.xhtml", "gone.xhtml"), "OPS/a.xhtml": page("<p>文。</p>")})
    assert document.text == "文。"
    assert [(n.code, n.page, n.detail) for n in document.notices] == [("part_unreadable", 2, "OPS/gone.xhtml")]


def test_books_under_drm_are_refused_and_hidden_fonts_are_not() -> None:
    parts = {"OPS/book.opf": opf("a.xhtml"), "OPS/a.xhtml": page("<p>文。</p>")}
    assert parse({**parts, "META-INF/encryption.xml": FONT}).text == "文。"
    with pytest.raises(DocumentError, match="file_encrypted"):
        parse({**parts, "META-INF/encryption.xml": DRM})


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, "file_damaged"),
        ({"OPS/book.opf": "no xml"}, "file_damaged"),
        ({"OPS/book.opf": '<!DOCTYPE x [<!ENTITY a "b">]><package/>'}, "file_entities"),
        ({"OPS/book.opf": opf("a.xhtml"), "OPS/a.xhtml": " " * 80_000_000}, "file_expands"),
    ],
)
def test_what_is_no_sound_book(parts: dict[str, str], code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(parts)
    assert caught.value.code == code


def test_half_a_book_is_damaged() -> None:
    data = book({"OPS/book.opf": opf("a.xhtml"), "OPS/a.xhtml": page("<p>文。</p>" * 50)})
    with pytest.raises(DocumentError, match="file_damaged"):
        parse_epub(data[: len(data) // 2], document_id="d", name="b.epub")
