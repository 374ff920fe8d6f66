"""What models cost in a day: who keeps the sums, and whose turn is being paid for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from app.core.exceptions import ProviderError


class SpendReached(ProviderError):
    """Nothing was sent to the provider, and nothing will be until the day is over."""

    status = 503
    code = "spend_reached"
    sentence = "The limit of what models may cost today has been reached"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.retry_after = seconds


@dataclass(frozen=True, slots=True)
class Spend:
    """US dollars of one day: of all customers, and of one."""

    everybody: float = 0.0
    customer: float = 0.0


class SpendStore(Protocol):
    """Each method blocks and raises StorageUnavailable."""

    def add(self, day: date, customer: str, dollars: float) -> None:
        """To the customer's sum and to that of all; without a customer to the latter only."""
        ...

    def of(self, day: date, customer: str) -> Spend: ...

    def close(self) -> None: ...


@runtime_checkable
class SpendMeter(Protocol):
    """Every call of a provider's model passes it."""

    async def expect(self) -> None:
        """Raises SpendReached where no further call is paid for."""
        ...

    async def add(self, input_tokens: int, output_tokens: int) -> None: ...


_customer: ContextVar[str] = ContextVar("spending_customer", default="")


@contextmanager
def spending_for(customer: str) -> Iterator[None]:
    token = _customer.set(customer)
    try:
        yield
    finally:
        _customer.reset(token)


def spender() -> str:
    """Whose turn it is; empty where a model is called for no customer."""
    return _customer.get()
