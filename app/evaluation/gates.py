"""The limits a team holds its pull requests to. What cannot be checked does not pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.evaluation.compare import ALPHA, Comparison
from app.evaluation.metrics import Headline

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Gates(BaseModel):
    """Shares are 0…1, `max_cost` is the money of the run, `max_p95` is in seconds. None sets no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    no_significant_loss: bool = False
    min_accuracy: Share | None = None
    max_missed_escalations: Share | None = None
    max_cost: Amount | None = None
    max_p95: Amount | None = None


def broken_gates(headline: Headline, comparison: Comparison | None, gates: Gates) -> list[str]:
    """A sentence for each limit that is not met."""
    losses = _losses(comparison) if gates.no_significant_loss else ()
    return [*losses, *_limits(headline, gates)]


def _losses(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        yield "There is no baseline to compare with."
        return
    if not comparison.paired:
        yield "The two runs share no answered turn, so a loss cannot be ruled out."
    if comparison.verdict == "worse":
        yield f"Accuracy fell significantly: {comparison.sentence}"
    if comparison.coverage_difference < 0 and comparison.coverage_p_value < ALPHA:
        yield f"Coverage fell significantly, by {_points(-comparison.coverage_difference)}."
    if comparison.missed_difference > 0 and comparison.missed_p_value < ALPHA:
        yield f"Missed escalations rose significantly, by {_points(comparison.missed_difference)}."


def _limits(headline: Headline, gates: Gates) -> Iterator[str]:
    accuracy, missed = headline.accuracy, headline.missed_escalations
    if gates.min_accuracy is not None and not accuracy.n:
        yield "No turn was answered, so accuracy cannot be checked."
    elif gates.min_accuracy is not None and accuracy.value < gates.min_accuracy:
        yield f"Accuracy is {accuracy.value:.4g}, the limit is {gates.min_accuracy:.4g}."
    if gates.max_missed_escalations is not None and not missed.n:
        yield "No turn for the last resort was answered, so missed escalations cannot be checked."
    elif gates.max_missed_escalations is not None and missed.value > gates.max_missed_escalations:
        yield f"Missed escalations are {missed.value:.4g}, the limit is {gates.max_missed_escalations:.4g}."
    if gates.max_cost is not None and headline.cost > gates.max_cost:
        yield f"The run cost {headline.cost:.6g}, the limit is {gates.max_cost:.6g}."
    if gates.max_p95 is not None and headline.p95 is None:
        yield "No answer was timed in this run (those of the cache are not), so latency cannot be checked."
    elif gates.max_p95 is not None and headline.p95 is not None and headline.p95 > gates.max_p95:
        yield f"95 % of turns took up to {headline.p95:.4g} s, the limit is {gates.max_p95:.4g} s."


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
