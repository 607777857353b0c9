"""A zip archive of documents: which members to read, and the bytes of each, within limits.

Nothing is ever written to disk. Names are UTF-8 where the archive says so, else whichever of UTF-8 and GBK explains
them, as programs in China write them. A name that would leave the archive's folder condemns the archive: no honest
program writes one. An archive in an archive is not opened.

:class:`Package` is the safe way into any zip container; it knows no format. Not covered: encrypted members (refused),
archives in several volumes.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.errors import DocumentError

MEMBERS = 10_000
"""Members that an archive may have."""
MEMBER_BYTES = 256 * 1024 * 1024
"""Bytes that one member may have, unpacked."""
TOTAL_BYTES = 2 * 1024**3
"""Bytes that all members may have together, unpacked."""
RATIO = 200
"""How many times its packed size a member may have, above RATIO_FREE: text packs to a tenth, a bomb to a thousandth."""
RATIO_FREE = 16 * 1024 * 1024
"""Bytes up to which a member may be packed as tightly as it likes: blank pictures and sheets are."""

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_DRIVE = re.compile("[A-Za-z]:")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its place in the directory, its name with ``/`` between folders, its unpacked bytes."""

    index: int
    name: str
    size: int


class Package:
    """A zip container opened within limits. ``path`` names it in errors. A context manager.

    :raises DocumentError: ``file_damaged``, ``archive_members``, ``file_expands``.
    """

    def __init__(self, source: bytes | Path, *, path: str) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except _BROKEN as error:
            raise DocumentError("file_damaged", path=path, reason=str(error)) from error
        self._infos = self._zip.infolist()
        if len(self._infos) > MEMBERS:
            self._zip.close()
            raise DocumentError("archive_members", path=path, count=len(self._infos), limit=MEMBERS)
        self._left = TOTAL_BYTES

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def members(self) -> Iterator[Member]:
        """All files in it, as they stand in its directory."""
        for index, info in enumerate(self._infos):
            if not info.is_dir():
                yield Member(index, _name(info), info.file_size)

    def read(self, index: int) -> bytes:
        """The bytes of member ``index``. What the directory says of its size is not believed.

        :raises DocumentError: ``file_encrypted``, ``file_expands`` or ``file_damaged``.
        """
        info = self._infos[index]
        place = f"{self._path}!{_name(info)}"
        if info.flag_bits & _ENCRYPTED:
            raise DocumentError("file_encrypted", path=place)
        limit = min(MEMBER_BYTES, self._left, max(RATIO_FREE, RATIO * info.compress_size))
        if info.file_size > limit:
            raise DocumentError("file_expands", path=place, size=info.file_size, limit=limit)
        try:
            with self._zip.open(info) as file:
                data = file.read(limit + 1)
        except _BROKEN as error:
            raise DocumentError("file_damaged", path=place, reason=str(error)) from error
        if len(data) > limit:
            raise DocumentError("file_expands", path=place, size=len(data), limit=limit)
        self._left -= len(data)
        return data


def members(path: Path) -> list[Member]:
    """The members of the archive at ``path`` that a walk over folders would pick up, in the order of their names.

    :raises DocumentError: ``file_damaged``, ``archive_members``, ``file_expands`` or ``archive_traversal``.
    """
    from qa.documents import supported

    with Package(path, path=str(path)) as package:
        found = list(package.members())
    for member in found:
        if _leaves(member.name):
            raise DocumentError("archive_traversal", path=str(path), member=member.name)
    total = sum(member.size for member in found)
    if total > TOTAL_BYTES:
        raise DocumentError("file_expands", path=str(path), size=total, limit=TOTAL_BYTES)
    wanted = [member for member in found if supported(Path(member.name)) and not _is_hidden(member.name)]
    if not wanted:
        raise DocumentError("archive_empty", path=str(path))
    return sorted(wanted, key=lambda member: (member.name, member.index))


def read_member(path: Path, index: int) -> bytes:
    """The bytes of member ``index`` of the archive at ``path``.

    :raises DocumentError: ``file_damaged``, ``file_encrypted`` or ``file_expands``.
    """
    with Package(path, path=str(path)) as package:
        return package.read(index)


def _name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8_NAME:
        name = info.filename
    else:
        raw = info.orig_filename.encode("cp437", "replace")
        name = info.orig_filename
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.split("\0", 1)[0].replace("\\", "/")


def _leaves(name: str) -> bool:
    """Whether ``name`` points out of the folder that an archive would be unpacked in."""
    return name.startswith("/") or _DRIVE.match(name) is not None or ".." in PurePosixPath(name).parts


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)
