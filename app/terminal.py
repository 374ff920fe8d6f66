"""A conversation in the terminal."""

from __future__ import annotations

import asyncio

from rich.console import Console

from app.core.exceptions import CallCenterError
from app.services.workbench import Workbench

LEAVE = {"/quit", "/exit", "/q"}
console = Console()


async def converse(bench: Workbench) -> None:
    """Until end of input or /quit; the dialog is kept as any other."""
    await bench.dialogs.store.open()
    console.print(f"[dim]{bench.model_name} answers; /new begins again, /quit leaves.[/dim]")
    dialog_id: str | None = None
    while (line := await asyncio.to_thread(_ask)) not in (None, *LEAVE):
        if line == "/new":
            dialog_id = None
        elif line and line.strip():
            dialog_id = await _say(bench, dialog_id, line) or dialog_id
    if dialog_id:
        console.print(f"[dim]dialog {dialog_id}[/dim]")
    await bench.stop()


def _ask() -> str | None:
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        return None


async def _say(bench: Workbench, dialog_id: str | None, line: str) -> str | None:
    """The dialog's id, or None when the turn failed."""
    try:
        if dialog_id is None:
            body = (await bench.dialogs.create("terminal", line)).body
        else:
            body = (await bench.dialogs.send(dialog_id, line)).body
    except CallCenterError as error:
        console.print(f"[red]{error}[/red]")
        return None
    agent = body.get("current_agent") or body.get("assigned_agent")
    route = body.get("route")
    facts = f"{route['confidence']:.2f} {route['source']}" if isinstance(route, dict) else ""
    degraded = " degraded" if body.get("degraded") else ""
    console.print(f"[bold]{agent}[/bold] [dim]{facts}{degraded}[/dim]")
    console.print(str(body.get("response")), markup=False, highlight=False)
    return str(body["dialog_id"])
