"""What the first turn would read, compile, import and open is done before the server answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

import structlog

from app.agents.orchestrator import Orchestrator
from app.agents.router import LiveRouter
from app.bootstrap.context import AppContext
from app.bootstrap.model import speaker_of
from app.bootstrap.replay import rehearsal_of
from app.core import locales
from app.core.backoffice import ActionContext
from app.core.exceptions import CallCenterError
from app.core.models import Article, Said, TurnContext, TurnProgress
from app.core.threads import in_office
from app.engines.offline.call_times import names_time
from app.engines.routing.local import LocalRouter
from app.services.dialogs.memory import Recollection
from app.services.explaining import Explaining
from app.services.knowledge.library import KnowledgeService
from app.services.workbench import Warmup

log = structlog.get_logger()
NOBODY = TurnContext(origin=ActionContext(dialog_id="rehearsal", seq=1, customer_id="rehearsal"))


def warmup_of(
    context: AppContext,
    near: LocalRouter,
    knowledge: KnowledgeService,
    real: Orchestrator,
    memory: Recollection | None,
    explaining: Explaining,
) -> Warmup:
    """Rehearses with the embedded model and the local router: nothing is paid for, kept or counted."""
    rehearsal = replace(
        real,
        router=LiveRouter(near, frozenset(context.agents), near),
        speaker=speaker_of(replace(context, provider=None), knowledge),
        context=replace(real.context, office=rehearsal_of(real.context.office)),
    )
    return partial(_warm, rehearsal, knowledge.articles, memory, explaining if context.settings.ui else None)


async def _warm(
    rehearsal: Orchestrator,
    articles: Mapping[tuple[str, str], Article],
    memory: Recollection | None,
    explaining: Explaining | None,
) -> None:
    """A store that is down stops no start; the turns will say so."""
    await asyncio.to_thread(locales.preload)
    await asyncio.to_thread(names_time, "", rehearsal.context.clock())  # the places of all time zones
    if explaining:
        await explaining.warm()
    if memory:
        await memory.recall(NOBODY.origin.customer_id)
    try:
        if office := rehearsal.context.office:
            await in_office(office.account, NOBODY.origin.customer_id)
        for line in _questions(articles.values()):
            await rehearsal.run([Said(role="customer", content=line)], None, _ignore, NOBODY)
    except CallCenterError as error:
        log.warning("warmup_failed", code=error.code)


def _questions(articles: Iterable[Article]) -> Iterable[str]:
    """One per language and agent: each has words, patterns and tools of its own."""
    return {(a.lang, a.agent): a.questions[0] for a in articles if a.questions}.values()


def _ignore(_progress: TurnProgress) -> None:
    """Nobody watches a rehearsal."""
