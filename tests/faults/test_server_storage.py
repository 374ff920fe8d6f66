"""A full, broken or damaged disk under a server that goes on serving."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import httpx2
import pytest

from app.adapters.storage.dialog_files import Files
from app.adapters.storage.json_store import FRESH, JsonStore
from app.bootstrap import build
from tests.faults.customers import CREATE, Json
from tests.faults.disk import BROKEN, FULL, READ_ONLY, FailingCalls, largest_file
from tests.support.server import client, running, settings

pytestmark = pytest.mark.xdist_group("server")
KEY = {"Idempotency-Key": "k"}
BODY = {"customer_id": "c", "initial_message": "не приходит код"}


class FullAfterOne(FailingCalls):
    """There is room for the customer's words and none for the answer."""

    def __init__(self) -> None:
        super().__init__("rename", FULL)
        self.error = None
        self.armed = False

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        if self.armed:
            self.error = FULL


@contextmanager
def served(root: Path, calls: FailingCalls) -> Iterator[httpx2.Client]:
    clock = partial(next, count(0, FRESH))  # health is never a kept one
    bench = build(settings(root), store=JsonStore(root, Files(calls), clock))
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        yield http


def dialog_in(http: httpx2.Client) -> str:
    return str(http.post(CREATE, json=BODY).json()["dialog_id"])


def view(http: httpx2.Client, dialog_id: str) -> Json:
    found: Json = http.get(f"/api/v1/dialogue/{dialog_id}").json()
    return found


@pytest.mark.parametrize(
    ("step", "error", "status", "code"),
    [
        ("write", FULL, 507, "storage_full"),
        ("create", READ_ONLY, 503, "storage_unavailable"),
        ("sync", BROKEN, 503, "storage_unavailable"),
    ],
)
def test_a_disk_that_fails_is_told_loses_nothing_and_heals_without_a_restart(
    tmp_path: Path, step: str, error: int, status: int, code: str
) -> None:
    calls = FailingCalls(step, error)
    calls.error = None
    with served(tmp_path, calls) as http:
        dialog_id = dialog_in(http)
        before = view(http, dialog_id)
        requests = {f"/api/v1/dialogue/{dialog_id}/message": {"message": "и ещё"}, CREATE: BODY}
        calls.error = error
        for path, body in requests.items():
            refused = http.post(path, json=body, headers=KEY)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert int(refused.headers["Retry-After"]) > 0
        closing = http.post(f"/api/v1/dialogue/{dialog_id}/close", json={"reason": "done"})
        assert closing.status_code == status
        assert view(http, dialog_id) == before
        assert is_ready(http) == (503, "The dialog storage cannot be written.")
        assert http.get("/api/v1/health").json()["components"]["dialog_storage"] == "unhealthy"
        calls.error = None
        assert is_ready(http) == (200, "")
        for path, body in requests.items():
            assert http.post(path, json=body, headers=KEY).status_code == 200
        assert view(http, dialog_id)["message_count"] == 4
        assert len(http.get("/api/v1/dialogue").json()["dialogs"]) == 2


def is_ready(http: httpx2.Client) -> tuple[int, str]:
    ready = http.get("/api/v1/health/ready")
    return ready.status_code, ready.json()["reason"]


def test_an_answer_that_finds_no_room_is_not_acknowledged_and_a_repeat_gives_it_once(tmp_path: Path) -> None:
    calls = FullAfterOne()
    with served(tmp_path, calls) as http:
        dialog_id = dialog_in(http)
        path = f"/api/v1/dialogue/{dialog_id}/message"
        calls.armed = True
        refused = http.post(path, json={"message": "и ещё"}, headers=KEY)
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
        assert [m["state"] for m in view(http, dialog_id)["messages"]] == ["done", "done", "pending"]
        calls.armed, calls.error = False, None
        answer = http.post(path, json={"message": "и ещё"}, headers=KEY)
        assert answer.status_code == 200
        messages = view(http, dialog_id)["messages"]
        assert [m["state"] for m in messages] == ["done"] * 4
        assert messages[-1]["content"] == answer.json()["response"]


def test_a_damaged_dialog_is_named_and_refused_and_all_others_serve(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        damaged, sound = dialog_in(http), dialog_in(http)
        file = tmp_path / f"{damaged}.json"
        rest = file.read_bytes()[:100]
        file.write_bytes(rest)
        path = f"/api/v1/dialogue/{damaged}"
        for refused in (
            http.get(path),
            http.post(f"{path}/message", json={"message": "алло"}),
            http.get(path),
        ):
            assert (refused.status_code, refused.json()["code"]) == (503, "dialog_quarantined")
        answer = http.post(f"/api/v1/dialogue/{sound}/message", json={"message": "а скидка есть?"})
        assert answer.status_code == 200
        assert view(http, sound)["message_count"] == 4
        storage = http.get("/api/v1/health/detailed").json()["storage"]
        assert (storage["writable"], storage["quarantined"]) == (True, [damaged])
        assert is_ready(http) == (200, "")
        assert (tmp_path / ".quarantine" / file.name).read_bytes() == rest
        assert dialog_in(http) not in (damaged, sound)


def test_a_dialog_damaged_while_nobody_served_is_named_after_the_start(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        damaged, sound = dialog_in(http), dialog_in(http)
    (tmp_path / f"{damaged}.json").write_bytes(bytes(range(256)))
    with client(tmp_path) as http:
        rows = http.get("/api/v1/dialogue").json()["dialogs"]
        assert [row["dialog_id"] for row in rows] == [sound]
        assert http.get(f"/api/v1/dialogue/{damaged}").json()["code"] == "dialog_quarantined"
        assert http.get("/api/v1/health/detailed").json()["storage"]["quarantined"] == [damaged]


READ = (
    "/api/v1/health", "/api/v1/health/detailed", "/api/v1/dialogue", "/api/v1/dialogue?q=оператор",
    "/api/v1/dialogue/{id}", "/api/v1/operator/queue", "/api/v1/approvals", "/api/v1/analytics",
    "/api/v1/knowledge/search?q=тариф", "/metrics",
)  # fmt: skip


def test_a_disk_that_the_kernel_calls_full_stops_no_reader(tmp_path: Path) -> None:
    """Dialogs, their index, the records of the company: whatever is kept in files."""
    given = {"backoffice_storage": str(tmp_path / "office.sqlite"), "demo_data": True}
    with client(tmp_path / "dialogs", **given) as http:
        wish = {"customer_id": "customer_123", "initial_message": "Позовите оператора!"}
        dialog_id = http.post(CREATE, json=wish).json()["dialog_id"]
        before = {path: http.get(path.format(id=dialog_id)).status_code for path in READ}
        with largest_file(4096):
            refused = http.post(f"/api/v1/dialogue/{dialog_id}/message", json={"message": "и ещё " * 900})
            assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
            during = {path: http.get(path.format(id=dialog_id)).status_code for path in READ}
            assert [row["dialog_id"] for row in http.get(READ[2]).json()["dialogs"]] == [dialog_id]
            assert http.get(READ[5]).json()["total"] == 1
        assert during == before == dict.fromkeys(READ, 200)
        assert (
            http.post(f"/api/v1/dialogue/{dialog_id}/message", json={"message": "и ещё"}).status_code == 200
        )
