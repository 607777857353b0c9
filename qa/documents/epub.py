"""An EPUB book -> Document: its chapters in the order of its spine, named by its table of contents.

The book's title is the document's; chapters are headings of the second level. A chapter that has no heading of its
own gets the name that the table of contents gives it. Books under DRM are refused; fonts made unreadable, which many
books have, are none of ours. Not covered: fixed layout, media overlays, pictures.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from qa.documents.assemble import Draft, assemble
from qa.documents.encoding import NotText, decode_markup
from qa.documents.markup import drafts_of, flat, html_tree
from qa.documents.markup_tables import tag_of
from qa.documents.package import Package, open_package
from qa.documents.worker import alive
from qa.documents.xml import xml_tree
from qa.errors import DocumentError
from qa.types import Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_FONT_KEYS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the table of contents: what it is called, how deep it stands from 1, and the file it points to."""

    label: str
    depth: int
    file: str


def parse_epub(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a book.

    :raises DocumentError: ``file_encrypted``, ``file_damaged``, ``file_expands``, ``archive_members``,
        ``file_entities`` or ``file_nested``.
    """
    with open_package(data, path=path) as package:
        book = _Book(package, path)
        drafts: list[Draft] = []
        furniture: list[tuple[int, str]] = []
        notices: list[Notice] = []
        for place, file in enumerate(book.spine, start=1):
            alive()
            source = book.text(file)
            if source is None:
                notices.append(Notice("part_unreadable", place, file))
                continue
            chapter = drafts_of(html_tree(source, path=path), shift=1)
            if file == book.contents or _is_contents(chapter, book.entries):
                furniture.append((place, "\n".join(draft.text for draft in chapter)))
                continue
            chapter = _named(chapter, [entry for entry in book.entries if entry.file == file])
            drafts += [_moved(draft, len(drafts)) for draft in chapter]
        document = assemble(
            drafts,
            document_id=document_id,
            name=name,
            path=path,
            revision=revision,
            format="epub",
            title=book.title,
            notices=notices,
        )
    return replace(document, furniture=tuple(furniture))


def _moved(draft: Draft, places: int) -> Draft:
    return replace(draft, header=tuple(at + places for at in draft.header)) if draft.header else draft


def _is_contents(drafts: Sequence[Draft], entries: Sequence[_Entry]) -> bool:
    """Whether a page is the table of contents once more: nearly all that it says is the names of entries."""
    labels = {flat(entry.label) for entry in entries}
    said = [flat(draft.text) for draft in drafts]
    return len(said) >= 5 and sum(text in labels for text in said) >= 0.8 * len(said)


def _named(drafts: Sequence[Draft], entries: Sequence[_Entry]) -> list[Draft]:
    """A chapter with its headings at the depths that the table of contents gives them.

    A paragraph that says what an entry says is that heading; the first entry is put at the top if nothing says it and
    the chapter opens without a heading.
    """
    waiting = {flat(entry.label): entry.depth + 1 for entry in reversed(entries)}
    found: list[Draft] = []
    for draft in drafts:
        level = waiting.pop(flat(draft.text), 0) if draft.kind in ("heading", "paragraph", "label") else 0
        found.append(replace(draft, kind="heading", level=level) if level else draft)
    first = flat(entries[0].label) if entries else ""
    if found and first in waiting and found[0].kind != "heading":
        title = Draft(first, "heading", waiting[first])
        found = [title, *(_moved(draft, 1) for draft in found)]
    return found


class _Book:
    """The parts of a book: its title, the files of its spine in order, its table of contents."""

    def __init__(self, package: Package, path: str) -> None:
        self._package = package
        self._path = path
        self._refuse_drm()
        package_file = self._package_file()
        root = self._xml(package_file)
        if root is None:
            raise DocumentError("file_damaged", path=path, reason="part")
        self._folder = posixpath.dirname(package_file)
        self.title = next((flat("".join(e.itertext())) for e in root.iter() if tag_of(e) == "title"), "")
        items = {e.get("id") or "": e for e in root.iter() if tag_of(e) == "item"}
        spine = [items[e.get("idref") or ""] for e in root.iter() if tag_of(e) == "itemref" if e.get("idref") in items]
        self.spine = [self._place(e) for e in spine if (e.get("media-type") or _PAGES[0]) in _PAGES]
        contents = next((e for e in items.values() if "nav" in (e.get("properties") or "").split()), None)
        self.contents = self._place(contents) if contents is not None else ""
        index = next((e for e in items.values() if e.get("media-type") == "application/x-dtbncx+xml"), None)
        self.entries = list(self._entries(index))

    def text(self, file: str) -> str | None:
        """The text of a part; ``None`` if it is not there or no encoding explains it."""
        if file not in self._package:
            return None
        try:
            return decode_markup(self._package.read(file))[0]
        except NotText:
            return None

    def _refuse_drm(self) -> None:
        root = self._xml("META-INF/encryption.xml")
        if root is None:
            return
        methods = [e.get("Algorithm") for e in root.iter() if tag_of(e) == "encryptionmethod"]
        if any(method not in _FONT_KEYS for method in methods):
            raise DocumentError("file_encrypted", path=self._path)

    def _package_file(self) -> str:
        root = self._xml("META-INF/container.xml")
        named = [e.get("full-path") or "" for e in root.iter() if tag_of(e) == "rootfile"] if root is not None else []
        found = next((name for name in [*named, *sorted(self._package.names)] if name.endswith(".opf")), "")
        if found not in self._package:
            raise DocumentError("file_damaged", path=self._path, reason="part")
        return found

    def _xml(self, file: str) -> _Element | None:
        if file not in self._package:
            return None
        return xml_tree(self._package.read(file), path=f"{self._path}!{file}")[0]

    def _place(self, item: _Element, base: str | None = None) -> str:
        reference = unquote((item.get("href") or item.get("src") or "").partition("#")[0])
        folder = self._folder if base is None else base
        return posixpath.normpath(posixpath.join(folder, reference)) if reference else ""

    def _entries(self, index: _Element | None) -> Iterator[_Entry]:
        """The table of contents, from the book's navigation page or from its older index."""
        if source := self.text(self.contents):
            root = html_tree(source, path=self._path)
            tables = [e for e in root.iter() if tag_of(e) == "nav"]
            kinds = [value for e in tables for key, value in e.items() if key.endswith("type")]
            chosen = tables[kinds.index("toc")] if "toc" in kinds and len(kinds) == len(tables) else root
            base = posixpath.dirname(self.contents)
            for link in chosen.iter("a"):
                depth = sum(tag_of(above) in ("ol", "ul") for above in link.iterancestors())
                yield _Entry(flat("".join(link.itertext())), max(1, depth), self._place(link, base))
        elif index is not None:
            file = self._place(index)
            root_or_none = self._xml(file)
            for point in root_or_none.iter() if root_or_none is not None else ():
                if tag_of(point) == "navpoint":
                    yield self._point(point, posixpath.dirname(file))

    def _point(self, point: _Element, base: str) -> _Entry:
        label = next((flat("".join(e.itertext())) for e in point if tag_of(e) == "navlabel"), "")
        content = next((e for e in point if tag_of(e) == "content"), None)
        depth = 1 + sum(tag_of(above) == "navpoint" for above in point.iterancestors())
        return _Entry(label, depth, self._place(content, base) if content is not None else "")
