"""The faults that the mock server can show, by name. Every error body echoes the caller's key as a canary."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import chain, repeat

from starlette.types import Receive, Send

from app.adapters.mocks.llm.replies import MockReply

STATUSES = {"408", "409", "413", "429", "400", "401", "403", "404", "422", "500", "502", "503", "529"}
WRONG_LABEL = "billing_department"


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """The open request: how to answer it, and what a healthy answer would be."""

    receive: Receive
    send: Send
    streaming: bool
    canary: str
    body: bytes
    events: list[bytes]
    retry_after: int
    drip: float
    pause: float = 0.0

    async def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        await self.start(status, kind, **{"content-length": str(len(body)), **headers})
        await self.write(body, more=False)

    async def start(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        named = {"content-type": kind, **headers}
        raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes, more: bool = True) -> None:
        await self.send({"type": "http.response.body", "body": data, "more_body": more})

    async def healthy(self) -> None:
        if self.streaming:
            await self.stream(self.events)
        else:
            await self.answer(200, self.body)

    async def stream(self, events: list[bytes]) -> None:
        await self.start()
        for event in events:
            await self.write(event)
            await asyncio.sleep(self.pause)
        await self.write(b"", more=False)

    async def hang_up(self) -> None:
        """Until the client has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def status(wire: OpenRequest, code: int, **headers: str) -> None:
    message = f"Incorrect API key provided: {wire.canary}. Request refused by provider-internal-host."
    error = {"message": message, "type": "mock_error", "code": str(code)}
    await wire.answer(code, json.dumps({"error": error}).encode(), **headers)


async def _retry_after(wire: OpenRequest) -> None:
    await status(wire, 429, retry_after=str(wire.retry_after))


async def _read_timeout(wire: OpenRequest) -> None:
    await wire.hang_up()


async def _slow_drip(wire: OpenRequest) -> None:
    """A byte or a token at a time, without end: no single read times out."""
    await wire.start(200, "text/event-stream" if wire.streaming else "application/json")
    role, word = (wire.events[0], wire.events[1]) if wire.streaming else (b" ", b" ")
    gone = asyncio.ensure_future(wire.hang_up())
    for drop in chain([role], repeat(word)):
        await wire.write(drop)
        done, _ = await asyncio.wait([gone], timeout=wire.drip)
        if done:
            return


async def _reset_mid_body(wire: OpenRequest) -> None:
    """Headers and a few bytes, then the connection is gone, before the first token."""
    text = wire.events[0] if wire.streaming else wire.body
    await wire.start(200, content_length=str(len(text)))
    await wire.write(text[:20])


async def _stream_cut(wire: OpenRequest) -> None:
    """Gone after some tokens; a plain reply is cut in the middle."""
    if wire.streaming:
        await wire.start()
        for event in wire.events[:3]:
            await wire.write(event)
    else:
        await _reset_mid_body(wire)


async def _html(wire: OpenRequest) -> None:
    page = f"<!doctype html><html><body><h1>Welcome, {wire.canary}</h1></body></html>"
    await wire.answer(200, page.encode(), "text/html")


async def _cut_json(wire: OpenRequest) -> None:
    kind = "text/event-stream" if wire.streaming else "application/json"
    cut = b'data: {"id": "x", "choi' + wire.canary.encode() + b"\n\n" if wire.streaming else wire.body[:-25]
    await wire.answer(200, cut, kind)


async def _empty_choices(wire: OpenRequest) -> None:
    shape = json.dumps({"id": "mock", "object": "x", "created": 0, "model": "mock", "choices": []}).encode()
    if wire.streaming:
        await wire.stream([b"data: " + shape + b"\n\n", b"data: [DONE]\n\n"])
    else:
        await wire.answer(200, shape)


async def _empty_stream(wire: OpenRequest) -> None:
    await wire.answer(200, b"", "text/event-stream" if wire.streaming else "application/json")


async def _duplicates(wire: OpenRequest) -> None:
    if wire.streaming:
        await wire.stream([event * 2 for event in wire.events])
    else:
        await wire.healthy()


TRANSPORT: dict[str, Callable[[OpenRequest], Awaitable[None]]] = {
    "429_retry_after": _retry_after,
    "read_timeout": _read_timeout,
    "slow_drip": _slow_drip,
    "reset_mid_body": _reset_mid_body,
    "stream_cut": _stream_cut,
    "html_200": _html,
    "cut_json": _cut_json,
    "empty_choices": _empty_choices,
    "empty_stream": _empty_stream,
    "duplicate_chunks": _duplicates,
}


def _wrong_label(reply: MockReply) -> MockReply:
    if reply.calls:
        return replace(reply, calls=[(name, _mislabel(args)) for name, args in reply.calls])
    return replace(reply, text=_mislabel(reply.text or ""))


def _mislabel(text: str) -> str:
    if not text.startswith("{"):
        return WRONG_LABEL
    value = json.loads(text)
    return json.dumps({**value, "agent": WRONG_LABEL} if "agent" in value else {})


def _prose(_: MockReply) -> MockReply:
    return MockReply(text='I think this is for "sales", because the customer asks about money.')


def _broken(reply: MockReply) -> MockReply:
    name = reply.calls[0][0] if reply.calls else "lookup"
    return MockReply(calls=[(name, '{"agent": "sal')], finish="tool_calls")


def _unknown(_: MockReply) -> MockReply:
    return MockReply(calls=[("no_such_tool", "{}")], finish="tool_calls")


def _cut_short(reply: MockReply) -> MockReply:
    text = reply.text or ""
    return MockReply(text=text[: len(text) // 2 + 1], finish="length")


REPLY: dict[str, Callable[[MockReply], MockReply]] = {
    "null_content": lambda _: MockReply(text=None),
    "content_filter": lambda _: MockReply(text="", finish="content_filter"),
    "length": _cut_short,
    "wrong_label": _wrong_label,
    "label_with_prose": _prose,
    "broken_tool_arguments": _broken,
    "unknown_tool": _unknown,
    "no_usage": lambda reply: replace(reply, usage=False),
}

FAULTS = frozenset(STATUSES | TRANSPORT.keys() | REPLY.keys())


async def show(fault: str | None, wire: OpenRequest) -> None:
    """Answer the request, with the transport fault of that name if there is one."""
    if fault in STATUSES:
        await status(wire, int(fault or 0))
    elif fault in TRANSPORT:
        await TRANSPORT[fault or ""](wire)
    else:
        await wire.healthy()
