"""Trains the span reader from the bundled encoder's weights.

    python -m training.prepare_reader DATA build/reader/packed.jsonl.gz
    python -m training.train_reader build/reader/packed.jsonl.gz --out FOLDER [--base FOLDER]

Trains in :data:`STAGES`: four teachers, one pupil of the four, and the reader that ships, a pupil of that one whose lowest
layers are the encoder's own. Runs on a GPU where there is one (about 20 minutes on an H100, the teachers one after
another), else on all cores (days). Saves every few minutes and goes on from there when started again with the same
arguments. Writes ``reader.safetensors`` (float32, the trained tensors only) and ``log.jsonl``: the loss, and how questions
on contexts kept aside are answered.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy, log_softmax, softmax
from transformers import BertConfig, BertModel

from embeddings.bert import load_bert
from embeddings.encoder import BUNDLED, precision
from embeddings.stored import CONFIG, TOKENIZER
from embeddings.weights import FILE_NAME, load_weights
from qa.evaluate import exact_match, f1
from qa.network import Batch, SpanNetwork, best_spans, collate, encode
from training.reader_windows import Entry, Item, Packed, items_of, load_packed

BATCH = 32
WARM_UP = 0.06
DROPOUT = 0.1
FROZEN_LAYERS = 3
"""Layers of what ships that are kept as the encoder has them, from the lowest: they are stored once."""
DECAY = 0.999
"""Of the running mean of the weights, which is what a stage gives."""
TEMPERATURE = 1.5
"""By which the logits of teacher and pupil are divided before they are compared."""
POOL = 64
"""Batches whose items are sorted by length together, so that little is padded."""
SAVE_EVERY, NOTE_EVERY, CHECKED = 100, 20, 500
"""Steps, steps, and questions of each source."""


@dataclass(frozen=True, slots=True)
class Stage:
    """``passes`` over the data with a learning rate that rises to ``rate`` and falls to 0. ``share`` is how much of the
    loss of a window that is taught is the distance from the mean logits of ``teachers``; ``begins`` is the stage whose
    weights it starts from, and the base where there is none; ``batch`` is how many windows make a step.
    """

    name: str
    seed: int
    passes: int
    rate: float
    frozen: int = 0
    teachers: tuple[str, ...] = ()
    share: float = 0.0
    begins: str = ""
    batch: int = BATCH


TEACHERS = ("teacher-1", "teacher-2", "teacher-3", "teacher-4")
STAGES = (
    *(Stage(name, 11 + n, 7, rate) for n, (name, rate) in enumerate(zip(TEACHERS, (2e-4, 2e-4, 3e-4, 2.5e-4), strict=True))),
    Stage("pupil", 21, 3, 1.5e-4, teachers=TEACHERS, share=0.8, begins="teacher-1"),
    Stage("reader", 31, 7, 1.5e-4, FROZEN_LAYERS, ("pupil",), share=0.7),
)  # fmt: skip


def main() -> None:
    """Run from the command line."""
    data, base, out = folders(__doc__)
    packed, tokenizer = load_packed(data), Tokenizer.from_file(str(base / TOKENIZER))
    for stage in STAGES:
        if not (out / f"{stage.name}.safetensors").exists():
            mean = train(base, out, stage, [items_of(packed, tokenizer, seed) for seed in seeds(stage)])
            note(out, {"stage": stage.name, **check(mean, tokenizer, packed)})


def seeds(stage: Stage) -> range:
    """A seed for each pass of a stage."""
    return range(1000 * stage.seed, 1000 * stage.seed + stage.passes)


def folders(description: str) -> tuple[Path, Path, Path]:
    """What the command line names: data, base model and results. The last is made."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, default=BUNDLED)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    return options.data, options.base, options.out


def train(base: Path, out: Path, stage: Stage, passes: Sequence[Sequence[Item]]) -> SpanNetwork:
    """Train one stage, from its last saved state if there is one. The network of the mean weights, as they are written to
    ``out``.
    """
    torch.manual_seed(stage.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = make_network(base, stage.frozen).to(device)
    if stage.begins:
        network.load_state_dict(trained_network(base, out / f"{stage.begins}.safetensors").state_dict())
    mean = copy.deepcopy(network).requires_grad_(False).train(False)
    teachers = [trained_network(base, out / f"{name}.safetensors").to(device) for name in stage.teachers]
    trained = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    means = dict(mean.named_parameters())
    optimizer = optimizer_of(trained)
    steps = sum(-(-len(items) // stage.batch) for items in passes)
    step = restore(out, network, optimizer, mean, stage.name)
    begun, losses = time.perf_counter(), []
    for items in itertools.islice(batches(passes, stage.seed, stage.batch), step, None):
        batch = moved(collate([item.window for item in items]), device)
        targets = torch.tensor([[item.start, item.end] for item in items], device=device)
        taught = torch.tensor([float(item.taught) for item in items], device=device)
        loss = loss_of(network, teachers, batch, targets, stage.share * taught)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = stage.rate * rate_at(step, steps)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        kept = min(DECAY, step / (step + 9))
        for name, weight in trained.items():
            means[name].lerp_(weight.detach(), 1 - kept)
        losses.append(loss.detach())
        if step % NOTE_EVERY == 0:
            lately, seconds = float(sum(losses) / len(losses)), time.perf_counter() - begun
            note(out, {"stage": stage.name, "step": step, "of": steps, "loss": lately, "s": seconds})
            losses = []
        if step % SAVE_EVERY == 0:
            save(out, step, network, optimizer, mean, stage.name)
    whole = {name: weight.detach().cpu().contiguous() for name, weight in mean.named_parameters() if name in trained}
    save_file(whole, out / f"{stage.name}.safetensors")
    (out / f"{stage.name}.pt").unlink(missing_ok=True)
    return mean


def loss_of(
    network: SpanNetwork, teachers: Sequence[SpanNetwork], batch: Batch, targets: Tensor, share: Tensor
) -> Tensor:
    """Cross-entropy of start and end, mixed with the Kullback-Leibler distance from the teachers' mean logits (Hinton and
    others 2015, arXiv 1503.02531). ``targets`` int64 (n, 2); ``share`` float32 (n,): how much of a window's loss is the
    distance.
    """
    logits = forward(network, batch)
    loss = cross_entropy(logits, targets, reduction="none").mean(1)
    if not (teachers and share.any()):
        return loss.mean()
    with torch.no_grad():
        aim = torch.stack([forward(teacher, batch) for teacher in teachers]).mean(0) / TEMPERATURE
    wide = log_softmax(aim, 1) - log_softmax(logits / TEMPERATURE, 1)
    distance = (softmax(aim, 1) * wide).sum(1).mean(1) * TEMPERATURE**2
    return ((1 - share) * loss + share * distance).mean()


def forward(network: SpanNetwork, batch: Batch) -> Tensor:
    """Logits; products in bfloat16 on a GPU and where the processor has them, twice as fast there as in float32."""
    narrow = batch.ids.is_cuda or precision() == torch.bfloat16
    with torch.autocast(batch.ids.device.type, torch.bfloat16, enabled=narrow):
        logits: Tensor = network(batch)
    return logits.float()


def rate_at(step: int, steps: int) -> float:
    """Share of the peak learning rate: rising over the warm-up, falling in a line to 0 at the end."""
    return min(1.0, (step + 1) / max(1.0, WARM_UP * steps)) * (1 - step / steps)


def optimizer_of(trained: Mapping[str, Tensor]) -> torch.optim.Optimizer:
    """AdamW; vectors are not decayed."""
    matrices = [weight for weight in trained.values() if weight.dim() > 1]
    vectors = [weight for weight in trained.values() if weight.dim() == 1]
    return torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}],
    )


def make_network(base: Path, frozen: int) -> SpanNetwork:
    """The base model with a new head."""
    network = SpanNetwork(trainable(base, frozen=frozen, dropout=DROPOUT))
    torch.nn.init.normal_(network.head.weight, std=0.02)
    torch.nn.init.zeros_(network.head.bias)
    return network.train()


def trained_network(base: Path, path: Path) -> SpanNetwork:
    """The network of a stage that is done.

    :raises ValueError: if the file holds tensors that the reader has not.
    """
    network = make_network(base, 0)
    unknown = network.load_state_dict(load_file(path), strict=False).unexpected_keys
    if unknown:
        raise ValueError(f"{path}: tensors that the reader has not: {unknown[:3]}")
    return network.requires_grad_(False).train(False)


def trainable(base: Path, *, frozen: int, dropout: float = 0.0) -> BertModel:
    """The base model, its word embeddings and its ``frozen`` lowest layers as they are. No dropout inside the attention: with
    it torch takes a way twice as slow on a processor.
    """
    config = BertConfig.from_json_file(base / CONFIG)
    config.hidden_dropout_prob, config.attention_probs_dropout_prob = dropout, 0.0
    bert = load_bert(config, load_weights(base / FILE_NAME), dtype=torch.float32)
    for layer in bert.encoder.layer[frozen:]:
        layer.requires_grad_(True)
    return bert


def batches(passes: Sequence[Sequence[Item]], seed: int, size: int = BATCH) -> Iterator[list[Item]]:
    """All items of all passes once, the taught ones and those of like length together; the same seed, the same batches."""
    for number, items in enumerate(passes):
        chance = random.Random(seed + number)
        order = chance.sample(items, len(items))
        ready = []
        for first in range(0, len(order), size * POOL):
            pool = sorted(order[first : first + size * POOL], key=lambda item: (item.taught, len(item.window.ids)))
            ready += [pool[at : at + size] for at in range(0, len(pool), size)]
        yield from chance.sample(ready, len(ready))


def moved(batch: Batch, device: torch.device) -> Batch:
    """The batch on a device."""
    return Batch(batch.ids.to(device), batch.mask.to(device), batch.allowed.to(device))


def check(network: SpanNetwork, tokenizer: Tokenizer, packed: Packed) -> dict[str, str]:
    """EM and F1 in per cent of questions kept aside, by their source, all passages of their context read."""
    by_source: dict[str, list[Entry]] = {}
    for entry in packed.questions:
        if entry["aside"] and entry["answers"]:
            by_source.setdefault(entry["source"], []).append(entry)
    found = {}
    for name, entries in sorted(by_source.items()):
        asked = entries[:CHECKED]
        texts = [best_of(network, tokenizer, one, [packed.pieces[n]["text"] for n in one["own"]])[1] for one in asked]
        exact = sum(max(exact_match(t, gold) for gold in e["answers"]) for t, e in zip(texts, asked, strict=True))
        overlap = sum(max(f1(t, gold) for gold in e["answers"]) for t, e in zip(texts, asked, strict=True))
        found[f"{name} EM/F1 of {len(asked)}"] = f"{100 * exact / len(asked):.1f}/{100 * overlap / len(asked):.1f}"
    return found


def best_of(network: SpanNetwork, tokenizer: Tokenizer, entry: Entry, texts: Sequence[str]) -> tuple[float, str]:
    """The best span of the texts for an entry's question and title, and its score."""
    windows = [encode(tokenizer, entry["question"], entry["title"], text) for text in texts]
    with torch.inference_mode():
        logits = forward(network, moved(collate(windows), next(network.parameters()).device)).cpu()
    spans = [
        (score, text[start:end])
        for text, window, part in zip(texts, windows, logits, strict=True)
        for score, start, end in best_spans(part, window, count=1)
    ]
    return max(spans, default=(0.0, ""))


def save(out: Path, step: int, network: torch.nn.Module, optimizer: Any, mean: torch.nn.Module | None = None,
         name: str = "state") -> None:  # fmt: skip
    """Write the state beside the old one, then in its place. ``mean``: the network of the running mean, if one is kept."""
    trained = {name for name, weight in network.named_parameters() if weight.requires_grad}
    state: dict[str, Any] = {"step": step, "optimizer": optimizer.state_dict()}
    for key, one in (("trained", network), ("mean", mean)):
        if one is not None:
            state[key] = {name: weight for name, weight in one.named_parameters() if name in trained}
    torch.save(state, out / "state.part")
    (out / "state.part").replace(out / f"{name}.pt")


def restore(out: Path, network: torch.nn.Module, optimizer: Any, mean: torch.nn.Module | None = None,
            name: str = "state") -> int:  # fmt: skip
    """Take up the saved state; the step to go on from."""
    path = out / f"{name}.pt"
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["trained"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    if mean is not None:
        mean.load_state_dict(state["mean"], strict=False)
    return int(state["step"])


def note(out: Path, line: Mapping[str, float | str]) -> None:
    """Add a line to the log and show it."""
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)


if __name__ == "__main__":
    main()
