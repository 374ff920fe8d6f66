"""What else the report tells: agents, slices, robustness, dialogs, failures, provenance."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from app.evaluation.metrics import Slice
from app.evaluation.predictions import Provenance
from app.evaluation.report import Report
from app.ui.evaluation.marks import (
    agent,
    bar,
    because,
    fold,
    interval,
    router,
    said,
    share,
    table,
    valued,
)
from app.ui.format import moment, number

FAILURES = 50


def parts(report: Report, language: str) -> str:
    return "".join(_parts(report, language))


def _parts(report: Report, language: str) -> Iterator[str]:
    words = said(language)
    yield fold(words["agents"], _agents(report, language))
    yield fold(words["slices"], _slices(report, language))
    if report.robustness:
        yield fold(words["robustness"], _robustness(report, language))
    if report.dialogs:
        yield fold(words["dialogs"], _dialogs(report, language))
    if report.failures:
        failed = number(len(report.failures), language)
        yield fold(f"{words['failures']}: {failed}", _failures(report, language))
    yield fold(words["provenance"], _provenance(report.provenance, language))


def _agents(report: Report, language: str) -> str:
    words = said(language)
    head = [*(words[name] for name in ("agent", "precision", "recall")), "F1", words["turns"]]
    rows = (
        [
            agent(a.name, language),
            *(share(value, language) for value in (a.precision, a.recall, a.f1)),
            number(a.support, language),
        ]
        for a in report.agents
    )
    return table(head, rows)


def _slices(report: Report, language: str) -> str:
    words, found = said(language), []
    for by, title in words["by"].items():
        rows = [s for s in report.slices if s.by == by]
        if len(rows) > 1:
            head = [title, words["accuracy_95"], "0 … 1", words["missed_95"]]
            found.append(table(head, (_slice(s, language) for s in rows), "ev-same"))
    return "".join(found) or f"<p>{escape(words['nothing'])}</p>"


def _slice(s: Slice, language: str) -> list[str]:
    value = escape(valued(s.by, s.value, language))
    return [value, interval(s.accuracy, language), bar(s.accuracy), interval(s.missed, language)]


def _robustness(report: Report, language: str) -> str:
    words = said(language)
    rows = (
        [
            escape(valued("perturbation", f.perturbation, language)),
            interval(f.flips, language),
            bar(f.flips),
            interval(f.accuracy, language),
        ]
        for f in report.robustness
    )
    return table([words["change"], words["flipped"], "0 … 1", words["accuracy_95"]], rows, "ev-same")


def _dialogs(report: Report, language: str) -> str:
    words, d = said(language), report.dialogs
    if d is None:
        return ""
    shares = {
        "sticky": d.sticky, "needless_switches": d.needless_switches, "stuck": d.stuck, "returns": d.returns,
    }  # fmt: skip
    rows = ([escape(words["measures"][name]), interval(v, language), bar(v)] for name, v in shares.items())
    when = ", ".join(f"{words['when'][name]} {number(n, language)}" for name, n in d.escalations.items())
    note = words["dialogs_note"].format(n=number(d.transcripts, language))
    shown = table([words["measure"], words["share"], "0 … 1"], rows, "ev-same")
    return f"<p>{escape(note)}</p>{shown}<p>{escape(words['escalated'])}: {escape(when)}.</p>"


def _failures(report: Report, language: str) -> str:
    words = said(language)
    rows = (
        [
            escape(p.text),
            escape(words["outcomes"].get(p.outcome, p.outcome)),
            escape(because(p.reason, language)),
        ]
        for p in report.failures[:FAILURES]
    )
    return table([words["message"], words["failures"], words["why"]], rows)


def _provenance(p: Provenance, language: str) -> str:
    words, told = said(language), router(p.router, language)
    names = words["facts"]
    only = [f"{words['by'].get(k, k)}: {valued(k, v, language)}" for k, v in p.slices.items()]
    only += [words["cases_n"].format(n=number(p.limit, language))] if p.limit else []
    settings = ", ".join(f"{k}={v}" for k, v in {**p.settings, **p.prompts}.items())
    finished = moment(p.finished, language) if p.finished else words["interrupted"]
    facts = [
        (names["run"], p.run_id),
        (names["router"], told if p.model is None else f"{told} ({p.model})"),
        (names["sets"], ", ".join(f"{s.name} {s.digest[:12]} ({s.turns})" for s in p.sets)),
        (names["started"], moment(p.started, language)),
        (names["finished"], finished),
        (names["settings"], settings or "—"),
        (names["only"], ", ".join(only) or "—"),
        (names["version"], words["seeded"].format(version=p.version, seed=p.seed, repeat=p.repeat)),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f'<dl class="cc-path">{rows}</dl>'
