"""Fusion worked out by hand; near-duplicates folded; ties by passage id."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from embeddings.index import Candidate
from qa.errors import LibraryError
from qa.evaluate import as_document
from qa.library import Library
from qa.retrieve import Retriever, fuse, rank
from tests.conftest import KeywordEncoder


def test_fusion_weighs_standard_scores() -> None:
    # dense 0.9 0.8 0.7: mean 0.8, deviation sqrt(0.02 / 3); lexical 0 6 3: mean 3, deviation sqrt(6)
    candidates = [Candidate(1, 0.9, 0.0), Candidate(2, 0.8, 6.0), Candidate(3, 0.7, 3.0)]
    z = 0.1 / math.sqrt(0.02 / 3)
    y = 3.0 / math.sqrt(6)
    assert fuse(candidates, 0.6) == pytest.approx([0.6 * z - 0.4 * y, 0.4 * y, -0.6 * z])


def test_a_leg_that_says_the_same_of_all_says_nothing() -> None:
    candidates = [Candidate(1, 0.5, 0.0), Candidate(2, 0.5, 2.0)]
    assert fuse(candidates, 0.6) == pytest.approx([-0.4, 0.4])
    assert fuse([Candidate(1, 0.5, 1.0)], 0.6) == [0.0]


def test_vectors_weigh_less_where_a_passage_says_it_in_the_words_of_the_question() -> None:
    # standard scores are 1 and -1 in either leg, and opposite: passage 1 by vectors, passage 2 by words
    candidates = [Candidate(1, 0.9, 1.0), Candidate(2, 0.8, 3.0)]
    said = rank("越南派团", candidates, lambda ids: {id: {1: "天气。", 2: "越南派团。"}[id] for id in ids})
    assert [(candidate.id, score) for score, candidate in said] == [
        (2, pytest.approx(0.8 - 0.2 + 2)),
        (1, pytest.approx(0.2 - 0.8)),
    ]
    unsaid = rank("越南派团", candidates, lambda ids: dict.fromkeys(ids, "天气。"))
    assert [(candidate.id, score) for score, candidate in unsaid] == [(1, pytest.approx(1.0)), (2, pytest.approx(-1.0))]
    assert rank("越南派团", [], lambda ids: {}) == []


def test_a_passage_that_was_removed_while_it_was_looked_for_holds_no_word() -> None:
    assert [candidate.id for _, candidate in rank("越南", [Candidate(1, 0.9, 1.0)], lambda ids: {})] == [1]


def texts(library: Library, encoder: KeywordEncoder, question: str, k: int) -> list[str]:
    return [hit.text for hit in Retriever(library, encoder).retrieve(question, k=k)]


def test_best_first_and_hits_are_slices(library: Library, encoder: KeywordEncoder) -> None:
    papers = ["重庆举办西洽会。", "越南派团访问。", "天气晴朗。"]
    library.add_documents([as_document(f"d{i}", "", text) for i, text in enumerate(papers)], encoder=encoder)
    hits = Retriever(library, encoder).retrieve("越南派了什么团？", k=3)
    assert hits[0].text == "越南派团访问。"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        document = library.document(hit.passage.document_id)
        assert document.text[hit.passage.start : hit.passage.end] == hit.text


def test_near_duplicates_are_folded_into_the_best(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    story = "第八届西洽会5月21日在重庆国际博览中心开幕，来自三十多个国家和地区的代表参加了开幕式和多场对接活动。" * 2
    papers = [story, story + "（完）", "重庆今天开通了一条新的轨道交通线路，市民出行更加方便。"]
    library.add_documents([as_document(f"d{i}", "", text) for i, text in enumerate(papers)], encoder=encoder)
    found = texts(library, encoder, "西洽会在重庆哪里开幕？", 3)
    assert len(found) == 2
    assert found[1] == papers[2]


def test_equal_passages_that_differ_in_order_of_adding_only(encoder: KeywordEncoder, tmp_path: Path) -> None:
    papers = [as_document(f"d{i}", "", text) for i, text in enumerate(["重庆一。", "重庆二。", "越南三。", "昌都四。"])]
    results = []
    for name, batch in (("a", [papers]), ("b", [[paper] for paper in papers])):
        with Library.create(tmp_path / name, encoder=encoder) as library:
            for part in batch:
                library.add_documents(part, encoder=encoder)
            results.append(texts(library, encoder, "重庆", 4))
    assert results[0] == results[1]


def test_chosen_documents_are_fused_among_themselves(library: Library, encoder: KeywordEncoder) -> None:
    papers = ["重庆举办西洽会。", "越南派团访问重庆。", "天气晴朗。", "越南开幕。"]
    library.add_documents([as_document(f"d{i}", "", text) for i, text in enumerate(papers)], encoder=encoder)
    retriever = Retriever(library, encoder)
    hits = retriever.retrieve("越南派了什么团？", k=5, documents=frozenset({"d0", "d1"}))
    assert [hit.text for hit in hits] == ["越南派团访问重庆。", "重庆举办西洽会。"]
    # Two candidates, one better in both legs: standard scores are 1 and -1; it holds every word of the question, the other none.
    assert [hit.score for hit in hits] == pytest.approx([3.0, -1.0])
    assert retriever.retrieve("越南派了什么团？", k=5, documents=frozenset()) == []
    everything = frozenset({"d0", "d1", "d2", "d3"})
    assert retriever.retrieve("越南？", k=5, documents=everything) == retriever.retrieve("越南？", k=5)


def test_a_document_that_is_not_there_is_named(library: Library, encoder: KeywordEncoder) -> None:
    library.add_documents([as_document("d0", "", "重庆。")], encoder=encoder)
    with pytest.raises(LibraryError, match="document_unknown") as caught:
        Retriever(library, encoder).retrieve("重庆？", k=5, documents=frozenset({"d0", "x2", "x1"}))
    assert caught.value.fields == {"id": "x1"}


def test_an_empty_library_finds_nothing(library: Library, encoder: KeywordEncoder) -> None:
    assert Retriever(library, encoder).retrieve("重庆？", k=5) == []
