from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from qa.documents import read_document
from qa.errors import LibraryError
from qa.types import Answer, Exchange
from tests.pdf_writer import Page as PdfPage
from tests.pdf_writer import pdf
from tests.ui_tiny import HOSTILE, LONG, NASTY, PAPER, QUOTE_325, TinyAnswerer, TinyLibrary
from ui import render
from ui.api import BODY_LIMIT, endpoints
from ui.gate import Gate

FAILING = {
    "忙": LibraryError("library_busy", path="/库"),
    "空": LibraryError("library_empty", path="/库"),
    "炸": RuntimeError("boom in /secret/path"),
}
PAST = {"question": "激光在哪？", "understood": "", "answer": "N2馆", "status": "answered"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(endpoints(Gate(TinyAnswerer(FAILING), at_once=2), TinyLibrary())) as opened:
        yield opened


def test_ask_gives_the_promised_json(client: TestClient) -> None:
    response = client.post("/ask", json={"question": "有多少家世界500强？", "id": "q17"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    value = response.json()
    assert value == render.to_json(TinyAnswerer().ask("有多少家世界500强？", id="q17"))
    citation = value["citations"][0]
    text = client.get(f"/documents/{citation['document_id']}/text").text
    assert text[citation["quote_start"] : citation["quote_end"]] == citation["quote"] == QUOTE_325
    assert text[citation["answer_start"] : citation["answer_end"]] == value["answer"] == "325家"
    assert text[citation["start"] : citation["end"]] == citation["text"]


def test_what_is_not_found_is_an_answer(client: TestClient) -> None:
    value = client.post("/ask", json={"question": "门票？"}).json()
    assert (value["id"], value["status"], value["answer"], value["citations"]) == (None, "not_found", "", [])
    assert len(value["near"]) == 2


def test_a_question_may_be_hostile(client: TestClient) -> None:
    question = "坏" + HOSTILE
    value = client.post("/ask", json={"question": question}).json()
    assert value["question"] == question
    assert value["citations"][0] == render.to_json(TinyAnswerer().ask("坏"))["citations"][0]


# fmt: off
@pytest.mark.parametrize(("body", "status", "code"), [
    (b'{"question": ""}', 400, "question_empty"),
    (b'{"question": " \\n\\u3000"}', 400, "question_empty"),
    (json.dumps({"question": "长" * 20_000}).encode(), 413, "question_too_long"),
    (b"", 400, "request_not_json"),
    (b"question=hello", 400, "request_not_json"),
    (b"[" * 500_000, 400, "request_not_json"),
    (b'{"question": ' + b"9" * 100_000 + b"}", 400, "request_not_json"),
    (b'{"question": "\x00"}', 400, "request_not_json"),
    (b'["question"]', 400, "request_not_object"),
    (b"null", 400, "request_not_object"),
    (b"{}", 400, "request_field_missing"),
    (b'{"question": null}', 400, "request_field_type"),
    (b'{"question": ["a"]}', 400, "request_field_type"),
    (b'{"question": "a", "id": 17}', 400, "request_field_type"),
    (b'{"question": "\\ud83d"}', 400, "text_broken"),
    (b'{"question": "a", "id": "\\udc00"}', 400, "text_broken"),
    ("{\"question\": \"谁宣布\"}".encode("gb18030"), 400, "request_not_utf8"),
    ("{\"question\": \"谁\"}".encode("utf-16"), 400, "request_not_utf8"),
    (b'{"question": "\xff"}', 400, "request_not_utf8"),
    (b'{"question": "' + b"a" * BODY_LIMIT + b'"}', 413, "request_too_large"),
    (b" " * (3 * BODY_LIMIT), 413, "request_too_large"),
    ('{"question": "忙"}'.encode(), 503, "library_busy"),
    ('{"question": "空"}'.encode(), 503, "library_empty"),
    ('{"question": "炸"}'.encode(), 500, "internal"),
])
# fmt: on
def test_a_bad_request_gets_one_sentence_in_the_caller_s_language(
    client: TestClient, body: bytes, status: int, code: str
) -> None:
    for lang, end in (("zh-CN", "。"), ("en-US", ".")):
        response = client.post("/ask", content=body, headers={"Accept-Language": lang})
        assert response.status_code == status
        error = response.json()["error"]
        assert set(error) == {"code", "message"}
        assert error["code"] == code
        assert error["message"].endswith(end)
        assert "Traceback" not in response.text
        assert "boom" not in response.text
        assert "?" not in error["message"].replace("开幕？", "")


def test_a_byte_order_mark_and_any_content_type_will_do(client: TestClient) -> None:
    body = b"\xef\xbb\xbf" + '{"question": "激光？"}'.encode()
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain; charset=gbk"):
        assert client.post("/ask", content=body, headers={"Content-Type": kind}).json()["answer"] == "N2馆B03展位"


def test_a_body_just_within_the_limit_is_read(client: TestClient) -> None:
    body = b'{"question": "a"}'
    assert client.post("/ask", content=body + b" " * (BODY_LIMIT - len(body))).status_code == 200


def test_the_message_names_value_and_limit(client: TestClient) -> None:
    error = client.post("/ask", json={"question": "长" * 20_000}).json()["error"]
    assert error["message"] == "问题有 20,000 个字，最多 1,000 个字。请只留下要问的那一句。"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "page_unknown"),
        ("GET", "/nothing", 404, "page_unknown"),
        ("GET", "/%00%1b%ff", 404, "page_unknown"),
        ("POST", "/nothing", 404, "page_unknown"),
        ("GET", "/ask", 405, "method_unknown"),
        ("DELETE", "/documents", 405, "method_unknown"),
        ("GET", "/documents/nope/text", 404, "document_unknown"),
        ("GET", "/documents/..%2f..%2fetc%2fpasswd/text", 404, "page_unknown"),
    ],
)
def test_unknown_paths_and_methods(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.headers.get("allow") == ({"/ask": "POST", "/documents": "GET, HEAD"}[path] if status == 405 else None)


def test_documents_are_listed_and_read(client: TestClient) -> None:
    listed = client.get("/documents").json()["documents"]
    assert listed[0] == {
        "id": "d1",
        "name": "报.txt",
        "title": "第八届西洽会开幕",
        "revision": "rev-d1",
        "format": "text",
        "characters": len(PAPER.text),
        "paragraphs": 7,
        "passages": 7,
    }
    assert [item["id"] for item in listed] == [PAPER.id, NASTY.id, LONG.id]
    response = client.get("/documents/d1/text")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.content == PAPER.text.encode()


def test_a_citation_that_no_longer_holds_is_not_given_out() -> None:
    with TestClient(endpoints(Gate(TinyAnswerer(), at_once=1), TinyLibrary({}))) as client:
        value = client.post("/ask", json={"question": "500强？"}).json()
    assert (value["status"], value["answer"], value["citations"]) == ("not_found", "", [])


def test_the_list_is_given_while_questions_are_answered() -> None:
    asked, go_on = threading.Event(), threading.Event()

    class Slow(TinyAnswerer):
        def ask(self, question: str, **_: object) -> object:
            asked.set()
            assert go_on.wait(10)
            return super().ask(question)

    with TestClient(endpoints(Gate(Slow(), at_once=1), TinyLibrary())) as client:
        results: list[int] = []
        asking = threading.Thread(target=lambda: results.append(client.post("/ask", json={"question": "激光"}).status_code))
        asking.start()
        assert asked.wait(10)
        assert client.get("/documents").status_code == 200
        go_on.set()
        asking.join(10)
    assert results == [200]


def test_a_page_is_a_picture_of_the_file_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf(PdfPage().text(72, 100, "Three hundred firms came.")))
    document = read_document(path, document_id="d9", name="paper.pdf")
    with TestClient(endpoints(Gate(TinyAnswerer(), at_once=2), TinyLibrary({"d9": document, PAPER.id: PAPER}))) as client:
        picture = client.get("/documents/d9/pages/1")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        assert picture.content.startswith(b"\x89PNG\r\n")
        for address, status, code in (
            ("/documents/d9/pages/2", 404, "page_missing"),
            (f"/documents/{PAPER.id}/pages/1", 404, "page_missing"),
            ("/documents/nobody/pages/1", 404, "document_unknown"),
            ("/documents/d9/pages/one", 404, "page_unknown"),
        ):
            response = client.get(address)
            assert (response.status_code, response.json()["error"]["code"]) == (status, code)
        path.write_bytes(path.read_bytes() + b"\n")
        with TestClient(endpoints(Gate(TinyAnswerer(), at_once=2), TinyLibrary({"d9": document}))) as later:
            assert later.get("/documents/d9/pages/1").json()["error"]["code"] == "file_changed"


def test_a_question_may_bring_its_conversation_and_documents() -> None:
    class Attentive(TinyAnswerer):
        def ask(self, question: str, **given: object) -> Answer:
            seen.append(given)
            return super().ask(question)

    seen: list[dict[str, object]] = []
    body = {"question": "500强？", "history": [{**PAST, "confidence": 0.9}], "documents": ["d1", "d1"]}
    with TestClient(endpoints(Gate(Attentive()), TinyLibrary())) as client:
        value = client.post("/ask", json=body).json()
        client.post("/ask", json={"question": "500强？", "history": None, "documents": None})
        client.post("/ask", json={"question": "500强？", "documents": []})
    assert (value["understood"], value["suggestions"], value["missing"]) == ("", [], [])
    exchange = Exchange(**PAST)
    assert seen == [
        {"id": None, "history": (exchange,), "documents": frozenset({"d1"})},
        {"id": None, "history": (), "documents": None},
        {"id": None, "history": (), "documents": frozenset()},
    ]


# fmt: off
@pytest.mark.parametrize(("more", "code", "named"), [
    ({"history": {}},                                            "request_field_list",    "history"),
    ({"documents": "d1"},                                        "request_field_list",    "documents"),
    ({"documents": ["d1", 2]},                                   "request_field_type",    "documents[1]"),
    ({"documents": ["\ud800"]},                                  "text_broken",           "documents[0]"),
    ({"history": ["谁？"]},                                       "request_field_object",  "history[0]"),
    ({"history": [PAST, {**PAST, "answer": None}]},              "request_field_type",    "history[1].answer"),
    ({"history": [{"question": "谁？"}]},                         "request_field_missing", "history[0].understood"),
    ({"history": [{**PAST, "status": "maybe"}]},                 "request_field_value",   "history[0].status"),
    ({"history": [{**PAST, "question": "\udc00"}]},              "text_broken",           "history[0].question"),
])
# fmt: on
def test_a_bad_conversation_is_refused_with_the_name_of_the_field(
    client: TestClient, more: dict[str, object], code: str, named: str
) -> None:
    response = client.post("/ask", content=json.dumps({"question": "谁？", **more}))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, code)
    assert named in error["message"]
