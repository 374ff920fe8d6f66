"""Reading a document in a process of its own, so that it costs a server no more than its size allows."""

from __future__ import annotations

import structlog

from app.core.documents import DocumentUnusable, Unusable, Watch, onward
from app.core.isolation import IsolationFailed, Limits, isolated
from app.engines.knowledge.documents.reading import read
from app.engines.knowledge.documents.sections import Read

log = structlog.get_logger()
SECONDS, SECONDS_PER_MB = 6, 6  # of one core
_EXCEEDED = {"time": Unusable.SLOW, "memory": Unusable.MEMORY, "crash": Unusable.CRASH}


def read_apart(file: str, data: bytes, watch: Watch = onward) -> Read:
    """Raises DocumentUnusable and IsolationBusy."""
    limits = Limits(cpu=SECONDS + SECONDS_PER_MB * len(data) // 2**20)
    try:
        return isolated(read, file, data, limits=limits, watch=watch)
    except IsolationFailed as error:
        log.warning("document_not_read", exceeded=error.exceeded, detail=error.detail.strip().split("\n")[-1])
        raise DocumentUnusable(file, _EXCEEDED[error.exceeded]) from error
