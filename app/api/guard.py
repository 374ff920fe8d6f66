"""Who may use the operator endpoints: whoever has the key."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.deps import Bench
from app.core.exceptions import CallCenterError

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="OperatorKey",
    description="The OPERATOR_KEY of the service, where it is set.",
)


class OperatorKeyMissing(CallCenterError):
    status = 401
    code = "operator_key_missing"
    challenge = "Bearer"

    def __init__(self) -> None:
        super().__init__("Send the operator key as Authorization: Bearer …")


class OperatorKeyWrong(CallCenterError):
    status = 403
    code = "operator_key_wrong"

    def __init__(self) -> None:
        super().__init__("This is not the operator key.")


class OperatorsClosed(CallCenterError):
    status = 403
    code = "operators_closed"

    def __init__(self) -> None:
        super().__init__("Operator endpoints are closed in production until OPERATOR_KEY is set.")


async def operators_only(
    bench: Bench, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raises OperatorKeyMissing, OperatorKeyWrong or OperatorsClosed."""
    key = bench.settings.operator_key
    if key is None:
        if bench.settings.environment == "production":
            raise OperatorsClosed
        return
    if given is None:
        raise OperatorKeyMissing
    if not secrets.compare_digest(given.credentials.encode(), key.get_secret_value().encode()):
        raise OperatorKeyWrong
