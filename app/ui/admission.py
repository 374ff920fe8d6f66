"""Who is admitted to what people of the house do: the same as over REST."""

from __future__ import annotations

from gradio.context import LocalContext

from app.core.config import Settings
from app.services import operators


def admit(settings: Settings, given: str | None) -> None:
    """By the request that is being served. Raises as `operators.admit` does."""
    request = LocalContext.request.get(None)  # Gradio's around Starlette's, or the latter alone
    scope = getattr(getattr(request, "request", request), "scope", {})
    operators.admit(settings, given, scope.get(operators.DIRECT, False))
