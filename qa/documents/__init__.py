"""One reader a format: a file in, a :class:`qa.types.Document` out. The registry is by suffix, then by content.

==========  =============================================
text        .txt .text .log, and any other file that is text
markdown    .md .markdown .mdown .mkd
==========  =============================================

Owns the reading of bytes from disk and the errors that a file can cause. Knows no library, passage or index.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

from qa.documents.encoding import NotText, decode
from qa.errors import DocumentError
from qa.types import Document

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes above which a file is refused: sixteen long novels, far beyond what one text file should hold."""

_TEXT = (".txt", ".text", ".log")
_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
_BINARY_SUFFIXES = """
    .pdf .doc .docx .dot .dotx .xls .xlsx .xlsm .ppt .pptx .pps .wps .et .dps .odt .ods .odp .rtf .epub .mobi .azw .azw3
    .caj .ofd .zip .rar .7z .gz .bz2 .xz .zst .tar .tgz .jar .whl .jpg .jpeg .png .gif .bmp .webp .tif .tiff .heic .ico
    .psd .ai .mp3 .wav .flac .m4a .ogg .mp4 .mov .avi .mkv .wmv .flv .exe .dll .so .dylib .bin .iso .img .dmg .apk
    .class .pyc .o .a .db .sqlite .sqlite3 .mdb .parquet .npy .npz .pt .safetensors .onnx .ttf .otf .woff .woff2 .msg
"""
_BINARY = frozenset(_BINARY_SUFFIXES.split())
_SIGNATURES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"SQLite format 3",
)

KNOWN = _TEXT + _MARKDOWN
"""Suffixes that a walk over folders picks up."""

Reader = Callable[..., Document]


def supported(path: Path) -> bool:
    """Whether a walk over folders should read ``path``, by its name alone: a known suffix, and not hidden."""
    return path.suffix.lower() in KNOWN and not path.name.startswith(".")


def read_document(path: Path, *, document_id: str, name: str) -> Document:
    """Read one file. ``revision`` is the SHA-256 of its bytes, in hex; ``name`` is what people call it.

    :raises DocumentError: ``path_missing``, ``file_unreadable``, ``file_too_large``, ``file_empty``, ``file_binary``
        (it has the name of a text file and is none) or ``file_format`` (another kind of file).
    """
    data = _bytes(path)
    suffix = path.suffix.lower()
    if data.startswith(_SIGNATURES) or suffix in _BINARY:
        raise _refusal(path, suffix)
    try:
        text, _ = decode(data)
    except NotText as error:
        raise _refusal(path, suffix) from error
    if not text.strip("\ufeff \t\r\n\f\v\u3000\u00a0") or not text.split():
        raise DocumentError("file_empty", path=str(path))
    parse = _reader(suffix)
    return parse(text, document_id=document_id, name=name, path=str(path), revision=hashlib.sha256(data).hexdigest())


def _reader(suffix: str) -> Reader:
    if suffix in _MARKDOWN:
        from qa.documents.markdown import parse_markdown

        return parse_markdown
    from qa.documents.text import parse_text

    return parse_text


def _refusal(path: Path, suffix: str) -> DocumentError:
    if suffix in KNOWN:
        return DocumentError("file_binary", path=str(path))
    return DocumentError("file_format", path=str(path), suffix=suffix, known=sorted(KNOWN))


def _bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError("file_unreadable", path=str(path), reason="not a regular file")
        if status.st_size > FILE_LIMIT:
            raise DocumentError("file_too_large", path=str(path), size=status.st_size, limit=FILE_LIMIT)
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DocumentError("path_missing", path=str(path)) from error
    except OSError as error:
        raise DocumentError("file_unreadable", path=str(path), reason=error.strerror or str(error)) from error
    if not data:
        raise DocumentError("file_empty", path=str(path))
    return data
