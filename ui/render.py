"""The conversation and its turns as HTML (what an answer says is in ``card``), an answer as lines for a terminal, and as the JSON that programs read. Pure functions.

Everything from documents and questions is escaped. This module knows no Gradio, library or answerer; it shows the
citations it is given, which whoever gives them has proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.answer import given
from qa.types import Answer, Citation, Hit, Region
from ui import card
from ui.bibliography import place
from ui.escape import attribute_html, one_line, terminal_text, text_html
from ui.paper import SLACK
from ui.strings import confidence_words, text

QUESTION_LIMIT = 500
"""Characters shown of a question."""

QUESTION_START = 140
QUESTION_LINES = 5
"""Characters and lines of a longer question that are shown before it is unfolded, so that its answer is seen below it."""

QUESTION_KEPT = 2000
"""Characters of a question that go back into the box: more than may be asked."""


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
        "understood": answer.understood,
        "suggestions": list(answer.suggestions),
        "missing": list(answer.missing),
    }


def to_text(answer: Answer, lang: str) -> str:
    """The answer for a terminal, without a line end at the end. No control character reaches the terminal."""
    if answer.status == "not_found":
        lines = [text("not_found", lang), text("not_found_body", lang)]
        if answer.missing:
            words = text("comma_between", lang).join(one_line(word, limit=40) for word in answer.missing)
            lines.append(text("absent", lang) + words)
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
    return _under_way_html(question, text("searching", lang), "", lang)


def reading_html(question: str, hits: Sequence[Hit], lang: str) -> str:
    """A turn whose passages were found and are being read."""
    if not hits:
        return waiting_html(question, lang)
    return _under_way_html(question, text("reading", lang), card.passages_html(hits, lang), lang)


def error_html(question: str, message: str, lang: str) -> str:
    """A turn that could not be answered, with the sentence that says why."""
    return _turn_html(question, f'<p class="yj-error">{text_html(message)}</p>', lang, state="error", said=message)


def answer_html(answer: Answer, lang: str, *, withheld: int = 0, complete: bool = True) -> str:
    """A turn with its answer: the short answer first, then the quote with the answer marked, then how sure.

    ``withheld`` is the number of citations left out because they no longer matched their source. One that is not
    ``complete`` still lacks its suggestions.
    """
    notice = f'<p class="yj-error">{text("withheld", lang, count=withheld)}</p>' if withheld else ""
    found = answer.status == "answered"
    body = card.found_html(answer, lang) if found else card.not_found_html(answer, lang, complete=complete)
    said, state = card.answered_words(answer, lang), "answered" if found else "not-found"
    return _turn_html(answer.question, body + notice, lang, state=state, said=said, understood=answer.understood)


def log_html(turns: Sequence[str], lang: str, *, examples: Sequence[str] = ()) -> str:
    """The conversation: turns made by this module, or a welcome with ``examples`` to click before the first."""
    heading = f'<h1 class="yj-sr">{text("chat_label", lang)}</h1>'
    inner = heading + "".join(turns) if turns else _welcome_html(lang, examples)
    words = {"lost": "connection_lost", "back-writing": "back_writing", "back-sending": "back_sending"}
    data = "".join(f' data-{name}="{attribute_html(text(key, lang))}"' for name, key in words.items())
    label = text("chat_label", lang)
    return f'<div class="yj-log" role="log" aria-live="off" aria-label="{label}"{data}>{inner}</div>'


def _under_way_html(question: str, said: str, passages: str, lang: str) -> str:
    """The whole question stands beside the button, to go back into the box."""
    stop = (
        f'<button type="button" class="yj-stop" title="{text("stop_help", lang)}">{text("stop", lang)}</button>'
        f'<span class="yj-asked" hidden>{text_html(question[:QUESTION_KEPT])}</span>'
    )
    body = f'<p class="yj-wait" aria-busy="true"><span>{said}</span></p>{stop}{passages}'
    return _turn_html(question, body, lang, state="wait")


def _turn_html(question: str, body: str, lang: str, *, state: str, said: str = "", understood: str = "") -> str:
    return (
        f'<article class="yj-turn yj-is-{state}" data-say="{attribute_html(said)}">{_question_html(question, lang)}'
        f'{_understood_html(understood, lang) if understood else ""}<div class="yj-a">{body}</div></article>'
    )


def _question_html(question: str, lang: str) -> str:
    """The question; a long one folded."""
    asked = f'<span class="yj-sr">{text("you_asked", lang)} </span>'
    shown = text_html(question if len(question) <= QUESTION_LIMIT else question[: QUESTION_LIMIT - 1] + "…")
    if len(question) <= QUESTION_START + SLACK and question.count("\n") < QUESTION_LINES:
        return f'<p class="yj-q" dir="auto">{asked}{shown}</p>'
    start = text_html(question[:QUESTION_START].rstrip() + "…")
    return (
        f'<details class="yj-q yj-long"><summary>{asked}<span class="yj-start" dir="auto">{start}</span>'
        f'<span class="yj-whole-q">{text("question_whole", lang)}</span></summary><p dir="auto">{shown}</p></details>'
    )


def _understood_html(question: str, lang: str) -> str:
    help_ = text("understood_edit_help", lang)
    return (
        f'<p class="yj-understood">{text("understood", lang)}<span class="yj-meant" dir="auto">{text_html(question)}</span>'
        f'<button type="button" class="yj-mend" title="{help_}">{text("understood_edit", lang)}</button></p>'
    )


def _welcome_html(lang: str, examples: Sequence[str]) -> str:
    tries = f'<p class="yj-try">{text("welcome_try", lang)}</p>{card.questions_html(examples)}' if examples else ""
    return (
        f'<div class="yj-welcome"><h1>{text("welcome_title", lang)}</h1>'
        f"<p>{text('welcome_body', lang)}</p>"
        f'<p class="yj-begin">{text("welcome_first", lang)}</p>{tries}</div>'
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
        "table": citation.table,
        "row": citation.row,
    }


def _box_json(box: Region) -> dict[str, Any]:
    """A box on a page, in shares of its width and height from the top left; ``ocr`` where it was recognised."""
    corners = {name: round(getattr(box, name), 5) for name in ("x0", "y0", "x1", "y1")}
    return {"page": box.page, **corners, "ocr": box.ocr, "confidence": round(box.confidence, 3)}
