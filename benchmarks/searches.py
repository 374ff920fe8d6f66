"""A turn beside strangers' searches: `python -m benchmarks.searches [SEARCHERS] [TURNS]`.

A real server process; the searchers ask at once and again and again for what costs the encoder most. Measured
in turns (alone, beside, alone, …). Quote the ratio of a quiet machine.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.support.server import ServerProcess

SEARCHERS, TURNS, ROUNDS = 16, 60, 3
LETTERS = 1_990  # without a blank
REST = 0.2  # seconds that a refused searcher rests, less than it is told to


def main(searchers: int, turns: int) -> None:
    alone: list[float] = []
    beside: list[float] = []
    answers: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder) / "dialogs")
        server.start()
        try:
            sent(server.url, 5)
            for _ in range(ROUNDS):
                alone += sent(server.url, turns // ROUNDS)
                with searching(server.url, searchers, answers):
                    beside += sent(server.url, turns // ROUNDS)
        finally:
            server.end()
    report(searchers, alone, beside, answers)


def sent(url: str, turns: int) -> list[float]:
    """Seconds of each first turn of a dialog."""
    took = []
    with httpx2.Client(base_url=url, timeout=300, trust_env=False) as http:
        for number in range(turns):
            text = f"Не работает приложение {number} {time.time_ns()}"
            began = time.perf_counter()
            body = {"customer_id": "bench", "initial_message": text}
            http.post("/api/v1/dialogue/create", json=body).raise_for_status()
            took.append(time.perf_counter() - began)
    return took


@contextmanager
def searching(url: str, searchers: int, answers: Counter[int]) -> Iterator[None]:
    """From a process of its own that yields the processor: strangers are elsewhere."""
    spawn = multiprocessing.get_context("spawn")
    begun, enough, told = spawn.Event(), spawn.Event(), spawn.Queue()
    crowd = spawn.Process(target=searched, args=(url, searchers, begun, enough, told))
    crowd.start()
    begun.wait()
    try:
        yield
    finally:
        enough.set()
        answers.update(told.get())
        crowd.join()


def searched(url: str, searchers: int, begun: Event, enough: Event, told: Queue[Counter[int]]) -> None:
    os.nice(10)
    answers: Counter[int] = Counter()

    def search(who: int) -> None:
        with httpx2.Client(base_url=url, timeout=300, trust_env=False) as http:
            while not enough.is_set():
                asked = {"q": "ё" * LETTERS + f"{who}{time.time_ns()}"[-9:]}
                status = http.get("/api/v1/knowledge/search", params=asked).status_code
                answers[status] += 1
                begun.set()
                if status == 429:
                    enough.wait(REST)

    with ThreadPoolExecutor(searchers) as pool:
        list(pool.map(search, range(searchers)))
    told.put(answers)


def report(searchers: int, alone: list[float], beside: list[float], answers: Counter[int]) -> None:
    table = Table(
        f"a turn, n = {len(alone)} + {len(beside)}", "alone, ms", f"beside {searchers}, ms", "ratio"
    )
    for name, share in (("median", 50), ("p95", 95), ("worst", 100)):
        one, other = (float(np.percentile(took, share)) * 1000 for took in (alone, beside))
        table.add_row(name, f"{one:.0f}", f"{other:.0f}", f"{other / one:.2f}")
    console = Console()
    console.print(table)
    console.print(f"searches answered: {answers[200]}, refused with 429: {answers[429]}")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    main(*(given + [SEARCHERS, TURNS][len(given) :]))
