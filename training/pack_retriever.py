"""Stores a trained retriever as it ships: ``python -m training.pack_retriever FOLDER/retriever.safetensors``.

Each trained weight is moved from the published one by ``--share`` of the way: halfway keeps more of what the published
model knows of other texts and languages (Wortsman and others 2022, arXiv 2109.01903). Matrices that were trained become
8-bit blocks; what was not trained keeps the 4-bit blocks of the base, bit for bit. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from embeddings.encoder import BUNDLED
from embeddings.weights import BYTES, FILE_NAME, NIBBLES, SCALES, load_weights, to_bytes
from training.make_encoder import BASE
from training.train_retriever import SHARE


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--base", type=Path, default=BASE)
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--out", type=Path, default=BUNDLED)
    options = parser.parse_args()
    shutil.copytree(options.base, options.out, dirs_exist_ok=True)
    target = options.out / FILE_NAME
    target.write_bytes(save(packed(load_file(options.trained), options.base / FILE_NAME, options.share)))
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


def packed(trained: dict[str, NDArray[np.float32]], base: Path, share: float) -> dict[str, NDArray[np.generic]]:
    """The tensors of the stored file."""
    before = load_weights(base)
    tensors: dict[str, NDArray[np.generic]] = dict(load_file(base))
    for name, after in trained.items():
        weight = before[name] + np.float32(share) * (after - before[name])
        for part in (name, name + NIBBLES, name + SCALES):
            tensors.pop(part, None)
        if weight.ndim == 2:
            blocks = to_bytes(weight)
            tensors[name + BYTES], tensors[name + SCALES] = blocks.bytes, blocks.scales
        else:
            tensors[name] = weight
    return tensors


if __name__ == "__main__":
    main()
