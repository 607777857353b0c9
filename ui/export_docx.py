"""A conversation as a Word file: headings to fold by, quotes with bookmarks, links from each number to its quote.

Covered: every character that XML cannot hold, and bidirectional controls, are spelt out. Not covered: fonts are named,
not embedded; where one is missing Word takes another.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ui.bibliography import titled
from ui.escape import one_line
from ui.export_parts import Sheet, note_words, parted, place_words, proof_words, seen, sources_of
from ui.recall import Recalled, RecalledTurn
from ui.rows import QuotedRow, quoted_row
from ui.strings import confidence_words, moment, text

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_INK, _SOFT, _RED = "211C16", "5B5247", "B0322A"
_FONTS = {"Normal": ("Georgia", "SimSun"), "Title": ("Georgia", "SimSun"), "Heading": ("Calibri", "Microsoft YaHei")}
_SIZES = {"Normal": 11.0, "Title": 20.0, "Heading 1": 14.0, "Heading 2": 12.0}


def docx(sheet: Sheet) -> bytes:
    """The file's bytes."""
    from docx import Document as new

    document, lang = new(), sheet.lang
    _dress(document)
    core = document.core_properties
    core.title, core.author, core.comments = seen(one_line(sheet.title)), text("brand", lang), ""
    core.created = core.modified = datetime.fromtimestamp(sheet.exported, UTC)
    document.add_paragraph(seen(one_line(sheet.title)), style="Title")
    _small(document, text("export_when", lang, when=moment(sheet.exported, lang), id=sheet.id))
    for turn in sheet.turns:
        _add_turn(document, turn, lang)
    sources = sources_of(sheet)
    if sources:
        document.add_heading(text("export_sources", lang), 1)
    for source in sources:
        title = titled(source.title, source.name, lang)
        _small(document, seen(f"{source.number}. {one_line(source.name)} {title}\n{source.id} · {source.revision}"))
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _add_turn(document: Document, turn: RecalledTurn, lang: str) -> None:
    heading = document.add_heading(seen(f"{turn.number}. {turn.question}"), 1)
    _bookmark(heading, f"turn_{turn.number}", turn.number * 1000)
    understood = turn.record.get("understood")
    if understood:
        _small(document, text("export_understood", lang) + seen(str(understood)))
    _small(document, text("export_asked", lang, when=moment(turn.asked, lang)))
    _add_answer(document, turn, lang)
    if note := note_words(turn, lang):
        _colour(document.add_paragraph().add_run(note), _RED)
    for place, item in enumerate((*turn.citations, *turn.near)):
        _add_quote(document, turn, item, place, lang)
    if turn.others:
        document.add_heading(text("others", lang), 2)
    for place, item in enumerate(turn.others, start=len(turn.citations)):
        document.add_paragraph().add_run(seen(item.said)).bold = True
        _add_quote(document, turn, item, place, lang)


def _add_answer(document: Document, turn: RecalledTurn, lang: str) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    if turn.status == "not_found":
        paragraph.add_run(text("not_found", lang)).bold = True
        if turn.near:
            _small(document, text("not_found_near", lang))
        return
    if not turn.stands:
        paragraph.add_run(text("export_answer_then", lang))
    run = paragraph.add_run(seen(turn.answer))
    run.bold = True
    run.font.size = Pt(20 if len(turn.answer) <= 48 else 13)
    for item in turn.citations:
        _link(paragraph, f" [{item.citation.number}]", _anchor(turn, item))
    _small(document, confidence_words(turn.confidence, lang))


def _add_quote(document: Document, turn: RecalledTurn, item: Recalled, place: int, lang: str) -> None:
    near = item in turn.near
    row = quoted_row(item.citation)
    paragraph = _add_words(document, item, near=near) if row is None else _add_row(document, row, item, near=near)
    if not near:
        _bookmark(paragraph, _anchor(turn, item), turn.number * 1000 + place + 1)
    label = text("not_answer", lang) if near else f"[{item.citation.number}]"
    _small(document, seen(f"{label} {place_words(item, lang)}\n{proof_words(item, lang)}"), indent=0.5)


def _add_words(document: Document, item: Recalled, *, near: bool) -> Paragraph:
    from docx.shared import Cm

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(0.5)
    paragraph.paragraph_format.keep_with_next = True
    _left_rule(paragraph)
    if item.citation.header:
        _colour(paragraph.add_run(seen(item.citation.header) + "\n"), _SOFT)
    _add_parts(paragraph, parted(item), item, near=near)
    return paragraph


def _add_row(document: Document, row: QuotedRow, item: Recalled, *, near: bool) -> Paragraph:
    """The quoted row as a table under the names of its columns; its first cell."""
    table = document.add_table(rows=len(row.names) + 1, cols=row.width, style="Table Grid")
    for line, names in zip(table.rows, row.names, strict=False):
        for cell, name in zip(line.cells, names, strict=False):
            _colour(cell.paragraphs[0].add_run(seen(name)), _SOFT)
    last = table.rows[-1].cells
    for cell, parts in zip(last, row.cells, strict=False):
        _add_parts(cell.paragraphs[0], parts, item, near=near)
    for cell in (cell for line in table.rows for cell in line.cells):
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    first: Paragraph = last[0].paragraphs[0]
    return first


def _add_parts(paragraph: Paragraph, parts: tuple[str, str, str], item: Recalled, *, near: bool) -> None:
    """What stands before the answer, the answer, marked where it holds, and what stands after it."""
    from docx.enum.text import WD_COLOR_INDEX

    for index, part in enumerate(parts):
        run = paragraph.add_run(seen(part))
        if index == 1 and not near:
            run.bold = True
            if item.state == "holds":
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _anchor(turn: RecalledTurn, item: Recalled) -> str:
    return f"turn_{turn.number}_quote_{item.citation.number}"


def _dress(document: Document) -> None:
    """A4, our fonts, and the language that Word checks spelling in."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    for name, size in _SIZES.items():
        style: Any = document.styles[name]
        latin, chinese = _FONTS.get(name, _FONTS["Heading"])
        style.font.name, style.font.size, style.font.color.rgb = latin, Pt(size), RGBColor.from_string(_INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), chinese)
    normal: Any = document.styles["Normal"]
    normal.paragraph_format.line_spacing = 1.4
    normal.paragraph_format.space_after = Pt(5)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def _small(document: Document, words: str, *, indent: float = 0.0) -> None:
    from docx.shared import Cm, Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(indent) if indent else None
    run = paragraph.add_run(words)
    run.font.size = Pt(9)
    _colour(run, _SOFT)


def _colour(run: Run, colour: str) -> None:
    from docx.shared import RGBColor

    run.font.color.rgb = RGBColor.from_string(colour)


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element: Any = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _left_rule(paragraph: Paragraph) -> None:
    borders = _element("pBdr")
    borders.append(_element("left", val="single", sz="18", space="8", color="E3DACB"))
    properties: Any = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _bookmark(paragraph: Paragraph, name: str, id: int) -> None:
    body: Any = paragraph._p
    start = _element("bookmarkStart", id=str(id), name=name)
    body.insert(1 if body.pPr is not None else 0, start)
    body.append(_element("bookmarkEnd", id=str(id)))


def _link(paragraph: Paragraph, words: str, anchor: str) -> None:
    """A link to a bookmark of the same file."""
    run = paragraph.add_run(words)
    _colour(run, _RED)
    link = _element("hyperlink", anchor=anchor, history="1")
    link.append(run._r)
    body: Any = paragraph._p
    body.append(link)
