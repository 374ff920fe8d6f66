"""People who log in with a name and a password, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from app.core.access import EVERYTHING, Scope
from app.core.exceptions import CallCenterError

Role = Literal["operator", "analyst", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SCOPES_OF: dict[Role, frozenset[Scope]] = {
    "operator": frozenset({"chat", "operator"}),
    "analyst": frozenset({"analyst"}),
    "admin": EVERYTHING,
}


class AccountUnknown(CallCenterError):
    status = 404
    code = "account_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no account {name}; `call-center accounts list` names them.")


class AccountExists(CallCenterError):
    status = 409
    code = "account_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an account {name} already.")


class AccountInvalid(CallCenterError):
    status = 422
    code = "account_invalid"


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """`id` is the folded name. Sessions name the `version` that they were opened under."""

    id: str
    name: str
    role: Role
    digest: str
    version: int
    created_at: datetime
    disabled_at: datetime | None = None


class AccountStore(Protocol):
    """Each method raises StorageUnavailable."""

    def add(self, account: PersonAccount) -> bool:
        """False where the name is taken."""
        ...

    def find(self, account_id: str) -> PersonAccount | None: ...

    def list(self) -> list[PersonAccount]:
        """Oldest first."""
        ...

    def change(
        self,
        account_id: str,
        *,
        role: Role | None = None,
        digest: str | None = None,
        disabled_at: datetime | None = None,
    ) -> bool:
        """Sets what is given and raises the version, which ends all sessions. False where there is none."""
        ...
