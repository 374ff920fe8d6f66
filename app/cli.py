"""The `call-center` command. Everything heavy is imported inside the command that needs it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from app.core.config import Settings
    from app.services.routing import Routed
    from app.services.workbench import Workbench

app = typer.Typer(help="An AI call centre that can be measured.", no_args_is_help=True, add_completion=False)
AT_ONCE = 8


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).")] = None,
    ui: Annotated[bool | None, typer.Option(help="The workbench in the browser (UI).")] = None,
) -> None:
    """Serve the REST API and the workbench in the browser."""
    settings = _settings(host=host, port=port, ui=ui)
    import uvicorn  # noqa: PLC0415

    from app.main import create_app  # noqa: PLC0415

    bench = _bench(settings)
    application = create_app(bench)
    where = f"http://{'localhost' if settings.host in ('127.0.0.1', '0.0.0.0') else settings.host}"
    typer.echo(f"Workbench {where}:{settings.port}/ui/   API {where}:{settings.port}/docs", err=True)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level.lower() if settings.log_level != "INFO" else "warning",
        timeout_graceful_shutdown=settings.shutdown_grace,
    )


@app.command()
def chat() -> None:
    """Talk to the agents in the terminal."""
    bench = _bench(_settings(log_level="ERROR"))
    from app.terminal import converse  # noqa: PLC0415

    asyncio.run(converse(bench))


@app.command()
def route() -> None:
    """Read JSONL messages on stdin, write one JSON line each: where the router would send it."""
    bench = _bench(_settings(log_level="ERROR"))
    asyncio.run(_route_all(bench))


@app.command("mock-llm")
def mock_llm(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8100,
    fault: Annotated[str | None, typer.Option(help="A fault to answer with; see --list-faults.")] = None,
    fault_rate: Annotated[float, typer.Option(help="Share of requests that get the fault, 0..1.")] = 1.0,
    latency: Annotated[float, typer.Option(help="Seconds before each answer.")] = 0.0,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Name the faults and leave.")] = False,
) -> None:
    """Serve an OpenAI-compatible model for tests and demos, with every fault on request."""
    import uvicorn  # noqa: PLC0415

    from app.adapters.llm.mock_faults import FAULTS  # noqa: PLC0415
    from app.adapters.llm.mock_server import MockConfig, create_mock_app  # noqa: PLC0415

    if list_faults:
        typer.echo("\n".join(sorted(FAULTS)))
        return
    if fault is not None and fault not in FAULTS:
        raise typer.BadParameter(f"{fault} is not a fault; see --list-faults", param_hint="--fault")
    typer.echo(f"OPENAI_BASE_URL=http://localhost:{port}/v1", err=True)
    config = MockConfig(fault=fault, fault_rate=fault_rate, latency=latency)
    uvicorn.run(create_mock_app(config), host="127.0.0.1", port=port, log_level="warning")


@app.command()
def doctor() -> None:
    """What is configured, what is reachable, what is missing and how to mend it."""
    from app.doctor import examine  # noqa: PLC0415

    healthy = asyncio.run(examine(_settings(log_level="ERROR")))
    raise typer.Exit(0 if healthy else 1)


@app.command()
def train(
    lines: Annotated[Path, typer.Option(help="Folder with labelled JSONL lines.")] = Path("eval_sets/train"),
) -> None:
    """Fit the local router from labelled lines, and the article vectors from the knowledge base."""
    from app.training import train_all  # noqa: PLC0415

    typer.echo(train_all(lines))


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed  # noqa: PLC0415

    typer.echo(installed("call-center-agents"))


def main() -> None:
    app()


def _settings(**given: object) -> Settings:
    from app.core.config import load_settings  # noqa: PLC0415
    from app.core.exceptions import SettingInvalid  # noqa: PLC0415

    try:
        return load_settings(**{name: value for name, value in given.items() if value is not None})
    except SettingInvalid as error:
        _leave(error)


def _bench(settings: Settings) -> Workbench:
    from app.main import prepare_environment  # noqa: PLC0415

    prepare_environment()
    from app.bootstrap import build  # noqa: PLC0415
    from app.core.exceptions import SettingInvalid  # noqa: PLC0415
    from app.telemetry import configure_logging  # noqa: PLC0415

    configure_logging(settings.effective_log_level, settings.environment == "production")
    try:
        return build(settings)
    except SettingInvalid as error:
        _leave(error)


def _leave(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(2)


async def _route_all(bench: Workbench) -> None:
    """In the order of the input, some at once; the output streams."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("routed", total=None)
        async for routed in _in_order(bench, iter(sys.stdin.readline, "")):
            sys.stdout.write(routed.model_dump_json() + "\n")
            sys.stdout.flush()
            progress.advance(task)
    await bench.release()


async def _in_order(bench: Workbench, lines: Iterator[str]) -> AsyncIterator[Routed]:
    running: list[asyncio.Task[Routed]] = []
    while line := await asyncio.to_thread(next, lines, ""):
        running.append(asyncio.create_task(bench.routing.route_json(line)))
        if len(running) >= AT_ONCE:
            yield await running.pop(0)
    for task in running:
        yield await task
