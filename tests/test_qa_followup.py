"""What follow-up questions mean, by pairs written by hand; and that questions that stand by themselves are let be."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.followup import FollowUp, follow_up
from qa.types import Exchange

FILE = Path(__file__).parent / "data" / "followups.jsonl"
PAIRS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
PARTS = ("seen", "held", "held2", "held3", "held4", "held5", "held6", "held7")
"""``held`` and on were written before what they test, one after the other; 94, 73, 83, 60, 65, 72 and 65 % were right at
first sight.
"""

MISSED = {"中学生呢？", "儿童呢？"}
"""The dictionary has 小学生 for a name, and knows no link between 成人
and 儿童.
"""


def exchanges(*pairs: tuple[str, str]) -> list[Exchange]:
    return [Exchange(asked, "", answer, "answered" if answer else "not_found") for asked, answer in pairs]


def history(pair: dict) -> list[Exchange]:
    return [Exchange(**one, status="answered") for one in pair["history"]]


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if pair["question"] not in MISSED], ids=lambda pair: pair["id"]
)
def test_a_follow_up_is_understood_as_a_person_does(pair: dict) -> None:
    meant = follow_up(pair["question"], history(pair))
    assert (meant.question, meant.excluded) == (pair["expected"], tuple(pair.get("excluded", ())))


def test_what_is_missed_is_let_be() -> None:
    missed = [pair for pair in PAIRS if pair["question"] in MISSED]
    assert len(missed) == len(MISSED)
    for pair in missed:
        assert follow_up(pair["question"], history(pair)).question == pair["question"]


def test_the_pairs_are_many_and_varied() -> None:
    assert {pair["half"] for pair in PAIRS} == set(PARTS)
    assert {pair["lang"] for pair in PAIRS} == {"zh", "zh-Hant", "en"}
    changed = [pair for pair in PAIRS if pair["expected"] != pair["question"]]
    assert len(changed) > 100
    assert len({pair["question"] for pair in PAIRS}) > 80


@pytest.mark.parametrize("name", ["cmrc2018_trial", "dureader_checklist", "dureader_robust", "xquad_en"])
def test_questions_that_stand_by_themselves_come_back_as_they_are(shared: Path, name: str) -> None:
    """The first 150 questions of each set, asked one after another. Two of one set do point back: 它, 其."""
    said: list[Exchange] = []
    changed = 0
    with gzip.open(shared / "data" / "qa" / f"dev_{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(next(file)) for _ in range(150)]
    for row in rows:
        changed += follow_up(row["question"], said[-8:]).question != row["question"]
        answer = row["answers"][0]["text"] if row["answers"] else ""
        said += exchanges((row["question"], answer))
    assert changed <= 2


def test_asking_for_more_leaves_out_all_that_was_given() -> None:
    said = [
        Exchange("谁在大会上发言？", "", "林溪", "answered"),
        Exchange("还有谁？", "谁在大会上发言？", "高远", "answered"),
        Exchange("还有呢？", "谁在大会上发言？", "", "not_found"),
    ]
    assert follow_up("还有吗？", said) == FollowUp("谁在大会上发言？", ("林溪", "高远"))
    # Another question in between: what was given before it counts no more.
    said.insert(1, Exchange("大会在哪里举行？", "", "昆明", "answered"))
    assert follow_up("还有吗？", said) == FollowUp("谁在大会上发言？", ("高远",))


# fmt: off
@pytest.mark.parametrize(("said", "question"), [
    ([("重庆与越南的进出口额是多少？", "45亿元")],  "它是哪一年的？"),       # two things
    ([("谁和谁签了约？", "林溪、高远")],            "他是哪里人？"),         # two persons
    ([("陈国梁和林晓峰谁的年龄大？", "")],          "他是哪里人？"),
    ([("大会在哪里举行？", "昆明，滇池边的会展中心，一号馆")], "那里有多少人口？"),   # a clause
    ([("When did Ada Brook meet Tom Reyes?", "1990")], "Where was he born?"),
    ([("苹果怎么吃？", "")],                        "那越南呢？"),           # nothing of its kind
    ([("苹果怎么吃？", "")],                        "还有谁？"),
    ([("What is the capital of Vietnam?", "Hanoi")], "那老挝呢？"),          # another language
])
# fmt: on
def test_what_is_not_clear_is_let_be_and_leans(said: Sequence[tuple[str, str]], question: str) -> None:
    assert follow_up(question, exchanges(*said)) == FollowUp(question, leans=True)


WORDS = st.sampled_from(["那", "越南", "它", "他", "呢", "还有", "谁", "在哪里", "2020年", "的", "人口", "什么时候", "开幕", "《归途》",
                         "What about ", "it", "When ", "該公司", "？", "\u3000", "😀"])  # fmt: skip
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map("".join) | st.text(min_size=1, max_size=20)


@settings(deadline=None)  # the first example loads the dictionary
@given(TEXTS, st.lists(st.builds(Exchange, TEXTS, st.just("") | TEXTS, st.just("") | TEXTS, st.just("answered")), max_size=3))
def test_any_conversation_is_followed(question: str, said: list[Exchange]) -> None:
    meant = follow_up(question, said)
    assert meant == follow_up(question, said)
    assert set(meant.excluded) <= {exchange.answer for exchange in said}
    assert bool(meant.question) == bool(question)
    assert follow_up(question, []) == FollowUp(question)


# fmt: off
@pytest.mark.parametrize(("asked", "answer", "question", "meant"), [
    ("青岚大桥什么时候开工？", "2019年", "那什么时候完工？", "青岚大桥什么时候完工？"),                  # led by 那
    ("李国平是哪里人？", "四川", "出生于哪一年？", "李国平出生于哪一年？"),                              # a verb first
    ("第五届茶博会什么时候举行？", "5月", "有哪些国家参加？", "第五届茶博会有哪些国家参加？"),
    ("如何注销账户？", "到柜台", "要多久？", "注销账户要多久？"),                                        # an action
    ("华海公司2023年的利润总额是多少？", "3亿", "比上年增长了多少？", "华海公司2023年的利润总额比上年增长了多少？"),
    ("全县有多少党员？", "3000", "其中农民占多少？", "全县党员中农民占多少？"),                          # some of them
    ("刘大勇盗窃案在哪个法院审理？", "江州法院", "法官是谁？", "刘大勇盗窃案法官是谁？"),                # an attribute
    ("青岚大桥什么时候开工？", "2019年", "总投资呢？", "青岚大桥的总投资是多少？"),
    ("《春潮》是什么时候出版的？", "1990年", "它的译者呢？", "《春潮》的译者是谁？"),                    # whose
    ("第一期工程投资多少？", "3亿", "第二期呢？", "第二期工程投资多少？"),                              # numbered
    ("第五届茶博会的主办单位是哪家？", "农业局", "承办单位呢？", "第五届茶博会的承办单位是哪家？"),      # another side
    ("Who is the plaintiff?", "Ada", "And the defendant?", "Who is the defendant?"),
    ("When did the fair open?", "12 May", "And where?", "Where did the fair open?"),
])
# fmt: on
def test_each_rule_for_what_is_left_unsaid(asked: str, answer: str, question: str, meant: str) -> None:
    assert follow_up(question, exchanges((asked, answer))) == FollowUp(meant)


@pytest.mark.parametrize("question", ["还有谁？", "后来呢？", "多少钱？", "那老挝呢？", "How long does it take?", "Who else?"])
def test_what_cannot_be_asked_alone_leans_on_what_was_said(question: str) -> None:
    base = "When did the fair open?" if question.isascii() else "苹果怎么吃？"
    assert follow_up(question, exchanges((base, "12 May"))) == FollowUp(question, leans=True)
    assert follow_up(question, []) == FollowUp(question)


# fmt: off
@pytest.mark.parametrize("question", [
    "违约金是多少？", "失眠怎么办？", "发烧多少度？", "比特币是谁发明的？", "那些年我们一起追的女孩是谁演的？", "苏州平均工资",
    "头发每天长多少？", "风声作者是谁？", "期货交易费用有哪些？", "怎么更换墨盒？", "谁发明了电话？", "What does it mean to be stateless?",
])
# fmt: on
def test_what_can_be_asked_alone_neither_changes_nor_leans(question: str) -> None:
    assert follow_up(question, exchanges(("甲方应在什么时候付款？", "5月"))) == FollowUp(question)


CONVERSATIONS = Path(__file__).parent / "data" / "conversations.jsonl"


def test_conversations_written_beforehand() -> None:
    """86 conversations of which 57 follow-ups can be resolved; at first sight 18 of the 27 of the held half were, 7 before
    the rules for what is left unsaid; of those that stand by themselves none changes.
    """
    rows = [json.loads(line) for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines()]
    wrong = []
    for row in rows:
        said = [Exchange(one["question"], one["understood"], one["answer"], "answered") for one in row["history"]]
        meant = follow_up(row["question"], said)
        accepted = {plain(row["question"] if one == "same" else one) for one in row["accepted"]} - {"none"}
        fits = meant.leans if row["accepted"] == ["none"] else plain(meant.question) in accepted
        if not fits and not meant.leans:
            wrong.append(row["id"])
        if row["accepted"] == ["same"]:
            assert meant == FollowUp(row["question"])
    assert sorted(wrong) == ["contract-9", "manual-0", "manual-4"]


def plain(question: str) -> str:
    """A question without what two who mean the same may put differently."""
    return re.sub("^那|[的呢了？?，, 是有]", "", question).lower()
