"""The figures of a run: how many trials passed, how reliably, and what must never happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import comb

from pydantic import BaseModel, Field

from app.core.stats import Interval, clustered
from app.evaluation.scenarios.trial import Outcome, Trial

OUTCOMES: tuple[Outcome, ...] = ("pass", "words_failed", "state_failed", "customer_fault", "error")


class Slice(BaseModel):
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
    slices: list[Slice]


def score(trials: Sequence[Trial]) -> Score:
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


def _counts(trials: Iterable[Trial]) -> dict[str, tuple[int, int]]:
    counts = dict[str, tuple[int, int]]()
    for trial in _counted(trials):
        n, c = counts.get(trial.scenario, (0, 0))
        counts[trial.scenario] = n + 1, c + (trial.outcome == "pass")
    return counts


def _counted(trials: Iterable[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.outcome != "customer_fault"]


def _share(trials: Iterable[Trial], hit: Callable[[Trial], bool]) -> Interval:
    """Repeats of one scenario are not independent, and count so."""
    return clustered((trial.scenario, hit(trial)) for trial in _counted(trials))


def _slices(trials: Sequence[Trial], by: str, of: Callable[[Trial], list[str]]) -> list[Slice]:
    values = sorted({value for trial in trials for value in of(trial)})
    each = {value: [trial for trial in trials if value in of(trial)] for value in values}
    return [
        Slice(
            by=by,
            value=value,
            passed=_share(some, lambda t: t.outcome == "pass"),
            state=_share(some, lambda t: t.state_passed),
        )
        for value, some in each.items()
    ]
