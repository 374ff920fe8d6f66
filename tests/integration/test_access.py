"""Every route as every kind of caller, against the table of docs/security.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from app.bootstrap import build
from app.core.access import SCOPES, Caller, Scope
from app.services.access.policy import Access
from tests.support.operator import code
from tests.support.server import ROOT, running, settings, with_workbench

ALICE, BOB = "customer_123", "demo_en"
PAGES = re.compile(r"/|/docs.*|/redoc|/static-offline-docs|/ui.*|/favicon\.ico")
ROW = re.compile(r"^\| `(?P<method>[A-Z]+) (?P<path>/\S+)` \| (?P<needs>[^|]+) \|$", re.MULTILINE)
NEEDS = {
    (row["method"], row["path"]): row["needs"]
    for row in ROW.finditer((ROOT / "docs/security.md").read_text())
}
MASTER = "master-of-everything"


class House:
    """A service in production with a key for each scope, a token, and credentials that are none."""

    def __init__(self, http: httpx2.Client, access: Access) -> None:
        self.http = http
        keys, tokens = access.keys, access.tokens
        made = {scope: keys.issue(scope, [scope]) for scope in SCOPES}
        gone, late = keys.issue("gone", SCOPES), keys.issue("late", SCOPES, timedelta(seconds=-1))
        keys.revoke(gone.key.id)
        signer = Caller("chat", frozenset({"chat"}), made["chat"].key.id)
        fallen = Caller("gone", frozenset({"chat"}), gone.key.id)
        self.credentials: Mapping[str, str | None] = {
            **{scope: issued.text for scope, issued in made.items()},
            "master": MASTER,
            "alice": tokens.issue(signer, ALICE)[0],
            "bob": tokens.issue(signer, BOB)[0],
            "nobody": None,
            "wrong": "cck_0123456789ab_" + "A" * 43,
            "revoked": gone.text,
            "expired": late.text,
            "orphan": tokens.issue(fallen, ALICE)[0],
        }
        opened = self.call("chat", "POST", "/api/v1/dialogue/create", {"customer_id": ALICE})
        self.dialog = opened.json()["dialog_id"]

    def call(self, who: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        given = self.credentials[who]
        headers = {"Authorization": f"Bearer {given}"} if given else {}
        return self.http.request(method, path, json=body, headers=headers)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    chosen = settings(
        tmp_path_factory.mktemp("house") / "dialogs",
        environment="production",
        operator_key=SecretStr(MASTER),
        demo_data=True,
    )
    bench = build(chosen)
    with running(bench) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        yield House(http, bench.access)


def test_the_table_names_every_route(tmp_path: Path) -> None:
    app = with_workbench(build(settings(tmp_path / "d", ui=True)))
    found = {
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if not PAGES.fullmatch(str(route.path)) and method != "HEAD"
    }
    assert found == NEEDS.keys()


SCOPED: Mapping[str, frozenset[str]] = {
    "nothing": frozenset(
        {*SCOPES, "master", "alice", "bob", "nobody", "wrong", "revoked", "expired", "orphan"}
    ),
    "chat": frozenset({"chat", "master", "alice", "bob"}),
    "own dialog": frozenset({"chat", "master", "alice"}),
    "operator or token": frozenset({"operator", "master", "alice", "bob"}),
    "operator": frozenset({"operator", "master"}),
    "analyst": frozenset({"analyst", "master"}),
    "analyst in production": frozenset({"analyst", "master"}),
    "admin": frozenset({"admin", "master"}),
    "signing key": frozenset({"chat"}),
}
WHO = ("nobody", "wrong", "revoked", "expired", "orphan", "alice", "bob", *SCOPES, "master")


@pytest.mark.parametrize("who", WHO)
def test_every_door_opens_to_whom_the_table_says(house: House, who: str) -> None:
    """Without a body: who may come in is told what is missing, and nothing is changed."""
    wrong = []
    for (method, path), needs in NEEDS.items():
        if method == "DELETE" and who in SCOPED[needs]:
            continue  # by a test of its own
        filled = path.replace("{dialog_id}", house.dialog).replace("{seq}", "1").replace("{number}", "A-9")
        filled = filled.replace("{article_id}", "none").replace("{proposal_id}", house.dialog)
        answer = house.call(who, method, filled)
        expected = who in SCOPED[needs]
        refused = answer.status_code in (401, 403) or (
            who == "bob" and needs == "own dialog" and answer.status_code == 404
        )
        if refused == expected:
            wrong.append((method, path, answer.status_code))
        if who in ("nobody", "wrong", "revoked", "expired", "orphan") and not expected:
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert wrong == []


def test_a_missing_credential_names_the_command(house: House) -> None:
    refused = house.call("nobody", "POST", "/api/v1/dialogue/create", {"customer_id": ALICE})
    assert code(refused) == (401, "credential_missing")
    assert "call-center keys create" in refused.json()["detail"]


def test_what_is_wrong_with_a_credential_is_not_told(house: House) -> None:
    told = set()
    for who in ("wrong", "revoked", "expired", "orphan"):
        refused = house.call(who, "GET", "/api/v1/operator/queue")
        assert code(refused) == (401, "credential_wrong")
        told.add(refused.json()["detail"])
    assert len(told) == 1


def test_a_token_creates_and_reads_for_its_customer_alone(house: House) -> None:
    made = house.call("bob", "POST", "/api/v1/dialogue/create", {})
    assert made.status_code == 200
    mine = made.json()["dialog_id"]
    assert house.call("bob", "GET", f"/api/v1/dialogue/{mine}").json()["customer_id"] == BOB
    refused = house.call("bob", "POST", "/api/v1/dialogue/create", {"customer_id": ALICE})
    assert code(refused) == (403, "other_customer")
    listed = house.call("bob", "GET", "/api/v1/dialogue").json()["dialogs"]
    assert {row["customer_id"] for row in listed} == {BOB}
    assert code(house.call("bob", "GET", f"/api/v1/dialogue?customer_id={ALICE}")) == (403, "other_customer")


def test_anothers_dialog_is_as_one_that_does_not_exist(house: House) -> None:
    none = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/message", {"message": "верните деньги"}),
        ("POST", "/close", {}),
        ("POST", "/rating", {"score": 1}),
    ):
        foreign = house.call("bob", method, f"/api/v1/dialogue/{house.dialog}{path}", body)
        absent = house.call("bob", method, f"/api/v1/dialogue/{none}{path}", body)
        assert code(foreign) == code(absent) == (404, "dialog_not_found")
        assert foreign.json()["detail"].replace(house.dialog, none) == absent.json()["detail"]
    assert house.call("alice", "GET", f"/api/v1/dialogue/{house.dialog}").json()["messages"] == []


def test_without_a_token_the_customer_is_still_required(house: House) -> None:
    refused = house.call("chat", "POST", "/api/v1/dialogue/create", {})
    assert code(refused) == (422, "validation_failed")
    assert refused.json()["errors"] == [{"field": "body.customer_id", "problem": "Field required"}]


def test_the_same_idempotency_key_of_two_customers_is_two_keys(house: House) -> None:
    made = []
    for who in ("alice", "bob", "alice"):
        headers = {"Authorization": f"Bearer {house.credentials[who]}", "Idempotency-Key": "the-same"}
        made.append(house.http.post("/api/v1/dialogue/create", json={}, headers=headers).json()["dialog_id"])
    assert made[0] == made[2] != made[1]


def test_a_signed_token_works_at_once(house: House) -> None:
    signed = house.call("chat", "POST", "/api/v1/tokens", {"customer_id": BOB, "seconds": 60})
    assert signed.status_code == 201
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    made = house.http.post("/api/v1/dialogue/create", json={}, headers=headers)
    assert made.json()["customer_id"] == BOB


def test_an_admin_deletes(house: House) -> None:
    made = house.call("alice", "POST", "/api/v1/dialogue/create", {}).json()["dialog_id"]
    assert house.call("admin", "DELETE", f"/api/v1/dialogue/{made}").status_code == 204
    assert code(house.call("alice", "GET", f"/api/v1/dialogue/{made}")) == (404, "dialog_not_found")


def scopes_of(*names: Scope) -> frozenset[Scope]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("given", "direct", "scopes"),
    [
        ({}, True, scopes_of(*SCOPES)),
        ({}, False, scopes_of("chat")),
        ({"operator_key": SecretStr("k")}, True, scopes_of("chat")),
        ({"operator_key": SecretStr("k")}, False, scopes_of("chat")),
        ({"environment": "production"}, True, scopes_of()),
        ({"environment": "production"}, False, scopes_of()),
        ({"environment": "production", "insecure": True}, False, scopes_of(*SCOPES)),
    ],
)
def test_without_a_credential(
    tmp_path: Path, given: dict[str, Any], direct: bool, scopes: frozenset[Scope]
) -> None:
    access = build(settings(tmp_path / "d", **given)).access
    assert access.identify(None, direct).scopes == scopes
    assert not (tmp_path / "d-access").exists()
