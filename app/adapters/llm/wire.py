"""HTTP to a server that speaks the OpenAI protocol: JSON in, JSON out.

The SDK's client is not used for calls: it costs more CPU than all the rest of a call, retries and sleeps by
itself, lets unreadable replies through as successes, and carries the provider's words in its exceptions.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from app.adapters.llm.failures import NOT_A_COMPLETION, refusal
from app.core.exceptions import ProviderError, ProviderReplyInvalid

Json = dict[str, Any]
POOLS, SHARE = 8, 32
LARGEST = 8 * 2**20  # bytes of one reply, plain or streamed
PATH = "chat/completions"


@dataclass(slots=True)
class _Pool:
    http: httpx2.AsyncClient
    busy: int = 0


class Wire:
    """One for the process and its event loop.

    Looking for a free connection takes time in proportion to the pool, so 256 calls at once are spread over
    small pools; the next one gets calls only when those before it have their share, so connections stay warm.
    """

    def __init__(self, base_url: str, key: str, timeout: httpx2.Timeout) -> None:
        limits = httpx2.Limits(
            max_connections=2 * SHARE, max_keepalive_connections=SHARE, keepalive_expiry=60
        )
        tls = httpx2.create_ssl_context()
        headers = {"authorization": f"Bearer {key}"}
        self._pools = [
            _Pool(
                httpx2.AsyncClient(
                    base_url=base_url, headers=headers, timeout=timeout, limits=limits, verify=tls
                )
            )
            for _ in range(POOLS)
        ]

    async def post(self, payload: Json) -> Json:
        with self._client() as http:
            async with http.stream("POST", PATH, json=payload) as response:
                _check(response)
                body = json.loads(b"".join([part async for part in _received(response)]))
        if not isinstance(body, dict):
            raise ProviderReplyInvalid(NOT_A_COMPLETION)
        return body

    async def stream(self, payload: Json) -> AsyncGenerator[Json, None]:
        """The chunks of a reply. Raises ProviderError for an error that is sent in place of a chunk."""
        with self._client() as http:
            async with http.stream("POST", PATH, json=payload) as response:
                _check(response)
                async with aclosing(_data(response)) as events:
                    async for event in events:
                        chunk = json.loads(event)
                        if chunk.get("error"):
                            raise ProviderError("an error in the stream")
                        yield chunk

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


def _check(response: httpx2.Response) -> None:
    if response.status_code != 200:
        raise refusal(response.status_code, response.headers.get("retry-after"))


async def _data(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """The data of server-sent events, up to [DONE]. Split at newlines only: JSON may hold U+2028."""
    rest = bytearray()
    async for received in _received(response):
        head, *begun = received.split(b"\n")
        rest += head
        for following in begun:
            data = bytes(rest.removeprefix(b"data:").strip()) if rest.startswith(b"data:") else b""
            rest = bytearray(following)
            if data == b"[DONE]":
                return
            if data:
                yield data


async def _received(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """Raises ProviderReplyInvalid for a reply that takes more memory than any can be worth."""
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST:
            raise ProviderReplyInvalid("too large")
        yield part
