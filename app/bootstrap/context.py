"""What all parts of one application share while it is being built."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from langchain_core.language_models import BaseChatModel

from app.agents.base import Agent
from app.agents.model_call import Price
from app.agents.roster import names
from app.core.config import Settings
from app.core.ports import Embedder
from app.services.health import ProviderCalls, ProviderState
from app.telemetry import Metrics


@dataclass(frozen=True)
class Provider:
    """A model from outside, what is known of its state, and how to let it go."""

    model: BaseChatModel
    state: Callable[[], ProviderState]
    paused: Callable[[], bool]
    release: Callable[[], Awaitable[None]]
    calls: Callable[[], ProviderCalls | None] = lambda: None


@dataclass(frozen=True)
class House:
    """`embedder` is None where none can be installed; `provider` where no model is configured."""

    settings: Settings
    roster: tuple[Agent, ...]
    embedder: Embedder | None
    provider: Provider | None
    clock: Callable[[], datetime]
    metrics: Metrics

    @property
    def agents(self) -> tuple[str, ...]:
        return names(self.roster)

    @property
    def price(self) -> Price:
        return Price(self.settings.price_input, self.settings.price_output)
