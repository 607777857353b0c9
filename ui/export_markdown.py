"""A conversation as Markdown: CommonMark, and GitHub's tables for a quoted row, which no text of a document can begin.

Covered: every mark of CommonMark and GFM, HTML, TeX between dollars, autolinks, footnotes, control characters. Not
covered: the marks of other dialects, such as ``==`` or ``:emoji:``, inside a line.
"""

from __future__ import annotations

import re

from qa.types import Citation
from ui.bibliography import titled
from ui.export_parts import Sheet, note_words, place_words, proof_words, seen, sources_of
from ui.recall import Recalled, RecalledTurn
from ui.rows import quoted_row
from ui.strings import confidence_words, moment, text

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$&!^@])|(?<=\w)(:)(?=//)|(?<=\bwww)(\.)", re.IGNORECASE)
_LINE_START = re.compile(r"^(\s*)([-+=:]|\d+(?=[.)]))(.?)")


def markdown(sheet: Sheet) -> str:
    """The whole export, with a line end at the end."""
    lang = sheet.lang
    head = [f"# {_line(sheet.title)}", text("export_when", lang, when=moment(sheet.exported, lang), id=sheet.id)]
    turns = [part for turn in sheet.turns for part in _turn(turn, lang)]
    return "\n\n".join([*head, *turns, *_sources(sheet)]) + "\n"


def escaped(words: str) -> str:
    """``words`` as Markdown that shows them and nothing else; line ends are kept by hard breaks, blank lines vanish."""
    lines = (line.strip() for line in seen(words).split("\n"))
    return "\\\n".join(_escaped_line(line) for line in lines if line.strip())


def _escaped_line(line: str) -> str:
    marked = _MARKS.sub(r"\\\g<0>", line)
    return _LINE_START.sub(_start, marked)


def _start(match: re.Match[str]) -> str:
    space, mark, after = match.groups()
    return f"{space}{mark}\\{after}" if mark[0].isdigit() else f"{space}\\{mark}{after}"


def _line(words: str) -> str:
    return escaped(" ".join(words.split()))


def _turn(turn: RecalledTurn, lang: str) -> list[str]:
    parts = [f'<a id="turn-{turn.number}"></a>', f"## {turn.number}\\. {_line(turn.question)}"]
    if understood := turn.record.get("understood"):
        parts.append(text("export_understood", lang) + _line(understood))
    parts.append(text("export_asked", lang, when=moment(turn.asked, lang)))
    if turn.status == "not_found":
        parts.append(f"**{text('not_found', lang)}**")
        if turn.near:
            parts.append(text("not_found_near", lang))
    else:
        label = "" if turn.stands else text("export_answer_then", lang)
        chips = " ".join(f"[\\[{item.citation.number}\\]](#{_anchor(turn, item)})" for item in turn.citations)
        parts.append(f"{label}**{_line(turn.answer)}** {chips}".rstrip())
        parts.append(confidence_words(turn.confidence, lang))
    if note := note_words(turn, lang):
        parts.append(f"> **{note}**")
    parts += [_quote(turn, item, lang) for item in (*turn.citations, *turn.near)]
    if turn.others:
        parts.append(text("others", lang))
        parts += [part for item in turn.others for part in (f"**{_line(item.said)}**", _quote(turn, item, lang))]
    return parts


def _quote(turn: RecalledTurn, item: Recalled, lang: str) -> str:
    cited, near = item.citation, item in turn.near
    label = text("not_answer", lang) if near else f"\\[{cited.number}\\]"
    paragraphs = [
        _quoted(cited),
        f"{label} {_line(place_words(item, lang))}\\\n{_line(proof_words(item, lang))}",
    ]
    if not near and item.said not in (turn.answer, cited.quote):
        # Set apart by words: between Chinese characters a mark of emphasis often does not open.
        paragraphs.insert(1, text("export_in_quote", lang) + _line(item.said))
    lines = "\n\n".join(paragraphs).split("\n")
    anchor = "" if near else f'<a id="{_anchor(turn, item)}"></a>\n\n'
    return anchor + "\n".join(f"> {line}".rstrip() for line in lines)


def _quoted(cited: Citation) -> str:
    """The quote under what it needs; a table's row as a table, all of its lines as wide as the widest."""
    row = quoted_row(cited)
    if row is None:
        return escaped(f"{cited.header}\n{cited.quote}" if cited.header else cited.quote)
    lines = [list(line) for line in row.names] + [["".join(parts) for parts in row.cells]]
    drawn = ["| " + " | ".join(map(_line, [*line, *[""] * (row.width - len(line))])) + " |" for line in lines]
    return "\n".join([drawn[0], "| " + " | ".join(["---"] * row.width) + " |", *drawn[1:]])


def _anchor(turn: RecalledTurn, item: Recalled) -> str:
    return f"turn-{turn.number}-quote-{item.citation.number}"


def _sources(sheet: Sheet) -> list[str]:
    sources = sources_of(sheet)
    if not sources:
        return []
    lines = [
        f"{source.number}. {_line(source.name)}"
        + (f" · {_line(title)}" if (title := titled(source.title, source.name, sheet.lang)) else "")
        + f"  \n   `{_code(source.id)}` · `{_code(source.revision)}`"
        for source in sources
    ]
    return [f"## {text('export_sources', sheet.lang)}", "\n".join(lines)]


def _code(words: str) -> str:
    """An id or a hash for a code span."""
    return re.sub(r"[^\w.-]", "?", words, flags=re.ASCII) or "?"
