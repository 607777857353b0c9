"""What an answer says, as HTML: the short answer, the quotes that prove it, what disagrees, or what lies nearest.

Everything from documents and questions is escaped. This module knows no Gradio, library or answerer; it shows the
citations it is given, which whoever gives them has proven.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.answer import given
from qa.types import Answer, Citation, Hit
from ui.bibliography import date_of, place, titled
from ui.escape import attribute_html, label_html, one_line, set_as, text_html, words_html
from ui.paper import clipped_html, quote_html, row_quote_html
from ui.source import Kind, Reference
from ui.strings import confidence_words, text

ANSWER_LIMIT = 400
"""Characters shown of an answer in large type."""

QUOTE_SIDE = 240
NEAR_SIDE = 120
PEEK_SIDE = 160
"""Characters of a quote shown on each side of its answer, on each side of what lies nearest to one, and of a paragraph
on each side of its quote where it is only looked at in passing.
"""

NEAR_ROW = 400
"""Characters of a table's row that lies nearest and is shown in cells."""

PASSAGES_SHOWN = 3
PASSAGE_START = 160
"""Passages shown while they are read, and characters of each."""

NO_WORDS = "\u00a0"
"""As high as a line of words, and none."""

QUOTES_OPEN = 1
"""Quotes shown at once; the others, which say the same, are a click away."""


def found_html(answer: Answer, lang: str) -> str:
    """The short answer, its first quote, the others folded, and how sure; beside them what other documents say."""
    head = _short_html(answer.answer, answer.citations, lang)
    proofs = [_proof_html(citation, lang, said=answer.answer) for citation in answer.citations]
    more = "".join(proofs[QUOTES_OPEN:])
    if more:
        label = text("more_quotes", lang, count=len(proofs) - QUOTES_OPEN)
        more = f'<details class="yj-more-quotes"><summary>{label}</summary>{more}</details>'
    sure = (
        f'<p class="yj-sure" data-sure="{_level(answer.confidence)}" title="{attribute_html(text("sure_help", lang))}">'
        f'<span class="yj-meter" aria-hidden="true"><i></i><i></i><i></i><i></i></span>'
        f"{confidence_words(answer.confidence, lang)}</p>"
    )
    if not answer.others:
        return head + "".join(proofs[:QUOTES_OPEN]) + more + sure
    sides = (
        f'<div class="yj-said">{head}{_date_html(answer.citations[0])}{"".join(proofs[:QUOTES_OPEN])}{more}{sure}</div>'
    )
    sides += "".join(_other_html(item, lang) for item in answer.others)
    return f'<p class="yj-others-head">{text("disagree", lang)}</p><div class="yj-others">{sides}</div>'


def not_found_html(answer: Answer, lang: str, *, complete: bool = True) -> str:
    """That nothing was found, what lies nearest, marked as no answer, and questions that the library does answer."""
    absent = "".join(
        f'<span class="yj-absent" dir="auto">{label_html(word, limit=40)}</span>' for word in answer.missing
    )
    head = (
        f'<p class="yj-short yj-short-none"><strong>{text("not_found", lang)}</strong></p>'
        f"<p>{text('not_found_body', lang)}</p>" + (f"<p>{text('absent', lang)}{absent}</p>" if absent else "")
    )
    ways = f'<p class="yj-next">{text("not_found_next", lang)}</p>'
    if answer.suggestions:
        offered = questions_html(answer.suggestions)
        ways = f'<div class="yj-suggest"><p>{text("suggestions", lang)}</p>{offered}</div>'
    elif not complete:
        # As high as one row of questions, so that nothing moves when they come.
        room = f'<ul class="yj-examples yj-room" aria-hidden="true"><li><span class="yj-example">{NO_WORDS}</span></li></ul>'
        ways = f'<div class="yj-suggest yj-suggest-wait"><p>{text("suggestions_wait", lang)}</p>{room}</div>'
    if not answer.near:
        return head + ways
    near = "".join(_near_html(item, lang) for item in answer.near)
    return f'{head}{ways}<p class="yj-near-head">{text("not_found_near", lang)}</p>{near}'


def _near_html(item: Citation, lang: str) -> str:
    """A passage that lies near, marked as no answer; a short row of a table under the names of its columns."""
    row = row_quote_html(item, tag="span") if len(item.quote) <= NEAR_ROW else ""
    quote = row or quote_html(item, side=NEAR_SIDE, tag="span", lang=lang)
    kind = ' class="yj-quote-row"' if row else ""
    return (
        f'<figure class="yj-near"><span class="yj-tag">{text("not_answer", lang)}</span>'
        f"<blockquote{kind} {set_as(item.quote)}>{quote}</blockquote>"
        f"<figcaption>{_place_html(item, lang, kind='n')}</figcaption></figure>"
    )


def passages_html(hits: Sequence[Hit], lang: str) -> str:
    """The beginnings of passages that are being read, with where they stand. None of them is an answer yet."""
    items = []
    for hit in hits[:PASSAGES_SHOWN]:
        passage = hit.passage
        page = text("page", lang, number=passage.page) if passage.page is not None else ""
        name = hit.document.name if hit.document is not None else ""
        where = [titled(passage.title, name, lang), passage.section, page]
        parts = " ".join(f"<span>{label_html(part, limit=80)}</span>" for part in where if part)
        words = words_html(hit.text[:PASSAGE_START])
        items.append(f'<li><p class="yj-passage" {set_as(hit.text)}>{words}</p><p class="yj-place">{parts}</p></li>')
    return f'<ul class="yj-reading">{"".join(items)}</ul>'


def questions_html(questions: Sequence[str]) -> str:
    """Questions to click."""
    chips = "".join(
        f'<li><button type="button" class="yj-example" dir="auto">{text_html(question)}</button></li>'
        for question in questions
    )
    return f'<ul class="yj-examples">{chips}</ul>'


def _short_html(said: str, citations: Sequence[Citation], lang: str) -> str:
    chips = "".join(_chip_html(citation, lang) for citation in citations)
    size = "xl" if len(said) <= 14 else "l" if len(said) <= 48 else "m"
    short = said if len(said) <= ANSWER_LIMIT else said[: ANSWER_LIMIT - 1] + "…"
    return f'<p class="yj-short yj-short-{size}"><strong {set_as(said)}>{words_html(short)}</strong>{chips}</p>'


def _other_html(citation: Citation, lang: str) -> str:
    """An answer that differs, with its quote and the date that stands by it: the reader decides."""
    said = given(citation)
    shown = said if len(said) <= ANSWER_LIMIT else said[: ANSWER_LIMIT - 1] + "…"
    return (
        f'<section class="yj-other"><p class="yj-other-short"><strong {set_as(said)}>{words_html(shown)}</strong>'
        f"{_chip_html(citation, lang)}</p>{_date_html(citation)}{_proof_html(citation, lang, said=said)}</section>"
    )


def _date_html(citation: Citation) -> str:
    date = date_of(citation)
    return f'<p class="yj-date">{text_html(date)}</p>' if date else ""


def _proof_html(citation: Citation, lang: str, *, said: str) -> str:
    """The quote and where it stands; only the latter where the answer in large type is the whole quote already."""
    quoted, row = "", row_quote_html(citation)
    if row:
        quoted = f'<blockquote class="yj-quote yj-quote-row">{row}</blockquote>'
    elif citation.quote != said:
        inner = quote_html(citation, side=QUOTE_SIDE, tag="mark", lang=lang)
        head = f'<span class="yj-row-head">{text_html(citation.header)}</span>' if citation.header else ""
        quoted = f'<blockquote class="yj-quote" {set_as(citation.quote)}>{head}{inner}</blockquote>'
    return (
        f'<figure class="yj-proof">{quoted}<figcaption>{_place_html(citation, lang)}</figcaption>'
        f"{_peek_html(citation, lang)}</figure>"
    )


def _peek_html(citation: Citation, lang: str) -> str:
    """The paragraph, shown while the pointer or the focus rests on one of its citation's links."""
    start, end = citation.quote_start - citation.start, citation.quote_end - citation.start
    before = clipped_html(citation.text[:start], PEEK_SIDE, "end", lang)
    after = clipped_html(citation.text[end:], PEEK_SIDE, "start", lang)
    quote = quote_html(citation, side=PEEK_SIDE, tag="strong", lang=lang)
    return (
        f'<div class="yj-peek-text" data-for="{Reference.to(citation).href}" hidden>'
        f'<p class="yj-peek-where">{" ".join(f"<span>{label_html(part, limit=40)}</span>" for part in place(citation, lang))}'
        f'</p><p class="yj-peek-body" {set_as(citation.text)}>{before}<span class="yj-peek-quote">{quote}</span>{after}</p></div>'
    )


def _chip_html(citation: Citation, lang: str) -> str:
    label = attribute_html(text("open_source", lang, source=" · ".join(place(citation, lang))))
    return f'<a class="yj-chip" href="{Reference.to(citation).href}" aria-description="{label}">[{citation.number}]</a>'


def _place_html(citation: Citation, lang: str, *, kind: Kind = "c") -> str:
    number = f'<span class="yj-chip">[{citation.number}]</span>' if kind == "c" else ""
    parts = " ".join(f"<span>{label_html(part, limit=80)}</span>" for part in place(citation, lang))
    href = Reference.to(citation, kind=kind).href
    return f'<a class="yj-cite" href="{href}">{number}<span class="yj-place">{parts}</span></a>'


def _level(probability: float) -> int:
    """1 to 4: the steps of :func:`ui.strings.confidence_words`."""
    return 1 + sum(probability >= step for step in (0.5, 0.75, 0.9))


def answered_words(answer: Answer, lang: str) -> str:
    """What a screen reader is told when the answer has come."""
    if answer.status == "not_found":
        return text("not_found", lang)
    return text("answered_label", lang, answer=one_line(answer.answer))
