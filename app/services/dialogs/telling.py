"""A dialog store that tells relay and watchers of what was written, so that no writer has to think of it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

from app.core.dialog import Dialog
from app.core.exceptions import DialogQuarantined
from app.core.ports import DialogPage, DialogQuery, DialogStore, StoreHealth
from app.core.urgency import Waiting
from app.services.crm.relay import Relay
from app.services.dialogs.change_feed import Changes


@dataclass(frozen=True)
class TellingStore:
    """`inner` keeps the dialogs."""

    inner: DialogStore
    relay: Relay | None = None
    changes: Changes | None = None

    async def write(self, dialog: Dialog) -> None:
        await self.inner.write(dialog)
        if self.relay:
            self.relay.changed(dialog.dialog_id)
        if self.changes:
            self.changes.tell(dialog.dialog_id, dialog.updated_at)

    async def delete(self, dialog_id: str) -> None:
        """What waits for the CRM goes first: raises BackOfficeUnavailable, and nothing is deleted then."""
        if self.relay:
            with suppress(DialogQuarantined):
                await self.inner.read(dialog_id)
            await self.relay.forget(dialog_id)
        await self.inner.delete(dialog_id)
        if self.changes:
            self.changes.tell(dialog_id)

    async def open(self) -> None:
        await self.inner.open()

    async def close(self) -> None:
        await self.inner.close()

    @property
    def waiting(self) -> Waiting:
        return self.inner.waiting

    async def secret(self) -> bytes:
        return await self.inner.secret()

    def lock(self, dialog_id: str) -> AbstractAsyncContextManager[None]:
        return self.inner.lock(dialog_id)

    async def is_locked(self, dialog_id: str) -> bool:
        return await self.inner.is_locked(dialog_id)

    async def read(self, dialog_id: str) -> Dialog:
        return await self.inner.read(dialog_id)

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
