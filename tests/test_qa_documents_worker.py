"""A child process that crashes, hangs or bloats costs its file only; documents cross the pipe unchanged."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents import codec, read_document, worker
from qa.documents.worker import Worker
from qa.errors import DocumentError
from qa.types import Block, Document, Notice, Region

HERE = "tests.documents_child"


@pytest.fixture(scope="module")
def child() -> Iterator[Worker]:
    made = Worker(seconds=20)
    yield made
    made.close()


def error_of(child: Worker, name: str, **arguments: object) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        child.call(f"{HERE}:{name}", arguments, path="甲.pdf")
    return caught.value


def pid_of(child: Worker) -> int:
    pid: int = child.call(f"{HERE}:whoami", {}, path="x")
    return pid


def test_one_child_serves_many_calls(child: Worker) -> None:
    assert child.call(f"{HERE}:echo", {"value": {"甲": [1, None, "\ud800"]}}, path="x") == {"甲": [1, None, "\ud800"]}
    assert pid_of(child) == pid_of(child) != os.getpid()


def test_pages_are_told_while_a_file_is_read(child: Worker) -> None:
    told: list[tuple[int, int]] = []
    with worker.pages_told(lambda done, pages: told.append((done, pages))):
        assert child.call(f"{HERE}:pages", {"count": 3}, path="x") == 3
    assert child.call(f"{HERE}:pages", {"count": 2}, path="x") == 2
    assert told
    assert set(told) <= {(1, 3), (2, 3), (3, 3)}


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_child_that_is_killed_costs_its_file_only(child: Worker) -> None:
    before = pid_of(child)
    error = error_of(child, "kill")
    assert (error.code, error.fields) == ("file_crashed", {"path": "甲.pdf", "reason": "SIGKILL"})
    assert pid_of(child) != before


def test_a_child_that_ends_costs_its_file_only(child: Worker) -> None:
    error = error_of(child, "stop")
    assert (error.code, error.fields["reason"]) == ("file_crashed", "exit 3")
    assert child.call(f"{HERE}:echo", {"value": 1}, path="x") == 1


def test_a_child_that_died_between_files_is_replaced(child: Worker) -> None:
    os.kill(pid_of(child), signal.SIGTERM)
    time.sleep(0.2)
    assert child.call(f"{HERE}:echo", {"value": 1}, path="x") == 1


def test_a_child_that_sleeps_is_ended(child: Worker) -> None:
    impatient = Worker(seconds=2)
    try:
        assert impatient.call(f"{HERE}:echo", {"value": 1}, path="x") == 1
        started = time.monotonic()
        error = error_of(impatient, "sleep")
        assert (error.code, error.fields) == ("file_slow", {"path": "甲.pdf", "seconds": 2})
        assert time.monotonic() - started < 4
        assert impatient.call(f"{HERE}:echo", {"value": 1}, path="x") == 1
        assert impatient.call(f"{HERE}:beat", {"times": 25}, path="x") == "done"
    finally:
        impatient.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no limit on address space")
def test_a_child_that_asks_for_too_much_memory_is_refused_it(child: Worker) -> None:
    error = error_of(child, "allocate")
    assert (error.code, error.fields) == ("file_memory", {"path": "甲.pdf", "limit": worker.MEMORY})
    assert child.call(f"{HERE}:echo", {"value": 1}, path="x") == 1


def test_errors_cross_the_pipe(child: Worker) -> None:
    assert error_of(child, "recurse").code == "file_nested"
    crashed = error_of(child, "fail")
    assert (crashed.code, crashed.fields["reason"]) == ("file_crashed", "KeyError")
    refused = error_of(child, "refuse", path="乙")
    assert (refused.code, refused.fields) == ("file_too_large", {"path": "乙", "size": 5, "limit": 4})


def test_what_a_parser_prints_is_no_answer(child: Worker) -> None:
    assert child.call(f"{HERE}:chatter", {}, path="x") == "still understood"


def test_threads_wait_for_each_other(child: Worker) -> None:
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(child.call(f"{HERE}:echo", {"value": n}, path="x")))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, map(str, answers))) == list(range(8))


def test_a_closed_worker_leaves_no_process_and_may_be_used_again() -> None:
    used = Worker()
    pid = pid_of(used)
    used.close()
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert pid_of(used) != pid
    used.close()


def test_a_parser_that_crashes_leaves_the_next_file_readable(tmp_path: Path) -> None:
    bad, good = tmp_path / "a.rtf", tmp_path / "b.html"
    bad.write_bytes(b"{\\rtf1 " + b"{" * 20_000)
    good.write_text("<p>正文。</p>", "utf-8")
    with pytest.raises(DocumentError, match="file_nested"):
        read_document(bad, document_id="a", name="a")
    assert read_document(good, document_id="b", name="b").text == "正文。"


texts = st.text(st.characters(), max_size=30)
numbers = st.integers(0, 10**6)
shares = st.floats(0, 1)
blocks = st.builds(
    Block,
    numbers,
    st.sampled_from(("heading", "table", "note")),
    numbers,
    numbers,
    numbers,
    st.none() | numbers,
    st.lists(numbers, max_size=3).map(tuple),
    numbers,
)
regions = st.builds(Region, numbers, numbers, numbers, shares, shares, shares, shares, st.booleans(), shares)
documents = st.builds(
    Document,
    texts,
    texts,
    texts,
    texts,
    texts,
    texts,
    texts,
    st.lists(blocks, max_size=3).map(tuple),
    st.none() | numbers,
    st.lists(regions, max_size=3).map(tuple),
    st.lists(st.builds(Notice, texts, numbers, texts), max_size=3).map(tuple),
    st.lists(st.tuples(numbers, texts), max_size=3).map(tuple),
)


@settings(max_examples=50)
@given(documents)
def test_a_document_crosses_a_pipe_unchanged(document: Document) -> None:
    assert codec.from_json(codec.loads(codec.dumps(codec.to_json(document)))) == document


def test_halves_of_a_character_stay_halves() -> None:
    assert codec.loads(codec.dumps("\ud83d\ude00")) == "\ud83d\ude00" != "😀"
