"""What runs in the process that isolation.py starts: limits first, then the call."""

from __future__ import annotations

import logging
import os
import pickle
import sys
import threading
import time

from app.core.exceptions import CallCenterError
from app.core.isolation import IsolationFailed, Limits

LOOK = 0.25  # seconds between two looks at parent and memory
LARGEST_ANSWER = 256 * 2**20  # bytes


def main(parent: int, given: tuple[int, int]) -> None:
    """Reads (function, args) from the standard input, writes what it returned to the standard output."""
    limits = Limits(*given)
    threading.Thread(target=_follow, args=(parent, _limit(limits)), daemon=True).start()
    logging.disable()  # parsers warn once per broken object
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints is no part of the answer
    with output:
        output.write(_answer(limits))


def _answer(limits: Limits) -> bytes:
    try:
        function, args = pickle.load(sys.stdin.buffer)
        answer = pickle.dumps(function(*args))
    except CallCenterError as error:
        told = pickle.dumps(error)
        pickle.loads(told)  # one that cannot be told is a crash here, not over there
        return told
    except MemoryError:
        return pickle.dumps(IsolationFailed("memory", limits))
    return answer if len(answer) <= LARGEST_ANSWER else pickle.dumps(IsolationFailed("memory", limits))


def _limit(limits: Limits) -> int:
    """Bytes to be watched from within: 0 where the system itself bounds the memory."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_CPU, limits.cpu)
    try:
        _lower(resource.RLIMIT_AS, limits.memory)
    except (ValueError, OSError):  # macOS knows the limit, and refuses it
        return limits.memory
    return 0 if sys.platform == "linux" else limits.memory


def _lower(kind: int, to: int) -> None:
    """The hard limit stays: the last words are said after the soft one."""
    import resource  # noqa: PLC0415

    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (to if hard == resource.RLIM_INFINITY else min(to, hard), hard))


def _follow(parent: int, memory: int) -> None:
    """Ends the process with its parent, however that ended. Windows tells nobody that a parent has gone."""
    while sys.platform != "win32":
        if os.getppid() != parent or (memory and _used() > memory):
            os.kill(os.getpid(), 9)
        time.sleep(LOOK)


def _used() -> int:
    """Bytes at most so far, as macOS counts them."""
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
