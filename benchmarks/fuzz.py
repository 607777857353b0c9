"""Read files that chance has spoilt, and see that each ends in a document or a clear error: `python -m benchmarks.fuzz`.

Case ``n`` of a seed is always the same file, so a run can be stopped and taken up again (``build/fuzz.json``), and a
finding looked at with ``--case n``. A finding is what no file may do: an error of the reader's own (``file_crashed``),
an error without a sentence, a document whose offsets do not fit its text, more time than ``SECONDS``. Files are read as
`yinju add` reads them, in a child process within its limits.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.common import BUILD
from benchmarks.fuzz_files import mutated, samples
from qa.check import offset_problems
from qa.documents import read_documents
from qa.errors import DocumentError
from qa.intake import document_id
from qa.passages import split_passages
from ui import strings

SECONDS = 45.0
"""Seconds that a file of a few kilobytes may take to read, on a busy machine."""
RESULT = BUILD / "fuzz.json"


def case(number: int, seed: int, files: dict[str, bytes]) -> tuple[str, bytes]:
    """Name and bytes of a case."""
    name = sorted(files)[number % len(files)]
    return name, mutated(files[name], random.Random(f"{seed}:{number}"))


def outcomes(path: Path) -> list[str]:
    """How reading the file ends: ``ok`` or an error's code for each document; what may not be begins with ``!``."""
    begin = time.perf_counter()
    found: list[str] = []
    for document in read_documents(path, name=path.name, identify=document_id):
        if isinstance(document, DocumentError):
            bad = document.code == "file_crashed" or "?" in strings.sentence(document.code, "en", **document.fields)
            bad = bad or document.code not in strings.ERRORS
            found.append(f"!{document}" if bad else document.code)
        else:
            problems = list(offset_problems(document, split_passages(document)))
            found.append(f"!{problems[0]}" if problems else "ok")
    seconds = time.perf_counter() - begin
    return [*found, f"!took {seconds:.0f} s"] if seconds > SECONDS else found


def main() -> None:
    """Run the cases that are left and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="cases in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many; go on another time")
    parser.add_argument("--case", type=int, help="read this one only, and keep its file")
    arguments = parser.parse_args()
    files = samples()
    if arguments.case is not None:
        name, data = case(arguments.case, arguments.seed, files)
        path = BUILD / f"fuzz-{arguments.case}-{name}"
        BUILD.mkdir(exist_ok=True)
        path.write_bytes(data)
        print(path, outcomes(path))
        return
    sys.exit(1 if run(arguments.count, arguments.seed, arguments.seconds, files)["findings"] else 0)


def run(count: int, seed: int, seconds: float, files: dict[str, bytes]) -> dict[str, Any]:
    """Go on from the last run of this seed; the result is written after every fifty cases."""
    result = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    if result.get("seed") != seed:
        result = {"seed": seed, "done": 0, "outcomes": {}, "slowest_s": 0.0, "findings": []}
    codes, begin = Counter(result["outcomes"]), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():  # what is loaded once is no file's time
            Path(folder, name).write_bytes(data)
            outcomes(Path(folder, name))
        while result["done"] < count and time.monotonic() - begin < seconds:
            name, data = case(result["done"], seed, files)
            path = Path(folder, name)
            path.write_bytes(data)
            started = time.perf_counter()
            ends = outcomes(path)
            result["slowest_s"] = max(result["slowest_s"], round(time.perf_counter() - started, 2))
            codes.update("finding" if end.startswith("!") else end for end in ends)
            result["findings"] += [{"case": result["done"], "file": name, "end": e} for e in ends if e.startswith("!")]
            result["done"] += 1
            if result["done"] % 50 == 0:
                _write(result, codes)
    _write(result, codes)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return result


def _write(result: dict[str, Any], codes: Counter[str]) -> None:
    BUILD.mkdir(exist_ok=True)
    result["outcomes"] = dict(codes.most_common())
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
