"""The supervisors' monitor: changing dialogs, queue, pending approvals; computed once for all viewers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from app.core.anger import HIGH, measure_anger
from app.core.dialog import Dialog
from app.core.own_words import mood_lines
from app.core.ports import DialogQuery, DialogRow
from app.services.customers import CustomerNames
from app.services.dialogs.change_feed import ChangeFeed
from app.services.dialogs.scan import DialogCache, every
from app.services.dialogs.views import RowView
from app.services.operators.records import QueueRecords
from app.services.operators.rerouting import Rerouting
from app.services.operators.service import OperatorService
from app.services.operators.summary import briefing, language_in
from app.services.operators.views import Board, LiveRow, OpenDialog, QueueView

T = TypeVar("T")
KEPT = 100
REST = 9.0  # a computation is not begun again before this many times its own length
LEAST = 1.0  # nor before so many seconds


@dataclass
class _Kept:
    version: int
    task: asyncio.Task[Any]
    until: float = 0.0


@dataclass
class SingleFlight:
    """One computation for all who ask for the same key; each key takes at most a tenth of one processor."""

    timer: Callable[[], float] = time.monotonic
    rest: float = REST
    least: float = LEAST
    _kept: dict[Hashable, _Kept] = field(default_factory=dict, init=False)

    async def get(self, key: Hashable, version: int, make: Callable[[], Awaitable[T]]) -> tuple[int, T]:
        """The value and its version, which may be older than asked for while a newer one is not yet due.

        A failure is raised to all who wait, and is not cached.
        """
        kept = self._kept.get(key)
        if kept is None or (kept.task.done() and self._is_old(kept, version)):
            kept = self._kept[key] = _Kept(version, asyncio.create_task(self._compute(key, make)))
            self._forget()
        return kept.version, await asyncio.shield(kept.task)

    def _is_old(self, kept: _Kept, version: int) -> bool:
        failed = kept.task.cancelled() or kept.task.exception() is not None
        return failed or (kept.version != version and self.timer() >= kept.until)

    async def _compute(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        began = self.timer()
        made = await make()
        now = self.timer()
        if kept := self._kept.get(key):
            kept.until = now + max(self.least, self.rest * (now - began))
        return made

    def _forget(self) -> None:
        """Drop the oldest finished computations."""
        many = max(0, len(self._kept) - KEPT)
        for key in [key for key, kept in self._kept.items() if kept.task.done()][:many]:
            del self._kept[key]


QUEUED, SHOWN, PAGE, LOOKED_AT = 50, 50, 100, 500
AGED = 20  # seconds after which waiting times are counted anew
REMEMBERED = 2000


@dataclass(frozen=True)
class Glimpse:
    """What the list shows of a dialog beyond its row."""

    language: str
    held_by: str | None
    angry: bool


@dataclass(frozen=True)
class Monitor:
    """Each change of a dialog is read once, whatever the number of viewers."""

    operators: OperatorService
    changes: ChangeFeed
    rerouting: Rerouting
    _shared: SingleFlight = field(default_factory=SingleFlight)
    _glimpses: DialogCache[Glimpse] = field(init=False)
    _names: CustomerNames = field(init=False)

    def __post_init__(self) -> None:
        cache = DialogCache(self.operators.dialogs.store, _glimpse_of, REMEMBERED)
        object.__setattr__(self, "_glimpses", cache)
        object.__setattr__(self, "_names", CustomerNames(self.operators.office))

    async def board(
        self, query: DialogQuery, language: str | None = None, reader: str | None = None
    ) -> Board:
        """Dialogs of one `language`; texts in that of the `reader`, else of each dialog.

        `version` is that of the data shown; a newer one in the feed means that it is outdated.
        """
        version, get = self.changes.version, self._shared.get
        age = int(self.operators.dialogs.clock().timestamp()) // AGED
        first, (moment, queue) = await get(("queue", age, reader), version, lambda: self._queue(reader))
        second, asked = await get("approvals", version, self.operators.approvals)
        third, rows = await get((query, language), version, lambda: self._rows(query, language))
        listed = (queue.dialogs, asked.approvals, rows)
        shown = {row.customer_id for each in listed for row in each}
        return Board(
            version=min(first, second, third),
            counted_at=moment,
            queue=queue,
            approvals=asked.approvals,
            dialogs=rows,
            names=await self._names.of(shown),
        )

    async def open(self, dialog_id: str, reader: str | None = None) -> OpenDialog:
        """Raises DialogNotFound or DialogQuarantined."""
        dialog = await self.operators.dialogs.store.read(dialog_id)
        records = QueueRecords(self.operators.office)
        account, _ = await records.customer(dialog.customer_id)
        unpaid = await records.unpaid(dialog)
        told = briefing(dialog, account, reader, self.operators.title_of, unpaid)
        if any(m.about for m in dialog.messages):  # the outcome of an approval was told here
            told.notes += await self._comments(dialog_id)
        return OpenDialog.of(dialog, told, account.customer.name if account else "")

    async def _comments(self, dialog_id: str) -> list[str]:
        """What colleagues wrote when they rejected an act of this dialog."""
        found = (await self.operators.approvals("rejected")).approvals
        mine = [a for a in found if a.dialog_id == dialog_id and a.note]
        return [f"{a.decided_by} ({a.number}): {a.note}" for a in mine]

    async def _queue(self, reader: str | None) -> tuple[datetime, QueueView]:
        return self.operators.dialogs.clock(), await self.operators.queue(QUEUED, None, reader)

    async def _rows(self, query: DialogQuery, language: str | None) -> list[LiveRow]:
        """Latest change first; a filter by language covers the latest 500."""
        found: list[LiveRow] = []
        looked = 0
        async for row in every(self.operators.dialogs.store, replace(query, limit=PAGE)):
            glimpse = await self._glimpses.get(row.dialog_id, row.updated_at)
            if glimpse and language in (None, glimpse.language):
                found.append(_live(row, glimpse))
            looked += 1
            if len(found) == SHOWN or looked == LOOKED_AT:
                break
        return found


def _glimpse_of(dialog: Dialog) -> Glimpse:
    return Glimpse(
        language=language_in(dialog),
        held_by=dialog.operator if dialog.handler == "person" else None,
        angry=dialog.status == "active" and measure_anger(mood_lines(dialog)).level >= HIGH,
    )


def _live(row: DialogRow, glimpse: Glimpse) -> LiveRow:
    return LiveRow(**RowView.model_validate(row, from_attributes=True).model_dump(), **asdict(glimpse))
