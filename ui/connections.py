"""Connections that keep the server waiting: how long a request may take to come, and how many one address may hold.

Who opens connections and sends a byte now and then would else hold them all, and none would be left for others. Between
requests uvicorn itself closes what is idle. Imports uvicorn: to be imported where a server is made. Knows no HTTP
address, token or page.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.limits import is_this_machine, network


class Connection(H11Protocol):
    """One connection of uvicorn, with limits."""

    head: ClassVar[float] = 15.0
    """Seconds from a connection, or the first byte of a later request, until the request's head is there."""

    pause: ClassVar[float] = 30.0
    """Seconds that the rest of a body may let the server wait."""

    held: ClassVar[int] = 256
    """Connections that one address other than this machine may hold. A page holds one, and six more while it loads."""

    open_now: ClassVar[Counter[str]] = Counter()
    """Connections by address."""

    _deadline: asyncio.TimerHandle | None = None
    _address = ""

    def connection_made(self, transport: Any) -> None:
        """Let a connection in, unless its address has too many."""
        super().connection_made(transport)
        client = self.client[0] if self.client else ""
        if client and not is_this_machine(client):
            self._address = network(client)
            self.open_now[self._address] += 1
            if self.open_now[self._address] > self.held:
                transport.abort()
                return
        self._allow(self.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a connection no more."""
        self._stop()
        if self._address:
            self.open_now[self._address] -= 1
            if not self.open_now[self._address]:
                del self.open_now[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Go on to the next request, which may be here already."""
        super().on_response_complete()
        if not self.cycle.response_complete:
            self._watch()

    def _watch(self) -> None:
        """Allow the rest of a body a pause after each part, and a head its time from its beginning."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
            if self.cycle.more_body:
                self._allow(self.pause)
        elif self._deadline is None:
            self._allow(self.head)

    def _allow(self, seconds: float) -> None:
        """Close the connection unless something comes within ``seconds``."""
        self._stop()
        if not self.transport.is_closing():
            self._deadline = self.loop.call_later(seconds, self._overdue, seconds)

    def _overdue(self, seconds: float) -> None:
        if self.flow.read_paused:  # it is the server that does not listen
            self._allow(seconds)
        else:
            self.transport.abort()

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
