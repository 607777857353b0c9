"""The HTTP endpoints, on the same port as the page: ask a question, list the documents, read a document's text.

Answers in JSON as design § 5 promises; every error is ``{"error": {"code", "message"}}`` in the caller's language.
Knows no Gradio. Nothing that a client sends is trusted: sizes are limited as they arrive, types are checked.

    POST /ask                    what ``ui.asked`` reads: a question, with its conversation and documents -> the answer
    GET  /documents              {"documents": [{id, name, title, revision, format, characters, paragraphs, passages}]}
    GET  /documents/{id}/text    the text that all offsets count in
    GET  /documents/{id}/pages/{page}    the picture of a page, PNG
    GET  /openapi.json           all endpoints, those from elsewhere too, as OpenAPI 3.1

Those of conversations and feedback are in ``ui.api_conversations``, those of collections in ``ui.api_collections``.
Those that change the library are in ``ui.api_documents``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.errors import EngineError, LibraryError, QuestionError, YinjuError
from qa.page_image import PageImages
from qa.types import Answer
from ui import render
from ui.asked import Asked, read_asked
from ui.chat import Shelf, prove
from ui.errors import CollectionError, ConversationError, FeedbackError, RequestError, ServiceError
from ui.gate import Gate, Place
from ui.shelf_sets import DocumentSets
from ui.strings import choose_language, sentence

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    Endpoint = Callable[[Request], Awaitable[Response]]

BODY_LIMIT = 1024 * 1024
"""Bytes of a request's body. Far above any question, far below what would hurt."""

DRAIN_LIMIT = 32 * BODY_LIMIT
"""Bytes of a body that are read and thrown away, so that a client that sends too much hears why."""

ENDPOINTS = (
    "POST /api/ask",
    "GET /api/documents",
    "POST /api/documents",
    "DELETE /api/documents/{id}",
    "GET /api/documents/{id}/text",
    "GET /api/documents/{id}/pages/{page}",
    "GET /api/collections",
    "POST /api/collections",
    "GET /api/collections/{id}",
    "PATCH /api/collections/{id}",
    "DELETE /api/collections/{id}",
    "GET /api/conversations",
    "POST /api/conversations",
    "GET /api/conversations/{id}",
    "PATCH /api/conversations/{id}",
    "DELETE /api/conversations/{id}",
    "GET /api/conversations/{id}/export",
    "POST /api/feedback",
    "GET /api/openapi.json",
)

STATUS = {
    "question_too_long": 413,
    "request_too_large": 413,
    "document_unknown": 404,
    "page_unknown": 404,
    "collection_unknown": 404,
    "collection_name_taken": 409,
    "collections_full": 507,
    "collections_file": 503,
    "conversation_unknown": 404,
    "turn_unknown": 404,
    "conversation_long": 409,
    "conversations_full": 507,
    "conversations_disk": 507,
    "conversations_readonly": 503,
    "conversation_damaged": 503,
    "conversations_broken": 503,
    "conversations_version": 503,
    "conversations_busy": 503,
    "feedback_file": 503,
    "page_missing": 404,
    "upload_unknown": 404,
    "file_too_large": 413,
    "upload_count": 503,
    "disk_full": 507,
    "origin_refused": 403,
    "change_refused": 403,
    "file_changed": 410,
    "method_unknown": 405,
    "host_refused": 400,
    "token_missing": 401,
    "token_wrong": 401,
    "rate_limited": 429,
    "question_slow": 504,
}

RETRY = frozenset({"service_busy", "service_starting", "rate_limited"})
"""Errors whose ``seconds`` say when to try again."""

_LOG = logging.getLogger(__name__)


def endpoints(gate: Gate, library: Shelf, *, more: Sequence[Route] = ()) -> Starlette:
    """The endpoints as an application to mount. Questions go through ``gate``; ``more`` are endpoints from elsewhere to
    stand beside them.
    """
    from starlette.applications import Starlette

    from ui.api_collections import collection_routes
    from ui.api_conversations import conversation_routes

    desk = _Desk(gate, library, PageImages())
    own = routed(
        ("POST", "/ask", desk.ask),
        ("GET", "/documents", desk.documents),
        ("GET", "/documents/{id}/text", desk.text),
        ("GET", "/documents/{id}/pages/{page:int}", desk.page),
        ("GET", "/openapi.json", desk.described),
    )
    return Starlette(
        routes=[*own, *collection_routes(library), *conversation_routes(library), *more],
        exception_handlers={404: _unknown_page, 405: _unknown_method},
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """The endpoints' state. Work that takes time runs in threads, so that the page never waits for it."""

    gate: Gate
    library: Shelf
    images: PageImages

    async def ask(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        asked = read_question(await read_body(request))
        documents = asked.documents
        if asked.collection is not None:
            documents = await run_sync(self._collected, asked.collection)
        place = self.gate.submit(asked.question, id=asked.id, history=asked.history, documents=documents)
        answer = await _answered(request, self.gate, place)
        return json_response(await run_sync(lambda: render.to_json(prove(answer, self.library)[0])))

    async def documents(self, _: Request) -> Response:
        from anyio.to_thread import run_sync

        return json_response(await run_sync(self._list))

    async def text(self, request: Request) -> Response:
        from anyio.to_thread import run_sync
        from starlette.responses import PlainTextResponse

        document = await run_sync(self.library.document, request.path_params["id"])
        return PlainTextResponse(document.text)

    async def page(self, request: Request) -> Response:
        from anyio.to_thread import run_sync
        from starlette.responses import Response

        id, page = request.path_params["id"], request.path_params["page"]
        picture = await run_sync(lambda: self.images.draw(self.library.document(id), page))
        return Response(picture, media_type="image/png", headers={"cache-control": "private, max-age=600"})

    def _collected(self, id: str) -> frozenset[str]:
        return DocumentSets(self.library.folder).one(id).among([info.id for info in self.library.documents()])

    async def described(self, _: Request) -> Response:
        from importlib.metadata import version

        from ui.api_schema import openapi

        return json_response(openapi(version("yinju")))

    def _list(self) -> dict[str, Any]:
        fields = ("id", "name", "title", "revision", "format", "characters", "paragraphs", "passages")
        return {"documents": [{name: getattr(info, name) for name in fields} for info in self.library.documents()]}


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in the body of a request.

    :raises RequestError: ``request_not_utf8``, ``request_not_json`` or ``request_not_object``.
    """
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RequestError("request_not_utf8") from error
    except (ValueError, RecursionError) as error:
        raise RequestError("request_not_json") from error
    if not isinstance(value, dict):
        raise RequestError("request_not_object")
    return value


def read_question(body: bytes) -> Asked:
    """What the body of a request asks.

    :raises RequestError: as :func:`read_object` and :func:`ui.asked.read_asked`.
    """
    return read_asked(read_object(body))


async def _answered(request: Request, gate: Gate, place: Place) -> Answer:
    """The answer when it comes. The place in the gate is given up where who asked has left, or the time is over.

    :raises ServiceError: ``question_slow``.
    """
    import asyncio

    from starlette.requests import ClientDisconnect

    answer = asyncio.ensure_future(asyncio.wrap_future(place))
    leaving = asyncio.ensure_future(_left(request))
    try:
        either: set[asyncio.Future[Any]] = {answer, leaving}
        await asyncio.wait(either, timeout=gate.seconds, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if leaving.done():
            place.cancel()
            raise ClientDisconnect
        raise gate.give_up(place)
    finally:
        leaving.cancel()
        if not answer.done():
            place.cancel()
            answer.cancel()


async def _left(request: Request) -> None:
    """Return when who sent the request has closed the connection. Its body was read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def read_body(request: Request) -> bytes:
    """The body, at most :data:`BODY_LIMIT` bytes, read as it comes.

    :raises RequestError: ``request_too_large``.
    """
    body, seen = bytearray(), 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen <= BODY_LIMIT:
            body += chunk
        if seen > DRAIN_LIMIT:
            break
    if seen > BODY_LIMIT:
        raise RequestError("request_too_large", limit=BODY_LIMIT)
    return bytes(body)


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    :raises RequestError: as :func:`read_body` and :func:`read_object`.
    """
    return read_object(await read_body(request))


def json_response(value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``value`` as an answer."""
    from starlette.responses import Response

    body = json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return Response(body, status, headers, media_type="application/json")


def error_response(error: YinjuError, accept_language: str | None, headers: dict[str, str] | None = None) -> Response:
    """``{"error": {"code", "message"}}`` with the HTTP status that fits ``error``."""
    fallback = 500
    if isinstance(error, QuestionError | RequestError | CollectionError | ConversationError | FeedbackError):
        fallback = 400
    elif isinstance(error, LibraryError | EngineError | ServiceError):
        fallback = 503
    message = sentence(error.code, choose_language(accept_language), **error.fields)
    status = STATUS.get(error.code, 500 if error.code == "internal" else fallback)
    more = dict(headers or {})
    if error.code in RETRY:
        more["Retry-After"] = str(error.fields["seconds"])
    if status == 401:
        more["WWW-Authenticate"] = 'Bearer realm="Yinju"'
    return json_response({"error": {"code": error.code, "message": message}}, status, more)


def routed(*table: tuple[str, str, Endpoint]) -> list[Route]:
    """Routes for each method, path and endpoint of ``table``."""
    from starlette.routing import Route

    return [Route(path, spoken(endpoint), methods=[method]) for method, path, endpoint in table]


def spoken(endpoint: Endpoint) -> Endpoint:
    """``endpoint`` with every failure made a sentence."""

    async def answered(request: Request) -> Response:
        from starlette.requests import ClientDisconnect

        try:
            return await endpoint(request)
        except ClientDisconnect:
            raise
        except YinjuError as error:
            failed = error
        except Exception:  # the border to another program, which is owed a sentence; the log has the rest
            _LOG.exception("an HTTP request was not answered")
            failed = RequestError("internal")
        return error_response(failed, request.headers.get("accept-language"))

    return answered


async def _unknown_page(request: Request, _: Exception) -> Response:
    unknown = RequestError("page_unknown", path=request.url.path, known=ENDPOINTS)
    return error_response(unknown, request.headers.get("accept-language"))


async def _unknown_method(request: Request, error: Exception) -> Response:
    allowed = ", ".join(sorted(getattr(error, "headers", {}).get("Allow", "").split(", ")))
    unknown = RequestError("method_unknown", method=request.method, known=allowed)
    return error_response(unknown, request.headers.get("accept-language"), {"Allow": allowed})
