"""Vectors that were sealed: what is found, what a removal and a crash leave, what the files hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings import dense, dense_segment
from embeddings.dense import DenseIndex
from embeddings.dense_segment import intact, open_segment, write_segment
from embeddings.errors import IndexBroken

DIM = 32


@pytest.fixture(autouse=True)
def seal_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of 100 rows, of which 40 a segment are proposed and 80 scored."""
    monkeypatch.setattr(dense, "SEAL_AT", 100)
    monkeypatch.setattr(dense, "SCORED", 80)
    monkeypatch.setattr(dense, "_SCORED_FOR_ONE", 8)


def unit_rows(n: int, *, seed: int, dim: int = DIM) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def exact(rows: dict[int, np.ndarray], query: np.ndarray, k: int) -> list[tuple[int, float]]:
    hits = [(number, round(float(row @ query), 6)) for number, row in rows.items()]
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]


def filled(folder: Path, count: int) -> tuple[DenseIndex, dict[int, np.ndarray]]:
    rows = unit_rows(count, seed=0)
    index = DenseIndex(folder, dim=DIM)
    index.add(list(range(count)), rows)
    return index, dict(enumerate(rows))


def names(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir())


def test_the_vectors_added_last_stay_out_of_segments(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, 250)
    assert ([len(segment.ids) for segment in index._sealed], len(index._recent.ids)) == ([100, 100], 50)
    assert (index.count, index.ids()) == (250, list(range(250)))
    assert index.held([3, 104, 249, 250]) == {3, 104, 249}


def test_nearly_all_of_the_nearest_are_found_with_their_own_scores(tmp_path: Path) -> None:
    index, rows = filled(tmp_path, 1050)
    shared = 0
    for query in unit_rows(50, seed=1):
        found, best = index.search(query, k=10), exact(rows, query, 10)
        assert all(score == pytest.approx(float(rows[number] @ query), abs=2e-6) for number, score in found)
        assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))
        shared += len({number for number, _ in found} & {number for number, _ in best})
    # Of 500, with 32 bits a row and 80 rows scored of 1,000; random directions are the hardest.
    assert shared >= 400
    assert [index.search(rows[i], k=1)[0][0] for i in range(0, 1050, 50)] == list(range(0, 1050, 50))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_among_is_exact_whatever_was_sealed_or_removed(tmp_path: Path, data: st.DataObject) -> None:
    index, rows = filled(tmp_path, 330)
    gone = data.draw(st.sets(st.integers(0, 340), max_size=60))
    index.remove(gone)
    for number in gone:
        rows.pop(number, None)
    among = frozenset(data.draw(st.sets(st.integers(0, 400), max_size=200)))
    k = data.draw(st.integers(1, 210))
    query = unit_rows(1, seed=data.draw(st.integers(0, 99)))[0]
    found = index.search(query, k=k, among=among)
    best = exact({number: row for number, row in rows.items() if number in among}, query, k)
    assert [number for number, _ in found] == [number for number, _ in best]
    assert [score for _, score in found] == pytest.approx([score for _, score in best], abs=2e-6)
    assert index.scores(query, [number for number, _ in found]) == pytest.approx([s for _, s in found], abs=2e-6)


def test_a_removed_row_is_neither_found_nor_scored(tmp_path: Path) -> None:
    index, rows = filled(tmp_path, 150)
    index.remove([7, 149, 7000])
    assert index.count == 148
    assert 7 not in [number for number, _ in index.search(rows[7], k=148)]
    assert index.held([7, 8]) == {8}
    with pytest.raises(KeyError, match="7"):
        index.scores(rows[7], [8, 7])
    index.add([7], rows[149][None])
    assert index.search(rows[149], k=1)[0][0] == 7


def test_as_many_as_asked_for_are_found_where_the_nearest_were_removed(tmp_path: Path) -> None:
    index, rows = filled(tmp_path, 200)
    query = unit_rows(1, seed=5)[0]
    order = [number for number, _ in exact(rows, query, 200)]
    index.remove(order[:90])
    assert [number for number, _ in index.search(query, k=110)] == order[90:]


def test_equal_rows_are_found_too(tmp_path: Path) -> None:
    # All rows of a segment at its centre: the codes tell nothing.
    row = unit_rows(1, seed=0)
    index = DenseIndex(tmp_path, dim=DIM)
    index.add(list(range(120)), np.repeat(row, 120, axis=0))
    assert [number for number, _ in index.search(row[0], k=120)] == list(range(120))


@pytest.mark.parametrize("dim", [1, 3, 33, 64])
def test_any_dimension_can_be_sealed(tmp_path: Path, dim: int) -> None:
    index = DenseIndex(tmp_path, dim=dim)
    rows = unit_rows(150, seed=0, dim=dim)
    index.add(list(range(150)), rows)
    index.save()
    found = DenseIndex.load(tmp_path, dim=dim).search(rows[0], k=150)
    assert sorted(number for number, _ in found) == list(range(150))


def test_save_and_load_keep_everything(tmp_path: Path) -> None:
    index, rows = filled(tmp_path, 250)
    index.remove([3, 120, 240])
    index.save()
    again = DenseIndex.load(tmp_path, dim=DIM)
    assert again.ids() == index.ids()
    for query in unit_rows(5, seed=2):
        assert again.search(query, k=20) == index.search(query, k=20)
    assert names(tmp_path) == [".bin", ".codes", ".codes", ".rows", ".rows"]
    other = DenseIndex.load(tmp_path, dim=DIM, known=again)
    assert [segment.codes for segment in other._sealed] == [segment.codes for segment in again._sealed]
    other.remove([4])
    assert again.held([4]) == {4}


def test_sealed_files_never_change_and_the_last_file_stays_small(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, 250)
    index.save()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.suffix != ".bin"}
    index.add([1000], unit_rows(1, seed=9))
    index.remove([0])
    index.save()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.suffix != ".bin"} == before
    assert (tmp_path / "dense.bin").stat().st_size < 51 * (4 * DIM + 8) + 1000


def test_a_segment_that_lost_half_is_dissolved(tmp_path: Path) -> None:
    index, rows = filled(tmp_path, 250)
    index.remove(range(50))
    index.save()
    assert [len(segment.ids) for segment in index._sealed] == [100, 100]
    index.remove([50])
    index.save()
    # 49 rows of the first segment joined the 50 added last.
    assert ([len(segment.ids) for segment in index._sealed], len(index._recent.ids)) == ([100], 99)
    assert index.ids() == DenseIndex.load(tmp_path, dim=DIM).ids() == list(range(51, 250))
    assert names(tmp_path) == [".bin", ".codes", ".rows"]
    assert index.search(rows[60], k=1)[0][0] == 60


def test_sizes_stay_within_bounds_whatever_comes_and_goes(tmp_path: Path) -> None:
    index, chance = DenseIndex(tmp_path, dim=DIM), np.random.default_rng(0)
    held: set[int] = set()
    for step in range(30):
        ids = chance.choice(600, size=int(chance.integers(1, 90)), replace=False).tolist()
        index.add(ids, unit_rows(len(ids), seed=step))
        gone = chance.choice(600, size=40, replace=False).tolist()
        index.remove(gone)
        index.save()
        held = (held | set(ids)) - set(gone)
        assert index.ids() == sorted(held)
        assert len(index._recent.ids) <= 100
        assert sum(len(segment.ids) for segment in index._sealed) <= 2 * len(held)


@pytest.mark.parametrize("suffix", [".codes", ".rows"])
@pytest.mark.parametrize("damage", ["gone", "cut", "longer"])
def test_load_refuses_a_segment_that_is_not_whole(tmp_path: Path, suffix: str, damage: str) -> None:
    filled(tmp_path, 150)[0].save()
    path = next(path for path in tmp_path.iterdir() if path.suffix == suffix)
    content = path.read_bytes()
    path.unlink() if damage == "gone" else path.write_bytes(content[:-1] if damage == "cut" else content + b"\0")
    with pytest.raises(IndexBroken, match=path.stem):
        DenseIndex.load(tmp_path, dim=DIM)


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    filled(tmp_path, 150)[0].save()
    codes, rows = sorted(path for path in tmp_path.iterdir() if path.suffix != ".bin")
    assert DenseIndex.load(tmp_path, dim=DIM).changed_files() == []
    content = bytearray(rows.read_bytes())
    content[100] ^= 1
    rows.write_bytes(content)
    assert DenseIndex.load(tmp_path, dim=DIM).changed_files() == [rows.name]
    content = bytearray(codes.read_bytes())
    content[-1] ^= 1
    codes.write_bytes(content)
    with pytest.raises(IndexBroken, match="changed"):
        DenseIndex.load(tmp_path, dim=DIM)


def test_a_score_that_is_no_number_breaks_the_index(tmp_path: Path) -> None:
    filled(tmp_path, 150)[0].save()
    path = next(path for path in tmp_path.iterdir() if path.suffix == ".rows")
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(IndexBroken, match="changed"):
        DenseIndex.load(tmp_path, dim=DIM).search(unit_rows(1, seed=0)[0], k=3)


def test_the_same_rows_make_the_same_files(tmp_path: Path) -> None:
    rows, ids = unit_rows(100, seed=0), np.arange(100)
    first, second = write_segment(tmp_path / "a", ids, rows), write_segment(tmp_path / "b", ids, rows)
    assert first.name == second.name
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert intact(open_segment(tmp_path / "a", first.name, dim=DIM))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_what_cannot_be_sealed_stays_searchable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, rows = filled(tmp_path, 100)
    index.save()
    monkeypatch.setattr(dense_segment, "_name", lambda *_: "full")
    (tmp_path / "full.rows.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        index.add([100], unit_rows(1, seed=3))
    assert index.ids() == list(range(100))
    assert DenseIndex.load(tmp_path, dim=DIM).ids() == list(range(100))
    assert names(tmp_path) == [".bin"]
    monkeypatch.undo()
    index.add([100], unit_rows(1, seed=3))
    assert index.ids() == list(range(101))
    assert index.search(rows[5], k=1)[0][0] == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", ["rows", "codes", "dense", "dropped"])
def test_a_save_killed_between_its_steps_leaves_an_index(tmp_path: Path, moment: str) -> None:
    filled(tmp_path, 150)[0].save()
    code = f"""
import os, signal, sys
from pathlib import Path
import numpy as np
from embeddings import dense, dense_segment
dense.SEAL_AT = 100
index = dense.DenseIndex.load(Path(sys.argv[1]), dim={DIM})
index.remove(range(60))
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
if {moment!r} == "rows": dense_segment.write_checked = die
if {moment!r} == "codes": dense.write_checked = die
if {moment!r} == "dense": dense.drop_others = die
rows = np.random.default_rng(1).normal(size=(80, {DIM})).astype(np.float32)
index.add(list(range(200, 280)), rows)
index.save()
die()
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    index = DenseIndex.load(tmp_path, dim=DIM)
    after = [*range(60, 150), *range(200, 280)]
    assert index.ids() == (list(range(150)) if moment in ("rows", "codes") else after)
    index.remove([*range(60), *range(200, 280)])
    index.add(list(range(200, 280)), unit_rows(80, seed=1))
    index.save()
    again = DenseIndex.load(tmp_path, dim=DIM)
    assert again.ids() == after
    assert again.changed_files() == []
    assert {path.stem for path in tmp_path.iterdir()} == {"dense", *(segment.name for segment in again._sealed)}


def test_opening_again_while_another_drops_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, _ = filled(tmp_path, 150)
    index.save()
    opened = dense.open_segment

    def late(folder: Path, name: str, *, dim: int) -> dense_segment.Segment:
        monkeypatch.setattr(dense, "open_segment", opened)
        index.remove(range(60))
        index.save()
        return opened(folder, name, dim=dim)

    monkeypatch.setattr(dense, "open_segment", late)
    assert DenseIndex.load(tmp_path, dim=DIM).ids() == list(range(60, 150))
