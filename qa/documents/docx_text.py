"""The characters of one paragraph of a word processor's file, as its page shows them.

Kept: what was inserted, the results of fields, hyperlinks, the base of ruby text. Left out: what was deleted or moved
away, the code of fields, hidden text. Text boxes, notes, charts, diagrams and pictures are handed on, in order.
Knows no style, list or table. Not covered: the layout of equations, whose characters are given in a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from qa.documents.ooxml import DGM, MC, A, C, M, R, W, chosen, switched_on

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_V = "{urn:schemas-microsoft-com:vml}"
_LEFT_OUT = """
    del moveFrom pPr rPr sectPr rt instrText delText delInstrText annotationRef footnoteRef endnoteRef sdtPr
    commentReference
"""
_SKIPPED = frozenset(f"{W}{name}" for name in _LEFT_OUT.split())
_DRAWINGS = frozenset(f"{W}{name}" for name in ("drawing", "pict", "object"))
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": "\t"}
_SYMBOLS = {
    "Wingdings": {"F06F": "□", "F0A8": "□", "F0FE": "☑", "F0FD": "☒", "F0FC": "✓", "F0FB": "✗", "F0E0": "→"},
    "Wingdings 2": {"F052": "☑", "F0A3": "□", "F050": "✓", "F04F": "✗", "F054": "☒"},
    "Symbol": {"F0B0": "°", "F0B1": "±", "F0B4": "×", "F0A3": "≤", "F0B3": "≥", "F06D": "μ", "F057": "Ω", "F0AE": "→"},
}
"""Signs of fonts that have a code of their own, by font and code."""


class Inline:
    """Reads paragraphs of one part in order; a field may begin in one and end in another.

    Gathers by the way: ``boxes``, the contents of text boxes; ``notes``, (``footnote`` or ``endnote``, id) of notes
    referred to; ``graphics``, ids of the relations to charts and diagrams; ``pictures``, how many there are.
    """

    def __init__(self) -> None:
        self.boxes: list[Element] = []
        self.notes: list[tuple[str, str]] = []
        self.graphics: list[str] = []
        self.pictures = 0
        self._fields: list[bool] = []

    def text(self, paragraph: Element) -> str:
        """The text of ``paragraph``; a line break in it is a line end."""
        self._fields = [shown for shown in self._fields if shown]
        return "".join(self._pieces(paragraph))

    def _pieces(self, parent: Iterable[Element]) -> Iterator[str]:
        for child in parent:
            if child.tag in (f"{W}t", f"{M}t"):
                if all(self._fields):
                    yield child.text or ""
            elif child.tag in _DRAWINGS:
                self._drawing(child)
            elif child.tag == f"{MC}AlternateContent":
                yield from self._pieces(list(chosen(child)))
            elif child.tag not in _SKIPPED and not _is_hidden(child):
                yield from self._sign(child)
                yield from self._pieces(child)

    def _sign(self, element: Element) -> Iterator[str]:
        """What an element of a run stands for by itself, if it stands for anything."""
        name = element.tag.removeprefix(W)
        if name in _SIGNS:
            yield _SIGNS[name] if all(self._fields) else ""
        elif name == "sym":
            yield _symbol(element.get(f"{W}font", ""), element.get(f"{W}char", ""))
        elif name == "fldChar":
            self._field(element.get(f"{W}fldCharType", ""))
        elif name in ("footnoteReference", "endnoteReference"):
            self.notes.append((name.removesuffix("Reference"), element.get(f"{W}id", "")))

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(False)
        elif self._fields and kind == "separate":
            self._fields[-1] = True
        elif self._fields and kind == "end":
            self._fields.pop()

    def _drawing(self, element: Element) -> None:
        """Gather what a drawing holds; what stands in a text box in it is left to whoever reads the box."""
        for child in element:
            tag = child.tag
            if tag == f"{W}txbxContent":
                self.boxes.append(child)
            elif tag in (f"{A}blip", f"{_V}imagedata"):
                self.pictures += 1
            elif tag == f"{C}chart":
                self.graphics.append(child.get(f"{R}id", ""))
            elif tag == f"{DGM}relIds":
                self.graphics.append(child.get(f"{R}dm", ""))
            elif tag == f"{MC}AlternateContent":
                for branch in chosen(child):
                    self._drawing(branch)
            else:
                self._drawing(child)


def _is_hidden(element: Element) -> bool:
    """Whether an element is a run that is not shown."""
    if element.tag != f"{W}r":
        return False
    properties = element.find(f"{W}rPr")
    return properties is not None and switched_on(properties.find(f"{W}vanish"), f"{W}val")


def _symbol(font: str, code: str) -> str:
    """The sign that a font shows for a code; nothing where that is not known."""
    known = _SYMBOLS.get(font, {}).get(code.upper())
    if known is not None:
        return known
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return chr(value) if 0x20 <= value < 0xD800 else ""
