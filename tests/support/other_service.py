"""Another product's service with the documented REST API, in a thread. It counts what it is asked."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]


@dataclass
class OtherService:
    """`rule` gives the agent of a text, or the HTTP status to fail with. `routes`: whether /route exists.

    From the question number `hold_at` on no answer leaves before `gate` is set; `held` tells that it is so.
    """

    rule: Callable[[str], str | int]
    routes: bool = True
    hold_at: int | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    dialogs: list[list[str]] = field(default_factory=list)
    url: str = ""

    async def route(self, request: Request) -> Response:
        if not self.routes:
            return JSONResponse({"detail": "Not Found"}, 404)
        return await self._answer("agent", (await request.json())["text"], confidence=0.8)

    async def create(self, request: Request) -> Response:
        text = (await request.json())["initial_message"]
        self.dialogs.append([text])
        return await self._answer("assigned_agent", text, dialog_id=str(len(self.dialogs) - 1))

    async def message(self, request: Request) -> Response:
        text = (await request.json())["message"]
        self.dialogs[int(request.path_params["dialog"])].append(text)
        return await self._answer("current_agent", text, tokens_used=7)

    async def _answer(self, name: str, text: str, **more: object) -> Response:
        self.asked.append(text)
        while self.hold_at is not None and len(self.asked) > self.hold_at and not self.gate.is_set():
            self.held.set()
            await asyncio.sleep(0.005)
        answer = self.rule(text)
        if isinstance(answer, int):
            return JSONResponse({"detail": "no"}, answer, {"Retry-After": "0"})
        return JSONResponse({name: answer, **more})


@contextmanager
def other_service(
    rule: Callable[[str], str | int], routes: bool = True, hold_at: int | None = None
) -> Iterator[OtherService]:
    service = OtherService(rule, routes, hold_at)
    app = Starlette(
        routes=[
            Route("/api/v1/route", service.route, methods=["POST"]),
            Route("/api/v1/dialogue/create", service.create, methods=["POST"]),
            Route("/api/v1/dialogue/{dialog}/message", service.message, methods=["POST"]),
        ]
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        service.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield service
    finally:
        service.gate.set()
        server.should_exit = True
        thread.join()
        listener.close()
