"""Message p95 with and without open tabs: `python -m benchmarks.tabs [TABS] [MESSAGES]`.

Half of the tabs show the Monitor, half a chat each. A real server process; the tabs live in a process of
their own and ask what a page asks: Gradio's heartbeat, then for news of all dialogs or of the one that is
open, again and again. That process yields the processor: browsers are elsewhere.
Measured in turns (without, with, without, …). Quote the ratio.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.support.server import ServerProcess

TABS, MESSAGES, ROUNDS, AT_ONCE = 50, 600, 3, 2
LINES = ("Не работает приложение, не могу войти", "Сколько стоит Профи?", "How do I reset my password?")
LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
SAMPLES = 2000


async def main(tabs: int, messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder) / "dialogs", UI="true")
        server.start()
        try:
            seconds = await measured(server.url, tabs, messages // ROUNDS)
        finally:
            server.end()
    report(tabs, *seconds)


async def measured(url: str, tabs: int, messages: int) -> tuple[list[float], list[float]]:
    """Seconds of each message (without, with) tabs."""
    without: list[float] = []
    beside: list[float] = []
    await sent(url, 40)
    for _ in range(ROUNDS):
        without += await sent(url, messages)
        async with watching(url, tabs):
            beside += await sent(url, messages)
    return without, beside


async def sent(url: str, messages: int) -> list[float]:
    async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        found = await asyncio.gather(*(customer(http, messages // AT_ONCE) for _ in range(AT_ONCE)))
    return [seconds for took in found for seconds in took]


async def customer(http: httpx2.AsyncClient, messages: int) -> list[float]:
    """Ten messages a dialog, each as soon as the one before is answered."""
    took: list[float] = []
    path = ""
    for number in range(messages):
        if number % 10 == 0:
            made = await http.post("/api/v1/dialogue/create", json={"customer_id": "bench"})
            path = f"/api/v1/dialogue/{made.json()['dialog_id']}/message"
        began = time.perf_counter()
        answer = await http.post(path, json={"message": LINES[number % len(LINES)]})
        answer.raise_for_status()
        took.append(time.perf_counter() - began)
    return took


@asynccontextmanager
async def watching(url: str, tabs: int) -> AsyncIterator[None]:
    """Until each of them has been answered once, the measurement does not begin."""
    command = [sys.executable, "-m", "benchmarks.tabs", "--watch", url, str(tabs)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout
    await process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        await process.communicate()


async def watch(url: str, tabs: int) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=LIMITS) as http:
        config = (await http.get("/ui/ru/config")).json()
        parts = {c["props"].get("elem_id"): c["id"] for c in config["components"]}
        ready = asyncio.Semaphore(0)
        monitor, chat = parts["cc-monitor"], parts["cc-serving"]
        asking = [talk(http, chat, n, ready) if n % 2 else page(http, monitor, n, ready) for n in range(tabs)]
        pages = [asyncio.create_task(each) for each in asking]
        for _ in range(tabs):
            await ready.acquire()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.gather(*pages)


async def page(http: httpx2.AsyncClient, room: int, number: int, ready: asyncio.Semaphore) -> None:
    beating = asyncio.create_task(heartbeat(http, f"tab{number}"))
    version, have = 0, dict[str, str]()
    while not beating.cancelled():
        told = await asked(http, room, number, version, have)
        version = told["version"]
        have |= {name: part["mark"] for name, part in told["parts"].items()}
        ready.release()
        await asyncio.sleep(told["pause"] / 1000)


async def talk(http: httpx2.AsyncClient, part: int, number: int, ready: asyncio.Semaphore) -> None:
    """A customer who has asked something and looks at the answer."""
    made = await http.post(
        "/api/v1/dialogue/create", json={"customer_id": "tab", "initial_message": LINES[1]}
    )
    beating = asyncio.create_task(heartbeat(http, f"tab{number}"))
    question = {"page": str(number), "dialog": made.json()["dialog_id"], "mark": ""}
    while not beating.cancelled():
        question |= await answered(http, part, "hear", number, question)
        ready.release()
        await asyncio.sleep(0.3)


async def heartbeat(http: httpx2.AsyncClient, session: str) -> None:
    async with http.stream("GET", f"/ui/ru/gradio_api/heartbeat/{session}", timeout=None) as stream:
        async for _ in stream.aiter_raw():
            pass


async def asked(
    http: httpx2.AsyncClient, room: int, number: int, version: int, have: dict[str, str]
) -> dict[str, Any]:
    question = {"page": str(number), "version": version, "have": have, "operator": f"operator {number}"}
    return await answered(http, room, "watch", number, question)


async def answered(
    http: httpx2.AsyncClient, part: int, name: str, number: int, question: dict[str, Any]
) -> dict[str, Any]:
    body = {"data": question, "component_id": part, "fn_name": name, "session_hash": f"tab{number}"}
    answer = await http.post("/ui/ru/gradio_api/component_server/", content=json.dumps(body), headers=JSON)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


JSON = {"Content-Type": "application/json"}


def report(tabs: int, without: list[float], beside: list[float]) -> None:
    table = Table("", "n", "p50 ms", "p95 ms")
    for name, seconds in (("without tabs", without), (f"with {tabs} tabs", beside)):
        p50, p95 = np.percentile(seconds, [50, 95]) * 1000
        table.add_row(name, str(len(seconds)), f"{p50:.1f}", f"{p95:.1f}")
    console = Console()
    console.print(table)
    low, ratio, high = compared(np.array(without), np.array(beside))
    console.print(f"p95 ratio {ratio:.2f} (95 % {low:.2f}…{high:.2f}, n = {len(without)} + {len(beside)})")


def compared(without: np.ndarray[Any, Any], beside: np.ndarray[Any, Any]) -> tuple[float, float, float]:
    """The ratio of both p95 between its bootstrap bounds."""
    draw = np.random.default_rng(0)
    drawn = [
        np.percentile(draw.choice(beside, len(beside)), 95)
        / np.percentile(draw.choice(without, len(without)), 95)
        for _ in range(SAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(np.percentile(beside, 95) / np.percentile(without, 95)), float(high)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--watch"]:
        os.nice(10)
        asyncio.run(watch(sys.argv[2], int(sys.argv[3])))
    else:
        given = [int(argument) for argument in sys.argv[1:]]
        asyncio.run(main(*(given + [TABS, MESSAGES][len(given) :])))
