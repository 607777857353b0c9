"""Small whole files of every format, and what chance makes of them: the material of the fuzzer.

A mutation changes bytes, tokens or numbers; in a container of parts it changes a part and packs it again, for a changed
byte of a packed part is found by its checksum and gets no further. The same chance gives the same file. Knows no
reader.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

TEXT = "重庆迎来西洽会。截至目前，325家世界500强落户重庆，贡献一半进出口额。"
ROWS = (("年份", "营业收入"), ("2023年", "12.4亿元"), ("2024年", "15.1亿元"))

_TOKEN = re.compile(rb"<[^<>]{0,200}>|\\[a-z]+-?\d*|[{}\[\]()<>]|\d+|\w+|\s+|[^\w\s]", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_JUNK = (b"\0", b"\xff", b"\xff\xfe", b"\xed\xa0\x80", b"&#0;", b"&#xD800;", b"<", b">", b"<!--", b"]]>", b"{", b"}",
         b"\\u-1?", b"\\bin999999999 ", b"%", b"((((", b"<<<<", b"9" * 40, b"-1", b"1e309", b"NaN", b"", b"A" * 5000,
         "\u202e".encode(), "\U0010ffff".encode())  # fmt: skip
_NUMBERS = (b"0", b"-1", b"1", b"2", b"255", b"65536", b"2147483648", b"99999999999999999999", b"1e400", b"0.0000001")


def samples() -> dict[str, bytes]:
    """File name -> bytes, one or two of each format."""
    return {
        "a.txt": ("标题\n\n" + TEXT * 3).encode("gb18030"),
        "a.md": f"# 题\n\n{TEXT}\n\n| 年份 | 收入 |\n|---|---|\n| 2023年 | 12.4亿元 |\n\n> 引\n\n1. 一\n2. 二\n".encode(),
        "a.html": _html().encode(),
        "b.html": ("<?xml version='1.0' encoding='gb2312'?><!DOCTYPE html>" + _html()).encode("gb18030"),
        "a.xml": _feed().encode(),
        "b.xml": f"<库><书><名>甲</名><价>12</价></书><书><名>乙</名><价>13</价></书><注>{TEXT}</注></库>".encode(),
        "a.srt": f"1\n00:00:01,000 --> 00:00:02,500\n{TEXT}\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>二</i>\n".encode(),
        "a.vtt": f"WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.500 align:start\n<v 甲>{TEXT}</v>\n".encode(),
        "a.csv": ("\n".join(",".join(row) for row in ROWS) + '\n"甲,乙","丙""丁"\n').encode("utf-16"),
        "a.eml": _mail(),
        "a.rtf": _rtf(),
        "a.epub": _epub(),
        "a.docx": _docx(),
        "a.pptx": _pptx(),
        "a.xlsx": _xlsx(),
        "a.odt": _odf("text", f"<text:h text:outline-level='1'>题</text:h><text:p>{TEXT}<text:s text:c='3'/></text:p>"),
        "a.ods": _odf("spreadsheet", ""),
        "a.pdf": _pdf(packed=False),
        "b.pdf": _pdf(packed=True),
        "a.zip": zipped({"a.txt": TEXT.encode(), "乙/b.html": _html().encode(), "c.rtf": _rtf()}),
    }


def mutated(data: bytes, chance: random.Random) -> bytes:
    """``data`` with one to four things wrong with it."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(_of_kind(data))(data, chance)
    return data


Mutation = Callable[[bytes, random.Random], bytes]


def _of_kind(data: bytes) -> tuple[Mutation, ...]:
    if data.startswith(b"PK"):
        return (_in_part, _in_part, _in_part, _in_part, _flip, _cut)
    if data.startswith(b"%PDF") and b"FlateDecode" in data:
        return (_in_stream, _in_stream, *_PLAIN)
    return _PLAIN


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:start] if chance.random() < 0.5 else data[:start] + data[end:]


def _junk(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_JUNK) * chance.choice((1, 1, 3, 300)) + data[at:]


def _token(data: bytes, chance: random.Random) -> bytes:
    """A token left out, doubled, changed for another of the file, or repeated so often that it nests too deep."""
    found = list(_TOKEN.finditer(data))
    if not found:
        return data
    one, other = chance.choice(found), chance.choice(found)
    times = chance.choice((0, 2, 1000, 100_000))
    new = other.group() if chance.random() < 0.4 else one.group() * min(times, 2_000_000 // len(one.group()))
    return data[: one.start()] + new + data[one.end() :]


def _number(data: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", data))
    if not found:
        return data
    one = chance.choice(found)
    return data[: one.start()] + chance.choice(_NUMBERS) + data[one.end() :]


def _swap(data: bytes, chance: random.Random) -> bytes:
    a, b, c = sorted(chance.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


_PLAIN: tuple[Mutation, ...] = (_flip, _cut, _junk, _token, _token, _number, _swap)


def _in_part(data: bytes, chance: random.Random) -> bytes:
    """A part mutated, left out, doubled or given the name of another."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [(name, package.read(name)) for name in package.namelist()]
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        return _flip(data, chance)
    if not parts:
        return data
    at = chance.randrange(len(parts))
    name, content = parts[at]
    what = chance.random()
    if what < 0.85:
        parts[at] = (name, chance.choice(_PLAIN)(content, chance))
    elif what < 0.9:
        del parts[at]
    elif what < 0.95:
        parts[at] = (chance.choice(parts)[0], content)
    else:
        parts[at] = (chance.choice(("../" + name, "/" + name, name.upper(), "题\0" + name, name * 50)), content)
    return zipped(dict(parts))


def _in_stream(data: bytes, chance: random.Random) -> bytes:
    """A packed stream of a PDF mutated and packed again; the table of places is left wrong, as it is in many files."""
    found = list(_STREAM.finditer(data))
    if not found:
        return data
    one = chance.choice(found)
    try:
        content = zlib.decompress(one[1])
    except zlib.error:
        return _flip(data, chance)
    return data[: one.start(1)] + zlib.compress(chance.choice(_PLAIN)(content, chance)) + data[one.end(1) :]


# ---- whole files


def _html() -> str:
    rows = "".join(f"<tr>{''.join(f'<td rowspan=1 colspan=1>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    return (
        f"<html><head><meta charset=utf-8><title>题</title></head><body><nav><a href=/>首页</a></nav><h1>题</h1>"
        f"<p>{TEXT}</p><ul><li>一<ul><li>二</ul></ul><table><caption>表1</caption>{rows}</table>"
        f"<pre>code\n  in</pre><p style='display:none'>隐</p><h2>节</h2><p>{TEXT}&nbsp;&#20013;</p></body></html>"
    )


def _feed() -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>报</title><item><title>西洽会</title>'
        f"<pubDate>2023</pubDate><description><![CDATA[<p>{TEXT}</p>]]></description></item></channel></rss>"
    )


def _mail() -> bytes:
    head = "Subject: =?utf-8?b?6KW/5rS95Lya?=\r\nFrom: a@example.org\r\nMIME-Version: 1.0\r\n"
    parts = [
        f"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\n{TEXT}\r\n--c\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{_html()}\r\n--c--",
        'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="=?gbk?b?uL28/i5wZGY=?="\r\n\r\nx',
    ]
    whole = head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "".join(f"--b\r\n{part}\r\n" for part in parts)
    return f"{whole}--b--\r\n".encode()


def _rtf() -> bytes:
    words = "".join(f"\\u{ord(char)}?" for char in "重庆迎来西洽会")
    return (
        "{\\rtf1\\ansi\\ansicpg936\\uc1{\\fonttbl{\\f0\\fcharset134 SimSun;}}{\\stylesheet{\\s1 heading 1;}}"
        f"\\pard\\s1\\outlinelevel0 {words}\\par\\pard \\'d6\\'d8\\'c7\\'ec {{\\b bold}}\\par"
        "\\trowd\\cellx100\\cellx200\\intbl a\\cell b\\cell\\row{\\pict\\pngblip 89504e47}{\\*\\x y}\\bin3 abc\\par}"
    ).encode()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A container of these parts, the same on every run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _epub() -> bytes:
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": b'<container><rootfiles><rootfile full-path="O/b.opf"/></rootfiles></container>',
            "O/b.opf": '<package><metadata><dc:title xmlns:dc="d">书</dc:title></metadata><manifest>'
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="n" href="n.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>'.encode(),
            "O/a.xhtml": _html().encode(),
            "O/n.xhtml": '<html><nav epub:type="toc"><ol><li><a href="a.xhtml">第一章</a></li></ol></nav></html>'.encode(),
        }
    )


def _docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("题", 1)
    document.add_paragraph(TEXT)
    document.add_paragraph("一", style="List Number")
    table = document.add_table(rows=0, cols=2)
    for row in ROWS:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    return saved(document.save)


def _pptx() -> bytes:
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "题"
    slide.placeholders[1].text = TEXT
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(3), Inches(6), Inches(2)).table
    for y, row in enumerate(ROWS):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    slide.notes_slide.notes_text_frame.text = "注"
    return saved(deck.save)


def _xlsx() -> bytes:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in ROWS:
        sheet.append(row)
    sheet.append([datetime.date(2024, 1, 2), 0.125])
    sheet["B4"].number_format = "0.0%"
    sheet["C1"] = "=SUM(A1:A2)"
    sheet.merge_cells("A1:B1")
    book.create_sheet("二").append([TEXT, 1e300])
    return saved(book.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What ``save`` writes, packed without the time of day, so that it is the same on every run."""
    buffer = io.BytesIO()
    save(buffer)
    with zipfile.ZipFile(buffer) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    core = parts.get("docProps/core.xml", b"")
    if core:
        parts["docProps/core.xml"] = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"2024-01-01T00:00:00Z", core)
    return zipped(parts)


def _odf(kind: str, body: str) -> bytes:
    base = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{name}="{base}:{name}:1.0"' for name in ("office", "text", "table", "style"))
    rows = "".join(
        f"<table:table-row table:number-rows-repeated='1'>"
        f"{''.join(f'<table:table-cell><text:p>{cell}</text:p></table:table-cell>' for cell in row)}</table:table-row>"
        for row in ROWS
    )
    content = (
        f"<office:document-content {names}><office:body><office:{kind}>{body}<table:table table:name='表'>{rows}"
        f"</table:table></office:{kind}></office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": content.encode()})


def _pdf(*, packed: bool) -> bytes:
    """Two pages in two columns under a heading, with a ruled table and a bookmark."""
    streams = []
    for page in range(2):
        parts = ["BT /H 18 Tf 60 740 Td (A report of the year) Tj ET"]
        for column in range(2):
            for line in range(12):
                text = f"column {column} line {line} of page {page} says a few words"
                parts.append(f"BT /H 9 Tf {60 + 260 * column} {700 - 14 * line} Td ({text}) Tj ET")
        for y, row in enumerate(ROWS):
            for x, cell in enumerate(row):
                shown = cell.encode("utf-16-be").hex()
                parts.append(f"BT /C 9 Tf {64 + 120 * x} {404 - 20 * y} Td <{shown}> Tj ET")
        parts += [f"60 {420 - 20 * y} m 300 {420 - 20 * y} l S" for y in range(4)]
        parts += [f"{60 + 120 * x} 420 m {60 + 120 * x} 360 l S" for x in range(3)]
        parts.append(f"BT /H 8 Tf 300 40 Td ({page + 1}) Tj ET")
        streams.append("\n".join(parts).encode())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Outlines 9 0 R >>",
        b"<< /Type /Pages /Kids [5 0 R 7 0 R] /Count 2 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font"
        b" /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1)"
        b" /Supplement 4 >> >>] >>",
    ]
    for stream in streams:
        body = zlib.compress(stream) if packed else stream
        method = b" /Filter /FlateDecode" if packed else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /H 3 0 R /C 4 0 R >> >>"
            b" /Contents %d 0 R >>" % (len(objects) + 2)
        )
        objects.append(b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(body), method, body))
    objects += [
        b"<< /Type /Outlines /First 10 0 R /Last 10 0 R >>",
        b"<< /Title (A report) /Parent 9 0 R /Dest [5 0 R /Fit] >>",
    ]
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, len(data),
    )  # fmt: skip
