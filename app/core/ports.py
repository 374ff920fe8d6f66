"""Ports: what the application expects of storage, models, search and the back office."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.actions import Action, Quote
from app.core.backoffice import (
    Account,
    ActionApproval,
    ActionContext,
    BookedCall,
    Effect,
    Incident,
    Order,
    Outcome,
    Payment,
    Ticket,
    Worth,
)
from app.core.catalogue import Item, Plan
from app.core.dialog import Dialog
from app.core.models import Article, Decision, Handler, Memory, Passage, Reading, RouteQuery, Status
from app.core.proposals import Answer, Consent
from app.core.urgency import WaitingQueue

Vectors = NDArray[np.float32]
TOKENS = 112
"""Of a text that an encoder reads if not told otherwise: of our 12,705 lines four have more."""


class Router(Protocol):
    async def route(self, query: RouteQuery) -> Decision:
        """Raises RoutingFailed; never guesses."""
        ...


class Embedder(Protocol):
    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        """Unit vectors, one row a text: of its head and tail, where it has more than `tokens` tokens.

        Any str is taken, and a text costs no more for being longer. CPU-bound: call it off the event loop.
        """
        ...


class Understanding(Protocol):
    """What a customer's line does, by its meaning: one of the acts of `locales/<lang>/acts.yaml`, or none.

    Lines are cleaned: what was meant, whatever it was typed on. CPU-bound.
    """

    def read(self, line: str) -> Reading: ...

    def read_parts(self, line: str) -> list[tuple[str, Reading]]:
        """The line divided into its wishes, where there are clearly two of different kinds; else whole."""
        ...


class KnowledgeBase(Protocol):
    def search(
        self, question: str, lang: str, agent: str | None = None, top: int = 3, about: str = ""
    ) -> list[Passage]:
        """Best first. `agent` is a preference, not a filter; `about` is what a question belongs to that says
        little by itself. CPU-bound."""
        ...

    def find(self, article_id: str, lang: str) -> Article | None:
        """What a citation names."""
        ...


@dataclass(frozen=True, slots=True)
class DialogQuery:
    """Filters of the dialog list. `text` is searched in all lines, ids included.

    `escalated`: a person is wanted or serves, in a dialog that is not closed.
    """

    limit: int = 20
    cursor: str | None = None
    status: Status | None = None
    agent: str | None = None
    customer_id: str | None = None
    text: str | None = None
    escalated: bool | None = None


@dataclass(frozen=True, slots=True)
class DialogRow:
    """A dialog in a list. `subject` is how the customer began."""

    dialog_id: str
    customer_id: str
    status: Status
    assigned_agent: str | None
    created_at: datetime
    updated_at: datetime
    message_count: int
    last_message: str
    handler: Handler = "bot"
    escalated: bool = False
    subject: str = ""


@dataclass(frozen=True, slots=True)
class DialogPage:
    """`next_cursor` is None on the last page."""

    rows: list[DialogRow]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """`building` says how far the index is while it is built; nothing else lists dialogs."""

    writable: bool
    detail: str = ""
    building: str = ""
    quarantined: list[str] = field(default_factory=list)


class DialogStore(Protocol):
    """Where dialogs live. Every write is durable when it returns.

    Raises StorageUnavailable or StorageFull when the medium fails: the old document then still stands, but
    for a folder that would not sync after the new one took its place.
    """

    async def open(self) -> None:
        """Prepare and heal: sweep left-overs of a crash, bring the index up to date.

        Where much is to be read for it, that goes on in the background: dialogs are read and written by
        then, and what needs the index raises IndexBuilding.
        """
        ...

    async def close(self) -> None: ...

    @property
    def waiting(self) -> WaitingQueue:
        """The dialogs that want a person."""
        ...

    async def secret(self) -> bytes:
        """32 random bytes that every process on this store shares."""
        ...

    def lock(self, dialog_id: str) -> AbstractAsyncContextManager[None]:
        """Exclusive over tasks and processes, first come first served inside a process."""
        ...

    async def is_locked(self, dialog_id: str) -> bool: ...

    async def read(self, dialog_id: str) -> Dialog:
        """Raises DialogNotFound or DialogQuarantined."""
        ...

    async def write(self, dialog: Dialog) -> None:
        """Create or replace as one atomic step. The caller holds the lock."""
        ...

    async def delete(self, dialog_id: str) -> None:
        """Raises DialogNotFound. The caller holds the lock."""
        ...

    async def find(self, query: DialogQuery) -> DialogPage:
        """Latest change first. Raises CursorInvalid."""
        ...

    async def unfinished(self) -> list[str]:
        """Ids of dialogs that hold a pending turn."""
        ...

    async def idle_since(self, moment: datetime, limit: int, skip: int = 0) -> list[str]:
        """Ids of active dialogs that no person holds, without a change since `moment`, the oldest first."""
        ...

    async def event_counts(self) -> dict[str, int]:
        """How many events each dialog has, where it has any."""
        ...

    async def health(self) -> StoreHealth: ...


class CustomerMemory(Protocol):
    """What stays of finished dialogs, so that a returning customer is recognised."""

    async def remember(self, customer_id: str, dialog_id: str, memory: Memory) -> None:
        """Replaces what stood for this dialog; the oldest goes when there are too many."""
        ...

    async def recall(self, customer_id: str) -> list[Memory]:
        """Latest first. Raises StorageUnavailable, as all here do."""
        ...

    async def forget(self, customer_id: str, dialog_id: str) -> None: ...


class ConsentReader(Protocol):
    def __call__(self, tool: str, question: str, said: str) -> Answer:
        """What a line of the customer says to the question whether to do what `tool` does. Pure."""
        ...


class BackOffice(Protocol):
    """The company's records. Blocking: call it by `in_office`. Raises BackOfficeUnavailable.

    Models are not trusted: the ActionContext says who asks, and `act` checks the policy.
    """

    def account(self, customer_id: str) -> Account | None: ...

    def plans(self) -> list[Plan]: ...

    def items(self) -> list[Item]: ...

    def incidents(self, since: datetime | None = None) -> list[Incident]:
        """Those that last, and those that ended after `since`."""
        ...

    def payments(self, customer_id: str) -> list[Payment]:
        """Latest first, as the other lists are."""
        ...

    def worths(self, customer_ids: Collection[str]) -> dict[str, Worth]:
        """What weighs in the queue, of those that are customers."""
        ...

    def orders(self, customer_id: str) -> list[Order]: ...

    def tickets(self, customer_id: str) -> list[Ticket]: ...

    def calls(self, customer_id: str) -> list[BookedCall]:
        """Those that are booked and those that were; a cancelled one is gone."""
        ...

    def quote(self, customer_id: str, wanted: Quote) -> Outcome: ...

    def propose(self, origin: ActionContext, action: Action) -> Outcome:
        """What `act` would come to now, without a trace: `proposed` with its terms, or why not.

        What was done for the same line already is answered as it was then.
        """
        ...

    def act(self, origin: ActionContext, action: Action, consent: Consent | None = None) -> Outcome:
        """Carry out, refuse, or ask for an approval: once for a dialog, sequence, tool and `once_for`.

        What needs consent is refused (`not_confirmed`) unless `consent` covers it; it is done once for a
        proposal, and the audit names that.
        Check, effect, audit line and kept outcome are one transaction. A repeat gives the kept outcome, with
        `already_done` where it was worded otherwise. A refusal is not kept: nothing was done.
        """
        ...

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        """In the order in which they happened."""
        ...

    def approvals(self, status: str | None = "pending", limit: int | None = None) -> list[ActionApproval]: ...

    def approval(self, number: str) -> ActionApproval:
        """Raises ApprovalNotFound."""
        ...

    def decide(self, number: str, approved: bool, by: str, note: str = "") -> ActionApproval:
        """Carry out or drop what waits, once: a repeat of the same word answers as the first.

        Ownership and whatever no person may waive are checked again. Raises ApprovalNotFound, and
        ApprovalDecided where the other word was given before.
        """
        ...

    def close(self) -> None:
        """Let go of the medium; the next use takes it up again."""
        ...
