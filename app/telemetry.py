"""Logging and metrics. The trace of a turn is a value elsewhere; this file only exports it."""

from __future__ import annotations

import logging
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.core.models import Decision, Turn


def configure_logging(level: str, production: bool) -> None:
    """JSON lines in production, readable lines in development; both on stderr."""
    renderer = _renderer(production)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(shared, renderer)


def _renderer(production: bool) -> structlog.typing.Processor:
    if production:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _adopt_libraries(shared: list[structlog.typing.Processor], renderer: structlog.typing.Processor) -> None:
    """Warnings of libraries, and what uvicorn says, take the form of our own lines."""
    tail: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        renderer,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=tail))
    handler.addFilter(_worth_a_line)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").addFilter(_without_query)


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Some libraries set their own level to DEBUG."""
    return record.levelno >= logging.WARNING or record.name.startswith("uvicorn")


def _without_query(record: logging.LogRecord) -> bool:
    """The query of a search holds words of customers."""
    if isinstance(record.args, tuple):
        record.args = tuple(a.partition("?")[0] if isinstance(a, str) else a for a in record.args)
    return True


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

        self._count_claims()
        self._count_events()

    def _count_claims(self) -> None:
        told = "Claims that nothing supported and that were not sent"
        self.withheld = Counter(
            "withheld_claims", told, ["kind"], namespace="callcenter", registry=self.registry
        )

    def _count_events(self) -> None:
        def counter(name: str, told: str) -> Counter:
            return Counter(name, told, namespace="callcenter", registry=self.registry)

        def gauge(name: str, told: str) -> Gauge:
            return Gauge(name, told, namespace="callcenter", registry=self.registry)

        self.events_delivered = counter("events_delivered", "Events that the CRM took")
        self.events_retried = counter("events_retried", "Attempts to be made again")
        self.events_dead = counter("events_dead", "Events that were given up")
        self.outbox_waiting = gauge("outbox_waiting", "Events that wait for the CRM")
        self.outbox_dead = gauge("outbox_dead", "Dead letters")
        self.outbox_age = gauge("outbox_oldest_seconds", "Age of the oldest event that waits")

    def turn(self, turn: Turn) -> None:
        self.turns.labels(turn.agent, str(turn.degraded).lower()).inc()
        self.decision(turn.decision)
        for hop in turn.hops:
            self.handoffs.labels(hop.to).inc()
        for claim in turn.withheld:
            self.withheld.labels(claim.partition(":")[0]).inc()
        self.tokens.labels("input").inc(turn.usage.input_tokens)
        self.tokens.labels("output").inc(turn.usage.output_tokens)
        for step, seconds in turn.timings.items():
            self.seconds.labels(step).observe(seconds)

    def decision(self, decision: Decision) -> None:
        self.routes.labels(decision.agent, decision.source, str(decision.degraded).lower()).inc()

    def failure(self, code: str) -> None:
        self.failed.labels(code).inc()

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
