"""`call-center serve`, `chat`, `route` and `mock-llm`: the application behind a port or in the terminal."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

from app.adapters.mocks.llm.faults import FAULTS
from app.adapters.mocks.llm.habits import HABITS
from app.adapters.mocks.llm.server import MockConfig, create_mock_app
from app.cli.console import exit_with, listen_on, open_workbench, read_settings
from app.core.config import Settings
from app.core.exceptions import CallCenterError
from app.core.network import is_local
from app.main import create_app, has_workbench

if TYPE_CHECKING:  # as in console.py
    from app.services.routing import Routed
    from app.services.workbench import Workbench

LEAVE = {"/quit", "/exit", "/q"}
CONCURRENCY = 8
console = Console()


def serve_application(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).")] = None,
    ui: Annotated[bool | None, typer.Option(help="Serve the workbench in the browser (UI).")] = None,
    insecure: Annotated[
        bool | None,
        typer.Option("--insecure", help="Let everybody do everything without a key (INSECURE)."),
    ] = None,
) -> None:
    settings = read_settings(host=host, port=port, ui=ui, insecure=insecure)
    closed = settings.environment == "production" or settings.operator_key is not None
    if host is not None and not is_local(host) and not closed and not settings.insecure:
        exit_with(
            f"--host {host} accepts connections from other machines: set OPERATOR_KEY or "
            "ENVIRONMENT=production, or add --insecure if everybody may do everything."
        )
    listen_on(settings.port, settings.host, "--port 8001, or make run PORT=8001").close()
    if sys.stderr.isatty():
        typer.echo("Starting… (Ctrl+C stops; the very first start takes about a minute)", err=True)
    application = create_app(open_workbench(settings), warm=True)
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        log_level=settings.log_level.lower() if settings.log_level != "INFO" else "warning",
        timeout_graceful_shutdown=settings.shutdown_grace,
        proxy_headers=False,  # TRUSTED_PROXIES decides whose count
    )
    with suppress(KeyboardInterrupt):
        AnnouncingServer(config, settings).run()


class AnnouncingServer(uvicorn.Server):
    """Tells its address once it answers there."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Leaves the process where the port was taken meanwhile."""
        await super().startup(sockets)
        if self._settings.environment != "production":
            port = self.servers[0].sockets[0].getsockname()[1]
            _announce(self._settings, port)


def _announce(settings: Settings, port: int) -> None:
    """Last, so that it is not lost among the lines of the log; bold on a terminal."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    shown = {"API": f"{address}/docs"} | ({"Workbench": f"{address}/ui/"} if has_workbench(settings) else {})
    with suppress(OSError):  # nowhere to write it: a full disk
        for what, where in shown.items():
            typer.echo(f"{what:10} {typer.style(where, bold=True)}", err=True)


def chat_in_terminal(
    customer: Annotated[
        str, typer.Option(help="Id of the customer to speak as; docs/backoffice.md lists the demo customers.")
    ] = "customer_123",
) -> None:
    asyncio.run(_converse(open_workbench(read_settings(log_level="ERROR")), customer))


async def _converse(bench: Workbench, customer: str) -> None:
    """Until end of input or /quit; the dialog is stored like any other."""
    await bench.dialogs.store.open()
    console.print(f"[dim]{bench.model_name} answers. /new starts a new dialog, /quit leaves.[/dim]")
    dialog_id: str | None = None
    while (line := await asyncio.to_thread(_read_line)) not in (None, *LEAVE):
        if line == "/new":
            dialog_id = None
        elif line and line.strip():
            dialog_id = await _send(bench, customer, dialog_id, line) or dialog_id
    if dialog_id:
        console.print(f"[dim]dialog {dialog_id}[/dim]")
    await bench.stop()


def _read_line() -> str | None:
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        return None


async def _send(bench: Workbench, customer: str, dialog_id: str | None, line: str) -> str | None:
    """The dialog's id, or None where the turn failed."""
    try:
        if dialog_id is None:
            body = (await bench.dialogs.create(customer, line)).body
        else:
            body = (await bench.dialogs.send(dialog_id, line)).body
    except CallCenterError as error:
        console.print(f"[red]{error}[/red]")
        return None
    dialog_id = str(body["dialog_id"])
    await _print_reply(bench, dialog_id)
    return dialog_id


async def _print_reply(bench: Workbench, dialog_id: str) -> None:
    """The agent, the router's confidence, the tools that ran, and the text."""
    last = (await bench.dialogs.view(dialog_id)).messages[-1]
    turn = last.path
    if turn is None:
        console.print("[dim]a person serves this dialog[/dim]")
        return
    tools = ", ".join(f"{use.name} {use.number}".strip() for use in turn.tools)
    route = f"{turn.decision.confidence:.2f} {turn.decision.source}"
    facts = " · ".join(part for part in (route, tools, "degraded" if turn.degraded else "") if part)
    console.print(f"[bold]{turn.agent}[/bold] [dim]{facts}[/dim]")
    console.print(last.content, markup=False, highlight=False)


def route_messages() -> None:
    asyncio.run(_route_stdin(open_workbench(read_settings(log_level="ERROR"))))


async def _route_stdin(bench: Workbench) -> None:
    """In the order of the input, several at once; each result is written as soon as it is its turn."""
    columns = (SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    stderr = Console(stderr=True)
    with Progress(*columns, console=stderr, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("routed", total=None)
        async for routed in _route_in_order(bench, iter(sys.stdin.buffer.readline, b"")):
            sys.stdout.write(routed.model_dump_json() + "\n")
            sys.stdout.flush()
            progress.advance(task)
    await bench.release()


async def _route_in_order(bench: Workbench, lines: Iterator[bytes]) -> AsyncIterator[Routed]:
    """Reading continues while results are written: who sends one line and waits gets its answer."""
    running: asyncio.Queue[asyncio.Task[Routed] | None] = asyncio.Queue(CONCURRENCY)

    async def read() -> None:
        while line := await asyncio.to_thread(next, lines, b""):
            await running.put(asyncio.create_task(bench.routing.route_json(line)))
        await running.put(None)

    reading = asyncio.create_task(read())
    while task := await running.get():
        yield await task
    await reading


def serve_mock_model(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8100,
    fault: Annotated[str | None, typer.Option(help="Fault to answer with; see --list-faults.")] = None,
    fault_rate: Annotated[float, typer.Option(help="Share of requests that get the fault, 0..1.")] = 1.0,
    latency: Annotated[float, typer.Option(help="Seconds to wait before each answer.")] = 0.0,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="List the faults and exit.")] = False,
    habit: Annotated[
        str | None, typer.Option(help="Habit of a real server to imitate; see --list-habits.")
    ] = None,
    list_habits: Annotated[bool, typer.Option("--list-habits", help="List the habits and exit.")] = False,
) -> None:
    if list_faults or list_habits:
        typer.echo("\n".join(sorted(FAULTS if list_faults else HABITS)))
        return
    if fault is not None and fault not in FAULTS:
        raise typer.BadParameter(f"{fault} is not a fault; see --list-faults", param_hint="--fault")
    if habit is not None and habit not in HABITS:
        raise typer.BadParameter(f"{habit} is not a habit; see --list-habits", param_hint="--habit")
    config = MockConfig(fault=fault, fault_rate=fault_rate, latency=latency, habit=habit)
    server = uvicorn.Server(uvicorn.Config(create_mock_app(config), log_level="warning"))
    with listen_on(port) as listener:
        typer.echo(f"OPENAI_BASE_URL=http://localhost:{listener.getsockname()[1]}/v1", err=True)
        server.run(sockets=[listener])
