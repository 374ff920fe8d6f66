"""Every store knows how many events its dialogs have."""

from __future__ import annotations

import pytest

from app.core.ports import DialogStore
from tests.contract.samples import answered, at, closing, kept, new_dialog

pytestmark = pytest.mark.anyio


async def test_events_are_counted_as_the_dialog_is_written(store: DialogStore) -> None:
    silent, told = new_dialog(), new_dialog()
    answered(told, "привет", "здравствуйте")
    await kept(store, silent, told)
    first = await store.event_counts()
    told.close(closing(at(9)))
    await kept(store, told)
    assert first == {told.dialog_id: 2}
    assert await store.event_counts() == {told.dialog_id: 3}
    assert (await store.read(told.dialog_id)).events == told.events


async def test_a_deleted_dialog_counts_no_more(store: DialogStore) -> None:
    dialog = new_dialog()
    answered(dialog, "привет", "здравствуйте")
    await kept(store, dialog)
    async with store.lock(dialog.dialog_id):
        await store.delete(dialog.dialog_id)
    assert await store.event_counts() == {}
