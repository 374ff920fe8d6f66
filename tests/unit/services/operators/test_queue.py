"""The queue of dialogs that want a person."""

from __future__ import annotations

import base64
import random
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog, HandbackNote
from app.core.escalation import Escalation
from app.core.exceptions import CursorInvalid, DialogQuarantined
from app.core.urgency import LOOK_BACK, waiting_since
from app.services.operators.priority import Priority, Signals, priority_of
from app.services.operators.queue import Queue
from app.services.operators.views import QueueRow
from tests.contract.samples import NOON, answered, at, closing, kept, new_dialog
from tests.support.office import Office

pytestmark = pytest.mark.anyio


def wanting(
    customer: str = "c", since: float = 0, says: str = "нужна помощь с заказом", **given: str
) -> Dialog:
    dialog = new_dialog(customer, at(since))
    answered(dialog, says, "Сейчас.", "supervisor", at(since))
    dialog.escalation = Escalation(since=at(since), reason=given.get("reason", "refund"), by="supervisor")
    return dialog


def queue_of(store: MemoryStore, office: Office | None = None, seconds: float = 600) -> Queue:
    return Queue(store, office.port if office else None, lambda: at(seconds))


async def order(queue: Queue, limit: int = 50) -> list[str]:
    return [row.dialog_id for row in (await queue.page(limit)).dialogs]


async def test_the_angry_and_the_patient_come_before_the_new_and_calm() -> None:
    store = MemoryStore()
    calm, angry, patient = (
        wanting("a", 590),
        wanting("b", 590, "Это кошмар!!! Верните деньги!!!"),
        wanting("c"),
    )
    await kept(store, calm, angry, patient, new_dialog("d"))
    assert await order(queue_of(store)) == [d.dialog_id for d in (angry, patient, calm)]


async def test_those_who_came_often_and_paid_much_come_before_equals() -> None:
    store, office = MemoryStore(), Office()
    office.knows("rich", "business", 90_000, 10_000)
    plain, rich, often = wanting("plain"), wanting("rich"), wanting("often")
    before = [new_dialog("often", NOON - timedelta(days=n)) for n in (1, 29, 31)]
    await kept(store, plain, rich, often, *before)
    page = await queue_of(store, office).page(10)
    rows = {row.customer_id: row for row in page.dialogs}
    assert page.records == "ok"
    assert page.dialogs[-1].customer_id == "plain"
    assert rows["rich"].priority.parts.value == pytest.approx(9.6)
    assert rows["rich"].summary.who.startswith("Анна Петрова (rich), тариф «Бизнес»")
    assert rows["often"].priority.parts.repeats == pytest.approx(6.4)
    assert rows["plain"].priority.parts.value == 0


async def test_a_dialog_with_an_action_to_decide_on_is_queued_until_it_is_closed() -> None:
    store, office = MemoryStore(), Office()
    asked, closed = new_dialog("a"), new_dialog("b")
    answered(asked, "верните девять тысяч", "Спрошу.")
    closed.close(closing(NOON))
    await kept(store, asked, closed)
    for number, dialog_id in (("A-1", asked.dialog_id), ("A-2", closed.dialog_id), ("A-3", "unknown")):
        office.asks(number, dialog_id, at=at(540))
    [row] = (await queue_of(store, office).page(10)).dialogs
    assert (row.dialog_id, row.approvals) == (asked.dialog_id, ["A-1"])
    assert row.priority.parts.approval == 15
    assert row.waiting_seconds == 60


async def test_records_that_are_down_or_absent_leave_the_queue_standing() -> None:
    store = MemoryStore()
    await kept(store, wanting())
    down = await queue_of(store, Office(down=True)).page(10)
    absent = await queue_of(store).page(10)
    assert (down.records, absent.records) == ("unavailable", "absent")
    assert len(down.dialogs) == len(absent.dialogs) == 1


async def test_waiting_counts_from_the_first_line_that_no_person_answered() -> None:
    dialog = wanting(since=10)
    assert waiting_since(dialog) == at(10)
    dialog.take_over("anna", "", at(20))
    assert waiting_since(dialog) == at(10)
    dialog.say("anna", "Здравствуйте", at(30))
    assert waiting_since(dialog) is None
    dialog.receive("и ещё", at(40))
    dialog.receive("ау", at(50))
    assert waiting_since(dialog) == at(40)


async def test_a_person_who_wrote_long_ago_has_not_answered_this_time() -> None:
    dialog = wanting(since=0)
    dialog.take_over("anna", "", at(1))
    dialog.say("anna", "Готово", at(2))
    dialog.hand_back(HandbackNote(by="anna", text="готово", at=at(3)))
    dialog.escalation = Escalation(since=at(9), reason="again")
    assert waiting_since(dialog) == at(9)


async def test_pages_hold_each_dialog_once_though_time_goes_on() -> None:
    store, now = MemoryStore(), 600.0
    dialogs = [wanting(f"c{n}", n * 7 % 5, "ужас! " * (n % 3)) for n in range(9)]
    await kept(store, *dialogs)
    queue = Queue(store, None, lambda: at(now))
    expected = await order(queue)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await queue.page(2, cursor)
        seen += [row.dialog_id for row in page.dialogs]
        now, cursor = now + 1000, page.next_cursor
        assert page.total == 9
        if cursor is None:
            break
    assert seen == expected
    assert sorted(seen) == sorted(d.dialog_id for d in dialogs)


def weighed_in_full(dialog: Dialog, everything: list[Dialog], office: Office, now: datetime) -> Priority:
    """From the dialogs themselves, as if there were no index."""
    begun = [a.requested_at for a in office.waiting.values() if a.origin.dialog_id == dialog.dialog_id]
    since = min([*begun, *([s] if (s := waiting_since(dialog)) else [])], default=now)
    others = [d for d in everything if d.customer_id == dialog.customer_id and d is not dialog]
    signals = Signals(
        lines=[m.content for m in dialog.messages if m.role == "customer"],
        waiting=max(0.0, (now - since).total_seconds()),
        worth=office.worths([dialog.customer_id]).get(dialog.customer_id),
        repeats=sum(d.updated_at > now - LOOK_BACK for d in others),
        approval=bool(begun),
    )
    return priority_of(signals, "ru")


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_page_is_what_weighing_every_dialog_gives_in_order_and_reasons(
    tmp_path: Path, seed: int
) -> None:
    luck, store, office, now = random.Random(seed), JsonStore(tmp_path), Office(), at(5000)
    office.knows("rich", "business", 90_000, 10_000)
    office.knows("plain", "basic", 900)
    dialogs = []
    for n in range(40):
        dialog = wanting(luck.choice(["rich", "plain", "c", f"s{n}"]), luck.choice([0, 0, 60, 4000, 4999]),
                         luck.choice(["Это кошмар!!!", "ГДЕ ЗАКАЗ УЖЕ НЕДЕЛЮ", "где заказ"]))  # fmt: skip
        dialog.escalation = dialog.escalation if luck.random() < 0.9 else None
        dialogs.append(dialog)
        if luck.random() < 0.2:
            office.asks(f"A-{n}", dialog.dialog_id, dialog.customer_id, at(luck.choice([-50, 4000])))
    await kept(store, *dialogs)
    queue = Queue(store, office.port, lambda: now)
    asked = {a.origin.dialog_id for a in office.waiting.values()}
    wanted = [d for d in dialogs if d.escalated or d.dialog_id in asked]
    expected = {d.dialog_id: weighed_in_full(d, dialogs, office, now) for d in wanted}
    rows: list[QueueRow] = []
    cursor: str | None = None
    while True:
        page = await queue.page(7, cursor, "ru")
        assert page.total == len(expected)
        rows += page.dialogs
        if (cursor := page.next_cursor) is None:
            break
    assert {row.dialog_id: row.priority for row in rows} == expected
    points = [row.priority.hundredths for row in rows]
    assert points == sorted(points, reverse=True)
    assert all(
        (a.waiting_seconds, b.dialog_id) >= (b.waiting_seconds, a.dialog_id)
        for a, b in pairwise(rows)
        if a.priority.hundredths == b.priority.hundredths
    )
    await store.close()


class CountingStore(MemoryStore):
    """Counts the dialogs that are read; some are listed but `lost`."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.lost: set[str] = set()

    async def read(self, dialog_id: str) -> Dialog:
        self.reads += 1
        if dialog_id in self.lost:
            raise DialogQuarantined(dialog_id)
        return await super().read(dialog_id)


async def test_a_page_reads_the_dialogs_that_it_shows_and_no_others() -> None:
    store = CountingStore()
    await kept(store, *(wanting(f"c{n}", n) for n in range(60)))
    page = await queue_of(store).page(5)
    assert (page.total, store.reads) == (60, 5)


async def test_dialogs_that_cannot_be_read_shorten_no_page() -> None:
    store = CountingStore()
    dialogs = [wanting(f"c{n}", n) for n in range(6)]
    await kept(store, *dialogs)
    store.lost = {d.dialog_id for d in dialogs[:3]}
    assert await order(queue_of(store), 3) == [d.dialog_id for d in dialogs[3:]]


EARLY = '{"moment": "0001-01-01T00:00:00+23:59", "points": 1, "since": "0001-01-01T00:00:00Z", %s}'
PACKED = (
    EARLY % '"dialog_id": "x"',
    '{"moment": 1}',
    "[]",
    "null",
    '{"moment": "2026-03-08T12:00:00", "points": 1}',
)


@pytest.mark.parametrize(
    "cursor", ["", "x", "ы", "%%", "A" * 9, *(base64.urlsafe_b64encode(p.encode()).decode() for p in PACKED)]
)
async def test_a_cursor_that_was_not_issued_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        await queue_of(MemoryStore()).page(10, cursor)
