"""`call-center train` and `routers`: versions of the local router."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.training import (
    TEAM_VERSIONS,
    PromotionRefused,
    TrainedVersion,
    TrainingRequest,
    promote,
    train_shipped,
    train_version,
)
from app.cli.console import exit_on_errors, exit_with, read_settings, show_progress
from app.engines.routing.artefact import SHIPPED
from app.engines.routing.versions import SHIPPED_NAME, VersionRecord, Versions, artefact_folder
from app.evaluation.cases import SETS, part

INTERRUPTED = 130
VERSIONS = TEAM_VERSIONS.root
Lines = Annotated[
    Path | None,
    typer.Option(help="Folder of JSONL files; default: eval_sets/train, or the shipped ones."),
]
Extra = Annotated[
    list[Path] | None,
    typer.Option(help="Lines of your own, or a file of corrections. Can be given more than once."),
]
On = Annotated[
    list[str] | None,
    typer.Option(help="Set to compare on; default: the dev_* sets. Can be given more than once."),
]
Out = Annotated[Path, typer.Option(help="Folder of fitted versions.")]
Shipped = Annotated[
    bool,
    typer.Option(
        "--shipped", help="For developers: fit what the package ships, acts and article vectors too."
    ),
]


def train_router(
    lines: Lines = None,
    extra: Extra = None,
    on: On = None,
    out: Out = VERSIONS,
    use: Annotated[
        bool, typer.Option("--promote", help="Use the version from now on, unless it is worse.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Promote even if the version is significantly worse.")
    ] = False,
    shipped: Shipped = False,
) -> None:
    if shipped and (extra or on or use or force or out != VERSIONS):
        exit_with("--shipped goes with --lines alone.")
    if force and not use:
        exit_with("--force goes with --promote.")
    if shipped:
        _train_shipped(lines or SETS / "train")
        return
    settings = read_settings(log_level="ERROR")
    request = TrainingRequest(
        lines=lines or part("train"),
        in_use=settings.router_artefact,
        runs=settings.eval_runs,
        extra=extra or (),
        on=on or (),
        out=out,
    )
    record, measured = _train_version(request)
    found = measured.comparison
    typer.echo(found.sentence)
    typer.echo(f"Case by case: call-center eval compare {found.a} {found.b}")
    if use:
        _promote_version(Versions(out), record.version, force)
    else:
        _print_losses(measured.losses)
        where = "" if out == VERSIONS else f" --out {out}"
        typer.echo(f"Not in use yet. To use it: call-center routers --use {record.version}{where}")


def _train_shipped(lines: Path) -> None:
    if not lines.is_dir():
        exit_with(
            f"--shipped fits what the package ships, from {lines}, which is not here: "
            "run it in a checkout of the source, or name a folder with --lines."
        )
    with exit_on_errors(), show_progress("embedding") as advance:
        report = train_shipped(lines, advance)
    accuracy = report.figures["cv_joint_accuracy"]
    typer.echo(
        f"{report.lines} lines, held-out accuracy {accuracy:.3f}, {report.size / 1e6:.2f} MB: {SHIPPED}"
    )


def _train_version(request: TrainingRequest) -> TrainedVersion:
    try:
        with exit_on_errors():
            return train_version(request, show_progress, typer.echo)
    except KeyboardInterrupt:
        typer.echo("Interrupted. The next training reuses the vectors that were computed.", err=True)
        raise typer.Exit(INTERRUPTED) from None


def _promote_version(versions: Versions, version: str, force: bool) -> None:
    """Exits with 1 if a check fails, unless forced."""
    with exit_on_errors():
        try:
            _print_losses(promote(versions, version, force))
        except PromotionRefused as error:
            _print_losses(error.losses)
            typer.echo(f"{version} is not promoted. --force does it anyway.", err=True)
            raise typer.Exit(1) from None
    typer.echo(f"{version} is the active router. A running service uses it after a restart.")
    chosen = read_settings(log_level="ERROR").router_artefact
    if chosen.absolute() != versions.pointer.absolute():
        typer.echo(f"But ROUTER_ARTEFACT is {chosen}; set ROUTER_ARTEFACT={versions.pointer}", err=True)


def _print_losses(losses: Sequence[str]) -> None:
    for loss in losses:
        typer.echo(f"gate not met: {loss}", err=True)


def manage_versions(
    use: Annotated[
        str | None, typer.Option(help="Make this version, or `shipped`, the active router.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Even if it was measured as worse.")] = False,
    out: Out = VERSIONS,
) -> None:
    if use:
        _promote_version(Versions(out), use, force)
    else:
        _list_versions(out)


def _list_versions(out: Path) -> None:
    with exit_on_errors():
        active = artefact_folder(read_settings(log_level="ERROR").router_artefact)
    table = Table("", "router", "fitted", "lines", "own", "compared", box=None, padding=(0, 2, 0, 0))
    for record in Versions(out).list():
        table.add_row(_mark((out / record.version).absolute() == active.absolute()), *_row(record))
    table.add_row(_mark(active == SHIPPED), SHIPPED_NAME, "", "", "", "comes with the package")
    Console().print(table, highlight=False)


def _row(record: VersionRecord) -> tuple[str, ...]:
    own = sum(record.extra.values())
    compared = f"with {record.baseline}: {record.sentence}" if record.sentence else "never"
    fitted = f"{record.fitted:%Y-%m-%d %H:%M} UTC"
    return record.version, fitted, str(record.lines), str(own or ""), compared.replace("[", "\\[")


def _mark(active: bool) -> str:
    return "active" if active else ""
