"""Headers that tell browsers what a page may do, caches what to keep, and callers what is left to them."""

from __future__ import annotations

from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.services.access.limits import Allowance

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSED = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page."""
PAGE = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Gradio and Swagger UI write scripts into the page, and Gradio compiles the handlers of its events."""
YEAR = "max-age=31536000"


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_to(MutableHeaders(scope=message), get_route_path(scope), scope["scheme"])
            await send(message)

        return await self.app(scope, receive, guarded)


def add_to(headers: MutableHeaders, path: str, scheme: str) -> None:
    """What it says itself stands."""
    is_page = headers.get("content-type", "").startswith("text/html")
    wanted = ALWAYS | {"Content-Security-Policy": PAGE if is_page else CLOSED}
    if scheme == "https":
        wanted["Strict-Transport-Security"] = YEAR
    if path.startswith("/api/") or is_page:
        wanted["Cache-Control"] = "no-store"
    for name, value in wanted.items():
        headers.setdefault(name, value)


ALLOWANCE = "allowance"


class RateHeaders:
    """RateLimit and RateLimit-Policy on whatever a limited route answers, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        state = scope.setdefault("state", {})

        async def send_with_rates(message: Message) -> None:
            allowance: Allowance | None = state.get(ALLOWANCE)
            if allowance and message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(allowance.headers)
            await send(message)

        return await self.app(scope, receive, send_with_rates)
