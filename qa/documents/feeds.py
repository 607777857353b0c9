"""XML -> Document: the items of an RSS or Atom feed as articles; of any other vocabulary, what its elements say.

An item's title is a heading of the first level, its author and date are bylines, and what it says is read as the HTML
that it is. In other XML a run of text with the elements inside it is a paragraph; elements that follow each other under
one name and hold nothing but values are rows of a table. Attributes are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble
from qa.documents.markdown import CELL_SEPARATOR
from qa.documents.markup import drafts_of, flat, html_tree
from qa.documents.markup_tables import tag_of
from qa.documents.xml import xml_tree
from qa.errors import DocumentError
from qa.types import Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element

_ITEMS = frozenset(("item", "entry"))
_DATES = ("pubdate", "published", "date", "issued", "updated", "modified")
_AUTHORS = ("creator", "author")
_BODIES = ("encoded", "content", "description", "summary", "subtitle", "tagline")


def parse_xml(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read an XML file.

    :raises DocumentError: ``file_binary``, ``file_entities``, ``file_nested`` or ``file_damaged`` (it is no XML).
    """
    root, whole = xml_tree(data, path=path)
    if root is None:
        raise DocumentError("file_damaged", path=path, reason="xml")
    title = ""
    is_feed = tag_of(root) in ("rss", "feed", "rdf")
    if is_feed:
        channel = next((child for child in root if tag_of(child) == "channel"), root)
        title = _value(channel, "title")
        drafts = list(_feed(root, channel, path))
    else:
        drafts = list(_plain(root))
    return assemble(
        drafts,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="feed" if is_feed else "xml",
        title=title,
        notices=() if whole else (Notice("file_cut"),),
    )


def _feed(root: _Element, channel: _Element, path: str) -> Iterator[Draft]:
    yield from _body(channel, path)
    for item in root.iter():
        if tag_of(item) in _ITEMS:
            yield Draft(_value(item, "title"), "heading", 1)
            yield Draft(_value(item, *_AUTHORS), "byline")
            yield Draft(_value(item, *_DATES), "byline")
            yield from _body(item, path)


def _value(element: _Element, *names: str) -> str:
    """The text of the first child that has one of ``names`` and text, on one line; names in order of preference."""
    for name in names:
        for child in element:
            text = _inner_text(child) if tag_of(child) == name else ""
            if text:
                return text
    return ""


def _inner_text(element: _Element) -> str:
    """What an element says, on one line: of an Atom person, the name; of HTML in it, the text."""
    person = next((child for child in element if tag_of(child) == "name"), element)
    text = flat(" ".join(person.itertext()))
    if "<" in text or "&" in text:
        text = flat(" ".join(html_tree(text).itertext()))
    return text


def _body(item: _Element, path: str) -> Iterator[Draft]:
    """The fullest of what an item says, and a summary where that is not a part of it."""
    said: list[str] = []
    for name in _BODIES:
        for child in item:
            if tag_of(child) != name:
                continue
            drafts = _content(child, path)
            text = "".join("".join(draft.text for draft in drafts).split())
            bare = text.rstrip(".…[]")
            if text and not any(bare in other for other in said):
                said.append(text)
                yield from drafts


def _content(element: _Element, path: str) -> list[Draft]:
    """HTML in an element, be it escaped or as elements, or plain text, each line of which is a paragraph."""
    if len(element):
        return drafts_of(element, shift=1)
    text = element.text or ""
    if "<" in text or "&" in text:
        return drafts_of(html_tree(text, path=path), shift=1)
    return [Draft(line) for line in text.splitlines()]


def _plain(root: _Element) -> Iterator[Draft]:
    """Paragraphs and rows of XML whose vocabulary is not known."""
    stack = [root]
    while stack:
        element = stack.pop()
        if not tag_of(element):
            continue
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            yield Draft(flat("".join(element.itertext())))
        elif _is_record(element):
            yield Draft(CELL_SEPARATOR.join(flat(child.text or "") for child in element), "table")
        else:
            stack.extend(reversed(element))


def _is_record(element: _Element) -> bool:
    """Whether the element holds values only, two and more, and stands beside others of its name."""
    if len(element) < 2 or any(len(child) or not tag_of(child) for child in element):
        return False
    beside = (element.getnext(), element.getprevious())
    return any(other is not None and other.tag == element.tag for other in beside)
