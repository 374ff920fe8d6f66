"""Orchestrators under other settings, whose actions leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from langchain_core.language_models import BaseChatModel

from app.agents.orchestrator import Orchestrator
from app.agents.router import CascadeRouter, Holding, LiveRouter, ModelRouter
from app.bootstrap.context import AppContext, Provider
from app.bootstrap.model import speaker_of
from app.core.ports import BackOffice, DialogStore, Router
from app.engines.backoffice.office import SqlBackOffice
from app.engines.routing.local import LocalRouter
from app.services.knowledge.library import KnowledgeService
from app.services.replay import ReadOnlyOffice, Replay, Setup


def replay_of(
    house: AppContext, near: LocalRouter, knowledge: KnowledgeService, real: Orchestrator, store: DialogStore
) -> Replay:
    """`threshold` of the service is where the slider stands at first: as things are now."""
    settings, provider = house.settings, house.provider
    desk = replace(real.desk, office=rehearsed(real.desk.office))
    return Replay(
        store=store,
        make=_maker(house, near, knowledge, replace(real, desk=desk)),
        routers=("local", "llm", "cascade") if provider else ("local",),
        threshold=settings.router_threshold if provider else 0.0,
        thoughtful=provider is not None,
        history=settings.max_dialog_history,
    )


def _maker(
    house: AppContext, near: LocalRouter, knowledge: KnowledgeService, real: Orchestrator
) -> Callable[[Setup], Orchestrator]:
    def make(setup: Setup) -> Orchestrator:
        tempered = replace(house, provider=_tempered(house.provider, setup.temperature))
        chosen = _router(tempered, near, setup)
        other = replace(
            real,
            router=LiveRouter(chosen, frozenset(house.agents), near),
            speaker=speaker_of(tempered, knowledge),
        )
        language = setup.language
        return other if language is None else replace(other, detect=lambda _text, _before: language)

    return make


def _router(house: AppContext, near: LocalRouter, setup: Setup) -> Router:
    if house.provider is None or setup.router == "local":
        return Holding(near, setup.threshold, house.agents[0])
    far = ModelRouter(house.provider.model, house.price, house.roster)
    return far if setup.router == "llm" else CascadeRouter(near, far, setup.threshold)


def _tempered(provider: Provider | None, temperature: float | None) -> Provider | None:
    """A copy shares connections and the guard with the model that serves."""
    if provider is None or temperature is None or "temperature" not in type(provider.model).model_fields:
        return provider
    model: BaseChatModel = provider.model.model_copy(update={"temperature": temperature})
    return replace(provider, model=model)


def rehearsed(office: BackOffice | None) -> BackOffice | None:
    if isinstance(office, SqlBackOffice):
        return office.rehearsed()
    return ReadOnlyOffice(office) if office else None
