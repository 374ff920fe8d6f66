"""`call-center crm …` and `mock-crm`: the delivery of events to a CRM, and a CRM for tests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer
import uvicorn

from app.adapters.crm.clients import HUBSPOT, client_of
from app.adapters.mocks.crm.faults import FAULTS, MockCrm
from app.adapters.mocks.crm.server import KINDS, create_mock, environment, token_of
from app.cli.console import exit_on_errors, exit_with, listen_on, read_settings
from app.core.config import Settings
from app.core.events import Event
from app.core.exceptions import CrmError
from app.core.outbox import CountsCopies, CrmClient
from app.engines.backoffice.outbox import SqlOutbox

TEST_CUSTOMER = "crm_test"


def show_outbox(
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of dead letters, oldest first.")] = 20,
) -> None:
    with _open_outbox(read_settings()) as outbox:
        state, letters = outbox.state(), outbox.dead(limit)
    since = f", since {state.oldest:%Y-%m-%d %H:%M:%S} UTC" if state.oldest else ""
    typer.echo(f"{state.waiting} events pending{since}; {state.dead} dead letters.")
    for letter in letters:
        event = letter.event
        typer.echo(f"{event.id}  {event.kind}  {event.at:%Y-%m-%d %H:%M}  {letter.tries} tries: {letter.why}")
    if state.dead:
        typer.echo("To queue them again: call-center crm retry --all", err=True)
        raise typer.Exit(1)


def retry_events(
    event: Annotated[list[str] | None, typer.Argument(metavar="EVENT…", help="Ids of dead letters.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Retry all dead letters.")] = False,
) -> None:
    """Exits with 1 if a given id is not a dead letter."""
    if bool(event) == everything:
        exit_with("Name the dead letters, or give --all.")
    with _open_outbox(read_settings()) as outbox:
        names: Sequence[str | None] = event or [None]  # None stands for all
        counts = {each: outbox.revive(each) for each in names}
    typer.echo(f"{sum(counts.values())} dead letters requeued.")
    unknown = [each for each, count in counts.items() if each and not count]
    for each in unknown:
        typer.echo(f"{each} is not a dead letter.", err=True)
    if unknown:
        raise typer.Exit(1)


def try_connection(
    send: Annotated[
        bool,
        typer.Option(
            "--send", help=f"Deliver a test event of customer {TEST_CUSTOMER} twice, and look for it."
        ),
    ] = False,
) -> None:
    settings = read_settings()
    with exit_on_errors():
        delivered = asyncio.run(_try_client(settings, send))
    raise typer.Exit(0 if delivered else 1)


@contextmanager
def _open_outbox(settings: Settings) -> Iterator[SqlOutbox]:
    with exit_on_errors():
        outbox = SqlOutbox(settings.backoffice_storage)
        try:
            yield outbox
        finally:
            outbox.close()


async def _try_client(settings: Settings, send: bool) -> bool:
    """Raises SettingInvalid."""
    client = client_of(settings)
    if client is None:
        exit_with("CRM=none: events are not delivered. Set CRM and CRM_URL; see docs/crm.md.")
    host = urlsplit(settings.crm_url or HUBSPOT).hostname
    typer.echo(f"Configured: {client.name} at {host}, {settings.crm_timeout:g} s per request.")
    try:
        typer.echo(await client.check())
        return not send or await _deliver_twice(client, build_test_event(datetime.now(UTC)))
    except CrmError as error:
        typer.echo(str(error), err=True)
        return False
    finally:
        await client.aclose()


def build_test_event(now: datetime) -> Event:
    """A different event each second, always of the same customer."""
    number = int(now.timestamp())
    return Event(
        id=f"{TEST_CUSTOMER}:{number}",
        dialog_id=TEST_CUSTOMER,
        number=number,
        kind="dialog.opened",
        customer_id=TEST_CUSTOMER,
        at=now,
        data={"summary": "call-center crm test"},
    )


async def _deliver_twice(client: CrmClient, event: Event) -> bool:
    """True where the CRM has it once, or recognises copies by their id."""
    for _ in range(2):
        await client.deliver(event)
    if not isinstance(client, CountsCopies):
        typer.echo(f"Event {event.id} was accepted twice; the receiver knows the second by its webhook-id.")
        return True
    copies = await client.copies(event)
    found = {0: "cannot be found", 1: "stands there once"}.get(copies, f"stands there {copies} times")
    typer.echo(f"Event {event.id} was delivered twice and {found} (contact {event.customer_id}).")
    return copies == 1


def serve_mock_crm(
    kind: Annotated[str, typer.Option(help="bitrix24, amocrm, hubspot or webhook.")] = "webhook",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8200,
    fault: Annotated[str | None, typer.Option(help="Fault to answer with; see --list-faults.")] = None,
    fault_on: Annotated[
        str, typer.Option(help="Only for requests whose METHOD /path matches this regular expression.")
    ] = "",
    fault_count: Annotated[int | None, typer.Option(help="Number of times to answer with the fault.")] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="List the faults and exit.")] = False,
) -> None:
    if list_faults:
        typer.echo("\n".join(sorted(FAULTS)))
        return
    if kind not in KINDS:
        raise typer.BadParameter(f"one of {', '.join(sorted(KINDS))}", param_hint="--kind")
    if fault is not None and fault not in FAULTS:
        raise typer.BadParameter(f"{fault} is not a fault; see --list-faults", param_hint="--fault")
    _check_pattern(fault_on)
    token = token_of(kind)
    server, _ = create_mock(kind, MockCrm(token, fault, fault_on, fault_count))
    with listen_on(port) as listener:
        address = f"http://localhost:{listener.getsockname()[1]}"
        for name, value in environment(kind, address, token).items():
            typer.echo(f"{name}={value}", err=True)
        uvicorn.Server(uvicorn.Config(server, log_level="warning", lifespan="off")).run(sockets=[listener])


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error:
        raise typer.BadParameter("it is not a regular expression", param_hint="--fault-on") from None
