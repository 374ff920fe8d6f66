"""Keys and tokens, as the service and the command line use them."""

from __future__ import annotations

from app.adapters.access.key_store import SqliteKeys
from app.core.clock import Clock, utcnow
from app.core.config import Settings
from app.services.access.keys import ApiKeys
from app.services.access.policy import Access
from app.services.access.tokens import CustomerTokens


def access_of(settings: Settings, clock: Clock = utcnow) -> Access:
    given = settings.access_secret
    store = SqliteKeys(settings.access_storage, given.get_secret_value().encode() if given else None)
    keys = ApiKeys(store, clock)
    return Access(settings, keys, CustomerTokens(keys))
