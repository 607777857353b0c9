"""How fast and how large: start-up, one question by stage, passages a second, memory. `make bench-speed`.

Run it on an otherwise idle machine. Every figure is of the installed program with the model that ships.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from benchmarks.common import ROOT, SHARED, read_rows, write_result

QUESTIONS = 200
ARTICLES = 100
READY = 600
"""Seconds until the server must be ready, or gone; a busy machine is slow at both."""
YINJU = Path(sys.executable).with_name("yinju")


def main() -> None:
    """Measure everything, print it, and write ``results/speed.json``."""
    result: dict[str, Any] = {"help_s": help_seconds()}
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "library")
        run([str(YINJU), "add", str(ROOT / "seeds"), "--library", str(library)])
        questions = seed_questions()
        with serving(library) as (url, process, started):
            first = time.perf_counter()
            ask(url, questions[0])
            result["chat_to_answer_s"] = round(started + time.perf_counter() - first, 2)
            for question in questions[:20]:
                ask(url, question)
            result["question_ms"] = question_milliseconds(url, questions)
            result["memory_mb"] = round(process.memory_info().rss / 1e6)
    if SHARED.is_dir():
        result["indexing"] = indexing(SHARED)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    print(write_result("speed", result))


def help_seconds() -> float:
    """Median wall seconds of ``yinju --help`` over seven runs, after one to warm the disk cache."""
    run([str(YINJU), "--help"])
    times = []
    for _ in range(7):
        begin = time.perf_counter()
        run([str(YINJU), "--help"])
        times.append(time.perf_counter() - begin)
    return round(statistics.median(times), 3)


def seed_questions() -> list[str]:
    """Questions on the newspaper in ``seeds/``, repeated until there are ``QUESTIONS``."""
    own = [
        "有多少家世界500强落户重庆？", "谁宣布了西洽会开幕？", "激光打靶体验在哪个展位？", "重庆与越南的进出口额是多少？",
        "京畿道的代表是谁？", "昌都推介会总投资额多少？", "西洽会的门票多少钱？", "“AI+制造”专场有多少人参加？",
    ]  # fmt: skip
    return [own[i % len(own)] for i in range(QUESTIONS)]


@contextmanager
def serving(library: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    """``yinju chat`` on a free port: its address, its process, and the seconds until it was ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(YINJU), "chat", "--port", str(port), "--no-browser", "--library", str(library)]
    begin = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begin < READY:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", psutil.Process(server.pid), time.perf_counter() - begin
    finally:
        server.terminate()
        server.wait(timeout=READY)


def ask(url: str, question: str) -> dict[str, Any]:
    """One question over HTTP."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{url}/api/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def question_milliseconds(url: str, questions: list[str]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile by stage; ``http`` is what a caller waits, the others what the answer reports."""
    times: dict[str, list[float]] = {"http": [], "retrieve": [], "read": [], "total": []}
    for question in questions:
        begin = time.perf_counter()
        answer = ask(url, question)
        times["http"].append(1000 * (time.perf_counter() - begin))
        for stage, value in answer["timings_ms"].items():
            times[stage].append(value)
    return {
        stage: {"median": round(statistics.median(values), 1), "p95": round(sorted(values)[int(0.95 * len(values))], 1)}
        for stage, values in times.items()
    }


def indexing(shared: Path) -> dict[str, float]:
    """Passages a second of the whole pipeline on news articles as files, beside the encoder alone on the same texts."""
    from embeddings.encoder import load_encoder
    from qa.index_texts import index_text
    from qa.library import Library

    encoder = load_encoder()
    encoder.encode_passages(["热身。"])
    rows = read_rows(shared / "data" / "news" / "documents.jsonl.gz")[:ARTICLES]
    with tempfile.TemporaryDirectory() as folder:
        papers = Path(folder, "papers")
        papers.mkdir()
        for number, row in enumerate(rows):
            (papers / f"{number:05}.txt").write_text(row["text"], "utf-8")
        with Library.create(Path(folder, "library"), encoder=encoder) as library:
            begin = time.perf_counter()
            passages = library.add([papers], encoder=encoder).passages
            whole = time.perf_counter() - begin
            pairs = library.passages(list(range(1, passages + 1)))
            texts = [index_text(passage, document.text[passage.start : passage.end]) for passage, document in pairs]
    begin = time.perf_counter()
    encoder.encode_passages(texts)
    alone = time.perf_counter() - begin
    return {
        "passages": passages,
        "characters_per_passage": round(sum(map(len, texts)) / passages),
        "pipeline_per_s": round(passages / whole, 2),
        "encoder_per_s": round(passages / alone, 2),
        "on_top_of_encoder": round(whole / alone - 1, 3),
    }


def run(command: list[str]) -> None:
    """Run a command to its end, quietly.

    :raises subprocess.CalledProcessError: if it fails.
    """
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ})


if __name__ == "__main__":
    main()
