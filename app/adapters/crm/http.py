"""HTTP to a CRM: one request, one response, no retries, no redirects, only checked addresses.

Names are resolved here and only the checked address is connected, so a setting cannot reach the service's own
network and DNS rebinding has no effect. httpx2's transport is used without its client, which logs whole
addresses (a Bitrix24 webhook address contains its token).
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel

from app.adapters.crm.replies import CrmReply, Explain, fault_of, parsed, silent
from app.core.exceptions import CrmError, CrmRefused, CrmUnavailable

Resolver = Callable[[str, int], Awaitable[list[str]]]
NAT64 = IPv6Network("64:ff9b::/96")
V4_COMPATIBLE = IPv6Network("::/96")


async def resolve(host: str, port: int) -> list[str]:
    """As the system does it: hosts file, DNS, and numbers in any notation (0x7f.1, 2130706433).

    An address with a scope (fe80::1%eth0) cannot stand in a URL and is left out.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(place[0]) for *_, place in found)
    return [address for address in addresses if "%" not in address]


async def allowed(host: str, port: int, resolver: Resolver, allow_private: bool) -> list[str]:
    """The addresses of a host. One that is not public refuses them all. Raises CrmError."""
    failed = False
    try:
        addresses = await resolver(host, port)
    except (OSError, UnicodeError):
        failed = True
    if failed or not addresses:
        raise CrmUnavailable("its name is not known")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise CrmRefused("its address is not public; CRM_ALLOW_PRIVATE lets such in")
    return addresses


def is_public(address: str) -> bool:
    """Every v4 address that a v6 one carries counts as itself."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_public(each) for each in (ip, *_carried(ip)))


def _public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip in NAT64):
        return True  # what it carries decides
    outside = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast
    return ip.is_global and not (outside or ip.is_reserved or ip.is_unspecified)


def _carried(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    last = [IPv4Address(int(ip) & 0xFFFFFFFF)] if ip in NAT64 or ip in V4_COMPATIBLE else []
    found = (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ()), *last)
    return [each for each in found if each is not None]


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
    ) -> CrmReply:
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
    ) -> CrmReply:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode(errors="replace")
        kind = {"content-type": "application/json"} if content else {}
        return await self.send(method, path, content=content, headers=kind, params=params, passed=absent)

    async def _exchange(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes
    ) -> CrmReply:
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

    async def _reach(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes
    ) -> CrmReply:
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
    ) -> CrmReply:
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
            return CrmReply(response.status_code, await _body(response), response.headers.get("retry-after"))
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
