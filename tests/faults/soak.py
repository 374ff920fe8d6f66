"""Memory and descriptors of a server over many turns: `python -m tests.faults.soak [TURNS] [--embedded]`.

Customers speak over HTTP in dialogs of four lines. The slope is that of a line through the resident memory
of the server process after the warm-up, which is the first fifth of the turns.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx2
import psutil
from rich.console import Console
from scipy.stats import linregress

from tests.faults.customers import CREATE
from tests.faults.warm import WarmServer, warm
from tests.faults.warm_server import PLAIN, SHIPPED

AT_ONCE = 4
LINES = 4
EACH = 200
MB = 2**20
Sample = tuple[int, float, int]


@dataclass(frozen=True)
class Growth:
    """`slope` in MB per 10,000 turns with half of its 95 % interval; `descriptors` first and last."""

    turns: int
    first: float
    last: float
    slope: float
    margin: float
    descriptors: tuple[int, int]


@contextmanager
def server(mode: str) -> Iterator[WarmServer]:
    with warm() as house, tempfile.TemporaryDirectory() as folder:
        started = WarmServer(house, Path(folder), mode)
        started.start()
        try:
            yield started
        finally:
            started.end()


def soak(turns: int, mode: str = PLAIN) -> list[Sample]:
    """After every 200 turns: how many, resident MB, descriptors."""
    numbers = count()
    with server(mode) as at, httpx2.Client(base_url=at.url, timeout=60, trust_env=False) as http:
        process = psutil.Process(at.pid)
        seen: list[Sample] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in range(EACH, turns + 1, EACH):
                list(pool.map(lambda n: dialog(http, n), [next(numbers) for _ in range(EACH // LINES)]))
                seen.append((done, process.memory_info().rss / MB, process.num_fds()))
    return seen


def dialog(http: httpx2.Client, number: int) -> None:
    opened = http.post(CREATE, json={"customer_id": f"soak/{number}"}).raise_for_status().json()
    for line in range(LINES):
        body = {"message": f"My router {number} drops the connection, {line}"}
        http.post(f"/api/v1/dialogue/{opened['dialog_id']}/message", json=body).raise_for_status()


def growth(samples: list[Sample]) -> Growth:
    seen = samples[len(samples) // 5 :]
    turns, sizes, files = zip(*seen, strict=True)
    line = linregress(turns, sizes)
    slope, margin = float(line.slope) * 10_000, 1.96 * float(line.stderr) * 10_000
    return Growth(turns[-1], sizes[0], sizes[-1], slope, margin, (files[0], files[-1]))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("turns", nargs="?", type=int, default=10_000)
    options.add_argument("--embedded", action="store_true")
    given = options.parse_args()
    samples = soak(given.turns, SHIPPED if given.embedded else PLAIN)
    Console().print(growth(samples), [(n, round(size), files) for n, size, files in samples[::5]])


if __name__ == "__main__":
    main()
