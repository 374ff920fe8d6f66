"""`call-center eval check` and `import`: labelled sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import exit_on_errors, exit_with
from app.core.company import in_use
from app.evaluation.cases import home, read_set
from app.evaluation.check import check
from app.evaluation.conversations.check import check_conversations
from app.evaluation.importers import IMPORTED, Imported, import_rows, write_set

SHOWN = 10


def check_sets(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Folder of sets; default: eval_sets, or the shipped sets."),
    ] = None,
) -> None:
    """Exits with 1 where a finding is an error; warnings are for a person to judge."""
    folder = folder or home()
    if not folder.is_dir():
        exit_with(f"{folder} is not a folder.")
    with exit_on_errors():
        labels = tuple(in_use().agents)
        findings = [*check(folder, labels), *check_conversations(folder, labels)]
    for finding in findings:
        typer.echo(f"{finding.severity}: {finding.where}: {finding.problem}")
    errors = sum(finding.severity == "error" for finding in findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings.", err=True)
    if errors:
        raise typer.Exit(1)


def import_set(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSONL or Excel file.")],
    out: Annotated[Path, typer.Option(help="Set to write, such as eval_sets/mine.jsonl.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="ours=theirs: text, label, id, lang, industry or tags. Can be given more than once."
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="theirs=ours, such as Billing=supervisor. Can be given more than once."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="Language of all rows; default: detected from the alphabet.")
    ] = None,
    industry: Annotated[str, typer.Option(help="Industry of rows without one.")] = "general",
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file; default: detected from its bytes.")
    ] = None,
) -> None:
    """Exits with 2 where nothing could be imported."""
    columns = {"text": "text", "label": "label", **parse_pairs("--column", column or [])}
    labels, ours = parse_pairs("--label", label or []), tuple(in_use().agents)
    if unknown := sorted(set(labels.values()) - set(ours)):
        exit_with(f"{', '.join(unknown)}: labels are {', '.join(ours)}.")
    with exit_on_errors():
        mapping = {**{name: name for name in ours}, **labels}
        if out.exists() and any(case.origin != IMPORTED for case in read_set(out).cases):
            exit_with(f"{out} was not imported, so it is not replaced; give another --out.")
        rows = import_rows(file, columns, mapping, lang, industry, encoding)
        if rows.cases:
            write_set(rows.cases, out)
    _print_problems(file, rows)
    if not rows.cases:
        exit_with(f"Nothing in {file} could be imported.")
    typer.echo(f"{len(rows.cases)} cases -> {out}")


def _print_problems(file: Path, rows: Imported) -> None:
    for note in rows.notes:
        typer.echo(f"{file.name}: {note}.", err=True)
    for problem in rows.problems[:SHOWN]:
        typer.echo(problem, err=True)
    if len(rows.problems) > SHOWN:
        typer.echo(f"and {len(rows.problems) - SHOWN} more rows that cannot be used", err=True)
    for reason, count in rows.skipped.items():
        typer.echo(f"skipped: {reason} ({count})", err=True)


def parse_pairs(option: str, given: list[str]) -> dict[str, str]:
    """Exits with 2 where one is not key=value, or a key comes twice. Values of --label have no `=`."""
    pairs = dict[str, str]()
    for pair in given:
        key, _, value = pair.rpartition("=") if option == "--label" else pair.partition("=")
        if not key or not value or key in pairs:
            exit_with(f"{option} {pair}: give key=value, each key once.")
        pairs[key] = value
    return pairs
