"""Logging is one for the whole process: who sets it up in a test puts it back."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def logging_kept() -> Iterator[None]:
    """What is set up inside ends with it; the handlers of pytest are neither removed nor closed."""
    root = logging.getLogger()
    before, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook)
    root.handlers.clear()
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()
        logging.captureWarnings(False)
        logging.raiseExceptions = True
        sys.excepthook, threading.excepthook = hooks
