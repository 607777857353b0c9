"""DOC, XLS and PPT: which one it is, and what happens with and without a converter. Converters here are small scripts."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from qa.documents import legacy
from qa.documents.legacy import SIGNATURE, convert_legacy, legacy_kind, parse_legacy
from qa.errors import DocumentError
from tests.office_files import docx, p


def compound(*streams: str) -> bytes:
    return SIGNATURE + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


DOC, XLS, PPT = compound("Root Entry", "WordDocument"), compound("Workbook"), compound("PowerPoint Document")


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole search path for converters."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def refused(data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        convert_legacy(data, path="旧.doc")
    return caught.value


def test_the_kind_shows_in_the_content() -> None:
    assert [legacy_kind(data) for data in (DOC, XLS, PPT, compound("EncryptedPackage"), compound(), b"PK")] == [
        "doc", "xls", "ppt", "locked", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "suffix", "tools"), [(DOC, ".doc", "antiword"), (XLS, ".xls", "catdoc"), (PPT, ".ppt", "catdoc")]
)
def test_without_a_converter_the_error_says_what_to_install(
    programs: Path, data: bytes, suffix: str, tools: str
) -> None:
    error = refused(data)
    assert (error.code, error.fields["suffix"]) == ("file_legacy", suffix)
    assert "LibreOffice" in str(error.fields["tools"])
    assert tools in str(error.fields["tools"])


def test_locked_and_foreign_files(programs: Path) -> None:
    assert refused(compound("EncryptedPackage")).code == "file_encrypted"
    assert refused(compound("Other")).code == "file_damaged"


def test_libreoffice_is_taken_first_and_its_profile_is_its_own(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "made.docx").write_bytes(docx(p("转换后的正文。")))
    script = f"""
case "$1" in -env:UserInstallation=file://*/yinju-*/profile) ;; *) exit 1 ;; esac
while [ "$1" != --outdir ]; do shift; done
/bin/mkdir -p "$2" && /bin/cp {tmp_path}/made.docx "$2/source.docx"
"""
    program(programs, "soffice", script)
    program(programs, "antiword", "echo no")
    document = parse_legacy(DOC, document_id="d", name="旧.doc")
    assert document.text == "转换后的正文。"
    assert document.format == "doc"
    assert [(notice.code, notice.detail) for notice in document.notices] == [("converted", "LibreOffice")]


def test_plain_text_where_there_is_no_libreoffice_or_it_fails(programs: Path) -> None:
    program(programs, "antiword", "echo 正文一行。")
    program(programs, "soffice", "exit 1")
    assert parse_legacy(DOC, document_id="d", name="旧.doc").text == "正文一行。"
    program(programs, "xls2csv", "printf '年份,收入\\n2023,12\\n'")
    sheet = parse_legacy(XLS, document_id="d", name="旧.xls")
    assert sheet.text == "年份 | 收入\n2023 | 12"
    assert sheet.blocks[1].header == (1,)


def test_a_converter_that_fails_gives_nothing_or_hangs(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "catppt", "exit 3")
    assert refused(PPT).code == "file_damaged"
    program(programs, "catppt", "/bin/sleep 60")
    monkeypatch.setattr(legacy, "TIME_LIMIT", 0.2)
    began = time.monotonic()
    assert refused(PPT).code == "file_damaged"
    assert time.monotonic() - began < 5
    program(programs, "catppt", "echo 0123456789")
    monkeypatch.setattr(legacy, "TIME_LIMIT", 20)
    monkeypatch.setattr(legacy, "OUTPUT_LIMIT", 5)
    assert refused(PPT).code == "file_too_large"


@pytest.mark.shared
def test_the_shared_file_is_known_for_what_it_is(shared: Path) -> None:
    assert legacy_kind((shared / "documents" / "doc_zh_legacy.doc").read_bytes()) == "doc"
