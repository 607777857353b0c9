"""What the retriever learns from, and how it is stored: on a few rows, without training."""

from __future__ import annotations

import random

import numpy as np
import pytest
from safetensors.numpy import load, load_file, save

from embeddings.encoder import BUNDLED
from embeddings.weights import BYTES, FILE_NAME, SCALES, load_weights
from training.pack_retriever import packed
from training.train_retriever import PASSAGES, Anchor, alike, anchors_of, groups_of, rate_at


def row(number, context, question, answer):
    return {
        "context_id": f"c{number}",
        "title": f"题{number}",
        "context": context,
        "question": question,
        "answers": [{"text": answer, "start": context.index(answer)}] if answer else [],
        "source": "s",
    }


ROWS = [
    *(
        row(n, f"第{n}号站在江州城东，建成于19{n:02}年。", f"第{n}号站建成于哪一年？", f"19{n:02}年")
        for n in range(10, 60)
    ),
    row(60, "江州没有机场。", "江州机场建成于哪一年？", ""),
    row(61, "旧站建成于1912年，归铁路局管。", "旧站归谁管？", "铁路局"),
]


def test_questions_stand_with_the_passage_that_answers_them():
    anchors = anchors_of(ROWS)
    assert len(anchors) == 51
    assert all(len(anchor.asked) == 1 for anchor in anchors)
    assert anchors[0].asked == (("第10号站建成于哪一年？", ("1910年",)),)


def test_every_passage_is_in_one_batch_and_every_question_knows_its_own():
    anchors = anchors_of(ROWS)
    groups = list(groups_of(anchors, 1))
    assert sum(len(group.passages) for group in groups) == len(anchors)
    assert max(len(group.passages) for group in groups) <= PASSAGES
    for group in groups:
        assert group.other.shape == (len(group.questions), len(group.passages))
        for question, gold, other in zip(group.questions, group.gold, group.other, strict=True):
            digits = "".join(filter(str.isdigit, question))
            assert digits in group.passages[gold]
            assert not other[gold]
    again = list(groups_of(anchors, 1))
    assert [group.passages for group in again] == [group.passages for group in groups]


def test_a_passage_that_holds_the_answer_too_is_not_held_against_a_question():
    group = next(iter(groups_of(anchors_of([ROWS[2], ROWS[-1]]), 1)))
    asked = next(i for i, question in enumerate(group.questions) if "12" in question)
    assert group.other[asked].sum() == 1


def test_passages_that_share_most_come_together():
    anchors = anchors_of(
        [row(n, text, "谁？", text[:2]) for n, text in enumerate(["铁路桥梁隧道", "铁路桥梁涵洞", "苹果蜜柚脐橙"])]
    )
    assert len(anchors) == 3
    assert all(isinstance(anchor, Anchor) for anchor in anchors)
    assert sorted(i for part in alike(anchors, random.Random(0)) for i in part) == [0, 1, 2]


def test_the_rate_rises_and_falls_to_nothing():
    rates = [rate_at(step, 100) for step in range(100)]
    assert max(rates) == pytest.approx(rates[6], rel=0.02)
    assert rates[-1] == pytest.approx(rates[6] / 94, rel=0.03)


def test_what_was_not_trained_stays_bit_for_bit_and_a_share_goes_part_of_the_way(tmp_path):
    base = BUNDLED / FILE_NAME
    name = "encoder.layer.11.attention.output.dense.weight"
    bias = "encoder.layer.11.attention.output.dense.bias"
    before = load_weights(base)
    trained = {name: before[name] + np.float32(0.01), bias: before[bias] + np.float32(1)}
    stored = load(save(packed(trained, base, 0.5)))
    assert stored[name + BYTES].dtype == np.int8
    assert stored[name + SCALES].dtype == np.float16
    np.testing.assert_allclose(stored[bias], before[bias] + 0.5, rtol=1e-6)
    (tmp_path / FILE_NAME).write_bytes(save(stored))
    after = load_weights(tmp_path / FILE_NAME)
    assert after.keys() == before.keys()
    np.testing.assert_allclose(after[name], before[name] + 0.005, atol=0.003)
    untouched = load_file(base)
    for other in untouched:
        if not other.startswith(name.removesuffix(".weight")):
            np.testing.assert_array_equal(stored[other], untouched[other])
