"""Trains the bundled encoder to put a question next to the passage that answers it.

    python -m training.train_retriever DATA --out FOLDER [--base FOLDER]

``DATA`` is the folder of the ``train_*.jsonl.gz`` files, ``--base`` the encoder to start from. Every question
learns to prefer its passage to all others of its batch; a batch is made of passages that are like one another, so they
are hard negatives without being computed twice. Runs on a GPU where there is one, else on all cores; saves every few
minutes and goes on from there when started again with the same arguments. Word embeddings and the lowest layers stay as
they are: the reader shares them. Writes ``retriever.safetensors`` (float32, the trained tensors) and ``log.jsonl``.

What it gave (one pass, 252 steps) does not ship: it finds more in encyclopaedic text and less in answers to web searches,
of which the training sets hold little. ``results/retriever.json`` has the figures.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from opencc import OpenCC
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertModel

from embeddings.folding import simplified
from embeddings.stored import TOKENIZER
from training.reader_data import EDGE, Piece, Row, is_held_out, read_rows, whole_passages
from training.reader_windows import UNTITLED
from training.train_reader import FROZEN_LAYERS, WARM_UP, folders, note, restore, save, trainable

SEED = 7
PASSES = 1
PASSAGES, ALIKE = 32, 8
"""Passages of a batch, and how many of them are like one another."""
QUESTIONS = 3
"""Questions of a passage, at most, drawn anew for every pass."""
RATE = 5e-5
SCALE = 50.0
"""By which cosines are multiplied: those of this model lie close together."""
TOKENS, PADDED_TOGETHER = 320, 8
BOTH_SCRIPTS, QUESTION_SCRIPT = 0.25, 0.1
"""Shares of passages that are turned into the other script with their questions, and of questions turned alone."""
SHARE = 1.0
"""How far the shipped weights go from the published ones towards the trained ones."""
SAVE_EVERY, NOTE_EVERY = 40, 10


@dataclass(frozen=True, slots=True)
class Anchor:
    """A passage and the questions that it answers, each with its gold answers."""

    piece: Piece
    asked: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A batch: ``questions[i]`` is answered by ``passages[gold[i]]``; ``other`` bool (questions, passages): passages
    that hold its answer too, and are neither right nor wrong.
    """

    passages: list[str]
    questions: list[str]
    gold: list[int]
    other: NDArray[np.bool_]


def main() -> None:
    """Run from the command line."""
    train(*folders(__doc__))


def train(data: Path, base: Path, out: Path) -> None:
    """Train all passes, from the last saved state if there is one."""
    torch.manual_seed(SEED)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("<pad>"), pad_token="<pad>")
    bert = trainable(base, frozen=FROZEN_LAYERS)
    torch.nn.Module.to(bert, device).train()
    trained = {name: weight for name, weight in bert.named_parameters() if weight.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), weight_decay=0.01)
    anchors = anchors_of([row for row in read_rows(data) if not is_held_out(row)])
    groups = [group for number in range(PASSES) for group in groups_of(anchors, SEED + number)]
    step = restore(out, bert, optimizer)
    begun, seen, losses = time.perf_counter(), 0, []
    for group in groups[step:]:
        passages, read = embed(bert, tokenizer, [f"passage: {text}" for text in group.passages])
        questions, asked = embed(bert, tokenizer, [f"query: {text}" for text in group.questions])
        scores = (SCALE * questions @ passages.T).masked_fill(torch.from_numpy(group.other).to(device), -torch.inf)
        loss = torch.nn.functional.cross_entropy(scores, torch.tensor(group.gold, device=device))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        for part in optimizer.param_groups:
            part["lr"] = rate_at(step, len(groups))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        seen += read + asked
        losses.append(loss.item())
        if step % NOTE_EVERY == 0:
            speed = seen / (time.perf_counter() - begun)
            note(out, {"step": step, "of": len(groups), "loss": round(sum(losses) / len(losses), 4), "tokens/s": speed})
            losses = []
        if step % SAVE_EVERY == 0 or step == len(groups):
            save(out, step, bert, optimizer)
    save_file(
        {name: weight.detach().cpu().contiguous() for name, weight in trained.items()}, out / "retriever.safetensors"
    )


def rate_at(step: int, steps: int) -> float:
    """Learning rate: rising over the warm-up, then falling to 0 in a line."""
    warm = max(1, round(WARM_UP * steps))
    return RATE * ((step + 1) / warm if step < warm else (steps - step) / (steps - warm))


def embed(bert: BertModel, tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[torch.Tensor, int]:
    """Unit vectors, float32 (n, hidden), and the number of tokens. Texts of like length are padded together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts, count = [], 0
    for first in range(0, len(order), PADDED_TOGETHER):
        encodings = tokenizer.encode_batch([texts[i] for i in order[first : first + PADDED_TOGETHER]])
        ids = torch.tensor([encoding.ids for encoding in encodings], device=bert.device)
        mask = torch.tensor([encoding.attention_mask for encoding in encodings], device=bert.device)
        states = bert(input_ids=ids, attention_mask=mask).last_hidden_state * mask[..., None]
        parts.append(torch.nn.functional.normalize(states.sum(1) / mask.sum(1, keepdim=True), dim=1))
        count += ids.numel()
    back = torch.tensor(np.argsort(order), device=bert.device)
    return torch.cat(parts)[back], count


def anchors_of(rows: Sequence[Row]) -> list[Anchor]:
    """Passages that hold an answer whole, with the questions."""
    asked: dict[tuple[str, int], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    pieces: dict[tuple[str, int], Piece] = {}
    for row, own in whole_passages([row for row in rows if row["answers"]]):
        bare = row["answers"][0]["text"].strip(EDGE)
        at = row["context"].find(bare, row["answers"][0]["start"])
        piece = next((one for one in own if one.start <= at and at + len(bare) <= one.start + len(one.text)), None)
        if bare and at >= 0 and piece:
            pieces[piece.context_id, piece.start] = piece
            golds = tuple(answer["text"].strip(EDGE) for answer in row["answers"])
            asked[piece.context_id, piece.start].append((row["question"], golds))
    return [Anchor(piece, tuple(asked[key])) for key, piece in pieces.items()]


def groups_of(anchors: Sequence[Anchor], seed: int) -> Iterator[Group]:
    """All passages once, in batches; the order and what is drawn depend on ``seed`` alone."""
    chance = random.Random(seed)
    sets = alike(anchors, chance)
    chance.shuffle(sets)
    together = PASSAGES // ALIKE
    for first in range(0, len(sets), together):
        yield _group([anchors[i] for part in sets[first : first + together] for i in part], chance)


def alike(anchors: Sequence[Anchor], chance: random.Random) -> list[list[int]]:
    """All numbers of ``anchors`` once, in sets of :data:`ALIKE` passages that share most; the last may be less alike."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), sublinear_tf=True, dtype=np.float32)
    rows = vectorizer.fit_transform([simplified(f"{one.piece.title} {one.piece.text}") for one in anchors])
    free = np.ones(len(anchors), bool)
    sets = []
    for seed in chance.sample(range(len(anchors)), len(anchors)):
        if free[seed]:
            free[seed] = False
            scores = np.where(free, (rows[seed] @ rows.T).toarray()[0], -1)
            others = [int(i) for i in np.argsort(-scores, kind="stable")[: ALIKE - 1] if free[i]]
            free[others] = False
            sets.append([seed, *others])
    return sets


def _group(anchors: Sequence[Anchor], chance: random.Random) -> Group:
    passages, questions, gold = [], [], []
    golds: list[tuple[str, ...]] = []
    for number, anchor in enumerate(anchors):
        turn = _other_script if chance.random() < BOTH_SCRIPTS else _same_script
        titled = chance.random() >= UNTITLED and anchor.piece.title not in anchor.piece.text
        passages.append(turn(f"{anchor.piece.title}\n{anchor.piece.text}" if titled else anchor.piece.text))
        for question, answers in chance.sample(anchor.asked, min(QUESTIONS, len(anchor.asked))):
            again = _other_script if chance.random() < QUESTION_SCRIPT else _same_script
            questions.append(again(turn(question)))
            gold.append(number)
            golds.append(answers)
    other = np.array(
        [
            [
                number != right and any(answer in one.piece.text for answer in answers)
                for number, one in enumerate(anchors)
            ]
            for right, answers in zip(gold, golds, strict=True)
        ]
    )
    return Group(passages, questions, gold, other)


TRADITIONAL = OpenCC("s2tw")


def _other_script(text: str) -> str:
    """Traditional for simplified, simplified for traditional."""
    simple = simplified(text)
    return simple if simple != text else str(TRADITIONAL.convert(text))


def _same_script(text: str) -> str:
    return text


if __name__ == "__main__":
    main()
