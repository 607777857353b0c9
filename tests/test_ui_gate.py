"""So many at a time, so many waiting, in order, each in time; a place that is given up is free."""

from __future__ import annotations

import threading
import time

import pytest

from qa.errors import QuestionError
from qa.types import Answer
from tests.ui_tiny import TinyAnswerer
from ui.errors import ServiceError
from ui.gate import Gate, Outcome


class Held(TinyAnswerer):
    """Answers when it is let go; remembers what was asked, in order."""

    def __init__(self) -> None:
        super().__init__(failing={"炸": RuntimeError("boom")})
        self.go, self.order, self.options = threading.Semaphore(0), list[str](), dict[str, object]()

    def ask(self, question: str, *, id: str | None = None, **options: object) -> Answer:
        self.order.append(question)
        self.options = options
        assert self.go.acquire(timeout=20)
        return super().ask(question, id=id)


def until(condition: object) -> None:
    deadline = time.monotonic() + 20
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_questions_that_wait_are_answered_in_order_and_a_full_gate_says_so() -> None:
    answerer, seen = Held(), list[Outcome]()
    gate = Gate(answerer, at_once=1, waiting=3, observe=seen.append)
    futures = [gate.submit(f"问{number}", documents=frozenset({"d1"})) for number in range(4)]
    until(lambda: gate.running == 1)
    assert (gate.running, gate.waiting) == (1, 3)
    with pytest.raises(ServiceError) as caught:
        gate.submit("太多")
    # 4 inside, half a second each as long as nothing else is known, one at a time
    assert (caught.value.code, caught.value.fields) == ("service_busy", {"waiting": 3, "seconds": 2})
    answerer.go.release(4)
    assert [future.result(20).question for future in futures] == ["问0", "问1", "问2", "问3"] == answerer.order
    assert answerer.options == {"documents": frozenset({"d1"})}
    assert gate.wait_until_empty(20)
    assert [outcome.status for outcome in seen] == ["busy", *["not_found"] * 4]
    assert all(outcome.total >= outcome.waited >= 0 for outcome in seen)
    assert seen[-1].timings is not None


def test_a_question_that_is_given_up_frees_its_place() -> None:
    answerer, seen = Held(), list[Outcome]()
    gate = Gate(answerer, at_once=1, waiting=1, observe=seen.append)
    first, second = gate.submit("一"), gate.submit("二")
    until(lambda: gate.running == 1)
    assert not first.cancel()  # it is being answered
    assert second.cancel()
    third = gate.submit("三")
    answerer.go.release(2)
    assert third.result(20).question == "三"
    assert answerer.order == ["一", "三"]
    assert gate.wait_until_empty(20)
    assert [outcome.status for outcome in seen] == ["cancelled", "not_found", "not_found"]


def test_a_question_that_takes_too_long_gets_a_sentence_and_the_next_one_an_answer() -> None:
    answerer, seen = Held(), list[Outcome]()
    gate = Gate(answerer, at_once=1, waiting=1, seconds=0.2, observe=seen.append)
    for _ in range(2):  # one that is answered too slowly, one that waits too long
        place = gate.submit("慢")
        with pytest.raises(TimeoutError):
            place.result(gate.seconds)
        late = gate.give_up(place)
        assert (late.code, late.fields) == ("question_slow", {"seconds": 0})
    assert (gate.running, gate.waiting) == (1, 0)
    answerer.go.release(2)
    until(lambda: gate.running == 0)
    assert gate.submit("快").result(20).question == "快"
    assert [outcome.status for outcome in seen] == ["slow", "slow", "not_found"]


def test_what_the_answerer_raises_is_raised() -> None:
    seen = list[Outcome]()
    gate = Gate(TinyAnswerer(failing={"炸": RuntimeError("boom"), "晚": TimeoutError()}), observe=seen.append)
    for question, error in ((" ", QuestionError), ("炸", RuntimeError), ("晚", TimeoutError)):
        with pytest.raises(error):
            gate.submit(question).result(20)
    assert [outcome.status for outcome in seen] == ["invalid", "failed", "failed"]


def test_a_gate_that_stops_lets_nobody_in_and_those_inside_finish() -> None:
    answerer = Held()
    gate = Gate(answerer, at_once=1, waiting=9)
    asked = [gate.submit("问") for _ in range(3)]
    assert gate.waiting == 2
    gate.stop()
    with pytest.raises(ServiceError, match="service_stopping"):
        gate.submit("晚了")
    assert not gate.wait_until_empty(0.05)
    answerer.go.release(3)
    assert gate.wait_until_empty(20)
    assert [place.result(20).status for place in asked] == ["not_found"] * 3
