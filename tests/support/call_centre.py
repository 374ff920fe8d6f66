"""The whole application on the mock provider, everything over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from app.adapters.openai.breaker import Breaker
from app.adapters.openai.guard import Guard
from app.bootstrap import build
from app.services.workbench import Workbench
from tests.support.mock_llm import MockProvider, running_mock
from tests.support.provider import CANARY
from tests.support.server import running, settings

Json = dict[str, Any]
ROUTING, ANSWERING, CLOSING = "You are the router", "specialist of", "Sum up"
HOST = "provider-internal-host"
DEADLINE = 10.0
SLOW = {"read_timeout", "slow_drip"}


class Clock:
    """What the breaker believes the time to be, in seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Site:
    """`clock` moves only by hand, so an open breaker stays open until a test says otherwise."""

    mock: MockProvider
    bench: Workbench
    http: httpx2.Client
    clock: Clock
    guard: Guard

    def begin(self) -> str:
        created = self.http.post("/api/v1/dialogue/create", json={"customer_id": "customer_123"})
        return str(created.json()["dialog_id"])

    def say(self, dialog: str, text: str, key: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post(f"/api/v1/dialogue/{dialog}/message", json={"message": text}, headers=headers)

    def ask(self, text: str) -> Json:
        """The answer to the first message of a new dialog."""
        reply = self.say(self.begin(), text)
        assert reply.status_code == 200, reply.text
        answer: Json = reply.json()
        return answer

    def view(self, dialog: str) -> Json:
        seen: Json = self.http.get(f"/api/v1/dialogue/{dialog}").json()
        return seen

    def path(self, dialog: str) -> Json:
        """The trace of the last turn."""
        trace: Json = self.view(dialog)["messages"][-1]["path"]
        return trace

    def script(self, *lines: Json) -> None:
        self.mock.state.script.extend(lines)

    def fail(self, fault: str, where: str = "") -> None:
        """From now on, calls whose system prompt holds `where` end in `fault`."""
        self.guard.deadline = 0.8 if fault in SLOW else DEADLINE
        self.mock.config.fault, self.mock.config.fault_in = fault, where

    def heal(self) -> None:
        """The provider answers again and the breaker, if it was open, lets a probe through."""
        self.mock.reset()
        self.guard.deadline = DEADLINE
        self.clock.now += 1000

    @property
    def sent(self) -> list[Json]:
        """The bodies of all model calls since the last reset."""
        return self.mock.state.requests


@contextmanager
def site(storage: Path, **given: Any) -> Iterator[Site]:
    clock = Clock()
    with running_mock() as mock:
        guard = Guard(DEADLINE, Breaker(clock=clock))
        chosen = {"router": "llm", "openai_base_url": mock.url, "openai_api_key": SecretStr(CANARY), **given}
        bench = build(settings(storage, **chosen), guard=guard)
        with (
            running(bench) as url,
            httpx2.Client(base_url=url, timeout=30, trust_env=False) as http,
        ):
            yield Site(mock, bench, http, clock, guard)


def call(name: str, **arguments: object) -> Json:
    """A scripted tool call."""
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


def route_to(agent: str) -> Json:
    """A scripted answer to the routing call."""
    return {"structured": {"agent": agent, "confidence": 0.9, "reason": "as scripted"}}
