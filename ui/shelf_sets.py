"""Collections: sets of documents with a name, kept beside the library in a JSON file of their own.

A change replaces the file in one step, so that a crash at any instant leaves the last one; several threads and processes
may share a folder. The file carries its own SHA-256, so that a byte that changed on the disk is seen. A document that was removed stays in its collections, so that putting it back puts it back there too.
Knows no page, wording or tick box.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ui.errors import CollectionError
from ui.escape import has_lone_surrogate, one_line

FILE_NAME = "collections.json"
VERSION = 2
"""Version 1 had no hash; it is read, and becomes 2 with the next change."""

LOCK_SECONDS = 10.0

NAME_LIMIT = 40
"""Characters of a name: it is read in a narrow column."""

SETS_LIMIT = 100
"""Collections of one library; they are all shown at once."""


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """A collection: ``documents`` are ids. A ``deleted`` one can be brought back until the next change."""

    id: str
    name: str
    documents: frozenset[str]
    deleted: bool = False

    def among(self, ids: Collection[str]) -> frozenset[str]:
        """Those of its documents that are in the library, whose ``ids`` these are."""
        return self.documents.intersection(ids)


@dataclass(frozen=True, slots=True)
class DocumentSets:
    """The collections of the library in ``folder``. The file is made with the first of them.

    Every method raises ``CollectionError``: ``collections_file``, where the file cannot be used.
    """

    folder: Path

    def all(self) -> list[DocumentSet]:
        """Those that are not deleted, by name."""
        return sorted((one for one in self._read() if not one.deleted), key=lambda one: (one.name, one.id))

    def one(self, id: str) -> DocumentSet:
        """The collection ``id``.

        :raises CollectionError: ``collection_unknown``.
        """
        found = next((one for one in self._read() if one.id == id and not one.deleted), None)
        if found is None:
            raise CollectionError("collection_unknown", id=id)
        return found

    def create(self, name: str, documents: Iterable[str]) -> str:
        """As :meth:`save`, but never in place of another.

        :raises CollectionError: also ``collection_name_taken``.
        """
        return self.save(name, documents, replacing=False)

    def save(self, name: str, documents: Iterable[str], *, replacing: bool = True) -> str:
        """Keep ``documents`` under ``name``, in place of what had that name before; the collection's id.

        :raises CollectionError: ``collection_name_empty``, ``collection_name_long`` or ``collections_full``.
        """
        name, kept = _checked(name), frozenset(documents)

        def change(sets: list[DocumentSet]) -> tuple[list[DocumentSet], str]:
            same = next((one for one in sets if one.name == name), None)
            if same is not None and not replacing:
                raise CollectionError("collection_name_taken", name=name)
            if same is None and len(sets) >= SETS_LIMIT:
                raise CollectionError("collections_full", count=len(sets), limit=SETS_LIMIT)
            made = DocumentSet(same.id if same else secrets.token_hex(6), name, kept)
            return [*(one for one in sets if one.id != made.id), made], made.id

        return self._change(change)

    def rename(self, id: str, name: str) -> None:
        """Give a collection another name.

        :raises CollectionError: ``collection_unknown``, ``collection_name_empty``, ``collection_name_long`` or
            ``collection_name_taken``.
        """
        name = _checked(name)

        def change(sets: list[DocumentSet]) -> tuple[list[DocumentSet], str]:
            if any(one.name == name and one.id != id for one in sets):
                raise CollectionError("collection_name_taken", name=name)
            return _with(sets, id, name=name), id

        self._change(change)

    def fill(
        self,
        id: str,
        *,
        documents: Iterable[str] | None = None,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> None:
        """Give a collection other ``documents``, where they are given, then ``add`` some and ``remove`` some.

        :raises CollectionError: ``collection_unknown``.
        """

        def change(sets: list[DocumentSet]) -> tuple[list[DocumentSet], str]:
            before = next((one.documents for one in sets if one.id == id), frozenset())
            kept = before if documents is None else frozenset(documents)
            return _with(sets, id, documents=kept.union(add).difference(remove)), id

        self._change(change)

    def delete(self, id: str) -> None:
        """Delete a collection; its documents stay in the library. Until the next change :meth:`restore` brings it back.

        :raises CollectionError: ``collection_unknown``.
        """
        self._change(lambda sets: (_with(sets, id, deleted=True), id))

    def restore(self, id: str) -> None:
        """Bring back what was deleted last.

        :raises CollectionError: ``collection_unknown``.
        """
        self._change(lambda sets: (_with(sets, id, deleted=False), id), keeping=id)

    def _read(self) -> list[DocumentSet]:
        path = self.folder / FILE_NAME
        try:
            value = json.loads(path.read_bytes())
            if value["version"] not in (1, VERSION):
                raise CollectionError("collections_file", path=str(path), reason=f"version {value['version']}")
            if value["version"] != 1 and value["sha256"] != _proof(value["collections"]):
                raise CollectionError("collections_file", path=str(path), reason="changed since it was written")
            return [
                DocumentSet(
                    str(one["id"]), str(one["name"]), frozenset(map(str, one["documents"])), bool(one["deleted"])
                )
                for one in value["collections"]
            ]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise CollectionError("collections_file", path=str(path), reason=error.strerror or str(error)) from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise CollectionError("collections_file", path=str(path), reason=type(error).__name__) from error

    def _change(
        self, change: Callable[[list[DocumentSet]], tuple[list[DocumentSet], str]], *, keeping: str = ""
    ) -> str:
        """Replace the file by what ``change`` makes of it. What was deleted before is gone then, but for ``keeping``."""
        from filelock import FileLock, Timeout

        path, fresh = self.folder / FILE_NAME, self.folder / f"{FILE_NAME}.new"
        try:
            with FileLock(self.folder / f"{FILE_NAME}.lock", timeout=LOCK_SECONDS):
                sets, id = change([one for one in self._read() if not one.deleted or one.id == keeping])
                kept = [_json(one) for one in sets]
                value = {"version": VERSION, "sha256": _proof(kept), "collections": kept}
                with fresh.open("w", encoding="utf-8") as file:
                    json.dump(value, file, ensure_ascii=False)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(path)
                return id
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CollectionError("collections_file", path=str(path), reason=reason) from error


def _checked(name: str) -> str:
    name = "" if has_lone_surrogate(name) else one_line(name, limit=10 * NAME_LIMIT)
    if not name:
        raise CollectionError("collection_name_empty")
    if len(name) > NAME_LIMIT:
        raise CollectionError("collection_name_long", length=len(name), limit=NAME_LIMIT)
    return name


def _with(sets: list[DocumentSet], id: str, **changes: Any) -> list[DocumentSet]:
    if all(one.id != id for one in sets):
        raise CollectionError("collection_unknown", id=id)
    return [replace(one, **changes) if one.id == id else one for one in sets]


def _json(one: DocumentSet) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "documents": sorted(one.documents), "deleted": one.deleted}


def _proof(collections: Any) -> str:
    return hashlib.sha256(json.dumps(collections, sort_keys=True).encode()).hexdigest()
