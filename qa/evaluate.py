"""How good are the answers: exact match, F1, hit@k, citation precision, refusal, calibration, as additive counts.

EM and F1 are those of CMRC 2018's official script: punctuation removed, F1 over characters (Latin words and numbers as
one unit) by longest common substring, the maximum over the gold answers. Knows no file format but the gold file's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import GoldError, QuestionError
from qa.types import Answer, Block, Document, Hit

if TYPE_CHECKING:
    from qa.answer import Answerer

DocumentGetter = Callable[[str], Document]

_PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》…·、「」（）－～『』,.?!;'\"()[]<>【】—‘")
_UNIT = re.compile(r"[0-9a-z]+|\S")

RELIABILITY_BINS = 10


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with its acceptable answers; none means that its context does not answer it."""

    id: str
    question: str
    answers: tuple[str, ...]
    context_id: str


@dataclass(slots=True)
class Score:
    """Additive counts over questions; the figures of merit are properties, as shares in [0, 1], higher is better
    but for ``calibration_error``.
    """

    answerable: int = 0
    unanswerable: int = 0
    answered: int = 0
    refused: int = 0
    hit_at_1: int = 0
    hit_at_5: int = 0
    exact: float = 0.0
    f1: float = 0.0
    quote_holds: int = 0
    citation_right: int = 0
    citations: int = 0
    citations_valid: int = 0
    bins: list[tuple[int, float, int]] = field(default_factory=lambda: [(0, 0.0, 0)] * RELIABILITY_BINS)

    def __add__(self, other: Score) -> Score:
        """The counts of both."""
        sums = {
            item.name: getattr(self, item.name) + getattr(other, item.name)
            for item in fields(self)
            if item.name != "bins"
        }
        bins = [(a + d, b + e, c + f) for (a, b, c), (d, e, f) in zip(self.bins, other.bins, strict=True)]
        return Score(**sums, bins=bins)

    @property
    def validity(self) -> float:
        """Share of citations whose slices equal the stored text. Anything but 1 is a bug."""
        return _share(self.citations_valid, self.citations)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: mean distance of confidence from the share that was right, by tenths."""
        total = sum(count for count, _, _ in self.bins)
        return _share(sum(abs(confidence - right) for _, confidence, right in self.bins), total)

    def row(self) -> dict[str, float]:
        """All figures, as the table and the JSON show them; shares of the questions that each is about."""
        return {
            "questions": self.answerable + self.unanswerable,
            "hit@1": _share(self.hit_at_1, self.answerable),
            "hit@5": _share(self.hit_at_5, self.answerable),
            "EM": _share(self.exact, self.answerable),
            "F1": _share(self.f1, self.answerable),
            "quote holds answer": _share(self.quote_holds, self.answerable),
            "citation precision": _share(self.citation_right, self.answered),
            "answered": _share(self.answered, self.answerable),
            "refused": _share(self.refused, self.unanswerable),
            "validity": self.validity,
            "calibration error": self.calibration_error,
        }


def read_gold(
    path: Path, *, unanswered: Callable[[int], None] | None = None
) -> tuple[list[Document], list[GoldQuestion]]:
    """The contexts of a gold file as documents, and its questions.

    A line whose ``answers`` is null waits for someone to write the right answer. It is left out; ``unanswered`` is told
    its number, counted from 1.

    :raises GoldError: ``gold_missing`` (path), ``gold_line`` (path, line, reason), ``gold_empty`` (path),
        ``gold_unanswered`` (path, count).
    """
    documents: dict[str, Document] = {}
    questions: list[GoldQuestion] = []
    waiting = 0
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise GoldError("gold_missing", path=str(path), reason=error.strerror) from error
    except UnicodeDecodeError as error:
        raise GoldError("gold_line", path=str(path), line=1, reason="UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if row["answers"] is None:
                waiting += 1
                if unanswered is not None:
                    unanswered(number)
                continue
            context_id = str(row["context_id"])
            documents.setdefault(context_id, as_document(context_id, str(row.get("title", "")), str(row["context"])))
            answers = tuple(str(answer["text"]) for answer in row["answers"])
            questions.append(GoldQuestion(str(row["id"]), str(row["question"]), answers, context_id))
        except (ValueError, KeyError, TypeError) as error:
            raise GoldError("gold_line", path=str(path), line=number, reason=repr(error)) from error
    if not questions and waiting:
        raise GoldError("gold_unanswered", path=str(path), count=waiting)
    if not questions:
        raise GoldError("gold_empty", path=str(path))
    return list(documents.values()), questions


def as_document(id: str, title: str, text: str) -> Document:
    """A text that is no file as a document of one paragraph a line, its text untouched."""
    blocks: list[Block] = []
    for match in re.finditer(r"\S(?:.*\S)?", text):
        blocks.append(Block(len(blocks) + 1, "paragraph", match.start(), match.end()))
    revision = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(id, id, id, revision, "text", title, text, tuple(blocks))


def evaluate(answerer: Answerer, questions: Iterable[GoldQuestion]) -> Iterator[tuple[GoldQuestion, Answer, Score]]:
    """Ask every question of the answerer's library; each with its answer and its own counts.

    One that cannot be asked, such as an empty one, counts as not found.
    """
    for gold in questions:
        try:
            hits, answer = answerer.ask_with_hits(gold.question)
        except QuestionError:
            hits, answer = [], Answer(gold.question, "not_found", "", 0.0)
        yield gold, answer, score_one(gold, answer, hits, answerer.library.document)


def score_one(gold: GoldQuestion, answer: Answer, hits: Sequence[Hit], document: DocumentGetter) -> Score:
    """The counts of one question."""
    found = [hit.passage.document_id for hit in hits]
    score = Score(
        citations=len(answer.citations),
        citations_valid=sum(citation.holds_in(document(citation.document_id)) for citation in answer.citations),
    )
    answered = answer.status == "answered"
    if not gold.answers:
        score.unanswerable = 1
        score.refused = int(not answered)
        right = False
    else:
        score.answerable = 1
        score.answered = int(answered)
        score.hit_at_1 = int(gold.context_id in found[:1])
        score.hit_at_5 = int(gold.context_id in found[:5])
        score.exact = max(exact_match(answer.answer, text) for text in gold.answers)
        score.f1 = max(f1(answer.answer, text) for text in gold.answers)
        first = answer.citations[0] if answered else None
        score.citation_right = int(first is not None and any(_within(text, first.text) for text in gold.answers))
        right = first is not None and any(_within(text, first.quote) for text in gold.answers)
        score.quote_holds = int(right)
    if answered:
        place = min(RELIABILITY_BINS - 1, int(answer.confidence * RELIABILITY_BINS))
        score.bins[place] = (1, answer.confidence, int(right))
    return score


def exact_match(prediction: str, gold: str) -> float:
    """1.0 where both are equal without punctuation, case and white space, else 0.0."""
    return float(_units(prediction) == _units(gold))


def f1(prediction: str, gold: str) -> float:
    """Harmonic mean of precision and recall of the longest common run of units, in [0, 1], higher is better."""
    left, right = _units(prediction), _units(gold)
    common = _longest_common_run(left, right)
    return 2 * common / (len(left) + len(right)) if common else 0.0


def _units(text: str) -> list[str]:
    return _UNIT.findall("".join(char for char in text.lower() if char not in _PUNCTUATION))


def _longest_common_run(left: Sequence[str], right: Sequence[str]) -> int:
    best = 0
    row = [0] * (len(right) + 1)
    for unit in left:
        previous = 0
        for j, other in enumerate(right, start=1):
            row[j], previous = (previous + 1 if unit == other else 0), row[j]
            best = max(best, row[j])
    return best


def _within(answer: str, text: str) -> bool:
    return "".join(answer.split()) in "".join(text.split())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
