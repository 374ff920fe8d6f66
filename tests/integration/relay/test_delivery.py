"""Events on their way from dialogs to a webhook over real HTTP; time is moved by hand."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from app.core.outbox import LONGEST_PAUSE
from app.services.crm.delivery import PATIENCE
from tests.contract.samples import new_dialog
from tests.support.mock_crm import RunningCrm
from tests.support.post import Post

pytestmark = pytest.mark.anyio


async def test_events_arrive_in_order_and_leave_nothing_behind(post: Post, crm: RunningCrm) -> None:
    dialogs = [new_dialog(f"customer {number}") for number in range(12)]
    for more in (1, 3):
        for dialog in dialogs:
            await post.write(dialog, more)
    await post.deliver()
    assert [crm.arrived(dialog.dialog_id) for dialog in dialogs] == [[1, 2, 3, 4]] * 12
    assert (await post.relay.state()).waiting == 0
    assert post.figure("events_delivered_total") == 48


async def test_a_receiver_that_was_away_gets_everything_once_and_in_order(
    post: Post, crm: RunningCrm
) -> None:
    dialogs = [new_dialog(f"customer {number}") for number in range(5)]
    crm.fail("503")
    for _ in range(3):
        for dialog in dialogs:
            await post.write(dialog, 1)
        await post.deliver()
        post.clock.turn(minutes=5)
    assert [crm.arrived(dialog.dialog_id) for dialog in dialogs] == [[]] * 5
    crm.mock.fault = None
    await post.until_delivered()
    assert [crm.arrived(dialog.dialog_id) for dialog in dialogs] == [[1, 2, 3]] * 5
    assert crm.keeper.repeats == 0  # type: ignore[attr-defined]


async def test_a_lost_answer_brings_the_same_event_again_under_the_same_id(
    post: Post, crm: RunningCrm
) -> None:
    dialog = new_dialog()
    crm.fail("lost", count=2)
    await post.write(dialog, 2)
    await post.until_delivered()
    assert crm.arrived(dialog.dialog_id) == [1, 2]
    assert crm.keeper.repeats == 2  # type: ignore[attr-defined]


async def test_a_poison_event_becomes_a_dead_letter_and_the_others_go_on(post: Post, crm: RunningCrm) -> None:
    sick, well = new_dialog("sick"), new_dialog("well")
    await post.write(sick, 1)
    crm.fail("400", count=1)
    await post.deliver()
    await post.write(sick, 1)
    await post.write(well, 1)
    await post.deliver()
    assert (crm.arrived(sick.dialog_id), crm.arrived(well.dialog_id)) == ([2], [1])
    [letter] = post.outbox.dead(10)
    assert letter.event.id == f"{sick.dialog_id}:1"
    assert "HTTP 400" in letter.why
    assert post.figure("events_dead_total") == 1
    post.outbox.revive()
    await post.deliver()
    assert crm.arrived(sick.dialog_id) == [2, 1]


async def test_the_receivers_word_on_when_to_come_back_is_kept(post: Post, crm: RunningCrm) -> None:
    dialog = new_dialog()
    crm.mock.retry_after = "600"
    crm.fail("429_retry_after", count=1)
    await post.write(dialog, 1)
    await post.deliver()
    post.clock.turn(seconds=599)
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == []
    post.clock.turn(seconds=1)
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == [1]


@pytest.mark.parametrize(
    "ahead", [timedelta(minutes=10), timedelta(minutes=20), timedelta(hours=3), timedelta(days=400)]
)
async def test_what_failed_while_the_clock_was_ahead_waits_a_quarter_of_an_hour_at_most(
    post: Post, crm: RunningCrm, ahead: timedelta
) -> None:
    failed, under_way = new_dialog("a"), new_dialog("b")
    post.clock.now += ahead
    crm.fail("503")
    await post.write(failed, 2)
    await post.deliver()
    await post.write(under_way, 1)
    await post.relay.copy()
    assert post.outbox.claim(post.clock(), 9, timedelta(minutes=1))  # by a process that is killed then
    post.clock.now -= ahead
    crm.mock.fault = None
    for _ in range(16):
        await post.deliver()
        post.clock.turn(minutes=1)
    assert (crm.arrived(failed.dialog_id), crm.arrived(under_way.dialog_id)) == ([1, 2], [1])


async def test_a_receiver_cannot_put_an_event_off_for_longer_than_the_longest_pause(
    post: Post, crm: RunningCrm
) -> None:
    dialog = new_dialog()
    crm.mock.retry_after = "7200"
    crm.fail("429_retry_after", count=1)
    await post.write(dialog, 1)
    await post.deliver()
    post.clock.turn(seconds=LONGEST_PAUSE.total_seconds())
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == [1]


async def test_pauses_grow_to_a_quarter_of_an_hour_and_end_after_three_days(
    post: Post, crm: RunningCrm
) -> None:
    crm.fail("503")
    await post.write(new_dialog(), 1)
    began, tries = post.clock.now, []
    while not post.outbox.dead(1):
        await post.deliver()
        tries.append((post.clock.now - began).total_seconds())
        post.clock.turn(seconds=_next_pause(len(tries)))
    pauses = [b - a for a, b in pairwise(tries)]
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert max(pauses) == LONGEST_PAUSE.total_seconds()
    assert timedelta(seconds=tries[-1]) >= PATIENCE
    assert timedelta(seconds=tries[-2]) < PATIENCE
    assert len(crm.mock.requests) == len(tries)


def _next_pause(tries: int) -> float:
    return min(LONGEST_PAUSE.total_seconds(), 2.0 ** min(tries - 1, 30))


async def test_chance_halves_a_pause_at_most(post: Post, crm: RunningCrm) -> None:
    post.relay.delivery.luck = lambda: 0.0
    crm.fail("503")
    dialog = new_dialog()
    await post.write(dialog, 1)
    await post.deliver()
    crm.mock.fault = None
    post.clock.turn(seconds=0.49)
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == []
    post.clock.turn(seconds=0.01)
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == [1]
