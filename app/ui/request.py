"""The request that is being answered, wherever in a room that is."""

from __future__ import annotations

from typing import Any

from gradio.context import LocalContext
from starlette.requests import Request


def asking() -> Request | None:
    """None where no page asks. Gradio has its own around Starlette's, or the latter alone."""
    found: Any = LocalContext.request.get(None)
    request: Request | None = getattr(found, "request", found)
    return request


def host() -> str:
    """The address that asks; empty where none is known."""
    request = asking()
    return request.client.host if request and request.client else ""
