"""How many dialogs one address may open: enough for a company behind one address, too few to fill a disk."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.core.addresses import address
from app.core.exceptions import CallCenterError

MINUTE = 60.0


class TooManyDialogs(CallCenterError):
    status = 429
    code = "too_many_dialogs"

    def __init__(self, seconds: float) -> None:
        super().__init__("Too many dialogs were opened from this address; try again later.")
        self.retry_after = max(1, round(seconds))


class Pace:
    """Counted in this process, over the last minute; `most` of zero is no limit."""

    def __init__(self, most: int) -> None:
        self._item = RateLimitItemPerMinute(most) if most else None
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    def step(self, host: str) -> None:
        """Raises TooManyDialogs. What was counted while the clock was ahead is forgotten."""
        client = neighbourhood(host)
        if self._item is None or self._limiter.hit(self._item, client):
            return
        wait = self._limiter.get_window_stats(self._item, client).reset_time - time.time()
        if wait <= MINUTE + 1:
            raise TooManyDialogs(wait)
        self._storage.reset()


def neighbourhood(host: str) -> str:
    """One customer's IPv6 addresses are a whole /64."""
    found = address(host)
    return str(ip_network((found, 64), strict=False) if isinstance(found, IPv6Address) else found or host)
