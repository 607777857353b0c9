"""The HTTP endpoints that change the library, for the page and for other programs.

    POST   /documents                the file as the body, ``?name=`` beside it, or multipart/form-data with files
    DELETE /documents/{id}           remove a document; it can be put back for some days
    GET    /removed                  what can be put back
    POST   /removed/{id}             put a removed document back
    DELETE /removed                  delete for good what was removed
    POST   /sample                   add the document that ships with the program
    POST   /uploads/{id}             try an upload again that failed for want of room or of the write lock
    DELETE /uploads                  forget the report of finished uploads

``POST /documents`` and ``POST /sample`` answer when everything is added, with a report; with ``?wait=0`` at once, with
202. Asked only from this machine, or with what ``ui.web`` lets in, and never by another site's page. A bad file among
good ones costs only itself. Knows no Gradio and no queue but the keeper's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import DocumentError
from ui.api import json_response, routed
from ui.errors import RequestError
from ui.headers import origin_host
from ui.shelf import Entry, Keeper, sample_files
from ui.shelf_files import UPLOAD_LIMIT, Staged
from ui.strings import choose_language, notice, sentence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import BinaryIO

    from anyio import CapacityLimiter
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import Message

    from ui.api import Endpoint

CHUNK = 1024 * 1024
FORM_FILES = 100
"""Files in one multipart request; each may be as large as an upload may be, all together too."""

WAITING = 64
"""Requests that may wait for their files to be added at a time."""

ALLOWED = "yinju.may_change"
"""The key of an ASGI scope that says, if true, that whoever asks has shown a right to change the library."""


def change_routes(keeper: Keeper) -> list[Route]:
    """The endpoints, to stand beside those of :mod:`ui.api`."""
    from anyio import CapacityLimiter

    desk = _Desk(keeper, CapacityLimiter(WAITING))
    table = (
        ("POST", "/documents", desk.add),
        ("DELETE", "/documents/{id}", desk.remove),
        ("GET", "/removed", desk.removed),
        ("POST", "/removed/{id}", desk.put_back),
        ("DELETE", "/removed", desk.forget),
        ("POST", "/sample", desk.sample),
        ("POST", "/uploads/{id}", desk.retry),
        ("DELETE", "/uploads", desk.clear),
    )
    return routed(*((method, path, _guarded(endpoint)) for method, path, endpoint in table))


def require_right_to_change(request: Request) -> None:
    """Let in this machine, and who has shown a token; never the page of another site that a person has open.

    :raises RequestError: ``origin_refused`` or ``change_refused``.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    host = request.headers.get("host", "").lower()
    if (origin is not None and not origin_host(origin) == host != "") or site == "cross-site":
        raise RequestError("origin_refused", origin=origin or site)
    client = request.client.host if request.client else ""
    if not (request.scope.get(ALLOWED) or _is_loopback(client)):
        raise RequestError("change_refused", host=client or "?")


def report_json(entries: list[Entry], lang: str) -> dict[str, Any]:
    """What became of uploads: ``documents`` with figures, ``unchanged`` names, ``failed`` with a sentence each."""
    documents: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        ids: Iterator[str | None] = iter(entry.documents)
        for file in entry.report.files:
            notices = [
                {
                    "code": item.code,
                    "page": item.page,
                    "message": notice(item.code, lang, page=item.page, detail=item.detail, format=file.format),
                }
                for item in file.notices
            ]
            documents.append({"id": next(ids, None), **asdict(file), "notices": notices})
        problems = [*entry.report.failed, *([entry.error] if entry.error else [])]
        failed += [
            {"name": entry.name, "code": error.code, "message": sentence(error.code, lang, **error.fields)}
            for error in problems
        ]
    unchanged = [name for entry in entries for name in entry.report.unchanged]
    return {"documents": documents, "unchanged": unchanged, "failed": failed}


@dataclass(frozen=True, slots=True)
class _Desk:
    """The endpoints' state. What takes time runs in threads; those that only wait have a limit of their own."""

    keeper: Keeper
    waiting: CapacityLimiter

    async def add(self, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            staged, refused = await self._from_form(request)
        else:
            staged, refused = [await self._from_body(request)], []
        return await self._answered(request, staged, refused)

    async def sample(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        staged = [await run_sync(self._copied, path) for path in sample_files()]
        return await self._answered(request, staged, [])

    async def remove(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        gone = await run_sync(self.keeper.remove, [request.path_params["id"]])
        return json_response({"removed": [asdict(aside) for aside in gone]})

    async def removed(self, _: Request) -> Response:
        from anyio.to_thread import run_sync

        return json_response({"removed": [asdict(aside) for aside in await run_sync(self.keeper.removed)]})

    async def put_back(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        id = request.path_params["id"]
        await run_sync(self.keeper.put_back, id)
        return json_response({"put_back": id})

    async def forget(self, _: Request) -> Response:
        from anyio.to_thread import run_sync

        await run_sync(self.keeper.forget_removed)
        return json_response({"removed": []})

    async def retry(self, request: Request) -> Response:
        entry = self.keeper.retry(request.path_params["id"])
        return json_response({"uploads": [entry.id]}, 202)

    async def clear(self, _: Request) -> Response:
        from anyio.to_thread import run_sync

        await run_sync(self.keeper.clear)
        return json_response({"uploads": []})

    # ---- inside

    async def _from_body(self, request: Request) -> Staged:
        """The body as a file. ``?size=`` lets a page ask whether a file may be sent without sending it."""
        from anyio.to_thread import run_sync

        name = request.query_params.get("name", "")
        if not name:
            raise RequestError("upload_nothing")
        with await run_sync(self.keeper.receive, name) as incoming:
            incoming.expect(_size(request))
            async for part in _parts(request):
                await run_sync(incoming.write, part)
            return await run_sync(incoming.keep)

    async def _from_form(self, request: Request) -> tuple[list[Staged], list[Entry]]:
        """The files of a form, and an entry for each that is refused before it is read."""
        from anyio.to_thread import run_sync
        from starlette.datastructures import UploadFile
        from starlette.exceptions import HTTPException

        staged: list[Staged] = []
        refused: list[Entry] = []
        try:
            async with _limited(request).form(max_files=FORM_FILES) as form:
                for _, value in form.multi_items():
                    if not isinstance(value, UploadFile) or not value.filename:
                        continue
                    try:
                        staged.append(await run_sync(self._stored, value.filename, value.file))
                    except DocumentError as error:
                        refused.append(Entry("", value.filename, value.size or 0, state="failed", error=error))
        except HTTPException as error:
            raise RequestError("upload_nothing") from error
        if not (staged or refused):
            raise RequestError("upload_nothing")
        return staged, refused

    async def _answered(self, request: Request, staged: list[Staged], refused: list[Entry]) -> Response:
        from anyio.to_thread import run_sync

        taken = [await run_sync(self.keeper.take, item) for item in staged]
        if request.query_params.get("wait") == "0":
            return json_response({"uploads": [entry.id for entry in taken]}, 202)
        finished = [await run_sync(self.keeper.wait, entry.id, limiter=self.waiting) for entry in taken]
        report = report_json([*finished, *refused], choose_language(request.headers.get("accept-language")))
        good = report["documents"] or report["unchanged"]
        return json_response(report, 200 if good else 422)

    def _copied(self, path: Path) -> Staged:
        with path.open("rb") as file:
            return self._stored(path.name, file)

    def _stored(self, name: str, file: BinaryIO) -> Staged:
        with self.keeper.receive(name) as incoming:
            while part := file.read(CHUNK):
                incoming.write(part)
            return incoming.keep()


def _guarded(endpoint: Endpoint) -> Endpoint:
    async def answered(request: Request) -> Response:
        require_right_to_change(request)
        return await endpoint(request)

    return answered


async def _parts(request: Request) -> AsyncIterator[bytes]:
    """The body in parts of a size that is worth a thread's while."""
    part = bytearray()
    async for chunk in request.stream():
        part += chunk
        if len(part) >= CHUNK:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def _limited(request: Request) -> Request:
    """``request``, which fails once its body is longer than an upload may be: a form is stored before it is seen."""
    from starlette.requests import Request as Limited

    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > UPLOAD_LIMIT:
            raise DocumentError("file_too_large", path="multipart/form-data", size=seen, limit=UPLOAD_LIMIT)
        return message

    return Limited(request.scope, receive)


def _size(request: Request) -> int:
    """How many bytes the body will have, as far as is said."""
    said = (request.query_params.get("size", ""), request.headers.get("content-length", ""))
    return max((int(value) for value in said if value.isascii() and value.isdigit() and len(value) < 20), default=0)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
