"""A tiny writer of PDFs for tests: text at points from the top left corner, lines, boxes; nothing is compressed.

Chinese is set in STSong-Light, which is not embedded; each of its characters is as wide as the type is large.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Page:
    width: float = 400.0
    height: float = 600.0
    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 10, *, font: str = "", mode: int = 0) -> Page:
        """``text`` with its baseline at ``y`` from the top."""
        chinese = any(ord(char) > 0x2000 for char in text)
        name = font or ("C" if chinese else "H")
        shown = text.encode("utf-16-be").hex() if name in "CG" else text.encode("latin-1").hex()
        self.parts.append(f"BT /{name} {size} Tf {mode} Tr 1 0 0 1 {x} {self.height - y} Tm <{shown}> Tj ET")
        return self

    def lines(self, x: float, y: float, texts: list[str], size: float = 10, step: float = 16) -> Page:
        for i, text in enumerate(texts):
            self.text(x, y + i * step, text, size)
        return self

    def slanted(self, x: float, y: float, text: str, size: float = 40) -> Page:
        shown = text.encode("latin-1").hex()
        self.parts.append(f"BT /H {size} Tf 0.7 0.7 -0.7 0.7 {x} {self.height - y} Tm <{shown}> Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float) -> Page:
        self.parts.append(f"{x0} {self.height - y0} m {x1} {self.height - y1} l S")
        return self

    def grid(self, xs: list[float], ys: list[float]) -> Page:
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        return self

    def picture(self) -> Page:
        self.parts.append(f"q {self.width} 0 0 {self.height} 0 0 cm /I Do Q")
        return self


FONTS = (
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 7 0 R >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
    b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\n"
    b"stream\n\x80\nendstream",
)


def pdf(*pages: Page, title: str = "", bookmarks: list[tuple[str, int]] | None = None) -> bytes:
    """The bytes of a file with ``pages``. ``bookmarks``: (title, page from 0), all of the first level."""
    # 1 catalogue, 2 page tree, 3-8 fonts and picture, then two objects a page, then the rest
    first = 9
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(pages)))
    marks = bookmarks or []
    outline = first + 2 * len(pages)
    info = outline + 1 + len(marks)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R{f' /Outlines {outline} 0 R' if marks else ''} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *FONTS,
    ]
    for i, page in enumerate(pages):
        content = "\n".join(page.parts).encode("latin-1")
        crop = f" /CropBox [{' '.join(map(str, page.crop))}]" if page.crop else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}]{crop} /Rotate {page.rotate} "
            f"/Resources << /Font << /H 3 0 R /B 4 0 R /C 5 0 R >> /XObject << /I 8 0 R >> >> "
            f"/Contents {first + 2 * i + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    if marks:
        objects.append(f"<< /Type /Outlines /First {outline + 1} 0 R /Last {outline + len(marks)} 0 R >>".encode())
        for i, (name, at) in enumerate(marks):
            following = f" /Next {outline + 2 + i} 0 R" if i + 1 < len(marks) else ""
            text = name.encode("utf-16").hex() if name.isascii() else (b"\xfe\xff" + name.encode("utf-16-be")).hex()
            text = (b"\xfe\xff" + name.encode("utf-16-be")).hex()
            objects.append(
                f"<< /Title <{text}> /Parent {outline} 0 R /Dest [{first + 2 * at} 0 R /Fit]{following} >>".encode()
            )
    elif title:
        info = outline
    if title:
        objects.append(b"<< /Title <" + (b"\xfe\xff" + title.encode("utf-16-be")).hex().encode() + b"> >>")
    return written(objects, f" /Info {info} 0 R" if title else "")


def written(objects: list[bytes], trailer: str = "") -> bytes:
    """``objects``, numbered from 1, the first of them the catalogue, as a file with its table of places."""
    parts = [b"%PDF-1.7\n"]
    places = []
    length = len(parts[0])
    for number, body in enumerate(objects, start=1):
        part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        places.append(length)
        parts.append(part)
        length += len(part)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    parts.append(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{trailer} >>\nstartxref\n{length}\n%%EOF\n".encode()
    )
    return b"".join(parts)
