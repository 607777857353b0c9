"""Whether what the page keeps beside the library is as it was written: conversations, opinions, collections, uploads
and removed documents. Each finding is one sentence for ``yinju check``.

Not covered: a byte within the words of ``feedback.jsonl``, which people edit by hand; nothing is quoted from there.
Nothing here is mended: these files are all there is of what they hold, and only a backup has it as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from qa.errors import YinjuError
from ui.conversations import Conversations
from ui.errors import CollectionError, ConversationError
from ui.feedback import FILE_NAME as FEEDBACK
from ui.shelf_files import FileStore
from ui.shelf_sets import DocumentSets


def kept_problems(folder: Path) -> Iterator[str]:
    """Everything that is not as it was written in the files that the page keeps in a library's ``folder``."""
    yield from _of_conversations(folder)
    yield from _of_feedback(folder / FEEDBACK)
    try:
        DocumentSets(folder).all()
    except CollectionError as error:
        yield _sentence("collections", error)
    store = FileStore(folder)
    for path in store.damaged_uploads():
        yield f"upload {path}: changed since it was stored"
    for path in store.damaged_asides():
        yield f"removed document {path}: changed since it was stored"


def _of_conversations(folder: Path) -> Iterator[str]:
    conversations = Conversations(folder)
    try:
        ids = conversations.ids()
    except ConversationError as error:
        yield _sentence("conversations", error)
        return
    for id in ids:
        try:
            conversations.load(id)
        except ConversationError as error:
            yield _sentence(f"conversation {id}", error)


def _of_feedback(path: Path) -> Iterator[str]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        yield f"feedback {path.name}: {error.strerror}"
        return
    for number, line in enumerate(lines, start=1):
        if not _is_gold(line):
            yield f"feedback {path.name}: line {number} is malformed"


def _is_gold(line: bytes) -> bool:
    """Whether a line is one of a gold file, with answers that are where they say."""
    try:
        row = json.loads(line)
        context, answers = row["context"], row["answers"]
        return all(context[one["start"] :].startswith(one["text"]) for one in answers or ())
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _sentence(what: str, error: YinjuError) -> str:
    return f"{what}: {error.fields.get('reason', error.code)}"
