from __future__ import annotations

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.weights import Blocks, expand, expand_bytes, load_weights, save_weights, to_bytes


def test_expand_matches_a_block_worked_out_by_hand():
    # Byte j holds weight j in its low nibble and weight j + 16 in its high one; weight = (nibble - 8) * scale.
    nibbles = np.zeros((1, 16), np.uint8)
    nibbles[0, 0] = 0xF1  # weight 0: (1 - 8) * 0.5 = -3.5; weight 16: (15 - 8) * 0.5 = 3.5
    nibbles[0, 15] = 0x98  # weight 15: (8 - 8) * 0.5 = 0; weight 31: (9 - 8) * 0.5 = 0.5
    weights = expand(Blocks(nibbles, np.array([0.5], np.float16)))
    assert weights.dtype == np.float32
    assert weights.shape == (1, 32)
    assert weights[0, [0, 16, 15, 31]].tolist() == [-3.5, 3.5, 0.0, 0.5]
    assert set(weights[0, 1:15].tolist()) == {-4.0}  # nibble 0
    assert set(weights[0, 17:31].tolist()) == {-4.0}


def expand_slowly(blocks: Blocks) -> list[list[float]]:
    rows = []
    for nibbles, scale in zip(blocks.nibbles.tolist(), blocks.scales.tolist(), strict=True):
        low = [(byte % 16 - 8) * scale for byte in nibbles]
        high = [(byte // 16 - 8) * scale for byte in nibbles]
        rows.append(low + high)
    return rows


@given(
    arrays.arrays(np.uint8, (3, 16)),
    arrays.arrays(np.float16, (3,), elements=st.floats(-100, 100, width=16)),
)
def test_expand_agrees_with_plain_arithmetic(nibbles, scales):
    blocks = Blocks(nibbles, scales)
    # A 4-bit integer times a float16 is exact in float32, so nothing may differ.
    assert expand(blocks).tolist() == expand_slowly(blocks)


def test_stored_file_gives_back_what_was_saved(tmp_path):
    random = np.random.default_rng(0)
    blocks = Blocks(random.integers(0, 256, (6, 16), np.uint8), random.random(6).astype(np.float16))
    bias = random.random(5).astype(np.float32)
    table = random.random((2, 3)).astype(np.float32)
    path = tmp_path / "weights.safetensors"
    save_weights(path, {"matrix": blocks, "bias": bias, "table": table}, columns={"matrix": 64})
    weights = load_weights(path)
    assert sorted(weights) == ["bias", "matrix", "table"]
    assert weights["matrix"].shape == (3, 64)  # 6 blocks of 32 weights in rows of 64
    assert np.array_equal(weights["matrix"].reshape(6, 32), expand(blocks))
    assert np.array_equal(weights["bias"], bias)
    assert np.array_equal(weights["table"], table)


def test_stored_file_is_the_same_bytes_whatever_the_order(tmp_path):
    bias, table = np.ones(4, np.float32), np.zeros((2, 2), np.float32)
    save_weights(tmp_path / "one", {"bias": bias, "table": table}, columns={})
    save_weights(tmp_path / "two", {"table": table, "bias": bias}, columns={})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_to_bytes_matches_a_block_worked_out_by_hand():
    matrix = np.zeros((1, 32), np.float32)
    matrix[0, :3] = [2.54, -1.27, 0.01]
    stored = to_bytes(matrix)
    # The scale is 2.54 / 127 = 0.02 (in float16 0.02000427...): bytes 127, -63 and 0 (0.01 / 0.02 rounds to even).
    assert stored.bytes[0, :4].tolist() == [127, -63, 0, 0]
    assert stored.scales.tolist() == [[float(np.float16(0.02))]]


@given(arrays.arrays(np.float32, (2, 64), elements=st.floats(-3, 3, width=32)))
def test_bytes_are_near_what_was_stored(matrix):
    back = expand_bytes(to_bytes(matrix))
    largest = np.abs(matrix.reshape(2, 2, 32)).max(axis=2).repeat(32, axis=1).reshape(2, 64)
    # Half a step of largest / 127, and what float16 rounds off the scale: 1/2048 of it, at least 2**-25.
    assert (np.abs(back - matrix) <= largest * (0.5 / 127 + 1 / 2048) + 127 * 2**-24).all()


def test_stored_bytes_come_back(tmp_path):
    matrix = np.random.default_rng(1).standard_normal((4, 96)).astype(np.float32)
    stored = to_bytes(matrix)
    save_weights(tmp_path / "weights.safetensors", {"matrix": stored}, columns={})
    assert np.array_equal(load_weights(tmp_path / "weights.safetensors")["matrix"], expand_bytes(stored))
