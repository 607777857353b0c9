"""What every response says of itself, above all its Content-Security-Policy, and what a page is given as it is sent.

The policy starts from nothing. The page may talk to its own server only, and run only its own files and the scripts
marked here with a fresh nonce. Gradio compiles templates, hence ``unsafe-eval``; it styles elements in place, hence
``unsafe-inline`` for styles. Nothing is framed, embedded or started as a worker. Knows no Gradio.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ui.strings import Lang, choose_language

if TYPE_CHECKING:
    from starlette.types import Message, Scope, Send

_SCRIPT = re.compile(rb"<script\b")
_HTML_LANG = re.compile(rb'<html\s+lang="en"')
# What Gradio says of itself where a link to the page is shown, with a picture from elsewhere.
_ADVERTISED = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
# On a phone the keyboard makes the page smaller, so that the question box stands above it.
_VIEWPORT = (b"shrink-to-fit=no", b"interactive-widget=resizes-content")
_LOCALES: Mapping[Lang, bytes] = {"zh": b"zh-CN", "en": b"en"}

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
# Not no-referrer: under that a browser sends a form with the origin null, which looks like a foreign one.
_FIXED = (
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in _FEATURES).encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def header(scope: Scope, name: bytes) -> str | None:
    """A request's header, or ``None``. ``name`` is in lower case."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def origin_host(origin: str) -> str:
    """Host and port of an ``Origin`` header in lower case; empty where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


class Marker:
    """Sends a response on with the headers, and an HTML page with its language and its nonce."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._lang = _LOCALES[choose_language(header(scope, b"accept-language"))]
        self._start: Message | None = None
        self._page = bytearray()

    async def __call__(self, message: Message) -> None:
        """Send one message on; an HTML page is held back until it is whole."""
        if message["type"] == "http.response.start":
            policy = _POLICY.format(nonce=self._nonce).encode()
            # Gradio lets pages of other ports and sites read its answers; ours needs none of that.
            kept = [pair for pair in message["headers"] if not pair[0].startswith(b"access-control-")]
            message = {**message, "headers": [*kept, (b"content-security-policy", policy), *_FIXED]}
            if dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._page += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        body = _SCRIPT.sub(b'<script nonce="' + self._nonce.encode() + b'"', bytes(self._page))
        body = _ADVERTISED.sub(b"", body).replace(*_VIEWPORT, 1)
        body = _HTML_LANG.sub(b'<html lang="' + self._lang + b'"', body, count=1)
        kept = [pair for pair in start["headers"] if pair[0] not in (b"content-length", b"cache-control")]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**start, "headers": [*kept, length, (b"cache-control", b"no-store")]})
        await self._send({"type": "http.response.body", "body": body})
