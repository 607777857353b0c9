"""A tiny library and an answerer over it that a person can check by hand: every answer is a slice made by ``cite``."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa.answer import News
from qa.errors import LibraryError, QuestionError
from qa.library import DocumentInfo
from qa.types import Answer, Block, BlockKind, Citation, Document, Exchange, Hit, Passage, Timings
from ui.asking import take_turn
from ui.chat import Shelf, Turn
from ui.gate import Gate

LIMIT = 1000

HOSTILE = (
    '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> $$x^2$$ *粗* `码` ${window.hacked=1} '
    "{{constructor}} [链](javascript:alert(1)) \\frac{1}{2} & &lt; \u202e反\u2066隔\u2069\u2069 \u0007 '引' _底_ |表| ~删~"
)


def make_document(*parts: tuple[BlockKind, int, str], id: str = "d1", name: str = "报.txt") -> Document:
    """A document of ``(kind, level, text)`` blocks, one blank line between them."""
    blocks, position = [], 0
    for number, (kind, level, text) in enumerate(parts, start=1):
        blocks.append(Block(number, kind, position, position + len(text), level))
        position += len(text) + 2
    text = "\n\n".join(part[2] for part in parts)
    return Document(id, name, f"/{name}", f"rev-{id}", "text", parts[0][2], text, tuple(blocks))


# fmt: off
PAPER = make_document(
    ("heading", 1, "第八届西洽会开幕"),
    ("byline", 0, "本报记者 张三"),
    ("paragraph", 0, "5月21日上午，西洽会在重庆开幕。袁家军宣布开幕。"),
    ("heading", 2, "家底够厚"),
    ("paragraph", 0, "这份实力早已被认可。截至目前，325家世界500强扎根重庆，贡献一半进出口额。各方看好。"),
    ("heading", 1, "国防教育展台"),
    ("paragraph", 0, "激光打靶体验在N2馆B03展位。"),
)
NASTY = make_document(
    ("heading", 1, "坏" + HOSTILE),
    ("paragraph", 0, f"前文。要害是{HOSTILE}。后文。"),
    id="d2\"'<>-x", name=f"坏{HOSTILE}.txt",
)
LONG = make_document(
    ("heading", 1, "长文"),
    ("paragraph", 0, "前" * 500_000 + "。答案是四十二。" + "后" * 500_000),
    id="d3", name="长.txt",
)
# fmt: on


def cite(document: Document, quote: str, answer: str | None, *, number: int = 1, score: float = 0.9) -> Citation:
    """The citation of the first ``quote`` in ``document``, under the titles that stand above it."""
    start = document.text.index(quote)
    block = next(block for block in document.blocks if block.start <= start < block.end)
    above = [item for item in document.blocks if item.level and item.start <= block.start]
    titles = {item.level: document.text[item.start : item.end] for item in above}
    top = max((place for place, item in enumerate(above) if item.level == 1), default=0)
    section = titles.get(2, "") if any(item.level == 2 for item in above[top:]) else ""
    passage = Passage(1, document.id, block.start, block.end, titles.get(1, document.title), section, block.number)
    span = None
    if answer is not None:
        answer_start = document.text.index(answer, start)
        span = (answer_start, answer_start + len(answer))
    return document.cite(
        number=number, passage=passage, paragraph=block, quote=(start, start + len(quote)), answer=span, score=score
    )


def found(question: str, *citations: Citation, confidence: float = 0.97) -> Answer:
    """An answer in the words of its first citation."""
    first = citations[0]
    text = first.quote[first.answer_start - first.quote_start : first.answer_end - first.quote_start]
    return Answer(question, "answered", text, confidence, citations, timings_ms=Timings(21.43, 88.04, 112.31))


QUOTE_325 = "截至目前，325家世界500强扎根重庆，贡献一半进出口额。"
QUOTE_LASER = "激光打靶体验在N2馆B03展位。"
QUOTE_OPEN = "袁家军宣布开幕。"


def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="yinju-tiny-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@dataclass
class TinyLibrary:
    """Documents in memory, and a folder for what is kept beside them."""

    shelf: dict[str, Document] = field(default_factory=lambda: {item.id: item for item in (PAPER, NASTY, LONG)})
    folder: Path = field(default_factory=_folder)

    def document(self, document_id: str) -> Document:
        if document_id not in self.shelf:
            raise LibraryError("document_unknown", id=document_id)
        return self.shelf[document_id]

    def documents(self) -> Sequence[DocumentInfo]:
        return [
            DocumentInfo(
                id=item.id,
                name=item.name,
                title=item.title,
                path=item.path,
                revision=item.revision,
                format=item.format,
                characters=len(item.text),
                paragraphs=len(item.blocks),
                passages=len(item.blocks),
            )
            for item in self.shelf.values()
        ]


@dataclass
class TinyAnswerer:
    """Knows these questions and no other. ``failing`` maps a question to what asking it raises."""

    failing: Mapping[str, Exception] = field(default_factory=dict)

    def ask(
        self,
        question: str,
        *,
        id: str | None = None,
        history: Sequence[Exchange] = (),
        documents: frozenset[str] | None = None,
        news: News | None = None,
    ) -> Answer:
        if question in self.failing:
            raise self.failing[question]
        if not question.strip():
            raise QuestionError("question_empty")
        if len(question) > LIMIT:
            raise QuestionError("question_too_long", length=len(question), limit=LIMIT)
        answer = self._known(question)
        return Answer(**{**{name: getattr(answer, name) for name in Answer.__slots__}, "id": id})

    def _known(self, question: str) -> Answer:
        if "500强" in question:
            return found(question, cite(PAPER, QUOTE_325, "325家"), cite(PAPER, QUOTE_LASER, "N2馆B03", number=2))
        if "激光" in question:
            return found(question, cite(PAPER, QUOTE_LASER, "N2馆B03展位"), confidence=0.8)
        if "整句" in question:
            return found(question, cite(PAPER, QUOTE_OPEN, None), confidence=0.6)
        if "坏" in question:
            return found(question, cite(NASTY, f"要害是{HOSTILE}。", HOSTILE))
        if "长文" in question:
            return found(question, cite(LONG, "答案是四十二。", "四十二"))
        return Answer(
            question, "not_found", "", 0.12, near=(cite(PAPER, QUOTE_OPEN, None), cite(PAPER, QUOTE_325, None))
        )


HITS = [
    Hit(Passage(1, "d1", 0, 20, "西洽会", "家底够厚", 5, page=3), "325家世界500强扎根重庆。", 1.0, 1.0, 1.0),
    Hit(Passage(2, "d1", 0, 20, "展台", "", 7), "N2馆<b>B03</b>展位", 1.0, 1.0, 1.0),
]


@dataclass
class HeldAnswerer(TinyAnswerer):
    """As the other, but finds :data:`HITS`, reads them and tries a suggestion only when it is let."""

    found: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    read: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    tried: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def ask(self, question: str, *, news: News | None = None, **options: Any) -> Answer:
        """Answer as soon as all are let go."""
        assert self.found.acquire(timeout=300)
        if news is not None:
            news(HITS)
        assert self.read.acquire(timeout=300)
        answer = super().ask(question, **options)
        if answer.status == "answered" or news is None:
            return answer
        news(answer)
        assert self.tried.acquire(timeout=300)
        return replace(answer, suggestions=("激光打靶体验在哪个展位？",))


def last_turn(gate: Gate, question: str, library: Shelf, *, lang: str = "zh", **options: Any) -> Turn:
    """What a question came to."""

    async def last() -> Turn:
        return [turn async for turn in take_turn(question, lang=lang, gate=gate, library=library, **options)][-1]

    return asyncio.run(last())
