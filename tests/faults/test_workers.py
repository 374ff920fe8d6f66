"""`uvicorn --workers 2`: the workbench says that it needs one, and the REST API serves."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.faults.customers import until

pytest.importorskip("gradio")
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif("TORTURE" not in os.environ, reason="two whole services start: `make torture`")
@pytest.mark.torture
@pytest.mark.timeout(240)
def test_of_two_workers_each_says_that_the_workbench_needs_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {**os.environ, "DIALOGS_STORAGE_PATH": str(tmp_path / "d"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--workers", "2", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=env, cwd=tmp_path, stderr=log, stdout=log)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
            until(lambda: _page(http) == 503)
            told = http.get("/ui/ru/")
            assert (told.status_code, "один процесс" in told.text) == (503, True)
            assert http.get("/api/v1/health/live").status_code == 200
            assert http.post("/ui/en/gradio_api/cancel", json={}).json()["code"] == "one_worker_needed"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
    assert len(re.findall("one_worker_needed", (tmp_path / "log").read_text())) >= 1


def _page(http: httpx2.Client) -> int:
    with suppress(httpx2.TransportError):
        return http.get("/ui/en/").status_code
    return 0
