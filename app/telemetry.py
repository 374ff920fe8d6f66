"""Logging and metrics. The trace of a turn is a value elsewhere; this file only exports it."""

from __future__ import annotations

import logging
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from app.core.models import Decision, Turn


def configure_logging(level: str, production: bool) -> None:
    """JSON lines in production, readable lines in development; both on stderr."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if production
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
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
        self.seconds = Histogram(
            "turn_seconds", "Time of a turn by step", ["step"], namespace="callcenter", registry=self.registry
        )

    def turn(self, turn: Turn) -> None:
        self.turns.labels(turn.agent, str(turn.degraded).lower()).inc()
        self.decision(turn.decision)
        for hop in turn.hops:
            self.handoffs.labels(hop.to).inc()
        self.tokens.labels("input").inc(turn.usage.input_tokens)
        self.tokens.labels("output").inc(turn.usage.output_tokens)
        for step, seconds in turn.timings.items():
            self.seconds.labels(step).observe(seconds)

    def decision(self, decision: Decision) -> None:
        self.routes.labels(decision.agent, decision.source, str(decision.degraded).lower()).inc()

    def failure(self, code: str) -> None:
        self.failed.labels(code).inc()
