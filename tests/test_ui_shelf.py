"""What the shelf is given is in the library or was said why not, and what is removed can be put back."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import threading
import zipfile
from pathlib import Path

import pytest

from qa.errors import DocumentError, LibraryError
from qa.intake import document_id
from qa.library import Library
from qa.lock import write_lock
from tests.conftest import KeywordEncoder
from tests.shelf_library import GatedEncoder, keeping, send, upload
from ui import shelf, shelf_files
from ui.errors import RequestError
from ui.shelf import sample_files
from ui.shelf_files import FileStore

A = "重庆迎来西洽会。\n\n会上签约34.96亿元。\n"
B = "越南工贸部副部长访问重庆。\n"


def names(library: Library) -> list[str]:
    return [info.name for info in library.documents()]


def test_an_upload_is_kept_byte_for_byte_and_added(tmp_path: Path) -> None:
    with keeping(tmp_path / "库") as (library, keeper):
        entry = upload(keeper, "甲.txt", A)
        assert (entry.state, entry.report.added, entry.error) == ("done", ("甲.txt",), None)
        assert [file.paragraphs for file in entry.report.files] == [2]
        [info] = library.documents()
        path = Path(info.path)
        assert path.read_bytes() == A.encode()
        assert path.parent.parent == tmp_path / "库" / "files"
        assert entry.documents == (info.id,) == (document_id(path),)
        assert info.revision == hashlib.sha256(A.encode()).hexdigest()
        assert library.add([path], encoder=KeywordEncoder()).unchanged == ("甲.txt",)
        assert keeper.version > 0


def test_a_bad_file_costs_only_itself_and_leaves_nothing(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        entries = [
            send(keeper, name, data) for name, data in (("好.txt", A), ("坏.pdf", b"%PDF-1.7 nothing"), ("空.txt", b""))
        ]
        done = [keeper.wait(entry.id) for entry in entries]
        assert [entry.state for entry in done] == ["done", "failed", "failed"]
        assert [error.code for entry in done for error in entry.report.failed] == ["file_damaged", "file_empty"]
        assert [error.fields["path"] for entry in done for error in entry.report.failed] == ["坏.pdf", "空.txt"]
        assert names(library) == ["好.txt"]
        assert [path.name for path in (tmp_path / "files").glob("*/*")] == ["好.txt"]
        assert library.check().problems == ()


def test_a_file_of_a_folder_keeps_its_path_as_its_name(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        assert upload(keeper, "报/2023/甲.txt", A).state == "done"
        assert names(library) == ["报/2023/甲.txt"]
        failed = upload(keeper, "报/歌.mp3", b"ID3\x04\x00").report.failed
        assert [error.code for error in failed] == ["file_format"]


def test_the_same_content_is_not_added_twice(tmp_path: Path) -> None:
    with keeping(tmp_path / "库") as (library, keeper):
        upload(keeper, "甲.txt", A)
        again, twin = upload(keeper, "甲.txt", A), upload(keeper, "副本.txt", A)
        assert (again.state, again.report.unchanged, again.twin) == ("done", ("甲.txt",), "")
        assert (twin.state, twin.twin) == ("done", "甲.txt")
        assert names(library) == ["甲.txt"]
        assert len(list((tmp_path / "库" / "files").glob("*/*.txt"))) == 1


def test_two_files_of_one_name_and_different_content_are_two_documents(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        upload(keeper, "甲.txt", A)
        upload(keeper, "甲.txt", B)
        assert names(library) == ["甲.txt", "甲.txt"]


def test_an_archive_s_members_are_added_and_its_bad_ones_told(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("a.txt", A)
        package.writestr("b/空.txt", "")
    with keeping(tmp_path) as (library, keeper):
        entry = upload(keeper, "报.zip", data.getvalue())
        assert (entry.state, len(entry.documents)) == ("done", 1)
        assert [(error.code, error.fields["path"]) for error in entry.report.failed] == [
            ("file_empty", "报.zip!b/空.txt")
        ]
        assert names(library) == ["报.zip!a.txt"]
        assert (tmp_path / "files" / entry.id / "报.zip").is_file()
        assert upload(keeper, "报.zip", data.getvalue()).report.unchanged == ("报.zip!a.txt",)


def test_while_files_are_added_the_library_is_read_and_two_uploads_wait_for_each_other(tmp_path: Path) -> None:
    encoder = GatedEncoder()
    with keeping(tmp_path, encoder) as (library, keeper):
        upload(keeper, "甲.txt", A)
        encoder.busy.clear()
        encoder.go.clear()
        first = send(keeper, "乙.txt", B)
        assert encoder.busy.wait(10)
        second = send(keeper, "丙.txt", A + B)
        assert {entry.name: entry.state for entry in keeper.entries()} == {
            "甲.txt": "done", "乙.txt": "storing", "丙.txt": "waiting",
        }  # fmt: skip
        assert names(library) == ["甲.txt"]
        assert library.search("西洽会", encoder.encode_queries(["西洽会"])[0], k=5)
        encoder.go.set()
        assert [keeper.wait(entry.id).state for entry in (first, second)] == ["done", "done"]
        assert names(library) == ["丙.txt", "乙.txt", "甲.txt"]
        assert library.check().problems == ()


def test_many_uploads_from_several_threads_all_arrive(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):

        def work(thread: int) -> None:
            for number in range(10):
                upload(keeper, f"{thread}-{number}.txt", f"{A}{thread} {number}\n")

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(names(library)) == 40
        assert library.check().problems == ()


def test_the_write_lock_of_another_program_is_one_sentence_and_the_file_waits(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        with write_lock(tmp_path):
            entry = upload(keeper, "甲.txt", A)
            assert (entry.state, entry.error.code if entry.error else "") == ("failed", "library_busy")
            assert names(library) == []
        keeper.retry(entry.id)
        assert keeper.wait(entry.id).state == "done"
        assert names(library) == ["甲.txt"]
        with pytest.raises(RequestError, match="upload_unknown"):
            keeper.retry(entry.id)


def test_what_was_kept_and_not_added_is_added_at_the_next_start(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        with write_lock(tmp_path):
            entry = upload(keeper, "报/甲.txt", A)
        assert entry.error is not None
    with keeping(tmp_path) as (library, keeper):
        keeper.resume()
        assert keeper.wait(entry.id).state == "done"
        assert names(library) == ["报/甲.txt"]
    with keeping(tmp_path) as (library, keeper):
        library.remove([library.documents()[0].id])
        keeper.resume()
        assert keeper.entries() == []


def test_closing_stops_at_once_and_the_next_start_goes_on(tmp_path: Path) -> None:
    encoder = GatedEncoder()
    encoder.go.clear()
    with keeping(tmp_path, encoder) as (library, keeper):
        entries = [send(keeper, f"{number}.txt", f"{A}{number}\n") for number in range(3)]
        assert encoder.busy.wait(10)
        threading.Timer(0.05, encoder.go.set).start()
    with keeping(tmp_path) as (library, keeper):
        assert names(library) == []
        keeper.resume()
        assert [keeper.wait(entry.id).state for entry in entries] == ["done"] * 3
        assert library.check().problems == ()


def test_a_removed_document_can_be_put_back_exactly_after_a_restart_and_without_its_file(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        upload(keeper, "甲.txt", A)
        [info] = library.documents()
        before = library.document(info.id)
        [aside] = keeper.remove([info.id])
        assert (aside.id, aside.name, names(library)) == (info.id, "甲.txt", [])
        assert Path(info.path).is_file()
        Path(info.path).unlink()
    with keeping(tmp_path) as (library, keeper):
        keeper.resume()
        assert [aside.name for aside in keeper.removed()] == ["甲.txt"]
        keeper.put_back(info.id)
        assert library.document(info.id) == before
        assert keeper.removed() == []
        with pytest.raises(LibraryError, match="document_unknown"):
            keeper.put_back(info.id)
        assert library.check().problems == ()


def test_a_removal_that_fails_keeps_the_document(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        upload(keeper, "甲.txt", A)
        [info] = library.documents()
        with write_lock(tmp_path), pytest.raises(LibraryError, match="library_busy"):
            keeper.remove([info.id])
        with pytest.raises(LibraryError, match="document_unknown"):
            keeper.remove([info.id, "nobody"])
        assert names(library) == ["甲.txt"]
        assert keeper.removed() == []


def test_a_removal_waits_for_the_file_at_hand_and_goes_before_the_others(tmp_path: Path) -> None:
    encoder = GatedEncoder()
    with keeping(tmp_path, encoder) as (library, keeper):
        upload(keeper, "甲.txt", A)
        [info] = library.documents()
        encoder.busy.clear()
        encoder.go.clear()
        send(keeper, "乙.txt", B)
        assert encoder.busy.wait(10)
        last = send(keeper, "丙.txt", A + B)
        removing = threading.Thread(target=keeper.remove, args=([info.id],))
        removing.start()
        encoder.go.set()
        removing.join(10)
        assert not removing.is_alive()
        assert keeper.wait(last.id).state == "done"
        assert names(library) == ["丙.txt", "乙.txt"]


def test_a_document_that_was_added_again_is_not_replaced_by_the_removed_one(tmp_path: Path) -> None:
    path = tmp_path / "甲.txt"
    path.write_text(A, "utf-8")
    with keeping(tmp_path / "库") as (library, keeper):
        library.add([path], encoder=KeywordEncoder())
        keeper.remove([document_id(path)])
        path.write_text(B, "utf-8")
        library.add([path], encoder=KeywordEncoder())
        keeper.put_back(document_id(path))
        assert library.document(document_id(path)).text.strip() == B.strip()


def test_forgetting_deletes_removed_documents_and_their_uploads_only(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        upload(keeper, "甲.txt", A)
        upload(keeper, "乙.txt", B)
        gone = next(info for info in library.documents() if info.name == "甲.txt")
        keeper.remove([gone.id])
        keeper.forget_removed()
        assert keeper.removed() == []
        assert not Path(gone.path).exists()
        assert [path.name for path in (tmp_path / "files").glob("*/*")] == ["乙.txt"]
        assert names(library) == ["乙.txt"]


def test_too_large_and_a_full_disk_are_refused_before_and_while_bytes_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(tmp_path)
    with store.receive("大.txt", limit=10) as incoming:
        with pytest.raises(DocumentError) as caught:
            incoming.expect(11)
        assert caught.value.fields == {"path": "大.txt", "size": 11, "limit": 10}
        incoming.write(b"0123456789")
        with pytest.raises(DocumentError, match="file_too_large"):
            incoming.write(b"x")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 0, shelf_files.DISK_RESERVE))
    with store.receive("小.txt") as incoming:
        incoming.expect(0)
        with pytest.raises(LibraryError, match="disk_full"):
            incoming.expect(1)
    assert list((tmp_path / "files" / ".incoming").iterdir()) == []


def test_a_disk_that_fills_up_while_bytes_come_is_named(tmp_path: Path) -> None:
    with FileStore(tmp_path).receive("a.txt") as incoming, Path("/dev/full").open("wb", buffering=0) as full:
        incoming._file.close()
        incoming._file = full
        with pytest.raises(LibraryError, match="disk_full"):
            incoming.write(b"x")


def test_no_more_than_the_limit_may_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = GatedEncoder()
    encoder.go.clear()
    monkeypatch.setattr(shelf, "WAITING_LIMIT", 1)
    with keeping(tmp_path, encoder) as (_, keeper):
        send(keeper, "甲.txt", A)
        assert encoder.busy.wait(10)
        send(keeper, "乙.txt", B)
        with pytest.raises(RequestError) as caught:
            keeper.receive("丙.txt")
        assert (caught.value.code, caught.value.fields) == ("upload_count", {"count": 1, "limit": 1})
        encoder.go.set()


def test_finished_uploads_are_forgotten_when_told_to(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        upload(keeper, "甲.txt", A)
        with write_lock(tmp_path):
            upload(keeper, "乙.txt", B)
        assert len(keeper.entries()) == 2
        keeper.clear()
        assert keeper.entries() == []
        assert [path.name for path in (tmp_path / "files").glob("*/*")] == ["甲.txt"]
        assert names(library) == ["甲.txt"]


def test_an_encoder_that_fails_is_told_and_the_next_upload_goes_on(tmp_path: Path) -> None:
    class Failing(KeywordEncoder):
        bad = True

        def encode_passages(self, texts, *, progress=None):
            if self.bad:
                raise RuntimeError("boom")
            return super().encode_passages(texts, progress=progress)

    encoder = Failing()
    with keeping(tmp_path, encoder) as (library, keeper):
        entry = upload(keeper, "甲.txt", A)
        assert (entry.state, entry.error.code if entry.error else "") == ("failed", "internal")
        encoder.bad = False
        keeper.retry(entry.id)
        assert keeper.wait(entry.id).state == "done"
        assert names(library) == ["甲.txt"]


def test_old_things_are_swept_out(tmp_path: Path) -> None:
    with keeping(tmp_path) as (library, keeper):
        upload(keeper, "甲.txt", A)
        [info] = library.documents()
        keeper.remove([info.id])
        record = next((tmp_path / "removed").glob("*.json"))
        _, head, body = record.read_bytes().split(b"\n", 2)
        kept = json.dumps(json.loads(head) | {"removed": 1.0}).encode() + b"\n" + body
        record.write_bytes(hashlib.sha256(kept).hexdigest().encode() + b"\n" + kept)
        keeper.resume()
        assert keeper.removed() == []
        assert Path(info.path).is_file()  # the bytes are younger than that
        FileStore(tmp_path).sweep([], days=0)
        assert not Path(info.path).exists()


def test_a_record_that_is_no_record_is_passed_over(tmp_path: Path) -> None:
    with keeping(tmp_path) as (_, keeper):
        (tmp_path / "removed").mkdir()
        (tmp_path / "removed" / "x.json").write_text("nothing")
        (tmp_path / "files" / "k").mkdir(parents=True)
        (tmp_path / "files" / "k" / ".pending").write_text('{"name": "../../x"}')
        assert keeper.removed() == []
        keeper.resume()
        assert keeper.entries() == []


def test_the_newspaper_comes_along() -> None:
    assert [path.name for path in sample_files()] == ["000_dcd0a74a8a6b0edf.txt"]
