"""Markdown -> Document: the text as a reader of the rendered page sees it, one block a paragraph, item or table row.

CommonMark with tables and strikethrough. Marks, tags, comments and link targets are gone; entities are characters;
a picture is its alternative text. A numbered item keeps its number, for readers cite it ("第 3 项"); a bullet says
nothing and is dropped. Front matter is not shown, and its ``title:`` names the document.

Knows no bytes and no plain-text layout except how two lines are joined. Not covered: footnotes, math, MDX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from qa.documents import marks
from qa.documents.assemble import Draft, assemble
from qa.types import BlockKind, Document

if TYPE_CHECKING:
    from markdown_it.token import Token

CELL_SEPARATOR = " | "

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*\r?$", re.MULTILINE)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


def parse_markdown(text: str, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read ``text`` as Markdown."""
    title = ""
    front = _FRONT_MATTER.match(text)
    if front:
        found = _TITLE.search(front.group(1))
        title = found.group(1).strip("\"'") if found else ""
        text = text[front.end() :]
    return assemble(
        _drafts(_tokens(text)),
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="markdown",
        title=title,
    )


def _tokens(text: str) -> list[Token]:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def _drafts(tokens: Sequence[Token]) -> Iterator[Draft]:
    numbers: list[int | None] = []
    marker: str | None = None
    cells: list[str] = []
    heading = 0
    in_row = False
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "ordered_list_open":
                numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
            case "list_item_open":
                number = numbers[-1]
                marker = "" if number is None else f"{number}. "
                numbers[-1] = None if number is None else number + 1
            case "tr_open":
                in_row, cells = True, []
            case "tr_close":
                in_row = False
                yield Draft(CELL_SEPARATOR.join(cells), "table")
            case "fence" | "code_block":
                yield Draft(token.content, "code")
            case "html_block":
                yield from _html_drafts(token.content)
            case "inline" if in_row:
                cells.append(" ".join(_inline(token).split()))
            case "inline" if heading:
                yield Draft(" ".join(_inline(token).split()), "heading", heading)
            case "inline" if marker is not None:
                yield Draft(marker + _inline(token), "list_item")
                marker = None
            case "inline":
                text = _inline(token)
                yield Draft(text, _paragraph_kind(text))


def _paragraph_kind(text: str) -> BlockKind:
    bare = text.strip()
    if marks.is_byline(bare) or marks.is_date(bare):
        return "byline"
    return "label" if marks.is_label(bare) else "paragraph"


def _inline(token: Token) -> str:
    """The visible text of a run of inline tokens; a hard break stays.

    A soft break is a space, as pages show it, but nothing between two Chinese characters.
    """
    parts: list[str] = []
    pending = False
    for text in _visible(token.children or ()):
        if text is None:
            pending = True
            continue
        if pending and text.strip():
            before = parts[-1].rstrip(" ") if parts else ""
            if before and not before.endswith("\n"):
                parts[-1] = before
                parts.append("" if marks.is_wide(before[-1]) and marks.is_wide(text.lstrip(" ")[0]) else " ")
            text = text.lstrip(" ")
            pending = False
        if text:
            parts.append(text)
    return "".join(parts)


def _visible(tokens: Sequence[Token]) -> Iterator[str | None]:
    """Pieces of visible text; None for a soft break."""
    for token in tokens:
        match token.type:
            case "softbreak":
                yield None
            case "hardbreak":
                yield "\n"
            case "html_inline":
                if _BREAK_TAG.fullmatch(token.content):
                    yield "\n"
            case "image":
                yield token.content if token.children is None else "".join(t or " " for t in _visible(token.children))
            case _:
                yield token.content


class _HtmlText(HTMLParser):
    """Collects the text of a block of HTML: one draft a block element, a row's cells joined."""

    BLOCKS = frozenset("address article blockquote br dd details div dl dt figcaption figure footer form header hr li main nav ol p pre section summary table tbody thead tr ul h1 h2 h3 h4 h5 h6".split())
    SILENT = frozenset(("script", "style", "template", "head"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.drafts: list[Draft] = []
        self.parts: list[str] = []
        self.kind: BlockKind = "paragraph"
        self.level = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.silent += 1
        elif tag in ("td", "th"):
            if any(part.strip() for part in self.parts):
                self.parts.append(CELL_SEPARATOR)
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag in self.BLOCKS:
            self.flush()
            if re.fullmatch("h[1-6]", tag):
                self.kind, self.level = "heading", int(tag[1])
            elif tag in ("tr", "li"):
                self.kind = "table" if tag == "tr" else "list_item"

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in self.BLOCKS:
            self.flush()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)

    def flush(self) -> None:
        """End the block at hand."""
        text = " ".join("".join(self.parts).split())
        if text:
            self.drafts.append(Draft(text, self.kind, self.level))
        self.parts, self.kind, self.level = [], "paragraph", 0


def _html_drafts(source: str) -> list[Draft]:
    parser = _HtmlText()
    parser.feed(source)
    parser.close()
    parser.flush()
    return parser.drafts
