"""Who speaks: the provider's model, the embedded one, or the one in place of the other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from app.adapters.access.spend_store import SqliteSpend
from app.agents.model_call import FREE, ModelCaller
from app.agents.structured_output import MODES, mode_of
from app.agents.summary import Extractive, Generated, Summarizer
from app.bootstrap.context import AppContext, Provider
from app.core.cleaned_text import Detect
from app.core.clock import Clock
from app.core.config import Settings
from app.core.exceptions import SettingInvalid
from app.core.spend import SpendMeter
from app.engines.offline.model import NAME as EMBEDDED
from app.engines.offline.model import EmbeddedChatModel
from app.services.access.spend import DailySpend
from app.services.health import ProviderCalls
from app.services.knowledge.library import KnowledgeService
from app.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from app.adapters.openai.breaker import CallRecord
    from app.adapters.openai.guard import Guard


def spend_of(settings: Settings, clock: Clock, metrics: Metrics) -> DailySpend | None:
    """None where nothing is limited: then nothing is counted beside the turns."""
    if not (settings.spend_per_day or settings.spend_per_customer_day):
        return None
    return DailySpend(settings, SqliteSpend(settings.access_storage / "spend.sqlite"), clock, metrics)


def provider_of(
    settings: Settings,
    model: BaseChatModel | None,
    guard: Guard | None,
    meter: SpendMeter | None = None,
) -> Provider | None:
    if model is not None and type(model).__module__.startswith("app."):  # ours tell failures as they should
        return Provider(model, lambda: "healthy", lambda: False, nothing)
    if model is not None and settings.redact_before_llm:
        raise SettingInvalid("REDACT_BEFORE_LLM", "only requests to an OpenAI-compatible server are redacted")
    if model is not None:
        from app.adapters.openai.foreign import ForeignChatModel  # noqa: PLC0415  (needs the HTTP library)

        watched = ForeignChatModel(model=model, meter=meter)
        return Provider(
            model=watched,
            state=lambda: "unhealthy" if watched.failing or watched.record.never_answered else "healthy",
            paused=lambda: False,
            release=nothing,
            calls=lambda: calls_of(watched.record),
        )
    if not settings.has_provider:
        return None
    from app.adapters.openai.client import openai_model  # noqa: PLC0415  (heavy, and useless without a key)

    client = openai_model(settings, guard, meter)
    watch = client.guard
    return Provider(
        model=client,
        state=lambda: "unhealthy" if watch.breaker.failing or watch.record.never_answered else "healthy",
        paused=lambda: watch.state == "open",
        release=client.aclose,
        calls=lambda: calls_of(watch.record, client.habits.ways, mode_of(client)),
    )


def calls_of(record: CallRecord, ways: Sequence[str] = (), mode: str | None = None) -> ProviderCalls:
    """`mode` of typed answers is told where it is not the first choice."""
    typed = [f"typed_by_{mode}"] if mode not in (None, MODES[0]) else []
    return ProviderCalls(
        answered=record.answered, failed=record.failed, last_failure=record.why, ways=[*ways, *typed]
    )


def speaker_of(context: AppContext, knowledge: KnowledgeService) -> ModelCaller:
    embedded = EmbeddedChatModel(
        library=knowledge.articles, desks=context.desks, understanding=context.understanding
    )
    if context.provider is None:
        return ModelCaller(embedded, EMBEDDED, FREE)
    spare = embedded if context.settings.model_fallback else None
    name = context.settings.openai_model
    return ModelCaller(context.provider.model, name, context.price, spare, EMBEDDED, rewrites=True)


def name_of(context: AppContext) -> str:
    return context.settings.openai_model if context.provider else EMBEDDED


def summarizer_of(context: AppContext, detect: Detect) -> Summarizer:
    spare = Extractive(detect)
    if context.provider is None:
        return spare
    return Generated(context.provider.model, spare, context.settings.max_dialog_history, detect=detect)


async def nothing() -> None:
    """There is nothing to let go."""


@contextmanager
def serve_mock_provider() -> Iterator[str]:
    """Yields the OPENAI_BASE_URL of a server in a thread of its own, which answers by keywords."""
    import uvicorn  # noqa: PLC0415  (a server that only notebooks start)

    from app.adapters.mocks.llm.server import create_mock_app  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        config = uvicorn.Config(create_mock_app(), log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()
