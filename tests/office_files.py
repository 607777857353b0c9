"""Small office files written by hand, for what no library writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

BASE = "http://schemas.openxmlformats.org"
W = f'xmlns:w="{BASE}/wordprocessingml/2006/main"'
RELATIONS = f'xmlns="{BASE}/package/2006/relationships"'
NAMESPACES = (
    f'{W} xmlns:r="{BASE}/officeDocument/2006/relationships" xmlns:a="{BASE}/drawingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A package of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relations(links: Mapping[str, tuple[str, str]]) -> str:
    """A part of relations: id -> (kind, target)."""
    rows = "".join(
        f'<Relationship Id="{key}" Type="{BASE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in links.items()
    )
    return f"<Relationships {RELATIONS}>{rows}</Relationships>"


def docx(body: str, **parts: str) -> bytes:
    """A DOCX with this body. ``parts``: styles, numbering, footnotes …, what stands in their roots."""
    roots = {"header1": "hdr", "footer1": "ftr"}
    links = {f"r{i}": (name.rstrip("1"), f"{name}.xml") for i, name in enumerate(parts)}
    files = {
        "_rels/.rels": relations({"r": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(links),
    }
    for name, content in parts.items():
        root = roots.get(name, name)
        files[f"word/{name}.xml"] = f"<w:{root} {NAMESPACES}>{content}</w:{root}>"
    return zipped(files)


def p(text: str = "", style: str = "", properties: str = "", run: str = "") -> str:
    """A paragraph of a DOCX."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    """A cell of a DOCX."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str) -> str:
    """A table of a DOCX from the cells of its rows."""
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
