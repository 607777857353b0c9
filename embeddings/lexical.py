"""BM25 by number: texts in under integer ids, ``(id, score)`` out. The word leg of the hybrid index, on tantivy.

Terms come from :mod:`embeddings.segment`, the same for texts and questions, and reach tantivy joined by spaces. Scores
are tantivy's BM25 (k1 = 1.2, b = 0.75): 0 and up, higher is nearer, 0.0 where no term is shared. Frequencies count
removed texts until tantivy merges their segment away, so scores may move a little as an index ages.

Reading takes no lock that writing waits for. The writer is opened by the first change and let go by ``commit``; one process may write at a
time. A process that is killed leaves the last commit. Knows no documents, vectors or fusion.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from embeddings.errors import IndexBroken, IndexBusy
from embeddings.segment import needed_terms, question_terms, terms

# One writer thread, so that the same calls make the same index; tantivy needs 15 MB a thread at least.
_WRITER_BYTES = 96_000_000
# A pasted page has thousands of terms and would cost seconds; the rarest carry nearly all of a BM25 score.
_MOST_TERMS = 256
# tantivy sums a score's terms in an order that differs between texts; float32 sums of this size agree to four places.
_PLACES = 4

# Naming the ids to tantivy costs 2 µs each; asking for more and leaving some out is quicker where few are left out.
_FEW = 8
# On 100,000 texts 100 ids took 0.2 ms as terms of a question and 1.4 ms as a set.
_NAMED_ONE_BY_ONE = 500


class LexicalIndex:
    """BM25 over numbered texts, kept in a folder. See the module for scores and locks."""

    def __init__(self, index: Any, folder: Path | None) -> None:
        self._index = index
        self._folder = folder
        self._writer: Any = None
        self._schema = index.schema
        self._links: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def open(cls, folder: Path, *, create: bool = True) -> LexicalIndex:
        """The index in ``folder``; where there is none, an empty one is made, or with ``create=False`` nothing.

        :raises IndexBroken: ``index_broken`` (path, reason) if there is none, or a file of it is missing, cut short or
            not tantivy's. Single bytes changed inside a file are found only where they break its structure.
        :raises OSError: if the system refuses: disk full, no permission.
        """
        import tantivy

        if create:
            folder.mkdir(parents=True, exist_ok=True)
        elif not (folder / "meta.json").is_file():
            raise IndexBroken("index_broken", path=str(folder), reason="no index")
        links = None if os.access(folder, os.W_OK) else _linked(folder)
        try:
            with _system_errors(folder):
                place = links.name if links else str(folder)
                index = cls(_prepared(tantivy.Index(_schema(), path=place, reuse=True)), folder)
                index._links = links
                links = None
                # Files are opened when they are first used; use each kind once.
                index.scores("的", [0])
                first = _found(index._index.searcher(), tantivy.Query.all_query(), limit=1)
        except ValueError as error:
            raise IndexBroken("index_broken", path=str(folder), reason=str(error)) from error
        finally:
            if links is not None:
                links.cleanup()
        if None in dict(first):
            raise IndexBroken("index_broken", path=str(folder), reason="texts without an id")
        return index

    @classmethod
    def in_memory(cls) -> LexicalIndex:
        """An empty index that leaves nothing on disk."""
        import tantivy

        return cls(_prepared(tantivy.Index(_schema())), None)

    @property
    def count(self) -> int:
        """How many texts the last commit holds."""
        number: int = self._index.searcher().num_docs
        return number

    def ids(self) -> list[int]:
        """The ids of the last commit, ascending."""
        import tantivy

        searcher = self._index.searcher()
        return sorted(i for i, _ in _found(searcher, tantivy.Query.all_query(), limit=searcher.num_docs))

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Index ``texts`` under ``ids``; one that is there already is replaced. Searched after ``commit``.

        :raises IndexBusy: ``index_busy`` (path) if another process holds changes that it has not committed.
        :raises IndexBroken: ``index_broken`` (path, reason) if tantivy's own files are in its way.
        :raises OSError: if tantivy cannot write, as on a full disk. What was not committed is then lost.
        """
        import tantivy

        if len(ids) != len(texts):
            raise ValueError(f"number of ids ({len(ids)}) must match number of texts ({len(texts)})")
        writer = self._open_writer()
        with self._changing():
            for number, text in zip(ids, texts, strict=True):
                document = tantivy.Document()
                document.add_integer("id", number)
                document.add_text("body", " ".join(terms(text)))
                writer.delete_documents_by_term("id", number)
                writer.add_document(document)

    def remove(self, ids: Iterable[int]) -> None:
        """Drop the texts of ``ids``; ids that are not there are no error. Gone after ``commit``. Raises as ``add``."""
        writer = self._open_writer()
        with self._changing():
            for number in ids:
                writer.delete_documents_by_term("id", number)

    def commit(self) -> None:
        """Make every change since the last commit durable and searchable, and let the writer go.

        :raises OSError: as ``add``; the last commit stays readable.
        """
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with self._changing():
                writer.commit()
                writer.wait_merging_threads()
        self.reload()

    def reload(self) -> None:
        """See what another process has committed."""
        self._index.reload()

    def close(self) -> None:
        """Forget changes that were not committed, and let the writer go."""
        self._writer = None
        if self._links is not None:
            self._links.cleanup()

    def search(self, text: str, *, k: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        """The best ``k`` of the texts that share a term with ``text``: best first, ties by ascending id. With
        ``among``, of these ids only, with the same scores.
        """
        import tantivy

        searcher = self._index.searcher()
        query = self._query(searcher, text)
        size = searcher.num_docs
        if query is None or k <= 0 or size == 0 or among == frozenset():
            return []
        limit = 2 * k
        if among is not None and len(among) * _FEW < size:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._only(among)), (tantivy.Occur.Must, query)])
        elif among is not None:
            limit *= size // len(among) + 1
        while True:
            limit = min(limit, size)
            found = sorted(_found(searcher, query, limit=limit), key=lambda hit: (-hit[1], hit[0]))
            kept = found if among is None else [hit for hit in found if hit[0] in among]
            # tantivy breaks ties by place in the index: take in all that tie with the last one wanted.
            if len(found) < limit or limit == size or (len(kept) >= k and kept[k - 1][1] > found[-1][1]):
                return kept[:k]
            limit *= 4

    def scores(self, text: str, ids: Sequence[int]) -> list[float]:
        """The score that ``search`` would give each of ``ids``, in their order; 0.0 for no match or an unknown id."""
        import tantivy

        searcher = self._index.searcher()
        query = self._query(searcher, text)
        if query is None or not ids:
            return [0.0] * len(ids)
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._only(ids)), (tantivy.Occur.Should, query)])
        found = dict(_found(searcher, both, limit=len(set(ids))))
        return [found.get(number, 0.0) for number in ids]

    def absent(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that no text holds, for certain: one of a word's pairs of characters, or for other scripts
        the word itself, is in none. Of a word of three characters and more, pairs in one text but apart count as held;
        so does a word with a numeral in it (第三条), which is also matched as 第3条.
        """
        searcher = self._index.searcher()
        return [word for word in words if not self._may_hold(searcher, word)]

    def _may_hold(self, searcher: Any, word: str) -> bool:
        import tantivy

        needed, whole = needed_terms(word)
        if not needed:
            return True
        how = tantivy.Occur.Must if whole else tantivy.Occur.Should
        parts = [(how, tantivy.Query.term_query(self._schema, "body", term, "freq")) for term in needed]
        return bool(_found(searcher, tantivy.Query.boolean_query(parts), limit=1))

    def _only(self, ids: Collection[int]) -> Any:
        """The texts of ``ids``, each with score 0. A set is quicker where they are many, and costs as much for few."""
        import tantivy

        if len(ids) > _NAMED_ONE_BY_ONE:
            chosen = tantivy.Query.term_set_query(self._schema, "id", list(ids))
        else:
            chosen = tantivy.Query.boolean_query(
                [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "id", number)) for number in ids]
            )
        return tantivy.Query.const_score_query(chosen, 0.0)

    def _query(self, searcher: Any, text: str) -> Any:
        """Any of the terms of the question, each once; ``None`` if there is none. Built term by term, never parsed."""
        import tantivy

        unique = list(_asked_terms(text))
        if len(unique) > _MOST_TERMS:
            frequency = {term: searcher.doc_freq("body", term) for term in unique}
            unique = sorted((t for t in unique if frequency[t]), key=lambda t: (frequency[t], t))[:_MOST_TERMS]
        if not unique:
            return None
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "body", term, "freq")) for term in unique]
        )

    def _open_writer(self) -> Any:
        if self._writer is None:
            try:
                with self._changing():
                    self._writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
                raise IndexBusy("index_busy", path=str(self._folder)) from error
        return self._writer

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """A writer that failed is dead, and is let go."""
        try:
            with _system_errors(self._folder):
                yield
        except ValueError as error:
            self._writer = None
            if "LockBusy" in str(error):
                raise
            # As when a disk ran full: what was half written then is in the way of writing it again.
            raise IndexBroken("index_broken", path=str(self._folder), reason=str(error)) from error
        except BaseException:
            self._writer = None
            raise


@contextlib.contextmanager
def _system_errors(folder: Path | None) -> Iterator[None]:
    """Tantivy says every failure with a ``ValueError``; give the system's own (disk full, no permission) their type.

    When its thread has died of one, it no longer says which: then the disk tells.
    """
    try:
        yield
    except ValueError as error:
        named = re.search(r"(?:os error|Os \{ code:) ([0-9]+)", str(error))
        if named is None and "writer was killed" not in str(error):
            raise
        number = int(named[1]) if named else errno.ENOSPC if _is_full(folder) else errno.EIO
        raise OSError(number, os.strerror(number)) from error


def _linked(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder of links to the files of ``folder``, which may not be written: tantivy locks what it reads by a file."""
    links = tempfile.TemporaryDirectory(prefix="yinju-", ignore_cleanup_errors=True)
    for path in folder.iterdir():
        if path.suffix != ".lock":
            Path(links.name, path.name).symlink_to(path.absolute())
    return links


def _is_full(folder: Path | None) -> bool:
    return folder is not None and shutil.disk_usage(folder).free < _WRITER_BYTES


def _found(searcher: Any, query: Any, *, limit: int) -> list[tuple[int, float]]:
    """The best ``limit`` matches as ``(id, score)``.

    :raises IndexBroken: ``index_broken`` (path, reason) if tantivy panics, as it does on files that were changed.
    """
    if limit == 0:
        return []
    try:
        hits = searcher.search(query, limit, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 gives it no name to catch it by, and no Exception as base
            raise
        raise IndexBroken("index_broken", path="lexical", reason=str(error)) from error
    return [(number, round(score, _PLACES)) for number, (score, _) in zip(ids, hits, strict=True)]


@lru_cache(maxsize=16)
def _asked_terms(text: str) -> tuple[str, ...]:
    """The terms of a question, which is searched for and then asked for the scores of what else was found."""
    return tuple(question_terms(text))


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("body", tokenizer_name="terms", index_option="freq")
    return builder.build()


def _prepared(index: Any) -> Any:
    """``index`` with the tokenizer, which no index on disk remembers, and a reader that reloads when told."""
    import tantivy

    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader(reload_policy="manual")
    return index
