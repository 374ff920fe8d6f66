"""Who may act as a person of the house: whoever has the key."""

from __future__ import annotations

import secrets

from app.core.config import Settings
from app.core.exceptions import CallCenterError


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


def admit(settings: Settings, given: str | None) -> None:
    """Raises OperatorKeyMissing, OperatorKeyWrong or OperatorsClosed."""
    key = settings.operator_key
    if key is None:
        if settings.environment == "production":
            raise OperatorsClosed
        return
    if not given:
        raise OperatorKeyMissing
    if not secrets.compare_digest(given.encode(), key.get_secret_value().encode()):
        raise OperatorKeyWrong
