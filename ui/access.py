"""Who may come in: a token, as a header of programs or as a cookie of browsers that have signed in with it.

The token comes from ``YINJU_TOKEN``, from a file, or is made here. Comparisons take the same time whatever differs. A
session is a random value and its end, signed with a key made from the token: nothing is kept on the server, and another
token ends all sessions. Not covered: reading the traffic. Across an untrusted network, put HTTPS in front.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from ui.errors import AccessError

TOKEN_VARIABLE = "YINJU_TOKEN"
TOKEN_LEAST = 12
"""Characters of a token that someone chose; one that is made here has 32."""

COOKIE = "yinju_session"
SESSION_SECONDS = 12 * 3600

_FILE_LIMIT = 4096


def find_token(environment: Mapping[str, str], file: Path | None) -> str | None:
    """The token that was given: what ``file`` holds, else the environment's, else none.

    :raises AccessError: ``token_file`` (path, reason); ``token_short`` (length, limit).
    """
    token = _read(file) if file is not None else environment.get(TOKEN_VARIABLE, "").strip() or None
    if token is not None and len(token) < TOKEN_LEAST:
        raise AccessError("token_short", length=len(token), limit=TOKEN_LEAST)
    return token


def make_token() -> str:
    """192 random bits as 32 characters that need no quoting."""
    return secrets.token_urlsafe(24)


class Access:
    """Tells who has the token. Immutable; may be used from several threads."""

    def __init__(self, token: str) -> None:
        self._token = _hashed(token)
        self._key = hmac.digest(self._token, b"yinju session", "sha256")

    def is_token(self, given: str) -> bool:
        """Whether ``given`` is the token."""
        return hmac.compare_digest(_hashed(given), self._token)

    def session(self) -> str:
        """The value of a new session's cookie."""
        value = f"{int(time.time()) + SESSION_SECONDS}.{secrets.token_urlsafe(16)}"
        return f"{value}.{self._signature(value)}"

    def is_session(self, cookie: str) -> bool:
        """Whether ``cookie`` was made by :meth:`session` under this token, and its time is not over."""
        value, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._signature(value).encode(), signature.encode("utf-8", "replace")):
            return False
        return int(value.split(".")[0]) > time.time()

    def admits(self, authorization: str | None, cookies: str | None) -> bool:
        """Whether a request with these two headers comes from someone who has the token."""
        scheme, _, given = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return True
        return self.is_session(_cookie(cookies or ""))

    def _signature(self, value: str) -> str:
        return hmac.digest(self._key, value.encode("utf-8", "replace"), "sha256").hex()


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _cookie(header: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig") as opened:
            return opened.read(_FILE_LIMIT).strip()
    except OSError as error:
        raise AccessError("token_file", path=str(file), reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise AccessError("token_file", path=str(file), reason="UTF-8") from error
