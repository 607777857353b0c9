"""Texts in, vectors out, from a service that speaks OpenAI's interface for embeddings: ``POST <url>/embeddings``.

Every text and every question is sent to that service, which is why nothing uses this module unless a service is named.
Such services add no prompts: models that need some (``query: ``, ``passage: ``) get them from here.

Covered: services that answer ``{"data": [{"index", "embedding"}]}`` with numbers. Not covered: vectors in base64; texts
longer than the service takes, which it cuts or refuses as it likes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import EncoderError, shown_address

if TYPE_CHECKING:
    import httpx

    from embeddings.encoder import Floats2d

BATCH = 32
"""Texts a request: what the strictest of the usual servers takes."""

CONNECT_TIMEOUT, QUESTION_TIMEOUT, BATCH_TIMEOUT = 5.0, 20.0, 120.0
"""Seconds."""

WAITS = (1.0, 4.0)
"""Seconds before passages are sent again to a service that was away or too busy. Questions are sent once."""

_BUSY = frozenset({429, 502, 503, 504})
_REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class EncoderService:
    """A service and the model that it is asked for. ``url``: up to and with ``/v1``; ``key`` is sent as bearer token."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    query_prompt: str = ""
    passage_prompt: str = ""

    @property
    def identity(self) -> str:
        """Names the model, wherever it is served, with the prompt that its vectors of passages were made with."""
        return f"{self.model}@served" + (f" {self.passage_prompt!r}" if self.passage_prompt else "")


class ServedEncoder:
    """The :class:`embeddings.encoder.Encoder` of a service.

    Making one asks for one vector, which tells the dimension. Making and encoding raise :class:`EncoderError`:
    ``encoder_unreachable``, ``encoder_refused``, ``encoder_answer`` or ``encoder_dimension``.
    """

    def __init__(self, service: EncoderService) -> None:
        import httpx

        self.identity = service.identity
        self._service = service
        self._shown = shown_address(service.url)
        self._client = httpx.Client(headers={"Authorization": f"Bearer {service.key}"} if service.key else {})
        self.dim = len(self._answered(["1"], QUESTION_TIMEOUT)[0])

    def encode_queries(self, texts: Sequence[str]) -> Floats2d:
        """Vectors of questions, float32 (n, dim)."""
        return self._encode([self._service.query_prompt + text for text in texts], QUESTION_TIMEOUT, (), None)

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats2d:
        """Vectors of passages, float32 (n, dim). ``progress`` is told how many are done, rising to n."""
        return self._encode([self._service.passage_prompt + text for text in texts], BATCH_TIMEOUT, WAITS, progress)

    def _encode(
        self, texts: Sequence[str], timeout: float, waits: Sequence[float], progress: Callable[[int], None] | None
    ) -> Floats2d:
        vectors = np.empty((len(texts), self.dim), np.float32)
        for begin in range(0, len(texts), BATCH):
            batch = texts[begin : begin + BATCH]
            rows = self._answered(batch, timeout, waits)
            if len(rows[0]) != self.dim:
                raise EncoderError("encoder_dimension", url=self._shown, found=len(rows[0]), expected=self.dim)
            vectors[begin : begin + len(batch)] = rows
            if progress is not None:
                progress(begin + len(batch))
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return vectors

    def _answered(self, texts: Sequence[str], timeout: float, waits: Sequence[float] = ()) -> Floats2d:
        """What the service gives for at most ``BATCH`` texts, one at least."""
        response = self._asked(texts, timeout)
        for wait in waits:
            if isinstance(response, EncoderError) or response.status_code in _BUSY:
                time.sleep(wait)
                response = self._asked(texts, timeout)
        if isinstance(response, EncoderError):
            raise response
        if response.status_code != 200:
            reason = " ".join(response.text.split())[:_REASON_LIMIT]
            raise EncoderError("encoder_refused", url=self._shown, status=str(response.status_code), reason=reason)
        try:
            return _rows(response.json(), len(texts))
        except (ValueError, TypeError, KeyError) as error:
            raise EncoderError("encoder_answer", url=self._shown, reason=str(error)) from error

    def _asked(self, texts: Sequence[str], timeout: float) -> httpx.Response | EncoderError:
        import httpx

        body: dict[str, Any] = {
            "model": self._service.model,
            "input": [text.encode("utf-8", "replace").decode() for text in texts],
            "encoding_format": "float",
        }
        limits = httpx.Timeout(timeout, connect=CONNECT_TIMEOUT)
        try:
            return self._client.post(f"{self._service.url.rstrip('/')}/embeddings", json=body, timeout=limits)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return EncoderError("encoder_unreachable", url=self._shown, reason=str(error) or type(error).__name__)


def _rows(answer: Any, count: int) -> Floats2d:
    """The vectors of an answer in the order of what was asked.

    :raises ValueError, TypeError, KeyError: if it is not an answer to ``count`` texts.
    """
    items = {item["index"]: item["embedding"] for item in answer["data"]}
    if sorted(items) != list(range(count)):
        raise ValueError(f"{len(items)} vectors for {count} texts")
    rows = np.array([items[i] for i in range(count)], np.float32)
    if rows.ndim != 2 or rows.shape[1] == 0 or not np.isfinite(rows).all():
        raise ValueError("vectors that are not rows of finite numbers")
    return rows
