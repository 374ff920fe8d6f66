"""The composition root: the only file that names adapters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel

from app.adapters.embeddings.nano_e5 import load_embedder
from app.adapters.knowledge.articles import load_articles
from app.adapters.knowledge.hybrid import HybridSearch
from app.adapters.llm.embedded import NAME as EMBEDDED
from app.adapters.llm.embedded import EmbeddedChatModel
from app.adapters.routing.artefact import SHIPPED, Artefact
from app.adapters.routing.artefact import load as load_artefact
from app.adapters.routing.local import LocalRouter
from app.adapters.routing.remote import RemoteCentre
from app.adapters.routing.versions import artefact_folder
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
from app.evaluation.runner import Target
from app.services.caretaker import Caretaker
from app.services.dialog_manager import DialogManager
from app.services.evaluation import EvaluationService
from app.services.gate import Gate
from app.services.health import Facts, HealthService, ProviderState
from app.services.routing import RoutingService
from app.services.turns import Turns, utcnow
from app.services.workbench import Workbench
from app.telemetry import Metrics

if TYPE_CHECKING:
    from app.adapters.llm.guard import Guard


@dataclass(frozen=True)
class Provider:
    """A model from outside, what is known of its state, and how to let it go."""

    model: BaseChatModel
    state: Callable[[], ProviderState]
    paused: Callable[[], bool]
    release: Callable[[], Awaitable[None]]


def build(
    settings: Settings,
    *,
    store: DialogStore | None = None,
    model: BaseChatModel | None = None,
    guard: Guard | None = None,
    router: Router | None = None,
    embedder: Embedder | None = None,
    articles: list[Article] | None = None,
    roster: tuple[Agent, ...] = ROSTER,
    clock: Callable[[], datetime] = utcnow,
) -> Workbench:
    """The whole application; each collaborator may be replaced. `model` stands in for the provider."""
    vectors = embedder or load_embedder()
    library = articles or load_articles()
    provider = _provider(settings, model, guard)
    near = LocalRouter(_fitted(settings, vectors, roster), vectors)
    chosen = router or _router(settings, near, provider, roster)
    metrics = Metrics()
    kept = store or JsonStore(settings.dialogs_storage_path)
    orchestrator = Orchestrator(
        router=LiveRouter(chosen, frozenset(names(roster)), near),
        speaker=_speaker(settings, EmbeddedChatModel(library={(a.lang, a.id): a for a in library}), provider),
        desk=Desk(HybridSearch(library, vectors)),
        roster=roster,
        recursion_limit=settings.recursion_limit,
    )
    turns = Turns(kept, orchestrator, metrics, settings.max_dialog_history, clock)
    dialogs = _dialogs(settings, turns, provider)
    return Workbench(
        settings=settings,
        agents=names(roster),
        model_name=settings.openai_model if provider else EMBEDDED,
        dialogs=dialogs,
        routing=RoutingService(chosen),
        health=_health(settings, dialogs, provider, vectors is not None, names(roster)),
        caretaker=Caretaker(dialogs, timedelta(minutes=settings.dialog_timeout_minutes)),
        metrics=metrics,
        evaluation=_evaluation(_targets(settings, near, chosen, provider, roster), vectors, names(roster)),
        release=provider.release if provider else _nothing,
    )


def _dialogs(settings: Settings, turns: Turns, provider: Provider | None) -> DialogManager:
    return DialogManager(
        store=turns.store,
        turns=turns,
        summarizer=Generated(provider.model, Extractive()) if provider else Extractive(),
        gate=Gate(settings.max_waiting_messages),
    )


def _provider(settings: Settings, model: BaseChatModel | None, guard: Guard | None) -> Provider | None:
    if model is not None:
        return Provider(model, lambda: "healthy", lambda: False, _nothing)
    if not settings.has_provider:
        return None
    from app.adapters.llm.openai import openai_model  # noqa: PLC0415  (heavy, and useless without a key)

    client = openai_model(settings, guard)
    watch = client.guard
    return Provider(
        model=client,
        state=lambda: "unhealthy" if watch.breaker.failing else "healthy",
        paused=lambda: watch.state == "open",
        release=client.aclose,
    )


def _fitted(settings: Settings, embedder: Embedder | None, roster: tuple[Agent, ...]) -> Artefact:
    """Raises SettingInvalid for a router that is damaged, or was fitted for another house."""
    folder = artefact_folder(settings.router_artefact)
    artefact = load_artefact(folder)
    if folder == SHIPPED:
        return artefact
    if strangers := set(artefact.meta.agents) - set(names(roster)):
        told = f"the fitted router in {folder} knows agents that do not work here"
        raise SettingInvalid("ROUTER_ARTEFACT", f"{told}: {', '.join(sorted(strangers))}")
    if embedder and embedder.embed(["."]).shape[1] != len(artefact.landmarks.mean):
        raise SettingInvalid("ROUTER_ARTEFACT", f"{folder} was fitted with another embedder")
    return artefact


def _router(settings: Settings, near: Router, provider: Provider | None, roster: tuple[Agent, ...]) -> Router:
    """Raises SettingInvalid where the chosen router needs a model that is not configured."""
    if settings.router_name == "local":
        return near
    if provider is None:
        raise SettingInvalid("ROUTER", f"{settings.router_name} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    far = ModelRouter(provider.model, _price(settings), roster)
    return far if settings.router_name == "llm" else Cascade(near, far, settings.router_threshold)


def _evaluation(
    targets: Iterator[Target], embedder: Embedder | None, labels: tuple[str, ...]
) -> EvaluationService:
    return EvaluationService({t.name: t for t in targets}, labels, RemoteCentre, embedder)


def _targets(
    settings: Settings,
    near: LocalRouter,
    chosen: Router,
    provider: Provider | None,
    roster: tuple[Agent, ...],
) -> Iterator[Target]:
    """Every router that can be measured as things are configured; `chosen` stands under its own name."""
    ours = {settings.router_name: chosen}
    labels, fitted = names(roster), near.fingerprint
    yield Target("local", ours.get("local", near).route, labels, settings=fitted, at_once=1)
    if provider is None:
        return
    far = ModelRouter(provider.model, _price(settings), roster)
    cascade = Cascade(near, far, settings.router_threshold)
    asked = {
        "temperature": str(settings.temperature),
        "max_tokens": str(settings.max_tokens),
        "server": urlsplit(settings.openai_base_url or "").hostname or "api.openai.com",
    }
    both = {**asked, **fitted, "threshold": str(settings.router_threshold)}
    model, prompts = settings.openai_model, far.fingerprints
    yield Target("llm", ours.get("llm", far).route, labels, model, prompts, asked, paid=True)
    yield Target("cascade", ours.get("cascade", cascade).route, labels, model, prompts, both, paid=True)


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
    paused = provider.paused if provider else lambda: False
    return HealthService(dialogs.store, facts, state, paused, lambda: dialogs.gate.draining)


async def _nothing() -> None:
    """There is nothing to let go."""
