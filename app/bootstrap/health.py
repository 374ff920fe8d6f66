"""The health service: what is configured, and what answers."""

from __future__ import annotations

from collections.abc import Callable

from app.bootstrap.context import AppContext
from app.bootstrap.model import name_of
from app.services.crm.relay import Relay
from app.services.dialogs.manager import DialogManager
from app.services.health import Facts, HealthService, ProviderCalls, ProviderState


def health_of(context: AppContext, dialogs: DialogManager, relay: Relay | None) -> HealthService:
    settings, provider = context.settings, context.provider
    facts = Facts(
        environment=settings.environment,
        model=name_of(context),
        router=settings.router_name,
        embeddings=context.embedder is not None,
        offline=provider is None,
        agents=list(context.agents),
        fallback=settings.model_fallback,
    )
    state: Callable[[], ProviderState] = provider.state if provider else lambda: "not_configured"
    paused = provider.paused if provider else lambda: False
    calls = provider.calls if provider else lambda: None
    context.metrics.watch_provider(lambda: (calls() or ProviderCalls()).never_answered)
    return HealthService(
        dialogs.store,
        facts,
        state,
        paused,
        lambda: dialogs.draining,
        relay=relay,
        calls=calls,
        spend=context.spend,
    )
