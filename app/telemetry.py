"""Logging and metrics. The trace of a turn is a value elsewhere; this file only exports it."""

from __future__ import annotations

import logging
import multiprocessing
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.core.models import Decision, Turn
from app.core.redaction.search import redact, redact_all

CAUSES = 5  # of an exception that are told
TOLD = "told_by_call_center"
GRADIO = "/site-packages/gradio/"
HOUSE = str(Path(__file__).parent)
_QUOTED = re.compile(r"""['"`«\n]|[^\x00-\x7f]""")


def configure_logging(level: str, production: bool) -> None:
    """JSON lines in production, readable lines in development; both on stderr."""
    renderer = _renderer(production)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.ExceptionRenderer(describe_exception),
            without_personal_data,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _LossyStream(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(shared, renderer)


class _LossyStream:
    """A log that cannot be written (a full disk, a closed pipe) costs its lines, never the turn."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


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
        structlog.processors.ExceptionRenderer(describe_exception),
        without_personal_data,
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
    logging.getLogger("uvicorn.error").addFilter(_not_told)
    logging.captureWarnings(True)
    logging.raiseExceptions = False
    sys.excepthook = _on_crash
    threading.excepthook = lambda crash: _on_crash(crash.exc_type, crash.exc_value, crash.exc_traceback)


EventDict = structlog.typing.EventDict


def without_personal_data(_logger: object, _method: str, line: EventDict) -> EventDict:
    """The last processor before the renderer."""
    return {name: redact_all(value) for name, value in line.items()}


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Some libraries set their own level to DEBUG."""
    return record.levelno >= logging.WARNING or record.name.startswith("uvicorn")


def _without_query(record: logging.LogRecord) -> bool:
    """The query of a search holds words of customers."""
    if isinstance(record.args, tuple):
        record.args = tuple(a.partition("?")[0] if isinstance(a, str) else a for a in record.args)
    return True


def _not_told(record: logging.LogRecord) -> bool:
    """The server reports once more what the application has reported."""
    error = record.exc_info[1] if record.exc_info else None
    return not hasattr(error, TOLD)


def _on_crash(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        sys.__excepthook__(kind, error or kind(), trace)
    else:
        structlog.get_logger().critical("crashed", exc_info=error)


def describe_exception(exc_info: structlog.typing.ExcInfo) -> str:
    """Frames and kinds; a message as far as it quotes nothing, for what it quotes may be a customer's."""
    error: BaseException | None = exc_info[1]
    parts: list[str] = []
    while error is not None and len(parts) < CAUSES:
        frames = "".join(traceback.format_tb(error.__traceback__))
        quoted = _QUOTED.search(message := str(error))
        plain = f"{message[: quoted.start()]}…" if quoted else message
        parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__name__}: {plain}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nAfter:\n\n".join(parts)


def unexpected(error: BaseException, **known: object) -> bool:
    """One line. False, and no traceback, where Gradio could not use what was sent: no code of ours ran."""
    log = structlog.get_logger()
    setattr(error, TOLD, True)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame.filename for frame in frames]
    first = next((at for at, name in enumerate(inside) if GRADIO in name), None)
    if first is None or any(name.startswith(HOUSE) for name in inside[first:]):
        log.error("unexpected", exc_info=error, **known)
        return True
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    log.warning("page_request_unusable", error=type(error).__name__, at=place, **known)
    return False


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
