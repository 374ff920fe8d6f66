"""Customers' tokens, which a key signs for one customer, for hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.access import Caller, CredentialWrong, KeyUnknown
from app.services.access.keys import ApiKeys
from app.services.access.signed import Signer

LONGEST = timedelta(hours=24)
USUAL = timedelta(hours=1)


@dataclass(frozen=True)
class CustomerTokens:
    """Blocking. A token is worth no more than the key behind it, which must be in use and may chat."""

    keys: ApiKeys

    def issue(self, caller: Caller, customer: str, lifetime: timedelta = USUAL) -> tuple[str, datetime]:
        """The token and when it expires. Raises as `Caller.require_key` does."""
        caller.require_key()
        until = (self.keys.clock() + min(lifetime, LONGEST)).replace(microsecond=0)
        return self.signer.sign({"sub": customer, "iss": caller.key_id}, until), until

    def verify(self, text: str) -> Caller:
        """Raises CredentialWrong."""
        claims = self.signer.read(text, "iss")
        try:
            key = self.keys.working(claims["iss"])
        except KeyUnknown:
            raise CredentialWrong from None
        if "chat" not in key.scopes:
            raise CredentialWrong
        return Caller(key.name, frozenset({"chat"}), key.id, claims["sub"])

    @property
    def signer(self) -> Signer:
        return Signer(self.keys, "customer")
