"""The port that the page is served at, and the page's language. Who may ask is ``ui.guard``'s. Knows no Gradio."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ui.errors import PortBusy, PortError
from ui.headers import header
from ui.strings import Lang, choose_language

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


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


def require_free_port(host: str, port: int) -> None:
    """Find out before anything slow is done.

    :raises PortError: ``port_busy`` or ``port_unusable``.
    """
    listen(host, port).close()


def address_of(listener: socket.socket) -> str:
    """The URL to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def only_this_machine(host: str) -> bool:
    """Whether an address to listen at can be reached from this machine only.

    :raises PortError: ``port_unusable``: no such address.
    """
    with listen(host, 0) as listener:
        return is_loopback(listener)


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine can reach ``listener``."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


class ByLanguage:
    """An ASGI application that hands each request to the page in the language that the browser asks for."""

    def __init__(self, pages: Mapping[Lang, ASGIApp]) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._pages[choose_language(header(scope, b"accept-language"))](scope, receive, send)
