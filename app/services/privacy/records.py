"""What the services keep of a customer: dialogs, and cases that people proposed from them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.exceptions import DialogNotFound, DialogQuarantined
from app.core.personal_data import DataSubject, Held
from app.core.ports import DialogQuery, DialogStore
from app.evaluation.corrections import drop, drop_drafts, rows_of
from app.services.dialogs.manager import DialogManager
from app.services.operators.rerouting import SET

PAGE = 200


@dataclass(frozen=True)
class DialogRecords:
    """Each with its idempotency records and its events; its row in the list goes with it."""

    dialogs: DialogManager

    async def dialogs_of(self, customer_id: str) -> set[str]:
        return await find_dialogs(self.dialogs.store, customer_id)

    async def hold(self, subject: DataSubject) -> Held:
        held: list[Any] = []
        for dialog_id in sorted(await self.dialogs_of(subject.customer_id)):
            with suppress(DialogNotFound, DialogQuarantined):
                dialog = await self.dialogs.store.read(dialog_id)
                held.append(dialog.model_dump(mode="json", by_alias=True))
        return {"dialogs": held}

    async def forget(self, subject: DataSubject) -> None:
        """One after the other, each once its running turn has ended.

        A dialog that is named but another customer's, or that is gone, is left alone.
        """
        for dialog_id in sorted(subject.dialogs | await self.dialogs_of(subject.customer_id)):
            with suppress(DialogNotFound):
                await self.dialogs.delete(dialog_id, subject.customer_id)


@dataclass(frozen=True)
class ProposalRecords:
    """The file of proposed corrections: a line holds the conversation up to the line in question."""

    proposals: Path

    async def dialogs_of(self, _customer_id: str) -> set[str]:
        """The lines name dialogs alone."""
        return set()

    async def hold(self, subject: DataSubject) -> Held:
        return {"proposed_cases": await asyncio.to_thread(self._hold, subject)}

    async def forget(self, subject: DataSubject) -> None:
        await asyncio.to_thread(self._forget, subject)

    def _hold(self, subject: DataSubject) -> list[Any]:
        return [row for name in sorted(subject.dialogs) for row in rows_of(self.proposals, SET, name)]

    def _forget(self, subject: DataSubject) -> None:
        for dialog_id in sorted(subject.dialogs):
            drop(self.proposals, SET, dialog_id)
        drop_drafts(self.proposals)


async def find_dialogs(store: DialogStore, customer_id: str) -> set[str]:
    """Raises IndexBuilding: an answer without the whole list would be a wrong one."""
    found: set[str] = set()
    cursor = None
    while True:
        page = await store.find(DialogQuery(limit=PAGE, customer_id=customer_id, cursor=cursor))
        found.update(row.dialog_id for row in page.rows)
        if (cursor := page.next_cursor) is None:
            return found
