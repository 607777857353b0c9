"""One turn of conversation: an answer in, what to show out. Proves every citation again before it is shown.

Knows no Gradio and no HTTP; what it needs of the answerer and the library is spelt out as protocols.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from qa.answer import News
from qa.errors import LibraryError, QuestionError, YinjuError
from qa.types import Answer, Citation, Document, Exchange, VerbatimError
from ui import render
from ui.escape import has_lone_surrogate
from ui.source import Reference, empty_source_html, more_source_html, source_html
from ui.strings import sentence, text

if TYPE_CHECKING:
    from qa.library import DocumentInfo

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


class Asks(Protocol):
    """Answers questions; may be called from several threads."""

    def ask(
        self,
        question: str,
        *,
        id: str | None = None,
        history: Sequence[Exchange] = (),
        documents: frozenset[str] | None = None,
        news: News | None = None,
    ) -> Answer:
        """The answer to ``question``, asked after ``history``, from ``documents`` (ids; ``None``: all). ``news`` is told
        of the passages, best first, before they are read, and that nothing was found before there are suggestions.

        :raises QuestionError: the question cannot be asked.
        :raises LibraryError: the library cannot be used, or a document is not in it.
        """


class Shelf(Protocol):
    """The library as the page and the HTTP endpoints see it; may be used from several threads."""

    @property
    def folder(self) -> Path:
        """Where the library is kept, and what belongs to it beside it."""

    def document(self, document_id: str) -> Document:
        """The document as it is now.

        :raises LibraryError: ``document_unknown``.
        """

    def documents(self) -> Sequence[DocumentInfo]:
        """All documents, by name."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one question came to.

    ``html`` is its place in the conversation, ``source`` the source pane beside it. ``hint`` is set instead of
    ``html`` where the question itself has to be mended: it then goes back to who asked, with the hint. Neither is set
    where the question was stopped. ``under_way``: there is more to come.
    """

    html: str = ""
    source: str = ""
    hint: str = ""
    answer: Answer | None = None
    under_way: bool = False

    def as_past(self) -> Turn:
        """What is kept of the turn when others follow: what stands in the conversation, and what it was about."""
        answer = self.answer
        if answer is not None:
            answer = replace(answer, citations=(), near=(), others=(), suggestions=())
        return replace(self, source="", answer=answer)


def shown(answer: Answer, library: Shelf, lang: str, *, complete: bool = True) -> Turn:
    """The turn that ends in ``answer``; one that is not ``complete`` still lacks its suggestions.

    :raises LibraryError: the library cannot be used.
    """
    answer, withheld = prove(answer, library)
    first = next(iter(answer.citations), None)
    source = (
        open_source(Reference.to(first).href, lang=lang, library=library)
        if first
        else empty_source_html(lang, key="none")
    )
    html = render.answer_html(answer, lang, withheld=withheld, complete=complete)
    return Turn(html, source, answer=answer, under_way=not complete)


def spoken_turn(make: Callable[[], T], question: str, lang: str) -> T | Turn:
    """What ``make`` gives; where it fails, the turn that says so. Never raises."""
    try:
        return make()
    except QuestionError as error:
        return Turn(hint=sentence(error.code, lang, **error.fields))
    except YinjuError as error:
        _LOG.warning("a question was not answered: %s", error.code)
        message = sentence(error.code, lang, **error.fields)
    except Exception:  # the border to a person, who is owed a sentence whatever failed; the log has the rest
        _LOG.exception("a question was not answered")
        message = sentence("internal", lang)
    return Turn(render.error_html(question, message, lang), empty_source_html(lang))


def history_of(turns: Sequence[Turn]) -> list[Exchange]:
    """What a follow-up question may refer to: the turns that came to an answer or to none, oldest first."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return [Exchange(one.question, one.understood, one.answer, one.status) for one in answers]


def open_source(href: str, *, lang: str, library: Shelf) -> str:
    """The source pane for the link ``href``, which anyone may have made up: only what still holds is shown."""
    reference = Reference.parse(href)
    if reference is None:
        return empty_source_html(lang)
    try:
        return source_html(library.document(reference.document_id), reference, lang)
    except VerbatimError as error:
        _LOG.warning("citation withheld: %s", error)
        return empty_source_html(lang, problem=text("source_changed", lang), title=text("source_changed_title", lang))
    except LibraryError as error:
        _LOG.warning("citation withheld: %s", error.code)
        gone = error.code == "document_unknown"
        problem = text("source_gone", lang) if gone else sentence(error.code, lang, **error.fields)
        return empty_source_html(lang, problem=problem)


def more_source(document_id: str, revision: str, first: int, last: int, *, lang: str, library: Shelf) -> str:
    """More paragraphs of a document, as the reader scrolls to them; empty where there are none, whoever asks."""
    try:
        return more_source_html(library.document(document_id), revision, first, last, lang)
    except LibraryError as error:
        _LOG.warning("paragraphs withheld: %s", error.code)
        return ""


def prove(answer: Answer, library: Shelf) -> tuple[Answer, int]:
    """The answer with only those citations that equal their documents' text now, and how many were withheld.

    An answer that is left without any proof is no answer: its status becomes ``not_found``.
    """
    documents: dict[str, Document | None] = {}
    citations = tuple(citation for citation in answer.citations if _holds(citation, library, documents))
    near = tuple(citation for citation in answer.near if _holds(citation, library, documents))
    others = tuple(citation for citation in answer.others if _holds(citation, library, documents))
    withheld = len(answer.citations) - len(citations)
    if answer.status == "answered" and not citations:
        return replace(answer, status="not_found", answer="", citations=(), near=(), others=()), withheld
    return replace(answer, citations=citations, near=near, others=others), withheld


def _holds(citation: Citation, library: Shelf, documents: dict[str, Document | None]) -> bool:
    id = citation.document_id
    if id not in documents:
        try:
            documents[id] = library.document(id)
        except LibraryError as error:
            if error.code != "document_unknown":
                raise
            documents[id] = None
    document = documents[id]
    if document is not None and citation.holds_in(document):
        return True
    _LOG.error("citation withheld: [%d, %d) of %s", citation.quote_start, citation.quote_end, id)
    return False


def unsendable(*texts: str | None) -> bool:
    """Whether one of ``texts`` holds half a character, which no answer over HTTP can repeat."""
    return any(text is not None and has_lone_surrogate(text) for text in texts)
