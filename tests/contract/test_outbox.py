"""The exam of every outbox: in order, to one carrier at a time, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.outbox import OutboxMessage
from app.engines.backoffice.outbox import SqlOutbox
from tests.support.back_office import schema_of
from tests.support.outbox import LEASE, NOON, events, fresh, outbox_like, outbox_on

pytestmark = pytest.mark.xdist_group("postgres")
LATER = NOON + timedelta(hours=1)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh(tmp_path_factory.mktemp("outbox") / "deep" / "outbox.sqlite")


@pytest.fixture(params=["sqlite", "postgres"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path, prepared: Path) -> Iterator[SqlOutbox]:
    if request.param == "sqlite":
        with outbox_like(prepared, tmp_path) as opened:
            yield opened
    else:
        with schema_of(request.getfixturevalue("server")) as dsn, outbox_on(dsn) as opened:
            yield opened


def ids(parcels: list[OutboxMessage]) -> list[str]:
    return [message.event.id for message in parcels]


def one(outbox: SqlOutbox) -> OutboxMessage:
    [message] = outbox.claim(LATER, 10, LEASE)
    return message


def test_events_of_a_dialog_come_one_after_the_other(outbox: SqlOutbox) -> None:
    outbox.add("d", events("d", 3))
    seen = []
    for _ in range(3):
        message = one(outbox)
        assert outbox.claim(LATER, 10, LEASE) == []
        outbox.delivered(message)
        seen.append(message.event)
    assert seen == events("d", 3)
    assert outbox.claim(LATER, 10, LEASE) == []
    assert outbox.state().waiting == 0


def test_what_was_taken_in_once_is_passed_over_even_after_its_delivery(outbox: SqlOutbox) -> None:
    assert outbox.add("d", events("d", 2)) == 2
    outbox.delivered(one(outbox))
    assert outbox.add("d", events("d", 2)) == 0
    assert outbox.add("d", events("d", 3)) == 1
    assert outbox.copied() == {"d": 3}
    assert outbox.state().waiting == 2


def test_dialogs_do_not_wait_for_each_other_but_dialogs_of_one_customer_take_turns(outbox: SqlOutbox) -> None:
    for dialog, customer in (("a", "x"), ("b", "x"), ("c", "y")):
        outbox.add(dialog, events(dialog, 2, customer))
    first = outbox.claim(LATER, 10, LEASE)
    assert sorted(ids(first)) == ["a:1", "c:1"]
    assert outbox.claim(LATER, 10, LEASE) == []
    for message in first:
        outbox.delivered(message)
    assert len(outbox.claim(LATER, 10, LEASE)) == 2


def test_a_lease_that_has_run_out_is_given_to_another_who_alone_decides_then(outbox: SqlOutbox) -> None:
    outbox.add("d", events("d", 2))
    slow = one(outbox)
    [quick] = outbox.claim(LATER + LEASE, 10, LEASE)
    assert (quick.event, quick.tries, quick.since) == (slow.event, 2, LATER)
    outbox.failed(slow, "too late to say so", None)
    assert outbox.state().dead == 0
    assert outbox.claim(LATER + LEASE, 10, LEASE) == []
    outbox.delivered(slow)
    assert outbox.claim(LATER + LEASE, 10, LEASE) == []
    outbox.delivered(quick)
    assert one(outbox).event.number == 2


def test_a_failure_is_tried_again_when_it_is_due_and_the_next_of_its_dialog_waits(outbox: SqlOutbox) -> None:
    outbox.add("d", events("d", 2))
    outbox.failed(one(outbox), "HTTP 503", LATER + timedelta(seconds=5))
    assert outbox.claim(LATER + timedelta(seconds=4), 10, LEASE) == []
    [again] = outbox.claim(LATER + timedelta(seconds=5), 10, LEASE)
    assert (again.event.number, again.tries, again.since) == (1, 2, LATER)


def test_a_dead_letter_lets_the_next_pass_and_can_be_revived(outbox: SqlOutbox) -> None:
    outbox.add("d", events("d", 2))
    outbox.failed(one(outbox), "HTTP 400", None)
    [letter] = outbox.dead(10)
    assert (letter.event, letter.tries, letter.why) == (events("d", 2)[0], 1, "HTTP 400")
    outbox.delivered(one(outbox))
    assert (outbox.state().waiting, outbox.state().dead) == (0, 1)
    assert (outbox.revive("nobody:1"), outbox.revive("d:1"), outbox.revive("d:1")) == (0, 1, 0)
    revived = one(outbox)
    assert (revived.event.number, revived.tries) == (1, 1)
    outbox.delivered(revived)
    assert outbox.dead(10) == []


def test_all_dead_letters_are_revived_at_once(outbox: SqlOutbox) -> None:
    for dialog in "abc":
        outbox.add(dialog, events(dialog, 1))
    for message in outbox.claim(LATER, 10, LEASE):
        outbox.failed(message, "", None)
    assert [letter.event.id for letter in outbox.dead(2)] == ["a:1", "b:1"]
    assert outbox.revive() == 3
    assert len(outbox.claim(LATER, 10, LEASE)) == 3


def test_a_forgotten_dialog_is_not_delivered_and_not_taken_in_again(outbox: SqlOutbox) -> None:
    outbox.add("d", events("d", 3))
    outbox.add("other", events("other", 1))
    parcels = outbox.claim(LATER, 10, LEASE)
    outbox.failed(next(p for p in parcels if p.event.dialog_id == "d"), "", None)
    under_way = one(outbox)
    assert sorted(outbox.dialogs()) == ["d", "other"]
    outbox.forget("d")
    assert outbox.dialogs() == ["other"]
    outbox.forget("nobody")
    assert outbox.add("d", events("d", 5)) == 0
    outbox.failed(under_way, "", LATER)
    assert (outbox.state().waiting, outbox.state().dead) == (1, 0)
    assert ids(outbox.claim(LATER + LEASE, 10, LEASE)) == ["other:1"]


def test_what_happened_before_the_first_use_is_not_taken_in(outbox: SqlOutbox) -> None:
    outbox.begin({"old": 2})
    outbox.begin({"old": 9, "new": 9})
    assert outbox.copied() == outbox.copied({"old", "new"}) == {"old": 2}
    assert outbox.copied({"new"}) == outbox.copied(set()) == {}
    assert (outbox.add("old", events("old", 3)), outbox.add("new", events("new", 1))) == (1, 1)


def test_the_state_tells_how_many_wait_and_since_when(outbox: SqlOutbox) -> None:
    assert (outbox.state().waiting, outbox.state().oldest) == (0, None)
    outbox.add("d", events("d", 2))
    assert (outbox.state().waiting, outbox.state().oldest) == (2, NOON + timedelta(seconds=1))


def test_many_carriers_at_once_take_every_event_once_and_in_order(outbox: SqlOutbox) -> None:
    dialogs = [f"d{number}" for number in range(6)]
    taken: dict[str, list[int]] = {dialog: [] for dialog in dialogs}

    def carry(_: int) -> None:
        while outbox.state().waiting:
            for message in outbox.claim(LATER, 2, LEASE):
                taken[message.event.dialog_id].append(message.event.number)
                outbox.delivered(message)

    def fill(dialog: str) -> None:
        for count in range(1, 6):
            outbox.add(dialog, events(dialog, count))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, dialogs))
        list(pool.map(carry, range(4)))
    assert taken == {dialog: [1, 2, 3, 4, 5] for dialog in dialogs}
