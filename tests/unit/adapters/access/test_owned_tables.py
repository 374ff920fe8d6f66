"""Files of the access folder: made once however many begin at a time, and closed to others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from stat import S_IMODE
from threading import Barrier

from app.adapters.access.spend_store import SqliteSpend

TODAY = date(2026, 3, 18)
MANY = 8


def test_processes_that_begin_together_make_the_file_once(tmp_path: Path) -> None:
    file, together = tmp_path / "access" / "spend.sqlite", Barrier(MANY, timeout=20)

    def spend(_: int) -> None:
        store = SqliteSpend(file)
        together.wait()
        store.add(TODAY, "customer_1", 0.5)
        store.close()

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(spend, range(MANY)))
    store = SqliteSpend(file)
    assert store.of(TODAY, "customer_1").everybody == MANY / 2
    store.close()
    assert S_IMODE(file.stat().st_mode) == 0o600
    assert S_IMODE(file.parent.stat().st_mode) == 0o700
