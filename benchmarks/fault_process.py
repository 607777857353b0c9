"""Running one step in a process of its own, and killing it. Knows no library."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

LONGEST = 120.0
"""Seconds after which a step is taken to hang."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended. ``code`` is that of the error it gave; ``bad``: it hung, crashed or raised anything else."""

    name: str
    value: Any = None
    code: str = ""
    detail: str = ""
    bad: bool = False


def run(work: Callable[[], Any], *, kill_after: float | None = None) -> Ending:
    """How ``work`` ends in a fork of this process, which is killed after ``kill_after`` seconds."""
    context = multiprocessing.get_context("fork")
    reading, writing = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, writing))
    process.start()
    writing.close()
    wait = LONGEST if kill_after is None else kill_after
    said = None
    try:
        said = reading.recv() if reading.poll(wait) else None
    except EOFError:
        pass
    finally:
        reading.close()
    process.join(0 if said is None else LONGEST)
    alive = process.is_alive()
    if alive:
        process.kill()
        process.join()
    if said is not None:
        return Ending(**said)
    if alive and kill_after is not None:
        return Ending("killed")
    if alive:
        return Ending("hangs", bad=True)
    return Ending(f"crashed: {signal.Signals(-(process.exitcode or 0)).name}", bad=True)


def _child(work: Callable[[], Any], writing: Connection) -> None:
    from embeddings.errors import EmbeddingsError
    from qa.errors import YinjuError

    try:
        said = {"name": "done", "value": work()}
    except (YinjuError, EmbeddingsError) as error:
        said = {"name": f"refused: {error.code}", "code": error.code, "detail": str(error)}
    except BaseException as error:  # what the bench looks for; told to the process that counts it
        said = {"name": f"TRACEBACK {type(error).__name__}", "detail": traceback.format_exc()[-1500:], "bad": True}
    writing.send(said)
    writing.close()
