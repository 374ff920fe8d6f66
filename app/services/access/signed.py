"""Signed statements: JSON Web Tokens (RFC 7519) under a secret that is derived for each kind of them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from app.core.access import CredentialWrong
from app.services.access.keys import ApiKeys

ALGORITHM = "HS256"


@dataclass(frozen=True)
class Signer:
    """Blocking. `kind` is the audience: what was signed as one kind is not believed as another."""

    keys: ApiKeys
    kind: str

    def sign(self, claims: Mapping[str, Any], until: datetime) -> str:
        whole = {**claims, "aud": self.kind, "iat": self.keys.clock(), "exp": until}
        return jwt.encode(whole, self.secret, ALGORITHM)

    def read(self, text: str, *claims: str) -> dict[str, Any]:
        """Raises CredentialWrong, also where one of the `claims` is missing, by the clock of the keys."""
        options: Any = {"require": ["sub", "iat", "exp", *claims], "verify_exp": False, "verify_iat": False}
        try:
            found = jwt.decode(text, self.secret, [ALGORITHM], audience=self.kind, options=options)
        except jwt.InvalidTokenError:
            raise CredentialWrong from None
        if found["exp"] <= self.keys.clock().timestamp():
            raise CredentialWrong
        return found

    @property
    def secret(self) -> bytes:
        return hmac.digest(self.keys.store.secret(), self.kind.encode(), hashlib.sha256)
