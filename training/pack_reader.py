"""Stores a trained reader as it ships: ``python -m training.pack_reader FOLDER/reader.safetensors``.

Matrices in 8-bit blocks, the rest float32, in ``qa/bundled/reader``. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from embeddings.weights import FILE_NAME, Stored, save_weights, to_bytes
from qa.network import FOLDER


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    save_weights(options.out / FILE_NAME, packed(load_file(options.trained)), columns={})
    print(f"{options.out / FILE_NAME}: {(options.out / FILE_NAME).stat().st_size / 1e6:.1f} MB")


def packed(trained: dict[str, NDArray[np.float32]]) -> dict[str, Stored]:
    """Each matrix of a layer in 8-bit blocks; the head and all vectors as they are."""
    return {
        name: to_bytes(array) if array.ndim == 2 and not name.startswith("head.") else array
        for name, array in trained.items()
    }


if __name__ == "__main__":
    main()
