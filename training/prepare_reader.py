"""Packs all that the reader's training reads into one file: ``python -m training.prepare_reader DATA OUT.jsonl.gz``.

Texts are in simplified script and sentences, distractors and exchanged questions are found here, so that the training
itself needs torch and a tokenizer alone and can run where the project is not installed. ``DATA`` is the folder of the
``train_*.jsonl.gz`` files. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from embeddings.folding import simplified
from qa.passages import sentences
from qa.question import align, parse_question
from training.reader_data import (
    EDGE,
    Piece,
    Row,
    is_held_out,
    nearest_wrong,
    read_rows,
    whole_passages,
)

SEED = 7
ASKED = "asked"
"""The source of the questions in ``training/asked``, which were written for this project on contexts of the public sets."""
TRIES = 60
"""Names or words that are tried in a question's place."""
VARIANTS = 3
"""Exchanged questions of a question and kind, at most."""


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--sets", nargs="*", default=[], metavar="NAME", help="dev sets to be measured on, never trained"
    )
    options = parser.parse_args()
    rows = read_rows(options.data)
    rows = [row | {"aside": is_held_out(row)} for row in [*rows, *asked_rows(rows, Path(__file__).parent / ASKED)]]
    for name in options.sets:
        raw = gzip.decompress((options.data / f"{name}.jsonl.gz").read_bytes()).decode("utf-8")
        rows += [json.loads(line) | {"aside": True, "source": name} for line in raw.splitlines()]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in prepared(rows))
    options.out.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


def asked_rows(rows: Sequence[Row], folder: Path) -> Iterator[Row]:
    """The questions in ``folder``, as rows: there a line is ``{"context_id", "question", "answer", "start"}``, in simplified
    script, the start in the context's characters; without an answer its text is empty.

    :raises ValueError: if an answer does not stand where it is said to.
    """
    contexts = {row["context_id"]: row for row in rows}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            asked = json.loads(line)
            row = contexts[asked["context_id"]]
            text = row["context"][asked["start"] : asked["start"] + len(asked["answer"])]
            if simplified(text) != asked["answer"]:
                raise ValueError(f"{path.name}: {asked['question']}: at {asked['start']} stands {text}")
            answers = [{"text": text, "start": asked["start"]}] if text else []
            yield row | {"question": asked["question"], "answers": answers, "source": ASKED}


def prepared(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """All passages as ``{"text", "title", "sentences"}``, then the questions as ``{"question", "title", "own", "gold",
    "answer", "answers", "wrong", "names", "words", "source", "aside"}``: ``own`` the numbers of its context's passages,
    ``gold`` the one that holds the answer whole at ``answer``, ``wrong`` those nearest to it elsewhere, ``names`` and
    ``words`` the same question with a name or a plain word exchanged, ``aside``: not to be trained on.
    """
    pieces: list[Piece] = []
    own: dict[str, list[int]] = {}
    for row, found in whole_passages(list({row["context_id"]: row for row in rows}.values())):
        own[row["context_id"]] = list(range(len(pieces), len(pieces) + len(found)))
        pieces += found
    for piece in pieces:
        yield {"text": simplified(piece.text), "title": simplified(piece.title), "sentences": sentences(piece.text)}
    numbers = {(piece.context_id, piece.start): number for number, piece in enumerate(pieces)}
    trained = [row for row in rows if not row["aside"]]
    shown = [
        piece for row in {row["context_id"]: row for row in trained}.values() for piece in of_context(row, pieces, own)
    ]
    wrong = dict(zip(map(id, trained), nearest_wrong(trained, shown), strict=True))
    names, words = exchanged(rows, named=True), exchanged(rows, named=False)
    for row in rows:
        gold, answer = place(row, [(number, pieces[number]) for number in own[row["context_id"]]])
        yield {
            "question": simplified(row["question"]),
            "title": simplified(row["title"]),
            "own": own[row["context_id"]],
            "gold": gold,
            "answer": answer,
            "answers": [simplified(one["text"]) for one in row["answers"]],
            "wrong": [numbers[one.context_id, one.start] for one in wrong.get(id(row), [])],
            "names": names[id(row)],
            "words": words[id(row)],
            "source": row["source"].split("/")[-1],
            "aside": row["aside"],
        }


def of_context(row: Row, pieces: Sequence[Piece], own: dict[str, list[int]]) -> list[Piece]:
    """The passages of a row's context."""
    return [pieces[number] for number in own[row["context_id"]]]


def place(row: Row, own: Iterable[tuple[int, Piece]]) -> tuple[int | None, tuple[int, int] | None]:
    """The passage that holds the first gold answer whole, and where."""
    if row["answers"]:
        text = row["answers"][0]["text"]
        bare = text.strip(EDGE)
        start = row["answers"][0]["start"] + len(text) - len(text.lstrip(EDGE))
        for number, piece in own:
            first = start - piece.start
            if bare and first >= 0 and piece.text[first : first + len(bare)] == bare:
                return number, (first, first + len(bare))
    return None, None


def exchanged(rows: Sequence[Row], *, named: bool) -> dict[int, list[str]]:
    """Each row's question asked about something else: its weightiest name or number (``named``), or its weightiest plain
    word, exchanged for another question's, of which the row's context and question hold nothing. Plain words share no
    character with those they replace, and come from questions that ask for the same kind of thing.
    """
    asked = []
    for row in track(rows, "names" if named else "words"):
        question = parse_question(row["question"])
        units = [unit for unit in question.units if unit.named == named and (named or len(unit.text) > 1)]
        asked.append((question.kind, max(units, key=lambda one: one.weight) if units else None))
    pools: dict[object, list[tuple[str, str]]] = {}
    for row, (kind, unit) in zip(rows, asked, strict=True):
        if unit and not row["aside"]:
            key = shape(unit.text) if named else (kind, len(unit.text))
            pools.setdefault(key, []).append((row["question"][unit.start : unit.end], unit.text))
    found: dict[int, list[str]] = {}
    for number, (row, (kind, unit)) in enumerate(zip(rows, asked, strict=True)):
        found[id(row)] = []
        if unit is None:
            continue
        pool = pools.get(shape(unit.text) if named else (kind, len(unit.text)), [])
        folded = align(row["context"] + row["title"] + row["question"])
        chance = random.Random(SEED + number)
        fits = (
            text
            for text, rival in chance.sample(pool, min(TRIES, len(pool)))
            if rival not in folded and (named or not set(rival) & set(unit.text))
        )
        for text in dict.fromkeys(fits):
            found[id(row)].append(simplified(row["question"][: unit.start] + text + row["question"][unit.end :]))
            if len(found[id(row)]) == VARIANTS:
                break
    return found


def shape(name: str) -> tuple[bool, bool, int]:
    """What names that stand for one another have in common: digits, Latin letters, length."""
    return name.isdigit(), name.isascii(), min(len(name), 4)


if __name__ == "__main__":
    main()
