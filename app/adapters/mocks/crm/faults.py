"""The faults that a mock CRM can show, by name. Every error body echoes the caller's token as a canary."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Json = dict[str, Any]
ErrorBody = Callable[[int], Json]
PAGE = b"<!doctype html><html><body><h1>Technical works</h1></body></html>"


@dataclass(slots=True)
class MockCrm:
    """How the server behaves; may be changed while it runs.

    `fault_on` is a pattern for "METHOD /path": only such requests get the fault; after `fault_count` of them
    the server is healthy (None: never). `token` is the only one that is let in.
    """

    token: str = "mock-token"
    fault: str | None = None
    fault_on: str = ""
    fault_count: int | None = None
    retry_after: str = "7"
    requests: list[str] = field(default_factory=list)

    def next_fault(self, request: str) -> str | None:
        self.requests.append(request)
        if self.fault is None or self.fault_count == 0 or not re.search(self.fault_on, request):
            return None
        if self.fault_count is not None:
            self.fault_count -= 1
        return self.fault


@dataclass(frozen=True, slots=True)
class _Call:
    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    canary: str
    error: ErrorBody
    retry_after: str

    async def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        await self.start(status, len(body), kind, **headers)
        await self.send({"type": "http.response.body", "body": body})

    async def start(self, status: int, length: int, kind: str = "application/json", **headers: str) -> None:
        named = {"content-type": kind, "content-length": str(length), **headers}
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})

    async def refuse(self, status: int, **headers: str) -> None:
        await self.answer(status, json.dumps({**self.error(status), "echo": self.canary}).encode(), **headers)

    async def healthy(self) -> tuple[int, bytes]:
        """The effect takes place; the answer is handed back and not sent."""
        status, body = 200, b""

        async def keep(message: Message) -> None:
            nonlocal status, body
            status, body = message.get("status", status), body + message.get("body", b"")

        await self.app(self.scope, self.receive, keep)
        return status, body


def _status(code: int) -> Callable[[_Call], Awaitable[None]]:
    async def show(call: _Call) -> None:
        await call.refuse(code)

    return show


async def _retry_after(call: _Call) -> None:
    await call.refuse(429, retry_after=call.retry_after)


async def _html(call: _Call) -> None:
    await call.answer(200, PAGE, "text/html")


async def _cut_json(call: _Call) -> None:
    status, body = await call.healthy()
    await call.answer(status, body[:-3])


async def _wrong_shape(call: _Call) -> None:
    await call.answer(200, json.dumps({"surprise": call.canary}).encode())


async def _redirect(call: _Call) -> None:
    await call.answer(302, b"", location=f"http://127.0.0.1:9/?leak={call.canary}")


async def _hang(call: _Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass


async def _reset(call: _Call) -> None:
    """Headers and a byte, then the connection is gone; nothing was done."""
    await call.start(200, 100)
    await call.send({"type": "http.response.body", "body": b"{", "more_body": True})


async def _lost(call: _Call) -> None:
    """As `reset`, but the effect took place."""
    await call.healthy()
    await _reset(call)


async def _large(call: _Call) -> None:
    await call.answer(200, b'"' + b"x" * 5_000_000 + b'"')


FAULTS: dict[str, Callable[[_Call], Awaitable[None]]] = {
    **{code: _status(int(code)) for code in ("400", "401", "403", "408", "429", "500", "502", "503")},
    "429_retry_after": _retry_after,
    "cut_json": _cut_json,
    "hang": _hang,
    "html_200": _html,
    "large": _large,
    "lost": _lost,
    "redirect": _redirect,
    "reset": _reset,
    "wrong_shape": _wrong_shape,
}


@dataclass(frozen=True, slots=True)
class Faulty:
    """The application, with the faults of `mock` before it. What begins with /mock is spared."""

    app: ASGIApp
    mock: MockCrm
    error: ErrorBody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        fault = None if path.startswith("/mock") else self.mock.next_fault(f"{scope['method']} {path}")
        if fault is None:
            await self.app(scope, receive, send)
            return
        canary = self.mock.token
        await FAULTS[fault](_Call(self.app, scope, receive, send, canary, self.error, self.mock.retry_after))
