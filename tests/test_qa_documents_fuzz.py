"""Files that chance has spoilt end in a document or a clear error, through the reader that `yinju add` uses."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.fuzz import outcomes
from benchmarks.fuzz_files import mutated, samples

CASES = 20
"""Of each file; `python -m benchmarks.fuzz` reads more."""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return samples()


def test_the_files_are_read_as_they_are(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert set(outcomes(path)) == {"ok"}, name
    assert files == samples()


@pytest.mark.parametrize("name", sorted(samples()))
def test_spoilt_files_are_read_or_refused(name: str, files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / name
    for number in range(CASES):
        path.write_bytes(mutated(files[name], random.Random(f"{name}:{number}")))
        bad = [end for end in outcomes(path) if end.startswith("!")]
        assert not bad, (number, bad)


def test_the_same_chance_gives_the_same_file(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        assert mutated(data, random.Random(7)) == mutated(data, random.Random(7)), name
