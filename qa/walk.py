"""Which files a person means by the paths that they give. Knows no format beyond its suffix."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.documents import supported
from qa.errors import DocumentError


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read. ``name`` is what people call it: its path below the folder that was given, or its file name.
    ``found``: it was found in a folder, and not named itself.
    """

    path: Path
    name: str
    found: bool = False


def expand(paths: Iterable[Path]) -> Iterator[SourceFile | DocumentError]:
    """Files as they are, folders as the supported files below them, sorted, each once; errors where they occur.

    A file that is named itself is tried whatever its suffix. Links to folders are not followed.
    """
    seen: set[Path] = set()
    for given in paths:
        for file in _expand_one(Path(os.path.abspath(given))):  # noqa: PTH100 - resolve() would follow links
            if isinstance(file, DocumentError) or file.path not in seen:
                yield file
            if isinstance(file, SourceFile):
                seen.add(file.path)


def _expand_one(path: Path) -> Iterator[SourceFile | DocumentError]:
    if path.is_dir():
        errors: list[OSError] = []
        for folder, folders, names in os.walk(path, onerror=errors.append):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(folder, name)
                if supported(file):
                    yield _source(file, file.relative_to(path).as_posix(), found=True)
        for error in errors:
            yield DocumentError("file_unreadable", path=_printable(str(error.filename)), reason=error.strerror)
    elif path.exists():
        yield _source(path, path.name)
    else:
        yield DocumentError("path_missing", path=_printable(str(path)))


def _source(path: Path, name: str, *, found: bool = False) -> SourceFile | DocumentError:
    """The file, unless its name is no text: what is held of it could not say where it is."""
    if _printable(str(path)) != str(path):
        return DocumentError("file_name", path=_printable(str(path)))
    return SourceFile(path, name, found)


def _printable(name: str) -> str:
    """A file name as valid Unicode: bytes that are none are shown as �."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
