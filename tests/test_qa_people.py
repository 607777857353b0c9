"""Names of people among the words of a dictionary that cuts them up."""

from __future__ import annotations

import pytest

from qa.people import find_people
from qa.question import align


# fmt: off
@pytest.mark.parametrize(("text", "names"), [
    ("沈佩兰诉顾长庚离婚案",               ["沈佩兰", "顾长庚"]),
    ("马奎元、邹小艳分得二万元",            ["马奎元", "邹小艳"]),
    ("市长段秋实、秘书长商秉文到场",       ["段秋实", "商秉文"]),
    ("民警田卫国、郝丽君到场",              ["田卫国", "郝丽君"]),
    ("被告人雷俊犯盗窃罪",                 ["雷俊"]),
    ("住柯桥区柯岩街道",                   []),
    ("2024江岚马拉松的终点",               []),
    ("陈国梁主任",                         ["陈国梁"]),
    ("阿尔滕姆舍夫·艾别克说",              ["阿尔滕姆舍夫·艾别克"]),
    ("查明事实后支付货款",                 []),
    ("",                                   []),
])
# fmt: on
def test_find_people(text: str, names: list[str]) -> None:
    folded = align(text)
    assert [folded[start:end] for start, end in find_people(folded)] == names
