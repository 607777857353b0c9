"""Letter-spaced words closed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.spacing import closed_up, kept_places


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("审　判　长　　章怀瑾", "审判长　　章怀瑾"),
        ("书 记 员  李小云", "书记员  李小云"),
        ("刑 事 判 决 书", "刑事判决书"),
        ("张三 李四 王五", "张三 李四 王五"),
        ("第 3 包", "第 3 包"),
        ("a b c", "a b c"),
        ("", ""),
    ],
)
def test_a_run_of_single_characters_is_a_word(text: str, closed: str) -> None:
    assert closed_up(text) == closed


@given(st.text(alphabet="审判长书 　\n,a1"))
def test_only_spaces_are_dropped_and_places_lead_back(text: str) -> None:
    places = kept_places(text)
    assert "".join(text[place] for place in places) == closed_up(text)
    assert set("".join(char for place, char in enumerate(text) if place not in set(places))) <= {" ", "　"}
