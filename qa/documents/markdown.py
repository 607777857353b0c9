"""Markdown -> Document: the text as a reader of the rendered page sees it, one block a paragraph, item or table row.

CommonMark with tables, strikethrough and footnotes, which stay where they are defined. Marks, tags, comments and link targets are gone; entities are characters;
a picture is its alternative text. A numbered item keeps its number, for readers cite it ("第 3 项"); a bullet says
nothing and is dropped. Front matter is not shown, and its ``title:`` names the document.

Knows no bytes and no plain-text layout except how two lines are joined. Not covered: math, MDX.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from qa.documents import bylines, marks
from qa.documents.assemble import Draft, assemble
from qa.errors import DocumentError
from qa.types import BlockKind, Document

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

CELL_SEPARATOR = " | "
NESTING = 100
"""Levels of lists and quotes that are followed; the parser drops what is nested deeper, so the file is refused."""
INLINE_LIMIT = 10_000
"""Characters of one run of text that are parsed at once: the parser's time grows with the square of it."""

_BLOCK_TAGS = """
    address article blockquote br dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main
    nav ol p pre section summary table tbody thead tr ul
"""
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*\r?$", re.MULTILINE)
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[\w+/=%-]*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*>?", re.DOTALL)
_FOOTNOTE = re.compile(r"^(?=\[\^[^\]\n]{1,60}\]:)", re.MULTILINE)
_EMPHASIS = re.compile(r"^\s+|[*_`]+")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


def parse_markdown(text: str, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read ``text`` as Markdown.

    :raises DocumentError: ``file_nested``.
    """
    title = ""
    front = _FRONT_MATTER.match(text)
    if front:
        found = _TITLE.search(front.group(1))
        title = found.group(1).strip("\"'") if found else ""
        text = text[front.end() :]
    return assemble(
        _drafts(text, path),
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="markdown",
        title=title,
    )


def _drafts(text: str, path: str) -> Iterator[Draft]:
    """Parse the blocks first, then the inline marks of each, so that one over-long run of text stays cheap."""
    from markdown_it import MarkdownIt

    blocks = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable(["table", "strikethrough"]).disable("inline")
    blocks.block.ruler.at("reference", _reference)
    marked = MarkdownIt("commonmark").enable("strikethrough")
    environment: dict[str, object] = {}

    def inline(content: str) -> str:
        return "".join(
            _visible_text(child.children or ())
            for part in _portions(content)
            for child in marked.parseInline(part, environment)
        )

    walk = _Walk(inline, path)
    place, names = 0, 0
    for token in blocks.parse(_DATA_URI.sub("#", text), environment):
        if token.nesting == 1 and token.level >= NESTING - 1:
            raise DocumentError("file_nested", path=path)
        if token.type == "thead_open":
            names = place
        first = place
        for draft in walk.step(token):
            in_body = token.type == "tr_close" and place > names
            heads = tuple(first + at for at in draft.header)
            yield replace(draft, header=(names,) if in_body else heads)
            place += 1


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for definitions of link targets, which are not shown; those of footnotes are, and are none."""
    from markdown_it.rules_block import reference

    place = state.bMarks[start] + state.tShift[start]
    return not state.src.startswith("[^", place) and reference(state, start, end, silent)


def _portions(content: str) -> Iterator[str]:
    """``content`` in portions of at most INLINE_LIMIT characters, cut at line ends where there are any."""
    start = 0
    while len(content) - start > INLINE_LIMIT:
        cut = content.rfind("\n", start, start + INLINE_LIMIT)
        end = cut + 1 if cut > start else start + INLINE_LIMIT
        yield content[start:end]
        start = end
    yield content[start:]


class _Walk:
    """What a walk over block tokens has to remember: the open lists, the row and the heading it is in."""

    def __init__(self, inline: Callable[[str], str], path: str) -> None:
        self.inline = inline
        self.path = path
        self.numbers: list[int | None] = []
        self.marker: str | None = None
        self.row: list[str] | None = None
        self.level = 0

    def step(self, token: Token) -> Iterator[Draft]:
        """Take one token; give the drafts that it completes."""
        match token.type:
            case "inline":
                yield from self._text(token.content)
            case "fence" | "code_block":
                yield Draft(token.content, "code")
            case "html_block":
                yield from _html_drafts(token.content, self.path)
            case "tr_close":
                yield Draft(CELL_SEPARATOR.join(self.row or ()), "table")
                self.row = None
            case _:
                self._enter(token)

    def _enter(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self.level = int(token.tag[1])
            case "heading_close":
                self.level = 0
            case "tr_open":
                self.row = []
            case "ordered_list_open":
                self.numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_open":
                self.numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                self.numbers.pop()
            case "list_item_open":
                number = self.numbers[-1]
                self.marker = "" if number is None else f"{number}. "
                self.numbers[-1] = None if number is None else number + 1
            case _:
                pass

    def _text(self, content: str) -> Iterator[Draft]:
        text = self.inline(content)
        if self.row is not None:
            self.row.append(" ".join(text.split()))
        elif self.level:
            yield Draft(" ".join(text.split()), "heading", self.level)
        elif self.marker is not None:
            yield Draft(self.marker + text, "list_item")
            self.marker = None
        elif _FOOTNOTE.match(content):
            yield from (Draft(self.inline(note), "note") for note in _FOOTNOTE.split(content) if note)
        else:
            yield Draft(self.inline(_with_entries(content)), paragraph_kind(text))


def _with_entries(content: str) -> str:
    """A paragraph's source with a hard break between two lines that are both entries of a form, as whoever wrote them
    sees them.
    """
    lines = content.split("\n")
    entries = [marks.is_entry(_EMPHASIS.sub("", line)) for line in lines]
    broken = [
        line + "  " if here and after else line for line, here, after in zip(lines, entries, entries[1:], strict=False)
    ]
    return "\n".join([*broken, lines[-1]])


def paragraph_kind(text: str) -> BlockKind:
    """What a paragraph is by its words: a byline, a label or a paragraph."""
    bare = text.strip()
    if bylines.is_byline(bare) or bylines.is_date(bare):
        return "byline"
    return "label" if marks.is_label(bare) else "paragraph"


def _visible_text(tokens: Sequence[Token]) -> str:
    """The visible text of a run of inline tokens; a hard break stays.

    A soft break is a space, as pages show it, but nothing between two Chinese characters.
    """
    parts: list[str] = []
    pending = False
    for text in _visible(tokens):
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
                yield (
                    token.content
                    if token.children is None
                    else "".join(" " if text is None else text for text in _visible(token.children))
                )
            case _:
                yield token.content


class _HtmlText(HTMLParser):
    """Collects the text of a block of HTML: one draft a block element, a row's cells joined."""

    BLOCKS = frozenset(_BLOCK_TAGS.split())
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


def _html_drafts(source: str, path: str) -> list[Draft]:
    """The blocks of a piece of HTML; ``header`` counts from its first."""
    if "<table" in source.lower():
        from qa.documents.markup import drafts_of, html_tree

        return drafts_of(html_tree(source, path=path))
    parser = _HtmlText()
    parser.feed(_COMMENT.sub("", source))
    parser.close()
    parser.flush()
    return parser.drafts
