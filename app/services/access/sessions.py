"""Sessions of people in the browser: signed by the service, worth no more than the key that opened them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypedDict

from app.core.access import Caller, CredentialWrong, KeyUnknown
from app.services.access.keys import ApiKeys
from app.services.access.policy import MASTER, Access
from app.services.access.signed import Signer

IDLE = timedelta(hours=2)
"""So long a session outlives the last request."""
LONGEST = timedelta(hours=12)
RENEWED = timedelta(minutes=5)
"""A session is signed again with the first request after that."""
COOKIE = "cc_session"
LOGIN, LOGOUT = "/ui/login", "/ui/logout"


class Cookie(TypedDict):
    """As a response of Starlette takes it: hidden from scripts, and not sent by other sites."""

    key: str
    value: str
    max_age: int
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["strict"]


def cookie_of(text: str, scheme: str, root: str) -> Cookie:
    """An empty `text` ends the session in this browser; `root` is where the service is mounted."""
    return {
        "key": COOKIE,
        "value": text,
        "max_age": int(LONGEST.total_seconds()) if text else 0,
        "path": f"{root}/ui",
        "secure": scheme == "https",
        "httponly": True,
        "samesite": "strict",
    }


@dataclass(frozen=True)
class Session:
    """`since` is when the person showed the key."""

    caller: Caller
    since: datetime
    signed: datetime


@dataclass(frozen=True)
class Sessions:
    """Blocking. To end all sessions of a key, revoke it."""

    access: Access

    def open(self, credential: str) -> str:
        """The session's text. Raises CredentialWrong; a customer's token opens none."""
        caller = self.access.identify(credential, direct=False)
        if caller.customer is not None or not caller.name:
            raise CredentialWrong
        return self._sign(caller, self._keys.clock())

    def read(self, text: str) -> Session:
        """Raises CredentialWrong."""
        claims, zone = self._signer.read(text, "auth_time"), self._keys.clock().tzinfo
        since, signed = (datetime.fromtimestamp(claims[name], zone) for name in ("auth_time", "iat"))
        return Session(self._caller(claims["sub"]), since, signed)

    def renew(self, session: Session) -> str | None:
        """The text that replaces the session's, where it is time for one."""
        if self._keys.clock() - session.signed < RENEWED:
            return None
        return self._sign(session.caller, session.since)

    def _sign(self, caller: Caller, since: datetime) -> str:
        claims = {"sub": caller.key_id or self._master(), "auth_time": int(since.timestamp())}
        return self._signer.sign(claims, min(self._keys.clock() + IDLE, since + LONGEST))

    def _caller(self, subject: str) -> Caller:
        if subject and subject == self._master():
            return MASTER
        try:
            key = self._keys.working(subject)
        except KeyUnknown:
            raise CredentialWrong from None
        return Caller(key.name, key.scopes, key.id)

    def _master(self) -> str:
        """Another OPERATOR_KEY ends the sessions that the former one opened."""
        key = self.access.settings.operator_key
        return hashlib.sha256(key.get_secret_value().encode()).hexdigest() if key else ""

    @property
    def _keys(self) -> ApiKeys:
        return self.access.keys

    @property
    def _signer(self) -> Signer:
        return Signer(self._keys, "session")
