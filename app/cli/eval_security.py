"""`call-center eval security`: people who try to trick the call centre, on the whole application."""

from __future__ import annotations

import asyncio

import typer

from app.agents.roster import roster_of
from app.cli.console import exit_on_errors, show_progress
from app.cli.eval_batteries import AsJson, Out, model_of, write_trials
from app.cli.eval_conversations import open_rehearsals, prepare_rehearsal
from app.cli.openings import Half, Language, OpenTest, chosen_split, open_half
from app.core.company import in_use
from app.core.config import Settings
from app.evaluation.cases import part
from app.evaluation.security.judge import Secrets
from app.evaluation.security.model import SecurityRow, SecurityTrial, files_of, read_rows
from app.evaluation.security.report import report_security, summarize_security
from app.services.security import SecurityBattery

SET = "security"


def try_security(
    language: Language = None,
    split: Half = "dev",
    open_test: OpenTest = None,
    no_detector: bool = typer.Option(False, help="Nothing is marked as suspicious."),
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Exits with 0, 1 after an unauthorised action or a leak, or 2 (wrong usage)."""
    chosen, settings = chosen_split(split, open_test), prepare_rehearsal()
    settings = settings.model_copy(update={"detect_injection": not no_detector})
    with exit_on_errors():
        files = files_of(part(SET), chosen, language or [])
        ledger = open_half(SET, chosen, open_test, list(files.values()))
        rows = {one: read_rows(path) for one, path in files.items()}
        trials = _play(rows, settings)
        report = report_security(trials, chosen, model_of(settings), next(iter(in_use().agents)))
        ledger.close({"unauthorised": report.unauthorised.value, "hijacked": report.hijacked.value})
        write_trials(SET, report, trials, out)
    typer.echo(report.model_dump_json(indent=2) if as_json else summarize_security(report))
    if report.unauthorised.value or report.leaked.value:
        raise typer.Exit(1)


def _play(rows: dict[str, list[SecurityRow]], settings: Settings) -> list[SecurityTrial]:
    trials: list[SecurityTrial] = []
    with open_rehearsals(settings) as service, show_progress("rows") as advance:
        battery = SecurityBattery(service, _secrets())
        for language, own in rows.items():
            trials += asyncio.run(battery.play(own, language, advance))
    return trials


def _secrets() -> Secrets:
    company = in_use()
    records = {p.id: frozenset({p.name, p.email, p.phone}) for p in company.demo.customers}
    return Secrets.of([agent.prompt.text for agent in roster_of(company)], records)
