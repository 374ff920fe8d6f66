"""The `call-center` command. Everything heavy is imported inside the command that needs it."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import leave, need_evaluation, opened, settings_of
from app.cli.crm import crm
from app.cli.db import records
from app.cli.eval import evaluation
from app.cli.kb import knowledge
from app.core.network import is_local

ROUTERS = Path("storage/routers")

app = typer.Typer(help="An AI call centre that can be measured.", no_args_is_help=True, add_completion=False)
app.add_typer(evaluation, name="eval")
app.add_typer(knowledge, name="kb")
app.add_typer(crm, name="crm")
app.add_typer(records, name="db")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).")] = None,
    ui: Annotated[bool | None, typer.Option(help="The workbench in the browser (UI).")] = None,
    insecure: Annotated[
        bool | None,
        typer.Option("--insecure", help="Without OPERATOR_KEY everybody may act as an operator (INSECURE)."),
    ] = None,
) -> None:
    """Serve the REST API and the workbench in the browser."""
    settings = settings_of(host=host, port=port, ui=ui, insecure=insecure)
    if host is not None and not is_local(host) and settings.operator_key is None and not settings.insecure:
        leave(
            f"--host {host} lets others in: set OPERATOR_KEY, or add --insecure if all may act as operators."
        )
    _listening(settings.port, settings.host).close()
    import uvicorn  # noqa: PLC0415

    from app.main import create_app, has_workbench  # noqa: PLC0415

    bench = opened(settings)
    application = create_app(bench, warm=True)
    where = f"http://{'localhost' if settings.host in ('127.0.0.1', '0.0.0.0') else settings.host}"
    if settings.environment != "production":
        workbench = f"Workbench {where}:{settings.port}/ui/   " if has_workbench(settings) else ""
        typer.echo(f"{workbench}API {where}:{settings.port}/docs", err=True)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        log_level=settings.log_level.lower() if settings.log_level != "INFO" else "warning",
        timeout_graceful_shutdown=settings.shutdown_grace,
        proxy_headers=False,  # TRUSTED_PROXIES decides whose count
    )


@app.command()
def chat(
    customer: Annotated[
        str, typer.Option(help="On whose behalf; docs/backoffice.md lists the demo customers.")
    ] = ("customer_123"),
) -> None:
    """Talk to the agents in the terminal, as a customer of the back office."""
    bench = opened(settings_of(log_level="ERROR"))
    from app.cli.chat import converse  # noqa: PLC0415

    asyncio.run(converse(bench, customer))


@app.command()
def route() -> None:
    """Read JSONL messages on stdin, write one JSON line each: where the router would send it."""
    bench = opened(settings_of(log_level="ERROR"))
    from app.cli.route import route_all  # noqa: PLC0415

    asyncio.run(route_all(bench))


@app.command("mock-llm")
def mock_llm(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8100,
    fault: Annotated[str | None, typer.Option(help="A fault to answer with; see --list-faults.")] = None,
    fault_rate: Annotated[float, typer.Option(help="Share of requests that get the fault, 0..1.")] = 1.0,
    latency: Annotated[float, typer.Option(help="Seconds before each answer.")] = 0.0,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Name the faults and leave.")] = False,
    habit: Annotated[str | None, typer.Option(help="A habit of some real server; see --list-habits.")] = None,
    list_habits: Annotated[bool, typer.Option("--list-habits", help="Name the habits and leave.")] = False,
) -> None:
    """Serve an OpenAI-compatible model for tests and demos, with faults and habits of real servers."""
    import uvicorn  # noqa: PLC0415

    from app.adapters.mocks.llm.faults import FAULTS  # noqa: PLC0415
    from app.adapters.mocks.llm.habits import HABITS  # noqa: PLC0415
    from app.adapters.mocks.llm.server import MockConfig, create_mock_app  # noqa: PLC0415

    if list_faults or list_habits:
        typer.echo("\n".join(sorted(FAULTS if list_faults else HABITS)))
        return
    if fault is not None and fault not in FAULTS:
        raise typer.BadParameter(f"{fault} is not a fault; see --list-faults", param_hint="--fault")
    if habit is not None and habit not in HABITS:
        raise typer.BadParameter(f"{habit} is not a habit; see --list-habits", param_hint="--habit")
    config = MockConfig(fault=fault, fault_rate=fault_rate, latency=latency, habit=habit)
    server = uvicorn.Server(uvicorn.Config(create_mock_app(config), log_level="warning"))
    with _listening(port) as listener:
        typer.echo(f"OPENAI_BASE_URL=http://localhost:{listener.getsockname()[1]}/v1", err=True)
        server.run(sockets=[listener])


@app.command("mock-crm")
def mock_crm(
    kind: Annotated[str, typer.Option(help="bitrix24, amocrm, hubspot or webhook.")] = "webhook",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8200,
    fault: Annotated[str | None, typer.Option(help="A fault to answer with; see --list-faults.")] = None,
    fault_on: Annotated[
        str, typer.Option(help="Only for requests that fit this pattern of METHOD /path.")
    ] = "",
    fault_count: Annotated[int | None, typer.Option(help="Only so many times.")] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Name the faults and leave.")] = False,
) -> None:
    """Serve a CRM for tests and demos; GET /mock shows what it keeps. Prints the settings that lead to it."""
    from app.cli.crm_try import MockRequest, listed_faults, serve_mock  # noqa: PLC0415

    if list_faults:
        typer.echo("\n".join(listed_faults()))
        return
    with _listening(port) as listener:
        serve_mock(listener, MockRequest(kind, fault, fault_on, fault_count))


@app.command()
def doctor(
    try_: Annotated[
        bool, typer.Option("--try", help="One small real call of the model in each mode; it costs tokens.")
    ] = False,
) -> None:
    """What is configured, what is reachable, what is missing and how to mend it."""
    from app.cli.doctor import examine  # noqa: PLC0415
    from app.telemetry import configure_logging  # noqa: PLC0415

    settings = settings_of()
    configure_logging("ERROR", production=False)
    healthy = asyncio.run(examine(settings, try_))
    raise typer.Exit(0 if healthy else 1)


@app.command()
def train(
    lines: Annotated[
        Path | None,
        typer.Option(help="Folder of labelled JSONL; eval_sets/train, or ours, if not given."),
    ] = None,
    extra: Annotated[
        list[Path] | None, typer.Option(help="Your own lines, or a file of corrections. May stand again.")
    ] = None,
    on: Annotated[
        list[str] | None, typer.Option(help="Compare on this set; dev_* if not given. May stand again.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of fitted versions.")] = ROUTERS,
    promote: Annotated[
        bool, typer.Option("--promote", help="Use it from now on, unless it is worse.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Promote a significant loss too.")] = False,
    shipped: Annotated[
        bool,
        typer.Option("--shipped", help="For developers: what ships in the package, article vectors too."),
    ] = False,
) -> None:
    """Fit the local router from labelled lines and compare it with the one in use.

    Exit status: 0 fitted, 1 a significant loss was not promoted, 2 wrong usage.
    """
    if shipped and (extra or on or promote or force or out != ROUTERS):
        leave("--shipped goes with --lines alone.")
    if force and not promote:
        leave("--force goes with --promote.")
    need_evaluation()
    from app.cli.train import TrainingRequest, fit_own, fit_shipped  # noqa: PLC0415
    from app.evaluation.cases import SETS, part  # noqa: PLC0415

    if shipped:
        fit_shipped(lines or SETS / "train")
    else:
        fit_own(TrainingRequest(lines or part("train"), extra or (), on or (), out, promote, force))


@app.command()
def routers(
    use: Annotated[str | None, typer.Option(help="Make this version, or `shipped`, the active one.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Even if it was measured as worse.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of fitted versions.")] = ROUTERS,
) -> None:
    """List the fitted versions of the local router, or choose one."""
    need_evaluation()
    from app.cli.train import list_versions  # noqa: PLC0415
    from app.cli.train import use as use_version  # noqa: PLC0415

    if use:
        use_version(use, out, force)
    else:
        list_versions(out)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed  # noqa: PLC0415

    typer.echo(installed("call-center-agents"))


def main() -> None:
    app()


def _listening(port: int, host: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        told = getattr(error, "strerror", None) or "there is no such address"
        why = str(told).partition(" (while")[0]
        leave(f"Port {port} of {host} cannot be used: {why}.")
