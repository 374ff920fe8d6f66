"""Access to the operator side: with the key; without one, from this machine in development."""

from __future__ import annotations

import secrets

from app.core.config import Settings
from app.core.exceptions import CallCenterError

DIRECT = "callcenter.direct"
"""Key of a request's scope: it comes from this machine, through no proxy and no foreign page."""


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
        super().__init__("The operator key is wrong.")


class OperatorsClosed(CallCenterError):
    status = 403
    code = "operators_closed"

    def __init__(self) -> None:
        super().__init__(
            "No OPERATOR_KEY is set: the operator side is closed in production, and otherwise open only to "
            "callers on the service's own machine. Set OPERATOR_KEY and send it as Authorization: Bearer …"
        )


def openness(settings: Settings) -> str:
    """Who has access to the operator side without a key; empty if a key is set."""
    if settings.operator_key is not None:
        return ""
    if settings.insecure:
        return "everybody"
    return "nobody" if settings.environment == "production" else "callers on this machine"


def has_key(settings: Settings, given: str) -> bool:
    key = settings.operator_key
    return key is not None and secrets.compare_digest(given.encode(), key.get_secret_value().encode())


def admit(settings: Settings, given: str | None, direct: bool) -> None:
    """`direct`: see DIRECT. Raises OperatorKeyMissing, OperatorKeyWrong or OperatorsClosed."""
    key = settings.operator_key
    if key is None:
        whom = openness(settings)
        if whom == "nobody" or (whom != "everybody" and not direct):
            raise OperatorsClosed
        return
    if not given:
        raise OperatorKeyMissing
    if not has_key(settings, given):
        raise OperatorKeyWrong
