"""What is kept of a customer: the port through which every store answers, and the errors of a deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.core.exceptions import CallCenterError

Held = Mapping[str, Sequence[Any]]
"""Plain values of JSON by kind; each kind is a file of an export."""


class CustomerBeingDeleted(CallCenterError):
    status = 409
    code = "customer_being_deleted"
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("The data of this customer are being deleted; nothing was stored.")


class DeletionUnfinished(CallCenterError):
    """Begun and kept: it goes on at the next start, or when it is asked for again."""

    status = 503
    code = "deletion_unfinished"
    retry_after = 60

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__(f"Not everything could be deleted yet: {', '.join(kinds)}. Ask for it again.")


@dataclass(frozen=True)
class DataSubject:
    """`dialogs` are the ids of the customer's dialogs; those that are gone too, where a store knows them."""

    customer_id: str
    dialogs: frozenset[str]


class PersonalRecords(Protocol):
    """One store's answer to "what do you keep of this customer?" and to "forget it".

    What was forgotten leaves no words in the files of the store. Raises StorageUnavailable or
    BackOfficeUnavailable.
    """

    async def dialogs_of(self, customer_id: str, /) -> set[str]: ...

    async def hold(self, subject: DataSubject) -> Held: ...

    async def forget(self, subject: DataSubject) -> None:
        """Idempotent; one that was cut is repeated."""
        ...


@dataclass(frozen=True)
class Deletion:
    """One that has begun and not ended; `dialogs` are those that were known when it began."""

    customer_id: str
    dialogs: frozenset[str]
    began: datetime
    by: str


class Deletions(Protocol):
    """The deletions under way, shared by processes. Blocking. Raises StorageUnavailable."""

    def begin(self, deletion: Deletion) -> None:
        """Durable when it returns."""
        ...

    def is_under_way(self, customer_id: str) -> bool: ...

    def under_way(self) -> list[Deletion]: ...

    def end(self, customer_id: str) -> None: ...
