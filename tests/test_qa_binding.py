"""Whose fact is it: the nearest of its kind beside the answer."""

from __future__ import annotations

import pytest

from qa.binding import contrast, deputy_only, folded_lines, rival_person
from qa.question import parse_question

CRASH = "事故发生后，崔桂芳被送往医院，住院43天。杜海涛驾驶货车。"
TRIAL = "被告人范小东，男。因涉嫌盗窃于12月19日被拘留，1月2日被逮捕。\n被告人雷俊，男，职员。"
RACE = "去年由基普图获得男子组冠军，杭雪夺得女子组冠军。"
LOTS = "质保期：第一包整机质保5年，第二包整机质保3年。"
REPORT = "2022年营业收入19亿元，2021年派发6300万元。"


def place(text: str, answer: str) -> tuple[int, int]:
    return text.index(answer), text.index(answer) + len(answer)


# fmt: off
@pytest.mark.parametrize(("question", "text", "answer", "rival"), [
    ("杜海涛住院多少天？",   CRASH, "43天",   True),
    ("崔桂芳住院多少天？",   CRASH, "43天",   False),
    ("谁驾驶货车？",        CRASH, "杜海涛", False),
    ("王五住院多少天？",     CRASH, "43天",   False),  # he stands nowhere: that is for other signals to say
    ("雷俊何时被逮捕？",     TRIAL, "1月2日", True),
    ("范小东何时被逮捕？",   TRIAL, "1月2日", False),
    ("邱志鹏的代理人是谁？", "原告：沈国良，男。\n代理人：贺敏，律师。\n被告：邱志鹏，男。", "贺敏", True),
    ("沈国良的代理人是谁？", "原告：沈国良，男。\n代理人：贺敏，律师。\n被告：邱志鹏，男。", "贺敏", False),
    ("雷俊是做什么的？",     TRIAL, "职员",   False),
])
# fmt: on
def test_the_person_who_stands_nearest_before_the_answer(question: str, text: str, answer: str, rival: bool) -> None:
    assert rival_person(parse_question(question), folded_lines(text), place(text, answer)) is rival


# fmt: off
@pytest.mark.parametrize(("question", "text", "answer", "share"), [
    ("女子组冠军是谁？",         RACE,   "基普图", 1.0),
    ("女子组冠军是谁？",         RACE,   "杭雪",   0.0),
    ("男子组亚军是谁？",         RACE,   "基普图", 1.0),
    ("第一包质保几年？",         LOTS,   "3年",    1.0),
    ("第一包质保几年？",         LOTS,   "5年",    0.0),
    ("2021年营业收入是多少？",    REPORT, "19亿元", 1.0),
    ("2022年营业收入是多少？",    REPORT, "19亿元", 0.0),
    ("2023年营业收入是多少？",    "营业收入19亿元，比2022年增长一成。", "19亿元", 0.0),
    ("果博会什么时候闭幕？",      "11时，他宣布果博会开幕。", "11时", 1.0),
    ("果博会什么时候開幕？",      "11时，他宣布果博会开幕。", "11时", 0.0),
    # the sentence of the answer names neither, another line of the passage the close alone
    ("果博会什么时候闭幕？",      "果博会5月开幕。\n展品有梨。", "梨", 0.5),
    ("林溪每月的工资是多少？",     "林溪每月支付抚养费3600元。", "3600元", 1.0),
    ("林溪的月薪是多少？",         "林溪的工资是3600元。", "3600元", 0.0),
    ("公司的总经理是谁？",         "法定代表人：林溪", "林溪", 1.0),
    ("公司的总经理是谁？",         "董事长兼总经理林溪", "林溪", 0.0),
    ("林溪的爸爸是谁？",           "父亲林清，母亲吴秀。", "林清", 0.0),
    ("林溪的妻子叫什么？",         "由女儿林雯陪同。", "林雯", 1.0),
    ("开幕到闭幕有几天？",       "11时，他宣布果博会开幕。", "11时", 0.0),
    ("有什么展品？",             "果博会5月开幕。展品有梨。", "梨", 0.0),
    ("第九届大赛设了多少工种？",   "第九届大赛开赛。18个工种，人数比第八届多。", "18个", 0.0),
    ("第八届大赛设了多少工种？",   "第九届大赛开赛。设18个工种，人数比第八届多。", "18个", 1.0),
    ("3号线在哪站与2号线换乘？",   "在钟楼站与1号线换乘，在南站与2号线换乘。", "南站", 0.0),
    ("违约金酌定为多少？",         "关于违约金，约定的三个月租金为162000元，本院酌定为90000元。", "90000元", 0.0),
    ("出口额是多少？",             "进出口总值412.7亿元；其中出口298.5亿元。", "412.7亿元", 1.0),
    ("出口额是多少？",             "进出口总值412.7亿元；其中出口298.5亿元。", "298.5亿元", 0.0),
    ("2023年营收多少？",          "2024年，公司计划营收27亿元。", "27亿元", 1.0),
    ("2023年每股分红多少？",      "上年度每股分红1.8元。", "1.8元", 1.0),
    ("2023年每股分红多少？",      "每股分红1.6元，上年度为1.8元。", "1.6元", 0.0),
    ("他哪一年进公司工作？",       "林溪，1979年4月12日出生，原系公司经理。", "1979年", 1.0),
    ("他哪一年出生？",             "林溪，1979年4月12日出生，原系公司经理。", "1979年", 0.0),
    ("CBD区有多少家店？",         "E区有12家店。", "12家", 0.0),
    ("B轮由谁领投？",             "完成由远航资本领投的3亿元C轮融资。", "远航资本", 1.0),
    ("第3包的第二候选人是谁？",   "1包：共7家。第二候选人为天谷米业。\n3包：共5家。", "天谷米业", 1.0),
    ("1包的第二候选人是谁？",     "1包：共7家。第二候选人为天谷米业。\n3包：共5家。", "天谷米业", 0.0),
    ("去年全年吞吐量是多少？",    "今年一季度，完成吞吐量3126万吨。", "3126万吨", 1.0),
    ("商铺的总价是多少？",        "首付款42.8万元由他支付。", "42.8万元", 1.0),
    ("云汀市全市人口是多少？",    "年末全省人口3986万人。", "3986万人", 1.0),
])
# fmt: on
def test_words_that_exclude_each_other(question: str, text: str, answer: str, share: float) -> None:
    assert contrast(parse_question(question), folded_lines(text), place(text, answer)) == share


# fmt: off
@pytest.mark.parametrize(("question", "text", "only"), [
    ("四川省省长是谁？",   "四川省副省长任京东致辞。",             True),
    ("四川省副省长是谁？", "四川省副省长任京东致辞。",             False),
    ("四川省省长是谁？",   "四川省省长李四、副省长任京东致辞。",     False),
    ("谁致辞？",          "四川省副省长任京东致辞。",             False),
    ("员工有多少人？",     "目前员工有300人。",                   False),
    ("方案由谁提出？",     "原方案由任京东提出。",                 False),
])
# fmt: on
def test_a_deputy_is_not_the_holder_of_the_office(question: str, text: str, only: bool) -> None:
    assert deputy_only(parse_question(question), folded_lines(text)) is only
