"""What of a web page is no part of what it says: menus, sidebars, footers, hidden parts, notices of copyright.

Whatever might be quoted stays: nothing that holds a good part of the page's text is ever taken away, whatever it is
called, and a list of links only where the page has running text elsewhere or the links are as short as a menu's.
Takes parts out of a tree and gives back their words. Knows no file and makes no blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.documents import marks
from qa.documents.markup import BLOCKS, SILENT
from qa.documents.markup_tables import tag_of

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGE = 0.3
"""Share of the page's own words, those that are no links, above which a part is never taken away by its name."""
MENU_COLUMNS = 20
"""Columns that the links of a menu have at most, on average: ten Chinese characters."""
DENSE = 0.75
"""Share of a part's characters that stand in links, from which it is a list of links."""
RUNNING = 400
"""Characters of a page's own words from which lists of links beside them are not what it says."""

_MAIN = 0.75
_ROLE_NAMES = "navigation banner contentinfo search complementary menu menubar dialog alertdialog tooltip"
_ROLES = frozenset(_ROLE_NAMES.split())
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:(?P<menu>nav\w*|menus?|breadcrumbs?|crumbs?|mbx|pagination|pager|pages?|share\w*|social|toolbar|tabs?"
    r"|topbar|lang(?:uage)?s?|skip\w*|bshare|bdsharebuttonbox|tags?)"
    r"|(?P<foot>footer|foot|copyright|copyrights|beian|icp|cookie\w*|gdpr)"
    r"|(?P<side>sidebar|aside|related|recommend\w*|advert\w*|friendlink|(?<![_-])(?:side|hot|ads?|banner|login|search|rank|links?)))"
    r"(?=$|[\s_-]|\d)",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"©|copyright|all rights reserved|版权所有|版權所有|[\u4e00-\u9fff]ICP备|公网安备|[\u4e00-\u9fff]ICP證",
    re.IGNORECASE,
)
_COPYRIGHT_LENGTH = 300
_NOT_SHOWN = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.IGNORECASE)
_ARTICLE = frozenset(("article", "main", "blockquote", "section", "figure", "td", "li"))
_LISTS = frozenset(("div", "ul", "ol", "dl", "table", "section", "aside", "header", "center"))


@dataclass(slots=True)
class _Count:
    """Characters in and below an element that are no white space: all, and those in links; how many links, headings of
    the first level and header cells it holds.
    """

    characters: int = 0
    linked: int = 0
    links: int = 0
    headings: int = 0
    header_cells: int = 0

    @property
    def own(self) -> int:
        return self.characters - self.linked

    @property
    def is_dense(self) -> bool:
        return self.linked >= DENSE * self.characters


def prune(root: _Element) -> list[str]:
    """Take out of ``root`` what is not content. Returns the words of each part taken, in order."""
    _drop_silent(root)
    counts = _counts(root)
    whole = counts[root].own
    main = _main(root, counts)
    taken: list[_Element] = []
    stack: list[tuple[_Element, bool]] = [(root, False)]
    while stack:
        element, inside = stack.pop()
        inside = inside or element is main
        if element is not root and not _holds(element, main) and _is_noise(element, counts, whole, inside):
            taken.append(element)
        else:
            stack.extend((child, inside) for child in reversed(element) if child in counts)
    words = [" ".join("".join(element.itertext()).split()) for element in taken]
    for element in taken:
        _drop(element)
    return [text for text in words if text]


def _drop_silent(root: _Element) -> None:
    for element in list(root.iter()):
        tag = tag_of(element)
        if tag in SILENT and tag != "head":
            _drop(element)


def _drop(element: _Element) -> None:
    """Take an element out of its tree and leave the text behind it where it stands."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _counts(root: _Element) -> dict[_Element, _Count]:
    """Counts for every element, found from the leaves up."""
    counts: dict[_Element, _Count] = {}
    order = [element for element in root.iter() if tag_of(element) and tag_of(element) != "head"]
    for element in order:
        counts[element] = _Count()
    for element in reversed(order):
        count, tag = counts[element], tag_of(element)
        count.characters += _length(element.text)
        if tag == "a" and element.get("href") is not None:
            count.linked, count.links = count.characters, 1
        count.headings += tag == "h1"
        count.header_cells += tag == "th"
        parent = element.getparent()
        if parent is not None and parent in counts and element is not root:
            above = counts[parent]
            above.characters += count.characters + _length(element.tail)
            above.linked += count.linked
            above.links += count.links
            above.headings += count.headings
            above.header_cells += count.header_cells
    return counts


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def _main(root: _Element, counts: dict[_Element, _Count]) -> _Element:
    """The smallest element that holds nearly all of the page's own words, or what the page itself calls its main part."""
    named = [e for e in root.iter("main", "article") if e in counts] + [
        e
        for e in root.iter()
        if e in counts and ((e.get("role") or "").lower() == "main" or e.get("itemprop") == "articleBody")
    ]
    if len(named) == 1 and counts[named[0]].own >= LARGE * counts[root].own:
        return named[0]
    element = root
    while True:
        child = max((c for c in element if c in counts), key=lambda c: counts[c].own, default=None)
        if child is None or counts[child].own < _MAIN * counts[root].own or tag_of(child) not in BLOCKS:
            return element
        element = child


def _holds(element: _Element, main: _Element) -> bool:
    return element is main or any(above is element for above in main.iterancestors())


def _is_noise(element: _Element, counts: dict[_Element, _Count], whole: int, inside: bool) -> bool:
    """Whether ``element``, which does not hold the main part, is no content. ``inside``: the main part holds it."""
    count, tag = counts[element], tag_of(element)
    if not count.characters:
        return False
    large = count.own > LARGE * max(whole, 1)
    if _is_hidden(element):
        return not large and not _is_one_of_several(element)
    if tag == "nav" or (element.get("role") or "").lower() in _ROLES:
        return not large
    if tag in ("header", "footer", "aside") and not _in_article(element):
        return not large and not count.headings
    if tag == "form" and count.links + count.own < 40:
        return True
    if tag not in BLOCKS:
        return False
    if _is_copyright(element, count):
        return True
    if large or count.headings or count.header_cells:
        return False
    return _is_named(element, count) or _is_link_list(element, counts, whole, inside)


def _is_hidden(element: _Element) -> bool:
    return (
        element.get("hidden") is not None
        or (element.get("aria-hidden") or "").lower() == "true"
        or _NOT_SHOWN.search(element.get("style") or "") is not None
    )


def _is_one_of_several(element: _Element) -> bool:
    """Whether a hidden part is a tab or slide: one beside it, with a class in common, is shown."""
    classes = set((element.get("class") or "").split())
    return any(
        classes & set((other.get("class") or "").split()) and not _is_hidden(other)
        for other in (*element.itersiblings(), *element.itersiblings(preceding=True))
    )


def _in_article(element: _Element) -> bool:
    return any(tag_of(above) in _ARTICLE for above in element.iterancestors())


def _is_copyright(element: _Element, count: _Count) -> bool:
    """A short part, without smaller blocks that say more, that claims the copyright or names the licence of the site."""
    if (
        count.characters > _COPYRIGHT_LENGTH
        or count.headings
        or tag_of(element) in ("body", "html", "td", "tr", "table")
    ):
        return False
    return _COPYRIGHT.search("".join(element.itertext())) is not None


def _is_named(element: _Element, count: _Count) -> bool:
    """Whether its class or id calls it a menu, a foot or a side, and what it holds bears that out."""
    match = _NAMED.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    if match is None or _has_sentence(element, count):
        return False
    if not match["foot"] and _in_named_main(element):
        return False
    if match["menu"]:
        return count.linked >= 0.5 * count.characters
    if match["foot"]:
        return True
    return count.linked >= 0.3 * count.characters and count.links >= 2


def _has_sentence(element: _Element, count: _Count) -> bool:
    """Whether its own words hold a sentence of some length."""
    return count.own > 60 and any(marks.is_prose(" ".join(text.split())) for text in _own_texts(element))


def _own_texts(element: _Element) -> Iterator[str]:
    for node in element.iter():
        if tag_of(node) != "a" and node.text:
            yield node.text
        if node is not element and node.tail:
            yield node.tail


def _is_link_list(element: _Element, counts: dict[_Element, _Count], whole: int, inside: bool) -> bool:
    """Whether the part is links and little else: a menu if they are short; a list of other pages beside running text.

    A list in what the page itself calls its main part, or among paragraphs, is what it says.
    """
    count = counts[element]
    if count.links < 3 or not count.is_dense or tag_of(element) not in _LISTS:
        return False
    if _in_named_main(element) or _among_paragraphs(element, counts):
        return False
    if count.linked <= MENU_COLUMNS / 2 * count.links:
        return not inside or count.linked >= 0.9 * count.characters
    return not inside and whole >= RUNNING


def _in_named_main(element: _Element) -> bool:
    return any(
        tag_of(above) in ("article", "main") or above.get("itemprop") == "articleBody"
        for above in element.iterancestors()
    )


def _among_paragraphs(element: _Element, counts: dict[_Element, _Count]) -> bool:
    """Whether a paragraph with words of its own stands beside the element."""
    beside = (*element.itersiblings("p"), *element.itersiblings("p", preceding=True))
    return any(other in counts and counts[other].own >= 20 for other in beside)
