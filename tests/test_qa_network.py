from __future__ import annotations

import pytest
import torch
from tokenizers import Tokenizer

from embeddings.encoder import BUNDLED
from qa.network import EXCLUDED, LONGEST, TOKENS, Window, best_spans, collate, encode, load_network


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))


def test_best_spans_worked_out_by_hand():
    # <s>, one question token, then three tokens of the window "甲乙丙丁": 甲, 乙丙, 丁; then </s>.
    window = Window([0, 9, 5, 6, 7, 2], 2, [(0, 1), (1, 3), (3, 4)])
    start = [1.0, EXCLUDED, 2.0, 5.0, 0.0, EXCLUDED]
    end = [0.5, EXCLUDED, 3.0, 1.0, 4.0, EXCLUDED]
    logits = torch.tensor([start, end]).T
    # Less the 1.5 of "not here": 乙丙丁 5 + 4, 甲乙丙丁 2 + 4, 乙丙 5 + 1, 丁 0 + 4, 甲 2 + 3 …; none ends before it starts.
    assert best_spans(logits, window, count=3) == [(7.5, 1, 4), (4.5, 0, 4), (4.5, 1, 3)]


def test_spans_start_and_end_within_the_ranges_given():
    window = Window([0, 9, 5, 6, 7, 2], 2, [(0, 1), (1, 3), (3, 4)])
    logits = torch.tensor([[1.0, EXCLUDED, 2.0, 5.0, 0.0, EXCLUDED], [0.5, EXCLUDED, 3.0, 1.0, 4.0, EXCLUDED]]).T
    # 丁 alone: 0 + 4 - 1.5. 乙丙丁: 5 + 4 - 1.5, 乙丙: 5 + 1 - 1.5.
    assert best_spans(logits, window, count=3, within=[(3, 4)]) == [(2.5, 3, 4)]
    assert best_spans(logits, window, count=3, within=[(1, 4)]) == [(7.5, 1, 4), (4.5, 1, 3), (2.5, 3, 4)]


def test_a_span_is_never_longer_than_the_limit():
    count = LONGEST + 10
    window = Window([0, *range(5, 5 + count), 2], 1, [(i, i + 1) for i in range(count)])
    logits = torch.zeros(count + 2, 2)
    logits[1, 0] = logits[count, 1] = 9.0
    assert all(end - start <= LONGEST for _, start, end in best_spans(logits, window, count=50))


def test_a_window_without_tokens_has_no_span():
    assert best_spans(torch.zeros(4, 2), Window([0, 2, 2, 2], 3, []), count=5) == []


def test_encode_keeps_the_way_back_to_characters(tokenizer):
    text = "截至目前，325家世界500强扎根重庆。"
    window = encode(tokenizer, "有多少家？", "西洽会", text)
    assert window.ids[0] == 0
    assert window.ids[-1] == 2
    assert window.ids.count(2) == 3
    # The first token is the mark of a word's beginning, which stands over the first character.
    assert window.offsets[0] == (0, 1)
    assert "".join(text[start:end] for start, end in window.offsets[1:]) == text
    assert len(window.ids) == window.first + len(window.offsets) + 1


def test_encode_cuts_what_does_not_fit(tokenizer):
    window = encode(tokenizer, "问" * 300, "题" * 300, "文" * 3000)
    assert len(window.ids) == TOKENS
    assert window.first == 2 + 80 + 1 + 48  # <s>, 80 of the question, </s>, 48 of the title, </s>


def test_collate_allows_the_window_and_position_0():
    batch = collate(
        [Window([0, 9, 2, 2, 5, 2], 4, [(0, 1)]), Window([0, 2, 2, 5, 6, 7, 2], 3, [(0, 1), (1, 2), (2, 3)])]
    )
    assert batch.ids.tolist() == [[0, 9, 2, 2, 5, 2, 1], [0, 2, 2, 5, 6, 7, 2]]
    assert batch.mask.tolist() == [[1] * 6 + [0], [1] * 7]
    assert batch.allowed.int().tolist() == [[1, 0, 0, 0, 1, 0, 0], [1, 0, 0, 1, 1, 1, 0]]


def test_padding_does_not_change_what_is_read():
    network, tokenizer = load_network()
    # In bfloat16 the kernels round in another order for another shape: by 0.1 where a logit is 3.
    network.float()
    short = encode(tokenizer, "谁到场？", "", "李维到场致辞。")
    long = encode(tokenizer, "有多少家企业参展？", "江州果品博览会", "共有412家企业参展，观众超过6.8万人次。" * 5)
    with torch.inference_mode():
        alone = network(collate([short]))[0]
        beside = network(collate([short, long]))[0, : len(short.ids)]
    torch.testing.assert_close(alone, beside, atol=1e-3, rtol=1e-4)
    outside = [i for i in range(len(short.ids)) if i and not short.first <= i < short.first + len(short.offsets)]
    assert (alone[outside] == EXCLUDED).all()
