from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from qa.library import Library
from qa.lock import write_lock
from tests.shelf_library import FindingAnswerer, keeping
from ui import api_documents
from ui.api import endpoints
from ui.api_documents import change_routes
from ui.gate import Gate
from ui.shelf import Keeper
from ui.shelf_files import UPLOAD_LIMIT

A = "重庆迎来西洽会。\n\n会上签约34.96亿元。\n"
HERE = ("127.0.0.1", 50000)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[Library, Keeper]]:
    with keeping(tmp_path) as pair:
        yield pair


def client_of(parts: tuple[Library, Keeper], host: tuple[str, int] = HERE) -> TestClient:
    library, keeper = parts
    app = endpoints(Gate(FindingAnswerer(library)), library, more=change_routes(keeper))
    return TestClient(app, base_url="http://127.0.0.1:7860", client=host)


@pytest.fixture
def client(parts: tuple[Library, Keeper]) -> Iterator[TestClient]:
    with client_of(parts) as opened:
        yield opened


def test_a_raw_body_becomes_a_document_that_can_be_asked(client: TestClient) -> None:
    response = client.post("/documents", params={"name": "甲.txt"}, content=A.encode())
    assert response.status_code == 200
    value = response.json()
    [document] = value["documents"]
    assert (document["name"], document["format"], document["paragraphs"], document["notices"]) == (
        "甲.txt",
        "text",
        2,
        [],
    )
    assert (value["unchanged"], value["failed"]) == ([], [])
    assert [item["id"] for item in client.get("/documents").json()["documents"]] == [document["id"]]
    assert client.get(f"/documents/{document['id']}/text").text.startswith("重庆迎来西洽会。")
    assert client.post("/ask", json={"question": "签约"}).json()["answer"] == "会上签约34.96亿元。"
    assert client.post("/documents", params={"name": "甲.txt"}, content=A.encode()).json()["unchanged"] == ["甲.txt"]


def test_a_form_may_hold_several_files_and_a_bad_one_costs_only_itself(client: TestClient) -> None:
    files = [
        ("file", ("甲.txt", A.encode())),
        ("file", ("坏.pdf", b"%PDF-1.7 nothing")),
        ("file", ("../../乙.md", b"# b\n\nc")),
    ]
    response = client.post("/documents", files=files, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert [item["name"] for item in response.json()["documents"]] == ["甲.txt", "乙.md"]
    [failed] = response.json()["failed"]
    assert (failed["name"], failed["code"]) == ("坏.pdf", "file_damaged")
    assert failed["message"].startswith("坏.pdf cannot be read")


def test_a_file_that_cannot_be_read_is_422_with_its_report(client: TestClient) -> None:
    response = client.post("/documents", params={"name": "空.txt"}, content=b"")
    assert response.status_code == 422
    assert response.json()["failed"] == [
        {"name": "空.txt", "code": "file_empty", "message": "空.txt 里没有文字，没有收入。"}
    ]


def test_a_page_does_not_wait(client: TestClient, parts: tuple[Library, Keeper]) -> None:
    response = client.post("/documents", params={"name": "甲.txt", "wait": "0"}, content=A.encode())
    assert response.status_code == 202
    assert parts[1].wait(response.json()["uploads"][0]).state == "done"


def test_removed_and_put_back_with_the_same_id(client: TestClient) -> None:
    [document] = client.post("/documents", params={"name": "甲.txt"}, content=A.encode()).json()["documents"]
    id = document["id"]
    assert [item["name"] for item in client.delete(f"/documents/{id}").json()["removed"]] == ["甲.txt"]
    assert client.get("/documents").json()["documents"] == []
    assert [item["id"] for item in client.get("/removed").json()["removed"]] == [id]
    assert client.post(f"/removed/{id}").status_code == 200
    assert [item["id"] for item in client.get("/documents").json()["documents"]] == [id]
    client.delete(f"/documents/{id}")
    assert client.delete("/removed").json() == {"removed": []}
    assert client.post(f"/removed/{id}").json()["error"]["code"] == "document_unknown"


def test_the_newspaper(client: TestClient) -> None:
    value = client.post("/sample").json()
    assert [item["name"] for item in value["documents"]] == ["000_dcd0a74a8a6b0edf.txt"]


def test_a_busy_library_is_told_and_the_upload_can_be_tried_again(
    client: TestClient, parts: tuple[Library, Keeper], tmp_path: Path
) -> None:
    with write_lock(tmp_path):
        response = client.post("/documents", params={"name": "甲.txt"}, content=A.encode())
        assert response.status_code == 422
        assert [item["code"] for item in response.json()["failed"]] == ["library_busy"]
    [entry] = parts[1].entries()
    assert client.post(f"/uploads/{entry.id}").status_code == 202
    assert parts[1].wait(entry.id).state == "done"
    assert client.delete("/uploads").status_code == 200
    assert parts[1].entries() == []


# fmt: off
@pytest.mark.parametrize(("method", "path", "options", "status", "code"), [
    ("POST", "/documents", {"content": b"x"}, 400, "upload_nothing"),
    ("POST", "/documents", {"data": {"a": "b"}, "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "upload_nothing"),
    ("POST", "/documents", {"files": {"file": ("", b"x")}}, 400, "upload_nothing"),
    ("POST", f"/documents?name=大.txt&size={UPLOAD_LIMIT + 1}", {}, 413, "file_too_large"),
    ("POST", "/documents?name=大.txt", {"headers": {"Content-Length": str(UPLOAD_LIMIT + 1)}}, 413, "file_too_large"),
    ("DELETE", "/documents/nobody", {}, 404, "document_unknown"),
    ("POST", "/removed/nobody", {}, 404, "document_unknown"),
    ("POST", "/removed/..%2f..%2fx", {}, 404, "page_unknown"),
    ("POST", "/uploads/nobody", {}, 404, "upload_unknown"),
    ("POST", "/documents?name=a.txt", {"headers": {"Origin": "https://evil.example"}}, 403, "origin_refused"),
    ("POST", "/documents?name=a.txt", {"headers": {"Origin": "null"}}, 403, "origin_refused"),
    ("DELETE", "/removed", {"headers": {"Sec-Fetch-Site": "cross-site"}}, 403, "origin_refused"),
    ("POST", "/sample", {"headers": {"Origin": "http://127.0.0.1:9999"}}, 403, "origin_refused"),
])
# fmt: on
def test_bad_requests_get_one_sentence(
    client: TestClient, parts: tuple[Library, Keeper], method: str, path: str, options: dict, status: int, code: str
) -> None:
    response = client.request(method, path, **options)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"]["message"].endswith("。")
    assert parts[0].documents() == []


def test_the_own_page_may_and_another_machine_may_not_unless_let_in(parts: tuple[Library, Keeper]) -> None:
    with client_of(parts) as client:
        own = {"Origin": "http://127.0.0.1:7860", "Sec-Fetch-Site": "same-origin"}
        assert client.post("/documents?name=a.txt", content=A.encode(), headers=own).status_code == 200
    with client_of(parts, ("192.0.2.7", 50000)) as far:
        response = far.post("/documents?name=b.txt", content=b"b")
        assert (response.status_code, response.json()["error"]["code"]) == (403, "change_refused")
        assert "192.0.2.7" in response.json()["error"]["message"]
        assert far.get("/documents").status_code == 200


def test_a_form_that_is_too_long_stops_as_it_comes(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_documents, "UPLOAD_LIMIT", 1000)
    response = client.post("/documents", files={"file": ("a.txt", b"x" * 2000)})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "file_too_large")
