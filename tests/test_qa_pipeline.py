"""Reading ahead, embedding and storing at once: the same library as one after the other, and nothing lost by Ctrl+C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.documents import worker
from qa.errors import LibraryError
from qa.library import Library
from qa.report import AddReport
from tests.conftest import ROOT, KeywordEncoder
from tests.interrupts import interruptible
from tests.office_files import docx, p

STOPPED = """
import sys, time
from pathlib import Path
from qa.library import Library
from tests.conftest import KeywordEncoder

class Slow(KeywordEncoder):
    def encode_passages(self, texts, *, progress=None):
        print("embedding", flush=True)
        time.sleep(0.3)
        return super().encode_passages(texts)

with Library.create(Path(sys.argv[1]), encoder=Slow()) as library:
    try:
        library.add([Path(sys.argv[2])], encoder=Slow(), workers=2)
    except KeyboardInterrupt:
        print("stopped", library.check().problems, flush=True)
"""


def papers(folder: Path) -> Path:
    """Texts, Word files, an archive of both, and files that cannot be read."""
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(f"重庆第{number}期\n\n西洽会签约{number}亿元。\n", "utf-8")
        (folder / f"{number:02}.docx").write_bytes(docx(p(f"越南第{number}期，开幕。")))
    (folder / "03.docx").write_bytes(b"PK\x03\x04")
    (folder / "05.txt").write_bytes(b"\0\1\2")
    with zipfile.ZipFile(folder / "06.zip", "w") as archive:
        for number in range(20):
            archive.writestr(f"{number:02}.txt", f"昌都第{number}项。")
    return folder


def told(report: AddReport) -> dict[str, object]:
    """A report that can be compared: errors by code and fields, no seconds."""
    files = [replace(file, seconds=0.0) for file in report.files]
    failed = [(error.code, error.fields) for error in report.failed]
    return {"files": files, "failed": failed, "added": report.added, "unchanged": report.unchanged}


def everything(library: Library) -> list[object]:
    infos = library.documents()
    passages = library.passages(list(range(1, library.passage_count() + 1)))
    return [infos, [library.document(info.id) for info in infos], passages]


def test_the_library_is_the_same_however_many_files_are_read_at_once(tmp_path: Path, encoder: KeywordEncoder) -> None:
    files = papers(tmp_path / "papers")
    seen = []
    for workers in (0, 1, 3):
        with Library.create(tmp_path / f"library{workers}", encoder=encoder) as library:
            report = library.add([files, tmp_path / "none"], encoder=encoder, workers=workers)
            again = library.add([files], encoder=encoder, workers=workers)
            assert library.check().problems == ()
            seen.append((told(report), told(again), everything(library)))
    assert seen[0] == seen[1] == seen[2]
    assert [error.code for error in report.failed][1:] == ["file_binary", "path_missing"]
    assert (len(report.added), len(again.added), len(again.unchanged)) == (11 + 11 + 20, 0, 42)


def test_an_error_while_storing_ends_the_reading(
    library: Library, encoder: KeywordEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise LibraryError("disk_full", path="甲")

    before = threading.active_count()
    monkeypatch.setattr(Library, "_insert", full)
    with pytest.raises(LibraryError, match="disk_full"):
        library.add([papers(tmp_path / "papers")], encoder=encoder, workers=2)
    assert threading.active_count() <= before + 2  # those that listen to the children, which stay
    assert library.document_count() == 0


def test_the_encoder_that_fails_leaves_nothing_half_done(library: Library, tmp_path: Path) -> None:
    class Failing(KeywordEncoder):
        def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> np.ndarray:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add([papers(tmp_path / "papers")], encoder=Failing(), workers=3)
    assert library.check().problems == ()
    library.add([tmp_path / "papers"], encoder=KeywordEncoder(), workers=3)
    assert library.document_count() == 42


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to one process there")
def test_ctrl_c_stops_it_and_the_next_add_goes_on(tmp_path: Path, encoder: KeywordEncoder) -> None:
    files, folder = tmp_path / "papers", tmp_path / "library"
    files.mkdir()
    for number in range(900):
        (files / f"{number:03}.txt").write_text(f"重庆第{number}期。", "utf-8")
    (files / "zzz.docx").write_bytes(docx(p("越南开幕。")))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", STOPPED, str(folder), str(files)]
    with interruptible():
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == process.stdout.readline() == "embedding\n"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out.splitlines()[-1] == "stopped ()"
    assert process.returncode == 0
    with Library.open(folder, model=encoder.identity) as library:
        held = library.document_count()
        assert 256 <= held < 901
        assert held % 256 == 0
        report = library.add([files], encoder=encoder)
        assert (len(report.added), len(report.unchanged)) == (901 - held, held)


def test_a_worker_that_is_interrupted_gives_its_file_up() -> None:
    child = worker.Worker()
    timer = threading.Timer(1.5, child.interrupt)
    timer.start()
    with pytest.raises(Exception, match="file_crashed"):
        child.call("tests.documents_child:sleep", {}, path="甲.pdf")
    timer.join()
    child.close()


def test_threads_have_workers_of_their_own() -> None:
    found: dict[int | None, worker.Worker] = {None: worker.shared()}

    def look(number: int) -> None:
        worker.use(number)
        found[number] = worker.shared()

    for number in (0, 1, 1):
        thread = threading.Thread(target=look, args=(number,))
        thread.start()
        thread.join()
    assert len(set(map(id, found.values()))) == 3
    assert worker.shared() is found[None]
