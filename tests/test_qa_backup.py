"""A backup is whole, of one state, and comes back as it was, or not at all."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest

from qa.backup import MANIFEST, back_up, restore
from qa.errors import BackupError, LibraryError
from qa.library import Library
from qa.types import Document
from tests.conftest import KeywordEncoder
from tests.ui_tiny import make_document

A = "重庆迎来西洽会。\n\n会上签约34.96亿元。\n"


@pytest.fixture
def folder(tmp_path: Path, encoder: KeywordEncoder) -> Path:
    (tmp_path / "a.txt").write_text(A, "utf-8")
    with Library.create(tmp_path / "library", encoder=encoder) as library:
        library.add([tmp_path / "a.txt"], encoder=encoder)
    return tmp_path / "library"


def numbered(number: int) -> list[Document]:
    """Two documents that are stored together, so that one without the other is no state the library ever had."""
    pair = [
        make_document(("paragraph", 0, f"第{number}号展位。"), id=f"{number}-{side}", name=f"{number}{side}")
        for side in "ab"
    ]
    return [
        Document(**{**{name: getattr(item, name) for name in item.__slots__}, "path": f"/{item.id}"}) for item in pair
    ]


def test_what_was_backed_up_comes_back(folder: Path, tmp_path: Path, encoder: KeywordEncoder) -> None:
    (folder / "files").mkdir()
    (folder / "files" / "原件.pdf").write_bytes(b"%PDF")
    (folder / "conversations.sqlite3.part").write_bytes(b"half")
    with sqlite3.connect(folder / "conversations.sqlite3") as connection:
        connection.execute("CREATE TABLE said (text)")
        connection.execute("INSERT INTO said VALUES ('你好')")
    connection.close()
    made = back_up(folder, tmp_path / "b.zip")
    assert (made.documents, made.passages, made.generation, made.model) == (1, 1, 1, encoder.identity)
    assert [item.name for item in made.files] == ["library.sqlite3", "conversations.sqlite3", "files/原件.pdf"]
    assert restore(tmp_path / "b.zip", tmp_path / "new" / "library") == made
    with (
        Library.open(folder, model=encoder.identity) as old,
        Library.open(tmp_path / "new" / "library", model=encoder.identity) as new,
    ):
        assert new.check().problems == ()
        assert new.documents() == old.documents()
        assert [new.document(info.id) for info in new.documents()] == [
            old.document(info.id) for info in old.documents()
        ]
    assert (tmp_path / "new" / "library" / "files" / "原件.pdf").read_bytes() == b"%PDF"
    with sqlite3.connect(tmp_path / "new" / "library" / "conversations.sqlite3") as connection:
        assert connection.execute("SELECT text FROM said").fetchall() == [("你好",)]
    connection.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.zip", "library", "new"]


def test_while_the_library_is_added_to_and_searched(folder: Path, tmp_path: Path, encoder: KeywordEncoder) -> None:
    done, failed = threading.Event(), []

    def add() -> None:
        try:
            number = 0
            while not done.is_set():
                number += 1
                library.add_documents(numbered(number), encoder=encoder)
                library.search("展位", encoder.encode_queries(["展位"])[0], k=5)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    with Library.open(folder, model=encoder.identity) as library:
        adding = threading.Thread(target=add)
        adding.start()
        for _ in range(6):
            back_up(folder, tmp_path / "b.zip")  # replaces the one before
            manifest = restore(tmp_path / "b.zip", tmp_path / "copy")
            with Library.open(tmp_path / "copy", model=encoder.identity) as copy:
                assert copy.check().problems == ()
                names = {info.name for info in copy.documents()} - {"a.txt"}
                assert len(names) == 2 * (manifest.generation - 1)
                assert {name[:-1] + "a" for name in names} | {name[:-1] + "b" for name in names} == names
            shutil.rmtree(tmp_path / "copy")
        done.set()
        adding.join(30)
    assert failed == []


def refused(code: str, source: Path, target: Path) -> None:
    with pytest.raises((BackupError, LibraryError)) as caught:
        restore(source, target)
    assert caught.value.code == code
    assert not target.exists() or any(target.iterdir())
    assert not list(target.parent.glob(".yinju-*"))


def rewritten(source: Path, target: Path, *, manifest: dict[str, object] | None = None, **members: bytes) -> Path:
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as write:
        for name in read.namelist():
            data = read.read(name)
            if name == MANIFEST and manifest:
                data = json.dumps(json.loads(data) | manifest).encode()
            write.writestr(name, data)
        for name, data in members.items():
            write.writestr(name, data)
    return target


def test_what_cannot_be_restored_is_refused_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    good, bad, new = tmp_path / "b.zip", tmp_path / "bad.zip", tmp_path / "new"
    made = back_up(folder, good)
    refused("restore_occupied", good, folder)
    refused("backup_unreadable", tmp_path / "nowhere.zip", new)
    refused("backup_unreadable", tmp_path / "a.txt", new)
    refused("backup_version", rewritten(good, bad, manifest={"format": 2}), new)
    refused("backup_library", rewritten(good, bad, manifest={"library_format": 99}), new)
    refused("backup_damaged", rewritten(good, bad, manifest={"files": []}), new)
    refused("backup_damaged", rewritten(good, bad, manifest={"files": "x"}), new)
    first = {"name": made.files[0].name, "bytes": made.files[0].bytes, "sha256": made.files[0].sha256}
    for change in ({"sha256": "0" * 64}, {"bytes": first["bytes"] - 1}, {"bytes": first["bytes"] + 1}):
        refused("backup_damaged", rewritten(good, bad, manifest={"files": [first | change]}), new)
    for name in ("../evil", "/evil", "a/../../evil", "C:evil", "a\\evil", "", "index/dense.bin", "write.lock"):
        second = {"name": name, "bytes": 1, "sha256": "0" * 64}
        refused("backup_damaged", rewritten(good, bad, manifest={"files": [first, second]}), new)
    assert not (tmp_path / "evil").exists()


def test_one_byte_of_a_backup(folder: Path, tmp_path: Path, encoder: KeywordEncoder) -> None:
    good, bad, new = tmp_path / "b.zip", tmp_path / "bad.zip", tmp_path / "new"
    made = back_up(folder, good)
    chance = random.Random(6)
    for _ in range(60):
        data = bytearray(good.read_bytes())
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        bad.write_bytes(data)
        try:
            assert restore(bad, new).files == made.files  # a byte that says nothing, as of a time
        except (BackupError, LibraryError):
            assert not new.exists()
            continue
        with Library.open(new, model=encoder.identity) as library:
            assert library.check().problems == ()
        shutil.rmtree(new)


def test_only_a_backup_is_overwritten(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="backup_occupied"):
        back_up(folder, tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text("utf-8") == A
    with pytest.raises(BackupError, match="backup_write"):
        back_up(folder, tmp_path / "nowhere" / "b.zip")
    with pytest.raises(LibraryError, match="library_missing"):
        back_up(tmp_path / "nowhere", tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()
