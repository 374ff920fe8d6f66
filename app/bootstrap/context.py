"""What the parts of one application share while it is built, and the parts that agents use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from langchain_core.language_models import BaseChatModel

from app.adapters.storage.langgraph_storage import LangGraphMemory
from app.agents.base import Agent
from app.agents.model_call import TokenPrice
from app.agents.roster import names
from app.agents.router import WaryRouter
from app.core.audit import AuditLog
from app.core.company import Company
from app.core.config import Settings
from app.core.exceptions import SettingInvalid
from app.core.knowledge import LibraryDamaged
from app.core.models import Article
from app.core.outbox import CrmClient, Outbox
from app.core.ports import BackOffice, DialogStore, Embedder, Router, Understanding
from app.engines.backoffice.office import SqlBackOffice
from app.engines.knowledge.files import load_articles
from app.engines.knowledge.library import LibraryContext, TeamLibrary
from app.engines.knowledge.live import LiveKnowledge
from app.engines.routing.local import LocalRouter
from app.engines.understanding.artefact import SHIPPED_ATTACKS, SHIPPED_CLAIMS
from app.engines.understanding.artefact import load as load_acts
from app.engines.understanding.attacks import AttackDetector
from app.engines.understanding.model import ActModel
from app.engines.understanding.reader import LineReader
from app.services.access.spend import DailySpend
from app.services.crm.delivery import DeliveryWorker
from app.services.crm.relay import Relay
from app.services.dialogs.memory import Recollection
from app.services.health import ProviderCalls, ProviderState
from app.services.knowledge.library import KnowledgeService
from app.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Provider:
    """A model from outside, what is known of its state, and how to let it go."""

    model: BaseChatModel
    state: Callable[[], ProviderState]
    paused: Callable[[], bool]
    release: Callable[[], Awaitable[None]]
    calls: Callable[[], ProviderCalls | None] = lambda: None


@dataclass(frozen=True)
class AppContext:
    """`embedder` is None where none can be installed; `provider` where no model is configured."""

    settings: Settings
    company: Company
    roster: tuple[Agent, ...]
    embedder: Embedder | None
    provider: Provider | None
    clock: Callable[[], datetime]
    metrics: Metrics
    understanding: Understanding | None = None
    spend: DailySpend | None = None
    audit: AuditLog | None = None

    @property
    def agents(self) -> tuple[str, ...]:
        return names(self.roster)

    @property
    def last_resort(self) -> str:
        return next((agent.name for agent in self.roster if agent.last_resort), "")

    @property
    def desks(self) -> dict[str, str]:
        """By tool, the first agent who has it."""
        return {tool.name: agent.name for agent in reversed(self.roster) for tool in agent.tools}

    @property
    def price(self) -> TokenPrice:
        return TokenPrice(self.settings.price_input, self.settings.price_output)


REQUESTS_AN_EVENT = 6


def understanding_of(embedder: Embedder | None) -> LineReader:
    """An embedder that the acts were not fitted with is left out: n-grams decide alone."""
    acts = load_acts()
    return LineReader(acts, embedder if _fits(acts, embedder) else None)


def wary(context: AppContext, near: Router) -> Router:
    """Suspicion needs sentence vectors: n-grams alone know only the words of the attacks that were learnt."""
    model = load_acts(SHIPPED_ATTACKS) if context.settings.detect_injection else None
    if model is None or not _fits(model, context.embedder):
        return near
    detector = AttackDetector(LineReader(model, context.embedder))
    return WaryRouter(near, detector.suspects, context.agents[0])


def claims_of(context: AppContext) -> LineReader | None:
    """A second opinion on what a language model writes; the embedded model's words are our own."""
    claims = load_acts(SHIPPED_CLAIMS)
    asked = context.provider is not None and _fits(claims, context.embedder)
    return LineReader(claims, context.embedder) if asked else None


def _fits(model: ActModel, embedder: Embedder | None) -> bool:
    return embedder is not None and embedder.embed(["."]).shape[1] == model.width


def knowledge_of(context: AppContext, shipped: list[Article] | None, near: LocalRouter) -> KnowledgeService:
    """Raises SettingInvalid for a library that cannot be read: a team would miss its documents silently."""

    def guess(text: str) -> str:
        return near.decide(text).agent

    settings = context.settings
    articles = load_articles(context.company.articles) if shipped is None else shipped
    inside = LibraryContext(
        articles,
        context.embedder,
        context.agents,
        guess,
        context.clock,
        settings.knowledge_shipped,
        context.company.vectors,
    )
    try:
        library = TeamLibrary(settings.knowledge_storage, inside)
        live = LiveKnowledge(library, settings.approved_answers, context.last_resort)
        return KnowledgeService(library, live, context.agents, context.clock, near.meant, context.audit)
    except LibraryDamaged as error:
        raise SettingInvalid("KNOWLEDGE_STORAGE", str(error).rstrip(".")) from None


def office_of(context: AppContext) -> SqlBackOffice:
    settings, company = context.settings, context.company
    policy = settings.policy_of(company.policy)
    demo = settings.wants_demo_data
    return SqlBackOffice(settings.backoffice_storage, policy, demo, context.clock, company)


def memory_of(context: AppContext, office: BackOffice) -> Recollection | None:
    settings = context.settings
    if not settings.enable_memory:
        return None
    return Recollection(LangGraphMemory(settings.checkpoint_storage, settings.memory_dialogs), office)


def relay_of(
    context: AppContext, store: DialogStore, crm: CrmClient | None, outbox: Outbox | None
) -> Relay | None:
    """None where nobody is told of events; then nothing waits for anybody."""
    settings = context.settings
    if crm is None and settings.crm == "none":
        return None
    from app.adapters.crm.clients import client_of  # noqa: PLC0415
    from app.engines.backoffice.outbox import SqlOutbox  # noqa: PLC0415  (heavy, as the clients are)

    told = client_of(settings) if crm is None else crm
    if told is None:
        return None
    kept = SqlOutbox(settings.backoffice_storage) if outbox is None else outbox
    limit = REQUESTS_AN_EVENT * settings.crm_timeout
    return Relay(store, kept, DeliveryWorker(kept, told, context.metrics, context.clock, limit=limit))
