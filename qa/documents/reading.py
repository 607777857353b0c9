"""One file's bytes -> its document, in this process: the format found, the limits kept, its reader called.

What a file may do to its reader (crash it, hang it, fill the memory) is :mod:`qa.documents.worker`'s to guard against,
which calls the functions of this module whose names end in ``_json`` in a child process.
"""

from __future__ import annotations

import hashlib
import importlib
import stat
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from qa.documents import codec
from qa.documents.encoding import NotText, decode_as_far
from qa.documents.sniff import FORMATS, HEAD, KNOWN, PACKAGE_LIMIT, Format, sniff
from qa.errors import DocumentError
from qa.types import Document, Notice

_BLANK = "\ufeff \t\r\n\f\v\u3000\u00a0"


def head_of(path: Path) -> tuple[Format | None, int]:
    """What the first bytes of the file say that it is, and its size in bytes.

    :raises DocumentError: ``path_missing``, ``file_unreadable``, ``file_empty`` or ``file_too_large``.
    """
    size = _size(path)
    if not size:
        raise DocumentError("file_empty", path=str(path))
    head = _read(path, HEAD)
    form = sniff(head, path.suffix.lower())
    limit = form.limit if form is not None else PACKAGE_LIMIT
    if size > limit:
        raise DocumentError("file_too_large", path=str(path), size=size, limit=limit)
    return form, size


def is_package(path: Path) -> bool:
    """Whether the file is a zip container: an archive, or a document made of parts.

    :raises DocumentError: as :func:`head_of`.
    """
    head_of(path)
    return _read(path, 4).startswith(b"PK")


def read_here(path: Path, *, document_id: str, name: str) -> Document:
    """Read the file in this process.

    :raises DocumentError: as :func:`qa.documents.read_document`, but for what ends a process.
    """
    return read_data(_read(path), document_id=document_id, name=name, path=str(path))


def read_data(data: bytes, *, document_id: str, name: str, path: str) -> Document:
    """Read a file's bytes. ``path`` names it in errors, and its suffix counts where the bytes do not tell.

    :raises DocumentError: as :func:`read_here`.
    """
    suffix = PurePath(path).suffix.lower()
    form = sniff(data, suffix)
    if form is None:
        raise _refusal(path, suffix)
    if form.source == "members":
        raise DocumentError("archive_nested", path=path)
    if len(data) > form.limit:
        raise DocumentError("file_too_large", path=path, size=len(data), limit=form.limit)
    source: bytes | str = data
    cut = False
    if form.source == "text":
        source, cut = _text(data, path, suffix)
    module, _, function = form.reader.partition(":")
    parse = getattr(importlib.import_module(f"qa.documents.{module}"), function)
    revision = hashlib.sha256(data).hexdigest()
    document: Document = parse(source, document_id=document_id, name=name, path=path, revision=revision)
    if not document.text and not document.notices:
        raise DocumentError("file_empty", path=path)
    return replace(document, notices=(Notice("file_cut"), *document.notices)) if cut else document


def _text(data: bytes, path: str, suffix: str) -> tuple[str, bool]:
    """The characters of a text file, and whether it breaks off within one."""
    try:
        text, _, cut = decode_as_far(data)
    except NotText as error:
        raise _refusal(path, suffix) from error
    if not text.strip(_BLANK) or not text.split():
        raise DocumentError("file_empty", path=path)
    return text, cut


def _refusal(path: str, suffix: str) -> DocumentError:
    if suffix in FORMATS["text"].suffixes + FORMATS["markdown"].suffixes:
        return DocumentError("file_binary", path=path)
    return DocumentError("file_format", path=path, suffix=suffix, known=sorted(KNOWN))


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DocumentError("path_missing", path=str(path)) from error
    except OSError as error:
        raise DocumentError("file_unreadable", path=str(path), reason=error.strerror or str(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("file_unreadable", path=str(path), reason="no_file")
    return status.st_size


def _read(path: Path, size: int = PACKAGE_LIMIT + 1) -> bytes:
    """The first ``size`` bytes of the file."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except FileNotFoundError as error:
        raise DocumentError("path_missing", path=str(path)) from error
    except OSError as error:
        raise DocumentError("file_unreadable", path=str(path), reason=error.strerror or str(error)) from error


# ---- called in the child process


def read_json(path: str, document_id: str, name: str) -> dict[str, Any]:
    """:func:`read_here`, for a pipe."""
    return codec.to_json(read_here(Path(path), document_id=document_id, name=name))


def members_json(path: str) -> list[tuple[int, str, int]] | None:
    """:func:`qa.documents.archive.members`, for a pipe; ``None`` if the file at ``path`` is no archive."""
    from qa.documents.archive import members

    form = sniff(_read(Path(path)), PurePath(path).suffix.lower())
    if form is None or form.source != "members":
        return None
    return [(member.index, member.name, member.size) for member in members(Path(path))]


def member_json(path: str, index: int, document_id: str, name: str, place: str) -> dict[str, Any]:
    """The document that is member ``index`` of the archive at ``path``, for a pipe; ``place`` is its path."""
    from qa.documents.archive import read_member

    data = read_member(Path(path), index)
    return codec.to_json(read_data(data, document_id=document_id, name=name, path=place))
