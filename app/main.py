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
    return app if bench.settings.environment == "production" else lead_to_documentation(app)


def has_workbench(settings: Settings) -> bool:
    return settings.ui and importlib.util.find_spec("gradio") is not None


def prepare_environment() -> None:
    """Before the application is imported, and after the settings were read, which looks at proxies too."""
    from app.core.network import tame_proxies  # noqa: PLC0415

    tame_proxies(os.environ)
    configure_libraries()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one thread per sentence vector


def configure_libraries() -> None:
    """Libraries read these when they are imported: no telemetry, no model hub, strict checkpoints."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))  # else pandas counts each event
    os.environ.setdefault("GRADIO_TEMP_DIR", str(Path(gettempdir()) / "call-center-uploads"))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    os.environ.setdefault("LANGSMITH_TRACING", "false")


def build_workbench(settings: Settings) -> Workbench:
    """Raises SettingInvalid. Only here, because libraries read the environment when they are imported."""
    prepare_environment()
    from app.bootstrap import build  # noqa: PLC0415
    from app.telemetry.logs import configure_logging  # noqa: PLC0415

    configure_logging(settings.effective_log_level, settings.environment == "production")
    return build(settings)


def _default_workbench() -> Workbench:
    from app.core.config import load_settings  # noqa: PLC0415
    from app.core.exceptions import SettingInvalid  # noqa: PLC0415

    try:
        return build_workbench(load_settings())
    except SettingInvalid as error:
        raise SystemExit(str(error)) from None


def __getattr__(name: str) -> FastAPI:
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = app = create_app(warm=True)
    return app
