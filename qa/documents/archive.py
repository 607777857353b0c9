"""A zip archive of documents: which members to read, and the bytes of each, within limits.

How a container is opened safely is :mod:`qa.documents.package`'s to know. An archive in an archive is not opened.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from qa.documents.package import ARCHIVE, Member, Package
from qa.errors import DocumentError


def members(path: Path) -> list[Member]:
    """The members of the archive at ``path`` that a walk over folders would pick up, in the order of their names.

    :raises DocumentError: ``archive_empty``, ``file_expands``, or as :class:`qa.documents.package.Package`.
    """
    from qa.documents import supported

    with Package(path, path=str(path), limits=ARCHIVE) as package:
        found = package.members
    total = sum(member.size for member in found)
    if total > ARCHIVE.total:
        raise DocumentError("file_expands", path=str(path), size=total, limit=ARCHIVE.total)
    wanted = [member for member in found if supported(Path(member.name)) and not _is_hidden(member.name)]
    if not wanted:
        raise DocumentError("archive_empty", path=str(path))
    return sorted(wanted, key=lambda member: (member.name, member.index))


def read_member(path: Path, index: int) -> bytes:
    """The bytes of member ``index`` of the archive at ``path``.

    :raises DocumentError: as :meth:`qa.documents.package.Package.read_at`.
    """
    with Package(path, path=str(path), limits=ARCHIVE) as package:
        return package.read_at(index)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)
