"""Erlang's formulas for a queue with many servers.

A. K. Erlang (1917), "Solution of some problems in the theory of probabilities of significance in automatic
telephone exchanges"; D. Gross and C. M. Harris, "Fundamentals of Queueing Theory", M/M/c. They assume Poisson
arrivals, exponential handling, one queue, and that nobody gives up waiting.
"""

from __future__ import annotations

from math import exp, floor, inf

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
