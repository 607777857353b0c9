"""What the errors of SQLite and of the system mean for a library: the disk is full, busy, read-only or damaged."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from qa.errors import LibraryError, mapped_embeddings

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL = 1 << 20
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


def on_read_only_disk(folder: Path) -> bool:
    """Whether ``folder``, which exists, lies on a file system that nobody can write to, as a snapshot does."""
    return hasattr(os, "statvfs") and folder.exists() and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def is_full(error: sqlite3.Error, folder: Path) -> bool:
    """Whether SQLite failed in ``folder`` for want of room. It seldom says so of the files beside a database."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
        return True
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return code & 0xFF == sqlite3.SQLITE_IOERR and shutil.disk_usage(there).free < _FULL


def is_read_only(error: sqlite3.Error, folder: Path) -> bool:
    """Whether SQLite failed as ``folder`` may not be written. A database there cannot even be opened: others belong
    beside it.
    """
    primary = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    refused = primary == sqlite3.SQLITE_CANTOPEN and folder.exists() and not os.access(folder, os.W_OK)
    return primary == sqlite3.SQLITE_READONLY or refused


def still_address(path: Path) -> str | None:
    """The address under which SQLite opens ``path`` where nobody can change it, on a read-only disk; else none."""
    if not path.parent.exists() or not on_read_only_disk(path.parent):
        return None
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


@contextlib.contextmanager
def mapped_errors(folder: Path) -> Iterator[None]:
    """Say of SQLite's, the system's and the indexes' errors what they mean for the library."""
    try:
        with mapped_embeddings():
            yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if is_full(error, folder):
            raise LibraryError("disk_full", path=str(folder)) from error
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryError("library_busy", path=str(folder)) from error
        if is_read_only(error, folder):
            raise LibraryError("library_readonly", path=str(folder)) from error
        raise LibraryError("library_broken", path=str(folder), reason=str(error)) from error
    except UnicodeDecodeError as error:  # sqlite3 gives SQLite's message about a damaged schema up with this
        raise LibraryError("library_broken", path=str(folder), reason="schema") from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise LibraryError("disk_full", path=str(folder)) from error
        if error.errno in _READ_ONLY:
            raise LibraryError("library_readonly", path=str(folder)) from error
        raise LibraryError("library_broken", path=str(folder), reason=error.strerror or str(error)) from error
