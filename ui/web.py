"""What stands between a browser and the page: the port, the page's language, and the headers that keep it to itself.

Covered: a port that is taken; requests under a foreign host name (DNS rebinding); scripts and addresses that are not
the page's own. Not covered: other users of this machine, and machines let in with ``--host``. Knows no Gradio, question
or answer.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ui.api import error_response
from ui.errors import PortBusy, PortError, RequestError
from ui.strings import Lang, choose_language

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCRIPT = re.compile(rb"<script\b")
_HTML_LANG = re.compile(rb'<html\s+lang="en"')
_LOCALES: Mapping[Lang, bytes] = {"zh": b"zh-CN", "en": b"en"}


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host`` and ``port``; port 0 finds a free one. Connections wait until they are served.

    :raises PortBusy: ``port_busy``: another program listens there.
    :raises PortError: ``port_unusable``: no such address, or no right to use it.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let two programs share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortBusy("port_busy", host=host, port=port) from error
        raise PortError("port_unusable", host=host, port=port, reason=error.strerror or str(error)) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The URL to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine can reach ``listener``."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


class ByLanguage:
    """An ASGI application that hands each request to the page in the language that the browser asks for."""

    def __init__(self, pages: Mapping[Lang, ASGIApp]) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._pages[choose_language(_header(scope, b"accept-language"))](scope, receive, send)


class Guard:
    """ASGI middleware: refuses foreign host names where ``only_local``, and gives each page a Content-Security-Policy.

    The policy lets the page talk to its own server only, and run only its own files and the scripts that this class
    marks with a fresh nonce as the page is sent. Gradio compiles templates, hence ``unsafe-eval``; it styles elements
    in place, hence ``unsafe-inline`` for styles.
    """

    def __init__(self, app: ASGIApp, *, only_local: bool) -> None:
        self._app = app
        self._only_local = only_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = _host_name(_header(scope, b"host") or "")
        if self._only_local and not _names_this_machine(host):
            refused = error_response(RequestError("host_refused", host=host), _header(scope, b"accept-language"))
            await refused(scope, receive, send)
            return
        if scope["path"] == "/":
            # A compressed page could not be given its nonce.
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        await self._app(scope, receive, _Marker(scope, send))


class _Marker:
    """Adds the headers to a response, and to an HTML page its language and its nonce."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._lang = _LOCALES[choose_language(_header(scope, b"accept-language"))]
        self._start: Message | None = None
        self._page = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message["headers"], *self._headers()]
            message = {**message, "headers": headers}
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
        body = _HTML_LANG.sub(b'<html lang="' + self._lang + b'"', body, count=1)
        kept = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**start, "headers": [*kept, length, (b"cache-control", b"no-store")]})
        await self._send({"type": "http.response.body", "body": body})

    def _headers(self) -> list[tuple[bytes, bytes]]:
        policy = (
            f"default-src 'self'; script-src 'self' 'nonce-{self._nonce}' 'unsafe-eval'; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
            "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
        )
        return [
            (b"content-security-policy", policy.encode()),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
        ]


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def _host_name(header: str) -> str:
    """The host of a ``Host`` header, without port and brackets, lower case."""
    match = re.fullmatch(r"(?:\[([^\]]*)\]|([^:]*))(?::\d*)?", header.strip().lower())
    return (match[1] or match[2] or "") if match else header


def _names_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
