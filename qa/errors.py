"""Every error that the qa package raises for a reason a user can act on.

    YinjuError                 code + fields; the sentence a user reads is made in ui/wording/errors.py
    ├── QuestionError          the question cannot be asked
    ├── DocumentError          one file cannot be read; the others go on
    ├── LibraryError           the library as a whole cannot be used
    ├── BackupError            a backup cannot be written or restored
    ├── EngineError            what embeds and searches cannot be used now
    ├── ConfigError            a setting cannot be used
    └── GoldError              a gold file cannot be used

``code`` is stable and names the sentence; ``fields`` carry the value, the limit and whatever the next step needs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from embeddings.errors import EmbeddingsError


class YinjuError(Exception):
    """An error with a stable ``code`` and the ``fields`` that its sentence needs."""

    def __init__(self, code: str, **fields: object) -> None:
        self.code = code
        self.fields = fields
        super().__init__(f"{code}: " + ", ".join(f"{name}={value!r}" for name, value in fields.items()))


class QuestionError(YinjuError):
    """Codes: ``question_empty``; ``question_too_long`` (length, limit); ``question_control`` (position, character): control
    characters or half characters that no document can hold.
    """


class DocumentError(YinjuError):
    """Codes: ``path_missing`` (path); ``file_name`` (path): its name is no text; ``file_empty`` (path); ``file_binary``
    (path); ``file_unreadable`` (path, reason); ``file_format`` (path, suffix, known); ``file_too_large`` (path, size, limit); ``file_damaged`` (path,
    reason); ``file_encrypted`` (path): a password or DRM; ``file_nested`` (path); ``file_entities`` (path);
    ``file_expands`` (path, size, limit): far larger unpacked; ``file_crashed`` (path, reason); ``file_slow`` (path,
    seconds); ``file_memory`` (path, limit); ``archive_members`` (path, count, limit); ``archive_traversal`` (path,
    member); ``archive_nested`` (path); ``archive_empty`` (path); ``file_changed`` (path); ``page_missing`` (path, page,
    pages); ``file_packing`` (path, method): compressed in an unusual way; ``file_legacy`` (path, suffix, tools): no program here
    that reads it; ``file_pages`` (path, pages, limit); ``file_scanned`` (path, pages): no page has text, and nothing here
    recognises it; ``file_illegible`` (path, pages): none was recognised; ``picture_textless`` (path): a picture without any; ``picture_size`` (path, pixels, limit).
    """


class LibraryError(YinjuError):
    """Codes: ``library_missing`` (path); ``library_broken`` (path, reason); ``library_version`` (path, found,
    expected); ``library_model`` (path, found, expected); ``library_dimension`` (path, found, expected): the encoder's
    vectors are of another length; ``library_busy`` (path); ``library_empty`` (path); ``library_readonly`` (path): what
    has to be written cannot be; ``disk_full`` (path); ``document_unknown`` (id); ``aside_damaged`` (path): a removed
    document.
    """


class EngineError(YinjuError):
    """What embeds and searches cannot be used now. Codes and fields are those of :mod:`embeddings.errors`."""


class BackupError(YinjuError):
    """Codes: ``backup_occupied`` (path); ``backup_write`` (path, reason); ``backup_unreadable`` (path, reason);
    ``backup_damaged`` (path, member); ``backup_version`` (path, found, expected): of another version of this program;
    ``backup_library`` (path, found, expected): of a library of another format; ``restore_occupied`` (path).
    """


class ConfigError(YinjuError):
    """Codes: ``config_file`` (path, reason); ``config_field`` (name, known); ``config_value`` (name, value);
    ``config_needed`` (name, needed); ``config_unused`` (name, needed): given without what would use it.
    """


class GoldError(YinjuError):
    """Codes: ``gold_missing`` (path, reason); ``gold_line`` (path, line, reason); ``gold_empty`` (path);
    ``gold_unanswered`` (path, count): every line waits for its right answer.
    """


@contextlib.contextmanager
def mapped_embeddings() -> Iterator[None]:
    """Make the errors of the embeddings package this package's own."""
    try:
        yield
    except EmbeddingsError as error:
        raise EngineError(error.code, **error.fields) from error
