"""What the indexes see of a passage. Knows no index."""

from __future__ import annotations

from collections.abc import Sequence

from qa.spacing import closed_up
from qa.types import Document, Passage


def index_text(passage: Passage, text: str) -> str:
    """What the indexes see of a passage: title, section and other names that it does not state itself, then its text, letter-spaced words
    closed up.
    """
    head = [part for part in (passage.title, passage.section, passage.also) if part and part not in text]
    return closed_up("\n".join([*head, text]))


def index_texts(documents: Sequence[tuple[Document, list[Passage]]]) -> list[str]:
    """What they see of all passages of ``documents``, in order."""
    return [
        index_text(passage, document.text[passage.start : passage.end])
        for document, passages in documents
        for passage in passages
    ]
