"""How near the machine's own limits the two costly steps come: `python -m benchmarks.limits`.

**The encoder**: floating point operations of its matrix products a second, as torch counts them, padding included, over
those of a bare product in the same precision: of a large square matrix, and of one as wide as the model's own. **Exact
search**: bytes of vectors that one question goes through a second, over the bytes a second that a plain sum reads.

On one core, in processor time, and the best of several tries, so that other work on the machine matters less. Writes ``results/limits.json``. Knows
no library and no document.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.common import SHARED, read_rows, write_result
from embeddings.dense import SEAL_AT
from embeddings.dense_exact import ExactIndex
from embeddings.dense_file import faiss
from embeddings.encoder import BATCH, load_encoder, precision

TRIES = 30
TEXTS = 16
CHARACTERS = 320
"""Of each text: about what a passage has."""
SQUARE = 2048
WIDTH, INNER = 384, 1536
"""The two widths of the model's largest product."""
TOKENS = 200
"""Tokens of a passage, about."""
DIM = 384
READ = 1 << 30
"""Bytes that the plain sum reads: more than any cache holds."""


def best_of(work: Callable[[], object], tries: int = TRIES) -> float:
    """Seconds of the processor that the quickest try took."""
    work()
    seconds = []
    for _ in range(tries):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def encoder() -> dict[str, Any]:
    """Operations a second of the encoder on news, and of bare products."""
    articles = read_rows(SHARED / "data" / "news" / "documents.jsonl.gz")
    texts = [row["text"][:CHARACTERS] for row in articles if len(row["text"]) >= CHARACTERS][:TEXTS]
    loaded = load_encoder()
    with FlopCounterMode(display=False) as counter:
        loaded.encode_passages(texts)
    seconds = best_of(lambda: loaded.encode_passages(texts), 5)
    reached = counter.get_total_flops() / seconds
    square, narrow = product(SQUARE, SQUARE, SQUARE), product(BATCH * TOKENS, WIDTH, INNER)
    return {
        "precision": str(precision()).removeprefix("torch."),
        "passages_per_s": round(TEXTS / seconds, 1),
        "gflops": round(reached / 1e9, 1),
        "square_product_gflops": round(square / 1e9, 1),
        "product_of_its_width_gflops": round(narrow / 1e9, 1),
        "of_square_product": round(reached / square, 3),
        "of_product_of_its_width": round(reached / narrow, 3),
    }


def product(rows: int, inner: int, columns: int) -> float:
    """Operations a second of one matrix product in the encoder's precision."""
    left = torch.randn(rows, inner).to(precision())
    right = torch.randn(inner, columns).to(precision())
    return 2 * rows * inner * columns / best_of(lambda: left @ right)


def scan() -> dict[str, Any]:
    """Bytes a second of exact search over a full index, and of a sum."""
    chance = np.random.default_rng(0)
    rows = chance.normal(size=(SEAL_AT, DIM)).astype(np.float32)
    index = ExactIndex(dim=DIM)
    index.add(range(SEAL_AT), rows)
    searched = rows.nbytes / best_of(lambda: index.search(rows[0], k=100))
    everything = torch.ones(READ // 4)
    read = READ / best_of(everything.sum, 10)
    return {
        "vectors": SEAL_AT,
        "search_gb_per_s": round(searched / 1e9, 2),
        "read_gb_per_s": round(read / 1e9, 2),
        "of_reading": round(searched / read, 3),
    }


def main() -> None:
    """Measure both, print and write."""
    torch.set_num_threads(1)
    faiss().omp_set_num_threads(1)
    result = {"threads": 1, "encoder": encoder(), "scan": scan()}
    print(result)
    print(write_result("limits", result))


if __name__ == "__main__":
    main()
