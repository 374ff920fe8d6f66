"""Health. No probe calls a model: the provider's state is the result of the last real calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Literal

from pydantic import BaseModel

from app.core.exceptions import BackOfficeUnavailable
from app.core.ports import DialogStore
from app.services.access.spend import DailySpend, SpendToday
from app.services.crm.relay import Relay

VERSION = "0.1.0"
State = Literal["healthy", "degraded", "unhealthy"]
Alarm = Literal["provider_never_answered"]
ProviderState = Literal["healthy", "unhealthy", "not_configured"]


class Components(BaseModel):
    openai_api: ProviderState
    dialog_storage: Literal["healthy", "unhealthy"]
    agents: Literal["initialized"] = "initialized"


class Health(BaseModel):
    """`uptime` has the form "2h 15m 33s"; `model` is what answers, `embedded` for the offline model.

    `alarm` needs attention: the model provider has failed since the start without answering once, so its key,
    URL or model name may be wrong.
    """

    status: State
    timestamp: datetime
    version: str = VERSION
    environment: str
    components: Components
    uptime: str
    model: str
    alarm: Alarm | None = None


class ProviderCalls(BaseModel):
    """Counts since the start. `ways`: request parameters changed because the server refused them."""

    answered: int = 0
    failed: int = 0
    last_failure: str = ""
    ways: list[str] = []

    @property
    def never_answered(self) -> bool:
        return self.failed > 0 and self.answered == 0


class Storage(BaseModel):
    """`building` is the progress of the dialog index while it is being built; empty otherwise."""

    writable: bool
    detail: str = ""
    building: str = ""
    quarantined: list[str]


class OutboxHealth(BaseModel):
    """`available` is false if its database is down; `oldest` is the time of the oldest pending event."""

    available: bool
    waiting: int | None = None
    dead: int | None = None
    oldest: datetime | None = None


class Detailed(Health):
    """`embeddings` is false if the router and the search use words only.

    `outbox` is null if no CRM is configured, `provider` if no model is, `spend` if it is not limited.
    """

    router: str
    embeddings: bool
    offline: bool
    agents: list[str]
    storage: Storage
    outbox: OutboxHealth | None = None
    provider: ProviderCalls | None = None
    spend: SpendToday | None = None


class Readiness(BaseModel):
    ready: bool
    reason: str = ""


@dataclass(frozen=True)
class Facts:
    """What does not change while the process lives."""

    environment: str
    model: str
    router: str
    embeddings: bool
    offline: bool
    agents: list[str]
    fallback: bool


@dataclass(frozen=True)
class HealthService:
    """`provider` tells the state of the model provider without calling it.

    `paused` is true while no call is let through to it. After that the provider has still to prove itself,
    but the service is ready again: only a customer's call can prove it, and only a ready service gets one.
    """

    store: DialogStore
    facts: Facts
    provider: Callable[[], ProviderState]
    paused: Callable[[], bool]
    draining: Callable[[], bool]
    started: float = field(default_factory=monotonic)
    relay: Relay | None = None
    calls: Callable[[], ProviderCalls | None] = lambda: None
    spend: DailySpend | None = None

    async def brief(self) -> Health:
        stored = await self.store.health()
        return Health(**self._common(stored.writable, await self._spent()))

    async def detailed(self) -> Detailed:
        stored, spent = await self.store.health(), await self._spent()
        facts = self.facts
        return Detailed(
            **self._common(stored.writable, spent),
            spend=spent,
            router=facts.router,
            embeddings=facts.embeddings,
            offline=facts.offline,
            agents=facts.agents,
            storage=Storage.model_validate(stored, from_attributes=True),
            outbox=await self._outbox(),
            provider=self.calls(),
        )

    async def readiness(self) -> Readiness:
        if self.draining():
            return Readiness(ready=False, reason="The service is shutting down.")
        stored = await self.store.health()
        if not stored.writable:
            return Readiness(ready=False, reason="The dialog storage cannot be written.")
        if stored.building:
            return Readiness(ready=False, reason=f"The dialog index is being built: {stored.building}.")
        if self.paused() and not self.facts.fallback:
            return Readiness(ready=False, reason="The model provider is not available.")
        return Readiness(ready=True)

    async def _spent(self) -> SpendToday | None:
        return await self.spend.today() if self.spend else None

    async def _outbox(self) -> OutboxHealth | None:
        if self.relay is None:
            return None
        try:
            state = await self.relay.state()
        except BackOfficeUnavailable:
            return OutboxHealth(available=False)
        return OutboxHealth(available=True, waiting=state.waiting, dead=state.dead, oldest=state.oldest)

    def _common(self, writable: bool, spent: SpendToday | None) -> dict[str, object]:
        provider = self.provider()
        stopped = spent is not None and spent.reached
        return {
            "status": self._status(writable, provider == "unhealthy" or stopped),
            "timestamp": datetime.now(UTC),
            "environment": self.facts.environment,
            "components": Components(
                openai_api=provider, dialog_storage="healthy" if writable else "unhealthy"
            ),
            "uptime": uptime(monotonic() - self.started),
            "model": self.facts.model,
            "alarm": "provider_never_answered" if (calls := self.calls()) and calls.never_answered else None,
        }

    def _status(self, writable: bool, without_model: bool) -> State:
        if not writable or (without_model and not self.facts.fallback):
            return "unhealthy"
        return "degraded" if without_model else "healthy"


def uptime(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m {rest}s"
