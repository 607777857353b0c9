"""The HTTP endpoints of collections: sets of documents with a name, which a question can be limited to.

    GET    /collections         {"collections": [{id, name, documents: [id, …]}]}, by name
    POST   /collections         {"name": str, "documents"?: [id, …]} -> the collection, 201
    GET    /collections/{id}    one collection
    PATCH  /collections/{id}    {"name"?: str, "documents"?: [id, …], "add"?: [id, …], "remove"?: [id, …]}: another name,
                                other documents, more of them, fewer; or {"deleted": false} to bring it back
    DELETE /collections/{id}    delete it; its documents stay. Until the next change it can be brought back

``POST /ask`` takes ``"collection": id``. Documents listed are those that are in the library now. Knows no Gradio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.errors import LibraryError
from ui.api import json_response, read_json, routed
from ui.asked import read_ids, read_text
from ui.chat import Shelf
from ui.errors import RequestError
from ui.shelf_sets import DocumentSet, DocumentSets

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_LISTS = ("documents", "add", "remove")


def collection_routes(library: Shelf) -> list[Route]:
    """The endpoints over the collections that are kept beside ``library``."""
    desk = _Desk(library, DocumentSets(library.folder))
    return routed(
        ("GET", "/collections", desk.all),
        ("POST", "/collections", desk.create),
        ("GET", "/collections/{id}", desk.one),
        ("PATCH", "/collections/{id}", desk.change),
        ("DELETE", "/collections/{id}", desk.delete),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """The endpoints' state. The work runs in threads, so that the page never waits for it."""

    library: Shelf
    sets: DocumentSets

    async def all(self, _: Request) -> Response:
        from anyio.to_thread import run_sync

        return json_response({"collections": await run_sync(self._all)})

    async def one(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        return json_response(await run_sync(self._one, request.path_params["id"]))

    async def create(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        value = await read_json(request)
        return json_response(await run_sync(self._create, value), 201)

    async def change(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        value = await read_json(request)
        return json_response(await run_sync(self._change, request.path_params["id"], value))

    async def delete(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        id = request.path_params["id"]
        await run_sync(self.sets.delete, id)
        return json_response({"deleted": id})

    # ---- inside

    def _all(self) -> list[dict[str, Any]]:
        known = self._known()
        return [_shown(one, known) for one in self.sets.all()]

    def _one(self, id: str) -> dict[str, Any]:
        return _shown(self.sets.one(id), self._known())

    def _create(self, value: Mapping[str, Any]) -> dict[str, Any]:
        documents = self._documents(value, "documents")
        return self._one(self.sets.create(read_text(value, "name"), documents))

    def _change(self, id: str, value: Mapping[str, Any]) -> dict[str, Any]:
        if not {"name", "deleted", *_LISTS} & value.keys():
            raise RequestError("request_field_missing", name="name")
        if value.get("deleted", False) is not False:
            raise RequestError("request_field_false", name="deleted")
        name = read_text(value, "name") if "name" in value else None
        lists = {field: self._documents(value, field) for field in _LISTS if field in value}
        if "deleted" in value:
            self.sets.restore(id)
        if name is not None:
            self.sets.rename(id, name)
        if lists:
            self.sets.fill(id, **lists)
        return self._one(id)

    def _documents(self, value: Mapping[str, Any], field: str) -> frozenset[str]:
        """The ids in a field, each of a document of the library. One to remove may be gone already."""
        ids = read_ids(value, field) or frozenset()
        unknown = sorted(ids - self._known()) if field != "remove" else []
        if unknown:
            raise LibraryError("document_unknown", id=unknown[0])
        return ids

    def _known(self) -> frozenset[str]:
        return frozenset(info.id for info in self.library.documents())


def _shown(one: DocumentSet, known: frozenset[str]) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "documents": sorted(one.among(known))}
