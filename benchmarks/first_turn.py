"""The first turn after a start against the tenth: `python -m benchmarks.first_turn [STARTS] [--ui]`.

Each start is a fresh process, asked over HTTP once it is ready: on new storage, then again on the same.
Every text is first and tenth equally often in ten starts. Quote the ratios of a quiet machine.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx2
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.support.server import ServerProcess

STARTS = 10
TEXTS = (
    "Как сменить пароль?",
    "Не работает приложение, не могу войти в аккаунт",
    "Сколько стоит тариф Профи на год?",
    "Файлы не синхронизируются на ноутбуке",
    "Как пригласить коллегу в общую папку?",
    "Какой тариф подойдёт для семьи?",
    "Не приходит код для входа",
    "Как увеличить объём хранилища?",
    "Приложение закрывается при открытии ссылки",
    "Есть ли скидка для студентов?",
)


class Start(NamedTuple):
    """Seconds."""

    first: float
    tenth: float


def main(starts: int, ui: bool) -> None:
    new, known = [], []
    for number in track(range(starts), "starts", transient=True):
        with tempfile.TemporaryDirectory() as folder:
            storage = Path(folder) / "dialogs"
            new.append(measured(storage, number, ui))
            known.append(measured(storage, number, ui))
    table = Table("ms, medians", "first turn", "tenth", "ratio of medians", "median of ratios", "worst ratio")
    for name, found in (("new storage", new), ("storage of the start before", known)):
        table.add_row(name, *summary(found))
    Console(width=110).print(table, f"n = {starts} starts each")


def measured(storage: Path, number: int, ui: bool) -> Start:
    server = ServerProcess(storage, UI=str(ui).lower())
    server.start()
    try:
        with httpx2.Client(base_url=server.url, timeout=60, trust_env=False) as http:
            wait_until_ready(http)
            took = [turn(http, TEXTS[(number + step) % len(TEXTS)]) for step in range(10)]
    finally:
        server.end()
    return Start(took[0], took[-1])


def wait_until_ready(http: httpx2.Client) -> None:
    while http.get("/api/v1/health/ready").status_code != 200:
        time.sleep(0.02)


def turn(http: httpx2.Client, text: str) -> float:
    began = time.perf_counter()
    body = {"customer_id": "bench", "initial_message": text}
    http.post("/api/v1/dialogue/create", json=body).raise_for_status()
    return time.perf_counter() - began


def summary(starts: list[Start]) -> list[str]:
    first, tenth = median(start.first for start in starts), median(start.tenth for start in starts)
    ratios = [start.first / start.tenth for start in starts]
    return [
        f"{first * 1000:.1f}",
        f"{tenth * 1000:.1f}",
        f"{first / tenth:.2f}",
        f"{median(ratios):.2f}",
        f"{max(ratios):.2f}",
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("starts", type=int, nargs="?", default=STARTS)
    parser.add_argument("--ui", action="store_true", help="with the workbench in the browser")
    given = parser.parse_args()
    main(given.starts, given.ui)
