"""milvus-lite for tests, where it is installed."""

from __future__ import annotations

import pytest

from benchmarks.milvus_process import INSTALLED, MilvusProcess

__all__ = ["MilvusProcess", "needs_milvus"]

needs_milvus = pytest.mark.skipif(
    not INSTALLED, reason="pymilvus and milvus-lite are not installed (pip install -e '.[dev]')"
)
