"""`call-center crm status` and `call-center crm retry`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from app.core.config import Settings
from app.engines.backoffice.outbox import SqlOutbox


def show(settings: Settings, limit: int) -> bool:
    """True where nothing is dead. Raises BackOfficeUnavailable."""
    with _opened(settings) as outbox:
        state, letters = outbox.state(), outbox.dead(limit)
    since = f", since {state.oldest:%Y-%m-%d %H:%M:%S} UTC" if state.oldest else ""
    typer.echo(f"{state.waiting} events wait{since}; {state.dead} dead letters.")
    for letter in letters:
        event = letter.event
        typer.echo(f"{event.id}  {event.kind}  {event.at:%Y-%m-%d %H:%M}  {letter.tries} tries: {letter.why}")
    if state.dead:
        typer.echo("call-center crm retry --all has them delivered after all.", err=True)
    return not state.dead


def revive(settings: Settings, events: Sequence[str | None]) -> bool:
    """None stands for all. False where one named is no dead letter."""
    with _opened(settings) as outbox:
        counts = {event: outbox.revive(event) for event in events}
    typer.echo(f"{sum(counts.values())} dead letters wait again.")
    unknown = [event for event, count in counts.items() if event and not count]
    for event in unknown:
        typer.echo(f"{event} is no dead letter.", err=True)
    return not unknown


@contextmanager
def _opened(settings: Settings) -> Iterator[SqlOutbox]:
    outbox = SqlOutbox(settings.backoffice_storage)
    try:
        yield outbox
    finally:
        outbox.close()
