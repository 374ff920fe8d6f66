"""A function in a process of its own, with limits: a stranger's file cannot take a server's time or memory.

Not a sandbox: the process has the rights of its parent. Why no pool of `multiprocessing`: docs/decisions.md.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Literal, TypeVar

from app.core.exceptions import CallCenterError

AT_ONCE = 2  # processes; each may take the whole `Limits.memory`
PATIENCE = 10.0  # seconds that a call waits for its turn
TICK = 0.1  # seconds between two looks at the caller, who may have gone
_BOOT = "import sys; sys.path[:] = {path!r}; from app.core.isolated import main; main({parent}, {limits})"
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_TURNS = threading.BoundedSemaphore(AT_ONCE)

Exceeded = Literal["time", "memory", "crash"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """`cpu` in seconds, start included; `memory` in bytes of address space, where the system can limit it."""

    cpu: int = 6
    memory: int = 2**30

    @property
    def wall(self) -> float:
        """Seconds; a busy machine gives a process a part of one core."""
        return 10 + 4.0 * self.cpu


class IsolationFailed(CallCenterError):
    """The call cost too much, or its process died; `detail` is what Python said last, for the log."""

    status = 422
    code = "too_costly"

    def __init__(self, exceeded: Exceeded, limits: Limits, detail: str = "") -> None:
        told = {
            "time": f"took more than {limits.cpu} s",
            "memory": f"took more than {limits.memory >> 20} MB of memory",
            "crash": "failed",
        }
        super().__init__(f"Reading the file {told[exceeded]}.")
        self.exceeded, self.detail = exceeded, detail


class IsolationBusy(CallCenterError):
    status = 503
    code = "readers_busy"
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("Other files are being read; try again in a moment.")


def isolated(
    function: Callable[..., T],
    *args: Any,
    limits: Limits | None = None,
    watch: Callable[[], None] = lambda: None,
) -> T:
    """`function(*args)`; blocks. All are pickled, so `function` stands at the top of a module.

    Its CallCenterErrors come back; other errors are a crash. `watch` is called meanwhile; what it raises
    ends the process. Raises IsolationFailed and IsolationBusy.
    """
    bounds = limits or Limits()
    with _turn(watch):
        told = _run(pickle.dumps((function, args)), bounds, watch)
    if isinstance(told, CallCenterError):
        raise told
    return told  # type: ignore[no-any-return]


@contextmanager
def _turn(watch: Callable[[], None]) -> Iterator[None]:
    until = time.monotonic() + PATIENCE
    while not _TURNS.acquire(timeout=TICK):
        watch()
        if time.monotonic() > until:
            raise IsolationBusy
    try:
        yield
    finally:
        _TURNS.release()


def _run(request: bytes, limits: Limits, watch: Callable[[], None]) -> Any:
    process = _started(limits)
    try:
        answer, said = _waited(process, request, limits, watch)
    finally:
        process.kill()  # nothing happens where it has ended
        process.communicate()
    if process.returncode == 0:
        return pickle.loads(answer)
    return IsolationFailed(_cause(process.returncode), limits, said.decode(errors="replace")[-2000:])


def _started(limits: Limits) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C is for the parent, who ends it in order."""
    boot = _BOOT.format(path=sys.path, parent=os.getpid(), limits=(limits.cpu, limits.memory))
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            [sys.executable, "-c", boot],
            stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | _ONE_THREAD, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise IsolationBusy from error


def _waited(
    process: subprocess.Popen[bytes], request: bytes, limits: Limits, watch: Callable[[], None]
) -> tuple[bytes, bytes]:
    """A `communicate` that timed out sends no more of its input when it goes on: another thread gives it."""
    until = time.monotonic() + limits.wall
    threading.Thread(target=_give, args=(process.stdin, request), daemon=True).start()
    process.stdin = None
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=TICK)
        watch()
        if time.monotonic() > until:
            raise IsolationFailed("time", limits)


def _give(pipe: IO[bytes], request: bytes) -> None:
    with contextlib.suppress(OSError), pipe:  # it may have ended
        pipe.write(request)


def _cause(code: int) -> Exceeded:
    """SIGXCPU is the limit's signal; SIGKILL comes after it, or from a system without memory."""
    signals = {-24: "time", -9: "memory"}
    return signals.get(code, "crash")  # type: ignore[return-value]
