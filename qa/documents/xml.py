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
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[(?P<inside>.*?)\]\s*)?>", re.DOTALL)
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
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text.lstrip("\ufeff")), count=1)
    text = _NAMED.sub(lambda match: html5.get(match[1], match[0]), text)
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
