"""API keys: `cck_<id>_<secret>`, of which the digest alone is kept, and the last use to the minute."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from app.core.access import ApiKey, Caller, CredentialWrong, KeyStore, KeyUnknown, Scope
from app.core.audit import ACTOR, Act, AuditLog
from app.core.clock import Clock, utcnow

PREFIX = "cck_"
SECRET_BYTES = 32
NOTED = timedelta(minutes=1)
"""So often the last use is written."""
_TEXT = re.compile(rf"{PREFIX}([0-9a-f]{{12}})_([\w-]{{43}})", re.ASCII)


class Issued(NamedTuple):
    """`text` is shown once."""

    key: ApiKey
    text: str


@dataclass(frozen=True)
class ApiKeys:
    """Blocking: call it off the event loop. A change is in the audit log before it is made."""

    store: KeyStore
    clock: Clock = utcnow
    audit: AuditLog | None = None

    def issue(self, name: str, scopes: Iterable[Scope], lifetime: timedelta | None = None) -> Issued:
        now, secret = self.clock(), secrets.token_urlsafe(SECRET_BYTES)
        expires = now + lifetime if lifetime else None
        key = ApiKey(secrets.token_hex(6), name, frozenset(scopes), self._digest(secret), now, expires)
        self._record("key.created", key.id)
        self.store.add(key)
        return Issued(key, f"{PREFIX}{key.id}_{secret}")

    def rotate(self, key_id: str, overlap: timedelta) -> Issued:
        """A new key of the same name and scopes; the old one works for `overlap` longer."""
        old = self.working(key_id)
        left = old.expires_at - self.clock() if old.expires_at else None
        issued = self.issue(old.name, old.scopes, left)
        self.revoke(key_id, overlap)
        return issued

    def revoke(self, key_id: str, after: timedelta = timedelta()) -> None:
        """Raises KeyUnknown. A token made with the key ends with it."""
        if self.store.find(key_id) is None:
            raise KeyUnknown(key_id)
        self._record("key.ends" if after else "key.revoked", key_id)
        if not self.store.revoke(key_id, self.clock() + after):
            raise KeyUnknown(key_id)

    def verify(self, text: str) -> Caller:
        """Raises CredentialWrong. An unknown key takes as long as a known one."""
        parts = _TEXT.fullmatch(text)
        key_id, secret = parts.groups() if parts else ("", "")
        key, now = self.store.find(key_id), self.clock()
        given = self._digest(secret)
        same = hmac.compare_digest(given, key.digest if key else "0" * len(given))
        if key is None or not same or not key.works(now):
            raise CredentialWrong
        if key.used_at is None or now - key.used_at >= NOTED:
            self.store.used(key.id, now)
        return Caller(key.name, key.scopes, key.id)

    def working(self, key_id: str) -> ApiKey:
        """Raises KeyUnknown."""
        key = self.store.find(key_id)
        if key is None or not key.works(self.clock()):
            raise KeyUnknown(key_id)
        return key

    def _record(self, what: str, key_id: str) -> None:
        if self.audit:
            self.audit.append([Act(ACTOR.get() or "service", what, key_id)])

    def _digest(self, secret: str) -> str:
        return hmac.new(self.store.secret(), secret.encode(), hashlib.sha256).hexdigest()
