"""The waiting queue: read from the index, or computed from the dialogs on each call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from app.adapters.storage import index_queue
from app.adapters.storage.index import DialogIndex
from app.core.dialog import Dialog
from app.core.threads import in_index, in_storage
from app.core.urgency import LOOK_BACK, MANY, QueuePlace, Urgency, anger_points, repeat_points, waiting_since


class IndexedQueue:
    """`ask` puts a question to an index that is up to date."""

    def __init__(self, ask: Callable[[Callable[[Connection], Any]], Any], index: DialogIndex) -> None:
        self._ask = ask
        self._index = index

    async def page(self, moment: datetime, limit: int, after: QueuePlace | None = None) -> list[Urgency]:
        return await self._ask_index(lambda index: index_queue.page(index, moment, limit, after))

    async def among(self, dialog_ids: Collection[str], moment: datetime) -> list[Urgency]:  # noqa: ARG002
        return await self._ask_index(lambda index: index_queue.among(index, dialog_ids))

    async def count(self) -> int:
        return int(await in_index(self._ask, index_queue.count))

    async def count_free(self) -> int:
        return int(await in_index(self._ask, index_queue.count_free))

    async def to_weigh(self, before: datetime, limit: int) -> list[str]:
        found: list[str] = await in_index(self._ask, lambda index: index_queue.to_weigh(index, before, limit))
        return found

    async def weigh(self, values: Mapping[str, int], now: datetime) -> None:
        await in_storage(self._change, lambda index: index_queue.weigh(index, values, now))

    async def recount(self, now: datetime, limit: int) -> int:
        return int(await in_storage(self._change, lambda index: index_queue.recount(index, now, limit)))

    async def _ask_index(self, question: Callable[[Connection], list[Urgency]]) -> list[Urgency]:
        found: list[Urgency] = await in_index(self._ask, question)
        return found

    def _change(self, change: Callable[[Connection], Any]) -> Any:
        self._ask(lambda _: None)
        with self._index.writing() as connection:
            return change(connection)


class CountedQueue:
    """Reference implementation: the index must give the same results."""

    def __init__(self, dialogs: Mapping[str, Dialog]) -> None:
        self._dialogs = dialogs
        self._values: dict[str, int] = {}
        self._ask_index: dict[str, tuple[datetime, datetime]] = {}

    async def page(self, moment: datetime, limit: int, after: QueuePlace | None = None) -> list[Urgency]:
        found = [self._urgency(d, moment) for d in self._open() if d.escalated]
        placed = sorted(((u.place(moment).order, u) for u in found), key=lambda pair: pair[0])
        return [u for order, u in placed if after is None or order > after.order][:limit]

    async def among(self, dialog_ids: Collection[str], moment: datetime) -> list[Urgency]:
        return [self._urgency(d, moment) for d in self._open() if d.dialog_id in dialog_ids]

    async def count(self) -> int:
        return sum(d.escalated for d in self._open())

    async def count_free(self) -> int:
        return sum(d.escalated and d.handler != "person" for d in self._open())

    async def to_weigh(self, before: datetime, limit: int) -> list[str]:
        customers = dict.fromkeys(d.customer_id for d in self._open())
        return [name for name in customers if self._is_old(name, before)][:limit]

    async def weigh(self, values: Mapping[str, int], now: datetime) -> None:
        for name in {d.customer_id for d in self._open()} & values.keys():
            self._values[name] = values[name]
            self._ask_index[name] = now, self._last(name)

    async def recount(self, now: datetime, limit: int) -> int:  # noqa: ARG002 - it is counted when asked for
        return 0

    def _open(self) -> list[Dialog]:
        return [d for d in self._dialogs.values() if d.status == "active"]

    def _last(self, customer: str) -> datetime:
        return max(d.updated_at for d in self._dialogs.values() if d.customer_id == customer)

    def _is_old(self, customer: str, before: datetime) -> bool:
        if customer not in self._ask_index:
            return True
        asked, last = self._ask_index[customer]
        return asked < before or last != self._last(customer)

    def _urgency(self, dialog: Dialog, moment: datetime) -> Urgency:
        repeats = repeat_points(min(MANY, self._others(dialog, moment - LOOK_BACK)))
        standing = anger_points(dialog) + self._values.get(dialog.customer_id, 0) + repeats
        return Urgency(
            dialog.dialog_id, dialog.customer_id, standing, waiting_since(dialog), dialog.escalated
        )

    def _others(self, dialog: Dialog, since: datetime) -> int:
        mine = (d for d in self._dialogs.values() if d.customer_id == dialog.customer_id)
        return sum(d.updated_at > since for d in mine if d.dialog_id != dialog.dialog_id)
