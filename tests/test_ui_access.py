from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.access import COOKIE, SESSION_SECONDS, Access, find_token, make_token
from ui.errors import AccessError

TOKEN = "correct-horse-battery"
ACCESS = Access(TOKEN)


def test_the_token_is_the_file_s_or_the_environment_s(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"  {TOKEN}\n", "utf-8")
    assert find_token({}, None) is None
    assert find_token({"YINJU_TOKEN": " "}, None) is None
    assert find_token({"YINJU_TOKEN": "环境变量里的口令有十二个字"}, None) == "环境变量里的口令有十二个字"
    assert find_token({"YINJU_TOKEN": "x" * 20}, file) == TOKEN


def test_a_token_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "empty").touch()
    for file, code in (
        (tmp_path / "nowhere", "token_file"),
        (tmp_path / "binary", "token_file"),
        (tmp_path / "empty", "token_short"),
    ):
        with pytest.raises(AccessError, match=code):
            find_token({}, file)
    with pytest.raises(AccessError) as caught:
        find_token({"YINJU_TOKEN": "short"}, None)
    assert caught.value.fields == {"length": 5, "limit": 12}


def test_tokens_that_are_made_differ_and_are_long() -> None:
    assert len({make_token() for _ in range(100)}) == 100
    assert len(make_token()) == 32


def test_a_session_holds_until_its_end_and_under_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = ACCESS.session()
    assert ACCESS.is_session(cookie)
    assert ACCESS.admits(None, f"a=b; {COOKIE}={cookie}; c=d")
    assert not Access(TOKEN + "x").is_session(cookie)
    later = time.time() + SESSION_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert not ACCESS.is_session(cookie)


def test_a_session_that_was_changed_is_none() -> None:
    cookie = ACCESS.session()
    for place in range(len(cookie)):
        changed = cookie[:place] + ("0" if cookie[place] != "0" else "1") + cookie[place + 1 :]
        assert not ACCESS.is_session(changed)


@given(st.text(), st.text())
def test_nothing_else_comes_in(authorization: str, cookies: str) -> None:
    assert not ACCESS.admits(authorization, cookies)
    assert not ACCESS.admits(f"Bearer {authorization}", f"{COOKIE}={cookies}")
    assert not ACCESS.is_session(cookies)
