"""People and customers at once, crashes in between: nothing is lost, nobody is starved."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import anyio
import httpx2
import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from tests.faults.customers import until
from tests.support.call_centre import Site, site
from tests.support.operator import Room, code
from tests.support.server import ServerProcess, settings

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


def test_of_operators_that_race_for_a_dialog_exactly_one_wins(http: httpx2.Client) -> None:
    room = Room.open(http)
    operators = [f"operator-{n}" for n in range(12)]
    with ThreadPoolExecutor(len(operators)) as pool:
        answers = list(pool.map(room.take_over, operators))
    winners = [a.json()["held_by"] for a in answers if a.status_code == 200]
    assert len(winners) == 1
    assert {code(a) for a in answers if a.status_code != 200} == {(409, "taken_over")}
    assert room.reply("моё", winners[0]).status_code == 200


def test_messages_that_meet_takeovers_and_hand_backs_lose_nothing(http: httpx2.Client) -> None:
    room, said = Room.open(http), [f"вопрос номер {n}" for n in range(20)]
    enough, rounds = Event(), 0
    with ThreadPoolExecutor(21) as pool:
        asking = [pool.submit(room.say, text) for text in said]
        shift = pool.submit(alternate, room, enough)
        answers = [future.result() for future in asking]
        enough.set()
        rounds = shift.result()
    assert {a.status_code for a in answers} == {200}
    messages = room.view()["messages"]
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
    assert sorted(m["content"] for m in messages if m["role"] == "customer") == sorted(said)
    assert {m["state"] for m in messages} == {"done"}
    operators = [m["content"] for m in messages if m["role"] == "operator"]
    assert operators == [f"строка {n}" for n in range(rounds)]
    spoken = sorted(a.json()["response"] for a in answers if a.json()["handler"] == "bot")
    agents = [m["content"] for m in messages if m["role"] not in ("customer", "operator")]
    assert sorted(agents) == spoken
    assert all(a.json()["response"] is None for a in answers if a.json()["handler"] == "person")


def alternate(room: Room, enough: Event) -> int:
    """Take over, write, hand back: how often."""
    rounds = 0
    while rounds == 0 or not enough.is_set():
        assert room.take_over().status_code == 200
        assert room.reply(f"строка {rounds}").status_code == 200
        assert room.hand_back().status_code == 200
        rounds += 1
    return rounds


@contextmanager
def busy(tmp_path: Path, waiting: int) -> Iterator[tuple[Site, Room]]:
    with site(tmp_path, router="local", max_waiting_messages=waiting) as centre:
        yield centre, Room.open(centre.http)


def test_a_takeover_waits_for_the_turn_that_runs_and_comes_before_later_messages(tmp_path: Path) -> None:
    with busy(tmp_path, 64) as (centre, room), ThreadPoolExecutor(4) as pool:
        with centre.mock.holding():
            asked = pool.submit(room.say, "how much is pro")
            until(lambda: centre.mock.attempts)
            taking = pool.submit(room.take_over)
            assert not taking.done()
        answer, taken = asked.result(), taking.result()
        later = room.say("hello?").json()
        view = room.view()
    assert (answer.json()["handler"], taken.status_code) == ("bot", 200)
    assert answer.json()["response"]
    assert (later["handler"], later["response"]) == ("person", None)
    assert [m["role"] == "customer" for m in view["messages"]] == [True, False, True]


def test_a_takeover_is_not_turned_away_where_many_messages_wait(tmp_path: Path) -> None:
    with busy(tmp_path, 1) as (centre, room), ThreadPoolExecutor(4) as pool:
        with centre.mock.holding():
            asked = pool.submit(room.say, "how much is pro")
            until(lambda: centre.mock.attempts)
            assert code(room.say("one too many")) == (429, "dialog_busy")
            taking = pool.submit(room.take_over)
        assert taking.result().status_code == 200
        assert asked.result().status_code == 200


def test_a_takeover_after_a_turn_that_failed_leaves_the_failed_line(tmp_path: Path) -> None:
    with site(tmp_path, router="local", model_fallback=False) as centre:
        room = Room.open(centre.http)
        centre.fail("500")
        assert room.say("how much is pro").status_code >= 500
        assert room.take_over().status_code == 200
        assert room.say("still there?").json()["handler"] == "person"
        assert [m["state"] for m in room.view()["messages"]] == ["failed", "done"]


def test_kill_9_keeps_who_serves_and_the_queue(tmp_path: Path) -> None:
    process = ServerProcess(tmp_path / "dialogs")
    try:
        process.start()
        with httpx2.Client(base_url=process.url, timeout=60, trust_env=False) as http:
            dialog = Room.open(http, "верните деньги, третий раз пишу!").dialog
            room = Room(http, dialog)
            room.take_over(reason="angry")
            first = room.reply("Разбираюсь", key="r-1")
        process.kill()
        process.start()
        with httpx2.Client(base_url=process.url, timeout=60, trust_env=False) as http:
            room = Room(http, dialog)
            [row] = http.get("/api/v1/operator/queue").json()["dialogs"]
            assert (row["dialog_id"], row["held_by"], row["handler"]) == (dialog, "anna", "person")
            assert room.reply("Разбираюсь", key="r-1").json() == first.json()
            assert room.say("ау").json()["response"] is None
            assert room.hand_back().json()["handler"] == "bot"
            assert http.get("/api/v1/operator/queue").json()["dialogs"] == []
    finally:
        process.end()


@pytest.mark.anyio
async def test_a_dialog_that_a_person_holds_is_never_closed_for_being_idle(tmp_path: Path) -> None:
    now = [NOON]
    given = settings(tmp_path, dialog_timeout_minutes=60)
    bench = build(given, store=MemoryStore(), clock=lambda: now[0])
    names = [str((await bench.dialogs.create("c", None)).body["dialog_id"]) for _ in range(2)]
    await bench.operators.take_over(names[0], "anna")
    now[0] += timedelta(days=3)
    assert await bench.maintenance.close_idle() == 1
    assert [(await bench.dialogs.view(name)).status for name in names] == ["active", "closed"]
    await bench.operators.hand_back(names[0], "anna", "done")
    now[0] += timedelta(hours=2)
    assert await bench.maintenance.close_idle() == 1


@pytest.mark.anyio
async def test_one_reply_sent_many_times_at_once_is_one_line(tmp_path: Path) -> None:
    from app.services.dialogs.admission import Request  # noqa: PLC0415

    bench = build(settings(tmp_path), store=MemoryStore())
    name = str((await bench.dialogs.create("c", None)).body["dialog_id"])
    await bench.operators.take_over(name, "anna")
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(bench.operators.reply, name, "anna", "раз", Request.of("k", "reply", "раз"))
    assert (await bench.dialogs.view(name)).message_count == 1
