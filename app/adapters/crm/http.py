"""HTTP to a CRM: one request, one answer, no retries and no redirects.

The transport of httpx2 is used without its client, which writes whole addresses into the log; that of a
Bitrix24 webhook holds its token.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel

from app.adapters.crm.addresses import Resolver, allowed, resolve
from app.adapters.crm.replies import Explain, Reply, fault_of, parsed, silent
from app.core.exceptions import CrmError, CrmRefused, CrmUnavailable

LARGEST = 4 * 2**20
MOST_ADDRESSES = 3
Model = TypeVar("Model", bound=BaseModel)
Params = Mapping[str, str | int]


class CrmHttp:
    """`timeout` is in seconds for a request as a whole. The path of a request is added to `base_url`."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        explain: Explain = silent,
        resolver: Resolver = resolve,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.base = httpx2.URL(base_url)
        self.now = now
        self._headers = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
        self._timeout, self._allow_private = timeout, allow_private
        self._explain, self._resolver = explain, resolver
        verify = httpx2.create_ssl_context() if self.base.scheme == "https" else False
        self._transport = httpx2.AsyncHTTPTransport(verify=verify, limits=httpx2.Limits(max_connections=20))

    async def ask(
        self, method: str, path: str, model: type[Model], *, body: object = None, params: Params | None = None
    ) -> Model:
        """Raises CrmError for everything else than a success that fits the model."""
        answer = parsed((await self._json(method, path, body, params)).body, model)
        if isinstance(answer, CrmError):
            raise answer
        return answer

    async def find(
        self,
        method: str,
        path: str,
        model: type[Model],
        *,
        absent: Collection[int] = (404,),
        body: object = None,
        params: Params | None = None,
    ) -> Model | None:
        """As `ask`; None for a status in `absent`."""
        reply = await self._json(method, path, body, params, absent)
        if reply.status in absent:
            return None
        answer = parsed(reply.body, model)
        if isinstance(answer, CrmError):
            raise answer
        return answer

    async def send(
        self,
        method: str,
        path: str = "",
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        passed: Collection[int] = (),
    ) -> Reply:
        """The answer as bytes. Raises CrmError for a fault, unless its status is in `passed`."""
        joined = self.base.raw_path.rstrip(b"/") + path.encode("ascii")
        url = self.base.copy_with(raw_path=joined) if path else self.base
        if params:
            url = url.copy_merge_params(dict(params))
        reply = await self._exchange(method, url, {**self._headers, **(headers or {})}, content)
        fault = None if reply.status in passed else fault_of(reply, self._explain, self.now())
        if fault is not None:
            raise fault
        return reply

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _json(
        self, method: str, path: str, body: object, params: Params | None, absent: Collection[int] = ()
    ) -> Reply:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode(errors="replace")
        kind = {"content-type": "application/json"} if content else {}
        return await self.send(method, path, content=content, headers=kind, params=params, passed=absent)

    async def _exchange(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes
    ) -> Reply:
        """The error of a fault is raised outside the handler: what it would carry along may show a token."""
        problem: CrmError
        try:
            async with asyncio.timeout(self._timeout):
                return await self._reach(method, url, headers, content)
        except (TimeoutError, httpx2.TimeoutException):
            problem = CrmUnavailable("no answer in time")
        except (httpx2.HTTPError, httpx2.StreamError, OSError):
            problem = CrmUnavailable("the connection failed")
        raise problem

    async def _reach(self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes) -> Reply:
        """The next address is tried only where no connection came about: nothing was sent then."""
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await allowed(url.host, port, self._resolver, self._allow_private)
        *others, last = addresses[:MOST_ADDRESSES]
        share = self._timeout / (len(others) + 1)
        for address in others:
            try:
                return await self._attempt(method, url, headers, content, address, share)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._attempt(method, url, headers, content, last, share)

    async def _attempt(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        content: bytes,
        address: str,
        connect: float,
    ) -> Reply:
        """Connected by address; the name stays in the Host header, in SNI and in the certificate check."""
        extensions: dict[str, Any] = {
            "timeout": httpx2.Timeout(self._timeout, connect=connect).as_dict(),
            "sni_hostname": url.raw_host.decode("ascii"),
        }
        named = {"host": url.netloc.decode("ascii"), **headers}
        request = httpx2.Request(
            method, url.copy_with(host=address), headers=named, content=content, extensions=extensions
        )
        response = await self._transport.handle_async_request(request)
        try:
            return Reply(response.status_code, await _body(response), response.headers.get("retry-after"))
        finally:
            await response.aclose()


async def _body(response: httpx2.Response) -> bytes:
    """As it comes: a compressed answer that nobody asked for is not unpacked."""
    received = bytearray()
    async for part in response.aiter_raw():
        received += part
        if len(received) > LARGEST:
            raise CrmRefused("its answer is too large")
    return bytes(received)
