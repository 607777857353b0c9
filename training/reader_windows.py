"""What the span reader sees in one pass: windows of tokens that hold the answer to a question, or do not.

Reads the file that ``training.prepare_reader`` made, and needs a tokenizer and nothing of the project's that needs more.
Owns how windows are cut and how many of them hold no answer: other passages of the same context, the passages nearest to
the question elsewhere, and the right passage for a question about something else. Knows no model or loss.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from qa.network import Window, encode

SHORTEST, LONGEST = 100, 400
"""Characters of a window, drawn evenly; at run time a window is a passage, of at most 400."""
UNTITLED = 0.3
"""Share of windows without their title: real documents often have none worth the name."""
NEGATIVES = 0.3
"""Share of questions that are also asked of a passage that does not answer them."""
EXCHANGED = {"names": 0.15, "words": 0.12}
"""Shares of questions whose passage is also read for the question with a name or a plain word exchanged."""

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Packed:
    """The passages and questions of the packed file: see :func:`training.prepare_reader.prepared`."""

    pieces: list[Entry]
    questions: list[Entry]


@dataclass(frozen=True, slots=True)
class Item:
    """An encoded window and the token positions of its answer, both 0 for "not in this window"; ``taught``: a teacher's
    scores of it are learnt too, where there is one.
    """

    window: Window
    start: int
    end: int
    taught: bool = True


def load_packed(path: Path) -> Packed:
    """Read the packed file."""
    entries = [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()]
    return Packed([one for one in entries if "text" in one], [one for one in entries if "question" in one])


def items_of(packed: Packed, tokenizer: Tokenizer, seed: int) -> list[Item]:
    """One pass over the questions that are not kept aside; the same seed, the same items."""
    chance = random.Random(seed)
    items: list[Item | None] = []
    for entry in packed.questions:
        if entry["aside"]:
            continue
        if entry["gold"] is None:
            if not entry["answers"]:
                piece = packed.pieces[chance.choice(entry["own"])]
                items.append(item(tokenizer, entry, entry["question"], piece, None, chance))
            continue
        gold = packed.pieces[entry["gold"]]
        items.append(item(tokenizer, entry, entry["question"], gold, tuple(entry["answer"]), chance))
        if chance.random() < NEGATIVES and (piece := wrong_piece(packed, entry, chance)):
            items.append(item(tokenizer, entry, entry["question"], piece, None, chance))
        for kind, share in EXCHANGED.items():
            if entry[kind] and chance.random() < share:
                right = item(tokenizer, entry, chance.choice(entry[kind]), gold, tuple(entry["answer"]), chance)
                items.append(Item(right.window, 0, 0) if right else None)
    return [one for one in items if one]


def wrong_piece(packed: Packed, entry: Entry, chance: random.Random) -> Entry | None:
    """A passage without the answer: half the time one of the same context, if there is one."""
    own = [n for n in entry["own"] if not any(answer in packed.pieces[n]["text"] for answer in entry["answers"])]
    numbers = own if own and chance.random() < 0.5 else entry["wrong"] or own
    return packed.pieces[chance.choice(numbers)] if numbers else None


def item(
    tokenizer: Tokenizer,
    entry: Entry,
    question: str,
    piece: Entry,
    answer: tuple[int, int] | None,
    chance: random.Random,
) -> Item | None:
    """A window around the answer, or around any character where there is none; ``None`` if the answer was cut off."""
    at = chance.randrange(len(piece["text"]))
    start, end = answer or (at, at + 1)
    low, high = cut(piece["sentences"], start, end, chance.randint(SHORTEST, LONGEST), chance)
    title = "" if chance.random() < UNTITLED else entry["title"]
    window = encode(tokenizer, question, title, piece["text"][low:high])
    if answer is None:
        return Item(window, 0, 0)
    inside = [i for i, (first, past) in enumerate(window.offsets) if first < end - low and past > start - low]
    return Item(window, window.first + inside[0], window.first + inside[-1]) if inside else None


def cut(
    sentences: Sequence[tuple[int, int]], start: int, end: int, budget: int, chance: random.Random
) -> tuple[int, int]:
    """The range of whole sentences around ``[start, end)``, taken from either side at random up to ``budget``
    characters. ``sentences``: ranges in the order of the text.
    """
    low = max((i for i, (first, _) in enumerate(sentences) if first <= start), default=0)
    high = min((i for i, (_, past) in enumerate(sentences) if past >= end), default=len(sentences) - 1)
    low, high = min(low, high), max(low, high)
    while low > 0 or high + 1 < len(sentences):
        before = low > 0 and (high + 1 == len(sentences) or chance.random() < 0.5)
        wider = (low - 1, high) if before else (low, high + 1)
        if sentences[wider[1]][1] - sentences[wider[0]][0] > budget:
            break
        low, high = wider
    return sentences[low][0], sentences[high][1]
