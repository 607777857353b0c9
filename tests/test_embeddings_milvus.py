"""The index on a Milvus server finds what the one on disk finds."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import EngineError, IndexBroken
from embeddings.hybrid import HybridIndex
from embeddings.index import Candidate, SearchIndex
from embeddings.milvus import MilvusIndex, MilvusServer, _encoded
from embeddings.segment import terms
from tests.milvus_server import MilvusProcess, needs_milvus

pytestmark = needs_milvus

EYE = np.eye(4, dtype=np.float32)
TEXTS = {1: "西洽会在重庆开幕。", 2: "昌都签约34.96亿元。", 3: "激光打靶在N2馆B03展位。", 4: "渝越合作步入快车道。"}
Open = Callable[..., MilvusIndex]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    process = MilvusProcess(tmp_path_factory.mktemp("milvus"))
    yield MilvusServer(process.uri)
    process.kill()


@pytest.fixture
def opened(server: MilvusServer) -> Iterator[Open]:
    """Opens the index of one library of its own."""
    library, made = uuid.uuid4().hex, []

    def open(model: str = "m@1", dim: int = 4) -> MilvusIndex:
        made.append(MilvusIndex(server, library=library, model=model, dim=dim))
        made[-1].refresh()
        return made[-1]

    yield open
    for index in made:
        index.close()


def fill(index: SearchIndex, generation: int = 7) -> SearchIndex:
    index.add(list(TEXTS), list(TEXTS.values()), EYE)
    index.commit(generation)
    return index


def flushed(index: SearchIndex) -> SearchIndex:
    """milvus-lite counts frequencies over all rows, as a server does, only once they are flushed."""
    assert isinstance(index, MilvusIndex)
    index._client.flush(index._texts)
    return index


def everything(index: SearchIndex) -> list[Candidate]:
    return index.search("重庆 昌都 展位 合作", EYE[0], k=9)


def test_the_same_candidates_as_the_index_on_disk(tmp_path: Path, opened: Open) -> None:
    # No two of these are equally near to a question: Milvus breaks ties at the last place as it likes.
    rows = np.array([[1, 2, 3, 4], [4, 1, 2, 3], [3, 5, 1, 2], [2, 3, 6, 1]], np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    here, there = HybridIndex.open(tmp_path, dim=4), opened()
    for index in (here, there):
        index.add(list(TEXTS), list(TEXTS.values()), rows)
        index.commit(7)
    flushed(there)
    for question in ("昌都签约多少？", "重庆 昌都 展位 合作", "b03在哪里", "的", "", "N2馆"):
        for k in (1, 2, 9):
            for among in (None, frozenset({3, 4}), frozenset({404}), frozenset[int]()):
                expected = here.search(question, EYE[k % 4], k=k, among=among)
                found = there.search(question, EYE[k % 4], k=k, among=among)
                assert [(c.id, c.dense) for c in found] == [(c.id, c.dense) for c in expected]
                lexical = [c.lexical for c in expected]
                assert [c.lexical for c in found] == pytest.approx(lexical, rel=0.03)


def test_the_same_words_are_absent(tmp_path: Path, opened: Open) -> None:
    here, there = fill(HybridIndex.open(tmp_path, dim=4)), fill(opened())
    words = ["昌都", "昌重", "西洽会", "洽会昌", "展", "猫", "b03", "b04", "第三条", "34.96", "34.97", "N2馆", "。"]
    assert there.absent(words) == here.absent(words)
    assert "昌重" in there.absent(words)
    assert opened().absent([]) == []


def test_a_commit_is_there_when_opened_again(opened: Open) -> None:
    first = opened()
    assert (first.generation, first.ids(), everything(first), first.absent(["昌都"])) == (0, ([], []), [], [])
    before = everything(fill(first))
    again = opened()
    assert (again.generation, again.ids()) == (7, ([1, 2, 3, 4], [1, 2, 3, 4]))
    assert everything(again) == before
    assert (again.refresh(), again.changed_files()) == (False, ([], []))
    first.commit(8)
    assert (again.refresh(), again.generation) == (True, 8)


def test_replaying_changes_nothing(opened: Open) -> None:
    index = fill(opened())
    before = everything(index)
    for _ in range(2):
        index.remove([1, 2, 404])
        index.add([1, 2], [TEXTS[1], TEXTS[2]], EYE[:2])
        index.commit(7)
    assert index.ids() == ([1, 2, 3, 4], [1, 2, 3, 4])
    assert everything(index) == before


def test_remove_takes_from_both_legs(opened: Open) -> None:
    index = fill(opened())
    index.remove([2])
    index.remove([])
    index.commit(8)
    assert index.ids() == ([1, 3, 4], [1, 3, 4])
    assert 2 not in [c.id for c in index.search("昌都签约34.96亿元", EYE[1], k=9)]


def test_more_rows_than_are_sent_at_a_time(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.milvus.ROWS", 3)
    index = fill(opened())
    index.remove([1, 2, 3, 4])
    index.add([5, 6, 7, 8], list(TEXTS.values()), EYE)
    assert index.ids()[0] == [5, 6, 7, 8]


def test_a_collection_of_another_model_is_left_alone(opened: Open) -> None:
    before = everything(fill(opened()))
    with pytest.raises(EngineError) as caught:
        opened(model="m@2")
    assert caught.value.code == "engine_foreign"
    assert (caught.value.fields["found"], caught.value.fields["expected"]) == ("m@1", "m@2")
    with pytest.raises(EngineError, match="engine_foreign"):
        opened(dim=5)
    assert everything(opened()) == before


def test_one_of_another_format_is_made_anew(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(opened())
    monkeypatch.setattr("embeddings.milvus.FORMAT", "2/2")
    index = opened()
    index._identity["format"] = "2/2"
    assert (index.generation, everything(index)) == (0, [])
    index.add([9], ["昌都"], EYE[:1])
    index.commit(3)
    assert (index.generation, index.ids()[0]) == (3, [9])


def test_what_was_forgotten_is_made_anew_by_the_next_change(opened: Open) -> None:
    index = fill(opened())
    index.forget()
    assert (index.refresh(), index.generation) == (False, 0)
    index.remove([404])
    index.add([1], [TEXTS[1]], EYE[:1])
    index.commit(9)
    assert (index.generation, index.ids()[0]) == (9, [1])


def test_a_collection_that_is_gone_is_a_broken_index(opened: Open) -> None:
    index = fill(opened())
    index._client.drop_collection(index._texts)
    with pytest.raises(IndexBroken):
        everything(index)
    assert (index.refresh(), index.generation) == (False, 0)


def test_no_server_is_told_in_a_moment_and_without_its_password() -> None:
    index = MilvusIndex(MilvusServer("http://user:secret@127.0.0.1:1"), library="x", model="m@1", dim=4)
    for ask in (index.refresh, lambda: index.add([1], ["a"], EYE[:1]), lambda: everything(index)):
        with pytest.raises(EngineError) as caught:
            ask()
        assert (caught.value.code, caught.value.fields["uri"]) == ("engine_unreachable", "http://127.0.0.1:1")
        assert "secret" not in str(caught.value)
    index.close()


def test_no_client_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(EngineError) as caught:
        MilvusIndex(MilvusServer("http://127.0.0.1:1"), library="x", model="m@1", dim=4).refresh()
    assert caught.value.code == "engine_missing"
    assert json.dumps(caught.value.fields) == '{"package": "pymilvus", "install": "pip install \\"yinju[milvus]\\""}'


def test_terms_reach_milvus_as_words_that_nothing_cuts() -> None:
    sent = _encoded(terms("34.96亿元 c++ N2馆 B-03")).split()
    assert len(sent) == len(terms("34.96亿元 c++ N2馆 B-03"))
    assert len(set(sent)) == len(set(terms("34.96亿元 c++ N2馆 B-03")))
    assert all(len(word) == 8 and word.isascii() and word.isalnum() and word == word.lower() for word in sent)
    assert len(_encoded(["词"] * 10_000)) <= 65_535
