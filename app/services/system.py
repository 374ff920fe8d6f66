"""The whole house at a glance: health, router, knowledge, back office, settings."""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.config import Settings
from app.core.exceptions import BackOfficeUnavailable, CallCenterError
from app.core.office import in_office
from app.core.ports import BackOffice
from app.services.configuration import Shown, shown
from app.services.health import Detailed
from app.services.knowledge.library import KnowledgeService
from app.services.routing import FittedRouter
from app.services.workbench import Workbench


@dataclass(frozen=True, slots=True)
class KnowledgeSize:
    """`articles` by language; `documents` is None where the library cannot be read now."""

    articles: Mapping[str, int]
    documents: int | None
    approved: int


@dataclass(frozen=True, slots=True)
class OfficeSize:
    plans: int
    items: int
    incidents: int
    waiting: int
    decided: int


@dataclass(frozen=True, slots=True)
class Condition:
    """`office` is None where the company's records cannot be used now; `python` is its version."""

    health: Detailed
    routers: list[FittedRouter]
    knowledge: KnowledgeSize
    office: OfficeSize | None
    settings: Mapping[str, Shown]
    crm: str
    python: str


async def condition(bench: Workbench) -> Condition:
    settings: Settings = bench.settings
    health, routers, knowledge, office = await asyncio.gather(
        bench.health.detailed(),
        asyncio.to_thread(bench.routing.fitted),
        asyncio.to_thread(_knowledge, bench.knowledge),
        in_office(_office, bench.people.office),
    )
    return Condition(
        health, routers, knowledge, office, shown(settings), settings.crm, platform.python_version()
    )


def _knowledge(service: KnowledgeService) -> KnowledgeSize:
    articles = Counter(lang for lang, _ in service.articles)
    try:
        documents = len(service.documents())
    except (CallCenterError, OSError):
        return KnowledgeSize(articles, None, len(service.approvals))
    return KnowledgeSize(articles, documents, len(service.approvals))


def _office(office: BackOffice | None) -> OfficeSize | None:
    if office is None:
        return None
    try:
        statuses = Counter(approval.status for approval in office.approvals(None))
        waiting = statuses.pop("pending", 0)
        lasting = [incident for incident in office.incidents() if incident.until is None]
        return OfficeSize(
            len(office.plans()), len(office.items()), len(lasting), waiting, sum(statuses.values())
        )
    except BackOfficeUnavailable:
        return None
