"""Trains the span reader from the bundled encoder's weights.

    python -m training.train_reader DATA --out FOLDER [--base FOLDER]

Trains in :data:`ROUNDS`. ``DATA`` is the folder of the ``train_*.jsonl.gz`` files. Runs on a GPU where there is one, else on all cores. Saves
every few minutes and goes on from there when started again with the same arguments. Word embeddings and the lowest
layers stay as they are. Writes ``reader.safetensors`` (float32, the trained tensors only) and ``log.jsonl``: the loss,
and how questions on contexts kept aside are answered.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from embeddings.bert import load_bert
from embeddings.encoder import BUNDLED
from embeddings.folding import simplified
from embeddings.stored import CONFIG, TOKENIZER
from embeddings.weights import FILE_NAME, load_weights
from qa.evaluate import exact_match, f1
from qa.network import Batch, SpanNetwork, Window, best_spans, collate, encode
from training.reader_data import Example, Piece, Row, examples_of, is_held_out, read_rows, whole_passages

SEED = 7
BATCH = 16
WARM_UP = 0.06
FROZEN_LAYERS = 3
"""Layers kept as they are, from the lowest: a quarter less to compute."""
NEGATIVES = 0.25
POOL = 32
"""Batches whose examples are sorted by length together, so that little is padded."""
SAVE_EVERY, CHECK_EVERY, CHECKED = 100, 400, 80
"""Steps, steps, and questions of each source."""


@dataclass(frozen=True, slots=True)
class Round:
    """``steps`` with a learning rate that rises to ``rate`` and falls to 0; ``swapped`` is the share of questions that
    are also asked about something else, which their window does not answer.
    """

    steps: int
    rate: float
    swapped: float


ROUNDS = (Round(1750, 1.5e-4, 0.0), Round(1300, 1.0e-4, 0.12))


@dataclass(frozen=True, slots=True)
class Item:
    """An encoded example and the token positions of its answer; both 0 for "not in this window"."""

    window: Window
    start: int
    end: int


def main() -> None:
    """Run from the command line."""
    train(*folders(__doc__))


def folders(description: str) -> tuple[Path, Path, Path]:
    """The folders that the command line names: data, base model and results. The last is made."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=BUNDLED)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    return options.data, options.base, options.out


def train(data: Path, base: Path, out: Path) -> None:
    """Train all rounds, from the last saved state if there is one."""
    torch.manual_seed(SEED)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    network = make_network(base).to(device)
    trained = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    decayed = [weight for weight in trained.values() if weight.dim() > 1]
    others = [weight for weight in trained.values() if weight.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
    )
    rows = read_rows(data)
    steps = sum(each.steps for each in ROUNDS)
    step = restore(out, network, optimizer)
    begun, seen, losses = time.perf_counter(), 0, []
    for items in batches([row for row in rows if not is_held_out(row)], tokenizer, step):
        batch = moved(collate([item.window for item in items]), device)
        targets = torch.tensor([[item.start, item.end] for item in items], device=device)
        logits = network(batch).permute(2, 0, 1).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, targets.T.flatten())
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        seen += batch.ids.numel()
        losses.append(loss.item())
        if step % 25 == 0:
            speed = seen / (time.perf_counter() - begun)
            note(out, {"step": step, "loss": round(sum(losses) / len(losses), 4), "tokens/s": round(speed)})
            losses = []
        if step % SAVE_EVERY == 0 or step == steps:
            save(out, step, network, optimizer)
        if step % CHECK_EVERY == 0 or step == steps:
            note(out, {"step": step, **check(network, tokenizer, kept_aside(rows), device)})
    save_file(
        {name: weight.detach().cpu().contiguous() for name, weight in trained.items()}, out / "reader.safetensors"
    )


def rate_at(step: int) -> float:
    """Learning rate: in every round rising over the warm-up, then falling to 0 in a line."""
    for each in ROUNDS:
        if step < each.steps:
            warm = max(1, round(WARM_UP * each.steps))
            return each.rate * ((step + 1) / warm if step < warm else (each.steps - step) / (each.steps - warm))
        step -= each.steps
    return 0.0


def kept_aside(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Questions on contexts that are not trained on, by the set that they come from."""
    found: dict[str, list[Row]] = {}
    for row in random.Random(SEED).sample(rows, len(rows)):
        if is_held_out(row) and row["answers"]:
            found.setdefault(row["source"].split("/")[-1], []).append(row)
    return {name: own[:CHECKED] for name, own in sorted(found.items())}


def make_network(base: Path) -> SpanNetwork:
    """The base model with a new head."""
    network = SpanNetwork(trainable(base))
    torch.nn.init.normal_(network.head.weight, std=0.02)
    torch.nn.init.zeros_(network.head.bias)
    return network.train()


def trainable(base: Path) -> BertModel:
    """The base model, its word embeddings and lowest layers frozen."""
    bert = load_bert(BertConfig.from_json_file(base / CONFIG), load_weights(base / FILE_NAME), dtype=torch.float32)
    for layer in bert.encoder.layer[FROZEN_LAYERS:]:
        layer.requires_grad_(True)
    return bert


def batches(rows: Sequence[Row], tokenizer: Tokenizer, done: int) -> Iterator[list[Item]]:
    """The batches that are left of all rounds after ``done``. Windows and negatives are drawn anew for every pass; the
    same arguments, the same batches.
    """
    for number, each in enumerate(ROUNDS):
        if done < each.steps:
            of_round = passes(rows, tokenizer, each, SEED + 1000 * number)
            yield from itertools.islice(of_round, done, each.steps)
        done = max(0, done - each.steps)


def passes(rows: Sequence[Row], tokenizer: Tokenizer, each: Round, seed: int) -> Iterator[list[Item]]:
    """Batches without end."""
    for turn in itertools.count():
        chance = random.Random(seed + turn)
        examples = examples_of(rows, seed=seed + turn, negatives=NEGATIVES, swapped=each.swapped)
        chance.shuffle(examples)
        for first in range(0, len(examples), BATCH * POOL):
            pool = [item for example in examples[first : first + BATCH * POOL] if (item := encoded(tokenizer, example))]
            pool.sort(key=lambda item: len(item.window.ids))
            ready = [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
            chance.shuffle(ready)
            yield from ready


def encoded(tokenizer: Tokenizer, example: Example) -> Item | None:
    """Token positions of an example; ``None`` if its answer was cut off."""
    window = encode(tokenizer, example.question, example.title, example.window)
    if example.answer is None:
        return Item(window, 0, 0)
    low, high = example.answer
    inside = [i for i, (start, end) in enumerate(window.offsets) if start < high and end > low]
    return Item(window, window.first + inside[0], window.first + inside[-1]) if inside else None


def moved(batch: Batch, device: torch.device) -> Batch:
    """The batch on a device."""
    return Batch(batch.ids.to(device), batch.mask.to(device), batch.allowed.to(device))


def check(
    network: SpanNetwork, tokenizer: Tokenizer, aside: Mapping[str, Sequence[Row]], device: torch.device
) -> dict[str, str]:
    """EM and F1 in per cent of held-out questions of each set, all passages of their context read."""
    network.train(False)
    found = {}
    with torch.inference_mode():
        for name, rows in aside.items():
            exact = overlap = 0.0
            for row, pieces in whole_passages(rows):
                text = best_text(network, tokenizer, row, pieces, device)
                exact += max(exact_match(text, gold["text"]) for gold in row["answers"])
                overlap += max(f1(text, gold["text"]) for gold in row["answers"])
            found[f"{name} EM/F1"] = f"{100 * exact / len(rows):.1f}/{100 * overlap / len(rows):.1f}"
    network.train()
    return found


def best_text(
    network: SpanNetwork, tokenizer: Tokenizer, row: Row, pieces: Sequence[Piece], device: torch.device
) -> str:
    """The best span of all passages."""
    question, title = simplified(row["question"]), simplified(row["title"])
    windows = [encode(tokenizer, question, title, simplified(piece.text)) for piece in pieces]
    logits = network(moved(collate(windows), device)).cpu()
    spans = [
        (score, piece.text[start:end])
        for piece, window, part in zip(pieces, windows, logits, strict=True)
        for score, start, end in best_spans(part, window, count=1)
    ]
    return max(spans)[1]


def save(out: Path, step: int, network: torch.nn.Module, optimizer: Any) -> None:
    """Write the state beside the old one, then in its place."""
    state = {
        "step": step,
        "trained": {name: weight for name, weight in network.named_parameters() if weight.requires_grad},
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, out / "state.part")
    (out / "state.part").replace(out / "state.pt")


def restore(out: Path, network: torch.nn.Module, optimizer: Any) -> int:
    """Take up the saved state; the step to go on from."""
    path = out / "state.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["trained"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


def note(out: Path, line: Mapping[str, float | str]) -> None:
    """Add a line to the log and show it."""
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)


if __name__ == "__main__":
    main()
