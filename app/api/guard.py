"""Who may use the operator endpoints: whoever has the key; without one, this machine."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.deps import Bench
from app.services.operators.auth import DIRECT, admit, has_key

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="OperatorKey",
    description="The OPERATOR_KEY of the service, where it is set.",
)


async def operators_only(
    request: Request, bench: Bench, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raises OperatorKeyMissing, OperatorKeyWrong or OperatorsClosed."""
    admit(bench.settings, given.credentials if given else None, request.scope[DIRECT])


async def paced(request: Request, bench: Bench) -> None:
    """Callers with the operator key speak for many customers, so they are not counted."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not has_key(bench.settings, given.strip()):
        bench.pace.step(request.client.host if request.client else "")
