"""The FastAPI application: routers, middleware, lifespan."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import structlog
from asgi_correlation_id import CorrelationIdMiddleware, correlation_id
from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import errors
from app.api.body import StrictJson
from app.api.caller import Callers
from app.api.connections import Bounding, Bounds
from app.api.deps import insiders, known_parameters
from app.api.description import describe
from app.api.entrance import Entrance
from app.api.headers import RateHeaders, SecurityHeaders
from app.api.middleware import Doors, Head, KnownHosts, OneSpelling, OwnOrigin
from app.api.v1 import analytics, customers, dialogue, health, knowledge, operator, routing, tokens
from app.core.exceptions import StorageUnavailable
from app.services.access.policy import Access
from app.services.access.sessions import Sessions
from app.services.health import VERSION
from app.services.workbench import Workbench

ROUTERS = (
    dialogue.router,
    operator.router,
    operator.approvals_router,
    health.router,
    routing.router,
    knowledge.router,
    analytics.router,
    tokens.router,
    customers.router,
)
_REQUEST_ID = re.compile(r"[\w.:-]{1,128}")


def application(bench: Workbench, warm: bool = False) -> FastAPI:
    """With `warm` the start takes half a second longer, and the first turn no longer than the next ones."""
    *others, last = bench.agents
    closed = bench.settings.environment == "production"
    app = (FastAPI if closed else FastAPIOffline)(
        title="Call Center Agents",
        version=VERSION,
        description=f"Routes each customer to a specialist agent: {', '.join(others)} or {last}.",
        lifespan=_lifespan,
        openapi_url=None if closed else "/openapi.json",
    )
    app.state.workbench, app.state.warm = bench, warm
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1", dependencies=[Depends(known_parameters)])
    app.include_router(health.metrics_router)
    if closed:
        app.add_api_route(
            "/openapi.json", _describe, include_in_schema=False, dependencies=[Depends(insiders)]
        )
    describe(app, bench.agents, anonymous=not closed or bench.settings.insecure)
    errors.install(app)
    _add_middleware(app, bench)
    return app


def _describe(request: Request) -> dict[str, Any]:
    described: dict[str, Any] = request.app.openapi()
    return described


def lead_to_documentation(app: FastAPI) -> FastAPI:
    """Redirects `/` to the API documentation; used when there is no workbench."""

    @app.get("/", include_in_schema=False)
    async def entrance(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{request.scope['root_path']}/docs")

    return app


def _add_middleware(app: FastAPI, bench: Workbench) -> None:
    """The last one added is the outermost."""
    settings = bench.settings
    app.add_middleware(Entrance, sessions=Sessions(bench.access))
    app.add_middleware(Head)
    app.add_middleware(RateHeaders)
    app.add_middleware(StrictJson, limit=settings.max_body_bytes)
    app.add_middleware(Doors)
    app.add_middleware(LogContext)
    app.add_middleware(OwnOrigin, listed=settings.cors_origins)
    app.add_middleware(OneSpelling)
    app.add_middleware(KnownHosts, allowed=settings.allowed_hosts)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Callers, proxies=settings.trusted_proxies)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name="X-Request-ID",
        validator=lambda given: bool(_REQUEST_ID.fullmatch(given)),
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID"],
        expose_headers=[
            "X-Request-ID",
            "Idempotency-Replayed",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
        ],
    )
    settings = bench.settings
    bounds = Bounds.within_open_files(settings.max_connections, settings.client_timeout)
    app.add_middleware(Bounding, bounds=bounds)


class LogContext:
    """Every line logged while a request runs carries its id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = correlation_id.get()
        with structlog.contextvars.bound_contextvars(**({"request_id": request_id} if request_id else {})):
            await self.app(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    bench: Workbench = app.state.workbench
    await bench.start()
    if app.state.warm:
        await bench.warm()
    _announce(bench)
    with DrainOnSigterm(bench):
        yield
    await bench.stop()


def _announce(bench: Workbench) -> None:
    log = structlog.get_logger()
    for agent in bench.agents:
        log.info("agent_ready", agent=agent, model=bench.model_name)
    if (whom := bench.access.openness) == "nobody":
        _provide_a_key(bench.access)
    else:
        mend = "set ENVIRONMENT=production, and make keys with `call-center keys create`"
        log.warning("open_without_key", open_to=whom, mend=mend)
    log.info("service_ready", router=bench.settings.router_name, environment=bench.settings.environment)


def _provide_a_key(access: Access) -> None:
    """A documented start that nobody could use would be none. The log names the file, not the key."""
    try:
        file = access.make_first_key()
    except (StorageUnavailable, OSError) as error:
        structlog.get_logger().error("no_key_made", why=str(error))
        return
    if file:
        structlog.get_logger().warning("first_key_made", file=str(file), next="read it, then remove the file")


class DrainOnSigterm:
    """From SIGTERM on new turns are refused; the server's own handler still runs after ours."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._previous: object = None

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._previous = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, self._on_signal)

    def __exit__(self, *_: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGTERM, self._previous)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._bench.dialogs.refuse_new()
        if callable(self._previous):
            self._previous(number, frame)
