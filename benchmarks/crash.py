"""Kill `yinju add` at random moments, and see that nothing is lost: `python -m benchmarks.crash`.

Each round starts `yinju add` on news articles and kills it with SIGKILL at a random moment; then `yinju check` must pass
and the library open; every few rounds the add is left to finish, and must have every article. The encoder is a table of
random vectors, so that the time goes into storing rather than embedding and the kills land there. The round's moment is
drawn uniformly from the time that a whole run takes.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import SHARED, read_rows, write_result
from embeddings.encoder import BUNDLED

YINJU = Path(sys.executable).with_name("yinju")
ROUNDS_A_LIBRARY = 5


def main() -> None:
    """Run the rounds and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        papers = write_articles(folder / "papers", arguments.articles)
        model = static_model(folder / "model")
        seconds = timed_add(folder / "timed", papers, model)
        rounds: list[dict[str, Any]] = []
        while len(rounds) < arguments.kills:
            library = folder / f"library{len(rounds)}"
            for _ in range(min(ROUNDS_A_LIBRARY, arguments.kills - len(rounds))):
                moment = chance.uniform(0.0, seconds)
                add_and_kill(library, papers, model, moment)
                rounds.append({"moment_s": round(moment, 2), **state(library, model)})
                print(json.dumps(rounds[-1]), flush=True)
            run("add", library, model, str(papers))
            after = state(library, model)
            if after["documents"] != arguments.articles or not after["sound"]:
                sys.exit(f"a second add did not complete the library: {after}")
    sound = sum(one["sound"] for one in rounds)
    print(f"{sound} of {len(rounds)} checks passed; every library was completed by a second add")
    write_result("crash", {"kills": len(rounds), "sound": sound, "whole_run_s": round(seconds, 1), "rounds": rounds})
    if sound < len(rounds):
        sys.exit(1)


def write_articles(folder: Path, count: int) -> Path:
    """The first ``count`` news articles as files."""
    folder.mkdir()
    for number, row in enumerate(read_rows(SHARED / "data" / "news" / "documents.jsonl.gz")[:count]):
        (folder / f"{number:05}.txt").write_text(row["text"], "utf-8")
    return folder


def static_model(folder: Path) -> Path:
    """A model that sentence-transformers loads like any other: one random vector a token, averaged."""
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    weights = np.random.default_rng(0).standard_normal((tokenizer.get_vocab_size(), 64)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)]).save(str(folder))
    return folder


def timed_add(library: Path, papers: Path, model: Path) -> float:
    """Seconds of one whole run."""
    begin = time.perf_counter()
    run("add", library, model, str(papers))
    return time.perf_counter() - begin


def add_and_kill(library: Path, papers: Path, model: Path, moment: float) -> None:
    """Start `yinju add` and kill it after ``moment`` seconds, unless it is done by then."""
    process = subprocess.Popen(
        command("add", library, model, str(papers)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def state(library: Path, model: Path) -> dict[str, Any]:
    """What `check` and `list` say; a library that was killed before it was made is sound and empty."""
    if not (library / "library.sqlite3").exists():
        return {"sound": True, "documents": 0}
    check = subprocess.run(command("check", library, model), capture_output=True, text=True, check=False)
    if check.returncode == 1 and "yinju add" in check.stderr and not check.stdout:
        return {"sound": True, "documents": 0}
    listed = subprocess.run(command("list", library, model), capture_output=True, text=True, check=False)
    return {"sound": check.returncode == 0 and listed.returncode == 0, "documents": len(listed.stdout.splitlines())}


def run(name: str, library: Path, model: Path, *arguments: str) -> None:
    """Run a command to its end.

    :raises subprocess.CalledProcessError: if it fails.
    """
    subprocess.run(command(name, library, model, *arguments), check=True, capture_output=True)


def command(name: str, library: Path, model: Path, *arguments: str) -> list[str]:
    """The command line of ``yinju NAME``."""
    return [str(YINJU), name, *arguments, "--library", str(library), "--model", str(model)]


if __name__ == "__main__":
    main()
