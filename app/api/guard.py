"""Who may use the operator endpoints: whoever has the key."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.deps import Bench
from app.services.operators import admit

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="OperatorKey",
    description="The OPERATOR_KEY of the service, where it is set.",
)


async def operators_only(
    bench: Bench, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raises OperatorKeyMissing, OperatorKeyWrong or OperatorsClosed."""
    admit(bench.settings, given.credentials if given else None)
