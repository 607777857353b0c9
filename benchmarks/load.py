"""Many conversations at once: errors, answers that came to the wrong one, times, memory. `make bench-load`.

    python -m benchmarks.load [--minutes 10] [--users 20] [--page-users 5] [--url http://127.0.0.1:7860 [--pid N]]

Each user asks question after question of a dev set, eight to a conversation, the next as soon as the last is answered:
most over `/api/ask` with the conversation as its history, some over the queue that the page itself uses, in a session of
their own. Every answer is checked for whose it is: id and question over HTTP; over the page every question of the
conversation, in order, and the conversation's id. Every citation is checked against its document's text. "Too busy"
(503 or 429 with Retry-After, and the page's sentence that says so) is counted for itself, and asked again after as long
as it says. Without ``--url`` it serves a temporary library of the set's first contexts with the models that ship.

Not covered: whether answers are right (``benchmarks.quality``), a browser's own share of the time (``benchmarks.tasks``).
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.common import SHARED, read_rows, write_result
from benchmarks.load_users import ApiUser, PageUser, Texts, TooBusy, User, WrongConversationError, WrongReplyError
from benchmarks.speed import YINJU, serving

SET = SHARED / "data" / "qa" / "dev_cmrc2018_trial.jsonl.gz"
CONTEXTS = 60
TURNS = 8
"""Questions to a conversation, before the user begins another."""

PATIENCE = 120.0
"""Seconds until a question that got no reply at all is an error."""

BIN = 10.0
"""Seconds of the run that one point of the timeline stands for."""


@dataclass
class Tally:
    """What came of every question. May be used from several threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    begin: float = field(default_factory=time.monotonic)
    times: list[tuple[str, float, float]] = field(default_factory=list)
    """Way, seconds into the run at which the answer came, seconds that it took."""

    statuses: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    conversations: int = 0

    def answered(self, way: str, status: str, seconds: float) -> None:
        """Note an answer."""
        with self.lock:
            self.statuses[status] += 1
            self.times.append((way, time.monotonic() - self.begin, seconds))

    def busy(self, refusal: TooBusy) -> None:
        """Note that the server asked to come again later."""
        with self.lock:
            self.refused[refusal.status] += 1
            self.waited += refusal.seconds


def converse(user: User, questions: Sequence[str], tally: Tally, until: float) -> None:
    """Ask until the time is over, eight questions to a conversation."""
    import httpx

    order = random.Random(user.name).sample(questions, len(questions))
    for number, question in enumerate(itertools.cycle(order)):
        if time.monotonic() >= until:
            return
        if number % TURNS == 0:
            user.begin()
            with tally.lock:
                tally.conversations += 1
        begin = time.monotonic()
        try:
            status = user.ask(question)
        except TooBusy as refusal:
            tally.busy(refusal)
            time.sleep(min(refusal.seconds, max(0.0, until - time.monotonic())))
        except WrongConversationError as error:
            with tally.lock:
                tally.mixed.append(str(error))
        except (WrongReplyError, httpx.HTTPError) as error:
            with tally.lock:
                tally.errors.append(f"{user.way}: {type(error).__name__}: {error}")
        else:
            tally.answered(user.way, status, time.monotonic() - begin)


def remember(process: psutil.Process | None, samples: list[tuple[float, float]], done: threading.Event) -> None:
    """Sample the resident memory of ``process`` and its children once a second, in MB, until ``done``."""
    begin = time.monotonic()
    while process is not None and not done.is_set():
        try:
            whole = sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
        except psutil.NoSuchProcess:
            continue  # a child ended between being listed and being looked at
        samples.append((time.monotonic() - begin, round(whole / 1e6, 1)))
        done.wait(1.0)


def run(
    url: str, process: psutil.Process | None, questions: Sequence[str], *, users: int, page_users: int, minutes: float
) -> dict[str, Any]:
    """Let ``users`` converse with the server at ``url``, ``page_users`` of them over the page's queue; what came of it."""
    import httpx

    texts, samples, done = Texts(), list[tuple[float, float]](), threading.Event()
    clients = [httpx.Client(base_url=url, timeout=PATIENCE, headers={"Accept-Language": "zh-CN"}) for _ in range(users)]
    people: list[User] = [
        PageUser(f"u{number}", client) if number < page_users else ApiUser(f"u{number}", client, texts)
        for number, client in enumerate(clients)
    ]
    warm = Tally()
    for person in (people[0], people[-1]):
        converse(person, questions, warm, time.monotonic() + 3)
    tally = Tally(errors=warm.errors, mixed=warm.mixed)
    until = tally.begin + 60 * minutes
    sampler = threading.Thread(target=remember, args=(process, samples, done))
    threads = [threading.Thread(target=converse, args=(person, questions, tally, until)) for person in people]
    for thread in (sampler, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    sampler.join()
    for client in clients:
        client.close()
    return summary(tally, samples, users=users, page_users=page_users, minutes=minutes)


def summary(
    tally: Tally, samples: list[tuple[float, float]], *, users: int, page_users: int, minutes: float
) -> dict[str, Any]:
    """The run as JSON: totals, times by way, memory, and a timeline to plot."""
    memory = [value for _, value in samples]
    spread = {}
    for way in ("api", "page"):
        spread[way] = quantiles([seconds for one, _, seconds in tally.times if one == way])
    timeline = []
    for place in range(int(60 * minutes // BIN) + 1):
        low, high = place * BIN, (place + 1) * BIN
        points = [seconds for _, at, seconds in tally.times if low <= at < high]
        held = [value for at, value in samples if low <= at < high]
        if points:
            timeline.append({"second": int(low), **quantiles(points), "memory_mb": held[-1] if held else None})
    return {
        "users": users,
        "page_users": page_users,
        "minutes": minutes,
        "conversations": tally.conversations,
        "answers": sum(tally.statuses.values()),
        "statuses": dict(tally.statuses),
        "errors": len(tally.errors),
        "first_errors": tally.errors[:10],
        "wrong_conversation": len(tally.mixed),
        "first_wrong": tally.mixed[:10],
        "refused": dict(tally.refused),
        "asked_to_wait_s": round(tally.waited, 1),
        "seconds": spread,
        "memory_mb": {"start": memory[0], "middle": memory[len(memory) // 2], "end": memory[-1], "most": max(memory)}
        if memory
        else {},
        "timeline": timeline,
    }


def quantiles(seconds: Sequence[float]) -> dict[str, float | int]:
    """Count, median, 95th percentile and the longest."""
    if not seconds:
        return {"count": 0}
    ordered = sorted(seconds)
    return {
        "count": len(ordered),
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
        "most": round(ordered[-1], 3),
    }


def dev_set() -> tuple[dict[str, str], list[str]]:
    """The set's first contexts as files, by name, and the questions on them."""
    files: dict[str, str] = {}
    questions = []
    for row in read_rows(SET):
        name = f"{row['context_id']}.txt"
        if name not in files and len(files) == CONTEXTS:
            continue
        files[name] = f"{row['title']}\n\n{row['context']}\n"
        questions.append(row["question"])
    return files, questions


@contextmanager
def server(url: str, pid: int | None, files: dict[str, str]) -> Iterator[tuple[str, psutil.Process | None]]:
    """The server at ``url``, or where that is empty one of our own over a temporary library of ``files``."""
    if url:
        yield url, psutil.Process(pid) if pid else None
        return
    with tempfile.TemporaryDirectory() as folder:
        papers, library = Path(folder, "papers"), Path(folder, "library")
        papers.mkdir()
        for name, text in files.items():
            (papers / name).write_text(text, "utf-8")
        subprocess.run([str(YINJU), "add", str(papers), "--library", str(library)], check=True, capture_output=True)
        with serving(library) as (address, process, _):
            yield address, process


def main() -> None:
    """Run it, print it, write ``results/load.json``; exit 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--page-users", type=int, default=5, help="how many of them ask over the page's queue")
    parser.add_argument("--url", default="", help="a server that runs already; then results/load.json is not written")
    parser.add_argument("--pid", type=int, help="its process, to sample its memory")
    options = parser.parse_args()
    files, questions = dev_set()
    with server(options.url, options.pid, files) as (url, process):
        result = run(
            url,
            process,
            questions,
            users=options.users,
            page_users=min(options.page_users, options.users),
            minutes=options.minutes,
        )
    print(json.dumps(result, ensure_ascii=False, indent=1))
    if not options.url:
        print(write_result("load", result), file=sys.stderr)
    raise SystemExit(bool(result["errors"] or result["wrong_conversation"]))


if __name__ == "__main__":
    main()
