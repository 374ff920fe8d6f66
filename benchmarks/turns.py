"""CPU of one turn against two bare SDK calls: `python -m benchmarks.turns [TURNS]`. Quote the ratios.

The mock provider runs in a process of its own, so its CPU is not counted.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from openai import AsyncOpenAI
from rich.console import Console
from rich.table import Table

from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from app.core.config import Settings
from app.core.ports import DialogStore
from app.telemetry.logs import configure_logging

AT_ONCE = 32
PORT = 8191
URL = f"http://127.0.0.1:{PORT}/v1"
TEXT = "Не работает приложение, не могу войти в аккаунт"
Turn = Callable[[], Awaitable[object]]


async def main(turns: int) -> None:
    configure_logging("ERROR", production=True)
    with tempfile.TemporaryDirectory() as folder:
        rows = {
            "two bare SDK calls": await bare(turns),
            "turn, memory store, ROUTER=llm": await ours(turns, MemoryStore(), "llm"),
            "turn, JSON store, ROUTER=llm": await ours(turns, JsonStore(Path(folder)), "llm"),
            "turn, JSON store, ROUTER=cascade": await ours(turns, JsonStore(Path(folder)), "cascade"),
        }
    floor = rows["two bare SDK calls"]
    table = Table("the same turn", "CPU ms", "x two bare calls")
    for name, cpu in rows.items():
        table.add_row(name, f"{cpu:.2f}", f"{cpu / floor:.2f}")
    Console().print(table)


async def bare(turns: int) -> float:
    client = AsyncOpenAI(base_url=URL, api_key="none", max_retries=0)

    async def turn() -> None:
        for _ in range(2):
            await client.chat.completions.create(model="mock", messages=[{"role": "user", "content": TEXT}])

    spent = await measured(turn, turns)
    await client.close()
    return spent


async def ours(turns: int, store: DialogStore, router: str) -> float:
    settings = Settings(_env_file=None, openai_base_url=URL, router=router)
    bench = build(settings, store=store)
    await store.open()
    spent = await measured(lambda: bench.dialogs.create("bench", TEXT), turns)
    await bench.stop()
    return spent


async def measured(turn: Turn, turns: int) -> float:
    """CPU milliseconds a turn, 32 at once, after a warm-up."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await turn()

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    began = time.process_time()
    await asyncio.gather(*(one() for _ in range(turns)))
    return (time.process_time() - began) * 1000 / turns


async def until_open() -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


if __name__ == "__main__":
    mock = subprocess.Popen([sys.executable, "-m", "app.cli", "mock-llm", "--port", str(PORT)])
    try:
        asyncio.run(until_open())
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
    finally:
        mock.terminate()
        mock.wait()
