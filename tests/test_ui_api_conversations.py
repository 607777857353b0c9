from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.ui_tiny import QUOTE_325, TinyAnswerer, TinyLibrary
from ui.api import endpoints
from ui.conversations import Conversations
from ui.feedback import FILE_NAME
from ui.gate import Gate
from ui.render import to_json

ASKED = TinyAnswerer()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(endpoints(Gate(ASKED), TinyLibrary(folder=folder))) as opened:
        yield opened


@pytest.fixture
def id(folder: Path) -> str:
    """A conversation of one answer."""
    store = Conversations(folder)
    made = store.create()
    store.append(made, to_json(ASKED.ask("500强？")))
    return made


def test_a_conversation_is_made_found_renamed_deleted_and_brought_back(client: TestClient, id: str) -> None:
    made = client.post("/conversations", json={"title": "旅行"})
    assert made.status_code == 201
    listed = client.get("/conversations").json()["conversations"]
    assert [(info["id"], info["title"], info["turns"]) for info in listed] == [
        (made.json()["id"], "旅行", 0),
        (id, "500强？", 1),
    ]
    assert listed[0]["created"].endswith("Z")
    assert [
        info["id"] for info in client.get("/conversations", params={"search": "325家"}).json()["conversations"]
    ] == [id]
    renamed = client.patch(f"/conversations/{id}", json={"title": "新名"})
    assert (renamed.status_code, renamed.json()["title"]) == (200, "新名")
    assert client.delete(f"/conversations/{id}").json() == {"deleted": id}
    assert client.get(f"/conversations/{id}").status_code == 404
    back = client.patch(f"/conversations/{id}", json={"deleted": False})
    assert (back.status_code, back.json()["title"], len(back.json()["turns"])) == (200, "新名", 1)
    assert client.post("/conversations").status_code == 201


def test_a_conversation_says_what_became_of_its_citations(client: TestClient, id: str) -> None:
    value = client.get(f"/conversations/{id}").json()
    assert value["id"] == id
    (turn,) = value["turns"]
    assert [cited["state"] for cited in turn["citations"]] == ["holds", "holds"]
    assert turn["citations"][0]["quote"] == QUOTE_325


@pytest.mark.parametrize(
    ("format", "start", "kind"),
    [
        ("md", "# 500强？\n".encode(), "text/markdown; charset=utf-8"),
        ("html", b"<!doctype html>", "text/html; charset=utf-8"),
        ("docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("json", b"{\n", "application/json"),
    ],
)
def test_exports_are_files_to_download(client: TestClient, id: str, format: str, start: bytes, kind: str) -> None:
    response = client.get(f"/conversations/{id}/export", params={"format": format, "turn": "1", "lang": "zh"})
    assert response.status_code == 200
    assert response.content.startswith(start)
    assert response.headers["content-type"] == kind
    name = quote(f"500强？.{format}", safe="")
    assert (
        response.headers["content-disposition"] == f"attachment; filename=\"yinju.{format}\"; filename*=UTF-8''{name}"
    )


def test_feedback_becomes_a_line(client: TestClient, folder: Path, id: str) -> None:
    body = {"conversation": id, "turn": 1, "verdict": "down", "reason": "wrong_answer", "right": "325家世界500强"}
    assert client.post("/feedback", json=body).json() == {"outcome": "kept"}
    (line,) = (folder / FILE_NAME).read_text("utf-8").splitlines()
    assert json.loads(line)["answers"][0]["text"] == "325家世界500强"
    assert client.get(f"/conversations/{id}").json()["turns"][0]["rating"] == "down"
    assert client.post("/feedback", json={**body, "verdict": "up"}).json() == {"outcome": "kept_up"}
    assert (folder / FILE_NAME).read_text("utf-8") == ""


# fmt: off
@pytest.mark.parametrize(("method", "path", "body", "status", "code"), [
    ("GET", "/conversations/nope", None, 404, "conversation_unknown"),
    ("PATCH", "/conversations/0000000000000000", {"title": "甲"}, 404, "conversation_unknown"),
    ("PATCH", "/conversations/{id}", {}, 400, "request_field_missing"),
    ("PATCH", "/conversations/{id}", {"title": 3}, 400, "request_field_type"),
    ("PATCH", "/conversations/{id}", {"title": " "}, 400, "conversation_title_empty"),
    ("PATCH", "/conversations/{id}", {"title": "长" * 200}, 400, "conversation_title_long"),
    ("PATCH", "/conversations/{id}", {"deleted": True}, 400, "request_field_false"),
    ("PATCH", "/conversations/{id}", [1], 400, "request_not_object"),
    ("POST", "/conversations", {"title": "\ud83d"}, 400, "text_broken"),
    ("DELETE", "/conversations/nope", None, 404, "conversation_unknown"),
    ("PUT", "/conversations/{id}", {}, 405, "method_unknown"),
    ("GET", "/conversations/{id}/export?format=exe", None, 400, "export_format"),
    ("GET", "/conversations/{id}/export?turn=2", None, 404, "turn_unknown"),
    ("GET", "/conversations/{id}/export?turn=x", None, 400, "request_field_number"),
    ("POST", "/feedback", {"verdict": "up"}, 400, "request_field_missing"),
    ("POST", "/feedback", {"conversation": "{id}", "turn": True, "verdict": "up"}, 400, "request_field_number"),
    ("POST", "/feedback", {"conversation": "{id}", "turn": 1}, 400, "feedback_verdict"),
    ("POST", "/feedback", {"conversation": "{id}", "turn": 1, "verdict": "down", "reason": "x"}, 400, "feedback_reason"),
    ("POST", "/feedback", {"conversation": "{id}", "turn": 9, "verdict": "up"}, 404, "turn_unknown"),
])
# fmt: on
def test_bad_requests(client: TestClient, id: str, method: str, path: str, body: object, status: int, code: str) -> None:
    content = json.dumps(body).replace("{id}", id) if body is not None else None
    for lang, end in (("zh", "。"), ("en", ".")):
        response = client.request(method, path.replace("{id}", id), content=content, headers={"Accept-Language": lang})
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
        assert response.json()["error"]["message"].endswith(end)


def test_the_file_of_conversations_may_be_broken(client: TestClient, folder: Path, id: str) -> None:
    for path in folder.iterdir():
        path.unlink()
    (folder / "conversations.sqlite3").write_bytes(b"nothing" * 1000)
    response = client.get("/conversations")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "conversations_broken")
    assert client.post("/ask", json={"question": "500强？"}).json()["answer"] == "325家"
