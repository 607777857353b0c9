"""A question on its way: what was found is shown while it is read; it can be stopped, left and overdue."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.ui_html import Page
from tests.ui_tiny import HeldAnswerer, TinyAnswerer, TinyLibrary
from ui.asking import Stop, take_turn
from ui.chat import Turn
from ui.gate import Gate


@pytest.fixture
def held() -> Iterator[HeldAnswerer]:
    answerer = HeldAnswerer()
    yield answerer
    for latch in (answerer.found, answerer.read, answerer.tried):
        latch.release(99)


def taken(gate: Gate, after: Callable[[Turn, Stop], Awaitable[None]], question: str = "500强？") -> list[Turn]:
    """The turns of one question; ``after`` sees each when it comes."""

    async def all_turns() -> list[Turn]:
        seen, stop = [], Stop()
        async for turn in take_turn(question, lang="zh", gate=gate, library=TinyLibrary(), stop=stop):
            seen.append(turn)
            await after(turn, stop)
        return seen

    return asyncio.run(all_turns())


def test_passages_are_shown_when_they_are_found_and_the_answer_when_it_is_read(held: HeldAnswerer) -> None:
    async def after(turn: Turn, _: Stop) -> None:
        (held.read if "yj-reading" in turn.html else held.found).release()

    first, *between, last = taken(Gate(held), after)
    assert Page(first.html).text(".yj-wait") == ["正在查找……"]
    reading = Page(between[-1].html)
    assert reading.text(".yj-wait") == ["正在读这几段……"]
    assert reading.text(".yj-passage") == ["325家世界500强扎根重庆。", "N2馆<b>B03</b>展位"]
    assert reading.text(".yj-reading .yj-place") == ["《西洽会》 家底够厚 第 3 页", "《展台》"]
    assert all(turn.under_way and turn.answer is None for turn in (first, *between))
    assert (last.under_way, last.answer and last.answer.answer) == (False, "325家")


def test_what_is_not_found_is_said_before_there_are_suggestions(held: HeldAnswerer) -> None:
    held.found.release()
    held.read.release()

    async def after(turn: Turn, _: Stop) -> None:
        if "yj-suggest-wait" in turn.html:
            held.tried.release()

    *_, early, last = taken(Gate(held), after, "门票多少钱？")
    assert early.under_way
    assert Page(early.html).text(".yj-short strong") == Page(last.html).text(".yj-short strong") == ["未找到"]
    assert Page(early.html).text(".yj-suggest button") == []
    assert Page(last.html).text(".yj-suggest button") == ["激光打靶体验在哪个展位？"]
    assert last.answer is not None
    assert last.answer.suggestions == ("激光打靶体验在哪个展位？",)


@pytest.mark.parametrize("seconds", [600, 2], ids=["stopped", "overdue"])
def test_what_was_said_to_be_missing_stays_where_suggestions_are_given_up(held: HeldAnswerer, seconds: float) -> None:
    held.found.release()
    held.read.release()

    async def after(turn: Turn, stop: Stop) -> None:
        if "yj-suggest-wait" in turn.html and seconds == 600:
            stop.stop()

    *_, early, last = taken(Gate(held, seconds=seconds), after, "门票多少钱？")
    assert early.under_way
    assert Page(last.html).text(".yj-short strong") == ["未找到"]
    assert Page(last.html).text(".yj-suggest") == []
    assert (last.under_way, last.answer and last.answer.status) == (False, "not_found")


def test_a_stopped_question_leaves_nothing_and_gives_its_place_free(held: HeldAnswerer) -> None:
    gate = Gate(held, at_once=1)
    running = gate.submit("500强？")

    async def after(turn: Turn, stop: Stop) -> None:
        assert stop.busy
        if gate.waiting:
            stop.stop()

    assert taken(gate, after)[-1] == Turn()
    assert (gate.running, gate.waiting) == (1, 0)
    assert not running.done()


def test_one_that_is_being_read_is_given_up_at_once(held: HeldAnswerer) -> None:
    async def after(turn: Turn, stop: Stop) -> None:
        held.found.release()
        if "yj-reading" in turn.html:
            stop.stop()

    gate = Gate(held, at_once=1)
    assert taken(gate, after)[-1] == Turn()
    assert gate.running == 1  # the answerer cannot be interrupted
    held.read.release()
    assert gate.wait_until_empty(20)


def test_a_page_that_shows_another_conversation_hears_no_more(held: HeldAnswerer) -> None:
    async def after(turn: Turn, stop: Stop) -> None:
        stop.stop(left=True)

    assert all(turn.under_way for turn in taken(Gate(held), after))


def test_a_question_that_takes_too_long_gets_a_sentence(held: HeldAnswerer) -> None:
    async def after(turn: Turn, stop: Stop) -> None:
        pass

    last = taken(Gate(held, seconds=0.1), after)[-1]
    assert Page(last.html).text(".yj-error") == [
        "这个问题 0 秒还没有答出来，已经放弃。请过一会儿再问，或问得更具体一些。"
    ]


def test_closing_it_gives_the_place_free(held: HeldAnswerer) -> None:
    gate = Gate(held, at_once=1)
    gate.submit("500强？")

    async def leave() -> None:
        turns = take_turn("500强？", lang="zh", gate=gate, library=TinyLibrary())
        while not gate.waiting:
            await anext(turns)
        await turns.aclose()
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert gate.waiting == 0


def test_a_full_gate_says_so(held: HeldAnswerer) -> None:
    gate = Gate(held, at_once=1, waiting=0)
    gate.submit("500强？")

    async def after(turn: Turn, stop: Stop) -> None:
        pass

    first, last = taken(gate, after)
    assert first.under_way
    assert Page(last.html).text(".yj-error")[0].startswith("正忙：")


def test_what_goes_wrong_is_told_once(held: HeldAnswerer, caplog: pytest.LogCaptureFixture) -> None:
    async def after(turn: Turn, stop: Stop) -> None:
        pass

    broken = TinyAnswerer({"炸": RuntimeError("boom")})
    assert "出了意外" in taken(Gate(broken), after, "炸")[-1].html
    gc.collect()
    assert [record.name for record in caplog.records] == ["ui.chat"]
