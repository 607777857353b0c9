"""What the styles of a word processor's file say about a paragraph: heading and level, title, caption, list, looks.

A style has what the style that it is based on has, and a paragraph what its style has, unless it says otherwise.
Built-in styles are known by their names, in English and Chinese: programs number their ids as they like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.documents.ooxml import W, switched_on, whole

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from qa.documents.docx_numbering import Numbering

_VAL = f"{W}val"
_BODY = 9
"""The outline level of text that is no heading."""
_DEPTH = 20
"""Styles that are followed from one to the style that it is based on."""

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"(?:title|标题|標題|文档标题|文件标题|公文标题|主标题|大标题|文章标题)", re.IGNORECASE)
_CAPTION = re.compile(r".*(?:caption|题注|題注|图标题|表标题|图题|表题|图名|表名)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目次|目錄)\s*\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """``outline``: level of a heading counted from 0, None for what is none. ``number`` and ``level``: the list that
    it is counted in, ``""`` for none. ``size`` in half points, 0 where it is not said.
    """

    outline: int | None = None
    title: bool = False
    caption: bool = False
    contents: bool = False
    number: str = ""
    level: int = 0
    centred: bool = False
    indented: bool = False
    bold: bool = False
    size: int = 0


class Styles:
    """The paragraph styles of one document. Give it the root of ``styles.xml``, or nothing where there is none."""

    def __init__(self, root: Element | None, numbering: Numbering) -> None:
        self._numbering = numbering
        self._styles: dict[str, Element] = {}
        self._looks: dict[str, Look] = {}
        self._default = ""
        for style in () if root is None else root.iter(f"{W}style"):
            if style.get(f"{W}type", "paragraph") == "paragraph":
                key = style.get(f"{W}styleId", "")
                self._styles[key] = style
                if style.get(f"{W}default") in ("1", "true", "on"):
                    self._default = key

    def look(self, paragraph: Element) -> Look:
        """What is said about ``paragraph`` by itself and by its style."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return self._of_style(self._default)
        named = properties.find(f"{W}pStyle")
        key = self._default if named is None else named.get(_VAL, "")
        return _with(self._of_style(key), properties, None)

    def _of_style(self, key: str, depth: int = 0) -> Look:
        if key in self._looks:
            return self._looks[key]
        style = self._styles.get(key)
        if style is None or depth > _DEPTH:
            return Look()
        based = style.find(f"{W}basedOn")
        look = Look() if based is None else self._of_style(based.get(_VAL, ""), depth + 1)
        look = _named(look, _value(style, "name"))
        properties = style.find(f"{W}pPr")
        if properties is not None:
            look = _with(look, properties, self._numbering, key)
        look = _with_run(look, style.find(f"{W}rPr"))
        self._looks[key] = look
        return look


def _named(look: Look, name: str) -> Look:
    """``look`` with what the style's name says."""
    name = name.split(",")[0].strip()
    heading = _HEADING.fullmatch(name)
    return replace(
        look,
        outline=int(heading[1]) - 1 if heading else look.outline,
        title=bool(_TITLE.fullmatch(name)) or look.title,
        caption=bool(_CAPTION.fullmatch(name)) or look.caption,
        contents=bool(_CONTENTS.fullmatch(name)),
    )


def _with(look: Look, properties: Element, numbering: Numbering | None, style: str = "") -> Look:
    """``look`` with what the paragraph properties of a paragraph, or of the style ``style``, say."""
    outline = properties.find(f"{W}outlineLvl")
    if outline is not None:
        level = whole(outline.get(_VAL), _BODY)
        look = replace(look, outline=level if 0 <= level < _BODY else None)
    listed = properties.find(f"{W}numPr")
    if listed is not None:
        number = _value(listed, "numId") or look.number
        level = listed.find(f"{W}ilvl")
        if level is not None:
            at = whole(level.get(_VAL))
        else:
            at = look.level if numbering is None else numbering.level_of_style(number, style)
        look = replace(look, number="" if number == "0" else number, level=at)
    aligned = _value(properties, "jc")
    if aligned:
        look = replace(look, centred=aligned == "center")
    indent = properties.find(f"{W}ind")
    if indent is not None:
        first = whole(indent.get(f"{W}firstLineChars")) or whole(indent.get(f"{W}firstLine"))
        look = replace(look, indented=first > 0)
    return look


def _with_run(look: Look, properties: Element | None) -> Look:
    """``look`` with what run properties say."""
    if properties is None:
        return look
    bold = properties.find(f"{W}b")
    size = whole(_value(properties, "sz"))
    return replace(
        look, bold=look.bold if bold is None else switched_on(bold, _VAL), size=size if size > 0 else look.size
    )


def look_of_runs(look: Look, runs: list[Element]) -> Look:
    """``look`` with what all of the ``runs`` of the paragraph say together."""
    looks = [_with_run(look, run.find(f"{W}rPr")) for run in runs]
    if not looks:
        return look
    return replace(look, bold=all(one.bold for one in looks), size=min(one.size for one in looks))


def _value(parent: Element, name: str) -> str:
    found = parent.find(f"{W}{name}")
    return "" if found is None else str(found.get(_VAL, ""))
