"""`call-center train` and `call-center routers`. Imported when one runs: the figures need scipy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.training import (
    Lessons,
    Measured,
    against,
    chosen_sets,
    embedder_or_refuse,
    fit_version,
    lessons,
    measure,
    memory_of,
    refuse_leaks,
    remember,
    to_embed,
    train_shipped,
)
from app.cli.console import leave, settings_of, situations
from app.cli.progress import bar
from app.engines.routing.artefact import SHIPPED, load
from app.engines.routing.versions import (
    DEFAULT,
    SHIPPED_NAME,
    VersionRecord,
    Versions,
    artefact_folder,
    name_of,
)
from app.evaluation.registry import Registry
from app.services.evaluation.service import RUNS

INTERRUPTED = 130


@dataclass(frozen=True)
class TrainingRequest:
    """`on` empty are the development sets."""

    lines: Path
    extra: Sequence[Path]
    on: Sequence[str]
    out: Path
    promote: bool
    force: bool


def fit_shipped(lines: Path) -> None:
    if not lines.is_dir():
        leave(
            f"--shipped fits what the package ships, from {lines}, which is not here: "
            "run it in a checkout of the source, or name a folder with --lines."
        )
    with situations(), bar("embedding") as tell:
        report = train_shipped(lines, tell)
    accuracy = report.figures["cv_joint_accuracy"]
    typer.echo(
        f"{report.lines} lines, held-out accuracy {accuracy:.3f}, {report.size / 1e6:.2f} MB: {SHIPPED}"
    )


def fit_own(order: TrainingRequest) -> None:
    """Leaves with 0, 1 (a significant loss was not promoted) or 2 (wrong usage)."""
    try:
        with situations():
            version, measured = _fitted(order)
    except KeyboardInterrupt:
        typer.echo("Interrupted. The next training knows the vectors that were made.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _settle(order, version, measured)


def _fitted(order: TrainingRequest) -> tuple[str, Measured]:
    """Everything that can be refused is refused before the long part."""
    folder = artefact_folder(settings_of(log_level="ERROR").router_artefact)
    before = (name_of(folder), load(folder))
    learnt, sets = lessons(order.lines, order.extra), chosen_sets(order.on)
    refuse_leaks(learnt.lines, sets)
    memory, versions = memory_of(order.lines, order.out, embedder_or_refuse()), Versions(order.out)
    _announce(learnt, to_embed(learnt, memory))
    try:
        with bar("embedding") as tell:
            record = fit_version(learnt, versions, memory, tell)
        typer.echo(f"Fitted {record.version}: {versions.root / record.version}")
        with bar("comparing") as tell:
            measured = measure(before, record, versions, sets, memory, Registry(RUNS), tell)
    finally:
        remember(memory, order.out)
    typer.echo(f"A is {before[0]}, B is {record.version}, on {', '.join(s.name for s in sets)}.")
    return record.version, measured


def _announce(learnt: Lessons, unknown: int) -> None:
    own = sum(learnt.own.values())
    mine = f", {own} of them your own, in place of {learnt.replaced} of ours" if learnt.own else ""
    typer.echo(f"{len(learnt.lines)} lines{mine}; {unknown} to embed.")


def _settle(order: TrainingRequest, version: str, measured: Measured) -> None:
    found = measured.comparison
    typer.echo(found.sentence)
    typer.echo(f"Case by case: call-center eval compare {found.a} {found.b}")
    for loss in measured.losses:
        typer.echo(f"gate not met: {loss}", err=True)
    if not order.promote:
        where = "" if order.out == DEFAULT.parent else f" --out {order.out}"
        typer.echo(f"Not in use yet. To use it: call-center routers --use {version}{where}")
        return
    _promote(Versions(order.out), version, measured.losses, order.force)


def _promote(versions: Versions, version: str, losses: Sequence[str], force: bool) -> None:
    if losses and not force:
        typer.echo(f"{version} is not promoted. --force does it anyway.", err=True)
        raise typer.Exit(1)
    with situations():
        versions.promote(version)
    typer.echo(f"{version} is the active router. A running service takes it up when it starts again.")
    chosen = settings_of(log_level="ERROR").router_artefact
    if chosen.absolute() != versions.pointer.absolute():
        typer.echo(f"But ROUTER_ARTEFACT is {chosen}; set ROUTER_ARTEFACT={versions.pointer}", err=True)


def use(name: str, out: Path, force: bool) -> None:
    """A version that was measured as a significant loss needs `force`; the shipped router never does."""
    versions = Versions(out)
    with situations():
        losses = against(versions, name)
    for loss in losses:
        typer.echo(f"gate not met: {loss}", err=True)
    _promote(versions, name, losses, force)


def list_versions(out: Path) -> None:
    with situations():
        active = artefact_folder(settings_of(log_level="ERROR").router_artefact)
    table = Table("", "router", "fitted", "lines", "own", "compared", box=None, padding=(0, 2, 0, 0))
    for record in Versions(out).list():
        table.add_row(_mark((out / record.version).absolute() == active.absolute()), *_row(record))
    table.add_row(_mark(active == SHIPPED), SHIPPED_NAME, "", "", "", "comes with the package")
    Console().print(table, highlight=False)


def _row(record: VersionRecord) -> tuple[str, ...]:
    own = sum(record.extra.values())
    told = f"with {record.baseline}: {record.sentence}" if record.sentence else "never"
    fitted = f"{record.fitted:%Y-%m-%d %H:%M} UTC"
    return record.version, fitted, str(record.lines), str(own or ""), told.replace("[", "\\[")


def _mark(active: bool) -> str:
    return "active" if active else ""
