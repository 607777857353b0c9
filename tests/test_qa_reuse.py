"""Only what is new is embedded: counted by an encoder that keeps what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from qa.library import PASSAGES_PER_TRANSACTION, Library
from tests.conftest import KeywordEncoder

LONG = "各方看好前景，展位一位难求。" * 20
PARTS = [f"第{number}节，重庆迎来西洽会。{LONG}" for number in range(6)]


class Keeping(KeywordEncoder):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
        self.asked += texts
        return super().encode_passages(texts, progress=progress)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "papers" / "甲.txt"
    path.parent.mkdir()
    path.write_text("\n\n".join(["西洽会", *PARTS]), "utf-8")
    return path


def test_of_a_document_that_changed_only_the_changed_passages_are_embedded(library: Library, paper: Path) -> None:
    encoder = Keeping()
    library.add([paper], encoder=encoder)
    first = len(encoder.asked)
    assert first >= len(PARTS)
    encoder.asked.clear()
    paper.write_text(paper.read_text("utf-8").replace("第3节", "第三节"), "utf-8")
    assert library.add([paper], encoder=encoder).updated == ("甲.txt",)
    assert encoder.asked
    assert all("第三节" in text for text in encoder.asked)
    assert library.passage_count() == first
    assert library.check().problems == ()


def test_a_copy_under_another_name_is_not_embedded_again(library: Library, paper: Path) -> None:
    encoder = Keeping()
    library.add([paper], encoder=encoder)
    encoder.asked.clear()
    (paper.parent / "乙.txt").write_bytes(paper.read_bytes())
    assert library.add([paper.parent], encoder=encoder).added == ("乙.txt",)
    assert encoder.asked == []
    assert library.check().problems == ()


def test_indexes_made_anew_embed_nothing_and_find_the_same(library: Library, paper: Path) -> None:
    encoder = Keeping()
    library.add([paper], encoder=encoder)
    encoder.asked.clear()
    question = "西洽会", encoder.encode_queries(["西洽会"])[0]
    before = library.search(*question, k=3)
    library.repair()
    assert library.search(*question, k=3) == before
    assert encoder.asked == []


def test_the_same_text_twice_is_embedded_once(library: Library, tmp_path: Path) -> None:
    encoder = Keeping()
    for number in range(3):
        (tmp_path / f"{number}.md").write_text(f"# 同一个题目\n\n重庆迎来西洽会。{LONG}", "utf-8")
    library.add([tmp_path / f"{number}.md" for number in range(3)], encoder=encoder)
    assert len(encoder.asked) == len(set(encoder.asked)) == library.passage_count() // 3
    assert library.passage_count() < PASSAGES_PER_TRANSACTION
