"""The questions that were written for the reader, and what it sees of them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from embeddings.encoder import BUNDLED
from embeddings.folding import simplified
from training.calibrate import kept_set
from training.prepare_reader import ASKED
from training.reader_windows import Packed
from training.refine_reader import (
    BEFORE,
    KEPT,
    PUBLIC,
    WRITTEN,
    begin_with_bundled,
    check_written,
    found,
    load_written,
    mixed,
    of_document,
)
from training.train_reader import batches, trained_network

RUN = 36
"""Characters in a row, longer than what every judgment says at its end."""
DOCUMENT = {
    "title": "蚕桑學堂",
    "passages": ["首任監督段恭溥任職九年，次任監督金兆熊任職三年。", "學堂招收農家子弟，首期六十名。"],
    "questions": [
        {"question": "金兆熊幹了幾年？", "answer": "三年", "passage": 0, "kind": "howlong"},
        {"question": "頭一批收了多少人", "answer": "六十名", "passage": 1, "kind": "howmany"},
        {"question": "段恭溥是哪一年到任的", "answer": "", "passage": 0, "kind": "none"},
    ],
}


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))


@pytest.fixture(scope="module")
def windows(tokenizer):
    return list(of_document(DOCUMENT, tokenizer, random.Random(1)))


def test_every_answer_stands_once_where_it_is_said_to_and_no_question_is_asked_twice():
    documents = [*load_written(WRITTEN), *load_written(KEPT)]
    assert len(documents) > 150
    for document in documents:
        questions = [asked["question"] for asked in document["questions"]]
        assert len(set(questions)) == len(questions), document["title"]
        for asked in document["questions"]:
            text, answer = document["passages"][asked["passage"]], asked["answer"]
            marked = asked.get("start_hint", "") + answer
            assert (asked["kind"] == "none") == (not answer), asked
            assert not answer or text.count(marked) == 1, asked
            assert not answer or simplified(text).count(simplified(marked)) == 1, asked


def test_nothing_that_the_program_is_measured_on_stands_in_a_written_document():
    root = Path(__file__).parents[1]
    measured = [*(root / "benchmarks" / "documents").rglob("*.*"), *(root / "seeds").glob("*.txt")]
    stretches = {text[i : i + RUN] for text in map(plain_text, measured) for i in range(len(text) - RUN + 1)}
    assert len(measured) > 40
    assert len(stretches) > 10_000
    for document in load_written(WRITTEN):
        for text in document["passages"]:
            bare = "".join(text.split())
            assert not {bare[i : i + RUN] for i in range(len(bare) - RUN + 1)} & stretches, bare


def plain_text(path):
    return "".join(path.read_text("utf-8", errors="ignore").split())


def test_no_document_that_is_kept_is_trained_on():
    kept, trained = load_written(KEPT), load_written(WRITTEN)
    assert {path.name for path in KEPT.glob("*.jsonl")} >= {path.name for path in WRITTEN.glob("*.jsonl")}
    assert not {one["title"] for one in kept} & {one["title"] for one in trained}
    assert not {text for one in kept for text in one["passages"]} & {
        text for one in trained for text in one["passages"]
    }


def test_a_window_holds_the_answer_in_simplified_script_or_is_marked_as_holding_none(windows, tokenizer):
    read = [tokenizer.decode(one.window.ids[one.start : one.end + 1]).strip() if one.start else "" for one in windows]
    assert [text for text in read if text] == ["三年", "六十名"]
    assert "" in read
    assert all(one.end == 0 for one, text in zip(windows, read, strict=True) if not text)


def test_the_place_of_an_answer_that_stands_twice_is_the_one_after_its_hint():
    assert found("任職三年，後又三年。", "三年", "") == (2, 4)
    assert found("任職三年，後又三年。", "三年", "後又") == (7, 9)


def test_batches_hold_every_window_once_and_taught_ones_apart(windows):
    items = [replace(one, taught=taught) for taught in (False, True) for one in windows * 9]
    made = list(batches([items], seed=5, size=4))
    assert sorted(map(id, (one for batch in made for one in batch))) == sorted(map(id, items))
    assert sum(len({one.taught for one in batch}) > 1 for batch in made) <= 1


def test_a_pass_holds_the_written_questions_untaught_and_as_many_public_ones(tokenizer):
    text = "首任馆长段恭溥任职九年。"
    entry = {"title": "", "own": [0], "gold": 0, "answer": [9, 11], "answers": ["九年"], "wrong": [], "names": [],
             "words": [], "aside": False}  # fmt: skip
    asked = entry | {"question": "段恭溥干了多久？", "source": ASKED}
    public = [entry | {"question": f"段恭溥任馆长{n}年？", "source": "public"} for n in range(40)]
    packed = Packed([{"text": text, "title": "", "sentences": [(0, len(text))]}], [asked, *public])
    items = mixed(packed, [DOCUMENT], tokenizer, 3)
    untaught = [one for one in items if not one.taught]
    own = list(of_document(DOCUMENT, tokenizer, random.Random(3)))
    assert [one.window.ids for one in untaught[:-1]] == [one.window.ids for one in own]
    assert tokenizer.decode(untaught[-1].window.ids[untaught[-1].start : untaught[-1].end + 1]).strip() == "九年"
    assert len(items) == round((1 + PUBLIC) * len(untaught))


def test_the_reader_that_ships_is_begun_with_where_there_is_no_other(tmp_path, tokenizer):
    begin_with_bundled(tmp_path)
    begun = trained_network(BUNDLED, tmp_path / f"{BEFORE}.safetensors")
    answered = [asked for asked in DOCUMENT["questions"] if asked["answer"]]
    found = check_written(begun, tokenizer, [DOCUMENT])
    assert (found["written"], len(answered)) == (3, 2)
    assert found["EM"] == found["F1"] == 100
    worse = [answered[0] | {"answer": "九年"}, *DOCUMENT["questions"][1:]]
    assert check_written(begun, tokenizer, [DOCUMENT | {"questions": worse}])["EM"] == 50


def test_tensors_that_the_reader_has_not_are_refused(tmp_path):
    save_file({"head.weights": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match=r"head\.weights"):
        trained_network(BUNDLED, tmp_path / "other.safetensors")


def test_windows_are_the_same_for_the_same_seed(tokenizer):
    first, second = (
        [(one.window.ids, one.start, one.end) for one in of_document(DOCUMENT, tokenizer, random.Random(3))]
        for _ in range(2)
    )
    assert first == second


def test_what_is_kept_is_asked_of_its_own_documents():
    documents, questions = kept_set([DOCUMENT, DOCUMENT | {"title": "又一堂"}])
    assert [(one.title, one.text) for one in documents] == [
        (title, "\n\n".join(DOCUMENT["passages"])) for title in ("蚕桑學堂", "又一堂")
    ]
    assert [(one.context_id, one.answers) for one in questions[:3]] == [
        ("蚕桑學堂", ("三年",)), ("蚕桑學堂", ("六十名",)), ("蚕桑學堂", ()),
    ]  # fmt: skip
    assert len({one.id for one in questions}) == 6
