"""The ports to whoever is told of events: a CRM, or a webhook of somebody's own; and what waits for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from app.core.events import Event

LONGEST_PAUSE = timedelta(minutes=15)
"""Nothing waits longer for its next try: what is due later was written while the clock was ahead."""


class CrmClient(Protocol):
    @property
    def name(self) -> str: ...

    async def deliver(self, event: Event) -> None:
        """Once per event: looks up before it creates, so that a repeat leaves no second copy.

        Raises CrmUnavailable (try again; may carry `retry_after`), CrmRefused (no use trying again).
        """
        ...

    async def check(self) -> str:
        """One sentence on what was reached. Raises the same."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class CountsCopies(Protocol):
    """A client that can look again at what it delivered."""

    async def copies(self, event: Event) -> int:
        """How often the event, or the contact it is about, stands there; 1 is right."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """An event on its way. `tries` counts this one, `since` is the first, `lease` is the carrier's own."""

    event: Event
    tries: int
    since: datetime
    lease: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that nobody tries to deliver any more."""

    event: Event
    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class OutboxState:
    """`oldest` is when the oldest event that waits happened."""

    waiting: int
    dead: int
    oldest: datetime | None = None


class Outbox(Protocol):
    """Events between the dialog and the CRM: kept until delivered, shared by processes.

    Blocking: call it off the event loop. Raises BackOfficeUnavailable.
    """

    def begin(self, counts: Mapping[str, int]) -> None:
        """The first time, note how many events each dialog has: those are not delivered. Later, nothing."""
        ...

    def copied(self, among: Collection[str] | None = None) -> dict[str, int]:
        """How many events of each dialog, or of these, have been taken in; others may be told of too."""
        ...

    def add(self, dialog_id: str, events: Sequence[Event]) -> int:
        """All events of a dialog so far; what is known is passed over. How many were new."""
        ...

    def claim(self, now: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
        """The first waiting events of dialogs, as far as due: one of a customer at a time.

        The clock may have been put back: what is due well over LONGEST_PAUSE from now is due, and a lease
        that ends well after a new one would is over.

        Nobody is given another one of that customer before it is done with, or the lease has run out.
        """
        ...

    def delivered(self, message: OutboxMessage) -> None: ...

    def failed(self, message: OutboxMessage, why: str, retry_at: datetime | None) -> None:
        """Again from `retry_at` on, or dead. Nothing where the lease has passed to another."""
        ...

    def state(self) -> OutboxState: ...

    def dead(self, limit: int) -> list[DeadLetter]:
        """Oldest first."""
        ...

    def revive(self, event_id: str | None = None) -> int:
        """One dead letter, or all of them, begin anew. How many."""
        ...

    def dialogs(self) -> list[str]:
        """Of which something waits or is dead."""
        ...

    def forget(self, dialog_id: str) -> None:
        """Drop what waits or is dead of this dialog, and take in no more of it."""
        ...

    def close(self) -> None: ...
