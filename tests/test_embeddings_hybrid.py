from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.hybrid import HybridIndex, self_test
from embeddings.index import Candidate

EYE = np.eye(4, dtype=np.float32)
TEXTS = {1: "西洽会在重庆开幕。", 2: "昌都签约34.96亿元。", 3: "激光打靶在N2馆B03展位。", 4: "渝越合作步入快车道。"}


def filled(folder: Path, *, generation: int = 7) -> HybridIndex:
    index = HybridIndex.open(folder, dim=4)
    index.add(list(TEXTS), list(TEXTS.values()), EYE)
    index.commit(generation)
    return index


def everything(index: HybridIndex) -> list[Candidate]:
    return index.search("重庆 昌都 展位 合作", EYE[0], k=9)


def test_search_joins_both_legs_and_scores_both(tmp_path: Path) -> None:
    index = filled(tmp_path)
    found = index.search("昌都签约多少？", EYE[0], k=1)
    assert [(c.id, c.dense) for c in found] == [(1, 1.0), (2, 0.0)]
    # 2 is the only text that holds 昌都 (twice: word and pair), and 1 shares no term.
    assert found[0].lexical == 0.0
    assert found[1].lexical > 1.0
    agreed = index.search("昌都签约多少？", EYE[1], k=1)
    assert agreed == [Candidate(2, 1.0, found[1].lexical)]


def test_scores_do_not_depend_on_which_leg_found_them(tmp_path: Path) -> None:
    index = filled(tmp_path)
    by_id = {c.id: c for c in everything(index)}
    assert sorted(by_id) == [1, 2, 3, 4]
    for k in (1, 2, 3):
        for row in EYE:
            for candidate in index.search("重庆 昌都 展位 合作", row, k=k):
                assert candidate.lexical == pytest.approx(by_id[candidate.id].lexical, abs=2e-4)
                assert candidate.dense == row[candidate.id - 1]


def test_among_limits_both_legs_before_they_are_counted(tmp_path: Path) -> None:
    index = filled(tmp_path)
    by_id = {c.id: c for c in everything(index)}
    assert index.search("重庆 昌都 展位 合作", EYE[0], k=1, among=frozenset({3, 4})) == [by_id[3], by_id[4]]
    assert index.search("重庆 昌都 展位 合作", EYE[0], k=9, among=frozenset({404})) == []
    assert index.search("重庆 昌都 展位 合作", EYE[0], k=9, among=frozenset()) == []


def test_a_commit_is_there_when_opened_again(tmp_path: Path) -> None:
    before = everything(filled(tmp_path))
    index = HybridIndex.open(tmp_path, dim=4)
    assert (index.generation, index.ids()) == (7, ([1, 2, 3, 4], [1, 2, 3, 4]))
    assert everything(index) == before
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    hashes = manifest.pop("lexical")
    assert manifest == {"format": 2, "dim": 4, "generation": 7, "count": 4}
    assert hashes["meta.json"] == hashlib.sha256((tmp_path / "lexical" / "meta.json").read_bytes()).hexdigest()


def test_replaying_changes_nothing(tmp_path: Path) -> None:
    index = filled(tmp_path)
    before = everything(index)
    for _ in range(2):
        index.remove([1, 2, 404])
        index.add([1, 2], [TEXTS[1], TEXTS[2]], EYE[:2])
        index.commit(7)
    assert index.ids() == ([1, 2, 3, 4], [1, 2, 3, 4])
    assert [(c.id, c.dense) for c in everything(index)] == [(c.id, c.dense) for c in before]


def test_remove_takes_from_both_legs(tmp_path: Path) -> None:
    index = filled(tmp_path)
    index.remove([2])
    index.commit(8)
    assert index.ids() == ([1, 3, 4], [1, 3, 4])
    assert 2 not in [c.id for c in index.search("昌都签约34.96亿元", EYE[1], k=9)]


def test_an_empty_index_finds_nothing_and_writes_nothing(tmp_path: Path) -> None:
    index = HybridIndex.open(tmp_path / "new", dim=4)
    assert (index.generation, index.ids(), everything(index)) == (0, ([], []), [])
    assert not (tmp_path / "new").exists()
    index.commit(3)
    assert HybridIndex.open(tmp_path / "new", dim=4).generation == 3


# fmt: off
DAMAGES = {
    "manifest gone": ("manifest.json", None), "manifest cut": ("manifest.json", b'{"format": 1, "dim": 4, "gener'),
    "manifest list": ("manifest.json", b"[]"), "manifest binary": ("manifest.json", b"\xff\xfe\x00"),
    "other format": ("manifest.json", b'{"format": 99, "dim": 4, "generation": 7, "count": 4}'),
    "other dimension": ("manifest.json", b'{"format": 1, "dim": 5, "generation": 7, "count": 4}'),
    "no generation": ("manifest.json", b'{"format": 1, "dim": 4, "generation": "7", "count": 4}'),
    "vectors gone": ("dense.bin", None), "vectors cut": ("dense.bin", b"YJDENSE\0"),
    "words gone": ("lexical/meta.json", None), "words cut": ("lexical/meta.json", b"{"),
}
# fmt: on


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_opens_empty_and_is_built_again(tmp_path: Path, damage: str) -> None:
    before = everything(filled(tmp_path))
    name, content = DAMAGES[damage]
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    index = HybridIndex.open(tmp_path, dim=4)
    assert (index.generation, index.ids(), everything(index)) == (0, ([], []), [])
    index.add(list(TEXTS), list(TEXTS.values()), EYE)
    index.commit(9)
    again = HybridIndex.open(tmp_path, dim=4)
    assert (again.generation, everything(again)) == (9, before)


def test_opening_a_damaged_index_leaves_its_files(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "manifest.json").unlink()
    before = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*"))
    everything(HybridIndex.open(tmp_path, dim=4))
    assert sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*")) == before


def test_refresh_sees_another_writer(tmp_path: Path) -> None:
    reader = HybridIndex.open(tmp_path, dim=4)
    writer = filled(tmp_path)
    assert reader.refresh()
    assert (reader.generation, reader.ids()) == (7, writer.ids())
    assert not reader.refresh()
    writer.remove([1])
    assert not reader.refresh()
    writer.commit(8)
    assert reader.refresh()
    assert (reader.generation, reader.ids()) == (8, ([2, 3, 4], [2, 3, 4]))
    assert everything(reader) == everything(writer)


def test_what_stands_in_one_leg_only_is_no_candidate(tmp_path: Path) -> None:
    index = filled(tmp_path)
    lagging = HybridIndex.open(tmp_path, dim=4)
    index._writable().add([5], ["昌都的又一条消息"])
    index._writable().commit()
    lagging._lexical.reload()
    assert lagging.ids() == ([1, 2, 3, 4], [1, 2, 3, 4, 5])
    assert [c.id for c in lagging.search("昌都消息", EYE[0], k=9)] == [1, 2, 3, 4]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("moment", ["words", "vectors", "manifest"])
def test_a_commit_killed_between_its_steps_is_replayed(tmp_path: Path, moment: str) -> None:
    filled(tmp_path)
    code = f"""
import os, signal, sys
from pathlib import Path
import numpy as np
from embeddings import hybrid
index = hybrid.HybridIndex.open(Path(sys.argv[1]), dim=4)
index.remove([2]); index.add([5], ["渝港深化产业协同"], np.ones((1, 4), dtype=np.float32) / 2)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if {moment!r} == "words": index._lexical.commit(); die()
if {moment!r} == "vectors": index._lexical.commit(); index._dense.save(); die()
hybrid.json.dump = lambda value, file: (file.write('{{"format"'), file.flush(), die())
index.commit(8)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    index = HybridIndex.open(tmp_path, dim=4)
    assert index.generation == 7
    index.remove([2])
    index.add([5], ["渝港深化产业协同"], np.ones((1, 4), dtype=np.float32) / 2)
    index.commit(8)
    assert HybridIndex.open(tmp_path, dim=4).ids() == ([1, 3, 4, 5], [1, 3, 4, 5])


def test_lengths_that_differ_are_refused_before_anything_changes(tmp_path: Path) -> None:
    index = filled(tmp_path)
    for ids, texts, rows in [([8], ["a", "b"], EYE[:1]), ([8], ["a"], EYE[:2]), ([8, 8], ["a", "b"], EYE[:2])]:
        with pytest.raises(ValueError, match=r"must match|shape|twice"):
            index.add(ids, texts, rows)
    assert index.ids() == ([1, 2, 3, 4], [1, 2, 3, 4])


def test_self_test_hears_the_word_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    assert self_test()
    monkeypatch.setattr("embeddings.lexical.terms", lambda text: [text])
    assert not self_test()
