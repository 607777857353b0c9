"""Formats are found by content; the suffix decides where the content says nothing."""

from __future__ import annotations

import importlib
import io
import time
import zipfile
from pathlib import Path

import pytest

from qa.documents.sniff import FORMATS, KNOWN, sniff

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def package(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def types(kind: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(
            "[Content_Types].xml", f'<Types><Override ContentType="application/vnd.{kind}.main+xml"/></Types>'
        )
    return buffer.getvalue()


# fmt: off
@pytest.mark.parametrize(("data", "suffix", "expected"), [
    (b"%PDF-1.7", ".txt", "pdf"), (b"\n\n junk %PDF-1.4", ".pdf", "pdf"), (b"{\\rtf1 x", ".doc", "rtf"),
    (b"<!DOCTYPE HTML><p>", ".xls", "html"), ("\ufeff<html>".encode(), "", "html"), ("<html>".encode("utf-16"), ".txt", "html"),
    (b"<!-- saved from x -->\n<html >", ".htm", "html"), (b"<p>fragment", ".html", "html"), (b"<p>note", ".md", "markdown"),
    (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y"><html>', ".xml", "html"),
    (b'<?xml version="1.0"?><rss>', ".txt", "xml"), (b"<!-- c --><feed xmlns='x'>", ".atom", "xml"), (b"<x/>", ".xml", "xml"),
    (b"WEBVTT\n", ".txt", "subtitles"), (b"1\r\n00:00:01,000 --> 00:00:02,000\r\nx", ".txt", "subtitles"),
    (b"no cues", ".srt", "text"), (b"a,b\n1,2", ".csv", "delimited"), (b"a\tb\n1\t2", ".xls", "delimited"),
    (b"\x89PNG\r\n\x1a\n", ".txt", "image"), (b"\xff\xd8\xff\xe0", ".pdf", "image"), (b"MM\x00*", "", "image"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", ".png", "image"), (b"plain", ".jpg", "text"),
    (b"plain", ".docx", "text"), (b"plain", ".pdf", "text"), (b"plain", "", "text"), (b"BMW is a car", ".txt", "text"),
    (b"# x", ".markdown", "markdown"),
    (types("openxmlformats-officedocument.wordprocessingml.document"), ".zip", "docx"),
    (types("openxmlformats-officedocument.spreadsheetml.sheet"), ".docx", "xlsx"),
    (types("openxmlformats-officedocument.presentationml.presentation"), "", "pptx"),
    (types("ms-word.document.macroEnabled"), ".docx", "docx"), (types("ms-excel.sheet.macroEnabled"), "", "xlsx"),
    (package(mimetype="application/epub+zip"), ".zip", "epub"), (package(**{"META-INF__container.xml": ""}), "", "epub"),
    (package(mimetype="application/vnd.oasis.opendocument.text"), ".zip", "opendocument"),
    (package(**{"a.txt": "x"}), ".zip", "archive"), (package(**{"a.txt": "x"}), "", "archive"),
    (package(**{"a.txt": "x"})[:40], ".docx", "docx"), (b"PK\x03\x04cut", "", "archive"),
    (OLE + "WordDocument".encode("utf-16-le"), ".txt", "legacy"), (OLE + "EncryptedPackage".encode("utf-16-le"), ".docx", "legacy"),
    (OLE, ".doc", "legacy"),
])
# fmt: on
def test_what_a_file_is(data: bytes, suffix: str, expected: str) -> None:
    form = sniff(data, suffix)
    assert form is not None
    assert form.name == expected


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"GIF89a\x00", ".txt"),
        (b"RIFF\x00\x00\x00\x00WAVE", ".webp"),
        (b"BM\x00\x00\x00\x00", ".bmp"),
        (b"text", ".exe"),
        (b"\x7fELF", ""),
        (b"Rar!\x1a\x07\x00", ".zip"),
        (OLE + "__substg1.0_".encode("utf-16-le"), ".msg"),
        (package(**{"META-INF__MANIFEST.MF": "x"}), ".zip"),
        (package(**{"a.py": "x"}), ".whl"),
    ],
)
def test_what_is_left_alone(data: bytes, suffix: str) -> None:
    assert sniff(data, suffix) is None


def test_every_suffix_names_one_format() -> None:
    assert len(set(KNOWN)) == len(KNOWN)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in KNOWN)


@pytest.mark.parametrize("name", ["text", "markdown", "html", "xml", "subtitles", "rtf", "epub"])
def test_readers_are_where_the_registry_says(name: str) -> None:
    module, _, function = FORMATS[name].reader.partition(":")
    assert callable(getattr(importlib.import_module(f"qa.documents.{module}"), function))


@pytest.mark.shared
def test_real_files(shared: Path) -> None:
    found = {}
    for path in sorted((shared / "documents").iterdir()):
        form = sniff(path.read_bytes(), "")
        found.setdefault(form.name if form else "", set()).add(path.suffix)
    assert found["pdf"] == {".pdf"}
    assert found["docx"] == {".docx"}
    assert found["pptx"] == {".pptx"}
    assert found["xlsx"] == {".xlsx"}
    assert found["epub"] == {".epub"}
    assert found["legacy"] == {".doc"}
    assert found["html"] == {".html"}
    assert found["xml"] == {".xml"}
    assert found["subtitles"] == {".srt"}
    assert found["text"] == {".txt", ".md", ".tsv"}


@pytest.mark.parametrize("lead", [b"<!--a-->", b"<?a?>", b"<?xml?>", b"<!DOCTYPE a []>", b" "])
def test_a_long_lead_is_looked_at_once(lead: bytes) -> None:
    began = time.process_time()
    sniff(lead * 400 + b"<div>", ".html")
    sniff(lead * 400 + b"<a>", ".xml")
    assert time.process_time() - began < 0.5
