"""Which candidate span of a sentence answers: a linear model over boundary and inner features, and its features.

A span's score is ``start(first token) + end(last token) + inner(span)``, each a sum of the weights of the features
present; features are names, so that the weights read as a table: ``<`` looks left of the span, ``[`` at its first
token, ``]`` at its last, ``>`` right of it. It knows no passage and no other sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa.question import Question
from qa.spans import candidates, clauses, find_typed
from qa.tagging import Token, tokenize

_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45)
_DISTANCES = (0, 1, 2, 3, 5, 8, 13)
_NEVER = 99
_TIE = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence prepared for the model, all by token but ``typed``, which is by character range.

    ``matched`` says which tokens the question holds too, ``matched_before`` how many of those stand before each token
    (one entry more than tokens; ``verbs_before`` alike), ``near_left`` and ``near_right`` the steps to the next of them,
    bucketed, ``standing`` how the token's clause stands among the clauses by the question's words in it.
    """

    folded: str
    tokens: tuple[Token, ...]
    spans: tuple[tuple[int, int], ...]
    typed: Mapping[tuple[int, int], Sequence[str]]
    matched: tuple[bool, ...]
    matched_before: tuple[int, ...]
    verbs_before: tuple[int, ...]
    near_left: tuple[int, ...]
    near_right: tuple[int, ...]
    standing: tuple[str, ...]
    marks: tuple[tuple[int, str], ...]


def prepare(question: Question, folded: str) -> Sentence:
    """Tokens, typed stretches and candidates of a folded sentence, and what the question shares with it."""
    tokens = tuple(tokenize(folded))
    mask = _match_mask(question, folded)
    matched = tuple(
        token.tag[0] != "P" and 2 * sum(mask[token.start : token.end]) >= token.end - token.start for token in tokens
    )
    typed: dict[tuple[int, int], list[str]] = {}
    for found in find_typed(folded):
        typed.setdefault((found.start, found.end), []).append(found.type)
    return Sentence(
        folded=folded,
        tokens=tokens,
        spans=tuple(candidates(tokens)),
        typed=typed,
        matched=matched,
        matched_before=_running(matched),
        verbs_before=_running(token.tag == "v" for token in tokens),
        near_left=_steps(matched),
        near_right=_steps(matched[::-1])[::-1],
        standing=_standing(question, folded, tokens),
        marks=tuple((index, token.text) for index, token in enumerate(tokens) if token.tag[0] == "P"),
    )


def score_spans(question: Question, sentence: Sentence, weights: Mapping[str, float]) -> list[float]:
    """Score of each of ``sentence.spans``: any real number, higher is better, comparable across the sentences read
    for one question.
    """
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    get = weights.get
    scores = []
    for start, past in sentence.spans:
        if start not in starts:
            starts[start] = sum([get(name, 0.0) for name in start_features(question, sentence, start)])
        if past not in ends:
            ends[past] = sum([get(name, 0.0) for name in end_features(question, sentence, past - 1)])
        inner = sum([get(name, 0.0) for name in inner_features(question, sentence, start, past)])
        scores.append(starts[start] + ends[past] + inner)
    return scores


def start_features(question: Question, sentence: Sentence, index: int) -> list[str]:
    """Features of a span that starts at token ``index``."""
    tokens, token = sentence.tokens, sentence.tokens[index]
    left_tag, left_word = (tokens[index - 1].tag, tokens[index - 1].text) if index else ("^", "^")
    anchor = _distance_left(sentence, index, question.before)
    names = [
        f"<{left_tag}",
        f"[{token.tag}",
        f"<{left_tag}[{token.tag}",
        f"<={left_word}",
        f"[={token.text[:1]}",
        f"<match{sentence.matched[index - 1] if index else '^'}[{sentence.matched[index]}",
        f"<anchor{anchor}",
        f"<={left_word}@{anchor if anchor < 3 else 'far'}",
        f"<near{sentence.near_left[index]}",
        f"<tie{_tie_left(question.left, sentence.folded, token.start)}",
        f"[clause{sentence.standing[index]}",
    ]
    if question.focus:
        names.append(f"<focus{_distance_left(sentence, index, question.focus)}")
    if index > 1:
        names.append(f"<<{tokens[index - 2].tag}<{left_tag}")
    for (start, end), types in sentence.typed.items():
        if start == token.start:
            names += [f"[{name}" for name in types]
        elif start < token.start < end:
            names += [f"[cut{name}" for name in types]
    return names


def end_features(question: Question, sentence: Sentence, index: int) -> list[str]:
    """Features of a span whose last token is ``index``."""
    tokens, token = sentence.tokens, sentence.tokens[index]
    last = index + 1 == len(tokens)
    right_tag, right_word = ("$", "$") if last else (tokens[index + 1].tag, tokens[index + 1].text)
    anchor = _distance_right(sentence, index, question.after)
    names = [
        f"]{token.tag}",
        f">{right_tag}",
        f"]{token.tag}>{right_tag}",
        f"]={token.text[-1]}",
        f">={right_word}",
        f"]match{sentence.matched[index]}>{'$' if last else sentence.matched[index + 1]}",
        f">anchor{anchor}",
        f">={right_word}@{anchor if anchor < 3 else 'far'}",
        f">before{_distance_right(sentence, index, question.before)}",
        f">near{sentence.near_right[index]}",
        f">tie{_tie_right(question.right, sentence.folded, token.end)}",
        f"]clause{sentence.standing[index]}",
    ]
    if question.focus:
        names.append(f">focus{_distance_right(sentence, index, question.focus)}")
        names += [f"]{token.tag}&{question.focus[-1]}", f"]={token.text[-1]}&{question.focus[-1]}"]
        names.append(f"]focus{token.text.endswith(question.focus[-1])}{token.text.endswith(question.focus)}")
    if question.measures:
        names.append(f"]measure{token.text.endswith(question.measures)}")
    for (start, end), types in sentence.typed.items():
        if end == token.end:
            names += [f"]{name}" for name in types]
        elif start < token.end < end:
            names += [f"]cut{name}" for name in types]
    return names


def inner_features(question: Question, sentence: Sentence, start: int, past: int) -> list[str]:
    """Features of the span of tokens ``[start, past)`` as a whole."""
    tokens = sentence.tokens
    begin, end = tokens[start].start, tokens[past - 1].end
    count = sentence.matched_before[past] - sentence.matched_before[start]
    left, right = sentence.near_left[start], sentence.near_right[past - 1]
    names = [
        _LENGTH_NAMES[min(end - begin, _LENGTHS[-1] + 1)],
        _SHARE_NAMES[1 + 3 * count // (past - start) if count else 0],
        _AROUND_NAMES[left if left < right else right],
    ]
    for name in sentence.typed.get((begin, end), ()):
        names.append(f"is{name}")
    if past - start <= 3:
        names.append("tags" + "+".join([token.tag for token in tokens[start:past]]))
    else:
        marks = {mark for index, mark in sentence.marks if start <= index < past}
        names += [f"has{mark}" for mark in marks]
        if "、" in marks:
            names.append(f"plural{question.plural}")
        names.append(f"hasverb{sentence.verbs_before[past] > sentence.verbs_before[start]}")
    if count and sentence.folded[begin:end] in question.folded:
        names.append("asked")
    if start == 0 and past >= len(tokens) - 1:
        names.append("whole")
    return names


def _bucket(value: int, limits: Sequence[int]) -> int:
    """The first limit that ``value`` does not exceed, else the last limit plus one."""
    return next((limit for limit in limits if value <= limit), limits[-1] + 1)


_LENGTH_NAMES = tuple(f"len{_bucket(length, _LENGTHS)}" for length in range(_LENGTHS[-1] + 2))
_SHARE_NAMES = tuple(f"in{share}" for share in range(5))
_AROUND_NAMES = {steps: f"around{steps}" for steps in (*_DISTANCES, _NEVER)}


def _match_mask(question: Question, folded: str) -> bytearray:
    """1 for each character of a folded text that stands in a word, or a pair of characters, of the question."""
    mask = bytearray(len(folded))
    for unit in question.units:
        word = unit.text
        if unit.weight < 0.3:
            continue
        pieces = {word} if len(word) < 3 or word.isascii() else {word[i : i + 2] for i in range(len(word) - 1)}
        for piece in pieces:
            at = folded.find(piece)
            while at >= 0:
                mask[at : at + len(piece)] = b"\1" * len(piece)
                at = folded.find(piece, at + 1)
    return mask


def _standing(question: Question, folded: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    """For each token: is its clause the one with most of the question's words, next to it, or how far behind."""
    ranges = clauses(tokens)
    if len(ranges) < 2:
        return ("only",) * len(tokens)
    masses = []
    for first, past in ranges:
        text = folded[tokens[first].start : tokens[past - 1].end]
        masses.append(sum(unit.weight for unit in question.units if unit.text in text))
    best = max(range(len(masses)), key=masses.__getitem__)
    standing = ["mark"] * len(tokens)
    for number, (first, past) in enumerate(ranges):
        step = max(-2, min(number - best, 2))
        share = round(2 * masses[number] / masses[best]) if masses[best] else 9
        standing[first:past] = [f"{step:+d}/{share}"] * (past - first)
    return tuple(standing)


def _running(flags: Iterable[bool]) -> tuple[int, ...]:
    counts = [0]
    for flag in flags:
        counts.append(counts[-1] + flag)
    return tuple(counts)


def _steps(matched: Sequence[bool]) -> tuple[int, ...]:
    """For each token the tokens between it and the next matched one to its left, bucketed."""
    steps = []
    last = -1
    for index, flag in enumerate(matched):
        between = index - last - 1
        steps.append(_bucket(between, _DISTANCES) if last >= 0 and between <= _DISTANCES[-1] else _NEVER)
        if flag:
            last = index
    return tuple(steps)


def _tie_left(left: str, folded: str, start: int) -> int:
    """How many characters before the span and before the question word are the same."""
    count = 0
    while count < min(len(left), start, _TIE) and left[-1 - count] == folded[start - 1 - count]:
        count += 1
    return count


def _tie_right(right: str, folded: str, end: int) -> int:
    """How many characters behind the span and behind what is asked are the same."""
    count = 0
    while count < min(len(right), len(folded) - end, _TIE) and right[count] == folded[end + count]:
        count += 1
    return count


def _distance_left(sentence: Sentence, index: int, anchor: str) -> int:
    """Tokens between the last ``anchor`` before token ``index`` and it, bucketed; -1 without an anchor."""
    if not anchor:
        return -1
    at = sentence.folded.rfind(anchor, 0, sentence.tokens[index].start)
    if at < 0:
        return _NEVER
    past = at + len(anchor)
    return _bucket(sum([token.start >= past for token in sentence.tokens[:index]]), _DISTANCES)


def _distance_right(sentence: Sentence, index: int, anchor: str) -> int:
    """Tokens between token ``index`` and the first ``anchor`` after it, bucketed; -1 without an anchor."""
    if not anchor:
        return -1
    at = sentence.folded.find(anchor, sentence.tokens[index].end)
    if at < 0:
        return _NEVER
    return _bucket(sum([token.end <= at for token in sentence.tokens[index + 1 :]]), _DISTANCES)
