"""Zip archives: names, limits, traversal, and how members become documents."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from qa.documents import archive, read_documents
from qa.documents.archive import members, read_member
from qa.documents.package import Limits, Package
from qa.errors import DocumentError
from qa.types import Document


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


def stored(tmp_path: Path, parts: dict[str, bytes]) -> Path:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(parts))
    return path


def read(path: Path) -> list[Document | DocumentError]:
    return list(read_documents(path, name=path.name, identify=lambda place: f"id:{place.name}"))


def test_members_become_documents_each_with_its_own_id(tmp_path: Path) -> None:
    path = stored(
        tmp_path,
        {
            "乙/二.html": "<h1>题</h1><p>网页。</p>".encode(),
            "一.txt": "纯文本。".encode(),
            "坏.rtf": b"{\\rtf1 " + b"{" * 20_000,
            "picture.gif": b"GIF89a",
            "__MACOSX/._一.txt": b"x",
            ".hidden.txt": b"x",
            "inner.zip": packed({"x.txt": b"x"}),
        },
    )
    found = read(path)
    assert [f.code if isinstance(f, DocumentError) else f.text for f in found] == [
        "archive_nested", "纯文本。", "题\n网页。", "file_nested",
    ]  # fmt: skip
    second = found[2]
    assert isinstance(second, Document)
    assert (second.id, second.name, second.path) == ("id:二.html", "a.zip!乙/二.html", f"{path}!乙/二.html")
    assert isinstance(found[3], DocumentError)
    assert found[3].fields["path"] == f"{path}!坏.rtf"


def test_other_files_are_one_document(tmp_path: Path) -> None:
    plain = tmp_path / "a.txt"
    plain.write_text("文", "utf-8")
    (document,) = read(plain)
    assert isinstance(document, Document)
    assert document.id == "id:a.txt"
    (error,) = read(tmp_path / "gone.zip")
    assert isinstance(error, DocumentError)
    assert error.code == "path_missing"


def test_names_in_the_encoding_of_chinese_windows(tmp_path: Path) -> None:
    data = packed({"XXXX.txt": b"x"}).replace(b"XXXX", "报表".encode("gbk"))
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert [member.name for member in members(path)] == ["报表.txt"]


@pytest.mark.parametrize("name", ["../etc/x.txt", "a/../../x.txt", "/etc/x.txt", "C:/x.txt", "..\\x.txt"])
def test_names_that_leave_the_archive_condemn_it(tmp_path: Path, name: str) -> None:
    (error,) = read(stored(tmp_path, {"good.txt": b"x", name: b"x"}))
    assert isinstance(error, DocumentError)
    assert error.code == "archive_traversal"
    assert not (tmp_path.parent / "x.txt").exists()


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path, {"bomb.txt": b"0" * 40_000_000, "good.txt": b"x"})
    found = read(path)
    assert isinstance(found[0], DocumentError)
    assert (found[0].code, found[0].fields["size"]) == ("file_expands", 40_000_000)
    assert isinstance(found[1], Document)
    monkeypatch.setattr(archive, "ARCHIVE", Limits(members=10, member=1000, total=1000, ratio=250, free=1000))
    with pytest.raises(DocumentError, match="file_expands"):
        members(path)
    monkeypatch.setattr(archive, "ARCHIVE", Limits(members=1, member=1000, total=1000, ratio=250, free=1000))
    with pytest.raises(DocumentError, match="archive_members"):
        members(path)


def test_a_size_that_the_directory_denies_is_not_believed(tmp_path: Path) -> None:
    data = bytearray(packed({"bomb.txt": b"0" * 40_000_000}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    with Package(bytes(data), path="a.zip") as package, pytest.raises(DocumentError) as caught:
        package.read_at(0)
    assert caught.value.code in ("file_damaged", "file_expands")


def test_damage_and_passwords(tmp_path: Path) -> None:
    path = stored(tmp_path, {"a.txt": b"hello hello hello" * 50})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (error,) = read(path)
    assert isinstance(error, DocumentError)
    assert error.code == "file_damaged"
    encrypted = bytearray(whole)
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.rindex(sign) + at] |= 1
    path.write_bytes(bytes(encrypted))
    with pytest.raises(DocumentError, match="file_encrypted"):
        read_member(path, 0)
    wrong = bytearray(whole)
    wrong[45] ^= 0xFF
    path.write_bytes(bytes(wrong))
    with pytest.raises(DocumentError, match="file_damaged"):
        read_member(path, 0)


def test_an_archive_of_nothing_to_read(tmp_path: Path) -> None:
    (error,) = read(stored(tmp_path, {"a.gif": b"GIF89a"}))
    assert isinstance(error, DocumentError)
    assert error.code == "archive_empty"
