"""What the HTTP endpoints take and give, as OpenAPI 3.1: ``GET /api/openapi.json``.

Written by hand, as the endpoints read what they are sent by hand, with errors in the caller's language; tests send
what this says, and what it forbids, and compare the answers. Fields may be added to any object that is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from qa.answer import QUESTION_LIMIT
from qa.types import Status
from ui.export import FORMATS
from ui.feedback import REASONS, TEXT_LIMIT, Outcome
from ui.shelf_sets import NAME_LIMIT

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
PNG: Schema = {"type": "string", "contentMediaType": "image/png"}
BYTES: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}

_ERRORS = {
    400: "The request, its host name or a value in it cannot be used.",
    401: "A token is needed, or this one is wrong.",
    403: "Made by a page of another site, or a change from another machine.",
    404: "Nothing is known by this id, number or address.",
    405: "This address does not take this method.",
    409: "The conversation is full.",
    410: "The file is no longer the one that was added.",
    413: "The question, the body or the file is too large.",
    422: "None of the files could be added; `failed` says why of each.",
    429: "Too many requests from this address.",
    500: "Something unexpected; the log has it.",
    503: "Busy, starting, stopping, or a file of the library cannot be used now.",
    504: "No answer within the time limit.",
    507: "The disk, or the number of conversations, is full.",
}


def openapi(version: str) -> dict[str, Any]:
    """The description of all endpoints."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yinju", "version": version, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": "/api"}],
        "paths": {**_questions(), **_documents(), **_shelf(), **_collections(), **_conversations()},
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


# ---- the paths


def _questions() -> dict[str, Any]:
    answered = {200: _json(_ref("Answer"))}
    asked = _body({"application/json": {"schema": _ref("Question")}})
    return {
        "/ask": {"post": _does("Ask a question.", answered, 404, 413, 504, body=asked)},
        "/openapi.json": {"get": _does("This description.", {200: _json({"type": "object"})})},
    }


def _documents() -> dict[str, Any]:
    page = {"name": "page", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    listed = _json(_object(documents=_list(_ref("Document"))))
    file = {
        "application/octet-stream": {"schema": BYTES},
        "multipart/form-data": {"schema": _object(file={"contentMediaType": "application/octet-stream"})},
    }
    added = {200: _json(_ref("Report")), 202: _json(_ref("Uploads")), 422: _json(_ref("Report"))}
    name = _query("name", TEXT, "The file's name, where the body is the file.")
    size = _query("size", TEXT, "Its bytes: whether it may be sent is found out before.")
    return {
        "/documents": {
            "get": _does("All documents.", {200: listed}),
            "post": _does(
                "Add a file.", added, 403, 413, 507, body=_body(file, required=False), more=[name, size, _WAIT]
            ),
        },
        "/documents/{id}": {
            "delete": _does("Remove a document; it can be put back.", {200: _json(_REMOVED)}, 403, 404, 507, more=[_ID])
        },
        "/documents/{id}/text": {
            "get": _does(
                "The text that all offsets count in.", {200: {"text/plain": {"schema": TEXT}}}, 404, more=[_ID]
            )
        },
        "/documents/{id}/pages/{page}": {
            "get": _does(
                "The picture of a page, counted from 1.",
                {200: {"image/png": {"schema": PNG}}},
                404,
                410,
                more=[_ID, page],
            )
        },
    }


def _shelf() -> dict[str, Any]:
    added = {200: _json(_ref("Report")), 202: _json(_ref("Uploads")), 422: _json(_ref("Report"))}
    return {
        "/removed": {
            "get": _does("What can be put back.", {200: _json(_REMOVED)}, 403),
            "delete": _does("Delete for good what was removed.", {200: _json(_REMOVED)}, 403),
        },
        "/removed/{id}": {
            "post": _does("Put back.", {200: _json(_object(put_back=TEXT))}, 403, 404, 507, more=[_ID]),
        },
        "/sample": {"post": _does("Add the document that comes along.", added, 403, 507, more=[_WAIT])},
        "/uploads": {"delete": _does("Forget finished uploads.", {200: _json(_ref("Uploads"))}, 403)},
        "/uploads/{id}": {
            "post": _does("Try an upload again.", {202: _json(_ref("Uploads"))}, 403, 404, more=[_ID]),
        },
    }


def _collections() -> dict[str, Any]:
    one = {200: _json(_ref("Collection"))}
    made = _body({"application/json": {"schema": _ref("NewCollection")}})
    changed = _body({"application/json": {"schema": _ref("CollectionChange")}})
    return {
        "/collections": {
            "get": _does("All collections.", {200: _json(_object(collections=_list(_ref("Collection"))))}),
            "post": _does("Make one.", {201: one[200]}, 404, 409, 413, 507, body=made),
        },
        "/collections/{id}": {
            "get": _does("One collection.", one, 404, more=[_ID]),
            "patch": _does(
                "Rename it, change its documents, or bring it back.", one, 404, 409, 413, 507, body=changed, more=[_ID]
            ),
            "delete": _does(
                "Delete it; its documents stay.", {200: _json(_object(deleted=TEXT))}, 404, 507, more=[_ID]
            ),
        },
    }


def _conversations() -> dict[str, Any]:
    search = _query("search", TEXT, "Words that a turn or the title holds, all of them.")
    format = _query("format", {"enum": list(FORMATS)}, "Left out: md.")
    turn = _query("turn", {"type": "integer", "minimum": 1, "maximum": 999_999_999}, "One answer alone.")
    lang = _query("lang", TEXT, "zh or en; left out: what Accept-Language asks for.")
    files = {kind.split(";")[0]: {"schema": BYTES} for kind, _ in FORMATS.values()}
    titled = _body({"application/json": {"schema": _ref("Title")}}, required=False)
    changed = _body({"application/json": {"schema": _ref("Change")}})
    opinion = _body({"application/json": {"schema": _ref("Opinion")}})
    return {
        "/conversations": {
            "get": _does(
                "The newest.", {200: _json(_object(conversations=_list(_ref("Listed"))))}, more=[search]
            ),
            "post": _does("Begin one.", {201: _json(_object(id=TEXT))}, 413, 507, body=titled),
        },
        "/conversations/{id}": {
            "get": _does("Its turns.", {200: _json(_ref("Conversation"))}, 404, more=[_ID]),
            "patch": _does(
                "Rename it, or bring it back.", {200: _json(_ref("Conversation"))}, 404, 413, 507, body=changed, more=[_ID]
            ),
            "delete": _does("Put it away.", {200: _json(_object(deleted=TEXT))}, 404, 507, more=[_ID]),
        },
        "/conversations/{id}/export": {
            "get": _does("As a file.", {200: files}, 404, more=[_ID, format, turn, lang]),
        },
        "/feedback": {
            "post": _does(
                "Say what an answer is worth.",
                {200: _json(_object(outcome={"enum": list(get_args(Outcome))}))},
                404, 413, 507,
                body=opinion,
            )
        },
    }  # fmt: skip


# ---- parts


def _does(
    summary: str,
    good: Mapping[int, Schema],
    *errors: int,
    body: Schema | None = None,
    more: list[Schema] | None = None,
) -> dict[str, Any]:
    """One operation: what it gives, by status, and the errors that it has beside those that all have."""
    bad = {400, 401, 403, 405, 429, 500, 503, *errors} - good.keys()
    responses = {str(code): {"description": summary, "content": content} for code, content in good.items()}
    responses |= {str(code): {"description": _ERRORS[code], "content": _json(_ref("Error"))} for code in sorted(bad)}
    made: dict[str, Any] = {"summary": summary, "responses": responses}
    if body is not None:
        made["requestBody"] = body
    if more:
        made["parameters"] = more
    return made


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _body(content: Schema, *, required: bool = True) -> Schema:
    return {"required": required, "content": content}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _maybe(*types: str) -> Schema:
    return {"type": [*types, "null"]}


def _object(**properties: Schema) -> Schema:
    """An object with all of ``properties``; one whose name ends in ``_`` may be left out."""
    named = {name.rstrip("_"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": named,
        "required": [name for name in properties if not name.endswith("_")],
    }


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


_ID: Schema = {"name": "id", "in": "path", "required": True, "schema": TEXT}
_WAIT = _query("wait", TEXT, "0: answer at once, with 202.")
_ASIDE = _object(id=TEXT, name=TEXT, title=TEXT, path=TEXT, removed=NUMBER)
_REMOVED = _object(removed=_list(_ASIDE))

_CITATION = _object(
    number=COUNT, document_id=TEXT, document=TEXT, title=TEXT, page=_maybe("integer"), paragraph=COUNT, start=COUNT,
    end=COUNT, text=TEXT, quote=TEXT, quote_start=COUNT, quote_end=COUNT, answer_start=COUNT, answer_end=COUNT,
    score=NUMBER, table=TEXT, row=COUNT,
)  # fmt: skip
_CITED = _list(_ref("Citation"))
_EXCHANGE = _object(question=TEXT, understood=TEXT, answer=TEXT, status={"enum": list(get_args(Status))})

_SCHEMAS: Schema = {
    "Error": _object(error=_object(code=TEXT, message=TEXT)),
    "Question": _object(
        question={"type": "string", "minLength": 1, "description": f"At most {QUESTION_LIMIT} characters; else 413."},
        id_=_maybe("string"),
        history_={"anyOf": [_list(_EXCHANGE), {"type": "null"}]},
        documents_={"anyOf": [_list(TEXT), {"type": "null"}]},
        collection_={**_maybe("string"), "description": "A collection's id, in place of `documents`."},
    ),
    "Citation": _CITATION,
    "Answer": _object(
        id=_maybe("string"), question=TEXT, status={"enum": list(get_args(Status))}, answer=TEXT,
        confidence={"type": "number", "minimum": 0, "maximum": 1}, citations=_CITED, near=_CITED, others=_CITED,
        timings_ms=_object(retrieve=NUMBER, read=NUMBER, total=NUMBER), understood=TEXT, suggestions=_list(TEXT),
        missing=_list(TEXT),
    ),
    "Document": _object(
        id=TEXT, name=TEXT, title=TEXT, revision=TEXT, format=TEXT, characters=COUNT, paragraphs=COUNT, passages=COUNT
    ),
    "Report": _object(
        documents=_list(_object(id=_maybe("string"), name=TEXT, format=TEXT, characters=COUNT)),
        unchanged=_list(TEXT),
        failed=_list(_object(name=TEXT, code=TEXT, message=TEXT)),
    ),
    "Uploads": _object(uploads=_list(TEXT)),
    "Collection": _object(id=TEXT, name=TEXT, documents=_list(TEXT)),
    "NewCollection": _object(name={"type": "string", "minLength": 1, "maxLength": NAME_LIMIT}, documents_=_list(TEXT)),
    "CollectionChange": {
        **_object(
            name_={"type": "string", "minLength": 1, "maxLength": NAME_LIMIT},
            documents_=_list(TEXT), add_=_list(TEXT), remove_=_list(TEXT), deleted_={"const": False},
        ),
        "minProperties": 1,
    },
    "Listed": _object(id=TEXT, title=TEXT, created=TEXT, changed=TEXT, turns=COUNT, hit=COUNT),
    "Title": _object(title_={"type": "string", "maxLength": 120}),
    "Change": {
        **_object(title_={"type": "string", "minLength": 1, "maxLength": 120}, deleted_={"const": False}),
        "anyOf": [{"required": ["title"]}, {"required": ["deleted"]}],
    },
    "Conversation": _object(id=TEXT, title=TEXT, created=TEXT, turns=_list({"type": "object"})),
    "Opinion": _object(
        conversation=TEXT, turn={"type": "integer"}, verdict={"enum": ["up", "down", ""]},
        reason_={"enum": ["", *REASONS]}, right_={"type": "string", "maxLength": TEXT_LIMIT},
        note_={"type": "string", "maxLength": TEXT_LIMIT},
    ),
}  # fmt: skip
