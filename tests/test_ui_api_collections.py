from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from qa.types import Answer
from tests.ui_tiny import TinyAnswerer, TinyLibrary
from ui.api import ENDPOINTS, endpoints
from ui.gate import Gate
from ui.shelf_sets import SETS_LIMIT, DocumentSets

GUIDE = Path(__file__).parent.parent / "docs" / "operations.md"


@dataclass
class HearingAnswerer(TinyAnswerer):
    """Notes which documents each question was limited to."""

    heard: list[frozenset[str] | None] = field(default_factory=list)

    def ask(self, question: str, *, documents: frozenset[str] | None = None, **options: Any) -> Answer:
        self.heard.append(documents)
        return super().ask(question, documents=documents, **options)


@pytest.fixture
def library(tmp_path: Path) -> TinyLibrary:
    return TinyLibrary(folder=tmp_path)


@pytest.fixture
def answerer() -> HearingAnswerer:
    return HearingAnswerer()


@pytest.fixture
def client(library: TinyLibrary, answerer: HearingAnswerer) -> Iterator[TestClient]:
    with TestClient(endpoints(Gate(answerer), library), headers={"Accept-Language": "zh"}) as opened:
        yield opened


def made(client: TestClient, name: str, *documents: str) -> str:
    response = client.post("/collections", json={"name": name, "documents": list(documents)})
    assert response.status_code == 201
    return str(response.json()["id"])


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_collection_is_made_filled_renamed_deleted_and_brought_back(client: TestClient, library: TinyLibrary) -> None:
    first, second, third = sorted(library.shelf)
    id = made(client, " 会议  纪要 ", first)
    assert client.get(f"/collections/{id}").json() == {"id": id, "name": "会议 纪要", "documents": [first]}
    assert client.patch(f"/collections/{id}", json={"add": [third, second]}).json()["documents"] == [
        first,
        second,
        third,
    ]
    assert client.patch(f"/collections/{id}", json={"remove": [first, "gone"]}).json()["documents"] == [second, third]
    assert client.patch(f"/collections/{id}", json={"documents": [first], "add": [third]}).json() == {
        "id": id,
        "name": "会议 纪要",
        "documents": [first, third],
    }
    assert client.patch(f"/collections/{id}", json={"name": "旧档"}).json()["name"] == "旧档"
    other = made(client, "甲")
    assert [one["id"] for one in client.get("/collections").json()["collections"]] == [id, other]
    assert client.delete(f"/collections/{id}").json() == {"deleted": id}
    assert refused(client.get(f"/collections/{id}")) == (404, "collection_unknown")
    assert [one["id"] for one in client.get("/collections").json()["collections"]] == [other]
    assert client.patch(f"/collections/{id}", json={"deleted": False}).json()["documents"] == [first, third]


def test_a_collection_lists_what_is_in_the_library_now(client: TestClient, library: TinyLibrary) -> None:
    first, second, _ = sorted(library.shelf)
    id = made(client, "甲", first, second)
    gone = library.shelf.pop(first)
    assert client.get(f"/collections/{id}").json()["documents"] == [second]
    library.shelf[first] = gone
    assert client.get(f"/collections/{id}").json()["documents"] == [first, second]


def test_a_question_is_limited_to_a_collection(
    client: TestClient, library: TinyLibrary, answerer: HearingAnswerer
) -> None:
    first, second, _ = sorted(library.shelf)
    id, empty = made(client, "甲", first, second), made(client, "空")
    for collection in (id, empty):
        assert client.post("/ask", json={"question": "激光？", "collection": collection}).status_code == 200
    assert client.post("/ask", json={"question": "激光？", "collection": None}).status_code == 200
    assert answerer.heard == [frozenset({first, second}), frozenset(), None]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/collections", {}, 400, "request_field_missing"),
        ("POST", "/collections", {"name": 3}, 400, "request_field_type"),
        ("POST", "/collections", {"name": "  "}, 400, "collection_name_empty"),
        ("POST", "/collections", {"name": "字" * 41}, 400, "collection_name_long"),
        ("POST", "/collections", {"name": "有了"}, 409, "collection_name_taken"),
        ("POST", "/collections", {"name": "新", "documents": "d1"}, 400, "request_field_list"),
        ("POST", "/collections", {"name": "新", "documents": [1]}, 400, "request_field_type"),
        ("POST", "/collections", {"name": "新", "documents": ["没有"]}, 404, "document_unknown"),
        ("PATCH", "/collections/0", {"name": "新"}, 404, "collection_unknown"),
        ("PATCH", "/collections/0", {"add": []}, 404, "collection_unknown"),
        ("PATCH", "/collections/0", {}, 400, "request_field_missing"),
        ("PATCH", "/collections/0", {"deleted": True}, 400, "request_field_false"),
        ("DELETE", "/collections/0", None, 404, "collection_unknown"),
        ("GET", "/collections/0", None, 404, "collection_unknown"),
        ("POST", "/ask", {"question": "激光？", "collection": "0"}, 404, "collection_unknown"),
        ("POST", "/ask", {"question": "激光？", "collection": 1}, 400, "request_field_type"),
        ("POST", "/ask", {"question": "激光？", "collection": "0", "documents": []}, 400, "request_fields_both"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    client: TestClient, method: str, path: str, body: Any, status: int, code: str
) -> None:
    made(client, "有了")
    response = client.request(method, path, json=body)
    assert refused(response) == (status, code)
    assert response.json()["error"]["message"].endswith("。")
    assert [one["name"] for one in client.get("/collections").json()["collections"]] == ["有了"]


def test_nothing_changes_where_a_part_is_refused(client: TestClient, library: TinyLibrary) -> None:
    first, *_ = sorted(library.shelf)
    id = made(client, "甲", first)
    assert refused(client.patch(f"/collections/{id}", json={"name": "乙", "add": ["没有"]})) == (
        404,
        "document_unknown",
    )
    assert client.get(f"/collections/{id}").json() == {"id": id, "name": "甲", "documents": [first]}


def test_there_are_so_many_and_no_more(client: TestClient, library: TinyLibrary) -> None:
    sets = DocumentSets(library.folder)
    for number in range(SETS_LIMIT):
        sets.save(f"第{number}个", ())
    assert refused(client.post("/collections", json={"name": "多余"})) == (507, "collections_full")


def test_every_endpoint_is_documented() -> None:
    assert tuple(re.findall(r"^\| `([A-Z]+ /api/\S+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)) == ENDPOINTS
