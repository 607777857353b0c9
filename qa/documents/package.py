"""The safe way into any zip container: an archive of documents, or a document made of parts (OOXML, ODF, EPUB).

Nothing is ever written to disk. Sizes are counted while a member is decompressed; what a header claims can only make a
file be refused sooner. XML is parsed without entities, network or huge nodes. Names are UTF-8 where the container says
so, else whichever of UTF-8 and GB18030 explains them, as programs in China write them. Knows no file format: what the
parts mean is the business of the readers. Not covered: encrypted members (refused), containers in several volumes.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qa.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a container may hold: how many members, the bytes of one and of all that are read, both unpacked; and how
    many times its packed size a member may have above ``free`` bytes. Text packs to a tenth; deflate's own bound is
    1,032, which only a bomb comes near.
    """

    members: int
    member: int
    total: int
    ratio: int
    free: int


DOCUMENT = Limits(members=10_000, member=64 * MB, total=256 * MB, ratio=250, free=4 * MB)
"""Of a document made of parts. A tree of a part of 64 MB takes some 500 MB of memory."""
ARCHIVE = Limits(members=10_000, member=256 * MB, total=2048 * MB, ratio=250, free=16 * MB)
"""Of an archive of documents, each of which has limits of its own."""
TEXT_LIMIT = 32 * MB
"""Characters of text that one document may give, however often its parts are repeated."""
DEPTH_LIMIT = 200
"""Levels to which the elements of a part may be nested."""

_CHUNK = 64 * 1024
_CENTRAL = b"PK\x01\x02"
_UTF8_NAME = 0x800
_LOCKED = 0x1
_DRIVE = re.compile("[A-Za-z]:")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What Python's zip reader raises over a file that is not whole."""

Prologue = Callable[[bytes], bytes]
"""Mends the first bytes of a part before they are parsed."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a container: its place in the directory, its name with ``/`` between folders, its unpacked bytes."""

    index: int
    name: str
    size: int


class Package:
    """An opened container. ``path`` names it in errors. A context manager; names are matched without regard to case.

    :raises DocumentError: ``file_damaged`` if it is no whole zip archive; ``archive_members``; ``archive_traversal`` if
        a name leads out of the folder that it would be unpacked in: no honest program writes one, so all is refused.
    """

    def __init__(
        self, source: bytes | Path, *, path: str, limits: Limits = DOCUMENT, prologue: Prologue | None = None
    ) -> None:
        self.path = path
        self._limits = limits
        self._prologue = prologue
        if isinstance(source, bytes):
            self._limit_members(source.count(_CENTRAL))
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except BROKEN as error:
            raise DocumentError("file_damaged", path=path, reason="packing") from error
        self._infos = self._archive.infolist()
        self._spent = 0
        try:
            self._limit_members(len(self._infos))
            self.members = tuple(self._members())
        except DocumentError:
            self._archive.close()
            raise
        self._places = {member.name: member.index for member in self.members}
        self._folded = {name.lower(): place for name, place in self._places.items()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names, each once, in the container's order, with ``/`` between folders."""
        return tuple(self._places)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def require_plain(self) -> None:
        """See that every member can be read at all.

        :raises DocumentError: ``file_encrypted`` or ``file_packing``.
        """
        for member in self.members:
            self._require_plain(self._infos[member.index], self.path)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of the part, in pieces.

        :raises DocumentError: ``file_damaged`` (the part is missing or broken), ``file_expands``, ``file_encrypted``,
            ``file_packing``.
        """
        place = self._places.get(name, self._folded.get(name.lower()))
        if place is None:
            raise DocumentError("file_damaged", path=self.path, reason="part")
        yield from self._unpacked(place, self.path)

    def read(self, name: str) -> bytes:
        """The bytes of the part.

        :raises DocumentError: as :meth:`chunks`.
        """
        return b"".join(self.chunks(name))

    def read_at(self, index: int) -> bytes:
        """The bytes of the member at ``index``, which has a path of its own in errors: two may have the same name.

        :raises DocumentError: as :meth:`chunks`.
        """
        return b"".join(self._unpacked(index, f"{self.path}!{_name(self._infos[index])}"))

    def _members(self) -> Iterator[Member]:
        for index, info in enumerate(self._infos):
            name = _name(info)
            if name.startswith("/") or _DRIVE.match(name) or ".." in PurePosixPath(name).parts:
                raise DocumentError("archive_traversal", path=self.path, member=name)
            if not info.is_dir():
                yield Member(index, name, info.file_size)

    def _limit_members(self, count: int) -> None:
        if count > self._limits.members:
            raise DocumentError("archive_members", path=self.path, count=count, limit=self._limits.members)

    def _require_plain(self, info: zipfile.ZipInfo, path: str) -> None:
        if info.flag_bits & _LOCKED:
            raise DocumentError("file_encrypted", path=path)
        if info.compress_type not in _METHODS:
            raise DocumentError("file_packing", path=path, method=info.compress_type)

    def _unpacked(self, index: int, path: str) -> Iterator[bytes]:
        info = self._infos[index]
        self._require_plain(info, path)
        packed = max(self._limits.free, self._limits.ratio * info.compress_size)
        limit = min(self._limits.member, packed, self._limits.total - self._spent)
        if info.file_size > limit:
            raise DocumentError("file_expands", path=path, size=info.file_size, limit=limit)
        try:
            size = 0
            with self._archive.open(info) as part:
                while chunk := part.read(_CHUNK):
                    size += len(chunk)
                    self._spent += len(chunk)
                    if size > limit:
                        raise DocumentError("file_expands", path=path, size=size, limit=limit)
                    yield chunk
        except BROKEN as error:
            raise DocumentError("file_damaged", path=path, reason="packing") from error

    def xml(self, name: str) -> Element:
        """The root of the part's tree.

        :raises DocumentError: as :meth:`chunks`; ``file_damaged`` if it is not well-formed; ``file_entities`` if it
            declares any; ``file_nested``.
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
        with _xml_errors(self.path):
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
    """A document made of parts; only its table of contents is read.

    :raises DocumentError: as :class:`Package`; ``file_encrypted`` or ``file_packing`` if a part is.
    """
    package = Package(data, path=path, prologue=prologue)
    package.require_plain()
    return package


def parse_xml(data: bytes, *, path: str, part: str) -> Element:
    """The root of the tree of ``data``, without comments and processing instructions.

    :raises DocumentError: ``file_damaged`` if it is not well-formed; ``file_entities`` if it declares any; ``file_nested``.
    """
    from lxml import etree

    guard = _Guard(path, part)
    with _xml_errors(path):
        for start in range(0, len(data), _CHUNK):
            if guard.done:
                break
            guard.feed(data[start : start + _CHUNK])
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    if etree.XPath("boolean(" + "/".join(["*"] * DEPTH_LIMIT) + ")")(root):
        raise DocumentError("file_nested", path=path)
    return root


def _name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.split("\0", 1)[0].replace("\\", "/")


@contextmanager
def _xml_errors(path: str) -> Iterator[None]:
    from lxml import etree

    try:
        yield
    except etree.XMLSyntaxError as error:
        if "xcessive depth" in str(error):
            raise DocumentError("file_nested", path=path) from error
        raise DocumentError("file_damaged", path=path, reason="xml") from error


class _Guard:
    """Looks at what stands before the root element and refuses entities that are declared there.

    They are how a small file becomes a large one, and how it reads other files. ``done``: the root element has begun,
    so that no declaration can follow.
    """

    def __init__(self, path: str, part: str) -> None:
        from xml.parsers import expat

        self.done = False
        self._path, self._part = path, part
        self._parser = expat.ParserCreate()
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin

    def feed(self, chunk: bytes) -> None:
        from xml.parsers import expat

        if self.done:
            return
        try:
            self._parser.Parse(chunk, False)
        except _Begun:
            self.done = True
        except (expat.ExpatError, ValueError, LookupError) as error:  # an encoding that nobody knows
            raise DocumentError("file_damaged", path=self._path, reason="xml") from error

    def _refuse(self, *_: object) -> None:
        raise DocumentError("file_entities", path=self._path)

    def _begin(self, *_: object) -> None:
        raise _Begun


class _Begun(Exception):  # noqa: N818 (no error: how a parser is stopped)
    """The root element has begun."""
