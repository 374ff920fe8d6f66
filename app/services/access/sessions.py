"""Sessions of people in the browser: signed by the service, worth no more than what opened them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypedDict

from app.core.access import Caller, CredentialWrong, HttpsNeeded, KeyUnknown
from app.core.network import is_local
from app.services.access.accounts import caller_of, fold
from app.services.access.keys import ApiKeys
from app.services.access.policy import MASTER, Access
from app.services.access.signed import Signer

RENEWED = timedelta(minutes=5)
"""A session is signed again with the first request after that."""
COOKIE = "cc_session"
PERSON = "account:"
"""Before the id of an account in a session; no id of a key and no digest has it."""
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


@dataclass(frozen=True)
class Session:
    """`since` is when the person logged in."""

    caller: Caller
    since: datetime
    signed: datetime


@dataclass(frozen=True)
class Sessions:
    """Blocking. To end all sessions of a key, revoke it; those of an account end with its version."""

    access: Access

    @property
    def idle(self) -> timedelta:
        """So long a session outlives the last request."""
        return timedelta(minutes=self.access.settings.session_idle_minutes)

    @property
    def longest(self) -> timedelta:
        return timedelta(hours=self.access.settings.session_hours)

    def cookie(self, text: str, scheme: str, host: str, root: str) -> Cookie:
        """An empty `text` ends the session in this browser; `root` is where the service is mounted.

        In production it is sent over HTTPS alone, unless the page was asked for by a name of this machine.
        """
        return {
            "key": COOKIE,
            "value": text,
            "max_age": int(self.longest.total_seconds()) if text else 0,
            "path": f"{root}/ui",
            "secure": scheme == "https" or self._needs_https(host),
            "httponly": True,
            "samesite": "strict",
        }

    def check_connection(self, scheme: str, host: str) -> None:
        """Raises HttpsNeeded where a browser would not send the cookie back."""
        if scheme != "https" and self._needs_https(host):
            raise HttpsNeeded

    def _needs_https(self, host: str) -> bool:
        return self.access.settings.environment == "production" and not is_local(host)

    def log_in(self, name: str, password: str) -> str:
        """The session's text. Raises CredentialWrong. Either way it is in the audit log."""
        accounts = self.access.accounts
        try:
            caller = caller_of(accounts.verify(name, password))
        except CredentialWrong as error:
            known = accounts.store.find(fold(name))
            accounts.record("login", known.id if known else "", error.code, "somebody")
            raise
        accounts.record("login", caller.account or "", who=caller.signature)
        return self._sign(caller, self._keys.clock())

    def log_out(self, text: str, everywhere: bool) -> None:
        """A stale session is none. `everywhere` ends all sessions of the account."""
        try:
            caller = self.read(text).caller
        except CredentialWrong:
            return
        if everywhere and caller.account:
            self.access.accounts.record("logout.everywhere", caller.account, who=caller.signature)
            self.access.accounts.end_sessions(caller.account)
            return
        self.access.accounts.record("logout", caller.account or caller.key_id or "", who=caller.signature)

    def open(self, credential: str) -> str:
        """The session's text. Raises CredentialWrong; a customer's token opens none. It is audited."""
        accounts = self.access.accounts
        try:
            caller = self.access.identify(credential, direct=False)
            if caller.customer is not None or not caller.name:
                raise CredentialWrong
        except CredentialWrong as error:
            accounts.record("login", "", error.code, "somebody")
            raise
        accounts.record("login", caller.key_id or "", who=caller.signature)
        return self._sign(caller, self._keys.clock())

    def read(self, text: str) -> Session:
        """Raises CredentialWrong."""
        claims, zone = self._signer.read(text, "auth_time"), self._keys.clock().tzinfo
        since, signed = (datetime.fromtimestamp(claims[name], zone) for name in ("auth_time", "iat"))
        return Session(self._caller(claims["sub"], claims.get("ver", 0)), since, signed)

    def renew(self, session: Session) -> str | None:
        """The text that replaces the session's, where it is time for one."""
        if self._keys.clock() - session.signed < RENEWED:
            return None
        return self._sign(session.caller, session.since)

    def _sign(self, caller: Caller, since: datetime) -> str:
        subject = f"{PERSON}{caller.account}" if caller.account else caller.key_id or self._master()
        claims = {"sub": subject, "ver": caller.version, "auth_time": int(since.timestamp())}
        return self._signer.sign(claims, min(self._keys.clock() + self.idle, since + self.longest))

    def _caller(self, subject: str, version: int) -> Caller:
        if subject.startswith(PERSON):
            return self.access.accounts.caller(subject.removeprefix(PERSON), version)
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
