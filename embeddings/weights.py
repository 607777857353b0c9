"""The stored form of the bundled models' weights: 4-bit or 8-bit blocks in a safetensors file, expanded when read.

A matrix in 4-bit blocks takes 18 bytes for 32 weights in a row: 16 bytes of nibbles and a float16 scale; byte j holds
weight j in its low nibble and weight j + 16 in its high one; weight = (nibble - 8) * scale. In 8-bit blocks it takes
34 bytes for 32: weight = byte * scale. In the file a matrix ``name`` is two tensors, ``name.nibbles`` uint8
(rows, columns / 2) or ``name.bytes`` int8 (rows, columns), and ``name.scales`` float16 (rows, columns / 32); every
other tensor is float32 as it is.

Knows no model, tokenizer or text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
BLOCK_BYTES = 18
FILE_NAME = "weights.safetensors"
# The class that expands it when sentence-transformers loads the folder; ``modules.json`` names it.
MODULE = "embeddings.stored.StoredTransformer"
NIBBLES = ".nibbles"
BYTES = ".bytes"
SCALES = ".scales"


@dataclass(frozen=True, slots=True)
class Blocks:
    """4-bit blocks: ``nibbles`` uint8 (blocks, 16), ``scales`` float16 (blocks,)."""

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float16]


def expand(blocks: Blocks) -> NDArray[np.float32]:
    """The weights, float32 (blocks, 32), exactly as stored: nothing is rounded."""
    weights = np.empty((len(blocks.nibbles), BLOCK), np.float32)
    half = BLOCK // 2
    np.subtract(blocks.nibbles & 15, np.float32(8), out=weights[:, :half])
    np.subtract(blocks.nibbles >> 4, np.float32(8), out=weights[:, half:])
    weights *= blocks.scales.astype(np.float32)[:, None]
    return weights


@dataclass(frozen=True, slots=True)
class ByteBlocks:
    """8-bit blocks: ``bytes`` int8 (rows, columns), ``scales`` float16 (rows, columns / 32)."""

    bytes: NDArray[np.int8]
    scales: NDArray[np.float16]


def to_bytes(matrix: NDArray[np.float32]) -> ByteBlocks:
    """A float32 matrix (rows, columns) in 8-bit blocks. A weight is off by at most 1/254 of the largest in its block,
    and the rounding of the scale to float16 (1/2048).
    """
    rows, columns = matrix.shape
    blocks = matrix.reshape(rows, columns // BLOCK, BLOCK)
    scales = (np.abs(blocks).max(axis=2) / 127).astype(np.float16)
    # A scale that rounds to 0 or below the largest weight's share must not divide by 0 or leave int8.
    divisor = np.maximum(scales.astype(np.float32), np.float32(6e-8))[:, :, None]
    rounded = np.clip(np.rint(blocks / divisor), -127, 127).astype(np.int8)
    return ByteBlocks(rounded.reshape(rows, columns), scales)


def expand_bytes(blocks: ByteBlocks) -> NDArray[np.float32]:
    """The weights, float32 (rows, columns), exactly as stored."""
    rows, columns = blocks.bytes.shape
    weights = blocks.bytes.reshape(rows, columns // BLOCK, BLOCK) * blocks.scales.astype(np.float32)[:, :, None]
    return weights.reshape(rows, columns)


def load_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read a stored file and expand it: name -> float32.

    :raises OSError: if it cannot be read.
    :raises safetensors.SafetensorError: if it is no such file.
    """
    from safetensors import safe_open

    weights: dict[str, NDArray[np.float32]] = {}
    with safe_open(path, framework="numpy") as file:
        for name in file.keys():  # noqa: SIM118 - not a dict
            if name.endswith(SCALES):
                continue
            stored = file.get_tensor(name)
            if name.endswith(BYTES):
                name = name.removesuffix(BYTES)
                weights[name] = expand_bytes(ByteBlocks(stored, file.get_tensor(name + SCALES)))
                continue
            if not name.endswith(NIBBLES):
                weights[name] = stored
                continue
            name = name.removesuffix(NIBBLES)
            scales = file.get_tensor(name + SCALES)
            blocks = Blocks(stored.reshape(-1, BLOCK // 2), scales.reshape(-1))
            weights[name] = expand(blocks).reshape(len(stored), -1)
    return weights


Stored = NDArray[np.float32] | Blocks | ByteBlocks


def save_weights(path: Path, weights: Mapping[str, Stored], *, columns: Mapping[str, int]) -> None:
    """Write a stored file; the same input gives the same bytes. ``columns``: the width of each matrix of 4-bit blocks."""
    from safetensors.numpy import save

    tensors: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if isinstance(value, Blocks):
            width = columns[name]
            tensors[name + NIBBLES] = np.ascontiguousarray(value.nibbles).reshape(-1, width // 2)
            tensors[name + SCALES] = np.ascontiguousarray(value.scales).reshape(-1, width // BLOCK)
        elif isinstance(value, ByteBlocks):
            tensors[name + BYTES] = np.ascontiguousarray(value.bytes)
            tensors[name + SCALES] = np.ascontiguousarray(value.scales)
        else:
            tensors[name] = np.ascontiguousarray(value)
    path.write_bytes(save(tensors))
