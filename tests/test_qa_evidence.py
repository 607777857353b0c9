from __future__ import annotations

import pytest

from qa.evidence import Evidence, evidence, figures_asked, share
from qa.question import WEIGHT_LIMIT, parse_question
from qa.types import Document, Hit, Passage, Reading


def hit(text, *, title="", document=None):
    return Hit(Passage(0, "d", 0, len(text), title, "", 1), text, 0.0, 0.0, 0.0, document)


def whole(text):
    return Reading(0, (0, len(text)), None, 0.0)


def test_evidence_of_a_passage_that_holds_every_word():
    text = "共有412家企业参展。"
    found = evidence("有多少家企业参展？", hit(text), whole(text))
    # 家 is the measure word asked for; 企业 and 参展 are what is left, and both are there.
    assert found == Evidence(
        quote=1.0,
        passage=1.0,
        missing=0.0,
        name_missing=0.0,
        figure_missing=0.0,
        short=False,
        rival=False,
        contrast=0.0,
    )


def test_evidence_shows_a_name_that_the_passage_lacks():
    text = "英国驻华大使魏明到场致辞。"
    right = evidence("英国驻华大使是谁？", hit(text), whole(text))
    wrong = evidence("美国驻华大使是谁？", hit(text), whole(text))
    assert right.name_missing == 0.0 < wrong.name_missing < WEIGHT_LIMIT
    assert right.quote == 1.0 > wrong.quote
    assert right.missing == 0.0 < wrong.missing < WEIGHT_LIMIT


def test_evidence_looks_in_the_title_too():
    text = "共有412家企业参展。"
    bare = evidence("江州博览会有多少家企业参展？", hit(text), whole(text))
    titled = evidence("江州博览会有多少家企业参展？", hit(text, title="江州博览会"), whole(text))
    assert (bare.passage < 1.0, titled.passage) == (True, 1.0)
    assert bare.quote == titled.quote


@pytest.mark.parametrize(
    ("question", "lack"),
    [
        ("2023年有多少家企业参展？", 0.0),
        ("2022年有多少家企业参展？", 1.0),
        ("23年有多少家企业参展？", 1.0),
        ("投资12000元的企业有多少家？", 0.0),
        ("第32届有多少家企业参展？", 0.0),
        ("第33届有多少家企业参展？", 1.0),
        ("2023年和2022年各有多少家？", 1.0),
        ("参展的3个企业是哪些？", 0.0),
        ("面积5.5平方米的有几家？", 1.0),
        ("有多少家企业参展？", 0.0),
    ],
)
def test_evidence_looks_for_the_figures_of_a_question(question, lack):
    text = "2023年第三十二届博览会上，12,000家企业参展，面积15.5平方米。"
    assert evidence(question, hit(text), whole(text)).figure_missing == lack


@pytest.mark.parametrize(
    ("name", "start", "lack"), [("2022年报.txt", "", 0.0), ("a.txt", "2022年5月1日\n", 0.0), ("a.txt", "", 0.5)]
)
def test_a_figure_may_stand_in_the_name_or_head_of_the_document(name, start, lack):
    text = "今年共有412家企业参展。"
    document = Document("d", name, name, "", "text", "", f"{start}{text}{'。' * 300}2022年另有其他。", ())
    assert evidence("2022年有多少家企业参展？", hit(text, document=document), whole(text)).figure_missing == lack


def test_how_many_are_asked_for_is_no_figure_to_be_found():
    assert figures_asked("前5名和3个原因是什么") == []
    assert figures_asked("第3名在2019年得了12个奖") == ["3", "2019", "12"]


def test_an_ordinal_in_chinese_numerals_is_a_figure_to_be_found():
    assert figures_asked("第九届西洽会和第三十一次会议") == ["9", "31", "31"]
    assert figures_asked("第一是谁") == []


def test_another_word_for_the_same_counts_nearly_as_much():
    unit = next(unit for unit in parse_question("输液泵保修几年？").units if unit.text == "保修")
    assert share(unit, "质保期三年") == 0.8
    assert share(unit, "保修期三年") == 1.0
    assert share(unit, "交货期三年") == 0.0
