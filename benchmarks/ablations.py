"""What each part of the search brings: the same questions without it. `python -m benchmarks.ablations`.

hit@1 of the paragraph that a question was written for, among all paragraphs of its set, with one thing left out at a
time: the words, the vectors, the titles, the pairs of characters, the training of the encoder (``--base``: the folder
of the published one). Then EM and F1 of the answer, when only the passage that the search puts first is read, and when
the reader may choose. Writes ``results/ablations.json``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, SHARED, write_result
from benchmarks.quality import HELD_OUT, SETS, chosen, read_set
from embeddings import chinese, segment
from qa.answer import PASSAGES_READ
from qa.evaluate import GoldQuestion, exact_match, f1
from qa.library import Library
from qa.reader import load_reader
from qa.retrieve import CANDIDATES, Retriever, rank, shown
from qa.types import Document


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--base", type=Path, help="folder of the encoder as published")
    parser.add_argument("--sets", nargs="+", default=[*SETS, *HELD_OUT])
    parser.add_argument("--limit", type=int, default=300, help="questions of a set")
    parser.add_argument("--read", type=int, default=0, help="questions of a set whose answers are compared")
    parser.add_argument("--shared", type=Path, default=SHARED)
    options = parser.parse_args()
    encoder = CachedEncoder(BUILD / "vectors.sqlite3")
    base = CachedEncoder(BUILD / "vectors.sqlite3", model=str(options.base)) if options.base else None
    result: dict[str, Any] = {}
    for name in options.sets:
        documents, questions = read_set(options.shared, name)
        asked = chosen([question for question in questions if question.answers], options.limit)
        result[name] = {"paragraphs": len(documents), "questions": len(asked), **searched(documents, asked, encoder)}
        if base:
            found = legs(documents, asked, base)
            result[name] |= {"dense, encoder as published": found["dense"], "both, encoder as published": found["both"]}
        if options.read:
            result[name]["answers"] = read(documents, asked[: options.read], encoder)
        print(name, result[name], flush=True)
    print(write_result("ablations", result))


def searched(documents: Sequence[Document], asked: Sequence[GoldQuestion], encoder: CachedEncoder) -> dict[str, float]:
    """hit@1 in [0, 1] with everything and with one part left out."""
    found = legs(documents, asked, encoder)
    untitled = legs([replace(document, title="") for document in documents], asked, encoder)
    with patch.object(segment, "_add_run", words_and_characters):
        unpaired = legs(documents, asked, encoder)
    return found | {
        "dense, no titles": untitled["dense"],
        "both, no titles": untitled["both"],
        "words, no pairs": unpaired["words"],
        "both, no pairs": unpaired["both"],
    }


def legs(documents: Sequence[Document], asked: Sequence[GoldQuestion], encoder: CachedEncoder) -> dict[str, float]:
    """hit@1 of the dense leg, of the words and of both."""
    hits = dict.fromkeys(("dense", "words", "both"), 0)
    with library_of(documents, encoder) as library:
        for question in asked:
            candidates = library.search(question.question, encoder.encode_queries([question.question])[0], k=CANDIDATES)
            ranked = rank(question.question, candidates, partial(shown, library))
            score = {candidate.id: score for score, candidate in ranked}
            scores = {
                "dense": [candidate.dense for candidate in candidates],
                "words": [candidate.lexical for candidate in candidates],
                "both": [score[candidate.id] for candidate in candidates],
            }
            for name, values in scores.items():
                best = candidates[max(range(len(values)), key=values.__getitem__)]
                hits[name] += library.passages([best.id])[0][0].document_id == question.context_id
    return {name: round(count / len(asked), 4) for name, count in hits.items()}


def read(documents: Sequence[Document], asked: Sequence[GoldQuestion], encoder: CachedEncoder) -> dict[str, float]:
    """EM and F1 of the best reading of the first passage alone, and of the passages that are read in use."""
    reader = load_reader()
    sums = dict.fromkeys(("EM, first passage only", "F1, first passage only", "EM", "F1"), 0.0)
    with library_of(documents, encoder) as library:
        retriever = Retriever(library, encoder)
        for question in asked:
            hits = retriever.retrieve(question.question, k=PASSAGES_READ)
            for count, suffix in ((1, ", first passage only"), (PASSAGES_READ, "")):
                readings = reader.read(question.question, hits[:count])
                best = readings[0] if readings else None
                text = hits[best.hit].text[slice(*(best.answer or best.quote))] if best else ""
                sums[f"EM{suffix}"] += max(exact_match(text, gold) for gold in question.answers)
                sums[f"F1{suffix}"] += max(f1(text, gold) for gold in question.answers)
    return {name: round(total / len(asked), 4) for name, total in sums.items()}


@contextmanager
def library_of(documents: Sequence[Document], encoder: CachedEncoder) -> Iterator[Library]:
    """A throw-away library."""
    with tempfile.TemporaryDirectory() as folder, Library.create(Path(folder), encoder=encoder) as library:
        library.add_documents(documents, encoder=encoder)
        yield library


def words_and_characters(pieces: list[tuple[str, int, int]], run: str, offset: int) -> None:
    """The terms of a run without pairs."""
    at = offset
    for word in chinese.cut(run):
        if len(word) > 1:
            pieces.append((word, at, at + len(word)))
        at += len(word)
    pieces += [(character, at, at + 1) for at, character in enumerate(run, start=offset)]


if __name__ == "__main__":
    main()
