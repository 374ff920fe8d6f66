"""The application over real HTTP: in a thread for speed, or as a process that can be killed."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from app.bootstrap import build
from app.core.config import Settings
from app.main import create_app, prepare_environment
from app.services.workbench import Workbench

ROOT = Path(__file__).parents[2]
UNLIMITED: dict[str, Any] = {
    "customer_turns_per_minute": 0,
    "dialog_turns_per_minute": 0,
    "address_turns_per_minute": 0,
    "new_dialogs_per_minute": 0,
}
"""Many tests share a server and speak as one customer; those of the limits set their own."""


def settings(storage: Path, **given: Any) -> Settings:
    """Settings that take nothing from the environment or from `.env`."""
    defaults: dict[str, Any] = {"dialogs_storage_path": storage, "ui": False, "log_level": "ERROR"}
    defaults |= UNLIMITED
    defaults["knowledge_storage"] = storage.with_name(f"{storage.name}-knowledge")
    defaults["access_storage"] = storage.with_name(f"{storage.name}-access")
    return Settings(_env_file=None, **{**defaults, **given})


@contextmanager
def running(bench: Workbench, port: int = 0, grace: int = 5, http: str = "auto") -> Iterator[str]:
    """The base URL of a server thread; `port` is for one that comes back, `grace` in seconds for its end.

    FastAPI's caches hold every application for the life of the process, so what it led to is let go of here.
    """
    app = create_app(bench)
    try:
        with serving(app, port, timeout_graceful_shutdown=grace, http=http) as url:
            yield url
    finally:
        del app.state.workbench
        app.router.routes.clear()


@contextmanager
def serving(
    app: ASGIApp, port: int = 0, listener: socket.socket | None = None, **options: Any
) -> Iterator[str]:
    """The base URL of uvicorn in a thread, with its own `options`."""
    listener = listener or socket.create_server(("127.0.0.1", port), backlog=512)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def client(storage: Path, **given: Any) -> Iterator[httpx2.Client]:
    with (
        running(build(settings(storage, **given))) as url,
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as http,
    ):
        yield http


def with_workbench(bench: Workbench) -> FastAPI:
    """Made where a loop runs: gradio would leave one of its own behind."""
    prepare_environment()

    async def made() -> FastAPI:
        return create_app(bench)

    return asyncio.run(made())


class ServerProcess:
    """`call-center serve` in a process of its own, on a fixed storage; may be killed and started again.

    It keeps bytecode in a folder of its own: without that every start compiles 1,700 modules for ten seconds.
    """

    command: tuple[str, ...] = ("call-center", "serve")

    def __init__(self, storage: Path, **env: str) -> None:
        dropped = ("OPENAI", "ROUTER", "PYTHONDONTWRITEBYTECODE")
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(dropped)},
            "PYTHONPYCACHEPREFIX": sys.pycache_prefix or str(ROOT / ".pytest_cache" / "bytecode"),
            "DIALOGS_STORAGE_PATH": str(storage),
            "UI": "false",
            "LOG_LEVEL": "ERROR",
            **{name.upper(): str(most) for name, most in UNLIMITED.items()},
            **env,
        }
        self._folder = storage.parent  # no `.env` of a developer there
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.log = ""

    def start(self) -> None:
        """Ready to answer when it returns."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        program, *arguments = self.command
        command = [str(Path(sys.executable).with_name(program)), *arguments, "--port", str(port)]
        self._stderr = TemporaryFile()  # noqa: SIM115 - closed in `wait`
        self._process = subprocess.Popen(command, env=self._env, cwd=self._folder, stderr=self._stderr)
        self._until_it_answers()

    def kill(self) -> None:
        self._end(9)

    def terminate(self) -> int:
        return self._end(15)

    def signal(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)

    def wait(self) -> int:
        """The exit code, or minus the signal; what it wrote to stderr is in `log`."""
        assert self._process
        code = self._process.wait(60)
        with self._stderr as stderr:
            stderr.seek(0)
            self.log = stderr.read().decode()
        return code

    def end(self) -> None:
        """However it stands."""
        if self._process and self._process.poll() is None:
            self.kill()

    def _end(self, number: int) -> int:
        self.signal(number)
        return self.wait()

    def _until_it_answers(self) -> None:
        transport = httpx2.HTTPTransport(retries=0)
        with httpx2.Client(transport=transport, timeout=2, trust_env=False) as http:
            for _ in range(3000):
                assert self._process
                if self._process.poll() is not None:
                    self.wait()
                    raise AssertionError(f"the server ended at start: {self.log}")
                try:
                    http.get(f"{self.url}/api/v1/health/live")
                except httpx2.TransportError:
                    threading.Event().wait(0.02)
                else:
                    return
        raise AssertionError("the server never answered")
