"""A real library, the keyword encoder and a keeper, for tests of the library pane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.library import Library
from qa.types import Answer, Exchange, Passage
from tests.conftest import KeywordEncoder
from ui.shelf import Entry, Keeper


class GatedEncoder(KeywordEncoder):
    """Stops before it encodes passages until ``go`` is set, so that a test sees what is so meanwhile."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.busy = threading.Event()
        self.go.set()

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
        self.busy.set()
        assert self.go.wait(20)
        return super().encode_passages(texts, progress=progress)


@contextmanager
def keeping(folder: Path, encoder: KeywordEncoder | None = None) -> Iterator[tuple[Library, Keeper]]:
    """A library in ``folder`` and its keeper."""
    encoder = encoder or KeywordEncoder()
    with Library.create(folder, encoder=encoder) as library:
        keeper = Keeper(library, encoder)
        try:
            yield library, keeper
        finally:
            keeper.close()


def upload(keeper: Keeper, name: str, data: bytes | str) -> Entry:
    """Give the keeper a file and wait for what becomes of it, and until the library's write lock is free again."""
    entry = keeper.wait(send(keeper, name, data).id)
    with keeper._my_turn():
        return entry


def send(keeper: Keeper, name: str, data: bytes | str) -> Entry:
    """Give the keeper a file."""
    with keeper.receive(name) as incoming:
        incoming.write(data.encode() if isinstance(data, str) else data)
        return keeper.take(incoming.keep())


@dataclass
class FindingAnswerer:
    """Answers with the first paragraph, by name of document, that holds the question."""

    library: Library

    def ask(
        self,
        question: str,
        *,
        id: str | None = None,
        history: Sequence[Exchange] = (),
        documents: frozenset[str] | None = None,
        news: object = None,
    ) -> Answer:
        for info in self.library.documents():
            document = self.library.document(info.id)
            for block in document.blocks:
                if question in document.text[block.start : block.end] and (documents is None or info.id in documents):
                    passage = Passage(1, info.id, block.start, block.end, document.title, "", block.number)
                    span = (block.start, block.end)
                    cited = document.cite(
                        number=1, passage=passage, paragraph=block, quote=span, answer=None, score=0.9
                    )
                    return Answer(question, "answered", cited.quote, 0.9, (cited,), id=id)
        return Answer(question, "not_found", "", 0.1, id=id)
