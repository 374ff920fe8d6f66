"""`call-center keys …`: API keys and customers' tokens of this machine's storage."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.access import access_of
from app.cli.console import exit_on_errors, exit_with, read_settings
from app.core.access import SCOPES, Caller, Scope
from app.core.audit import ACTOR, COMMAND_LINE
from app.services.access.keys import Issued
from app.services.access.policy import Access
from app.services.access.tokens import LONGEST

KeyId = Annotated[str, typer.Argument(metavar="ID", help="As `call-center keys list` shows it.")]


def create_key(
    name: Annotated[str, typer.Argument(help="Whose key it is; acts are signed with it.")],
    scope: Annotated[list[str], typer.Option(help=f"Repeatable: {', '.join(SCOPES)}.")],
    days: Annotated[
        int | None, typer.Option(min=1, help="Lifetime; without it the key does not expire.")
    ] = None,
) -> None:
    scopes = [_scope(given) for given in scope]
    lifetime = timedelta(days=days) if days else None
    if not 1 <= len(name.strip()) <= 100:
        exit_with("A name has 1 to 100 characters.")
    with exit_on_errors():
        _print_key(_access().keys.issue(name.strip(), scopes, lifetime))


def list_keys() -> None:
    with exit_on_errors():
        access = _access()
        known, now = access.keys.store.list(), access.keys.clock()
    if not known:
        typer.echo("There are no keys. To make one: call-center keys create NAME --scope chat")
        return
    table = Table("ID", "name", "scopes", "created", "expires", "last used", "state")
    for key in known:
        ends = min((end for end in (key.expires_at, key.revoked_at) if end), default=None)
        state = "in use" if key.works(now) else "revoked" if key.revoked_at else "expired"
        scopes = [scope for scope in SCOPES if scope in key.scopes]
        table.add_row(
            key.id, key.name, " ".join(scopes), _day(key.created_at), _day(ends), _day(key.used_at), state
        )
    Console().print(table)


def rotate_key(
    key_id: KeyId,
    overlap_hours: Annotated[float, typer.Option(min=0, help="How long the old key still works.")] = 24,
) -> None:
    with exit_on_errors():
        _print_key(_access().keys.rotate(key_id, timedelta(hours=overlap_hours)))


def revoke_key(key_id: KeyId) -> None:
    with exit_on_errors():
        _access().keys.revoke(key_id)
    typer.echo(f"Key {key_id} is revoked.")


def sign_token(
    key_id: KeyId,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER_ID")],
    hours: Annotated[float, typer.Option(min=0.02, max=LONGEST.total_seconds() / 3600)] = 1,
) -> None:
    with exit_on_errors():
        access = _access()
        key = access.keys.working(key_id)
        caller = Caller(key.name, key.scopes, key.id)
        token, expires = access.tokens.issue(caller, customer, timedelta(hours=hours))
    typer.echo(token)
    typer.echo(f"Speaks for {customer} until {expires:%Y-%m-%d %H:%M} UTC.", err=True)


def _access() -> Access:
    ACTOR.set(COMMAND_LINE)
    return access_of(read_settings())


def _scope(given: str) -> Scope:
    known: dict[str, Scope] = {scope: scope for scope in SCOPES}
    if given not in known:
        exit_with(f"There is no scope {given}; the scopes are {', '.join(SCOPES)}.")
    return known[given]


def _print_key(issued: Issued) -> None:
    """The key alone on stdout, for a script."""
    typer.echo(issued.text)
    typer.echo(f"Key {issued.key.id} of {issued.key.name}. Keep it now: it is not shown again.", err=True)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
