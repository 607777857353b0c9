from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.dense import DenseIndex
from embeddings.errors import IndexBroken

EYE = np.eye(4, dtype=np.float32)
NOWHERE = Path("nowhere")


def unit_rows(n: int, dim: int, *, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(folder: Path = NOWHERE) -> DenseIndex:
    index = DenseIndex(folder, dim=4)
    index.add([5, 2, 9], np.array([[1, 0, 0, 0], [0.6, 0.8, 0, 0], [0, 0, -1, 0]], dtype=np.float32))
    return index


def test_search_gives_cosines_best_first() -> None:
    assert filled().search(EYE[0], k=3) == [(5, 1.0), (2, 0.6), (9, 0.0)]
    assert filled().search(EYE[2], k=3) == [(2, 0.0), (5, 0.0), (9, -1.0)]
    assert filled().search(EYE[1], k=1) == [(2, 0.8)]


def test_scores_follow_the_order_of_the_ids() -> None:
    assert filled().scores(EYE[0], [9, 5, 2, 5]) == [0.0, 1.0, 0.6, 1.0]
    assert filled().scores(EYE[0], []) == []
    with pytest.raises(KeyError, match="7"):
        filled().scores(EYE[0], [5, 7])


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 300), dim=st.sampled_from([1, 8, 33]), k=st.integers(1, 320), seed=st.integers(0, 1000))
def test_search_equals_numpy(n: int, dim: int, k: int, seed: int) -> None:
    rows, query = unit_rows(n, dim, seed=seed), unit_rows(1, dim, seed=seed + 1)[0]
    ids = np.random.default_rng(seed).permutation(10 * n)[:n].tolist()
    index = DenseIndex(NOWHERE, dim=dim)
    index.add(ids, rows)
    found = index.search(query, k=k)
    cosines = dict(zip(ids, (rows @ query).tolist(), strict=True))
    assert [score for _, score in found] == pytest.approx(sorted(cosines.values(), reverse=True)[:k], abs=2e-6)
    assert [score for _, score in found] == pytest.approx([cosines[i] for i, _ in found], abs=2e-6)
    assert len(found) == len({i for i, _ in found}) == min(k, n)
    assert index.scores(query, ids) == pytest.approx([cosines[i] for i in ids], abs=2e-6)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_among_equals_leaving_the_others_out_of_an_exhaustive_search(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 70))
    ids = data.draw(st.lists(st.integers(0, 200), min_size=n, max_size=n, unique=True))
    index = DenseIndex(NOWHERE, dim=3)
    # Few directions, so that many scores are equal.
    index.add(ids, EYE[:3, :3][np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))])
    index.remove(data.draw(st.lists(st.sampled_from(ids), max_size=5)))
    among = frozenset(data.draw(st.lists(st.sampled_from([*ids, 201, 10_000]), max_size=n)))
    query = np.array([0.8, 0.6, 0.0], dtype=np.float32)
    assert index.search(query, k=k, among=among) == [hit for hit in index.search(query, k=n) if hit[0] in among][:k]


def test_ties_break_by_id() -> None:
    index = DenseIndex(NOWHERE, dim=33)
    row = unit_rows(1, 33, seed=0)
    ids = np.random.default_rng(0).permutation(1000).tolist()
    index.add(ids, np.repeat(row, 1000, axis=0))
    assert [i for i, _ in index.search(row[0], k=3)] == [0, 1, 2]
    assert [i for i, _ in index.search(row[0], k=400)] == list(range(400))


def test_add_replaces_and_remove_forgets() -> None:
    index = filled()
    index.add([2, 1], EYE[2:])
    assert (index.ids(), index.count) == ([1, 2, 5, 9], 4)
    assert index.search(EYE[2], k=1) == [(2, 1.0)]
    index.remove([5, 404])
    index.remove([])
    assert index.ids() == [1, 2, 9]
    assert index.search(EYE[0], k=4) == [(1, 0.0), (2, 0.0), (9, 0.0)]


def test_empty_index_and_k() -> None:
    index = DenseIndex(NOWHERE, dim=4)
    index.add([], np.zeros((0, 4), dtype=np.float32))
    assert (index.ids(), index.search(EYE[0], k=3)) == ([], [])
    assert filled().search(EYE[0], k=0) == []
    assert len(filled().search(EYE[0], k=99)) == 3


# fmt: off
REFUSED = [
    ([1], [[np.nan, 0, 0, 0]], "NaN"), ([1], [[np.inf, 0, 0, 0]], "infinity"), ([1], [[1, 0]], r"\(1, 2\)"),
    ([1, 2], [[1, 0, 0, 0]], r"expected \(2, 4\)"), ([1, 1], [[1, 0, 0, 0]] * 2, "twice"),
]
# fmt: on


@pytest.mark.parametrize(("ids", "rows", "message"), REFUSED)
def test_add_refuses_and_keeps_what_was_there(ids: list[int], rows: list[list[float]], message: str) -> None:
    index = filled()
    with pytest.raises(ValueError, match=message):
        index.add(ids, np.array(rows, dtype=np.float32))
    assert index.ids() == [2, 5, 9]


def test_search_refuses_what_is_no_vector_of_its_dimension() -> None:
    with pytest.raises(ValueError, match="NaN"):
        filled().search(np.full(4, np.nan, dtype=np.float32), k=1)
    with pytest.raises(ValueError, match=r"\(3,\), expected \(4,\)"):
        filled().scores(np.ones(3, dtype=np.float32), [5])


def test_save_and_load_keep_everything(tmp_path: Path) -> None:
    filled(tmp_path).save()
    index = DenseIndex.load(tmp_path, dim=4)
    assert index.search(EYE[0], k=3) == filled().search(EYE[0], k=3)
    index.remove([5])
    index.add([6], EYE[:1])
    index.save()
    assert DenseIndex.load(tmp_path, dim=4).ids() == [2, 6, 9]
    DenseIndex(tmp_path, dim=4).save()
    assert DenseIndex.load(tmp_path, dim=4).ids() == []
    assert [p.name for p in tmp_path.iterdir()] == ["dense.bin"]


def test_load_refuses_damage(tmp_path: Path) -> None:
    path = tmp_path / "dense.bin"
    filled(tmp_path).save()
    good = path.read_bytes()
    # fmt: off
    damages = {
        "cut short": [b"", good[:10], good[:-1], good + b"\0", good[:64]],
        "not a vector index": [b"\x5a" * len(good), b"{}" * 500],
        "changed": [good[:-1] + b"\x5a", good[:70] + bytes([good[70] ^ 1]) + good[71:]],
        "format version 1": [good[:8] + b"\x01" + good[9:]],
    }
    # fmt: on
    for reason, contents in damages.items():
        for content in contents:
            path.write_bytes(content)
            with pytest.raises(IndexBroken, match=reason):
                DenseIndex.load(tmp_path, dim=4)
    path.write_bytes(good)
    with pytest.raises(IndexBroken, match="dimension 4, expected 8"):
        DenseIndex.load(tmp_path, dim=8)
    with pytest.raises(IndexBroken, match=r"dense\.bin"):
        DenseIndex.load(tmp_path / "none", dim=4)


def test_the_header_holds_the_hash_of_the_rest(tmp_path: Path) -> None:
    filled(tmp_path).save()
    content = (tmp_path / "dense.bin").read_bytes()
    assert content[:8] == b"YJDENSE\0"
    assert content[32:64] == hashlib.sha256(content[64:]).digest()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "dense.bin"
    filled(tmp_path).save()
    before = path.read_bytes()
    (tmp_path / "dense.bin.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        DenseIndex(tmp_path, dim=4).save()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["dense.bin"]


def test_importing_loads_neither_faiss_nor_numpy() -> None:
    code = "import sys, embeddings.hybrid; sys.exit(any(n in sys.modules for n in ('faiss', 'numpy', 'tantivy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
