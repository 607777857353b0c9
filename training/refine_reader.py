"""Trains the reader that ships on questions written for this project, without losing what it knows.

    python -m training.prepare_reader DATA build/reader/packed.jsonl.gz
    python -m training.refine_reader build/reader/packed.jsonl.gz --out FOLDER

The written questions are of two kinds. ``training/written`` holds invented documents: questions in everyday words on
formal text, several like facts in one paragraph of which one is asked for, and questions that the paragraph comes near to
and does not answer. ``training/asked`` holds more such questions on contexts of the public sets, and is in the packed file.
With each of their windows goes one of the public sets' own, of which the new reader also learns the old one's scores
(Hinton and others 2015, arXiv 1503.02531), so that these stay as they are.

Starts from ``reader.safetensors`` in FOLDER, which ``training.train_reader`` made; from the reader that ships where there is
none. Runs on a GPU where there is one, else on all cores; saves as it goes and goes on from there. Writes
``refined.safetensors`` (float32, the trained tensors) and ``log.jsonl``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from embeddings.folding import simplified
from embeddings.stored import TOKENIZER
from embeddings.weights import FILE_NAME, load_weights
from qa.evaluate import exact_match, f1
from qa.network import FOLDER, SpanNetwork
from qa.passages import sentences
from training.prepare_reader import ASKED
from training.reader_windows import Entry, Item, Packed, item, items_of, load_packed
from training.train_reader import (
    FROZEN_LAYERS,
    STAGES,
    Stage,
    best_of,
    check,
    folders,
    note,
    seeds,
    train,
)

WRITTEN, KEPT = Path(__file__).parent / "written", Path(__file__).parent / "kept"
"""Folders of written documents: those that are trained on, and others of the same hands that never are."""
BEFORE = STAGES[-1].name
STAGE = Stage("refined", 43, 2, 1e-4, FROZEN_LAYERS, (BEFORE,), share=0.6, begins=BEFORE, batch=16)
OTHER_PASSAGE = 0.4
"""Share of questions that are also asked of the passage of the same document that is most like them."""
WHOLE = 0.6
"""Share of windows that are the whole passage, as at run time; the others are cut."""
ANSWERED = 0.9
"""Share of the answerable questions that are to be answered when it is counted how many others are refused."""
PUBLIC = 1.0
"""Windows of the public sets' own questions to one of the written ones."""


def main() -> None:
    """Run from the command line."""
    data, base, out = folders(__doc__)
    if not (out / f"{BEFORE}.safetensors").exists():
        begin_with_bundled(out)
    packed, written, kept = load_packed(data), load_written(WRITTEN), load_written(KEPT)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    mean = train(base, out, STAGE, [mixed(packed, written, tokenizer, seed) for seed in seeds(STAGE)])
    note(out, {"stage": STAGE.name, **check_written(mean, tokenizer, kept), **check(mean, tokenizer, packed)})


def begin_with_bundled(out: Path) -> None:
    """Write the trained tensors of the reader that ships where the stage before leaves its own."""
    stored = load_weights(FOLDER / FILE_NAME)
    save_file({name: torch.from_numpy(array) for name, array in stored.items()}, out / f"{BEFORE}.safetensors")


def load_written(folder: Path) -> list[Entry]:
    """The written documents of a folder, in the order of their files' names."""
    return [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]


def mixed(packed: Packed, written: Sequence[Entry], tokenizer: Tokenizer, seed: int) -> list[Item]:
    """One pass: all windows of the written questions, and :data:`PUBLIC` as many of the public sets', of which alone the
    teacher is asked; the same seed, the same windows.
    """
    chance = random.Random(seed)
    asked, public = (
        items_of(Packed(packed.pieces, [q for q in packed.questions if (q["source"] == ASKED) == own]), tokenizer, seed)
        for own in (True, False)
    )
    own = [one for document in written for one in of_document(document, tokenizer, chance)]
    own += asked
    few = chance.sample(public, min(len(public), round(PUBLIC * len(own))))
    return [replace(one, taught=False) for one in own] + few


def of_document(document: Entry, tokenizer: Tokenizer, chance: random.Random) -> Iterator[Item]:
    """The windows of a written document: each question with the passage that answers it or comes nearest to, some also
    with the passage besides that shares most with them.
    """
    texts = [simplified(text) for text in document["passages"]]
    pieces = [{"text": text, "sentences": sentences(text)} for text in texts]
    for asked in document["questions"]:
        entry = {"title": simplified(document["title"])}
        question, answer = simplified(asked["question"]), simplified(asked["answer"])
        number = asked["passage"]
        place = found(texts[number], answer, simplified(asked.get("start_hint", ""))) if answer else None
        wanted: list[tuple[int, tuple[int, int] | None]] = [(number, place)]
        others = [n for n, text in enumerate(texts) if n != number and not (answer and answer in text)]
        if others and chance.random() < OTHER_PASSAGE:
            wanted.append((max(others, key=lambda n: likeness(question, texts[n])), None))
        for n, span in wanted:
            piece = pieces[n]
            if chance.random() < WHOLE:
                piece = piece | {"sentences": [(0, len(texts[n]))]}
            if made := item(tokenizer, entry, question, piece, span, chance):
                yield made


def check_written(network: SpanNetwork, tokenizer: Tokenizer, kept: Sequence[Entry]) -> dict[str, float]:
    """In per cent, all passages of a question's document read: EM and F1 of the answerable questions; the share of the
    unanswerable ones that are refused at the score at which :data:`ANSWERED` of the others are answered.
    """
    exact, overlap, answerable, others = [], [], [], []
    for document in kept:
        texts = [simplified(text) for text in document["passages"]]
        for asked in document["questions"]:
            entry = {"question": simplified(asked["question"]), "title": simplified(document["title"])}
            score, text = best_of(network, tokenizer, entry, texts)
            if gold := simplified(asked["answer"]):
                exact.append(exact_match(text, gold))
                overlap.append(f1(text, gold))
                answerable.append(score)
            else:
                others.append(score)
    least = sorted(answerable)[round((1 - ANSWERED) * len(answerable))]
    return {
        "written": len(answerable) + len(others),
        "EM": 100 * float(np.mean(exact)),
        "F1": 100 * float(np.mean(overlap)),
        "refused": 100 * float(np.mean([score < least for score in others])),
    }


def found(text: str, answer: str, hint: str) -> tuple[int, int]:
    """Where the answer stands: after ``hint`` if there is one."""
    start = text.index(hint + answer) + len(hint)
    return start, start + len(answer)


def likeness(question: str, text: str) -> int:
    """How many pairs of neighbouring characters of the question the text holds."""
    return sum(question[i : i + 2] in text for i in range(len(question) - 1))


if __name__ == "__main__":
    main()
