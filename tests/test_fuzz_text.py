"""Spoilt questions and texts, some hundreds: what holds of every parser whatever it is given."""

from __future__ import annotations

import random

import pytest

from benchmarks.fuzz_text import LONGEST, SEEDS, attempt, mutated


@pytest.mark.parametrize("text", SEEDS)
def test_the_seeds_break_nothing(text: str) -> None:
    assert attempt(text) == []


def test_half_a_character_breaks_nothing() -> None:
    assert attempt("那越南\ud83d呢，五千\udc00万元") == []


def test_spoilt_texts_break_nothing() -> None:
    chance = random.Random(6)
    for _ in range(60):
        text = mutated(chance)
        assert len(text) <= LONGEST
        assert attempt(text) == [], repr(text)
