"""Questions on thousands of news articles: each leg alone, both together, and after the reader.

    python -m benchmarks.news [--articles N]

By gold article (a lower bound: others report the same event), and by whether the passage holds the answer. Articles are
embedded once: the library stays in ``build/news-N`` and an interrupted run goes on where it stopped. All 30,000 are
70,000 passages: hours on two cores. ``--articles N`` takes the gold articles and others, drawn at random, up to N.
Writes ``results/news.json``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, SHARED, read_rows, write_result
from qa.answer import Answerer
from qa.config import Config
from qa.evaluate import as_document
from qa.library import Library
from qa.question import align
from qa.retrieve import rank, shown

RANKS = (1, 5, 10)
CANDIDATES = 100
ADDED_AT_ONCE = 500
"""Articles committed together."""

Ranking = list[tuple[str, str]]
"""(document id, passage text), best first."""


def main() -> None:
    """Add what is missing, ask, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=None, metavar="N")
    parser.add_argument("--shared", type=Path, default=SHARED)
    arguments = parser.parse_args()
    questions = read_rows(arguments.shared / "data" / "news" / "questions.jsonl.gz")
    rows = chosen(read_rows(arguments.shared / "data" / "news" / "documents.jsonl.gz"), questions, arguments.articles)
    encoder = CachedEncoder(BUILD / "news-vectors.sqlite3")
    folder = BUILD / f"news-{len(rows)}"
    folder.mkdir(parents=True, exist_ok=True)
    with Library.create(folder, encoder=encoder) as library:
        known = {info.id for info in library.documents()}
        missing = [row for row in rows if row["doc_id"] not in known]
        for first in track(range(0, len(missing), ADDED_AT_ONCE), "adding", console=Console(stderr=True)):
            part = missing[first : first + ADDED_AT_ONCE]
            library.add_documents([as_document(row["doc_id"], "", row["text"]) for row in part], encoder=encoder)
        result = measured(library, encoder, questions)
    print(write_result("news", {"articles": len(rows), "questions": len(questions), **result}))


def chosen(
    rows: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]], count: int | None
) -> list[dict[str, Any]]:
    """All articles, or the gold ones and others up to ``count``."""
    if count is None:
        return list(rows)
    gold = {question["gold_doc_id"] for question in questions}
    others = [row for row in rows if row["doc_id"] not in gold]
    own = [row for row in rows if row["doc_id"] in gold]
    return own + random.Random(0).sample(others, max(0, count - len(own)))


def measured(library: Library, encoder: CachedEncoder, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares in [0, 1] of the questions by way of ranking, and the times."""
    answerer = Answerer.over(library, encoder, threshold=Config().threshold)
    tallies: dict[str, dict[str, int]] = {}
    milliseconds: list[float] = []
    quote_holds = answered = 0
    for question in track(questions, "asking", console=Console(stderr=True)):
        asked = question["question"]
        begin = time.perf_counter()
        hits, answer = answerer.ask_with_hits(asked)
        milliseconds.append(1000 * (time.perf_counter() - begin))
        for name, ranking in (
            *legs(library, encoder, asked),
            ("reader", [(hit.passage.document_id, hit.text) for hit in hits]),
        ):
            tally = tallies.setdefault(
                name, dict.fromkeys([f"{kind}@{k}" for kind in ("gold", "holds") for k in RANKS], 0)
            )
            count(tally, ranking, question)
        answered += answer.status == "answered"
        quote_holds += any(holds(citation.quote, question) for citation in answer.citations[:1])
    total = len(questions)
    shares = {name: {key: round(n / total, 4) for key, n in tally.items()} for name, tally in tallies.items()}
    for name, row in shares.items():
        print(f"{name:<8}" + "  ".join(f"{key} {100 * value:5.1f}" for key, value in row.items()))
    return {
        "ranking": shares,
        "answered": round(answered / total, 4),
        "first quote holds answer": round(quote_holds / total, 4),
        "question median ms": round(statistics.median(milliseconds), 1),
    }


def legs(library: Library, encoder: CachedEncoder, question: str) -> list[tuple[str, Ranking]]:
    """The passages that each leg puts first, and the two together, near-duplicates left in."""
    candidates = library.search(question, encoder.encode_queries([question])[0], k=CANDIDATES)
    stored = {passage.id: (passage, document) for passage, document in library.passages([c.id for c in candidates])}
    found = {
        id: (document.id, document.text[passage.start : passage.end]) for id, (passage, document) in stored.items()
    }
    fused = {candidate.id: score for score, candidate in rank(question, candidates, partial(shown, library))}
    orders: dict[str, Callable[[int], float]] = {
        "dense": {c.id: c.dense for c in candidates}.__getitem__,
        "bm25": {c.id: c.lexical for c in candidates}.__getitem__,
        "fusion": fused.__getitem__,
    }
    return [
        (name, [found[id] for id in sorted(found, key=lambda id: (-score(id), id))[: max(RANKS)]])
        for name, score in orders.items()
    ]


def count(tally: dict[str, int], ranking: Ranking, question: dict[str, Any]) -> None:
    """Add one question's ranking to the counts."""
    for k in RANKS:
        tally[f"gold@{k}"] += any(id == question["gold_doc_id"] for id, _ in ranking[:k])
        tally[f"holds@{k}"] += any(holds(text, question) for _, text in ranking[:k])


def holds(text: str, question: dict[str, Any]) -> bool:
    """Whether a text holds a gold answer, white space and writing apart."""
    folded = "".join(align(text).split())
    return any("".join(align(answer).split()) in folded for answer in question["answers"])


if __name__ == "__main__":
    main()
