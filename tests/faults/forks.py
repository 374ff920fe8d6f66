"""A warm process that forks a child for every line of stdin, each there to be killed.

It answers `pid N` when the child has begun and `dead` when it has ended.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

STDOUT = 1


def say(line: str) -> None:
    """One unbuffered write: whole on the pipe, or not there."""
    os.write(STDOUT, f"{line}\n".encode())


def fork_for_each_line(read: Callable[[str], Callable[[], None]]) -> None:
    """`read` makes of a line what the child does."""
    for line in sys.stdin:
        work = read(line.rstrip("\n"))
        pid = os.fork()
        if not pid:
            try:
                work()
            finally:
                os._exit(0)
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say("dead")
