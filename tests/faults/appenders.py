"""Four processes that append to one dialog: `python -m tests.faults.appenders ROOT DIALOG_ID`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from app.adapters.storage.json_store import JsonStore
from tests.contract.samples import NOON

PROCESSES = WRITERS = LINES = 4


async def append(store: JsonStore, dialog_id: str, writer: str) -> None:
    for number in range(LINES):
        async with store.lock(dialog_id):
            dialog = await store.read(dialog_id)
            dialog.receive(f"{writer}/{number}", NOON)
            await store.write(dialog)


async def run_writers(root: Path, dialog_id: str, process: int) -> None:
    store = JsonStore(root)
    await store.open()
    await asyncio.gather(*(append(store, dialog_id, f"{process}/{n}") for n in range(WRITERS)))
    (root / f".secret-of-{process}").write_bytes(await store.secret())
    await store.close()


def main(root: str, dialog_id: str) -> None:
    children = []
    for process in range(PROCESSES):
        child = os.fork()
        if child == 0:
            asyncio.run(run_writers(Path(root), dialog_id, process))
            os._exit(0)
        children.append(child)
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    main(*sys.argv[1:])
