"""Whether the offsets stored for a document are what they must be. Knows no library, index or file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.types import Document, Passage


def offset_problems(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """Blocks and passages must be in order, apart, inside the text, trimmed, and together hold every character."""
    text = document.text
    for kind, ranges in (
        ("block", [(block.start, block.end) for block in document.blocks]),
        ("passage", [(passage.start, passage.end) for passage in passages]),
    ):
        position = 0
        for start, end in ranges:
            if not position <= start < end <= len(text):
                yield f"{document.id}: {kind} [{start}, {end}) does not fit the text"
            elif text[position:start].strip():
                yield f"{document.id}: text before {start} is in no {kind}"
            elif text[start:end].strip() != text[start:end]:
                yield f"{document.id}: {kind} [{start}, {end}) begins or ends with white space"
            position = max(position, end)
        if text[position:].strip():
            yield f"{document.id}: text after {position} is in no {kind}"
