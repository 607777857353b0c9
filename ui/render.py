"""An answer as a chat turn (HTML), as lines for a terminal, and as the JSON that programs read. Pure functions.

Everything from documents and questions is escaped. This module knows no Gradio, library or answerer; it shows the
citations it is given, which whoever gives them has proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.answer import given
from qa.types import Answer, Citation, Region
from ui.escape import attribute_html, label_html, one_line, terminal_text, text_html
from ui.source import Kind, Reference, place, quote_html
from ui.strings import confidence_words, text

ANSWER_LIMIT = 400
QUESTION_LIMIT = 500
"""Characters shown of an answer in large type, and of a question."""

QUOTE_SIDE = 240
NEAR_SIDE = 120
"""Characters of a quote shown on each side of its answer, and on each side of what lies nearest to one."""

QUOTES_OPEN = 3
"""Quotes shown at once; more are a click away."""


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as design § 5 promises it, keys in that order. Fields may be added, never changed.

    Confidence and scores are rounded to 4 decimals, times to a tenth of a millisecond.
    """
    return {
        "id": answer.id,
        "question": answer.question,
        "status": answer.status,
        "answer": answer.answer,
        "confidence": round(answer.confidence, 4),
        "citations": [_citation_json(citation) for citation in answer.citations],
        "near": [_citation_json(citation) for citation in answer.near],
        "others": [_citation_json(citation) for citation in answer.others],
        "timings_ms": {
            "retrieve": round(answer.timings_ms.retrieve, 1),
            "read": round(answer.timings_ms.read, 1),
            "total": round(answer.timings_ms.total, 1),
        },
    }


def to_text(answer: Answer, lang: str) -> str:
    """The answer for a terminal, without a line end at the end. No control character reaches the terminal."""
    if answer.status == "not_found":
        lines = [text("not_found", lang), text("not_found_body", lang)]
        if answer.near:
            lines += ["", text("not_found_near", lang)]
        lines += [line for citation in answer.near for line in _citation_lines(citation, "-", lang)]
    else:
        lines = [terminal_text(answer.answer), ""]
        lines += [line for item in answer.citations for line in _citation_lines(item, f"[{item.number}]", lang)]
        lines += ["", confidence_words(answer.confidence, lang)]
        if answer.others:
            lines += ["", text("others", lang)]
        for item in answer.others:
            lines += [terminal_text(given(item)), *_citation_lines(item, f"[{item.number}]", lang)]
    return "\n".join(lines)


def waiting_html(question: str, lang: str) -> str:
    """A turn whose answer is being looked for."""
    body = f'<p class="yj-wait" aria-busy="true"><span>{text("searching", lang)}</span></p>'
    return _turn_html(question, body, lang, state="wait")


def error_html(question: str, message: str, lang: str) -> str:
    """A turn that could not be answered, with the sentence that says why."""
    return _turn_html(question, f'<p class="yj-error">{text_html(message)}</p>', lang, state="error", said=message)


def answer_html(answer: Answer, lang: str, *, withheld: int = 0) -> str:
    """A turn with its answer: the short answer first, then each quote with the answer marked, then how sure.

    ``withheld`` is the number of citations left out because they no longer matched their source.
    """
    notice = f'<p class="yj-error">{text("withheld", lang, count=withheld)}</p>' if withheld else ""
    if answer.status == "not_found":
        said = text("not_found", lang)
        return _turn_html(answer.question, _not_found_html(answer, lang) + notice, lang, state="not-found", said=said)
    said = text("answered_label", lang, answer=one_line(answer.answer))
    return _turn_html(answer.question, _found_html(answer, lang) + notice, lang, state="answered", said=said)


def log_html(turns: Sequence[str], lang: str, *, examples: Sequence[str] = ()) -> str:
    """The conversation: turns made by this module, or a welcome with ``examples`` to click before the first."""
    inner = "".join(turns) if turns else _welcome_html(lang, examples)
    lost = attribute_html(text("connection_lost", lang))
    label = text("chat_label", lang)
    return f'<div class="yj-log" role="log" aria-live="off" aria-label="{label}" data-lost="{lost}">{inner}</div>'


def _turn_html(question: str, body: str, lang: str, *, state: str, said: str = "") -> str:
    shown = text_html(question if len(question) <= QUESTION_LIMIT else question[: QUESTION_LIMIT - 1] + "…")
    return (
        f'<article class="yj-turn yj-is-{state}" data-say="{attribute_html(said)}">'
        f'<p class="yj-q" dir="auto"><span class="yj-sr">{text("you_asked", lang)} </span>{shown}</p>'
        f'<div class="yj-a">{body}</div></article>'
    )


def _found_html(answer: Answer, lang: str) -> str:
    chips = "".join(_chip_html(citation, lang) for citation in answer.citations)
    size = "xl" if len(answer.answer) <= 14 else "l" if len(answer.answer) <= 48 else "m"
    short = answer.answer if len(answer.answer) <= ANSWER_LIMIT else answer.answer[: ANSWER_LIMIT - 1] + "…"
    head = f'<p class="yj-short yj-short-{size}"><strong dir="auto">{text_html(short)}</strong>{chips}</p>'
    proofs = [_proof_html(citation, lang, said=answer.answer) for citation in answer.citations]
    more = "".join(proofs[QUOTES_OPEN:])
    if more:
        label = text("more_quotes", lang, count=len(proofs) - QUOTES_OPEN)
        more = f'<details class="yj-more-quotes"><summary>{label}</summary>{more}</details>'
    sure = (
        f'<p class="yj-sure" title="{attribute_html(text("sure_help", lang))}">'
        f"{confidence_words(answer.confidence, lang)}</p>"
    )
    return head + "".join(proofs[:QUOTES_OPEN]) + more + sure + _others_html(answer, lang)


def _others_html(answer: Answer, lang: str) -> str:
    """Answers of other paragraphs that differ, each with its quote: the reader decides."""
    if not answer.others:
        return ""
    items = "".join(
        f'<div class="yj-other"><p><strong dir="auto">{text_html(given(item))}</strong>{_chip_html(item, lang)}</p>'
        f"{_proof_html(item, lang, said=given(item))}</div>"
        for item in answer.others
    )
    return f'<section class="yj-others"><p class="yj-others-head">{text("others", lang)}</p>{items}</section>'


def _not_found_html(answer: Answer, lang: str) -> str:
    head = (
        f'<p class="yj-short yj-short-none"><strong>{text("not_found", lang)}</strong></p>'
        f"<p>{text('not_found_body', lang)}</p>"
    )
    advice = f"<p>{text('not_found_next', lang)}</p>"
    if not answer.near:
        return head + advice
    tag = f'<span class="yj-tag">{text("not_answer", lang)}</span>'
    near = "".join(
        f'<figure class="yj-near">{tag}<blockquote dir="auto">{quote_html(item, side=NEAR_SIDE, tag="span", lang=lang)}'
        f"</blockquote><figcaption>{_place_html(item, lang, kind='n')}</figcaption></figure>"
        for item in answer.near
    )
    return f'{head}<p class="yj-near-head">{text("not_found_near", lang)}</p>{near}{advice}'


def _proof_html(citation: Citation, lang: str, *, said: str) -> str:
    """The quote and where it stands; only the latter where the answer in large type is the whole quote already."""
    quoted = ""
    if citation.quote != said:
        inner = quote_html(citation, side=QUOTE_SIDE, tag="mark", lang=lang)
        head = f'<span class="yj-row-head">{text_html(citation.header)}</span>' if citation.header else ""
        quoted = f'<blockquote class="yj-quote" dir="auto">{head}{inner}</blockquote>'
    return f'<figure class="yj-proof">{quoted}<figcaption>{_place_html(citation, lang)}</figcaption></figure>'


def _chip_html(citation: Citation, lang: str) -> str:
    title = attribute_html(text("open_source", lang, source=" · ".join(place(citation, lang))))
    return f'<a class="yj-chip" href="{Reference.to(citation).href}" title="{title}">[{citation.number}]</a>'


def _place_html(citation: Citation, lang: str, *, kind: Kind = "c") -> str:
    number = f'<span class="yj-chip">[{citation.number}]</span>' if kind == "c" else ""
    parts = " ".join(f"<span>{label_html(part, limit=80)}</span>" for part in place(citation, lang))
    href = Reference.to(citation, kind=kind).href
    return f'<a class="yj-cite" href="{href}">{number}<span class="yj-place">{parts}</span></a>'


def _welcome_html(lang: str, examples: Sequence[str]) -> str:
    chips = "".join(
        f'<li><button type="button" class="yj-example" dir="auto">{text_html(question)}</button></li>'
        for question in examples
    )
    tries = f'<p class="yj-try">{text("welcome_try", lang)}</p><ul class="yj-examples">{chips}</ul>' if chips else ""
    return (
        f'<div class="yj-welcome"><h1>{text("welcome_title", lang)}</h1>'
        f"<p>{text('welcome_body', lang)}</p>{tries}</div>"
    )


def _citation_lines(citation: Citation, bullet: str, lang: str) -> list[str]:
    quoted = terminal_text(citation.quote).splitlines()
    indent = " " * (len(bullet) + 1)
    return [
        f"{bullet} {quoted[0]}",
        *(indent + line for line in quoted[1:]),
        indent + one_line(" · ".join(place(citation, lang))),
    ]


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "document_id": citation.document_id,
        "document": citation.document,
        "title": citation.title,
        "page": citation.page,
        "paragraph": citation.paragraph,
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "quote": citation.quote,
        "quote_start": citation.quote_start,
        "quote_end": citation.quote_end,
        "answer_start": citation.answer_start,
        "answer_end": citation.answer_end,
        "score": round(citation.score, 4),
        "section": citation.section,
        "revision": citation.revision,
        "header": citation.header,
        "boxes": [_box_json(box) for box in citation.boxes],
        "recognised": citation.recognised,
    }


def _box_json(box: Region) -> dict[str, Any]:
    """A box on a page, in shares of its width and height from the top left; ``ocr`` where it was recognised."""
    corners = {name: round(getattr(box, name), 5) for name in ("x0", "y0", "x1", "y1")}
    return {"page": box.page, **corners, "ocr": box.ocr, "confidence": round(box.confidence, 3)}
