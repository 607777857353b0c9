"""The questions that were written for the reader, and what it sees of them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from embeddings.encoder import BUNDLED
from embeddings.folding import simplified
from training import refine_reader
from training.reader_windows import Item
from training.refine_reader import (
    SHARE,
    WRITTEN,
    Example,
    batches,
    begun,
    check_written,
    found,
    load_written,
    loss_of,
    of_document,
)

DOCUMENT = {
    "title": "蚕桑學堂",
    "passages": ["首任監督段恭溥任職九年，次任監督金兆熊任職三年。", "學堂招收農家子弟，首期六十名。"],
    "questions": [
        {"question": "金兆熊幹了幾年？", "answer": "三年", "passage": 0, "kind": "howlong"},
        {"question": "頭一批收了多少人", "answer": "六十名", "passage": 1, "kind": "howmany"},
        {"question": "段恭溥是哪一年到任的", "answer": "", "passage": 0, "kind": "none"},
    ],
    "aside": False,
}


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))


@pytest.fixture(scope="module")
def windows(tokenizer):
    return list(of_document(DOCUMENT, tokenizer, random.Random(1)))


def test_every_answer_stands_once_where_it_is_said_to_and_no_question_is_asked_twice():
    documents = load_written(WRITTEN)
    assert len(documents) > 50
    for document in documents:
        questions = [asked["question"] for asked in document["questions"]]
        assert len(set(questions)) == len(questions), document["title"]
        for asked in document["questions"]:
            text, answer = document["passages"][asked["passage"]], asked["answer"]
            marked = asked.get("start_hint", "") + answer
            assert (asked["kind"] == "none") == (not answer), asked
            assert not answer or text.count(marked) == 1, asked
            assert not answer or simplified(text).count(simplified(marked)) == 1, asked


def test_no_written_title_is_that_of_a_document_that_the_program_is_measured_on():
    measured = Path(refine_reader.__file__).parents[1] / "benchmarks" / "documents"
    names = {path.stem for path in measured.rglob("*.*")}
    assert names
    assert not names & {document["title"] for document in load_written(WRITTEN)}


def test_the_first_document_of_each_file_is_kept_aside(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps({"title": f"{name}{n}"}) + "\n" for n in range(3)))
    assert [(one["title"], one["aside"]) for one in load_written(tmp_path)] == [
        ("a0", True), ("a1", False), ("a2", False), ("b0", True), ("b1", False), ("b2", False),
    ]  # fmt: skip


def test_a_window_holds_the_answer_in_simplified_script_or_is_marked_as_holding_none(windows, tokenizer):
    read = [tokenizer.decode(one.window.ids[one.start : one.end + 1]).strip() if one.start else "" for one in windows]
    assert [text for text in read if text] == ["三年", "六十名"]
    assert "" in read
    assert all(one.end == 0 for one, text in zip(windows, read, strict=True) if not text)


def test_the_place_of_an_answer_that_stands_twice_is_the_one_after_its_hint():
    assert found("任職三年，後又三年。", "三年", "") == (2, 4)
    assert found("任職三年，後又三年。", "三年", "後又") == (7, 9)


def test_batches_hold_every_example_once_and_public_ones_apart(windows):
    examples = [Example(one, public) for public in (False, True) for one in windows * 9]
    made = list(batches([examples]))
    assert sorted(map(id, (one for batch in made for one in batch))) == sorted(map(id, examples))
    assert all(len({one.public for one in batch}) == 1 for batch in made)


def test_a_public_window_is_learnt_by_a_share_and_is_at_rest_where_the_old_reader_is_right(windows):
    network = begun(None).requires_grad_(False).train(False)
    device = torch.device("cpu")
    batch = windows[:2]
    written = float(loss_of(network, network, [Example(one, False) for one in batch], device))
    public = float(loss_of(network, network, [Example(one, True) for one in batch], device))
    # The distance from itself is 0, so only the other part of the loss is left.
    assert public == pytest.approx((1 - SHARE) * written, rel=1e-4)


def test_documents_kept_aside_are_measured_and_the_others_are_not(tokenizer):
    network = begun(None).requires_grad_(False).train(False)
    found = check_written(network, tokenizer, [DOCUMENT | {"aside": True}, DOCUMENT])
    assert found["written"] == 3
    assert 0 <= found["EM"] <= found["F1"] <= 100


def test_tensors_that_the_reader_has_not_are_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({"head.weights": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match=r"head\.weights"):
        begun(tmp_path / "other.safetensors")


def test_windows_are_the_same_for_the_same_seed(tokenizer):
    first, second = (
        [(one.window.ids, one.start, one.end) for one in of_document(DOCUMENT, tokenizer, random.Random(3))]
        for _ in range(2)
    )
    assert first == second
    assert isinstance(next(of_document(DOCUMENT, tokenizer, random.Random(3))), Item)
