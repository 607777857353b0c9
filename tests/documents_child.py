"""What the tests of qa.documents.worker ask a child process to do. Imports nothing that takes long."""

from __future__ import annotations

import os
import signal
import time

from qa.documents import worker
from qa.errors import DocumentError


def echo(value: object) -> object:
    return value


def whoami() -> int:
    return os.getpid()


def sleep() -> None:
    time.sleep(60)


def beat(times: int) -> str:
    """Take longer than the limit allows, with signs of life."""
    worker.BEAT = 0.05
    for _ in range(times):
        time.sleep(0.1)
        worker.alive()
    return "done"


def pages(count: int) -> int:
    """Read pages, with a sign of life in the middle of each."""
    worker.BEAT = 0.05
    for done in range(1, count + 1):
        time.sleep(0.1)
        worker.alive()
        worker.alive(done, count)
    time.sleep(0.1)
    worker.alive()
    return count


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stop() -> None:
    os._exit(3)


def allocate() -> int:
    return len(bytearray(8 * 1024**3))


def recurse() -> None:
    recurse()


def fail() -> None:
    raise KeyError("a parser's own mistake")


def refuse(path: str) -> None:
    raise DocumentError("file_too_large", path=path, size=5, limit=4)


def chatter() -> str:
    os.write(1, b"noise on the standard output\n")
    return "still understood"


def peak() -> int:
    """The most memory that this program has held so far, in bytes. ``ru_maxrss`` will not do: it begins with what the
    process held that this one was forked from.
    """
    from pathlib import Path

    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
