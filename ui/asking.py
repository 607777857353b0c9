"""One question on its way: what was found is shown while it is read, and whoever asked may stop it or leave.

Knows no Gradio and no HTTP; runs in an event loop, and holds no thread while a question waits.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from qa.answer import News
from qa.types import Answer, Hit
from ui import render
from ui.chat import Shelf, Turn, history_of, shown, spoken_turn
from ui.gate import Gate, Place
from ui.shelf_choice import EVERYTHING, Choice
from ui.strings import text

LOOK = 1.0
"""Seconds after which a turn under way is given again, so that whoever passes it on may find that nobody listens."""


@dataclass(slots=True)
class Stop:
    """What one page's stop button reaches: the question under way, if there is one."""

    busy: bool = False
    left: bool = False
    answer: asyncio.Future[Answer] | None = None

    def stop(self, *, left: bool = False) -> None:
        """Give the question up. Where the page has ``left`` for another conversation, it hears no more of it."""
        if self.answer is not None and not self.answer.done():
            self.left = left
            self.answer.get_loop().call_soon_threadsafe(self.answer.cancel)


async def take_turn(
    question: str,
    *,
    lang: str,
    gate: Gate,
    library: Shelf,
    past: Sequence[Turn] = (),
    choice: Choice = EVERYTHING,
    stop: Stop | None = None,
) -> AsyncGenerator[Turn, None]:
    """Ask ``question`` after the turns ``past``, of the documents of ``choice``, and make what is shown of it: turns that
    are ``under_way``, the same one again each second, then what it came to. Where it was stopped that is an empty one,
    or what was said already and only lacked suggestions; where the page has left, none at all.

    Never raises: whatever goes wrong becomes a sentence. Closing it gives the question's place in the gate free.
    """
    from anyio.to_thread import run_sync

    stop = stop or Stop()
    stop.busy, stop.left = True, False
    turn, said = Turn(render.waiting_html(question, lang), under_way=True), None
    try:
        yield turn
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[Sequence[Hit] | Answer] = asyncio.Queue()
        submit = partial(_submit, gate, question, library, past, choice, partial(_tell, loop, heard), lang)
        place = await run_sync(spoken_turn, submit, question, lang)
        if isinstance(place, Turn):
            yield place
            return
        stop.answer = asyncio.wrap_future(place)
        async for item in _waited_for(stop.answer, heard, gate.seconds):
            if isinstance(item, Answer):
                said = item
                early = await run_sync(spoken_turn, partial(shown, item, library, lang, complete=False), question, lang)
                turn = replace(early, under_way=True)
            elif item is not None:
                turn = Turn(render.reading_html(question, item, lang), under_way=True)
            yield turn
        if not stop.answer.cancelled():
            if stop.answer.done():
                stop.answer.exception()  # it is told below; asyncio complains of one that nobody has looked at
            yield await run_sync(spoken_turn, partial(_finished, gate, place, said, library, lang), question, lang)
        elif not stop.left:
            end = None if said is None else partial(shown, said, library, lang)
            yield Turn() if end is None else await run_sync(spoken_turn, end, question, lang)
    finally:
        stop.busy = False
        if stop.answer is not None:
            stop.answer.cancel()
            stop.answer = None


async def _waited_for(
    answer: asyncio.Future[Answer], heard: asyncio.Queue[Sequence[Hit] | Answer], seconds: float
) -> AsyncIterator[Sequence[Hit] | Answer | None]:
    """Until ``answer`` is there or the time is over: what is ``heard``, and ``None`` each second."""
    clock = answer.get_loop().time
    end = clock() + seconds
    following = asyncio.ensure_future(heard.get())
    try:
        while not answer.done() and (left := end - clock()) > 0:
            either: set[asyncio.Future[Any]] = {answer, following}
            await asyncio.wait(either, timeout=min(LOOK, left), return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return
            if not following.done():
                yield None
                continue
            item, following = following.result(), asyncio.ensure_future(heard.get())
            yield item
    finally:
        following.cancel()


def _submit(
    gate: Gate,
    question: str,
    library: Shelf,
    past: Sequence[Turn],
    choice: Choice,
    news: News,
    lang: str,
) -> Place | Turn:
    chosen = None if choice == EVERYTHING else choice.among([info.id for info in library.documents()])
    if chosen is not None and not chosen:
        return Turn(hint=text("nothing_ticked", lang))
    return gate.submit(question, history=history_of(past), documents=chosen, news=news)


def _tell(
    loop: asyncio.AbstractEventLoop, heard: asyncio.Queue[Sequence[Hit] | Answer], item: Sequence[Hit] | Answer
) -> None:
    """Called where the question is answered, in another thread, which must not fail if the page is gone."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(heard.put_nowait, item)


def _finished(gate: Gate, place: Place, said: Answer | None, library: Shelf, lang: str) -> Turn:
    """What the question came to; where its time is over, what was ``said`` before there were suggestions."""
    if place.done():
        return shown(place.result(), library, lang)
    overdue = gate.give_up(place)
    if said is None:
        raise overdue
    return shown(said, library, lang)
