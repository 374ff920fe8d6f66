"""A warm process that forks one writer after another; each is there to be killed.

`python -m tests.faults.zygote ROOT durable|in_place`; every line of stdin, `ROUND DIALOG_ID`, starts
a writer. It answers `pid N`, lets the writer say `ack TEXT` after every durable write, and ends with `dead`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.adapters.storage.dialog_files import Files
from app.adapters.storage.json_store import JsonStore
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound
from tests.contract.samples import NOON, new_dialog
from tests.faults.disk import InPlaceFiles
from tests.faults.forks import fork_for_each_line, say


async def found_or_new(store: JsonStore, dialog_id: str) -> Dialog:
    try:
        return await store.read(dialog_id)
    except DialogNotFound:
        return new_dialog().model_copy(update={"dialog_id": dialog_id})


async def write_until_killed(store: JsonStore, turn: str, dialog_id: str) -> None:
    await store.open()
    number = 0
    while True:
        async with store.lock(dialog_id):
            dialog = await found_or_new(store, dialog_id)
            text = f"{turn}/{number}"
            dialog.receive(text, NOON)
            await store.write(dialog)
        say(f"ack {text}")
        number += 1


def told(root: str, kind: str, order: str) -> Callable[[], None]:
    turn, dialog_id = order.split()
    files = Files() if kind == "durable" else InPlaceFiles()
    return lambda: asyncio.run(write_until_killed(JsonStore(Path(root), files), turn, dialog_id))


if __name__ == "__main__":
    fork_for_each_line(partial(told, *sys.argv[1:]))
