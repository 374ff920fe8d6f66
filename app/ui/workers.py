"""Whether this process is one of several workers behind one address.

A page of the workbench keeps its state in the worker that made it, and other workers do not know it.
"""

from __future__ import annotations

import multiprocessing
import os
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from filelock import FileLock, Timeout

from app.core.exceptions import CallCenterError


class OneWorkerNeeded(CallCenterError):
    status = 503
    code = "one_worker_needed"

    def __init__(self) -> None:
        super().__init__(
            "The workbench needs one worker: start the service with --workers 1, "
            "or with UI=false where the REST API alone is wanted."
        )


class Workers:
    """The processes of one supervisor, which share two lock files: whoever holds the second is not alone."""

    def __init__(self, supervisor: int | None) -> None:
        """Holds a lock file while this process lives; without a supervisor the process is alone."""
        self._locks: list[FileLock] = []
        self._held: FileLock | None = None
        if supervisor is None:
            return
        names = (Path(gettempdir()) / f"call-center-{supervisor}-{n}.lock" for n in (1, 2))
        self._locks = [FileLock(name, timeout=0, thread_local=False) for name in names]
        self._held = next((lock for lock in self._locks if _acquire(lock)), None)

    @property
    def several(self) -> bool:
        if not self._locks:
            return False
        first, second = self._locks
        if self._held is not first:
            return True
        if free := _acquire(second):
            second.release()
        return not free

    @property
    def second(self) -> bool:
        """True in one of them, which reports it."""
        return bool(self._locks) and self._held is self._locks[1]


def find_supervisor() -> int | None:
    """The process that started this one as one of its workers, if that is so."""
    if parent := multiprocessing.parent_process():
        return parent.pid
    with suppress(OSError):
        if b"gunicorn" in Path(f"/proc/{os.getppid()}/cmdline").read_bytes():
            return os.getppid()
    return None


def _acquire(lock: FileLock) -> bool:
    try:
        lock.acquire()
    except Timeout:
        return False
    return True
