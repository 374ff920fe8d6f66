"""All services of one application, as API, workbench UI and command line receive them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from app.core.audit import ACTOR, Act
from app.core.config import Settings
from app.core.exceptions import CallCenterError
from app.core.ports import DialogQuery
from app.core.threads import in_storage
from app.services.access.limits import RateLimits
from app.services.access.policy import Access
from app.services.analytics.service import AnalyticsService
from app.services.checks import Checks
from app.services.crm.relay import Relay
from app.services.customers import Customers
from app.services.dialogs.branching import Branching
from app.services.dialogs.deciding import ProposalDecisions
from app.services.dialogs.feedback import Feedback
from app.services.dialogs.maintenance import Maintenance
from app.services.dialogs.manager import DialogManager
from app.services.evaluation.runs import EvalDesk
from app.services.evaluation.service import EvaluationService
from app.services.example import ExampleWeek
from app.services.explaining import Explaining
from app.services.health import HealthService
from app.services.knowledge.citations import CitationIndex
from app.services.knowledge.library import KnowledgeService
from app.services.knowledge.prospect import Foresight
from app.services.operators.monitor import Monitor
from app.services.operators.objections import Objections
from app.services.operators.service import OperatorService
from app.services.privacy.retention import PrivacyDesk
from app.services.replay import Replay
from app.services.routing import RoutingService
from app.telemetry.metrics import Metrics

Warmup = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Workbench:
    """`agents` are the roster's names; `model_name` is what answers when nothing is degraded.

    `example` is the made-up week that may be shown in its place; `made_up`: it is that week.
    """

    settings: Settings
    access: Access
    agents: tuple[str, ...]
    model_name: str
    dialogs: DialogManager
    routing: RoutingService
    health: HealthService
    maintenance: Maintenance
    metrics: Metrics
    knowledge: KnowledgeService
    operators: OperatorService
    evaluation: EvaluationService
    analytics: AnalyticsService
    monitor: Monitor
    branching: Branching
    feedback: Feedback
    proposals: ProposalDecisions
    customers: Customers
    replay: Replay
    checks: Checks
    explaining: Explaining
    objections: Objections
    privacy: PrivacyDesk
    release: Callable[[], Awaitable[None]]
    warm: Warmup
    relay: Relay | None = None
    example: ExampleWeek[Workbench] | None = None
    made_up: bool = False

    @cached_property
    def limits(self) -> RateLimits:
        """Shared by API and pages."""
        return RateLimits(self.settings, self.dialogs.clock)

    @cached_property
    def eval_desk(self) -> EvalDesk:
        """Shared by all pages: runs continue when a page is closed."""
        return EvalDesk(self.evaluation)

    @cached_property
    def foresight(self) -> Foresight:
        """Shared by all pages: one rehearsal at a time."""
        free = self.health.facts.offline and self.settings.router_name == "local"
        return Foresight(self.knowledge, self.replay, free)

    @cached_property
    def citations(self) -> CitationIndex:
        """Shared by all pages, for its cache."""
        return CitationIndex(self.dialogs.store)

    async def record(self, what: str, about: str, who: str = "") -> None:
        """Before it is given out, so that nothing leaves without its line. Raises StorageUnavailable."""
        if log := self.operators.audit:
            await in_storage(log.append, [Act(who or ACTOR.get() or "customer", what, about)])

    async def offers_guide(self) -> bool:
        """The first minute, led by cards: while there is nothing of one's own to show."""
        if self.example is None:
            return False
        try:
            page = await self.dialogs.store.find(DialogQuery(limit=1))
        except CallCenterError:
            return False
        return not page.rows and not await asyncio.to_thread(self.evaluation.registry.list)

    async def start(self) -> None:
        await self.dialogs.store.open()
        if self.relay:
            await self.relay.start()
        self.maintenance.start()

    async def stop(self) -> None:
        """Admit nothing new; running turns may finish within SHUTDOWN_GRACE."""
        if self.example:
            await self.example.close()
        await self.dialogs.drain(self.settings.shutdown_grace)
        await self.eval_desk.stop()
        await self.maintenance.stop()
        if self.relay:
            await self.relay.stop()
        await self.release()
        await self.dialogs.store.close()
