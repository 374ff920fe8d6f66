"""SIGTERM: turns that run may finish, nobody new is let in."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from app.bootstrap import build
from tests.faults.customers import CREATE, Json, until
from tests.faults.test_kill import left_over
from tests.faults.test_server_kill import serving
from tests.support.mock_llm import running_mock
from tests.support.server import running, settings

pytestmark = pytest.mark.xdist_group("server")
BODY = {"customer_id": "c", "initial_message": "не приходит код"}


def refuses(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return True
    return False


class OpenRequest:
    """A request whose headers have arrived and whose body is still to come."""

    def __init__(self, url: str, path: str, body: Json) -> None:
        self._body = json.dumps(body).encode()
        host, port = url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        self._socket.sendall(f"{head}Content-Length: {len(self._body)}\r\n\r\n".encode() + self._body[:1])

    def finish(self) -> tuple[int, dict[str, str], Json]:
        """Send the rest; status, headers and body of the answer."""
        with self._socket, self._socket.makefile("rb") as answer:
            self._socket.sendall(self._body[1:])
            status = int(answer.readline().split()[1])
            lines = iter(lambda: answer.readline().decode().strip(), "")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            return status, headers, json.loads(answer.read(int(headers["content-length"])))


@contextmanager
def known(url: str, path: str, body: Json) -> Iterator[OpenRequest]:
    """The server has read its headers: a later request on another connection was answered."""
    request = OpenRequest(url, path, body)
    assert httpx2.get(f"{url}/api/v1/health/live").status_code == 200
    yield request


def messages(storage: Path) -> list[list[str]]:
    dialogs = [json.loads(path.read_bytes()) for path in storage.glob("*.json")]
    return [[m["state"] for m in dialog["messages"]] for dialog in dialogs]


def test_sigterm_lets_the_running_turn_finish_and_refuses_a_new_one(tmp_path: Path) -> None:
    with (
        running_mock() as mock,
        serving(tmp_path, OPENAI_BASE_URL=mock.url, ROUTER="local") as service,
        ThreadPoolExecutor(1) as pool,
        known(service.process.url, CREATE, BODY) as late,
    ):
        with mock.holding():
            slow = pool.submit(httpx2.post, service.process.url + CREATE, json=BODY, timeout=60)
            until(lambda: mock.attempts)
            service.process.signal(signal.SIGTERM)
            until(lambda: refuses(service.process.url))
            status, headers, problem = late.finish()
            assert (status, problem["code"]) == (503, "shutting_down")
            assert int(headers["retry-after"]) > 0
            assert not slow.done()
        assert slow.result().status_code == 200
        assert slow.result().json()["response"]
        assert service.process.wait() in (0, -signal.SIGTERM)
    assert messages(tmp_path) == [["done", "done"]]
    assert left_over(tmp_path) == []
    assert "Traceback" not in service.process.log


def test_a_turn_that_outlives_the_grace_time_is_cut_and_a_repeat_finishes_it_once(tmp_path: Path) -> None:
    key = {"Idempotency-Key": "slow"}
    env = {"ROUTER": "local", "SHUTDOWN_GRACE": "1"}
    with running_mock() as mock, serving(tmp_path, OPENAI_BASE_URL=mock.url, **env) as service:
        with ThreadPoolExecutor(1) as pool, mock.holding():
            slow = pool.submit(httpx2.post, service.process.url + CREATE, json=BODY, headers=key, timeout=60)
            until(lambda: mock.attempts)
            assert service.process.terminate() in (0, -signal.SIGTERM)
            assert slow.exception() or slow.result().status_code >= 500
        assert messages(tmp_path) in ([["pending"]], [["failed"]])
        assert left_over(tmp_path) == []
        service.start()
        answer = httpx2.post(service.process.url + CREATE, json=BODY, headers=key, timeout=60)
        assert answer.status_code == 200
    assert messages(tmp_path) == [["done", "done"]]


def test_a_service_that_drains_is_not_ready_and_still_shows_what_it_has(tmp_path: Path) -> None:
    bench = build(settings(tmp_path))
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        dialog_id = http.post(CREATE, json=BODY).json()["dialog_id"]
        assert http.get("/api/v1/health/ready").status_code == 200
        bench.dialogs.refuse_new()
        ready = http.get("/api/v1/health/ready")
        assert (ready.status_code, ready.json()["reason"]) == (503, "The service is shutting down.")
        for path, body in ((CREATE, BODY), (f"/api/v1/dialogue/{dialog_id}/message", {"message": "алло"})):
            refused = http.post(path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (503, "shutting_down")
            assert refused.headers["Retry-After"]
        assert http.get(f"/api/v1/dialogue/{dialog_id}").json()["message_count"] == 2
        assert http.get("/api/v1/health/live").status_code == 200
