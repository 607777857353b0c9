"""A short hash of a stored row, kept beside it, so that a byte that changed on the disk is seen before it is quoted.

Not a signature: who can write the file can write the hash. Knows no SQL and no document.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import Any

Value = str | int | bytes | None

SIZE = 16
"""Bytes of a digest."""


class Damaged(sqlite3.DatabaseError):
    """A row is not as it was stored: a byte of it changed on the disk. One of SQLite's errors, to be told as those are."""


def digest(values: Iterable[Value]) -> bytes:
    """16 bytes that differ where ``values`` do, their number and types included.

    :raises TypeError: if a value is of another type, as of a column whose content changed.
    """
    hashed = hashlib.blake2b(digest_size=SIZE)
    for value in values:
        kind, data = _encoded(value)
        hashed.update(kind + len(data).to_bytes(8, "little"))
        hashed.update(data)
    return hashed.digest()


def require(proof: object, values: Iterable[Any], name: str) -> None:
    """Let ``values`` pass if their digest is ``proof``. Every row that is used passes here first, so that nothing
    changed on the disk is searched, shown or quoted.

    :raises Damaged: if it is another; ``name`` says of what.
    """
    try:
        same = proof == digest(values)
    except TypeError:
        same = False
    if not same:
        raise Damaged(f"{name} changed since it was stored")


def _encoded(value: Value) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, int):
        return b"i", str(value).encode("ascii")
    raise TypeError(f"no digest for {type(value).__name__}")
