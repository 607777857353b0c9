"""The HTTP endpoints of conversations and feedback, for other programs and for the page's own downloads.

    GET    /conversations                {"conversations": [{id, title, created, changed, turns, hit}]}; ?search=
    POST   /conversations                {"title"?: str} -> {"id"}, an empty conversation
    GET    /conversations/{id}           its turns, each the JSON of design § 5, every citation with what became of it
    PATCH  /conversations/{id}           {"title": str}, or {"deleted": false} to bring it back
    DELETE /conversations/{id}           put it away; it can be brought back for some days
    GET    /conversations/{id}/export    ?format=md|html|docx|json, ?turn=N for one answer: a file to download
    POST   /feedback                     {"conversation", "turn", "verdict": "up"|"down"|"", "reason"?, "right"?, "note"?}

Times are ISO 8601, UTC. Knows no Gradio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ui.api import json_response, read_body, read_json, read_object, routed
from ui.asked import read_text
from ui.chat import Shelf
from ui.conversations import ConversationInfo, Conversations, iso_moment
from ui.errors import RequestError
from ui.export import conversation_json, export
from ui.export_parts import Sheet
from ui.feedback import give_opinion, read_opinion
from ui.recall import recall
from ui.strings import choose_language

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route


def conversation_routes(library: Shelf) -> list[Route]:
    """The endpoints over the conversations that are kept beside ``library``."""
    desk = _Desk(library, Conversations(library.folder))
    return routed(
        ("GET", "/conversations", desk.find),
        ("POST", "/conversations", desk.create),
        ("GET", "/conversations/{id}", desk.load),
        ("PATCH", "/conversations/{id}", desk.change),
        ("DELETE", "/conversations/{id}", desk.delete),
        ("GET", "/conversations/{id}/export", desk.export),
        ("POST", "/feedback", desk.rate),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """The endpoints' state. The work runs in threads, so that the page never waits for it."""

    library: Shelf
    conversations: Conversations

    async def find(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        found = await run_sync(self.conversations.find, request.query_params.get("search", ""))
        return json_response({"conversations": [_info(info) for info in found]})

    async def create(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        body = await read_body(request)
        value = read_object(body) if body.strip() else {}
        title = read_text(value, "title") if "title" in value else ""
        return json_response({"id": await run_sync(self.conversations.create, title)}, 201)

    async def load(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        return json_response(await run_sync(self._loaded, request.path_params["id"]))

    async def change(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        value, id = await read_json(request), request.path_params["id"]
        if not {"title", "deleted"} & value.keys():
            raise RequestError("request_field_missing", name="title")
        if value.get("deleted", False) is not False:
            raise RequestError("request_field_false", name="deleted")
        if "deleted" in value:
            await run_sync(self.conversations.restore, id)
        if "title" in value:
            await run_sync(self.conversations.rename, id, read_text(value, "title"))
        return json_response(await run_sync(self._loaded, id))

    async def delete(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        id = request.path_params["id"]
        await run_sync(self.conversations.delete, id)
        return json_response({"deleted": id})

    async def export(self, request: Request) -> Response:
        from anyio.to_thread import run_sync
        from starlette.responses import Response

        id, asked = request.path_params["id"], request.query_params
        lang = choose_language(asked.get("lang") or request.headers.get("accept-language"))
        turn, format = asked.get("turn"), asked.get("format", "md")
        number = None if turn is None else _number(turn)
        made = await run_sync(
            lambda: export(self.conversations, self.library, id, format=format, lang=lang, number=number)
        )
        named = f"attachment; filename=\"yinju.{format}\"; filename*=UTF-8''{quote(made.name, safe='')}"
        headers = {"content-disposition": named, "cache-control": "no-store"}
        return Response(made.content, headers=headers, media_type=made.media_type)

    async def rate(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        value = await read_json(request)
        id, number = read_text(value, "conversation"), value.get("turn")
        if not isinstance(number, int) or isinstance(number, bool):
            raise RequestError("request_field_number", name="turn")
        opinion = read_opinion(value)
        outcome = await run_sync(lambda: give_opinion(self.conversations, self.library, id, number, opinion))
        return json_response({"outcome": outcome})

    def _loaded(self, id: str) -> dict[str, Any]:
        stored = self.conversations.load(id)
        turns = tuple(recall(stored, self.library))
        return conversation_json(Sheet(id, stored.title, stored.created, self.conversations.clock(), turns, "zh"))


def _info(info: ConversationInfo) -> dict[str, Any]:
    times = {"created": iso_moment(info.created), "changed": iso_moment(info.changed)}
    return {"id": info.id, "title": info.title, **times, "turns": info.turns, "hit": info.hit}


def _number(words: str) -> int:
    if not (words.isascii() and words.isdigit() and len(words) < 10):
        raise RequestError("request_field_number", name="turn")
    return int(words)
