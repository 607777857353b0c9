"""What an amount cannot be an answer to."""

from __future__ import annotations

import pytest

from qa.measures import can_measure, measure_asked, only_change

TRADE = "重庆与越南进出口额约45.1亿元,同比增长11.9%,7家渝企在越投资"


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("昌都推介会分几批签约?", "count"),
        ("有多少家世界500强落户重庆?", "count"),
        ("西洽会的门票多少钱?", "money"),
        ("签约总额是多少?", "money"),
        ("占全国的比例是多少?", "rate"),
        ("失业率是多少?", "rate"),
        ("寺院占地多少平方米?", "area"),
        ("几个月能完成?", "duration"),
        ("一年拿多少薪水?", "money"),
        ("减速器卖了多少万套?", "count"),
        ("洗一次用多少度电?", "energy"),
        ("认定书编号是多少?", "code"),
        ("等于多少人民币?", ""),
        ("获得多少支持率?", ""),
        ("平壤的几所小学自哪一年起停课?", ""),
    ],
)
def test_what_a_question_counts(question: str, measure: str) -> None:
    assert measure_asked(question) == measure


@pytest.mark.parametrize(
    ("question", "amount", "can"),
    [
        ("最大持续放电电流是多少?", "25± 3 ℃", False),
        ("最大持续放电电流是多少?", "196 a", True),
        ("最大持续放电电流是多少?", "0.2c", True),
        ("电池重量是多少?", "3.65 v", False),
        ("电池重量约为多少?", "3380±50 g", True),
        ("江面的宽度是多少?", "1.2公里", True),
        ("分几批签约?", "34.96亿元", False),
        ("分几批签约?", "4批次", True),
        ("有多少家企业?", "7家投资1599万美元", True),
        ("门票多少钱?", "11.9%", False),
        ("门票多少钱?", "四百六十三件", False),
        ("多少钱一台?", "6台", False),
        ("多少钱一台?", "3千块", True),
        ("门票多少钱?", "80元", True),
        ("门票多少钱?", "免费", True),
        ("占比是多少?", "325人", True),
        ("占比是多少?", "34.96亿元", False),
        ("占比是多少?", "十分之一", True),
        ("有多高?", "34.96亿元", True),
        ("认定书编号是多少?", "86214.37元", False),
        ("认定书编号是多少?", "第0045872号", True),
        ("洗一次用多少度电?", "155分钟", False),
        ("洗一次用多少度电?", "1.2度电", True),
        ("卖了多少万套?", "3.61亿元", False),
        ("一年拿多少薪水?", "38.72%", False),
        ("跑了多长时间?", "3日上午7时30分", False),
        ("跑了多长时间?", "2小时08分14秒", True),
        ("协议有效期几年?", "2025年", False),
        ("协议有效期几年?", "三年", True),
        ("质保多久?", "36个月", True),
        ("住院多少天?", "43天", True),
        ("住院多少天?", "6周", True),
    ],
)
def test_an_amount_of_another_kind_cannot_answer(question: str, amount: str, can: bool) -> None:
    assert can_measure(question, amount, 0, len(amount)) is can


def test_how_much_it_grew_is_said_of_the_growth() -> None:
    question = "进出口额增长了多少?"
    level, change = TRADE.index("约45.1亿元"), TRADE.index("11.9%")
    assert not can_measure(question, TRADE, level, level + 7)
    assert can_measure(question, TRADE, change, change + 5)
    assert can_measure("进出口额是多少?", TRADE, level, level + 7)
    assert only_change(question, TRADE, level, change + 5) == change
    assert only_change("进出口额是多少?", TRADE, level, change + 5) == level
