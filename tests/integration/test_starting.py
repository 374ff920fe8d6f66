"""The documented ways to start: the chat is open, the operator side is not, and the log says so."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.command import CLI, ROOT, clean_environment, in_process, run
from tests.support.operator import Room
from tests.support.server import ServerProcess, client

ANYWHERE = "0.0.0.0"
UVICORN = ("uvicorn", "app.main:app", "--host", ANYWHERE)
STARTS = {
    "uvicorn that believes everybody": ((*UVICORN, "--forwarded-allow-ips", "*"), {}),
    "the image": (("call-center", "serve"), {"HOST": ANYWHERE, "ENVIRONMENT": "production"}),
    "serve, insecure": (("call-center", "serve", "--host", ANYWHERE, "--insecure"), {}),
}
ANSWERS = {  # through a proxy, and from this machine
    "uvicorn that believes everybody": (401, 200),
    "the image": (401, 401),
    "serve, insecure": (200, 200),
}


@pytest.mark.parametrize("start", STARTS)
def test_a_documented_start_says_whom_the_operator_side_is_open_to(tmp_path: Path, start: str) -> None:
    command, env = STARTS[start]
    server = ServerProcess(tmp_path / "dialogs", LOG_LEVEL="WARNING", **env)
    server.command = command
    server.start()
    with httpx2.Client(base_url=server.url, timeout=30, trust_env=False) as http:
        if start == "the image":
            http.headers["Authorization"] = (
                f"Bearer {(tmp_path / 'storage/access/first-key').read_text().strip()}"
            )
        assert Room.open(http).view()["status"] == "active"
        assert http.get("/api/v1/approvals").status_code == 200
        http.headers.pop("Authorization", None)
        asked = [
            http.get("/api/v1/approvals", headers=each) for each in ({"X-Forwarded-For": "127.0.0.1"}, {})
        ]
        assert http.get("/docs").status_code == (404 if start == "the image" else 200)
    server.terminate()
    assert tuple(answer.status_code for answer in asked) == ANSWERS[start]
    assert all("call-center keys" in answer.text for answer in asked if answer.status_code == 401)
    known = "first_key_made" if start == "the image" else "open_without_key"
    [told] = [line for line in server.log.splitlines() if known in line]
    assert ("first-key" if start == "the image" else "call-center keys") in told
    assert "cck_" not in server.log
    assert "Workbench" not in server.log


@pytest.mark.parametrize("host", [ANYWHERE, "::", "192.0.2.1", "example.com", ""])
def test_another_host_without_a_key_is_refused_in_a_sentence(tmp_path: Path, host: str) -> None:
    done = in_process("serve", "--host", host, "--port", "0", cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(
        r"--host [^\n]* other machines: [^\n]*OPERATOR_KEY[^\n]*--insecure[^\n]*\n", done.stderr
    )
    assert list(tmp_path.iterdir()) == []


def test_the_health_check_of_the_image_asks_no_proxy(tmp_path: Path) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    check = re.search(r'HEALTHCHECK.*?CMD (\["python".*?\])\n', dockerfile, re.DOTALL)
    assert check
    _, *arguments = json.loads(check[1])
    with client(tmp_path / "dialogs") as http:
        nowhere = "http://127.0.0.1:9"
        env = {"PORT": str(http.base_url.port)}
        env |= dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), nowhere)
        assert run(sys.executable, *arguments, cwd=tmp_path, **env).returncode == 0
        http.get("/api/v1/health/live")
    assert run(sys.executable, *arguments, cwd=tmp_path, **env).returncode != 0


def test_the_doctor_names_it_only_where_it_is_on(tmp_path: Path) -> None:
    assert "off (UI=false)" in in_process("doctor", cwd=tmp_path, UI="false").stdout
    assert "with a key" in in_process("doctor", cwd=tmp_path, OPERATOR_KEY="k").stdout


def test_a_log_holds_the_address_without_the_marks_of_a_terminal(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "dialogs")
    server.start()
    server.terminate()
    assert server.log.splitlines() == [f"API        {server.url.replace('127.0.0.1', 'localhost')}/docs"]


def test_a_terminal_is_told_that_it_starts_and_the_address_when_it_answers(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*CLI, "serve", "--port", "0"]
    env = clean_environment(UI="false", LOG_LEVEL="ERROR")
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=theirs) as process:
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as screen:
            first, last = screen.readline(), screen.readline()
            shown = re.fullmatch(r"API +\x1b\[1mhttp://localhost:(\d+)/docs\x1b\[0m\n", last)
            assert shown
            alive = f"http://127.0.0.1:{shown[1]}/api/v1/health/live"
            assert httpx2.get(alive, timeout=30, trust_env=False).status_code == 200
            process.send_signal(signal.SIGINT)
    assert first.startswith("Starting…")
    assert process.returncode == 0
