"""Folds text for matching and remembers where every folded character came from.

Folded: Unicode compatibility forms and width (NFKC), case, traditional to simplified Chinese, dashes and apostrophes to
one form. Invisible format characters vanish; control characters and lone surrogates become spaces. The stored text is
never folded: a :class:`Folded` maps back to ``[start, end)`` in the text that was given.

Knows nothing of words or terms.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# The longest run of combining marks that is normalised together: Unicode's Stream-Safe Text Format (UAX 15) has 30.
# Canonical ordering takes quadratic time in this length.
_CLUSTER = 32

KEPT = 2000
"""Characters of the longest text whose simplified form is kept: a passage has a few hundred."""
_ALIKE = {
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("‘’ʼ＇`´", "'"),
}


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded ``text``; its character ``i`` came from ``[starts[i], ends[i])`` of the original, which is ``length`` long.

    ``starts`` and ``ends`` are ``None`` where every character folded to exactly one: then ``i`` came from ``[i, i+1)``.
    """

    text: str
    length: int
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original text that the folded range ``[start, end)``, not empty, came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    """``text`` as it is compared: NFKC, case folded, simplified Chinese. Takes any string, lone surrogates included."""
    return fold_text(text).text


def fold_text(text: str) -> Folded:
    """Fold ``text`` and keep the way back. Time is linear in its length."""
    if _stands_alone(text):
        return Folded(simplified(text.translate(_table())), len(text))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and end - at < _CLUSTER and _continues(text[end]):
            end += 1
        piece = _fold_character(text[at]) if end == at + 1 else _fold_cluster(text[at:end])
        pieces.append(piece)
        starts += [at] * len(piece)
        ends += [end] * len(piece)
        at = end
    return Folded(simplified("".join(pieces)), len(text), starts, ends)


class _Table(dict[int, str]):
    """For ``str.translate``: folds a character the first time that it is met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table()


@lru_cache(maxsize=1 << 16)
def _fold_character(character: str) -> str:
    return _fold_cluster(character)


def _fold_cluster(cluster: str) -> str:
    """A character with the marks that follow it. Folding again changes nothing: NFKC and case folding disturb each
    other, so both run until neither does (two rounds in practice; Unicode's NFKC_Casefold is defined likewise).
    """
    visible = "".join(_visible(character) for character in cluster)
    folded = unicodedata.normalize("NFKC", visible).casefold()
    while (again := unicodedata.normalize("NFKC", "".join(_ALIKE.get(c, c) for c in folded)).casefold()) != folded:
        folded = again
    return folded


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return ""
    return " " if category in ("Cc", "Cs") or character.isspace() else character


@lru_cache(maxsize=1 << 16)
def _continues(character: str) -> bool:
    """Whether ``character`` may compose with the one before it: a mark, a Hangul vowel or final, or what is made of
    them (the half-width voiced sound mark), or an invisible character.
    """
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or "ᅡ" <= first <= "ᇿ" or _visible(character) == ""


# Characters met so far that fold to exactly one and compose with none before them. Grows to the few thousand that the
# user's texts are written in; at most to Unicode.
_alone: set[str] = set()


def _stands_alone(text: str) -> bool:
    """Whether every character of ``text`` folds to exactly one character by itself."""
    for character in set(text) - _alone:
        if _continues(character) or len(_fold_character(character)) != 1:
            return False
        _alone.add(character)
    return True


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    # tw2s, not t2s: it also folds 著 to 着 where that is meant (隨著, but 著名), and equals t2s elsewhere.
    return opencc.OpenCC("tw2s")


@lru_cache(maxsize=1 << 16)
def _simplified_character(character: str) -> str:
    simplified: str = _converter().convert(character)
    return simplified if len(simplified) == 1 else character


def simplified(text: str) -> str:
    """Simplified Chinese of the same length: by phrase, or by character where a phrase would change the length.

    Nothing else is folded, so offsets into the result are offsets into ``text``.
    """
    if text.isascii():
        return text
    return _simplified_again(text) if len(text) <= KEPT else _simplified(text)


@lru_cache(maxsize=2048)
def _simplified_again(text: str) -> str:
    """As :func:`simplified`, for texts that are looked at many times while one question is answered."""
    return _simplified(text)


def _simplified(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode()  # half a character has no other script
    simplified: str = _converter().convert(whole)
    if len(simplified) == len(text):
        return simplified
    return "".join(map(_simplified_character, text))
