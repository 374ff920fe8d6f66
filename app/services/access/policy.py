"""Who a request is from: a key, a customer's token, the key of the settings, or nobody that is known."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.core import durable
from app.core.access import ANYBODY, EVERYTHING, SCOPES, Caller, CredentialWrong, Scope
from app.core.config import Settings
from app.core.exceptions import StorageUnavailable
from app.services.access.accounts import Accounts
from app.services.access.keys import PREFIX, ApiKeys
from app.services.access.tokens import CustomerTokens

DIRECT = "callcenter.direct"
"""Key of a request's scope: it comes from this machine, through no proxy and no foreign page."""
CALLER = "callcenter.caller"
"""Key of a request's scope: the person whose session it is, or whoever is let in without one."""
FIRST_KEY = "first-key"
MASTER = Caller("OPERATOR_KEY", EVERYTHING)
CUSTOMERS: frozenset[Scope] = frozenset({"chat"})
Openness = Literal["everybody", "this machine", "nobody"]


@dataclass(frozen=True)
class Access:
    settings: Settings
    keys: ApiKeys
    tokens: CustomerTokens
    accounts: Accounts

    def identify(self, credential: str | None, direct: bool) -> Caller:
        """Blocking. `direct`: see DIRECT. Raises CredentialWrong or StorageUnavailable."""
        if not credential:
            return self.uncredentialed(direct)
        if self._is_operator_key(credential):
            return MASTER
        if credential.startswith(PREFIX):
            return self.keys.verify(credential)
        if credential.count(".") == 2:
            return self.tokens.verify(credential)
        raise CredentialWrong

    def uncredentialed(self, direct: bool) -> Caller:
        """Development lets everybody chat, and this machine do everything."""
        whom = self.openness
        if whom == "everybody" or (whom == "this machine" and direct):
            return Caller(scopes=EVERYTHING)
        return ANYBODY if self.settings.environment == "production" else Caller(scopes=CUSTOMERS)

    @property
    def openness(self) -> Openness:
        """Who may do everything without a credential."""
        if self.settings.operator_key is not None:
            return "nobody"
        if self.settings.insecure:
            return "everybody"
        return "nobody" if self.settings.environment == "production" else "this machine"

    @property
    def asks_for_key(self) -> bool:
        """Whether rooms show a box for the key: in production a session has brought it."""
        return self.openness == "nobody" and self.settings.environment == "development"

    def has_keys(self) -> bool:
        """Blocking. Whether anybody could come in while nobody may without a credential."""
        if self.settings.operator_key is not None:
            return True
        now = self.keys.clock()
        try:
            if any(account.disabled_at is None for account in self.accounts.store.list()):
                return True
            return any(key.works(now) for key in self.keys.store.list())
        except StorageUnavailable:
            return False

    def make_first_key(self) -> Path | None:
        """Blocking. Where nobody could come in: the file of a key for everything."""
        file = self.settings.access_storage / FIRST_KEY
        if self.openness != "nobody" or self.has_keys():
            return None
        durable.write(file, self.keys.issue("first", SCOPES).text + "\n", durable.OWNER)
        return file

    def _is_operator_key(self, given: str) -> bool:
        key = self.settings.operator_key
        return key is not None and secrets.compare_digest(given.encode(), key.get_secret_value().encode())
