"""One reader a format: a file in, a :class:`qa.types.Document` out. The registry is :mod:`qa.documents.sniff`.

Plain text is read in this process; every other format in a child process that may crash, hang or run out of memory
without harm (:mod:`qa.documents.worker`). Knows no library, passage or index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from qa.documents.sniff import KNOWN, TEXT_LIMIT
from qa.errors import DocumentError
from qa.types import Document

FILE_LIMIT = TEXT_LIMIT
"""Bytes above which a text file is refused; :data:`qa.documents.sniff.FORMATS` holds the limit of each format."""

MEMBER_SEPARATOR = "!"
"""Between an archive's path and the name of a member: ``papers.zip!2023/年报.docx``."""

Reader = Callable[..., Document]

__all__ = ["FILE_LIMIT", "KNOWN", "MEMBER_SEPARATOR", "Reader", "read_document", "read_documents", "supported"]


def supported(path: Path) -> bool:
    """Whether a walk over folders should read ``path``, by its name alone: a known suffix, and not hidden.

    Neither are the files that an office program keeps beside an open document.
    """
    return path.suffix.lower() in KNOWN and not path.name.startswith((".", "~$"))


def read_document(path: Path, *, document_id: str, name: str) -> Document:
    """Read one file. ``revision`` is the SHA-256 of its bytes, in hex; ``name`` is what people call it.

    :raises DocumentError: ``path_missing``, ``file_unreadable``, ``file_too_large``, ``file_empty``, ``file_binary``
        (it has the name of a text file and is none), ``file_format`` (another kind of file), ``file_crashed``,
        ``file_slow``, ``file_memory``, ``file_nested``, or what its format's reader raises. An archive, which holds
        several documents, is ``archive_nested``.
    """
    from qa.documents import codec, reading

    form, size = reading.head_of(path)
    if form is not None and not form.apart:
        return reading.read_here(path, document_id=document_id, name=name)
    from qa.documents.worker import shared

    arguments = {"path": str(path), "document_id": document_id, "name": name}
    return codec.from_json(shared().call("qa.documents.reading:read_json", arguments, path=str(path), size=size))


def read_documents(path: Path, *, name: str, identify: Callable[[Path], str]) -> Iterator[Document | DocumentError]:
    """The documents of one file: itself, or each supported member of an archive, in its order; errors where they occur.

    ``identify`` makes a document's id from its path, which for a member is ``archive!member``.
    """
    from qa.documents import codec, reading
    from qa.documents.worker import shared

    try:
        members = _members(path) if reading.is_package(path) else None
        if members is None:
            yield read_document(path, document_id=identify(path), name=name)
            return
    except DocumentError as error:
        yield error
        return
    for index, member, size in members:
        place = f"{path}{MEMBER_SEPARATOR}{member}"
        arguments = {
            "path": str(path),
            "index": index,
            "document_id": identify(Path(place)),
            "name": f"{name}{MEMBER_SEPARATOR}{member}",
            "place": place,
        }
        try:
            value = shared().call("qa.documents.reading:member_json", arguments, path=place, size=size)
            yield codec.from_json(value)
        except DocumentError as error:
            yield error


def _members(path: Path) -> list[tuple[int, str, int]] | None:
    """Index, name and size of each member to read; ``None`` if the file is no archive but a document."""
    from qa.documents.worker import shared

    found: list[tuple[int, str, int]] | None = shared().call(
        "qa.documents.reading:members_json", {"path": str(path)}, path=str(path), size=path.stat().st_size
    )
    return found
