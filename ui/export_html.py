"""A conversation as one HTML file that needs nothing else: no script, no other file, fit to read and to print.

Every quote has an anchor and carries its document, offsets and revision as attributes. Everything from documents and
questions is escaped.
"""

from __future__ import annotations

from importlib.resources import files

from ui.bibliography import titled
from ui.escape import attribute_html, label_html, set_as, text_html, words_html
from ui.export_parts import SHORT_REVISION, Sheet, Source, note_words, parted, place_words, sources_of, state_words
from ui.paper import WHOLE, row_quote_html
from ui.recall import Recalled, RecalledTurn
from ui.strings import confidence_words, moment, text

CONTEXT_SIDE = 1_500
"""Characters of the paragraph shown on each side of its quote."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_page(sheet: Sheet) -> str:
    """The whole file."""
    lang, sources = sheet.lang, sources_of(sheet)
    style = files("ui").joinpath("assets", "export.css").read_text("utf-8")
    when = text("export_when", lang, when=moment(sheet.exported, lang), id=sheet.id)
    turns = "".join(_turn_html(turn, sources, lang) for turn in sheet.turns)
    return (
        f'<!doctype html><html dir="ltr" lang="{"en" if lang == "en" else "zh-CN"}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{attribute_html(sheet.title)}</title><style>{style}</style></head>"
        f'<body><main><header><p class="brand"><span aria-hidden="true">{text("seal", lang)}</span>{text("brand", lang)}</p>'
        f"<h1>{label_html(sheet.title)}</h1><p>{text_html(when)}</p></header>{turns}{_sources_html(sources, lang)}"
        "</main></body></html>\n"
    )


def _turn_html(turn: RecalledTurn, sources: list[Source], lang: str) -> str:
    understood = str(turn.record.get("understood") or "")
    resolved = f'<p class="aside">{text("export_understood", lang)}{text_html(understood)}</p>' if understood else ""
    note = note_words(turn, lang)
    warned = f'<p class="warn">{text_html(note)}</p>' if note else ""
    body = _not_found_html(turn, lang) if turn.status == "not_found" else _answer_html(turn, lang)
    quotes = "".join(_quote_html(turn, item, sources, lang) for item in (*turn.citations, *turn.near))
    others = ""
    if turn.others:
        items = "".join(
            f'<p class="other" dir="auto">{text_html(item.said)}</p>{_quote_html(turn, item, sources, lang)}'
            for item in turn.others
        )
        others = f"<h3>{text('others', lang)}</h3>{items}"
    return (
        f'<section class="turn" id="turn-{turn.number}"><h2 dir="auto"><a href="#turn-{turn.number}">{turn.number}</a>'
        f'{text_html(turn.question)}</h2><p class="aside">{text("export_asked", lang, when=moment(turn.asked, lang))}</p>'
        f"{resolved}{body}{warned}{quotes}{others}</section>"
    )


def _answer_html(turn: RecalledTurn, lang: str) -> str:
    label = "" if turn.stands else f'<span class="then">{text("export_answer_then", lang)}</span>'
    chips = "".join(
        f'<a class="chip" href="#{_anchor(turn, item)}">[{item.citation.number}]</a>' for item in turn.citations
    )
    size = "long" if len(turn.answer) > 48 else "short"
    return (
        f'<p class="answer {size}">{label}<strong dir="auto">{text_html(turn.answer)}</strong>{chips}</p>'
        f'<p class="aside">{confidence_words(turn.confidence, lang)}</p>'
    )


def _not_found_html(turn: RecalledTurn, lang: str) -> str:
    near = f'<p class="aside">{text("not_found_near", lang)}</p>' if turn.near else ""
    return f'<p class="answer none"><strong>{text("not_found", lang)}</strong></p>{near}'


def _quote_html(turn: RecalledTurn, item: Recalled, sources: list[Source], lang: str) -> str:
    cited, near = item.citation, item in turn.near
    tag = "span" if near else "mark"
    place = f'<a class="place" href="#source-{_number(item, sources)}">{text_html(place_words(item, lang))}</a>'
    label = (
        f'<span class="tag">{text("not_answer", lang)}</span>'
        if near
        else f'<span class="chip">[{cited.number}]</span>'
    )
    anchor = "" if near else f' id="{_anchor(turn, item)}"'
    return (
        f'<figure class="quote{" near" if near else ""} {item.state}"{anchor}>'
        f'<blockquote {set_as(cited.quote)} data-document="{attribute_html(cited.document_id)}" data-start="{cited.quote_start}" '
        f'data-end="{cited.quote_end}" data-revision="{attribute_html(cited.revision)}">'
        f"{_quoted_html(item, tag)}</blockquote>"
        f"<figcaption>{label}{place}<span>{_proof_html(item, lang)}</span></figcaption>{_paragraph_html(item, lang)}</figure>"
    )


def _quoted_html(item: Recalled, tag: str) -> str:
    """The quote with the answer in a ``tag`` element; a table's row as a table under the names of its columns."""
    if row := row_quote_html(item.citation, tag=tag):
        return row
    before, answer, after = (words_html(part) for part in parted(item))
    if len(parted(item)[1]) <= WHOLE:
        answer = f'<span class="whole">{answer}</span>'
    header = item.citation.header
    head = f'<span class="row-head">{text_html(header)}</span>' if header else ""
    return f"{head}{before}<{tag}>{answer}</{tag}>{after}"


def _proof_html(item: Recalled, lang: str) -> str:
    cited = item.citation
    where = text("export_characters", lang, start=cited.quote_start + 1, end=cited.quote_end)
    short = cited.revision[:SHORT_REVISION]
    which = text("export_revision", lang, revision=short) if short else ""
    return f'{where} · {text_html(which)} <span class="state">{state_words(item, lang)}</span>'


def _paragraph_html(item: Recalled, lang: str) -> str:
    """The paragraph around the quote, folded away; nothing where the quote is the whole of it."""
    cited = item.citation
    before, after = cited.text[: cited.quote_start - cited.start], cited.text[cited.quote_end - cited.start :]
    if not before and not after:
        return ""
    left = "…" + before[-CONTEXT_SIDE:] if len(before) > CONTEXT_SIDE else before
    right = after[:CONTEXT_SIDE] + "…" if len(after) > CONTEXT_SIDE else after
    return (
        f'<details><summary>{text("export_paragraph", lang)}</summary><p dir="auto">{text_html(left)}'
        f"<b>{text_html(cited.quote)}</b>{text_html(right)}</p></details>"
    )


def _sources_html(sources: list[Source], lang: str) -> str:
    if not sources:
        return ""
    items = "".join(
        f'<li id="source-{source.number}">{label_html(source.name)}'
        + (f" <span>{label_html(title)}</span>" if (title := titled(source.title, source.name, lang)) else "")
        + f"<br><code>{attribute_html(source.id)}</code> <code>{attribute_html(source.revision)}</code></li>"
        for source in sources
    )
    return f'<section class="sources"><h2>{text("export_sources", lang)}</h2><ol>{items}</ol></section>'


def _number(item: Recalled, sources: list[Source]) -> int:
    key = item.citation.document_id, item.citation.revision
    return next(source.number for source in sources if (source.id, source.revision) == key)


def _anchor(turn: RecalledTurn, item: Recalled) -> str:
    return f"turn-{turn.number}-quote-{item.citation.number}"
