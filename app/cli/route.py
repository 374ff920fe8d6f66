"""`call-center route`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

from app.services.routing import Routed
from app.services.workbench import Workbench

AT_ONCE = 8


async def route_all(bench: Workbench) -> None:
    """In the order of the input, some at once; the output streams."""
    columns = (SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("routed", total=None)
        async for routed in _in_order(bench, iter(sys.stdin.buffer.readline, b"")):
            sys.stdout.write(routed.model_dump_json() + "\n")
            sys.stdout.flush()
            progress.advance(task)
    await bench.release()


async def _in_order(bench: Workbench, lines: Iterator[bytes]) -> AsyncIterator[Routed]:
    """Reading goes on while results leave: who writes one line and waits is answered."""
    running: asyncio.Queue[asyncio.Task[Routed] | None] = asyncio.Queue(AT_ONCE)

    async def read() -> None:
        while line := await asyncio.to_thread(next, lines, b""):
            await running.put(asyncio.create_task(bench.routing.route_json(line)))
        await running.put(None)

    reading = asyncio.create_task(read())
    while task := await running.get():
        yield await task
    await reading
