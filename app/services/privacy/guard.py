"""Nothing is written of a customer whose data are being deleted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from app.core.dialog import Dialog
from app.core.personal_data import CustomerBeingDeleted, Deletions
from app.core.ports import DialogStore
from app.core.threads import in_storage

REMEMBERED = 10_000


def lock_of(store: DialogStore, customer_id: str) -> AbstractAsyncContextManager[None]:
    """Between the first write of a dialog and the beginning of a deletion; the name does not tell whose."""
    digest = sha256(b"customer\n" + customer_id.encode("utf-8", "surrogatepass")).digest()
    return store.lock(str(UUID(bytes=digest[:16], version=4)))


@dataclass(frozen=True)
class DeletionGuard:
    """A deletion waits for the lock of each dialog that it finds, so only a new one could slip past it."""

    store: DialogStore
    deletions: Deletions
    _known: OrderedDict[str, None] = field(default_factory=OrderedDict)

    @asynccontextmanager
    async def writing(self, dialog: Dialog) -> AsyncIterator[None]:
        """Raises CustomerBeingDeleted."""
        if dialog.dialog_id in self._known:
            await self._expect_none(dialog.customer_id)
            yield
            return
        async with lock_of(self.store, dialog.customer_id):
            await self._expect_none(dialog.customer_id)
            yield
        self._known[dialog.dialog_id] = None
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, dialog_id: str) -> None:
        self._known.pop(dialog_id, None)

    async def _expect_none(self, customer_id: str) -> None:
        if await in_storage(self.deletions.is_under_way, customer_id):
            raise CustomerBeingDeleted
