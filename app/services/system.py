"""System status: health, routers, knowledge, back office, and settings with secrets hidden."""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from app.core.config import SECRETS, Settings
from app.core.exceptions import BackOfficeUnavailable, CallCenterError
from app.core.ports import BackOffice
from app.core.threads import in_office
from app.services.health import Detailed
from app.services.knowledge.library import KnowledgeService
from app.services.routing import FittedRouter
from app.services.workbench import Workbench

Kind = Literal["value", "nothing", "switch", "secret", "hidden"]
EFFECTIVE = {"router": "router_name", "demo_data": "wants_demo_data", "log_level": "effective_log_level"}
HIDDEN = {*SECRETS, "crm_url"}


@dataclass(frozen=True, slots=True)
class Shown:
    """`text` is empty for a secret; of `hidden` only the scheme is told, because it may hold a password.

    `changed`: it differs from its default.
    """

    kind: Kind
    text: str
    changed: bool


def list_settings(settings: Settings) -> Mapping[str, Shown]:
    """By the name of the environment variable, in the order of the settings."""
    return {name.upper(): _shown(settings, name) for name in Settings.model_fields}


def _shown(settings: Settings, name: str) -> Shown:
    given = getattr(settings, name)
    changed = given != Settings.model_fields[name].get_default(call_default_factory=True)
    value = getattr(settings, EFFECTIVE.get(name, name))
    if name in HIDDEN or isinstance(given, SecretStr):
        return Shown("nothing" if given is None else "secret", "", changed)
    if value is None or value == []:
        return Shown("nothing", "", changed)
    if isinstance(value, bool):
        return Shown("switch", "true" if value else "false", changed)
    text, kind = _public(value)
    return Shown(kind, text, changed)


def _public(value: Any) -> tuple[str, Kind]:
    if isinstance(value, list):
        return ", ".join(_address(each) for each in value), "value"
    if not isinstance(value, str | Path):
        return f"{value:g}" if isinstance(value, float) else str(value), "value"
    text = str(value)
    scheme, is_address, _ = text.partition("://")
    if is_address and scheme in ("http", "https"):
        return _address(text), "value"
    if is_address:
        return scheme, "hidden"
    return ("", "secret") if "=" in text else (text, "value")


def _address(text: str) -> str:
    """Scheme, host and port: user, path and query may be secrets."""
    if "://" not in text:
        return text
    parts = urlsplit(text)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{'/…' if parts.path.strip('/') else ''}"


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
    """`office` is None where the company's records cannot be used now; `python` is its version.

    `tried` are the connections that can be tried; `production` tells what a service for real customers has.
    """

    health: Detailed
    routers: list[FittedRouter]
    knowledge: KnowledgeSize
    office: OfficeSize | None
    settings: Mapping[str, Shown]
    production: Mapping[str, bool]
    crm: str
    python: str
    tried: frozenset[str] = frozenset()


async def condition(bench: Workbench) -> Condition:
    settings: Settings = bench.settings
    health, routers, knowledge, office, keyed = await asyncio.gather(
        bench.health.detailed(),
        asyncio.to_thread(bench.routing.fitted),
        asyncio.to_thread(_knowledge, bench.knowledge),
        in_office(_office, bench.operators.office),
        asyncio.to_thread(bench.access.has_keys),
    )
    return Condition(
        health, routers, knowledge, office, list_settings(settings), _production(settings, keyed),
        settings.crm, platform.python_version(), frozenset(bench.checks.probes),
    )  # fmt: skip


def _production(settings: Settings, keyed: bool) -> dict[str, bool]:
    return {
        "environment": settings.environment == "production",
        "keys": keyed,
        "provider": settings.has_provider,
        "office": not settings.wants_demo_data,
        "crm": settings.crm != "none",
    }


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
