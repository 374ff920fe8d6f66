"""When to stop asking: a circuit breaker and a budget for retries. Both belong to one event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import structlog

from app.core.exceptions import ProviderError, ProviderRefused

log = structlog.get_logger()

BreakerState = Literal["closed", "open", "half_open"]
Clock = Callable[[], float]
NOTEWORTHY = 2
SHOUT_AGAIN = 600.0  # seconds between two lines about a provider that has never answered


class Breaker:
    """Opens after `threshold` failures in a row; after `recovery` seconds one probe decides.

    A probe that never reports (its caller was cancelled) is forgotten after another `recovery` seconds.
    """

    def __init__(self, threshold: int = 8, recovery: float = 15.0, clock: Clock = time.monotonic) -> None:
        self._threshold = threshold
        self._recovery = recovery
        self._clock = clock
        self._failures = 0
        self._wait_until: float | None = None

    @property
    def state(self) -> BreakerState:
        if self._failures < self._threshold:
            return "closed"
        return "open" if self.wait > 0 else "half_open"

    @property
    def failing(self) -> bool:
        """The last two calls or more went wrong: worth telling before it is worth pausing."""
        return self._failures >= NOTEWORTHY

    @property
    def healthy(self) -> bool:
        """The last call went well, or there was none."""
        return self._failures == 0

    @property
    def wait(self) -> float:
        """Seconds until the next call is let through; 0 when it is now."""
        return 0.0 if self._wait_until is None else max(0.0, self._wait_until - self._clock())

    def admits(self) -> bool:
        """Whether a call may go out now. In the half-open state the first to ask becomes the probe."""
        state = self.state
        if state == "half_open":
            self._postpone()
        return state != "open"

    def succeeded(self) -> None:
        self._failures = 0
        self._wait_until = None

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._threshold:
            self._postpone()

    def _postpone(self) -> None:
        self._wait_until = self._clock() + self._recovery


class RetryBudget:
    """Each request earns a part of a retry, so that an outage is not multiplied by the retries.

    With the defaults attempts / requests stays under 1.2 over any 30 requests or more.
    """

    def __init__(self, earn: float = 0.1, cap: float = 3.0) -> None:
        self._earn = earn
        self._cap = cap
        self._saved = cap - 1

    def earn(self) -> None:
        self._saved = min(self._cap, self._saved + self._earn)

    def spend(self) -> bool:
        """Take one retry; False where there is none left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


@dataclass(slots=True)
class CallRecord:
    """How the calls of this process have ended; a call with several attempts is one."""

    answered: int = 0
    failed: int = 0
    why: str = ""
    clock: Clock = time.monotonic
    _shouted: float | None = None

    @property
    def never_answered(self) -> bool:
        return self.failed > 0 and self.answered == 0

    @contextmanager
    def call(self, tries_form: bool = False) -> Iterator[None]:
        try:
            yield
        except ProviderError as error:
            if not (tries_form and isinstance(error, ProviderRefused)):
                self._fail(error)
            raise
        self.answered += 1

    def _fail(self, error: ProviderError) -> None:
        self.failed += 1
        self.why = str(error).rstrip(".")
        now = self.clock()
        if self.never_answered and (self._shouted is None or now - self._shouted >= SHOUT_AGAIN):
            self._shouted = now
            log.error("provider_has_never_answered", calls=self.failed, why=self.why)
