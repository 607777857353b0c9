from __future__ import annotations

import json

import pytest

from ui.shelf_choice import EVERYTHING, Choice
from ui.standing import Standing


def test_what_a_page_says() -> None:
    said = {"conversation": "0123456789abcdef", "choice": {"all": False, "ids": ["d1", "d2"]}}
    assert Standing.parse(json.dumps(said)) == Standing("0123456789abcdef", Choice(False, frozenset({"d1", "d2"})))
    assert Standing.parse('{"conversation": ""}') == Standing("", EVERYTHING)


@pytest.mark.parametrize(
    "said", [None, 7, "", "{", "[]", "null", "[" * 100_000, '{"conversation": 5, "choice": {"all": 1, "ids": {}}}']
)
def test_what_makes_no_sense_is_not_said(said: object) -> None:
    assert Standing.parse(said) == Standing()
