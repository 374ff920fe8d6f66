"""Sessions of people in the browser: signed by the service, worth no more than the key that opened them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from app.core.access import Caller, CredentialWrong, KeyUnknown
from app.services.access.keys import ApiKeys
from app.services.access.policy import MASTER, Access

ALGORITHM = "HS256"
AUDIENCE = "session"
IDLE = timedelta(hours=2)
"""So long a session outlives the last request."""
LONGEST = timedelta(hours=12)
RENEWED = timedelta(minutes=5)
"""A session is signed again with the first request after that."""


COOKIE = "cc_session"
LOGIN, LOGOUT = "/ui/login", "/ui/logout"


def session_cookie(text: str, scheme: str, root: str) -> str:
    """Scripts do not see it, other sites do not send it; an empty one ends the session in this browser."""
    age = int(LONGEST.total_seconds()) if text else 0
    secure = "; Secure" if scheme == "https" else ""
    return f"{COOKIE}={text}; Path={root}/ui; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"


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
        try:
            claims = jwt.decode(
                text,
                self._secret(),
                [ALGORITHM],
                audience=AUDIENCE,
                options={
                    "require": ["sub", "iat", "exp", "auth_time"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError:
            raise CredentialWrong from None
        now = self._keys.clock()
        if claims["exp"] <= now.timestamp():
            raise CredentialWrong
        since, signed = (datetime.fromtimestamp(claims[name], now.tzinfo) for name in ("auth_time", "iat"))
        return Session(self._caller(claims["sub"]), since, signed)

    def renew(self, session: Session) -> str | None:
        """The text that replaces the session's, where it is time for one."""
        if self._keys.clock() - session.signed < RENEWED:
            return None
        return self._sign(session.caller, session.since)

    def _sign(self, caller: Caller, since: datetime) -> str:
        now = self._keys.clock()
        claims = {
            "sub": caller.key_id or self._master(),
            "aud": AUDIENCE,
            "iat": now,
            "auth_time": int(since.timestamp()),
            "exp": min(now + IDLE, since + LONGEST),
        }
        return jwt.encode(claims, self._secret(), ALGORITHM)

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

    def _secret(self) -> bytes:
        return b"session" + self._keys.store.secret()
