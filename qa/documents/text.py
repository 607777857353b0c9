"""Plain text -> Document: layout repaired, titles and bylines recognised. Knows no bytes and no other format."""

from __future__ import annotations

from qa.documents.assemble import assemble
from qa.documents.layout import repair
from qa.documents.structure import recognise
from qa.types import Document


def parse_text(text: str, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read ``text``. The document's text and ``text`` are equal once white space is removed from both."""
    return assemble(
        recognise(repair(text)), document_id=document_id, name=name, path=path, revision=revision, format="text"
    )
