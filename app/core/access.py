"""Who calls, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from app.core.exceptions import CallCenterError, DialogNotFound

Scope = Literal["chat", "operator", "analyst", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
EVERYTHING = frozenset(SCOPES)


class CredentialMissing(CallCenterError):
    status = 401
    code = "credential_missing"
    challenge = "Bearer"

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            "Send a key as Authorization: Bearer …; "
            f"`call-center keys create NAME --scope {scope}` makes one on the service's machine."
        )


class CredentialWrong(CallCenterError):
    """One answer for what is unknown, revoked, expired or forged."""

    status = 401
    code = "credential_wrong"
    challenge = 'Bearer error="invalid_token"'

    def __init__(self) -> None:
        super().__init__("The credential is unknown, revoked or expired.")


class ScopeMissing(CallCenterError):
    status = 403
    code = "scope_missing"

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"The credential does not have the scope {scope}.")


class OtherCustomer(CallCenterError):
    status = 403
    code = "other_customer"

    def __init__(self) -> None:
        super().__init__("The token speaks for another customer.")


class TooManyTries(CallCenterError):
    status = 429
    code = "too_many_tries"

    def __init__(self) -> None:
        super().__init__("Too many keys were tried from this address; try again later.")


class HttpsNeeded(CallCenterError):
    status = 403
    code = "https_needed"

    def __init__(self) -> None:
        super().__init__(
            "In production people log in over HTTPS: open the address with https://. Behind a proxy "
            "that ends TLS, set TRUSTED_PROXIES to its address and let it send X-Forwarded-Proto."
        )


class KeyNeeded(CallCenterError):
    status = 403
    code = "key_needed"

    def __init__(self) -> None:
        super().__init__("Tokens are signed by a key of `call-center keys create`; call with such a key.")


class KeyUnknown(CallCenterError):
    status = 404
    code = "key_unknown"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"There is no key {key_id} in use; `call-center keys list` names them.")


@dataclass(frozen=True, slots=True)
class Caller:
    """`name` signs acts; behind it is the key of `key_id`, or the `account` of a person in its `version`.

    With a `customer` it speaks for that one alone.
    """

    name: str = ""
    scopes: frozenset[Scope] = frozenset()
    key_id: str | None = None
    customer: str | None = None
    account: str | None = None
    version: int = 0

    @property
    def person(self) -> str:
        """The name that acts are signed with, whatever a form says; empty where many share the credential."""
        return self.name if self.customer is None and (self.key_id or self.account) else ""

    @property
    def signature(self) -> str:
        """As the audit log names who calls. A customer's token tells no customer."""
        if self.customer is not None:
            return "customer"
        if self.account:
            return f"account {self.name}"
        return f"key {self.name}" if self.key_id else self.name

    def require(self, scope: Scope) -> None:
        """Raises CredentialMissing for who has shown none, else ScopeMissing."""
        if scope not in self.scopes:
            raise ScopeMissing(scope) if self.name else CredentialMissing(scope)

    def require_key(self) -> None:
        """Raises CredentialMissing, ScopeMissing or KeyNeeded for who may not sign tokens."""
        self.require("chat")
        if not self.name:
            raise CredentialMissing("chat")
        if self.key_id is None or self.customer is not None:
            raise KeyNeeded

    def speaks_for(self, given: str | None) -> str | None:
        """The customer of a request that names `given`. Raises OtherCustomer."""
        if self.customer is not None and given not in (None, self.customer):
            raise OtherCustomer
        return self.customer or given

    def check_owner(self, dialog_id: str, customer: str) -> None:
        """Raises DialogNotFound: another's dialog is none."""
        if self.customer not in (None, customer):
            raise DialogNotFound(dialog_id)


ANYBODY = Caller()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`digest` is all that is kept of the secret part."""

    id: str
    name: str
    scopes: frozenset[Scope]
    digest: str
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        return all(end is None or now < end for end in (self.revoked_at, self.expires_at))


class KeyStore(Protocol):
    """Each method raises StorageUnavailable."""

    def secret(self) -> bytes:
        """The same for all who use this store; made on the first call."""
        ...

    def add(self, key: ApiKey) -> None: ...

    def find(self, key_id: str) -> ApiKey | None: ...

    def list(self) -> list[ApiKey]:
        """Oldest first."""
        ...

    def revoke(self, key_id: str, at: datetime) -> bool:
        """False where there is no such key, or it ends before that."""
        ...

    def used(self, key_id: str, at: datetime) -> None: ...
