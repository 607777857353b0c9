"""The one door to the answerer: so many questions at a time, so many waiting, so long for each, in the order they came.

The page and the HTTP endpoints ask through one gate, so that its limits hold for both together. A question that is
cancelled or overdue while it waits gives its place free at once; one that is being answered cannot be interrupted, and
keeps its place until the answerer is done with it. Knows no HTTP, page or wording.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from qa.errors import QuestionError
from qa.types import Answer, Timings
from ui.chat import Asks
from ui.errors import ServiceError

AT_ONCE = 2
"""Questions answered at a time; one saturates a core, and more would only take turns."""

WAITING = 32
"""Questions that may wait. Below the page's 40 threads, so that the page too hears at once that there is no place."""

SECONDS = 60.0
"""From a question's coming to its answer, its waiting included."""

_USUAL_SECONDS = 0.5
_WEIGHT = 0.1
_LONGEST_RETRY = 60

Status = Literal["answered", "not_found", "invalid", "busy", "slow", "stopping", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question: no word of it. ``waited`` and ``total`` are seconds; ``total`` from its coming."""

    status: Status
    waited: float
    total: float
    timings: Timings | None = None


class Place(Future[Answer]):
    """A question's place in the gate, and its answer when it comes."""

    overdue = False


class Gate:
    """Answers questions by way of ``answerer``. May be used from several threads."""

    def __init__(
        self,
        answerer: Asks,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        seconds: float = SECONDS,
        observe: Callable[[Outcome], None] | None = None,
    ) -> None:
        self.seconds = seconds
        self._answerer = answerer
        self._at_once = at_once
        self._limit = at_once + waiting
        self._observe = observe or (lambda _outcome: None)
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._inside = self._running = 0
        self._stopping = False
        self._usual = _USUAL_SECONDS
        for number in range(at_once):
            threading.Thread(target=self._work, name=f"answer-{number}", daemon=True).start()

    @property
    def waiting(self) -> int:
        """How many questions wait: those for which every worker is taken."""
        return max(0, self._inside - self._at_once)

    @property
    def running(self) -> int:
        """How many questions are being answered."""
        return self._running

    def submit(self, question: str, *, id: str | None = None, **options: Any) -> Place:
        """Take a place for ``question``; ``options`` go to the answerer. Cancelling the future gives the place free.

        The future raises what the answerer does.

        :raises ServiceError: ``service_busy`` (waiting, seconds) or ``service_stopping``.
        """
        came = time.monotonic()
        with self._changed:
            refused = self._refusal()
            if refused is None:
                self._inside += 1
        if refused is not None:
            self._observe(Outcome("stopping" if self._stopping else "busy", 0.0, 0.0))
            raise refused
        future = Place()
        future.add_done_callback(lambda _: self._leave(future, came))
        self._jobs.put(lambda: self._answer(future, came, lambda: self._answerer.ask(question, id=id, **options)))
        return future

    def give_up(self, future: Place) -> ServiceError:
        """Count ``future`` as overdue, and give its place free if it still waits; the error that says so."""
        future.overdue = True
        self._observe(Outcome("slow", 0.0, self.seconds))
        future.cancel()
        return ServiceError("question_slow", seconds=round(self.seconds))

    def stop(self) -> None:
        """Let no more questions in."""
        with self._changed:
            self._stopping = True

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether all questions that are in were answered within ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: self._inside == 0, seconds)

    def _refusal(self) -> ServiceError | None:
        if self._stopping:
            return ServiceError("service_stopping")
        if self._inside >= self._limit:
            retry = round(self._inside * self._usual / self._at_once)
            return ServiceError("service_busy", waiting=self.waiting, seconds=min(max(1, retry), _LONGEST_RETRY))
        return None

    def _leave(self, done: Place, came: float) -> None:
        """A place that was given up while it waited is free at once; one whose answer came is freed by the worker."""
        if done.cancelled():
            if not done.overdue:
                self._observe(Outcome("cancelled", time.monotonic() - came, time.monotonic() - came))
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _work(self) -> None:
        while True:
            self._jobs.get()()

    def _answer(self, future: Place, came: float, ask: Callable[[], Answer]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        begin = time.monotonic()
        with self._changed:
            self._running += 1
        answer, failed = None, None
        try:
            answer = ask()
        except BaseException as error:  # handed to who asked, whatever it is; a worker never ends
            failed = error
        end = time.monotonic()
        with self._changed:
            self._running -= 1
            self._inside -= 1
            self._usual += _WEIGHT * (end - begin - self._usual)
            self._changed.notify_all()
        if not future.overdue:
            self._observe(_outcome(answer, failed, begin - came, end - came))
        if answer is not None:
            future.set_result(answer)
        else:
            future.set_exception(failed)


def _outcome(answer: Answer | None, failed: BaseException | None, waited: float, total: float) -> Outcome:
    if answer is not None:
        return Outcome("answered" if answer.status == "answered" else "not_found", waited, total, answer.timings_ms)
    return Outcome("invalid" if isinstance(failed, QuestionError) else "failed", waited, total)
