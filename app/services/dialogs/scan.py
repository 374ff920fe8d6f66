"""Scans over stored dialogs: every row of a query, and what was computed of a dialog, by version."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound, DialogQuarantined
from app.core.ports import DialogQuery, DialogRow, DialogStore

AT_ONCE = 4  # dialogs read at a time
T = TypeVar("T")


async def every(store: DialogStore, query: DialogQuery) -> AsyncIterator[DialogRow]:
    """All rows of the query, latest change first; `query.limit` is the length of a page."""
    while True:
        page = await store.find(query)
        for row in page.rows:
            yield row
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


@dataclass
class DialogCache(Generic[T]):
    """Values that `compute` makes of dialogs, by id and version; at most `most`, the latest used.

    A dialog that was deleted or is damaged has the value None. `compute` runs in a thread.
    """

    store: DialogStore
    compute: Callable[[Dialog], T | None]
    most: int
    _known: OrderedDict[str, tuple[Hashable, T | None]] = field(default_factory=OrderedDict, init=False)

    async def get(self, dialog_id: str, version: Hashable) -> T | None:
        """The dialog is read only where another version of it is known, or none."""
        known = self._known.get(dialog_id)
        value = known[1] if known and known[0] == version else await self._compute(dialog_id)
        self._known[dialog_id] = version, value
        self._known.move_to_end(dialog_id)
        if len(self._known) > self.most:
            self._known.popitem(last=False)
        return value

    async def get_all(self, versions: Mapping[str, Hashable]) -> dict[str, T]:
        """Values that are not None, in the order of `versions`."""
        found: dict[str, T | None] = {}
        names = iter(versions)

        async def work() -> None:
            for name in names:
                found[name] = await self.get(name, versions[name])

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return {name: value for name in versions if (value := found[name]) is not None}

    async def _compute(self, dialog_id: str) -> T | None:
        try:
            dialog = await self.store.read(dialog_id)
        except (DialogNotFound, DialogQuarantined):
            return None
        return await asyncio.to_thread(self.compute, dialog)
