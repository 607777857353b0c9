from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import embeddings.encoder
from qa.library import Library
from tests.conftest import KeywordEncoder
from ui.cli import app


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path, encoder: KeywordEncoder, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(embeddings.encoder, "model_identity", lambda _model: encoder.identity)
    (tmp_path / "a.txt").write_text("重庆迎来西洽会。\n\n会上签约34.96亿元。\n", "utf-8")
    with Library.create(tmp_path / "library", encoder=encoder) as library:
        library.add([tmp_path / "a.txt"], encoder=encoder)
    return tmp_path / "library"


def test_back_up_and_restore(folder: Path, tmp_path: Path) -> None:
    made = run("backup", tmp_path / "b.zip", "--library", folder)
    assert made.exit_code == 0
    assert "1 份文件、1 段" in made.stderr
    again = run("restore", tmp_path / "b.zip", "--library", folder, "--lang", "en")
    assert (again.exit_code, again.stderr.startswith(f"{folder} is not empty; nothing was restored.")) == (1, True)
    assert run("restore", tmp_path / "b.zip", "--library", tmp_path / "new").exit_code == 0
    assert run("check", "--library", tmp_path / "new").exit_code == 0
    nothing = run("restore", tmp_path / "a.txt", "--library", tmp_path / "other")
    assert (nothing.exit_code, "不是能读的备份" in nothing.stderr) == (1, True)


def test_check_repairs_what_can_be_made_anew_and_refuses_the_rest(folder: Path) -> None:
    index = folder / "index" / "lexical"
    segment = max(index.glob("*.term"))
    segment.write_bytes(segment.read_bytes()[:-1] + b"?")
    repaired = run("check", "--repair", "--library", folder)
    assert (repaired.exit_code, repaired.stderr.splitlines()[0]) == (0, "索引已由资料库重建。")
    with sqlite3.connect(folder / "library.sqlite3") as connection:
        connection.execute("UPDATE documents SET text = replace(text, '34.96', '84.96')")
    connection.close()
    refused = run("check", "--repair", "--library", folder, "--lang", "en")
    assert refused.exit_code == 1
    assert "changed since it was stored" in refused.stderr
    assert "Restore a backup with yinju restore" in refused.stderr
