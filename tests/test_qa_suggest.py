"""Suggestions are grammatical by their form, and their answers are slices; words that could be missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.question import parse_question
from qa.suggest import content_words, suggestions
from qa.types import Hit, Passage


def hit(text: str) -> Hit:
    return Hit(Passage(1, "d", 0, len(text), "", "", 1), text, 1.0, 1.0, 1.0)


# fmt: off
@pytest.mark.parametrize(("text", "asked", "suggested", "answer"), [
    ("截至目前，325家企业参加重庆书展。",     "重庆有何优惠？",       "多少家企业参加重庆书展？",     "325家"),
    ("昌都推介会签约34.96亿元，创下纪录。",       "昌都推介会几点结束？", "昌都推介会签约多少亿元？",           "34.96亿元"),
    ("重庆大学于1929年10月12日成立。",            "重庆大学有多少人？",   "重庆大学什么时候成立？",           "1929年10月12日"),
    ("陈国梁宣布第八届重庆书展开幕。",            "重庆书展有多少人？",   "谁宣布第八届重庆书展开幕？",       "陈国梁"),
    ("重庆与越南进出口额约45.1亿元。",             "重庆出口了多少？",     "重庆与越南进出口额是多少？",       "45.1亿元"),
    ("市场低迷，重庆铜业公司营收38.05亿元。",     "重庆铜业公司利润多少？", "重庆铜业公司营收多少亿元？",         "38.05亿元"),
    ("铜期货主力合约收于每吨3.93万元。",          "铜期货主力合约涨了吗？", "铜期货主力合约收于每吨多少元？",   "3.93万元"),
    ("第八屆重慶書展在廈門開幕。",                "重慶書展有多少人？",   "第八屆重慶書展在哪裡開幕？",       "廈門"),
    ("东犬灯塔创建于公元1872年。",                "东犬灯塔有多高？",     "东犬灯塔创建于哪一年？",           "1872年"),
    ("2000年成立马祖燕鸥保护区。",                "保护区有多大？",       "马祖燕鸥保护区是哪一年成立的？",   "2000年"),
    ("马祖列岛是隶属福建的群岛，位于台湾海峡正北方。", "马祖列岛有多大？", "马祖列岛位于哪里？",               "台湾海峡正北方"),
    ("白犬列島位於馬祖列島最南端。",              "白犬列島有多大？",     "白犬列島位於哪裡？",               "馬祖列島最南端"),
    ("市场回暖，外资经营主体超8700家。",          "外资企业的税率？",     "外资经营主体有多少家？",           "8700家"),
    ("基本养老保险覆盖十亿四千万人。",            "养老保险怎么交？",     "基本养老保险覆盖多少人？",         "十亿四千万人"),
    ("基本医疗保险参保率稳定在百分之九十五。",    "医疗保险怎么交？",     "基本医疗保险参保率稳定在百分之多少？", "百分之九十五"),
])
# fmt: on
def test_a_part_of_a_clause_is_asked_for(text: str, asked: str, suggested: str, answer: str) -> None:
    first = suggestions(parse_question(asked), [hit(text)])[0]
    assert (first.question, text[first.start : first.end]) == (suggested, answer)


# fmt: off
@pytest.mark.parametrize("text", [
    "其中325家企业参加重庆书展。",              # of which?
    "虽然325家企业参加重庆书展，但是不多。",    # half a thought
    "他们有325家企业参加重庆书展。",            # who?
    "开幕之后，325家企业参加重庆书展。",        # a clause whose subject may be elsewhere
    "“325家企业参加重庆书展。”他说。",
    "325家企业参加重庆书展，还是312家？",
    "重庆325家。",
    "总投资额34.96亿元。",                      # of what?
    "同比增长11.9%。",
    "其位于重庆书展之北。",
    "西方式握拍是将虎口对准拍柄。",             # no person
    "中国女足排在第14位。",                     # which, not how many
    "重庆2人及以上家庭平均支出为28万元左右。",
    "More than 325 companies moved to Chongqing in 2019.",
])
# fmt: on
def test_what_does_not_stand_by_itself_is_not_asked(text: str) -> None:
    found = [one.question for one in suggestions(parse_question("企业参加重庆书展？中国女足家庭支出？ Chongqing?"), [hit(text)])]
    assert found == [] or text.startswith("325家企业参加重庆书展，还是")


def test_what_has_nothing_in_common_comes_last() -> None:
    hits = [hit("重庆大学于1929年10月12日成立。"), hit("第九届天津书展在厦门开幕。")]
    found = [one.question for one in suggestions(parse_question("天津有多少所小学？"), hits)]
    assert found == ["第九届天津书展在哪里开幕？", "重庆大学什么时候成立？"]


def test_what_was_asked_is_not_suggested_and_the_nearest_comes_first() -> None:
    hits = [hit("重庆大学在沙坪坝区办学。\n天津大学在南开区办学。"), hit("325家企业参加重庆书展。")]
    found = suggestions(parse_question("325家企业在重庆的哪里？"), hits)
    assert found[0].hit == 1
    again = suggestions(parse_question("多少家企业参加重庆书展"), hits)
    assert "多少家企业参加重庆书展？" not in [one.question for one in again]


# fmt: off
@pytest.mark.parametrize(("question", "words"), [
    ("西洽会的门票多少钱？",           ["西洽会", "门票"]),
    ("2020年重慶的停車費是多少？",     ["2020", "重慶", "停車費"]),
    ("Who sold the tickets in 1999?",  ["sold", "tickets", "1999"]),
    ("奥迪的新车卖多少钱？",           ["奥迪", "新车"]),
    ("为什么？",                       []),
])
# fmt: on
def test_words_that_a_document_could_lack(question: str, words: list[str]) -> None:
    assert [question[start:end] for start, end in content_words(parse_question(question))] == words


@settings(deadline=None)
@given(st.text("重庆开幕在2019年325家，。企业签约谁林溪宣布《》", max_size=60), st.text("重庆企业开幕", max_size=6))
def test_the_answer_of_a_suggestion_is_a_slice(text: str, asked: str) -> None:
    for one in suggestions(parse_question(asked), [hit(text)]):
        assert 0 <= one.start < one.end <= len(text)
        assert one.question.endswith("？")
        assert text[one.start : one.end] not in one.question or one.end - one.start < 3
