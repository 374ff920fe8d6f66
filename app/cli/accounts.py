"""`call-center accounts …`: people who log in to the workbench. A password is never an argument."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.access import access_of
from app.cli.console import exit_on_errors, exit_with, read_settings
from app.core.accounts import ROLES, Role
from app.core.audit import ACTOR, COMMAND_LINE
from app.services.access.accounts import Accounts

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name; acts are signed with it.")]
RoleName = Annotated[str, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
]


def create_account(name: Name, role: RoleName, password_stdin: FromStdin = False) -> None:
    chosen = _role(role)
    with exit_on_errors():
        account = _accounts().create(name, chosen, _password(password_stdin))
    typer.echo(f"Account {account.name}, role {account.role}.")


def list_accounts() -> None:
    with exit_on_errors():
        known = _accounts().store.list()
    if not known:
        typer.echo("There are no accounts. To make one: call-center accounts create NAME --role operator")
        return
    table = Table("name", "role", "created", "state")
    for account in known:
        state = f"disabled {account.disabled_at:%Y-%m-%d %H:%M}" if account.disabled_at else "in use"
        table.add_row(account.name, account.role, f"{account.created_at:%Y-%m-%d %H:%M}", state)
    Console().print(table)


def set_role(name: Name, role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")]) -> None:
    chosen = _role(role)
    with exit_on_errors():
        _accounts().set_role(name, chosen)
    typer.echo(f"Account {name}: role {role}. Its sessions have ended.")


def set_password(name: Name, password_stdin: FromStdin = False) -> None:
    with exit_on_errors():
        accounts = _accounts()
        accounts.get(name)
        accounts.set_password(name, _password(password_stdin))
    typer.echo(f"Account {name}: the password is changed. Its sessions have ended.")


def disable_account(name: Name) -> None:
    with exit_on_errors():
        _accounts().disable(name)
    typer.echo(f"Account {name} is disabled. Its sessions have ended.")


def _accounts() -> Accounts:
    ACTOR.set(COMMAND_LINE)
    return access_of(read_settings()).accounts


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        exit_with(
            "There is no terminal to ask for the password: pass it on standard input (--password-stdin)."
        )
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _role(given: str) -> Role:
    known: dict[str, Role] = {role: role for role in ROLES}
    if given not in known:
        exit_with(f"There is no role {given}; the roles are {', '.join(ROLES)}.")
    return known[given]
