"""The span reader's network: (question, title, window) -> logits of where an answer starts and ends in the window.

A BERT with one linear head. The first position stands for "not in this window": a span's score is its start and end
logits less those of that position, so scores of windows of one question can be compared. Works on texts in simplified
script (``embeddings.folding.simplified`` keeps offsets). Heavy: imports torch. Knows no passages, sentences or
confidence.

``qa/bundled/reader`` holds the trained tensors only; vocabulary, word embeddings and the lowest layers are those of
the bundled encoder that it was trained from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from embeddings.encoder import BUNDLED, precision
from embeddings.weights import FILE_NAME, load_weights

if TYPE_CHECKING:
    from transformers import BertModel

FOLDER = Path(__file__).parent / "bundled" / "reader"
BOS, PAD, EOS = 0, 1, 2
QUESTION_TOKENS, TITLE_TOKENS, TOKENS = 80, 48, 512
LONGEST = 64
"""Tokens of an answer, at most."""
EXCLUDED = -1e4
"""Logit of a position that can be no answer."""


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids of ``<s> question </s> title </s> window </s>``; ``offsets[i]`` is the character range in the window
    of token ``first + i``. What does not fit into 512 tokens is cut off the window's end.
    """

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """``ids``, ``mask`` int64 (n, tokens); ``allowed`` bool (n, tokens): position 0 and the window's tokens."""

    ids: Tensor
    mask: Tensor
    allowed: Tensor


class SpanNetwork(torch.nn.Module):
    """Logits float32 (n, tokens, 2), of the start and of the end; :data:`EXCLUDED` outside ``allowed``."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert
        self.head = torch.nn.Linear(bert.config.hidden_size, 2)

    def forward(self, batch: Batch) -> Tensor:
        """One pass over a batch."""
        hidden = self.bert(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
        logits: Tensor = self.head(hidden.float())
        return logits.masked_fill(~batch.allowed[:, :, None], EXCLUDED)


def load_network(trained: Mapping[str, NDArray[np.float32]] | None = None) -> tuple[SpanNetwork, Tokenizer]:
    """The reader that ships and its tokenizer; ``trained``: other tensors than the bundled ones, by name."""
    from transformers import BertConfig

    from embeddings.bert import load_bert

    own = dict(load_weights(FOLDER / FILE_NAME) if trained is None else trained)
    head = {name: torch.from_numpy(own.pop(f"head.{name}")) for name in ("weight", "bias")}
    weights = load_weights(BUNDLED / FILE_NAME) | {name.removeprefix("bert."): array for name, array in own.items()}
    bert = load_bert(BertConfig.from_json_file(BUNDLED / "config.json"), weights, dtype=precision())
    network = SpanNetwork(bert)
    network.head.load_state_dict(head)
    return network.requires_grad_(False).train(False), Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))


def encode(tokenizer: Tokenizer, question: str, title: str, window: str) -> Window:
    """Tokens of one question and window. ``tokenizer`` must neither cut nor pad."""
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
    named = tokenizer.encode(title, add_special_tokens=False).ids[:TITLE_TOKENS] if title else []
    read = tokenizer.encode(window, add_special_tokens=False)
    head = [BOS, *asked, EOS, *named, EOS]
    room = TOKENS - len(head) - 1
    return Window([*head, *read.ids[:room], EOS], len(head), read.offsets[:room])


def collate(windows: Sequence[Window]) -> Batch:
    """Windows padded to the longest."""
    length = max(len(window.ids) for window in windows)
    ids = torch.full((len(windows), length), PAD)
    allowed = torch.zeros((len(windows), length), dtype=torch.bool)
    allowed[:, 0] = True
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        allowed[row, window.first : window.first + len(window.offsets)] = True
    return Batch(ids, (ids != PAD).long(), allowed)


def best_spans(
    logits: Tensor, window: Window, *, count: int, within: Sequence[tuple[int, int]] = ()
) -> list[tuple[float, int, int]]:
    """The ``count`` best spans of a window as (score, start, end) in its characters, best first.

    ``logits`` float32 (tokens, 2). Scores are logits: 0 is as likely as "not in this window", higher is better.
    ``within``: ranges of the window that spans may start and end in; none for all of it.
    """
    tokens = len(window.offsets)
    if not tokens:
        return []
    null = float(logits[0].sum())
    start, end = logits[window.first : window.first + tokens].unbind(-1)
    scores = start[:, None] + end[None, :] - null
    reach = torch.arange(tokens)
    distance = reach[None, :] - reach[:, None]
    barred = (distance < 0) | (distance >= LONGEST)
    if within:
        inside = [any(low <= start and end <= high for low, high in within) for start, end in window.offsets]
        barred |= ~(torch.tensor(inside)[:, None] & torch.tensor(inside)[None, :])
    scores = scores.masked_fill(barred, -torch.inf)
    values, places = scores.flatten().topk(min(count, tokens))
    spans = []
    for value, place in zip(values.tolist(), places.tolist(), strict=True):
        low, high = window.offsets[place // tokens][0], window.offsets[place % tokens][1]
        if low < high and value > -torch.inf:
            spans.append((value, low, high))
    return spans
