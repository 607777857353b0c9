"""Break a library in every way that a machine can, and see that nothing wrong is given out: `python -m benchmarks.faults`.

    kill      SIGKILL at a random moment while adding, removing, compacting, backing up, restoring or talking
    full      the same on a small disk of which a random part is taken
    byte      one byte changed at random in each file of the library's folder
    readonly  the same steps, and reading, on a file system that cannot be written
    clock     the same steps with the files written in the future, as after a clock went back
    milvus    a milvus-lite server killed at a random moment while adding, removing or compacting, and started again

After each fault the library is opened in a process of its own: every document and passage must read as its file does,
and what ``yinju check`` finds must be mended by ``check --repair`` or refused with a sentence; then the step is done
again and must end well. Small disks are tmpfs, which takes root; without it ``full`` and ``readonly`` are left out.

With ``--keep`` every round is added to ``benchmarks/results/faults.json`` as it ends, and a kind that has its rounds
there already is passed over, so the bench can be stopped and gone on with. Remove the file to begin anew.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock

from benchmarks import fault_steps as steps
from benchmarks import milvus_process
from benchmarks.common import BUILD, RESULTS, write_result
from benchmarks.fault_process import Ending, run

if TYPE_CHECKING:
    from embeddings.milvus import MilvusServer

KINDS = ("kill", "full", "byte", "readonly", "clock", "milvus")
STEPS = ("add", "remove", "compact", "back_up", "restore", "talk")
SERVED_STEPS = ("add", "remove", "compact")
FUTURE = 40 * 86_400.0


class Bench:
    """One library and its backup to spoil copies of, and what was seen."""

    def __init__(self, room: Path, *, articles: int) -> None:
        self.room = room
        self.chance = random.Random(0)
        self.papers = room / "papers"
        self.texts = steps.write_papers(self.papers, articles)
        self.whole, self.backup = room / "whole", room / "whole.zip"
        self.seconds: dict[str, float] = {}
        self.seen: dict[str, Counter[str]] = {}
        self.failures: list[str] = []
        self.failures_kept = 0
        self._count = 0
        for step in ("add", "talk", "back_up"):
            self._require_well(run(self._work(step, self.whole, self.backup)), step)
        held = steps.texts_of(self.whole)
        self.held, self.texts = len(held), self.texts | held

    def fresh(self, step: str, at: Path | None = None) -> Path:
        """A folder with the library that ``step`` begins with; none where it makes one."""
        self._count += 1
        folder = (at or self.room) / f"library{self._count}"
        if step not in ("add", "restore"):
            shutil.copytree(self.whole, folder)
        return folder

    def round_kept(self) -> None:
        """Forget what was seen: it is written down."""
        self.seen, self.failures_kept = {}, len(self.failures)

    def parts(self, kind: str) -> list[str]:
        """What one round of ``kind`` spoils: the files of a library, or the steps."""
        if kind == "byte":
            files = (path for path in self.whole.rglob("*") if path.is_file() and path.stat().st_size)
            return sorted(str(path.relative_to(self.whole)) for path in files)
        return list(SERVED_STEPS if kind == "milvus" else STEPS)

    def _work(self, step: str, folder: Path, target: Path | None = None) -> Callable[[], Any]:
        target = target or folder.with_name("backup.zip")
        return {
            "add": partial(steps.add, folder, self.papers),
            "remove": partial(steps.remove, folder),
            "compact": partial(steps.compact, folder),
            "back_up": partial(steps.back_up, folder, target),
            "restore": partial(steps.restore, self.backup, folder),
            "talk": partial(steps.talk, folder),
        }[step]

    # ---- faults

    def kill(self, step: str) -> None:
        """Kill ``step`` at a moment drawn from the time that it takes."""
        folder = self.fresh(step)
        if step not in self.seconds:
            begin = time.perf_counter()
            self._require_well(run(self._work(step, self.fresh(step))), step)
            self.seconds[step] = time.perf_counter() - begin
        ending = run(self._work(step, folder), kill_after=self.chance.uniform(0.0, self.seconds[step]))
        self.note(f"kill {step}", ending)
        self.settle(f"kill {step}", step, folder)

    def full(self, step: str) -> None:
        """Do ``step`` on a disk with a random amount of room, then make room and do it again."""
        need = _size(self.whole) * 3
        with small_disk(self.room / "disk", need) as disk:
            folder = self.fresh(step, disk)
            free = shutil.disk_usage(disk).free
            left = int(free * self.chance.random() ** 2)
            (disk / "filler").write_bytes(bytes(max(0, free - left)))
            ending = run(self._work(step, folder))
            self.note(
                f"full {step}", ending, allowed={"disk_full", "conversations_disk", "feedback_file", "collections_file"}
            )
            self.note("full look", run(partial(steps.look, folder, self.texts)), quiet=True)
            (disk / "filler").unlink()
            self.settle(f"full {step}", step, folder)

    def byte(self, name: str) -> None:
        """Change one byte of the file ``name``, look, mend, and look again."""
        folder = self.fresh("talk")
        file = folder / name
        data, times = bytearray(file.read_bytes()), file.stat()
        data[self.chance.randrange(len(data))] ^= self.chance.randrange(1, 256)
        file.write_bytes(data)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # a disk that fails touches no times
        ending = run(partial(steps.mend, folder, self.whole, self.texts))
        self.note(f"byte {kind_of(name)}", ending)
        shutil.rmtree(folder)

    def readonly(self, step: str) -> None:
        """Do ``step`` where nothing can be written; the library must be as it was."""
        with small_disk(self.room / "disk", _size(self.whole) * 4) as disk:
            folder = self.fresh(step, disk)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            ending = run(self._work(step, folder))
            self.note(
                f"readonly {step}", ending, allowed={"library_readonly", "backup_write", "conversations_readonly"}
            )
            looked = run(partial(steps.look, folder, self.texts))
            self.note("readonly look", looked)
            if step not in ("add", "restore") and (looked.value or {}).get("documents") != self.held:
                self.failures.append(f"readonly: {looked}")
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            self.settle(f"readonly {step}", step, folder)

    def clock(self, step: str) -> None:
        """Do ``step`` on a library whose every file comes from the future."""
        folder = self.fresh(step)
        for path in folder.rglob("*") if folder.exists() else ():
            later = time.time() + self.chance.uniform(0, FUTURE)
            os.utime(path, (later, later))
        self.note(f"clock {step}", run(self._work(step, folder)))
        self.settle(f"clock {step}", step, folder)

    def milvus(self, step: str) -> None:
        """Kill the Milvus server at a random moment of ``step``; without it, and with it back, nothing wrong is given."""
        from embeddings.milvus import MilvusServer

        place = self.fresh("add")
        process = milvus_process.MilvusProcess(place / "server")
        server, folder = MilvusServer(process.uri), place / "library"
        try:
            within = self._served_seconds(step, place / "timed", server)
            if step != "add":
                self._require_well(run(partial(steps.add, folder, self.papers, server)), "add to milvus-lite")
            work = self._served(step, folder, server)
            timer = threading.Timer(self.chance.uniform(0.0, within), process.kill)
            timer.start()
            ending = run(work)
            timer.join()
            self.note(f"milvus {step}", ending, allowed={"engine_unreachable"})
            self.note("milvus gone, look", run(partial(steps.look, folder, self.texts, server)))
            process.start()
            self.note(f"milvus {step}, then again", run(work), quiet=True)
            last = run(partial(steps.look, folder, self.texts, server))
            if last.value is None or last.value["problems"] or "code" in last.value:
                self.failures.append(f"milvus {step}: not sound in the end: {last}")
        finally:
            process.kill()
        shutil.rmtree(place)

    def _served(self, step: str, folder: Path, server: MilvusServer) -> Callable[[], Any]:
        return {
            "add": partial(steps.add, folder, self.papers, server),
            "remove": partial(steps.remove, folder, server),
            "compact": partial(steps.compact, folder, server),
        }[step]

    def _served_seconds(self, step: str, folder: Path, server: MilvusServer) -> float:
        """How long ``step`` takes on a server without any fault; tried once."""
        name = f"milvus {step}"
        if name not in self.seconds:
            for each in dict.fromkeys(("add", step)):
                begin = time.perf_counter()
                self._require_well(run(self._served(each, folder, server)), each)
                self.seconds[name] = time.perf_counter() - begin
        return self.seconds[name]

    # ---- what is left

    def settle(self, fault: str, step: str, folder: Path) -> None:
        """The library must be sound, or be made so by a repair; then ``step`` is done again, and must end well."""
        ending = run(partial(steps.look, folder, self.texts))
        self.note(f"{fault}, then look", ending, quiet=True)
        found = ending.value or {}
        if found.get("problems"):
            self.seen[fault]["needed repair"] += 1
            self.note(f"{fault}, then repair", run(self._work("compact", folder)))
        if step == "restore" and folder.exists() and any(folder.iterdir()):
            shutil.rmtree(folder)  # it was whole by then
        if step == "remove" and found.get("code") == "library_missing":
            self.failures.append(f"{fault}: the library is gone")
        self.note(f"{fault}, then again", run(self._work(step, folder)), quiet=True)
        last = run(partial(steps.look, folder, self.texts))
        good = last.value is not None and not last.value["problems"] and "code" not in last.value
        if not good or (step == "add" and last.value["documents"] < len(list(self.papers.iterdir()))):
            self.failures.append(f"{fault}: not sound in the end: {last}")
        shutil.rmtree(folder)
        left = list(folder.parent.glob(".yinju-*"))
        if step in ("back_up", "restore") and any(any(path.iterdir()) for path in left):
            self.failures.append(f"{fault}: left behind {left}")
        for path in left:
            shutil.rmtree(path)

    def note(self, fault: str, ending: Ending, *, allowed: set[str] | None = None, quiet: bool = False) -> None:
        """Count how ``fault`` ended; an ending that no one can act on is a failure."""
        if not quiet:
            said = ending.value if isinstance(ending.value, str) else ending.name
            self.seen.setdefault(fault, Counter())[said] += 1
        if ending.bad or (allowed is not None and ending.code and ending.code not in allowed):
            self.failures.append(f"{fault}: {ending.name}\n{ending.detail}")

    def _require_well(self, ending: Ending, step: str) -> None:
        if ending.name != "done":
            sys.exit(f"{step} does not work without any fault: {ending}")


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """A file system of its own with ``size`` bytes, in memory."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def kind_of(name: str) -> str:
    """A file of a library by its kind: names that are random are left out."""
    parts = Path(name).parts
    if parts[0] in ("files", "removed"):
        return f"{parts[0]}/*"
    return name if len(parts) < 2 or "." not in parts[-1] else "/".join((*parts[:-1], f"*{Path(name).suffix}"))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Run the rounds of each kind and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[])
    parser.add_argument("--rounds", type=int, default=20, help="of each step, or of each file")
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="add each round to benchmarks/results/faults.json")
    arguments = parser.parse_args()
    kinds = arguments.kinds or [kind for kind in KINDS if possible(kind)]
    kept = read_kept() if arguments.keep else {}
    steps.warm()
    memory = Path("/dev/shm")  # where there is one, nothing waits for a disk
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        bench = Bench(Path(name), articles=arguments.articles)
        for kind in kinds:
            for turn in range(kept.get(kind, {}).get("rounds", 0), arguments.rounds):
                bench.chance = random.Random(f"{arguments.seed} {kind} {turn}")
                begin = time.perf_counter()
                for each in bench.parts(kind):
                    getattr(bench, kind)(each)
                print(f"{kind} {turn + 1}/{arguments.rounds}, failures: {len(bench.failures)}", flush=True)
                if arguments.keep:
                    keep(kind, bench, arguments.articles, time.perf_counter() - begin)
    seen = {fault: dict(sorted(counts.items())) for fault, counts in sorted(bench.seen.items())}
    print(json.dumps(seen, ensure_ascii=False, indent=1))
    for failure in bench.failures:
        print(failure)
    sys.exit(bool(bench.failures))


def possible(kind: str) -> bool:
    """Whether ``kind`` can be tried here."""
    if kind in ("full", "readonly"):
        return os.geteuid() == 0
    return kind != "milvus" or milvus_process.INSTALLED


def read_kept() -> dict[str, Any]:
    """What earlier runs saw, by kind."""
    path = RESULTS / "faults.json"
    kinds: dict[str, Any] = json.loads(path.read_text("utf-8"))["kinds"] if path.is_file() else {}
    return kinds


def keep(kind: str, bench: Bench, articles: int, seconds: float) -> None:
    """Add what a round saw to the result, and let the bench forget it. Another run may have added rounds meanwhile."""
    BUILD.mkdir(exist_ok=True)
    with filelock.FileLock(BUILD / "faults.lock"):
        kinds = read_kept()
        of = kinds.setdefault(kind, {"rounds": 0, "articles": articles, "seconds": 0.0, "seen": {}, "failures": []})
        of["rounds"] += 1
        of["seconds"] = round(of["seconds"] + seconds, 1)
        of["failures"] += bench.failures[bench.failures_kept :]
        for fault, counts in bench.seen.items():
            of["seen"][fault] = dict(sorted((Counter(of["seen"].get(fault, {})) + counts).items()))
        of["seen"] = dict(sorted(of["seen"].items()))
        write_result("faults", {"kinds": {name: kinds[name] for name in KINDS if name in kinds}})
    bench.round_kept()


if __name__ == "__main__":
    main()
