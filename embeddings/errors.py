"""Every error that the embeddings package raises for a reason a user can act on.

    EmbeddingsError            code + fields; the sentence a user reads is made elsewhere
    ├── EncoderError           the embedding model cannot be used
    ├── IndexBroken            an index on disk cannot be read; it can be deleted and built again
    ├── IndexBusy              another process is changing the index
    └── EngineError            the server that the index is kept on cannot be used

``code`` is stable and names the sentence; ``fields`` carry the value and whatever the next step needs.
"""

from __future__ import annotations

import re


class EmbeddingsError(Exception):
    """An error with a stable ``code`` and the ``fields`` that its sentence needs."""

    def __init__(self, code: str, **fields: object) -> None:
        self.code = code
        self.fields = fields
        super().__init__(f"{code}: " + ", ".join(f"{name}={value!r}" for name, value in fields.items()))


class EncoderError(EmbeddingsError):
    """Codes: ``model_missing`` (model, reason): neither a folder nor a name that can be had from here;
    ``model_unreadable`` (model, reason): found, but it does not load as an embedding model. Of a service:
    ``encoder_unreachable`` (url, reason); ``encoder_refused`` (url, status, reason): not HTTP 200; ``encoder_answer``
    (url, reason): no vectors in it; ``encoder_dimension`` (url, found, expected): vectors of another length than before.
    """


class IndexBroken(EmbeddingsError):
    """Codes: ``index_broken`` (path, reason): cut short, overwritten, of another format or of another dimension."""


class IndexBusy(EmbeddingsError):
    """Codes: ``index_busy`` (path): another process holds changes that it has not committed yet."""


class EngineError(EmbeddingsError):
    """Codes: ``engine_missing`` (package, install): its client is not installed; ``engine_unreachable`` (uri, reason);
    ``engine_refused`` (uri, reason): it answers, but not with what was asked; ``engine_foreign`` (uri, collection,
    found, expected): the collection belongs to another library or model.
    """


def shown_address(address: str) -> str:
    """An address as an error may name it: without the password that may stand in it."""
    return re.sub(r"(?<=//)[^/@]*@", "", address)
