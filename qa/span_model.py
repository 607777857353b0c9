"""Which candidate span of a sentence answers: a linear model over boundary and inner features, and its features.

A span's score is ``start(first token) + end(last token) + inner(span)``, each a sum of the weights of the features
present; features are names, so that the weights read as a table. It knows no passage and no other sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.question import Question
from qa.spans import Typed, candidates, find_typed
from qa.tagging import Token, tokenize

FAR = 9
_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45)
_DISTANCES = (0, 1, 2, 3, 5, 8, 13)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence prepared for the model. ``matched`` says which tokens the question holds too."""

    folded: str
    tokens: tuple[Token, ...]
    typed: tuple[Typed, ...]
    spans: tuple[tuple[int, int], ...]
    matched: tuple[bool, ...]


def prepare(question: Question, folded: str) -> Sentence:
    """Tokens, typed stretches and candidates of a folded sentence."""
    tokens = tuple(tokenize(folded))
    mask = match_mask(question, folded)
    matched = tuple(
        token.tag[0] != "P" and 2 * sum(mask[token.start : token.end]) >= token.end - token.start for token in tokens
    )
    return Sentence(folded, tokens, tuple(find_typed(folded)), tuple(candidates(tokens)), matched)


def match_mask(question: Question, folded: str) -> bytearray:
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


def start_features(question: Question, sentence: Sentence, index: int) -> list[str]:
    """Features of a span that starts at token ``index``."""
    tokens = sentence.tokens
    token = tokens[index]
    before = tokens[index - 1] if index else None
    left_tag = before.tag if before else "^"
    left_word = before.text if before else "^"
    names = [
        f"<{left_tag}",
        f"[{token.tag}",
        f"<{left_tag}[{token.tag}",
        f"<={left_word}",
        f"[={token.text[:1]}",
        f"<match{sentence.matched[index - 1] if index else '^'}[{sentence.matched[index]}",
        f"<anchor{_distance_left(sentence, index, question.before)}",
        f"<near{_matched_left(sentence, index)}",
    ]
    if index > 1:
        names.append(f"<<{tokens[index - 2].tag}<{left_tag}")
    names += [f"[{typed.type}" for typed in sentence.typed if typed.start == token.start]
    names += [f"[cut{typed.type}" for typed in sentence.typed if typed.start < token.start < typed.end]
    return names


def end_features(question: Question, sentence: Sentence, index: int) -> list[str]:
    """Features of a span whose last token is ``index``."""
    tokens = sentence.tokens
    token = tokens[index]
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    right_tag = after.tag if after else "$"
    names = [
        f"]{token.tag}",
        f">{right_tag}",
        f"]{token.tag}>{right_tag}",
        f"]={token.text[-1]}",
        f">={after.text if after else '$'}",
        f"]match{sentence.matched[index]}>{sentence.matched[index + 1] if after else '$'}",
        f">anchor{_distance_right(sentence, index, question.after)}",
        f">near{_matched_right(sentence, index)}",
        f">backanchor{_distance_right(sentence, index, question.before)}",
    ]
    if question.focus:
        names.append(f"]focus{token.text.endswith(question.focus[-1])}{token.text.endswith(question.focus)}")
    if question.measures:
        names.append(f"]measure{token.text.endswith(question.measures)}")
    names += [f"]{typed.type}" for typed in sentence.typed if typed.end == token.end]
    names += [f"]cut{typed.type}" for typed in sentence.typed if typed.start < token.end < typed.end]
    return names


def inner_features(question: Question, sentence: Sentence, start: int, past: int) -> list[str]:
    """Features of the span of tokens ``[start, past)`` as a whole."""
    tokens = sentence.tokens
    begin, end = tokens[start].start, tokens[past - 1].end
    count = sum(sentence.matched[start:past])
    share = 0 if not count else 1 + (3 * count) // (past - start)
    names = [
        f"len{bucket(end - begin, _LENGTHS)}",
        f"in{share}",
        f"around{min(_matched_left(sentence, start), _matched_right(sentence, past - 1))}",
    ]
    names += [f"is{typed.type}" for typed in sentence.typed if typed.start == begin and typed.end == end]
    if past - start <= 3:
        names.append("tags" + "+".join(token.tag for token in tokens[start:past]))
    else:
        marks = {token.text for token in tokens[start:past] if token.tag[0] == "P"}
        names += [f"has{mark}" for mark in marks]
        names.append(f"hasverb{any(token.tag == 'v' for token in tokens[start:past])}")
    if sentence.folded[begin:end] in question.folded:
        names.append("asked")
    if start == 0 and past >= len(tokens) - 1:
        names.append("whole")
    return names


def bucket(value: int, limits: Sequence[int]) -> int:
    """The first limit that ``value`` does not exceed, else the last limit plus one."""
    return next((limit for limit in limits if value <= limit), limits[-1] + 1)


def _matched_left(sentence: Sentence, index: int) -> int:
    for step in range(1, min(index, 13) + 1):
        if sentence.matched[index - step]:
            return bucket(step - 1, _DISTANCES)
    return 99


def _matched_right(sentence: Sentence, index: int) -> int:
    for step in range(1, min(len(sentence.tokens) - index - 1, 13) + 1):
        if sentence.matched[index + step]:
            return bucket(step - 1, _DISTANCES)
    return 99


def _distance_left(sentence: Sentence, index: int, anchor: str) -> int:
    if not anchor:
        return -1
    at = sentence.folded.rfind(anchor, 0, sentence.tokens[index].start)
    if at < 0:
        return 99
    past = at + len(anchor)
    return bucket(sum(1 for token in sentence.tokens[:index] if token.start >= past), _DISTANCES)


def _distance_right(sentence: Sentence, index: int, anchor: str) -> int:
    if not anchor:
        return -1
    at = sentence.folded.find(anchor, sentence.tokens[index].end)
    if at < 0:
        return 99
    return bucket(sum(1 for token in sentence.tokens[index + 1 :] if token.end <= at), _DISTANCES)


def score_spans(question: Question, sentence: Sentence, weights: Mapping[str, float]) -> list[float]:
    """Score of each of ``sentence.spans``; any real number, higher is better, comparable within the sentence."""
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    scores = []
    for start, past in sentence.spans:
        if start not in starts:
            starts[start] = sum(weights.get(name, 0.0) for name in start_features(question, sentence, start))
        if past not in ends:
            ends[past] = sum(weights.get(name, 0.0) for name in end_features(question, sentence, past - 1))
        inner = sum(weights.get(name, 0.0) for name in inner_features(question, sentence, start, past))
        scores.append(starts[start] + ends[past] + inner)
    return scores
