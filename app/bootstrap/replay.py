"""Orchestrators with other settings for replays; their actions have effects in a copy only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from langchain_core.language_models import BaseChatModel

from app.agents.orchestrator import Orchestrator
from app.agents.router import CascadeRouter, Holding, LiveRouter, ModelRouter
from app.bootstrap.context import AppContext, Provider
from app.bootstrap.model import speaker_of
from app.core.clock import Clock
from app.core.ports import BackOffice, DialogStore, Router
from app.engines.backoffice.office import SqlBackOffice
from app.engines.routing.local import LocalRouter
from app.services.dialogs.consents import Consents
from app.services.knowledge.library import KnowledgeService
from app.services.read_only_office import ReadOnlyOffice
from app.services.replay import Make, Replay, Setup


def replay_of(
    context: AppContext,
    near: LocalRouter,
    knowledge: KnowledgeService,
    real: Orchestrator,
    store: DialogStore,
    consents: Consents,
) -> Replay:
    """`threshold` of the service is where the slider stands at first: as things are now."""
    settings, provider = context.settings, context.provider
    office = real.context.office
    return Replay(
        store=store,
        make=_maker(context, near, knowledge, real),
        records=partial(_records_at, office),
        decided=lambda: office.approvals(None) if office else [],
        routers=("local", "llm", "cascade") if provider else ("local",),
        threshold=settings.router_threshold if provider else 0.0,
        thoughtful=provider is not None,
        history=settings.max_dialog_history,
        consents=consents,
    )


def _maker(context: AppContext, near: LocalRouter, knowledge: KnowledgeService, real: Orchestrator) -> Make:
    def make(setup: Setup, office: BackOffice | None, clock: Clock) -> Orchestrator:
        warmer = replace(context, provider=_with_temperature(context.provider, setup.temperature))
        chosen = _router(warmer, near, setup)
        other = replace(
            real,
            router=LiveRouter(chosen, frozenset(context.agents), near),
            speaker=speaker_of(warmer, knowledge),
            context=replace(real.context, office=office, clock=clock),
        )
        return replace(other, cleaner=replace(other.cleaner, always=setup.language or ""))

    return make


def _router(context: AppContext, near: LocalRouter, setup: Setup) -> Router:
    if context.provider is None or setup.router == "local":
        return Holding(near, setup.threshold, context.agents[0])
    far = ModelRouter(context.provider.model, context.roster, context.price)
    return far if setup.router == "llm" else CascadeRouter(near, far, setup.threshold)


def _with_temperature(provider: Provider | None, temperature: float | None) -> Provider | None:
    """A copy shares connections and the guard with the model that serves."""
    if provider is None or temperature is None or "temperature" not in type(provider.model).model_fields:
        return provider
    model: BaseChatModel = provider.model.model_copy(update={"temperature": temperature})
    return replace(provider, model=model)


def _records_at(
    office: BackOffice | None, customer_id: str, moment: datetime, clock: Clock
) -> BackOffice | None:
    if isinstance(office, SqlBackOffice):
        return office.as_of(customer_id, moment, clock)
    return ReadOnlyOffice(office) if office else None


def rehearsal_of(office: BackOffice | None) -> BackOffice | None:
    if isinstance(office, SqlBackOffice):
        return office.rehearsed()
    return ReadOnlyOffice(office) if office else None
