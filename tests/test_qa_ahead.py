"""Work ahead and behind: the order of the items, a bound on what waits, errors where the results are taken."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Iterator

import pytest

from qa.ahead import ITEMS, ROOM, Ahead, behind

NAME = contextvars.ContextVar("name", default="")


def taken(ahead: Ahead[int, int]) -> list[tuple[int, list[int]]]:
    with ahead:
        return [(item, list(results)) for item, results in ahead]


@pytest.mark.parametrize("workers", [1, 4])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def work(item: int) -> Iterator[int]:
        time.sleep(0.001 * (7 - item % 7))
        yield from [item] * item

    assert taken(Ahead(range(20), work, workers=workers)) == [(item, [item] * item) for item in range(20)]


def test_several_items_are_worked_on_at_once() -> None:
    together = threading.Barrier(3)

    def work(item: int) -> Iterator[int]:
        together.wait(timeout=20)
        yield item

    assert taken(Ahead(range(3), work, workers=3)) == [(0, [0]), (1, [1]), (2, [2])]


def test_no_more_is_made_than_fits() -> None:
    made: list[int] = []

    def work(item: int) -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with Ahead(range(1000), work, workers=1) as ahead:
        item, results = next(iter(ahead))
        assert (item, next(results)) == (0, 0)
        deadline = time.monotonic() + 20
        while len(made) < ROOM + 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        assert len(made) <= ROOM + 2  # one was taken, one waits to be put


def test_few_items_are_begun_before_they_are_wanted() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            begun.append(item)
            yield item

    with Ahead(items(), lambda item: [item], workers=2) as ahead:
        assert next(iter(ahead))[0] == 0
        time.sleep(0.3)
        assert len(begun) <= 2 * ITEMS + 1 + 2


def test_what_is_not_wanted_of_an_item_is_left_out() -> None:
    with Ahead(range(3), lambda item: range(50), workers=1) as ahead:
        assert [(item, next(results)) for item, results in ahead] == [(0, 0), (1, 0), (2, 0)]


def test_an_error_of_the_work_is_raised_in_its_place() -> None:
    def work(item: int) -> Iterator[int]:
        yield item
        if item == 1:
            raise KeyError("一")

    seen = []
    with Ahead(range(3), work, workers=2) as ahead, pytest.raises(KeyError, match="一"):
        seen.extend(value for _, results in ahead for value in results)
    assert seen == [0, 1]


def test_an_error_of_the_items_comes_after_those_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("disk")

    seen = []
    with Ahead(items(), lambda item: [item], workers=2) as ahead, pytest.raises(OSError, match="disk"):
        seen.extend(value for _, results in ahead for value in results)
    assert seen == [1]


def test_leaving_early_stops_the_work_and_its_threads() -> None:
    stopped, before = threading.Event(), threading.active_count()

    def work(item: int) -> Iterator[int]:
        yield item
        stopped.wait(timeout=20)

    with Ahead(range(9), work, workers=2, stop=stopped.set) as ahead:
        next(iter(ahead))
    assert stopped.is_set()
    assert threading.active_count() == before


def test_threads_see_the_context_and_their_number() -> None:
    NAME.set("甲")
    numbers: list[int] = []
    with Ahead([1], lambda item: [NAME.get()], workers=2, begin=numbers.append) as ahead:
        assert [list(results) for _, results in ahead] == [["甲"]]
    assert sorted(numbers) == [0, 1]


def test_it_takes_a_worker() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        Ahead([1], lambda item: [item], workers=0)


@pytest.mark.parametrize("overlap", [False, True])
def test_behind_gives_all_in_order(overlap: bool) -> None:
    pairs = [(1, 2), (3, 4), (5, 6)]
    assert list(behind(pairs, lambda first, second: first * second, overlap=overlap)) == [2, 12, 30]


def test_behind_works_while_the_next_is_made() -> None:
    made = threading.Event()

    def items() -> Iterator[tuple[int, int]]:
        yield 1, 1
        made.set()
        yield 2, 2

    assert list(behind(items(), lambda first, second: made.wait(20) and first + second, overlap=True)) == [2, 4]


def test_behind_ends_what_was_begun_when_it_is_left() -> None:
    done: list[int] = []

    def items() -> Iterator[tuple[int, int]]:
        yield 1, 1
        raise KeyError("二")

    def work(first: int, second: int) -> int:
        time.sleep(0.05)
        done.append(first)
        return second

    with pytest.raises(KeyError, match="二"):
        list(behind(items(), work, overlap=True))
    assert done == [1]
