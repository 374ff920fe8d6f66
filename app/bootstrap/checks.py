"""What of an application can be tried with one press."""

from __future__ import annotations

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from app.adapters.storage.langgraph_storage import open_checkpoints
from app.bootstrap.context import AppContext, Provider
from app.core.config import Settings
from app.core.ports import BackOffice, DialogStore
from app.services.checks import (
    Checks,
    Connection,
    Probe,
    probe_crm,
    probe_embedder,
    probe_knowledge,
    probe_office,
    probe_storage,
)
from app.services.crm.relay import Relay
from app.services.knowledge.library import KnowledgeService

SAY: list[BaseMessage] = [
    SystemMessage("You test a connection. Be as short as you can."),
    HumanMessage("Answer with the single word: ready"),
]
LONGEST = 15.0  # seconds for all attempts of the one call
PLACE = {"configurable": {"thread_id": "check", "checkpoint_ns": ""}}


def checks_of(
    context: AppContext,
    store: DialogStore,
    office: BackOffice | None,
    knowledge: KnowledgeService,
    relay: Relay | None,
) -> Checks:
    probes: dict[Connection, Probe] = {
        "storage": probe_storage(store),
        "office": probe_office(office),
        "knowledge": probe_knowledge(knowledge),
        "checkpoints": _probe_checkpoints(context.settings.checkpoint_storage),
    }
    if context.provider:
        probes["provider"] = _probe_provider(context.provider, context.settings)
    if context.embedder:
        probes["embeddings"] = probe_embedder(context.embedder)
    if relay:
        probes["crm"] = probe_crm(relay)
    return Checks(probes)


def _probe_provider(provider: Provider, settings: Settings) -> Probe:
    """One call past the breaker, which would refuse it while the provider counts as down."""

    async def probe() -> None:
        from app.adapters.openai.client import GuardedChatOpenAI, openai_model  # noqa: PLC0415  (heavy)
        from app.adapters.openai.guard import Guard  # noqa: PLC0415

        if not isinstance(provider.model, GuardedChatOpenAI):
            await provider.model.ainvoke(SAY)
            return
        apart = openai_model(settings, Guard(min(settings.model_timeout, LONGEST)))
        try:
            await apart.ainvoke(SAY)
        finally:
            await apart.aclose()

    return probe


def _probe_checkpoints(where: str) -> Probe:
    async def probe() -> None:
        async with open_checkpoints(where) as kept:
            await kept.aget_tuple(PLACE)

    return probe
