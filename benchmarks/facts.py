"""Facts that a reader of the page sees, asked of each file alone: `python -m benchmarks.facts --folder FOLDER`.

`facts.jsonl` holds the questions, written from the rendered pages before anything was asked: tables, second columns,
text beside page furniture, sentences over page breaks. Each file is added alone to a throw-away library and its
questions are asked as `yinju ask` asks them. Of each: whether it was answered, whether the answer holds a gold answer,
whether the first citation's quote does, and whether that quote stands on the page where the fact is seen. Writes
``results/facts.json``.

The files are third parties' and not part of the project: FOLDER holds them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, ROOT, SHARED, read_rows, write_result
from embeddings.folding import fold
from qa.answer import Answerer
from qa.config import Config
from qa.library import Library
from qa.types import Answer

if TYPE_CHECKING:
    from embeddings.encoder import Encoder

FACTS = ROOT / "benchmarks" / "facts.jsonl"
LONGEST = 3
"""Times its gold answer that an answer may be long, and SPARE characters more: a whole paragraph is no answer."""
SPARE = 12


def main() -> None:
    """Ask every question, print what came out, and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=SHARED / "documents")
    parser.add_argument("--files", nargs="*", help="only files whose names hold one of these; nothing is written")
    arguments = parser.parse_args()
    rows = []
    for row in asked(arguments.folder, arguments.files):
        rows.append(row)
        marks = "".join("+" if row[key] else "-" for key in ("answered", "holds", "quoted", "page_right"))
        print(f"{marks} {row['confidence']:.2f} {row['question']} → {row['answer']!r}", flush=True)
    counts = {key: sum(row[key] for row in rows) for key in ("answered", "holds", "quoted", "page_right", "right")}
    print(json.dumps({"questions": len(rows), **counts}))
    if not arguments.files:
        print(write_result("facts", {"questions": len(rows), **counts, "facts": rows}))


def asked(folder: Path, only: list[str] | None) -> Iterator[dict[str, Any]]:
    """A row a question, in the order of the file."""
    encoder = CachedEncoder(BUILD / "vectors.sqlite3")
    for name, facts in groupby(read_rows(FACTS), key=lambda fact: str(fact["file"])):
        if only and not any(part in name for part in only):
            continue
        yield from of_one_file(folder / name, list(facts), encoder)


def of_one_file(path: Path, facts: list[dict[str, Any]], encoder: Encoder) -> Iterator[dict[str, Any]]:
    """The rows of the questions about one file."""
    with tempfile.TemporaryDirectory() as folder, Library.create(Path(folder), encoder=encoder) as library:
        report = library.add([path], encoder=encoder)
        for error in report.failed:
            raise error
        answerer = Answerer.over(library, encoder, threshold=Config().threshold)
        for fact in facts:
            yield {**fact, **judged(answerer.ask(fact["question"]), fact["answers"], fact["page"])}


def judged(answer: Answer, gold: list[str], page: int | list[int] | None) -> dict[str, Any]:
    """What is said of one answer. ``page_right``: the first citation's quote stands, at least in part, on ``page``, or
    one of them where the fact stands on several.
    """
    first = answer.citations[0] if answer.citations else None
    pages: set[int | None] = {first.page, *(box.page for box in first.boxes)} if first else set()
    said = bare(answer.answer)
    holds = any(bare(one) in said and len(said) <= LONGEST * len(bare(one)) + SPARE for one in gold)
    quoted = first is not None and any(bare(one) in bare(first.quote) for one in gold)
    gold_pages = page if isinstance(page, list) else [page]
    page_right = first is not None and (page is None or any(one in pages for one in gold_pages))
    return {
        "answered": answer.status == "answered",
        "answer": answer.answer,
        "confidence": round(answer.confidence, 3),
        "quote": first.quote if first else None,
        "cited_page": first.page if first else None,
        "holds": holds,
        "quoted": quoted,
        "page_right": page_right,
        "right": holds and quoted and page_right,
        "near": [citation.quote for citation in answer.near],
    }


def bare(text: str) -> str:
    """The text as it is matched, without white space and punctuation."""
    return "".join(char for char in fold(text) if char.isalnum())


if __name__ == "__main__":
    main()
