"""Builds the application from settings; every collaborator can be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from app.adapters.embeddings import load_embedder
from app.adapters.languages import detector
from app.adapters.storage.langgraph_storage import has_checkpoints, open_checkpoints, strict_reader
from app.agents.base import Agent, ToolContext
from app.agents.orchestrator import Orchestrator
from app.agents.roster import roster_of
from app.agents.router import LiveRouter
from app.bootstrap.access import access_of, audit_of
from app.bootstrap.checks import checks_of
from app.bootstrap.context import (
    AppContext,
    claims_of,
    knowledge_of,
    memory_of,
    office_of,
    relay_of,
    understanding_of,
    wary,
)
from app.bootstrap.example import example_of
from app.bootstrap.health import health_of
from app.bootstrap.model import name_of, provider_of, speaker_of, spend_of, summarizer_of
from app.bootstrap.privacy import Privacy, customer_data_of, deletions_of, proposals_of
from app.bootstrap.replay import replay_of
from app.bootstrap.routing import BesideDialogs, beside_dialogs, local_router, router_of
from app.bootstrap.storage import store_of
from app.bootstrap.warm import warmup_of
from app.core.cleaned_text import LineCleaner
from app.core.clock import Clock, utcnow
from app.core.company import Company, in_use
from app.core.config import Settings
from app.core.exceptions import IndexBuilding, StorageUnavailable
from app.core.models import Article
from app.core.outbox import CrmClient, Outbox
from app.core.ports import BackOffice, DialogStore, Embedder, Router
from app.core.short_names import in_full
from app.core.threads import SEARCHES
from app.engines.offline.consent_reader import read_answer
from app.engines.routing.local import LocalRouter
from app.services.analytics.service import analytics_of
from app.services.customers import Customers
from app.services.dialogs.admission import Admission, DialogAccess
from app.services.dialogs.approvals import ApprovalService
from app.services.dialogs.branching import Branching
from app.services.dialogs.change_feed import ChangeFeed, ObservedStore, latest
from app.services.dialogs.consents import Consents
from app.services.dialogs.deciding import ProposalDecisions
from app.services.dialogs.effects import EffectEvents
from app.services.dialogs.feedback import Feedback
from app.services.dialogs.maintenance import Maintenance
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.turns import Turns
from app.services.knowledge.library import KnowledgeService
from app.services.operators.monitor import Monitor
from app.services.operators.objections import Objections
from app.services.operators.rerouting import Rerouting, forget
from app.services.operators.service import OperatorService
from app.services.privacy.guard import DeletionGuard
from app.services.workbench import Warmup, Workbench
from app.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from app.adapters.openai.guard import Guard


def _cleaner_of(meant: Callable[[str], str], known: set[str]) -> LineCleaner:
    return LineCleaner(lambda typed: in_full(meant(typed)), detector(known))


def build(
    settings: Settings,
    *,
    store: DialogStore | None = None,
    model: BaseChatModel | None = None,
    guard: Guard | None = None,
    router: Router | None = None,
    office: BackOffice | None = None,
    crm: CrmClient | None = None,
    outbox: Outbox | None = None,
    embedder: Embedder | None = None,
    articles: list[Article] | None = None,
    roster: tuple[Agent, ...] | None = None,
    company: Company | None = None,
    clock: Clock = utcnow,
) -> Workbench:
    """`model` stands in for the provider, `roster` for the agents of the `company`. Raises SettingInvalid.

    What is done in a `store` of one's own is not in the audit log.
    """
    strict_reader()
    context = _context(settings, company or in_use(), roster, embedder, model, guard, clock)
    context = context if store else replace(context, audit=audit_of(settings, clock))
    near = local_router(context)
    chosen = router_of(context, near) if router is None else router
    knowledge = knowledge_of(context, articles, near)
    kept = store_of(settings) if store is None else store
    records = office_of(context) if office is None else office
    relay = relay_of(context, kept, crm, outbox)
    orchestrator = _orchestrator(
        context, knowledge, _tool_context(context, knowledge, records, kept), chosen, near
    )
    changes = ChangeFeed(partial(latest, kept))
    deletions = DeletionGuard(kept, deletions_of(settings))
    observed = ObservedStore(kept, relay, changes, deletions, context.audit)
    dialogs = _dialogs(context, observed, orchestrator)
    changes.ending = lambda: dialogs.draining
    replay = replay_of(context, near, knowledge, orchestrator, kept, dialogs.turns.consents)
    public = router_of(context, near.on(SEARCHES)) if router is None else router
    beside = beside_dialogs(context, near, chosen, public, replay)
    warm = warmup_of(context, near, knowledge, orchestrator, dialogs.turns.memory, beside.explaining)
    return _workbench(context, dialogs, knowledge, observed, changes, beside, warm)


def _orchestrator(
    context: AppContext, knowledge: KnowledgeService, tools: ToolContext, router: Router, near: LocalRouter
) -> Orchestrator:
    return Orchestrator(
        router=wary(context, LiveRouter(router, frozenset(context.agents), near)),
        speaker=speaker_of(context, knowledge),
        context=tools,
        roster=context.roster,
        recursion_limit=context.settings.recursion_limit,
        cleaner=_cleaner_of(near.meant, {lang for lang, _ in knowledge.articles}),
    )


def _tool_context(
    context: AppContext, knowledge: KnowledgeService, office: BackOffice, store: DialogStore
) -> ToolContext:
    live = knowledge.live
    waiting = partial(_count_waiting, store)
    return ToolContext(live, office, context.clock, live.find_approved, waiting, claims_of(context))


async def _count_waiting(store: DialogStore) -> int | None:
    """Dialogs that wait for a person and have none yet; None while the index is built."""
    try:
        return await store.waiting.count_free()
    except (StorageUnavailable, IndexBuilding):
        return None


def _context(
    settings: Settings,
    company: Company,
    roster: tuple[Agent, ...] | None,
    embedder: Embedder | None,
    model: BaseChatModel | None,
    guard: Guard | None,
    clock: Clock,
) -> AppContext:
    metrics = Metrics()
    spend = spend_of(settings, clock, metrics)
    embedder = load_embedder() if embedder is None else embedder
    return AppContext(
        settings,
        company,
        roster or roster_of(company),
        embedder,
        provider_of(settings, model, guard, spend),
        clock,
        metrics,
        understanding_of(embedder),
        spend,
    )


def _dialogs(context: AppContext, store: DialogStore, orchestrator: Orchestrator) -> DialogManager:
    settings, office = context.settings, orchestrator.context.office
    assert office is not None
    effects = EffectEvents(office)
    access = DialogAccess(store, Admission(settings.max_waiting_messages, settings.max_turns), effects)
    checkpoints = partial(open_checkpoints, settings.checkpoint_storage)
    turns = Turns(
        store=store,
        orchestrator=orchestrator,
        metrics=context.metrics,
        history=settings.max_dialog_history,
        clock=context.clock,
        effects=effects,
        memory=memory_of(context, office),
        consents=Consents(read_answer, timedelta(minutes=settings.proposal_minutes), context.clock),
        approvals=ApprovalService(
            access,
            orchestrator,
            office,
            checkpoints,
            context.clock,
            settings.max_dialog_history,
            partial(has_checkpoints, settings.checkpoint_storage),
        ),
    )
    return DialogManager(
        access,
        turns,
        summarizer_of(context, orchestrator.cleaner.language),
        partial(forget, proposals_of(settings)),
    )


def _workbench(
    context: AppContext,
    dialogs: DialogManager,
    knowledge: KnowledgeService,
    observed: ObservedStore,
    changes: ChangeFeed,
    beside: BesideDialogs,
    warm: Warmup,
) -> Workbench:
    settings, office = context.settings, dialogs.turns.orchestrator.context.office
    data, operators = customer_data_of(context, dialogs, office), _operators(context, dialogs, knowledge)
    return Workbench(
        settings=settings,
        access=access_of(settings, context.clock),
        agents=context.agents,
        model_name=name_of(context),
        dialogs=dialogs,
        routing=beside.routing,
        health=health_of(context, dialogs, observed.relay),
        maintenance=_maintenance(settings, dialogs, knowledge, operators, data),
        metrics=context.metrics,
        knowledge=knowledge,
        operators=operators,
        evaluation=beside.evaluation,
        analytics=analytics_of(dialogs, settings),
        monitor=Monitor(operators, changes, Rerouting(operators, proposals_of(settings))),
        branching=Branching(dialogs, office),
        feedback=Feedback(dialogs),
        proposals=ProposalDecisions(dialogs),
        customers=Customers(office),
        replay=beside.replay,
        checks=checks_of(context, dialogs.store, office, knowledge, observed.relay),
        explaining=beside.explaining,
        objections=Objections(dialogs, context.agents, proposals_of(settings)),
        privacy=data.desk,
        release=partial(_release, context, office, data.close),
        warm=warm,
        relay=observed.relay,
        example=example_of(context, build),
    )


def _operators(context: AppContext, dialogs: DialogManager, knowledge: KnowledgeService) -> OperatorService:
    turns = dialogs.turns
    office, settle = turns.orchestrator.context.office, turns.approvals
    return OperatorService(dialogs, context.agents, office, settle, knowledge.title_of, context.audit)


def _maintenance(
    settings: Settings,
    dialogs: DialogManager,
    knowledge: KnowledgeService,
    operators: OperatorService,
    data: Privacy,
) -> Maintenance:
    idle = timedelta(minutes=settings.dialog_timeout_minutes)
    return Maintenance(dialogs, idle, knowledge, operators.look_after_queue, privacy=data.desk)


async def _release(context: AppContext, office: BackOffice | None, close: Callable[[], None]) -> None:
    if context.provider:
        await context.provider.release()
    if context.spend:
        await asyncio.to_thread(context.spend.store.close)
    if office:
        await asyncio.to_thread(office.close)
    await asyncio.to_thread(close)
