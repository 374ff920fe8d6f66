"""People in the workbench: name and password open it, the session signs acts, and can be ended at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.bootstrap import build
from app.bootstrap.access import audit_of
from app.core.access import CredentialWrong
from app.services.access.accounts import HASHER, NOBODY
from app.services.access.sessions import Sessions
from app.services.workbench import Workbench
from app.ui.words import words
from tests.support.server import serving, settings, with_workbench

PAGE = {"Accept": "text/html"}
PASSWORD = "correct horse battery"


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    made = build(settings(tmp_path / "d", ui=True, environment="production"))
    made.access.accounts.create("Анна", "operator", PASSWORD)
    return made


@pytest.fixture
def http(bench: Workbench) -> Iterator[httpx2.Client]:
    with (
        serving(with_workbench(bench)) as url,
        httpx2.Client(base_url=url, timeout=60, trust_env=False) as http,
    ):
        yield http


def log_in(http: httpx2.Client, name: str, password: str = PASSWORD) -> httpx2.Response:
    return http.post("/ui/login", data={"name": name, "password": password})


def status(http: httpx2.Client) -> int:
    return http.get("/ui/ru/", headers=PAGE).status_code


@pytest.mark.parametrize(("name", "password"), [("Анна", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_what_is_wrong_opens_nothing(http: httpx2.Client, name: str, password: str) -> None:
    refused = log_in(http, name, password)
    assert refused.status_code == 401
    assert "Set-Cookie" not in refused.headers


def test_an_act_carries_the_name_of_the_session(http: httpx2.Client, bench: Workbench) -> None:
    created = bench.access.keys.issue("shop", ["chat"])
    headers = {"Authorization": f"Bearer {created.text}"}
    opened = http.post(
        "/api/v1/dialogue/create", json={"customer_id": "customer_123"}, headers=headers
    ).json()
    assert log_in(http, " анна ").status_code == 303
    parts = http.get("/ui/en/config").json()["components"]
    monitor = next(part["id"] for part in parts if part["props"].get("elem_id") == "cc-monitor")
    act = {"what": "take_over", "dialog": opened["dialog_id"], "operator": "somebody else"}
    asked = {"session_hash": "x", "component_id": monitor, "fn_name": "act", "data": act}
    assert http.post("/ui/en/gradio_api/component_server/", json=asked).json()["done"]
    entries = list(audit_of(bench.settings).entries())
    taken = [e.who for e in entries if "take" in e.what]
    assert taken == ["account Анна"], [(e.who, e.what) for e in entries]
    assert audit_of(bench.settings).verify().line is None


def test_logging_out_everywhere_ends_the_other_browsers_sessions(http: httpx2.Client) -> None:
    log_in(http, "Анна")
    with httpx2.Client(base_url=http.base_url, timeout=60, trust_env=False) as other:
        log_in(other, "Анна")
        http.post("/ui/logout")
        assert (status(http), status(other)) == (303, 200)
        log_in(http, "Анна")
        http.post("/ui/logout", data={"everywhere": "1"})
        assert (status(http), status(other)) == (303, 303)


@pytest.mark.parametrize("change", ["disable", "role", "password"])
def test_a_changed_account_loses_its_session_at_the_next_request(
    http: httpx2.Client, bench: Workbench, change: str
) -> None:
    accounts = bench.access.accounts
    accounts.create(change, "operator", PASSWORD)
    log_in(http, change)
    assert status(http) == 200
    if change == "disable":
        accounts.disable(change)
    elif change == "role":
        accounts.set_role(change, "analyst")
    else:
        accounts.set_password(change, PASSWORD * 2)
    assert status(http) == 303
    assert log_in(http, change).status_code == (303 if change == "role" else 401)


def test_logins_and_changes_are_in_the_audit_log_without_the_name_that_was_typed(tmp_path: Path) -> None:
    access = build(settings(tmp_path / "d", environment="production")).access
    access.accounts.create("anna", "admin", PASSWORD)
    sessions = Sessions(access)
    for typed in ("anna", "a-password-in-the-wrong-field"):
        with pytest.raises(CredentialWrong):
            sessions.log_in(typed, "wrong")
    sessions.log_out(sessions.log_in("anna", PASSWORD), everywhere=True)
    key = access.keys.issue("shop", ["chat"]).key
    access.keys.revoke(key.id)
    told = [(e.who, e.what, e.about, e.outcome) for e in audit_of(access.settings).entries()]
    assert told == [
        ("service", "account.created", "anna", "admin"),
        ("somebody", "login", "anna", "credential_wrong"),
        ("somebody", "login", "", "credential_wrong"),
        ("account anna", "login", "anna", "done"),
        ("account anna", "logout.everywhere", "anna", "done"),
        ("service", "key.created", key.id, "done"),
        ("service", "key.revoked", key.id, "done"),
    ]


def test_an_unknown_name_costs_the_same_work() -> None:
    assert not HASHER.check_needs_rehash(NOBODY)


@pytest.mark.parametrize(("host", "secure"), [("127.0.0.1", False), ("desk.example", True)])
def test_in_production_cookies_go_over_https_alone(bench: Workbench, host: str, secure: bool) -> None:
    cookie = Sessions(bench.access).cookie("x", "http", host, "")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (secure, True, "strict")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_in_production_over_plain_http_the_login_says_why_it_refuses(bench: Workbench, language: str) -> None:
    with serving(with_workbench(bench)) as url, httpx2.Client(base_url=url, trust_env=False) as http:
        headers = {"Host": "desk", "Accept-Language": language}
        form = {"name": "Анна", "password": PASSWORD}
        shown, refused = (
            http.get("/ui/login", headers=headers),
            http.post("/ui/login", data=form, headers=headers),
        )
        for page in (shown, refused):
            assert page.status_code == 403
            assert words(language, "frame")["login"]["problems"]["https_needed"] in page.text
            assert "Set-Cookie" not in page.headers


def test_a_trusted_proxy_says_that_the_page_came_over_https(tmp_path: Path) -> None:
    given = settings(tmp_path / "d", ui=True, environment="production", trusted_proxies=["127.0.0.1"])
    made = build(given)
    made.access.accounts.create("Анна", "operator", PASSWORD)
    headers = {"Host": "desk", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    with serving(with_workbench(made)) as url, httpx2.Client(base_url=url, trust_env=False) as http:
        form = {"name": "Анна", "password": PASSWORD}
        entered = http.post("/ui/login", data=form, headers=headers)
        assert entered.status_code == 303
        assert "secure" in entered.headers["Set-Cookie"].lower()
