"""Of dialogs that a colleague serves: the customer's latest words, and whether they were read."""

from __future__ import annotations

import re

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.core.escalation import Escalation
from app.services.operators.queue import Queue
from app.ui.monitor.panels import Viewer, monitor_texts, render_queue
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


async def test_taking_a_dialog_changes_nothing_of_what_its_card_says() -> None:
    store, dialog = MemoryStore(), new_dialog("c", NOON)
    answered(dialog, "сколько дней на возврат?", "14 дней.", "sales", NOON)
    last = answered(dialog, "ничего не понятно, позовите человека", "Зову.", "supervisor", at(1))
    dialog.escalation = Escalation(since=last.timestamp, reason="words", by="supervisor")
    shown = []
    for taken in (False, True):
        if taken:
            dialog.take_over("anna", "", at(2))
        await kept(store, dialog)
        queue = await Queue(store, None, lambda: at(60)).page(5)
        shown.append(render_queue(queue, at(60), monitor_texts("ru"), {}))
    before, after = (re.findall(r'"mon-last">(.*?)<', html) for html in shown)
    assert before == after


async def test_my_own_dialog_is_mine_and_read_while_it_is_open() -> None:
    store, dialog, texts = MemoryStore(), new_dialog("c", NOON), monitor_texts("ru")
    answered(dialog, "не открывается файл", "Сейчас.", "supervisor", NOON)
    dialog.take_over("anna", "", at(1))
    dialog.receive("а теперь и второй", at(3))
    await kept(store, dialog)
    queue = await Queue(store, None, lambda: at(60)).page(5)
    mine, away, other = (
        render_queue(queue, at(60), texts, {}, Viewer(who, opened))
        for who, opened in (("anna", dialog.dialog_id), ("anna", ""), ("boris", dialog.dialog_id))
    )
    unread, with_you, with_colleague = (texts.words[k] for k in ("unread", "with_you", "with_colleague"))
    assert with_you in mine
    assert not any(word in mine for word in (unread, with_colleague, "ведёт anna"))
    assert with_you in away
    assert unread in away
    assert "а теперь и второй" in away
    assert with_colleague in other
    assert with_you not in other
