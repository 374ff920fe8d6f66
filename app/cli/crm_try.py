"""`call-center crm test` and `call-center mock-crm`."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import typer

from app.adapters.crm.clients import HUBSPOT, client_of
from app.cli.console import leave
from app.core.config import Settings
from app.core.events import Event
from app.core.exceptions import CrmError
from app.core.outbox import CountsCopies, CrmClient

CUSTOMER = "crm_test"


async def try_out(settings: Settings, send: bool) -> bool:
    """Raises SettingInvalid."""
    client = client_of(settings)
    if client is None:
        leave("CRM=none: nobody is told of events. Set CRM and CRM_URL; docs/crm.md says how.")
    host = urlsplit(settings.crm_url or HUBSPOT).hostname
    typer.echo(f"Configured: {client.name} at {host}, {settings.crm_timeout:g} s for a request.")
    try:
        typer.echo(await client.check())
        return not send or await _delivered_once(client, trial_event(datetime.now(UTC)))
    except CrmError as error:
        typer.echo(str(error), err=True)
        return False
    finally:
        await client.aclose()


def trial_event(now: datetime) -> Event:
    """A new one each second, of one customer."""
    number = int(now.timestamp())
    return Event(
        id=f"{CUSTOMER}:{number}",
        dialog_id=CUSTOMER,
        number=number,
        kind="dialog.opened",
        customer_id=CUSTOMER,
        at=now,
        data={"summary": "call-center crm test"},
    )


async def _delivered_once(client: CrmClient, event: Event) -> bool:
    for _ in range(2):
        await client.deliver(event)
    if not isinstance(client, CountsCopies):
        typer.echo(f"Event {event.id} was accepted twice; the receiver knows the second by its webhook-id.")
        return True
    copies = await client.copies(event)
    found = {0: "cannot be found", 1: "stands there once"}.get(copies, f"stands there {copies} times")
    typer.echo(f"Event {event.id} was delivered twice and {found} (contact {event.customer_id}).")
    return copies == 1


@dataclass(frozen=True, slots=True)
class MockRequest:
    """What `mock-crm` is asked for."""

    kind: str
    fault: str | None
    fault_on: str
    fault_count: int | None


def listed_faults() -> list[str]:
    from app.adapters.mocks.crm.faults import FAULTS  # noqa: PLC0415

    return sorted(FAULTS)


def serve_mock(listener: socket.socket, trial: MockRequest) -> None:
    import uvicorn  # noqa: PLC0415

    from app.adapters.mocks.crm.faults import MockCrm  # noqa: PLC0415
    from app.adapters.mocks.crm.server import KINDS, create_mock, environment, token_of  # noqa: PLC0415

    if trial.kind not in KINDS:
        raise typer.BadParameter(f"one of {', '.join(sorted(KINDS))}", param_hint="--kind")
    if trial.fault is not None and trial.fault not in listed_faults():
        raise typer.BadParameter(f"{trial.fault} is not a fault; see --list-faults", param_hint="--fault")
    _check_pattern(trial.fault_on)
    token = token_of(trial.kind)
    mock = MockCrm(token, trial.fault, trial.fault_on, trial.fault_count)
    address = f"http://localhost:{listener.getsockname()[1]}"
    for name, value in environment(trial.kind, address, token).items():
        typer.echo(f"{name}={value}", err=True)
    app, _ = create_mock(trial.kind, mock)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listener])


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error:
        raise typer.BadParameter("it is no pattern", param_hint="--fault-on") from None
