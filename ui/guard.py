"""Who may ask what: the checks that every request passes before anything else looks at it.

In this order: the host name (DNS rebinding), the page that sent it (CSRF), how often its address has asked, the token,
the address within the program, the size of its body. Everything that changes something is a request other than GET, HEAD
or OPTIONS. Not covered: other users of this machine, unless there is a token; reading the traffic. Knows no Gradio but
the addresses that the page uses of it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ui import login
from ui.access import Access
from ui.api import error_response
from ui.errors import RequestError, ServiceError
from ui.headers import Marker, header, origin_host
from ui.limits import Limiter, Rate, is_this_machine
from ui.strings import choose_language

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

RATES = {"read": Rate(600, 1200), "ask": Rate(60, 120), "token": Rate(5, 10)}
"""Requests of one address other than this machine: everything, what changes or asks something, tries of a token."""

EVENT_LIMIT = 1024 * 1024
"""Bytes of a body sent to the page. The endpoints under /api have limits of their own."""

OPEN = frozenset({"/healthz", "/readyz"})
"""Addresses that need no token: they say nothing of the library."""

MAY_CHANGE = "yinju.may_change"
"""The key of an ASGI scope that says, if true, that whoever asks has shown the token."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OURS = re.compile(r"/(?:api|healthz|readyz|metrics|login)(?:/.*)?", re.DOTALL)
_PAGE = re.compile(
    r"/(?:|config/?|theme\.css|favicon\.ico|manifest\.json|robots\.txt|(?:static|assets|svelte)/.*"
    r"|gradio_api/(?:queue/(?:join|data)|heartbeat/[^/]*|cancel|reset/?|run/[^/]*/?|component_server/?|startup-events))",
    re.DOTALL,
)


class Guard:
    """ASGI middleware: refuses what may not pass, and gives what is answered its headers.

    ``only_local``: only this machine can connect, and only names of it are taken as host. ``access``: who has the token
    comes in. ``limiter`` counts the requests of other machines by :data:`RATES`.
    """

    def __init__(
        self, app: ASGIApp, *, only_local: bool, access: Access | None = None, limiter: Limiter | None = None
    ) -> None:
        self._app = app
        self._only_local = only_local
        self._access = access
        self._limiter = limiter or Limiter(RATES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":  # the page uses none
            await send({"type": "websocket.close", "code": 1008})
            return
        marked = Marker(scope, send)
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, marked)
        elif self._access is not None and scope["path"] == login.PATH:
            await self._log_in(self._access, scope, receive, marked)
        else:
            if scope["path"] == "/":
                # A compressed page could not be given its nonce.
                kept = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
                scope = {**scope, "headers": kept}
            await self._sized(scope, receive, marked)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why the request may not pass, as a response; ``None`` where it may."""
        host = header(scope, b"host") or ""
        if self._only_local and not _names_this_machine(_host_name(host)):
            return _error(scope, RequestError("host_refused", host=_host_name(host)))
        if scope["method"] not in _SAFE and (origin := _foreign_origin(scope, host)) is not None:
            return _error(scope, RequestError("origin_refused", origin=origin))
        return self._too_often(scope) or self._not_admitted(scope) or _unknown(scope)

    def _too_often(self, scope: Scope) -> Response | None:
        address = str((scope.get("client") or ("",))[0])
        if not address or is_this_machine(address):
            return None
        changes = scope["method"] not in _SAFE
        kinds = ["read", "ask"] if changes else ["read"]
        trial = header(scope, b"authorization") is not None or (changes and scope["path"] == login.PATH)
        if trial and self._access is not None and not self._admits(scope):
            kinds.append("token")
        seconds = max(self._limiter.wait(address, kind) for kind in kinds)
        return _error(scope, ServiceError("rate_limited", seconds=seconds)) if seconds else None

    def _not_admitted(self, scope: Scope) -> Response | None:
        if self._access is None or scope["path"] in OPEN or scope["path"] == login.PATH:
            return None
        if self._admits(scope):
            scope[MAY_CHANGE] = True
            return None
        if scope["method"] == "GET" and scope["path"] == "/":
            from starlette.responses import RedirectResponse

            return RedirectResponse(login.PATH, 303)
        given = header(scope, b"authorization") is not None
        return _error(scope, RequestError("token_wrong" if given else "token_missing"))

    def _admits(self, scope: Scope) -> bool:
        cookies = "; ".join(value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie")
        return self._access is not None and self._access.admits(header(scope, b"authorization"), cookies)

    async def _log_in(self, access: Access, scope: Scope, receive: Receive, send: Send) -> None:
        lang = choose_language(header(scope, b"accept-language"))
        if scope["method"] == "POST":
            body = await _read(receive, EVENT_LIMIT)
            if body is None:
                response = _error(scope, RequestError("request_too_large", limit=EVENT_LIMIT))
            else:
                response = login.log_in(access, body, lang, secure=scope.get("scheme") == "https")
        else:
            response = login.login_page(lang)
        await response(scope, receive, send)

    async def _sized(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; one to the page once its body is here and not too large."""
        if scope["method"] in _SAFE or scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive, EVENT_LIMIT)
        if body is None:
            await _error(scope, RequestError("request_too_large", limit=EVENT_LIMIT))(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


def _error(scope: Scope, error: RequestError | ServiceError) -> Response:
    return error_response(error, header(scope, b"accept-language"))


def _foreign_origin(scope: Scope, host: str) -> str | None:
    """The site whose page made the request, if it is another than ``host``. Programs that are no browser name none."""
    origin, site = header(scope, b"origin"), header(scope, b"sec-fetch-site")
    if origin is not None:
        return None if origin_host(origin) == host.lower() != "" else origin
    return site if site not in (None, "same-origin", "none") else None


def _unknown(scope: Scope) -> Response | None:
    """Gradio has more addresses than its page here uses, some of which fetch what they are told to."""
    path = scope["path"]
    if _CONTROL.search(path) is None and (_OURS.fullmatch(path) or _PAGE.fullmatch(path)):
        return None
    return _error(scope, RequestError("page_unknown", path=path, known="/"))


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or ``None`` where it is larger than ``limit`` bytes or its sender left."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """``receive`` for an application that has not seen the body yet."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return left.pop() if left else await receive()

    return receiving


def _host_name(value: str) -> str:
    """The host of a ``Host`` header, without port and brackets, lower case."""
    match = re.fullmatch(r"(?:\[([^\]]*)\]|([^:]*))(?::\d*)?", value.strip().lower())
    return (match[1] or match[2] or "") if match else value


def _names_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
