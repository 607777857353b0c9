"""Shared fixtures. The fake encoder's vectors can be written down by hand, so every score can be computed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from qa.library import Library
from tests.ui_server import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A busy machine draws examples slowly; that says nothing of what is tested.
settings.register_profile("steady", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

KEYWORDS = ("重庆", "越南", "西洽会", "开幕", "500强", "展位", "昌都", "亿元")
ROOT = Path(__file__).parent.parent


class KeywordEncoder:
    """One dimension a keyword, and a last one for texts that hold none: rows are counts scaled to unit length."""

    identity = "keywords@1"
    dim = len(KEYWORDS) + 1

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.array([[*(text.count(word) for word in KEYWORDS), 0] for text in texts], dtype=np.float32)
        rows = rows.reshape(len(texts), self.dim)
        rows[rows.sum(axis=1) == 0, -1] = 1
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
        if progress is not None:
            progress(len(texts))
        return self.encode_queries(texts)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's library or settings."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("YINJU_") and name != "YINJU_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("YINJU_CONFIG", str(home / "config.toml"))
    monkeypatch.setenv("YINJU_LIBRARY", str(home / "library"))


@pytest.fixture
def encoder() -> KeywordEncoder:
    return KeywordEncoder()


@pytest.fixture
def library(tmp_path: Path, encoder: KeywordEncoder) -> Iterator[Library]:
    with Library.create(tmp_path / "library", encoder=encoder) as opened:
        yield opened


@pytest.fixture
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a file: while Playwright runs, its event loop does too, and other files need their own."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data. Where it is absent the test is skipped, but never in CI."""
    folder = Path(os.environ.get("YINJU_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        message = f"{folder} is not there; set YINJU_SHARED"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
