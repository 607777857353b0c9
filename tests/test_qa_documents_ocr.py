"""Scans and pictures: what is recognised, where it stands on the page, and that nothing is fetched for it."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from qa.documents import images, ocr
from qa.documents.images import parse_image
from qa.documents.ocr import SeenLine, SeenPage
from qa.documents.ocr_lines import CONFIDENT, PageReader
from qa.documents.pdf import read_pdf
from qa.errors import DocumentError
from qa.report import FileReport
from qa.types import Passage
from tests.pdf_writer import Page, pdf

needs_ocr = pytest.mark.skipif(not ocr.installed(), reason="the extra ocr is not installed")


def font(size: int) -> ImageFont.FreeTypeFont:
    """A font with Chinese characters, as the system has it."""
    try:
        listed = subprocess.run(["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        listed = ""
    for line in sorted(listed.splitlines()):
        return ImageFont.truetype(line.strip().removesuffix(":"), size)
    pytest.skip("no Chinese font is installed (Debian: fonts-noto-cjk)")


def drawn(*lines: str, size: int = 32, step: int = 56, width: int = 760) -> Image.Image:
    """``lines`` in black on white, each character ``size`` wide from 60 pixels on."""
    picture = Image.new("RGB", (width, 80 + step * len(lines)), "white")
    pen, type_ = ImageDraw.Draw(picture), font(size)
    for row, line in enumerate(lines):
        for i, char in enumerate(line):
            pen.text((60 + size * i, 40 + step * row), char, "black", type_)
    return picture


def with_scan(text: Page, scan: Image.Image) -> bytes:
    """A PDF of a page with text and a page that is a picture, at 144 dots an inch."""
    import pypdfium2

    made = pypdfium2.PdfDocument.new()
    stream = io.BytesIO()
    scan.save(stream, "PDF", resolution=144)
    for part in (pdf(text), stream.getvalue()):
        made.import_pages(pypdfium2.PdfDocument(part))
    whole = io.BytesIO()
    made.save(whole)
    return whole.getvalue()


# ---- with the models


@needs_ocr
def test_the_scanned_page_of_a_mixed_file_is_read_and_its_quotes_have_their_places() -> None:
    scan = drawn("重庆市去年新建住房三万套", "其中八成用于公共租赁", "年份", "二〇二二", size=32)
    pen = ImageDraw.Draw(scan)
    for x, text in ((260, "套数"), (460, "户均"), (260, "一万二"), (460, "六十平")):
        pen.text((x, 152 if text in ("套数", "户均") else 208), text, "black", font(32))
    for y in (140, 200, 256):
        pen.line((40, y, 640, y), "black", 2)
    for x in (40, 240, 440, 640):
        pen.line((x, 140, x, 256), "black", 2)
    document = read_pdf(with_scan(Page().text(40, 100, "第一页有文字。"), scan), document_id="d", name="a.pdf")
    texts = [(b.page, b.kind, document.text[b.start : b.end]) for b in document.blocks]
    assert texts[0] == (1, "paragraph", "第一页有文字。")
    prose = "".join(text for page, kind, text in texts if page == 2 and kind != "table")
    assert prose == "重庆市去年新建住房三万套其中八成用于公共租赁"
    assert [text for _, kind, text in texts if kind == "table"] == ["年份 | 套数 | 户均", "二〇二二 | 一万二 | 六十平"]
    assert FileReport.of(document, seconds=1.0).recognised == 1

    start = document.text.index("新建住房")
    (box,) = document.regions_of(start, start + 4)
    # The quote is drawn from 60 + 5 × 32 pixels on, 4 × 32 wide, in a picture 760 wide.
    assert (box.page, box.ocr) == (2, True)
    assert (box.x0 * 760, box.x1 * 760) == pytest.approx((220, 348), abs=16)
    assert box.y0 * scan.height < 46 + 8
    assert box.y1 * scan.height > 72
    assert box.confidence >= CONFIDENT

    block = next(b for b in document.blocks if b.start <= start < b.end)
    passage = Passage(0, "d", block.start, block.end, "", "", block.number, 2)
    citation = document.cite(
        number=1, passage=passage, paragraph=block, quote=(start, start + 4), answer=None, score=1.0
    )
    assert citation.recognised
    first = document.blocks[0]
    typed = document.cite(number=1, passage=passage, paragraph=first, quote=(0, first.end), answer=None, score=1.0)
    assert not typed.recognised


@needs_ocr
def test_a_turned_picture_is_read_with_the_network_out_of_reach(tmp_path: Path) -> None:
    drawn("广州市图书馆每周一闭馆").rotate(90, expand=True).save(tmp_path / "turned.png")
    program = f"""
import sys
def refuse(event, _):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        raise SystemExit("the network was touched: " + event)
sys.addaudithook(refuse)
from qa.documents.reading import read_here
from pathlib import Path
document = read_here(Path({str(tmp_path / "turned.png")!r}), document_id="d", name="a")
first = document.regions_of(0, 1)[0]
last = document.regions_of(len(document.text) - 1, len(document.text))[0]
print(document.format, document.text.encode().hex(), first.y0 > last.y0, first.x0 == last.x0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["image", "广州市图书馆每周一闭馆".encode().hex(), "True", "True"]


# ---- pictures as files


def saved(picture: Image.Image, format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format, **options)
    return stream.getvalue()


def error_of(data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse_image(data, document_id="d", name="a.png", path="a.png")
    return caught.value


def test_without_the_models_a_picture_is_refused_with_the_way_to_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "installed", lambda: False)
    error = error_of(saved(Image.new("RGB", (60, 60)), "PNG"))
    assert (error.code, error.fields) == ("file_scanned", {"path": "a.png", "pages": 1})


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_half_a_picture_is_damaged_and_a_tiny_one_holds_no_text(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "installed", lambda: True)
    tiny = Image.effect_noise((30, 30), 80).convert("RGB")
    assert error_of(saved(tiny, form)).code == "picture_textless"
    data = saved(Image.effect_noise((200, 200), 80).convert("RGB"), form)
    assert error_of(data[: len(data) // 2]).code == "file_damaged"


def test_a_picture_that_is_too_large_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "installed", lambda: True)
    data = bytearray(saved(Image.new("L", (60, 60)), "PNG"))
    data[16:24] = (20_000).to_bytes(4, "big") * 2  # the sides, in its header
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    error = error_of(bytes(data))
    assert (error.code, error.fields["pixels"]) == ("picture_size", 400_000_000)


def test_pages_of_a_tiff_are_drawn_upright(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (40, 60), colour) for colour in ("red", "lime")]
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    pages[0].save(tmp_path / "two.tiff", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "turned.jpg", exif=exif)
    import base64

    def picture(name: str, page: int) -> Image.Image:
        coded = images.render_json(path=str(tmp_path / name), page=page, scale=2.0)
        return Image.open(io.BytesIO(base64.b64decode(coded)))

    assert [picture("two.tiff", page).getpixel((5, 5)) for page in (1, 2)] == [(255, 0, 0), (0, 255, 0)]
    assert picture("turned.jpg", 1).size == (60, 40)
    with pytest.raises(DocumentError, match="page_missing"):
        picture("two.tiff", 3)


# ---- lines with their places, without the models


def line(text: str, x0: float, y0: float, x1: float, y1: float, confidence: float = 0.99) -> SeenLine:
    count = sum(not char.isspace() for char in text)
    places = tuple((i + 0.5) / count for i in range(count))
    return SeenLine(text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), places, confidence)


def test_unsure_lines_are_left_out_and_counted() -> None:
    page = SeenPage((line("看得清的一行", 100, 100, 300, 140), line("口口", 100, 200, 160, 240, 0.3)), 1000, 1400)
    seen = PageReader().sheet(page, 3)
    assert [(one.text, one.page) for one in seen.sheet.lines] == [("看得清的一行", 3)]
    assert [(n.code, n.page, n.detail) for n in seen.notices()] == [("lines_unsure", 3, "1")]


@pytest.mark.parametrize(
    ("quarters", "x", "y"),
    # A character 40 wide and high at (100, 60) of the upright picture, which is 1000 by 500.
    [(0, 120 / 1000, 80 / 500), (1, 1 - 80 / 500, 120 / 1000), (2, 1 - 120 / 1000, 1 - 80 / 500), (3, 80 / 500, 1 - 120 / 1000)],
)  # fmt: skip
def test_places_are_those_on_the_page_as_shown(quarters: int, x: float, y: float) -> None:
    page = SeenPage((line("证据", 100, 60, 180, 100),), 1000, 500, quarters)
    (one,) = PageReader().sheet(page, 1).sheet.lines
    box = one.boxes[0]
    first = box.x0 + (box.x1 - box.x0) / (box.end - box.start) / 2
    assert (first, (box.y0 + box.y1) / 2) == pytest.approx((x, y), abs=0.001)


def test_a_page_laid_askew_is_level_and_its_boxes_follow_the_slant() -> None:
    tilt = math.radians(3)

    def tilted(text: str, x: float, y: float, length: float) -> SeenLine:
        def at(dx: float, dy: float) -> tuple[float, float]:
            return x + dx * math.cos(tilt) - dy * math.sin(tilt), y + dx * math.sin(tilt) + dy * math.cos(tilt)

        flat = line(text, 0, 0, length, 40)
        return SeenLine(text, tuple(at(dx, dy) for dx, dy in flat.corners), flat.places, 0.99)

    page = SeenPage((tilted("一" * 20, 100, 100, 800), tilted("二" * 20, 98, 150, 800)), 1190, 1684)
    first, second = PageReader().sheet(page, 1).sheet.lines
    assert first.height == pytest.approx(20)
    assert first.x0 == pytest.approx(second.x0, abs=0.7)
    assert second.middle - first.middle == pytest.approx(25, abs=0.2)
    assert all((box.y1 - box.y0) * 1684 < 40 * 1.35 for box in first.boxes)
    assert first.boxes[-1].y0 - first.boxes[0].y0 == pytest.approx(800 * math.sin(tilt) / 1684, rel=0.3)


def test_lines_in_one_type_have_one_size_however_unevenly_they_are_boxed() -> None:
    boxed = [("自然资源调查监测是新发展阶段", 40), ("管理和生态文明建设的重要支撑", 33), ("工作。", 36)]
    page = SeenPage(tuple(line(t, 100, 100 + 50 * i, 100 + 28 * len(t), 100 + 50 * i + h) for i, (t, h) in enumerate(boxed)), 1190, 1684)  # fmt: skip
    assert len({one.size for one in PageReader().sheet(page, 1).sheet.lines}) == 1


@settings(max_examples=60)
@given(
    st.text(st.sampled_from("引据A1。 （"), min_size=1, max_size=40), st.integers(0, 3), st.floats(-0.1, 0.1), st.data()
)
def test_every_character_lies_in_one_box(text: str, quarters: int, tilt: float, data: st.DataObject) -> None:
    bare = " ".join(text.split())
    count = sum(not char.isspace() for char in bare)
    if not count:
        return
    places = tuple(sorted(data.draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))))
    corners = ((100.0, 100.0), (900.0, 100.0 + 800 * tilt), (900.0, 140.0 + 800 * tilt), (100.0, 140.0))
    page = SeenPage((SeenLine(bare, corners, places, 0.9),), 1000, 1400, quarters)
    (one,) = PageReader().sheet(page, 1).sheet.lines
    covered = [0] * len(bare)
    last = 0
    for box in one.boxes:
        assert last <= box.start < box.end
        assert bare[box.start : box.end] == bare[box.start : box.end].strip()
        assert 0 <= box.x0 <= box.x1 <= 1
        assert 0 <= box.y0 < box.y1 <= 1
        last = box.end
        for i in range(box.start, box.end):
            covered[i] += 1
    assert all(n == 1 or char.isspace() for n, char in zip(covered, bare, strict=True))
