"""Servers out of `warm_server`, seen from the outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2


class WarmServer:
    """One at a time, each on a port of its own; a `ServerProcess` for whoever starts and kills it."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, mode: str = "sound") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._reports = process.stdin, process.stdout
        self._house = f"{mode} {folder}"
        self._pid: int | None = None
        self.url = ""

    @property
    def pid(self) -> int:
        assert self._pid is not None
        return self._pid

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._orders.write(f"{port} {self._house}\n")
        self._orders.flush()
        self._pid = int(self._reports.readline().split()[1])
        self.url = f"http://127.0.0.1:{port}"
        with httpx2.Client(timeout=2, trust_env=False) as http:
            for _ in range(1500):
                try:
                    http.get(f"{self.url}/api/v1/health/live")
                except httpx2.TransportError:
                    Event().wait(0.02)
                else:
                    return
        raise AssertionError("the server never answered")

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        self._end(signal.SIGTERM)

    def end(self) -> None:
        """However it stands."""
        if self._pid is not None:
            self.kill()

    def _end(self, number: int) -> None:
        os.kill(self.pid, number)
        assert self._reports.readline() == "dead\n"
        self._pid = None


@contextmanager
def warm() -> Iterator[subprocess.Popen[str]]:
    """Imports once; whoever gets it starts a `WarmServer` on it, one at a time."""
    command = [sys.executable, "-m", "tests.faults.warm_server"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0
