"""What else the report tells: agents, slices, robustness, dialogs, failures, provenance."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from app.evaluation.predictions import Provenance
from app.evaluation.report import Report
from app.ui.evaluation.marks import agent, bar, fold, interval, share, table
from app.ui.format import moment
from app.ui.words import Words

FAILURES = 50


def parts(report: Report, words: Words, language: str) -> str:
    return "".join(_parts(report, words, language))


def _parts(report: Report, words: Words, language: str) -> Iterator[str]:
    yield fold(words["agents"], _agents(report, words))
    yield fold(words["slices"], _slices(report, words))
    if report.robustness:
        yield fold(words["robustness"], _robustness(report, words))
    if report.dialogs:
        yield fold(words["dialogs"], _dialogs(report, words))
    if report.failures:
        yield fold(f"{words['failures']}: {len(report.failures)}", _failures(report, words))
    yield fold(words["provenance"], _provenance(report.provenance, words, language))


def _agents(report: Report, words: Words) -> str:
    head = [words[name] for name in ("agent", "precision", "recall")]
    rows = (
        [agent(a.name), share(a.precision), share(a.recall), share(a.f1), str(a.support)]
        for a in report.agents
    )
    return table([*head, "F1", words["turns"]], rows)


def _slices(report: Report, words: Words) -> str:
    found = []
    for by, title in words["by"].items():
        rows = [s for s in report.slices if s.by == by]
        if len(rows) > 1:
            cells = (
                [escape(s.value), interval(s.accuracy), bar(s.accuracy), interval(s.missed)] for s in rows
            )
            found.append(table([title, words["accuracy_95"], "0 … 1", words["missed_95"]], cells, "ev-same"))
    return "".join(found) or f"<p>{escape(words['nothing'])}</p>"


def _robustness(report: Report, words: Words) -> str:
    rows = (
        [escape(f.perturbation.replace("_", " ")), interval(f.flips), bar(f.flips), interval(f.accuracy)]
        for f in report.robustness
    )
    return table([words["change"], words["flipped"], "0 … 1", words["accuracy_95"]], rows, "ev-same")


def _dialogs(report: Report, words: Words) -> str:
    d = report.dialogs
    if d is None:
        return ""
    shares = {
        "sticky": d.sticky, "needless_switches": d.needless_switches, "stuck": d.stuck, "returns": d.returns,
    }  # fmt: skip
    rows = ([escape(words["measures"][name]), interval(v), bar(v)] for name, v in shares.items())
    when = ", ".join(f"{words['when'][name]} {n}" for name, n in d.escalations.items())
    note = words["dialogs_note"].format(n=d.transcripts)
    shown = table([words["measure"], words["share"], "0 … 1"], rows, "ev-same")
    return f"<p>{escape(note)}</p>{shown}<p>{escape(words['escalated'])}: {escape(when)}.</p>"


def _failures(report: Report, words: Words) -> str:
    rows = (
        [escape(p.text), escape(words["outcomes"].get(p.outcome, p.outcome)), escape(p.reason)]
        for p in report.failures[:FAILURES]
    )
    return table([words["message"], words["failures"], words["why"]], rows)


def _provenance(p: Provenance, words: Words, language: str) -> str:
    names = words["facts"]
    only = [*(f"{k}={v}" for k, v in p.slices.items())]
    only += [words["cases_n"].format(n=p.limit)] if p.limit else []
    settings = ", ".join(f"{k}={v}" for k, v in {**p.settings, **p.prompts}.items())
    finished = f"{moment(p.finished, language)} UTC" if p.finished else words["interrupted"]
    facts = [
        (names["run"], p.run_id),
        (names["router"], p.router if p.model is None else f"{p.router} ({p.model})"),
        (names["sets"], ", ".join(f"{s.name} {s.digest[:12]} ({s.turns})" for s in p.sets)),
        (names["started"], f"{moment(p.started, language)} UTC"),
        (names["finished"], finished),
        (names["settings"], settings or "—"),
        (names["only"], ", ".join(only) or "—"),
        (names["version"], words["seeded"].format(version=p.version, seed=p.seed, repeat=p.repeat)),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f'<dl class="cc-path">{rows}</dl>'
