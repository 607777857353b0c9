"""DOC, XLS and PPT -> Document, through a converter that is found on this computer.

LibreOffice makes the current format of them, which is then read as such; without it antiword or catdoc give the plain
text. A converter runs without a window, in a folder of its own that is removed afterwards, and no longer than
TIME_LIMIT. What a file is shows in its content: its name says little. Knows no current format itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from qa.errors import DocumentError
from qa.types import Document, Notice

TIME_LIMIT = 120.0
"""Seconds after which a conversion is given up."""
OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes that a conversion may give."""

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of a compound file, which all three formats are."""

_STREAMS = (
    ("EncryptedPackage", "locked"),
    ("PowerPoint Document", "ppt"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
_CURRENT = {"doc": "docx", "xls": "xlsx", "ppt": "pptx"}
_OFFICE = ("soffice", "libreoffice")
_PLAIN = {
    "doc": (("antiword", "-m", "UTF-8.txt", "-w", "0"), ("catdoc", "-d", "utf-8", "-w")),
    "xls": (("xls2csv", "-d", "utf-8"),),
    "ppt": (("catppt", "-d", "utf-8"),),
}
_TOOLS = {"doc": "LibreOffice / antiword / catdoc", "xls": "LibreOffice / catdoc", "ppt": "LibreOffice / catdoc"}


@dataclass(frozen=True, slots=True)
class Converted:
    """``form`` is ``docx``, ``xlsx``, ``pptx``, ``text`` or ``table``; ``tool`` the program that made ``data``."""

    form: str
    data: bytes
    tool: str


def legacy_kind(data: bytes) -> str:
    """``doc``, ``xls`` or ``ppt`` by the streams that a compound file names; ``locked`` if it is an encrypted package;
    empty if it is neither.
    """
    if not data.startswith(SIGNATURE):
        return ""
    return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in data), "")


def parse_legacy(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a DOC, XLS or PPT file. Its ``format`` is that of the file, and a notice names the converter.

    :raises DocumentError: as :func:`convert_legacy` and the readers of the current formats.
    """
    kind = legacy_kind(data)
    converted = convert_legacy(data, path=path)
    document = _read(converted, document_id=document_id, name=name, path=path, revision=revision)
    return replace(document, format=kind, notices=(Notice("converted", detail=converted.tool), *document.notices))


def _read(converted: Converted, *, document_id: str, name: str, path: str, revision: str) -> Document:
    """What the converter gave, read in its format."""
    if converted.form == "docx":
        from qa.documents.docx import parse_docx as parse
    elif converted.form == "xlsx":
        from qa.documents.xlsx import parse_xlsx as parse
    elif converted.form == "pptx":
        from qa.documents.pptx import parse_pptx as parse
    else:
        from qa.documents.delimited import parse_delimited
        from qa.documents.text import parse_text

        read = parse_delimited if converted.form == "table" else parse_text
        text = converted.data.decode("utf-8", "replace")
        return read(text, document_id=document_id, name=name, path=path, revision=revision)
    return parse(converted.data, document_id=document_id, name=name, path=path, revision=revision)


def convert_legacy(data: bytes, *, path: str) -> Converted:
    """Convert a DOC, XLS or PPT file with the best program that is on the search path.

    :raises DocumentError: ``file_legacy`` if there is none; ``file_encrypted``; ``file_damaged`` if it is no such file or
        no program can convert it; ``file_too_large`` if what comes out is.
    """
    kind = legacy_kind(data)
    if kind == "locked":
        raise DocumentError("file_encrypted", path=path)
    if not kind:
        raise DocumentError("file_damaged", path=path, reason="part")
    office = next((found for name in _OFFICE if (found := shutil.which(name))), None)
    plain = next(((found, *rest) for name, *rest in _PLAIN[kind] if (found := shutil.which(name))), None)
    if office is None and plain is None:
        raise DocumentError("file_legacy", path=path, suffix=f".{kind}", tools=_TOOLS[kind])
    with tempfile.TemporaryDirectory(prefix="yinju-") as name:
        folder = Path(name)
        source = folder / f"source.{kind}"
        source.write_bytes(data)
        if office is not None:
            made = _with_office(office, source, kind, path)
            if made is not None or plain is None:
                return _checked(made, _CURRENT[kind], "LibreOffice", path)
        made = _with_plain(plain or (), source, path)
        tool = Path((plain or ("",))[0]).stem
        return _checked(made, "table" if kind == "xls" else "text", tool, path)


def _checked(made: Path | None, form: str, tool: str, path: str) -> Converted:
    """The converter's file, if it made one of a size that can be read."""
    size = made.stat().st_size if made is not None and made.is_file() else 0
    if made is None or not size:
        raise DocumentError("file_damaged", path=path, reason="conversion")
    if size > OUTPUT_LIMIT:
        raise DocumentError("file_too_large", path=path, size=size, limit=OUTPUT_LIMIT)
    return Converted(form, made.read_bytes(), tool)


def _with_office(program: str, source: Path, kind: str, path: str) -> Path | None:
    """Convert with LibreOffice, whose profile is made in the same folder so that no running one is disturbed."""
    folder = source.parent
    made = folder / "made" / f"source.{_CURRENT[kind]}"
    profile = (folder / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck"]
    command += ["--convert-to", _CURRENT[kind], "--outdir", str(made.parent), str(source)]
    _run(command, folder, None, path)
    return made if made.is_file() else None


def _with_plain(command: tuple[str, ...], source: Path, path: str) -> Path | None:
    """Convert with a program that writes text to its standard output."""
    made = source.parent / "made.txt"
    with made.open("wb") as output:
        done = _run([*command, str(source)], source.parent, output.fileno(), path)
    return made if done else None


def _run(command: list[str], folder: Path, output: int | None, path: str) -> bool:
    """Run a converter; whether it says that it succeeded. At the time limit all its processes are ended.

    :raises DocumentError: ``file_damaged`` if it took too long.
    """
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if output is None else output,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(TIME_LIMIT) == 0
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL) if os.name == "posix" else process.kill()
            raise DocumentError("file_damaged", path=path, reason="conversion_slow") from error
