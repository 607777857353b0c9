from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.passages import sentences
from qa.question import WEIGHT_LIMIT
from qa.reader import Evidence, RuleReader, bundled_weights, evidence, merged
from qa.types import Hit, Passage, Reading

# fmt: off
FAIR = (
    "第三届江州果品博览会昨日在江州国际会展中心闭幕。本届博览会由江州市农业局主办，为期五天，共有412家企业参展，"
    "观众超过6.8万人次。法国驻华大使馆商务参赞李维到场致辞。组委会主任陈国梁宣布，下一届博览会将于2027年4月18日开幕。"
)
TRADE = (
    "签约现场，德国汉森公司持续布局冷链物流与果汁加工，投资总额约12.6亿元。瑞典北极星集团则看好包装材料。"
    "据统计，全国每5个脐橙就有1个产自江州，果品出口额同比增长17%。江州已形成脐橙、蜜柚、猕猴桃等优势产业。"
)
WEATHER = "受冷空气影响，江州市区航班昨日大面积延误。因为跑道结冰，江州机场关闭了六小时。作家林溪的小说《雾中渡口》在候机楼首发。"
# fmt: on


def hit(text, *, title="", number=0):
    return Hit(Passage(number, "d", 0, len(text), title, "", 1), text, 0.0, 0.0, 0.0)


HITS = [hit(FAIR, title="江州果品博览会闭幕"), hit(TRADE), hit(WEATHER)]


def best(question, hits=HITS):
    reading = RuleReader().read(question, hits)[0]
    text = hits[reading.hit].text
    answer = None if reading.answer is None else text[slice(*reading.answer)]
    return text[slice(*reading.quote)], answer


# fmt: off
@pytest.mark.parametrize(("question", "quoted", "answer"), [
    ("共有多少家企业参展？",               "412家企业",     "412家"),
    ("共有多少家企業參展？",               "412家企业",     "412家"),
    ("下一届博览会什么时候开幕？",         "组委会主任",    "2027年4月18日"),
    ("谁宣布了下一届博览会的时间？",       "组委会主任",    "陈国梁"),
    ("汉森公司的投资总额是多少？",         "汉森公司",      "约12.6亿元"),
    ("果品出口额增长了百分之多少？",       "出口额",        "17%"),
    ("机场为什么关闭？",                   "跑道结冰",      "跑道结冰"),
    ("林溪写了哪部小说？",                 "林溪",          "《雾中渡口》"),
    ("Who is 陈国梁？陈国梁是谁",          "陈国梁",        None),
])
# fmt: on
def test_quote_and_short_answer(question, quoted, answer):
    quote, short = best(question)
    assert quoted in quote
    if answer is not None:
        assert short is not None
        assert short.removeprefix("因为") == answer


def test_the_sentence_that_answers_wins_over_one_that_names_the_same_place():
    quote, _ = best("江州有哪些优势产业？")
    assert quote == "江州已形成脐橙、蜜柚、猕猴桃等优势产业。"


# fmt: off
@pytest.mark.parametrize(("question", "answer"), [
    ("When was the bridge opened?",              "12 May 1931"),
    ("How many vessels pass the bridge a year?", "4,200"),
    ("Who designed the bridge?",                 "Clara Hudson"),
    ("Why was the bridge closed?",               "east tower was leaning"),
])
# fmt: on
def test_english_questions(question, answer):
    text = (
        "The bridge over the Lower Sound was opened on 12 May 1931. It was designed by Clara Hudson of Leeds. "
        "About 4,200 vessels pass the bridge every year. In 1999 the bridge was closed because the east tower was leaning."
    )
    assert best(question, [hit(text)])[1] == answer


def test_readings_are_sorted_and_hold_every_hit():
    readings = RuleReader().read("有多少家企业参展？", HITS)
    assert {reading.hit for reading in readings} == {0, 1, 2}
    assert [reading.score for reading in readings] == sorted((reading.score for reading in readings), reverse=True)
    assert readings == RuleReader().read("有多少家企业参展？", HITS)


def test_without_hits_or_sentences_there_is_no_reading():
    assert RuleReader().read("有多少家企业参展？", []) == []
    assert RuleReader().read("有多少家企业参展？", [hit(" \n ")]) == []


TEXT = st.text(alphabet="江州果品博览会参展有家412年，。！？“”《》（）、；:ab \n", max_size=80)


@settings(deadline=None)  # the first example loads the dictionary
@given(TEXT, st.lists(TEXT, max_size=3))
def test_offsets_hold_whatever_the_text(question, texts):
    hits = [hit(text) for text in texts]
    for reading in RuleReader().read(question, hits):
        text = hits[reading.hit].text
        assert reading.quote in sentences(text)
        if reading.answer is not None:
            start, end = reading.answer
            assert reading.quote[0] <= start < end <= reading.quote[1]
            answer = text[start:end]
            assert answer == answer.strip("，。、；, \n")
            assert all(answer.count(a) == answer.count(b) for a, b in ("“”", "《》", "（）"))


def test_weights_of_a_kind_add_to_those_of_all_kinds():
    assert merged({"*": {"a": 1.0, "b": 2.0}, "time": {"b": 0.5, "c": 3.0}}) == {
        "*": {"a": 1.0, "b": 2.0},
        "time": {"a": 1.0, "b": 2.5, "c": 3.0},
    }


def test_bundled_weights_hold_both_models_and_every_feature_is_a_number():
    weights = bundled_weights()
    assert set(weights) == {"sentence", "span"}
    assert weights["sentence"]["*"]["cover"] > 0
    assert all(isinstance(value, float) for kinds in weights.values() for table in kinds.values() for value in table.values())


def whole(text):
    return Reading(0, (0, len(text)), None, 0.0)


def test_evidence_of_a_passage_that_holds_every_word():
    text = "共有412家企业参展。"
    found = evidence("有多少家企业参展？", hit(text), whole(text))
    # 家 is the measure word asked for; 企业 and 参展 are what is left, and both are there.
    assert found == Evidence(
        quote=1.0, passage=1.0, named_quote=1.0, named=1.0, missing=0.0, expected=True, margin=1.0, short=False
    )


def test_evidence_shows_a_name_that_the_passage_lacks():
    text = "英国驻华大使魏明到场致辞。"
    right = evidence("英国驻华大使是谁？", hit(text), whole(text))
    wrong = evidence("美国驻华大使是谁？", hit(text), whole(text))
    assert (right.named, wrong.named) == (1.0, 0.0)
    assert right.quote == 1.0 > wrong.quote
    assert right.missing == 0.0 < wrong.missing < WEIGHT_LIMIT


def test_evidence_looks_in_the_title_too():
    text = "共有412家企业参展。"
    bare = evidence("江州博览会有多少家企业参展？", hit(text), whole(text))
    titled = evidence("江州博览会有多少家企业参展？", hit(text, title="江州博览会"), whole(text))
    assert (bare.passage < 1.0, titled.passage) == (True, 1.0)
    assert bare.quote == titled.quote


@pytest.mark.parametrize(("text", "expected"), [("面积为12平方公里。", True), ("共有12人。", False), ("没有数字。", False)])
def test_evidence_expects_the_unit_asked_for(text, expected):
    assert evidence("面积是多少平方公里？", hit(text), whole(text)).expected is expected


def test_evidence_margin_is_to_the_best_other_sentence():
    text = "博览会闭幕。博览会有企业参展。"
    first = Reading(0, (0, 6), None, 0.0)
    second = Reading(0, (6, 15), None, 0.0)
    one = evidence("博览会有企业参展吗", hit(text), first)
    other = evidence("博览会有企业参展吗", hit(text), second)
    assert other.quote == 1.0
    assert other.margin == pytest.approx(1.0 - one.quote)
    assert one.margin == pytest.approx(-other.margin)
