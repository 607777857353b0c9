"""Folders are followed: real files, a real library, an encoder that counts what it is asked to embed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from qa import watch
from qa.library import Library
from qa.lock import write_lock
from qa.watch import Watch
from tests.conftest import ROOT, KeywordEncoder
from tests.interrupts import interruptible

OLD = time.time() - 3600


class CountingEncoder(KeywordEncoder):
    def __init__(self) -> None:
        self.embedded = 0

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
        self.embedded += len(texts)
        return super().encode_passages(texts, progress=progress)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


@pytest.fixture
def watching(papers: Path, library: Library, counting: CountingEncoder) -> Watch:
    return Watch([papers], library, counting)


def write(path: Path, text: str, *, age: float = 3600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (time.time() - age,) * 2)
    return path


def pack(path: Path, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(f"{name}.txt", text)
    os.utime(path, (OLD, OLD))
    return path


def looked(watching: Watch, times: int = 1) -> list[tuple[str, ...]]:
    """What so many looks tell: kind and name, and where it applies the former name or the error's code."""
    return [
        tuple(filter(None, (event.kind, event.name, event.was, getattr(event.error, "code", ""))))
        for _ in range(times)
        for event in watching.look()
    ]


def names(library: Library) -> list[str]:
    return [info.name for info in library.documents()]


def test_new_changed_and_deleted_files(
    watching: Watch, papers: Path, library: Library, counting: CountingEncoder
) -> None:
    write(papers / "a.txt", "重庆一段。")
    write(papers / "下" / "b.txt", "越南一段。")
    assert looked(watching) == [("added", "a.txt"), ("added", "下/b.txt")]
    assert looked(watching) == []

    write(papers / "a.txt", "重庆另一段。", age=10)
    assert looked(watching) == []
    assert looked(watching) == [("updated", "a.txt")]
    os.utime(papers / "a.txt")
    embedded = counting.embedded
    assert looked(watching, 3) == []
    assert counting.embedded == embedded

    (papers / "下" / "b.txt").unlink()
    assert looked(watching) == []
    assert looked(watching) == [("removed", "下/b.txt")]
    assert names(library) == ["a.txt"]
    assert library.check().problems == ()


def test_a_file_that_is_still_being_written_is_left_alone(watching: Watch, papers: Path, library: Library) -> None:
    path = papers / "a.txt"
    write(path, "半", age=0)
    assert looked(watching) == []
    for size in range(2, 5):
        write(path, "半" * size, age=0)
        assert looked(watching) == []
    assert looked(watching) == [("added", "a.txt")]
    (document,) = library.documents()
    assert document.characters == 4


def test_a_rename_keeps_id_text_and_vectors(
    watching: Watch, papers: Path, library: Library, counting: CountingEncoder
) -> None:
    write(papers / "旧名.txt", "重庆迎来西洽会。")
    looked(watching)
    (before,) = library.documents()
    embedded = counting.embedded
    (papers / "旧名.txt").rename(papers / "新名.txt")
    assert looked(watching, 2) == [("moved", "新名.txt", "旧名.txt")]
    (after,) = library.documents()
    assert (after.id, after.name, after.title, after.path) == (before.id, "新名.txt", "新名", str(papers / "新名.txt"))
    assert counting.embedded == embedded
    assert library.document(after.id).text == "重庆迎来西洽会。"
    assert library.check().problems == ()
    (found,) = library.search("新名", counting.encode_queries(["重庆"])[0], k=5)
    assert found.lexical > 0
    assert library.passages([found.id])[0][0].title == "新名"

    (papers / "新名.txt").rename(papers / "旧名.txt")
    assert looked(watching, 2) == [("moved", "旧名.txt", "新名.txt")]
    write(papers / "新名.txt", "另一份。")
    assert looked(watching, 2) == [("added", "新名.txt")]


def test_a_new_file_in_the_place_of_a_moved_one_has_an_id_of_its_own(
    watching: Watch, papers: Path, library: Library, encoder: KeywordEncoder
) -> None:
    write(papers / "a.txt", "重庆。")
    looked(watching)
    (papers / "a.txt").rename(papers / "b.txt")
    looked(watching, 2)
    write(papers / "a.txt", "越南。")
    assert looked(watching, 2) == [("added", "a.txt")]
    ids = {info.name: info.id for info in library.documents()}
    assert len(set(ids.values())) == 2
    assert library.document(ids["b.txt"]).text == "重庆。"
    report = library.add([papers], encoder=encoder)
    assert report.unchanged == ("a.txt", "b.txt")


def test_another_suffix_is_another_way_to_read(watching: Watch, papers: Path, library: Library) -> None:
    write(papers / "a.txt", "# 题\n\n正文。")
    looked(watching)
    (papers / "a.txt").rename(papers / "a.md")
    assert sorted(looked(watching, 2)) == [("added", "a.md"), ("removed", "a.txt")]
    assert library.documents()[0].title == "题"


def test_archives_gain_lose_and_move_with_their_members(
    watching: Watch, papers: Path, library: Library, counting: CountingEncoder
) -> None:
    path = pack(papers / "z.zip", a="重庆。", b="越南。")
    assert looked(watching) == [("added", "z.zip!a.txt"), ("added", "z.zip!b.txt")]
    pack(path, b="越南。", c="昌都。")
    os.utime(path)
    assert sorted(looked(watching, 2)) == [("added", "z.zip!c.txt"), ("removed", "z.zip!a.txt")]
    embedded = counting.embedded
    path.rename(papers / "y.zip")
    assert looked(watching, 2) == [("moved", "y.zip!b.txt", "z.zip!b.txt"), ("moved", "y.zip!c.txt", "z.zip!c.txt")]
    assert counting.embedded == embedded
    whole = (papers / "y.zip").read_bytes()
    (papers / "y.zip").write_bytes(whole[:-30])
    assert looked(watching, 2) == [("failed", "y.zip", "file_damaged")]
    assert names(library) == ["y.zip!b.txt", "y.zip!c.txt"]
    (papers / "y.zip").unlink()
    assert looked(watching, 2) == [("removed", "y.zip!b.txt"), ("removed", "y.zip!c.txt")]


def test_a_plain_add_drops_what_an_archive_no_longer_holds(
    papers: Path, library: Library, encoder: KeywordEncoder
) -> None:
    path = pack(papers / "z.zip", a="重庆。", b="越南。")
    library.add([path], encoder=encoder)
    pack(path, b="越南。")
    report = library.add([path], encoder=encoder)
    assert (report.removed, report.unchanged) == (("z.zip!a.txt",), ("z.zip!b.txt",))
    assert names(library) == ["z.zip!b.txt"]


def test_a_folder_that_cannot_be_seen_costs_nothing(
    watching: Watch, papers: Path, library: Library, counting: CountingEncoder
) -> None:
    write(papers / "a.txt", "重庆。")
    looked(watching)
    away = papers.rename(papers.with_name("away"))
    assert looked(watching, 3) == [("unseen", str(papers))]
    away.rename(papers)
    assert looked(watching, 3) == []
    assert names(library) == ["a.txt"]
    # A drive that is not mounted when the watch begins is an empty folder.
    (papers / "a.txt").rename(papers.with_name("a.txt"))
    fresh = Watch([papers], library, counting)
    assert looked(fresh, 4) == []
    write(papers / "b.txt", "越南。")
    assert sorted(looked(fresh, 2)) == [("added", "b.txt"), ("removed", "a.txt")]


def test_what_went_while_nobody_looked(papers: Path, library: Library, counting: CountingEncoder) -> None:
    write(papers / "a.txt", "重庆。")
    write(papers / "b.txt", "越南。")
    looked(Watch([papers], library, counting))
    embedded = counting.embedded
    (papers / "a.txt").rename(papers / "c.txt")
    (papers / "b.txt").unlink()
    found = looked(Watch([papers], library, counting), 3)
    assert ("removed", "b.txt") in found
    assert names(library) == ["c.txt"]
    assert counting.embedded == embedded, found


def test_a_bad_file_is_told_once_for_each_state(watching: Watch, papers: Path) -> None:
    path = papers / "a.docx"
    path.write_bytes(b"PK\x03\x04 half")
    os.utime(path, (OLD, OLD))
    assert looked(watching, 3) == [("failed", "a.docx", "file_damaged")]
    path.write_bytes(b"PK\x03\x04 another half")
    assert looked(watching, 3) == [("failed", "a.docx", "file_damaged")]


def test_a_library_that_is_busy_is_written_later(watching: Watch, papers: Path, library: Library) -> None:
    write(papers / "a.txt", "重庆。")
    with write_lock(library.folder):
        assert looked(watching, 2) == [("busy", str(library.folder), "library_busy")]
    assert looked(watching) == [("added", "a.txt")]


def test_the_library_is_free_between_looks(watching: Watch, papers: Path, library: Library) -> None:
    write(papers / "a.txt", "重庆。")
    looked(watching)
    with write_lock(library.folder):
        pass


def test_many_files_are_written_together(
    papers: Path, library: Library, counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "WRITE_CHARACTERS", 30)
    for number in range(20):
        write(papers / f"{number:02}.txt", "重庆一段。" * (number % 3))
    found = looked(Watch([papers], library, counting))
    assert [kind for kind, *_ in found].count("added") == 13
    assert [kind for kind, *_ in found].count("failed") == 7
    assert len(names(library)) == 13


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """The lines of a process as they come; the test fails where there is none for a minute."""
    assert process.stderr is not None
    timer = threading.Timer(60, process.kill)
    timer.start()
    for line in process.stderr:
        timer.cancel()
        yield line.rstrip("\n")
        timer = threading.Timer(60, process.kill)
        timer.start()
    timer.cancel()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is no signal there")
def test_a_real_process_follows_and_ends_cleanly(tmp_path: Path, papers: Path) -> None:
    write(papers / "a.txt", "重庆一段。")
    command = [sys.executable, "-c", "from ui.cli import main; main()", "add", "--watch", str(papers)]
    command += ["--library", str(tmp_path / "library"), "--lang", "en"]
    with interruptible():
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        said = lines(process)
        assert next(said).startswith("Following ")
        assert "Added a.txt: 5 characters" in next(said)
        (papers / "a.txt").rename(papers / "b.txt")
        assert "Renamed a.txt → b.txt" in next(said)
        shutil.copy(ROOT / "pyproject.toml", papers / "c.txt")
        assert "Added c.txt: " in next(said)
        (papers / "b.txt").unlink()
        assert "Removed b.txt" in next(said)
        process.send_signal(signal.SIGINT)
        assert next(said).startswith("No longer following.")
        assert process.wait(timeout=30) == 0
        assert list(said) == []
    finally:
        process.kill()
        process.communicate()
