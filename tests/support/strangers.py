"""A running workbench as strangers meet it: what they send, and whether any of it was read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from app.bootstrap import build
from app.main import create_app, prepare_environment
from app.services.workbench import Workbench
from tests.support.server import serving, settings

API = "/ui/en/gradio_api"
META = {"_type": "gradio.FileData"}
CANARY = b"CANARY-OF-THE-SERVER"


@dataclass
class Strangers:
    """At one running service, with a file of their own in it and a receiver that notes who calls."""

    http: httpx2.Client
    page: Any
    uploads: Path
    canary: Path
    receiver: str
    calls: list[str] = field(default_factory=list)
    mine: str = ""

    def ask(self, door: str, asked: Any) -> httpx2.Response:
        body = asked if isinstance(asked, str) else json.dumps(asked)
        return self.http.post(f"{API}/{door}", content=body, headers={"Content-Type": "application/json"})

    def join(self, fn: Any, data: list[Any], **more: Any) -> httpx2.Response:
        asked = {"data": data, "fn_index": fn._id, "session_hash": "s1", "trigger_id": None}
        return self.ask("queue/join", {**asked, **more})

    @property
    def handlers(self) -> list[Any]:
        return [fn for fn in self.page.fns.values() if fn.fn]

    def handler(self, name: str) -> Any:
        return next(fn for fn in self.handlers if fn.api_name == name)

    @property
    def served(self) -> list[tuple[int, str]]:
        return [
            (n, f.__name__) for n, part in self.page.blocks.items() for f in getattr(part, "server_fns", [])
        ]

    def read_nothing(self, capfd: pytest.CaptureFixture[str]) -> None:
        """No file came in, nobody was called, nothing broke, and others are served."""
        assert self.calls == []
        kept = [path for path in self.uploads.rglob("*") if path.is_file() and not path.is_symlink()]
        assert [str(path) for path in kept] == [self.mine]
        assert "Traceback" not in "".join(capfd.readouterr())
        assert self.http.get("/api/v1/health/live").status_code == 200

    def hostile(self) -> list[Any]:
        """File objects with paths outside, links, addresses and streams, alone and nested."""
        beside = self.uploads.with_name(f"{self.uploads.name}-beside")
        beside.mkdir(exist_ok=True)
        (beside / "x").write_bytes(CANARY)
        link = self.uploads / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(self.canary)
        paths = [
            self.canary, "/dev/zero", "/proc/self/environ", link, self.uploads, beside / "x", "x\0",
            f"{self.uploads}/../{self.canary.name}", f"{self.receiver}/path", "file:///etc/passwd",
            "a" * 5000, "",
        ]  # fmt: skip
        files: list[Any] = [file(str(path)) for path in paths]
        files += [
            file(self.mine, url=f"{self.receiver}/url"),
            file(self.mine, is_stream=True),
            file(self.mine, orig_name="x" * 5000),
            file(self.mine, meta={}),
            file(self.mine, meta="gradio.FileData"),
            {"path": str(self.canary)},
        ]
        foreign = files[0]
        nested = [[[foreign]], {"value": foreign}, {"files": [foreign], "text": "x"}, {"data": [[foreign]]}]
        return [*files, *nested, [foreign, file(self.mine)], 10**400, {"a": {"b": {}}}]


def file(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "meta": META, **more}


@contextmanager
def receiver() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the paths that it was asked for."""
    calls: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", calls
        server.shutdown()


@contextmanager
def strangers(root: Path, bench: Workbench | None = None) -> Iterator[Strangers]:
    prepare_environment()
    uploads, canary = root / "uploads", root / "canary.txt"
    uploads.mkdir(exist_ok=True)
    canary.write_bytes(CANARY)
    with pytest.MonkeyPatch.context() as patch, receiver() as (address, calls):
        patch.setenv("GRADIO_TEMP_DIR", str(uploads))
        app = asyncio.run(made(bench or build(settings(root / "dialogs", ui=True))))
        gate: Any = next(r.app for r in app.routes if isinstance(r, Mount) and r.path == "/ui/en")
        with serving(app) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
            ready = Strangers(http, gate.page, uploads, canary, address, calls)
            sent = http.post(f"{API}/upload", files={"files": ("mine.csv", b"text,label\n")})
            ready.mine = sent.json()[0]
            yield ready
        app.router.routes.clear()


async def made(bench: Workbench) -> FastAPI:
    """Where a loop runs: gradio would leave one of its own behind."""
    return create_app(bench)
