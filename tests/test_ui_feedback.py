from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from qa.errors import GoldError, YinjuError
from qa.evaluate import read_gold
from tests.ui_tiny import NASTY, PAPER, QUOTE_325, QUOTE_OPEN, TinyAnswerer, TinyLibrary, cite, found
from ui import feedback
from ui.conversations import Conversations
from ui.feedback import FILE_NAME, Opinion, give_opinion, read_opinion
from ui.render import to_json

ASKED = TinyAnswerer()
PARAGRAPH = next(PAPER.text[block.start : block.end] for block in PAPER.blocks if block.number == 5)


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path, lambda: 1_795_446_399.0)


def given(store: Conversations, question: str, *opinions: Opinion) -> list[dict[str, object]]:
    """The lines of the file after ``opinions`` of one answer."""
    id = store.create()
    store.append(id, to_json(ASKED.ask(question)))
    for opinion in opinions:
        give_opinion(store, TinyLibrary(), id, 1, opinion)
    assert store.turn(id, 1).rating == opinions[-1].verdict
    path = store.folder / FILE_NAME
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def test_an_answer_that_should_have_been_none(store: Conversations) -> None:
    (line,) = given(store, "500强？", Opinion("down", "should_refuse", note="问的是别的"))
    assert line["answers"] == []
    assert (line["question"], line["context"], line["title"]) == ("500强？", PARAGRAPH, "第八届西洽会开幕")
    assert (line["given"], line["reason"], line["note"], line["time"]) == (
        "325家",
        "should_refuse",
        "问的是别的",
        "2026-11-23T15:06:39Z",
    )


def test_the_right_answer_is_found_in_its_paragraph(store: Conversations) -> None:
    (line,) = given(store, "500强？", Opinion("down", "wrong_answer", right="一半进出口额"))
    ((answer,),) = (line["answers"],)
    assert answer == {"text": "一半进出口额", "start": PARAGRAPH.index("一半进出口额")}
    assert line["context"][answer["start"] :].startswith("一半进出口额")


def test_the_right_answer_may_stand_in_what_lay_near(store: Conversations) -> None:
    (line,) = given(store, "门票？", Opinion("down", "has_answer", right="袁家军"))
    assert line["context"] == "5月21日上午，西洽会在重庆开幕。袁家军宣布开幕。"
    assert line["answers"] == [{"text": "袁家军", "start": 17}]


@pytest.mark.parametrize(
    "opinion",
    [
        Opinion("down", "wrong_answer"),
        Opinion("down", "wrong_answer", right="326家"),
        Opinion("down"),
        Opinion("down", "other", note="不知道"),
    ],
)
def test_a_line_without_its_answer_waits(store: Conversations, opinion: Opinion) -> None:
    (line,) = given(store, "500强？", opinion)
    assert line["answers"] is None
    assert line["right"] == opinion.right


def test_what_eval_reads(store: Conversations) -> None:
    given(store, "500强？", Opinion("down", "should_refuse"))
    given(store, "500强？", Opinion("down", "wrong_answer"))
    given(store, "500强有多少？", Opinion("down", "wrong_answer", right="325家"))
    given(store, "激光？", Opinion("up"))
    skipped: list[int] = []
    documents, questions = read_gold(store.folder / FILE_NAME, unanswered=skipped.append)
    assert skipped == [2]
    assert [(question.question, question.answers) for question in questions] == [
        ("500强？", ()),
        ("500强有多少？", ("325家",)),
    ]
    (document,) = documents
    assert document.text == PARAGRAPH
    assert {question.context_id for question in questions} == {document.id}


def test_a_file_of_nothing_but_open_lines(store: Conversations) -> None:
    given(store, "500强？", Opinion("down"))
    with pytest.raises(GoldError) as caught:
        read_gold(store.folder / FILE_NAME)
    assert (caught.value.code, caught.value.fields["count"]) == ("gold_unanswered", 1)


def test_a_later_opinion_replaces_the_earlier(store: Conversations) -> None:
    assert len(given(store, "500强？", Opinion("down"), Opinion("down", "should_refuse"))) == 1
    assert len(given(store, "500强？", Opinion("down"), Opinion("up"))) == 1
    assert len(given(store, "500强？", Opinion("down"), Opinion(""))) == 1


def test_outcomes(store: Conversations) -> None:
    id = store.create()
    store.append(id, to_json(ASKED.ask("500强？")))
    outcomes = [
        give_opinion(store, TinyLibrary(), id, 1, opinion)
        for opinion in (Opinion("up"), Opinion("down"), Opinion("down", "should_refuse"), Opinion(""))
    ]
    assert outcomes == ["kept_up", "kept_open", "kept", "forgotten"]


def test_what_a_person_wrote_into_the_file_stays(store: Conversations) -> None:
    path = store.folder / FILE_NAME
    path.write_bytes('不是 JSON\n[1]\n{"id": "mine"}'.encode())
    given_lines = b"".join(path.read_bytes().splitlines(keepends=True))
    id = store.create()
    store.append(id, to_json(ASKED.ask("500强？")))
    give_opinion(store, TinyLibrary(), id, 1, Opinion("down"))
    content = path.read_bytes()
    assert content.startswith(given_lines + b"\n")
    assert content.count(b"\n") == 4


def test_many_at_once_lose_nothing(store: Conversations) -> None:
    id = store.create()
    for _ in range(12):
        store.append(id, to_json(ASKED.ask("500强？")))
    threads = [
        threading.Thread(target=give_opinion, args=(store, TinyLibrary(), id, number, Opinion("down", "should_refuse")))
        for number in range(1, 13)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    ids = [json.loads(line)["id"] for line in (store.folder / FILE_NAME).read_text("utf-8").splitlines()]
    assert sorted(ids) == sorted(f"{id}-{number}" for number in range(1, 13))


def test_a_question_is_kept_as_it_was_understood_and_others_count_as_shown(store: Conversations) -> None:
    id = store.create()
    answer = replace(
        found("那它呢？", cite(PAPER, QUOTE_OPEN, "袁家军")), others=(cite(PAPER, QUOTE_325, "325家", number=2),)
    )
    store.append(id, {**to_json(answer), "understood": "西洽会有多少家？"})
    give_opinion(store, TinyLibrary({NASTY.id: NASTY}), id, 1, Opinion("down", "wrong_answer", right="325家"))
    line = json.loads((store.folder / FILE_NAME).read_text("utf-8"))
    assert (line["question"], line["context"]) == ("西洽会有多少家？", PARAGRAPH)


# fmt: off
@pytest.mark.parametrize(("value", "code"), [
    ({}, "feedback_verdict"),
    ({"verdict": "meh"}, "feedback_verdict"),
    ({"verdict": 1}, "request_field_type"),
    ({"verdict": "down", "reason": "because"}, "feedback_reason"),
    ({"verdict": "down", "note": ["x"]}, "request_field_type"),
    ({"verdict": "down", "right": "\ud83d"}, "text_broken"),
    ({"verdict": "down", "note": "长" * (feedback.TEXT_LIMIT + 1)}, "feedback_long"),
])
# fmt: on
def test_an_opinion_that_cannot_be_read(value: dict[str, object], code: str) -> None:
    with pytest.raises(YinjuError) as caught:
        read_opinion(value)
    assert caught.value.code == code


def test_an_opinion_is_read() -> None:
    value = {"verdict": "down", "reason": "other", "right": " 甲 ", "note": "乙\n"}
    assert read_opinion(value) == Opinion("down", "other", "甲", "乙")
    assert read_opinion({"verdict": ""}) == Opinion("")


def test_a_file_that_cannot_be_written(store: Conversations) -> None:
    (store.folder / FILE_NAME).mkdir()
    id = store.create()
    store.append(id, to_json(ASKED.ask("500强？")))
    with pytest.raises(YinjuError) as caught:
        give_opinion(store, TinyLibrary(), id, 1, Opinion("down"))
    assert caught.value.code == "feedback_file"
    assert store.turn(id, 1).rating == ""
