"""What the span reader learns from: windows that hold their answer, or do not; and how a step is made of them."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.encoder import BUNDLED
from embeddings.folding import simplified
from qa.network import Batch
from qa.passages import sentences
from training import prepare_reader
from training.prepare_reader import ASKED, asked_rows, exchanged, prepared
from training.reader_data import is_held_out, read_rows
from training.reader_windows import cut, items_of, load_packed
from training.train_reader import STAGES, TEMPERATURE, batches, loss_of, rate_at

ROWS = [
    {
        "id": f"q{number}",
        "context_id": f"c{number}",
        "title": f"第{number}屆博覽會",
        "context": f"第{number}屆博覽會在江州開幕。共有{number}12家企業參展。觀眾很多。" + "會上簽約不少。" * 60,
        "question": "共有多少家企業參展？",
        "answers": [{"text": f"{number}12家企業", "start": len(f"第{number}屆博覽會在江州開幕。共有")}],
        "source": "made/here",
        "aside": number == 8,
    }
    for number in range(3, 9)
]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    path = tmp_path_factory.mktemp("packed") / "packed.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(one) for one in prepared(ROWS)).encode()))
    return load_packed(path)


def test_a_question_is_packed_with_the_place_of_its_answer_in_simplified_script(packed):
    assert len(packed.questions) == 6
    for number, entry in zip(range(3, 9), packed.questions, strict=True):
        text = packed.pieces[entry["gold"]]["text"]
        assert text[slice(*entry["answer"])] == f"{number}12家企业"
        assert (entry["question"], entry["source"], entry["aside"]) == ("共有多少家企业参展？", "here", number == 8)
        assert entry["gold"] in entry["own"]
        assert not set(entry["wrong"]) & set(entry["own"])
        assert all(f"{number}12家企业" not in packed.pieces[wrong]["text"] for wrong in entry["wrong"])
    # What is kept aside is shown to no other question.
    assert not set(packed.questions[-1]["own"]) & {wrong for entry in packed.questions for wrong in entry["wrong"]}


def test_a_pass_marks_the_tokens_of_the_answers_and_asks_nothing_kept_aside(packed, tokenizer):
    items = items_of(packed, tokenizer, seed=1)
    answered = [item for item in items if item.start]
    assert len(answered) == 5
    for number, item in zip(range(3, 8), answered, strict=True):
        marked = tokenizer.decode(item.window.ids[item.start : item.end + 1]).replace(" ", "")
        assert f"{number}12家企业" in marked
    assert all((item.start, item.end) == (0, 0) for item in items if item not in answered)


def test_the_same_seed_gives_the_same_pass(packed, tokenizer):
    assert items_of(packed, tokenizer, seed=1) == items_of(packed, tokenizer, seed=1)
    assert items_of(packed, tokenizer, seed=1) != items_of(packed, tokenizer, seed=2)


def test_asked_questions_take_the_text_of_their_context_and_a_wrong_place_is_named(tmp_path):
    place = ROWS[0]["context"].index("312家")
    asked = {"context_id": "c3", "question": "来了几家企业？", "answer": "312家企业", "start": place}
    none = {"context_id": "c4", "question": "来了几国企业？", "answer": "", "start": 0}
    path = tmp_path / "one.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (asked, none)))
    first, second = asked_rows(ROWS, tmp_path)
    assert (first["title"], first["question"], first["source"]) == ("第3屆博覽會", "来了几家企业？", ASKED)
    assert first["answers"] == [{"text": "312家企業", "start": place}]
    assert (second["context"], second["answers"]) == (ROWS[1]["context"], [])
    path.write_text(json.dumps(asked | {"start": place + 1}))
    with pytest.raises(ValueError, match="来了几家企业"):
        next(asked_rows(ROWS, tmp_path))


def test_every_asked_question_stands_on_a_context_that_is_trained_on_and_is_asked_once(shared):
    rows = read_rows(shared / "data" / "qa")
    # Raises where an answer is out of place.
    asked = list(asked_rows(rows, Path(prepare_reader.__file__).parent / ASKED))
    pairs = {(row["context_id"], simplified(row["question"])) for row in asked}
    assert len(pairs) == len(asked) > 6000
    assert not pairs & {(row["context_id"], simplified(row["question"])) for row in rows}
    assert not [row["question"] for row in asked if is_held_out(row)]
    assert not [row["question"] for row in asked if any(one["text"] in row["question"] for one in row["answers"])]


def test_a_taught_window_is_learnt_by_a_share_and_another_by_its_target_alone():
    batch = Batch(torch.zeros((2, 2), dtype=torch.long), torch.ones((2, 2)), torch.ones((2, 2), dtype=torch.bool))
    even = Fixed([[0.0, 0.0], [0.0, 0.0]])
    both = torch.tensor([[1, 1], [1, 1]])
    # The teacher says the same, so of the taught window only 1 - 0.6 of ln 2 is left: (1 + 0.4) / 2 of it in the mean.
    loss = loss_of(Twice(even), [Twice(even)], batch, both, torch.tensor([0.0, 0.6]))
    assert loss.item() == pytest.approx(0.7 * 0.693147, abs=1e-5)


def test_held_out_goes_by_the_context_alone():
    one = {"context": "江州", "question": "谁？"}
    assert is_held_out(one) == is_held_out({"context": "江州", "question": "何时？"})
    assert 0 < sum(is_held_out({"context": str(number)}) for number in range(2000)) < 200


@settings(deadline=None)
@given(st.text(alphabet="江州会开幕了。！\n", min_size=1, max_size=300), st.data())
def test_a_window_holds_what_it_was_cut_around(text, data):
    if not text.split():
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip():
        return
    low, high = cut(sentences(text), start, end, data.draw(st.integers(100, 400)), random.Random(0))
    assert 0 <= low < high <= len(text)
    assert text[start:end].strip() in text[low:high]


def test_batches_hold_every_item_once_and_the_same_seed_gives_the_same(packed, tokenizer):
    items = items_of(packed, tokenizer, seed=1) * 40
    made = list(batches([items, items], seed=3))
    assert sorted(id(item) for batch in made for item in batch) == sorted(id(item) for item in items * 2)
    assert max(map(len, made)) == 32
    assert made == list(batches([items, items], seed=3))


# 1,000 steps, of which 6 % (60) warm up: (step + 1) / 60 of the peak, and of that what is left of the way.
@pytest.mark.parametrize(("step", "share"), [(0, 1 / 60), (29, 0.5 * 0.971), (59, 0.941), (500, 0.5), (1000, 0.0)])
def test_the_rate_rises_over_the_warm_up_and_falls_to_nothing(step, share):
    assert rate_at(step, 1000) == pytest.approx(share)


def test_a_stage_learns_from_stages_before_it():
    for number, stage in enumerate(STAGES):
        assert {*stage.teachers, stage.begins} - {""} <= {before.name for before in STAGES[:number]}
    assert STAGES[-1].name == "reader"


class Fixed(torch.nn.Module):
    """Gives the same logits for whatever is read."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor([logits])

    def forward(self, batch):
        return self.logits


class Twice(torch.nn.Module):
    """The same logits for both windows of a batch."""

    def __init__(self, one):
        super().__init__()
        self.one = one

    def forward(self, batch):
        return self.one(batch).repeat(2, 1, 1)


def test_the_loss_worked_out_by_hand():
    batch = Batch(torch.zeros((1, 2), dtype=torch.long), torch.ones((1, 2)), torch.ones((1, 2), dtype=torch.bool))
    even, sure = Fixed([[0.0, 0.0], [0.0, 0.0]]), Fixed([[0.0, 0.0], [50.0, 50.0]])
    targets = torch.tensor([[1, 1]])
    # Two places are as likely: ln 2, the mean of start and end. A teacher who is sure is as far away.
    ln2 = 0.693147
    assert loss_of(even, [], batch, targets, torch.tensor([0.0])).item() == pytest.approx(ln2, abs=1e-5)
    assert loss_of(even, [sure], batch, targets, torch.tensor([1.0])).item() == pytest.approx(
        ln2 * TEMPERATURE**2, abs=1e-4
    )
    assert loss_of(even, [even], batch, targets, torch.tensor([1.0])).item() == pytest.approx(0.0, abs=1e-6)
    # The mean of logits 0 and 50, and of 50 and 0, says nothing.
    other = Fixed([[50.0, 50.0], [0.0, 0.0]])
    assert loss_of(even, [sure, other], batch, targets, torch.tensor([1.0])).item() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("named", [True, False])
def test_exchanged_questions_ask_for_what_their_context_lacks(named):
    rows = [
        {"context": "王志刚1957年毕业。", "title": "", "question": "王志刚在哪一年毕业？", "aside": False},
        {"context": "赵弘殷899年结婚。", "title": "", "question": "赵弘殷在哪一年结婚？", "aside": False},
    ]
    found = exchanged(rows, named=named)
    expected = (
        ("赵弘殷在哪一年毕业？", "王志刚在哪一年结婚？") if named else ("王志刚在哪一年结婚？", "赵弘殷在哪一年毕业？")
    )
    assert [found[id(row)] for row in rows] == [[text] for text in expected]
