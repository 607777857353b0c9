"""The attacks that need no library, on the whole server in this process: each is refused, and the server goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from benchmarks import intruder
from benchmarks.intruder import Found
from benchmarks.raw_http import Server
from tests.ui_server import serving
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui.access import Access

TOKEN = "correct-horse-battery"


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with serving(TinyAnswerer(), TinyLibrary()) as url:
        yield Server("127.0.0.1", urlsplit(url).port or 0)


@pytest.fixture(scope="module")
def locked() -> Iterator[Server]:
    with serving(TinyAnswerer(), TinyLibrary(), access=Access(TOKEN), only_local=False) as url:
        yield Server("127.0.0.1", urlsplit(url).port or 0, TOKEN)


@pytest.mark.parametrize(
    "attack", [intruder.csrf, intruder.host_header, intruder.ssrf, intruder.traversal, intruder.smuggling]
)
def test_nothing_gets_in(plain: Server, attack: Callable[[Server], Found]) -> None:
    tried = list(attack(plain))
    assert tried
    assert [(what, seen) for what, held, seen in tried if not held] == []


@pytest.mark.parametrize("attack", [intruder.token, intruder.headers, intruder.rates])
def test_nothing_gets_in_without_the_token(locked: Server, attack: Callable[[Server], Found]) -> None:
    tried = list(attack(locked))
    assert tried
    assert [(what, seen) for what, held, seen in tried if not held] == []


def test_an_attack_that_gets_in_is_told(plain: Server) -> None:
    assert not all(held for _, held, _ in intruder.token(plain))  # it has no token that it could ask for
