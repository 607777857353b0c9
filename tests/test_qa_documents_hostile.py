"""Files made to do harm: each ends in one clear sentence, within limits of time and memory, and the library is unharmed."""

from __future__ import annotations

import io
import os
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.documents import read_documents
from qa.errors import DocumentError
from qa.intake import document_id
from qa.library import Library
from qa.types import Document
from tests.conftest import KeywordEncoder
from tests.office_files import docx, p, relations, zipped
from tests.pdf_writer import Page, pdf, written
from ui import strings

DEEP = 100_000
MEMORY = 1024**3
SECONDS = 60.0


@pytest.fixture(scope="module", autouse=True)
def fresh_child() -> None:
    """What was read before took memory too."""
    from qa.documents.worker import shared

    shared().close()


def laughs(entity: str = "lol") -> str:
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "{entity}">{lines}]><x>&l9;</x>'


def external(tmp: Path) -> str:
    return f'<!DOCTYPE x [<!ENTITY s SYSTEM "{(tmp / "secret").as_uri()}">]><rss><channel>&s;</channel></rss>'


def packed_docx(content: bytes) -> bytes:
    links = relations({"r": ("officeDocument", "word/document.xml")})
    return zipped({"_rels/.rels": links, "word/document.xml": content})


def pages(count: int) -> bytes:
    """A PDF that says it has so many pages: one page, listed over and over."""
    body = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>"
    kids = b"3 0 R " * count
    tree = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, kids)
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", tree, body])


def packed_stream(content: bytes) -> bytes:
    """A PDF of one page whose drawing unpacks to ``content``."""
    body = zlib.compress(zlib.compress(content, 9), 9)
    return written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
            b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream" % (len(body), body),
        ]
    )


def nested_zip(levels: int) -> bytes:
    data = zipped({"a.txt": "重庆。"})
    for _ in range(levels):
        data = zipped({"inner.zip": data})
    return data


def locked_zip() -> bytes:
    data = bytearray(zipped({"a.txt": "重庆。"}))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    return bytes(data)


def many_members() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.txt", "")
    return buffer.getvalue()


HOSTILE: dict[str, tuple[str, str, Callable[[Path], bytes | str]]] = {
    "zip bomb": ("a.zip", "file_expands", lambda _: zipped({"a.txt": b"0" * 100_000_000})),
    "zip of many": ("a.zip", "archive_members", lambda _: many_members()),
    "zip in zip in zip": ("a.zip", "archive_nested", lambda _: nested_zip(50)),
    "path traversal": ("a.zip", "archive_traversal", lambda _: zipped({"../../evil.txt": "x", "good.txt": "y"})),
    "zip with a password": ("a.zip", "file_encrypted", lambda _: locked_zip()),
    "billion laughs": ("a.xml", "file_entities", lambda _: laughs()),
    "billion laughs, docx": ("a.docx", "file_entities", lambda _: packed_docx(laughs().encode())),
    "billion laughs, epub": ("a.epub", "file_entities", lambda _: zipped({"META-INF/container.xml": laughs()})),
    "external entity": ("a.xml", "file_entities", external),
    "external entity, docx": ("a.docx", "file_entities", lambda tmp: packed_docx(external(tmp).encode())),
    "docx part of 100 MB": ("a.docx", "file_expands", lambda _: packed_docx(b"<a>" + b" " * 100_000_000 + b"</a>")),
    "deep docx": ("a.docx", "file_nested", lambda _: packed_docx(b"<a>" * DEEP + b"</a>" * DEEP)),
    "deep xml": ("a.xml", "file_nested", lambda _: "<a>" * DEEP + "</a>" * DEEP),
    "deep rtf": ("a.rtf", "file_nested", lambda _: "{\\rtf1 " + "{" * DEEP + "}" * DEEP + "}"),
    "pdf of 50,000 pages": ("a.pdf", "file_pages", lambda _: pages(50_000)),
    "doctypes without end": ("a.xml", "file_damaged", lambda _: "<!DOCTYPE[" * 200_000),
}


def read(path: Path) -> list[Document | DocumentError]:
    return list(read_documents(path, name=path.name, identify=document_id))


def refusal(path: Path) -> DocumentError:
    """The one error that reading ends in, in time, with a sentence that names the file and has every value."""
    began = time.monotonic()
    (error,) = read(path)
    assert isinstance(error, DocumentError), error
    assert time.monotonic() - began < SECONDS
    for lang in strings.LANGS:
        said = strings.sentence(error.code, lang, **error.fields)
        assert path.name in said
        assert "?" not in said
    return error


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused(kind: str, tmp_path: Path) -> None:
    name, code, make = HOSTILE[kind]
    (tmp_path / "secret").write_text("the secret", "utf-8")
    made = make(tmp_path)
    path = tmp_path / name
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    assert refusal(path).code == code


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tags.html", b"<div>" * DEEP + "重庆。".encode()),
        ("lists.html", b"<ul><li>" * 20_000 + "重庆。".encode()),
        ("tables.html", b"<table><tr><td>" * 20_000 + "重庆。".encode()),
        ("comments.html", b"<!--a-->" * 500 + "<div>重庆。</div>".encode()),
        ("quotes.md", b">" * DEEP + " 重庆。".encode()),
        ("lists.md", b"".join(b" " * (2 * i) + b"- a\n" for i in range(500)) + "重庆。".encode()),
        ("brackets.md", b"[" * 20_000 + "重庆。".encode()),
        ("stars.md", b"*a " * 20_000 + "重庆。".encode()),
        ("wide.csv", b"," * 1_000_000 + "\n重庆。".encode()),
        ("quote.csv", b'"' + b"a,\n" * 10_000 + "重庆。".encode()),
        ("one.txt", ("重庆。" + "a" * 5_000_000).encode()),
        ("long.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" * 50_000 + "重庆。".encode()),
        ("deep.pdf", packed_stream(b"q " * 300_000)),
        ("bomb.pdf", packed_stream(b" " * 50_000_000)),
        ("glyphs.pdf", pdf(Page().text(1, 1, "a" * 250_000))),
    ],
)
def test_what_is_strange_but_harmless_ends_in_time(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    began = time.monotonic()
    (found,) = read(path)
    assert time.monotonic() - began < SECONDS
    if isinstance(found, DocumentError):
        assert (found.code, path.suffix) in (
            ("file_nested", ".html"),
            ("file_nested", ".md"),
            ("file_empty", ".pdf"),
        ), found
    else:
        assert "重庆" in found.text or name.endswith(".pdf")


def test_the_library_is_unharmed(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "good.txt").write_text("重庆一段。", "utf-8")
    (folder / "good.docx").write_bytes(docx(p("越南一段。")))
    made_of = list(HOSTILE.values())[::3]
    for number, (name, _, make) in enumerate(made_of):
        made = make(tmp_path)
        (folder / f"{number}{Path(name).suffix}").write_bytes(made.encode() if isinstance(made, str) else made)
    before = {path for path in tmp_path.rglob("*")}
    report = library.add([folder], encoder=encoder)
    assert sorted(report.added) == ["good.docx", "good.txt"]
    assert len(report.failed) == len(made_of)
    assert library.check().problems == ()
    written_outside = {path for path in tmp_path.rglob("*")} - before
    assert {path.relative_to(tmp_path).parts[0] for path in written_outside} <= {"library"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a figure that only Linux gives")
def test_hostile_files_take_little_memory(tmp_path: Path) -> None:
    from qa.documents.worker import shared

    peak = shared().call("tests.documents_child:peak", {}, path="x")
    assert peak < MEMORY


@pytest.mark.shared
def test_halves_of_real_files_end_in_a_document_or_a_sentence(shared: Path, tmp_path: Path) -> None:
    for whole in sorted((shared / "documents").iterdir()):
        path = tmp_path / whole.name
        data = whole.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        began = time.monotonic()
        for found in read(path):
            if isinstance(found, DocumentError):
                assert found.code not in ("file_crashed", "file_slow", "file_memory"), (whole.name, found)
                assert path.name in strings.sentence(found.code, "zh", **found.fields)
            else:
                assert found.text or found.notices
        assert time.monotonic() - began < SECONDS, whole.name
        os.unlink(path)  # noqa: PTH108
