from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.question import align
from qa.spans import LONGEST, candidates, clauses, find_typed
from qa.tagging import tokenize


def typed(text, name):
    return [text[found.start : found.end] for found in find_typed(text) if found.type == name]


# fmt: off
@pytest.mark.parametrize(("text", "numbers"), [
    ("进出口额约45.1亿元",           ["约45.1亿元"]),
    ("主体超8,700家",               ["超8,700家"]),
    ("占全国8%",                    ["8%"]),
    ("带动十分之一税收",             ["十分之一"]),
    ("百分之二十的人",               ["百分之二十"]),
    ("共有150余人",                 ["150余人"]),
    ("身高160-170厘米",             ["160-170厘米"]),
    ("第3名",                       ["第3名"]),
    ("没有数目",                     []),
])
# fmt: on
def test_numbers_keep_unit_and_qualifier(text, numbers):
    assert typed(text, "number") == numbers


# fmt: off
@pytest.mark.parametrize(("text", "dates"), [
    ("生于1919年6月15日",            ["1919年6月15日"]),
    ("5月21日上午开幕",              ["5月21日"]),
    ("二十世纪60年代末",             ["二十世纪60年代末"]),
    ("公元前25年建立",               ["公元前25年"]),
    ("11时20分许宣布",               ["11时20分许"]),
    ("始建于唐代",                   ["唐代"]),
])
# fmt: on
def test_dates_are_found_whole(text, dates):
    assert typed(text, "date") == dates


def test_names_in_marks_and_enumerations_are_found_whole():
    assert typed("他写了《长夜》和“短歌”", "name") == ["《长夜》", "“短歌”"]
    assert typed("发展半导体、人工智能、生物医药", "list") == ["发展半导体、人工智能、生物医药"]


# fmt: off
@pytest.mark.parametrize(("text", "tokens"), [
    ("约8,700家",                  ["约", "8,700", "家"]),
    ("副总裁阿尔滕姆舍夫·艾别克发言", ["副总裁", "阿尔滕姆舍夫·艾别克", "发言"]),
    ("n2馆b03展位",                ["n2", "馆", "b03", "展位"]),
    ("super bowl 50",              ["super", "bowl", "50"]),
])
# fmt: on
def test_tokens_keep_numbers_codes_and_dotted_names_whole(text, tokens):
    assert [token.text for token in tokenize(text)] == tokens


def spans_of(text):
    tokens = tokenize(text)
    return {text[tokens[start].start : tokens[past - 1].end] for start, past in candidates(tokens)}


def test_candidates_hold_words_clauses_and_runs_of_clauses():
    found = spans_of("公司投资新能源,总部在重庆。")
    assert {"新能源", "公司投资新能源", "总部在重庆", "重庆", "公司投资新能源,总部在重庆"} <= found
    assert not {"投", "源", "新能源,", "。"} & found


def test_candidates_close_their_brackets():
    found = spans_of("他写了《长夜行》(又名《夜路》)一书")
    assert "《长夜行》" in found
    assert all(span.count("《") == span.count("》") and span.count("(") == span.count(")") for span in found)


def test_an_unclosed_mark_is_in_no_candidate():
    assert not any("“" in span for span in spans_of("他说“今年增长很快"))


@settings(deadline=None)  # the first example loads the dictionary
@given(st.text(alphabet="中国重庆的在是，。、；“”《》()12年ab \n", max_size=60))
def test_candidates_are_trimmed_balanced_runs_of_tokens(text):
    folded = align(text)
    tokens = tokenize(folded)
    assert "".join(token.text for token in tokens) == "".join(folded.split())
    ends = {past for _, past in clauses(tokens)}
    for start, past in candidates(tokens):
        assert 0 <= start < past <= len(tokens)
        assert past - start <= LONGEST or past in ends
        span = folded[tokens[start].start : tokens[past - 1].end]
        assert span == span.strip("，。、；,.; \n")
        assert span.count("《") == span.count("》")
        assert span.count("“") == span.count("”")
