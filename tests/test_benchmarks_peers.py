"""The comparison counts what it says it counts: an engine whose answers are known, and the words of a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.peers import Corpus, asked, ours, table
from qa.evaluate import as_document

TEXTS = ("重庆举行西洽会。", "越南工贸部副部长访问重庆。", "签约金额34.96亿元。")


def corpus() -> Corpus:
    documents = [as_document(f"d{i}", "", text) for i, text in enumerate(TEXTS)]
    questions = [
        {"question": "西洽会在哪里举行？", "context_id": "d0"},
        {"question": "谁访问重庆？", "gold_doc_id": "elsewhere", "answers": ["副部长"]},
    ]
    vectors = np.eye(384, dtype=np.float32)[:3]
    return Corpus(documents, list(TEXTS), list(TEXTS), ["d0", "d1", "d2"], vectors, questions, vectors[:2])


def test_hits_are_counted_by_paragraph_or_by_the_answer_that_a_passage_holds() -> None:
    found = {"西洽会在哪里举行？": [("d1", TEXTS[1]), ("d0", TEXTS[0])], "谁访问重庆？": [("d1", TEXTS[1])]}
    row = asked(corpus(), lambda question, _: found[question], before=0)
    # The first question's paragraph comes second, the second's answer first: 1 of 2, 2 of 2.
    assert (row["hit@1"], row["hit@5"]) == (0.5, 1.0)
    assert row["memory_mb"] > 0


def test_our_own_library_is_measured_through_the_library(monkeypatch) -> None:
    monkeypatch.setattr(peers, "read", lambda _: corpus())
    row = ours(Path("nowhere"))
    assert (row["hit@1"], row["hit@5"]) == (1.0, 1.0)
    assert row["index_s"] > 0


def test_the_table_has_shares_in_hundredths() -> None:
    row = {"hit@1": 0.5, "hit@5": 1.0, "index_s": 1, "index_cpu_s": 2, "question_ms": 3, "question_p95_ms": 4}
    lines = table({"engines": {"A": {**row, "question_cpu_ms": 5, "memory_mb": 6}}})
    assert lines[-1] == "| A | 50.0 | 100.0 | 1 | 2 | 3 | 4 | 5 | 6 |"
