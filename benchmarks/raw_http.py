"""Requests over a bare socket, so that malformed ones can be sent too. Knows no attack and nothing of the service's paths."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import dataclass

SECONDS = 60.0
"""How long a connection waits for its answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: 0 where the connection was closed without one."""

    status: int
    head: str
    body: bytes

    @property
    def code(self) -> str:
        """The error's code, where it has one."""
        try:
            return str(json.loads(self.body)["error"]["code"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True, slots=True)
class Server:
    """Where an attack goes."""

    host: str
    port: int
    token: str = ""

    def send(self, data: bytes) -> Reply:
        """Send bytes as they are, and read one answer."""
        with socket.create_connection((self.host, self.port), timeout=SECONDS) as connection:
            said = b""
            with suppress(OSError):  # it may have heard enough
                connection.sendall(data)
            with suppress(OSError):
                while not _is_whole(said) and (part := connection.recv(65536)):
                    said += part
        head, _, body = said.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else 0
        return Reply(status, head.decode("latin-1").lower(), body)

    def ask(
        self, path: str, method: str = "GET", body: bytes = b"", *, host: str | None = None, **headers: str
    ) -> Reply:
        """A well-formed request with these headers; ``_`` stands for ``-`` in their names."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.authority if host is None else host}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body or method in ("POST", "PATCH"):
            lines.append(f"Content-Length: {len(body)}")
        return self.send("\r\n".join([*lines, "", ""]).encode() + body)

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


def _is_whole(said: bytes) -> bool:
    head, found, body = said.partition(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found and length and len(body) >= int(length[0].split(b":")[1]))
