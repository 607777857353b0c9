"""A library searched on a Milvus server: the same answers, nothing lost when the server is gone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.milvus import MilvusIndex, MilvusServer
from qa.backup import back_up, restore
from qa.errors import EngineError
from qa.library import Library
from qa.retrieve import Retriever
from tests.conftest import ROOT
from tests.milvus_server import MilvusProcess, needs_milvus

pytestmark = needs_milvus

# fmt: off
QUESTIONS = (
    "有多少家世界500强落户重庆？", "谁宣布了西洽会开幕？", "激光打靶体验在哪个展位？", "昌都签约了多少亿元？", "国防教育展台有什么",
)
# fmt: on


class BigramEncoder:
    """Sums of vectors drawn by the hash of each pair of characters: texts alike have vectors alike, none equal ones."""

    identity = "bigrams@1"
    dim = 32

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.array([sum(map(self._vector, _pairs(text)), np.zeros(self.dim)) for text in texts])
        unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
        return self.encode_queries(texts)

    def _vector(self, pair: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(pair.encode()).digest()[:8])
        return np.random.default_rng(seed).normal(size=self.dim)


def _pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(max(1, len(text) - 1))]


ENCODER = BigramEncoder()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusProcess]:
    process = MilvusProcess(tmp_path_factory.mktemp("milvus"))
    yield process
    process.kill()


@pytest.fixture
def server(process: MilvusProcess) -> MilvusServer:
    return MilvusServer(process.uri)


def paper(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder / f"{name}.txt"


def names(library: Library, question: str) -> list[str]:
    found = library.search(question, ENCODER.encode_queries([question])[0], k=9)
    best = [item.id for item in sorted(found, key=lambda item: -item.lexical)]
    return [document.name for _, document in library.passages(best)]


def index_of(library: Library) -> MilvusIndex:
    index = library._indexes._index
    assert isinstance(index, MilvusIndex)
    return index


def test_the_same_passages_for_the_same_questions(tmp_path: Path, server: MilvusServer) -> None:
    with (
        Library.create(tmp_path / "here", encoder=ENCODER) as here,
        Library.create(tmp_path / "there", encoder=ENCODER, server=server) as there,
    ):
        for library in (here, there):
            library.add([ROOT / "seeds"], encoder=ENCODER)
        # Before that, milvus-lite counts the frequencies of filtered rows alone.
        index_of(there)._client.flush(index_of(there)._texts)
        for question in QUESTIONS:
            expected = Retriever(here, ENCODER).retrieve(question, k=100)
            found = Retriever(there, ENCODER).retrieve(question, k=100)
            assert found[0].text == expected[0].text
            # tantivy rounds the lengths of texts to a byte, so that two passages this close may change places.
            scores = {hit.text: hit.score for hit in expected}
            assert {hit.text: hit.score for hit in found} == pytest.approx(scores, abs=0.1)
            assert there.absent(question.split("的")) == here.absent(question.split("的"))
        assert there.check().problems == here.check().problems == ()
        assert not (tmp_path / "there" / "index").exists()


def test_adding_and_removing(tmp_path: Path, server: MilvusServer) -> None:
    with Library.create(tmp_path / "library", encoder=ENCODER, server=server) as library:
        assert names(library, "越南工贸部") == []
        library.add(
            [paper(tmp_path, "a", "重庆迎来西洽会。"), paper(tmp_path, "b", "越南工贸部来访。")], encoder=ENCODER
        )
        assert names(library, "越南工贸部")[0] == "b.txt"
        library.remove([info.id for info in library.documents() if info.name == "b.txt"])
        assert names(library, "越南工贸部") == ["a.txt"]
        assert library.check().problems == ()


def test_a_server_that_lags_catches_up(tmp_path: Path, server: MilvusServer) -> None:
    folder = tmp_path / "library"
    with Library.create(folder, encoder=ENCODER, server=server) as library:
        library.add([paper(tmp_path, "a", "重庆迎来西洽会。")], encoder=ENCODER)
    with Library.open(folder, model=ENCODER.identity) as library:
        library.add([paper(tmp_path, "b", "越南工贸部来访。")], encoder=ENCODER)
        library.remove([info.id for info in library.documents() if info.name == "a.txt"])
    with Library.open(folder, model=ENCODER.identity, server=server) as library:
        assert names(library, "越南工贸部") == ["b.txt"]
        assert library.check().problems == ()


def test_a_collection_that_is_dropped_is_made_anew(tmp_path: Path, server: MilvusServer) -> None:
    with Library.create(tmp_path / "library", encoder=ENCODER, server=server) as library:
        library.add([paper(tmp_path, "a", "重庆迎来西洽会。")], encoder=ENCODER)
        index_of(library)._client.drop_collection(index_of(library)._texts)
        assert names(library, "西洽会") == ["a.txt"]
        library.repair()
        assert library.check().problems == ()


def test_a_restored_copy_has_collections_of_its_own(tmp_path: Path, server: MilvusServer) -> None:
    with Library.create(tmp_path / "library", encoder=ENCODER, server=server) as library:
        library.add([paper(tmp_path, "a", "重庆迎来西洽会。")], encoder=ENCODER)
        back_up(library.folder, tmp_path / "backup.zip")
        restore(tmp_path / "backup.zip", tmp_path / "copy")
        with Library.open(tmp_path / "copy", model=ENCODER.identity, server=server) as copy:
            assert names(copy, "西洽会") == ["a.txt"]
            assert index_of(copy)._texts != index_of(library)._texts
            copy.remove([info.id for info in copy.documents()])
        assert names(library, "西洽会") == ["a.txt"]


def test_a_server_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    process = MilvusProcess(tmp_path / "milvus")

    class Fatal(BigramEncoder):
        def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
            process.kill()
            return super().encode_passages(texts)

    a, b, c = (paper(tmp_path, name, text) for name, text in {"a": "西洽会", "b": "越南", "c": "昌都"}.items())
    try:
        with Library.create(tmp_path / "library", encoder=ENCODER, server=MilvusServer(process.uri)) as library:
            library.add([a], encoder=ENCODER)
            with pytest.raises(EngineError, match="engine_unreachable"):
                library.add([b], encoder=Fatal())
            # What was embedded is kept; the next one is refused before any work is done.
            with pytest.raises(EngineError, match="engine_unreachable"):
                library.add([c], encoder=ENCODER)
            assert [info.name for info in library.documents()] == ["a.txt", "b.txt"]
            for ask in (lambda: names(library, "西洽会"), lambda: library.absent(["猫"]), library.check):
                with pytest.raises(EngineError) as caught:
                    ask()
                assert (caught.value.code, caught.value.fields["uri"]) == ("engine_unreachable", process.uri)
            process.start()
            assert _once_back(lambda: names(library, "越南"))[0] == "b.txt"
            library.add([c], encoder=ENCODER)
            assert library.check().problems == ()
    finally:
        process.kill()


def _once_back(ask: Callable[[], list[str]]) -> list[str]:
    """What ``ask`` gives once the client has looked again, which it does every second."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return ask()
        except EngineError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
