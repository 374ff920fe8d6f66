"""`uvicorn app.main:app`: the application is built when it is asked for, not at import."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.core.config import Settings
    from app.services.workbench import Workbench


def create_app(workbench: Workbench | None = None, warm: bool = False) -> FastAPI:
    """The API, with the workbench in the browser at /ui/ where gradio is installed and UI is on.

    A server starts with `warm`: its first turn then takes no longer than the next ones.
    """
    bench = workbench or _default_workbench()
    prepare_environment()
    from app.api.application import application, lead_to_documentation  # noqa: PLC0415

    app = application(bench, warm)
    if has_workbench(bench.settings):
        from app.ui.mount import mount  # noqa: PLC0415

        return mount(app, bench)
    return lead_to_documentation(app)


def has_workbench(settings: Settings) -> bool:
    return settings.ui and importlib.util.find_spec("gradio") is not None


def prepare_environment() -> None:
    """Libraries read these at import: no telemetry, no hub, strict checkpoints, one thread a vector.

    Called when the settings are known to be usable, which is told of proxies too.
    """
    from app.core.network import tame_proxies  # noqa: PLC0415

    tame_proxies(os.environ)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))  # else pandas counts each event
    os.environ.setdefault("GRADIO_TEMP_DIR", str(Path(gettempdir()) / "call-center-uploads"))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _default_workbench() -> Workbench:
    from app.core.config import load_settings  # noqa: PLC0415
    from app.core.exceptions import SettingInvalid  # noqa: PLC0415

    try:
        settings = load_settings()
        prepare_environment()
        from app.bootstrap import build  # noqa: PLC0415
        from app.telemetry import configure_logging  # noqa: PLC0415

        configure_logging(settings.effective_log_level, settings.environment == "production")
        return build(settings)
    except SettingInvalid as error:
        raise SystemExit(str(error)) from None


def __getattr__(name: str) -> FastAPI:
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = app = create_app(warm=True)
    return app
