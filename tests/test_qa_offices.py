"""Names beside offices: who holds one, and which one someone holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.offices import Asked, answering, asked_office, find_pairs
from qa.question import align

REPORT = (
    "英国驻华大使魏磊、四川省副省长任京东、韩国京畿道副知事金大淳、越南工贸部副部长阮生日新致辞。新控股公司党委书记、董事长徐思伟,"
    "西门子股份公司全球执行副总裁阿尔滕姆舍夫·艾别克,深圳研究院院长张成奇发言。市商务委副主任叶力娜现场推介。市政协主席程丽华出席。"
)


def told(question: str, around: str = "") -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    asked = asked_office(question)
    assert asked is not None
    right, elsewhere = answering(asked, REPORT, REPORT + around)
    return tuple([(REPORT[slice(*p.office)], REPORT[slice(*p.name)]) for p in pairs] for pairs in (right, elsewhere))  # type: ignore[return-value]


def test_every_pair_of_a_row_is_read() -> None:
    assert [(REPORT[slice(*pair.office)], REPORT[slice(*pair.name)]) for pair in find_pairs(REPORT)] == [
        ("英国驻华大使", "魏磊"),
        ("四川省副省长", "任京东"),
        ("韩国京畿道副知事", "金大淳"),
        ("越南工贸部副部长", "阮生日新"),
        ("新控股公司党委书记、董事长", "徐思伟"),
        ("西门子股份公司全球执行副总裁", "阿尔滕姆舍夫·艾别克"),
        ("深圳研究院院长", "张成奇"),
        ("市商务委副主任", "叶力娜"),
        ("市政协主席", "程丽华"),
    ]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("四川省副省长是谁?", "任京东"),
        ("谁是四川副省长", "任京东"),
        ("英国驻华大使叫什么名字?", "魏磊"),
        ("越南工贸部的副部长是谁?", "阮生日新"),
    ],
)
def test_the_holder_of_the_office_asked_for(question: str, name: str) -> None:
    right, _ = told(question)
    assert [pair[1] for pair in right] == [name]


@pytest.mark.parametrize(
    ("question", "office"),
    [
        ("金大淳是什么职务?", "韩国京畿道副知事"),
        ("徐思伟是谁?", "新控股公司党委书记、董事长"),
        ("西门子的阿尔滕姆舍夫·艾别克担任什么职务?", "西门子股份公司全球执行副总裁"),
        ("张成奇的职务是什么?", "深圳研究院院长"),
    ],
)
def test_the_office_of_the_name_asked_for(question: str, office: str) -> None:
    right, _ = told(question)
    assert [pair[0] for pair in right] == [office]


def test_the_same_rank_elsewhere_is_not_the_answer() -> None:
    assert told("美国驻华大使是谁?") == ([], [("英国驻华大使", "魏磊")])
    assert told("四川省省长是谁?") == ([], [])


def test_an_office_without_its_place_is_at_home_where_the_text_is() -> None:
    assert told("重庆市政协主席是谁?") == ([], [])
    assert told("重庆市政协主席是谁?", around="重庆日报")[0] == [("市政协主席", "程丽华")]


@pytest.mark.parametrize("question", ["谁宣布了西洽会开幕?", "西洽会在哪里开幕?", "有多少家世界500强?", "是谁", ""])
def test_other_questions_ask_nothing_of_offices(question: str) -> None:
    assert asked_office(question) is None


@pytest.mark.parametrize(
    "text", ["法官任命程序", "西安市长安区滦镇街道", "习近平总书记关于加强", "主任王某说", "区长。"]
)
def test_what_is_no_name_is_none(text: str) -> None:
    assert list(find_pairs(text)) == []


@given(st.text(alphabet="副省长主任王李在说、,。·四川 a1", max_size=60))
def test_pairs_lie_in_the_text_and_the_name_follows_the_office(text: str) -> None:
    folded = align(text)
    for pair in find_pairs(folded):
        assert 0 <= pair.office[0] < pair.office[1] == pair.name[0] < pair.name[1] <= len(folded)


def test_an_office_that_begins_like_a_surname_is_no_name() -> None:
    assert asked_office("书店的董事长是谁?") == Asked("董事长", "", "书店的")
