"""The workbench in production: closed without a session, open with the key that a person has shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from app.bootstrap import build
from app.core.access import CredentialWrong
from app.services.access.keys import Issued
from app.services.access.limits import TRIES
from app.services.access.sessions import RENEWED, Sessions
from app.services.workbench import Workbench
from app.ui.words import words
from tests.support.operator import code
from tests.support.server import serving, settings, with_workbench
from tests.unit.services.access.test_keys import Clock

PAGE = {"Accept": "text/html,application/xhtml+xml"}
IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)
MASTER = "master-of-everything"
DOORS = (
    ("GET", "/ui/ru/config"),
    ("POST", "/ui/ru/gradio_api/queue/join"),
    ("POST", "/ui/en/gradio_api/component_server/"),
    ("GET", "/ui/ru/gradio_api/queue/data?session_hash=x"),
    ("POST", "/ui/ru/gradio_api/upload"),
    ("GET", "/ui/ru/gradio_api/info"),
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    folder = tmp_path_factory.mktemp("house") / "dialogs"
    return build(settings(folder, ui=True, environment="production", operator_key=SecretStr(MASTER)))


@pytest.fixture(scope="module")
def url(bench: Workbench) -> Iterator[str]:
    with serving(with_workbench(bench)) as url:
        yield url


@pytest.fixture
def http(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        yield http


@pytest.fixture
def issued(bench: Workbench) -> Issued:
    return bench.access.keys.issue("anna", ["operator"])


def enter(http: httpx2.Client, key: str) -> httpx2.Response:
    return http.post("/ui/login", data={"key": key}, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.mark.parametrize("address", ["/ui/", "/ui/ru/", "/ui/en/?tab=monitor", "/ui/nothing"])
def test_a_page_leads_to_the_login(http: httpx2.Client, address: str) -> None:
    turned = http.get(address, headers=PAGE)
    assert (turned.status_code, turned.headers["Location"]) == (303, "/ui/login")


@pytest.mark.parametrize(("method", "address"), DOORS)
def test_every_door_of_the_page_is_closed(http: httpx2.Client, method: str, address: str) -> None:
    refused = http.request(method, address, json={} if method == "POST" else None)
    assert code(refused) == (401, "credential_missing")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_login_speaks_the_language_of_the_browser(http: httpx2.Client, language: str) -> None:
    page = http.get("/ui/login", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_a_key_opens_the_rooms_and_logging_out_closes_them(http: httpx2.Client, issued: Issued) -> None:
    entered = enter(http, issued.text)
    assert (entered.status_code, entered.headers["Location"]) == (303, "/ui/")
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert issued.text not in cookie
    assert http.get("/ui/ru/", headers=PAGE).status_code == 200
    config = http.get("/ui/ru/config").json()
    assert config["components"]
    assert http.post("/ui/logout").headers["Location"] == "/ui/login"
    assert http.get("/ui/ru/", headers=PAGE).status_code == 303


def test_a_session_carries_the_scopes_of_its_key(
    http: httpx2.Client, bench: Workbench, issued: Issued
) -> None:
    """An operator decides approvals, and an analyst does not."""
    said = {}
    for who, key in (("anna", issued.text), ("zoe", bench.access.keys.issue("zoe", ["analyst"]).text)):
        enter(http, key)
        parts = http.get("/ui/en/config").json()["components"]
        monitor = next(part["id"] for part in parts if part["props"].get("elem_id") == "cc-monitor")
        deed = {"what": "approve", "number": "A-1", "operator": "x"}
        asked = {"session_hash": "x", "component_id": monitor, "fn_name": "act", "data": deed}
        answer = http.post("/ui/en/gradio_api/component_server/", json=asked).json()
        said[who] = answer.get("said") or answer["detail"]
    assert said["zoe"] == words("en", "problems")["codes"]["scope_missing"]
    assert said["anna"] == words("en", "monitor")["problems"]["approval_not_found"]


def test_a_revoked_key_ends_its_sessions(http: httpx2.Client, bench: Workbench, issued: Issued) -> None:
    enter(http, issued.text)
    assert http.get("/ui/ru/", headers=PAGE).status_code == 200
    bench.access.keys.revoke(issued.key.id)
    assert http.get("/ui/ru/", headers=PAGE).status_code == 303


def test_what_is_no_key_is_told_and_tried_a_few_times_only(bench: Workbench) -> None:
    token, _ = bench.access.tokens.issue(
        bench.access.identify(bench.access.keys.issue("shop", ["chat"]).text, False), "customer_123"
    )
    with serving(with_workbench(bench)) as fresh, httpx2.Client(base_url=fresh, trust_env=False) as http:
        for wrong in ("", "wrong", token, "cck_0123456789ab_" + "A" * 43):
            refused = enter(http, wrong)
            assert refused.status_code == 401
            assert 'role="alert"' in refused.text
            assert "Set-Cookie" not in refused.headers
        assert enter(http, "x" * 5000).status_code == 413
        assert [enter(http, "wrong").status_code for _ in range(TRIES)][-1] == 429


@pytest.mark.parametrize("forged", ["x", "a.b.c", "ж", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
def test_a_forged_session_is_none(http: httpx2.Client, forged: str) -> None:
    headers = {b"Accept": b"text/html", b"Cookie": f"cc_session={forged}".encode()}
    assert http.get("/ui/ru/", headers=headers).status_code == 303


def test_a_page_of_another_origin_opens_no_session(http: httpx2.Client, issued: Issued) -> None:
    refused = http.post("/ui/login", data={"key": issued.text}, headers={"Origin": "https://evil.example"})
    assert code(refused) == (403, "foreign_origin")


def test_a_session_ends_when_idle_and_after_a_day_s_work(tmp_path: Path) -> None:
    clock = Clock()
    access = build(settings(tmp_path / "d", environment="production"), clock=clock).access
    sessions, key = Sessions(access), access.keys.issue("anna", ["operator"])
    text = sessions.open(key.text)
    clock.now += IDLE
    with pytest.raises(CredentialWrong):
        sessions.read(text)
    text, began = sessions.open(key.text), clock.now
    while clock.now - began < LONGEST - IDLE / 2:
        clock.now += IDLE / 2
        session = sessions.read(text)
        assert session.caller.name == "anna"
        text = sessions.renew(session) or text
    clock.now = began + LONGEST
    with pytest.raises(CredentialWrong):
        sessions.read(text)


def test_a_session_is_signed_again_once_in_a_while(tmp_path: Path) -> None:
    clock = Clock()
    access = build(settings(tmp_path / "d", environment="production"), clock=clock).access
    sessions = Sessions(access)
    text = sessions.open(access.keys.issue("anna", ["operator"]).text)
    assert sessions.renew(sessions.read(text)) is None
    clock.now += RENEWED + timedelta(seconds=1)
    assert sessions.renew(sessions.read(text)) not in (None, text)


def test_another_operator_key_ends_the_sessions_of_the_former(tmp_path: Path) -> None:
    given = {"environment": "production", "access_secret": SecretStr("s" * 32)}
    first = Sessions(build(settings(tmp_path / "d", operator_key=SecretStr("a" * 8), **given)).access)
    text = first.open("a" * 8)
    assert first.read(text).caller.name == "OPERATOR_KEY"
    for key in (SecretStr("b" * 8), None):
        with pytest.raises(CredentialWrong):
            Sessions(build(settings(tmp_path / "d", operator_key=key, **given)).access).read(text)
