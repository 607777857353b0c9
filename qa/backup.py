"""A library as one file: written while the library is served and added to, and made a library again, checked.

A backup is a zip file: ``manifest.json`` and everything in the library's folder but what can be made anew (the
indexes) or belongs to a running process (locks, parts). SQLite files are copied with SQLite's online backup, so each
is of one state; the manifest has the SHA-256 of each. It is written beside its place and renamed, so that a file of
that name is always whole; so is a library that is restored. What a stopped process left beside them is cleared away by
the next one. Not covered: secrecy. A backup holds the documents' text; keep it as you keep them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from qa import database
from qa.check import database_problems
from qa.errors import BackupError, LibraryError
from qa.lock import LOCK_NAME, write_lock

BACKUP_FORMAT = 1
MANIFEST = "manifest.json"

_ROOM = ".yinju-"
_MADE_BY_NOW = 60.0
_MANIFEST_LIMIT = 64 * 1024 * 1024
_BLOCK = 1 << 20
_LEFT_OUT = frozenset({"index", "index.new", "index.old", LOCK_NAME})
_UNFINISHED = (".part", ".lock", "-wal", "-shm", "-journal")
_ZIP_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """One file in a backup: its path in the library's folder, its bytes and their SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``made`` is UTC, ISO 8601; ``library_format`` the version of the SQLite file."""

    format: int
    library_format: int
    model: str
    generation: int
    documents: int
    passages: int
    made: str
    files: tuple[BackedUp, ...]


def back_up(folder: Path, target: Path) -> Manifest:
    """Write the library in ``folder`` to the file ``target``; an earlier backup of that name is replaced.

    :raises LibraryError: ``library_missing``, ``library_broken``, ``library_version`` or ``disk_full``.
    :raises BackupError: ``backup_occupied`` (path) where ``target`` is something else than a backup; ``backup_write``
        (path, reason).
    """
    if target.exists() and not _is_backup(target):
        raise BackupError("backup_occupied", path=str(target))
    try:
        with _room(target.parent) as room:
            part = room / "backup.part"
            manifest = _write(folder.resolve(), target, part, room)
            part.replace(target)
    except OSError as error:
        with database.mapped_errors(target.parent):
            if error.errno is not None and error.errno in database.DISK_FULL:
                raise
        raise BackupError("backup_write", path=str(target), reason=error.strerror or str(error)) from error
    return manifest


def restore(source: Path, folder: Path) -> Manifest:
    """Make the library in ``folder``, which is empty or not there, from the backup ``source``. Every hash is compared
    before the folder gets its name, so that a damaged backup leaves nothing behind.

    :raises BackupError: ``restore_occupied`` (path); ``backup_unreadable`` (path, reason); ``backup_damaged`` (path,
        member); ``backup_version`` (path, found, expected); ``backup_library`` (path, found, expected): of a library
        of another format.
    :raises LibraryError: ``library_broken`` if the copy does not pass its check; ``disk_full``.
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise BackupError("restore_occupied", path=str(folder))
    with database.mapped_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _room(folder.parent) as room:
            made = room / "library"
            made.mkdir()
            with _opened(source) as archive:
                manifest = _manifest(archive, source)
                for item in manifest.files:
                    _extract(archive, item, made, source)
            _check(made, folder, manifest)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    return manifest


@contextlib.contextmanager
def _room(parent: Path) -> Iterator[Path]:
    """A folder in ``parent`` to write in, locked while it is used; those that stopped processes left are deleted.

    :raises OSError: if it cannot be made.
    """
    for left in parent.glob(f"{_ROOM}*"):
        # One without a lock is just being made, or was being made when its process was stopped.
        if (left / LOCK_NAME).exists() or left.stat().st_mtime < time.time() - _MADE_BY_NOW:
            with contextlib.suppress(LibraryError, OSError):
                with write_lock(left):
                    pass
                shutil.rmtree(left, ignore_errors=True)
    room = Path(tempfile.mkdtemp(prefix=_ROOM, dir=parent))
    try:
        with write_lock(room):
            yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


# ---- writing


def _write(folder: Path, target: Path, part: Path, room: Path) -> Manifest:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        copy = room / database.DATABASE_NAME
        _copy_database(folder, folder / database.DATABASE_NAME, copy)
        meta, documents, passages = _described(folder, copy)
        files = [_add(archive, copy, database.DATABASE_NAME)]
        copy.unlink()
        for path in _others(folder):
            if path == target.resolve():
                continue
            name = path.relative_to(folder).as_posix()
            if path.suffix == ".sqlite3":
                _copy_database(folder, path, copy)
                files.append(_add(archive, copy, name))
                copy.unlink()
            else:
                with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                    files.append(_add(archive, path, name))
        manifest = Manifest(
            format=BACKUP_FORMAT,
            library_format=int(meta["format"]),
            model=meta["model"],
            generation=int(meta["generation"]),
            documents=documents,
            passages=passages,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            files=tuple(files),
        )
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    return manifest


def _copy_database(folder: Path, source: Path, target: Path) -> None:
    """All pages in one step: of one state, whatever others write meanwhile, and never begun again."""
    if not source.is_file():
        raise LibraryError("library_missing", path=str(folder))
    with (
        database.mapped_errors(folder),
        contextlib.closing(sqlite3.connect(source, timeout=10.0)) as read,
        contextlib.closing(sqlite3.connect(target)) as write,
    ):
        read.backup(write)
        write.execute("PRAGMA journal_mode = DELETE")


def _described(folder: Path, copy: Path) -> tuple[dict[str, str], int, int]:
    """The meta rows of a copied library and how many documents and passages it has."""
    with database.mapped_errors(folder), contextlib.closing(sqlite3.connect(copy)) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        if meta.get("format") != str(database.FORMAT_VERSION):
            raise LibraryError(
                "library_version", path=str(folder), found=meta.get("format"), expected=database.FORMAT_VERSION
            )
        return meta, len(database.document_ids(connection)), database.count_passages(connection)


def _others(folder: Path) -> Iterator[Path]:
    """The other files worth keeping, in order of name; links are not followed out of the folder."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
        for name in sorted(names):
            path = Path(root) / name
            if name in _LEFT_OUT or name == database.DATABASE_NAME or name.endswith(_UNFINISHED):
                continue
            if path.is_file() and not path.is_symlink():
                yield path


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> BackedUp:
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as read, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as write:
        while block := read.read(_BLOCK):
            hashed.update(block)
            size += len(block)
            write.write(block)
    return BackedUp(name, size, hashed.hexdigest())


# ---- reading


def _is_backup(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist() and database.DATABASE_NAME in archive.namelist()
    except (OSError, *_ZIP_ERRORS):
        return False


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(source)
    except OSError as error:
        raise BackupError("backup_unreadable", path=str(source), reason=error.strerror or str(error)) from error
    except _ZIP_ERRORS as error:
        raise BackupError("backup_unreadable", path=str(source), reason=str(error)) from error
    with archive:
        yield archive


def _manifest(archive: zipfile.ZipFile, source: Path) -> Manifest:
    damaged = BackupError("backup_damaged", path=str(source), member=MANIFEST)
    try:
        with archive.open(MANIFEST) as file:
            value: Any = json.loads(_limited(file, _MANIFEST_LIMIT))
        if value["format"] != BACKUP_FORMAT:
            raise BackupError("backup_version", path=str(source), found=value["format"], expected=BACKUP_FORMAT)
        found, expected = value["library_format"], database.FORMAT_VERSION
        if found != expected:
            raise BackupError("backup_library", path=str(source), found=found, expected=expected)
        files = tuple(BackedUp(**item) for item in value.pop("files"))
        manifest = Manifest(**value, files=files)
    except (KeyError, TypeError, *_ZIP_ERRORS, zlib.error) as error:
        raise damaged from error
    names = [item.name for item in files]
    if database.DATABASE_NAME not in names or len(set(names)) < len(names) or not all(map(_is_inside, names)):
        raise damaged
    return manifest


def _is_inside(name: object) -> bool:
    """Whether a member's name is a plain path below the folder, on every system."""
    if not isinstance(name, str) or any(char in name for char in "\\:\0"):
        return False
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and parts[0] not in _LEFT_OUT


def _extract(archive: zipfile.ZipFile, item: BackedUp, room: Path, source: Path) -> None:
    """Write one file, no byte more than the manifest says, and compare its hash."""
    damaged = BackupError("backup_damaged", path=str(source), member=item.name)
    target = room.joinpath(*PurePosixPath(item.name).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    hashed, left = hashlib.sha256(), item.bytes
    try:
        with archive.open(item.name) as read, target.open("xb") as write:
            while block := read.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise damaged
                hashed.update(block)
                write.write(block)
            write.flush()
            os.fsync(write.fileno())
    except (KeyError, TypeError, *_ZIP_ERRORS, zlib.error) as error:
        raise damaged from error
    if left or hashed.hexdigest() != item.sha256:
        raise damaged


def _limited(file: IO[bytes], limit: int) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"more than {limit} bytes")
    return data


def _check(room: Path, folder: Path, manifest: Manifest) -> None:
    with database.mapped_errors(folder), contextlib.closing(database.connect(room)) as connection:
        database.read_meta(folder, connection, model=manifest.model)
        problems, _, _ = database_problems(room, connection)
        # A copy gets an id of its own: two libraries of one would write into one index.
        connection.execute("DELETE FROM meta WHERE key = 'id'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if problems:
        raise LibraryError("library_broken", path=str(folder), reason=problems[0])
