"""Where a citation stands, in words, and as a reference to copy: plainly, and in the form of GB/T 7714—2015.

Only what the document itself states is put into a reference: title, author where a byline names one, file, page or
paragraph. Not covered: publisher, place and year, which files seldom state in a place that can be relied on. Knows no
HTML: who shows these strings escapes them.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from qa.types import Citation, Document
from ui.escape import one_line
from ui.strings import BYLINE, DATE, text

AUTHORS = 3
"""Authors named in a reference; more are et al., as the standard has it."""

_BYLINE = re.compile(BYLINE)
_DATE = re.compile(DATE)
_INNER = str.maketrans("\u300a\u300b", "\u3008\u3009")


def place(citation: Citation, lang: str) -> list[str]:
    """Where a citation stands, in words: article, section, page, paragraph or row, file; those that there are."""
    parts = [
        titled(citation.title, citation.document, lang),
        citation.section,
        _page(citation, lang),
        _spot(citation, lang),
        text("recognised", lang) if citation.recognised else "",
        citation.document,
    ]
    return [part for part in parts if part]


def titled(title: str, name: str, lang: str) -> str:
    """``title`` as a title is written; empty where a document has none and is called by its file's ``name``.

    In Chinese the title marks within title marks are single ones, as GB/T 15834 has it.
    """
    if not title or title in (name, PurePosixPath(name).stem):
        return ""
    return text("title", lang, title=title.translate(_INNER) if lang == "zh" else title)


def pages_of(citation: Citation) -> list[int]:
    """The pages that a quote stands on, where they are known."""
    return sorted({box.page for box in citation.boxes}) or ([] if citation.page is None else [citation.page])


def _page(citation: Citation, lang: str) -> str:
    """The page of a quote, or its first and last; the page of a sheet's row is the sheet, which the section names."""
    pages = [] if _in_sheet(citation) else pages_of(citation)
    if len(pages) > 1:
        return text("pages", lang, first=pages[0], last=pages[-1])
    return text("page", lang, number=pages[0]) if pages else ""


def _in_sheet(citation: Citation) -> bool:
    return citation.row > 0 and not citation.table


def _spot(citation: Citation, lang: str) -> str:
    """What a reader counts to find it: the row of a sheet or a table, else the paragraph."""
    if not citation.row:
        return text("paragraph", lang, number=citation.paragraph)
    if not citation.table:
        return text("row", lang, number=citation.row)
    key = "row_of_tables" if citation.table.isdecimal() else "row_of_table"
    return text(key, lang, table=citation.table, number=citation.row)


def quoted(citation: Citation, lang: str) -> str:
    """The quote in quotation marks, and under it where it stands, to be pasted into any text; over a table's row the
    names of its columns, without which its figures say nothing.
    """
    head = f"{citation.header}\n" if citation.header else ""
    where = text("comma", lang).join(place(citation, lang))
    return f"{head}\u201c{citation.quote}\u201d\n" + text("copied_from", lang, place=where)


def bibliography(document: Document, citation: Citation) -> str:
    """The reference in the form of GB/T 7714—2015, as far as the document gives its parts: author. title[type]. file: page.

    The type is Z, "other": which of the standard's types a file is, it does not say.
    """
    names = _authors(document, citation)
    author = (
        (", ".join(names[:AUTHORS]) + (text("and_others", "zh") if len(names) > AUTHORS else "") + ". ")
        if names
        else ""
    )
    title = one_line(citation.title or document.title or citation.document)
    pages = [] if _in_sheet(citation) else pages_of(citation)
    spot = " ".join(filter(None, (_sheet(citation), _spot(citation, "zh"))))
    at = "-".join(map(str, dict.fromkeys((pages[0], pages[-1])))) if pages else spot
    return f"{author}{title}[Z]. {one_line(citation.document)}: {at}."


def _sheet(citation: Citation) -> str:
    return one_line(citation.section) if _in_sheet(citation) else ""


def date_of(citation: Citation) -> str:
    """The first date that stands in the quote, else in its paragraph, headings or file name, as it is written there.

    Empty where there is none. It tells statements of different times apart; it is not claimed to be when one was made.
    """
    for part in (citation.quote, citation.text[:2000], citation.section, citation.title, citation.document):
        match = _DATE.search(part)
        if match:
            return match.group()
    return ""


def _authors(document: Document, citation: Citation) -> list[str]:
    """Who the byline nearest above the quote names."""
    above = [block for block in document.blocks if block.start <= citation.start]
    for block in reversed(above):
        if block.kind == "byline":
            match = _BYLINE.search(document.text[block.start : block.end][:200])
            return re.findall(r"[\u4e00-\u9fff·]+", match[1]) if match else []
        if block.level == 1:
            return []
    return []
