"""Opening a zip-based document (OOXML, OpenDocument) so that a hostile one costs little and touches nothing.

Nothing is ever written to disk. Sizes are counted while a part is decompressed; what a header claims can only make a
file be refused sooner. XML is parsed without document types, entities, network or huge nodes. Knows no file format:
what the parts mean is the business of the readers.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ENTRY_LIMIT = 10_000
"""Parts that a package may have."""
PART_LIMIT = 64 * 1024 * 1024
"""Bytes that one part may have once decompressed. A tree of such a part takes some 500 MB."""
TOTAL_LIMIT = 256 * 1024 * 1024
"""Bytes that are decompressed for one document, all its parts together."""
RATIO_LIMIT = 250
"""Times that a part above RATIO_FROM may be larger than its compressed form. Deflate's own bound is 1,032."""
RATIO_FROM = 4 * 1024 * 1024
TEXT_LIMIT = 32 * 1024 * 1024
"""Characters of text that one document may give, however often its parts are repeated."""
DEPTH_LIMIT = 200
"""Levels to which the elements of a part may be nested."""

_CHUNK = 64 * 1024
_CENTRAL = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

Prologue = Callable[[bytes], bytes]
"""Mends the first bytes of a part before they are parsed."""


class Package:
    """The parts of an opened package by name. ``path`` is only for errors. Make one with :func:`open_package`."""

    def __init__(self, archive: zipfile.ZipFile, path: str, prologue: Prologue | None) -> None:
        self.path = path
        self._archive = archive
        self._prologue = prologue
        self._parts = {_plain(info.filename): info for info in archive.infolist() if not info.is_dir()}
        self._folded = {name.lower(): name for name in self._parts}
        self._spent = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The parts' names, in the package's order, with ``/`` between folders."""
        return tuple(self._parts)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of the part, in pieces. Names are matched without regard to case.

        :raises DocumentError: ``file_damaged`` (the part is missing or broken), ``file_too_large``, ``file_unsafe``.
        """
        try:
            info = self._parts[self._folded[name.lower()]]
        except KeyError as error:
            raise DocumentError("file_damaged", path=self.path, reason=f"{name} is missing") from error
        if info.file_size > PART_LIMIT:
            raise DocumentError("file_too_large", path=self.path, size=info.file_size, limit=PART_LIMIT)
        try:
            size = 0
            with self._archive.open(info) as part:
                while chunk := part.read(_CHUNK):
                    size += len(chunk)
                    self._count(info, size, len(chunk))
                    yield chunk
        except _BROKEN as error:
            raise DocumentError("file_damaged", path=self.path, reason=f"{name}: {error}") from error

    def _count(self, info: zipfile.ZipInfo, size: int, more: int) -> None:
        self._spent += more
        if size > PART_LIMIT or self._spent > TOTAL_LIMIT:
            limit = PART_LIMIT if size > PART_LIMIT else TOTAL_LIMIT
            raise DocumentError("file_too_large", path=self.path, size=max(size, self._spent), limit=limit)
        if size > RATIO_FROM and size > RATIO_LIMIT * max(info.compress_size, 1):
            raise DocumentError("file_unsafe", path=self.path, reason=f"{info.filename} is compressed beyond measure")

    def read(self, name: str) -> bytes:
        """The bytes of the part.

        :raises DocumentError: as :meth:`chunks`.
        """
        return b"".join(self.chunks(name))

    def xml(self, name: str) -> Element:
        """The root of the part's tree.

        :raises DocumentError: as :meth:`chunks`; ``file_damaged`` if it is not well-formed; ``file_unsafe`` if it has
            a document type or is nested too deep.
        """
        data = self.read(name)
        return parse_xml(self._prologue(data) if self._prologue else data, path=self.path, part=name)

    def elements(self, name: str, tags: Iterable[str]) -> Iterator[Element]:
        """The elements with one of the ``tags``, each once it is whole, in order. What came before one is dropped.

        For parts that are too long for a tree; elements with these tags must not hold each other.

        :raises DocumentError: as :meth:`xml`.
        """
        from lxml import etree

        parser = etree.XMLPullParser(events=("end",), tag=tuple(tags), **_OPTIONS)
        guard = _Guard(self.path, name)
        first = True
        with _xml_errors(self.path, name):
            for chunk in self.chunks(name):
                if first and self._prologue:
                    chunk = self._prologue(chunk)
                first = False
                guard.feed(chunk)
                parser.feed(chunk)
                for _, element in parser.read_events():
                    yield element
                    element.clear(keep_tail=False)
                    while element.getprevious() is not None:
                        del element.getparent()[0]
            parser.close()


_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def open_package(data: bytes, *, path: str, prologue: Prologue | None = None) -> Package:
    """Look at the package's table of contents; no part is read yet.

    :raises DocumentError: ``file_damaged`` if it is no whole zip archive; ``file_unsafe`` if a name leads out of the
        archive or a part is packed in an unusual way; ``file_encrypted`` if a part needs a password; ``file_too_large``.
    """
    count = data.count(_CENTRAL)
    if count > ENTRY_LIMIT:
        raise DocumentError("file_unsafe", path=path, reason=f"{count} parts, more than {ENTRY_LIMIT}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise DocumentError("file_damaged", path=path, reason=str(error)) from error
    for info in archive.infolist():
        name = _plain(info.filename)
        if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
            raise DocumentError("file_unsafe", path=path, reason=f"the name {info.filename!r} leads out of the archive")
        if info.flag_bits & 1:
            raise DocumentError("file_encrypted", path=path)
        if info.compress_type not in _METHODS:
            raise DocumentError("file_unsafe", path=path, reason=f"compression method {info.compress_type}")
    return Package(archive, path, prologue)


def parse_xml(data: bytes, *, path: str, part: str) -> Element:
    """The root of the tree of ``data``, without comments and processing instructions.

    :raises DocumentError: ``file_damaged`` if it is not well-formed; ``file_unsafe`` if it has a document type (where
        entities are defined) or is nested too deep.
    """
    from lxml import etree

    guard = _Guard(path, part)
    with _xml_errors(path, part):
        for start in range(0, len(data), _CHUNK):
            if guard.done:
                break
            guard.feed(data[start : start + _CHUNK])
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    if etree.XPath("boolean(" + "/".join(["*"] * DEPTH_LIMIT) + ")")(root):
        raise DocumentError("file_unsafe", path=path, reason=f"{part} is nested too deep")
    return root


def _plain(name: str) -> str:
    return name.replace("\\", "/")


@contextmanager
def _xml_errors(path: str, part: str) -> Iterator[None]:
    from lxml import etree

    try:
        yield
    except etree.XMLSyntaxError as error:
        code = "file_unsafe" if "xcessive depth" in str(error) else "file_damaged"
        raise DocumentError(code, path=path, reason=f"{part}: {error.msg}") from error


class _Guard:
    """Looks at what stands before the root element and refuses a document type there: it is where entities come from.

    ``done``: the root element has begun, so that none can follow.
    """

    def __init__(self, path: str, part: str) -> None:
        from xml.parsers import expat

        self.done = False
        self._path, self._part = path, part
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin

    def feed(self, chunk: bytes) -> None:
        from xml.parsers import expat

        if self.done:
            return
        try:
            self._parser.Parse(chunk, False)
        except _Begun:
            self.done = True
        except (expat.ExpatError, ValueError) as error:
            raise DocumentError("file_damaged", path=self._path, reason=f"{self._part}: {error}") from error

    def _refuse(self, *_: object) -> None:
        raise DocumentError("file_unsafe", path=self._path, reason=f"{self._part} has a document type")

    def _begin(self, *_: object) -> None:
        raise _Begun


class _Begun(Exception):  # noqa: N818 (no error: how a parser is stopped)
    """The root element has begun."""
