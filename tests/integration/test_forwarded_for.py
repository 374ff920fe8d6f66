"""Limits count the caller behind a proxy of ours, and nobody chooses the address that is counted."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.caller import Callers
from app.bootstrap import build
from app.main import create_app
from tests.support.server import settings

PROXY, OURS, CALLER, LIE = "10.0.0.1", ["10.0.0.0/8", "2001:db8:1::/48"], "203.0.113.5", "198.51.100.9"
CREATE = "/api/v1/dialogue/create"


def sent(app: ASGIApp, peer: str | None, *forwarded: str, **more: Any) -> httpx2.Response:
    """One request over a connection from `peer`, with a header for each value."""

    async def at(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": None if peer is None else (peer, 4711)}, receive, send)

    async def run() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=at)
        headers = [("X-Forwarded-For", value) for value in forwarded]
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.request(
                more.pop("method", "GET"), more.pop("path", "/"), headers=headers, **more
            )

    return asyncio.run(run())


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    client = Request(scope).client
    await JSONResponse(client and client.host)(scope, receive, send)


def seen(peer: str | None, *forwarded: str, proxies: list[str] = OURS) -> Any:
    return sent(Callers(echo, proxies), peer, *forwarded).json()


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ([], PROXY),
        ([CALLER], CALLER),
        ([f"{CALLER}:4711"], CALLER),
        (["2001:db8::5"], "2001:db8::5"),
        (["[2001:db8::5]:4711"], "2001:db8::5"),
        ([f"::ffff:{CALLER}"], CALLER),
        ([f"{LIE}, {CALLER}"], CALLER),
        ([LIE, CALLER], CALLER),
        ([f"{LIE}, {CALLER}, 10.0.0.2", "2001:db8:1::7"], CALLER),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ([f"{LIE}, unknown"], PROXY),
        ([f"{LIE}, nonsense, 10.0.0.2"], "10.0.0.2"),
        ([""], PROXY),
        (["[", "1.2.3.4.5"], PROXY),
    ],
)
def test_a_proxy_of_ours_tells_the_caller(forwarded: list[str], counted: str) -> None:
    assert seen(PROXY, *forwarded) == counted


@pytest.mark.parametrize("peer", ["127.0.0.1", "203.0.113.77", "11.0.0.1", "2001:db8:2::1"])
@pytest.mark.parametrize("forwarded", [LIE, f"{LIE}, 10.0.0.2", "10.0.0.1", "127.0.0.1"])
def test_nobody_else_chooses_an_address(peer: str, forwarded: str) -> None:
    assert seen(peer, forwarded) == peer
    assert seen(peer, forwarded, proxies=[]) == peer


def test_where_every_proxy_is_trusted_the_nearest_ones_word_counts() -> None:
    assert seen(CALLER, f"{LIE}, {CALLER}", proxies=["*"]) == CALLER
    assert seen(None, f"{LIE}, {CALLER}", proxies=["*"]) == CALLER
    assert seen(None, proxies=["*"]) is None
    assert seen(None, LIE) is None


def test_the_limit_of_an_address_is_the_callers(tmp_path: Any) -> None:
    given = {"trusted_proxies": OURS, "new_dialogs_per_minute": 1}
    app = create_app(build(settings(tmp_path / "dialogs", **given)))

    def opens(peer: str, *forwarded: str) -> int:
        asked = {"method": "POST", "path": CREATE, "json": {"customer_id": "c"}}
        return sent(app, peer, *forwarded, **asked).status_code

    assert [opens(PROXY, CALLER), opens(PROXY, CALLER), opens(PROXY, LIE)] == [200, 429, 200]
    assert [opens(PROXY, f"198.51.100.{n}, {CALLER}") for n in range(20, 25)] == [429] * 5
    assert opens("192.0.2.1", "198.51.100.50") == 200
    assert [opens("192.0.2.1", f"198.51.100.{n}") for n in range(51, 55)] == [429] * 4
