"""What every command begins with. Light: the settings and the application load when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from app.core.config import Settings
    from app.services.workbench import Workbench


def settings_of(**given: object) -> Settings:
    from app.core.config import load_settings  # noqa: PLC0415
    from app.core.exceptions import SettingInvalid  # noqa: PLC0415

    try:
        return load_settings(**{name: value for name, value in given.items() if value is not None})
    except SettingInvalid as error:
        leave(error)


def opened(settings: Settings) -> Workbench:
    from app.main import prepare_environment  # noqa: PLC0415

    prepare_environment()
    from app.bootstrap import build  # noqa: PLC0415
    from app.core.exceptions import SettingInvalid  # noqa: PLC0415
    from app.telemetry import configure_logging  # noqa: PLC0415

    configure_logging(settings.effective_log_level, settings.environment == "production")
    try:
        return build(settings)
    except SettingInvalid as error:
        leave(error)


def leave(error: object) -> NoReturn:
    """With a sentence and the exit status of wrong usage."""
    typer.echo(str(error), err=True)
    raise typer.Exit(2)


@contextmanager
def situations() -> Iterator[None]:
    """Error situations and files that cannot be used become a sentence and exit status 2."""
    from app.core.exceptions import CallCenterError  # noqa: PLC0415

    try:
        yield
    except (CallCenterError, OSError) as error:
        leave(error)


def need_evaluation() -> None:
    """The figures need libraries that a server can do without."""
    missing = [name for name in ("pandas", "scipy", "jinja2", "matplotlib") if not find_spec(name)]
    if missing:
        leave(f"{', '.join(missing)} is not installed: pip install 'call-center-agents[eval]'")
