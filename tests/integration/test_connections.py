"""Clients that never end, or never begin, over real sockets: each is let go of, and others are served."""

from __future__ import annotations

import json
import os
import resource
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest

from app.api.connections import HALF_OPEN, SPARE, Bounds
from app.api.plain_answers import HEAD
from app.bootstrap import build
from tests.support.mock_llm import running_mock
from tests.support.server import ServerProcess, running, settings

LIVE = "/api/v1/health/live"
CREATE = "/api/v1/dialogue/create"
JSON = f"POST {CREATE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
HALF = f"{JSON}Content-Length: 900\r\n\r\n{{".encode()
CHUNKED = f"{JSON}Transfer-Encoding: chunked\r\n\r\n".encode()
GET = f"GET {LIVE} HTTP/1.1\r\nHost: a\r\n".encode()
LATE, EARLY = 0.4, 60.0  # seconds: a limit that is waited for, and one that is never reached
BUFFERED = 8 * 2**20  # bytes that a kernel may take though nobody reads them
Served = Callable[..., str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The address of a service; the same wish is served by the same one."""
    known: dict[tuple[object, ...], str] = {}
    with ExitStack() as ends:

        def serve(parser: str, seconds: float, **given: int) -> str:
            key = (parser, seconds, *given.items())
            if key not in known:
                storage = tmp_path_factory.mktemp("dialogs")
                bench = build(settings(storage, client_timeout=seconds, **given))
                known[key] = ends.enter_context(running(bench, http=parser))
            return known[key]

        yield serve


@pytest.fixture(params=["httptools", "h11"])
def parser(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60)


def rest(line: socket.socket) -> bytes:
    """Until the other side ends it."""
    told = b""
    with line, suppress(ConnectionError):
        while piece := line.recv(65536):
            told += piece
    return told


def asked(url: str, sent: bytes) -> bytes:
    line = connected(url)
    line.sendall(sent)
    return rest(line)


def flood(url: str, begin: bytes, piece: bytes) -> tuple[int, bytes]:
    """How many bytes went through before the other side ended it, and what it said."""
    line, sent = connected(url), 0
    with suppress(ConnectionError):
        line.sendall(begin)
        while sent < 4 * BUFFERED:
            line.sendall(piece)
            sent += len(piece)
    return sent, rest(line)


def is_served(url: str) -> bool:
    return httpx2.get(url + LIVE, trust_env=False, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"a" * 8192),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: a\r\n" * 1000),
        (b"GET /", b"a" * 8192),
        (b"", b"\r\n" * 4096),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"a" * 8192),
        (GET + b"\r\nGET / HTTP/1.1\r\nX: ", b"a" * 8192),
    ],
    ids=["one line", "many lines", "address", "blank lines", "a name", "of a second request"],
)
def test_a_header_without_end_is_cut(served: Served, parser: str, begin: bytes, piece: bytes) -> None:
    url = served(parser, EARLY)
    sent, told = flood(url, begin, piece)
    assert sent < BUFFERED
    assert told == b"" or told.split()[1] in (b"431", b"400", b"200")
    assert is_served(url)


def test_a_header_that_is_too_large_is_told_so_even_when_it_ends(served: Served, parser: str) -> None:
    url = served(parser, EARLY)
    small, large = (
        asked(url, GET + b"Connection: close\r\nX: " + b"a" * size + b"\r\n\r\n")
        for size in (HEAD // 4, HEAD + 1)
    )
    assert small.startswith(b"HTTP/1.1 200 ")
    if parser == "h11":  # which has a bound of its own
        assert large.startswith(b"HTTP/1.1 400 ")
    else:
        assert large.startswith(b"HTTP/1.1 431 ")
        assert json.loads(large.partition(b"\r\n\r\n")[2])["code"] == "header_too_large"


@pytest.mark.parametrize(
    ("before", "piece"),
    [(b"0\r\n", b"X: a\r\n" * 1000), (b"0\r\nX: ", b"a" * 8192), (b"1;", b"x" * 8192)],
    ids=["trailers", "a trailer", "an extension"],
)
def test_what_stands_around_a_body_has_an_end_too(
    served: Served, parser: str, before: bytes, piece: bytes
) -> None:
    url = served(parser, EARLY)
    sent, _ = flood(url, CHUNKED + before, piece)
    assert sent < BUFFERED
    assert is_served(url)


@pytest.mark.parametrize(
    "begin",
    [b"", b"G", HALF[:30], HALF, CHUNKED, CHUNKED + b"5\r\n"],
    ids=["nothing", "a letter", "half a header", "half a body", "no chunk", "half a chunk"],
)
def test_a_request_that_does_not_come_ends_after_a_time(served: Served, parser: str, begin: bytes) -> None:
    told = asked(served(parser, LATE), begin)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in told.lower()


def test_a_second_request_that_does_not_come_ends_too(served: Served, parser: str) -> None:
    line = connected(served(parser, LATE))
    line.sendall(GET + b"\r\n")
    assert line.recv(65536).startswith(b"HTTP/1.1 200 ")
    line.sendall(GET)
    assert b"HTTP/1.1 408 " in rest(line)  # the first answer may come in two pieces


def test_who_sends_letter_by_letter_gains_no_time(served: Served, parser: str) -> None:
    for begin, letter in ((GET + b"X: ", b"a"), (HALF, b" "), (CHUNKED, b"1\r\n \r\n")):
        line, letters = connected(served(parser, LATE)), 0
        line.sendall(begin)
        line.settimeout(LATE / 10)
        told = b""
        while not told.startswith(b"HTTP/1.1 408 "):
            letters += 1
            assert letters < 1000
            with suppress(TimeoutError):
                told += line.recv(100)
            with suppress(ConnectionError):
                line.sendall(letter)
        line.close()


def test_who_does_not_read_an_answer_is_let_go(served: Served, parser: str) -> None:
    """The kernel keeps what was sent until it is read; the service holds nothing of it."""
    url = served(parser, LATE)
    with connected(url) as line:
        line.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 300)
        assert any(is_served(url) and not is_held(line) for _ in range(5000))


def is_held(line: socket.socket) -> bool:
    """Whether this process, in which the service runs, has the other end open."""
    mine = line.getsockname()[1]
    held = psutil.Process().net_connections("tcp")
    return any(other.raddr and other.raddr.port == mine for other in held)


def test_a_turn_may_take_longer_than_a_client_may(tmp_path: Path, parser: str) -> None:
    """The model is slow, the customer is not."""
    with running_mock() as mock:
        mock.config.latency = 3 * LATE
        given = {"openai_base_url": mock.url, "client_timeout": LATE, "router": "local"}
        with running(build(settings(tmp_path, **given)), http=parser) as url:
            body = {"customer_id": "c", "initial_message": "расскажите о себе подробно и с выдумкой"}
            answer = httpx2.post(url + CREATE, json=body, timeout=60, trust_env=False)
            assert answer.status_code == 200


def test_a_large_body_is_taken_in_pieces(served: Served, parser: str) -> None:
    url = served(parser, EARLY, max_body_bytes=2**20)
    body = json.dumps({"customer_id": "c", "padding": "a" * 200_000}).encode()
    line = connected(url)
    line.sendall(f"{JSON}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    for at in range(0, len(body), 10_000):
        line.sendall(body[at : at + 10_000])
    assert rest(line).startswith(b"HTTP/1.1 422 ")


def test_more_connections_than_are_allowed_are_told_so_and_have_their_turn_later(
    served: Served, parser: str
) -> None:
    url = served(parser, EARLY, max_connections=16)
    lines = [connected(url) for _ in range(16)]
    told = asked(url, GET + b"\r\n")
    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: " in told.lower()
    assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "too_many_connections"
    lines += [connected(url) for _ in range(SPARE)]
    assert asked_quietly(url) == b""
    for line in lines:
        line.close()
    while not asked_quietly(url).startswith(b"HTTP/1.1 200 "):
        """The time limit of the test ends what never comes true."""


def test_of_too_many_half_open_connections_the_older_ones_go(served: Served, parser: str) -> None:
    """Bodies and silent clients that were served before are none of them."""
    url = served(parser, EARLY)
    with connected(url) as kept, connected(url) as sending:
        kept.sendall(GET + b"\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200 ")
        sending.sendall(HALF)
        slow = [connected(url) for _ in range(HALF_OPEN + 20)]
        for line in slow[::2]:
            line.sendall(GET)
        with selectors.DefaultSelector() as ends:
            for line in slow:
                ends.register(line, selectors.EVENT_READ)
            while len(ended := {key.fileobj for key, _ in ends.select()}) < 20:
                """The time limit of the test ends what never comes true."""
            assert len(ended) == 20
        assert rest(next(line for line in slow if line in ended)).startswith(b"HTTP/1.1 408 ")
        kept.sendall(GET + b"\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200 ")
        for line in slow:
            line.close()


def asked_quietly(url: str) -> bytes:
    """Nothing where the connection is cut at once."""
    try:
        return asked(url, GET + b"Connection: close\r\n\r\n")
    except ConnectionError:
        return b""


def test_the_limit_of_connections_stays_below_that_of_open_files() -> None:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert Bounds.within_open_files(10, 1).most == 10
    assert Bounds.within_open_files(10**9, 1).most + SPARE < files


@pytest.mark.parametrize(
    "command",
    [
        ("call-center", "serve"),
        ("uvicorn", "app.main:app"),
        pytest.param(
            ("uvicorn", "app.main:app", "--workers", "2"),
            marks=pytest.mark.skipif("TORTURE" not in os.environ, reason="slow; TORTURE=1 runs it"),
        ),
    ],
    ids=["call-center", "uvicorn", "workers"],
)
def test_however_the_service_is_started_its_clients_are_bounded(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    server = ServerProcess(tmp_path / "dialogs", CLIENT_TIMEOUT=str(LATE))
    server.command = command
    try:
        server.start()
        assert asked(server.url, HALF).startswith(b"HTTP/1.1 408 ")
        assert flood(server.url, b"GET / HTTP/1.1\r\nX: ", b"a" * 8192)[0] < BUFFERED
    finally:
        server.end()
