"""Pictures (PNG, JPEG, WebP, TIFF with any number of pages) -> Document of the text recognised in them; and their pages
as pictures, for showing where a quote stands.

A page is a picture as a viewer shows it: turned as its EXIF says, on white. Knows no layout; the text is read by
:mod:`qa.documents.ocr`.
"""

from __future__ import annotations

import base64
import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qa.documents.ocr import LARGEST, SHORT, installed, read_picture
from qa.documents.ocr_lines import PageReader
from qa.documents.pdf_furniture import Sheet
from qa.documents.sheets import document_of, lay_out
from qa.errors import DocumentError
from qa.types import Document, Notice

if TYPE_CHECKING:
    from PIL import Image

PIXELS = 120_000_000
"""Pixels of the largest page that is opened: A3 at 600 dots an inch has 70 million; unpacked, 360 MB."""
PAGE_LIMIT = 2_000
"""Pages of a TIFF above which it is refused."""
SMALLEST = 32
"""Pixels of the shorter side below which a picture holds no line of text."""
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "MPO")
SHOWN = 2_400_000
"""Pixels of a page that is shown: twice the dots of a page 1,100 wide."""


def parse_image(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a picture's pages.

    :raises DocumentError: ``file_scanned`` (path, pages): nothing here recognises text; ``file_illegible`` (path,
        pages): none is sure; ``picture_textless`` (path): there is none in it; ``file_damaged`` (path, reason); ``file_pages`` (path, pages, limit);
        ``picture_size`` (path, pixels, limit).
    """
    with _opened(io.BytesIO(data), path) as picture:
        pages = int(getattr(picture, "n_frames", 1))
        if pages > PAGE_LIMIT:
            raise DocumentError("file_pages", path=path, pages=pages, limit=PAGE_LIMIT)
        if not installed():
            raise DocumentError("file_scanned", path=path, pages=pages)
        notices: list[Notice] = []
        layout = lay_out(_sheets(picture, pages, path, notices), pages)
    if not layout.blocks:
        unsure = any(notice.code == "lines_unsure" for notice in notices)
        if unsure:
            raise DocumentError("file_illegible", path=path, pages=pages)
        raise DocumentError("picture_textless", path=path)
    return document_of(
        layout,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="image",
        title="",
        pages=pages,
        notices=notices,
    )


def render_json(*, path: str, page: int, scale: float) -> str:
    """Page ``page``, counted from 1, as a PNG in Base64: what the child process can send. ``scale`` is of no matter.

    :raises DocumentError: as :func:`parse_image`; ``page_missing`` (path, page, pages).
    """
    del scale
    with _opened(Path(path), path) as picture:
        pages = int(getattr(picture, "n_frames", 1))
        if not 1 <= page <= pages:
            raise DocumentError("page_missing", path=path, page=page, pages=pages)
        shown = _page(picture, page - 1, path)
        room = (SHOWN / (shown.width * shown.height)) ** 0.5
        if room < 1:
            shown = shown.resize(
                (max(1, round(shown.width * room)), max(1, round(shown.height * room))), reducing_gap=2
            )
        stream = io.BytesIO()
        shown.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode("ascii")


@contextlib.contextmanager
def _opened(source: io.BytesIO | Path, path: str) -> Iterator[Image.Image]:
    """The picture; what its decoder raises becomes ``file_damaged``."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a decoder has to say of a file that it reads all the same
            Image.MAX_IMAGE_PIXELS = None  # the limit here is PIXELS, checked before anything is unpacked
            with Image.open(source, formats=FORMATS) as picture:
                yield picture
    except DocumentError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, ZeroDivisionError) as error:
        raise DocumentError("file_damaged", path=path, reason="picture") from error


def _page(picture: Image.Image, index: int, path: str) -> Image.Image:
    """One page in colour, as it is shown."""
    from PIL import Image, ImageOps

    picture.seek(index)
    pixels = picture.width * picture.height
    if pixels > PIXELS:
        raise DocumentError("picture_size", path=path, pixels=pixels, limit=PIXELS)
    if picture.format == "JPEG":
        picture.draft("RGB", (SHORT, SHORT))  # decoded at half or a quarter of the size, where that is enough
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":  # 16 bits a dot, which a plain conversion would cut off
        low, high = upright.getextrema()
        scale = 255 / max(float(high) - float(low), 1.0)  # type: ignore[arg-type]
        upright = upright.point(lambda value: (value - low) * scale).convert("L")
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        upright = Image.new("RGBA", coloured.size, "white")
        upright.alpha_composite(coloured)
    return upright.convert("RGB")


def _sheets(picture: Image.Image, pages: int, path: str, notices: list[Notice]) -> Iterator[Sheet]:
    """The pages in order, one unpacked at a time."""
    import numpy as np

    from qa.documents.worker import alive

    reader = PageReader()
    for index in range(pages):
        page = _page(picture, index, path)
        short, area = min(page.size), page.width * page.height
        room = min(1.0, SHORT / short, (LARGEST / area) ** 0.5)
        size = max(1, round(page.width * room)), max(1, round(page.height * room))
        if short < SMALLEST:
            notices.append(Notice("page_illegible", page=index + 1))
            yield Sheet(index + 1, float(page.width), float(page.height), [])
            continue
        dots = np.array(page if room == 1.0 else page.resize(size, reducing_gap=2))[:, :, ::-1].copy()
        del page
        seen = reader.sheet(read_picture(dots, alive=alive), index + 1)
        notices += seen.notices()
        yield seen.sheet
        alive(index + 1, pages)
