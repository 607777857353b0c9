"""The vector leg and the word leg as one index: one add, one remove, one search that gives each leg's score.

A folder holds the vector leg's files, ``lexical/`` and ``manifest.json``, which is written last. ``generation`` is the owner's
own counter, stored by ``commit``: what changed after it must be added or removed again, which may be repeated freely.
An index is derived data: where anything is missing, broken or not as it was written, it opens empty at generation 0,
and its folder is cleared by the first change; opening and searching change nothing on disk. A search of files that are
changed while it is open raises :class:`IndexBroken`.

The engine that a library has unless told otherwise: see :mod:`embeddings.index`. Knows no documents, models or fusion.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.dense import FILE as DENSE_FILE
from embeddings.dense import DenseIndex
from embeddings.dense_file import sync_folder
from embeddings.dense_segment import drop_others
from embeddings.errors import IndexBroken
from embeddings.files import Hashes, changed_files
from embeddings.index import Candidate
from embeddings.lexical import LexicalIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Also raised when the terms of segment.py change: an index of other terms would answer wrongly, not fail.
FORMAT = 2

# Another process may commit while the files are read; then they are read again.
_LOOKS = 3


class HybridIndex:
    """Texts and their vectors under integer ids. Safe to call from several threads; one process may change it."""

    def __init__(self, folder: Path, *, dim: int) -> None:
        self._folder = folder
        self.dim = dim
        self._lock = threading.RLock()
        self._lexical: LexicalIndex | None = None
        self._dense = DenseIndex(folder, dim=dim)
        self._stamp: tuple[int, int] | None = None
        self._hashes = Hashes()
        self.generation = 0

    @classmethod
    def open(cls, folder: Path, *, dim: int) -> HybridIndex:
        """The index in ``folder``; empty, with ``generation`` 0, where there is none that can be used.

        :raises OSError: if the system refuses to read it: no permission, too many open files.
        """
        index = cls(folder, dim=dim)
        index._load()
        return index

    def add(self, ids: Sequence[int], texts: Sequence[str], vectors: Floats) -> None:
        """Store ``texts`` with ``vectors``, float32 ``(len(ids), dim)``, unit rows; ids that are there are replaced.

        Searched after ``commit`` (vectors at once).

        :raises ValueError: if lengths or shapes differ, an id occurs twice, or a vector holds NaN or infinity.
        """
        if len(ids) != len(texts):
            raise ValueError(f"number of ids ({len(ids)}) must match number of texts ({len(texts)})")
        with self._lock:
            words = self._writable()
            self._dense.add(ids, vectors)
            words.add(ids, texts)

    def remove(self, ids: Sequence[int]) -> None:
        """Drop ``ids``; ids that are not there are no error."""
        with self._lock:
            self._dense.remove(ids)
            self._writable().remove(ids)

    def commit(self, generation: int) -> None:
        """Make all changes durable and remember ``generation`` with them. Writes the vectors added last (see
        :data:`embeddings.dense.SEAL_AT`): call it once a batch.

        :raises OSError: if a file cannot be written; the last commit stays readable.
        """
        with self._lock:
            self._writable().commit()
            self._dense.save()
            manifest = {
                "format": FORMAT,
                "dim": self.dim,
                "generation": generation,
                "count": self._dense.count,
                "lexical": self._hashes.of(self._folder / "lexical"),
            }
            temporary = self._folder / "manifest.json.part"
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(manifest, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._folder / "manifest.json")
            sync_folder(self._folder)
            self.generation = generation
            self._stamp = self._manifest_stamp()

    def search(self, text: str, vector: Floats, *, k: int, among: frozenset[int] | None = None) -> list[Candidate]:
        """The best ``k`` of each leg together, by ascending id, each with both scores: ``k`` to ``2 * k`` of them.

        ``vector``: float32 ``(dim,)``. What stands in one leg only, as between two commits, is left out. ``among``
        limits both legs to these ids, before any is counted.
        """
        with self._lock:
            if self._lexical is None:
                return []
            dense = dict(self._dense.search(vector, k=k, among=among))
            found = self._lexical.search(text, k=k, among=among)
            held = self._dense.held([i for i, _ in found])
            lexical = {i: score for i, score in found if i in held}
            without_dense = [i for i in lexical if i not in dense]
            without_lexical = [i for i in dense if i not in lexical]
            dense.update(zip(without_dense, self._dense.scores(vector, without_dense), strict=True))
            lexical.update(zip(without_lexical, self._lexical.scores(text, without_lexical), strict=True))
        return [Candidate(i, dense[i], lexical[i]) for i in sorted(dense)]

    def absent(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that no text holds, for certain; see :meth:`embeddings.lexical.LexicalIndex.absent`."""
        with self._lock:
            return self._lexical.absent(words) if self._lexical else []

    def ids(self) -> tuple[list[int], list[int]]:
        """The ids of the vector leg and of the word leg, each ascending. They are equal after a commit."""
        with self._lock:
            return self._dense.ids(), self._lexical.ids() if self._lexical else []

    def changed_files(self) -> tuple[list[str], list[str]]:
        """The files of the vector leg and of the word leg that are not as they were written, by name; those of the
        vector leg that are hashed whenever they are loaded are left out. Reads every byte.
        """
        with self._lock:
            dense = self._dense.changed_files()
        for _ in range(_LOOKS):
            stamp = self._manifest_stamp()
            changed = changed_files(self._folder / "lexical", self._manifest().get("lexical", {}))
            if not changed or stamp == self._manifest_stamp():
                return dense, changed
        return dense, []

    def forget(self) -> None:
        """Be empty, at generation 0, until the next change makes the index anew: for one that a search found broken."""
        with self._lock:
            self.close()
            self._lexical, self._dense, self.generation = None, DenseIndex(self._folder, dim=self.dim), 0

    def refresh(self) -> bool:
        """See what another process has committed; whether there was anything. Costs one ``stat`` when there was not;
        when there was, changes of this one that were not committed are forgotten.
        """
        with self._lock:
            if self._manifest_stamp() == self._stamp:
                return False
            self._load()
            return True

    def close(self) -> None:
        """Let the writer go, if changes were not committed. The index must not be used afterwards."""
        with self._lock:
            if self._lexical is not None:
                self._lexical.close()

    def _load(self) -> None:
        stamp = self._manifest_stamp()
        try:
            generation = self._read_generation()
            lexical = self._open_lexical() if generation else None
            dense = DenseIndex.load(self._folder, dim=self.dim, known=self._dense) if generation else None
        except IndexBroken:
            lexical, dense, generation = None, None, 0
        self.close()
        self._lexical = lexical
        self._dense = dense or DenseIndex(self._folder, dim=self.dim)
        self.generation, self._stamp = generation, stamp

    def _open_lexical(self) -> LexicalIndex:
        """The word leg, whose files tantivy is shown only where their hashes agree: it may crash on others."""
        folder, stamp = self._folder / "lexical", self._manifest_stamp()
        expected = self._manifest().get("lexical", {})
        changed = self._hashes.changed(folder, expected, until=stamp[0]) if stamp else []
        if changed:
            raise IndexBroken("index_broken", path=str(folder / changed[0]), reason="changed since it was written")
        return LexicalIndex.open(folder, create=False)

    def _read_generation(self) -> int:
        """The manifest's generation, or 0 where it is missing, unreadable, or of another format or dimension."""
        manifest = self._manifest()
        if (manifest.get("format"), manifest.get("dim")) != (FORMAT, self.dim):
            return 0
        generation = manifest.get("generation")
        return generation if isinstance(generation, int) and generation > 0 else 0

    def _manifest(self) -> dict[str, Any]:
        """What the manifest says; nothing where it is missing or unreadable."""
        try:
            manifest = json.loads((self._folder / "manifest.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
            return {}
        return manifest if isinstance(manifest, dict) and isinstance(manifest.get("lexical"), dict) else {}

    def _manifest_stamp(self) -> tuple[int, int] | None:
        try:
            status = (self._folder / "manifest.json").stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _writable(self) -> LexicalIndex:
        """The word leg; before the first change of an index that opened empty, the folder is cleared for it."""
        if self._lexical is None:
            (self._folder / "manifest.json").unlink(missing_ok=True)
            shutil.rmtree(self._folder / "lexical", ignore_errors=True)
            (self._folder / DENSE_FILE).unlink(missing_ok=True)
            drop_others(self._folder, [])
            self._lexical = LexicalIndex.open(self._folder / "lexical")
        return self._lexical


def self_test() -> bool:
    """Whether a Chinese question finds its passage among others, by words alone, in memory. A word leg that went
    silent shows no other sign: the vector leg goes on answering.
    """
    index = LexicalIndex.in_memory()
    index.add([1, 2, 3], ["展会在重庆国际博览中心开幕。", "签约金额34.96亿元。", "N2館B03展位提供体验。"])
    index.commit()
    questions = {"展会在哪里开幕？": 1, "签约了３４.９６亿元吗": 2, "n2馆b03有什么": 3}
    return all([hit for hit, _ in index.search(question, k=1)] == [number] for question, number in questions.items())
