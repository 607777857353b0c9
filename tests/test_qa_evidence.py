from __future__ import annotations

import pytest

from qa.evidence import Evidence, evidence
from qa.question import WEIGHT_LIMIT
from qa.types import Hit, Passage, Reading


def hit(text, *, title=""):
    return Hit(Passage(0, "d", 0, len(text), title, "", 1), text, 0.0, 0.0, 0.0)


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


@pytest.mark.parametrize(
    ("text", "expected"), [("面积为12平方公里。", True), ("共有12人。", False), ("没有数字。", False)]
)
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
