"""Texts in, vectors out: the encoder that ships with the project, or any other that sentence-transformers can load.

Owns the choice of prompts, precision and batch size. Knows no documents, passages' ids or indexes.

Covered: text. Texts longer than the model's window (512 tokens for the bundled model) are cut by the model.
Not covered: models that run code of their own from a hub; they are refused as unreadable.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderError
from embeddings.weights import MODULE

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Floats2d = NDArray[np.float32]
"""float32 (n, dim)."""

BUNDLED = Path(__file__).parent / "bundled"
# 4 to 16 gave the same speed on 2 cores, 32 and more were slower: less fits the cache, and more is padded.
BATCH = 8
HUB_TIMEOUT = 10.0
"""Seconds."""
# The names under which published models keep the prompt for passages, in sentence-transformers' own order.
PASSAGE_PROMPTS = ("document", "passage", "corpus")
NOT_WEIGHTS = {".md", ".py", ".pyc"}


class Encoder(Protocol):
    """Makes vectors of texts. Rows have unit length, so that the dot product of two is their cosine in [-1, 1], higher
    is nearer. Safe to call from several threads.
    """

    @property
    def identity(self) -> str:
        """Names the model; vectors of different identities must not be compared."""
        ...

    @property
    def dim(self) -> int:
        """Width of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Floats2d:
        """Vectors of questions, float32 (n, dim)."""
        ...

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats2d:
        """Vectors of passages, float32 (n, dim). ``progress`` is told how many are done, rising to n."""
        ...


def load_encoder(model: str | None = None) -> Encoder:
    """Load a model: ``None`` is the bundled one, else a folder or a name that sentence-transformers knows.

    The bundled model and folders never touch the network; a name does so only if it is not in the local cache.

    :raises EncoderError: ``model_missing`` or ``model_unreadable``.
    """
    return _SentenceEncoder(_load(model), model_identity(model))


def model_identity(model: str | None) -> str:
    """What :func:`load_encoder` would give as ``identity``, without loading anything.

    A folder (and the bundled model) is its name and a hash of its files, ``bundled@0123456789ab``: change a weight or
    the tokenizer and it changes. Any other name is itself.
    """
    folder = BUNDLED if model is None else Path(model)
    if not folder.is_dir():
        return str(model)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.suffix in NOT_WEIGHTS or not path.is_file() or any(part[0] == "." for part in relative.parts):
            continue
        digest.update(relative.as_posix().encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


class _SentenceEncoder:
    """A sentence-transformers model behind the Encoder protocol."""

    def __init__(self, model: SentenceTransformer, identity: str) -> None:
        self.identity = identity
        self.dim = int(model.get_embedding_dimension() or 0)
        self._model = model
        self._lock = threading.Lock()
        self._query_prompt = model.prompts.get("query")
        self._passage_prompt = _passage_prompt(model.prompts)

    def encode_queries(self, texts: Sequence[str]) -> Floats2d:
        return self._encode(texts, prompt=self._query_prompt, task="query", progress=None)

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats2d:
        return self._encode(texts, prompt=self._passage_prompt, task="document", progress=progress)

    def _encode(
        self, texts: Sequence[str], *, prompt: str | None, task: str, progress: Callable[[int], None] | None
    ) -> Floats2d:
        vectors = np.empty((len(texts), self.dim), np.float32)
        # Longest first: texts of like length share a batch, so little is padded.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            # The lock is held for one batch, so that a question need not wait for a whole library.
            with self._lock:
                vectors[batch] = self._model.encode(
                    [_encodable(texts[i]) for i in batch],
                    prompt=prompt,
                    task=task,
                    batch_size=BATCH,
                    show_progress_bar=False,
                )
            if progress is not None:
                progress(start + len(batch))
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return vectors


def _passage_prompt(prompts: Mapping[str, str | None]) -> str | None:
    return next((prompts[name] for name in PASSAGE_PROMPTS if prompts.get(name)), None)


def _encodable(text: str) -> str:
    """Lone surrogates, which no tokenizer takes, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _load(model: str | None) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    folder = BUNDLED if model is None else Path(model)
    name = str(folder) if model is None else model
    options: dict[str, Any] = {"model_kwargs": {"dtype": precision()}}
    try:
        if folder.is_dir():
            return SentenceTransformer(
                str(folder), local_files_only=True, trust_remote_code=_is_stored(folder), **options
            )
        try:
            return SentenceTransformer(name, local_files_only=True, **options)
        except OSError:
            _check_hub(name)
            return SentenceTransformer(name, **options)
    except EncoderError:
        raise
    except OSError as error:
        code = "model_unreadable" if folder.is_dir() else "model_missing"
        raise EncoderError(code, model=name, reason=str(error)) from error
    # A border: whatever a stranger's model makes the libraries raise is the same to the user.
    except Exception as error:
        raise EncoderError("model_unreadable", model=name, reason=str(error)) from error


def _check_hub(name: str) -> None:
    """Ask the hub once for the model. Without a network the loader would try each of its files for half a minute.

    :raises EncoderError: ``model_missing``, if there is no way to the hub.
    """
    from huggingface_hub import model_info
    from huggingface_hub.errors import HfHubHTTPError

    try:
        model_info(name, timeout=HUB_TIMEOUT)
    except HfHubHTTPError:
        return  # The hub answers; the loader knows better under which name to ask for this model.
    # A border: which errors mean no network is up to the HTTP library that the hub's client uses.
    except Exception as error:
        raise EncoderError("model_missing", model=name, reason=str(error)) from error


def _is_stored(folder: Path) -> bool:
    """Whether the only class that the folder names outside sentence-transformers is this project's own.

    sentence-transformers asks for trust before it imports such a class; nothing in the folder itself is run.
    """
    path = folder / "modules.json"
    if not path.is_file():
        return False
    classes = [module["type"] for module in json.loads(path.read_text(encoding="utf-8"))]
    return MODULE in classes and all(c == MODULE or c.startswith("sentence_transformers.") for c in classes)


def precision() -> torch.dtype:
    """bfloat16 where the processor multiplies it in hardware, else float32: emulated, it is a hundred times slower."""
    import torch

    features = torch.cpu.get_capabilities()
    return torch.bfloat16 if features.get("amx_bf16") or features.get("avx512_bf16") else torch.float32
