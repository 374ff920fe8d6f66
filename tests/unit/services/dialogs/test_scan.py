"""Scans over stored dialogs: pages are joined, and a dialog is read once per version."""

from __future__ import annotations

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound
from app.core.ports import DialogQuery
from app.services.dialogs.scan import DialogCache, every
from tests.contract.samples import new_dialog

pytestmark = pytest.mark.anyio


class CountingStore(MemoryStore):
    reads = 0

    async def read(self, dialog_id: str) -> Dialog:
        self.reads += 1
        return await super().read(dialog_id)


async def filled(count: int) -> tuple[CountingStore, list[str]]:
    store = CountingStore()
    dialogs = [new_dialog() for _ in range(count)]
    for dialog in dialogs:
        await store.write(dialog)
    return store, [dialog.dialog_id for dialog in dialogs]


@pytest.mark.parametrize("limit", [1, 2, 5, 9])
async def test_every_row_comes_once_whatever_the_length_of_a_page(limit: int) -> None:
    store, names = await filled(5)
    found = [row.dialog_id async for row in every(store, DialogQuery(limit=limit))]
    assert sorted(found) == sorted(names)


async def test_a_known_version_is_not_read_again() -> None:
    store, [name] = await filled(1)
    cache = DialogCache(store, lambda dialog: dialog.customer_id, most=5)
    first = await cache.get(name, 1)
    assert (first, await cache.get(name, 1), store.reads) == (first, first, 1)
    await cache.get(name, 2)
    assert store.reads == 2


async def test_the_longest_unused_goes_when_there_are_too_many() -> None:
    store, [a, b, c] = await filled(3)
    cache = DialogCache(store, lambda dialog: dialog.dialog_id, most=2)
    for name in (a, b, a, c):
        await cache.get(name, 1)
    store.reads = 0
    await cache.get(a, 1)
    assert store.reads == 0
    await cache.get(b, 1)
    assert store.reads == 1


async def test_a_dialog_that_has_gone_has_no_value() -> None:
    store, [a, b] = await filled(2)
    await store.delete(a)
    cache = DialogCache(store, lambda dialog: dialog.dialog_id, most=5)
    assert await cache.get_all({a: 1, b: 1}) == {b: b}
    with pytest.raises(DialogNotFound):
        await store.read(a)
