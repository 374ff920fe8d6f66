"""The figures of a run of scenarios, and the run as text and as scenarios.json, report.html, junit.xml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import comb
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from app.core.html import read_asset
from app.core.stats import Interval, clustered
from app.evaluation.exports import JunitCase, write_junit
from app.evaluation.html import FOLDER, templates
from app.evaluation.scenarios.trial import Outcome, ScenarioTrial

OUTCOMES: tuple[Outcome, ...] = ("pass", "words_failed", "state_failed", "customer_fault", "error")


class ScenarioSlice(BaseModel):
    by: str
    value: str
    passed: Interval
    state: Interval


class Score(BaseModel):
    """`passed` are trials with state and words as wanted, `state` those with the state; faults of the
    simulated customer are left out of both, errors count as not passed.

    `pass_k` holds k from 1 to the fewest trials that count of any scenario, so that every k is of the same
    scenarios; `fewest` are those with so few, where others have more. A scenario of which no trial counts is
    in no figure.
    """

    trials: int
    scenarios: int
    forbidden: int
    promises: int
    passed: Interval
    state: Interval
    outcomes: dict[Outcome, int]
    pass_k: dict[int, float]
    fewest: list[str] = Field(default_factory=list)
    slices: list[ScenarioSlice]


def score(trials: Sequence[ScenarioTrial]) -> Score:
    told, counts = Counter(trial.outcome for trial in trials), _counts(trials)
    return Score(
        trials=len(trials),
        scenarios=len({trial.scenario for trial in trials}),
        forbidden=sum(len(trial.forbidden) for trial in trials),
        promises=sum(len(trial.promises) for trial in trials),
        passed=_share(trials, lambda t: t.outcome == "pass"),
        state=_share(trials, lambda t: t.state_passed),
        outcomes={outcome: told[outcome] for outcome in OUTCOMES},
        pass_k=pass_table(counts),
        fewest=_fewest(counts),
        slices=[*_slices(trials, "language", lambda t: [t.language]),
                *_slices(trials, "agent", lambda t: t.agents),
                *_slices(trials, "tag", lambda t: t.tags)],
    )  # fmt: skip


def pass_hat_k(trials: int, successes: int, k: int) -> float:
    """The chance that k trials of one scenario all succeed, unbiased: C(c, k) / C(n, k), over its own n.

    tau-bench's pass^k (Yao, Shinn, Razavi, Narasimhan 2024, arXiv:2406.12045, section 2). It is the share of
    the draws of k trials, without replacement, in which all succeed, so it is not defined for n < k.
    """
    if not 1 <= k <= trials or not 0 <= successes <= trials:
        raise ValueError(f"pass^{k} of {successes} successes in {trials} trials is not defined")
    return comb(successes, k) / comb(trials, k)


def pass_table(counts: Mapping[str, tuple[int, int]]) -> dict[int, float]:
    """`counts` is trials and successes by scenario; the mean over all scenarios, for each k they all have."""
    return {
        k: sum(pass_hat_k(n, c, k) for n, c in counts.values()) / len(counts)
        for k in range(1, min((n for n, _ in counts.values()), default=0) + 1)
    }


def _fewest(counts: Mapping[str, tuple[int, int]]) -> list[str]:
    sizes = {name: n for name, (n, _) in counts.items()}
    least = min(sizes.values(), default=0)
    return sorted(name for name, n in sizes.items() if n == least < max(sizes.values()))


def _counts(trials: Iterable[ScenarioTrial]) -> dict[str, tuple[int, int]]:
    counts = dict[str, tuple[int, int]]()
    for trial in _exclude_faults(trials):
        n, c = counts.get(trial.scenario, (0, 0))
        counts[trial.scenario] = n + 1, c + (trial.outcome == "pass")
    return counts


def _exclude_faults(trials: Iterable[ScenarioTrial]) -> list[ScenarioTrial]:
    return [trial for trial in trials if trial.outcome != "customer_fault"]


def _share(trials: Iterable[ScenarioTrial], hit: Callable[[ScenarioTrial], bool]) -> Interval:
    """Repeats of one scenario are not independent, and count so."""
    return clustered((trial.scenario, hit(trial)) for trial in _exclude_faults(trials))


def _slices(
    trials: Sequence[ScenarioTrial], by: str, of: Callable[[ScenarioTrial], list[str]]
) -> list[ScenarioSlice]:
    values = sorted({value for trial in trials for value in of(trial)})
    each = {value: [trial for trial in trials if value in of(trial)] for value in values}
    return [
        ScenarioSlice(
            by=by,
            value=value,
            passed=_share(some, lambda t: t.outcome == "pass"),
            state=_share(some, lambda t: t.state_passed),
        )
        for value, some in each.items()
    ]


TITLES: dict[Outcome, str] = {
    "pass": "passed",
    "words_failed": "state right, words wrong",
    "state_failed": "state wrong",
    "customer_fault": "fault of the simulated customer",
    "error": "error",
}
JUNIT_TAGS: dict[Outcome, Literal["", "failure", "error", "skipped"]] = {
    "pass": "",
    "words_failed": "failure",
    "state_failed": "failure",
    "customer_fault": "skipped",
    "error": "error",
}


class ScenarioReport(BaseModel):
    """`model` is what the agents ran on, `customer` who played the customer."""

    model: str
    customer: str
    score: Score
    trials: list[ScenarioTrial]


def summary(report: ScenarioReport) -> str:
    """The dear figure first."""
    return "\n".join(_lines(report))


def _lines(report: ScenarioReport) -> Iterator[str]:
    s = report.score
    yield f"forbidden actions     {s.forbidden}"
    yield f"passed                {s.passed.text}"
    yield f"  by state            {s.state.text}"
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
        yield f"  {part.by} {part.value:<15} {part.passed.text}"
    yield from _troubles(report.trials)


def _troubles(trials: Iterable[ScenarioTrial]) -> Iterator[str]:
    for t in trials:
        told = [*t.problems, *(p for p in t.forbidden if p not in t.problems)]
        told += [f"promised without support: {words}" for words in t.promises]
        if told:
            yield f"{t.scenario} {t.repeat + 1}: {TITLES[t.outcome]}: {'; '.join(told)}"


def write_all(report: ScenarioReport, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "scenarios.json": report.model_dump_json(indent=2),
        "report.html": render(report),
        "junit.xml": to_junit(report.trials),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def to_junit(trials: Iterable[ScenarioTrial]) -> str:
    """One test case per trial; faults of the simulated customer are skipped."""
    return write_junit("scenarios", map(_junit_case, trials))


def _junit_case(trial: ScenarioTrial) -> JunitCase:
    case = JunitCase(
        suite="scenarios",
        name=f"{trial.scenario} repeat {trial.repeat + 1}" if trial.repeat else trial.scenario,
        classname=trial.language,
        seconds=trial.seconds,
    )
    tag = "failure" if trial.forbidden else JUNIT_TAGS[trial.outcome]
    if not tag:
        return case
    message = "; ".join(trial.problems) or "; ".join(trial.forbidden)
    text = "\n".join(f"{line.name or line.role}: {line.text}" for line in trial.lines)
    return replace(case, tag=tag, message=message, text=text)


def render(report: ScenarioReport) -> str:
    """Everything from outside is escaped; nothing is fetched and no script runs."""
    return templates().render_page(
        "scenarios.html.j2",
        r=report,
        s=report.score,
        titles=TITLES,
        bad=[t for t in report.trials if t.outcome != "pass" or t.forbidden or t.promises],
        good=[t for t in report.trials if t.outcome == "pass" and not t.forbidden and not t.promises],
        style=read_asset(FOLDER / "report.css"),
    )
