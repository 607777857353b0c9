"""What the fault bench does to a library in a process of its own, and how it looks at what is left.

Each step is an ordinary call into the library that may be killed, run out of disk or find a byte changed. The encoder
hashes words into vectors, so that the time goes into storing and the faults land there. Knows no fault.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from embeddings.milvus import MilvusServer
    from qa.library import Library

DIM = 64
SEAL_AT = 128
"""Vectors that are sealed together: few, so that a small library too has segments, and dissolves them."""

QUESTIONS = ("西洽会签约多少亿元", "重庆有多少家世界500强", "袁家军宣布了什么", "展位在哪里")
CHUNK = 5
TABLE = np.random.default_rng(0).standard_normal((4096, DIM)).astype(np.float32)


class HashedEncoder:
    """A text's vector is the sum of random ones, one for each pair of its characters, scaled to unit length."""

    identity = "hashed@1"
    dim = DIM

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, float32 (n, dim)."""
        rows = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            pairs = [zlib.crc32(text[start : start + 2].encode()) % len(TABLE) for start in range(len(text))]
            row += TABLE[pairs].sum(axis=0)
            row /= np.linalg.norm(row)
        return rows

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """As for questions."""
        if progress is not None:
            progress(len(texts))
        return self.encode_queries(texts)


ENCODER = HashedEncoder()


def warm() -> None:
    """Load what every step needs, in the process that they are forked from."""
    from embeddings import dense
    from embeddings.dense_file import faiss
    from embeddings.segment import terms

    dense.SEAL_AT = SEAL_AT
    faiss()
    terms("重庆迎来西洽会")


def write_papers(folder: Path, count: int) -> dict[str, str]:
    """``count`` files of paragraphs of the newspaper in ``seeds/``; the text that each is read as, by its path."""
    from qa.documents import read_documents
    from qa.types import Document

    seeds = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
    lines = [line for seed in seeds for line in seed.read_text("utf-8").splitlines() if len(line) > 30]
    folder.mkdir(parents=True)
    texts = {}
    for number in range(count):
        path = folder / f"{number:04}.txt"
        chosen = [lines[(5 * number + step) % len(lines)] for step in range(5)]
        path.write_text("\n\n".join([f"第{number}期", *chosen, f"本期编号{number * 7919}。"]), "utf-8")
        for document in read_documents(path, name=path.name, identify=lambda path: path.name):
            assert isinstance(document, Document)
            texts[document.path] = document.text
    return texts


# ---- steps


def add(folder: Path, papers: Path, server: MilvusServer | None = None) -> None:
    """Add all papers."""
    from qa.library import Library

    with Library.create(folder, encoder=ENCODER, server=server) as library:
        library.add([papers], encoder=ENCODER)


def remove(folder: Path, server: MilvusServer | None = None) -> None:
    """Remove every second document, a few at a time; sealed vectors are dissolved on the way."""
    with opened(folder, server) as library:
        ids = [info.id for info in library.documents()][::2]
        for begin in range(0, len(ids), CHUNK):
            library.remove(ids[begin : begin + CHUNK])


def compact(folder: Path, server: MilvusServer | None = None) -> None:
    """Make the indexes anew."""
    with opened(folder, server) as library:
        library.repair()


def back_up(folder: Path, target: Path) -> None:
    """Write a backup."""
    from qa import backup

    backup.back_up(folder, target)


def restore(source: Path, folder: Path) -> None:
    """Make a library of a backup."""
    from qa import backup

    backup.restore(source, folder)


def talk(folder: Path) -> None:
    """Use the page: conversations, an opinion, a collection, an upload, a document removed and put back."""
    from ui.conversations import Conversations
    from ui.feedback import Opinion, give_opinion
    from ui.shelf import Keeper
    from ui.shelf_sets import DocumentSets

    with opened(folder) as library:
        conversations = Conversations(folder)
        for number in range(3):
            id = conversations.create(f"第{number}次")
            conversations.append(id, turn_json(library))
            give_opinion(conversations, library, id, 1, Opinion("down", "wrong_answer", note=f"不对{number}"))
        keeper = Keeper(library, ENCODER)
        with keeper.receive("上传.txt") as incoming:
            incoming.write("上传的文件说，编号是31415926。\n".encode())
            taken = keeper.take(incoming.keep())
        uploaded = keeper.wait(taken.id)
        if uploaded.error is not None:
            raise uploaded.error
        DocumentSets(folder).save("一组", [info.id for info in library.documents()][:3])
        aside = keeper.remove([library.documents()[0].id, library.documents()[1].id])
        keeper.put_back(aside[0].id)
        keeper.close()


def turn_json(library: Library) -> dict[str, Any]:
    """An answer as the page keeps it, whose citation holds."""
    from qa.types import Answer
    from ui.render import to_json

    hit = library.search(QUESTIONS[0], ENCODER.encode_queries([QUESTIONS[0]])[0], k=1)[0]
    passage, document = library.passages([hit.id])[0]
    paragraph = next(block for block in document.blocks if block.end > passage.start)
    quote = (paragraph.start, paragraph.end)
    answer = (paragraph.start, paragraph.start + 2)
    cited = document.cite(number=1, passage=passage, paragraph=paragraph, quote=quote, answer=answer, score=0.9)
    said = document.text[slice(*answer)]
    return to_json(Answer(QUESTIONS[0], "answered", said, 0.9, citations=(cited,)))


def opened(folder: Path, server: MilvusServer | None = None) -> Library:
    """The library in ``folder``."""
    from qa.library import Library

    return Library.open(folder, model=ENCODER.identity, server=server)


# ---- looking


class Wrong(Exception):
    """Something was given out that no document says."""


def look(folder: Path, texts: Mapping[str, str], server: MilvusServer | None = None) -> dict[str, Any]:
    """How many documents the library holds and what ``check`` finds; or ``code``, why it cannot be used.

    :raises Wrong: if a document, a passage or a quote is not what its file says.
    """
    from qa.errors import LibraryError
    from ui.kept_check import kept_problems

    try:
        with opened(folder, server) as library:
            use(library, texts)
            problems = [*library.check().problems, *kept_problems(folder)]
            return {"documents": library.document_count(), "problems": problems}
    except LibraryError as error:
        return {"code": error.code, "documents": 0, "problems": []}


def use(library: Library, texts: Mapping[str, str]) -> None:
    """Read, search and quote everything; what is refused is refused.

    :raises Wrong: if anything is not what its file says.
    """
    from qa.errors import LibraryError

    for info in library.documents():
        with contextlib.suppress(LibraryError):
            _require(library.document(info.id).text, texts.get(info.path))
    for question in QUESTIONS:
        with contextlib.suppress(LibraryError):
            found = library.search(question, ENCODER.encode_queries([question])[0], k=10)
            for passage, document in library.passages([hit.id for hit in found]):
                _require(document.text, texts.get(document.path))
                if not 0 <= passage.start < passage.end <= len(document.text):
                    raise Wrong(f"passage {passage.id} does not fit its text")


def _require(text: str, expected: str | None) -> None:
    if text != expected:
        raise Wrong(f"a document reads {text[:80]!r}")


def texts_of(folder: Path) -> dict[str, str]:
    """The text of each document of a library that is known to be sound, by the path of its file."""
    with opened(folder) as library:
        documents = [library.document(info.id) for info in library.documents()]
        return {document.path: document.text for document in documents}


def mend(folder: Path, sound: Path, texts: Mapping[str, str]) -> str:
    """What becomes of a copy of ``sound`` in which a byte was changed. An index that is not as it was written
    is made anew by the first search, before ``check`` could find it.

    :raises Wrong: if anything is given out that its file does not say, or a difference is passed over by ``check``.
    """
    from qa.errors import LibraryError

    expected = everything(sound)
    found = look(folder, texts)
    if "code" in found:
        return f"refused: {found['code']}"
    if not found["problems"]:
        _require_same(everything(folder), expected)
        return "harmless, or mended by opening it"
    try:
        compact(folder)
    except LibraryError as error:
        return f"found; repair refused: {error.code}"
    after = look(folder, texts)
    if not after.get("problems"):
        _require_same(everything(folder), expected)
        return "found and mended"
    differing = [part for part, value in everything(folder).items() if value != expected[part]]
    if "documents" in differing:
        raise Wrong(f"repaired, and other documents: {after}")
    return "found, only a backup mends it"


def everything(folder: Path) -> dict[str, object]:
    """All that the program gives out from a library's folder, part by part; of what is refused, the error's code."""
    from ui.conversations import Conversations
    from ui.recall import recall
    from ui.shelf_files import FileStore
    from ui.shelf_sets import DocumentSets

    conversations, store = Conversations(folder), FileStore(folder)
    with opened(folder) as library:
        parts: dict[str, Callable[[], object]] = {
            "documents": lambda: [library.document(info.id) for info in library.documents()],
            "found": lambda: [
                [hit.id for hit in library.search(text, ENCODER.encode_queries([text])[0], k=10)] for text in QUESTIONS
            ],
            "list": conversations.find,
            "turns": lambda: [recall(conversations.load(id), library) for id in conversations.ids()],
            "sets": DocumentSets(folder).all,
            "removed": lambda: [(aside, store.aside(aside.id)) for aside in store.asides()],
        }
        return {name: _given(part) for name, part in parts.items()}


def _given(part: Callable[[], object]) -> object:
    from qa.errors import YinjuError

    try:
        return part()
    except YinjuError as error:
        return f"refused: {error.code}"


def _require_same(found: Mapping[str, object], expected: Mapping[str, object]) -> None:
    for part, value in expected.items():
        if found[part] != value:
            raise Wrong(f"{part} differ, and check found nothing: {str(found[part])[:300]}")
