"""A conversation in the terminal."""

from __future__ import annotations

import asyncio

from rich.console import Console

from app.core.exceptions import CallCenterError
from app.services.workbench import Workbench

LEAVE = {"/quit", "/exit", "/q"}
console = Console()


async def converse(bench: Workbench, customer: str) -> None:
    """Until end of input or /quit; the dialog is kept as any other."""
    await bench.dialogs.store.open()
    console.print(f"[dim]{bench.model_name} answers; /new begins again, /quit leaves.[/dim]")
    dialog_id: str | None = None
    while (line := await asyncio.to_thread(_ask)) not in (None, *LEAVE):
        if line == "/new":
            dialog_id = None
        elif line and line.strip():
            dialog_id = await _say(bench, customer, dialog_id, line) or dialog_id
    if dialog_id:
        console.print(f"[dim]dialog {dialog_id}[/dim]")
    await bench.stop()


def _ask() -> str | None:
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        return None


async def _say(bench: Workbench, customer: str, dialog_id: str | None, line: str) -> str | None:
    """The dialog's id, or None when the turn failed."""
    try:
        if dialog_id is None:
            body = (await bench.dialogs.create(customer, line)).body
        else:
            body = (await bench.dialogs.send(dialog_id, line)).body
    except CallCenterError as error:
        console.print(f"[red]{error}[/red]")
        return None
    dialog_id = str(body["dialog_id"])
    await _show(bench, dialog_id)
    return dialog_id


async def _show(bench: Workbench, dialog_id: str) -> None:
    """Who answered, how sure the router was, what was used, and the words."""
    last = (await bench.dialogs.view(dialog_id)).messages[-1]
    turn = last.path
    if turn is None:
        console.print("[dim]a person serves this dialog[/dim]")
        return
    used = ", ".join(f"{use.name} {use.number}".strip() for use in turn.tools)
    route = f"{turn.decision.confidence:.2f} {turn.decision.source}"
    facts = " · ".join(part for part in (route, used, "degraded" if turn.degraded else "") if part)
    console.print(f"[bold]{turn.agent}[/bold] [dim]{facts}[/dim]")
    console.print(last.content, markup=False, highlight=False)
