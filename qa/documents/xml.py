"""XML -> a tree, with nothing fetched and nothing expanded. Knows no vocabulary.

Entities that a file declares are refused before it is parsed: they are how a small file becomes a large one, and how
it reads other files. The names that HTML gives to characters are known without being declared.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING

from qa.documents.encoding import NotText, decode_markup
from qa.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"(?:\s|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
_HALF = re.compile(
    r"&#(?:x0{0,9}d[89a-f][0-9a-f]{2}|0{0,9}5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));", re.I
)
"""Halves of characters by number, D800 to DFFF: the parser lets them through as bytes that are no text."""
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(\w{2,31};)")


def xml_tree(data: bytes, *, path: str) -> tuple[_Element | None, bool]:
    """The root of the file, ``None`` if there is none, and whether all of it could be read.

    :raises DocumentError: ``file_binary``, ``file_entities`` or ``file_nested``.
    """
    from lxml import etree

    try:
        text, damaged = decode_markup(data)
    except NotText as error:
        raise DocumentError("file_binary", path=path) from error
    if "<!ENTITY" in text:
        raise DocumentError("file_entities", path=path)
    text = _DECLARATION.sub("", text.lstrip("\ufeff"))
    if doctype := _DOCTYPE.match(text):
        text = text[doctype.end() :]
    text = _NAMED.sub(lambda match: html5.get(match[1], match[0]), text)
    text = _HALF.sub("\ufffd", text)
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.strip().encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    messages = [entry.message for entry in parser.error_log]
    if any("depth" in message for message in messages):
        raise DocumentError("file_nested", path=path)
    return root, not messages and not damaged
