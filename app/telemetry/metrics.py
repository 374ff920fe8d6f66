"""Metrics of turns. The trace of a turn is a value elsewhere; this file only exports it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.core.models import Decision, Turn
from app.core.redaction.search import redact


class Metrics:
    """Prometheus metrics of the dialog side, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "turns", "Finished turns", ["agent", "degraded"], namespace="callcenter", registry=self.registry
        )
        self.failed = Counter(
            "failed_turns", "Turns that failed", ["code"], namespace="callcenter", registry=self.registry
        )
        self.routes = Counter(
            "routes",
            "Routing decisions",
            ["agent", "source", "degraded"],
            namespace="callcenter",
            registry=self.registry,
        )
        self.handoffs = Counter(
            "handoffs", "Hops between agents", ["to"], namespace="callcenter", registry=self.registry
        )
        self.tokens = Counter(
            "tokens", "Model tokens", ["direction"], namespace="callcenter", registry=self.registry
        )
        self.takeovers = Counter(
            "takeovers", "Dialogs taken over by people", namespace="callcenter", registry=self.registry
        )
        self.ratings = Counter(
            "ratings", "Ratings by customers", ["score"], namespace="callcenter", registry=self.registry
        )
        self.likes = Counter(
            "feedback", "Words on single answers", ["liked"], namespace="callcenter", registry=self.registry
        )
        self.seconds = Histogram(
            "turn_seconds", "Time of a turn by step", ["step"], namespace="callcenter", registry=self.registry
        )

        self._count_stand_ins()
        self._count_claims()
        self._count_spend()
        self._count_events()

    def watch_provider(self, never_answered: Callable[[], bool]) -> None:
        """1 as long as a configured provider has failed and has not answered once."""
        told = "The model provider has failed since the start and never answered"
        gauge = Gauge("provider_never_answered", told, namespace="callcenter", registry=self.registry)
        gauge.set_function(lambda: float(never_answered()))

    def _count_stand_ins(self) -> None:
        told = "Answers of the embedded model in the place of the provider's"
        self.stand_ins = Counter(
            "stand_in_answers", told, ["reason"], namespace="callcenter", registry=self.registry
        )

    def _count_claims(self) -> None:
        told = "Claims that nothing supported and that were not sent"
        self.withheld = Counter(
            "withheld_claims", told, ["kind"], namespace="callcenter", registry=self.registry
        )

    def _count_spend(self) -> None:
        self.cost = Counter("model_cost_usd", "Cost of turns", namespace="callcenter", registry=self.registry)
        told = "Calls of models that a limit of the day has stopped"
        self.spend_stops = Counter(
            "spend_stops", told, ["limit"], namespace="callcenter", registry=self.registry
        )

    def _count_events(self) -> None:
        def counter(name: str, told: str) -> Counter:
            return Counter(name, told, namespace="callcenter", registry=self.registry)

        def gauge(name: str, told: str) -> Gauge:
            return Gauge(
                name,
                told,
                namespace="callcenter",
                registry=self.registry,
                multiprocess_mode="mostrecent",  # all processes count the same outbox
            )

        self.events_delivered = counter("events_delivered", "Events that the CRM took")
        self.events_retried = counter("events_retried", "Attempts to be made again")
        self.events_dead = counter("events_dead", "Events that were given up")
        self.outbox_waiting = gauge("outbox_waiting", "Events that wait for the CRM")
        self.outbox_dead = gauge("outbox_dead", "Dead letters")
        self.outbox_age = gauge("outbox_oldest_seconds", "Age of the oldest event that waits")

    def turn(self, turn: Turn) -> None:
        self.turns.labels(redact(turn.agent), str(turn.degraded).lower()).inc()
        self.decision(turn.decision)
        if turn.failure:
            self.stand_ins.labels(redact(turn.failure)).inc()
        for handoff in turn.hops:
            self.handoffs.labels(redact(handoff.to)).inc()
        for claim in turn.withheld:
            self.withheld.labels(redact(claim.partition(":")[0])).inc()
        self.tokens.labels("input").inc(turn.usage.input_tokens)
        self.tokens.labels("output").inc(turn.usage.output_tokens)
        self.cost.inc(turn.usage.cost)
        for step, seconds in turn.timings.items():
            self.seconds.labels(step).observe(seconds)

    def decision(self, decision: Decision) -> None:
        self.routes.labels(
            redact(decision.agent), redact(decision.source), str(decision.degraded).lower()
        ).inc()

    def failure(self, code: str) -> None:
        self.failed.labels(redact(code)).inc()

    def spend_stopped(self, limit: str) -> None:
        self.spend_stops.labels(limit).inc()

    def taken_over(self) -> None:
        self.takeovers.inc()

    def rated(self, score: int) -> None:
        self.ratings.labels(str(score)).inc()

    def liked(self, liked: bool) -> None:
        self.likes.labels(str(liked).lower()).inc()

    def delivered(self) -> None:
        self.events_delivered.inc()

    def undelivered(self, dead: bool) -> None:
        (self.events_dead if dead else self.events_retried).inc()

    def outbox(self, waiting: int, dead: int, oldest: float) -> None:
        self.outbox_waiting.set(waiting)
        self.outbox_dead.set(dead)
        self.outbox_age.set(max(0.0, oldest))


ONE_OF_SEVERAL = b"""\
# These are the figures of one process of several (process %d): each scrape may meet another one.
# Set PROMETHEUS_MULTIPROC_DIR to an empty folder before the start, and all answer with the sum.
"""


def exposed(metrics: Metrics) -> bytes:
    """In the text format. With PROMETHEUS_MULTIPROC_DIR set, of all processes that share the folder."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
    several = multiprocessing.parent_process() is not None
    return (ONE_OF_SEVERAL % os.getpid() if several else b"") + generate_latest(metrics.registry)
