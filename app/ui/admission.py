"""Who is admitted to what people of the house do: the same as over REST."""

from __future__ import annotations

from app.core.config import Settings
from app.services import operators
from app.ui.asking import asking


def admit(settings: Settings, given: str | None) -> None:
    """By the request that is being served. Raises as `operators.admit` does."""
    request = asking()
    operators.admit(settings, given, bool(request and request.scope.get(operators.DIRECT, False)))
