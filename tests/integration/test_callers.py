"""Without a key the operator side answers this machine alone; only our proxies say where we are."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api.middleware import KnownHosts
from app.bootstrap import build
from app.main import create_app
from app.ui.words import words
from tests.support.operator import code
from tests.support.server import serving, settings, with_workbench

pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
QUEUE = "/api/v1/operator/queue"
STAFFING = "/api/v1/analytics/staffing?per_hour=10"
CREATE = "/api/v1/dialogue/create"
FORWARDED = [
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-For": "127.0.0.1:4711"},
    {"X-Forwarded-For": "::1"},
    {"X-Forwarded-For": ""},
    {"Forwarded": "for=127.0.0.1;host=localhost"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"},
    {"X-Forwarded-Proto": "https"},
    {"Via": "1.1 proxy"},
    {"CF-Connecting-IP": "127.0.0.1"},
    {"Fastly-Client-IP": "127.0.0.1"},
    {"X-Envoy-External-Address": "127.0.0.1"},
]
LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
ELSEWHERE = [
    "203.0.113.5",
    "10.0.0.7",
    "172.17.0.1",
    "2001:db8::5",
    "::ffff:10.0.0.7",
    "testclient",
    "0.0.0.0",
    "",
]


def asked(
    app: ASGIApp, peer: str | None, path: str = QUEUE, host: str = "localhost", **more: Any
) -> httpx2.Response:
    """One request whose socket ends at `peer`; None is a unix socket."""

    async def run() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=_at(app, peer))
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as http:
            headers = {"Host": host, **more.pop("headers", {})}
            return await http.request(more.pop("method", "GET"), path, headers=headers, **more)

    return asyncio.run(run())


def _at(app: ASGIApp, peer: str | None) -> ASGIApp:
    return lambda scope, receive, send: app(
        {**scope, "client": None if peer is None else (peer, 4711)}, receive, send
    )


@pytest.fixture(scope="module")
def open_app(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """As started without any setting."""
    return create_app(build(settings(tmp_path_factory.mktemp("open"))))


@pytest.mark.parametrize("peer", LOOPBACK)
@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_without_a_key_this_machine_is_admitted(open_app: ASGIApp, peer: str, host: str) -> None:
    assert asked(open_app, peer, STAFFING, host=host).status_code == 200


@pytest.mark.parametrize("peer", [*ELSEWHERE, None])
def test_without_a_key_nobody_else_is(open_app: ASGIApp, peer: str | None) -> None:
    refused = asked(open_app, peer)
    assert code(refused) == (401, "credential_missing")
    assert "call-center keys" in refused.json()["detail"]
    assert asked(open_app, peer, CREATE, method="POST", json={}).status_code == 422  # the chat is open


@pytest.mark.parametrize("headers", FORWARDED)
@pytest.mark.parametrize("server", ["plain", "uvicorn", "uvicorn that trusts everybody"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "203.0.113.5"])
def test_what_came_through_a_proxy_is_not_from_this_machine(
    open_app: ASGIApp, headers: dict[str, str], server: str, peer: str
) -> None:
    app: Any = open_app
    if server != "plain":
        app = ProxyHeadersMiddleware(app, "*" if server.endswith("everybody") else "127.0.0.1")
    assert code(asked(app, peer, headers=headers)) == (401, "credential_missing")


@pytest.mark.parametrize("host", ["evil.example", "shop", "localhost.evil.example", "192.168.1.5", "0.0.0.0"])
def test_a_name_that_leads_to_this_machine_is_not_this_machine(open_app: ASGIApp, host: str) -> None:
    """DNS rebinding: the page's own name resolves to 127.0.0.1."""
    assert asked(open_app, "127.0.0.1", host=host).status_code in (400, 401)


def test_insecure_opens_it_to_everybody(tmp_path: Path) -> None:
    app = create_app(build(settings(tmp_path, environment="production", insecure=True)))
    for headers in ({}, {"X-Forwarded-For": "203.0.113.5"}):
        assert asked(app, "203.0.113.5", STAFFING, headers=headers).status_code == 200


def test_a_unix_socket_is_a_proxy(tmp_path: Path, open_app: ASGIApp) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with (
            serving(open_app, listener=listener, lifespan="off"),
            httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path)), base_url="http://localhost") as http,
        ):
            assert code(http.get(QUEUE)) == (401, "credential_missing")
            assert http.post(CREATE, json={}).status_code == 422


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """With a workbench, and proxies of ours."""
    proxies = ["10.0.0.0/8", "2001:db8::/32"]
    return with_workbench(build(settings(tmp_path_factory.mktemp("p"), ui=True, trusted_proxies=proxies)))


@pytest.fixture(scope="module")
def pages(behind: ASGIApp) -> Iterator[httpx2.Client]:
    with serving(behind) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        yield http


def part(page: Mapping[str, Any], name: str) -> int:
    return next(int(c["id"]) for c in page["components"] if c["props"].get("elem_id") == name)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_rooms_are_closed_as_the_api_is(pages: httpx2.Client, language: str) -> None:
    monitor = part(pages.get(f"/ui/{language}/config").json(), "cc-monitor")
    deed = {"what": "approve", "number": "A-1", "operator": "anna"}
    asked = {"session_hash": "x", "component_id": monitor, "fn_name": "act", "data": deed}
    door = f"/ui/{language}/gradio_api/component_server/"
    here = pages.post(door, json=asked).json()
    there = pages.post(door, json=asked, headers={"X-Forwarded-For": "203.0.113.5"}).json()
    closed = words(language, "monitor")["problems"]["credential_missing"]
    assert there == {"done": False, "said": closed}
    assert here["said"] == words(language, "monitor")["problems"]["approval_not_found"]


def test_an_event_of_a_room_is_asked_the_same(pages: httpx2.Client) -> None:
    """Events run in Gradio's queue, after their request was answered."""
    page = pages.get("/ui/en/config").json()
    show = part(page, "an-show")
    event = next(e for e in page["dependencies"] if [show, "click"] in [list(t) for t in e["targets"]])
    given = ["7", "", "", "UTC", "", "", ""]
    assert len(given) == len(event["inputs"])
    said = {}
    for who, headers in (("here", {}), ("there", {"Forwarded": "for=203.0.113.5"})):
        body = {"data": given, "fn_index": event["id"], "session_hash": who, "trigger_id": show}
        pages.post("/ui/en/gradio_api/queue/join", json=body, headers=headers).raise_for_status()
        said[who] = pages.get("/ui/en/gradio_api/queue/data", params={"session_hash": who}).text
    closed = words("en", "analytics")["problems"]["credential_missing"]
    assert closed in said["there"]
    assert closed not in said["here"]


def root_of(app: ASGIApp, peer: str, **headers: str) -> str:
    """Where Gradio says that its page is, and thus where the page sends what is typed."""
    return str(asked(app, peer, "/ui/en/config", host="calls", headers=headers).json()["root"])


SAID = {
    "X-Forwarded-Host": "desk",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/help",
    "X-Gradio-Server": "http://evil.example",
}


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::9"])
def test_a_proxy_of_ours_says_where_we_are(behind: ASGIApp, peer: str) -> None:
    assert root_of(behind, peer, **SAID) == "https://desk/help/ui/en"
    assert root_of(behind, peer) == "http://calls/ui/en"
    assert root_of(behind, peer, **SAID | {"X-Forwarded-Port": "8443"}) == "https://desk:8443/help/ui/en"
    assert root_of(behind, peer, **SAID | {"X-Forwarded-Host": "evil, desk"}) == "https://desk/help/ui/en"
    for prefix in ("//evil.example", "/../x", "https://evil.example", "/a b", "x"):
        assert root_of(behind, peer, **SAID | {"X-Forwarded-Prefix": prefix}) == "https://desk/ui/en"
    there = asked(behind, peer, "/ui/", host="calls", headers=SAID)
    assert there.headers["Location"] == "/help/ui/ru/"


@pytest.mark.parametrize("peer", ["127.0.0.1", "203.0.113.5", "11.0.0.1"])
def test_nobody_else_does(behind: ASGIApp, peer: str) -> None:
    assert root_of(behind, peer, **SAID) == "http://calls/ui/en"
    assert root_of(behind, peer, **SAID | {"X-Forwarded-For": "10.1.2.3"}) == "http://calls/ui/en"
    foreign = {"Origin": "https://desk", **SAID}
    assert code(asked(behind, peer, CREATE, method="POST", json={}, headers=foreign)) == (
        403,
        "foreign_origin",
    )
    assert asked(behind, "10.1.2.3", CREATE, method="POST", json={}, headers=foreign).status_code == 422


HERE = ["localhost", "localhost:8000", "127.0.0.1", "[::1]:80"]
HOSTS: dict[str, tuple[list[str], list[str]]] = {
    "": (["calls", "192.168.1.5:8000", "[2001:db8::1]:80"], ["evil.example", "calls.example", "calls."]),
    "calls.example": (["calls.example", "CALLS.example:8443"], ["calls", "a.calls.example", "192.168.1.5"]),
    "*.calls.example": (["a.calls.example", "b.a.calls.example"], ["calls.example", "xcalls.example"]),
    "calls, 192.168.1.5": (["192.168.1.5", "calls"], ["192.168.1.6", "calls.evil.example"]),
    "*": (["evil.example", "calls", "192.168.1.5"], []),
}


@pytest.mark.parametrize("allowed", HOSTS)
def test_only_known_names_are_answered(tmp_path: Path, allowed: str) -> None:
    app = KnownHosts(PlainTextResponse("fine"), settings(tmp_path, allowed_hosts=allowed).allowed_hosts)
    known, unknown = HOSTS[allowed]
    for host in known + HERE:
        assert asked(app, "203.0.113.5", host=host).status_code == 200, host
    for host in unknown:
        assert code(asked(app, "203.0.113.5", host=host)) == (400, "host_unknown"), host


def test_malformed_and_doubled_names_are_unknown(open_app: ASGIApp) -> None:
    for host in ("calls/x", "a b", "[::1", "user@calls", "calls:80:80"):
        assert asked(open_app, "127.0.0.1", "/api/v1/health/live", host=host).status_code == 400, host
