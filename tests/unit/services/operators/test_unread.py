"""Of dialogs that a colleague serves: the customer's latest words, and whether they were read."""

from __future__ import annotations

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.services.operators.queue import Queue
from tests.contract.samples import NOON, answered, at, kept, new_dialog

pytestmark = pytest.mark.anyio


async def test_what_the_customer_wrote_after_the_operator_is_unread() -> None:
    store, dialog = MemoryStore(), new_dialog("c", NOON)
    answered(dialog, "не открывается файл", "Сейчас.", "supervisor", NOON)
    dialog.take_over("anna", "", at(1))
    dialog.say("anna", "Смотрю", at(2))
    await kept(store, dialog)
    queue = Queue(store, None, lambda: at(60))
    [row] = (await queue.page(5)).dialogs
    assert (row.latest, row.unread) == ("не открывается файл", False)
    dialog.receive("а теперь и второй", at(3))
    await kept(store, dialog)
    [row] = (await queue.page(5)).dialogs
    assert (row.latest, row.unread) == ("а теперь и второй", True)
