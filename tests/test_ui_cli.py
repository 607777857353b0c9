"""The command line, with the model that ships, on the newspaper in seeds/: what other programs rely on."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import embeddings.encoder
from embeddings.encoder import Encoder, load_encoder, model_identity
from qa import database
from qa.library import Library
from qa.lock import write_lock
from tests.conftest import ROOT
from ui import strings
from ui.cli import app

CITATION = {
    "number": int, "document_id": str, "document": str, "title": str, "page": type(None), "paragraph": int,
    "start": int, "end": int, "text": str, "quote": str, "quote_start": int, "quote_end": int,
    "answer_start": int, "answer_end": int, "score": float,
}  # fmt: skip


@pytest.fixture(scope="module")
def real_encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, real_encoder: Encoder) -> Path:
    """A library of the seeds, made once with the model that ships."""
    folder = tmp_path_factory.mktemp("cli") / "library"
    with Library.create(folder, encoder=real_encoder) as library:
        library.add([ROOT / "seeds"], encoder=real_encoder)
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(built, tmp_path / "library"))


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch, real_encoder: Encoder) -> Iterator[None]:
    """The bundled model takes seconds to load: every command of this module gets the same one."""
    load = embeddings.encoder.load_encoder
    monkeypatch.setattr(
        embeddings.encoder, "load_encoder", lambda model=None: real_encoder if model is None else load(model)
    )
    return


def run(*arguments: str, folder: Path | None = None, stdin: str | None = None) -> Result:
    given = [*arguments, *(["--library", str(folder)] if folder else [])]
    return CliRunner().invoke(app, given, input=stdin)


def one_sentence(result: Result, code: str, lang: strings.Lang = "zh") -> None:
    """Failed with the sentence of ``code``, alone, on stderr."""
    assert result.exit_code == 1
    assert result.stdout == ""
    opening = strings.ERRORS[code][strings.LANGS.index(lang)].split("{")[0]
    assert opening in result.stderr.strip().splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, ui.cli; print([m for m in ('torch', 'gradio', 'faiss', 'jieba', 'tantivy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_ask_json_keeps_the_contract(folder: Path) -> None:
    result = run("ask", "有多少家世界500强落户重庆？", "--json", folder=folder)
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["status"] == "answered"
    assert answer["answer"] == "325家"
    assert 0.5 <= answer["confidence"] <= 1.0
    assert answer["near"] == []
    assert answer["timings_ms"].keys() == {"retrieve", "read", "total"}
    citation = answer["citations"][0]
    assert {name: type(citation[name]) for name in CITATION} == CITATION
    assert citation["title"] == "西洽会搭台 全球巨头扎堆“渝”见"
    text = run("text", citation["document_id"], folder=folder).stdout
    for start, end, slice_of in (("start", "end", "text"), ("quote_start", "quote_end", "quote")):
        assert text[citation[start] : citation[end]] == citation[slice_of]
    assert text[citation["answer_start"] : citation["answer_end"]] == "325家"


def test_text_is_the_file_without_its_white_space(folder: Path) -> None:
    (line,) = run("list", "--json", folder=folder).stdout.splitlines()
    text = run("text", json.loads(line)["id"], folder=folder).stdout
    file = (ROOT / "seeds" / "000_dcd0a74a8a6b0edf.txt").read_text("utf-8")
    assert "".join(text.split()) == "".join(file.split())


def test_ask_for_people(folder: Path) -> None:
    result = run("ask", "有多少家世界500强落户重庆？", folder=folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "325家"
    assert "325家世界500强扎根重庆" in result.stdout


def test_not_found_is_an_answer(folder: Path) -> None:
    result = run("ask", "西洽会的门票多少钱？", "--json", folder=folder)
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["status"], answer["answer"], answer["citations"]) == (0, "not_found", "", [])
    assert 1 <= len(answer["near"]) <= 3
    assert set(CITATION) <= answer["near"][0].keys()


def test_batch_one_line_in_one_line_out(folder: Path) -> None:
    lines = [
        {"id": "q1", "question": "有多少家世界500强落户重庆？"},
        {"id": "q2", "question": "  "},
        {"id": "q3"},
        {"id": "q4", "question": "美国的首都在哪里？"},
    ]
    result = run("ask", "--batch", "-", folder=folder, stdin="\n".join(map(json.dumps, lines)) + "\n\nnot json\n")
    out = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.get("id") for line in out] == ["q1", "q2", None, "q4", None]
    assert [line.get("answer", line.get("error", {}).get("code")) for line in out] == [
        "325家", "question_empty", "gold_line", "", "gold_line",
    ]  # fmt: skip
    assert result.exit_code == 1


# fmt: off
@pytest.mark.parametrize(("question", "code"), [
    ("", "question_empty"),
    ("\u3000 ", "question_empty"),
    ("问" * 20_000, "question_too_long"),
    ("多少\x00家", "question_control"),
    ("多少\udcff家", "question_control"),
])
# fmt: on
@pytest.mark.parametrize("lang", strings.LANGS)
def test_bad_questions(folder: Path, question: str, code: str, lang: strings.Lang) -> None:
    one_sentence(run("ask", question, "--lang", lang, folder=folder), code, lang)


def test_wrong_usage_is_2(folder: Path) -> None:
    assert run("ask", folder=folder).exit_code == 2
    assert run("ask", "问", "--batch", "-", folder=folder).exit_code == 2
    assert run("nothing").exit_code == 2


def test_add_reports_bad_files_and_goes_on(folder: Path, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "good.txt").write_text("渝越合作新增了三个项目。", "utf-8")
    (papers / "empty.txt").touch()
    (papers / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10)
    result = run("add", str(papers), str(tmp_path / "nowhere"), folder=folder)
    assert result.exit_code == 1
    for name in ("empty.txt", "picture.txt", "nowhere"):
        assert name in result.stderr
    assert "good.txt" in run("list", folder=folder).stdout
    assert run("check", folder=folder).exit_code == 0


def test_remove_and_unknown_ids(folder: Path) -> None:
    one_sentence(run("remove", "nowhere", folder=folder), "document_unknown")
    one_sentence(run("text", "nowhere", folder=folder), "document_unknown")
    id = json.loads(run("list", "--json", folder=folder).stdout)["id"]
    assert run("remove", id, folder=folder).exit_code == 0
    one_sentence(run("ask", "有多少家？", folder=folder), "library_empty")


def test_ask_of_one_document(folder: Path) -> None:
    id = json.loads(run("list", "--json", folder=folder).stdout)["id"]
    asked = ("ask", "有多少家世界500强落户重庆？", "--json", "--document", id)
    assert json.loads(run(*asked, folder=folder).stdout)["answer"] == "325家"
    one_sentence(run(*asked, "--document", "nowhere", folder=folder), "document_unknown")


def test_libraries_that_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    one_sentence(run("ask", "有多少家？", folder=tmp_path / "nowhere"), "library_missing")
    path = folder / database.DATABASE_NAME
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
    connection.close()
    one_sentence(run("ask", "有多少家？", folder=folder), "library_version")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(database.FORMAT_VERSION),))
        connection.execute("UPDATE meta SET value = 'other@1' WHERE key = 'model'")
    connection.close()
    result = run("ask", "有多少家？", folder=folder)
    one_sentence(result, "library_model")
    assert model_identity(None) in result.stderr
    path.write_bytes(b"half of a database")
    one_sentence(run("list", folder=folder), "library_broken")


def test_a_library_in_use(folder: Path) -> None:
    with write_lock(folder):
        one_sentence(run("add", str(ROOT / "seeds"), folder=folder), "library_busy")
        assert run("ask", "有多少家世界500强落户重庆？", folder=folder).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="mode bits")
def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    one_sentence(run("add", str(ROOT / "seeds"), folder=blocked / "library"), "library_broken")


def test_a_model_that_is_not_there(tmp_path: Path, folder: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("add", str(ROOT / "seeds"), "--model", str(empty), folder=tmp_path / "new")
    one_sentence(result, "model_unreadable")


def test_eval_prints_the_same_bytes_twice(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    contexts = {"c1": "截至目前，325家世界500强扎根重庆。", "c2": "越南是重庆在东盟的最大贸易伙伴。"}
    rows = [
        ("c1", "有多少家世界500强扎根重庆？", "325家"),
        ("c2", "重庆在东盟的最大贸易伙伴是谁？", "越南"),
        ("c2", "火星上有几座火山？", None),
    ]
    lines = [
        {
            "id": str(i), "context_id": c, "title": "", "context": contexts[c], "question": q,
            "answers": [] if a is None else [{"text": a, "start": contexts[c].index(a)}],
        }
        for i, (c, q, a) in enumerate(rows)
    ]  # fmt: skip
    gold.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    first, second = (run("eval", str(gold), "--json") for _ in range(2))
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    row = json.loads(first.stdout)
    assert (row["questions"], row["hit@1"], row["validity"]) == (3, 1.0, 1.0)
    one_sentence(run("eval", str(tmp_path / "none.jsonl")), "gold_missing")
