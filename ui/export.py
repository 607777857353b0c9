"""A conversation, or one answer of it, as a file to keep or to send: Markdown, HTML, Word or JSON.

Every export carries each quote with its document, title, page, paragraph, offsets and revision, and says whether it
held when it was exported. What each format looks like is in ``export_markdown``, ``export_html`` and ``export_docx``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ui.chat import Shelf
from ui.conversations import Conversations, iso_moment
from ui.errors import ConversationError
from ui.escape import one_line
from ui.export_docx import docx
from ui.export_html import html_page
from ui.export_markdown import markdown
from ui.export_parts import Sheet
from ui.recall import RecalledTurn, recall
from ui.strings import text

JSON_FORMAT = "yinju-conversation/1"
NAME_LIMIT = 60
"""Characters of a file name made from a title."""

_UNNAMEABLE = re.compile(r'[\\/:*?"<>|\s.\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]+')


@dataclass(frozen=True, slots=True)
class Exported:
    """A file: ``name`` has no folder and no character that a system forbids."""

    name: str
    media_type: str
    content: bytes


def export(
    conversations: Conversations, library: Shelf, id: str, *, format: str, lang: str, number: int | None = None
) -> Exported:
    """The conversation ``id``, or its turn ``number``, in ``format``: ``md``, ``html``, ``docx`` or ``json``.

    :raises ConversationError: ``export_format``, ``conversation_unknown``, ``turn_unknown``, or as
        :class:`Conversations`.
    :raises LibraryError: the library cannot be used.
    """
    if format not in FORMATS:
        raise ConversationError("export_format", format=format, known=tuple(FORMATS))
    stored = conversations.load(id)
    turns = tuple(turn for turn in recall(stored, library) if number is None or turn.number == number)
    if number is not None and not turns:
        raise ConversationError("turn_unknown", id=id, number=number)
    title = stored.title or text("conversation_untitled", lang)
    if number is not None:
        title = one_line(turns[0].question)
    sheet = Sheet(id, title, stored.created, conversations.clock(), turns, lang)
    media_type, written = FORMATS[format]
    return Exported(f"{_file_name(title)}.{format}", media_type, written(sheet))


def conversation_json(sheet: Sheet) -> dict[str, Any]:
    """The conversation as JSON: each turn as design § 5 promises an answer, with its time and each citation's state."""
    return {
        "format": JSON_FORMAT,
        "id": sheet.id,
        "title": sheet.title,
        "created": iso_moment(sheet.created),
        "exported": iso_moment(sheet.exported),
        "turns": [turn_json(turn) for turn in sheet.turns],
    }


def turn_json(turn: RecalledTurn) -> dict[str, Any]:
    """One turn as JSON; ``asked`` is ISO 8601, UTC."""
    return {**turn.as_json(), "asked": iso_moment(turn.asked)}


def _json(sheet: Sheet) -> bytes:
    return (json.dumps(conversation_json(sheet), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


FORMATS: Mapping[str, tuple[str, Callable[[Sheet], bytes]]] = {
    "md": ("text/markdown; charset=utf-8", lambda sheet: markdown(sheet).encode("utf-8", "replace")),
    "html": ("text/html; charset=utf-8", lambda sheet: html_page(sheet).encode("utf-8", "replace")),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
    "json": ("application/json", _json),
}
"""Formats by the suffix of their files: media type, and what writes them."""


def _file_name(title: str) -> str:
    name = _UNNAMEABLE.sub(" ", one_line(title, limit=NAME_LIMIT)).strip().replace(" ", "-")
    return name or "yinju"
