"""The picture of a document's page, drawn from the file that was read, if that is still the same file.

Owns the check of the file and a small store of pictures. Knows no boxes, page layout or HTTP.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

from qa.errors import DocumentError
from qa.types import Document

DRAWN = {"pdf": "qa.documents.pdf_render:render_json", "image": "qa.documents.images:render_json"}
"""What draws a page of each format that has pages to draw."""

SCALE = 2.0
"""Pixels a point (1/72 inch): sharp on a dense screen at the width of the pane."""

KEPT = 32
"""Pictures kept, the last ones shown: a few hundred kilobytes each."""


class PageImages:
    """PNG pictures of pages. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, document: Document, page: int) -> bytes:
        """PNG of ``page``, counted from 1.

        :raises DocumentError: ``page_missing`` (path, page, pages): no such page, or a format without pages to draw;
            ``file_changed`` (path): the file is gone or is not the one that was read.
        """
        if document.format not in DRAWN or not 1 <= page <= (document.pages or 0):
            raise DocumentError("page_missing", path=document.name, page=page, pages=document.pages or 0)
        key = (document.revision, page)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = self._drawn(document, page)
        with self._lock:
            self._kept[key] = picture
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return picture

    def _drawn(self, document: Document, page: int) -> bytes:
        from qa.documents.worker import shared

        path = Path(document.path)
        try:
            with path.open("rb") as file:
                unchanged = hashlib.file_digest(file, "sha256").hexdigest() == document.revision
            size = path.stat().st_size
        except OSError as error:
            raise DocumentError("file_changed", path=document.name) from error
        if not unchanged:
            raise DocumentError("file_changed", path=document.name)
        arguments = {"path": document.path, "page": page, "scale": SCALE}
        drawn = shared().call(DRAWN[document.format], arguments, path=document.name, size=size)
        return base64.b64decode(drawn)
