"""A real library, the keyword encoder and a keeper, for tests of the library pane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from qa.library import Library
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
