"""A tree of HTML elements -> Drafts in reading order: headings, paragraphs, list items, captions, code, table rows.

White space is repaired as a browser shows it, but that a line break between two Chinese characters leaves nothing.
Two line breaks, or one before an indent of ideographic spaces, end a paragraph; so does a blank line in the source
after a closing mark, which no browser shows and every writer of such a page meant. A short paragraph in bold is a
heading. Numbers that a browser would put before list items are not in the file and not in the text.

Knows no file, encoding, title or menu: trees come from :mod:`qa.documents.html`, :mod:`qa.documents.epub` and
:mod:`qa.documents.feeds`. Walks without recursion, so depth costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from qa.documents import marks
from qa.documents.assemble import Draft
from qa.documents.markdown import paragraph_kind
from qa.documents.markup_tables import is_data_table, table_drafts, tag_of
from qa.errors import DocumentError
from qa.types import BlockKind

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLOCK_TAGS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table
    tbody td tfoot th thead title tr ul frameset noframes listing xmp plaintext
"""
BLOCKS = frozenset(_BLOCK_TAGS.split())
_SILENT_TAGS = """
    script style template head noscript iframe object embed canvas audio video map select option datalist button input
    textarea rt rp svg applet basefont meta link param source track progress meter
"""
SILENT = frozenset(_SILENT_TAGS.split())
"""Elements whose text is no part of the page's."""
_INLINE_FLUFF = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|bdo|big|center|cite|em|font|i|ins|label|mark|nobr|q|s|small|span|strike|strong|tt|u)"
    r"(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_CONTAINERS = re.compile(
    r"</?(?:address|article|aside|blockquote|dir|div|dl|fieldset|form|main|section)(?:\s[^<>]*)?>", re.IGNORECASE
)
_EMPTY_PARAGRAPHS = re.compile(r"<p>\s*(?:<p>\s*)+")
_XHTML = re.compile(r"\A\s*<\?xml|xmlns\s*=", re.IGNORECASE)
_EMPTY = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)(\w+)((?:\s[^<>]*?)?)\s*/>",
    re.IGNORECASE,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_BREAK = "\x1e"
_PARAGRAPH = re.compile(rf"(?:{_BREAK}\s*){{2,}}|{_BREAK}(?=[ \t\n]*[\u3000\u00a0]{{2}})")
_BLANK_LINE = re.compile(r"(?<=[。！？；：…”.!?;:])[ \t\r]*\n[ \t\r]*\n\s*(?=\S{4})")
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Characters that only say where a line may break."""
_NO_TEXT = re.compile("[\x1e\0]")
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_HEADING_COLUMNS = 64
_CAPTION = re.compile(
    r"[（(]?(?:附|续)?表\s*[\d一二三四五六七八九十]|(?:Table|Tab\.)\s*(?:[A-Z][-.]?)?\d|[（(]?(?:计量)?单位\s*[:：]|[（(]?Units?\s*:",
    re.IGNORECASE,
)
_CAPTION_LENGTH = 100


def html_tree(text: str, *, path: str = "") -> _Element:
    """The tree of a page, whatever is wrong with it. Empty text gives an empty tree. XHTML's empty elements are closed.

    Elements in elements thousands of levels deep come from tags that nobody closed. They are read without the marks
    of inline text, then without those of divisions; what stays too deep then is refused.

    :raises DocumentError: ``file_nested``.
    """
    text = _NO_TEXT.sub("", text)
    if _XHTML.search(text[:1000]):
        text = _CDATA.sub(lambda match: escape(match[1]), _EMPTY.sub(r"<\1\2></\1>", text))
    for simplify in (None, _INLINE_FLUFF, _CONTAINERS):
        if simplify is not None:
            text = _EMPTY_PARAGRAPHS.sub("<p>", simplify.sub("" if simplify is _INLINE_FLUFF else "<p>", text))
        root, whole = _parsed(text)
        if whole:
            return root
    raise DocumentError("file_nested", path=path)


def _parsed(text: str) -> tuple[_Element, bool]:
    """The tree, and whether it holds all of the text."""
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = etree.fromstring(text.encode("utf-8", "replace") or b"<html/>", parser)
    if root is None:
        root = etree.Element("html")
    return root, not any("depth" in entry.message for entry in parser.error_log)


def drafts_of(root: _Element, *, shift: int = 0, page: int | None = None) -> list[Draft]:
    """The blocks of ``root`` in order. ``shift`` is added to the levels of headings; ``page`` is each block's page."""
    walk = _Walk(root)
    walk.run()
    return [
        replace(draft, level=draft.level + shift if draft.level else 0, page=page) if shift or page else draft
        for draft in walk.drafts
    ]


def flat(text: str) -> str:
    """``text`` on one line, runs of white space made one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _repaired(text: str) -> str:
    """One line of a paragraph as it is shown. An ideographic space alone stays."""

    def space(match: re.Match[str]) -> str:
        run, start, end = match.group(), match.start(), match.end()
        if run == "\u3000":
            return run
        between = start > 0 and end < len(text) and marks.is_wide(text[start - 1]) and marks.is_wide(text[end])
        return "" if between and "\n" in run else " "

    return _SPACES.sub(space, text).strip()


@dataclass(frozen=True, slots=True)
class _Context:
    """What the block at hand is by the elements around it."""

    kind: BlockKind = "paragraph"
    level: int = 0


_CONTEXTS = {
    **{f"h{level}": _Context("heading", level) for level in range(1, 7)},
    **dict.fromkeys(("figcaption", "caption"), _Context("caption")),
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), _Context("code")),
    **dict.fromkeys(("dd", "td", "th", "blockquote"), _Context()),
    "li": _Context("list_item"),
    "dt": _Context("label"),
    "aside": _Context("note"),
}


class _Walk:
    """One walk over a tree: the inline text gathered so far, and the block elements that are open."""

    def __init__(self, root: _Element) -> None:
        self.root = root
        self.drafts: list[Draft] = []
        self.parts: list[str] = []
        self.open = [_Context()]
        self.done: set[_Element] = set()
        self.item = False
        self.bold = 0
        self.bold_characters = 0
        self.characters = 0
        self.level = 1

    def run(self) -> None:
        """Walk the whole tree."""
        from lxml import etree

        walker: Any = etree.iterwalk(self.root, events=("start", "end"))
        for event, element in walker:
            if event == "end":
                self._leave(element)
            elif self._enter(element):
                walker.skip_subtree()
        self.flush()

    def _enter(self, element: _Element) -> bool:
        """Take an element's start. Whether everything inside it is done with."""
        tag = tag_of(element)
        if not tag or tag in SILENT:
            return True
        if tag == "math":
            self._add(flat("".join(element.itertext())))
            return True
        if tag == "table" and is_data_table(element):
            self.flush()
            captions = self._captions()
            self.drafts += table_drafts(element, first=len(self.drafts), captions=captions)
            self.done.add(element)
            return True
        if tag == "br":
            self.parts.append(_BREAK)
        elif tag in ("img", "image"):
            # A picture that stands for a character that fonts lack says which one.
            alternative = element.get("alt") or ""
            self._add(alternative if len(alternative) <= 2 else "")
        elif tag in BLOCKS:
            self.flush()
            self._open(tag)
        elif _is_bold(element, tag):
            self.bold += 1
        self._add(element.text)
        return False

    def _captions(self) -> tuple[int, ...]:
        """The places of the paragraphs right above a table that name it or its units; they become captions."""
        found: list[int] = []
        for place in range(len(self.drafts) - 1, max(-1, len(self.drafts) - 3), -1):
            draft = self.drafts[place]
            if draft.kind not in ("paragraph", "label", "caption", "heading") or not _CAPTION.match(draft.text):
                break
            if len(draft.text) > _CAPTION_LENGTH:
                break
            if draft.kind != "heading":
                self.drafts[place] = replace(draft, kind="caption")
            found.insert(0, place)
        return tuple(found)

    def _leave(self, element: _Element) -> None:
        tag = tag_of(element)
        if not tag or tag in SILENT or tag == "math" or element in self.done:
            pass
        elif tag in BLOCKS:
            self.flush()
            self.open.pop()
        elif tag != "br" and _is_bold(element, tag):
            self.bold -= 1
        if element is not self.root:
            self._add(element.tail)

    def _open(self, tag: str) -> None:
        if tag == "li":
            self.item = True
        self.open.append(_CONTEXTS.get(tag) or self.open[-1])

    def _add(self, text: str | None) -> None:
        if not text:
            return
        text = _INVISIBLE.sub("", text)
        if self.open[-1].kind != "code":
            text = text.replace("\r", "\n") if "\r" in text else text
            if len(text) > 40 and "\n" in text:
                text = _BLANK_LINE.sub(_BREAK * 2, text)
        bare = len(text) if not text.isspace() else 0
        self.characters += bare
        self.bold_characters += bare if self.bold else 0
        self.parts.append(text)

    def flush(self) -> None:
        """End the block at hand."""
        raw, context = "".join(self.parts), self.open[-1]
        is_bold = self.characters > 0 and self.bold_characters == self.characters
        self.parts, self.characters, self.bold_characters = [], 0, 0
        if not raw or raw.isspace():
            return
        if context.kind == "code":
            self.drafts.append(Draft(raw.replace(_BREAK, "\n").strip("\n"), "code"))
            return
        for part in _PARAGRAPH.split(raw):
            lines = [line for line in map(_repaired, part.split(_BREAK)) if line]
            if lines:
                self.drafts.append(self._draft(lines, context, is_bold))

    def _draft(self, lines: list[str], context: _Context, is_bold: bool) -> Draft:
        text = "\n".join(lines)
        match context.kind:
            case "heading":
                self.level = context.level
                return Draft(" ".join(lines), "heading", context.level)
            case "list_item":
                first, self.item = self.item, False
                return Draft(text, "list_item" if first else "paragraph")
            case "label" if len(text) > _HEADING_COLUMNS:
                return Draft(text)
            case "caption" | "label" | "note":
                return Draft(text, context.kind)
            case _:
                if is_bold and len(lines) == 1 and _heads(text):
                    return Draft(text, "heading", self._bold_level(text))
                return Draft(text, paragraph_kind(text))

    def _bold_level(self, text: str) -> int:
        """One below the last heading that is marked as such; one more for a number in brackets, as under 一、."""
        mark = marks.numbering(text)
        return max(2, self.level + 1) + (1 if mark is not None and mark.rank > _SECTION_RANK else 0)


_SECTION_RANK = 5


def _heads(text: str) -> bool:
    """Whether a paragraph in bold reads as a heading."""
    return (
        marks.columns(text) <= _HEADING_COLUMNS
        and not marks.has_stop(text)
        and text[-1] not in "，,；;、。"
        and not marks.is_field(text)
        and paragraph_kind(text) == "paragraph"
        and any(map(str.isalpha, text))
    )


def _is_bold(element: _Element, tag: str) -> bool:
    return tag in ("b", "strong") or (tag in ("span", "font") and _BOLD.search(element.get("style") or "") is not None)
