"""`call-center storage …`: encryption of the dialogs on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import typer

from app.bootstrap.storage import store_of
from app.cli.console import exit_on_errors, exit_with, read_settings, show_progress
from app.core.config import Settings
from app.telemetry.logs import configure_logging


def print_new_key() -> None:
    from cryptography.fernet import Fernet  # noqa: PLC0415  (heavy)

    typer.echo(Fernet.generate_key().decode())


def encrypt_dialogs() -> None:
    """Beside a server that runs with the same keys, or without one."""
    settings = read_settings()
    if settings.storage_key is None:
        exit_with("STORAGE_KEY is empty. To make a key: call-center storage key")
    configure_logging("ERROR", production=False)
    with exit_on_errors(), show_progress("Encrypting") as progress:
        count, damaged = asyncio.run(_encrypt(settings, progress))
    typer.echo(f"Encrypted: {count}. All dialogs now stand with the first key of STORAGE_KEY.")
    if damaged:
        typer.echo(f"Damaged files in .quarantine stay as they are: {damaged}.", err=True)


async def _encrypt(settings: Settings, progress: Callable[[int, int], None]) -> tuple[int, int]:
    store = store_of(settings)
    await store.open()
    try:
        return await store.encrypt(progress), len((await store.health()).quarantined)
    finally:
        await store.close()
