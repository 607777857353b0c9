"""Which documents questions are limited to, and which a search shows. Pure values; knows no HTML and no Gradio."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.library import DocumentInfo


@dataclass(frozen=True, slots=True)
class Choice:
    """The tick boxes: all but ``ids`` where ``all`` is set, else only ``ids``. So documents that are added later are
    ticked as long as everything is.
    """

    all: bool = True
    ids: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, value: object) -> Choice:
        """The choice that a page sent, ``{"all": bool, "ids": [str]}``; everything where it makes no sense."""
        if not isinstance(value, dict):
            return cls()
        ids = value.get("ids")
        return cls(
            value.get("all") is not False,
            frozenset(id for id in ids if isinstance(id, str)) if isinstance(ids, list) else frozenset(),
        )

    def __contains__(self, id: str) -> bool:
        return (id in self.ids) != self.all

    def among(self, ids: Collection[str]) -> frozenset[str] | None:
        """The chosen ones of ``ids``; ``None`` for all of them."""
        chosen = frozenset(id for id in ids if id in self)
        return None if len(chosen) == len(set(ids)) else chosen


EVERYTHING = Choice()


def matching(infos: Sequence[DocumentInfo], search: str) -> list[DocumentInfo]:
    """The documents whose name or title holds every word of ``search``, width and case aside."""
    words = _folded(search).split()
    return [info for info in infos if all(word in _folded(f"{info.name}\n{info.title}") for word in words)]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
