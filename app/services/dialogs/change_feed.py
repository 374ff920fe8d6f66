"""Change feed: wakes watchers when a dialog changes; they re-query what they show.

`ObservedStore` reports every write and deletion to the feed and to the CRM relay.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from app.core.audit import ACTOR, Act, AuditLog
from app.core.dialog import Dialog
from app.core.exceptions import CallCenterError, DialogQuarantined
from app.core.ports import DialogPage, DialogQuery, DialogStore, StoreHealth
from app.core.threads import in_storage
from app.core.urgency import WaitingQueue
from app.services.crm.relay import Relay
from app.services.dialogs.acts import RecordedPart, acts_since, mark_of
from app.services.privacy.guard import DeletionGuard

EVERY = 1.5  # seconds between looks at what other processes have written
APART = 0.05  # seconds between two watchers who are answered, so that customers' turns come in between
LOOKED_AT, KNOWN = 200, 1000  # dialogs that changed last: seen at each look, and remembered
MARKED = 10_000
ANY = ""
LONG_AGO = datetime.min.replace(tzinfo=UTC)

Marks = Mapping[str, datetime]


class Change(NamedTuple):
    """`mark` is the time of the change; None for a deleted dialog."""

    version: int
    mark: datetime | None


@dataclass(eq=False)
class ChangeFeed:
    """`look` returns the marks of the dialogs that changed last, which shows writes of other processes. It is
    polled only while a watcher waits. Once `ending` is true no watcher waits, so that the server can stop.
    """

    look: Callable[[], Awaitable[Marks]]
    ending: Callable[[], bool] = lambda: False
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    apart: float = APART
    version: int = 1
    _waiting: dict[asyncio.Future[None], str] = field(default_factory=dict, init=False)
    _door: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _looker: asyncio.Task[None] | None = field(default=None, init=False)
    _known: OrderedDict[str, Change] = field(default_factory=OrderedDict, init=False)
    _floor: int = field(default=1, init=False)  # the latest change that what is not known may have had
    _looked: bool = field(default=False, init=False)

    @property
    def watchers(self) -> int:
        return len(self._waiting)

    def tell(self, dialog_id: str, mark: datetime | None = None) -> None:
        """The dialog was written or deleted; ANY stands for all. Call it on the event loop."""
        self.version += 1
        if dialog_id == ANY:
            self._floor = self.version
            self._known.clear()
        else:
            self._remember(dialog_id, Change(self.version, mark))
        for waiter, name in self._waiting.items():
            if not waiter.done() and (ANY in (name, dialog_id) or name == dialog_id):
                waiter.set_result(None)

    async def after(self, seen: int, seconds: float, dialog_id: str = ANY) -> int:
        """The version once it differs from `seen`, or after `seconds`.

        With a `dialog_id` only changes of that dialog count, and the wake-up is not spaced out.
        """
        if not self._is_news(seen, dialog_id) and not self.ending():
            await self._wait(seconds, dialog_id)
        if dialog_id == ANY:
            await self._one_by_one()
        return self.version if self._is_news(seen, dialog_id) else seen

    def _is_news(self, seen: int, dialog_id: str) -> bool:
        if dialog_id == ANY:
            return self.version != seen
        known = self._known.get(dialog_id)
        return (known.version if known else self._floor) > seen

    def _remember(self, dialog_id: str, change: Change) -> None:
        self._known[dialog_id] = change
        self._known.move_to_end(dialog_id)
        if len(self._known) > KNOWN:
            _, oldest = self._known.popitem(last=False)
            self._floor = max(self._floor, oldest.version)

    async def _wait(self, seconds: float, dialog_id: str) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = dialog_id
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look(), name="changes")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter
        finally:
            del self._waiting[waiter]
            if not self._waiting and self._looker:
                self._looker.cancel()
                self._looker = None

    async def _one_by_one(self) -> None:
        if self.apart and not self.ending():
            async with self._door:
                await self.pause(self.apart)

    async def _look(self) -> None:
        """Marks are kept between watchers, so that no change is missed in the gap."""
        while self._waiting:
            with suppress(CallCenterError):  # a store that cannot be read has not changed
                self._compare(await self.look())
            if self.ending():
                self.tell(ANY)
            await self.pause(EVERY)

    def _compare(self, found: Marks) -> None:
        """The first look only sets the baseline, except for marks that differ from reported ones."""
        if not self._looked:
            self._looked = True
            for name in found.keys() - self._known.keys():
                self._remember(name, Change(self._floor, found[name]))
        marks = {name: change.mark for name, change in self._known.items()}
        news = [name for name, mark in found.items() if marks.get(name) != mark]
        if found and len(news) == len(found):
            self.tell(ANY)  # there may be more of them than a look shows
            for name, mark in found.items():
                self._remember(name, Change(self.version, mark))
            return
        oldest = min(found.values(), default=LONG_AGO)
        gone = [name for name, mark in marks.items() if name not in found and mark and mark > oldest]
        for name in [*news, *gone]:
            self.tell(name, found.get(name))


async def latest(store: DialogStore) -> Marks:
    """Marks of the dialogs that changed last."""
    rows = (await store.find(DialogQuery(limit=LOOKED_AT))).rows
    return {row.dialog_id: row.updated_at for row in rows}


@dataclass(frozen=True)
class ObservedStore:
    """A DialogStore that delegates to `inner`."""

    inner: DialogStore
    relay: Relay | None = None
    changes: ChangeFeed | None = None
    guard: DeletionGuard | None = None
    audit: AuditLog | None = None
    _marks: OrderedDict[str, RecordedPart] = field(default_factory=OrderedDict)

    async def write(self, dialog: Dialog) -> None:
        """Raises CustomerBeingDeleted too. No act is stored without its line in the audit log."""
        async with self.guard.writing(dialog) if self.guard else nullcontext():
            await self._record(dialog)
            await self.inner.write(dialog)
        if self.relay:
            self.relay.changed(dialog.dialog_id)
        if self.changes:
            self.changes.tell(dialog.dialog_id, dialog.updated_at)

    async def delete(self, dialog_id: str) -> None:
        """Drops undelivered CRM events first; if that raises BackOfficeUnavailable, nothing is deleted."""
        if self.relay:
            with suppress(DialogQuarantined):
                await self.inner.read(dialog_id)
            await self.relay.forget(dialog_id)
        if self.audit:
            act = Act(ACTOR.get() or "service", "dialog.deleted", dialog_id)
            await in_storage(self.audit.append, [act])
        await self.inner.delete(dialog_id)
        if self.guard:
            self.guard.forget(dialog_id)
        self._marks.pop(dialog_id, None)
        if self.changes:
            self.changes.tell(dialog_id)

    async def _record(self, dialog: Dialog) -> None:
        known = self._marks.get(dialog.dialog_id, RecordedPart())
        if self.audit and (acts := list(acts_since(dialog, known))):
            await in_storage(self.audit.append, acts)
        self._note(dialog)

    def _note(self, dialog: Dialog) -> None:
        if self.audit:
            self._marks[dialog.dialog_id] = mark_of(dialog)
            self._marks.move_to_end(dialog.dialog_id)
            if len(self._marks) > MARKED:
                self._marks.popitem(last=False)

    async def open(self) -> None:
        await self.inner.open()

    async def close(self) -> None:
        await self.inner.close()

    @property
    def waiting(self) -> WaitingQueue:
        return self.inner.waiting

    async def secret(self) -> bytes:
        return await self.inner.secret()

    def lock(self, dialog_id: str) -> AbstractAsyncContextManager[None]:
        return self.inner.lock(dialog_id)

    async def is_locked(self, dialog_id: str) -> bool:
        return await self.inner.is_locked(dialog_id)

    async def read(self, dialog_id: str) -> Dialog:
        """Whoever writes a dialog has read it under its lock, so what it holds now is recorded already."""
        dialog = await self.inner.read(dialog_id)
        self._note(dialog)
        return dialog

    async def find(self, query: DialogQuery) -> DialogPage:
        return await self.inner.find(query)

    async def unfinished(self) -> list[str]:
        return await self.inner.unfinished()

    async def idle_since(self, moment: datetime, limit: int, skip: int = 0) -> list[str]:
        return await self.inner.idle_since(moment, limit, skip)

    async def event_counts(self) -> dict[str, int]:
        return await self.inner.event_counts()

    async def health(self) -> StoreHealth:
        return await self.inner.health()
