"""Raw scores and evidence -> the probability that a reading answers its question.

A logistic model over a few named signals that mean the same in a library of one page and one of a million. Its weights
are fitted by ``training/calibrate.py`` on questions whose answer is known to be there or not. Knows no threshold.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from qa.evidence import evidence
from qa.types import Hit, Reading

LEAD_LIMIT = 3.0
"""Fused scores are in standard deviations; a lead beyond this says no more."""


SCORE_LIMIT = 15.0
"""A reading's score, in logits, beyond which it says no more."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """``bias`` and one weight a signal, in logits."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, question: str, hits: Sequence[Hit], reading: Reading) -> float:
        """Probability in [0, 1] that the quote of ``reading``, which is of ``hits``, answers ``question``."""
        found = signals(question, hits, reading)
        logit = self.bias + math.fsum(weight * found[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1.0 + math.exp(logit))


def signals(question: str, hits: Sequence[Hit], reading: Reading) -> dict[str, float]:
    """What speaks for a reading: retrieval (``lead``, and ``place``, 0 for the first passage, 1 for the others), reading (``score``),
    evidence (the others).

    The cosine itself is not among them: how near a question comes to its answer depends on the kind of text, and a
    model fitted with it refused whole newspapers.
    """
    hit = hits[reading.hit]
    proof = evidence(question, hit, reading)
    rival = max((other.score for other in hits if other is not hit), default=hit.score - LEAD_LIMIT)
    return {
        "lead": max(-LEAD_LIMIT, min(LEAD_LIMIT, hit.score - rival)),
        "place": float(reading.hit > 0),
        "score": max(-SCORE_LIMIT, min(SCORE_LIMIT, reading.score)),
        "quote": proof.quote,
        "passage": proof.passage,
        "missing": proof.missing,
        "name_missing": proof.name_missing,
        "figure_missing": proof.figure_missing,
        "short": float(proof.short),
        "rival": float(proof.rival),
        "contrast": proof.contrast,
    }


@lru_cache(maxsize=1)
def load_calibration() -> Calibration:
    """The calibration that ships."""
    table = json.loads((files("qa") / "bundled" / "confidence.json").read_text(encoding="utf-8"))
    return Calibration(**table)
