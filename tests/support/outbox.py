"""Events to carry, an outbox to put them in, and a clock that is moved by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.events import Event
from app.engines.backoffice.outbox import SqlOutbox

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def events(dialog: str, count: int, customer: str | None = None) -> list[Event]:
    """The first `count` of the dialog, a second apart; the customer is the dialog's own if none is named."""
    return [
        Event(
            id=f"{dialog}:{number}",
            dialog_id=dialog,
            number=number,
            kind="dialog.opened" if number == 1 else "dialog.routed",
            customer_id=customer or f"customer of {dialog}",
            at=NOON + timedelta(seconds=number),
            data={"agent": "sales"},
        )
        for number in range(1, count + 1)
    ]


def fresh(file: Path) -> Path:
    """A file with tables and nothing in them."""
    opened = SqlOutbox(file)
    opened.state()
    opened.close()
    return file


@contextmanager
def outbox_on(storage: str | Path) -> Iterator[SqlOutbox]:
    outbox = SqlOutbox(storage)
    try:
        yield outbox
    finally:
        outbox.close()


@contextmanager
def outbox_like(prepared: Path, folder: Path) -> Iterator[SqlOutbox]:
    with outbox_on(shutil.copy(prepared, folder / "outbox.sqlite")) as outbox:
        yield outbox
