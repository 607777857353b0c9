"""Questions on documents written for it: `python -m benchmarks.written [SET …]`; `make bench-written`.

``documents/SET`` holds documents as people have them (judgments, contracts, newspaper pages, reports, manuals, minutes; all
names and facts invented) and ``questions.jsonl``, written from the documents without sight of the program: what they
say, in the documents' words and in everyday ones, and what they do not say, close to it. A set's documents are one library.
Of each question: whether the first citation's paragraph is the one that says it, whether the short answer is exactly one of those
that were written down, and whether what is not said is refused. Writes ``results/written.json``; what was not exact goes to
``build/errors``.

A set is a fair measure only until somebody has read what went wrong in it: ``first_sight`` in the results keeps what each gave
when it was asked first.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

from benchmarks.cache import CachedEncoder
from benchmarks.common import BUILD, RESULTS, ROOT, read_rows, write_result
from embeddings.folding import fold
from qa.answer import Answerer
from qa.config import Config
from qa.library import Library
from qa.types import Answer

if TYPE_CHECKING:
    from embeddings.encoder import Encoder

DOCUMENTS = Path(__file__).parent / "documents"
SEED = "seed"
"""What a question calls the newspaper in ``seeds/``."""
_MARKS = re.compile(r"[\s\W_]+")
COUNTS = ("citation right", "exact", "refused")


def bare(text: str) -> str:
    """``text`` folded, without white space and punctuation."""
    return _MARKS.sub("", fold(text))


def is_right(answer: Answer, evidence: str) -> bool:
    """Whether the first citation's paragraph holds the evidence, or its quote is a part of it."""
    if not answer.citations:
        return False
    first, told = answer.citations[0], bare(evidence)
    return told in bare(first.text) or bare(first.quote) in told


def is_exact(answer: Answer, golds: list[str]) -> bool:
    """Whether the short answer is one of ``golds``, but for punctuation."""
    return bare(answer.answer) in map(bare, golds)


def ask(folder: Path, encoder: Encoder) -> Iterator[dict[str, Any]]:
    """A row a question of a set: what was asked, given, and how right that is."""
    questions = read_rows(folder / "questions.jsonl")
    with tempfile.TemporaryDirectory() as place:
        files = Path(place) / "files"
        shutil.copytree(folder, files, ignore=shutil.ignore_patterns("questions.jsonl"))
        if any(row["document"] == SEED for row in questions):
            shutil.copytree(ROOT / "seeds", files / "seeds")
        with Library.create(Path(place) / "library", encoder=encoder) as library:
            library.add([files], encoder=encoder)
            answerer = Answerer.over(library, encoder, threshold=Config().threshold)
            for row in track(questions, folder.name, console=Console(stderr=True)):
                yield judged(row, answerer.ask(row["question"]))


def judged(row: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """``row`` with what was given for it; of an answerable question the first two counts, of others the third."""
    right = is_right(answer, row["evidence"])
    told = {"citation right": right, "exact": right and is_exact(answer, row["answers"])}
    return {
        **row,
        "given": answer.answer,
        "quote": answer.citations[0].quote if answer.citations else "",
        "confidence": round(answer.confidence, 3),
        **(told if row["answers"] else {"refused": answer.status == "not_found"}),
    }


def counted(rows: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Each count, and of how many questions."""
    return {key: [sum(row[key] for row in rows if key in row), sum(key in row for row in rows)] for key in COUNTS}


def main() -> None:
    """Ask the sets named, or all; print the counts and write them."""
    sets = sorted(path.name for path in DOCUMENTS.iterdir())
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="*", choices=[*sets, []], help="without: all")
    chosen = parser.parse_args().sets or sets
    before = RESULTS / "written.json"
    known = json.loads(before.read_text(encoding="utf-8")) if before.is_file() else {}
    first_sight, results = known.get("first_sight", {}), known.get("sets", {})
    encoder = CachedEncoder(BUILD / "vectors.sqlite3")
    errors = BUILD / "errors"
    errors.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        rows = list(ask(DOCUMENTS / name, encoder))
        results[name] = counted(rows)
        first_sight.setdefault(name, results[name])
        missed = [row for row in rows if not (row.get("exact") or row.get("refused"))]
        (errors / f"written-{name}.jsonl").write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in missed), encoding="utf-8"
        )
        print(name, results[name], flush=True)
    print(write_result("written", {"sets": results, "first_sight": first_sight}))


if __name__ == "__main__":
    main()
