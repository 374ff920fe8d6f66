"""What strangers send that nobody can use: one line of the log at most, and none of their words in it."""

from __future__ import annotations

import asyncio
import io
import json
import re
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from app.bootstrap import build
from app.main import create_app, prepare_environment
from tests.integration.test_logs import logging_into
from tests.support.server import serving, settings

queueing = pytest.importorskip("gradio.queueing")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
WORDS = "ласточка-4711"
API = "/api/v1"
DOOR = "/ui/ru/gradio_api"
JSON = "application/json"
FORM = "multipart/form-data; boundary=b0und"
NAMED = f'Content-Disposition: form-data; name="files"; filename="{WORDS}"'
FILE = f"--b0und\r\n{NAMED}\r\n\r\n{WORDS}\r\n--b0und--\r\n"
NO_HTTP = (
    b"\x00\x01\r\n\r\n",
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00",
    b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"GET /%ff HTTP/1.1\r\nHost: a\r\nCookie: cc_lang=\xff\r\nConnection: close\r\n\r\n",
    b"GET /ui/ru/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
)
BODIES = ("", "{", "null", "[]", "{}", "[" * 2000, f'{{"message": "{WORDS}', f'{{"data": ["{WORDS}"]}}')
CALLS: tuple[dict[str, Any], ...] = (
    {"fn_index": 0, "data": [], "session_hash": WORDS},
    {"fn_index": 999_999, "data": [WORDS], "session_hash": "s"},
    {"fn_index": -1, "data": [WORDS], "session_hash": None},
    {"fn_index": None, "data": [WORDS], "session_hash": "s", "trigger_id": WORDS},
    {
        "fn_index": 2,
        "data": [{"path": f"/etc/{WORDS}", "meta": {"_type": "gradio.FileData"}}],
        "session_hash": "s",
    },
    *({"fn_index": n, "data": [WORDS] * (n % 3), "session_hash": f"s{n}"} for n in range(0, 240, 8)),
)
READ = """
    queue/data?session_hash=%ff queue/data heartbeat/x file=/etc/passwd file=%00 proxy=http://a/ call/x/y
    api/x stream/x/1/2/playlist.m3u8 upload_progress?upload_id=x custom_component/a/b/c monitoring/x
"""
PAGES = ("/ui/ru/?__theme=%ff&dialog=%00", f"{API}/dialogue?limit=x", f"{API}/dialogue/..%2fx")


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Everything a production process wrote while junk came in."""
    prepare_environment()
    stream = io.StringIO()
    folder = tmp_path_factory.mktemp("junk")

    async def made() -> Any:
        given = {
            "environment": "production",
            "operator_key": "key",
            "log_level": "INFO",
            "allowed_hosts": "*",
        }
        return create_app(build(settings(folder / "dialogs", ui=True, **given)))

    with logging_into(stream, production=True), serving(asyncio.run(made())) as url:
        send_junk(url)
    return stream.getvalue()


def send_junk(url: str) -> None:
    for junk in NO_HTTP:
        raw(url, junk)
    with httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        for path in (f"{API}/dialogue/create", f"{API}/router/route", f"{DOOR}/queue/join", f"{DOOR}/cancel"):
            for body in BODIES:
                asked(http, path, content=body.encode(), headers={"Content-Type": JSON})
        for call in CALLS:
            for door in ("queue/join", "component_server", "run/predict", "reset"):
                asked(http, f"{DOOR}/{door}", json=call)
        for body in ("", FILE, FILE[:60], FILE.replace("filename=", "x="), FILE.replace("b0und", "other")):
            asked(http, f"{DOOR}/upload", content=body.encode(), headers={"Content-Type": FORM})
        for path in (*PAGES, *(f"{DOOR}/{path}" for path in READ.split())):
            asked(http, path)
        for session in ("s0", "s8", "s16", "s80", "s200"):
            asked(http, f"{DOOR}/queue/data?session_hash={session}")
    for path, kind in (
        (f"{API}/dialogue/create", JSON),
        (f"{DOOR}/queue/join", JSON),
        (f"{DOOR}/upload", FORM),
    ):
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: 9000\r\n\r\n"
        raw(url, head.encode() + FILE[:40].encode(), cut=True)


def asked(http: httpx2.Client, path: str, **sent: Any) -> None:
    """Streams are cut after a moment."""
    method = "POST" if sent else "GET"
    with suppress(httpx2.TransportError):
        http.request(method, path, timeout=30 if sent else 1, **sent)


def raw(url: str, data: bytes, cut: bool = False) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as line:
        line.sendall(data)
        with suppress(OSError):
            while not cut and line.recv(65536):
                continue


def test_every_line_is_one_event(logged: str) -> None:
    lines = logged.splitlines()
    assert lines
    for line in lines:
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()


def test_junk_leaves_no_traceback(logged: str) -> None:
    found = [json.loads(line) for line in logged.splitlines()]
    assert [line for line in found if "exception" in line or "Traceback" in line["event"]] == []


def test_what_gradio_would_print_is_one_event_without_the_words_in_it(logged: str) -> None:
    """Of what it runs for a page: here a handler of ours that fails on what a customer wrote."""
    assert logged
    stream = io.StringIO()
    with logging_into(stream, production=True), suppress(KeyError):
        try:
            raise KeyError(WORDS)
        except KeyError:
            vars(queueing)["traceback"].print_exc()
            raise
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert "Traceback" in line["exception"]
    assert "KeyError" in line["exception"]
    assert WORDS not in stream.getvalue()


def test_no_word_of_a_stranger_is_logged(logged: str) -> None:
    assert WORDS not in logged
    assert not re.search(r"\\u043b\\u0430\\u0441\\u0442", logged)
