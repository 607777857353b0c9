"""What a program asks over HTTP, read from JSON that nobody has checked: types first, no surprises after.

    {"question": str, "id"?: str,
     "history"?: [{"question": str, "understood": str, "answer": str, "status": "answered"|"not_found"}, …],
     "documents"?: [id, …] or "collection"?: id}

``history`` is the conversation so far, oldest first; earlier answers may be sent back as they came, for other fields
are ignored. ``documents`` limits the question to these; left out or null: all, empty: none. ``collection`` limits it to
the documents of one. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from qa.types import Exchange, Status
from ui.errors import RequestError
from ui.escape import has_lone_surrogate


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came, with the conversation it belongs to and the documents or collection it is limited to."""

    question: str
    id: str | None = None
    history: tuple[Exchange, ...] = ()
    documents: frozenset[str] | None = None
    collection: str | None = None


def read_asked(value: Mapping[str, Any]) -> Asked:
    """The question in a JSON object. Errors name the field, as ``history[2].answer`` (counted from 0).

    :raises RequestError: ``request_field_missing``, ``request_field_type``, ``request_field_list``,
        ``request_field_object``, ``request_field_value``, ``request_fields_both`` or ``text_broken``.
    """
    question = read_text(value, "question")
    id = None if value.get("id") is None else read_text(value, "id")
    history = tuple(_exchange(item, f"history[{place}]") for place, item in enumerate(_list(value, "history")))
    documents = read_ids(value, "documents")
    collection = None if value.get("collection") is None else read_text(value, "collection")
    if documents is not None and collection is not None:
        raise RequestError("request_fields_both", first="documents", second="collection")
    return Asked(question, id, history, documents, collection)


def read_ids(value: Mapping[str, Any], field: str) -> frozenset[str] | None:
    """The texts in a field that is a list; ``None`` where it is left out.

    :raises RequestError: ``request_field_list``, ``request_field_type`` or ``text_broken``.
    """
    if value.get(field) is None:
        return None
    return frozenset(_text(item, f"{field}[{place}]") for place, item in enumerate(_list(value, field)))


def read_text(value: Mapping[str, Any], field: str) -> str:
    """The text in a field that has to be there.

    :raises RequestError: ``request_field_missing``, ``request_field_type`` or ``text_broken``.
    """
    return _string(value, field, field)


def _exchange(item: object, name: str) -> Exchange:
    if not isinstance(item, dict):
        raise RequestError("request_field_object", name=name)
    parts = {field: _string(item, field, f"{name}.{field}") for field in ("question", "understood", "answer", "status")}
    if parts["status"] not in get_args(Status):
        raise RequestError(
            "request_field_value", name=f"{name}.status", value=parts["status"], known=", ".join(get_args(Status))
        )
    return Exchange(**parts)


def _list(value: Mapping[str, Any], field: str) -> list[object]:
    found = value.get(field)
    if found is None:
        return []
    if not isinstance(found, list):
        raise RequestError("request_field_list", name=field)
    return found


def _string(value: Mapping[str, Any], field: str, name: str) -> str:
    if field not in value:
        raise RequestError("request_field_missing", name=name)
    return _text(value[field], name)


def _text(found: object, name: str) -> str:
    if not isinstance(found, str):
        raise RequestError("request_field_type", name=name)
    if has_lone_surrogate(found):
        raise RequestError("text_broken", name=name)
    return found
