"""Accounts: passwords under Argon2id, and a version that sessions name, so that raising it ends them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.access import Caller, CredentialWrong
from app.core.accounts import (
    SCOPES_OF,
    AccountExists,
    AccountInvalid,
    AccountStore,
    AccountUnknown,
    PersonAccount,
    Role,
)
from app.core.audit import ACTOR, Act, AuditLog
from app.core.clock import Clock, utcnow

NAME, SHORTEST, LONGEST = 100, 12, 500
HASHER = PasswordHasher()
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$IEWOqNCPrqe+QzRTvD9g0Q$vbz3i4uYnF9pcaF8n2yMQfNOMVY0wSHUTbpYEI0rLIk"
"""Checked where there is no account, so that the answer takes as long; no password is known for it."""
AT_ONCE = 2
"""Each check takes 64 MiB."""


@dataclass(frozen=True)
class Accounts:
    """Blocking: call it off the event loop. A change is in the audit log before it is made."""

    store: AccountStore
    audit: AuditLog | None = None
    clock: Clock = utcnow
    _turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def create(self, name: str, role: Role, password: str) -> PersonAccount:
        """Raises AccountInvalid or AccountExists."""
        shown = " ".join(unicodedata.normalize("NFC", name).split())
        if not 1 <= len(shown) <= NAME or not shown.isprintable():
            raise AccountInvalid(f"A name has 1 to {NAME} printable characters.")
        account = PersonAccount(fold(shown), shown, role, self._digest(password), 1, self.clock())
        if self.store.find(account.id):
            raise AccountExists(shown)
        self.record("account.created", account.id, role)
        if not self.store.add(account):
            raise AccountExists(shown)
        return account

    def set_role(self, name: str, role: Role) -> None:
        account = self.get(name)
        self.record("account.role", account.id, role)
        self.store.change(account.id, role=role)

    def set_password(self, name: str, password: str) -> None:
        account, digest = self.get(name), self._digest(password)
        self.record("account.password", account.id)
        self.store.change(account.id, digest=digest)

    def disable(self, name: str) -> None:
        account = self.get(name)
        self.record("account.disabled", account.id)
        self.store.change(account.id, disabled_at=self.clock())

    def end_sessions(self, account_id: str) -> None:
        self.store.change(account_id)

    def verify(self, name: str, password: str) -> PersonAccount:
        """Raises CredentialWrong, after the same work for a name that is unknown, disabled or has another
        password."""
        account = self.store.find(fold(name[:NAME]))
        works = account is not None and account.disabled_at is None
        digest = account.digest if account and works else NOBODY
        with self._turns:
            try:
                HASHER.verify(digest, _normal(password[:LONGEST]))
            except (VerificationError, InvalidHashError):
                works = False
        if account is None or not works:
            raise CredentialWrong
        return account

    def caller(self, account_id: str, version: int) -> Caller:
        """Of a session. Raises CredentialWrong for one that has been ended."""
        account = self.store.find(account_id)
        if account is None or account.disabled_at is not None or account.version != version:
            raise CredentialWrong
        return caller_of(account)

    def get(self, name: str) -> PersonAccount:
        """Raises AccountUnknown."""
        account = self.store.find(fold(name))
        if account is None:
            raise AccountUnknown(name)
        return account

    def record(self, what: str, about: str, outcome: str = "done", who: str = "") -> None:
        if self.audit:
            self.audit.append([Act(who or ACTOR.get() or "service", what, about, outcome)])

    @staticmethod
    def _digest(password: str) -> str:
        """Raises AccountInvalid."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise AccountInvalid(f"A password has {SHORTEST} to {LONGEST} characters.")
        return HASHER.hash(_normal(password))


def caller_of(account: PersonAccount) -> Caller:
    return Caller(account.name, SCOPES_OF[account.role], account=account.id, version=account.version)


def fold(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
