"""Which files a person means by the paths that they give."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qa.errors import DocumentError
from qa.walk import SourceFile, expand


def names(*paths: Path) -> list[str]:
    return [file.name if isinstance(file, SourceFile) else file.code for file in expand(paths)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.txt", "a/二.md", "a/一.txt", ".hidden/x.txt", "a/.y.txt", "a/picture.gif"):
        path = tmp_path / "papers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("文", "utf-8")
    return tmp_path / "papers"


def test_a_folder_is_its_supported_files_in_order(folder: Path) -> None:
    assert names(folder) == ["b.txt", "a/一.txt", "a/二.md"]


def test_each_file_once_and_named_files_as_they_are(folder: Path) -> None:
    assert names(folder / "a" / "picture.gif", folder / "b.txt", folder) == [
        "picture.gif", "b.txt", "a/一.txt", "a/二.md",
    ]  # fmt: skip


def test_missing_paths_are_errors_among_the_rest(folder: Path) -> None:
    assert names(folder / "nowhere", folder / "b.txt") == ["path_missing", "b.txt"]


def test_a_name_that_is_no_unicode_is_an_error_that_shows_it_with_a_mark(tmp_path: Path) -> None:
    name = os.fsdecode("报".encode("gbk") + b".txt")
    (tmp_path / name).write_text("文", "utf-8")
    (tmp_path / "a.txt").write_text("文", "utf-8")
    whole, error = expand([tmp_path])
    assert isinstance(whole, SourceFile)
    assert isinstance(error, DocumentError)
    assert error.code == "file_name"
    assert str(error.fields["path"]).startswith(f"{tmp_path}{os.sep}\ufffd")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_an_error(folder: Path) -> None:
    (folder / "a").chmod(0)
    try:
        assert names(folder) == ["b.txt", "file_unreadable"]
    finally:
        (folder / "a").chmod(0o700)
    assert all(isinstance(file, SourceFile | DocumentError) for file in expand([folder]))
