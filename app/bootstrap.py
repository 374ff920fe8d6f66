"""The composition root: the only file that names adapters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from langchain_core.language_models import BaseChatModel

from app.adapters.embeddings.nano_e5 import load_embedder
from app.adapters.knowledge.articles import load_articles
from app.adapters.knowledge.hybrid import HybridSearch
from app.adapters.llm.embedded import NAME as EMBEDDED
from app.adapters.llm.embedded import EmbeddedChatModel
from app.adapters.routing.artefact import load as load_artefact
from app.adapters.routing.local import LocalRouter
from app.adapters.storage.json_store import JsonStore
from app.agents.base import Agent, Desk
from app.agents.calling import Speaker
from app.agents.orchestrator import Orchestrator
from app.agents.pricing import FREE, Price
from app.agents.roster import ROSTER, names
from app.agents.router import Cascade, ModelRouter
from app.agents.routing import LiveRouter
from app.agents.summary import Extractive, Generated
from app.core.config import Settings
from app.core.exceptions import SettingInvalid
from app.core.models import Article
from app.core.ports import DialogStore, Embedder, Router
from app.services.caretaker import Caretaker
from app.services.dialog_manager import DialogManager
from app.services.gate import Gate
from app.services.health import Facts, HealthService, ProviderState
from app.services.routing import RoutingService
from app.services.turns import Turns, utcnow
from app.services.workbench import Workbench
from app.telemetry import Metrics


@dataclass(frozen=True)
class Provider:
    """A model from outside, what is known of its state, and how to let it go."""

    model: BaseChatModel
    state: Callable[[], ProviderState]
    release: Callable[[], Awaitable[None]]


def build(
    settings: Settings,
    *,
    store: DialogStore | None = None,
    model: BaseChatModel | None = None,
    router: Router | None = None,
    embedder: Embedder | None = None,
    articles: list[Article] | None = None,
    roster: tuple[Agent, ...] = ROSTER,
    clock: Callable[[], datetime] = utcnow,
) -> Workbench:
    """The whole application; each collaborator may be replaced. `model` stands in for the provider."""
    vectors = embedder or load_embedder()
    library = articles or load_articles()
    desk = Desk(HybridSearch(library, vectors))
    embedded = EmbeddedChatModel(library={(a.lang, a.id): a for a in library})
    provider = _provider(settings, model)
    near = LocalRouter(load_artefact(), vectors)
    chosen = router or _router(settings, near, provider, roster)
    metrics = Metrics()
    kept = store or JsonStore(settings.dialogs_storage_path)
    orchestrator = Orchestrator(
        router=LiveRouter(chosen, frozenset(names(roster)), near),
        speaker=_speaker(settings, embedded, provider),
        desk=desk,
        roster=roster,
        recursion_limit=settings.recursion_limit,
    )
    dialogs = DialogManager(
        store=kept,
        turns=Turns(kept, orchestrator, metrics, settings.max_dialog_history, clock),
        summarizer=Generated(provider.model, Extractive()) if provider else Extractive(),
        gate=Gate(settings.max_waiting_messages),
    )
    return Workbench(
        settings=settings,
        agents=names(roster),
        model_name=settings.openai_model if provider else EMBEDDED,
        dialogs=dialogs,
        routing=RoutingService(chosen),
        health=_health(settings, dialogs, provider, vectors is not None, names(roster)),
        caretaker=Caretaker(dialogs, timedelta(minutes=settings.dialog_timeout_minutes)),
        metrics=metrics,
        release=provider.release if provider else _nothing,
    )


def _provider(settings: Settings, model: BaseChatModel | None) -> Provider | None:
    if model is not None:
        return Provider(model, lambda: "healthy", _nothing)
    if not settings.has_provider:
        return None
    from app.adapters.llm.openai import openai_model  # noqa: PLC0415  (heavy, and useless without a key)

    client = openai_model(settings)
    return Provider(
        client, lambda: "healthy" if client.guard.state == "closed" else "unhealthy", client.aclose
    )


def _router(settings: Settings, near: Router, provider: Provider | None, roster: tuple[Agent, ...]) -> Router:
    """Raises SettingInvalid where the chosen router needs a model that is not configured."""
    if settings.router_name == "local":
        return near
    if provider is None:
        raise SettingInvalid("ROUTER", f"{settings.router_name} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    far = ModelRouter(provider.model, _price(settings), roster)
    return far if settings.router_name == "llm" else Cascade(near, far, settings.router_threshold)


def _speaker(settings: Settings, embedded: BaseChatModel, provider: Provider | None) -> Speaker:
    if provider is None:
        return Speaker(embedded, EMBEDDED, FREE)
    spare = embedded if settings.model_fallback else None
    return Speaker(provider.model, settings.openai_model, _price(settings), spare, EMBEDDED)


def _price(settings: Settings) -> Price:
    return Price(settings.price_input, settings.price_output)


def _health(
    settings: Settings,
    dialogs: DialogManager,
    provider: Provider | None,
    embeddings: bool,
    agents: tuple[str, ...],
) -> HealthService:
    facts = Facts(
        environment=settings.environment,
        model=settings.openai_model if provider else EMBEDDED,
        router=settings.router_name,
        embeddings=embeddings,
        offline=provider is None,
        agents=list(agents),
        fallback=settings.model_fallback,
    )
    state: Callable[[], ProviderState] = provider.state if provider else lambda: "not_configured"
    return HealthService(dialogs.store, facts, state, lambda: dialogs.gate.draining)


async def _nothing() -> None:
    """There is nothing to let go."""
