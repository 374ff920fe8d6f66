"""What time does: idle dialogs are closed, idempotency records are forgotten after a day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.bootstrap import build
from tests.contract.samples import NOON
from tests.faults.customers import CREATE, until
from tests.support.server import running, settings

pytestmark = pytest.mark.xdist_group("server")
KEY = {"Idempotency-Key": "daily"}
BODY = {"customer_id": "c", "initial_message": "не приходит код"}


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **given: float) -> None:
        self.now += timedelta(**given)


@contextmanager
def served(root: Path, clock: Clock, period: float = 60, **given: Any) -> Iterator[httpx2.Client]:
    bench = build(settings(root, **given), clock=clock)
    bench.maintenance.period = period
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        yield http


def dialog_in(http: httpx2.Client) -> str:
    return str(http.post(CREATE, json=BODY).json()["dialog_id"])


def status(http: httpx2.Client, dialog_id: str) -> str:
    return str(http.get(f"/api/v1/dialogue/{dialog_id}").json()["status"])


def test_a_dialog_that_nobody_used_for_the_timeout_is_closed_for_that_reason(tmp_path: Path) -> None:
    clock = Clock()
    with served(tmp_path, clock, period=0.01, dialog_timeout_minutes=60) as http:
        idle, used = dialog_in(http), dialog_in(http)
        clock.advance(minutes=59)
        message = {"message": "я ещё здесь"}
        assert http.post(f"/api/v1/dialogue/{used}/message", json=message).status_code == 200
        assert status(http, idle) == "active"
        clock.advance(minutes=1, seconds=1)
        until(lambda: status(http, idle) == "closed")
        assert status(http, used) == "active"
        refused = http.post(f"/api/v1/dialogue/{idle}/message", json=message)
        assert (refused.status_code, refused.json()["code"]) == (409, "dialog_closed")
        closed = http.post(f"/api/v1/dialogue/{idle}/close", json={"reason": "later"}).json()
        assert (closed["reason"], closed["summary"]["total_messages"]) == ("timeout", 2)
        assert closed["summary"]["duration_minutes"] == 60
        assert datetime.fromisoformat(closed["closed_at"]) == clock.now
        open_ones = http.get("/api/v1/dialogue", params={"status": "active"}).json()["dialogs"]
        assert [row["dialog_id"] for row in open_ones] == [used]


@pytest.mark.parametrize(("minutes", "closed"), [(0, 0), (60, 1)])
def test_a_timeout_of_zero_closes_nothing(tmp_path: Path, minutes: int, closed: int) -> None:
    clock = Clock()
    bench = build(settings(tmp_path, dialog_timeout_minutes=minutes), clock=clock)
    asyncio.run(bench.dialogs.create("c", "не приходит код"))
    clock.advance(days=30)
    assert asyncio.run(bench.maintenance.close_idle()) == closed
    assert asyncio.run(bench.maintenance.close_idle()) == 0
    asyncio.run(bench.stop())


def test_a_create_repeated_after_a_day_is_a_new_dialog_and_the_old_one_stays(tmp_path: Path) -> None:
    clock = Clock()
    with served(tmp_path, clock, dialog_timeout_minutes=0) as http:
        first = http.post(CREATE, json=BODY, headers=KEY).json()
        clock.advance(hours=23, minutes=59)
        assert http.post(CREATE, json=BODY, headers=KEY).json() == first
        clock.advance(minutes=1)
        other_body = {"customer_id": "other"}
        second = http.post(CREATE, json=other_body, headers=KEY)
        assert second.status_code == 200
        assert "Idempotency-Replayed" not in second.headers
        assert second.json()["dialog_id"] != first["dialog_id"]
        again = http.post(CREATE, json=other_body, headers=KEY)
        assert (again.json(), again.headers["Idempotency-Replayed"]) == (second.json(), "true")
        assert http.get(f"/api/v1/dialogue/{first['dialog_id']}").json()["message_count"] == 2
        assert len(http.get("/api/v1/dialogue").json()["dialogs"]) == 2


def test_a_message_repeated_after_a_day_is_a_new_turn(tmp_path: Path) -> None:
    clock = Clock()
    with served(tmp_path, clock, dialog_timeout_minutes=0) as http:
        path = f"/api/v1/dialogue/{dialog_in(http)}/message"
        http.post(path, json={"message": "раз"}, headers=KEY)
        clock.advance(hours=23, minutes=59)
        again = http.post(path, json={"message": "раз"}, headers=KEY)
        assert again.headers["Idempotency-Replayed"] == "true"
        clock.advance(minutes=1)
        other = http.post(path, json={"message": "два"}, headers=KEY)
        assert other.status_code == 200
        assert "Idempotency-Replayed" not in other.headers
        view = http.get(path.removesuffix("/message")).json()
        assert [m["content"] for m in view["messages"] if m["role"] == "customer"][1:] == ["раз", "два"]


def test_a_clock_that_jumps_back_changes_no_order(tmp_path: Path) -> None:
    clock = Clock()
    with served(tmp_path, clock) as http:
        path = f"/api/v1/dialogue/{dialog_in(http)}/message"
        clock.advance(hours=-5)
        first = http.post(path, json={"message": "раз"}, headers=KEY)
        again = http.post(path, json={"message": "раз"}, headers=KEY)
        assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
        http.post(path, json={"message": "два"})
        messages = http.get(path.removesuffix("/message")).json()["messages"]
        assert [m["seq"] for m in messages] == [1, 2, 3, 4, 5, 6]
        assert [m["content"] for m in messages[::2]] == [BODY["initial_message"], "раз", "два"]
