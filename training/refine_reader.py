"""Trains the reader that ships on questions written for this project, without losing what it knows.

    python -m training.prepare_reader DATA build/reader/packed.jsonl.gz
    python -m training.refine_reader build/reader/packed.jsonl.gz --out FOLDER [--begin FOLDER/reader.safetensors]

The written documents (``training/written``) hold questions in everyday words on formal text, several like facts in one
paragraph of which one is asked for, and questions that the paragraph comes near to and does not answer. To each of their
windows comes one of the public sets', of which the new reader also learns the old one's scores (Hinton and others 2015,
arXiv 1503.02531), so that these stay as they are. Runs on a GPU where there is one, else on all cores; saves as it goes
and goes on from there. Writes ``refined.safetensors`` (float32, the trained tensors) and ``log.jsonl``.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy, log_softmax, softmax

from embeddings.encoder import BUNDLED
from embeddings.folding import simplified
from embeddings.stored import TOKENIZER
from embeddings.weights import FILE_NAME, load_weights
from qa.evaluate import exact_match, f1
from qa.network import FOLDER, SpanNetwork, best_spans, collate, encode
from qa.passages import sentences
from training.reader_windows import Entry, Item, Packed, item, items_of, load_packed
from training.train_reader import (
    DROPOUT,
    FROZEN_LAYERS,
    TEMPERATURE,
    check,
    forward,
    moved,
    note,
    optimizer_of,
    rate_at,
    restore,
    save,
    trainable,
)

WRITTEN = Path(__file__).parent / "written"
SEED, PASSES, RATE, BATCH, POOL = 41, 2, 6e-5, 16, 64
OTHER_PASSAGE = 0.4
"""Share of questions that are also asked of the passage of the same document that is most like them."""
WHOLE = 0.6
"""Share of windows that are the whole passage, as at run time; the others are cut."""
ANSWERED = 0.9
"""Share of the answerable questions that are to be answered when it is counted how many others are refused."""
PUBLIC = 1.0
"""Windows of the public sets to one of the written ones."""
SHARE = 0.7
"""How much of the loss of a public window is the distance from the old reader's scores."""
DECAY = 0.995
SAVE_EVERY, NOTE_EVERY = 100, 20


@dataclass(frozen=True, slots=True)
class Example:
    """A window, and whether the old reader's scores of it are learnt too."""

    item: Item
    public: bool


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packed", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="trained tensors to start from; those that ship if not given")
    parser.add_argument("--written", type=Path, default=WRITTEN)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    refine(load_packed(options.packed), load_written(options.written), options.out, options.begin)


def load_written(folder: Path) -> list[Entry]:
    """The written documents, in the order of their files' names; of each file the first is kept ``aside``, to know how the
    training goes.
    """
    return [
        json.loads(line) | {"aside": number == 0}
        for path in sorted(folder.glob("*.jsonl"))
        for number, line in enumerate(path.read_text("utf-8").splitlines())
    ]


def refine(packed: Packed, written: Sequence[Entry], out: Path, begin: Path | None) -> None:
    """Train, from the last saved state if there is one."""
    torch.manual_seed(SEED)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = Tokenizer.from_file(str(BUNDLED / TOKENIZER))
    network = begun(begin).to(device)
    teacher = copy.deepcopy(network).requires_grad_(False).train(False)
    mean = copy.deepcopy(teacher)
    trained = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    means = dict(mean.named_parameters())
    optimizer = optimizer_of(trained)
    passes = [examples(packed, written, tokenizer, 1000 * SEED + number) for number in range(PASSES)]
    steps = sum(-(-len(one) // BATCH) for one in passes)
    step = restore(out, network, optimizer, mean)
    print({"written": len(written), "examples": [len(one) for one in passes], "steps": steps, "from": step}, flush=True)
    started, losses = time.perf_counter(), []
    for batch in itertools.islice(batches(passes), step, None):
        loss = loss_of(network, teacher, batch, device)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = RATE * rate_at(step, steps)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        kept = min(DECAY, step / (step + 9))
        for name, weight in trained.items():
            means[name].lerp_(weight.detach(), 1 - kept)
        losses.append(float(loss.detach()))
        if step % NOTE_EVERY == 0:
            note(
                out, {"step": step, "of": steps, "loss": sum(losses) / len(losses), "s": time.perf_counter() - started}
            )
            losses = []
        if step % SAVE_EVERY == 0:
            save(out, step, network, optimizer, mean)
    whole = {name: weight.detach().cpu().contiguous() for name, weight in mean.named_parameters() if name in trained}
    save_file(whole, out / "refined.safetensors")
    note(out, {"step": step, **check_written(mean, tokenizer, written), **check(mean, tokenizer, packed, device)})


def begun(begin: Path | None) -> SpanNetwork:
    """The reader to start from, its lowest layers as they are."""
    network = SpanNetwork(trainable(BUNDLED, frozen=FROZEN_LAYERS, dropout=DROPOUT))
    own = load_file(begin) if begin else {n: torch.from_numpy(a) for n, a in load_weights(FOLDER / FILE_NAME).items()}
    missing, unknown = network.load_state_dict(own, strict=False)
    if unknown:
        raise ValueError(f"{begin or FOLDER}: tensors that the reader has not: {unknown[:3]}")
    return network.train()


def loss_of(network: SpanNetwork, teacher: SpanNetwork, batch: Sequence[Example], device: torch.device) -> Tensor:
    """Cross-entropy of start and end over the batch; for public windows mixed with the distance from the old scores."""
    windows = moved(collate([one.item.window for one in batch]), device)
    targets = torch.tensor([[one.item.start, one.item.end] for one in batch], device=device)
    public = torch.tensor([one.public for one in batch], device=device)
    logits = forward(network, windows)
    own = cross_entropy(logits, targets, reduction="none").mean(1)
    share = SHARE * public.float()
    if not public.any():
        return own.mean()
    with torch.no_grad():
        aim = forward(teacher, windows) / TEMPERATURE
    wide = log_softmax(aim, 1) - log_softmax(logits / TEMPERATURE, 1)
    distance = (softmax(aim, 1) * wide).sum(1).mean(1) * TEMPERATURE**2
    return ((1 - share) * own + share * distance).mean()


def batches(passes: Sequence[Sequence[Example]]) -> Iterator[list[Example]]:
    """All examples of all passes once, public and written apart and those of like length together."""
    for number, examples in enumerate(passes):
        chance = random.Random(SEED + number)
        ready: list[list[Example]] = []
        for public in (False, True):
            own = [one for one in examples if one.public == public]
            order = chance.sample(own, len(own))
            for first in range(0, len(order), BATCH * POOL):
                pool = sorted(order[first : first + BATCH * POOL], key=lambda one: len(one.item.window.ids))
                ready += [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
        yield from chance.sample(ready, len(ready))


def examples(packed: Packed, written: Sequence[Entry], tokenizer: Tokenizer, seed: int) -> list[Example]:
    """One pass: all windows of the written documents, and as many of the public sets; the same seed, the same windows."""
    chance = random.Random(seed)
    own = [one for document in written if not document["aside"] for one in of_document(document, tokenizer, chance)]
    public = items_of(packed, tokenizer, seed)
    few = chance.sample(public, min(len(public), round(PUBLIC * len(own))))
    return [Example(one, False) for one in own] + [Example(one, True) for one in few]


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


def check_written(network: SpanNetwork, tokenizer: Tokenizer, written: Sequence[Entry]) -> dict[str, float]:
    """Of the documents kept aside, in per cent, all passages of the document read: EM and F1 of the answerable questions;
    the share of the unanswerable ones that are refused at the score at which :data:`ANSWERED` of the others are answered.
    """
    exact, overlap, answerable, others = [], [], [], []
    for document in (one for one in written if one["aside"]):
        texts = [simplified(text) for text in document["passages"]]
        for asked in document["questions"]:
            windows = [
                encode(tokenizer, simplified(asked["question"]), simplified(document["title"]), t) for t in texts
            ]
            with torch.inference_mode():
                logits = forward(network, moved(collate(windows), next(network.parameters()).device)).cpu()
            score, text = max(
                (score, text[start:end])
                for text, window, part in zip(texts, windows, logits, strict=True)
                for score, start, end in best_spans(part, window, count=1)
            )
            if asked["answer"]:
                gold = simplified(asked["answer"])
                exact.append(exact_match(text, gold))
                overlap.append(f1(text, gold))
                answerable.append(score)
            else:
                others.append(score)
    least = sorted(answerable)[round((1 - ANSWERED) * len(answerable))]
    return {
        "written": len(answerable) + len(others),
        "EM": 100 * sum(exact) / len(exact),
        "F1": 100 * sum(overlap) / len(overlap),
        "refused": 100 * sum(score < least for score in others) / len(others),
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
