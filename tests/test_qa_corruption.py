"""One byte changed in any file of a library: found or harmless, mended or refused, and never quoted."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa import database
from qa.digest import Damaged
from qa.errors import LibraryError
from qa.library import Library
from tests.conftest import KeywordEncoder

TEXTS = {
    "a": "重庆迎来西洽会。\n\n会上签约34.96亿元。\n\n" + "各方看好前景，展位一位难求。\n\n" * 8,
    "b": "越南工贸部副部长访问重庆。\n",
    "c": "昌都的500强企业不多。\n\n西洽会开幕。\n",
}
QUESTIONS = ("西洽会签约多少亿元", "越南工贸部", "昌都500强", "展位")
ENCODER = KeywordEncoder()


def everything(library: Library) -> object:
    """All that the library can be asked for, but BM25 scores: they count removed passages until an index is rebuilt."""
    documents = [library.document(info.id) for info in library.documents()]
    ids = range(1, 100)
    found = [library.search(question, ENCODER.encode_queries([question])[0], k=10) for question in QUESTIONS]
    hits = [[(hit.id, hit.dense, hit.lexical > 0) for hit in each] for each in found]
    return library.documents(), documents, library.passages(list(ids)), hits


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library whose files lie still: closed, nothing to catch up."""
    root = tmp_path_factory.mktemp("corruption")
    for name, text in TEXTS.items():
        (root / f"{name}.txt").write_text(text, "utf-8")
    with Library.create(root / "library", encoder=ENCODER) as library:
        library.add([root / f"{name}.txt" for name in TEXTS], encoder=ENCODER)
        library.remove([library.documents()[1].id])
        library.add([root / "b.txt"], encoder=ENCODER)
    return root / "library"


@pytest.fixture(scope="module")
def expected(sound: Path) -> object:
    with Library.open(sound, model=ENCODER.identity) as library:
        assert library.check().problems == ()
        return everything(library)


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def outcome(folder: Path, expected: object) -> str:
    """What became of a damaged library: ``refused: CODE``, ``mended`` or ``harmless``; fails if something wrong is given out."""
    try:
        with Library.open(folder, model=ENCODER.identity) as library:
            documents = {document.id: document for document in expected[1]}  # type: ignore[index]
            for id, document in documents.items():
                try:
                    assert library.document(id) == document
                except LibraryError:
                    continue
            found = library.check().problems
            if found:
                library.repair()
            assert library.check().problems == ()
            assert everything(library) == expected
            return "mended" if found else "harmless"
    except LibraryError as error:
        return f"refused: {error.code}"


def damage(sound: Path, folder: Path, name: Path, place: float, bits: int) -> None:
    shutil.copytree(sound, folder)
    file = folder / name
    times = file.stat()
    data = bytearray(file.read_bytes())
    data[int(place * len(data))] ^= bits
    file.write_bytes(data)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # a disk that fails touches no times


def test_a_changed_digit_is_never_quoted(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "library"))
    file = folder / "library.sqlite3"
    data = file.read_bytes()
    assert data.count(b"34.96") == 1
    file.write_bytes(data.replace(b"34.96", b"84.96"))
    with Library.open(folder, model=ENCODER.identity) as library:
        a, b, _ = library.documents()
        assert library.document(b.id).text == TEXTS["b"].strip()
        for use in (lambda: library.document(a.id), lambda: library.passages([1]), library.repair):
            with pytest.raises(LibraryError, match="library_broken"):
                use()
        assert f"document {a.id} changed since it was stored" in library.check().problems


def test_a_row_that_sqlite_names_and_does_not_find_is_damage(sound: Path) -> None:
    with contextlib.closing(database.connect(sound)) as opened, database.reading(opened) as connection:
        assert [database.select_document(connection, id).id for id in database.document_ids(connection)]
        with pytest.raises(Damaged, match="000000000000: its row is not there"):
            database.select_document(connection, "000000000000")


def test_what_a_stopped_process_left_is_cleared_away(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "library"))
    left = [folder / "index.new" / "dense.bin", folder / "index.old" / "x", folder / "index" / "dense.bin.part"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    with Library.open(folder, model=ENCODER.identity) as library:
        library.repair()
        assert library.check().problems == ()
    assert sorted(path.name for path in folder.iterdir()) == ["index", "library.sqlite3", "write.lock"]
    assert not left[2].exists()


def test_another_process_searches_on_while_the_index_is_made_anew(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "library"))
    question = QUESTIONS[0], ENCODER.encode_queries([QUESTIONS[0]])[0]
    with Library.open(folder, model=ENCODER.identity) as serving, Library.open(folder, model=ENCODER.identity) as other:
        before = [hit.id for hit in serving.search(*question, k=5)]
        other.repair()
        assert before
        assert [hit.id for hit in serving.search(*question, k=5)] == before


def test_one_byte_in_each_file(sound: Path, expected: object, tmp_path: Path) -> None:
    chance = random.Random(20261123)
    seen = {}
    for number, name in enumerate(files(sound)):
        damage(sound, tmp_path / str(number), name, chance.random(), chance.randrange(1, 256))
        seen[str(name)] = outcome(tmp_path / str(number), expected)
    assert {"library.sqlite3", "index/dense.bin", "index/manifest.json", "index/lexical/meta.json"} <= seen.keys()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False), place=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_one_byte_anywhere(
    sound: Path,
    expected: object,
    tmp_path_factory: pytest.TempPathFactory,
    chance: random.Random,
    place: float,
    bits: int,
) -> None:
    folder = tmp_path_factory.mktemp("damaged") / "library"
    damage(sound, folder, chance.choice(files(sound)), place, bits)
    outcome(folder, expected)
    shutil.rmtree(folder.parent)
