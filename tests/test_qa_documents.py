"""Which reader a file gets, what a document promises, and every error that a file can cause."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

import pytest

from qa.documents import FILE_LIMIT, KNOWN, read_document, supported
from qa.errors import DocumentError
from qa.types import Document, Notice


def read(path: Path) -> Document:
    return read_document(path, document_id="d1", name=path.name)


def refusal(path: Path) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(path)
    return caught.value


def test_a_text_file_becomes_a_document(tmp_path: Path) -> None:
    path = tmp_path / "笔记.txt"
    path.write_bytes("\ufeff春天来了\r\n\r\n　　燕子从南方飞回来，在屋檐下筑巢。\r\n".encode())
    document = read_document(path, document_id="d7", name="抽屉/笔记.txt")
    assert (document.id, document.name, document.path, document.format) == ("d7", "抽屉/笔记.txt", str(path), "text")
    assert document.revision == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.title == "春天来了"
    assert document.text == "春天来了\n燕子从南方飞回来，在屋檐下筑巢。"
    assert [(b.number, b.kind, b.start, b.end, b.level, b.page) for b in document.blocks] == [
        (1, "heading", 0, 4, 1, None),
        (2, "paragraph", 5, 21, 0, None),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.txt", "燕子在屋檐下筑巢"), ("a.md", "# 春\n\n燕子在屋檐下筑巢"), ("a.csv", "鸟,住处\n燕子,屋檐下")],
)
def test_a_text_that_breaks_off_within_a_character_is_read_up_to_it_and_says_so(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    whole = read(path)
    path.write_bytes((text + "了").encode()[:-1])
    assert read(path).text == whole.text
    assert (whole.notices, read(path).notices) == ((), (Notice("file_cut"),))


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.txt", "一", "text"),
        ("a.TEXT", "一", "text"),
        ("a.log", "一", "text"),
        ("a.md", "一", "markdown"),
        ("a.Markdown", "一", "markdown"),
        ("a.srt", "一", "text"),
        ("README", "一", "text"),
    ],
)
def test_the_suffix_chooses_the_reader_and_other_text_is_text(
    tmp_path: Path, name: str, content: str, format: str
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    document = read(path)
    assert document.format == format
    assert document.text == content
    assert document.title == Path(name).stem


@pytest.mark.parametrize("content", [b"", b" \r\n\t ", "\ufeff".encode(), "\ufeff\u3000\u00a0\n".encode(), b"\x0c\n"])
def test_nothing_to_read_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert refusal(path).code == "file_empty"


GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00"
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01\x00\x00\x00" * 40


@pytest.mark.parametrize("content", [ELF, bytes(range(256)) * 4, b"\x00" * 64, b"text\x00text" * 9])
def test_bytes_that_are_no_text_are_refused_under_a_text_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert refusal(path).code == "file_binary"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.gif", GIF), ("a.pdf", GIF), ("a.mp3", b"text"), ("a.dat", ELF)],
)
def test_other_kinds_of_files_are_named_as_such(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(path)
    assert error.code == "file_format"
    assert error.fields == {"path": str(path), "suffix": path.suffix, "known": sorted(KNOWN)}


def test_a_picture_under_a_text_name_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(GIF)
    assert refusal(path).code == "file_binary"


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    missing = refusal(tmp_path / "nowhere.txt")
    assert (missing.code, missing.fields) == ("path_missing", {"path": str(tmp_path / "nowhere.txt")})
    folder = refusal(tmp_path)
    assert (folder.code, folder.fields["reason"]) == ("file_unreadable", "no_file")
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(FILE_LIMIT + 1)
    error = refusal(big)
    assert error.code == "file_too_large"
    assert error.fields == {"path": str(big), "size": FILE_LIMIT + 1, "limit": FILE_LIMIT}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("文", "utf-8")
    path.chmod(0)
    error = refusal(path)
    assert (error.code, error.fields["reason"]) == ("file_unreadable", "Permission denied")


def test_an_error_of_the_disk_keeps_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("文", "utf-8")

    def fail(self: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fail)
    error = refusal(path)
    assert (error.code, error.fields["reason"]) == ("file_unreadable", "Permission denied")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", True),
        ("a.MD", True),
        ("b/a.log", True),
        (".a.txt", False),
        ("~$a.docx", False),
        ("a.pdf", True),
        ("a.png", True),
        ("a.gif", False),
        ("a", False),
    ],
)
def test_what_a_walk_over_folders_picks_up(name: str, expected: bool) -> None:
    assert supported(Path(name)) is expected


def test_the_origin_of_every_seed_is_on_record(seeds: Path) -> None:
    records = {
        record["file"]: record for record in tomllib.loads((seeds / "SOURCES.toml").read_text("utf-8"))["document"]
    }
    files = {path.name: path for path in seeds.glob("*.txt")}
    assert records.keys() == files.keys()
    for name, record in records.items():
        data = files[name].read_bytes()
        assert record["sha256"] == hashlib.sha256(data).hexdigest()
        assert record["bytes"] == len(data)
        assert record["characters"] == len(data.decode())
        assert record["title"] == read(files[name]).title


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "title", "blocks", "needle"),
    [
        ("txt_zh_news_gb18030.txt", "我国首次发布《美国履行世贸组织规则义务情况报告》", 3, "〇 𠮷 🙂"),
        ("txt_zh_news_utf16_bom.txt", "宝坻青年的“守城保卫战”", 2, "28支青年突击队闻令而动"),
        ("txt_zhtw_wiki_big5.txt", "梵文", 40, "東犬燈塔創建於西元1872年"),
        ("txt_zh_report_crlf.txt", "txt_zh_report_crlf", 162, "一、过去五年的工作和新时代十年的伟大变革"),
    ],
)
def test_real_files(shared: Path, name: str, title: str, blocks: int, needle: str) -> None:
    document = read(shared / "documents" / name)
    assert document.title == title
    assert len(document.blocks) == blocks
    assert needle in document.text
