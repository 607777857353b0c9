from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import IndexBroken, IndexBusy
from embeddings.lexical import LexicalIndex
from embeddings.segment import question_terms, terms

PASSAGES = {
    7: "第八届西洽会在重庆国际博览中心开幕。",
    3: "325家世界500强扎根重庆。",
    12: "昌都推介会签约34.96亿元。",
    5: "激光打靶体验在N2馆B03展位。",
    9: "重慶與越南進出口額約45.1億元。",
}
# fmt: off
QUESTIONS = [
    ("西洽会在哪里开幕？", 7), ("多少家世界５００强落户重庆", 3), ("昌都签约多少亿元", 12), ("n2館b03有什么", 5),
    ("重庆与越南的进出口额", 9), ("第8届", 7), ("PPR-9087 AND (\"重庆\" OR *:* ^^ 越南", 9),
]
# fmt: on


def filled(index: LexicalIndex) -> LexicalIndex:
    index.add(list(PASSAGES), list(PASSAGES.values()))
    index.commit()
    return index


def bm25(question: str, texts: dict[int, str]) -> dict[int, float]:
    """Robertson and Zaragoza 2009 with k1 = 1.2, b = 0.75 and Lucene's idf; lengths up to 40 are exact in tantivy."""
    counts = {i: Counter(terms(text)) for i, text in texts.items()}
    average = sum(sum(c.values()) for c in counts.values()) / len(counts)
    scores = dict.fromkeys(counts, 0.0)
    for term in question_terms(question):
        n = sum(term in c for c in counts.values())
        idf = math.log(1 + (len(counts) - n + 0.5) / (n + 0.5))
        for i, c in counts.items():
            scores[i] += idf * c[term] * 2.2 / (c[term] + 1.2 * (0.25 + 0.75 * sum(c.values()) / average))
    return scores


@pytest.mark.parametrize(("question", "best"), QUESTIONS)
def test_search_finds_the_passage(question: str, best: int) -> None:
    assert filled(LexicalIndex.in_memory()).search(question, k=1)[0][0] == best


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.text("重庆开幕签约亿元12 ab", min_size=1, max_size=12), min_size=1, max_size=6),
    st.text("重庆开幕签约亿元12 ab", min_size=1, max_size=8),
)
def test_scores_equal_a_reference_bm25(texts: list[str], question: str) -> None:
    index = LexicalIndex.in_memory()
    numbered = dict(enumerate(texts, start=10))
    index.add(list(numbered), texts)
    index.commit()
    expected = bm25(question, numbered) if any(terms(t) for t in texts) else dict.fromkeys(numbered, 0.0)
    assert index.scores(question, list(numbered)) == pytest.approx(list(expected.values()), abs=2e-4)
    found = index.search(question, k=10)
    assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))
    assert {i for i, _ in found} == {i for i, score in expected.items() if score > 0}


def test_scores_equal_those_of_search_in_any_order() -> None:
    index = filled(LexicalIndex.in_memory())
    found = dict(index.search("重庆签约多少亿元", k=5))
    assert 0 < len(found) < 5
    ids = [9, 3, 404, 12, 7, 5, 9]
    assert index.scores("重庆签约多少亿元", ids) == pytest.approx([found.get(i, 0.0) for i in ids], abs=2e-4)


def test_ties_break_by_id_however_they_were_added() -> None:
    index = LexicalIndex.in_memory()
    for batch in ([9, 2, 31], [4, 30, 1], [8, 25]):
        index.add(batch, ["重庆开幕"] * len(batch))
        index.commit()
    assert [i for i, _ in index.search("重庆", k=2)] == [1, 2]
    assert [i for i, _ in index.search("重庆", k=5)] == [1, 2, 4, 8, 9]
    assert len({score for _, score in index.search("重庆", k=8)}) == 1


def test_add_replaces_and_remove_forgets() -> None:
    index = filled(LexicalIndex.in_memory())
    index.add([3], ["北京的消息。"])
    index.remove([7, 404])
    assert index.ids() == [3, 5, 7, 9, 12]
    index.commit()
    assert index.ids() == [3, 5, 9, 12]
    assert index.count == 4
    assert [i for i, _ in index.search("世界500强", k=5)] == []
    assert [i for i, _ in index.search("北京消息", k=5)] == [3]


@pytest.mark.parametrize("text", ["", " \n", "？！…", "\ud800\x00", "🙂"])
def test_what_holds_no_term_matches_nothing(text: str) -> None:
    index = filled(LexicalIndex.in_memory())
    index.add([99], [text])
    index.commit()
    assert 99 in index.ids()
    assert index.search(text, k=3) == []
    assert index.scores(text, [3, 99]) == [0.0, 0.0]


def test_empty_index_and_k() -> None:
    index = LexicalIndex.in_memory()
    assert (index.ids(), index.search("重庆", k=3), index.scores("重庆", [1])) == ([], [], [0.0])
    filled(index)
    assert index.search("重庆", k=0) == []
    assert len(index.search("重庆", k=1000)) == 3


def test_a_page_long_question_still_finds_its_rare_words() -> None:
    index = filled(LexicalIndex.in_memory())
    page = "".join(chr(0x3400 + i * 7 % 6000) for i in range(20_000)) + "越南进出口额"
    assert index.search(page, k=1)[0][0] == 9


def test_ids_and_texts_must_match() -> None:
    with pytest.raises(ValueError, match=r"ids \(2\) must match number of texts \(1\)"):
        LexicalIndex.in_memory().add([1, 2], ["重庆"])


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom embeddings.lexical import LexicalIndex\n"
        f"index = LexicalIndex.open(Path(sys.argv[1]))\n{code}"
    )
    return subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_writer_leaves_the_last_commit_and_no_lock(tmp_path: Path) -> None:
    done = run(
        "index.add([1], ['重庆']); index.commit()\n"
        "index.add(list(range(2, 500)), ['北京'] * 498); os.kill(os.getpid(), signal.SIGKILL)",
        tmp_path,
    )
    assert done.returncode == -9
    index = LexicalIndex.open(tmp_path)
    assert index.ids() == [1]
    index.add([2], ["北京"])
    index.commit()
    assert index.ids() == [1, 2]


def test_a_reader_sees_another_process_after_reload(tmp_path: Path) -> None:
    reader = filled(LexicalIndex.open(tmp_path))
    assert run("index.add([40], ['上海']); index.remove([3]); index.commit()", tmp_path).returncode == 0
    assert reader.ids() == [3, 5, 7, 9, 12]
    reader.reload()
    assert reader.ids() == [5, 7, 9, 12, 40]
    assert [i for i, _ in reader.search("上海", k=1)] == [40]


def test_only_a_change_that_is_not_committed_holds_the_lock(tmp_path: Path) -> None:
    first, second = filled(LexicalIndex.open(tmp_path)), LexicalIndex.open(tmp_path)
    first.add([1], ["重庆"])
    with pytest.raises(IndexBusy) as caught:
        second.add([2], ["北京"])
    assert (caught.value.code, caught.value.fields) == ("index_busy", {"path": str(tmp_path)})
    first.close()
    second.add([2], ["北京"])
    second.commit()
    first.reload()
    assert first.ids() == [2, 3, 5, 7, 9, 12]


@pytest.mark.parametrize("damage", ["gone", "empty", "half", "garbage"])
def test_open_refuses_a_damaged_index(tmp_path: Path, damage: str) -> None:
    filled(LexicalIndex.open(tmp_path / "good"))
    for name in sorted(p.name for p in (tmp_path / "good").iterdir() if not p.name.startswith(".")):
        shutil.rmtree(tmp_path / "bad", ignore_errors=True)
        shutil.copytree(tmp_path / "good", tmp_path / "bad")
        path = tmp_path / "bad" / name
        content = path.read_bytes()
        path.write_bytes({"empty": b"", "half": content[: len(content) // 2]}.get(damage, b"\x5a" * len(content)))
        if damage == "gone":
            path.unlink()
        with pytest.raises(IndexBroken, match="index_broken"):
            LexicalIndex.open(tmp_path / "bad", create=False)


def test_open_without_create_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken):
        LexicalIndex.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_among_equals_leaving_the_others_out_of_an_exhaustive_search(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    # Short texts of few words, so that many scores are equal.
    texts = data.draw(st.lists(st.text("ab ", max_size=6).map(" ".join), min_size=count, max_size=count))
    index = LexicalIndex.in_memory()
    index.add(list(range(count)), texts)
    index.commit()
    # Up to an eighth of the texts is asked for by id, more by leaving out the rest.
    among = frozenset(data.draw(st.lists(st.integers(0, count + 2), max_size=data.draw(st.sampled_from([2, 90])))))
    k = data.draw(st.integers(1, 70))
    found = index.search("a b", k=k, among=among)
    kept = [hit for hit in index.search("a b", k=count) if hit[0] in among][:k]
    assert [score for _, score in found] == pytest.approx([score for _, score in kept], abs=2e-4)
    if len({score for _, score in kept}) == len({round(score, 3) for _, score in kept}):
        assert [i for i, _ in found] == [i for i, _ in kept]
