from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.lists import whole_list
from qa.spans import (
    SIDE,
    bare_amount,
    bare_date,
    bare_title,
    can_answer,
    find_dates,
    find_numbers,
    is_name,
    is_short_answer,
    may_be_time,
    only_date,
    only_new,
    part_told,
    snap,
    whole_name,
    without_particles,
)
from qa.tagging import tokenize


# fmt: off
@pytest.mark.parametrize(("kind", "answer", "can"), [
    ("time",   "约45.1亿元",  False),
    ("time",   "11.9％",      False),
    ("time",   "5月21日上午", True),
    ("time",   "3年",         True),
    ("time",   "清末",        True),
    ("person", "325家",       False),
    ("person", "2019年",      False),
    ("person", "36岁的魏磊",  True),
    ("place",  "1911",        False),
    ("place",  "N2馆B03展位", True),
    ("place",  "101大楼",     True),
    ("number", "325家",       True),
    ("thing",  "325家",       True),
    ("person", "青0291民初5530号", False),
    ("name",   "7家渝企",     False),
    ("organisation", "3家企业", False),
    ("organisation", "三一重工", True),
])
# fmt: on
def test_an_amount_is_no_time_person_or_place(kind, answer, can):
    assert can_answer(kind, answer) is can


# fmt: off
@pytest.mark.parametrize(("answer", "can"), [
    ("刘康", False), ("按读者点广告来定", False), ("325家", True), ("三万元", True), ("两倍", True), ("首次", True), ("免费", True), ("KK", True), ("半天", True), ("O(log(n))", True),
    ("队伍：like cxk", False), ("该结点", False),
])
# fmt: on
def test_how_many_is_answered_by_a_number_or_a_word_for_one(answer, can):
    assert can_answer("number", answer, amount=True) is can
    assert can_answer("number", answer)


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
    assert [text[start:end] for start, end in find_numbers(text)] == numbers


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
    assert set(dates) <= {text[start:end] for start, end in find_dates(text)}


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


# fmt: off
@pytest.mark.parametrize(("text", "marked", "snapped"), [
    ("截至目前，325家世界500强扎根重庆",   "325",            "325家"),
    ("进出口额45.1亿元。",                 "45.1",           "45.1亿元"),
    ("进出口额约45.1亿元，增长两成。",     "45.1亿元，",     "约45.1亿元"),
    ("将于2027年4月18日开幕",             "4月18日",        "2027年4月18日"),
    ("opened on 12 May 1931.",            "1931",           "12 May 1931"),
    ("opened on May 12, 1931.",           "May",            "May 12, 1931"),
    ("增长11.9%。",                       "1.9",            "11.9%"),
    ("同比增长17%。",                     "增长17",         "增长17%"),
    ("他写了《雾中渡口》。",               "雾中渡口》",     "《雾中渡口》"),
    ("他写了《雾中渡口》。",               "《雾中渡口",     "《雾中渡口》"),
    ("在展馆（N2馆B03）体验",             "N2馆B03）",      "（N2馆B03）"),
    ("涵盖半导体、人工智能、生物医药等",    "半导体、人工",    "半导体、人工智能"),
    ("主题是开放。",                      "开放。",         "开放"),
    ("主题是开放。",                      "。",             "。"),
    ("重慶有325家企業",                   "325",            "325家"),
    ("见 https://a.org/b/432 | 无",       "a.org/b/432",    "https://a.org/b/432"),
    ("见 https://a.org/langchain/432 。", "langchain",      "langchain"),
    ("须先签署 Contributor License Agreement 才能合并", "Contributor", "Contributor License Agreement"),
    ("由Marcus van der Heijden主讲",      "Heijden",        "Marcus van der Heijden"),
    ("采用Linear Toolkit 3.2编写",        "3.2",            "3.2"),
    ("It needs a Contributor License Agreement first", "Contributor", "Contributor"),
])
# fmt: on
def test_snap_gives_whole_numbers_dates_words_and_brackets(text, marked, snapped):
    start = text.index(marked)
    low, high = snap(text, start, start + len(marked))
    assert text[low:high] == snapped


# fmt: off
@pytest.mark.parametrize(("text", "marked", "grain", "snapped"), [
    ("条约于1929年2月11日签署",  "1929年",    "年", "1929年"),
    ("条約於1929年2月11日簽署",  "1929年",    "年", "1929年"),
    ("条约于1929年2月11日签署",  "29年",      "年", "1929年"),
    ("条约于1929年2月11日签署",  "1929年",    "",   "1929年2月11日"),
    ("条约于1929年2月11日签署",  "1929年2月", "月", "1929年2月"),
    ("条约于1929年2月11日签署",  "1929年",    "月", "1929年2月11日"),
    ("每天不超过25公克",         "25",        "",   "不超过25公克"),
    ("人数不得超过十五人",        "十五人",     "",   "不得超过十五人"),
    ("玻尿酸注射丰胸一般不会低于20万", "20万",       "",   "不会低于20万"),
    ("It draws about 4,200 visitors", "4,200",    "",   "about 4,200"),
    ("It held More than 30 boats",  "30",         "",   "More than 30"),
    ("It stood in 30 towns",        "30",         "",   "30"),
    ("合格率不应低于98%",        "98%",       "",   "不应低于98%"),
    ("共计38人到场",             "38",        "",   "38人"),
])
# fmt: on
def test_a_date_is_not_grown_past_what_is_asked_for(text, marked, grain, snapped):
    start = text.index(marked)
    low, high = snap(text, start, start + len(marked), grain=grain)
    assert text[low:high] == snapped


@settings(deadline=None)  # the first example loads the dictionary
@given(st.text(alphabet="江州果品博览会有家412年月%亿元，。！？“”《》（）、；:ab \nﬁ", min_size=1, max_size=80), st.data())
def test_snap_stays_near_what_was_marked(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    low, high = snap(text, start, end)
    assert 0 <= low < high <= len(text)
    assert start - SIDE - 1 <= low
    assert high <= end + SIDE + 1


# fmt: off
@pytest.mark.parametrize(("text", "marked", "whole"), [
    ("当地引领着水泥、陶瓷、玻璃等建材产业发展。",   "建材产业发展",    "水泥、陶瓷、玻璃"),
    ("现场热闹，甲乙丙、丁戊、己庚等企业到场。",     "丁戊",           "甲乙丙、丁戊、己庚"),
    ("现场热闹，甲乙丙、丁戊、己庚等企业到场。",     "现场热闹，甲乙丙", "甲乙丙、丁戊、己庚"),
    ("甲乙丙、丁戊、己庚等企业聚焦节能、环保。",     "甲乙丙、丁戊",    "甲乙丙、丁戊、己庚"),
    ("产品有脐橙、蜜柚和猕猴桃。",                  "脐橙、蜜柚",      "脐橙、蜜柚"),
    ("产品有脐橙、蜜柚和猕猴桃。",                  "脐橙",           "脐橙、蜜柚和猕猴桃"),
    ("产品有脐橙。",                               "脐橙",           "脐橙"),
    ("全市努力交出果品、米面、建材“三张报表”。",     "全市努力交出果品、米面、建材", "果品、米面、建材"),
    ("大家努力，努力交出果品、米面、建材“三张报表”。", "大家努力，努力交出果品、米面、建材", "果品、米面、建材"),
    ("威立雅、沃芬等企业代表到场。",                "威立雅、沃芬",    "威立雅、沃芬"),
    ("甲乙丙、丁戊等企业聚焦节能、环保，共探新路。",   "节能、环保，共探新路", "节能、环保"),
    ("由姚可馨、黎晚、段思齐、米朵组成的海澄队夺冠。",  "姚可馨、黎晚、段思齐", "姚可馨、黎晚、段思齐、米朵"),
    ("要扩大就业、发展经济、改善民生。",              "扩大就业、发展经济", "扩大就业、发展经济、改善民生"),
    ("因数有一、二、三，五和六也是。",               "一、二、三，五和六",  "一、二、三，五和六"),
])
# fmt: on
def test_a_list_is_given_whole(text, marked, whole):
    start = text.index(marked)
    low, high = whole_list(text, start, start + len(marked))
    assert text[low:high] == whole


def test_a_name_is_no_more_than_one():
    assert [is_name(text) for text in ("中国西部", "重庆", "跑道结冰", "设备老化", "营商环境优势突出", "")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip


# fmt: off
@pytest.mark.parametrize(("part", "stands"), [
    ("325家", True), ("《雾中渡口》", True), ("(N2馆)", True), ("雾中渡口》", False), ("““", False), ("325家，", False), ("", False),
])
# fmt: on
def test_a_short_answer_is_closed_and_has_no_stops_at_its_ends(part, stands):
    assert is_short_answer(part) is stands


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("总投资额34.96亿元", "34.96亿元"),
        ("海拔4米左右", "4米左右"),
        ("S0120521020003", "S0120521020003"),
        ("NT$200,000元", "NT$200,000元"),
        ("编号PPR-9087", "编号PPR-9087"),
        ("34.96亿元", "34.96亿元"),
        ("7家渝企投资1599万美元", "7家渝企投资1599万美元"),
        ("总投资", "总投资"),
        ("8700元及软壳香烟12条", "8700元"),
        ("以15000元的价格", "15000元"),
        ("海拔50米至1520米的地区", "海拔50米至1520米的地区"),
        ("3000和4000个", "3000和4000个"),
    ],
)
def test_an_amount_is_given_without_what_is_said_before_it(text: str, bare: str) -> None:
    assert text[slice(*bare_amount(text, 0, len(text)))] == bare


def test_a_title_is_given_without_its_preposition() -> None:
    text = "以“智汇山城”为主题,以人为本"
    assert text[slice(*bare_title(text, 0, 7))] == "“智汇山城”"
    assert text[slice(*bare_title(text, 11, 15))] == "以人为本"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("推介会5月21日在重庆举办。", "5月21日"),
        ("学会于2023年8月成立", "2023年8月"),
        ("1994年入学,1998年毕业", None),
        ("没有说是哪天", None),
    ],
)
def test_the_one_date_of_a_sentence(text: str, date: str | None) -> None:
    found = only_date(text, 0, len(text))
    assert (None if found is None else text[slice(*found)]) == date


# fmt: off
@pytest.mark.parametrize(("text", "bare"), [
    ("2024年1月2日被逮捕",           "2024年1月2日"),
    ("13日凌晨1时20分启动应急响应",   "13日凌晨1时20分"),
    ("2008年选秀中",                "2008年选秀中"),
    ("1968年南京大桥通车后",          "1968年南京大桥通车后"),
    ("原定7月20日，延期至9月28日",    "原定7月20日，延期至9月28日"),
    ("承光元年（577年）",            "承光元年（577年）"),
    ("5月21日上午",                 "5月21日上午"),
])
# fmt: on
def test_what_a_date_is_told_of_is_cut_off_behind_it(text, bare):
    low, high = bare_date(text, 0, len(text))
    assert text[low:high] == bare


def test_a_date_keeps_no_half_of_from_and_to():
    text = "刑期自2022年11月3日起至2034年5月2日止，缓刑至2035年5月2日为止"
    start = text.index("2034年")
    assert bare_date(text, start, text.index("，")) == (start, text.index("止"))
    assert bare_date("5月2日止", 0, 5) == (0, 5)


# fmt: off
@pytest.mark.parametrize(("marked", "bare"), [
    ("5月21日在", "5月21日"), ("训练系统的", "训练系统"), ("的小偷", "小偷"), ("是中国上海市", "中国上海市"), ("目的", "目的"), ("的", "的"),
    ("贵州人和", "贵州人和"),
])
# fmt: on
def test_particles_at_the_ends_are_no_part_of_an_answer(marked, bare):
    low, high = without_particles(marked, 0, len(marked))
    assert marked[low:high] == bare


def test_only_what_says_when_may_be_a_time():
    assert [may_be_time(text) for text in ("5月21日上午", "战国", "清末", "重庆", "重庆开幕", "韩国")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


# fmt: off
@pytest.mark.parametrize(("said", "text", "marked", "whole"), [
    ("阮生日新致辞。阮生日新率团到访。", "阮生日新率团到访。", "阮生日",   "阮生日新"),
    ("阮生日新致辞。",                "阮生日新致辞。",     "阮生日",   "阮生日"),
    ("魏磊说好。魏磊说，行。",          "魏磊说好。",        "魏磊",     "魏磊"),
    ("魏磊致辞。魏磊在场。",           "魏磊致辞。",        "魏磊",     "魏磊"),
    ("重庆市好。重庆市大。",           "重庆市好。",        "重庆",     "重庆"),
    ("魏磊",                        "魏磊",             "魏磊",     "魏磊"),
])
# fmt: on
def test_a_name_is_grown_to_what_the_document_calls_it_every_time(said, text, marked, whole):
    low, high = whole_name(said, text, 0, len(marked))
    assert text[low:high] == whole


# fmt: off
@pytest.mark.parametrize(("text", "marked", "told"), [
    ("重庆手握41个工业门类中的39个，正全力打造", "41个", "39个"),
    ("共有41个工业门类，其中39个在重庆",       "41个", "41个"),
    ("41个工业门类",                         "41个", "41个"),
])
# fmt: on
def test_the_part_of_a_whole_is_told(text, marked, told):
    low, high = part_told(text, text.index(marked), text.index(marked) + len(marked))
    assert text[low:high] == told


# fmt: off
@pytest.mark.parametrize(("asked", "text", "new"), [
    ("主会场改到哪里?",       "青石镇调整到白马乡",          "白马乡"),
    ("原定在哪里?",          "青石镇调整到白马乡",          "青石镇"),
    ("改到什么时候?",         "7月20日举行的赛事延期至9月28日", "9月28日"),
    ("要开多久?",            "2小时40分缩短至1小时35分",     "1小时35分"),
    ("现在月薪多少?",         "8600元降为5900元",           "5900元"),
    ("原来月薪多少?",         "8600元降为5900元",           "8600元"),
    ("在哪里?",              "白马乡",                     "白马乡"),
    ("改成什么?",            "调整到",                     "调整到"),
])
# fmt: on
def test_of_a_change_what_is_asked_for(asked, text, new):
    low, high = only_new(asked, text, 0, len(text))
    assert text[low:high] == new


def test_a_numeral_does_not_take_the_end_of_a_word_with_it():
    text = "不低于总户数百分之六十的比例"
    low, high = snap(text, text.index("百"), text.index("百") + 5)
    assert text[low:high] == "百分之六十"
