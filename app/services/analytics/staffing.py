"""Staff needed for the escalations of the busiest hour, by Erlang's formulas for a queue with many servers.

A. K. Erlang (1917), "Solution of some problems in the theory of probabilities of significance in automatic
telephone exchanges"; D. Gross and C. M. Harris, "Fundamentals of Queueing Theory", M/M/c. They assume Poisson
arrivals, exponential handling, one queue, and that nobody gives up waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from math import ceil, exp, floor, inf

from pydantic import BaseModel, ConfigDict, Field

from app.services.analytics.period import Period
from app.services.analytics.scope import Scope
from app.services.analytics.views import Load

MOST_SERVERS = 10_000


def erlang_b(load: float, servers: int) -> float:
    """The probability that all are busy where nobody waits. `load` is in erlangs (arrivals × handling).

    By the recursion over servers, in which nothing overflows or cancels.
    """
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The probability that one has to wait; 1 where the queue would grow without end."""
    return 1.0 if load >= servers else _waits(load, servers, erlang_b(load, servers))


def answered_within(load: float, servers: int, handling: float, seconds: float) -> float:
    """The share that waits at most `seconds`; `handling` is the mean in seconds."""
    if load >= servers:
        return 0.0
    return _within(erlang_c(load, servers), load, servers, handling, seconds)


def mean_wait(load: float, servers: int, handling: float) -> float:
    """Seconds, over all who arrive; infinite where the queue would grow without end."""
    return inf if load >= servers else erlang_c(load, servers) * handling / (servers - load)


def servers_for(load: float, handling: float, wanted: float, seconds: float) -> int | None:
    """The fewest that answer the `wanted` share in time; None where even ten thousand do not."""
    if load <= 0:
        return 0
    blocked, least = 1.0, floor(load) + 1
    for n in range(1, MOST_SERVERS + 1):
        blocked = load * blocked / (n + load * blocked)
        if n >= least and _within(_waits(load, n, blocked), load, n, handling, seconds) >= wanted:
            return n
    return None


def _waits(load: float, servers: int, blocked: float) -> float:
    return blocked / (1 - load / servers * (1 - blocked))


def _within(waits: float, load: float, servers: int, handling: float, seconds: float) -> float:
    return 1 - waits * exp(-(servers - load) * seconds / handling)


HOUR = 3600


class Wanted(BaseModel):
    """`handling` and `within` are seconds; `shrinkage` is the share of paid time not spent with customers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    per_hour: float = Field(ge=0, le=10_000)
    handling: float = Field(default=360, ge=1, le=28_800)
    level: float = Field(default=0.8, ge=0.01, le=0.999)
    within: float = Field(default=60, ge=0, le=3600)
    shrinkage: float = Field(default=0.3, ge=0, le=0.9)


class Crew(BaseModel):
    """`serving` people at once; `paid` is the number of employees needed for that. Waits are seconds."""

    serving: int
    level: float
    waits: float
    mean_wait: float
    occupancy: float


class Staffing(BaseModel):
    """`load` is in erlangs. `enough` is null if 10,000 people are too few; `around` lists other options."""

    wanted: Wanted
    load: float
    enough: Crew | None
    paid: int | None
    around: list[Crew]


def staff(wanted: Wanted) -> Staffing:
    load = wanted.per_hour * wanted.handling / HOUR
    need = servers_for(load, wanted.handling, wanted.level, wanted.within)
    crews = [_crew(wanted, load, n) for n in range(max(1, need - 2), need + 3) if n > load] if need else []
    return Staffing(
        wanted=wanted,
        load=load,
        enough=None if need is None else _crew(wanted, load, need),
        paid=None if need is None else ceil(round(need / (1 - wanted.shrinkage), 9)),
        around=crews,
    )


def load_of(scope: Scope, period: Period) -> Load:
    local = [at.astimezone(period.zone) for at in scope.escalations]
    hours = Counter(at.hour for at in local)
    busiest = Counter(at.replace(minute=0, second=0, microsecond=0) for at in local)
    peak, most = max(hours.items(), key=lambda each: (each[1], -each[0]), default=(None, 0))
    spells = [spell.seconds for spell in scope.handled]
    return Load(
        escalations=len(local),
        peak_hour=peak,
        peak=most / max(1, sum(1 for _ in _begun(period, scope.outcomes.now))),
        busiest=max(busiest.values(), default=0),
        handling=sum(spells) / len(spells) if spells else None,
        n=len(spells),
    )


def _begun(period: Period, now: datetime) -> Iterator[object]:
    """Days that are still to come dilute nothing."""
    return (day for day in period.days() if day <= period.day_of(now))


def _crew(wanted: Wanted, load: float, serving: int) -> Crew:
    if serving == 0:
        return Crew(serving=0, level=1, waits=0, mean_wait=0, occupancy=0)
    return Crew(
        serving=serving,
        level=answered_within(load, serving, wanted.handling, wanted.within),
        waits=erlang_c(load, serving),
        mean_wait=mean_wait(load, serving, wanted.handling),
        occupancy=load / serving,
    )
