"""What the span reader learns from: windows that hold their answer, or do not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.encoder import BUNDLED
from training.reader_data import _window, about_others, examples_of, is_held_out
from training.train_reader import encoded, rate_at

ROWS = [
    {
        "id": f"q{number}",
        "context_id": f"c{number}",
        "title": f"第{number}屆博覽會",
        "context": f"第{number}屆博覽會在江州開幕。共有{number}12家企業參展。觀眾很多。" + "會上簽約不少。" * 60,
        "question": "共有多少家企業參展？",
        "answers": [{"text": f"{number}12家企業", "start": len(f"第{number}屆博覽會在江州開幕。共有")}],
    }
    for number in range(3, 9)
]


def test_examples_hold_their_answer_in_simplified_script():
    examples = examples_of(ROWS, seed=1, negatives=0.5)
    answered = [example for example in examples if example.answer]
    assert [example.window[slice(*example.answer)] for example in answered] == [f"{n}12家企业" for n in range(3, 9)]
    assert all(example.question == "共有多少家企业参展？" for example in examples)
    assert len(examples) - len(answered) == 3
    assert all("12家企业" not in example.window or example.answer for example in examples)


def test_the_same_seed_gives_the_same_examples():
    assert examples_of(ROWS, seed=1, negatives=0.5) == examples_of(ROWS, seed=1, negatives=0.5)
    assert examples_of(ROWS, seed=1, negatives=0.5) != examples_of(ROWS, seed=2, negatives=0.5)


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
    low, high = _window(text, start, end, random.Random(0))
    assert 0 <= low < high <= len(text)
    assert text[start:end].strip() in text[low:high]


def test_encoded_marks_the_tokens_of_the_answer():
    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    for example in examples_of(ROWS, seed=3, negatives=0.5):
        item = encoded(tokenizer, example)
        if example.answer is None:
            assert (item.start, item.end) == (0, 0)
            continue
        first, last = item.start - item.window.first, item.end - item.window.first
        marked = example.window[item.window.offsets[first][0] : item.window.offsets[last][1]]
        assert example.window[slice(*example.answer)] in marked


# Round one: 1,750 steps, of which 6 % (105) warm up; round two: 1,300, of which 78 do.
# fmt: off
@pytest.mark.parametrize(("step", "rate"), [
    (0, 1.5e-4 / 105), (104, 1.5e-4), (105, 1.5e-4), (1749, 1.5e-4 / 1645),
    (1750, 1.0e-4 / 78), (1827, 1.0e-4), (3049, 1.0e-4 / 1222), (3050, 0.0),
])
# fmt: on
def test_in_every_round_the_rate_rises_over_the_warm_up_and_falls_to_nothing(step, rate):
    assert rate_at(step) == pytest.approx(rate)


def test_questions_about_others_name_what_their_context_lacks():
    rows = [
        {"id": n, "context": f"{name}生于{year}年。", "title": "", "question": f"{name}出生于哪一年？"}
        for n, (name, year) in enumerate([("王志刚", 1957), ("赵弘殷", 899)])
    ]
    swapped = list(about_others(rows, random.Random(0)))
    assert [row["id"] for row in swapped] == [0, 1]
    for row in swapped:
        name = row["question"].removesuffix("出生于哪一年？")
        assert name in {"王志刚", "赵弘殷"}
        assert name not in row["context"]
