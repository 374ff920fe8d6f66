"""What a client may cost before it has asked anything: bytes of a header, time, and one of many connections.

uvicorn bounds none of it for its faster parser, and an application hears of a request with its header.
So one method of uvicorn's protocols, `connection_made`, puts a watch between socket and protocol. It heeds
what the application leaves in the state of its lifespan, however the server was started.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.plain_answers import HEAD, plain_answer

log = structlog.get_logger()
STATE = "client_bounds"
RATE = 16 * 1024  # bytes a second of a body, for which its time is longer
SPARE = 64  # connections beyond the limit that are told so; more are cut
QUIET = 60.0  # seconds in which it is logged once that connections are refused
LOOK = 1.0  # seconds between two looks at a connection
HALF_OPEN = 100  # connections whose request has not come whole; above it those go that are older than a look


@dataclass
class Bounds:
    """`seconds` is what a client gets for a header, for a body (see RATE), and to take more of an answer."""

    most: int
    seconds: float
    half_open: int = HALF_OPEN
    open: set[asyncio.BaseProtocol] = field(default_factory=set)
    half: set[asyncio.BaseProtocol] = field(default_factory=set)
    _told: float = field(default=-QUIET, init=False)

    @classmethod
    def within_open_files(cls, most: int, seconds: float) -> Bounds:
        """A quarter of the files that this process may open is left for its own."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = most if files == resource.RLIM_INFINITY else min(most, files * 3 // 4 - SPARE)
        return cls(max(1, most), seconds)

    def meet(self, inner: Any, transport: asyncio.Transport, begin: Callable[[], None]) -> None:
        """`inner` is uvicorn's protocol of a new connection, `begin` tells it of it."""
        if len(self.open) >= self.most + SPARE:
            transport.set_protocol(asyncio.Protocol())
            transport.abort()
        elif len(self.open) >= self.most:
            self._tell()
            transport.set_protocol(Refusal(self, transport))
        else:
            begin()
            transport.set_protocol(ConnectionWatch(self, transport, inner))

    def forget(self, connection: asyncio.BaseProtocol) -> None:
        self.open.discard(connection)
        self.half.discard(connection)

    def _tell(self) -> None:
        """Once a minute: they come in floods."""
        now = monotonic()
        if now - self._told >= QUIET:
            self._told = now
            log.warning("too_many_connections", open=len(self.open))


class Bounded(asyncio.Protocol):
    """Looks at its connection now and then until it is closed."""

    def __init__(self, bounds: Bounds, transport: asyncio.Transport) -> None:
        self.bounds = bounds
        self.transport = transport
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self._closing: float | None = None
        bounds.open.add(self)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        self.bounds.forget(self)
        self._timer.cancel()

    def end(self, status: int) -> None:
        self.bounds.half.discard(self)
        self.transport.write(plain_answer(status))
        self.transport.close()

    def overdue(self) -> bool:
        raise NotImplementedError

    def late(self) -> None:
        raise NotImplementedError

    def has_passed(self, since: float, more: float = 0) -> bool:
        return self._clock() - since > self.bounds.seconds + more

    def _arm(self) -> None:
        self._pause = min(LOOK, self.bounds.seconds / 4)
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def _look(self) -> None:
        """What does not leave the socket though it is closed is thrown away."""
        if not self.transport.is_closing():
            if self.overdue():
                self.late()
        elif self._closing is None:
            self._closing = self._clock()
        elif self.has_passed(self._closing):
            self.transport.abort()
        if self.transport.get_protocol() is self or not self.transport.is_closing():
            self._arm()
        else:
            self.bounds.forget(self)


class Refusal(Bounded):
    """Waits for the request before it answers, since a socket closed over unread bytes loses the answer."""

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - the protocol's
        if not self.transport.is_closing():
            self.end(503)

    def overdue(self) -> bool:
        return self.has_passed(self._since)

    def late(self) -> None:
        self.end(503)


class ConnectionWatch(Bounded):
    """Between the socket and uvicorn's protocol, which is told everything that passes."""

    def __init__(self, bounds: Bounds, transport: asyncio.Transport, inner: Any) -> None:
        super().__init__(bounds, transport)
        self._inner = inner
        self._head = 0  # bytes of the header that is coming
        self._body = 0  # bytes of the body so far
        self._waste = 0  # bytes around the body: sizes of chunks, trailers
        self._stalled: float | None = None
        bounds.half.add(self)

    def data_received(self, data: bytes) -> None:
        while data and not self.transport.is_closing():
            if self._gets_body:
                piece, data = data[:HEAD], data[HEAD:]
                self._feed_body(piece)
            else:
                room = HEAD - self._head
                piece, data = data[:room], data[room:]
                self._feed_head(piece)
            now: Any = self.transport.get_protocol()
            if now is not self:  # a WebSocket's
                now.data_received(data)
                break

    def eof_received(self) -> bool | None:
        closes: bool | None = self._inner.eof_received()
        return closes

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._stalled = self._clock()
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._stalled = None
        self._inner.resume_writing()

    def overdue(self) -> bool:
        """A stream may be silent and an answer slow to come: only the client's own part is timed."""
        if self.transport.get_protocol() is not self:  # a WebSocket by now
            return False
        if self._stalled is not None:
            return self.has_passed(self._stalled)
        if self._gets_body:
            return not self._inner.flow.read_paused and self.has_passed(self._since, self._body / RATE)
        cycle = self._inner.cycle
        if cycle is not None and not cycle.response_complete:
            return False
        if self in self.bounds.half and len(self.bounds.half) > self.bounds.half_open:
            return self._clock() - self._since >= self._pause
        return (cycle is None or self._head > 0) and self.has_passed(self._since)

    def late(self) -> None:
        cycle = self._inner.cycle
        if self._stalled is not None:
            self.transport.abort()
        elif self._gets_body and cycle.response_started:
            self.transport.close()
        else:
            self.end(408)

    @property
    def _gets_body(self) -> bool:
        cycle = self._inner.cycle
        return cycle is not None and bool(cycle.more_body)

    def _feed_head(self, piece: bytes) -> None:
        before = self._inner.cycle
        if self._head == 0 and before is not None:
            self._since = self._clock()
            self.bounds.half.add(self)
        self._head += len(piece)
        self._inner.data_received(piece)
        if self._inner.cycle is not before:
            self._begin()
        elif self._head >= HEAD and not self.transport.is_closing():
            answering = before is not None and not before.response_complete
            self.transport.abort() if answering else self.end(431)

    def _begin(self) -> None:
        """A header has come, and maybe a body begins."""
        self.bounds.half.discard(self)
        self._head = self._body = self._waste = 0
        self._since = self._clock()

    def _feed_body(self, piece: bytes) -> None:
        """A body in chunks that was answered before its end is not read: its trailer may be endless."""
        cycle = self._inner.cycle
        if cycle.response_complete and _is_chunked(cycle.scope["headers"]):
            return
        before = len(cycle.body)
        self._inner.data_received(piece)
        if self._inner.cycle is not cycle:
            self._begin()
        else:
            self._count(len(piece), max(0, len(cycle.body) - before))

    def _count(self, size: int, grown: int) -> None:
        """Of bytes that came, how many belonged to the body."""
        self._body += grown
        self._waste += size - grown
        answered = self._inner.cycle.response_complete
        if self._gets_body and not answered and self._waste > HEAD + 8 * self._body:
            self.transport.abort()


class Bounding:
    """Hands the bounds to the server when it starts."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self.app = app
        self.bounds = bounds
        for protocol in (HttpToolsProtocol, H11Protocol):
            _watch(protocol)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" and "state" in scope:
            scope["state"][STATE] = self.bounds
        await self.app(scope, receive, send)


def _watch(protocol: Any) -> None:
    """Once for a class: an application without bounds is served as ever."""
    begin = protocol.connection_made
    if getattr(begin, "watches", False):
        return

    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        bounds: Bounds | None = self.app_state.get(STATE)
        if bounds is None:
            begin(self, transport)
        else:
            bounds.meet(self, transport, lambda: begin(self, transport))

    connection_made.watches = True  # type: ignore[attr-defined]
    protocol.connection_made = connection_made


def _is_chunked(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"transfer-encoding" for name, _ in headers)
