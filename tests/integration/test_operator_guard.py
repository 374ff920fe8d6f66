"""Who may use the operator endpoints, and decisions on what agents may not do by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from app.bootstrap import build
from app.main import create_app
from tests.support.office import Office
from tests.support.operator import Room, code
from tests.support.server import client, running, settings

KEY = "canary-key-77ab"
GUARDED = ("/api/v1/operator", "/api/v1/approvals", "/api/v1/analytics")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with client(tmp_path_factory.mktemp("locked"), operator_key=SecretStr(KEY)) as http:
        yield http


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every guarded path with its method, ids filled in."""
    app = create_app(build(settings(tmp_path_factory.mktemp("routes"))))
    routes = [route for route in iter_route_contexts(app.routes) if (route.path or "").startswith(GUARDED)]
    paths = [
        (method, re.sub(r"{\w+}", "x", str(r.path))) for r in routes for method in sorted(r.methods or ())
    ]
    assert len(paths) >= 8
    return paths


def test_every_operator_route_wants_the_key(locked: httpx2.Client, guarded: list[tuple[str, str]]) -> None:
    for method, path in guarded:
        missing = locked.request(method, path)
        assert code(missing) == (401, "credential_missing"), path
        assert missing.headers["WWW-Authenticate"] == "Bearer"
        wrong = locked.request(method, path, headers={b"Authorization": "Bearer not-it-ж".encode()})
        assert code(wrong) == (401, "credential_wrong"), path
        assert "not-it" not in wrong.text
        assert KEY not in missing.text + wrong.text
        right = locked.request(method, path, headers={"Authorization": f"Bearer {KEY}"})
        assert right.status_code not in (401, 403), path


@pytest.mark.parametrize("given", ["Basic Y2FuYXJ5", KEY, "Bearer", ""])
def test_other_ways_to_authenticate_are_no_key(locked: httpx2.Client, given: str) -> None:
    refused = locked.get("/api/v1/operator/queue", headers={"Authorization": given})
    assert refused.status_code in (401, 403)


def test_customers_need_no_key(locked: httpx2.Client) -> None:
    room = Room.open(locked, "Сколько стоит Профи?")
    assert room.rate(5).status_code == 200
    assert room.take_over().status_code == 401
    assert room.view()["handler"] == "bot"


def test_in_production_they_are_closed_until_a_key_is_set(
    tmp_path: Path, guarded: list[tuple[str, str]]
) -> None:
    with client(tmp_path, environment="production") as http:
        for method, path in guarded:
            refused = http.request(method, path, headers={"Authorization": "Bearer x"})
            assert code(refused) == (401, "credential_wrong"), path


def test_without_a_key_every_one_answers_this_machine_alone(
    tmp_path: Path, guarded: list[tuple[str, str]]
) -> None:
    with client(tmp_path) as http:
        for method, path in guarded:
            refused = http.request(method, path, headers={"X-Forwarded-For": "127.0.0.1"})
            assert code(refused) == (401, "credential_missing"), path
            assert http.request(method, path).status_code not in (401, 403), path


def test_the_documentation_shows_the_scheme(locked: httpx2.Client) -> None:
    published = locked.get("/openapi.json").json()
    assert published["components"]["securitySchemes"]["Key"]["scheme"] == "bearer"
    for path, operations in published["paths"].items():
        for operation in operations.values():
            guarded = not path.startswith("/api/v1/health") or path.endswith("detailed")
            assert ("security" in operation) == guarded, path
            if guarded:
                assert {"401", "403"} <= operation["responses"].keys()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def http(tmp_path: Path, office: Office) -> Iterator[httpx2.Client]:
    with (
        running(build(settings(tmp_path), office=office.port)) as url,
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as http,
    ):
        yield http


def test_an_approval_is_carried_out_once(http: httpx2.Client, office: Office) -> None:
    room = Room.open(http, "Здравствуйте!")
    office.asks("A-1", room.dialog)
    [waiting] = http.get("/api/v1/approvals", params={"status": "pending"}).json()["approvals"]
    assert (waiting["number"], waiting["dialog_id"], waiting["amount_rub"]) == ("A-1", room.dialog, 9000)
    assert http.get("/api/v1/approvals/A-1").json() == waiting
    body = {"by": "anna", "note": "видела выписку"}
    first, again = (http.post("/api/v1/approvals/A-1/approve", json=body) for _ in range(2))
    assert (first.status_code, first.json()["status"], first.json()["decided_by"]) == (
        200,
        "approved",
        "anna",
    )
    assert again.json() == first.json()
    assert office.carried_out == ["A-1"]
    assert code(http.post("/api/v1/approvals/A-1/reject", json=body)) == (409, "approval_decided")
    assert http.get("/api/v1/approvals").json()["approvals"] == []
    [decided] = http.get("/api/v1/approvals", params={"status": "all"}).json()["approvals"]
    assert decided["outcome"]["number"] == "R-1"


def test_a_rejection_does_nothing(http: httpx2.Client, office: Office) -> None:
    office.asks("A-2", Room.open(http).dialog)
    rejected = http.post("/api/v1/approvals/A-2/reject", json={"by": "anna"}).json()
    assert (rejected["status"], rejected["outcome"]) == ("rejected", None)
    assert office.carried_out == []


def test_a_dialog_with_an_approval_is_in_the_queue_until_it_is_decided(
    http: httpx2.Client, office: Office
) -> None:
    room = Room.open(http, "Здравствуйте!")
    office.asks("A-3", room.dialog)
    rows = http.get("/api/v1/operator/queue").json()["dialogs"]
    assert [(row["dialog_id"], row["approvals"]) for row in rows] == [(room.dialog, ["A-3"])]
    http.post("/api/v1/approvals/A-3/approve", json={"by": "anna"})
    assert http.get("/api/v1/operator/queue").json()["dialogs"] == []


def test_an_unknown_approval_is_not_found(http: httpx2.Client) -> None:
    assert code(http.get("/api/v1/approvals/A-9")) == (404, "approval_not_found")
    assert code(http.post("/api/v1/approvals/A-9/approve", json={"by": "a"})) == (404, "approval_not_found")


def test_a_decision_has_a_name(http: httpx2.Client, office: Office) -> None:
    office.asks("A-4", Room.open(http).dialog)
    for by in ("", " ", "\u200b"):
        assert http.post("/api/v1/approvals/A-4/approve", json={"by": by}).status_code == 422
    assert office.carried_out == []


def test_records_that_are_down_are_told(http: httpx2.Client, office: Office) -> None:
    office.down = True
    assert code(http.get("/api/v1/approvals")) == (503, "back_office_unavailable")
    assert http.get("/api/v1/operator/queue").json()["records"] == "unavailable"
