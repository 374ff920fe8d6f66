"""Customers' tokens: JSON Web Tokens (RFC 7519) which a key signs for one customer, for hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from app.core.access import Caller, CredentialWrong, KeyUnknown
from app.services.access.keys import ApiKeys

ALGORITHM = "HS256"
AUDIENCE = "customer"
LONGEST = timedelta(hours=24)
USUAL = timedelta(hours=1)


@dataclass(frozen=True)
class CustomerTokens:
    """Blocking. A token is worth no more than the key behind it: both must be in use and may chat."""

    keys: ApiKeys

    def issue(self, caller: Caller, customer: str, lifetime: timedelta = USUAL) -> tuple[str, datetime]:
        """The token and when it expires. Raises as `Caller.require_key` does."""
        caller.require_key()
        now = self.keys.clock()
        until = (now + min(lifetime, LONGEST)).replace(microsecond=0)
        claims = {"sub": customer, "iss": caller.key_id, "aud": AUDIENCE, "iat": now, "exp": until}
        return jwt.encode(claims, self._secret(), ALGORITHM), until

    def verify(self, text: str) -> Caller:
        """Raises CredentialWrong."""
        try:
            claims = jwt.decode(
                text,
                self._secret(),
                [ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sub", "iss", "exp"], "verify_exp": False, "verify_iat": False},
            )
            if claims["exp"] <= self.keys.clock().timestamp():
                raise CredentialWrong
            key = self.keys.working(claims["iss"])
        except (jwt.InvalidTokenError, KeyUnknown):
            raise CredentialWrong from None
        if "chat" not in key.scopes:
            raise CredentialWrong
        return Caller(key.name, frozenset({"chat"}), key.id, claims["sub"])

    def _secret(self) -> bytes:
        return b"customer token" + self.keys.store.secret()
