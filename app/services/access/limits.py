"""How often callers may come, and what an answer tells them of it.

Sliding windows per key, customer, dialog and address, counted in this process. What a request draws on is in
the context while it is served: whatever starts a turn charges it there, and a stored response does not.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network
from math import ceil

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.core.access import Caller, TooManyTries
from app.core.clock import Clock, utcnow
from app.core.config import Settings
from app.core.exceptions import CallCenterError
from app.core.network import address

TRIES = 10  # keys that one address may show in a minute
Draw = tuple["RatePolicy", str]


class TooManyDialogs(CallCenterError):
    status = 429
    code = "too_many_dialogs"

    def __init__(self) -> None:
        super().__init__("Too many dialogs were opened from this address; try again later.")


class TooManyTurns(CallCenterError):
    status = 429
    code = "too_many_turns"

    def __init__(self) -> None:
        super().__init__("Messages come too fast; send it again later.")


class TooManyRequests(CallCenterError):
    status = 429
    code = "too_many_requests"

    def __init__(self) -> None:
        super().__init__("Too many requests came from this key or address; try again later.")


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """`item` of None is no limit. `name` is told to callers."""

    name: str
    item: RateLimitItem | None
    refusal: Callable[[], CallCenterError]


class SlidingWindows(MemoryStorage):
    """Of the library's storage what a moving window needs, by a clock of ours and without its threads."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()
        """Times by key, both oldest first."""
        self._longest = 0

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        self._longest = max(self._longest, expiry)
        self._forget()
        hits = self._within(key, expiry)
        if len(hits) + amount > limit:
            return False
        hits.extend([self._now()] * amount)
        self._hits[key] = hits
        self._hits.move_to_end(key)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002 - the library's
        hits = self._within(key, expiry)
        return (hits[0], len(hits)) if hits else (self._now(), 0)

    def __len__(self) -> int:
        return len(self._hits)

    def _within(self, key: str, expiry: int) -> deque[float]:
        """A hit made while the clock was ahead is none."""
        hits, now = self._hits.get(key, deque()), self._now()
        while hits and hits[-1] > now:
            hits.pop()
        while hits and hits[0] <= now - expiry:
            hits.popleft()
        return hits

    def _forget(self) -> None:
        while self._hits:
            key = next(iter(self._hits))
            if self._within(key, self._longest):
                return
            del self._hits[key]

    def _now(self) -> float:
        return self._clock().timestamp()


class RateLimits:
    """One for the process: API and pages count together."""

    def __init__(self, settings: Settings, clock: Clock = utcnow) -> None:
        self._clock = clock
        self.windows = SlidingWindows(clock)
        self._limiter = MovingWindowRateLimiter(self.windows)
        a_minute, a_second = RateLimitItemPerMinute, RateLimitItemPerSecond
        self.key = _policy("key", a_second, settings.key_turns_per_second, TooManyRequests)
        self.address = _policy("address", a_minute, settings.address_turns_per_minute, TooManyRequests)
        self.customer = _policy("customer", a_minute, settings.customer_turns_per_minute, TooManyTurns)
        self.dialog = _policy("dialog", a_minute, settings.dialog_turns_per_minute, TooManyTurns)
        self.dialogs = _policy("dialogs", a_minute, settings.new_dialogs_per_minute, TooManyDialogs)
        self.tries = _policy("tries", a_minute, TRIES, TooManyTries)

    def allowance(self, caller: Caller, host: str) -> Allowance:
        """A key speaks for many customers and has a limit of its own; others share their address's."""
        if caller.name and caller.customer is None:
            return Allowance(self, (self.key, caller.key_id or caller.name), None)
        near = neighbourhood(host)
        return Allowance(self, (self.address, near), (self.dialogs, near))

    def expect(self, *draws: Draw) -> None:
        """Raises the refusal of the first that is used up."""
        for policy, whose in draws:
            if policy.item and not self._limiter.test(policy.item, policy.name, whose):
                refusal = policy.refusal()
                refusal.retry_after = max(1, ceil(self.standing((policy, whose))[1]))
                raise refusal

    def charge(self, *draws: Draw) -> None:
        """All of them or none; raises as `expect`."""
        self.expect(*draws)
        for policy, whose in draws:
            if policy.item:
                self._limiter.hit(policy.item, policy.name, whose)

    def standing(self, draw: Draw) -> tuple[int, float]:
        """How much is left, and in how many seconds there will be more."""
        policy, whose = draw
        assert policy.item
        stats = self._limiter.get_window_stats(policy.item, policy.name, whose)
        return stats.remaining, stats.reset_time - self._clock().timestamp()


@dataclass
class Allowance:
    """What one request draws on: `base` for its caller, `opening` for a new dialog."""

    rates: RateLimits
    base: Draw
    opening: Draw | None
    drawn: tuple[Draw, ...] = ()

    def __post_init__(self) -> None:
        self.drawn = (self.base,)

    def open(self) -> None:
        if self.opening:
            self.drawn = (self.opening, *self.drawn)
            self.rates.charge(self.opening)

    def call(self) -> None:
        """For a request that is no turn."""
        self.rates.charge(self.base)

    def turn(self, customer: str, dialog_id: str) -> None:
        draws = self._draws(customer, dialog_id)
        self.drawn = tuple(dict.fromkeys((*self.drawn, *draws)))
        self.rates.charge(*draws)

    def expect(self, customer: str, dialog_id: str) -> None:
        """Whether such a turn would be charged now; raises as that would."""
        self.rates.expect(*self._draws(customer, dialog_id))

    def _draws(self, customer: str, dialog_id: str) -> tuple[Draw, ...]:
        return self.base, (self.rates.customer, customer), (self.rates.dialog, dialog_id)

    @property
    def headers(self) -> dict[str, str]:
        """As in draft-ietf-httpapi-ratelimit-headers-11: what is left, and seconds until there is more."""
        shown = [
            (policy, item, self.rates.standing((policy, whose)))
            for policy, whose in self.drawn
            if (item := policy.item)
        ]
        if not shown:
            return {}
        return {
            "RateLimit-Policy": ", ".join(f'"{p.name}";q={i.amount};w={i.get_expiry()}' for p, i, _ in shown),
            "RateLimit": ", ".join(
                f'"{p.name}";r={left};t={max(0, ceil(wait))}' for p, _, (left, wait) in shown
            ),
        }


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def draw_on(allowance: Allowance) -> None:
    """What is done for this request from here on is charged to it."""
    _current.set(allowance)


@contextmanager
def drawing_on(allowance: Allowance) -> Iterator[None]:
    token = _current.set(allowance)
    try:
        yield
    finally:
        _current.reset(token)


def charge_opening() -> None:
    """Raises TooManyDialogs. Our own commands, which serve nobody's request, are not counted."""
    if allowance := _current.get():
        allowance.open()


def charge_turn(customer: str, dialog_id: str) -> None:
    """Raises TooManyRequests or TooManyTurns."""
    if allowance := _current.get():
        allowance.turn(customer, dialog_id)


def neighbourhood(host: str) -> str:
    """The /64 network of an IPv6 address, because one customer has all of it; else the address."""
    found = address(host)
    return str(ip_network((found, 64), strict=False) if isinstance(found, IPv6Address) else found or host)


def _policy(
    name: str, kind: type[RateLimitItem], quota: int, refusal: Callable[[], CallCenterError]
) -> RatePolicy:
    return RatePolicy(name, kind(quota) if quota else None, refusal)
