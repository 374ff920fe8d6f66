"""What is logged, in which form, and how an exception is told."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO, cast

import structlog

from app.core.redaction.search import redact_all

CAUSES = 5  # of an exception that are told
TOLD = "told_by_call_center"
GRADIO = "/site-packages/gradio/"
HOUSE = str(Path(__file__).parents[1])
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
