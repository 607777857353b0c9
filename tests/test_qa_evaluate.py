"""The metrics of CMRC 2018, worked out by hand, and counts that add up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.errors import GoldError, QuestionError
from qa.evaluate import GoldQuestion, Score, as_document, evaluate, exact_match, f1, read_gold, score_one
from qa.types import Answer, Document, Hit, Passage

TEXT = "截至目前，325家世界500强扎根重庆。\n越南是最大贸易伙伴。"


# fmt: off
@pytest.mark.parametrize(("prediction", "gold", "expected"), [
    ("325家", "325家。", 1.0),
    ("《红楼梦》", "红楼梦", 1.0),
    ("IBM公司", "ibm公司", 1.0),
    ("325家", "326家", 0.0),
    ("", "325家", 0.0),
])
# fmt: on
def test_exact_match_without_punctuation_and_case(prediction: str, gold: str, expected: float) -> None:
    assert exact_match(prediction, gold) == expected


# fmt: off
@pytest.mark.parametrize(("prediction", "gold", "expected"), [
    # units 325 家 | 325 家
    ("325家", "325家", 1.0),
    # 约 45 1 亿 元 (the point is punctuation, so 45.1 is one unit: 约 451 亿 元) against 451 亿 元: run 3, 2*3/(4+3)
    ("约45.1亿元", "45.1亿元", 6 / 7),
    # 重 庆 against 重 庆 市: run 2, 2*2/(2+3)
    ("重庆", "重庆市", 0.8),
    # longest common run is 人工 (2) of 4 and 4, though three characters agree: 2*2/(4+4)
    ("人工大能", "人工智能", 0.5),
    ("上海", "重庆", 0.0),
])
# fmt: on
def test_f1_by_longest_common_run(prediction: str, gold: str, expected: float) -> None:
    assert f1(prediction, gold) == pytest.approx(expected)
    assert f1(gold, prediction) == pytest.approx(expected)


def answered(document: Document, quote: str, answer: str, confidence: float = 0.9) -> Answer:
    start = document.text.index(quote)
    at = document.text.index(answer, start)
    block = next(block for block in document.blocks if block.start <= start < block.end)
    citation = document.cite(
        number=1,
        passage=Passage(1, document.id, block.start, block.end, "", "", block.number),
        paragraph=block,
        quote=(start, start + len(quote)),
        answer=(at, at + len(answer)),
        score=confidence,
    )
    return Answer("问", "answered", answer, confidence, (citation,))


def hit(context_id: str) -> Hit:
    return Hit(Passage(1, context_id, 0, 1, "", "", 1), "x", 1.0, 1.0, 1.0)


def test_score_of_one_question() -> None:
    document = as_document("c1", "", TEXT)
    answer = answered(document, "截至目前，325家世界500强扎根重庆。", "325家")
    score = score_one(
        GoldQuestion("1", "有多少家？", ("325家",), "c1"), answer, [hit("c2"), hit("c1")], {"c1": document}.__getitem__
    )
    row = score.row()
    assert (row["hit@1"], row["hit@5"], row["EM"], row["F1"]) == (0, 1, 1, 1)
    assert (row["quote holds answer"], row["citation precision"], row["validity"]) == (1, 1, 1)
    assert row["calibration error"] == pytest.approx(0.1)


def test_scores_add_up() -> None:
    document = as_document("c1", "", TEXT)
    get = {"c1": document}.__getitem__
    right = answered(document, "越南是最大贸易伙伴。", "越南", 0.8)
    silent = Answer("问", "not_found", "", 0.1)
    total = Score()
    total += score_one(GoldQuestion("1", "谁？", ("越南",), "c1"), right, [hit("c1")], get)
    total += score_one(GoldQuestion("2", "谁？", ("泰国",), "c1"), right, [hit("c1")], get)
    total += score_one(GoldQuestion("3", "谁？", (), "c1"), silent, [hit("c1")], get)
    total += score_one(GoldQuestion("4", "谁？", (), "c1"), right, [hit("c1")], get)
    row = total.row()
    assert row["questions"] == 4
    assert (row["hit@1"], row["EM"], row["answered"], row["refused"]) == (1.0, 0.5, 1.0, 0.5)
    # three answers given at 0.8, one of them right: |3 * 0.8 - 1| / 3
    assert row["calibration error"] == pytest.approx(1.4 / 3)


def test_a_citation_that_does_not_hold_is_counted() -> None:
    answer = answered(as_document("c1", "", TEXT), "越南是最大贸易伙伴。", "越南")
    changed = as_document("c1", "", TEXT.replace("越南", "泰国"))
    score = score_one(GoldQuestion("1", "谁？", ("越南",), "c1"), answer, [], {"c1": changed}.__getitem__)
    assert score.validity == 0.0


def test_gold_file(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    row = {
        "id": "q1", "context_id": "c1", "title": "题", "context": TEXT,
        "question": "有多少家？", "answers": [{"text": "325家", "start": 5}],
    }  # fmt: skip
    path.write_text(json.dumps(row) + "\n\n" + json.dumps({**row, "id": "q2", "answers": []}) + "\n", "utf-8")
    documents, questions = read_gold(path)
    assert [(document.id, document.text, len(document.blocks)) for document in documents] == [("c1", TEXT, 2)]
    assert [question.answers for question in questions] == [("325家",), ()]


# fmt: off
@pytest.mark.parametrize(("content", "code"), [
    (b"", "gold_empty"),
    (b"{}\n", "gold_line"),
    (b"not json\n", "gold_line"),
    (b"[1]\n", "gold_line"),
    (b"\xff\xfe", "gold_line"),
    (None, "gold_missing"),
])
# fmt: on
def test_gold_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "gold.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GoldError) as caught:
        read_gold(path)
    assert caught.value.code == code


def test_a_question_that_cannot_be_asked_counts_as_not_found() -> None:
    class Library:
        def document(self, id: str) -> Document:
            raise AssertionError(f"nothing was cited, so {id} is not asked for")

    class Refusing:
        library = Library()

        def ask_with_hits(self, question: str) -> tuple[list[Hit], Answer]:
            raise QuestionError("question_empty")

    [(_, answer, score)] = evaluate(Refusing(), [GoldQuestion("q", "", ("甲",), "c")])  # type: ignore[arg-type]
    assert (answer.status, score.answerable, score.hit_at_1, score.exact) == ("not_found", 1, 0, 0.0)
