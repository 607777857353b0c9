"""A stored turn as it may be shown now: every citation is proven again against the library as it is.

What still holds is shown as it was. What does not is kept as a record of what was said then, and says so: it never
counts as a citation again. Knows no HTML, file format or database; what it takes is JSON of design § 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from qa.errors import LibraryError
from qa.types import Answer, Citation, Document, Status, VerbatimError
from ui.chat import Shelf
from ui.conversations import Conversation, Rating, StoredTurn
from ui.source import Reference, resolve

State = Literal["holds", "changed", "gone"]
"""The document reads now what was quoted; it has changed; it is no longer in the library."""

_PLAIN = tuple(item.name for item in fields(Citation) if item.name != "boxes")
_OPTIONAL = {"section": "", "revision": "", "header": "", "page": None, "table": "", "row": 0}


@dataclass(frozen=True, slots=True)
class Recalled:
    """A citation out of a stored turn, and what has become of it. Where it holds, ``boxes`` are those of now."""

    citation: Citation
    state: State

    @property
    def said(self) -> str:
        """The answer within the quote."""
        cited = self.citation
        return cited.quote[cited.answer_start - cited.quote_start : cited.answer_end - cited.quote_start]


@dataclass(frozen=True, slots=True)
class RecalledTurn:
    """A stored turn with its citations proven again. ``record`` is the JSON as it was stored."""

    number: int
    asked: float
    question: str
    status: Status
    answer: str
    confidence: float
    citations: tuple[Recalled, ...]
    others: tuple[Recalled, ...]
    near: tuple[Recalled, ...]
    rating: Rating
    record: Mapping[str, Any]

    @property
    def stale(self) -> tuple[Recalled, ...]:
        """The citations of an answer, or of others beside it, that no longer hold."""
        return tuple(item for item in (*self.citations, *self.others) if item.state != "holds")

    @property
    def stands(self) -> bool:
        """Whether the answer may still be shown as one: it was *not found*, or a citation that holds says it.

        The answer is a slice of the first citation; where that one no longer holds, another must say the same words.
        """
        if self.status == "not_found":
            return True
        return any(
            item.state == "holds" and (place == 0 or item.said == self.answer)
            for place, item in enumerate(self.citations)
        )

    def proven(self) -> Answer:
        """The turn as an answer whose every citation holds now. Only where it ``stands``."""
        return Answer(
            self.question,
            self.status,
            self.answer,
            self.confidence,
            citations=_held(self.citations),
            near=_held(self.near),
            others=_held(self.others),
            understood=self.record.get("understood", ""),
            suggestions=tuple(self.record.get("suggestions", ())),
            missing=tuple(self.record.get("missing", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """The turn as stored, with its number, time, rating and, for each citation, ``state``."""
        parts = {
            name: [{**cited, "state": item.state} for cited, item in zip(self.record.get(name, ()), items, strict=True)]
            for name, items in (("citations", self.citations), ("near", self.near), ("others", self.others))
        }
        return {"turn": self.number, "asked": self.asked, "rating": self.rating, **self.record, **parts}


def recall(conversation: Conversation, library: Shelf) -> list[RecalledTurn]:
    """The turns of ``conversation``, every citation proven again. Each document is read once.

    :raises LibraryError: the library cannot be used.
    """
    documents = _Documents(library)
    return [_turn(stored, documents) for stored in conversation.turns]


def recall_turn(stored: StoredTurn, library: Shelf) -> RecalledTurn:
    """As :func:`recall`, of one turn."""
    return _turn(stored, _Documents(library))


class _Documents:
    """The library's documents, each asked for once; ``None`` for one that is gone."""

    def __init__(self, library: Shelf) -> None:
        self._library = library
        self._read: dict[str, Document | None] = {}

    def get(self, id: str) -> Document | None:
        if id not in self._read:
            try:
                self._read[id] = self._library.document(id)
            except LibraryError as error:
                if error.code != "document_unknown":
                    raise
                self._read[id] = None
        return self._read[id]


def _turn(stored: StoredTurn, documents: _Documents) -> RecalledTurn:
    record = stored.answer
    return RecalledTurn(
        number=stored.number,
        asked=stored.asked,
        question=stored.question,
        status="answered" if record["status"] == "answered" else "not_found",
        answer=record["answer"],
        confidence=record["confidence"],
        citations=tuple(_recalled(record.get("citations", ()), documents)),
        others=tuple(_recalled(record.get("others", ()), documents)),
        near=tuple(_recalled(record.get("near", ()), documents)),
        rating=stored.rating,
        record=record,
    )


def _recalled(records: Sequence[Mapping[str, Any]], documents: _Documents) -> Iterator[Recalled]:
    for record in records:
        citation = Citation(**{name: record.get(name, _OPTIONAL.get(name)) for name in _PLAIN})
        document = documents.get(citation.document_id)
        if document is None:
            yield Recalled(citation, "gone")
        elif citation.holds_in(document) and _can_be_opened(citation, document):
            boxes = document.regions_of(citation.quote_start, citation.quote_end)
            yield Recalled(replace(citation, boxes=boxes), "holds")
        else:
            yield Recalled(citation, "changed")


def _can_be_opened(citation: Citation, document: Document) -> bool:
    try:
        resolve(document, Reference.to(citation))
    except VerbatimError:
        return False
    return True


def _held(items: Sequence[Recalled]) -> tuple[Citation, ...]:
    return tuple(item.citation for item in items if item.state == "holds")
