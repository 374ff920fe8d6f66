"""kill -9 of the whole server: what was acknowledged over HTTP is there, once, in order."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.faults.customers import CREATE, Customer, Json, Service, until
from tests.faults.test_kill import left_over, spin
from tests.support.mock_llm import running_mock
from tests.support.server import ServerProcess

pytestmark = pytest.mark.xdist_group("server")
KILLS = 100 if "TORTURE" in os.environ else 2
"""On the embedded model; test_kill_loads.py kills more often."""
CUSTOMERS = 8


@contextmanager
def serving(storage: Path, **env: str) -> Iterator[Service]:
    service = Service(ServerProcess(storage, **env))
    try:
        service.start()
        yield service
    finally:
        service.enough.set()
        service.process.end()


def kill_often(
    service: Service, customers: list[Customer], living: list[Future[None]], kills: int = KILLS
) -> None:
    """At a random moment after a few more acknowledgements, so that the server has always worked."""
    luck = random.Random(20261122)
    for _ in range(kills):
        goal = acknowledged(customers) + luck.randint(3, 25)
        until(lambda goal=goal: acknowledged(customers) >= goal or any(f.done() for f in living))
        if any(f.done() for f in living):
            return
        spin(luck.uniform(0, 0.05))
        service.kill()
        service.start()


def acknowledged(customers: list[Customer]) -> int:
    return sum(len(c.steps) for c in customers)


def check_own(view: Json, customer: Customer) -> None:
    """Question and answer in turn, each as it was acknowledged."""
    said, heard = customer.said[view["dialog_id"]], customer.heard[view["dialog_id"]]
    spoken = [(m["role"] == "customer", m["content"]) for m in view["messages"]]
    assert spoken == [
        line for pair in zip(said, heard, strict=True) for line in ((True, pair[0]), (False, pair[1]))
    ]


def check_shared(view: Json, customers: list[Customer]) -> None:
    """Every customer's lines once and in its order; as many answers as questions."""
    asked = [m["content"] for m in view["messages"] if m["role"] == "customer"]
    for customer in customers:
        own = set(customer.said[view["dialog_id"]])
        assert [text for text in asked if text in own] == customer.said[view["dialog_id"]]
    assert len(asked) == len(set(asked)) == sum(len(c.said[view["dialog_id"]]) for c in customers)
    answers = [m["content"] for m in view["messages"] if m["role"] != "customer"]
    assert sorted(answers) == sorted(text for c in customers for text in c.heard[view["dialog_id"]])


def all_dialogs(http: httpx2.Client) -> list[Json]:
    rows: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        page = http.get("/api/v1/dialogue", params={"limit": 200, **cursor}).json()
        rows += page["dialogs"]
        if page["next_cursor"] is None:
            return rows
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.timeout(1200)
def test_kill_9_of_the_server_loses_nothing_acknowledged_and_repeats_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        shared = str(
            httpx2.post(service.process.url + CREATE, json={"customer_id": "all"}).json()["dialog_id"]
        )
        customers = [Customer(f"customer{n}", shared, service, heard={shared: []}) for n in range(CUSTOMERS)]
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            living = [pool.submit(c.live) for c in customers]
            kill_often(service, customers, living)
            service.enough.set()
        for life in living:
            life.result()
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            check_all(http, shared, customers)
        service.process.terminate()
    assert left_over(tmp_path) == []


def check_all(http: httpx2.Client, shared: str, customers: list[Customer]) -> None:
    owners = {d: c for c in customers for d in c.said if d != shared}
    rows = all_dialogs(http)
    assert sorted(row["dialog_id"] for row in rows) == sorted([shared, *owners])
    assert len({row["customer_id"] for row in rows}) == len(rows)
    for customer in customers:
        for step, again in customer.repeat(http):
            assert again.headers["Idempotency-Replayed"] == "true"
            assert again.json() == step.answer
    for row in rows:
        view = http.get(f"/api/v1/dialogue/{row['dialog_id']}").json()
        assert [m["seq"] for m in view["messages"]] == list(range(1, len(view["messages"]) + 1))
        assert {m["state"] for m in view["messages"]} <= {"done"}
        assert row["message_count"] == len(view["messages"])
        if view["dialog_id"] == shared:
            check_shared(view, customers)
        else:
            check_own(view, owners[view["dialog_id"]])
    assert http.get("/api/v1/health/detailed").json()["storage"]["quarantined"] == []


def test_a_turn_that_a_crash_cut_is_marked_failed_at_start_and_a_repeat_finishes_it_once(
    tmp_path: Path,
) -> None:
    body, key = {"customer_id": "c", "initial_message": "не приходит код"}, {"Idempotency-Key": "cut"}
    with running_mock() as mock, serving(tmp_path, OPENAI_BASE_URL=mock.url, ROUTER="local") as service:
        with ThreadPoolExecutor(1) as pool, mock.holding():
            cut = pool.submit(httpx2.post, service.process.url + CREATE, json=body, headers=key)
            until(lambda: mock.attempts)
            service.kill()
            assert isinstance(cut.exception(), httpx2.TransportError)
        dialog_id = next(tmp_path.glob("*.json")).stem
        service.start()
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            path = f"/api/v1/dialogue/{dialog_id}"
            until(lambda: http.get(path).json()["messages"][0]["state"] != "pending")
            assert [(m["seq"], m["state"]) for m in http.get(path).json()["messages"]] == [(1, "failed")]
            first, again = (http.post(CREATE, json=body, headers=key) for _ in range(2))
            assert first.json()["dialog_id"] == dialog_id
            assert "Idempotency-Replayed" not in first.headers
            assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
            messages = http.get(path).json()["messages"]
            assert [(m["seq"], m["state"]) for m in messages] == [(1, "done"), (2, "done")]
            assert messages[1]["content"] == first.json()["response"]
            assert len(all_dialogs(http)) == 1
