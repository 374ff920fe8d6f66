"""What commands share: settings, an open workbench, a progress bar, and the way out on errors."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.core.config import Settings, load_settings
from app.core.exceptions import CallCenterError, SettingInvalid
from app.main import build_workbench

if TYPE_CHECKING:  # importing it before the environment is prepared would load numpy with its own threads
    from app.services.workbench import Workbench


def read_settings(**given: object) -> Settings:
    """Exits with 2 for a wrong setting. An option that was not given (None) overrides nothing."""
    try:
        return load_settings(**{name: value for name, value in given.items() if value is not None})
    except SettingInvalid as error:
        exit_with(error)


def open_workbench(settings: Settings) -> Workbench:
    """Exits with 2 for a setting that the application refuses."""
    try:
        return build_workbench(settings)
    except SettingInvalid as error:
        exit_with(error)


def exit_with(error: object) -> NoReturn:
    """Prints the sentence; the exit status is that of wrong usage."""
    typer.echo(str(error), err=True)
    raise typer.Exit(2)


@contextmanager
def exit_on_errors() -> Iterator[None]:
    """Domain errors, and files that cannot be used, become a sentence and exit status 2."""
    try:
        yield
    except (CallCenterError, OSError) as error:
        exit_with(error)


def exit_on_broken_gates(broken: list[str]) -> None:
    """Exits with 1 if there are any; each is one sentence."""
    for sentence in broken:
        typer.echo(f"gate not met: {sentence}", err=True)
    if broken:
        raise typer.Exit(1)


def listen_on(port: int, host: str = "127.0.0.1", other: str = "--port 8101") -> socket.socket:
    """Exits with 2 where the port cannot be used; `other` is how to name a free one, 0 takes one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "there is no such address"
        taken = getattr(error, "errno", None) == errno.EADDRINUSE
        mend = f" Choose another: {other}." if taken else ""
        exit_with(f"Port {port} of {host} cannot be used: {str(reason).partition(' (while')[0]}.{mend}")


@contextmanager
def show_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a callback (done, total). A bar with rate and time left, drawn on a terminal only."""
    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(what, total=None, rate="")

        def advance(done: int, total: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(task, completed=done, total=total, rate=f"{speed:.1f}/s" if speed else "")

        yield advance
