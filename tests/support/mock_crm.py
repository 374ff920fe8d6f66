"""A mock CRM over real HTTP in a thread, and a client that is pointed at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import uvicorn

from app.adapters.crm.clients import client_of
from app.adapters.mocks.crm.faults import MockCrm
from app.adapters.mocks.crm.server import Keeper, create_mock, environment
from app.core.config import Settings
from app.core.events import Event, EventKind
from app.core.outbox import CrmClient

CANARY = "canary-4d1f70"
SECRET = "whsec_Y2FuYXJ5LTRkMWY3MC1vZi1hLXdlYmhvb2stc2VjcmV0"
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunningCrm:
    """`environment` holds the settings that lead to it."""

    kind: str
    url: str
    mock: MockCrm
    keeper: Keeper

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.kind, self.url, self.mock.token)

    def fail(self, fault: str, on: str = "", count: int | None = None) -> None:
        self.mock.fault, self.mock.fault_on, self.mock.fault_count = fault, on, count

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return list(self.keeper.records.get(kind, {}).values())

    def arrived(self, dialog_id: str) -> list[int]:
        """Numbers of the events of a dialog at the webhook, in the order in which they came first."""
        data = [row["data"] for row in self.rows("events")]
        return [each["number"] for each in data if each["dialog_id"] == dialog_id]


@contextmanager
def running_crm(kind: str) -> Iterator[RunningCrm]:
    mock = MockCrm(token=SECRET if kind == "webhook" else CANARY)
    app, keeper = create_mock(kind, mock)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield RunningCrm(kind, f"http://127.0.0.1:{listener.getsockname()[1]}", mock, keeper)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@asynccontextmanager
async def client_at(crm: RunningCrm, **given: object) -> AsyncIterator[CrmClient]:
    settings = {name.lower(): value for name, value in crm.environment.items()}
    client = client_of(Settings(_env_file=None, **{**settings, **given}))  # type: ignore[arg-type]
    assert client is not None
    try:
        yield client
    finally:
        await client.aclose()


def event(
    kind: EventKind, number: int, dialog: str = "d1", customer: str = "customer_1", **data: Any
) -> Event:
    return Event(
        id=f"{dialog}:{number}",
        dialog_id=dialog,
        number=number,
        kind=kind,
        customer_id=customer,
        at=AT,
        data=data,
    )
