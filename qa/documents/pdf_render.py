"""A page of a PDF as a picture, for showing where a quote stands. Knows no text."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from qa.errors import DocumentError

PIXELS = 40_000_000
"""Pixels of the largest picture; a page that would be larger is drawn smaller."""


def render_page(data: bytes | Path, page: int, *, scale: float) -> bytes:
    """Page ``page``, counted from 1, as the bytes of a PNG. ``scale``: pixels to a point (1/72 inch).

    :raises DocumentError: ``file_encrypted``, ``file_damaged``.
    :raises ValueError: if the file has no such page, or ``scale`` is not above 0.
    """
    import pypdfium2

    from qa.documents.pdf import opened

    if scale <= 0:
        raise ValueError(f"scale {scale} is not above 0")
    path = str(data) if isinstance(data, Path) else ""
    file = opened(data.read_bytes() if isinstance(data, Path) else data, path)
    try:
        if not 1 <= page <= len(file):
            raise ValueError(f"there is no page {page} of {len(file)}")
        shown = file[page - 1]
        width, height = shown.get_size()
        room = (PIXELS / max(width * height, 1.0)) ** 0.5
        picture = shown.render(scale=min(scale, room)).to_pil()
        stream = io.BytesIO()
        picture.save(stream, "PNG")
        return stream.getvalue()
    except pypdfium2.PdfiumError as error:
        raise DocumentError("file_damaged", path=path, reason="page") from error
    finally:
        file.close()


def render_json(*, path: str, page: int, scale: float) -> str:
    """As :func:`render_page`, in Base64: what the child process can send."""
    return base64.b64encode(render_page(Path(path), page, scale=scale)).decode("ascii")
