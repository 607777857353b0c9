from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.question import KINDS, WEIGHT_LIMIT, align, asks_hour, date_grain, parse_question, word_weight


# fmt: off
@pytest.mark.parametrize(("question", "kind", "focus"), [
    ("谁宣布了大会开幕？",               "person",       ""),
    ("《红楼梦》的作者是谁？",           "person",       "作者"),
    ("英国驻华大使是哪位",               "person",       "驻华大使"),
    ("大会是什么时候开幕的？",           "time",         ""),
    ("公司成立于哪一年？",               "time",         ""),
    ("几月几日开始报名",                 "time",         ""),
    ("激光打靶体验在哪个展位？",         "place",        "展位"),
    ("张先生是哪里人？",                 "place",        ""),
    ("展馆在哪？",                       "place",        ""),
    ("有多少家企业参展？",               "number",       "家"),
    ("两国的贸易额是多少？",             "number",       "贸易额"),
    ("这座山有多高？",                   "number",       ""),
    ("苏州平均工资",                     "number",       "平均工资"),
    ("哪家公司承建了大桥？",             "organisation", "公司"),
    ("他毕业于哪所大学",                 "organisation", "大学"),
    ("该省有哪些前沿产业？",             "list",         "前沿产业"),
    ("有什么症状",                       "list",         "症状"),
    ("这部电影叫什么？",                 "name",         ""),
    ("他写了哪部小说？",                 "name",         "小说"),
    ("会议为什么推迟？",                 "reason",       ""),
    ("停飞的原因是什么？",               "reason",       ""),
    ("怎样报名参加？",                   "manner",       ""),
    ("什么是疤痕？",                     "meaning",      ""),
    ("丙烯颜料有毒吗？",                 "yesno",        ""),
    ("道达尔在当地布局什么？",           "thing",        ""),
    ("后来改名为什么？",                 "thing",        ""),
    ("属于哪种气候",                     "thing",        "气候"),
    ("Who opened the fair?",             "person",       ""),
    ("When did the fair open?",          "time",         ""),
    ("Where is the venue?",              "place",        ""),
    ("How many companies took part?",    "number",       "companies"),
    ("Why was the flight cancelled?",    "reason",       ""),
    ("What did the company build?",      "thing",        ""),
])
# fmt: on
def test_kind_and_focus_of_a_question(question, kind, focus):
    parsed = parse_question(question)
    assert (parsed.kind, parsed.focus) == (kind, focus)


# fmt: off
@pytest.mark.parametrize(("traditional", "simplified"), [
    ("這場會議為什麼推遲？",   "这场会议为什么推迟？"),
    ("誰宣佈了大會開幕？",     "谁宣布了大会开幕？"),
    ("有多少家企業參展？",     "有多少家企业参展？"),
    ("在哪裡舉行？",           "在哪里举行？"),
    ("ＡＢ１２是什麼？",       "ab12是什么？"),
])
# fmt: on
def test_scripts_and_widths_read_alike(traditional, simplified):
    one, other = parse_question(traditional), parse_question(simplified)
    assert (one.kind, one.focus, one.units) == (other.kind, other.focus, other.units)


def test_units_leave_out_the_question_word_and_fillers():
    parsed = parse_question("重庆的面积是多少平方公里？")
    assert [unit.text for unit in parsed.units] == ["重庆", "面积"]
    assert parsed.kind == "number"
    assert [unit.text for unit in parsed.units if unit.named] == ["重庆"]


def test_named_holds_numbers_codes_and_quoted_titles():
    parsed = parse_question("2025年《红楼梦》展在N2馆哪个展位？")
    assert {"2025", "红楼梦", "n2"} <= {unit.text for unit in parsed.units if unit.named}


# fmt: off
@pytest.mark.parametrize(("question", "units"), [
    ("林溪是谁？",                    [("林溪", True)]),
    ("陈国梁是谁？",                  [("陈国梁", True)]),
    ("Who is 陈国梁？陈国梁是谁",     [("陈国梁", True), ("陈国梁", True)]),
    ("作者是谁？",                    [("作者", False)]),
])
# fmt: on
def test_a_name_that_the_dictionary_splits_is_one_unit(question, units):
    assert [(unit.text, unit.named) for unit in parse_question(question).units] == units


def test_rarer_words_weigh_more():
    # jieba's dictionary counts 的 318,825 times, 重庆 6,045 and 鞑靼 3 times in 60 million.
    assert word_weight("的") < word_weight("重庆") < word_weight("鞑靼") <= WEIGHT_LIMIT
    assert word_weight("没有这个词的词") == WEIGHT_LIMIT


@settings(deadline=None)
@given(st.text(max_size=60))
def test_aligned_text_keeps_its_length(text):
    assert len(align(text)) == len(text)


@settings(deadline=None)  # the first example loads the dictionary
@given(st.text(max_size=40))
def test_any_text_is_a_question(text):
    parsed = parse_question(text)
    assert parsed.kind in KINDS
    for unit in parsed.units:
        assert parsed.folded[unit.start : unit.end] == unit.text


# fmt: off
@pytest.mark.parametrize(("question", "grain"), [
    ("《拉特朗協定》於何年簽署?", "年"), ("展会是哪一年创办的？", "年"), ("哪年出生？", "年"), ("成立的年份是？", "年"),
    ("何年何月动工？", "月"), ("在哪个月开幕？", "月"), ("哪年几月几日签署？", ""), ("什么时候开幕？", ""), ("开幕日期？", ""),
    ("有多少家企业？", ""),
])
# fmt: on
def test_how_much_of_a_date_is_asked_for(question, grain):
    assert date_grain(parse_question(question)) == grain


# fmt: off
@pytest.mark.parametrize(("question", "hour"), [
    ("西洽会几点开幕的？", True),
    ("西洽會幾點開幕？",   True),
    ("列车几时到站？",     True),
    ("西洽会哪天开幕？",   False),
    ("几点线图在哪年画成？", False),
    ("什么时候开幕？",     False),
])
# fmt: on
def test_a_question_for_the_time_of_day(question, hour):
    assert asks_hour(parse_question(question)) is hour
