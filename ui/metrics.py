"""What the server counts, in Prometheus' text format. No label comes from a user, and nothing that was asked or read.

Knows no Gradio. A :class:`Metrics` holds its own registry, so that two servers in one process do not mix.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, get_args

from qa.errors import LibraryError
from ui.gate import Outcome, Status

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds in seconds."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_LOG = logging.getLogger(__name__)


class Metrics:
    """Counts and times by fixed names. May be used from several threads."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry = CollectorRegistry()
        given: dict[str, Any] = {"registry": self._registry}
        self._requests = Counter(
            "yinju_http_requests",
            "HTTP requests by kind of address, method and status.",
            ["route", "method", "code"],
            **given,
        )
        self._request_seconds = Histogram(
            "yinju_http_request_seconds", "Seconds to the end of a response.", ["route"], buckets=BUCKETS, **given
        )
        self._questions = Counter("yinju_questions", "Questions by what became of them.", ["status"], **given)
        self._seconds = Histogram(
            "yinju_question_seconds", "Seconds of a question by stage.", ["stage"], buckets=BUCKETS, **given
        )
        for status in get_args(Status):
            self._questions.labels(status)
        for stage in ("wait", "retrieve", "read", "total"):
            self._seconds.labels(stage)

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:
        """A gauge whose value is asked for whenever the metrics are read; NaN where the library does not say."""
        from prometheus_client import Gauge

        def asked() -> float:
            try:
                return float(value())
            except LibraryError as error:
                _LOG.warning("a gauge has no value: %s", error.code)
                return float("nan")

        Gauge(name, help, registry=self._registry).set_function(asked)

    def request(self, route: str, method: str, code: int, seconds: float) -> None:
        """Count a response. ``route`` is one of a few fixed words."""
        self._requests.labels(route, method if method in METHODS else "other", str(code)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def question(self, outcome: Outcome) -> None:
        """Count what became of a question."""
        self._questions.labels(outcome.status).inc()
        if outcome.status not in ("answered", "not_found"):
            return
        self._seconds.labels("wait").observe(outcome.waited)
        self._seconds.labels("total").observe(outcome.total)
        if outcome.timings is not None:
            self._seconds.labels("retrieve").observe(outcome.timings.retrieve / 1000)
            self._seconds.labels("read").observe(outcome.timings.read / 1000)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)
