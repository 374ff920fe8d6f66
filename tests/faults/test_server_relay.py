"""Events of real servers reach a receiver, whatever is killed, fails or works beside another."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.faults.customers import CREATE, Customer, Json, until
from tests.faults.test_server_kill import acknowledged, all_dialogs, kill_often, serving
from tests.support.command import in_process
from tests.support.mock_crm import RunningCrm, running_crm

pytestmark = pytest.mark.xdist_group("server")
CUSTOMERS = 4
KILLS = 50 if "TORTURE" in os.environ else 4
QUICK = {"CRM_TIMEOUT": "0.3"}
"""A lease outlasts six requests: what a killed server had under way is free after that."""


@pytest.fixture
def crm() -> Iterator[RunningCrm]:
    with running_crm("webhook") as crm:
        yield crm


def environment(crm: RunningCrm, storage: Path) -> dict[str, str]:
    database = str(storage.parent / f"{storage.name}.sqlite")
    return {**crm.environment, "BACKOFFICE_STORAGE": database}


def arrived(crm: RunningCrm) -> dict[str, list[Json]]:
    """The events of each dialog, in the order in which they came first."""
    found: dict[str, list[Json]] = defaultdict(list)
    for row in crm.rows("events"):
        found[row["data"]["dialog_id"]].append(row["data"])
    return found


def deliveries(crm: RunningCrm) -> int:
    return len(crm.mock.requests)


def wait_until_empty(http: httpx2.Client) -> None:
    def empty() -> bool:
        outbox = http.get("/api/v1/health/detailed").json()["outbox"]
        return bool(outbox["available"] and not outbox["waiting"])

    until(empty)


def told(crm: RunningCrm, dialog_id: str) -> list[str]:
    return [event["kind"] for event in arrived(crm)[dialog_id]]


def create(http: httpx2.Client, customer: str, text: str = "сколько стоит Профи?") -> str:
    body = {"customer_id": customer, "initial_message": text}
    answer = http.post(CREATE, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["dialog_id"])


def test_events_that_were_on_no_way_yet_at_a_kill_9_arrive_after_the_next_start(
    tmp_path: Path, crm: RunningCrm
) -> None:
    crm.fail("503")
    storage = tmp_path / "dialogs"
    with serving(storage, **QUICK, **environment(crm, storage)) as service:
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            dialogs = [create(http, f"customer {number}") for number in range(6)]
        service.kill()
        crm.mock.fault = None
        service.start()
        until(lambda: sum(map(len, arrived(crm).values())) == 12)
        assert [told(crm, d) for d in dialogs] == [["dialog.opened", "dialog.routed"]] * 6
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            wait_until_empty(http)


@pytest.mark.timeout(600)
def test_kill_9_over_and_over_loses_no_event_and_keeps_their_order(tmp_path: Path, crm: RunningCrm) -> None:
    storage = tmp_path / "dialogs"
    crm.fail("lost", count=20)
    with serving(storage, **QUICK, **environment(crm, storage)) as service:
        first = httpx2.post(service.process.url + CREATE, json={"customer_id": "all"})
        shared = str(first.json()["dialog_id"])
        customers = [Customer(f"c{n}", shared, service, heard={shared: []}) for n in range(CUSTOMERS)]
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            living = [pool.submit(c.live) for c in customers]
            kill_often(service, customers, living, KILLS)
            service.enough.set()
        for life in living:
            life.result()
        assert acknowledged(customers)
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            until(lambda: {row["dialog_id"] for row in all_dialogs(http)} <= set(arrived(crm)))
            wait_until_empty(http)
            check_complete(http, crm)


def check_complete(http: httpx2.Client, crm: RunningCrm) -> None:
    """One event for the opening and one for each answer, numbered without a gap in the order of arrival."""
    found = arrived(crm)
    for row in all_dialogs(http):
        events = found[row["dialog_id"]]
        assert [event["number"] for event in events] == list(range(1, len(events) + 1))
        view = http.get(f"/api/v1/dialogue/{row['dialog_id']}").json()
        answers = sum(message["role"] != "customer" for message in view["messages"])
        counted = Counter(event["kind"] for event in events)
        assert (counted["dialog.opened"], counted["dialog.routed"]) == (1, answers)
        assert "events" not in view


def test_two_servers_on_one_storage_deliver_each_event_once(tmp_path: Path, crm: RunningCrm) -> None:
    storage = tmp_path / "dialogs"
    env = environment(crm, storage)
    with (
        serving(storage, **env) as one,
        serving(storage, **env) as two,
        httpx2.Client(base_url=one.process.url, timeout=60, trust_env=False) as left,
        httpx2.Client(base_url=two.process.url, timeout=60, trust_env=False) as right,
    ):

        def talk(number: int) -> None:
            dialog_id = create(left if number % 2 else right, f"customer {number}")
            for http in (right, left):
                http.post(f"/api/v1/dialogue/{dialog_id}/message", json={"message": "а скидка есть?"})
            left.post(f"/api/v1/dialogue/{dialog_id}/close", json={"reason": "resolved"})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(talk, range(12)))
        until(lambda: sum(kinds[-1:] == ["dialog.closed"] for kinds in map_told(crm)) == 12)
        wait_until_empty(left)
        check_complete(left, crm)
        assert deliveries(crm) == sum(map(len, arrived(crm).values()))


def map_told(crm: RunningCrm) -> list[list[str]]:
    return [told(crm, dialog_id) for dialog_id in list(arrived(crm))]


def test_a_receiver_that_comes_back_gets_everything_and_a_refused_event_stands_in_the_status(
    tmp_path: Path, crm: RunningCrm
) -> None:
    storage = tmp_path / "dialogs"
    crm.fail("400", count=1)
    with (
        serving(storage, **environment(crm, storage)) as service,
        httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http,
    ):
        poisoned = create(http, "sick")
        until(lambda: told(crm, poisoned) == ["dialog.routed"])
        crm.fail("503")
        others = [create(http, f"customer {number}") for number in range(3)]
        until(lambda: http.get("/api/v1/health/detailed").json()["outbox"]["waiting"] == 6)
        crm.mock.fault = None
        wait_until_empty(http)
        assert [told(crm, d) for d in others] == [["dialog.opened", "dialog.routed"]] * 3
        assert http.get("/api/v1/health/detailed").json()["outbox"]["dead"] == 1
        check_commands(crm, storage, poisoned)
        until(lambda: told(crm, poisoned) == ["dialog.routed", "dialog.opened"])


def check_commands(crm: RunningCrm, storage: Path, poisoned: str) -> None:
    env = environment(crm, storage)
    shown = in_process("crm", "status", cwd=storage.parent, **env)
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (1, "0 events pending; 1 dead letters.")
    assert f"{poisoned}:1  dialog.opened" in shown.stdout
    assert "HTTP 400" in shown.stdout
    unknown = in_process("crm", "retry", "nobody:1", cwd=storage.parent, **env)
    assert (unknown.returncode, unknown.stderr.strip()) == (1, "nobody:1 is not a dead letter.")
    revived = in_process("crm", "retry", f"{poisoned}:1", cwd=storage.parent, **env)
    assert (revived.returncode, revived.stdout.strip()) == (0, "1 dead letters requeued.")
    calm = in_process("crm", "status", cwd=storage.parent, **env)
    assert calm.stdout.splitlines()[0].endswith("0 dead letters.")
