from __future__ import annotations

import pytest

from ui import limits
from ui.limits import Limiter, Rate, is_this_machine, network


def test_a_burst_then_as_time_goes() -> None:
    now = [0.0]
    limiter = Limiter({"ask": Rate(3, 6)}, clock=lambda: now[0])
    # 3 at once; then one every 10 seconds
    assert [limiter.wait("192.0.2.1", "ask") for _ in range(5)] == [0, 0, 0, 10, 10]
    now[0] = 9.5
    assert limiter.wait("192.0.2.1", "ask") == 1
    now[0] = 10.0
    assert [limiter.wait("192.0.2.1", "ask") for _ in range(2)] == [0, 10]
    assert limiter.wait("192.0.2.2", "ask") == 0
    now[0] = 1000.0
    assert [limiter.wait("192.0.2.1", "ask") for _ in range(4)] == [0, 0, 0, 10]


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADDRESSES_KEPT", 2)
    limiter = Limiter({"ask": Rate(1, 1)}, clock=lambda: 0.0)
    assert [limiter.wait(address, "ask") for address in "abc"] == [0, 0, 0]
    assert limiter.wait("c", "ask") == 60
    assert limiter.wait("a", "ask") == 0  # forgotten


def test_networks() -> None:
    assert network("192.0.2.1") == "192.0.2.1"
    assert network("::ffff:192.0.2.1") == "192.0.2.1"
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network("testclient") == "testclient"
    here = ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1")
    elsewhere = ("192.0.2.1", "::", "::2", "2001:db8::1", "testclient", "")
    assert [is_this_machine(address) for address in (*here, *elsewhere)] == [True] * 4 + [False] * 6
