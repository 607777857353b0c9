"""How well the reader reads when the right paragraph is given: quote and short answer, by kind of question.

    python -m benchmarks.reader_given [DATA] [--sets NAME …] [--questions N] [--out FILE]

``DATA`` holds ``NAME.jsonl.gz`` gold files (default: ``$YINJU_SHARED/data/qa``). Each context becomes passages as the
project makes them; all of them, and nothing else, are read. EM and F1 as CMRC 2018 defines them. Retrieval is not
measured here.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.evaluate import as_document, exact_match, f1
from qa.passages import split_passages
from qa.question import parse_question
from qa.reader import Reader, load_reader
from qa.types import Hit

SETS = ("dev_cmrc2018_trial", "dev_dureader_robust", "dev_dureader_checklist", "dev_xquad_en")
READ_AT_ONCE = 5
SEED = 0


@dataclass(slots=True)
class Tally:
    """Counts over questions; additive."""

    questions: int = 0
    quotes: int = 0
    exact: float = 0.0
    f1: float = 0.0
    short: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def row(self) -> dict[str, float]:
        """Shares in [0, 1] of the questions, and the median time of one in milliseconds."""
        count = max(self.questions, 1)
        return {
            "questions": self.questions,
            "quote holds answer": round(self.quotes / count, 4),
            "EM": round(self.exact / count, 4),
            "F1": round(self.f1 / count, 4),
            "short answer given": round(self.short / count, 4),
            "ms": round(statistics.median(self.milliseconds), 2) if self.milliseconds else 0.0,
        }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    shared = Path(os.environ.get("YINJU_SHARED", "../shared"))
    parser.add_argument("data", type=Path, nargs="?", default=shared / "data" / "qa")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument(
        "--questions", type=int, default=0, help="a fixed random choice of so many of each set; 0 = all"
    )
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    reader = load_reader()
    results: dict[str, Any] = {"ms for 5 passages": speed(reader, load(options.data, options.sets[0], 300))}
    for name in options.sets:
        results[name] = measure(reader, load(options.data, name, options.questions))
        show(name, results[name])
    print(f"5 passages of up to 400 characters, 300 questions: {results['ms for 5 passages']} ms (median, 95 %)")
    if options.out:
        options.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(data: Path, name: str, limit: int) -> list[dict[str, Any]]:
    """Answerable questions of a set."""
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for line in lines if (row := json.loads(line))["answers"]]
    return random.Random(SEED).sample(rows, limit) if 0 < limit < len(rows) else rows


def hits_of(row: dict[str, Any]) -> list[Hit]:
    """The passages of a row's context, all scored alike."""
    document = as_document(row["context_id"], row["title"], row["context"])
    return [
        Hit(passage, document.text[passage.start : passage.end], 0.0, 0.0, 0.0) for passage in split_passages(document)
    ]


def measure(reader: Reader, rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Figures of a set by kind of question, and under ``all``."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        hits = hits_of(row)
        begin = time.perf_counter()
        readings = reader.read(row["question"], hits)
        elapsed = 1000 * (time.perf_counter() - begin)
        for tally in (tallies["all"], tallies[parse_question(row["question"]).kind]):
            tally.questions += 1
            tally.milliseconds.append(elapsed)
            if readings:
                best = readings[0]
                text = hits[best.hit].text
                answer = best.answer or best.quote
                golds = [gold["text"] for gold in row["answers"]]
                tally.quotes += any(bare(gold) in bare(text[slice(*best.quote)]) for gold in golds)
                tally.exact += max(exact_match(text[slice(*answer)], gold) for gold in golds)
                tally.f1 += max(f1(text[slice(*answer)], gold) for gold in golds)
                tally.short += best.answer is not None
    return {kind: tally.row() for kind, tally in sorted(tallies.items(), key=lambda item: -item[1].questions)}


def bare(text: str) -> str:
    """``text`` without white space and without stops at its ends, which annotators give or leave at will."""
    return "".join(text.split()).strip("。！？；，、,;.!?：:")


def speed(reader: Reader, rows: Sequence[dict[str, Any]]) -> list[float]:
    """Milliseconds, median and 95th percentile, to read five passages: the right ones and those of other questions."""
    passages = [hits_of(row)[0] for row in rows]
    times = []
    for number, row in enumerate(rows):
        hits = [passages[(number + step) % len(passages)] for step in range(READ_AT_ONCE)]
        begin = time.perf_counter()
        reader.read(row["question"], hits)
        times.append(1000 * (time.perf_counter() - begin))
    warm = sorted(times[20:] or times)
    return [round(statistics.median(warm), 2), round(warm[int(0.95 * len(warm))], 2)]


def show(name: str, result: dict[str, dict[str, float]]) -> None:
    """Print a set's table."""
    print(name)
    for kind, row in result.items():
        print(f"  {kind:<13}" + "  ".join(f"{key} {value:g}" for key, value in row.items()))


if __name__ == "__main__":
    main()
