"""Work done beside other work: ahead of whoever takes its results, or one step behind whoever gives it.

Ahead, several items at once, results in the order of the items: each thread takes an item, and puts what the work on it
gives into that item's own queue; the results are taken item after item. Queues are short and few items are begun before
they are wanted: memory is bounded in items, not in characters. Knows no files, documents or libraries. Not covered: work
that cannot be told to end; :meth:`Ahead.close` waits.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

ROOM = 8
"""Results of one item that may wait."""

ITEMS = 64
"""Items that may be begun and not taken: about as many articles as are embedded at a time."""

_LOOK = 0.2
"""Seconds after which a thread that waits looks whether it is to end."""


@dataclass(frozen=True, slots=True)
class _Result(Generic[B]):
    value: B


@dataclass(frozen=True, slots=True)
class _End:
    """No more results of this item, or no more items; ``error`` is what ended them."""

    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Lane(Generic[A, B]):
    """One item, and what was made of it so far."""

    item: A
    results: queue.Queue[_Result[B] | _End] = field(default_factory=lambda: queue.Queue(ROOM))


class Ahead(Generic[A, B]):
    """``work`` on ``items`` in ``workers`` threads, which begin at once; a context manager, and iterated over once:
    each item with the iterator of its results, in order. What ``items`` or ``work`` raises is raised there.

    ``begin`` is called in each thread first, with its number from 0. ``stop`` is called where the iteration is left
    before its end, so that work under way ends soon. Threads see the context variables of whoever made this.
    """

    def __init__(
        self,
        items: Iterable[A],
        work: Callable[[A], Iterable[B]],
        *,
        workers: int,
        begin: Callable[[int], None] = lambda _number: None,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        self._items = iter(items)
        self._work = work
        self._stop = stop
        self._taking = threading.Lock()
        self._exhausted = False
        self._closing = threading.Event()
        self._lanes: queue.Queue[_Lane[A, B] | _End] = queue.Queue(ITEMS)
        self._threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(self._run, begin, number), daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Ahead[A, B]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[tuple[A, Iterator[B]]]:
        while isinstance(lane := _taken(self._lanes), _Lane):
            results = _results(lane)
            yield lane.item, results
            for _ in results:  # what was not wanted must not block its thread
                pass
        if lane.error is not None:
            raise lane.error

    def close(self) -> None:
        """End the threads; wait until they have ended."""
        self._closing.set()
        if any(thread.is_alive() for thread in self._threads):
            self._stop()
        for thread in self._threads:
            thread.join()

    # ---- in the threads

    def _run(self, begin: Callable[[int], None], number: int) -> None:
        begin(number)
        while (lane := self._next()) is not None:
            error = None
            try:
                for value in self._work(lane.item):
                    if not self._put(lane.results, _Result(value)):
                        return
            except BaseException as caught:  # a border: it is raised where the results are taken
                error = caught
            if not self._put(lane.results, _End(error)):
                return

    def _next(self) -> _Lane[A, B] | None:
        """The lane of the next item, told to the iteration in the order of the items."""
        with self._taking:
            if self._exhausted or self._closing.is_set():
                return None
            last = _End()
            try:
                lane: _Lane[A, B] = _Lane(next(self._items))
            except StopIteration:
                pass
            except BaseException as caught:  # a border, as above
                last = _End(caught)
            else:
                return lane if self._put(self._lanes, lane) else None
            self._exhausted = True
            self._put(self._lanes, last)
            return None

    def _put(self, into: queue.Queue[C], value: C) -> bool:
        """Put ``value``, when there is room; false where all is to end."""
        while not self._closing.is_set():
            try:
                into.put(value, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False


def behind(items: Iterable[tuple[A, B]], work: Callable[[A, B], C], *, overlap: bool) -> Generator[C, None, None]:
    """What ``work`` gives for each of ``items``, in order. With ``overlap`` it works in a thread, while the next of
    ``items`` is made. Close the iterator where it is left before its end: that waits for work that was begun.
    """
    if not overlap:
        yield from (work(*item) for item in items)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    pending: Future[C] | None = None
    with ThreadPoolExecutor(1) as thread:
        for item in items:
            if pending is not None:
                yield pending.result()
            pending = thread.submit(work, *item)
        if pending is not None:
            yield pending.result()


def _taken(source: queue.Queue[C]) -> C:
    """The next of ``source``. Waits in short turns: on Windows a long one cannot be interrupted."""
    while True:
        try:
            return source.get(timeout=_LOOK)
        except queue.Empty:
            continue


def _results(lane: _Lane[A, B]) -> Iterator[B]:
    while isinstance(result := _taken(lane.results), _Result):
        yield result.value
    if result.error is not None:
        raise result.error
