"""Which format a file has: by what its first bytes and its parts say, and by its suffix where they say nothing.

:data:`FORMATS` is the registry: what a format is called, its suffixes, who reads it, and within which limits. Readers
are named, not imported. A file whose suffix lies is what its content is; the suffix decides only among formats that
look alike, such as plain text, Markdown and CSV.

Knows no path and reads no file: callers give bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Literal

from qa.documents.package import BROKEN

MB = 1024 * 1024
TEXT_LIMIT = 64 * MB
"""Bytes above which a text file is refused: sixteen long novels, far beyond what one text file should hold."""
PACKAGE_LIMIT = 512 * MB
"""Bytes above which a file of pages, pictures and parts is refused."""
HEAD = 4096
"""Bytes at the start that tell the format, but for zip and OLE containers, which tell it by their parts."""


@dataclass(frozen=True, slots=True)
class Format:
    """``reader`` is ``module:function`` below ``qa.documents``. It takes ``source``: the file's bytes, or its text
    already decoded. ``apart`` says that it is read in a process of its own. ``limit`` is the file's size in bytes.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str
    source: Literal["bytes", "text", "members"] = "bytes"
    limit: int = PACKAGE_LIMIT
    apart: bool = True


_REGISTRY = (
    Format("text", (".txt", ".text", ".log"), "text:parse_text", "text", TEXT_LIMIT, apart=False),
    Format("markdown", (".md", ".markdown", ".mdown", ".mkd"), "markdown:parse_markdown", "text", TEXT_LIMIT),
    Format("html", (".html", ".htm", ".xhtml", ".xht", ".shtml"), "html:parse_html", limit=TEXT_LIMIT),
    Format("xml", (".xml", ".rss", ".atom", ".rdf"), "feeds:parse_xml", limit=TEXT_LIMIT),
    Format("subtitles", (".srt", ".vtt"), "subtitles:parse_subtitles", "text", TEXT_LIMIT),
    Format("delimited", (".csv", ".tsv", ".tab"), "delimited:parse_delimited", "text", TEXT_LIMIT),
    Format("rtf", (".rtf",), "rtf:parse_rtf"),
    Format("mail", (".eml", ".mht", ".mhtml"), "mail:parse_mail", limit=TEXT_LIMIT),
    Format("epub", (".epub",), "epub:parse_epub"),
    Format("pdf", (".pdf",), "pdf:read_pdf"),
    Format("image", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"), "images:parse_image"),
    Format("docx", (".docx", ".docm", ".dotx", ".dotm"), "docx:parse_docx"),
    Format("pptx", (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"), "pptx:parse_pptx"),
    Format("xlsx", (".xlsx", ".xlsm", ".xltx", ".xltm"), "xlsx:parse_xlsx"),
    Format("opendocument", (".odt", ".ods", ".odp", ".ott", ".ots", ".otp"), "opendocument:parse_opendocument"),
    Format("legacy", (".doc", ".dot", ".wps", ".xls", ".xlt", ".et", ".ppt", ".pps", ".dps"), "legacy:parse_legacy"),
    Format("archive", (".zip",), "archive:read_member", "members"),
)  # fmt: skip

FORMATS = {form.name: form for form in _REGISTRY}
KNOWN = tuple(suffix for form in _REGISTRY for suffix in form.suffixes)
"""Suffixes that a walk over folders picks up."""

_BY_SUFFIX = {suffix: form for form in _REGISTRY for suffix in form.suffixes}
_OTHER_SUFFIXES = """
    .mobi .azw .azw3 .caj .ofd .rar .7z .gz .bz2 .xz .zst .tar .tgz .jar .whl .gif .bmp
    .heic .ico .psd .ai .mp3 .wav .flac .m4a .ogg .mp4 .mov .avi .mkv .wmv .flv .exe .dll .so .dylib .bin .iso .img .dmg
    .apk .class .pyc .o .a .db .sqlite .sqlite3 .mdb .parquet .npy .npz .pt .safetensors .onnx .ttf .otf .woff .woff2
    .msg .pages .key .numbers .xlsb
"""
_OTHER = frozenset(_OTHER_SUFFIXES.split())
_SIGNATURES = (
    b"GIF8", b"BM", b"RIFF", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"Rar!",
    b"7z\xbc\xaf", b"SQLite format 3", b"\x7fELF", b"MZ", b"ID3", b"OggS", b"fLaC",
)  # fmt: skip
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
_PRINTABLE_SIGNATURES = frozenset((b"BM", b"MZ", b"RIFF", b"ID3", b"GIF8", b"BZh", b"Rar!", b"OggS", b"fLaC"))

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_PARTS = ("WordDocument", "Workbook", "Book", "PowerPoint Document", "EncryptedPackage")
_CONTENT_TYPES = (
    (b"wordprocessingml.", "docx"), (b"presentationml.", "pptx"), (b"spreadsheetml.", "xlsx"), (b"ms-word.", "docx"),
    (b"ms-powerpoint.", "pptx"), (b"ms-excel.sheet.binary", ""), (b"ms-excel.", "xlsx"),
)  # fmt: skip
_MAIN_PARTS = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
_PROGRAM_PARTS = ("META-INF/MANIFEST.MF", "AndroidManifest.xml", "Index/Document.iwa", "xl/workbook.bin", "OFD.xml")
_PART_LIMIT = MB

# Possessive: a row of comments could be cut up in countless ways, and each would be tried.
_XML_LEAD = rb"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)*+"
_HTML = re.compile(
    rb"(?:<\?xml[^>]*>|<!--.*?-->|\s)*+<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(rb"\s*<\?xml\s", re.IGNORECASE)
_FEED = re.compile(_XML_LEAD + rb"<(?:rss|feed|rdf:RDF)[\s>]", re.DOTALL)
_SRT = re.compile(rb"\s*\d+\s*\r?\n\s*\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s*-->")
_CUE = b"-->"
_MAIL = re.compile(
    rb"(?:(?:Received|Return-Path|Delivered-To|MIME-Version|Message-ID|Date|From|To|Subject|X-[\w-]+):[^\n]*\n(?:[ \t][^\n]*\n)*+){3}",
    re.IGNORECASE,
)


def sniff(data: bytes, suffix: str) -> Format | None:
    """The format of a file with these bytes and this suffix (with its dot, small letters); ``None`` if none is known.

    ``data`` may be the first :data:`HEAD` bytes only, which tells text formats from the others for sure; which of the
    others takes all of it.
    """
    head = data[:HEAD]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _in_zip(data, suffix)
    if head.startswith(_OLE):
        return _in_ole(data, suffix)
    if b"%PDF-" in head[:1024]:
        return FORMATS["pdf"]
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return FORMATS["image"]
    if head.startswith(b"{\\rt"):
        return FORMATS["rtf"]
    if _is_other(head) or suffix in _OTHER:
        return None
    return _text(head, suffix)


def _is_other(head: bytes) -> bool:
    """Whether a signature says that the file is a picture, a program or the like. Short ones could open a text."""
    signature = next((start for start in _SIGNATURES if head.startswith(start)), None)
    return signature is not None and (signature not in _PRINTABLE_SIGNATURES or b"\0" in head)


def _text(head: bytes, suffix: str) -> Format:
    """The format of a file that is text as far as one can see."""
    plain = head.replace(b"\0", b"") if 4 * head[:64].count(b"\0") > len(head[:64]) else head  # UTF-16
    plain = plain.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    named = _BY_SUFFIX.get(suffix)
    if _HTML.match(plain):
        return FORMATS["html"]
    if _XML.match(plain) or _FEED.match(plain):
        return FORMATS["xml"]
    if plain.startswith(b"WEBVTT") or _SRT.match(plain):
        return FORMATS["subtitles"]
    if named is None or named.name == "subtitles":
        return FORMATS["mail" if named is None and _MAIL.match(plain) else "text"]
    if named.source == "text" or named.name in ("html", "xml", "mail"):
        return named
    # A file named for a format that it has not: a table saved as text under .xls is common.
    return FORMATS["delimited" if b"\t" in plain and suffix in (".xls", ".xlsx", ".et") else "text"]


def _in_zip(data: bytes, suffix: str) -> Format | None:
    """By the parts of a zip container; by the suffix if it cannot be opened, for its reader to say what is wrong."""
    named = _BY_SUFFIX.get(suffix)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            name = _package_kind(package, names)
    except BROKEN:
        return named if named is not None and named.source != "text" else FORMATS["archive"]
    if name:
        return FORMATS[name]
    if suffix in _OTHER or any(part in names for part in _PROGRAM_PARTS):
        return None
    return FORMATS["archive"]


def _package_kind(package: zipfile.ZipFile, names: set[str]) -> str:
    kind = _part(package, names, "mimetype").strip()
    if kind == b"application/epub+zip" or "META-INF/container.xml" in names:
        return "epub"
    if kind.startswith(b"application/vnd.oasis.opendocument."):
        return "opendocument"
    types = _part(package, names, "[Content_Types].xml")
    if types:
        main = re.findall(rb'ContentType="application/vnd\.([^"]*\.main\+xml|ms-excel\.sheet\.binary[^"]*)"', types)
        for content_type in main:
            for sign, name in _CONTENT_TYPES:
                if sign in content_type:
                    return name
    return next((name for part, name in _MAIN_PARTS.items() if part in names), "")


def _part(package: zipfile.ZipFile, names: set[str], name: str) -> bytes:
    """The first MB of a part; nothing if there is none."""
    if name not in names:
        return b""
    with package.open(name) as part:
        return part.read(_PART_LIMIT)


def _in_ole(data: bytes, suffix: str) -> Format | None:
    """By the names of the streams, wherever the directory stands. Of two, the first: parts are listed after their whole.

    An encrypted package says nothing of what is in it, and goes to the reader of old files to be refused there; so does
    a file with a name of theirs whose directory is missing.
    """
    legacy = FORMATS["legacy"]
    known = suffix in legacy.suffixes or any(name.encode("utf-16-le") in data for name in _OLE_PARTS)
    return legacy if known else None
