"""What the three formats of Office Open XML share: namespaces, relations between parts, drawings with text in them.

The strict variant of the standard has other namespaces; parts are mended to the common ones before they are parsed.
Knows no words, cells or slides. Not covered: equations' layout, embedded files, macros.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.documents.number_format import display
from qa.documents.package import Package, open_package
from qa.errors import DocumentError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_BASE = "http://schemas.openxmlformats.org"
W = f"{{{_BASE}/wordprocessingml/2006/main}}"
S = f"{{{_BASE}/spreadsheetml/2006/main}}"
P = f"{{{_BASE}/presentationml/2006/main}}"
A = f"{{{_BASE}/drawingml/2006/main}}"
C = f"{{{_BASE}/drawingml/2006/chart}}"
DGM = f"{{{_BASE}/drawingml/2006/diagram}}"
R = f"{{{_BASE}/officeDocument/2006/relationships}}"
M = f"{{{_BASE}/officeDocument/2006/math}}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_RELATION = f"{{{_BASE}/package/2006/relationships}}Relationship"
_CORE = "docProps/core.xml"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NO_TITLE = re.compile(
    r"PowerPoint|幻灯片|投影片|Slide|Presentation|演示文稿|工作簿|Book\s?\d|Microsoft|无标题|Untitled", re.I
)
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_SCHEMAS = rb"http://schemas.openxmlformats.org/\1/2006/"
_HEAD = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one refers to. ``kind`` is the last word of its type, ``target`` the name of the part."""

    kind: str
    target: str


def open_office(data: bytes, *, path: str) -> Package:
    """Open an Office Open XML package.

    :raises DocumentError: as :func:`qa.documents.package.open_package`; ``file_encrypted`` if it is encrypted.
    """
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise DocumentError("file_encrypted", path=path)
    return open_package(data, path=path, prologue=_transitional)


def _transitional(data: bytes) -> bytes:
    if b"purl.oclc.org/ooxml" not in data[:_HEAD]:
        return data
    return _STRICT.sub(_SCHEMAS, data[:_HEAD]) + data[_HEAD:]


def relations(package: Package, name: str) -> dict[str, Relation]:
    """The parts that part ``name`` refers to, by id; ``""`` stands for the package. Links out of it are left out."""
    folder, base = posixpath.split(name)
    listing = posixpath.join(folder, "_rels", f"{base}.rels")
    if listing not in package:
        return {}
    found = {}
    for element in package.xml(listing).iter(_RELATION):
        if element.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "").replace("\\", "/")))
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            found[element.get("Id", "")] = Relation(kind, target.lstrip("/"))
    return found


def embedded(package: Package, links: Mapping[str, Relation]) -> list[str]:
    """The names of the documents that stand in a part as files of their own, such as a sheet in a letter."""
    found = (
        posixpath.basename(one.target) for one in links.values() if one.kind == "package" and one.target in package
    )
    return list(dict.fromkeys(found))


def main_part(package: Package, fallback: str) -> str:
    """The name of the part that the package is about.

    :raises DocumentError: ``file_damaged`` if there is none.
    """
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument" and relation.target in package:
            return relation.target
    if fallback not in package:
        raise DocumentError("file_damaged", path=package.path, reason="part")
    return fallback


def core_title(package: Package) -> str:
    """The title that the document's properties give; empty where there is none but what a program puts there."""
    if _CORE not in package:
        return ""
    title = " ".join((package.xml(_CORE).findtext(_TITLE) or "").split())
    return "" if _NO_TITLE.match(title) else title


def whole(value: str | None, default: int = 0) -> int:
    """An attribute that should be an integer; ``default`` where it is none."""
    try:
        return int(value) if value else default
    except ValueError:
        return default


def switched_on(element: Element | None, attribute: str) -> bool:
    """Whether an on/off element such as ``<w:b/>`` is there and not switched off by ``attribute``."""
    return element is not None and element.get(attribute, "1") not in ("0", "false", "off", "none")


def chosen(element: Element) -> Iterator[Element]:
    """The children of an ``mc:AlternateContent`` that are to be read: those of its choice, else of its fallback."""
    for branch in element:
        if branch.tag in (f"{MC}Choice", f"{MC}Fallback") and len(branch):
            yield from branch
            return


def drawing_paragraphs(element: Element) -> Iterator[tuple[Element, str]]:
    """Each ``a:p`` below ``element`` with its text; a line break in it is a line end, a slide's number or date nothing."""
    for paragraph in element.iter(f"{A}p"):
        parts = []
        for child in paragraph:
            counted = child.tag == f"{A}fld" and child.get("type", "").startswith(("slidenum", "datetime"))
            if child.tag in (f"{A}r", f"{A}fld") and not counted:
                parts.append(child.findtext(f"{A}t") or "")
            elif child.tag == f"{A}br":
                parts.append("\n")
            elif child.tag in (f"{MC}AlternateContent", "{http://schemas.microsoft.com/office/drawing/2010/main}m"):
                parts.extend(node.text or "" for node in child.iter(f"{M}t"))
        yield paragraph, "".join(parts)


def diagram_texts(package: Package, name: str) -> list[str]:
    """The texts of a SmartArt diagram's data part, one a node, in the order of its nodes."""
    nodes = package.xml(name).iter(f"{DGM}pt")
    texts = [" ".join(text for _, text in drawing_paragraphs(node)).strip() for node in nodes if _is_node(node)]
    return [text for text in texts if text]


def _is_node(node: Element) -> bool:
    return node.get("type", "node") in ("node", "asst")


def chart_table(package: Package, name: str) -> tuple[str, list[list[str]]]:
    """A chart's title and the values that it draws, as the chart keeps them: a row of series' names, then a row a
    category. Numbers stand in the format that the chart gives them.
    """
    root = package.xml(name)
    heading = root.find(f"{C}chart/{C}title")
    title = "" if heading is None else " ".join(text for _, text in drawing_paragraphs(heading))
    series = [
        (
            " ".join(_points(one.find(f"{C}tx")).values()),
            _points(_first(one, "cat", "xVal")),
            _points(_first(one, "val", "yVal")),
        )
        for one in root.iter(f"{C}ser")
    ]
    categories: dict[int, str] = {}
    for _, names, values in series:
        categories |= {at: names.get(at, "") for at in sorted({*names, *values}) if at not in categories}
    rows = [["", *(label for label, _, _ in series)]]
    rows += [[categories[at], *(values.get(at, "") for _, _, values in series)] for at in sorted(categories)]
    return title.strip(), rows if categories else []


def _first(series: Element, *names: str) -> Element | None:
    return next((found for name in names if (found := series.find(f"{C}{name}")) is not None), None)


def _points(element: Element | None) -> dict[int, str]:
    """The values kept below ``element`` by their index."""
    if element is None:
        return {}
    code = next((one.text or "" for one in element.iter(f"{C}formatCode")), "")
    points = {whole(point.get("idx")): _point(point, code) for point in element.iter(f"{C}pt")}
    direct = element.findtext(f"{C}v")
    return points or ({0: direct.strip()} if direct else {})


def _point(point: Element, code: str) -> str:
    """One value of a chart, a number as the format ``code`` shows it."""
    text = " ".join((point.findtext(f"{C}v") or "").split())
    try:
        number = float(text) if code else None
    except ValueError:
        return text
    return text if number is None or not abs(number) < 1e300 else display(number, point.get("formatCode", code))
