"""A web page -> Document: its main text, not its menus, with its tables, lists, headings and captions.

Parsed by lxml (libxml2), which reads pages with any mistake in them. What is left out as menu, sidebar, foot or hidden
stands in ``furniture`` (page 0), so that nothing is lost for whoever checks. Scripts do not run: what a page fetches
when it is opened is not in the file. Not covered: frames, styles in separate files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.documents.assemble import Draft, assemble
from qa.documents.boilerplate import prune
from qa.documents.encoding import NotText, decode_markup
from qa.documents.markup import drafts_of, flat, html_tree
from qa.documents.markup_tables import tag_of
from qa.errors import DocumentError
from qa.types import Document, Notice

if TYPE_CHECKING:
    from lxml.etree import _Element

_TITLE_LENGTH = 200
_PARTS = re.compile(r"\s*[|_｜–—»«·]\s*|\s+-+\s+|(?<=[\u3400-\u9fff])-+(?=[\u3400-\u9fff])")


def parse_html(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a page.

    :raises DocumentError: ``file_binary`` (no encoding explains its bytes) or ``file_nested``.
    """
    try:
        text, damaged = decode_markup(data)
    except NotText as error:
        raise DocumentError("file_binary", path=path) from error
    root = html_tree(text, path=path)
    titles = _Titles(root)
    furniture = prune(root)
    drafts = drafts_of(root)
    title, shift = titles.choose(drafts)
    if shift:
        drafts = [replace(draft, level=draft.level + 1) if draft.level else draft for draft in drafts]
    document = assemble(
        drafts,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="html",
        title=title,
        notices=[Notice("bytes_replaced", detail=str(damaged))] if damaged else (),
    )
    return replace(document, furniture=tuple((0, words) for words in furniture))


class _Titles:
    """What a page's head calls it."""

    def __init__(self, root: _Element) -> None:
        self.open_graph = self.site = self.title = ""
        self.articles = 0
        for element in root.iter():
            match tag_of(element):
                case "meta":
                    key = (element.get("property") or element.get("name") or "").lower()
                    value = flat(element.get("content") or "")
                    if key == "og:title":
                        self.open_graph = self.open_graph or value
                    elif key == "og:site_name":
                        self.site = self.site or value
                case "title" if not self.title:
                    parent = element.getparent()
                    if parent is None or tag_of(parent) != "svg":
                        self.title = flat("".join(element.itertext()))
                case "article":
                    self.articles += 1

    def choose(self, drafts: Sequence[Draft]) -> tuple[str, bool]:
        """The document's title, and whether the headings have to go one level down under it.

        The one first-level heading is the title unless it only names the site; then, or where there is none or many,
        the head's own words are, without the site's name. Several articles on a page keep their titles as they are.
        """
        firsts = [draft.text for draft in drafts if draft.level == 1]
        head = self.open_graph or self._own_part()
        if len(firsts) == 1 and len(firsts[0]) <= _TITLE_LENGTH and not self._names_site(firsts[0]):
            return flat(firsts[0]), False
        several = 1 < len(firsts) <= self.articles
        return head[:_TITLE_LENGTH], bool(firsts and head) and not several

    def _own_part(self) -> str:
        """The page's title without the names of site and column, where marks part them and the first part is a title."""
        parts = [part for part in _PARTS.split(self.title) if part]
        return parts[0] if len(parts) > 1 and len(parts[0]) >= 4 else self.title

    def _names_site(self, heading: str) -> bool:
        """Whether a heading is what the site is called: the page's title names it after a title of its own."""
        heading = flat(heading)
        if self.site and heading == self.site:
            return True
        later = [part for part in _PARTS.split(self.title) if len(part) >= 2][1:]
        return any(heading.startswith(part) for part in later) and not self.title.startswith(heading)
