"""What speaks for a reading in its passage: shares of the question's words, and whether it holds what is asked for.

Matching is by substring in folded text, which keeps a passage within two milliseconds. Knows no reader, score, index or probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from embeddings.numerals import arabic_forms, may_hold_numeral
from qa.aliases import as_called, subjects
from qa.binding import contrast, deputy_only, folded_lines, rival_person
from qa.lexicon import SYNONYMS
from qa.question import Question, Unit, align, parse_question
from qa.spacing import closed_up
from qa.types import Hit, Reading

_FIGURE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_COUNT = re.compile(r"(?<!第)(?<!\d)\d[个种名位点项大条件次](?![\d月])")
"""What says how many are asked for: 3个原因, 前5名."""
_ORDINAL = re.compile(r"第[一二三四五六七八九十百]+(?=[届次期条章号季部集卷批轮])")
"""What is told from its like by its number: 第九届."""
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")

HEAD = 300
"""Characters at the start of a document whose figures go for all of it (the date of an issue, the number of a file), and at
that of an article whose names do.
"""


HALF = 0.5
"""Share of a word below which a text lacks it."""

SYNONYM = 0.8
"""How much of a word a text holds that holds another for the same."""

RARE = 3.5
"""Weight above which a word may be an abbreviation made for its document."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a reading is borne out by its passage.

    ``quote`` and ``passage`` are shares in [0, 1] of the question's content words, weighted by rarity (1.0 where it has
    none), in the quoted sentence and in passage and title. ``missing`` is the weight of the rarest word that passage
    and title lack, ``name_missing`` that of the rarest name or number, less where they hold a part of it; both in [0,
    4.5]. ``figure_missing`` is 0 where they hold all figures of the question, 1 where the document has one of them
    nowhere, and half where it stands elsewhere in the document. ``short`` says whether a short answer was found. ``rival``
    and ``contrast`` in [0, 1] say that the fact is told of something else (:mod:`qa.binding`).
    """

    quote: float
    passage: float
    missing: float
    name_missing: float
    figure_missing: float
    short: bool
    rival: bool
    contrast: float


def evidence(question: str, hit: Hit, reading: Reading) -> Evidence:
    """What speaks for ``reading``, which is of ``hit``, as an answer to ``question``."""
    parsed = parse_question(as_called(question, hit))
    folded, title = align(hit.text), align(_title(hit))
    lines, answer = folded_lines(hit.text), reading.answer or reading.quote
    quote, folded = closed_up(folded[slice(*reading.quote)]), closed_up(folded)
    in_quote = [share(unit, quote) for unit in parsed.units]
    head = align(_head(hit))
    everywhere = [
        max(share(unit, folded), share(unit, title), unit.named and share(unit, head)) for unit in parsed.units
    ]
    lacking = [(unit, held) for unit, held in zip(parsed.units, everywhere, strict=True) if held < 1]
    return Evidence(
        quote=_weighted(parsed, in_quote),
        passage=_weighted(parsed, everywhere),
        missing=max((unit.weight for unit, held in lacking if held < HALF), default=0.0),
        name_missing=max((unit.weight * (1 - held) for unit, held in lacking if unit.named), default=0.0),
        figure_missing=max((_lack(figure, folded, title, hit) for figure in figures_asked(parsed.folded)), default=0.0),
        short=reading.answer is not None,
        rival=rival_person(parsed, lines, answer),
        contrast=1.0 if deputy_only(parsed, folded) else contrast(parsed, lines, answer),
    )


def _title(hit: Hit) -> str:
    """The article's title with the section's, the other names of what it names, and whom the document is about."""
    about = "" if hit.document is None else subjects(hit.document.text)
    return f"{hit.passage.title}\n{hit.passage.section}\n{hit.passage.also}\n{about}"


def _head(hit: Hit) -> str:
    """How the hit's article begins: whom it names there it is about, as far as the hit does not say otherwise."""
    if hit.document is None:
        return ""
    begin = max(hit.document.text.find(hit.passage.title), 0)
    return hit.document.text[begin : begin + HEAD]


def figures_asked(folded: str) -> list[str]:
    """The figures of a folded question that its passage must hold: not how many answers are asked for."""
    ordinals = "\n".join(_in_digits(ordinal[0]) for ordinal in _ORDINAL.finditer(folded))
    return _FIGURE.findall(_GROUPED.sub("", f"{_COUNT.sub(' ', folded)}\n{ordinals}"))


def _lack(figure: str, folded: str, title: str, hit: Hit) -> float:
    """How far a figure is missing from a hit, as :class:`Evidence` says."""
    document = hit.document
    head = "" if document is None else f"{document.name}\n{document.text[:HEAD]}"
    near = f"{folded}\n{title}\n{head}"
    if _holds(figure, near) or _holds(figure, _in_digits(near)):
        return 0.0
    return 0.5 if document is not None and _holds(figure, document.text) else 1.0


def _holds(figure: str, text: str) -> bool:
    """Whether a text holds a figure, not as a part of a longer one."""
    return re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", _GROUPED.sub("", text)) is not None


def _in_digits(text: str) -> str:
    """The Chinese numerals of a text that are clear, in digits, one a line."""
    runs = (run[0] for run in _HAN_RUN.finditer(text) if may_hold_numeral(run[0]))
    return "\n".join(term for run in runs for term, _, _ in arabic_forms(run))


def share(unit: Unit, folded: str) -> float:
    """How much of a question word a folded text holds: 1 whole, less for another word for the same or some of its
    character pairs, else 0.
    """
    word = unit.text
    if word in folded:
        return 1.0
    if any(other in folded for other in _synonyms(word)):
        return SYNONYM
    if word.isascii():
        return 0.6 if len(word) > 4 and word[: max(4, len(word) - 3)] in folded and word.isalpha() else 0.0
    if len(word) == 2:
        return 0.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    parts = 0.8 * sum(pair in folded for pair in pairs) / len(pairs) if pairs else 0.0
    return max(parts, 0.6) if unit.weight > RARE and _abbreviation(word).search(folded) else parts


def coverage(question: Question, folded: str) -> float:
    """How much of a question's content words a folded text holds, weighted by rarity, in [0, 1]; 1.0 where it has none."""
    return _weighted(question, [share(unit, folded) for unit in question.units])


@lru_cache(maxsize=512)
def _synonyms(word: str) -> tuple[str, ...]:
    return tuple(sorted({other for group in SYNONYMS if word in group for other in group} - {word}))


@lru_cache(maxsize=512)
def _abbreviation(word: str) -> re.Pattern[str]:
    """What ``word`` may be short for: its characters in order within one name, 西洽会 for 西部国际投资贸易洽谈会. For three
    or four characters; others match nothing.
    """
    if len(word) not in (3, 4):
        return re.compile(r"(?!)")
    return re.compile(r"[\u3400-\u9fff]{0,8}?".join(map(re.escape, word)))


def _weighted(question: Question, shares: Sequence[float]) -> float:
    total = math.fsum(unit.weight for unit in question.units)
    return (
        math.fsum(unit.weight * held for unit, held in zip(question.units, shares, strict=True)) / total
        if total
        else 1.0
    )
