"""The routers: the one that is used, and those that can be measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from app.adapters.embeddings.encoder import KEPT, SentenceEncoder
from app.adapters.remote_router import RemoteCentre
from app.agents.router import CascadeRouter, ModelRouter
from app.bootstrap.context import AppContext
from app.core.config import Settings
from app.core.exceptions import SettingInvalid
from app.core.ports import Embedder, Router
from app.engines.routing.artefact import SHIPPED, Artefact
from app.engines.routing.artefact import load as load_artefact
from app.engines.routing.local import LocalRouter
from app.engines.routing.versions import SHIPPED_NAME, Versions, artefact_folder
from app.engines.routing.versions import name_of as version_name
from app.evaluation.cases import part
from app.evaluation.registry import Registry
from app.evaluation.runner import Route, Target
from app.services.evaluation.service import EvaluationService
from app.services.explaining import Explaining
from app.services.replay import Replay
from app.services.routing import FittedRouter, RoutingService


def local_router(context: AppContext) -> LocalRouter:
    return LocalRouter(_fitted(context), context.embedder)


def router_of(context: AppContext, near: LocalRouter) -> Router:
    """Raises SettingInvalid where the chosen router needs a model that is not configured."""
    settings = context.settings
    if settings.router_name == "local":
        return near
    if context.provider is None:
        raise SettingInvalid("ROUTER", f"{settings.router_name} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    far = ModelRouter(context.provider.model, context.roster, context.price)
    return far if settings.router_name == "llm" else CascadeRouter(near, far, settings.router_threshold)


def routing_of(context: AppContext, chosen: Router, public: Router) -> RoutingService:
    settings = context.settings
    return RoutingService(chosen, partial(fitted_routers, settings), settings.max_dialog_history, public)


@dataclass(frozen=True)
class BesideDialogs:
    """Services about routing and past turns that take no part in turns."""

    evaluation: EvaluationService
    routing: RoutingService
    explaining: Explaining
    replay: Replay


def beside_dialogs(
    context: AppContext, near: LocalRouter, chosen: Router, public: Router, replay: Replay
) -> BesideDialogs:
    explaining = Explaining(near.evidence(part("train")), context.company)
    routing = routing_of(context, chosen, public)
    return BesideDialogs(evaluation_of(context, near, chosen), routing, explaining, replay)


def evaluation_of(context: AppContext, near: LocalRouter, chosen: Router) -> EvaluationService:
    targets = {t.name: t for t in _targets(context, near, chosen)}
    registry = Registry(context.settings.eval_runs)
    return EvaluationService(targets, context.agents, RemoteCentre, _fresh(context, 0), registry)


def _fresh(context: AppContext, kept: int = KEPT) -> Embedder | None:
    """Nothing that was worked out before shortens a measurement."""
    embedder = context.embedder
    return embedder.fresh(kept) if isinstance(embedder, SentenceEncoder) else embedder


def _cold(context: AppContext, router: Router) -> Callable[[bool], Route] | None:
    """The router anew for each way through a case, where it works sentence vectors out."""
    if isinstance(router, LocalRouter):
        return lambda _: router.over(_fresh(context)).route
    if isinstance(router, CascadeRouter) and isinstance(router.near, LocalRouter):
        near = router.near
        return lambda _: replace(router, near=near.over(_fresh(context))).route
    return None


def fitted_routers(settings: Settings) -> list[FittedRouter]:
    """Reads files. The shipped one is last; `active` is what ROUTER_ARTEFACT names now."""
    try:
        active = version_name(artefact_folder(settings.router_artefact))
    except SettingInvalid:
        active = ""
    kept = [
        FittedRouter(r.version, r.version == active, r.fitted, r.lines, r.sentence)
        for r in Versions(settings.router_artefact.parent).list()
    ]
    others = [active] if active and active not in {SHIPPED_NAME, *(r.name for r in kept)} else []
    return [
        *(FittedRouter(name, True) for name in others),
        *kept,
        FittedRouter(SHIPPED_NAME, active == SHIPPED_NAME),
    ]


def _fitted(context: AppContext) -> Artefact:
    """Raises SettingInvalid for a router that is damaged, or was fitted for another house."""
    folder = artefact_folder(context.settings.router_artefact)
    artefact = load_artefact(folder)
    if strangers := set(artefact.meta.agents) - set(context.agents):
        told = f"the fitted router in {folder} knows agents that do not work here"
        raise SettingInvalid("ROUTER_ARTEFACT", f"{told}: {', '.join(sorted(strangers))}")
    if folder == SHIPPED:
        return artefact
    if context.embedder and context.embedder.embed(["."]).shape[1] != len(artefact.landmarks.mean):
        raise SettingInvalid("ROUTER_ARTEFACT", f"{folder} was fitted with another embedder")
    return artefact


def _targets(context: AppContext, near: LocalRouter, chosen: Router) -> Iterator[Target]:
    """Every router that can be measured as things are configured; `chosen` stands under its own name."""
    settings = context.settings
    ours = {settings.router_name: chosen}
    labels, fitted, last = context.agents, near.fingerprint, context.last_resort
    local = ours.get("local", near)
    session = _cold(context, local)
    yield Target("local", local.route, labels, settings=fitted, at_once=1, session=session, last_resort=last)
    if context.provider is None:
        return
    far = ModelRouter(context.provider.model, context.roster, context.price)
    cascade = ours.get("cascade", CascadeRouter(near, far, settings.router_threshold))
    asked = {
        "temperature": str(settings.temperature),
        "max_tokens": str(settings.max_tokens),
        "server": urlsplit(settings.openai_base_url or "").hostname or "api.openai.com",
    }
    both = {**asked, **fitted, "threshold": str(settings.router_threshold)}
    paid = partial(Target, model=settings.openai_model, prompts=far.fingerprints, paid=True, last_resort=last)
    yield paid("llm", ours.get("llm", far).route, labels, settings=asked)
    cold = _cold(context, cascade)
    yield paid("cascade", cascade.route, labels, settings=both, session=cold)
