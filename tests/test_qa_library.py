"""The library keeps what it was given, in step with its indexes, whatever happens."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from qa import database
from qa.errors import LibraryError
from qa.index_texts import index_text
from qa.indexes import INDEX_NAME
from qa.intake import document_id
from qa.library import Library
from qa.lock import write_lock
from qa.types import Block, Document, Notice, Passage, Region
from tests.conftest import KeywordEncoder

A = "重庆迎来西洽会。\n\n会上签约34.96亿元。\n"
B = "越南工贸部副部长访问重庆。\n"


def write(folder: Path, **texts: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")


def found(library: Library, question: str, encoder: KeywordEncoder) -> set[str]:
    candidates = library.search(question, encoder.encode_queries([question])[0], k=10)
    best = max(candidates, key=lambda item: item.lexical)
    return {document.name for _, document in library.passages([best.id])}


def test_add_reports_what_became_of_each_file(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    write(folder, a=A, b=B)
    (folder / "empty.txt").touch()

    first = library.add([folder], encoder=encoder)
    assert (first.added, first.updated, first.unchanged) == (("a.txt", "b.txt"), (), ())
    assert [error.code for error in first.failed] == ["file_empty"]

    write(folder, b=B + "\n新的一段。\n", c=A)
    second = library.add([folder], encoder=encoder)
    assert (second.added, second.updated, second.unchanged) == (("c.txt",), ("b.txt",), ("a.txt",))


def test_add_keeps_ids_of_documents_and_never_reuses_those_of_passages(
    library: Library, encoder: KeywordEncoder, tmp_path: Path
) -> None:
    write(tmp_path / "papers", a=A)
    path = tmp_path / "papers" / "a.txt"
    library.add([path], encoder=encoder)
    before = library.search("重庆", encoder.encode_queries(["重庆"])[0], k=10)

    path.write_text(B, "utf-8")
    library.add([path], encoder=encoder)
    after = library.search("重庆", encoder.encode_queries(["重庆"])[0], k=10)

    assert [info.id for info in library.documents()] == [document_id(path)]
    assert library.document(document_id(path)).text.strip() == B.strip()
    assert not {item.id for item in before} & {item.id for item in after}
    assert library.passages([item.id for item in before]) == []


def test_remove_takes_a_document_out_of_both_legs(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    write(tmp_path / "papers", a=A, b=B)
    library.add([tmp_path / "papers"], encoder=encoder)
    assert found(library, "越南工贸部", encoder) == {"b.txt"}

    gone = document_id(tmp_path / "papers" / "b.txt")
    library.remove([gone])

    assert [info.name for info in library.documents()] == ["a.txt"]
    left = library.search("越南工贸部", encoder.encode_queries(["越南工贸部"])[0], k=10)
    assert [document.name for _, document in library.passages([item.id for item in left])] == ["a.txt"]
    assert library.check().problems == ()
    with pytest.raises(LibraryError, match="document_unknown"):
        library.document(gone)


def test_remove_of_an_unknown_id_removes_nothing(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    write(tmp_path / "papers", a=A)
    library.add([tmp_path / "papers"], encoder=encoder)
    with pytest.raises(LibraryError, match="document_unknown"):
        library.remove([document_id(tmp_path / "papers" / "a.txt"), "nowhere"])
    assert len(library.documents()) == 1


@pytest.mark.parametrize("damage", ["deleted", "no manifest", "garbage", "older"])
def test_indexes_are_rebuilt_from_the_database(tmp_path: Path, encoder: KeywordEncoder, damage: str) -> None:
    folder, papers = tmp_path / "library", tmp_path / "papers"
    write(papers, a=A)
    with Library.create(folder, encoder=encoder) as library:
        library.add([papers], encoder=encoder)
    shutil.copytree(folder / INDEX_NAME, tmp_path / "older")
    write(papers, b=B, a=A + "\n改了。\n")
    with Library.open(folder, model=encoder.identity) as library:
        library.add([papers], encoder=encoder)

    index = folder / INDEX_NAME
    match damage:
        case "deleted":
            shutil.rmtree(index)
        case "no manifest":
            (index / "manifest.json").unlink()
        case "garbage":
            (index / "dense.bin").write_bytes(b"garbage" * 100)
        case "older":
            shutil.rmtree(index)
            shutil.copytree(tmp_path / "older", index)

    with Library.open(folder, model=encoder.identity) as library:
        assert library.check().problems == ()
        assert found(library, "越南工贸部", encoder) == {"b.txt"}


def test_check_finds_an_offset_that_is_wrong(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    write(tmp_path / "papers", a=A)
    library.add([tmp_path / "papers"], encoder=encoder)
    with sqlite3.connect(library.folder / database.DATABASE_NAME) as connection:
        connection.execute("UPDATE passages SET start = start + 1")
    connection.close()
    assert "passage 1 changed since it was stored" in library.check().problems
    with pytest.raises(LibraryError, match="library_broken"):
        library.passages([1])


def test_check_finds_an_index_that_lacks_a_passage(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    write(tmp_path / "papers", a=A)
    library.add([tmp_path / "papers"], encoder=encoder)
    library._indexes._index.remove([1])
    library._indexes._index.commit(library._indexes._index.generation)
    assert library.check().problems == (
        "dense index: 1 passages missing, 0 too many",
        "lexical index: 1 passages missing, 0 too many",
    )


def test_another_process_sees_what_was_added(tmp_path: Path, encoder: KeywordEncoder) -> None:
    write(tmp_path / "papers", a=A)
    with (
        Library.create(tmp_path / "library", encoder=encoder) as writer,
        Library.open(tmp_path / "library", model=encoder.identity) as reader,
    ):
        assert reader.search("重庆", encoder.encode_queries(["重庆"])[0], k=5) == []
        writer.add([tmp_path / "papers"], encoder=encoder)
        assert found(reader, "签约多少亿元", encoder) == {"a.txt"}


def test_only_one_writer_at_a_time(library: Library, encoder: KeywordEncoder, tmp_path: Path) -> None:
    write(tmp_path / "papers", a=A)
    with (
        write_lock(library.folder),
        pytest.raises(LibraryError, match="library_busy"),
    ):
        library.add([tmp_path / "papers"], encoder=encoder)
    assert library.add([tmp_path / "papers"], encoder=encoder).added == ("a.txt",)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("missing", "library_missing"),
        ("half made", "library_missing"),
        ("garbage", "library_broken"),
        ("truncated", "library_broken"),
        ("version", "library_version"),
        ("model", "library_model"),
    ],
)
def test_open_refuses_with_the_reason(tmp_path: Path, encoder: KeywordEncoder, damage: str, code: str) -> None:
    folder = tmp_path / "library"
    write(tmp_path / "papers", **{f"a{i}": A * 20 for i in range(20)})
    with Library.create(folder, encoder=encoder) as library:
        library.add([tmp_path / "papers"], encoder=encoder)
    path = folder / database.DATABASE_NAME
    match damage:
        case "missing":
            shutil.rmtree(folder)
        case "half made":
            path.write_bytes(b"")
        case "garbage":
            path.write_bytes(b"this is no database" * 1000)
        case "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])
        case "version" | "model":
            key, value = ("format", "999") if damage == "version" else ("model", "other@1")
            connection = sqlite3.connect(path)
            connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
            connection.commit()
            connection.close()
    with pytest.raises(LibraryError) as caught, Library.open(folder, model=encoder.identity) as library:
        library.check()
    assert caught.value.code == code


def test_a_batch_that_fails_leaves_what_was_there(library: Library, tmp_path: Path) -> None:
    class Failing(KeywordEncoder):
        def encode_passages(self, texts, *, progress=None):
            raise MemoryError

    write(tmp_path / "papers", a=A)
    library.add([tmp_path / "papers"], encoder=KeywordEncoder())
    write(tmp_path / "papers", a=B)
    with pytest.raises(MemoryError):
        library.add([tmp_path / "papers"], encoder=Failing())
    assert library.document(document_id(tmp_path / "papers" / "a.txt")).text.split() == A.split()
    assert library.check().problems == ()


def test_index_text_holds_title_and_section_once() -> None:
    passage = Passage(1, "d", 0, 4, title="标题", section="小节", paragraph=1)
    assert index_text(passage, "正文一句") == "标题\n小节\n正文一句"
    assert index_text(passage, "标题就在正文里") == "小节\n标题就在正文里"


def test_a_document_comes_back_with_its_pages_regions_and_notices(library: Library, encoder: KeywordEncoder) -> None:
    text = "表 1 收入\n年份 | 收入\n2023年 | 12.4亿元"
    blocks = (
        Block(1, "caption", 0, 6, page=3),
        Block(2, "table", 7, 14, page=3),
        Block(3, "table", 15, 29, page=4, header=(1, 2), row=2),
    )
    regions = (Region(0, 14, 3, 0.1, 0.2, 0.9, 0.3), Region(15, 29, 4, 0.0, 0.5, 0.75, 1.0, True, 0.875))
    document = Document(
        "d1", "年报.pdf", "/年报.pdf", "r1", "pdf", "年报", text, blocks, 12, regions,
        (Notice("page_scanned", 7, "图"),), ((1, "第 1 页"), (2, "第 2 页")),
    )  # fmt: skip
    library.add_documents([document], encoder=encoder)
    kept = library.document("d1")
    assert kept == document
    assert kept.header_of(blocks[2]) == "表 1 收入\n年份 | 收入"
    passage = Passage(0, "d1", 15, 29, "年报", "", 3)
    citation = kept.cite(number=1, passage=passage, paragraph=blocks[2], quote=(15, 29), answer=(23, 29), score=1.0)
    assert (citation.page, citation.header) == (4, "表 1 收入\n年份 | 收入")
    # 8 of the region's 14 characters, from the first on: the box keeps its height and 8/14 of its width.
    assert kept.regions_of(15, 23) == (Region(15, 23, 4, 0.0, 0.5, 0.75 * 8 / 14, 1.0, True, 0.875),)
    assert kept.regions_of(14, 15) == ()


def test_the_members_of_an_archive_are_documents_of_their_own(
    library: Library, encoder: KeywordEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "papers.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", A)
        package.writestr("二/b.md", B)
        package.writestr("c.txt", "")
    first = library.add([path], encoder=encoder)
    assert first.added == ("papers.zip!a.txt", "papers.zip!二/b.md")
    assert [(error.code, error.fields["path"]) for error in first.failed] == [("file_empty", f"{path}!c.txt")]
    assert found(library, "越南工贸部", encoder) == {"papers.zip!二/b.md"}
    assert library.add([path], encoder=encoder).unchanged == first.added


def test_a_picture_without_text_is_no_failure_unless_it_is_named(
    library: Library, encoder: KeywordEncoder, tmp_path: Path
) -> None:
    pytest.importorskip("rapidocr")
    folder = tmp_path / "papers"
    write(folder, a=A)
    Image.new("RGB", (20, 20)).save(folder / "dot.png")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.write(folder / "dot.png", "dot.png")
        archive.write(folder / "a.txt", "c.txt")

    walked = library.add([folder], encoder=encoder)
    assert (walked.added, walked.failed) == (("a.txt", "b.zip!c.txt"), ())
    assert [Path(str(error.fields["path"])).name for error in walked.textless] == ["b.zip!dot.png", "dot.png"]

    named = library.add([folder / "dot.png"], encoder=encoder)
    assert ([error.code for error in named.failed], named.textless) == (["picture_textless"], ())


def test_a_library_larger_than_one_segment_stays_whole(
    tmp_path: Path, encoder: KeywordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.dense.SEAL_AT", 4)
    write(tmp_path / "papers", b=B, **{f"a{i}": A.replace("34.96", str(i)) for i in range(10)})
    folder = tmp_path / "library"
    with Library.create(folder, encoder=encoder) as library:
        library.add([tmp_path / "papers"], encoder=encoder)
        assert len(list((folder / INDEX_NAME).glob("*.rows"))) == 2
        assert found(library, "越南工贸部", encoder) == {"b.txt"}
        chosen = frozenset({document_id(tmp_path / "papers" / "a3.txt")})
        vector = encoder.encode_queries(["签约"])[0]
        hits = library.search("签约", vector, k=10, documents=chosen)
        assert {document.name for _, document in library.passages([hit.id for hit in hits])} == {"a3.txt"}
        library.remove([document_id(tmp_path / "papers" / f"a{i}.txt") for i in range(5)])
        assert library.check().problems == ()

    rows = next((folder / INDEX_NAME).glob("*.rows"))
    content = bytearray(rows.read_bytes())
    content[0] ^= 1
    rows.write_bytes(content)
    with Library.open(folder, model=encoder.identity) as library:
        assert library.check().problems == (f"dense index: {rows.name} changed since it was written",)
        library.repair()
        assert library.check().problems == ()

    rows = next((folder / INDEX_NAME).glob("*.rows"))
    rows.write_bytes(b"\xff" * rows.stat().st_size)
    with Library.open(folder, model=encoder.identity) as library:
        assert found(library, "越南工贸部", encoder) == {"b.txt"}
        assert library.check().problems == ()


def test_a_document_of_the_same_content_is_looked_up_and_not_searched_for(
    library: Library, encoder: KeywordEncoder, tmp_path: Path
) -> None:
    """Also in a library from before it was: every text was read for each document added."""
    write(tmp_path / "papers", a=A)
    library.add([tmp_path / "papers"], encoder=encoder)
    with contextlib.closing(sqlite3.connect(library.folder / database.DATABASE_NAME)) as connection:
        connection.execute("DROP INDEX documents_by_revision")
    write(tmp_path / "papers", b=B)
    library.add([tmp_path / "papers"], encoder=encoder)
    with contextlib.closing(sqlite3.connect(library.folder / database.DATABASE_NAME)) as connection:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        revision = connection.execute("SELECT revision FROM documents WHERE name = 'a.txt'").fetchone()[0]
        twin = Document("other", "other.txt", "other.txt", revision, "text", "", "", ())
        asked.clear()
        assert len(database.alike(connection, twin)) == 1
        plans = [str(connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()) for query in list(asked)]
    assert len(plans) == 2
    assert all("SEARCH documents USING" in plan for plan in plans)
