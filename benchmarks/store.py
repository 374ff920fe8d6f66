"""Listing and searching many dialogs: `python -m benchmarks.store [N] [--keep FOLDER]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from unittest.mock import patch
from uuid import UUID

from app.adapters.storage import dialog_files
from app.adapters.storage.checksums import seal
from app.adapters.storage.dialog_files import DialogFiles, Files
from app.adapters.storage.json_store import JsonStore
from app.core.dialog import Dialog
from app.core.exceptions import IndexBuilding
from app.core.models import Decision, Reply, Turn
from app.core.ports import DialogQuery

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = """
не работает синхронизация папки на ноутбуке верните деньги за подписку хочу купить тариф семейный
где мой заказ пароль не приходит код ошибка при входе руководитель жалоба возврат оплата списали дважды
the app crashes when I open a shared link please help refund order plan price invoice login code
"""
WORDS = TEXT.split()
AGENTS = ("tech_support", "sales", "supervisor")


def synthetic(number: int) -> Dialog:
    """Three turns of twelve-word lines; every 1,000th holds a rare word, every 500th is pending."""
    luck = random.Random(number)
    now = START + timedelta(seconds=number)
    dialog_id = str(UUID(int=luck.getrandbits(128), version=4))
    dialog = Dialog(
        dialog_id=dialog_id, customer_id=f"customer-{number % 5000}", created_at=now, updated_at=now
    )
    for turn in range(3):
        asked = dialog.receive(" ".join(luck.choices(WORDS, k=12)), now + timedelta(seconds=turn))
        if turn == 2 and number % 500 == 0:
            break
        dialog.answer(asked, reply(luck), now + timedelta(seconds=turn), 0.2)
    if number % 1000 == 0:
        dialog.receive("редкостный экземпляр", now + timedelta(seconds=9))
    if number % 3 == 0:
        dialog.status = "closed"
    return dialog


def reply(luck: random.Random) -> Reply:
    agent = luck.choice(AGENTS)
    decision = Decision(agent=agent, confidence=0.9, source="lexical", scores=dict.fromkeys(AGENTS, 0.3))
    return Reply(
        text=" ".join(luck.choices(WORDS, k=12)), turn=Turn(decision=decision, agent=agent, model="embedded")
    )


def build(root: Path, count: int) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        dialog = synthetic(number)
        data = dialog.model_dump_json(by_alias=True, indent=2).encode()
        (root / f"{dialog.dialog_id}.json").write_bytes(data)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def timed(name: str, work: Awaitable[object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    result = await work
    size = len(getattr(result, "rows", result if isinstance(result, list) else ()))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    say(f"{name:<32} {wall:8.4f} s wall {cpu:8.4f} s CPU {size} rows")


async def opened(root: Path, name: str) -> JsonStore:
    store = JsonStore(root)
    await timed(name, until_it_lists(store))
    return store


async def until_it_lists(store: JsonStore) -> None:
    """Many files are put into the index in the background."""
    await store.open()
    while True:
        try:
            await store.find(DialogQuery())
            return
        except IndexBuilding:
            await asyncio.sleep(0.02)


def questions(count: int) -> dict[str, DialogQuery]:
    return {
        "find: newest": DialogQuery(),
        "find: status": DialogQuery(status="closed"),
        "find: agent": DialogQuery(agent="sales"),
        "find: status and agent": DialogQuery(status="active", agent="supervisor"),
        "find: customer": DialogQuery(customer_id="customer-7"),
        "search: common word": DialogQuery(text="возврат"),
        "search: phrase": DialogQuery(text="Верните деньги"),
        "search: rare word": DialogQuery(text="экземпляр"),
        "search: no match": DialogQuery(text="нетакогослова"),
        "search: two letters": DialogQuery(text="ой"),
        "search: two letters, no match": DialogQuery(text="ъъ"),
        "search: end of an id": DialogQuery(text=synthetic(count // 2).dialog_id[-12:]),
        "search: common word and status": DialogQuery(text="возврат", status="closed"),
    }


async def measure(root: Path, count: int) -> None:
    store = await opened(root, "open: cold (index built)")
    await store.close()
    store = await opened(root, "open: warm")
    for name, query in questions(count).items():
        await timed(name, store.find(query))
    first = await store.find(DialogQuery())
    await timed("find: next page", store.find(DialogQuery(cursor=first.next_cursor)))
    await timed("unfinished", store.unfinished())
    await timed("idle since (100)", store.idle_since(START + timedelta(seconds=100), 100))
    await timed("health", store.health())
    dialog = await store.read(first.rows[0].dialog_id)
    await timed("read", store.read(dialog.dialog_id))
    await timed("write, first", store.write(dialog))
    await timed("100 writes", writes(store, dialog))
    say(f"a write with its checksum takes {checksum_ratio(root / 'checksums', dialog):.3f} of one without")
    await store.close()
    size = sum(path.stat().st_size for path in (root / ".index").iterdir())
    say(f"index {size / 1e6:.0f} MB for {count} dialogs")


async def writes(store: JsonStore, dialog: Dialog) -> None:
    for _ in range(100):
        async with store.lock(dialog.dialog_id):
            await store.write(dialog)


def checksum_ratio(root: Path, dialog: Dialog, rounds: int = 200) -> float:
    """Medians; the two kinds of writes take turns, so both meet the same disk."""
    root.mkdir()
    files, times = DialogFiles(root, Files()), {seal: [0.0] * rounds, bytes: [0.0] * rounds}
    for number in range(rounds):
        for way, taken in times.items():
            with patch.object(dialog_files, "seal", way):
                started = time.perf_counter()
                files.store(dialog)
                taken[number] = time.perf_counter() - started
    return median(times[seal]) / median(times[bytes])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--keep", type=Path, help="use this folder and leave it there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root: Path = given.keep or Path(folder) / "dialogs"
        started = time.perf_counter()
        if not root.exists():
            build(root, given.count)
            os.sync()
        say(f"{given.count} dialogs written in {time.perf_counter() - started:.1f} s")
        asyncio.run(measure(root, given.count))


if __name__ == "__main__":
    main()
