"""Vectors from a service equal those made here. The service is a real HTTP server over a real encoder."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.errors import EncoderError
from embeddings.served import BATCH, EncoderService, ServedEncoder
from qa.errors import EngineError, LibraryError
from qa.library import Library
from qa.retrieve import Retriever
from tests.conftest import KeywordEncoder

TEXTS = ["重庆迎来西洽会。", "越南工贸部副部长访问重庆。", "会上签约34.96亿元。"]


@dataclass
class Service:
    """What the server does, and what it was asked. ``answer``: status and body for the texts of a request."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    answer: Callable[[list[str]], tuple[int, bytes]] = lambda texts: vectors_of(texts)


def vectors_of(texts: list[str], *, dim: int = KeywordEncoder.dim) -> tuple[int, bytes]:
    rows = KeywordEncoder().encode_queries(texts)[:, :dim].tolist()
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    return 200, json.dumps({"object": "list", "data": data[::-1]}).encode()  # in no order


@pytest.fixture
def service() -> Iterator[Service]:
    state = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(body)
            state.keys.append(self.headers["Authorization"])
            status, answer = state.answer(body["input"]) if self.path == "/v1/embeddings" else (404, b"no such page")
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.served.WAITS", (0.0, 0.0))


def served(service: Service, **options: str) -> ServedEncoder:
    return ServedEncoder(EncoderService(service.url, "keywords", **options))


def test_vectors_are_those_of_the_encoder_that_is_served(service: Service, encoder: KeywordEncoder) -> None:
    made = served(service)
    assert made.dim == encoder.dim
    np.testing.assert_allclose(made.encode_passages(TEXTS), encoder.encode_passages(TEXTS), rtol=0, atol=1e-7)
    np.testing.assert_allclose(made.encode_queries(TEXTS[:1]), encoder.encode_queries(TEXTS[:1]), rtol=0, atol=1e-7)
    assert made.encode_passages([]).shape == (0, encoder.dim)


def test_what_is_sent(service: Service) -> None:
    made = served(service, key="k-1", query_prompt="query: ", passage_prompt="passage: ")
    made.encode_queries(["问\ud800"])
    told: list[int] = []
    made.encode_passages(["段"] * (BATCH + 1), progress=told.append)
    assert [len(body["input"]) for body in service.asked] == [1, 1, BATCH, 1]
    assert service.asked[1] == {"model": "keywords", "input": ["query: 问?"], "encoding_format": "float"}
    assert service.asked[3]["input"] == ["passage: 段"]
    assert set(service.keys) == {"Bearer k-1"}
    assert told == [BATCH, BATCH + 1]
    assert "k-1" not in repr(made._service)


def test_rows_are_made_unit_length(service: Service) -> None:
    body = json.dumps({"data": [{"index": 0, "embedding": [3, 4]}]}).encode()
    service.answer = lambda texts: (200, body)
    assert served(service).encode_queries(["a"]).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]]


# fmt: off
@pytest.mark.parametrize(("answer", "code"), [
    ((401, b'{"error": "bad key"}'), "encoder_refused"),
    ((301, b""), "encoder_refused"),
    ((200, b"<html>"), "encoder_answer"),
    ((200, b"[]"), "encoder_answer"),
    ((200, b'{"data": []}'), "encoder_answer"),
    ((200, b'{"data": [{"index": 1, "embedding": [1]}]}'), "encoder_answer"),
    ((200, b'{"data": [{"index": 0, "embedding": "AACAPw=="}]}'), "encoder_answer"),
    ((200, b'{"data": [{"index": 0, "embedding": []}]}'), "encoder_answer"),
    ((200, b'{"data": [{"index": 0, "embedding": [1, NaN]}]}'), "encoder_answer"),
])
# fmt: on
def test_an_answer_that_cannot_be_used(service: Service, answer: tuple[int, bytes], code: str) -> None:
    service.answer = lambda texts: answer
    with pytest.raises(EncoderError) as caught:
        served(service)
    assert (caught.value.code, caught.value.fields["url"]) == (code, service.url)


@pytest.mark.parametrize("url", ["http://user:secret@127.0.0.1:1/v1", "http://nowhere.invalid/v1", "nonsense", "http://["])
def test_a_service_that_cannot_be_reached(url: str) -> None:
    with pytest.raises(EncoderError) as caught:
        ServedEncoder(EncoderService(url, "keywords"))
    assert caught.value.code == "encoder_unreachable"
    assert "secret" not in str(caught.value)


def test_passages_are_sent_again_to_a_busy_service_and_questions_are_not(service: Service) -> None:
    made = served(service)
    busy = [True, True]
    service.answer = lambda texts: (503, b"busy") if busy and busy.pop() else vectors_of(texts)
    assert made.encode_passages(TEXTS).shape == (3, made.dim)
    busy.append(True)
    with pytest.raises(EncoderError, match="encoder_refused"):
        made.encode_queries(TEXTS)


def test_a_model_that_changed_under_way_is_refused(service: Service) -> None:
    made = served(service)
    service.answer = lambda texts: vectors_of(texts, dim=5)
    with pytest.raises(EncoderError) as caught:
        made.encode_queries(TEXTS)
    assert (caught.value.code, caught.value.fields["found"], caught.value.fields["expected"]) == (
        "encoder_dimension", 5, 9,
    )  # fmt: skip


def test_a_library_of_served_vectors(service: Service, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n\n".join(TEXTS), "utf-8")
    made = served(service)
    with Library.create(tmp_path / "library", encoder=made) as library:
        library.add([tmp_path / "a.txt"], encoder=made)
        assert TEXTS[1] in Retriever(library, made).retrieve("越南的副部长", k=1)[0].text
        service.answer = lambda texts: (500, b"")
        with pytest.raises(EngineError, match="encoder_refused"):
            Retriever(library, made).retrieve("越南", k=1)
        assert library.check().problems == ()
    service.answer = lambda texts: vectors_of(texts, dim=5)
    with pytest.raises(LibraryError, match="library_dimension"):
        Library.create(tmp_path / "library", encoder=served(service))
    for other in ({"passage_prompt": "passage: "}, {"model": "other"}):
        options = {"model": "keywords", **other}
        with pytest.raises(LibraryError, match="library_model"):
            Library.open(tmp_path / "library", model=EncoderService(service.url, **options).identity)
