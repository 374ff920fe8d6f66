"""The request being served: its client, its access to the operator side, the time zone of its browser."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any
from urllib.parse import unquote

from gradio.context import LocalContext
from starlette.requests import Request

from app.core.access import ANYBODY, Caller, Scope
from app.core.audit import ACTOR
from app.services.access.limits import Allowance, RateLimits
from app.services.access.policy import CALLER, DIRECT, Access
from app.services.analytics.period import PeriodInvalid, zone_of


def current_request() -> Request | None:
    """Starlette's request, which Gradio may wrap; None outside a request."""
    found: Any = LocalContext.request.get(None)
    request: Request | None = getattr(found, "request", found)
    return request


def client_host() -> str:
    """The address of the client; empty where none is known."""
    request = current_request()
    return request.client.host if request and request.client else ""


def allowance_of(limits: RateLimits) -> Allowance:
    """What the current request draws on."""
    request = current_request()
    caller: Caller | None = request.scope.get(CALLER) if request else None
    return limits.allowance(caller or ANYBODY, client_host())


def admit(access: Access, given: str | None, scope: Scope = "operator") -> Caller:
    """Who sends the current request, checked as REST does, with the same errors."""
    request = current_request()
    scope_of = request.scope if request else {}
    person: Caller | None = None if given else scope_of.get(CALLER)
    caller = person or access.identify(given, bool(scope_of.get(DIRECT, False)))
    caller.require(scope)
    ACTOR.set(caller.signature)
    return caller


def sender() -> str:
    """Whose session or key the current request came with, as the audit log names them; empty for nobody's."""
    request = current_request()
    caller: Caller | None = request.scope.get(CALLER) if request else None
    return caller.signature if caller else ""


def browser_zone() -> tzinfo:
    """The zone in the cookie that the page sets; UTC outside a request, or where the cookie names no zone."""
    request = current_request()
    name = request.cookies.get("cc_zone", "") if request else ""
    try:
        return zone_of(unquote(name)) if name else UTC
    except PeriodInvalid:
        return UTC
