"""The request that is being answered, wherever in a room that is.

Who is admitted to what people of the house do: the same as over REST.

The time zone of the browser that is being answered; its page tells it in a cookie.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any
from urllib.parse import unquote

from gradio.context import LocalContext
from starlette.requests import Request

from app.core.config import Settings
from app.services.analytics.period import PeriodInvalid, zone_of
from app.services.operators import auth


def asking() -> Request | None:
    """None where no page asks. Gradio has its own around Starlette's, or the latter alone."""
    found: Any = LocalContext.request.get(None)
    request: Request | None = getattr(found, "request", found)
    return request


def host() -> str:
    """The address that asks; empty where none is known."""
    request = asking()
    return request.client.host if request and request.client else ""


def admit(settings: Settings, given: str | None) -> None:
    """By the request that is being served. Raises as `auth.admit` does."""
    request = asking()
    auth.admit(settings, given, bool(request and request.scope.get(auth.DIRECT, False)))


def here() -> tzinfo:
    """UTC where nobody is answered, or what is told is no zone."""
    request = asking()
    told = request.cookies.get("cc_zone", "") if request else ""
    try:
        return zone_of(unquote(told)) if told else UTC
    except PeriodInvalid:
        return UTC
