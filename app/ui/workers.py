"""Several workers behind one address: what one of them is asked, a page that another made never hears."""

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
    """The processes of one supervisor. Two places are enough to know: who has the second is not alone."""

    def __init__(self, supervisor: int | None) -> None:
        """Takes a place as long as this process lives; without a supervisor it is alone."""
        self._places: list[FileLock] = []
        self._mine: FileLock | None = None
        if supervisor is None:
            return
        names = (Path(gettempdir()) / f"call-center-{supervisor}-{n}.lock" for n in (1, 2))
        self._places = [FileLock(name, timeout=0, thread_local=False) for name in names]
        self._mine = next((place for place in self._places if _taken(place)), None)

    @property
    def several(self) -> bool:
        if not self._places:
            return False
        first, second = self._places
        if self._mine is not first:
            return True
        if free := _taken(second):
            second.release()
        return not free

    @property
    def second(self) -> bool:
        """The one of them that tells it."""
        return bool(self._places) and self._mine is self._places[1]


def supervisor() -> int | None:
    """The process that started this one as one of its workers, if that is so."""
    if parent := multiprocessing.parent_process():
        return parent.pid
    with suppress(OSError):
        if b"gunicorn" in Path(f"/proc/{os.getppid()}/cmdline").read_bytes():
            return os.getppid()
    return None


def _taken(place: FileLock) -> bool:
    try:
        place.acquire()
    except Timeout:
        return False
    return True
