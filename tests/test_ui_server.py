"""A real server: up before it is ready, counted, logged, never beyond its limits, and stopped without cutting anyone off."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from qa.errors import LibraryError
from qa.types import Answer
from tests.conftest import ROOT
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui.access import Access
from ui.api import endpoints
from ui.gate import Gate
from ui.logs import JsonFormatter
from ui.metrics import Metrics
from ui.server import Loaded, Service, make_server, route_of
from ui.web import address_of, listen

SECRET = "有多少家世界500强落户重庆？"


class Slow(TinyAnswerer):
    """Each answer waits until it is let go."""

    def __init__(self) -> None:
        super().__init__({"炸": RuntimeError(f"boom {SECRET}")})
        self.go, self.asked = threading.Event(), 0

    def ask(self, question: str, *, id: str | None = None, **_: object) -> Answer:
        self.asked += 1
        assert self.go.wait(60)
        return super().ask(question, id=id)


@contextmanager
def running(
    answerer: TinyAnswerer,
    *,
    load: Callable[[], None] = lambda: None,
    grace: float = 20,
    access: Access | None = None,
    **gate: int,
) -> Iterator[tuple[str, Service]]:
    """The address of a server with the endpoints alone, and the service behind it."""
    metrics = Metrics()

    def loaded() -> Loaded:
        load()
        door = Gate(answerer, observe=metrics.question, **gate)
        return Loaded(Starlette(routes=[Mount("/api", endpoints(door, TinyLibrary()))]), door, lambda: None)

    service = Service(loaded, metrics=metrics, access=access)
    with listen("127.0.0.1", 0) as listener, ThreadPoolExecutor(1) as threads:
        server = make_server(service, grace=grace)
        done = threads.submit(server.run, sockets=[listener])
        try:
            yield address_of(listener), service
        finally:
            server.should_exit = True
            done.result(60)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def samples(url: str) -> dict[str, float]:
    lines = httpx.get(url + "metrics").text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_it_is_up_at_once_and_ready_once_everything_is_loaded() -> None:
    go = threading.Event()
    with (
        running(TinyAnswerer(), load=lambda: go.wait(60) and None) as (url, service),
        httpx.Client(timeout=60) as client,
    ):
        assert (client.get(url + "healthz").status_code, client.get(url + "healthz").text) == (200, "ok\n")
        assert (client.get(url + "readyz").status_code, client.get(url + "readyz").text) == (503, "starting\n")
        starting = client.post(url + "api/ask", json={"question": "激光"})
        assert (starting.status_code, starting.json()["error"]["code"]) == (503, "service_starting")
        assert starting.headers["retry-after"] == "3"
        page = client.get(url, headers={"Accept-Language": "en"})
        assert (page.status_code, "this page will open by itself" in page.text) == (503, True)
        go.set()
        until(lambda: service.loaded)
        assert (client.get(url + "readyz").status_code, client.get(url + "readyz").text) == (200, "ready\n")
        assert client.post(url + "api/ask", json={"question": "激光"}).json()["answer"] == "N2馆B03展位"
        assert "server" not in client.get(url + "healthz").headers
        for path in ("healthz", "readyz", "metrics"):
            refused = client.request("DELETE", url + path)
            assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


def test_what_cannot_be_loaded_ends_the_server_with_its_reason() -> None:
    def broken() -> None:
        raise LibraryError("library_empty", path="/库")

    with listen("127.0.0.1", 0) as listener:
        service = Service(lambda: broken())  # type: ignore[arg-type,func-returns-value]
        make_server(service).run(sockets=[listener])
    assert isinstance(service.failure, LibraryError)


def test_more_questions_than_there_is_room_for_hear_so_and_later_ones_are_answered() -> None:
    slow = Slow()
    with (
        running(slow, at_once=1, waiting=2) as (url, service),
        httpx.Client(timeout=60) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        until(lambda: service.loaded)
        asked = [
            threads.submit(client.post, url + "api/ask", json={"question": "激光", "id": str(n)}) for n in range(8)
        ]
        until(lambda: sum(future.done() for future in asked) == 5)
        assert samples(url)["yinju_queue_length"] == 2
        busy = [future.result() for future in asked if future.done()]
        assert {response.status_code for response in busy} == {503}
        assert {response.json()["error"]["code"] for response in busy} == {"service_busy"}
        assert "正忙：已有 2 个问题在等。" in busy[0].json()["error"]["message"]
        assert int(busy[0].headers["retry-after"]) >= 1
        slow.go.set()
        answered = [future.result() for future in asked if future.result() not in busy]
        assert [response.status_code for response in answered] == [200] * 3
        assert client.post(url + "api/ask", json={"question": "激光"}).status_code == 200
        counted = samples(url)
    assert counted['yinju_questions_total{status="answered"}'] == 4
    assert counted['yinju_questions_total{status="busy"}'] == 5
    assert counted['yinju_http_requests_total{code="503",method="POST",route="api_ask"}'] == 5
    assert (
        counted['yinju_question_seconds_count{stage="read"}']
        == counted['yinju_question_seconds_count{stage="wait"}']
        == 4
    )
    # each of the tiny answers says that it was read for 88.04 ms
    assert counted['yinju_question_seconds_sum{stage="read"}'] == pytest.approx(4 * 0.08804)
    assert (counted["yinju_queue_length"], counted["yinju_answering"]) == (0, 0)


def test_a_question_whose_asker_left_frees_its_place() -> None:
    slow = Slow()
    with running(slow, at_once=1, waiting=1) as (url, service):
        until(lambda: service.loaded)
        gate = service.loaded.gate  # type: ignore[union-attr]
        first, second = (asking(url, question) for question in ("激光", "激光？"))
        until(lambda: (gate.running, gate.waiting) == (1, 1))
        second.close()
        until(lambda: gate.waiting == 0)
        first.close()  # is being answered: keeps its place until it is
        slow.go.set()
        until(lambda: gate.running == 0)
        assert httpx.post(url + "api/ask", json={"question": "激光"}, timeout=60).status_code == 200
        assert samples(url)['yinju_questions_total{status="cancelled"}'] == 1
    assert slow.asked == 2  # the second was never asked


def test_a_question_that_takes_too_long_is_given_up_with_a_sentence() -> None:
    slow = Slow()
    with running(slow, at_once=1, waiting=1, seconds=1) as (url, service):
        until(lambda: service.loaded)
        response = httpx.post(url + "api/ask", json={"question": "激光"}, timeout=60, headers={"Accept-Language": "en"})
        slow.go.set()
        assert response.status_code == 504
        assert response.json()["error"]["message"].startswith(
            "There was no answer within 1 second, so it was given up."
        )


def asking(url: str, question: str) -> socket.socket:
    """A connection over which ``question`` was sent, and nothing read."""
    host, port = re.fullmatch(r"http://(.*):(\d+)/", url).groups()  # type: ignore[union-attr]
    connection = socket.create_connection((host, int(port)))
    body = json.dumps({"question": question}).encode()
    head = f"POST /api/ask HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def test_stopping_lets_answers_under_way_finish_and_no_more_in() -> None:
    slow = Slow()
    with ThreadPoolExecutor(1) as threads, httpx.Client(timeout=60) as client:
        with running(slow, at_once=1, waiting=1) as (url, service):
            until(lambda: service.loaded)
            asked = threads.submit(httpx.post, url + "api/ask", json={"question": "激光"}, timeout=60)
            until(lambda: slow.asked)
            stopping = threading.Thread(
                target=lambda: (until(lambda: service.stopping), time.sleep(0.3), slow.go.set())
            )
            stopping.start()
            service.loaded.gate.stop()  # type: ignore[union-attr]
            refused = client.post(url + "api/ask", json={"question": "激光"})
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "service_stopping")
        stopping.join(60)
        assert asked.result().json()["answer"] == "N2馆B03展位"


def test_what_is_logged_and_counted_holds_no_word_of_a_question_or_document() -> None:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonFormatter().format(record))

    handler, root = Kept(), logging.getLogger()
    root.addHandler(handler)
    levels = {name: logging.getLogger(name).level for name in ("ui", "qa")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        slow = Slow()
        slow.go.set()
        with running(slow) as (url, service), httpx.Client(timeout=60) as client:
            until(lambda: service.loaded)
            for question in (SECRET, "炸", "\ud83d", "长" * 2000, ""):
                client.post(url + "api/ask", content=json.dumps({"question": question}), headers={"X-Secret": "500"})
            client.get(url + "api/documents/d1/text")
            client.get(url + "secret/500")
            counted = client.get(url + "metrics").text
            logging.getLogger("other.library").warning("it said %s", SECRET)
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    rows = [json.loads(line) for line in lines]
    requests = [row for row in rows if row.get("event") == "request"]
    assert requests[0] | {"time": 0, "seconds": 0} == {
        "time": 0, "level": "info", "logger": "ui.server", "event": "request",
        "route": "api_ask", "method": "POST", "status": 200, "seconds": 0,
    }  # fmt: skip
    failed = next(row for row in rows if "error" in row)
    assert (failed["error"], failed["event"]) == ("RuntimeError", "an HTTP request was not answered")
    assert any("ui_tiny.py" in frame for frame in failed["frames"])
    assert {"at"} <= next(row for row in rows if row["logger"] == "other.library").keys()
    # Times are left out: their digits may be any.
    logged = [{key: value for key, value in row.items() if key not in ("time", "seconds", "status")} for row in rows]
    series = [line.rsplit(" ", 1)[0].replace('code="500"', "") for line in counted.splitlines()]
    for word in ("500", "重庆", "boom", "长长", "激光", "secret"):
        assert word not in json.dumps(logged, ensure_ascii=False).lower()
        assert word not in "\n".join(series).lower()


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "page"), ("/api/ask", "api_ask"), ("/api/documents/秘密/text", "api_documents"), ("/api/x", "api"), ("/api", "api"),
        ("/healthz", "healthz"), ("/gradio_api/queue/join", "page_events"), ("/assets/a.js", "page_files"), ("/秘密", "other"),
        ("", "other"), ("//", "other"),
    ],
)  # fmt: skip
def test_routes_are_a_few_words(path: str, route: str) -> None:
    assert route_of(path) == route


def test_gauges_that_have_no_value_do_not_fail_the_rest() -> None:
    def broken() -> float:
        raise LibraryError("library_broken", path="", reason="")

    metrics = Metrics()
    metrics.watch("yinju_documents", "Documents.", broken)
    metrics.watch("yinju_passages", "Passages.", lambda: 7)
    text = metrics.text().decode()
    assert "yinju_documents NaN" in text
    assert "yinju_passages 7.0" in text


SERVE = """
import threading, time
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from starlette.applications import Starlette
from starlette.routing import Mount
from ui.api import endpoints
from ui.gate import Gate
from ui.logs import log_json
from ui.server import Loaded, serve

class Slow(TinyAnswerer):
    def ask(self, question, *, id=None, **_):
        print("asked", flush=True)
        time.sleep(1.5)
        return super().ask(question, id=id)

def load():
    gate = Gate(Slow())
    return Loaded(Starlette(routes=[Mount("/api", endpoints(gate, TinyLibrary()))]), gate, lambda: None)

log_json()
serve(load, host="127.0.0.1", port=0, open_browser=False, ready=lambda url: print(url, flush=True))
print("served", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_sigterm_waits_for_the_answer_under_way_and_exits_0() -> None:
    command = [sys.executable, "-W", "error", "-c", SERVE]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process, ThreadPoolExecutor(1) as threads:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            asked = threads.submit(httpx.post, url + "api/ask", json={"question": "激光"}, timeout=60)
            assert process.stdout.readline() == "asked\n"
            process.send_signal(signal.SIGTERM)
            assert asked.result().json()["answer"] == "N2馆B03展位"
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (out, process.returncode) == ("served\n", 0)
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["ready", "stopping", "request"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_while_it_loads_it_ends_at_once(sent: signal.Signals) -> None:
    code = """
import os, sys, time
from ui.server import serve

def load():
    print("loading", flush=True)
    time.sleep(600)

done = serve(load, host="127.0.0.1", port=0, open_browser=False)
print(done, flush=True)
os._exit(0)
"""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, text=True, stdout=subprocess.PIPE
    ) as it:
        try:
            assert it.stdout is not None
            assert it.stdout.readline() == "loading\n"
            begin = time.monotonic()
            it.send_signal(sent)
            out, _ = it.communicate(timeout=60)
        finally:
            it.kill()
    assert (out, it.returncode) == ("False\n", 0)
    assert time.monotonic() - begin < 10  # it would be 600
