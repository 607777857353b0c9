"""How often one address may ask: a bucket of tokens an address and kind of request, refilled as time goes.

IPv6 addresses count by their /64, which one customer has whole. The addresses remembered are limited; the one that was
seen longest ago goes first. Knows no HTTP.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ADDRESSES_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` requests at once, and ``per_minute`` of them as time goes."""

    burst: int
    per_minute: int


class Limiter:
    """Allows or refuses requests by address. May be used from several threads."""

    def __init__(self, rates: Mapping[str, Rate], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait(self, address: str, kind: str) -> int:
        """0 where ``address`` may make a request of ``kind`` now, which is then counted; else seconds to wait, 1 and up."""
        rate, now, key = self._rates[kind], self._clock(), (kind, network(address))
        refill = rate.per_minute / 60
        with self._lock:
            left, then = self._buckets.pop(key, (float(rate.burst), now))
            left = min(float(rate.burst), left + (now - then) * refill)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            while len(self._buckets) > ADDRESSES_KEPT:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) / refill))


def network(address: str) -> str:
    """The network that stands for ``address``; what is no address stands for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def is_this_machine(address: str) -> bool:
    """Whether a request from ``address`` comes from this machine."""
    try:
        return ipaddress.ip_address(network(address).split("/")[0]).is_loopback or address == "::1"
    except ValueError:
        return False
