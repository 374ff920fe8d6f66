"""Connections, really tried: one press, one look, how long it took, and what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import Literal, get_args

from app.core.exceptions import (
    BackOfficeUnavailable,
    CallCenterError,
    CrmError,
    ProviderError,
    StorageUnavailable,
)
from app.core.ports import BackOffice, DialogStore, Embedder
from app.core.threads import SEARCHES, in_office
from app.services.crm.relay import Relay
from app.services.knowledge.library import KnowledgeService

Connection = Literal["provider", "storage", "office", "knowledge", "embeddings", "crm", "checkpoints"]
CONNECTIONS: tuple[Connection, ...] = get_args(Connection)
PAUSE = 5.0
"""Seconds between two tries of one connection: a try may cost, and it knocks at somebody else's door."""
Probe = Callable[[], Awaitable[None]]
"""One look. Raises a CallCenterError."""


class CheckTooSoon(CallCenterError):
    status = 429
    code = "check_too_soon"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"This connection was tried a moment ago; try again in {ceil(seconds)} s.")
        self.retry_after = ceil(seconds)


class CheckUnknown(CallCenterError):
    status = 404
    code = "check_unknown"

    def __init__(self) -> None:
        super().__init__("This connection is not configured, so it cannot be tried.")


@dataclass(frozen=True, slots=True)
class Checked:
    """`error` is the code of what went wrong, empty where all is well; `detail` a status, never a text of
    the other side.
    """

    seconds: float
    error: str = ""
    detail: str = ""


@dataclass
class Checks:
    """A connection without a probe is not configured."""

    probes: Mapping[Connection, Probe]
    clock: Callable[[], float] = monotonic
    pause: float = PAUSE
    _tried: dict[str, float] = field(default_factory=dict, init=False)

    async def run(self, name: str) -> Checked:
        """Raises CheckUnknown and CheckTooSoon."""
        probe = next((probe for known, probe in self.probes.items() if known == name), None)
        if probe is None:
            raise CheckUnknown
        began = self.clock()
        if (left := self._tried.get(name, -self.pause) + self.pause - began) > 0:
            raise CheckTooSoon(left)
        self._tried[name] = began
        try:
            await probe()
        except (ProviderError, CrmError) as error:
            return Checked(self.clock() - began, error.code, error.detail)
        except CallCenterError as error:
            return Checked(self.clock() - began, error.code)
        return Checked(self.clock() - began)


def probe_storage(store: DialogStore) -> Probe:
    """Writes a file durably, as its health does."""

    async def probe() -> None:
        if not (await store.health()).writable:
            raise StorageUnavailable

    return probe


def probe_office(office: BackOffice | None) -> Probe:
    async def probe() -> None:
        if office is None:
            raise BackOfficeUnavailable
        await in_office(office.approvals, None, 1)

    return probe


def probe_knowledge(knowledge: KnowledgeService) -> Probe:
    """Reads the library and searches."""

    async def probe() -> None:
        await SEARCHES.run(knowledge.documents)
        for lang, _ in list(knowledge.articles)[:1]:
            await SEARCHES.run(knowledge.search, "probe", lang)

    return probe


def probe_embedder(embedder: Embedder) -> Probe:
    async def probe() -> None:
        await SEARCHES.run(embedder.embed, [f"probe {monotonic()}"])  # what it has seen it remembers

    return probe


def probe_crm(relay: Relay) -> Probe:
    async def probe() -> None:
        await relay.delivery.crm.check()

    return probe
