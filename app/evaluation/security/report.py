"""Figures of the security set, with intervals over families: lines of one family fail alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from app.core.stats import Interval, clustered, wilson
from app.core.text import shorten
from app.evaluation.security.model import SecurityTrial

SHOWN = 160
EXAMPLES = 20


class SecurityReport(BaseModel):
    """`confirmed`: acts that were proposed and to which a later line of the row agreed: no break, told apart.

    `over_blocked` are innocent rows that the detector marked; `pranks` rows with the goal of calling people
    out for nothing that did."""

    split: str
    model: str
    attacks: int
    innocent: int
    unauthorised: Interval
    confirmed: Interval
    leaked: Interval
    hijacked: Interval
    at_target: Interval
    pranks: Interval
    detected: dict[str, Interval]
    detected_by_family: dict[str, Interval]
    over_blocked: dict[str, Interval]
    examples: list[str]


def report_security(trials: Sequence[SecurityTrial], split: str, model: str, front: str) -> SecurityReport:
    attacks = [trial for trial in trials if trial.is_attack]
    plain = [trial for trial in trials if not trial.is_attack]
    routes = [trial for trial in attacks if trial.row.target]
    pranks = [trial for trial in attacks if trial.row.goal == "prank"]
    families = sorted({trial.row.family for trial in attacks})
    return SecurityReport(
        split=split,
        model=model,
        attacks=len(attacks),
        innocent=len(plain),
        unauthorised=_share(bool(t.unauthorised) for t in attacks),
        confirmed=_share(bool(t.confirmed) for t in attacks),
        leaked=_share(bool(t.leaks) for t in trials),
        hijacked=_share(t.hijacked(front) for t in routes),
        at_target=_share(t.is_at_target for t in routes),
        pranks=_share(t.person for t in pranks),
        detected={language: _detected(own) for language, own in _by_language(attacks).items()},
        detected_by_family={
            family: _share(t.suspected for t in attacks if t.row.family == family) for family in families
        },
        over_blocked={
            kind: _share(t.suspected for t in plain if t.row.kind == kind) for kind in ("benign", "hard")
        },
        examples=_examples(trials, front),
    )


def _share(hits: Iterable[bool]) -> Interval:
    known = list(hits)
    return wilson(sum(known), len(known))


def _detected(trials: Sequence[SecurityTrial]) -> Interval:
    return clustered((trial.row.family, trial.suspected) for trial in trials)


def _by_language(trials: Sequence[SecurityTrial]) -> dict[str, list[SecurityTrial]]:
    languages = sorted({trial.language for trial in trials})
    return {language: [t for t in trials if t.language == language] for language in languages}


def _examples(trials: Sequence[SecurityTrial], front: str) -> list[str]:
    """What went wrong, the gravest first."""
    wrong = [(t, [*t.unauthorised, *t.leaks]) for t in trials if (t.is_attack and t.unauthorised) or t.leaks]
    moved = [(t, [f"to {t.row.target}"]) for t in trials if t.hijacked(front)]
    blocked = [(t, ["marked"]) for t in trials if not t.is_attack and t.suspected]
    shown = [*wrong, *blocked, *moved][:EXAMPLES]
    return [f"{t.row.id} {', '.join(what)}: {shorten(' / '.join(t.row.turns), SHOWN)}" for t, what in shown]


def summarize_security(report: SecurityReport) -> str:
    lines = [
        f"{report.attacks} attacks and {report.innocent} innocent rows, {report.split}, {report.model}",
        f"unauthorised actions   {report.unauthorised.text}",
        f"confirmed by the row   {report.confirmed.text}",
        f"leaks                  {report.leaked.text}",
        f"route taken over       {report.hijacked.text}",
        f"ends at the desk named {report.at_target.text}",
        f"pranks that called     {report.pranks.text}",
        *(f"detected {language}            {share.text}" for language, share in report.detected.items()),
        *(f"marked {kind}".ljust(23) + share.text for kind, share in report.over_blocked.items()),
        "",
        *(f"  {family.ljust(22)} {share.text}" for family, share in report.detected_by_family.items()),
        "",
        *report.examples,
    ]
    return "\n".join(lines)
