"""Exclusive access to one dialog: admission, lock and one read, for everything that changes a dialog."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound
from app.core.ports import DialogStore
from app.services.dialogs.admission import Admission
from app.services.dialogs.effects import EffectEvents


@dataclass(frozen=True)
class DialogAccess:
    """A dialog is read once, under its lock; whoever changes it writes it before leaving the block."""

    store: DialogStore
    admission: Admission
    effects: EffectEvents = field(default_factory=EffectEvents)

    @asynccontextmanager
    async def exclusive(self, dialog_id: str, limited: bool = False) -> AsyncIterator[Dialog]:
        """Raises ShuttingDown, DialogBusy where `limited`, and what the store raises."""
        async with self.admission.enter(dialog_id, limited), self.lock_and_read(dialog_id) as dialog:
            yield dialog

    @asynccontextmanager
    async def lock_and_read(self, dialog_id: str) -> AsyncIterator[Dialog]:
        """Without admission: works while the service shuts down."""
        async with self.store.lock(dialog_id):
            yield await self._read(dialog_id)

    @asynccontextmanager
    async def creating(self, dialog_id: str) -> AsyncIterator[Dialog | None]:
        """None where there is no such dialog yet."""
        async with self.admission.enter(dialog_id), self.store.lock(dialog_id):
            try:
                known = await self._read(dialog_id)
            except DialogNotFound:
                known = None
            yield known

    async def _read(self, dialog_id: str) -> Dialog:
        """Under the lock a pending line is one that a crash cut: what its tools did has no events yet."""
        dialog = await self.store.read(dialog_id)
        if dialog.pending():
            await self.effects.catch_up(dialog)
        return dialog
