"""From a question to an answer with its proof: the one public entry point of this package.

Retrieves, reads, weighs, and cites by slicing. What it cannot prove it does not say. Knows no wording and no page.
"""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Literal

from embeddings.folding import fold
from qa.confidence import Calibration, load_calibration
from qa.documents.markdown import CELL_SEPARATOR
from qa.errors import LibraryError, QuestionError
from qa.followup import follow_up, leans, says_nothing
from qa.question import parse_question
from qa.reader import Reader, load_reader
from qa.retrieve import Retriever
from qa.suggest import Suggestion, content_words, suggestions
from qa.types import Answer, Block, Citation, Document, Exchange, Hit, Timings, VerbatimError, shifted
from qa.weigh import Weighed, weigh

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from qa.library import Library

QUESTION_LIMIT = 1000
"""Characters of a question. The longest of 50,000 in public Chinese question sets has under 200."""

PASSAGES_READ = 5
NEAR_SHOWN = 3
HISTORY_HEARD = 20
"""Exchanges of a conversation that a question may follow on."""

SUGGESTED_LEAST = 0.75
"""Confidence from which a question is suggested: it must be answered when it is clicked."""

SUGGESTIONS_TRIED = 4
SUGGESTIONS_SHOWN = 2

LIST_MARKS = "、,，;；和与及"
CITATIONS_SHOWN = 3

OTHER_LEAST = 0.65
"""Confidence from which a different answer of another document is shown beside the best one. Within one document, a
second answer is nearly always that to another question.
"""

ROW_LIMIT = 600
"""Characters of the longest row of a table that is quoted whole: a part of one says nothing without the rest."""

PARAGRAPH_LIMIT = 2000
"""A paragraph longer than this is cited by the passage of it that was read."""

News = Callable[[Sequence[Hit] | Answer], None]
"""Told, in the thread that answers, what is known before the answer is complete."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers questions from one library. May be used from several threads."""

    library: Library
    retriever: Retriever
    reader: Reader
    calibration: Calibration
    threshold: float

    @classmethod
    def over(cls, library: Library, encoder: Encoder, *, threshold: float) -> Answerer:
        """The answerer that ships, over ``library``; below confidence ``threshold`` in [0, 1] it says nothing."""
        return cls(library, Retriever(library, encoder), load_reader(), load_calibration(), threshold)

    def ask(
        self,
        question: str,
        *,
        id: str | None = None,
        history: Sequence[Exchange] = (),
        documents: frozenset[str] | None = None,
        news: News | None = None,
    ) -> Answer:
        """Answer ``question``, which follows on ``history``, oldest first, from ``documents`` (ids), or all. ``news``
        is told of the passages, best first, before they are read, and that nothing was found before there are
        suggestions.

        :raises QuestionError: ``question_empty``, ``question_too_long`` or ``question_control``.
        :raises LibraryError: ``document_unknown``, and where the library cannot be read.
        """
        return self.ask_with_hits(question, id=id, history=history, documents=documents, news=news)[1]

    def ask_with_hits(
        self,
        question: str,
        *,
        id: str | None = None,
        history: Sequence[Exchange] = (),
        documents: frozenset[str] | None = None,
        news: News | None = None,
    ) -> tuple[list[Hit], Answer]:
        """As :meth:`ask`, with the passages that were retrieved: those that were read in the order of how sure their best
        reading is, so that what is cited comes first; then the others as retrieved.
        """
        typed = clean_question(question)
        begin = time.perf_counter()
        said = heard(history)
        meant = follow_up(typed, said)
        if meant.leans:
            documents = self._talked_of(meant.question, said, documents)
        hits = self.retriever.retrieve(meant.question, k=PASSAGES_READ, documents=documents)
        retrieved = time.perf_counter()
        if news is not None:
            news(hits)
        readings = self.reader.read(meant.question, hits)
        found = weigh(meant.question, hits, readings, calibration=self.calibration, tables=self._with_tables)
        weighed = [item for item in found if not _repeats(item, meant.excluded)]
        answer = self._answer(question, weighed)
        read = time.perf_counter()
        understood = "" if meant.question == typed and not meant.excluded else meant.question
        answer = replace(answer, id=id, understood=understood, missing=self._missing(meant.question))
        if answer.status == "not_found" and not meant.excluded:
            if news is not None:
                news(_timed(answer, begin, retrieved, read))
            # Where nobody is told before, the answer must not wait long.
            tried = SUGGESTIONS_TRIED if news is not None else 1
            answer = replace(answer, suggestions=self._suggested(meant.question, hits, documents, tried=tried))
        return _in_order(hits, weighed), _timed(answer, begin, retrieved, read)

    def _talked_of(self, asked: str, said: Sequence[Exchange], documents: frozenset[str] | None) -> frozenset[str]:
        """Where a question may be answered that cannot be asked alone and was not understood: in the document that gave
        the last answer; nowhere, where it says nothing to look for (还有谁?), or that is not to be found again.
        """
        if says_nothing(asked):
            return frozenset()
        for exchange in reversed(said):
            if exchange.answer and not leans(exchange.asked):
                hits = self.retriever.retrieve(exchange.asked, k=PASSAGES_READ, documents=documents)
                return frozenset([hit.passage.document_id for hit in hits if exchange.answer in hit.text][:1])
        return frozenset()

    def _missing(self, asked: str) -> tuple[str, ...]:
        words = [asked[start:end] for start, end in content_words(parse_question(asked))]
        return tuple(dict.fromkeys(self.library.absent(words)))

    def _suggested(
        self, asked: str, hits: Sequence[Hit], documents: frozenset[str] | None, *, tried: int
    ) -> tuple[str, ...]:
        """Questions near ``asked`` that are answered. Each that is ``tried`` takes the reading of one more passage."""
        proposed = suggestions(parse_question(asked), hits)[:tried]
        answered = (one.question for one in proposed if self._answers(one, hits, documents))
        return tuple(islice(answered, SUGGESTIONS_SHOWN))

    def _answers(self, one: Suggestion, hits: Sequence[Hit], documents: frozenset[str] | None) -> bool:
        """Whether asking ``one`` finds its passage first and reads its answer there, with confidence."""
        source = hits[one.hit]
        found = self.retriever.retrieve(one.question, k=PASSAGES_READ, documents=documents)
        if not found or found[0].passage.id != source.passage.id:
            return False
        for reading in self.reader.read(one.question, found[:1])[:1]:
            low, high = reading.answer or reading.quote
            sure = self.calibration.probability(one.question, found, reading) >= max(self.threshold, SUGGESTED_LEAST)
            return sure and reading.answer is not None and low < one.end and one.start < high
        return False

    def _answer(self, question: str, weighed: Sequence[Weighed]) -> Answer:
        if not weighed:
            return Answer(question, "not_found", "", 0.0)
        best = weighed[0]
        if best.probability >= self.threshold:
            first = self._cite(best, number=1)
            if first is not None:
                same, others = self._also(weighed, first)
                return Answer(
                    question, "answered", given(first), best.probability, (first, *same), others=tuple(others)
                )
        return Answer(question, "not_found", "", best.probability, near=self._near(weighed))

    def _with_tables(self, hit: Hit) -> Document | None:
        """The document of a passage that may hold rows of a table; ``None`` for others, and where it was removed since."""
        if CELL_SEPARATOR not in hit.text:
            return None
        try:
            return self.library.document(hit.passage.document_id)
        except LibraryError as error:
            if error.code != "document_unknown":
                raise
            return None

    def _also(self, weighed: Sequence[Weighed], first: Citation) -> tuple[list[Citation], list[Citation]]:
        """Citations of other paragraphs: those that give the answer of ``first``, and those that give another."""
        same: list[Citation] = []
        others: list[Citation] = []
        seen = {(first.document_id, first.paragraph)}
        for item in weighed[1:]:
            citation = self._cite(item, number=2)
            if citation is None or (citation.document_id, citation.paragraph) in seen:
                continue
            relation = compared(given(first), given(citation))
            if relation == "same":
                same.append(citation)
            elif relation == "other" and item.probability >= OTHER_LEAST and citation.document_id != first.document_id:
                others.append(citation)
            else:
                continue
            seen.add((citation.document_id, citation.paragraph))
            if len(seen) == CITATIONS_SHOWN:
                break
        numbered = [replace(citation, number=number) for number, citation in enumerate([*same, *others], start=2)]
        return numbered[: len(same)], numbered[len(same) :]

    def _near(self, weighed: Sequence[Weighed]) -> tuple[Citation, ...]:
        near: list[Citation] = []
        seen: set[int] = set()
        for item in weighed:
            if item.reading.hit in seen:
                continue
            seen.add(item.reading.hit)
            citation = self._cite(item, number=len(near) + 1)
            if citation is not None:
                near.append(citation)
        return tuple(near[:NEAR_SHOWN])

    def _cite(self, item: Weighed, *, number: int) -> Citation | None:
        """The citation of a reading, or ``None``, logged, where its slices do not hold: it is withheld."""
        passage, reading = item.hit.passage, item.reading
        quote = shifted(reading.quote, passage.start)
        answer = None if reading.answer is None else shifted(reading.answer, passage.start)
        try:
            document = self.library.document(passage.document_id)
            paragraph = _paragraph(document, quote, item.hit)
            if paragraph.kind == "table" and paragraph.end - paragraph.start <= ROW_LIMIT:
                answer, quote = answer or quote, (paragraph.start, paragraph.end)
            citation = document.cite(
                number=number,
                passage=passage,
                paragraph=paragraph,
                quote=quote,
                answer=answer,
                score=item.probability,
            )
            if document.text[passage.start : passage.end] != item.hit.text or not citation.holds_in(document):
                raise VerbatimError(f"{passage.document_id} changed while it was read")
        except VerbatimError as error:
            _LOG.error("citation withheld: %s", error)
            return None
        except LibraryError as error:
            if error.code != "document_unknown":
                raise
            _LOG.error("citation withheld: %s was removed while it was read", passage.document_id)
            return None
        return citation


def heard(history: Sequence[Exchange]) -> list[Exchange]:
    """The end of a conversation, as far as its questions could be asked: nobody vouches for what a client sends."""
    kept: list[Exchange] = []
    for exchange in reversed(history[-HISTORY_HEARD:]):
        try:
            clean_question(exchange.asked)
        except QuestionError:
            break
        kept.insert(0, exchange)
    return kept


def _in_order(hits: Sequence[Hit], weighed: Sequence[Weighed]) -> list[Hit]:
    """``hits``, those of ``weighed`` first, in its order."""
    read = {item.hit.passage.id: item.hit for item in weighed}
    return [*read.values(), *(hit for hit in hits if hit.passage.id not in read)]


def _repeats(item: Weighed, said: Sequence[str]) -> bool:
    """Whether a reading gives an answer that was given before, or a part of one, or one with a word around it; a list
    that goes on after it is another.
    """
    answer = item.hit.text[slice(*(item.reading.answer or item.reading.quote))]
    for other in said:
        relation = compared(answer, other)
        longer = len(answer) > len(other) and any(mark in answer for mark in LIST_MARKS)
        if relation == "same" or (relation == "part" and not longer):
            return True
    return False


def given(citation: Citation) -> str:
    """The answer that a citation gives."""
    return citation.text[citation.answer_start - citation.start : citation.answer_end - citation.start]


def compared(one: str, two: str) -> Literal["same", "other", "part"]:
    """How two answers go together, as they are matched: equal, or one a part of the other (約45.1億元, 45.1亿元), or
    different.
    """
    left, right = ("".join(char for char in fold(text) if char.isalnum()) for text in (one, two))
    if left == right:
        return "same"
    return "part" if left in right or right in left else "other"


def clean_question(question: str) -> str:
    """The question without white space around it.

    :raises QuestionError: ``question_empty``, ``question_too_long`` or ``question_control``.
    """
    stripped = question.strip()
    for position, char in enumerate(stripped):
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n\r":
            raise QuestionError("question_control", position=position + 1, character=f"U+{ord(char):04X}")
    if not any(unicodedata.category(char)[0] in "LNS" for char in stripped):
        raise QuestionError("question_empty")
    if len(stripped) > QUESTION_LIMIT:
        raise QuestionError("question_too_long", length=len(stripped), limit=QUESTION_LIMIT)
    return stripped


def _paragraph(document: Document, quote: tuple[int, int], hit: Hit) -> Block:
    """The block that holds the quote; of a very long one, the part that was read."""
    for block in document.blocks:
        if block.start <= quote[0] and quote[1] <= block.end:
            if block.end - block.start <= PARAGRAPH_LIMIT:
                return block
            return replace(block, start=max(block.start, hit.passage.start), end=min(block.end, hit.passage.end))
    raise VerbatimError(f"quote {quote} is in no paragraph of {document.id}")


def _timed(answer: Answer, begin: float, retrieved: float, read: float) -> Answer:
    times = Timings(_ms(begin, retrieved), _ms(retrieved, read), _ms(begin, time.perf_counter()))
    return replace(answer, timings_ms=times)


def _ms(begin: float, end: float) -> float:
    return round(1000 * (end - begin), 1)
