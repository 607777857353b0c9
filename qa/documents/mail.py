"""A mail message (.eml) or a saved web page (.mht) -> Document: subject, who wrote to whom and when, and the words.

Of the versions of one text the last that can be read counts, as the standard has it; a text in HTML keeps its tables.
A saved page is read as :mod:`qa.documents.html` reads it. Attachments are named in a notice and not read.

Not covered: Outlook's .msg, mailboxes of many messages, encrypted mail.
"""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from qa.documents.assemble import Draft, assemble
from qa.documents.encoding import SUPERSETS, NotText, decode
from qa.documents.html import parse_html
from qa.documents.layout import repair
from qa.documents.markup import drafts_of, flat, html_tree
from qa.documents.structure import recognise
from qa.errors import DocumentError
from qa.types import Document, Notice

_SAID = ("From", "To", "Cc", "Date")
_SHOWN = ("text/html", "text/plain")


def parse_mail(data: bytes, *, document_id: str, name: str, path: str = "", revision: str = "") -> Document:
    """Read a message.

    :raises DocumentError: ``file_damaged`` (it is none), ``file_nested``, or ``file_empty``: no text in it.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        parts = list(_shown(message))
        attached = [_file_name(part) for part in message.walk() if not part.is_multipart() and part not in parts]
    except RecursionError as error:
        raise DocumentError("file_nested", path=path) from error
    if not message.keys():
        raise DocumentError("file_damaged", path=path, reason="format")
    if _is_page(message, parts):
        page = parse_html(
            "\ufeff".encode() + _words(parts[0]).encode("utf-8", "replace"),
            document_id=document_id,
            name=name,
            path=path,
            revision=revision,
        )
        return replace(page, format="mail")
    drafts = list(_head(message))
    for part in parts:
        first = len(drafts)
        drafts += [replace(draft, header=tuple(first + at for at in draft.header)) for draft in _body(part, path)]
    names = "、".join(dict.fromkeys(filter(None, attached)))
    return assemble(
        drafts,
        document_id=document_id,
        name=name,
        path=path,
        revision=revision,
        format="mail",
        notices=[Notice("attachments", detail=names)] if names else (),
    )


def _shown(message: Message) -> Iterator[Message]:
    """The parts that are shown as the message itself, in order."""
    kind = message.get_content_type()
    if not message.is_multipart():
        if kind in _SHOWN and message.get_content_disposition() != "attachment":
            yield message
        return
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    if kind == "multipart/alternative":
        found = [list(_shown(part)) for part in parts]
        yield from next((shown for shown in reversed(found) if shown), [])
    elif kind == "multipart/related":
        # What the first part shows may need the others: pictures, styles.
        yield from next((shown for part in parts if (shown := list(_shown(part)))), [])
    elif kind != "message/rfc822" or message.get_content_disposition() != "attachment":
        for part in parts:
            yield from _shown(part)


def _is_page(message: Message, parts: list[Message]) -> bool:
    """Whether the message is a web page that a browser saved."""
    alone = len(parts) == 1 and parts[0].get_content_type() == "text/html"
    return alone and message["To"] is None and parts[0]["Content-Location"] is not None


def _head(message: Message) -> Iterator[Draft]:
    subject = _header(message, "Subject")
    if subject:
        yield Draft(subject, "heading", 1)
    for field in _SAID:
        said = _header(message, field)
        if said:
            yield Draft(f"{field}: {said}", "byline")


def _header(message: Message, field: str) -> str:
    """A field of the head, on one line; empty where it is missing."""
    raw = message[field]
    return "" if raw is None else _read(str(raw))


def _file_name(part: Message) -> str:
    return _read(part.get_filename() or "")


def _read(raw: str) -> str:
    """The words of a field, those that are encoded read where they can be."""
    try:
        return flat(str(email.header.make_header(email.header.decode_header(raw))))
    except (ValueError, LookupError, email.errors.MessageError):
        return flat(raw)


def _words(part: Message) -> str:
    """The text of a part, in the encoding that it names, if its bytes bear that out."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    label = str(part.get_content_charset() or "utf-8").lower()
    try:
        return data.decode(SUPERSETS.get(label, label)).removeprefix("\ufeff")
    except (LookupError, UnicodeError):
        pass
    try:
        return decode(data)[0]
    except NotText:
        return data.decode("utf-8", "replace")


def _body(part: Message, path: str) -> Iterator[Draft]:
    """The blocks of a part; ``header`` counts from its first."""
    words = _words(part)
    if part.get_content_type() == "text/html":
        yield from drafts_of(html_tree(words, path=path))
        return
    yield from recognise(repair(words))
