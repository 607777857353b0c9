"""Reading in a child process, so that a file that crashes, hangs or bloats its parser costs itself and nothing else.

A :class:`Worker` keeps one child: ``python -m qa.documents.worker``, started when first needed and used for many files.
Requests and answers are JSON with the length before it, on the child's own pipes. The child has a limit on its address
space where the platform knows one, and a limit on the time since it last gave a sign of life; one that dies or overruns
is killed, its file gets a :class:`qa.errors.DocumentError`, and the next file gets a new child. Nothing here forks, so
it works on every platform; where there is no limit on address space, only time is limited.

Knows no format: a request names a function by ``module:function`` and the JSON values that it takes.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import IO, Any, BinaryIO

from qa.documents.codec import dumps, loads
from qa.errors import DocumentError

MEMORY = 2 * 1024**3
"""Bytes of address space that a child may have."""
SECONDS = 60.0
"""Seconds that a child may go without a sign of life, and one more for each MB of the file."""
START = 60.0
"""Seconds that a child may take to start; they do not count for its first file."""
FILES = 400
"""Files after which a child is replaced, so that what parsers leak stays small."""
BEAT = 1.0
"""Seconds between two signs of life at least."""

_LENGTH = struct.Struct(">Q")
_ALIVE = b"{}"
_LONGEST = 4 * 1024**3
_MB = 1024 * 1024

_told: ContextVar[Callable[[int, int], None] | None] = ContextVar("told", default=None)
_thread = threading.local()
_last_beat = 0.0
_at = 0, 0
_answers: BinaryIO | None = None


def alive(done: int = 0, pages: int = 0) -> None:
    """A parser's sign of life: call it after each page of a long file. Does nothing outside a child. Cheap.

    ``done`` of ``pages`` pages are read, where that is known; a sign without them tells the last again.
    """
    global _last_beat, _at
    if pages:
        _at = done, pages
    now = time.monotonic()
    if _answers is not None and now - _last_beat >= BEAT:
        _last_beat = now
        _send(_answers, dumps({"done": _at[0], "pages": _at[1]}) if _at[1] else _ALIVE)


@contextlib.contextmanager
def pages_told(tell: Callable[[int, int], None]) -> Iterator[None]:
    """Within, ``tell`` hears (pages read, pages) about once a second while a file of pages is read in a child.

    For this thread only. It passes by those between, who know no pages.
    """
    token = _told.set(tell)
    try:
        yield
    finally:
        _told.reset(token)


class Worker:
    """One child at a time, and at most one request to it at a time: threads wait for each other.

    ``memory`` is in bytes; ``seconds`` as :data:`SECONDS`.
    """

    def __init__(self, *, memory: int = MEMORY, seconds: float = SECONDS) -> None:
        self._memory = memory
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.Queue[bytes | None] = queue.Queue()
        self._used = 0

    def call(self, target: str, arguments: dict[str, Any], *, path: str, size: int = 0) -> Any:
        """``target`` (``module:function``) called in the child with ``arguments``; its result, all of it JSON values.

        ``path`` and ``size`` (bytes) are those of the file at hand, for errors and the time limit.

        :raises DocumentError: what ``target`` raised; ``file_crashed`` (also for any other error of it), ``file_slow``,
            ``file_memory`` or ``file_nested``.
        """
        request = dumps({"target": target, "arguments": arguments, "path": path})
        with self._lock:
            try:
                answer = self._ask(request, path, self._seconds + size / _MB)
            except BaseException:
                self._stop()
                raise
            self._used += 1
            error = answer.get("error")
            if self._used >= FILES or (error and error["code"] == "file_memory"):
                self._stop()
        if error:
            raise DocumentError(error["code"], **error["fields"])
        return answer["value"]

    def interrupt(self) -> None:
        """End the child in the middle of its file, whichever thread waits for it."""
        if (process := self._process) is not None:
            _kill(process)

    def close(self) -> None:
        """End the child, if there is one. The worker may be used again."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes, path: str, limit: float) -> dict[str, Any]:
        process = self._process
        started = process is None or process.poll() is not None
        if process is None or started:
            self._stop()
            process = self._start()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError, OSError):  # a child that is gone is noticed below
            _send(process.stdin, request)
        while True:
            try:
                frame = self._frames.get(timeout=max(START, limit) if started else limit)
            except queue.Empty:
                raise DocumentError("file_slow", path=path, seconds=round(limit)) from None
            if frame is None:
                raise DocumentError("file_crashed", path=path, reason=_end(process))
            started = False
            answer: dict[str, Any] = loads(frame)
            if "value" in answer or "error" in answer:
                return answer
            tell = _told.get()
            if tell is not None and "done" in answer:
                tell(answer["done"], answer["pages"])

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        process = subprocess.Popen(
            # -P: the working directory, where a stranger's files may lie, is no place to import from.
            [sys.executable, "-P", "-X", "utf8", "-m", "qa.documents.worker", str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Each thread of OpenBLAS takes address space on starting, one for every core; nothing here multiplies.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=True,  # Ctrl+C is the parent's to handle, and what the child starts can be ended with it
        )
        self._process, self._frames, self._used = process, queue.Queue(), 0
        threading.Thread(target=_pump, args=(process.stdout, self._frames), daemon=True).start()
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def shared() -> Worker:
    """The worker of this process; another one after a fork. Its child ends with the process.

    A thread that has called :func:`use` has one of its own.
    """
    return _worker_of(os.getpid(), getattr(_thread, "number", None))


def use(number: int) -> None:
    """Give this thread a worker of its own. It stays when the thread ends, for the next that uses ``number``."""
    _thread.number = number


def interrupt(count: int) -> None:
    """End what the workers of the numbers below ``count`` are reading: that gives ``file_crashed``."""
    for number in range(count):
        _worker_of(os.getpid(), number).interrupt()


@cache
def _worker_of(_process: int, _number: int | None) -> Worker:
    worker = Worker()
    atexit.register(worker.close)
    return worker


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the child and what it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> str:
    """How a child ended, in words that a developer understands."""
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "pipe closed"
    if code >= 0:
        return f"exit {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def _pump(stream: BinaryIO, frames: queue.Queue[bytes | None]) -> None:
    """Move the child's frames into the queue; ``None`` at the end. Pipes cannot be waited for everywhere, queues can."""
    with contextlib.suppress(OSError, ValueError):  # the pipe may be closed under a stopped child
        while (frame := _receive(stream)) is not None:
            frames.put(frame)
    frames.put(None)


def _send(stream: IO[bytes], frame: bytes) -> None:
    stream.write(_LENGTH.pack(len(frame)) + frame)
    stream.flush()


def _receive(stream: BinaryIO) -> bytes | None:
    """The next frame, or ``None`` at the end of the stream, in the middle of a frame too."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > _LONGEST:
        return None
    frame = stream.read(length)
    return frame if len(frame) == length else None


# ---- in the child


def serve(memory: int) -> None:
    """Answer requests until the parent closes the pipe or is gone. ``memory`` is the limit in bytes."""
    global _answers
    _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not get among the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    _limit(memory)
    _send(_answers, _ALIVE)
    requests: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        _send(_answers, _answer(loads(requests.get()), memory))


def _listen(requests: queue.Queue[bytes]) -> None:
    """Take requests; end the process at once when there are no more, in the middle of a file too."""
    with os.fdopen(os.dup(0), "rb") as stream:
        while (request := _receive(stream)) is not None:
            requests.put(request)
        os._exit(0)


def _answer(request: dict[str, Any], memory: int) -> bytes:
    global _at
    path, _at = request["path"], (0, 0)
    try:
        module, _, name = request["target"].partition(":")
        function = getattr(importlib.import_module(module), name)
        return dumps({"value": function(**request["arguments"])})
    except DocumentError as error:
        code, fields = error.code, error.fields
    except MemoryError:
        code, fields = "file_memory", {"path": path, "limit": memory}
    except RecursionError:
        code, fields = "file_nested", {"path": path}
    except Exception as error:  # the border: a parser's mistake over one file must not end the reading of others
        code, fields = "file_crashed", {"path": path, "reason": type(error).__name__}
    return dumps({"error": {"code": code, "fields": fields}})


def _limit(memory: int) -> None:
    """Limit the address space, where the platform has such a limit. A lower limit that is there already stays.

    Only the soft limit is set: a converter that is started from here may raise its own.
    """
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = min([memory, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)])
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


if __name__ == "__main__":
    # The module that parsers import has to be the one that knows the pipe, and __main__ is another.
    from qa.documents.worker import serve as _serve

    _serve(int(sys.argv[1]))
