"""The mock provider over real HTTP, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adapters.mocks.llm.server import MockConfig, MockState, create_mock_app


@dataclass(frozen=True, slots=True)
class MockProvider:
    """`url` is what OPENAI_BASE_URL wants; `config` may be changed while it runs."""

    url: str
    state: MockState
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def config(self) -> MockConfig:
        return self.state.config

    @property
    def attempts(self) -> int:
        return len(self.state.requests)

    def reset(self) -> None:
        """Healthy again, with an empty script and log."""
        fresh = MockConfig()
        for name in MockConfig.__slots__:
            setattr(self.config, name, getattr(fresh, name))
        self.state.script.clear()
        self.state.requests.clear()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Requests are taken and counted, but no answer leaves before this ends."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()


@dataclass(frozen=True, slots=True)
class _Gated:
    app: ASGIApp
    gate: threading.Event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def when_open(message: Message) -> None:
            while not self.gate.is_set():  # noqa: ASYNC110 - a gate of another thread
                await asyncio.sleep(0.005)
            await send(message)

        await self.app(scope, receive, when_open)


@contextmanager
def running_mock(config: MockConfig | None = None) -> Iterator[MockProvider]:
    app = create_mock_app(config)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    gate = threading.Event()
    gate.set()
    server = uvicorn.Server(
        uvicorn.Config(_Gated(app, gate), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield MockProvider(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", app.state.mock, gate)
    finally:
        gate.set()
        server.should_exit = True
        thread.join()
        listener.close()
