"""Who is admitted to what people of the house do: the same as over REST."""

from __future__ import annotations

from app.core.config import Settings
from app.services.operators import auth
from app.ui.request import asking


def admit(settings: Settings, given: str | None) -> None:
    """By the request that is being served. Raises as `auth.admit` does."""
    request = asking()
    auth.admit(settings, given, bool(request and request.scope.get(auth.DIRECT, False)))
