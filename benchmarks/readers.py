"""Our readers beside those of peers on the same files: `python -m benchmarks.readers --peers PYTHON`.

PYTHON is the interpreter of an environment of its own that has markitdown and kreuzberg (one that is missing is left
out). Two figures a file, both of one thread:

- **seconds a page**: processor time of the second of two readings; a page of a format without pages is 1,000 characters.
- **kept**: where the text is known, the share of it that survives in reading order. White space and punctuation apart,
  the reference is cut at the ends of its clauses; a clause survives if it stands whole in what was read, and those count
  that make the longest sequence in the right order. Dropped, torn, doubled or scrambled lines all cost.

Known are the files that are made here out of one text (DOCX, HTML with a menu, EPUB, a PDF in one column and one in
two columns with running heads and page numbers), and the real DOCX and plain texts, by their characters in the order
of the file.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from bisect import bisect_left
from pathlib import Path
from typing import Any

from benchmarks.common import SHARED, write_result
from benchmarks.fuzz_files import saved, zipped
from qa.documents.encoding import decode
from qa.documents.reading import read_data
from qa.errors import DocumentError
from tests.pdf_writer import Page, pdf

PAGE = 1000
"""Characters that count as a page where a format has none."""
PEERS = ("markitdown", "kreuzberg")
LIMIT = 300.0
"""Seconds that a reader may take for one file."""
CHARACTERS = 9000
"""Of the text that the made files hold."""

_CLAUSE = re.compile(r"[^，。；：！？、\s,;:!?（）()“”]{4,}")

PEER = """
import json, sys, time, warnings, logging
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
name, path = sys.argv[1:]
if name == "markitdown":
    from markitdown import MarkItDown
    reader = MarkItDown()
    read = lambda: reader.convert(path).text_content
else:
    import kreuzberg
    def read():
        found = kreuzberg.extract_file_sync(path)
        return found.content if hasattr(found, "content") else found.results[0].content
read()
begin = time.process_time()
text = read()
sys.stdout.buffer.write(json.dumps({"seconds": time.process_time() - begin, "text": text}).encode())
"""


def main() -> None:
    """Read every file with every reader, print a table and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default=sys.executable, help="python of the environment that has them")
    parser.add_argument("--files", nargs="*", help="only files whose names hold one of these")
    arguments = parser.parse_args()
    versions = peer_versions(arguments.peers)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for path, known in files(Path(name)):
            if arguments.files and not any(part in path.name for part in arguments.files):
                continue
            row: dict[str, Any] = {"file": path.name, "known": known is not None}
            ours, pages = our_reading(path)
            row["pages"] = pages
            for reader in ("yinju", *versions):
                found = ours if reader == "yinju" else peer_reading(arguments.peers, reader, path)
                row[reader] = figures(found, pages, known)
            rows.append(row)
            print(json.dumps(row, ensure_ascii=False), flush=True)
    write_result("readers", {"versions": versions, "files": rows})


def figures(found: dict[str, Any] | None, pages: float, known: str | None) -> dict[str, float] | None:
    """What is said of one reading; ``None`` where the file was refused."""
    if found is None:
        return None
    said = {"ms_a_page": round(1000 * found["seconds"] / pages, 2), "characters": len("".join(found["text"].split()))}
    return said if known is None else {**said, "kept": round(kept(known, found["text"]), 4)}


def kept(reference: str, text: str) -> float:
    """The share of the characters of the clauses of ``reference`` that stand whole and in order in ``text``."""
    bare = "".join(text.split())
    clauses = [match.group() for match in _CLAUSE.finditer("".join(f"{line} " for line in reference.split()))]
    tails: list[int] = []
    weights: list[float] = []
    at = 0
    for clause in clauses:
        # A clause that stands in several places is taken where it goes on from the one before, if it does.
        place = bare.find(clause, at)
        place = place if place >= 0 else bare.find(clause)
        if place < 0:
            continue
        at = place + len(clause)
        index = bisect_left(tails, place)
        tails[index:] = [place]
        weights[index:] = [(weights[index - 1] if index else 0.0) + len(clause)]
    return (weights[-1] if weights else 0.0) / max(1, sum(map(len, clauses)))


def our_reading(path: Path) -> tuple[dict[str, Any] | None, float]:
    """What our reader says, and the file's pages."""
    data = path.read_bytes()
    try:
        read_data(data, document_id="d", name=path.name, path=str(path))
        begin = time.process_time()
        document = read_data(data, document_id="d", name=path.name, path=str(path))
    except DocumentError as error:
        return None, float(str(error.fields.get("pages", 1)))
    seconds = time.process_time() - begin
    return {"seconds": seconds, "text": document.text}, document.pages or max(1.0, len(document.text) / PAGE)


def peer_reading(python: str, name: str, path: Path) -> dict[str, Any] | None:
    """What a peer says; ``None`` where it fails, refuses or takes longer than LIMIT."""
    one = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "TOKIO_WORKER_THREADS": "1"}
    environment = {**{key: value for key, value in os.environ.items() if key != "PYTHONPATH"}, **one}
    command = [python, "-c", PEER, name, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, env=environment, timeout=LIMIT, check=True)
        found: dict[str, Any] = json.loads(done.stdout[done.stdout.index(b'{"seconds"') :])
    except (subprocess.SubprocessError, ValueError):
        return None
    return found


def peer_versions(python: str) -> dict[str, str]:
    """The peers that the environment has."""
    code = (
        "import importlib.metadata as m, json, sys\nfound = {}\nfor name in sys.argv[1:]:\n"
        "    try: found[name] = m.version(name)\n    except m.PackageNotFoundError: pass\nprint(json.dumps(found))"
    )
    done = subprocess.run([python, "-c", code, *PEERS], capture_output=True, text=True, check=True)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


# ---- the files


def files(folder: Path) -> list[tuple[Path, str | None]]:
    """Every file with its text where that is known: the made ones first, then the real ones."""
    report = SHARED / "documents" / "txt_zh_report_crlf.txt"
    paragraphs = [line.strip() for line in decode(report.read_bytes())[0].splitlines() if line.strip()]
    while sum(map(len, paragraphs)) > CHARACTERS:
        paragraphs.pop()
    text = "\n".join(paragraphs)
    made = {
        "made.docx": _docx(paragraphs),
        "made.html": _page(paragraphs).encode(),
        "made.epub": _epub(paragraphs),
        "made_one_column.pdf": _pdf(paragraphs, columns=1),
        "made_two_columns.pdf": _pdf(paragraphs, columns=2),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    found: list[tuple[Path, str | None]] = [(folder / name, text) for name in made]
    for path in sorted((SHARED / "documents").iterdir()):
        if path.suffix != ".tsv":
            found.append((path, _known(path)))
    return found


def _known(path: Path) -> str | None:
    if path.suffix == ".txt":
        return decode(path.read_bytes())[0]
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as package:
            body = package.read("word/document.xml").decode()
        body = re.sub(r"<mc:Fallback>.*?</mc:Fallback>", "", body, flags=re.DOTALL)
        return "\n".join(
            "".join(html.unescape(part) for part in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", paragraph))
            for paragraph in body.split("</w:p>")
        )
    return None


def _docx(paragraphs: list[str]) -> bytes:
    import docx

    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document.save)


def _page(paragraphs: list[str]) -> str:
    menu = "".join(f'<li><a href="/{i}">栏目{i}</a></li>' for i in range(20))
    body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<html><head><meta charset="utf-8"><title>报告</title></head><body><nav><ul>{menu}</ul></nav>'
        f"<article><h1>报告</h1>{body}</article><footer>版权所有 · 联系我们</footer></body></html>"
    )


def _epub(paragraphs: list[str]) -> bytes:
    chapters = [paragraphs[i : i + 20] for i in range(0, len(paragraphs), 20)]
    names = [f"c{i}.xhtml" for i in range(len(chapters))]
    items = "".join(f'<item id="i{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="i{n}"/>' for n in names)
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": f'{head}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'.encode(),
            "b.opf": f'{head}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>报告</dc:title></metadata><manifest>{items}</manifest>'
            f"<spine>{spine}</spine></package>".encode(),
            **{
                name: (
                    f'{head}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>报告</title></head><body>'
                    f"{''.join(f'<p>{html.escape(paragraph)}</p>' for paragraph in chapter)}</body></html>"
                ).encode()
                for name, chapter in zip(names, chapters, strict=True)
            },
        }
    )


def _pdf(paragraphs: list[str], *, columns: int) -> bytes:
    """A4 set in 10 points, first lines indented by two characters, a running head and a page number on every page."""
    width, rows = 42 if columns == 1 else 20, 44
    lines = [line for paragraph in paragraphs for line in _lines(paragraph, width)]
    pages = []
    for number, start in enumerate(range(0, len(lines), rows * columns), start=1):
        page = Page(595, 842).text(80, 42, "二〇二二年工作报告", 8).text(297, 802, str(number), 8)
        for column in range(columns):
            for row, line in enumerate(lines[start + column * rows : start + (column + 1) * rows]):
                indent = 20 if line.startswith("\u3000") else 0
                page.text(80 + 230 * column + indent, 72 + 16 * row, line.strip("\u3000"))
        pages.append(page)
    return pdf(*pages)


def _lines(paragraph: str, width: int) -> list[str]:
    text = "\u3000\u3000" + paragraph
    return [text[start : start + width] for start in range(0, len(text), width)]


if __name__ == "__main__":
    main()
