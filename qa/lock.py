"""One writer at a time: the lock file in a library's folder, which holds between processes.

Knows nothing of what is written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from qa.errors import LibraryError

LOCK_NAME = "write.lock"


@contextlib.contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Only one process changes a library at a time; the system lets go of the lock when a process dies.

    :raises LibraryError: ``library_busy``.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_NAME)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LibraryError("library_busy", path=str(folder)) from error
    try:
        yield
    finally:
        lock.release()
