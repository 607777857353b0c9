"""Hostile packages: each ends in a clear error, quickly and in little memory."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import package as opened
from qa.documents.docx import parse_docx
from qa.documents.legacy import parse_legacy
from qa.documents.opendocument import parse_opendocument
from qa.documents.package import open_package, parse_xml
from qa.documents.pptx import parse_pptx
from qa.documents.xlsx import parse_xlsx
from qa.errors import DocumentError
from qa.types import Document
from tests.office_files import docx, p, relations, zipped

READERS: list[Callable[..., Document]] = [parse_docx, parse_pptx, parse_xlsx, parse_opendocument]
MAIN = {
    parse_docx: "word/document.xml",
    parse_pptx: "ppt/presentation.xml",
    parse_xlsx: "xl/workbook.xml",
    parse_opendocument: "content.xml",
}


def refusal(parse: Callable[..., Document], data: bytes) -> str:
    """The code of the error that reading ends in, within a second or two and 300 MB."""
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(DocumentError) as caught:
            parse(data, document_id="d", name="a", path="a")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert caught.value.fields["path"] == "a"
    assert peak < 300 * 1024 * 1024
    assert time.process_time() - began < 10
    return caught.value.code


def main(parse: Callable[..., Document], content: bytes) -> bytes:
    return zipped({"_rels/.rels": relations({"r": ("officeDocument", MAIN[parse])}), MAIN[parse]: content})


BOMB = b"<a>" + b" " * (100 * 1024 * 1024) + b"</a>"
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
DEEP = b"<a>" * 100_000 + b"</a>" * 100_000
SOMEWHAT_DEEP = b"<a>" * 220 + b"</a>" * 220


@pytest.mark.parametrize("parse", READERS)
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (LAUGHS, "file_entities"),
        (LAUGHS.decode().encode("utf-16"), "file_entities"),
        (EXTERNAL, "file_entities"),
        (b"<!-- " + b"-" * 200_000 + b" -->" + LAUGHS, "file_damaged"),
        (b"<!-- " + b"x" * 200_000 + b" -->" + LAUGHS, "file_entities"),
        (DEEP, "file_nested"),
        (SOMEWHAT_DEEP, "file_nested"),
        (b"<a><b></a>", "file_damaged"),
        (b"", "file_damaged"),
        (b"\x00\xff", "file_damaged"),
    ],
)
def test_hostile_xml_is_refused(parse: Callable[..., Document], content: bytes, code: str) -> None:
    assert refusal(parse, main(parse, content)) == code


@pytest.mark.parametrize("parse", READERS)
def test_a_part_of_100_megabytes_is_refused_by_its_header(parse: Callable[..., Document]) -> None:
    assert refusal(parse, main(parse, BOMB)) == "file_expands"


def with_size(data: bytes, size: int) -> bytes:
    """``data`` with the header of every part of 100 MB claiming ``size``."""
    claimed = len(BOMB).to_bytes(4, "little")
    return data.replace(claimed, size.to_bytes(4, "little"))


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_is_read() -> None:
    assert refusal(parse_docx, with_size(main(parse_docx, BOMB), 1000)) in ("file_expands", "file_damaged")


def test_a_part_above_the_ratio_is_refused() -> None:
    limits = replace(opened.DOCUMENT, member=200 * 1024 * 1024)
    data = main(parse_docx, BOMB)
    packed = zipfile.ZipFile(io.BytesIO(data)).getinfo("word/document.xml").compress_size
    with pytest.raises(DocumentError) as caught:
        opened.Package(data, path="a", limits=limits).read("word/document.xml")
    assert (caught.value.code, caught.value.fields["limit"]) == ("file_expands", 250 * packed)


def test_all_parts_together_are_limited() -> None:
    limits = replace(opened.DOCUMENT, total=1000)
    package = opened.Package(zipped({"a": b"x" * 600, "b": b"x" * 600}), path="a", limits=limits)
    assert len(package.read("a")) == 600
    with pytest.raises(DocumentError) as caught:
        package.read("b")
    assert (caught.value.code, caught.value.fields["limit"]) == ("file_expands", 400)


@pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "x/../../a.xml", "C:/a.xml", "..\\a.xml"])
def test_names_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    assert refusal(parse_docx, zipped({name: "x"})) == "archive_traversal"


def test_more_parts_than_the_limit_are_refused() -> None:
    assert refusal(parse_docx, zipped({str(i): "" for i in range(opened.DOCUMENT.members + 1)})) == "archive_members"


def test_unusual_packing_and_passwords_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(parse_docx, buffer.getvalue()) == "file_packing"
    locked = bytearray(zipped({"word/document.xml": "<a/>"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(parse_docx, bytes(locked)) == "file_encrypted"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert refusal(parse_docx, ole) == "file_encrypted"
    assert refusal(parse_xlsx, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "file_damaged"


def test_a_text_repeated_without_end_is_refused() -> None:
    rows = "".join(f'<row r="{i}"><c t="s"><v>0</v></c></row>' for i in range(1, 2001))
    base = "http://schemas.openxmlformats.org"
    namespace = f'xmlns="{base}/spreadsheetml/2006/main" xmlns:r="{base}/officeDocument/2006/relationships"'
    links = {"r": ("worksheet", "s.xml"), "t": ("sharedStrings", "t.xml")}
    data = zipped(
        {
            "_rels/.rels": relations({"r": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": f'<workbook {namespace}><sheets><sheet name="a" r:id="r"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(links),
            "xl/s.xml": f"<worksheet {namespace}><sheetData>{rows}</sheetData></worksheet>",
            "xl/t.xml": f"<sst {namespace}><si><t>{'字' * 100_000}</t></si></sst>",
        }
    )
    assert refusal(parse_xlsx, data) == "file_too_large"


@pytest.mark.parametrize("parse", READERS)
def test_what_is_no_package_or_lacks_its_main_part_is_damaged(parse: Callable[..., Document]) -> None:
    for data in (b"", b"PK\x03\x04", b"not a zip", zipped({}), zipped({"a.txt": "x"})):
        assert refusal(parse, data) == "file_damaged"


def test_an_encoding_that_nobody_knows_is_damage() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_xml(b"<?xml version='1.0' encoding='UTF-0.5'?><a/>", path="a", part="b")
    assert caught.value.code == "file_damaged"


@given(st.integers(0, 2000))
@settings(max_examples=60, deadline=None)
def test_a_truncated_file_is_damaged(cut: int) -> None:
    whole = docx(p("正文一段。") * 50)
    with pytest.raises(DocumentError) as caught:
        parse_docx(whole[: min(cut, len(whole) - 1)], document_id="d", name="a")
    assert caught.value.code == "file_damaged"


@given(st.binary(min_size=1, max_size=8), st.floats(0, 1, exclude_max=True))
@settings(max_examples=150, deadline=None)
def test_a_file_with_changed_bytes_is_read_or_refused(noise: bytes, at: float) -> None:
    whole = docx(
        p("正文一段。", "1") + p("第二段。"), styles='<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    )
    start = int(at * len(whole))
    with suppress(DocumentError):
        parse_docx(whole[:start] + noise + whole[start + len(noise) :], document_id="d", name="a")


def test_parts_are_found_whatever_their_case_or_slashes() -> None:
    package = open_package(zipped({"Word\\Document.xml": "<a/>"}), path="a")
    assert "word/document.xml" in package
    assert package.names == ("Word/Document.xml",)
    assert package.xml("word/document.xml").tag == "a"


def test_a_stream_of_elements_is_that_of_the_tree() -> None:
    content = (
        "<r>" + "".join(f"<x>{i}</x><y><x>no</x></y>" if i % 7 == 0 else f"<x>{i}</x>" for i in range(20_000)) + "</r>"
    )
    package = open_package(zipped({"a.xml": content}), path="a")
    tree = [element.text for element in package.xml("a.xml").iter("x")]
    assert [element.text for element in package.elements("a.xml", ("x",))] == tree


def test_parse_xml_leaves_comments_and_instructions_out() -> None:
    root = parse_xml("<?xml version='1.0'?><a>一<!-- 二 --><?三 ?>四</a>".encode(), path="a", part="b")
    assert "".join(root.itertext()) == "一四"


@pytest.mark.shared
def test_halves_of_the_shared_files_are_refused(shared: Path) -> None:
    readers = {".docx": parse_docx, ".pptx": parse_pptx, ".xlsx": parse_xlsx, ".doc": parse_legacy}
    for path in sorted((shared / "documents").iterdir()):
        if path.suffix in readers:
            data = path.read_bytes()
            assert refusal(readers[path.suffix], data[: len(data) // 2]) in ("file_damaged", "file_legacy"), path.name
