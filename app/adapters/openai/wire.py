"""HTTP to a server that speaks the OpenAI protocol: JSON in, JSON out.

The SDK's client is not used for calls: it costs more CPU than all the rest of a call, retries and sleeps by
itself, lets unreadable replies through as successes, and carries the provider's words in its exceptions.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

import httpx2

from app.adapters.openai.failures import LONGEST, NOT_A_COMPLETION, refusal
from app.adapters.openai.sse import EventReader, Json
from app.core.exceptions import ProviderReplyInvalid
from app.core.network import is_local

End = Literal["marked", "framed", "open"]
"""How a stream ended: with [DONE], where HTTP says that the body ends, or because the connection closed."""

ENDED = "ended"
STREAMED = (b"data:", b"event:", b":")
POOLS, SHARE = 8, 32
LARGEST = 8 * 2**20  # bytes of one reply, plain or streamed
PATH = "chat/completions"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Of one attempt. A plain reply comes when all of it is written; a stream is never silent for long."""

    plain: httpx2.Timeout
    streamed: httpx2.Timeout


@dataclass(slots=True)
class _Pool:
    http: httpx2.AsyncClient
    busy: int = 0


class Wire:
    """One for the process and its event loop.

    Looking for a free connection takes time in proportion to the pool, so 256 calls at once are spread over
    small pools; the next one gets calls only when those before it have their share, so connections stay warm.
    """

    def __init__(self, base_url: str, key: str, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        limits = httpx2.Limits(
            max_connections=2 * SHARE, max_keepalive_connections=SHARE, keepalive_expiry=60
        )
        tls = httpx2.create_ssl_context()
        address = httpx2.URL(base_url)
        by_proxy, params = not is_local(address.host), address.params
        address = address.copy_with(query=None)
        headers = {"authorization": f"Bearer {key}"}
        client = partial(
            httpx2.AsyncClient,
            base_url=address,
            params=params,
            headers=headers,
            limits=limits,
            verify=tls,
            trust_env=by_proxy,
        )
        self._pools = [_Pool(client()) for _ in range(POOLS)]

    async def post(self, payload: Json) -> Json | list[Json]:
        """The reply; its pieces where a server streams all the same."""
        with self._client() as http:
            async with http.stream("POST", PATH, json=payload, timeout=self._timeouts.plain) as response:
                await _check(response)
                body = b"".join([part async for part in _received(response)])
        if body.lstrip().startswith(STREAMED):
            reader = EventReader()
            return [*reader.feed(body), *reader.end()]
        told = json.loads(body)
        if not isinstance(told, dict):
            raise ProviderReplyInvalid(NOT_A_COMPLETION)
        return told

    async def stream(self, payload: Json) -> AsyncGenerator[Json, None]:
        """The pieces of a reply, and at the end how it has ended, as `{ENDED: End}`.

        Raises ProviderError for an error that is sent in place of a piece.
        """
        reader = EventReader()
        with self._client() as http:
            async with http.stream("POST", PATH, json=payload, timeout=self._timeouts.streamed) as response:
                await _check(response)
                async with aclosing(_received(response)) as parts:
                    async for part in parts:
                        for event in reader.feed(part):
                            yield event
                        if reader.done:
                            break
                for event in reader.end():
                    yield event
                framed = bool({"content-length", "transfer-encoding"} & response.headers.keys())
                end: End = "marked" if reader.done else "framed" if framed else "open"
                yield {ENDED: end}

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.http.aclose()

    @contextmanager
    def _client(self) -> Iterator[httpx2.AsyncClient]:
        free = (pool for pool in self._pools if pool.busy < SHARE)
        pool = next(free, None) or min(self._pools, key=lambda each: each.busy)
        pool.busy += 1
        try:
            yield pool.http
        finally:
            pool.busy -= 1


async def _check(response: httpx2.Response) -> None:
    """Raises Failed for a refusal, with as much of its words as tells what was refused."""
    if response.status_code == 200:
        return
    said = b""
    with suppress(httpx2.HTTPError, httpx2.StreamError):
        async with aclosing(_received(response)) as parts:
            async for part in parts:
                said += part
                if len(said) > LONGEST:
                    break
    raise refusal(response.status_code, response.headers.get("retry-after"), said.decode(errors="replace"))


async def _received(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """Raises ProviderReplyInvalid for a reply that takes more memory than any can be worth."""
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST:
            raise ProviderReplyInvalid("too large")
        yield part
