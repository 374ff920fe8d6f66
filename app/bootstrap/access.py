"""Keys, tokens and accounts, as the service and the command line use them."""

from __future__ import annotations

from app.adapters.access.account_store import SqliteAccounts
from app.adapters.access.audit_log import AuditFile
from app.adapters.access.key_store import SqliteKeys
from app.core.clock import Clock, utcnow
from app.core.config import Settings
from app.services.access.accounts import Accounts
from app.services.access.keys import ApiKeys
from app.services.access.policy import Access
from app.services.access.tokens import CustomerTokens


def access_of(settings: Settings, clock: Clock = utcnow) -> Access:
    audit = audit_of(settings, clock)
    keys = ApiKeys(_keys_of(settings), clock, audit)
    accounts = Accounts(SqliteAccounts(settings.access_storage), audit, clock)
    return Access(settings, keys, CustomerTokens(keys), accounts)


def audit_of(settings: Settings, clock: Clock = utcnow) -> AuditFile:
    return AuditFile(settings.access_storage, _keys_of(settings).secret, clock)


def _keys_of(settings: Settings) -> SqliteKeys:
    given = settings.access_secret
    return SqliteKeys(settings.access_storage, given.get_secret_value().encode() if given else None)
