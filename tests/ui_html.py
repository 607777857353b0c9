"""HTML as a parser sees it, for asserting on text and elements. Knows just enough CSS: ``tag``, ``.class``, ``a > b``, ``a b``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "input", "meta", "link", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    content: list[str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


class Page(HTMLParser):
    """Parsed HTML. Every element must be closed in order, or the test fails here."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.root = self._open = Element("", {}, None)
        self.feed(source)
        self.close()
        assert self._open is self.root, f"<{self._open.tag}> is never closed"

    @property
    def tags(self) -> set[str]:
        return {element.tag for element in self.elements}

    @property
    def attribute_names(self) -> set[str]:
        return {name for element in self.elements for name in element.attributes}

    def find(self, selector: str) -> list[Element]:
        return [element for element in self.elements if _matches(element, re.split(r"\s+", selector))]

    def text(self, selector: str) -> list[str]:
        return ["".join(element.content) for element in self.find(selector)]

    def attributes(self, selector: str, name: str) -> list[str]:
        return [element.attributes[name] for element in self.find(selector) if name in element.attributes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        self.elements.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        assert self._open.tag == tag, f"</{tag}> closes <{self._open.tag}>"
        assert self._open.parent is not None
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        element: Element | None = self._open
        while element is not None:
            element.content.append(data)
            element = element.parent


def _matches(element: Element, steps: list[str]) -> bool:
    if not _is(element, steps[-1]):
        return False
    if len(steps) == 1:
        return True
    if steps[-2] == ">":
        return element.parent is not None and _matches(element.parent, steps[:-2])
    above = element.parent
    while above is not None:
        if _matches(above, steps[:-1]):
            return True
        above = above.parent
    return False


def _is(element: Element, step: str) -> bool:
    if step == ":last-child":
        return element.parent is not None and element.parent.children[-1] is element
    tag, *classes = step.split(".")
    return (not tag or element.tag == tag) and set(classes) <= element.classes
