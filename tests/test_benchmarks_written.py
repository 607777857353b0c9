"""Questions on documents written for it: how they are counted, and that every gold stands in its document."""

from __future__ import annotations

import pytest

from benchmarks.common import ROOT, read_rows
from benchmarks.written import DOCUMENTS, SEED, bare, counted, is_exact, judged
from qa.types import Answer, Block, Document, Passage

SETS = sorted(path.name for path in DOCUMENTS.iterdir())
TEXT = "大会昨日闭幕。共有412家企业参展。"
DOCUMENT = Document("d", "a.txt", "a.txt", "", "text", "", TEXT, (Block(1, "paragraph", 0, len(TEXT)),))
GOLD = {"question": "多少家企业参展？", "answers": ["412家", "412家企业"], "evidence": "共有412家企业参展"}


def given(answer: str) -> Answer:
    start = TEXT.index(answer)
    passage = Passage(1, "d", 0, len(TEXT), title="", section="", paragraph=1)
    block = DOCUMENT.blocks[0]
    place = (start, start + len(answer))
    citation = DOCUMENT.cite(number=1, passage=passage, paragraph=block, quote=(7, 18), answer=place, score=0.9)
    return Answer("多少家企业参展？", "answered", answer, 0.9, citations=(citation,))


REFUSED = Answer("多少家企业参展？", "not_found", "", 0.1)


@pytest.mark.parametrize(
    ("answer", "right", "exact"),
    [(given("412家"), True, True), (given("共有412家企业参展。"), True, False), (REFUSED, False, False)],
)
def test_what_is_counted_of_a_question_with_an_answer(answer: Answer, right: bool, exact: bool) -> None:
    row = judged(GOLD, answer)
    assert (row["citation right"], row["exact"]) == (right, exact)
    assert "refused" not in row


def test_a_right_answer_from_another_paragraph_is_not_right() -> None:
    row = judged({**GOLD, "evidence": "另有412家企业报名"}, given("412家"))
    assert not row["citation right"]
    assert not row["exact"]


def test_counts() -> None:
    nothing = {**GOLD, "answers": [], "evidence": ""}
    rows = [
        judged(GOLD, given("412家")),
        judged(GOLD, REFUSED),
        judged(nothing, REFUSED),
        judged(nothing, given("412家")),
    ]
    assert counted(rows) == {"citation right": [1, 2], "exact": [1, 2], "refused": [1, 2]}


def test_width_and_punctuation_make_no_answer_wrong() -> None:
    assert is_exact(given("412家"), ["４１２家。"])
    assert not is_exact(given("412家"), ["412"])


@pytest.mark.parametrize("name", SETS)
def test_every_gold_stands_in_its_document(name: str) -> None:
    folder = DOCUMENTS / name
    texts = {path.name: bare(path.read_text(encoding="utf-8")) for path in folder.iterdir()}
    texts[SEED] = bare((ROOT / "seeds" / "000_dcd0a74a8a6b0edf.txt").read_text(encoding="utf-8"))
    rows = read_rows(folder / "questions.jsonl")
    assert len({row["id"] for row in rows}) == len(rows)
    assert any(not row["answers"] for row in rows)
    for row in rows:
        golds = [row["evidence"], *row["answers"]]
        assert [gold for gold in golds if bare(gold) not in texts[row["document"]]] == [], row["id"]
