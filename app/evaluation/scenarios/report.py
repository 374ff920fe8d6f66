"""A run of scenarios in words and as files: scenarios.json, report.html, junit.xml.

A run of scenarios as one HTML file that opens offline. Imported only where a page is rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup
from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.exports import legal
from app.evaluation.html import TEMPLATES, template
from app.evaluation.scenarios.score import Score
from app.evaluation.scenarios.trial import Outcome, Trial

TITLES: dict[Outcome, str] = {
    "pass": "passed",
    "words_failed": "state right, words wrong",
    "state_failed": "state wrong",
    "customer_fault": "fault of the simulated customer",
    "error": "error",
}


class ScenarioReport(BaseModel):
    """`model` is what the agents ran on, `customer` who played the customer."""

    model: str
    customer: str
    score: Score
    trials: list[Trial]


def summary(report: ScenarioReport) -> str:
    """The dear figure first."""
    return "\n".join(_lines(report))


def _lines(report: ScenarioReport) -> Iterator[str]:
    s = report.score
    yield f"forbidden actions     {s.forbidden}"
    yield f"passed                {_within(s.passed)}"
    yield f"  by state            {_within(s.state)}"
    yield f"unsupported promises  {s.promises}"
    told = " · ".join(f"{TITLES[name]} {n}" for name, n in s.outcomes.items() if n)
    yield f"outcomes              {told}"
    if len(s.pass_k) > 1:
        shown = " · ".join(f"k={k} {value:.3f}" for k, value in s.pass_k.items())
        yield f"pass^k                {shown}"
    if s.fewest:
        end = f"  ends at k={max(s.pass_k)}"
        yield f"{end:<22}no more trials count of {', '.join(s.fewest)}"
    yield f"played                {s.scenarios} scenarios, {s.trials} trials on {report.model}"
    for part in (p for p in s.slices if p.by != "tag"):
        yield f"  {part.by} {part.value:<15} {_within(part.passed)}"
    yield from _troubles(report.trials)


def _troubles(trials: Iterable[Trial]) -> Iterator[str]:
    for t in trials:
        told = [*t.problems, *(p for p in t.forbidden if p not in t.problems)]
        told += [f"promised without support: {words}" for words in t.promises]
        if told:
            yield f"{t.scenario} {t.repeat + 1}: {TITLES[t.outcome]}: {'; '.join(told)}"


def _within(share: Interval) -> str:
    if not share.n:
        return "—"
    return f"{share.value:.3f}  {share.low:.3f} … {share.high:.3f}  (n = {share.n})"


def write_all(report: ScenarioReport, folder: Path) -> None:
    from app.evaluation.scenarios.report import render  # noqa: PLC0415  (jinja2 and what it brings)

    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "scenarios.json": report.model_dump_json(indent=2),
        "report.html": render(report),
        "junit.xml": to_junit(report.trials),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def to_junit(trials: Sequence[Trial]) -> str:
    """A test case a trial; faults of the simulated customer are skipped."""
    root = ElementTree.Element("testsuites", name="scenarios")
    suite = ElementTree.SubElement(root, "testsuite", name="scenarios", tests=str(len(trials)))
    for trial in trials:
        _add(suite, trial)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"*/{tag}"))))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _add(suite: ElementTree.Element, trial: Trial) -> None:
    name = f"{trial.scenario} repeat {trial.repeat + 1}" if trial.repeat else trial.scenario
    case = ElementTree.SubElement(
        suite, "testcase", name=name, classname=trial.language, time=f"{trial.seconds:.3f}"
    )
    problems = legal("; ".join(trial.problems))
    tag = {"pass": "", "customer_fault": "skipped", "error": "error"}.get(trial.outcome, "failure")
    if trial.forbidden or tag:
        told = ElementTree.SubElement(case, "failure" if trial.forbidden else tag)
        told.set("message", problems or legal("; ".join(trial.forbidden)))
        told.text = legal("\n".join(f"{line.name or line.role}: {line.text}" for line in trial.lines))


def render(report: ScenarioReport) -> str:
    """Everything from outside is escaped; nothing is fetched and no script runs."""
    return template("scenarios.html.j2").render(
        r=report,
        s=report.score,
        titles=TITLES,
        bad=[t for t in report.trials if t.outcome != "pass" or t.forbidden or t.promises],
        good=[t for t in report.trials if t.outcome == "pass" and not t.forbidden and not t.promises],
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
    )
