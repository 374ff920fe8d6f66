"""kill -9 at any instant: what was acknowledged is there, once, in order."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from app.adapters.storage.json_store import JsonStore
from app.core.ports import DialogQuery

KILLS = 2000 if "TORTURE" in os.environ else 200
ROUNDS_A_DIALOG = 20
SPIN = 0.003


class Zygote:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.orders, self.reports = process.stdin, process.stdout

    def killed_writer(self, number: int, dialog_id: str, luck: random.Random) -> list[str]:
        """Start a writer, kill it at a random moment, and tell which texts it acknowledged."""
        self.orders.write(f"{number} {dialog_id}\n")
        self.orders.flush()
        pid: int | None = None
        acked: list[str] = []
        patience = luck.randint(0, 5)
        for line in self.reports:
            match line.split():
                case ["pid", written]:
                    pid = int(written)
                case ["ack", text]:
                    acked.append(text)
                case ["dead"]:
                    return acked
            if pid is not None and len(acked) >= patience:
                spin(luck.uniform(0, SPIN))
                os.kill(pid, signal.SIGKILL)
                pid = None
        pytest.fail("the zygote ended")


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@contextmanager
def zygote(root: Path, kind: str) -> Iterator[Zygote]:
    command = [sys.executable, "-m", "tests.faults.zygote", str(root), kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Zygote(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


def check(path: Path, acked: list[str]) -> None:
    """The document is whole; its lines are numbered without gaps; acknowledged texts stand once, in order."""
    if not path.exists():
        assert acked == []
        return
    messages = json.loads(path.read_bytes())["messages"]
    texts = [message["content"] for message in messages]
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    assert len(set(texts)) == len(texts)
    known = set(acked)
    assert [text for text in texts if text in known] == acked
    unknown = [text.split("/")[0] for text in texts if text not in known]
    assert len(set(unknown)) == len(unknown), "more than the one write that was cut is there unacknowledged"


def killing(root: Path, kind: str, kills: int) -> dict[str, list[str]]:
    """Kill and check `kills` times; the acknowledged texts of each dialog."""
    luck = random.Random(20261122)
    acked: dict[str, list[str]] = {}
    dialog_id = ""
    with zygote(root, kind) as writers:
        for number in range(kills):
            if number % ROUNDS_A_DIALOG == 0:
                dialog_id = str(uuid4())
                acked[dialog_id] = []
            acked[dialog_id] += writers.killed_writer(number, dialog_id, luck)
            check(root / f"{dialog_id}.json", acked[dialog_id])
    return acked


def left_over(root: Path) -> list[Path]:
    return [*root.glob(".*.tmp"), *root.glob(".locks/*.lock")]


@pytest.mark.timeout(600)
@pytest.mark.anyio
async def test_kill_9_at_any_instant_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acked = killing(tmp_path, "durable", KILLS)
    assert sum(map(len, acked.values())) > KILLS
    store = JsonStore(tmp_path)
    await store.open()
    rows = (await store.find(DialogQuery(limit=KILLS))).rows
    counts = {row.dialog_id: row.message_count for row in rows}
    for dialog_id, texts in acked.items():
        check(tmp_path / f"{dialog_id}.json", texts)
        assert counts[dialog_id] >= len(texts)
    assert left_over(tmp_path) == []
    assert (await store.health()).quarantined == []
    await store.close()


def test_the_same_exam_catches_a_writer_that_writes_in_place(tmp_path: Path) -> None:
    with pytest.raises((AssertionError, ValueError)):
        killing(tmp_path, "in_place", 2000)
