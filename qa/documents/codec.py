"""Document <-> JSON values, exactly, so that a document can cross a pipe. Knows no pipe, file or format.

Numbers stay equal bit for bit, and text stays equal character for character, half characters included, provided that
the JSON is written by :func:`dumps` and read by :func:`loads`.
"""

from __future__ import annotations

import json
from dataclasses import fields
from operator import attrgetter
from typing import Any

from qa.types import Block, Document, Notice, Region

_block = attrgetter(*(field.name for field in fields(Block)))
_region = attrgetter(*(field.name for field in fields(Region)))
_notice = attrgetter(*(field.name for field in fields(Notice)))
_PLAIN = ("id", "name", "path", "revision", "format", "title", "text", "pages")


def to_json(document: Document) -> dict[str, Any]:
    """``document`` as JSON values: one list a block, region and notice, its fields in their order."""
    return {name: getattr(document, name) for name in _PLAIN} | {
        "blocks": [_block(block) for block in document.blocks],
        "regions": [_region(region) for region in document.regions],
        "notices": [_notice(notice) for notice in document.notices],
        "furniture": document.furniture,
    }


def from_json(value: dict[str, Any]) -> Document:
    """The document that :func:`to_json` was given.

    :raises (KeyError, TypeError, ValueError): if ``value`` comes from elsewhere.
    """
    return Document(
        **{name: value[name] for name in _PLAIN},
        blocks=tuple(
            Block(number, kind, start, end, level, page, tuple(header), row)
            for number, kind, start, end, level, page, header, row in value["blocks"]
        ),
        regions=tuple(Region(*region) for region in value["regions"]),
        notices=tuple(Notice(*notice) for notice in value["notices"]),
        furniture=tuple((page, text) for page, text in value["furniture"]),
    )


def dumps(value: Any) -> bytes:
    """JSON values as bytes. Half characters, which no UTF-8 may hold, are kept as Python keeps them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def loads(data: bytes | bytearray) -> Any:
    """The JSON values that :func:`dumps` wrote.

    :raises ValueError: if they are none.
    """
    return json.loads(data.decode("utf-8", "surrogatepass"))
